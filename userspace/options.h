/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The commands and options. main.c parses them and prints their help; complete.c
 * completes them.
 */
#ifndef TASKMAP_OPTIONS_H
#define TASKMAP_OPTIONS_H

#include "command/command.h"

/* What an argument consists of. */
enum words {
	WORDS_OTHER,	/* nothing to choose from */
	WORDS_COMMANDS,
	WORDS_COLUMNS,	/* of the command */
	WORDS_COMPARED,	/* the columns that diff compares */
	WORDS_FILES,
	WORDS_KINDS,
	WORDS_NAMES,	/* of tasks */
	WORDS_PROGRAM,	/* a program and its arguments, after "--" */
	WORDS_RESOURCES,
	WORDS_SORTED,	/* columns, each of which can have a sign */
	WORDS_TASKS,	/* pids, names and "self" */
	WORDS_USERS,
	WORDS_WHEN,	/* of --color */
};

struct command {
	const char *name;
	const char *args;	/* as the help shows them */
	enum words words;
	int min_args, max_args;
	const struct columns *columns;	/* NULL: it has no table */
	const char *options;	/* letters of the options that it takes */
	const char *summary;	/* what it does, in a phrase */
	const char *details;	/* lines of its help, or "" */
	/* Parses options->args; NULL: run() does that */
	void (*parse_args)(struct options *options);
	int (*run)(const struct options *options, struct error *error);
};

/* An option, and its line in the help. */
struct option_row {
	int letter;		/* its name in the code */
	const char *name;	/* with its dashes */
	const char *argument;	/* NULL: it takes none; optional in [] */
	enum words words;	/* of the argument */
	const char *help;
};

/*
 * Both end with an element without a name. If two options have one name, commands
 * take one of them at most.
 */
extern const struct command commands[];
extern const struct option_row option_rows[];

/* The letters that are also short options, for getopt(3). */
extern const char *const short_options;

/* Returns NULL if no command has this name. */
const struct command *find_command(const char *name);

/* Whether @command takes the option. All take --version and --help. */
bool takes_option(const struct command *command, const struct option_row *row);

/*
 * The option with the name of @row that @command takes; @row itself if there is none,
 * or if @command is NULL.
 */
const struct option_row *row_for(const struct option_row *row,
				 const struct command *command);

/*
 * Prints what the last of @words, which are those after the name of the program,
 * can be completed to. The first line tells a shell what follows: "words"; "list"
 * if a comma can follow each word; or nothing, after "files" or "program". The
 * other lines are the words, each with a tab and its description if it has one.
 */
void complete(char **words);

#endif /* TASKMAP_OPTIONS_H */
