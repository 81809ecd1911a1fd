/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Running the reader as its users do.
 */
#ifndef TASKMAP_COMMAND_H
#define TASKMAP_COMMAND_H

#include <stddef.h>

struct result {
	int status;	/* as exit(3) had it, or -1 for a signal */
	char *out;
	size_t out_size;
	char *err;
};

/* Where a file of this directory is, in a name without blanks; to be freed. */
char *unit_path(const char *name);

/* What is built here, relative to this directory. */
#define TASKMAP	BUILD "/taskmap"
#define PLAIN	BUILD "/plain/taskmap"
#define ZOO	BUILD "/plain/taskmap-zoo"
#define FAILING	BUILD "/failing.so"

/*
 * Runs the shell command @line in a directory of its own, in which $T is the
 * reader, $P the reader without sanitizers, for which LD_PRELOAD can be $F
 * (failing.c), $Z the zoo, $U this directory and $S what @snapshot says. The
 * result is to be cleared.
 */
struct result run(const char *snapshot, const char *line);
void result_clear(struct result *result);

/*
 * Leaves of a table what is in its cells: one blank between two words of a line,
 * and none around them. How wide a column is, and what fills it up, is for the
 * library to decide and differs between its versions. In place; returns @text.
 */
char *fields(char *text);

/*
 * The same of a tree, where a line begins with a ">" for each level that it is
 * below its root, whatever the branches are drawn with.
 */
char *tree_fields(char *text);

/* For tests of what needs /proc. */
void skip_without_proc(void);

/* All that is in the file, ended by a NUL; NULL if it cannot be read. */
char *slurp(const char *path, size_t *size);

#endif /* TASKMAP_COMMAND_H */
