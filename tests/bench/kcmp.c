// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Groups tasks by mm and by file table, like "taskmap groups mm files", but
 * with kcmp(2). It compares two tasks at a time, and its order allows sorting.
 */
#include <err.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "measure.h"

static const int resources[] = { KCMP_VM, KCMP_FILES };

#define RESOURCES	(sizeof(resources) / sizeof(resources[0]))

struct tasks {
	pid_t *pids;
	size_t count, capacity;
};

static void add(int directory, pid_t pid, void *data)
{
	struct tasks *tasks = data;

	(void)directory;
	if (tasks->count == tasks->capacity) {
		tasks->capacity = tasks->capacity ? 2 * tasks->capacity : 1024;
		tasks->pids = reallocarray(tasks->pids, tasks->capacity,
					   sizeof(pid_t));
		if (!tasks->pids)
			err(1, "memory for tasks");
	}
	tasks->pids[tasks->count++] = pid;
}

/* Globals, because qsort() passes no argument to the comparison. */
static struct work *counted;
static int resource;

static int compare(pid_t one, pid_t other)
{
	counted->calls++;
	return syscall(SYS_kcmp, one, other, resource, 0, 0);
}

static int order(const void *one, const void *other)
{
	static const int orders[] = { 0, -1, 1 };
	int result = compare(*(const pid_t *)one, *(const pid_t *)other);

	/* A task that has ended has no order. */
	return result < 0 || result > 2 ? 0 : orders[result];
}

/* Counts the groups of both resources as bytes, as a check of the result. */
static void sort(struct tasks *tasks)
{
	size_t i;

	qsort(tasks->pids, tasks->count, sizeof(pid_t), order);
	for (i = 0; i < tasks->count; i++)
		if (!i || compare(tasks->pids[i - 1], tasks->pids[i]))
			counted->bytes++;
}

static void pair(struct tasks *tasks)
{
	size_t i, j, first;

	for (i = 0; i < tasks->count; i++) {
		first = 1;
		for (j = 0; j < i; j++)
			if (!compare(tasks->pids[j], tasks->pids[i]))
				first = 0;
		counted->bytes += first;
	}
}

static void group(void (*by)(struct tasks *tasks), struct work *work)
{
	struct tasks tasks = { 0 };
	size_t i;

	every_task(add, &tasks);
	counted = work;
	for (i = 0; i < RESOURCES; i++) {
		resource = resources[i];
		by(&tasks);
	}
	free(tasks.pids);
}

void group_by_sorting(char **argv, struct work *work)
{
	(void)argv;
	group(sort, work);
}

void group_by_pairs(char **argv, struct work *work)
{
	(void)argv;
	group(pair, work);
}
