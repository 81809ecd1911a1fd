// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Exercise: list all tasks in /proc/tasks. README.md describes the file, and
 * "make grade MODULE=docs/exercise" tells you how far you are.
 *
 * This skeleton compiles, and lists nothing.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

/* TODO 5: if this is not 0, show only the task with this PID. */
static int pid;
module_param(pid, int, 0600);
MODULE_PARM_DESC(pid, "show only the task with this PID (default: 0, all tasks)");

/*
 * TODO 1: find the task at a position. Which number can a position be, so that
 * it means the same after other tasks have ended? What keeps the task from
 * being freed while you use it, and between two calls of read(2)?
 */
static void *tasks_start(struct seq_file *file, loff_t *pos)
{
	return NULL;
}

static void *tasks_next(struct seq_file *file, void *at, loff_t *pos)
{
	(*pos)++;
	return NULL;
}

/* TODO 2: undo what the last start() or next() did. */
static void tasks_stop(struct seq_file *file, void *at)
{
}

/*
 * TODO 3: print the header once, then one line per task. Which lock or RCU
 * section protects each field? Which fields can be NULL, and for which tasks?
 * TODO 4: print MM and FILES without revealing an address.
 */
static int tasks_show(struct seq_file *file, void *at)
{
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
	return seq_open(file, &tasks_seq);
}

static const struct proc_ops tasks_ops = {
	.proc_open = tasks_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = seq_release,
};

/* TODO 6: create /proc/tasks with mode 0400, and report failure. */
static int __init tasks_init(void)
{
	return 0;
}
module_init(tasks_init);

/* TODO 7: remove it. What if a program has the file open now? */
static void __exit tasks_exit(void)
{
}
module_exit(tasks_exit);

MODULE_DESCRIPTION("Every task of the system, in /proc/tasks");
MODULE_LICENSE("GPL");
