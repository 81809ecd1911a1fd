/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Other programs that draw: they are given a file and give back one.
 */
#ifndef TASKMAP_THROUGH_H
#define TASKMAP_THROUGH_H

#include <stdio.h>

/**
 * through_file() - a file in memory
 * @name: what it is called in /proc
 *
 * Not a pipe, which would break or fill up where the other program does not read
 * or we do not.
 *
 * Return: the file, to be closed, or NULL with errno set.
 */
FILE *through_file(const char *name);

/**
 * through_run() - run a program from one file to another, and wait for it
 * @argv: the program, looked for in PATH, and its arguments
 * @in: its standard input, from where the file stands now
 * @out: its standard output
 * @status: what waitpid(2) tells of it
 *
 * Children are waited for from then on, even if we were started by somebody who
 * ignores them.
 *
 * Return: 0, or an errno; ENOENT if there is no such program.
 */
int through_run(char *const argv[], int in, int out, int *status);

#endif /* TASKMAP_THROUGH_H */
