// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The walk over all tasks. Only this file dereferences a task_struct.
 *
 * Guarantees
 * ----------
 * A walk visits tasks in the order of their pids in the initial pid namespace,
 * in batches. Each batch is one RCU read-side critical section, in which
 * nothing is allocated, formatted or copied. The caller may sleep between
 * batches; the next batch continues from the pid cursor.
 *
 *  - A task that exists from the start of the walk to its end is reported
 *    exactly once. This is by pid: a thread that calls exec takes over its
 *    leader's pid (de_thread() in fs/exec.c) and is the leader from then on.
 *  - Each record is coherent: everything that task_lock() protects is read in
 *    one critical section.
 *  - The set of records is not one instant. Between two tasks, an object can be
 *    freed and its memory used for another. Longer RCU sections would not
 *    prevent this, because most objects are freed immediately and not by RCU
 *    (put_files_struct() in fs/file.c, free_fs_struct() in fs/fs_struct.c).
 *
 * Lifetime
 * --------
 * These keep the objects alive:
 *
 *  - RCU: a struct pid found in the idr, its task, the task's parent and
 *    tracer, and its signal_struct with process group and session. free_pid()
 *    frees a struct pid by RCU. A task_struct and its signal_struct are freed a
 *    grace period after the task was unhashed (put_task_struct_rcu_user(),
 *    free_task()). A tracer detaches before it is unhashed (exit_ptrace()).
 *  - task_lock(): mm, files, fs, io_context and nsproxy. A task clears the
 *    pointer under this lock before it drops its reference (see the comment on
 *    task_lock() in include/linux/sched/task.h).
 *  - RCU: sighand, which comes from a type-safe slab (SLAB_TYPESAFE_BY_RCU in
 *    kernel/fork.c), and cred, css_set and its cgroup, which are freed by RCU
 *    (css_free_rwork_fn() in kernel/cgroup/cgroup.c).
 *
 * Nothing else is dereferenced, and no other lock is taken.
 *
 * Walks of a stopped machine
 * --------------------------
 * While the machine is stopped the walk takes no lock, because a stopped task
 * may hold it. The objects stay alive without the lock. Where spinlocks disable
 * preemption, no task was stopped while it held one. On PREEMPT_RT a task may
 * have been; but then it has not cleared its pointer yet, or not dropped its
 * reference yet.
 */
#include <linux/cgroup.h>
#include <linux/compiler.h>
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/fs_struct.h>
#include <linux/idr.h>
#include <linux/iocontext.h>
#include <linux/ipc_namespace.h>
#include <linux/kconfig.h>
#include <linux/kernfs.h>
#include <linux/lockdep.h>
#include <linux/mm_types.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/radix-tree.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/time_namespace.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <asm/word-at-a-time.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "taskmap.h"

/*
 * Maximum number of pids that a batch visits. Most pids have a task, but the
 * pid of a process group or session outlives its leader. The limit keeps the
 * RCU section short even if there are many such pids.
 */
#define BATCH_VISITS	512

/*
 * Read once a word that others write without a lock that the caller holds. Any
 * value that the word had is valid.
 */
#define racy(word)	data_race(READ_ONCE(word))

/* Refs if there is no object, or if modules cannot read its count */
#define NOT_KNOWN	0

#define REFS(object, member)						\
	((object) ? count_of(&(object)->member) : NOT_KNOWN)

/*
 * Report @object as the task's object of kind @resource. This does not take a
 * reference. The record gets the object's address, which ident.c turns into an
 * id.
 *
 * The calls of this function are the table of resources: each says how to reach
 * the object and how to read its refs. They are in the functions below, one for
 * each kind of protection.
 */
static void hold(struct taskmap_record *record, enum taskmap_resource resource,
		 const void *object, u32 refs)
{
	record->ids[resource] = taskmap_ident_address(object);
	record->refs[resource] = refs;
}

/* hold() for an object whose type is private to the kernel, and refs unknown */
static void hold_opaque(struct taskmap_record *record,
			enum taskmap_resource resource, const void *object)
{
	record->ids[resource] = taskmap_ident_address(object);
}

/* hold() for an object that the task need not have */
#define HOLD(record, resource, object, member)				\
	do {								\
		typeof(object) held = (object);				\
									\
		if (held)						\
			hold(record, resource, held,			\
			     count_of(&held->member));			\
	} while (0)

/* hold() for a namespace. Also reports its inode number. */
#define HOLD_NS(record, resource, namespace, before)			\
	do {								\
		typeof(namespace) held = (namespace);			\
									\
		hold(record, resource, held, ns_count(held, before));	\
		(record)->ns_inodes[(resource) - TASKMAP_UTS_NS] =	\
			held->ns.inum;					\
	} while (0)

