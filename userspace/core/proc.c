// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* Reads tasks from /proc. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/proc.h"

uint64_t proc_tick_ns(void)
{
	return 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

/*
 * Reads a whole file. Returns NULL with errno set if that fails; otherwise the
 * caller frees the text.
 */
static char *read_path(const char *path)
{
	char *text = NULL;
	size_t capacity = 0;
	int reason = 0;
	FILE *file;

	file = fopen(path, "re");
	if (!file)
		return NULL;
	/* Usually large enough to read the file at once. */
	setvbuf(file, NULL, _IOFBF, 1 << 14);
	/* If the task ends meanwhile, an error truncates the text. */
	errno = 0;
	if (getdelim(&text, &capacity, '\0', file) < 0 || ferror(file)) {
		reason = errno ? errno : EBADMSG;
		free(text);
		text = NULL;
	}
	fclose(file);
	errno = reason;
	return text;
}

static char *read_file(const char *root, int pid, const char *name)
{
	char path[PATH_MAX];

	proc_path(path, root, pid, name);
	return read_path(path);
}

/*
 * The exit code, the last field of /proc/PID/stat. 0 if the caller may not
 * trace the task.
 */
static int exit_code_of(const char *stat)
{
	const char *last = strrchr(stat, ' ');

	return last ? atoi(last) : 0;
}

/* Fields 1 to 6, 9, 20, 22, 38 and 52 of proc_pid_stat(5). */
static bool parse_stat(const char *text, struct proc_task *task)
{
	struct taskmap_record *record = &task->record;
	/* The name is between these parentheses, and can contain others. */
	const char *open = strchr(text, '(');
	const char *close = open ? strrchr(open, ')') : NULL;
	unsigned long long ticks;
	char state;

	if (!close ||
	    sscanf(close, ") %c %d %d %d %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %u %*s %llu %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d",
		   &state, &record->ppid, &record->pgrp, &record->session,
		   &record->flags, &record->threads, &ticks,
		   &record->exit_signal) != 8)
		return false;
	record->exit_code = exit_code_of(text);
	task->group_exit_code = record->exit_code;
	snprintf(task->name, sizeof(task->name), "%.*s",
		 (int)(close - open - 1), open + 1);
	memcpy(record->comm, task->name, TASKMAP_COMM_LEN - 1);
	record->pid = atoi(text);
	record->state = (unsigned char)state;
	record->start_ns = ticks * proc_tick_ns();
	/*
	 * A task that is being released has neither signal handlers nor
	 * threads.
	 */
	record->ids[TASKMAP_SIGHAND] = record->threads;
	return true;
}

/*
 * Reads the pids of a task from the namespace of /proc to its own. The first is
 * @pid of the record.
 */
static void parse_ns_pids(const char *numbers, struct taskmap_record *record)
{
	unsigned int levels = 0;
	char *end;

	for (;; levels++, numbers = end) {
		int pid = (int)strtol(numbers, &end, 10);

		if (end == numbers)
			break;
		/* The number before this one is neither the first nor the last. */
		if (levels > 1 && levels - 2 < TASKMAP_NS_PIDS)
			record->ns_pids[levels - 2] = record->ns_pid;
		record->ns_pid = pid;
	}
	record->ns_levels = levels;
}

/* Each label starts a line: newlines in the name are escaped in this file. */
static bool parse_status(const char *text, struct proc_task *task)
{
	struct taskmap_record *record = &task->record;
	const char *tgid = strstr(text, "\nTgid:");
	const char *tracer = strstr(text, "\nTracerPid:");
	const char *uid = strstr(text, "\nUid:");
	const char *gid = strstr(text, "\nGid:");
	const char *ns_pid = strstr(text, "\nNSpid:");
	const char *seccomp = strstr(text, "\nSeccomp:");

	if (!tgid || sscanf(tgid, "\nTgid: %d", &record->tgid) != 1 ||
	    !tracer ||
	    sscanf(tracer, "\nTracerPid: %d", &record->tracer) != 1 ||
	    !uid || sscanf(uid, "\nUid: %u %u %*s %u", &record->uid,
			   &record->euid, &record->fsuid) != 3 ||
	    !gid || sscanf(gid, "\nGid: %u", &record->gid) != 1)
		return false;
	/* Kernels without seccomp or pid namespaces do not have these lines. */
	if (seccomp && sscanf(seccomp, "\nSeccomp: %u", &record->seccomp) != 1)
		return false;
	if (ns_pid) {
		parse_ns_pids(ns_pid + strlen("\nNSpid:"), record);
	} else {
		record->ns_pid = record->pid;
		record->ns_levels = 1;
	}
	record->ids[TASKMAP_MM] = !!strstr(text, "\nVmSize:");
	return true;
}

static unsigned int kind_of(const struct taskmap_record *record)
{
	if (record->flags & FLAG_KTHREAD)
		return TASKMAP_KTHREAD;
	if (record->flags & FLAG_IO_WORKER)
		return TASKMAP_WORKER;
	if (record->pid != record->tgid)
		return TASKMAP_THREAD;
	return record->threads > 1 ? TASKMAP_MAIN : TASKMAP_PROCESS;
}

/* Reads how the whole thread group ended, if /proc/PID/stat shows it. */
static int read_group(const char *root, struct proc_task *task)
{
	char path[PATH_MAX], *text;

	snprintf(path, sizeof(path), "%s/%d/stat", root, task->record.pid);
	text = read_path(path);
	if (!text)
		return errno == ENOMEM ? -ENOMEM : 0;
	task->group_exit_code = exit_code_of(text);
	free(text);
	return 0;
}

static void read_cgroup(const char *root, const char *cgroups,
			struct proc_task *task)
{
	char *text = read_file(root, task->record.pid, "cgroup");
	/* The line follows those of other hierarchies, if there are any. */
	char *line = text ? strstr(text, "0::/") : NULL;
	char path[PATH_MAX];
	struct stat st;

	while (line && line > text && line[-1] != '\n')
		line = strstr(line + 1, "0::/");
	if (line) {
		line += strlen("0::");
		snprintf(path, sizeof(path), "%s%.*s", cgroups,
			 (int)strcspn(line, "\n"), line);
		/* The directory may have been removed if the task is dead. */
		if (!stat(path, &st))
			task->record.cgroup = st.st_ino;
	}
	free(text);
}

int proc_read(const char *root, const char *cgroups, int pid,
	      struct proc_task *task)
{
	char *stat = read_file(root, pid, "stat");
	char *status = stat ? read_file(root, pid, "status") : NULL;
	int error = 0;

	if (!status)
		error = -errno;
	memset(task, 0, sizeof(*task));
	if (status && !(parse_stat(stat, task) && parse_status(status, task)))
		error = -EBADMSG;
	task->record.kind = (unsigned char)kind_of(&task->record);
	if (!error && record_is_dead(&task->record) && task->record.tgid == pid)
		error = read_group(root, task);
	if (!error && cgroups)
		read_cgroup(root, cgroups, task);
	free(stat);
	free(status);
	return error;
}

int proc_glance(const char *root, int pid, struct taskmap_record *record)
{
	char *text = read_file(root, pid, "stat");
	struct proc_task task = { 0 };
	int error = text ? 0 : -errno;

	if (text && !parse_stat(text, &task))
		error = -EBADMSG;
	*record = task.record;
	free(text);
	return error;
}

/* Inode numbers of the initial cgroup namespace, and of the root cgroup. */
#define FIRST_CGROUP_NS	0xeffffffbU
#define CGROUP_ROOT	1

char *proc_cgroups(const char *root)
{
	char path[PATH_MAX], *found = NULL;
	struct mntent *mount;
	uint64_t number;
	struct stat st;
	FILE *mounts;

	if (proc_namespace(root, 0, TASKMAP_CGROUP_NS, &number) ||
	    (number && number != FIRST_CGROUP_NS))
		return NULL;
	proc_path(path, root, 0, "mounts");
	mounts = setmntent(path, "re");
	if (!mounts)
		return NULL;
	while (!found && (mount = getmntent(mounts))) {
		if (!strcmp(mount->mnt_type, "cgroup2") &&
		    !stat(mount->mnt_dir, &st) && st.st_ino == CGROUP_ROOT)
			found = strdup(mount->mnt_dir);
	}
	endmntent(mounts);
	return found;
}

/* Numbers in a directory of /proc. The array grows by doubling. */
struct numbers {
	int *list;
	size_t count;
};

static int add_number(struct numbers *numbers, int number)
{
	int *list = numbers->list;

	if (!(numbers->count & (numbers->count - 1)))
		list = reallocarray(list, numbers->count ? 2 * numbers->count : 1,
				    sizeof(*list));
	if (!list)
		return -ENOMEM;
	numbers->list = list;
	numbers->list[numbers->count++] = number;
	return 0;
}

/* Appends the numbers that are names in the directory. */
static int list_numbers(const char *path, struct numbers *numbers)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int error = dir ? 0 : -errno;

	while (!error && (entry = readdir(dir))) {
		if (*entry->d_name >= '0' && *entry->d_name <= '9')
			error = add_number(numbers, atoi(entry->d_name));
	}
	if (dir)
		closedir(dir);
	return error;
}

