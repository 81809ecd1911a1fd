// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What fork and exit cost the process that forks and its children, beside
 * whatever else runs: the time for which they ran, and no other's.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

/* Of the calling process and the children that it has reaped, in ns. */
static uint64_t used(void)
{
	struct rusage children;
	struct timespec own;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own) ||
	    getrusage(RUSAGE_CHILDREN, &children))
		err(1, "time");
	return (uint64_t)own.tv_sec * 1000000000 + (uint64_t)own.tv_nsec +
	       ((uint64_t)children.ru_utime.tv_sec +
		(uint64_t)children.ru_stime.tv_sec) * 1000000000 +
	       ((uint64_t)children.ru_utime.tv_usec +
		(uint64_t)children.ru_stime.tv_usec) * 1000;
}

void print_forks(char **argv, struct work *work)
{
	int count = atoi(argv[0]);
	uint64_t start = used();

	(void)work;
	for (int i = 0; i < count; i++) {
		pid_t child = fork();

		if (child < 0)
			err(1, "fork");
		if (!child)
			_exit(0);
		if (waitpid(child, NULL, 0) != child)
			err(1, "wait");
	}
	/* Two ns for an instruction. */
	printf("%ju\n", (uintmax_t)(used() - start) / 2 / (uintmax_t)count);
}
