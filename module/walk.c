// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The one place that looks into a task.
 *
 * What a walk promises
 * --------------------
 * Tasks are visited in the order of their pids in the initial pid namespace, by
 * a pid cursor, in batches. Each batch is one RCU read-side section, in which
 * nothing is allocated, formatted or copied to user memory; between batches the
 * caller may sleep, and only the cursor is kept. So
 *
 *  - a task that exists from the start of the walk to its end is reported
 *    exactly once, by pid: a thread that execs takes over its leader's pid
 *    (de_thread() in fs/exec.c) and is then that one;
 *  - a record is coherent: what task_lock() protects is read in one section of
 *    it;
 *  - the set of records is not one instant, and between two batches, or two
 *    tasks, an object can be freed and its memory be used for another. Most are
 *    freed at once and not by RCU (put_files_struct() in fs/file.c,
 *    free_fs_struct() in fs/fs_struct.c), so longer sections would not help.
 *
 * What keeps the objects alive
 * ----------------------------
 * Nothing is dereferenced but
 *
 *  - a struct pid found in the idr, the task it leads to, that task's parent
 *    and its signal_struct, under RCU: a struct pid is freed by RCU
 *    (free_pid()), a task_struct and the signal_struct that it owns by RCU
 *    after it was unhashed (put_task_struct_rcu_user(), free_task());
 *  - what the task holds by its alloc_lock, under task_lock(): a task lets go
 *    of these only after it cleared its pointer under that lock
 *    (include/linux/sched/task.h documents the list above task_lock());
 *  - sighand, cred and css_set, under RCU: sighand is of a type-safe slab
 *    (SLAB_TYPESAFE_BY_RCU, kernel/fork.c), the others are freed by RCU.
 *
 * No memory map is walked and no lock but alloc_lock is taken.
 *
 * A walk of a stopped machine
 * ---------------------------
 * Then no lock is taken at all: the task that has it could be stopped, too, and
 * would never let it go. The same objects are alive without it. Where spinlocks
 * disable preemption nobody was stopped while it held one. Where they do not
 * (PREEMPT_RT) a task may have been, and then it has either cleared its pointer
 * and not let go of the object yet, or not even done that.
 */
#include <linux/cgroup.h>
#include <linux/compiler.h>
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/fs_struct.h>
#include <linux/idr.h>
#include <linux/iocontext.h>
#include <linux/ipc_namespace.h>
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
#include <net/net_namespace.h>

#include "compat.h"
#include "ident.h"
#include "taskmap.h"

/*
 * Most pids belong to a task. A process group or session whose leader is gone
 * keeps a pid without one, so visits are bounded apart from records.
 */
#define BATCH_VISITS	512

/*
 * A word that is written under no lock that is held here. It is read once, and
 * whatever it was at that moment is an answer.
 */
#define racy(word)	data_race(READ_ONCE(word))

/*
 * The table of resources: a row says which resource it is, how to reach the
 * object from the task, and how to read the object's refs, in which the object
 * is called "it". NOT_KNOWN is for objects that a module cannot see into.
 * Instead of the id the record gets the object's address, until ident.c makes it.
 *
 * The rows stand in the functions below, one for each kind of protection.
 */
#define NOT_KNOWN	0

