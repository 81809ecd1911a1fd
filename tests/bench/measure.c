// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Counts the instructions that a subject takes, in a virtual machine whose
 * clock counts instructions.
 *
 *	measure [-1] SUBJECT [ARGUMENT...]
 *
 * Runs the subject once to warm up and then three times, or with -1 only once.
 * Prints one line:
 *
 *	MEDIAN LEAST MOST BYTES CALLS PEAK
 *
 * The first three are instructions; the others are from the last run. PEAK is
 * the peak memory of a command in KiB, and 0 for other subjects. Subjects:
 *
 *	file PATH	opens PATH, reads it to its end, and closes it
 *	run COMMAND...	a whole process, from fork to wait
 *	proc		reads stat and status of every task in /proc
 *	pairs		groups all tasks by mm and by files, with kcmp(2) of every
 *			pair
 *	sorted		does the same by sorting them with kcmp(2)
 *	iterator	a BPF iterator over all tasks, from open to close
 *	open-coded	a BPF program that writes all records into a mapped array
 *
 * These subjects print something else:
 *
 *	same PATH	compares the records of both BPF programs with those of the
 *			snapshot PATH: prints for each the number of identical
 *			records, of different ones, and of records that only one
 *			of the two has
 *	lines PATH	reads PATH twice, the second time while a plugin of QEMU
 *			counts cache lines; prints nothing
 *	hold PATH	prints a line, waits for a line, opens PATH, prints a line,
 *			and waits for its input to end
 *	pause PATH	prints the ns for which the snapshot PATH stopped the CPUs
 *	forks COUNT	prints the average cost of COUNT forks and their exits
 *
 * Refuses to count if the CPU's clock does not count instructions.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <x86intrin.h>

#include "measure.h"

#define RUNS	3
#define PAUSE	5	/* seconds between runs; they pass at once on an idle machine */

/* Ticks of the CPU's clock per instruction: it takes 2 ns, one tick each. */
#define TICKS	2

static const struct subject {
	const char *name;
	void (*function)(char **argv, struct work *work);
	int once;	/* runs once and prints its own result */
} subjects[] = {
	{ "file",	read_file,		0 },
	{ "run",	run_command,		0 },
	{ "proc",	read_proc,		0 },
	{ "pairs",	group_by_pairs,		0 },
	{ "sorted",	group_by_sorting,	0 },
	{ "iterator",	read_iterator,		0 },
	{ "open-coded",	run_open_coded,		0 },
	{ "same",	compare_iterators,	1 },
	{ "lines",	count_lines,		1 },
	{ "hold",	hold_file,		1 },
	{ "pause",	print_pause,		1 },
	{ "forks",	print_forks,		1 },
};

static const struct subject *find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (!strcmp(subjects[i].name, name))
			return &subjects[i];
	errx(2, "unknown subject '%s'", name);
}

/* The clock's count for a loop of 2 * @rounds instructions. */
static uint64_t clock_loop(uint64_t rounds)
{
	uint64_t start = __rdtsc();

	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(rounds) : : "cc");
	return (__rdtsc() - start) / TICKS;
}

/* The least of several counts has no interrupts in it, so it must be exact. */
static void check_clock(void)
{
	const uint64_t rounds = 100000;
	uint64_t least = UINT64_MAX;
	uint64_t counted;
	int i;

	for (i = 0; i < 10; i++) {
		counted = clock_loop(rounds);
		if (counted < least)
			least = counted;
	}
	if (least < 2 * rounds || least > 2 * rounds + rounds / 1000)
		errx(1, "the clock does not count instructions: %ju for %ju",
		     (uintmax_t)least, (uintmax_t)(2 * rounds));
}

static int ascending(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static void measure(const struct subject *subject, char **argv, int count)
{
	struct work work = { 0 };
	uint64_t runs[RUNS];
	uint64_t start;
	int i;

	check_clock();
	if (count > 1)
		subject->function(argv, &work);
	for (i = 0; i < count; i++) {
		memset(&work, 0, sizeof(work));
		/*
		 * Deferred work runs now, and the wait that the module imposes
		 * after a stop ends.
		 */
		sleep(PAUSE);
		start = __rdtsc();
		subject->function(argv, &work);
		runs[i] = (__rdtsc() - start) / TICKS;
	}
	qsort(runs, count, sizeof(runs[0]), ascending);
	printf("%ju %ju %ju %ju %ju %ju\n", (uintmax_t)runs[count / 2],
	       (uintmax_t)runs[0], (uintmax_t)runs[count - 1],
	       (uintmax_t)work.bytes, (uintmax_t)work.calls,
	       (uintmax_t)work.peak_kib);
}

int main(int argc, char **argv)
{
	const struct subject *subject;
	struct work work = { 0 };
	int count = RUNS;

	if (argc > 1 && !strcmp(argv[1], "-1")) {
		count = 1;
		argv++;
		argc--;
	}
	if (argc < 2)
		errx(2, "usage: measure [-1] SUBJECT [ARGUMENT...]");
	subject = find(argv[1]);
	if (subject->once)
		subject->function(argv + 2, &work);
	else
		measure(subject, argv + 2, count);
	return fflush(stdout) ? 1 : 0;
}
