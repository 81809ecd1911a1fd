// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The solution of docs/exercise: /proc/tasks has a line for every task.
 *
 * The position of an open file is the next pid, and not the number of lines:
 * pids stay the same when other tasks end. Between two steps the walk holds a
 * reference to one task and no lock, so it never stalls the system.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cred.h>
#include <linux/fs_struct.h>
#include <linux/idr.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/siphash.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

static int pid;
module_param(pid, int, 0600);
MODULE_PARM_DESC(pid, "show only the task with this PID (default: 0, all tasks)");

/* Drawn anew at each load, so that ids reveal no addresses. */
static siphash_key_t key __ro_after_init;

/* The task with the smallest pid from @nr on, and a reference to it, or NULL. */
static struct task_struct *get_task_from(int *nr)
{
	struct task_struct *task;
	struct pid *found;

	for (;; (*nr)++) {
		rcu_read_lock();
		found = idr_get_next(&init_pid_ns.idr, nr);
		/* A pid can outlive its task, as the id of a group or session. */
		task = found ? pid_task(found, PIDTYPE_PID) : NULL;
		if (task)
			get_task_struct(task);
		rcu_read_unlock();
		if (task || !found)
			return task;
	}
}

/* The task at @pos. If the file shows only one task, there is no other. */
static struct task_struct *get_task_at(struct seq_file *file, loff_t *pos)
{
	int only = (long)file->private;
	int nr = only ? max_t(int, only, *pos) : *pos;
	struct task_struct *task = get_task_from(&nr);

	if (task && only && nr != only) {
		put_task_struct(task);
		return NULL;
	}
	if (task)
		*pos = nr;
	return task;
}

static void *tasks_start(struct seq_file *file, loff_t *pos)
{
	return *pos ? get_task_at(file, pos) : SEQ_START_TOKEN;
}

static void tasks_stop(struct seq_file *file, void *at)
{
	if (at && at != SEQ_START_TOKEN)
		put_task_struct(at);
}

static void *tasks_next(struct seq_file *file, void *at, loff_t *pos)
{
	tasks_stop(file, at);
	(*pos)++;
	return get_task_at(file, pos);
}

static void show_id(struct seq_file *file, const void *object)
{
	if (object)
		seq_printf(file, " %016llx",
			   siphash_1u64((unsigned long)object, &key));
	else
		seq_puts(file, " -");
}

static void show_name(struct seq_file *file, const char *name)
{
	for (; *name; name++) {
		unsigned char byte = *name;

		if (byte < ' ' || byte > '~' || byte == '\\')
			seq_printf(file, "\\%03o", byte);
		else
			seq_putc(file, byte);
	}
}

static int tasks_show(struct seq_file *file, void *at)
{
	const void *mm, *files, *fs;
	struct task_struct *task = at;
	char name[TASK_COMM_LEN];
	unsigned long vsz = 0;
	int umask = 0;
	uid_t uid;

	if (at == SEQ_START_TOKEN) {
		seq_puts(file, "PID TGID PPID KIND UID VSZ UMASK MM FILES COMM\n");
		return 0;
	}

	rcu_read_lock();
	uid = from_kuid_munged(&init_user_ns, __task_cred(task)->uid);
	rcu_read_unlock();

	/* A task that exits gives up its objects under this lock. */
	task_lock(task);
	mm = task->mm;
	if (mm)
		vsz = task->mm->total_vm;
	fs = task->fs;
	if (fs)
		umask = task->fs->umask;
	files = task->files;
	strscpy(name, task->comm, sizeof(name));
	task_unlock(task);

	seq_printf(file, "%d %d %d %s %u", task_pid_nr(task), task_tgid_nr(task),
		   task_ppid_nr(task),
		   task->flags & PF_KTHREAD ? "kthread" : "user", uid);
	if (mm)
		seq_printf(file, " %lu", vsz);
	else
		seq_puts(file, " -");
	if (fs)
		seq_printf(file, " %04o", umask);
	else
		seq_puts(file, " -");
	show_id(file, mm);
	show_id(file, files);
	seq_putc(file, ' ');
	show_name(file, name);
	seq_putc(file, '\n');
	return 0;
}

static const struct seq_operations tasks_seq = {
	.start = tasks_start,
	.next = tasks_next,
	.stop = tasks_stop,
	.show = tasks_show,
};

static int tasks_open(struct inode *inode, struct file *file)
{
	int error = seq_open(file, &tasks_seq);

	if (!error)
		((struct seq_file *)file->private_data)->private =
			(void *)(long)READ_ONCE(pid);
	return error;
}

static const struct proc_ops tasks_ops = {
	.proc_open = tasks_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = seq_release,
};

static int __init tasks_init(void)
{
	get_random_bytes(&key, sizeof(key));
	if (!proc_create("tasks", 0400, NULL, &tasks_ops))
		return -ENOMEM;
	return 0;
}
module_init(tasks_init);

static void __exit tasks_exit(void)
{
	remove_proc_entry("tasks", NULL);
}
module_exit(tasks_exit);

MODULE_DESCRIPTION("Every task of the system, in /proc/tasks");
MODULE_LICENSE("GPL");
