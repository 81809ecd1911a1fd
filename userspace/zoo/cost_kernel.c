// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Memory use and limits, as the kernel reports them.
 *
 * The figures are for the whole system, because the kernel counts the memory
 * that it keeps for a task nowhere else. A thousand tasks make a difference
 * that is far above the noise.
 */
#include <err.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cost.h"
#include "zoo.h"

#define ATTEMPTS	100
#define STABLE		5	/* attempts in a row without a decrease */
#define PAUSE_NS	(20 * 1000 * 1000)

static const struct {
	const char *name;
	enum cost_column column;
} lines[] = {
	{ "KernelStack",	COST_STACK },
	{ "PageTables",		COST_TABLES },
	{ "SUnreclaim",		COST_OBJECTS },
	{ "Percpu",		COST_OBJECTS },
	{ "AnonPages",		COST_TOUCHED },
};

bool cost_memory(struct cost_sample *sample)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char name[64];
	double kib;

	*sample = (struct cost_sample){ 0 };
	if (!file)
		return false;
	while (fscanf(file, "%63[^:]: %lf%*[^\n] ", name, &kib) == 2)
		for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
			if (!strcmp(lines[i].name, name)) {
				sample->values[lines[i].column] += kib;
				sample->values[COST_TOTAL] += kib;
			}
	fclose(file);
	return sample->values[COST_STACK] > 0;
}

/*
 * The kernel frees an ended task and its objects after an RCU grace period, and
 * some of them after a second one, a few at a time.
 */
bool cost_settled_memory(struct cost_sample *sample)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int stable = 0;
	double before;

	/* Each call waits for a grace period, if the kernel permits it. */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	if (!cost_memory(sample))
		return false;
	for (int i = 0; i < ATTEMPTS && stable < STABLE; i++) {
		before = sample->values[COST_TOTAL];
		nanosleep(&pause, NULL);
		if (!cost_memory(sample))
			return false;
		stable = sample->values[COST_TOTAL] < before ? 0 : stable + 1;
	}
	return true;
}

/* Append the number in file @path, unless the file is missing or contains "max". */
static void add_limit(FILE *text, const char *name, const char *path)
{
	unsigned long long number;
	FILE *file = fopen(path, "r");

	if (!file)
		return;
	if (fscanf(file, "%llu", &number) == 1)
		fprintf(text, ", %s %llu", name, number);
	fclose(file);
}

/* Append the limits of @cgroup and of its ancestors. */
static void add_cgroup_limits(FILE *text, const char *mount, char *cgroup)
{
	char *path, *end;

	for (; (end = strrchr(cgroup, '/')); *end = '\0') {
		if (asprintf(&path, "%s%s/pids.max", mount, cgroup) < 0)
			err(1, "asprintf");
		add_limit(text, path, path);
		free(path);
	}
}

/* Lines are "NUMBER:CONTROLLERS:PATH". In version 2 CONTROLLERS is empty. */
static void add_own_cgroups(FILE *text)
{
	FILE *file = fopen("/proc/self/cgroup", "r");
	char *line = NULL, *cgroup;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		cgroup = strchr(line, '/');
		if (cgroup && strstr(line, ":pids:"))
			add_cgroup_limits(text, "/sys/fs/cgroup/pids", cgroup);
		else if (cgroup && strstr(line, "::"))
			add_cgroup_limits(text, "/sys/fs/cgroup", cgroup);
	}
	free(line);
	if (file)
		fclose(file);
}

/* List all limits: the kernel returns EAGAIN for each of them. */
char *cost_limits(void)
{
	struct rlimit limit;
	char *limits = NULL;
	size_t size;
	FILE *text = open_memstream(&limits, &size);

	if (!text)
		err(1, "open_memstream");
	if (getrlimit(RLIMIT_NPROC, &limit) || limit.rlim_cur == RLIM_INFINITY)
		fputs("ulimit -u unlimited", text);
	else
		fprintf(text, "ulimit -u %llu",
			(unsigned long long)limit.rlim_cur);
	add_limit(text, "kernel.pid_max", "/proc/sys/kernel/pid_max");
	add_limit(text, "kernel.threads-max", "/proc/sys/kernel/threads-max");
	add_own_cgroups(text);
	if (fclose(text))
		err(1, "open_memstream");
	return limits;
}
