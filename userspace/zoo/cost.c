// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap-zoo cost: what it costs to create tasks, to switch between them and
 * to keep them, depending on what they share.
 *
 * No machine is completely idle, so a single figure proves nothing. Each round
 * measures all ways in sequence, and times are compared only within a round.
 * Each round starts with another way, so that no way is always first.
 */
#include <err.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cost.h"
#include "util.h"

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

/* The samples of one round. */
struct round {
	struct cost_sample ways[COST_WAYS];
};

/*
 * Measure memory first: if there can be no @number tasks, the program fails
 * early. It also warms the caches and triggers the kernel's one-time work.
 */
static void measure_round(struct round *round, unsigned int index,
			  unsigned int number)
{
	for (int column = COST_STACK; column >= 0; column--)
		for (unsigned int i = 0; i < COST_WAYS; i++) {
			unsigned int way = (i + index) % COST_WAYS;

			if (cost_applies(column, &cost_ways[way]))
				cost_measure(column, &cost_ways[way], number,
					     &round->ways[way]);
		}
}

/* Show the number of the round on a terminal: the command takes a while. */
static void show_progress(unsigned int round, unsigned int rounds)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (round < rounds)
		fprintf(stderr, "\rround %u of %u", round + 1, rounds);
	else
		fputs("\r\033[K", stderr);
}

static struct round *measure_all(const struct cost_options *options)
{
	struct round *rounds = mmap(NULL, options->rounds * sizeof(*rounds),
				    PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (rounds == MAP_FAILED)
		err(1, "cannot allocate memory for %u rounds", options->rounds);
	for (unsigned int i = 0; i < options->rounds; i++) {
		show_progress(i, options->rounds);
		measure_round(&rounds[i], i, options->number);
	}
	show_progress(options->rounds, options->rounds);
	return rounds;
}

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

/* The quantile @place, from 0 to 1, of @sorted, interpolated. */
static double value_at(const double *sorted, size_t count, double place)
{
	double exact = place * (double)(count - 1);
	size_t below = (size_t)exact;
	double rest = exact - (double)below;

	if (below + 1 >= count)
		return sorted[below];
	return sorted[below] + rest * (sorted[below + 1] - sorted[below]);
}

struct cost_figure cost_figure(double *samples, size_t count)
{
	qsort(samples, count, sizeof(*samples), ascending);
	return (struct cost_figure){
		.there = true,
		.median = value_at(samples, count, 0.5),
		.low = value_at(samples, count, 0.25),
		.high = value_at(samples, count, 0.75),
	};
}

/* The unit of @column in @round: the time of fork, or 1 for memory. */
static double base(const struct round *round, int column)
{
	const double *values = round->ways[COST_BASE].values;

	if (column >= COST_STACK)
		return 1;
	return values[column == COST_CREATE_LARGE ? COST_CREATE : column];
}

static struct cost_figure figure_of(const struct round *rounds,
				    unsigned int count, int way, int column,
				    bool relative)
{
	double *values = xcalloc(count, sizeof(*values));
	struct cost_figure figure;

	for (unsigned int i = 0; i < count; i++)
		values[i] = rounds[i].ways[way].values[column] /
			    (relative ? base(&rounds[i], column) : 1);
	figure = cost_figure(values, count);
	free(values);
	return figure;
}

static void sum_up(struct cost_report *report, const struct round *rounds)
{
	unsigned int count = report->rounds;

	for (int way = 0; way < COST_WAYS; way++)
		for (int column = 0; column < COST_COLUMNS; column++)
			if (cost_applies(column, &cost_ways[way]))
				report->figures[way][column] =
					figure_of(rounds, count, way, column,
						  true);
	report->create_ns = figure_of(rounds, count, COST_BASE, COST_CREATE,
				      false).median;
	report->switch_ns = figure_of(rounds, count, COST_BASE, COST_SWITCH,
				      false).median;
}

/* The default stack size of a POSIX thread; libc and ulimit -s decide it. */
static size_t libc_stack_kib(void)
{
	pthread_attr_t attributes;
	size_t size = 0;

	if (!pthread_attr_init(&attributes))
		pthread_attr_getstacksize(&attributes, &size);
	return size / 1024;
}

void cost(const struct cost_options *options)
{
	struct cost_report report = {
		.number = options->number,
		.rounds = options->rounds,
		.libc_stack_kib = libc_stack_kib(),
	};
	struct utsname names;

	if (options->svg)
		cost_require_gnuplot();
	sum_up(&report, measure_all(options));
	if (uname(&names))
		err(1, "uname");
	snprintf(report.release, sizeof(report.release), "%s", names.release);
	if (options->json)
		cost_print_json(&report);
	else
		cost_print_table(&report);
	if (fflush(stdout) || ferror(stdout))
		err(1, "cannot write to standard output");
	if (options->svg)
		cost_draw_chart(&report, options->svg);
}
