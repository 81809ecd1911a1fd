// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Reads all tasks from /proc as fast as possible: paths are as short as they
 * can be, and the contents are not parsed.
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "measure.h"

static int open_at(int directory, const char *name, int flags)
{
	return openat(directory, name, O_RDONLY | flags);
}

/* Calls @visit for every entry of @directory that is a number; closes it. */
static void every_number(int directory,
			 void (*visit)(int directory, pid_t pid, void *data),
			 void *data)
{
	DIR *entries = fdopendir(directory);
	struct dirent *entry;
	int found;

	if (!entries)
		err(1, "a directory of /proc");
	while ((entry = readdir(entries))) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		found = open_at(directory, entry->d_name, O_DIRECTORY);
		/* The task may have ended. */
		if (found >= 0)
			visit(found, atoi(entry->d_name), data);
	}
	closedir(entries);
}

struct visitor {
	void (*visit)(int directory, pid_t pid, void *data);
	void *data;
};

static void visit_task(int directory, pid_t pid, void *data)
{
	struct visitor *visitor = data;

	visitor->visit(directory, pid, visitor->data);
	close(directory);
}

static void visit_group(int directory, pid_t pid, void *data)
{
	int tasks = open_at(directory, "task", O_DIRECTORY);

	(void)pid;
	if (tasks >= 0)
		every_number(tasks, visit_task, data);
	close(directory);
}

void every_task(void (*visit)(int directory, pid_t pid, void *data),
		void *data)
{
	struct visitor visitor = { visit, data };
	int proc = open_at(AT_FDCWD, "/proc", O_DIRECTORY);

	if (proc < 0)
		err(1, "/proc");
	every_number(proc, visit_group, &visitor);
}

static void read_one(int directory, const char *name, struct work *work)
{
	static char buffer[16 << 10];
	int file = open_at(directory, name, 0);
	ssize_t got;

	if (file < 0)
		return;
	got = read(file, buffer, sizeof(buffer));
	if (got > 0)
		work->bytes += got;
	work->calls++;
	close(file);
}

static void read_task(int directory, pid_t pid, void *data)
{
	(void)pid;
	read_one(directory, "stat", data);
	read_one(directory, "status", data);
}

void read_proc(char **argv, struct work *work)
{
	(void)argv;
	every_task(read_task, work);
}
