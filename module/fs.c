// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The files in debugfs and procfs. Only this file uses file_operations and user
 * memory. It does not dereference tasks.
 *
 * Opening a file takes a snapshot, and releasing it frees the snapshot. Reads
 * copy from the snapshot, so two opens are independent, and the size of reads
 * does not matter.
 *
 * The files are read-only and of mode 0400, without ioctl and mmap, so they
 * stay readable under lockdown=integrity (debugfs_locked_down()).
 *
 * An open file in debugfs holds a reference to the module, so rmmod is refused.
 * An open file in procfs does not: when a file is removed, procfs releases its
 * open files, and reads from them fail with EIO from then on.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kconfig.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/security.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/threads.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "taskmap.h"

#define DIRECTORY	"taskmap"
#define DIRECTORY_MODE	0500
#define FILE_MODE	0400

static bool procfs;
module_param(procfs, bool, 0444);
MODULE_PARM_DESC(procfs, "Also create the files in /proc/taskmap (default: only if debugfs cannot be used)");

/*
 * The module is loaded completely. Until then opens fail: if a load fails,
 * do_init_module() in kernel/module/main.c frees the module whatever its
 * reference count, and an open file in debugfs would be left without the code
 * that closes it.
 */
static bool ready;

static struct dentry *debugfs_directory;
static struct proc_dir_entry *procfs_directory;

/*
 * Access is checked once, at open, for all tasks together. SELinux and Yama
 * check single tasks in ptrace_may_access(), which is not exported.
 *
 * The mode of the files admits only root. The capability excludes root inside a
 * container, and root without capabilities. Raw ids have the rules of
 * /proc/kcore. Those of /proc/kallsyms also include kptr_restrict, which is not
 * exported either.
 *
 * CAP_DAC_OVERRIDE can open a file for writing although its mode forbids it.
 * This is refused with the same error as in sysfs (kernfs_fop_open() in
 * fs/kernfs/file.c).
 */
static int may_open(const struct file *file)
{
	if (!READ_ONCE(ready))
		return -ENXIO;
	if ((file->f_mode & (FMODE_READ | FMODE_WRITE)) != FMODE_READ)
		return -EACCES;
	if (!capable(CAP_SYS_PTRACE))
		return -EPERM;
	if (!taskmap_ident_raw())
		return 0;
	if (!capable(CAP_SYSLOG) || !capable(CAP_SYS_RAWIO) ||
	    security_locked_down(LOCKDOWN_KCORE))
		return -EPERM;
	return 0;
}

static struct taskmap_snapshot *take(const struct file *file, bool exact)
{
	int error = may_open(file);

	return error ? ERR_PTR(error) : taskmap_snapshot_take(exact);
}

/* "tasks": position 0 is the line of headings, position n is the n-th task. */

static void *tasks_start(struct seq_file *file, loff_t *position)
{
	if (*position == 0)
		return SEQ_START_TOKEN;
	return (void *)taskmap_snapshot_record(file->private, *position - 1);
}

static void *tasks_next(struct seq_file *file, void *at, loff_t *position)
{
	++*position;
	return tasks_start(file, position);
}

static void tasks_stop(struct seq_file *file, void *at)
{
}

static_assert(PID_MAX_LIMIT < TASKMAP_TEXT_PIDS);

/* Write into the buffer of the seq_file. seq_write() would copy each line. */
static int tasks_show(struct seq_file *file, void *at)
{
	char *line;
	int length;

	if (seq_get_buf(file, &line) < TASKMAP_TEXT_LINE)
		length = -1;	/* call again with a larger buffer */
	else if (at == SEQ_START_TOKEN)
		length = taskmap_text_header(line);
	else
		length = taskmap_text_record(line, at);
	seq_commit(file, length);
	return 0;
}

static const struct seq_operations tasks_seq = {
	.start = tasks_start,
	.next = tasks_next,
	.stop = tasks_stop,
	.show = tasks_show,
};

/* The snapshot is taken last, so that an error only has to undo seq_open(). */
static int tasks_open(struct inode *inode, struct file *file)
{
	struct taskmap_snapshot *snapshot;
	int error;

	error = seq_open(file, &tasks_seq);
	if (error)
		return error;
	snapshot = take(file, false);
	if (IS_ERR(snapshot)) {
		seq_release(inode, file);
		return PTR_ERR(snapshot);
	}
	((struct seq_file *)file->private_data)->private = snapshot;
	return 0;
}

static int tasks_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;

	taskmap_snapshot_free(seq->private);
	return seq_release(inode, file);
}

/* "snapshot" and "exact": the image */

static int image_open(struct file *file, bool exact)
{
	struct taskmap_snapshot *snapshot = take(file, exact);

	if (IS_ERR(snapshot))
		return PTR_ERR(snapshot);
	file->private_data = snapshot;
	return 0;
}

static int snapshot_open(struct inode *inode, struct file *file)
{
	return image_open(file, false);
}

static int exact_open(struct inode *inode, struct file *file)
{
	return image_open(file, true);
}

static int image_release(struct inode *inode, struct file *file)
{
	taskmap_snapshot_free(file->private_data);
	return 0;
}

