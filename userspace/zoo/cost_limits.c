// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Why there can be no more tasks. EAGAIN is all that the kernel says, whichever
 * limit it was.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cost.h"
#include "zoo.h"

#define PATH_SIZE	4352

/* The number in a file; false if there is none, as in "max". */
static bool read_number(const char *path, unsigned long long *number)
{
	FILE *file = fopen(path, "r");
	bool found;

	if (!file)
		return false;
	found = fscanf(file, "%llu", number) == 1;
	fclose(file);
	return found;
}

static void add_sysctl(FILE *text, const char *name)
{
	unsigned long long number;
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	if (read_number(path, &number))
		fprintf(text, ", kernel.%s %llu", name, number);
}

static void add_rlimit(FILE *text)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NPROC, &limit) || limit.rlim_cur == RLIM_INFINITY)
		fputs("ulimit -u unlimited", text);
	else
		fprintf(text, "ulimit -u %llu",
			(unsigned long long)limit.rlim_cur);
}

/* All cgroups from @cgroup up, below @mount, may have a limit. */
static void add_cgroups(FILE *text, const char *mount, char *cgroup)
{
	unsigned long long number;
	char path[PATH_SIZE], *end;

	for (; (end = strrchr(cgroup, '/')); *end = '\0') {
		snprintf(path, sizeof(path), "%s%s/pids.max", mount, cgroup);
		if (read_number(path, &number))
			fprintf(text, ", %s %llu", path, number);
	}
}

/* "NUMBER:CONTROLLERS:PATH"; of version 2 there are no controllers. */
static void add_own_cgroups(FILE *text)
{
	FILE *file = fopen("/proc/self/cgroup", "r");
	char line[PATH_SIZE - 64], *cgroup;

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		cgroup = strchr(line, '/');
		if (!cgroup)
			continue;
		if (strstr(line, ":pids:"))
			add_cgroups(text, "/sys/fs/cgroup/pids", cgroup);
		else if (strstr(line, "::"))
			add_cgroups(text, "/sys/fs/cgroup", cgroup);
	}
	if (file)
		fclose(file);
}

char *cost_limits(void)
{
	char *words = NULL;
	size_t size;
	FILE *text = open_memstream(&words, &size);

	if (!text)
		err(1, "open_memstream");
	add_rlimit(text);
	add_sysctl(text, "pid_max");
	add_sysctl(text, "threads-max");
	add_own_cgroups(text);
	if (fclose(text))
		err(1, "open_memstream");
	return words;
}
