/* SPDX-License-Identifier: GPL-2.0-only */
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

/*
 * Runs the shell command @line in a directory of its own, in which $T is the
 * reader, $P the reader without sanitizers, for which LD_PRELOAD can be $F
 * (failing.c), $Z the zoo and $S what @snapshot says. The result is to be cleared.
 */
struct result run(const char *snapshot, const char *line);
void result_clear(struct result *result);

/* All that is in the file, ended by a NUL; NULL if it cannot be read. */
char *slurp(const char *path, size_t *size);

#endif /* TASKMAP_COMMAND_H */