/* Not glob(3), which frees memory twice, or finds nothing, if there is not enough. */
int proc_pids(const char *root, int **pids, size_t *count)
{
	struct numbers groups = { 0 }, tasks = { 0 };
	int error = list_numbers(root, &groups);

	for (size_t i = 0; !error && i < groups.count; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%d/task", root, groups.list[i]);
		/* A process that has ended has no tasks. */
		if (list_numbers(path, &tasks) == -ENOMEM)
			error = -ENOMEM;
	}
	free(groups.list);
	if (!error && !tasks.count)
		error = -ENOENT;
	if (error)
		free(tasks.list);
	*pids = error ? NULL : tasks.list;
	*count = tasks.count;
	return error;
}

bool proc_since(unsigned int major, unsigned int minor)
{
	unsigned int x, y;
	struct utsname name;

	return !uname(&name) && sscanf(name.release, "%u.%u", &x, &y) == 2 &&
	       (x > major || (x == major && y >= minor));
}

int proc_is_own(const char *root)
{
	char *text = read_file(root, 0, "status");
	char *line = text ? strstr(text, "\nNSpid:") : NULL;
	int error = text ? 0 : -errno;

	/* The reader's pids in the namespace of /proc and in all below it. */
	if (line && strcspn(line + 1, "\n") != strlen("NSpid:\t") +
	    strspn(line + 1 + strlen("NSpid:\t"), "0123456789"))
		error = -EXDEV;
	free(text);
	return error;
}

void proc_children(const char *root, int pid,
		   void (*add)(void *data, int pid, int child), void *data)
{
	char *text = read_file(root, pid, "children"), *rest = text, *word;

	while ((word = strsep(&rest, " "))) {
		if (*word)
			add(data, pid, atoi(word));
	}
	free(text);
}
