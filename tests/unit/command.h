/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Runs the reader like a user.
 */
#ifndef TASKMAP_UNIT_COMMAND_H
#define TASKMAP_UNIT_COMMAND_H

#include <stddef.h>
#include <stdio.h>

#include "fixture.h"

#include <json-c/json.h>

struct result {
	int status;	/* exit status, or -1 for a signal */
	char *out;
	size_t out_size;
	char *err;
};

/* The path of a file in this directory, without blanks. The caller frees it. */
char *unit_path(const char *name);

/* The reader built for these tests, relative to this directory. */
#define TASKMAP	BUILD "/taskmap"
#define PLAIN	BUILD "/plain/taskmap"
#define ZOO	BUILD "/plain/taskmap-zoo"
#define FAILING	BUILD "/failing.so"

/*
 * Runs the shell command @line in a new directory. $T is the reader, $P the
 * reader without sanitizers, for which LD_PRELOAD can be $F (failing.c), $Z the
 * zoo, $U this directory, and $S is @snapshot. The caller clears the result.
 */
struct result run(const char *snapshot, const char *line);
void result_clear(struct result *result);

/* The line must succeed without a message, and print @want. */
void expect_out(const char *snapshot, const char *line, const char *want);

/* Commands and their output, as on a terminal. */
struct transcript {
	FILE *file;	/* for adding to it */
	char *text;
	size_t size;
};

void transcript_begin(struct transcript *transcript);

/*
 * Adds the line after "$ ", its output, each line of standard error after "! ",
 * and the exit status in brackets if it is not 0. Clears @result.
 */
void transcript_add(struct transcript *transcript, const char *line,
		    struct result *result);

/* Calls run() and transcript_add(). */
void transcript_run(struct transcript *transcript, const char *snapshot,
		    const char *line);

/* Ends it, and compares it with expected/@name. GOLDEN=write writes the file first. */
void transcript_expect(struct transcript *transcript, const char *name);

/* GOLDEN_TEST(name, "file") { ... } is a test that adds its transcript to @to. */
struct golden_test {
	void (*add)(struct transcript *to);
	const char *file;
};

#define GOLDEN_TEST(name, file)						\
	static void name(struct transcript *to);			\
	static __attribute__((constructor)) void add_##name(void)	\
	{								\
		static const struct golden_test test = { name, file };	\
									\
		add_test(#name, run_golden_test, NULL, NULL, &test);	\
	}								\
	static void name(struct transcript *to)

void run_golden_test(void **state);

/* Runs @lines up to NULL with a snapshot of @rows, and compares the transcript. */
void expect_transcript(const char *name, const struct taskmap_record *rows,
		       size_t count, const char *const *lines);

/*
 * Reduces a table to its cells: one blank between two words, and none around
 * them. The widths of columns and their padding differ between versions of the
 * library. Changes @text in place and returns it.
 */
char *fields(char *text);

/*
 * Does the same for a tree. A line then begins with one ">" per level below the
 * root, whatever characters the branches have.
 */
char *tree_fields(char *text);

/* A command whose whole output is compared with a file. */
struct golden {
	const char *name;	/* name of the file in expected/; "...json" is JSON */
	const char *line;	/* command, which must succeed without a message */
	/* Applied to the output first: fields, tree_fields, or NULL for nothing. */
	char *(*normal)(char *text);
};

/* Runs it like run(). With GOLDEN in the environment, writes the file. */
void golden(const char *snapshot, const struct golden *golden);

/* Parses the output, which must be valid JSON in UTF-8. The caller puts the object. */
struct json_object *parse_json(const struct result *result);

/* These skip tests that need /proc, or a terminal. */
void skip_without_terminal(void);
void skip_without_proc(void);

/* The contents of a file, with a NUL at the end; NULL if it cannot be read. */
char *slurp(const char *path, size_t *size);

#endif /* TASKMAP_UNIT_COMMAND_H */