/* The caller holds task_lock(), so no reference count can reach zero. */
static void hold_locked(struct taskmap_record *record, struct task_struct *task)
{
	struct mm_struct *active_mm = racy(task->active_mm);
	struct fs_struct *fs = task->held_fs;
	struct mm_struct *mm = task->mm;

	HOLD(record, TASKMAP_MM, mm, mm_users);
	/*
	 * The scheduler sets active_mm without the lock, so it is known to be
	 * alive only if it is the task's own mm.
	 */
	hold(record, TASKMAP_ACTIVE_MM, active_mm,
	     active_mm == mm ? REFS(mm, mm_count) : NOT_KNOWN);
	HOLD(record, TASKMAP_FILES, task->files, count);
	if (fs)
		hold(record, TASKMAP_FS, fs, racy(fs->users));
	HOLD(record, TASKMAP_IO, racy(task->io_context), active_ref);
}

/*
 * Report the nsproxy and its namespaces. The caller holds task_lock(), so the
 * nsproxy keeps them alive. It has all namespaces that the kernel was built
 * with (init_nsproxy in kernel/nsproxy.c). A kernel without CONFIG_UTS_NS and
 * so on still has the initial namespace.
 */
static void hold_namespaces(struct taskmap_record *record,
			    const struct nsproxy *nsproxy)
{
	if (!nsproxy)
		return;
	hold(record, TASKMAP_NSPROXY, nsproxy, count_of(&nsproxy->count));
	HOLD_NS(record, TASKMAP_UTS_NS, nsproxy->uts_ns, kref);
	if (IS_ENABLED(CONFIG_SYSVIPC) || IS_ENABLED(CONFIG_POSIX_MQUEUE))
		HOLD_NS(record, TASKMAP_IPC_NS, nsproxy->ipc_ns, count);
	hold_opaque(record, TASKMAP_MNT_NS, nsproxy->mnt_ns);
	HOLD_NS(record, TASKMAP_PID_CHILDREN_NS, nsproxy->pid_ns_for_children,
		kref);
	if (IS_ENABLED(CONFIG_NET))
		HOLD_NS(record, TASKMAP_NET_NS, nsproxy->net_ns, count);
	if (IS_ENABLED(CONFIG_TIME_NS)) {
		HOLD_NS(record, TASKMAP_TIME_NS, nsproxy->time_ns, kref);
		HOLD_NS(record, TASKMAP_TIME_CHILDREN_NS,
			nsproxy->time_ns_for_children, kref);
	}
	if (IS_ENABLED(CONFIG_CGROUPS))
		HOLD_NS(record, TASKMAP_CGROUP_NS, nsproxy->cgroup_ns, count);
}

/*
 * hold() for a pointer that RCU protects and that the task can replace at any
 * time. Repeats until the pointer is the same before and after reading the
 * refs, so that these belong to an object that the task held. Leaves the object
 * in the variable @object.
 */
#define HOLD_RCU(record, resource, object, pointer, refs)		\
	do {								\
		object = rcu_dereference(pointer);			\
		hold(record, resource, object, refs);			\
		smp_rmb(); /* read the refs before the pointer */	\
	} while (object != rcu_access_pointer(pointer))

/* Report objects that stay allocated until the RCU section ends. */
static void hold_rcu(struct taskmap_record *record, struct task_struct *task)
{
	struct css_set __maybe_unused *cgroups;
	struct sighand_struct *sighand;

	/* A dying task loses its sighand. It keeps the others until it is freed. */
	hold(record, TASKMAP_SIGNAL, task->signal,
	     count_of(&task->signal->sigcnt));
	HOLD_RCU(record, TASKMAP_SIGHAND, sighand, task->sighand,
		 REFS(sighand, count));
#ifdef CONFIG_CGROUPS
	HOLD_RCU(record, TASKMAP_CGROUPS, cgroups, task->cgroups,
		 count_of(&cgroups->refcount));
	record->cgroup = kernfs_ino(cgroups->dfl_cgrp->kn);
#endif
#ifdef CONFIG_SYSVIPC
	hold_opaque(record, TASKMAP_SYSVSEM, racy(task->sysvsem.undo_list));
#endif
#ifdef CONFIG_SECCOMP
	hold_opaque(record, TASKMAP_SECCOMP, racy(task->seccomp.filter));
	record->seccomp = racy(task->seccomp.mode);
#endif
}

/*
 * Report the objective credentials (real_cred), which apply when others act on
 * the task, and their user namespace. The credentials keep the namespace alive;
 * both stay allocated until the RCU section ends.
 */
