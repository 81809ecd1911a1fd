// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* What the Tab key offers in a shell: completion/ has the shells' parts. */
#include <string.h>

#include "zoo.h"

/* Print @candidate if it begins with @word. */
static void offer(const char *word, const char *candidate, const char *help)
{
	if (!strncmp(candidate, word, strlen(word)))
		printf("%s\t%s\n", candidate, help);
}

/* The option that @word names if it takes an argument, or NULL. */
static const struct zoo_option *option_with_argument(const char *word)
{
	const struct zoo_option *row = zoo_options;
	size_t length = strcspn(word, "=");

	while (row->name && (strncmp(row->name, word, length) || row->name[length]) &&
	       (word[0] != '-' || word[1] != row->letter || word[2]))
		row++;
	return row->name && row->argument ? row : NULL;
}

static void offer_options(const char *word, int commands)
{
	for (const struct zoo_option *row = zoo_options; row->name; row++)
		if (row->commands & commands)
			offer(word, row->name, row->help);
}

static void offer_shapes(const char *word)
{
	const struct shape *shape;

	for (size_t i = 0; (shape = shape_at(i)); i++)
		offer(word, shape->name, shape->what);
}

void complete(char **words)
{
	const struct zoo_option *option = NULL;
	const struct zoo_command *command = NULL;
	int commands = ANYTHING;

	for (; words[1]; words++) {
		if (option || **words == '-') {
			option = option ? NULL : option_with_argument(*words);
			if (option && strchr(*words, '='))
				option = NULL;
		} else if (commands == ANYTHING) {
			command = zoo_command(*words);
			commands = command ? command->bit : SHAPES;
		}
	}
	if (!option && strchr(*words, '='))
		option = option_with_argument(*words);
	puts(option && !strcmp(option->argument, "FILE") ? "files" : "words");
	if (option || (command && **words != '-'))
		return;
	if (**words == '-') {
		offer_options(*words, commands);
		return;
	}
	for (command = zoo_commands; commands == ANYTHING && command->name; command++)
		offer(*words, command->name, command->help);
	offer_shapes(*words);
}
