// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The least that reading all tasks can cost: visits every task, loads the
 * fields of a record except births, and adds them up, so that the compiler
 * keeps every load. It takes no lock, and does not hash, write or copy. Only for
 * the benchmark, where all tasks are at rest: on a busy system it would read
 * freed objects.
 *
 * There are two files in debugfs; opening one walks all tasks:
 *
 *	floor/cursor	moves a pid cursor, and searches the idr from its root for
 *			each pid, like find_ge_pid() and readers of /proc
 *	floor/list	walks the task list, in one RCU section
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/idr.h>
#include <linux/iocontext.h>
#include <linux/ipc_namespace.h>
#include <linux/kernfs.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seccomp.h>
#include <linux/string.h>
#include <linux/time_namespace.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include "compat.h"

#define BATCH	512

#define REFS(object, member)						\
	((object) ? count_of(&(object)->member) : 0)
#define HELD_NS(namespace, before)					\
	((namespace) ? held(namespace, ns_count(namespace, before)) +	\
		       (namespace)->ns.inum : 0)

/* The sum of an object's fields in a record: its address and its refs. */
static u64 held(const void *object, u32 refs)
{
	return (unsigned long)object + refs;
}

static u64 load_namespaces(const struct nsproxy *nsproxy)
{
	if (!nsproxy)
		return 0;
	return HELD_NS(nsproxy->uts_ns, kref) +
	       HELD_NS(nsproxy->ipc_ns, count) +
	       held(nsproxy->mnt_ns, 0) +
	       HELD_NS(nsproxy->pid_ns_for_children, kref) +
	       HELD_NS(nsproxy->net_ns, count) +
	       HELD_NS(nsproxy->time_ns, kref) +
	       HELD_NS(nsproxy->time_ns_for_children, kref) +
	       HELD_NS(nsproxy->cgroup_ns, count);
}

static u64 load_cred(const struct cred *cred)
{
	return held(cred, REFS(cred, usage)) +
	       HELD_NS(cred->user_ns, count) +
	       __kuid_val(cred->uid) + __kgid_val(cred->gid) +
	       __kuid_val(cred->euid) + __kuid_val(cred->fsuid);
}

static u64 load_pid(const struct pid *pid)
{
	const struct upid *own = &pid->numbers[pid->level];

	return HELD_NS(own->ns, kref) + own->nr + pid->level;
}

static u64 load_signal(const struct signal_struct *signal)
{
	const struct pid *group = READ_ONCE(signal->pids[PIDTYPE_PGID]);
	const struct pid *session = READ_ONCE(signal->pids[PIDTYPE_SID]);

	return held(signal, REFS(signal, sigcnt)) + signal->nr_threads +
	       (group ? group->numbers[0].nr : 0) +
	       (session ? session->numbers[0].nr : 0);
}

static u64 load_name(const struct task_struct *task)
{
	u64 words[TASK_COMM_LEN / sizeof(u64)];

	memcpy(words, task->comm, sizeof(words));
	return words[0] + words[1];
}

static u64 load(struct task_struct *task, struct pid *pid)
{
	struct task_struct *parent = rcu_dereference(task->real_parent);
	struct sighand_struct *sighand = rcu_dereference(task->sighand);
	struct css_set *cgroups = rcu_dereference(task->cgroups);
	struct mm_struct *mm = task->mm;

	return (unsigned long)task + task->start_boottime + task->pid +
	       task->tgid + parent->tgid + parent->pid + task->flags +
	       task->exit_signal + task->ptrace + READ_ONCE(task->__state) +
	       READ_ONCE(task->exit_state) +
	       (task->vfork_done && mm && mm == READ_ONCE(parent->mm)) +
	       load_name(task) + load_pid(pid) +
	       held(mm, REFS(mm, mm_users)) +
	       held(task->active_mm,
		    task->active_mm == mm ? REFS(mm, mm_count) : 0) +
	       held(task->files, REFS(task->files, count)) +
	       held(task->held_fs,
		    task->held_fs ? READ_ONCE(task->held_fs->users) : 0) +
	       held(sighand, REFS(sighand, count)) +
	       load_signal(task->signal) +
	       held(task->io_context, REFS(task->io_context, active_ref)) +
	       held(task->sysvsem.undo_list, 0) +
	       held(cgroups, REFS(cgroups, refcount)) +
	       kernfs_ino(cgroups->dfl_cgrp->kn) +
	       held(task->seccomp.filter, 0) + task->seccomp.mode +
	       load_cred(rcu_dereference(task->real_cred)) +
	       held(task->nsproxy, REFS(task->nsproxy, count)) +
	       load_namespaces(task->nsproxy);
}

static u64 by_cursor(void)
{
	struct task_struct *task;
	unsigned int visits = 0;
	struct pid *pid;
	int cursor = 1;
	u64 sum = 0;

	rcu_read_lock();
	while ((pid = idr_get_next(&init_pid_ns.idr, &cursor))) {
		task = pid_task(pid, PIDTYPE_PID);
		if (task)
			sum += load(task, pid);
		cursor++;
		if (++visits % BATCH == 0) {
			rcu_read_unlock();
			cond_resched();
			rcu_read_lock();
		}
	}
	rcu_read_unlock();
	return sum;
}

static u64 by_list(void)
{
	struct task_struct *group, *task;
	u64 sum = 0;

	rcu_read_lock();
	for_each_process_thread(group, task)
		sum += load(task, READ_ONCE(task->thread_pid));
	rcu_read_unlock();
	return sum;
}

/* Storing the sums here keeps the compiler from removing the loads. */
static u64 loaded;

static int cursor_open(struct inode *inode, struct file *file)
{
	WRITE_ONCE(loaded, by_cursor());
	return 0;
}

static int list_open(struct inode *inode, struct file *file)
{
	WRITE_ONCE(loaded, by_list());
	return 0;
}

static ssize_t nothing(struct file *file, char __user *buffer, size_t size,
		       loff_t *position)
{
	return 0;
}

static const struct file_operations cursor_fops = {
	.owner = THIS_MODULE,
	.open = cursor_open,
	.read = nothing,
};

static const struct file_operations list_fops = {
	.owner = THIS_MODULE,
	.open = list_open,
	.read = nothing,
};

static struct dentry *directory;

static int __init floor_init(void)
{
	directory = debugfs_create_dir("floor", NULL);
	debugfs_create_file("cursor", 0400, directory, NULL, &cursor_fops);
	debugfs_create_file("list", 0400, directory, NULL, &list_fops);
	return PTR_ERR_OR_ZERO(directory);
}

static void __exit floor_exit(void)
{
	debugfs_remove(directory);
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("The least that reading all tasks can cost; for taskmap's benchmark");
