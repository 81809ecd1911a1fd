// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Measures the CPU time of fork and exit. Only the time of the forking process
 * and of its children counts, whatever runs beside them.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

/* CPU time of the calling process and of its reaped children, in ns. */
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
	/* An instruction takes two ns. */
	printf("%ju\n", (uintmax_t)(used() - start) / 2 / (uintmax_t)count);
}
