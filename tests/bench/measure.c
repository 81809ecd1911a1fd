// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Counts the instructions of one thing that is done, in a virtual machine in
 * which time is counted by instructions.
 *
 *	measure [-1] SUBJECT [ARGUMENT...]
 *
 * Does it once to warm up, then three times, or with -1 just once, and prints one
 * line
 *
 *	MEDIAN LEAST MOST BYTES CALLS PEAK
 *
 * the first three in instructions, the others of the last time; PEAK in KiB, of
 * a command only. Subjects:
 *
 *	file PATH	opens PATH, reads it to its end, and closes it
 *	run COMMAND...	a whole process, from fork to wait
 *	proc		reads stat and status of every task in /proc
 *	pairs		groups all tasks by mm and by files, by kcmp(2) of each
 *			two
 *	sorted		the same by sorting them
 *	iterator	a BPF iterator over all tasks, from open to close
 *
 * Some are looked at in other ways:
 *
 *	same PATH	prints how many records of the iterator there are, and how
 *			many differ from those of the snapshot PATH, which are of
 *			the same bytes if they are of the same task at rest
 *	hold PATH	writes a line, opens PATH when it is sent one, writes a
 *			line, and waits for its input to end
 *	pause PATH	prints for how many ns the machine was stopped for the
 *			snapshot PATH
 *	forks COUNT	prints what a fork and its exit cost, on average of COUNT
 *
 * It refuses to count where instructions are not what the processor's clock
 * counts.
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
#define PAUSE	5	/* seconds in between, which pass at once where all is idle */

/* Of the processor's clock for an instruction: 2 ns, of one tick each. */
#define TICKS	2

static const struct subject {
	const char *name;
	void (*function)(char **argv, struct work *work);
	int once;	/* prints by itself what it finds */
} subjects[] = {
	{ "file",	read_file,		0 },
	{ "run",	run_command,		0 },
	{ "proc",	read_proc,		0 },
	{ "pairs",	group_by_pairs,		0 },
	{ "sorted",	group_by_sorting,	0 },
	{ "iterator",	read_iterator,		0 },
	{ "same",	compare_iterator,	1 },
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
	errx(2, "no subject is called '%s'", name);
}

/* A loop whose instructions are known, by the clock. */
static uint64_t clock_loop(uint64_t rounds)
{
	uint64_t start = __rdtsc();

	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(rounds) : : "cc");
	return (__rdtsc() - start) / TICKS;
}

/* It must count just these, if no interrupt comes in between. */
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
		errx(1, "this is no machine that counts instructions: %ju for %ju",
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
		 * What is put off is done now. And the module lets the machine
		 * rest after it stopped it, which is idle time.
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
