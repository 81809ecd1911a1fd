/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What the files of the cost lab use of each other, a section for each.
 *
 *	cost.c		the command: rounds of measurements, and their figures
 *	cost_measure.c	the ways to make a task, and one measurement
 *	cost_kernel.c	what the kernel says about memory and limits
 *	cost_print.c	the table, and JSON
 *	cost_chart.c	the chart
 */
#ifndef ZOO_COST_H
#define ZOO_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The memory that a large parent has touched. */
#define COST_LARGE_MIB	64

/* The columns of the answer. */
enum cost_column {
	COST_CREATE,		/* times, relative to those of COST_BASE */
	COST_CREATE_LARGE,
	COST_SWITCH,
	COST_STACK,		/* memory in KiB: for its kernel stack, */
	COST_TABLES,		/* for page tables, */
	COST_OBJECTS,		/* for whatever else the kernel keeps, */
	COST_TOUCHED,		/* by programs, not counting files, */
	COST_TOTAL,		/* and the sum of these */
	COST_COLUMNS,
};

/* Their names, in capitals. */
extern const char *const cost_column_names[COST_COLUMNS];

/* cost_measure.c */

/* A row of the answer. Each "+" adds a flag to those of the row above. */
struct cost_way {
	const char *name;
	unsigned long flags;	/* of clone(2) */
	bool by_libc;		/* pthread_create(3) uses these and more */
};

#define COST_WAYS	9

extern const struct cost_way cost_ways[COST_WAYS];

/* The way that the times of all ways are compared with. */
#define COST_BASE	0

/* Nanoseconds for one task or switch, and KiB for one task. */
struct cost_sample {
	double values[COST_COLUMNS];
};

/* The parent of a vfork waits: there are no switches, and no second child. */
bool cost_applies(enum cost_column column, const struct cost_way *way);

/**
 * cost_measure() - measure once
 * @column: a time, or COST_STACK for it and all columns behind it
 * @way: how tasks are made
 * @number: of tasks, or of switches
 * @sample: gets the result; must be in memory shared with children
 *
 * Measures in a new process, so that one measurement leaves nothing behind for
 * the next. When this returns, all its tasks are gone; if this process is
 * killed, they end too. Ends the program with one line if it fails.
 */
void cost_measure(enum cost_column column, const struct cost_way *way,
		  unsigned int number, struct cost_sample *sample);

/* cost_kernel.c */

/*
 * The memory of the whole system, in KiB: COST_STACK and all columns behind it.
 * Returns whether /proc/meminfo has it.
 */
bool cost_memory(struct cost_sample *sample);

/* Waits before until the kernel has freed the memory of ended tasks. */
bool cost_settled_memory(struct cost_sample *sample);

/* One line on what can keep a user from having more tasks; to be freed. */
char *cost_limits(void);

/* cost.c */

/* The median of samples, and their quartiles. */
struct cost_figure {
	bool there;
	double median, low, high;
};

/* Sorts @samples; @count is at least 1. */
struct cost_figure cost_figure(double *samples, size_t count);

struct cost_report {
	unsigned int number, rounds;
	char release[65];		/* of the kernel */
	double create_ns, switch_ns;	/* of COST_BASE */
	size_t libc_stack_kib;		/* address space for a POSIX thread */
	struct cost_figure figures[COST_WAYS][COST_COLUMNS];
};

struct cost_options {
	unsigned int number;	/* of tasks held */
	unsigned int rounds;
	bool json;
	const char *svg;	/* NULL: no chart */
};

#define COST_NUMBER	1000
#define COST_ROUNDS	5
#define COST_MOST	100000	/* of both */

/* Measures and prints everything, or ends the program with one line. */
void cost(const struct cost_options *options);

/* cost_print.c: to standard output */
void cost_print_table(const struct cost_report *report);
void cost_print_json(const struct cost_report *report);

/* cost_chart.c */

/* Ends the program with one line if gnuplot cannot be run. */
void cost_require_gnuplot(void);

/* Writes a script for gnuplot. */
void cost_chart_script(const struct cost_report *report, FILE *script);

/* Draws to the file @path, which does not change unless that worked. */
void cost_draw_chart(const struct cost_report *report, const char *path);

#endif /* ZOO_COST_H */
