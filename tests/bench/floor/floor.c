// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What nothing that looks at all tasks can go below: visits them, loads what a
 * record is made of, and adds it up, so that no load is left out. No lock is
 * taken, nothing is hashed, written or copied. For the bench alone, in which all
 * tasks are at rest: what it looks at can be gone by then in a system that runs.
 *
 * Two files under debugfs, each of which does it when it is opened:
 *
 *	floor/cursor	by a pid cursor, and a look from the root of the idr for
 *			each, as find_ge_pid() does it, and who walks in /proc
 *	floor/list	by the list of tasks, which cannot be let go of
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
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/time_namespace.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include "compat.h"

#define BATCH	512

/* Of an object, if there is one, its address and its count. */
#define HELD(pointer, count)						\
	({								\
		typeof(pointer) it = (pointer);				\
									\
		(unsigned long)it + (it ? (count) : 0);			\
	})

static u64 load_namespaces(const struct nsproxy *nsproxy)
{
	if (!nsproxy)
		return 0;
	return HELD(nsproxy->uts_ns, ns_count(it, kref)) +
	       HELD(nsproxy->ipc_ns, ns_count(it, count)) +
	       (unsigned long)nsproxy->mnt_ns +
	       HELD(nsproxy->net_ns, ns_count(it, count)) +
	       HELD(nsproxy->time_ns, ns_count(it, kref)) +
	       HELD(nsproxy->cgroup_ns, ns_count(it, count));
}

static u64 load_cred(const struct cred *cred)
{
	return HELD(cred, count_of(&it->usage)) +
	       HELD(cred->user_ns, ns_count(it, count)) +
	       __kuid_val(cred->uid) + __kgid_val(cred->gid);
}

static u64 load_pid(const struct pid *pid)
{
	const struct upid *own = &pid->numbers[pid->level];

	return HELD(own->ns, ns_count(it, kref)) + own->nr;
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
	struct mm_struct *mm = task->mm;

	return (unsigned long)task + task->start_boottime + task->pid +
	       task->tgid + parent->tgid + task->flags + task->exit_signal +
	       task->signal->nr_threads + READ_ONCE(task->__state) +
	       READ_ONCE(task->exit_state) +
	       (task->vfork_done && mm && mm == READ_ONCE(parent->mm)) +
	       load_name(task) + load_pid(pid) +
	       HELD(mm, count_of(&it->mm_users)) +
	       HELD(task->active_mm,
		    it == mm ? count_of(&it->mm_count) : 0) +
	       HELD(task->files, count_of(&it->count)) +
	       HELD(task->held_fs, READ_ONCE(it->users)) +
	       HELD(rcu_dereference(task->sighand), count_of(&it->count)) +
	       HELD(task->signal, count_of(&it->sigcnt)) +
	       HELD(task->io_context, count_of(&it->active_ref)) +
	       (unsigned long)task->sysvsem.undo_list +
	       HELD(rcu_dereference(task->cgroups), count_of(&it->refcount)) +
	       load_cred(rcu_dereference(task->real_cred)) +
	       HELD(task->nsproxy, count_of(&it->count)) +
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

/* Where the sums end: whatever is written here was loaded. */
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
MODULE_DESCRIPTION("The least that it costs to look at all tasks; for the bench of taskmap");
