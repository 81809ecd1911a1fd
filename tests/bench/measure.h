/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The interface between the files of "measure".
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The amount of work done, to check that nothing was left out. */
struct work {
	uint64_t bytes;		/* read or written; groups found with kcmp(2) */
	uint64_t calls;		/* files read, comparisons made */
	uint64_t peak_kib;	/* peak memory of the process that run_command() runs */
};

/* file.c */
void read_file(char **argv, struct work *work);
void hold_file(char **argv, struct work *work);
void print_pause(char **argv, struct work *work);

/* lines.c */
void count_lines(char **argv, struct work *work);

/* fork.c */
void print_forks(char **argv, struct work *work);

/* command.c */
void run_command(char **argv, struct work *work);

/* proc.c */

/* Calls @visit for every task in /proc, with a descriptor of its directory. */
void every_task(void (*visit)(int directory, pid_t pid, void *data),
		void *data);
void read_proc(char **argv, struct work *work);

/* kcmp.c */
void group_by_pairs(char **argv, struct work *work);
void group_by_sorting(char **argv, struct work *work);

/* iterator.c */
void read_iterator(char **argv, struct work *work);
void run_open_coded(char **argv, struct work *work);
void compare_iterators(char **argv, struct work *work);

#endif /* MEASURE_H */