static void hold_cred(struct taskmap_record *record, struct task_struct *task)
{
	const struct cred *cred;

	HOLD_RCU(record, TASKMAP_CRED, cred, task->real_cred,
		 count_of(&cred->usage));
	HOLD_NS(record, TASKMAP_USER_NS, cred->user_ns, count);
	record->uid = __kuid_val(cred->uid);
	record->gid = __kgid_val(cred->gid);
	record->euid = __kuid_val(cred->euid);
	record->fsuid = __kuid_val(cred->fsuid);
}

/*
 * Report the pid namespace that the task lives in, and its pids at all levels.
 * Its struct pid pins the namespace, and the pids in it never change.
 */
static void hold_pid(struct taskmap_record *record, struct pid *pid)
{
	const unsigned int level = pid->level;
	const struct upid *own = &pid->numbers[level];
	unsigned int i;

	HOLD_NS(record, TASKMAP_PID_NS, own->ns, kref);
	record->ns_pid = own->nr;
	record->ns_levels = level + 1;
	for (i = 1; i < level && i <= TASKMAP_NS_PIDS; i++)
		record->ns_pids[i - 1] = pid->numbers[i].nr;
}

/*
 * Return whether @task is a vfork child that still uses its parent's mm.
 * vfork_done alone does not prove this: CLONE_VFORK does not imply CLONE_VM,
 * and kernel threads use vfork_done for themselves. The parent's mm can change
 * at any time, so it is only compared.
 */
static bool borrows_mm(struct task_struct *task, struct task_struct *parent)
{
	return racy(task->vfork_done) && task->mm &&
	       !(racy(task->flags) & PF_KTHREAD) &&
	       racy(parent->mm) == task->mm;
}

static enum taskmap_kind kind_of(const struct taskmap_record *record)
{
	if (record->flags & PF_KTHREAD)
		return TASKMAP_KTHREAD;
	if (record->flags & (PF_IO_WORKER | PF_USER_WORKER))
		return TASKMAP_WORKER;
	if (record->pid != record->tgid)
		return TASKMAP_THREAD;
	if (record->threads > 1)
		return TASKMAP_MAIN;
	return TASKMAP_PROCESS;
}

/* Pid of a process group or session. @pid is NULL after all have left it. */
static pid_t number_of(const struct pid *pid)
{
	return pid ? pid->numbers[0].nr : 0;
}

/* Exit code as wait(2) reports it; see wait_task_zombie() in kernel/exit.c. */
static int exit_code_of(struct task_struct *task)
{
	if (thread_group_leader(task) &&
	    racy(task->signal->flags) & SIGNAL_GROUP_EXIT)
		return racy(task->signal->group_exit_code);
	return racy(task->exit_code);
}

/* Report what needs no lock: words that are read once. */
static void describe(struct taskmap_record *record, struct task_struct *task,
		     struct task_struct *parent)
{
	const struct signal_struct *signal = task->signal;

	record->start_ns = racy(task->start_boottime);
	record->tgid = racy(task->tgid);
	record->ppid = racy(parent->tgid);
	record->parent = racy(parent->pid);
	if (unlikely(racy(task->ptrace)))
		record->tracer = racy(rcu_dereference(task->parent)->pid);
	record->pgrp = number_of(racy(signal->pids[PIDTYPE_PGID]));
	record->session = number_of(racy(signal->pids[PIDTYPE_SID]));
	if (unlikely(racy(task->exit_state)))
		record->exit_code = exit_code_of(task);
	record->flags = racy(task->flags);
	record->exit_signal = racy(task->exit_signal);
	record->threads = racy(signal->nr_threads);
	/* reads each word of the state once, as /proc does */
	record->state = data_race(task_state_to_char(task));
	record->kind = kind_of(record);
}

/*
 * Copy the name up to its NUL, word by word. Its last byte is always NUL. With
 * a loop over bytes, "snapshot" would take 26 more instructions for each task
 * with a name of five bytes, and with strscpy() even more.
 */
static void hold_name(struct taskmap_record *record, struct task_struct *task)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, zeros;
	unsigned int i;

	for (i = 0; i < TASKMAP_COMM_LEN; i += sizeof(word)) {
		/* From 6.14 on, names are written without the lock. */
		data_race(memcpy(&word, task->comm + i, sizeof(word)));
		if (has_zero(word, &zeros, &constants)) {
			zeros = prep_zero_mask(word, zeros, &constants);
			zeros = create_zero_mask(zeros);
			word &= zero_bytemask(zeros);
			memcpy(record->comm + i, &word, sizeof(word));
			break;
		}
		memcpy(record->comm + i, &word, sizeof(word));
	}
}

