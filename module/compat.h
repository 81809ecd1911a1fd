/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Differences between the kernels from 5.10 to the newest.
 *
 * Only this file tests the kernel version. Each test names the commit that made
 * it necessary and the first release with that commit. Where possible, it tests
 * for a macro or a type instead, because distributions backport changes.
 * docs/kernels.md lists everything else that the module uses of the kernel.
 */
#ifndef _TASKMAP_COMPAT_H
#define _TASKMAP_COMPAT_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/kref.h>
#include <linux/minmax.h>
#include <linux/ns_common.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "taskmap needs Linux 5.10 or newer"
#endif

/*
 * 54e6842d0775 ("fork/vm: Move common PF_IO_WORKER behavior to new flag"), 6.4.
 * Before it, all threads that the kernel creates in user processes have
 * PF_IO_WORKER, and the bit of PF_USER_WORKER has another meaning.
 */
#ifndef PF_USER_WORKER
#define PF_USER_WORKER 0
#endif

static inline u32 count_of_atomic(const atomic_t *count)
{
	return atomic_read(count);
}

static inline u32 count_of_atomic64(const atomic64_t *count)
{
	return min_t(u64, atomic64_read(count), U32_MAX);
}

static inline u32 count_of_refcount(const refcount_t *count)
{
	return refcount_read(count);
}

static inline u32 count_of_kref(const struct kref *count)
{
	return kref_read(count);
}

/*
 * Value of a reference count of any type. The types change: that of cred.usage
 * with f8fa5d769259 ("cred: switch to using atomic_long_t"), 6.7, that of
 * nsproxy.count with 2ddd3cac1fa9 ("nsproxy: Convert nsproxy.count to
 * refcount_t"), 6.6, and others. On 32 bits atomic_long_t is atomic_t.
 */
#define count_of(count)							\
	_Generic(*(count),						\
		 atomic_t: count_of_atomic,				\
		 atomic64_t: count_of_atomic64,				\
		 refcount_t: count_of_refcount,				\
		 struct kref: count_of_kref)(count)

/*
 * Reference count of a namespace. @before is the name of the member before
 * 9a56493f6942 ("uts: Use generic ns_common::count") and the six commits after
 * it, 5.11. Since "ns: add reference count helpers", 6.18, there is a macro.
 * The count has the same meaning, except that later kernels do not count
 * references to the initial namespaces, where it stays 1 (is_ns_init_id() in
 * include/linux/ns_common.h).
 *
 * No macro, type or size tells 5.10 from 5.11 here. The version is enough: these
 * commits are cleanups, which kernels based on 5.10 have no reason to backport.
 */
#if defined(ns_ref_read)
#define ns_count(namespace, before)	((u32)ns_ref_read(namespace))
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
#define ns_count(namespace, before)	count_of(&(namespace)->ns.count)
#else
#define ns_count(namespace, before)	count_of(&(namespace)->before)
#endif

/*
 * Member that points to the fs_struct of a task. Since 1d4ee94a51bd ("fs: add
 * real_fs to track task's actual fs_struct") and 67c54d1d730a ("fs: add
 * scoped_with_init_fs()"), after 7.1, a kernel thread can point task->fs to
 * another fs_struct for a while, without a lock, and keeps its own in real_fs.
 */
#ifdef scoped_with_init_fs
#define held_fs real_fs
#else
#define held_fs fs
#endif

/*
 * Choose between two probes: @probe if the tracepoint @event takes a function
 * of @type, otherwise @other. The flags argument of task_newtask is 64 bits
 * wide since edd3cb05c00a ("copy_process: pass clone_flags as u64 across
 * calltree"), 6.18.
 */
#define probe_of(event, type, probe, other)				\
	_Generic(&check_trace_callback_type_##event,			\
		 void (*)(type): probe,					\
		 default: other)

/*
 * setattr() for a directory in debugfs. 549c7297717c ("fs: make helpers idmap
 * mount aware"), 5.12, and c1632a0f1120 ("fs: port ->setattr() to pass
 * mnt_idmap"), 6.3, added and changed the first argument. RHEL 9.6 is
 * reported to have the latter in 5.14, so this asks for the type.
 */
struct mnt_idmap;
extern struct mnt_idmap nop_mnt_idmap;

typedef int (*setattr_with_idmap)(struct mnt_idmap *, struct dentry *,
				  struct iattr *);
typedef int (*setattr_with_user_ns)(struct user_namespace *, struct dentry *,
				    struct iattr *);
typedef int (*setattr_alone)(struct dentry *, struct iattr *);

static inline int set_with_idmap(setattr_with_idmap set, struct dentry *dentry,
				 struct iattr *attributes)
{
	return set(&nop_mnt_idmap, dentry, attributes);
}

static inline int set_with_user_ns(setattr_with_user_ns set,
				   struct dentry *dentry,
				   struct iattr *attributes)
{
	return set(&init_user_ns, dentry, attributes);
}

static inline int set_alone(setattr_alone set, struct dentry *dentry,
			    struct iattr *attributes)
{
	return set(dentry, attributes);
}

#define set_attributes(dentry, attributes)				\
	_Generic(&simple_setattr,					\
		 setattr_with_idmap: set_with_idmap,			\
		 setattr_with_user_ns: set_with_user_ns,		\
		 setattr_alone: set_alone)(&simple_setattr, dentry, attributes)

#endif /* _TASKMAP_COMPAT_H */
