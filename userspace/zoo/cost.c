// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap-zoo cost: what it costs to make tasks, to switch between them and to
 * have them, by what they share.
 *
 * No machine is quite at rest, so no single figure can be trusted. Each round
 * measures all ways, one right after the other, and times are only compared
 * with those of the same round. Each round begins with another way, so that no
 * way is always measured first.
 */
#include <err.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cost.h"

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

/* The samples of a round. */
struct round {
	struct cost_sample ways[COST_WAYS];
};

/*
 * Memory first: it shows at once if there cannot be so many tasks. It also
 * warms the caches, and makes the kernel do what it does only once.
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

/* On a terminal, so that the command does not seem to hang. */
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
		err(1, "%u rounds", options->rounds);
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

/* The value at @place, from 0 to 1, between two of @sorted if need be. */
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

/*
 * The unit of @column: for times that of COST_BASE in the same round, which for
 * all creations is that by a small parent; for memory 1, a KiB.
 */
static double unit(const struct round *round, int column)
{
	const double *base = round->ways[COST_BASE].values;

	if (column >= COST_STACK)
		return 1;
	return base[column == COST_CREATE_LARGE ? COST_CREATE : column];
}

/* @values has space for a value of each round. */
static double median_unit(const struct round *rounds, unsigned int count,
			  int column, double *values)
{
	for (unsigned int i = 0; i < count; i++)
		values[i] = unit(&rounds[i], column);
	return cost_figure(values, count).median;
}

static struct cost_figure figure_of(const struct round *rounds,
				    unsigned int count, int way, int column,
				    double *values)
{
	if (!cost_applies(column, &cost_ways[way]))
		return (struct cost_figure){ 0 };
	for (unsigned int i = 0; i < count; i++)
		values[i] = rounds[i].ways[way].values[column] /
			    unit(&rounds[i], column);
	return cost_figure(values, count);
}

static void sum_up(struct cost_report *report, const struct round *rounds)
{
	double *values = calloc(report->rounds, sizeof(*values));

	if (!values)
		err(1, "%u rounds", report->rounds);
	for (int way = 0; way < COST_WAYS; way++)
		for (int column = 0; column < COST_COLUMNS; column++)
			report->figures[way][column] =
				figure_of(rounds, report->rounds, way, column,
					  values);
	report->create_ns = median_unit(rounds, report->rounds, COST_CREATE,
					values);
	report->switch_ns = median_unit(rounds, report->rounds, COST_SWITCH,
					values);
	free(values);
}

/* It depends on ulimit -s and on libc. */
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
		err(1, "standard output");
	if (options->svg)
		cost_draw_chart(&report, options->svg);
}