/* The caller holds task_lock(), or the machine is stopped. */
static void hold_all_locked(struct taskmap_record *record,
			    struct task_struct *task,
			    struct task_struct *parent)
{
	hold_locked(record, task);
	hold_namespaces(record, task->nsproxy);
	hold_name(record, task);
	if (borrows_mm(task, parent))
		record->marks |= TASKMAP_MARK_VFORK;
}

/*
 * Return whether the machine was stopped while a thread was taking over its
 * leader's pid (exchange_tids() in kernel/pid.c).
 */
static bool is_torn(const struct taskmap_walk *walk, struct pid *pid,
		    struct task_struct *task)
{
	return racy(task->thread_pid) != pid || racy(task->pid) != walk->cursor;
}

/*
 * Fill in the record of @task, with addresses in place of ids. The record is
 * zeroed. The caller is in the RCU section in which it found the task.
 *
 * The parent may exit at any time, but it stays allocated: children are
 * reparented before their parent is unhashed, and its memory is freed only
 * after a grace period.
 */
static void fill(struct taskmap_record *record, struct taskmap_walk *walk,
		 struct pid *pid, struct task_struct *task)
{
	struct task_struct *parent = rcu_dereference(task->real_parent);

	record->pid = walk->cursor;
	record->task = taskmap_ident_address(task);
	describe(record, task, parent);
	taskmap_birth_fill(record, task);
	hold_pid(record, pid);
	hold_rcu(record, task);
	hold_cred(record, task);
	if (walk->stopped) {
		if (is_torn(walk, pid, task))
			walk->torn = true;
		if (record->pid == record->tgid)
			walk->threads += record->threads;
		hold_all_locked(record, task, parent);
	} else {
		task_lock(task);
		hold_all_locked(record, task, parent);
		task_unlock(task);
	}
}

/**
 * taskmap_walk_event() - fill in the record of a task in a tracepoint
 * @record: zeroed; filled in with addresses in place of ids
 * @task: the current task, or a new one that has not run yet
 *
 * No lock is needed, and none could be taken here on PREEMPT_RT. Only @task
 * itself replaces what task_lock() protects, except its name and its I/O
 * context, and the I/O context is never freed before @task ends.
 *
 * Context: A tracepoint of fork, exec or exit.
 */
void taskmap_walk_event(struct taskmap_record *record,
			struct task_struct *task)
{
	struct taskmap_walk walk = {
		.cursor = task_pid_nr(task),
		.stopped = true,
	};

	rcu_read_lock();
	fill(record, &walk, task_pid(task), task);
	rcu_read_unlock();
	/* do_exit() has set exit_code, but the task is not a zombie yet. */
	if (record->flags & PF_EXITING)
		record->exit_code = racy(task->exit_code);
}

/**
 * taskmap_walk_batch() - visit the next tasks
 * @walk: zeroed before the first batch, except @walk->stopped; @walk->done is
 *	set when there are no more tasks
 * @records: zeroed; filled in pid order, with addresses in place of ids. NULL
 *	to only count tasks.
 * @limit: maximum number of tasks to visit, and the number of @records
 *
 * Context: Any context that may take a task's alloc_lock, or within
 * stop_machine(). Holds the RCU read lock for at most BATCH_VISITS pids. The
 * caller reschedules between batches.
 * Return: The number of tasks visited, which can be 0 even if there are more.
 */
unsigned int taskmap_walk_batch(struct taskmap_walk *walk,
				struct taskmap_record *records,
				unsigned int limit)
{
	unsigned int visits = BATCH_VISITS;
	unsigned int seen = 0;
	struct radix_tree_iter iter;
	struct task_struct *task;
	struct pid *pid;
	void __rcu **slot;

	rcu_read_lock();
	/*
	 * Not idr_get_next(), which find_ge_pid() uses: it starts at the root
	 * for every pid. With it, "snapshot" takes 12 % (processes) to 21 %
	 * (threads) more instructions, and "exact" 21 % to 34 % more.
	 */
	radix_tree_for_each_slot(slot, &init_pid_ns.idr.idr_rt, &iter,
				 walk->cursor) {
		pid = radix_tree_deref_slot(slot);
		/* Reserved by a fork in alloc_pid(), or just freed */
		if (!pid)
			continue;
		if (radix_tree_deref_retry(pid)) {
			slot = radix_tree_iter_retry(&iter);
			continue;
		}
		/* If the batch ends here, the next one starts with this pid. */
		walk->cursor = iter.index;
		if (seen == limit || !visits--)
			goto unlock;
		task = pid_task(pid, PIDTYPE_PID);
		if (!task)
			continue;
		if (records)
			fill(&records[seen], walk, pid, task);
		seen++;
	}
	walk->done = true;
unlock:
	rcu_read_unlock();
	return seen;
}
