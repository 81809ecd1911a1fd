/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What the rooms of the cost lab know of each other, a section for each.
 *
 *	cost.c		the command: rounds of batches, and what they come to
 *	cost_ways.c	the ways to make a task, and to see it end
 *	cost_batch.c	one measurement, in a process of its own
 *	cost_memory.c	what the kernel says of its memory
 *	cost_limits.c	why there can be no more tasks
 *	cost_figures.c	many samples as one figure
 *	cost_table.c, cost_json.c, cost_chart.c		what is shown of it
 */
#ifndef ZOO_COST_H
#define ZOO_COST_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* The memory that a parent has touched which is called large. */
#define COST_LARGE_MIB	64

/* cost_ways.c */

/* A row of all that is shown. Each "+" adds a flag to those of the row above. */
struct cost_way {
	const char *name;
	unsigned long flags;	/* of clone(2) */
	bool by_libc;		/* pthread_create(3) asks for these, and for more */
};

#define COST_WAYS	9

extern const struct cost_way cost_ways[COST_WAYS];

/* The way that the times of all others are compared with. */
#define COST_BASE	0

/* A task that was made. It stays where it is until cost_await(). */
struct cost_task {
	pid_t tid;		/* of a thread, the kernel makes it 0 as that ends */
	pthread_t thread;
	int (*run)(void *data);
	void *data;
};

/**
 * cost_stack_size() - memory that a way wants for the stack of a task
 * @way: the way
 *
 * Return: bytes; 0 if it finds one by itself: in a copy of its parent's memory,
 * or where libc makes it.
 */
size_t cost_stack_size(const struct cost_way *way);

/**
 * cost_make() - make a task
 * @way: how
 * @task: is filled; @task->run and @task->data say what it is to do
 * @stack_top: for its stack
 *
 * Return: whether that worked; errno tells why not.
 */
bool cost_make(const struct cost_way *way, struct cost_task *task,
	       char *stack_top);

/* Waits until the task has ended, and takes what is left of it away. */
void cost_await(const struct cost_way *way, struct cost_task *task);

/* cost_memory.c */

enum cost_memory {
	MEMORY_STACKS,		/* of tasks in the kernel */
	MEMORY_TABLES,		/* of pages */
	MEMORY_OBJECTS,		/* whatever else the kernel keeps of a task */
	MEMORY_TOUCHED,		/* of programs, not counting files */
	MEMORY_TOTAL,		/* all of these */
	COST_MEMORIES,
};

struct cost_memories {
	double kib[COST_MEMORIES];
};

/* What all of the system has of each; false if /proc/meminfo does not tell. */
bool cost_memory(struct cost_memories *memories);

/* Waits until what ended before is given back, which the kernel puts off. */
bool cost_settled_memory(struct cost_memories *memories);

/* cost_batch.c */

enum cost_batch {
	BATCH_SMALL,		/* creations by a parent as small as this program */
	BATCH_LARGE,		/* by one that has touched COST_LARGE_MIB */
	BATCH_SWITCH,		/* between a task and the one it made */
	BATCH_HOLD,		/* memory of tasks that wait */
	COST_BATCHES,
};

/* Nanoseconds for one; of BATCH_HOLD KiB for one, of each memory. */
struct cost_sample {
	double values[COST_MEMORIES];
};

/* What a batch can measure: one that made it is not there to be switched to. */
bool cost_batch_makes_sense(enum cost_batch batch, const struct cost_way *way);

/**
 * cost_batch() - measure once
 * @batch: what
 * @way: how tasks are made
 * @number: of tasks, or of times
 *
 * In a process of its own, so that nothing is left of one for the next. When
 * this returns, all its tasks are gone; if we are killed before, so are they.
 * Ends the program with one line if there can be no such tasks.
 */
struct cost_sample cost_batch(enum cost_batch batch,
			      const struct cost_way *way, unsigned int number);

/* cost_limits.c */

/* One line on what can keep a user from having more tasks; to be freed. */
char *cost_limits(void);

/* cost_figures.c */

/* Of samples: the one in the middle, and those a quarter in from both ends. */
struct cost_figure {
	bool there;
	double median, low, high;
};

/* Sorts @samples, of which there is one at least. */
struct cost_figure cost_figure(double *samples, size_t count);

/* The columns of all that is shown. */
enum cost_column {
	COST_CREATE,		/* the first three relative to COST_BASE */
	COST_CREATE_LARGE,
	COST_SWITCH,
	COST_STACK,		/* the others in KiB, as enum cost_memory has them */
	COST_TABLES,
	COST_OBJECTS,
	COST_TOUCHED,
	COST_TOTAL,
	COST_COLUMNS,
};

struct cost_report {
	unsigned int number, rounds;
	char release[65];		/* of the kernel */
	double create_ns, switch_ns;	/* of COST_BASE */
	size_t libc_stack_kib;		/* of addresses, for a POSIX thread */
	struct cost_figure figures[COST_WAYS][COST_COLUMNS];
};

/* Their names, in capitals. */
extern const char *const cost_column_names[COST_COLUMNS];

/* cost_table.c, cost_json.c: to standard output */
void cost_print_table(const struct cost_report *report);
void cost_print_json(const struct cost_report *report);

/* cost_chart.c */

/* Ends the program with one line if no chart could be drawn later. */
void cost_want_chart(void);

/* Writes what gnuplot is to draw. */
void cost_chart_script(const struct cost_report *report, FILE *script);

/* Has it drawn to the file @path, of which nothing changes unless that worked. */
void cost_draw_chart(const struct cost_report *report, const char *path);

/* cost.c */

struct cost_options {
	unsigned int number;	/* of tasks held */
	unsigned int rounds;
	bool json;
	const char *svg;	/* NULL: no chart */
};

#define COST_NUMBER	1000
#define COST_ROUNDS	5
#define COST_MOST	100000	/* of both */

/* Measures all and shows it; ends the program with one line if it cannot. */
void cost(const struct cost_options *options);

#endif /* ZOO_COST_H */