static ssize_t image_read(struct file *file, char __user *buffer, size_t size,
			  loff_t *position)
{
	struct taskmap_snapshot *snapshot = file->private_data;
	size_t done = 0;

	while (done < size) {
		size_t length;
		const void *bytes;
		size_t failed;

		bytes = taskmap_snapshot_bytes(snapshot, *position, &length);
		if (!length)
			break;
		length = min(length, size - done);
		failed = copy_to_user(buffer + done, bytes, length);
		done += length - failed;
		*position += length - failed;
		if (failed)
			return done ? done : -EFAULT;
		cond_resched();
	}
	return done;
}

static loff_t image_llseek(struct file *file, loff_t offset, int whence)
{
	return fixed_size_llseek(file, offset, whence,
				 taskmap_snapshot_size(file->private_data));
}

/* "events": the stream */

/**
 * struct stream - an open file "events"
 * @reading: held while events are copied, so that one reader gets each event
 * @events: the events
 */
struct stream {
	struct mutex reading;	/* protects the reader's part of @events */
	struct taskmap_events *events;
};

/*
 * Hold a reference to the module while a reader may sleep in it. For debugfs
 * the VFS does this, but procfs does not (proc_reg_open() in fs/proc/inode.c):
 * a reader that opened the file during an unload would keep rmmod waiting in
 * proc_remove() until the next event.
 */
static int events_open(struct inode *inode, struct file *file)
{
	struct stream *stream;
	int error = may_open(file);

	if (error)
		return error;
	if (!try_module_get(THIS_MODULE))
		return -ENXIO;
	error = -ENOMEM;
	stream = taskmap_chunk_alloc(sizeof(*stream));
	if (!stream)
		goto put;
	stream->events = taskmap_events_open();
	error = PTR_ERR_OR_ZERO(stream->events);
	if (error)
		goto free;
	mutex_init(&stream->reading);
	file->private_data = stream;
	return stream_open(inode, file);

free:
	taskmap_chunk_free(stream);
put:
	module_put(THIS_MODULE);
	return error;
}

static int events_release(struct inode *inode, struct file *file)
{
	struct stream *stream = file->private_data;

	taskmap_events_close(stream->events);
	taskmap_chunk_free(stream);
	module_put(THIS_MODULE);
	return 0;
}

