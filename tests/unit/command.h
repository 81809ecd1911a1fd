/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Running the reader as its users do.
 */
#ifndef TASKMAP_UNIT_COMMAND_H
#define TASKMAP_UNIT_COMMAND_H

#include <stddef.h>
#include <stdio.h>

#include "fixture.h"

#include <json-c/json.h>

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

/* The line must do what it does without complaint, and print @want. */
void expect_out(const char *snapshot, const char *line, const char *want);

/* What was run and what came of it, as on a terminal. */
struct transcript {
	FILE *file;	/* to add to it */
	char *text;
	size_t size;
};

void transcript_begin(struct transcript *transcript);

/*
 * Adds the line behind "$ ", what it printed, each line of its standard error
 * behind "! ", and the exit status, if it is not 0, in brackets. Clears @result.
 */
void transcript_add(struct transcript *transcript, const char *line,
		    struct result *result);

/* Both run() and transcript_add(). */
void transcript_run(struct transcript *transcript, const char *snapshot,
		    const char *line);

/* Ends it. It must be the file expected/@name, which GOLDEN=write makes it. */
void transcript_expect(struct transcript *transcript, const char *name);

/* GOLDEN_TEST(name, "file") { ... } is a test that adds to @to what is expected. */
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

/* All three, of @lines up to NULL, with a snapshot of @rows. */
void expect_transcript(const char *name, const struct taskmap_record *rows,
		       size_t count, const char *const *lines);

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

/* What a command prints, compared whole with a file. */
struct golden {
	const char *name;	/* of the file in expected/; "...json" is JSON */
	const char *line;	/* must neither fail nor complain */
	/* What is done with it before: fields, tree_fields; NULL compares all. */
	char *(*normal)(char *text);
};

/* Runs it as run() does. With GOLDEN in the environment the file is written. */
void golden(const char *snapshot, const struct golden *golden);

/* JSON from outside must be valid, and UTF-8. To be put. */
struct json_object *parse_json(const struct result *result);

/* For tests of what needs /proc, or a terminal. */
void skip_without_terminal(void);
void skip_without_proc(void);

/* All that is in the file, ended by a NUL; NULL if it cannot be read. */
char *slurp(const char *path, size_t *size);

#endif /* TASKMAP_UNIT_COMMAND_H */
