/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What the reader prints while it runs inside a fuzz target, and what must be
 * true of it whatever the input was.
 */
#ifndef FUZZ_OUTPUT_H
#define FUZZ_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* Says what is not so, and ends as a crash does. */
#define must(condition)							\
	((condition) ? (void)0 :					\
	 must_fail(__FILE__, __LINE__, #condition))
_Noreturn void must_fail(const char *file, int line, const char *condition);

struct printed {
	char *text;	/* what went to standard output, ended by a NUL */
	size_t size;
	char *complaint;	/* what went to standard error, likewise */
	size_t complaint_size;
};

/* From begin to end, stdout and stderr are in memory. Then it is to be freed. */
void printed_begin(struct printed *printed);
void printed_end(struct printed *printed);
void printed_free(struct printed *printed);

/* To be called by printed_end() in place of closing it, if someone did that. */
extern bool stdout_closed;

/* How many lines @text has; the last ends with a newline too. */
size_t count_lines(const char *text);

/* Newlines, and nothing else that a terminal could take for a command. */
void must_be_printable(const char *text, size_t size);

#endif /* FUZZ_OUTPUT_H */
