/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Interfaces between the files of "taskmap-zoo cost", one section per file.
 *
 *	cost.c		the command: rounds of measurements, and their figures
 *	cost_measure.c	the ways to create a task, and one measurement
 *	cost_kernel.c	memory use and limits, as the kernel reports them
 *	cost_print.c	the table, and JSON
 *	cost_chart.c	the chart
 */
#ifndef ZOO_COST_H
#define ZOO_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Memory that a large creator has touched. */
#define COST_LARGE_MIB	64

/* The columns of the table. */
enum cost_column {
	/* Times, as multiples of the time of COST_BASE */
	COST_CREATE,
	COST_CREATE_LARGE,
	COST_SWITCH,
	/* Memory in KiB */
	COST_STACK,		/* kernel stack */
	COST_TABLES,		/* page tables */
	COST_OBJECTS,		/* other kernel objects */
	COST_TOUCHED,		/* anonymous memory of the program */
	COST_TOTAL,		/* sum of these four */
	COST_COLUMNS,
};

/* Column headings. The keys in JSON are the same in lower case. */
extern const char *const cost_column_names[COST_COLUMNS];

/* cost_measure.c */

/* A row of the table. A name with "+" adds a flag to those of the row above. */
struct cost_way {
	const char *name;
	unsigned long flags;	/* of clone(2) */
	bool by_libc;		/* pthread_create(3) uses these and more */
};

#define COST_WAYS	9

extern const struct cost_way cost_ways[COST_WAYS];

/* The way whose times are the unit: fork. */
#define COST_BASE	0

/* One measurement: nanoseconds for one task or switch, and KiB for one task. */
struct cost_sample {
	double values[COST_COLUMNS];
};

/* False for SWITCH and memory of vfork, whose creator waits for its child. */
bool cost_applies(enum cost_column column, const struct cost_way *way);

/**
 * cost_measure() - take one measurement
 * @column: a column of time, or COST_STACK for all columns of memory
 * @way: how tasks are created
 * @number: how many tasks or switches to measure
 * @sample: where to store the result; must be in memory shared with children
 *
 * Measures in a new process, so that no measurement affects the next. All tasks
 * have ended when this function returns, and they also end if the caller is
 * killed. If the measurement fails, prints one line and ends the program.
 */
void cost_measure(enum cost_column column, const struct cost_way *way,
		  unsigned int number, struct cost_sample *sample);

/* cost_kernel.c */

/*
 * Store the memory use of the whole system, in KiB, in the columns of memory.
 * Returns false if /proc/meminfo does not show it.
 */
bool cost_memory(struct cost_sample *sample);

/* The same, after waiting for the kernel to free the memory of ended tasks. */
bool cost_settled_memory(struct cost_sample *sample);

/* One line with the limits on the number of tasks. The caller frees it. */
char *cost_limits(void);

/* cost.c */

/* The median of the samples, and the quartiles. */
struct cost_figure {
	bool there;
	double median, low, high;
};

/* Compute a figure from @samples, which this sorts. @count is at least 1. */
struct cost_figure cost_figure(double *samples, size_t count);

struct cost_report {
	unsigned int number, rounds;
	char release[65];		/* of the kernel */
	double create_ns, switch_ns;	/* of COST_BASE */
	size_t libc_stack_kib;		/* addresses reserved for a thread */
	struct cost_figure figures[COST_WAYS][COST_COLUMNS];
};

struct cost_options {
	unsigned int number;	/* tasks, see cost_measure() */
	unsigned int rounds;
	bool json;
	const char *svg;	/* NULL: no chart */
};

#define COST_NUMBER	1000
#define COST_ROUNDS	5
#define COST_MOST	100000	/* the maximum of both */

/* Measure and print everything, or end the program with one line. */
void cost(const struct cost_options *options);

/* cost_print.c: to standard output */
void cost_print_table(const struct cost_report *report);
void cost_print_json(const struct cost_report *report);

/* cost_chart.c */

/* End the program with one line if gnuplot cannot be run. */
void cost_require_gnuplot(void);

/* Write a script for gnuplot to @script. */
void cost_chart_script(const struct cost_report *report, FILE *script);

/* Draw the chart to the file @path. If that fails, the file does not change. */
void cost_draw_chart(const struct cost_report *report, const char *path);

#endif /* ZOO_COST_H */
