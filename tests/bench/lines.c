// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Reads a file while lines.plugin.c counts cache lines.
 */
#include <err.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lines.h"
#include "measure.h"

#define PAGE	4096

void count_lines(char **argv, struct work *work)
{
	volatile char *begin = (void *)LINES_BEGIN;
	volatile char *end = (void *)LINES_END;

	if (mmap((void *)LINES_BEGIN, PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_POPULATE, -1,
		 0) != (void *)LINES_BEGIN)
		err(1, "mmap");
	read_file(argv, work);
	*begin = 0;
	read_file(argv, work);
	*end = 0;
}
