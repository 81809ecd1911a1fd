// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What the kernel says of its memory: of all of the system, for it accounts what
 * it keeps of a task to nobody else. The difference that a thousand tasks make
 * is far above what happens otherwise.
 */
#include <linux/membarrier.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cost.h"
#include "zoo.h"

#define PATIENCE	100		/* looks at it */
#define STILL		5		/* of them that find no less */
#define PAUSE_NS	(20 * 1000 * 1000)

static const struct {
	const char *name;
	enum cost_memory memory;
} lines[] = {
	{ "KernelStack",	MEMORY_STACKS },
	{ "PageTables",		MEMORY_TABLES },
	{ "SUnreclaim",		MEMORY_OBJECTS },
	{ "Percpu",		MEMORY_OBJECTS },
	{ "AnonPages",		MEMORY_TOUCHED },
};

static void add_line(struct cost_memories *memories, const char *name,
		     double kib)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		if (strcmp(lines[i].name, name))
			continue;
		memories->kib[lines[i].memory] += kib;
		memories->kib[MEMORY_TOTAL] += kib;
	}
}

bool cost_memory(struct cost_memories *memories)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char name[64];
	double kib;

	*memories = (struct cost_memories){ 0 };
	if (!file)
		return false;
	while (fscanf(file, "%63[^:]: %lf%*[^\n] ", name, &kib) == 2)
		add_line(memories, name, kib);
	fclose(file);
	return memories->kib[MEMORY_STACKS] > 0;
}

/* A grace period of RCU, where the kernel lets us wait for one; or nothing. */
static void wait_for_readers(void)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/*
 * Tasks and what they had are freed after a grace period, and some of it after
 * another, a few at a time. Whoever asked too early would find less for the next
 * ones than there is.
 */
bool cost_settled_memory(struct cost_memories *memories)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	double before;
	int still = 0;

	wait_for_readers();
	wait_for_readers();
	if (!cost_memory(memories))
		return false;
	for (int i = 0; i < PATIENCE && still < STILL; i++) {
		before = memories->kib[MEMORY_TOTAL];
		nanosleep(&pause, NULL);
		if (!cost_memory(memories))
			return false;
		still = memories->kib[MEMORY_TOTAL] < before ? 0 : still + 1;
	}
	return true;
}
