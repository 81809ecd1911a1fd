// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* What the Tab key offers in a shell: completion/ has the shells' parts. */
#include <ctype.h>
#include <dirent.h>
#include <pwd.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/place.h"
#include "options.h"

/* The word to complete: only what follows the last comma of a list changes. */
struct partial {
	const char *word;
	size_t kept;		/* length of the part that stays */
};

/* Prints @candidate if it begins like the partial word, whatever the case. */
static void offer(const struct partial *partial, const char *candidate,
		  const char *help)
{
	const char *typed = partial->word + partial->kept;

	if (strncasecmp(candidate, typed, strlen(typed)))
		return;
	printf("%.*s%s%s%s\n", (int)partial->kept, partial->word, candidate,
	       help ? "\t" : "", help ? help : "");
}

static void offer_commands(const struct partial *partial)
{
	for (const struct command *row = commands; row->name; row++)
		offer(partial, row->name, row->summary);
}

static void offer_options(const struct partial *partial,
			  const struct command *command)
{
	for (const struct option_row *row = option_rows; row->name; row++) {
		if (!command || takes_option(command, row))
			offer(partial, row->name, row->help);
	}
}

/* In lower case if the word begins so: shells complete words in their own case. */
static void offer_columns(const struct partial *partial,
			  const struct columns *columns)
{
	bool small = islower((unsigned char)partial->word[partial->kept]);

	for (size_t i = 0; columns && i < column_count(columns); i++) {
		const struct column column = column_at(columns, i);
		char *key = column_key(&column);

		offer(partial, small ? key : column.name, column.help);
		free(key);
	}
}

static void offer_kinds(const struct partial *partial)
{
	for (unsigned int kind = 1; kind <= KINDS; kind++)
		offer(partial, kind_name(kind), NULL);
}

static void offer_resources(const struct partial *partial)
{
	for_each_resource(r)
		offer(partial, resources[r].key, resources[r].noun);
}

static void offer_users(const struct partial *partial)
{
	const struct passwd *account;

	setpwent();
	while ((account = getpwent()))
		offer(partial, account->pw_name, NULL);
	endpwent();
}

/* Whether no byte of @name means something to a shell or in a list. */
static bool is_plain(const char *name)
{
	while (isalnum((unsigned char)*name) || (*name && strchr("_-./+:@", *name)))
		name++;
	return !*name;
}

/* Whether @name is offered for the first time. */
static bool is_new(const char *name)
{
	static void *names;
	char *copy = xstrdup(name);
	char **kept = tsearch(copy, &names, (int (*)(const void *, const void *))strcmp);

	need_memory(!kept);
	if (*kept != copy)
		free(copy);
	return *kept == copy;
}

/* @pids: also offer the pid, not only the name */
static void offer_task(const struct partial *partial, const char *pid, bool pids)
{
	char path[PATH_MAX], comm[TASKMAP_COMM_LEN];
	FILE *file;

	proc_path(path, "/proc", atoi(pid), "comm");
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "%15[^\n]", comm) == 1) {
		char shown[ESCAPED_SIZE(TASKMAP_COMM_LEN)];

		escape(comm, shown);
		if (pids)
			offer(partial, pid, shown);
		if (is_plain(comm) && is_new(comm))
			offer(partial, comm, "name of a task");
	}
	fclose(file);
}

/* The processes in /proc, which needs neither root nor the module. */
static void offer_tasks(const struct partial *partial, bool pids)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		if (isdigit((unsigned char)*entry->d_name))
			offer_task(partial, entry->d_name, pids);
	}
	if (proc)
		closedir(proc);
}

