// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap-zoo cost: what it costs to make tasks, to switch between them and to
 * have them, by what they share.
 *
 * A machine is never quite at rest, so no figure is taken alone. In each round all
 * ways are measured, one right after the other, and times are only compared with
 * those of the same round; a round begins with another way than the one before,
 * so that none is always the one that comes after another.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cost.h"
#include "zoo.h"

const char *const cost_column_names[COST_COLUMNS] = {
	[COST_CREATE] = "CREATE",
	[COST_CREATE_LARGE] = "CREATE_64M",
	[COST_SWITCH] = "SWITCH",
	[COST_STACK] = "STACK",
	[COST_TABLES] = "TABLES",
	[COST_OBJECTS] = "OBJECTS",
	[COST_TOUCHED] = "TOUCHED",
	[COST_TOTAL] = "TOTAL",
};

/* What a batch measures, and how many of it for each task that is to be held. */
static const struct {
	enum cost_column first;
	int columns;
	unsigned int share;	/* one for so many */
} batches[COST_BATCHES] = {
	[BATCH_SMALL] = { COST_CREATE, 1, 1 },
	[BATCH_LARGE] = { COST_CREATE_LARGE, 1, 10 },
	[BATCH_SWITCH] = { COST_SWITCH, 1, 1 },
	[BATCH_HOLD] = { COST_STACK, COST_MEMORIES, 1 },
};

/* All of one run: a sample for each round. */
struct run {
	unsigned int number, rounds;
	double *samples[COST_WAYS][COST_COLUMNS];
};

static void make_room(struct run *run)
{
	for (int way = 0; way < COST_WAYS; way++)
		for (int column = 0; column < COST_COLUMNS; column++) {
			double *room = calloc(run->rounds, sizeof(*room));

			if (!room)
				err(1, "%u rounds", run->rounds);
			run->samples[way][column] = room;
		}
}

static void free_room(struct run *run)
{
	for (int way = 0; way < COST_WAYS; way++)
		for (int column = 0; column < COST_COLUMNS; column++)
			free(run->samples[way][column]);
}

static void measure(struct run *run, unsigned int round, enum cost_batch batch,
		    int way)
{
	unsigned int number = run->number / batches[batch].share;
	struct cost_sample sample;

	if (!cost_batch_makes_sense(batch, &cost_ways[way]))
		return;
	sample = cost_batch(batch, &cost_ways[way], number ? number : 1);
	for (int i = 0; i < batches[batch].columns; i++)
		run->samples[way][batches[batch].first + i][round] =
			sample.values[i];
}

/*
 * Memory first: if there can be no more tasks, that is known at once; and caches
 * and what the kernel does but once are behind us when times are measured.
 */
static void measure_round(struct run *run, unsigned int round)
{
	for (int batch = COST_BATCHES - 1; batch >= 0; batch--)
		for (unsigned int i = 0; i < COST_WAYS; i++)
			measure(run, round, batch,
				(int)((i + round) % COST_WAYS));
}

/* On a terminal, so that nobody thinks it hangs. */
static void show_progress(const struct run *run, unsigned int round)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (round < run->rounds)
		fprintf(stderr, "\rround %u of %u", round + 1, run->rounds);
	else
		fputs("\r\033[K", stderr);
}

static void measure_all(struct run *run)
{
	for (unsigned int round = 0; round < run->rounds; round++) {
		show_progress(run, round);
		measure_round(run, round);
	}
	show_progress(run, run->rounds);
}

/*
 * What times are compared with, round for round: making a task by a small parent,
 * whatever the parent is. Memory is told as it is.
 */
static const double *base_of(const struct run *run, enum cost_column column)
{
	switch (column) {
	case COST_CREATE:
	case COST_CREATE_LARGE:
		return run->samples[COST_BASE][COST_CREATE];
	case COST_SWITCH:
		return run->samples[COST_BASE][COST_SWITCH];
	default:
		return NULL;
	}
}

static enum cost_batch batch_of(enum cost_column column)
{
	return column < COST_STACK ? (enum cost_batch)column : BATCH_HOLD;
}

/* @values is room for all rounds, for samples are sorted for it. */
static struct cost_figure sum_up(const struct run *run, int way,
				 enum cost_column column, double *values)
{
	const double *base = base_of(run, column);

	if (!cost_batch_makes_sense(batch_of(column), &cost_ways[way]))
		return (struct cost_figure){ 0 };
	for (unsigned int i = 0; i < run->rounds; i++)
		values[i] = run->samples[way][column][i] /
			    (base ? base[i] : 1);
	return cost_figure(values, run->rounds);
}

static double base_ns(const struct run *run, enum cost_column column,
		      double *values)
{
	memcpy(values, base_of(run, column), run->rounds * sizeof(*values));
	return cost_figure(values, run->rounds).median;
}

static void sum_up_all(const struct run *run, struct cost_report *report)
{
	double *values = calloc(run->rounds, sizeof(*values));

	if (!values)
		err(1, "%u rounds", run->rounds);
	for (int way = 0; way < COST_WAYS; way++)
		for (int column = 0; column < COST_COLUMNS; column++)
			report->figures[way][column] =
				sum_up(run, way, column, values);
	report->create_ns = base_ns(run, COST_CREATE, values);
	report->switch_ns = base_ns(run, COST_SWITCH, values);
	free(values);
}

/* What libc gives a thread is a matter of ulimit -s and of its own. */
static size_t libc_stack_kib(void)
{
	pthread_attr_t attributes;
	size_t size = 0;

	if (!pthread_attr_init(&attributes))
		pthread_attr_getstacksize(&attributes, &size);
	return size / 1024;
}

static void describe(struct cost_report *report, const struct run *run)
{
	struct utsname names;

	report->number = run->number;
	report->rounds = run->rounds;
	report->libc_stack_kib = libc_stack_kib();
	if (uname(&names))
		err(1, "uname");
	snprintf(report->release, sizeof(report->release), "%s", names.release);
}

static void show(const struct cost_report *report,
		 const struct cost_options *options)
{
	if (options->json)
		cost_print_json(report);
	else
		cost_print_table(report);
	if (fflush(stdout) || ferror(stdout))
		err(1, "standard output");
	if (options->svg)
		cost_draw_chart(report, options->svg);
}

void cost(const struct cost_options *options)
{
	struct run run = {
		.number = options->number,
		.rounds = options->rounds,
	};
	struct cost_report report = { 0 };

	if (options->svg)
		cost_want_chart();
	/* So that every task comes back to be waited for. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	make_room(&run);
	measure_all(&run);
	sum_up_all(&run, &report);
	free_room(&run);
	describe(&report, &run);
	show(&report, options);
}
