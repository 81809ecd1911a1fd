/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Captures the reader's output inside a fuzz target, and checks properties that
 * it must have for every input.
 */
#ifndef FUZZ_OUTPUT_H
#define FUZZ_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* Prints a false condition, and crashes. */
#define must(condition)							\
	((condition) ? (void)0 :					\
	 must_fail(__FILE__, __LINE__, #condition))
_Noreturn void must_fail(const char *file, int line, const char *condition);

struct printed {
	char *text;	/* standard output, with a NUL at the end */
	size_t size;
	char *complaint;	/* standard error, with a NUL at the end */
	size_t complaint_size;
};

/* From begin to end, stdout and stderr go to memory, which printed_free() releases. */
void printed_begin(struct printed *printed);
void printed_end(struct printed *printed);
void printed_free(struct printed *printed);

/* Whether stdout has been closed, so that printed_end() must not close it. */
extern bool stdout_closed;

/* The number of lines in @text; also the last one ends with a newline. */
size_t count_lines(const char *text);

/* The text has no control characters except newlines. */
void must_be_printable(const char *text, size_t size);

#endif /* FUZZ_OUTPUT_H */