/* Copy as many whole events as are available and fit, including the header. */
static ssize_t copy_events(struct stream *stream, char __user *buffer,
			   size_t size)
{
	size_t done = 0;
	const void *next;
	size_t length;

	while ((next = taskmap_events_peek(stream->events, &length))) {
		if (length > size - done)
			return done ?: -EINVAL;
		if (copy_to_user(buffer + done, next, length))
			return done ?: -EFAULT;
		taskmap_events_consume(stream->events);
		done += length;
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

static ssize_t events_read(struct file *file, char __user *buffer, size_t size,
			   loff_t *position)
{
	struct stream *stream = file->private_data;
	ssize_t done;
	int error;

	for (;;) {
		if (mutex_lock_interruptible(&stream->reading))
			return -ERESTARTSYS;
		done = copy_events(stream, buffer, size);
		mutex_unlock(&stream->reading);
		if (done || !size)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		error = taskmap_events_wait(stream->events);
		if (error)
			return error;
	}
}

static __poll_t events_poll(struct file *file, struct poll_table_struct *table)
{
	struct stream *stream = file->private_data;

	return taskmap_events_poll(stream->events, file, table) ?
	       EPOLLIN | EPOLLRDNORM : 0;
}

/* The table of files, for debugfs and procfs */

static const struct file_operations tasks_fops = {
	.owner = THIS_MODULE,
	.open = tasks_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = tasks_release,
};

static const struct proc_ops tasks_proc_ops = {
	.proc_open = tasks_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = tasks_release,
};

static const struct file_operations snapshot_fops = {
	.owner = THIS_MODULE,
	.open = snapshot_open,
	.read = image_read,
	.llseek = image_llseek,
	.release = image_release,
};

static const struct proc_ops snapshot_proc_ops = {
	.proc_open = snapshot_open,
	.proc_read = image_read,
	.proc_lseek = image_llseek,
	.proc_release = image_release,
};

static const struct file_operations exact_fops = {
	.owner = THIS_MODULE,
	.open = exact_open,
	.read = image_read,
	.llseek = image_llseek,
	.release = image_release,
};

static const struct proc_ops exact_proc_ops = {
	.proc_open = exact_open,
	.proc_read = image_read,
	.proc_lseek = image_llseek,
	.proc_release = image_release,
};

static const struct file_operations events_fops = {
	.owner = THIS_MODULE,
	.open = events_open,
	.read = events_read,
	.poll = events_poll,
	.release = events_release,
};

static const struct proc_ops events_proc_ops = {
	.proc_open = events_open,
	.proc_read = events_read,
	.proc_poll = events_poll,
	.proc_release = events_release,
};

static const struct view {
	const char *name;
	const struct file_operations *fops;
	const struct proc_ops *proc_ops;
} views[] = {
	{ "tasks",	&tasks_fops,	&tasks_proc_ops },
	{ "snapshot",	&snapshot_fops,	&snapshot_proc_ops },
	{ "exact",	&exact_fops,	&exact_proc_ops },
	{ "events",	&events_fops,	&events_proc_ops },
};

/*
 * Open a file in debugfs. This replaces its operations by those of the view,
 * whose owner is the module; the VFS drops that reference after release.
 *
 * debugfs_fops has no owner, and the files are not created with
 * debugfs_create_file(). debugfs would warn if it could not get a reference to
 * an owner that is not marked as going yet, and rmmod drops the last reference
 * before it sets that mark (try_stop_module() in kernel/module/main.c). An open
 * in between would raise a false alarm, which panic_on_warn turns into a crash.
 *
 * debugfs_remove() waits for this function to return, but not for the VFS. If
 * the open failed, the VFS then still reads the file's operations
 * (do_dentry_open() in fs/open.c), when the module may be gone. So a failed
 * open restores the operations that the file had before.
 */
static int debugfs_open(struct inode *inode, struct file *file)
{
	const struct view *view = inode->i_private;
	int error = -ENXIO;

	if (try_module_get(THIS_MODULE)) {
		replace_fops(file, view->fops);
		error = view->fops->open(inode, file);
	}
	if (error)
		replace_fops(file, inode->i_fop);
	return error;
}

static const struct file_operations debugfs_fops = {
	.open = debugfs_open,
};

/* debugfs_create_dir() always uses mode 0755. The directory is still empty. */
static int restrict_directory(struct dentry *directory)
{
	struct inode *inode = d_inode(directory);
	struct iattr attributes = {
		.ia_valid = ATTR_MODE | ATTR_FORCE,
		.ia_mode = S_IFDIR | DIRECTORY_MODE,
	};
	int error;

	inode_lock(inode);
	error = set_attributes(directory, &attributes);
	inode_unlock(inode);
	return error;
}

/*
 * Most users of debugfs ignore errors. This module must not, because without
 * its files it is useless.
 */
static int debugfs_register(void)
{
	struct dentry *file;
	unsigned int i;
	int error;

	debugfs_directory = debugfs_create_dir(DIRECTORY, NULL);
	if (IS_ERR(debugfs_directory))
		return PTR_ERR(debugfs_directory);
	error = restrict_directory(debugfs_directory);
	for (i = 0; !error && i < ARRAY_SIZE(views); i++) {
		file = debugfs_create_file_unsafe(views[i].name, FILE_MODE,
						  debugfs_directory,
						  (void *)&views[i],
						  &debugfs_fops);
		error = PTR_ERR_OR_ZERO(file);
	}
	if (error)
		debugfs_remove(debugfs_directory);
	return error;
}

static int procfs_register(void)
{
	unsigned int i;

	procfs_directory = proc_mkdir_mode(DIRECTORY, DIRECTORY_MODE, NULL);
	if (!procfs_directory)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(views); i++) {
		if (!proc_create(views[i].name, FILE_MODE, procfs_directory,
				 views[i].proc_ops)) {
			proc_remove(procfs_directory);
			return -ENOMEM;
		}
	}
	return 0;
}

/*
 * The kernel was built without debugfs (ENODEV), or booted with debugfs=off
 * (EPERM) or debugfs=no-mount (ENOENT; newer kernels treat it like off).
 */
static bool debugfs_unusable(int error)
{
	return error == -ENODEV || error == -EPERM || error == -ENOENT;
}

/**
 * taskmap_fs_init() - create the files
 *
 * They are in debugfs. If debugfs cannot be used, or with procfs=1, they are
 * in procfs.
 *
 * Context: Process context, may sleep. Call it last: the files can be opened
 * before it returns.
 * Return: 0, or a negative error code, after which nothing is left behind.
 */
int __init taskmap_fs_init(void)
{
	int error;

	error = debugfs_register();
	if (error) {
		debugfs_directory = NULL;
		if (!debugfs_unusable(error))
			return error;
	}
	if (error || procfs) {
		if (IS_ENABLED(CONFIG_PROC_FS)) {
			error = procfs_register();
		} else {
			pr_err("cannot create the files: %s\n", error ?
			       "neither debugfs nor procfs can be used" :
			       "procfs=1, but this kernel has no procfs");
			error = -ENODEV;
		}
		if (error)
			goto remove_debugfs;
	}
	WRITE_ONCE(ready, true);
	pr_info("%s, %s ids, files in %s\n", TASKMAP_VERSION,
		taskmap_ident_raw() ? "raw" : "keyed",
		!debugfs_directory ? "/proc/taskmap" :
		!procfs_directory ? "debugfs" : "debugfs and /proc/taskmap");
	return 0;

remove_debugfs:
	debugfs_remove(debugfs_directory);
	return error;
}

/**
 * taskmap_fs_exit() - remove the files
 *
 * When it returns, no function of this file is running or will be called.
 *
 * Context: Process context, may sleep.
 */
void taskmap_fs_exit(void)
{
	taskmap_stop_end();
	proc_remove(procfs_directory);
	debugfs_remove(debugfs_directory);
}
