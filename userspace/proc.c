// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"
#include "resources.h"
#include "util.h"

#define FIRST_SIZE	4096

/*
 * All of a small file, ended by a NUL, in @text, to be freed. A task that ends
 * in between is cut short, and an error.
 */
static int read_fd(int fd, char **text)
{
	size_t size = 0, room = FIRST_SIZE;
	char *all = xcalloc(room, 1);
	ssize_t got;

	do {
		/* One of those with many groups is long. */
		if (size + 1 == room) {
			room *= 2;
			all = xreallocarray(all, room, 1);
		}
		got = read(fd, all + size, room - size - 1);
		if (got > 0)
			size += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		int reason = errno;

		free(all);
		return -reason;
	}
	all[size] = '\0';
	*text = all;
	return 0;
}

/*
 * A task is a thread of itself: so a path can be made of its pid alone, and
 * what /proc says of its tgid is not assumed.
 */
static void path_of(char path[PATH_MAX], const char *root, int pid,
		    const char *name)
{
	snprintf(path, PATH_MAX, "%s/%d/task/%d/%s", root, pid, pid, name);
}

static int read_file(const char *root, int pid, const char *name, char **text)
{
	char path[PATH_MAX];
	int fd, error;

	path_of(path, root, pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = read_fd(fd, text);
	close(fd);
	return error;
}

/* The field of "stat" after the name, from 3 on as proc(5) numbers them. */
static const char *field_at(const char *text, unsigned int number)
{
	const char *at = strrchr(text, ')');

	for (unsigned int i = 2; at && i < number; i++) {
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	return at;
}

static int parse_stat(const char *text, struct proc_task *task)
{
	const char *state = field_at(text, 3);
	const char *ppid = field_at(text, 4);
	const char *flags = field_at(text, 9);
	const char *start = field_at(text, 22);
	const char *exit_signal = field_at(text, 38);

	/* In this order, so that the last is there if all are. */
	if (!exit_signal)
		return -EBADMSG;
	task->state = *state;
	task->ppid = (int)strtol(ppid, NULL, 10);
	task->flags = (uint32_t)strtoul(flags, NULL, 10);
	task->start = strtoull(start, NULL, 10);
	task->exit_signal = (int)strtol(exit_signal, NULL, 10);
	return 0;
}

/* What follows @name in "status"; a name that is a task's is on one line. */
static const char *line_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? at + strlen(name) : NULL;
}

/* The last number of the line: the pid in the innermost namespace. */
static int last_number(const char *line)
{
	int number = 0;
	char *end;

	for (;;) {
		long next = strtol(line, &end, 10);

		if (end == line)
			return number;
		number = (int)next;
		if (*end == '\n')
			return number;
		line = end;
	}
}

static int parse_status(const char *text, struct proc_task *task)
{
	const char *tgid = line_of(text, "\nTgid:");
	const char *pid = line_of(text, "\nPid:");
	const char *uid = line_of(text, "\nUid:");
	const char *gid = line_of(text, "\nGid:");
	const char *ns_pid = line_of(text, "\nNSpid:");
	const char *threads = line_of(text, "\nThreads:");

	if (!tgid || !pid || !uid || !gid || !threads)
		return -EBADMSG;
	task->tgid = (int)strtol(tgid, NULL, 10);
	task->pid = (int)strtol(pid, NULL, 10);
	task->uid = (uint32_t)strtoul(uid, NULL, 10);
	task->gid = (uint32_t)strtoul(gid, NULL, 10);
	task->threads = (uint32_t)strtoul(threads, NULL, 10);
	/* Without pid namespaces there is no such line. */
	task->ns_pid = ns_pid ? last_number(ns_pid) : task->pid;
	task->memory = line_of(text, "\nVmSize:");
	return 0;
}

/* A name may have newlines, but the last one is not of it. */
static int parse_comm(const char *text, struct proc_task *task)
{
	size_t length = strlen(text);

	if (!length)
		return -EBADMSG;
	length--;
	if (length >= PROC_COMM_LEN)
		length = PROC_COMM_LEN - 1;
	memcpy(task->comm, text, length);
	task->comm[length] = '\0';
	return 0;
}

static int read_part(const char *root, int pid, const char *name,
		     int (*parse)(const char *text, struct proc_task *task),
		     struct proc_task *task)
{
	char *text;
	int error = read_file(root, pid, name, &text);

	if (error)
		return error;
	error = parse(text, task);
	free(text);
	return error;
}

int proc_read(const char *root, int pid, struct proc_task *task)
{
	int error;

	error = read_part(root, pid, "stat", parse_stat, task);
	if (!error)
		error = read_part(root, pid, "status", parse_status, task);
	if (!error)
		error = read_part(root, pid, "comm", parse_comm, task);
	return error;
}

/* The number in what a link says, as in "mnt:[4026531841]". */
static int read_link(const char *path, uint64_t *number)
{
	char text[64];
	ssize_t length = readlink(path, text, sizeof(text) - 1);
	const char *bracket;

	if (length < 0)
		return -errno;
	text[length] = '\0';
	bracket = strchr(text, '[');
	if (!bracket)
		return -EBADMSG;
	*number = strtoull(bracket + 1, NULL, 10);
	return 0;
}

int proc_namespace(const char *root, int pid, enum taskmap_resource resource,
		   uint64_t *number)
{
	char path[PATH_MAX], name[32];
	int error;

	snprintf(name, sizeof(name), "ns/%s", resources[resource].name);
	path_of(path, root, pid, name);
	error = read_link(path, number);
	if (error != -ENOENT)
		return error;
	/* No link, or no task? */
	*number = 0;
	path_of(path, root, pid, "stat");
	return access(path, F_OK) ? -errno : 0;
}

int proc_own_namespace(const char *root, enum taskmap_resource resource,
		       uint64_t *number)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/self/ns/%s", root,
		 resources[resource].name);
	return read_link(path, number);
}

int proc_present(const char *root)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/self/stat", root);
	return access(path, F_OK) ? -errno : 0;
}

static int as_pid(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	return digits && !name[digits] ? atoi(name) : 0;
}

/* Calls @found with each name in @path that is a number. */
static int each_number(const char *path, void (*found)(void *data, int pid),
		       void *data)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int reason;

	if (!directory)
		return -errno;
	while (errno = 0, (entry = readdir(directory))) {
		if (as_pid(entry->d_name))
			found(data, as_pid(entry->d_name));
	}
	reason = errno;
	closedir(directory);
	return -reason;
}

struct each {
	const char *root;
	void (*found)(void *data, int pid);
	void *data;
};

/* A process that ends meanwhile has no tasks. */
static void each_thread(void *data, int pid)
{
	const struct each *each = data;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%d/task", each->root, pid);
	each_number(path, each->found, each->data);
}

int proc_each(const char *root, void (*found)(void *data, int pid), void *data)
{
	struct each each = { root, found, data };

	return each_number(root, each_thread, &each);
}

uint64_t proc_ticks(void)
{
	return (uint64_t)sysconf(_SC_CLK_TCK);
}