/* @command: NULL if none was named */
static void offer_words(const struct partial *partial, enum words words,
			const struct command *command)
{
	switch (words) {
	case WORDS_COMMANDS:
		offer_commands(partial);
		break;
	case WORDS_COLUMNS:
	case WORDS_SORTED:
		offer_columns(partial, command ? command->columns :
						 commands[0].columns);
		break;
	case WORDS_COMPARED:
		offer_columns(partial, &compared_columns);
		break;
	case WORDS_KINDS:
		offer_kinds(partial);
		break;
	case WORDS_RESOURCES:
		offer_resources(partial);
		break;
	case WORDS_TASKS:
		offer(partial, "self", "the running taskmap");
		offer_tasks(partial, true);
		break;
	case WORDS_NAMES:
		offer_tasks(partial, false);
		break;
	case WORDS_USERS:
		offer_users(partial);
		break;
	case WORDS_WHEN:
		offer(partial, "auto", NULL);
		offer(partial, "always", NULL);
		offer(partial, "never", NULL);
		break;
	case WORDS_FILES:
	case WORDS_PROGRAM:
	case WORDS_OTHER:
		break;
	}
}

/* The option of @command with this name if it can have an argument, or NULL. */
static const struct option_row *option_named(const char *name,
					     const struct command *command)
{
	const struct option_row *row = option_rows;

	while (row->name && strcmp(row->name, name))
		row++;
	if (row->name)
		row = row_for(row, command);
	return row->name && row->argument ? row : NULL;
}

/*
 * The option in @word that takes the next word as its argument, or NULL. Short
 * options can be joined: "-rno LIST", or "-oLIST".
 */
static const struct option_row *option_awaiting(const char *word,
						const struct command *command)
{
	const struct option_row *row = option_rows;

	if (!strncmp(word, "--", 2)) {
		row = option_named(word, command);
		return row && *row->argument != '[' ? row : NULL;
	}
	while (*++word) {
		const char *letter = strchr(short_options, *word);

		if (letter && letter[1] == ':')
			break;
	}
	while (row->name && row->letter != *word)
		row++;
	return *word && !word[1] && row->name ? row : NULL;
}

/* What the words before the last one say about it. */
struct line {
	const struct command *command;	/* NULL: none was named */
	const struct option_row *option;	/* the word is its argument */
	bool dashes;		/* after "--" */
};

static struct line read_line(char **words)
{
	struct line line = { 0 };

	for (; words[1]; words++) {
		const char *word = *words;

		if (line.option)
			line.option = NULL;
		else if (line.dashes)
			break;
		else if (!strcmp(word, "--"))
			line.dashes = true;
		else if (*word == '-')
			line.option = option_awaiting(word, line.command);
		else if (!line.command)
			line.command = find_command(word);
	}
	return line;
}

/* Ends the part that stays after a comma, after the "+" of "+LIST", or after a sign. */
static struct partial last_item(const char *word, size_t from, enum words words)
{
	const char *comma = strrchr(word + from, ',');

	if (comma)
		from = (size_t)(comma - word) + 1;
	if ((word[from] == '+' && !comma) ||
	    (word[from] == '-' && words == WORDS_SORTED))
		from++;
	return (struct partial){ word, from };
}

static void complete_argument(const char *word, size_t from,
			      const struct option_row *option,
			      const struct command *command)
{
	enum words words = row_for(option, command)->words;
	const struct partial partial = last_item(word, from, words);

	puts(words == WORDS_FILES ? "files" : "list");
	offer_words(&partial, words, command);
}

void complete(char **words)
{
	const struct line line = read_line(words);
	enum words wanted = line.command ? line.command->words : WORDS_COMMANDS;
	const char *word;
	char *name;
	size_t length;

	while (words[1])
		words++;
	word = *words;
	length = strcspn(word, "=");
	name = xasprintf("%.*s", (int)length, word);
	if (line.option) {
		complete_argument(word, 0, line.option, line.command);
	} else if (!line.dashes && word[length] &&
		   option_named(name, line.command)) {
		complete_argument(word, length + 1,
				  option_named(name, line.command),
				  line.command);
	} else if (!line.dashes && *word == '-') {
		puts("words");
		offer_options(&(struct partial){ word, 0 }, line.command);
	} else if (wanted == WORDS_PROGRAM && line.dashes) {
		puts("program");
	} else {
		const struct partial partial = last_item(word, 0, wanted);

		puts(wanted == WORDS_FILES ? "files" : "words");
		offer_words(&partial, wanted, line.command);
	}
	free(name);
}