#define HOLD(resource, pointer, count)					\
	do {								\
		typeof(pointer) it = (pointer);				\
									\
		record->ids[TASKMAP_##resource] =			\
			taskmap_ident_address(it);			\
		record->refs[TASKMAP_##resource] =			\
			it ? (count) : NOT_KNOWN;			\
	} while (0)

/*
 * The same for a pointer under RCU. The task can let go of the object at any
 * time; it is looked at again until the pointer was the same before and after
 * the refs were read, so that they are those of an object that was held.
 */
#define HOLD_RCU(resource, pointer, count)				\
	do {								\
		typeof(*(pointer)) *seen;				\
									\
		do {							\
			seen = rcu_dereference(pointer);		\
			HOLD(resource, seen, count);			\
			smp_rmb(); /* the refs before the second look */ \
		} while (seen != rcu_access_pointer(pointer));		\
	} while (0)

/*
 * What task_lock() protects. The count of the object that the pointer leads
 * to cannot reach zero as long as the lock is held.
 */
static void hold_locked(struct taskmap_record *record, struct task_struct *task)
{
	HOLD(MM,	task->mm,		count_of(&it->mm_users));
	HOLD(FILES,	task->files,		count_of(&it->count));
	HOLD(FS,	task->held_fs,		racy(it->users));
	HOLD(IO,	task->io_context,	count_of(&it->active_ref));
	HOLD(NSPROXY,	task->nsproxy,		count_of(&it->count));
	/*
	 * Set by the scheduler without this lock: only the task's own mm is
	 * known to be alive.
	 */
	HOLD(ACTIVE_MM,	racy(task->active_mm),
	     it == task->mm ? count_of(&it->mm_count) : NOT_KNOWN);
}

/*
 * What the task's nsproxy keeps alive, which the task keeps alive. Protected
 * like that.
 */
static void hold_namespaces(struct taskmap_record *record,
			    struct task_struct *task)
{
	struct nsproxy *nsproxy = task->nsproxy;

	if (!nsproxy)
		return;
	HOLD(UTS_NS,	nsproxy->uts_ns,	ns_count(it, kref));
	HOLD(IPC_NS,	nsproxy->ipc_ns,	ns_count(it, count));
	HOLD(MNT_NS,	nsproxy->mnt_ns,	NOT_KNOWN);
	HOLD(NET_NS,	nsproxy->net_ns,	ns_count(it, count));
	HOLD(TIME_NS,	nsproxy->time_ns,	ns_count(it, kref));
	HOLD(CGROUP_NS,	nsproxy->cgroup_ns,	ns_count(it, count));
}

/* What lives as long as the task, or as the RCU section. */
static void hold_rcu(struct taskmap_record *record, struct task_struct *task)
{
	HOLD(SIGNAL,	task->signal,		count_of(&it->sigcnt));
	HOLD_RCU(SIGHAND, task->sighand,	count_of(&it->count));
#ifdef CONFIG_CGROUPS
	HOLD_RCU(CGROUPS, task->cgroups,	count_of(&it->refcount));
#endif
#ifdef CONFIG_SYSVIPC
	/* Its type is private to ipc/sem.c. */
	HOLD(SYSVSEM,	racy(task->sysvsem.undo_list),
	     NOT_KNOWN);
#endif
}

/*
 * The credentials, and the user namespace that they keep alive. The objective
 * ones (real_cred): they are what others see of the task.
 */
static void hold_cred(struct taskmap_record *record, struct task_struct *task)
{
	const struct cred *cred;

	HOLD_RCU(CRED,	task->real_cred,	count_of(&it->usage));
	/* Whatever was looked at lives until the section ends. */
	cred = taskmap_ident_object(record->ids[TASKMAP_CRED]);
	HOLD(USER_NS,	cred->user_ns,		ns_count(it, count));
	record->uid = __kuid_val(cred->uid);
	record->gid = __kgid_val(cred->gid);
}

/* The pid namespace that the task lives in; a struct pid keeps it alive. */
static void hold_pid(struct taskmap_record *record, struct pid *pid)
{
	const struct upid *own = &pid->numbers[pid->level];

	HOLD(PID_NS,	own->ns,		ns_count(it, kref));
	record->ns_pid = own->nr;
}

/*
 * Whether a vfork child still uses its parent's memory. CLONE_VFORK alone does
 * not say so, for it does not imply CLONE_VM, and a kthread uses vfork_done for
 * itself. The parent's mm is only compared: it can change at any time.
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

/* What needs no lock: each is one word that is read once. */
static void describe(struct taskmap_record *record, struct task_struct *task,
		     struct task_struct *parent)
{
	record->start_ns = racy(task->start_boottime);
	record->tgid = racy(task->tgid);
	record->ppid = racy(parent->tgid);
	record->flags = racy(task->flags);
	record->exit_signal = racy(task->exit_signal);
	record->threads = racy(task->signal->nr_threads);
	/* Reads the words of the state once each, as /proc does. */
	record->state = data_race(task_state_to_char(task));
	record->kind = kind_of(record);
}

/*
 * The name. From 6.14 on it is written without the lock, its last byte never.
 * Byte by byte, for it is short: strscpy() takes twice as long to begin with.
 */
static void hold_name(struct taskmap_record *record, struct task_struct *task)
{
	unsigned int i;
	char byte;

	for (i = 0; i < TASKMAP_COMM_LEN - 1; i++) {
		byte = racy(task->comm[i]);
		if (!byte)
			break;
		record->comm[i] = byte;
	}
}

/* What task_lock() protects; or without it, if the machine is stopped. */
static __always_inline void hold_all_locked(struct taskmap_record *record,
					    struct task_struct *task,
					    struct task_struct *parent)
{
	hold_locked(record, task);
	hold_namespaces(record, task);
	hold_name(record, task);
	if (borrows_mm(task, parent))
		record->marks |= TASKMAP_MARK_VFORK;
}

/*
 * Whether a thread is taking over its leader's pid (exchange_tids() in
 * kernel/pid.c), which a stopped machine can be in the middle of.
 */
static bool is_torn(const struct taskmap_walk *walk, struct pid *pid,
		    struct task_struct *task)
{
	return racy(task->thread_pid) != pid || racy(task->pid) != walk->cursor;
}

/*
 * Fills in the record of a task, which is zero, with addresses in place of ids.
 *
 * The parent is alive although nothing is locked: in this RCU section the task
 * was still hashed, and a task is given to another parent before its parent is
 * unhashed, whose memory then stays until the section ends.
 */
static void fill(struct taskmap_record *record, struct taskmap_walk *walk,
		 struct pid *pid, struct task_struct *task)
{
	struct task_struct *parent = rcu_dereference(task->real_parent);

	record->pid = walk->cursor;
	record->task = taskmap_ident_address(task);
	describe(record, task, parent);
	hold_pid(record, pid);
	hold_rcu(record, task);
	hold_cred(record, task);
	if (walk->stopped) {
		if (is_torn(walk, pid, task))
			walk->torn = true;
		hold_all_locked(record, task, parent);
	} else {
		task_lock(task);
		hold_all_locked(record, task, parent);
		task_unlock(task);
	}
}

/**
 * taskmap_walk_begin() - start a walk over all tasks
 * @walk: to be passed to taskmap_walk_batch()
 * @stopped: the machine is stopped, or will be when the walk goes on
 *
 * Context: any.
 */
void taskmap_walk_begin(struct taskmap_walk *walk, bool stopped)
{
	memset(walk, 0, sizeof(*walk));
	walk->cursor = 1;
	walk->stopped = stopped;
}

/**
 * taskmap_walk_batch() - walk on over a bounded number of tasks
 * @walk: where the walk stands; @walk->done is set when there are no more
 * @records: zero; written in pid order, with addresses where ids are to be; or
 *	NULL if tasks are only to be counted
 * @room: how many records there is room for, or how many tasks to count
 *
 * Context: any that may take a task's alloc_lock, or within stop_machine();
 * holds RCU for at most BATCH_VISITS pids. The caller reschedules between
 * batches.
 * Return: the number of tasks, which may be 0 although there are more.
 */
unsigned int taskmap_walk_batch(struct taskmap_walk *walk,
				struct taskmap_record *records,
				unsigned int room)
{
	unsigned int visits = BATCH_VISITS;
	unsigned int seen = 0;
	struct radix_tree_iter iter;
	struct task_struct *task;
	struct pid *pid;
	void __rcu **slot;

	rcu_read_lock();
	/*
	 * What find_ge_pid() does, which 5.10 does not export; but it looks for
	 * the way from the root again for every pid, which costs more than all
	 * that is read of the task.
	 */
	radix_tree_for_each_slot(slot, &init_pid_ns.idr.idr_rt, &iter,
				 walk->cursor) {
		pid = radix_tree_deref_slot(slot);
		/* Not yet a pid, or none any more. */
		if (!pid)
			continue;
		if (radix_tree_deref_retry(pid)) {
			slot = radix_tree_iter_retry(&iter);
			continue;
		}
		/* The pid is not visited, but the one to go on with. */
		walk->cursor = iter.index;
		if (seen == room || !visits--)
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
