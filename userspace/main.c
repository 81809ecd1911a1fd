// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap: shows what every task is and which kernel objects it holds. This file
 * parses the command line and does nothing else.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <pwd.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"

struct command {
	const char *name;
	const char *args;	/* as the help shows them */
	int min_args, max_args;
	const struct columns *columns;	/* NULL: it has no table */
	const char *options;	/* letters of the options that it takes */
	const char *summary;	/* what it does, in a phrase */
	const char *details;	/* lines of its help, or "" */
	/* Parses options->args; NULL: run() does that */
	void (*parse_args)(struct options *options);
	int (*run)(const struct options *options, struct error *error);
};

static void parse_resources(struct options *options);
static void parse_comparison(struct options *options);
static void parse_pid_args(struct options *options);
static void parse_drawn(struct options *options);
static void parse_compared_pids(struct options *options);
static void parse_watched(struct options *options);

/* The first is the default. */
static const struct command commands[] = {
	{ "list", "", 0, 0, &task_columns, "TJornPpkFAiENCH",
	  "show every task: what it is and what it holds (default)", "",
	  NULL, list_command },
	{ "groups", "[RESOURCE...]", 0, INT_MAX, &object_columns, "JornPpkFAaiENCH",
	  "show who shares each object",
	  "RESOURCE is mm, files, fs, sighand, signal, io or sysvsem (the default ones),\n"
	  "cred, cgroups, seccomp, nsproxy, active_mm, or a namespace such as net.\n",
	  parse_resources, groups_command },
	{ "explain", "PID...", 1, INT_MAX, NULL, "LJiEN",
	  "explain what a task is, and why", "",
	  parse_pid_args, explain_command },
	{ "compare", "PID PID...", 1, INT_MAX, NULL, "JiENC",
	  "compare what tasks share, and name the flags for that", "",
	  parse_compared_pids, compare_command },
	{ "graph", "[PID...]", 0, INT_MAX, NULL, "GWRBpkaiEN",
	  "draw tasks and what they hold: DOT, SVG or HTML",
	  "With --html, PID can be replaced by files that \"taskmap save\" wrote: the page\n"
	  "then steps through these snapshots.\n",
	  parse_drawn, graph_command },
	{ "diff", "A B", 2, 2, &change_columns, "JornPpkFAcH",
	  "show what changed between two saved snapshots",
	  "A and B are files that \"taskmap save\" wrote; one can be -, standard input.\n",
	  parse_comparison, diff_command },
	{ "drift", "", 0, 0, &finding_columns, "JornPpkFAiENCH",
	  "show what deviates from the textbook, and why", "",
	  NULL, drift_command },
	{ "verify", "[PID...]", 0, INT_MAX, NULL, "JES",
	  "compare the module's data with kcmp(2) and /proc", "",
	  parse_pid_args, verify_command },
	{ "save", "FILE", 1, 1, NULL, "iEN",
	  "write the snapshot to FILE (- is standard output)", "",
	  NULL, save_command },
	{ "watch", "[-- COMMAND]", 0, INT_MAX, NULL, "JpiuC",
	  "show births, execs and exits as they happen",
	  "They are those of all tasks, of a process (--pid), or of COMMAND until it ends.\n",
	  parse_watched, watch_command },
};

/* An option, and its line in the help. */
struct option_row {
	int letter;		/* its name in the code */
	const char *name;	/* with its dashes */
	const char *argument;	/* NULL: it takes none; optional in [] */
	const char *help;
};

static const struct option_row option_rows[] = {
	{ 'T', "--tree", NULL, "show threads below leaders, leaders below parents" },
	{ 'J', "--json", NULL, "print JSON, with full ids" },
	{ 'r', "--raw", NULL, "separate columns by blanks, and escape blanks" },
	{ 'P', "--pairs", NULL, "print KEY=\"value\"" },
	{ 'n', "--noheadings", NULL, "do not print headings" },
	{ 'o', "--output", "LIST", "show these columns; +LIST adds to the default ones" },
	{ 'A', "--output-all", NULL, "show all columns" },
	{ 'F', "--full-ids", NULL, "show ids as 16 hex digits, not as \"mm#3\"" },
	{ 'p', "--pid", "LIST", "only these tasks, and all threads of these processes" },
	{ 'k', "--kind", "LIST", "only tasks of these kinds" },
	{ 'a', "--all", NULL, "also objects that only one task holds" },
	{ 'G', "--svg", NULL, "print SVG, drawn by Graphviz" },
	{ 'W', "--html", NULL, "print a page for a browser" },
	{ 'R', "--resources", "LIST", "draw these resources; +LIST adds to the default ones" },
	{ 'B', "--births", NULL, "also draw who created whom" },
	{ 'L', "--long", NULL, "print everything, with the facts beside it" },
	{ 'c', "--compare", "LIST", "compare these columns; +LIST adds to the default ones" },
	{ 'i', "--input", "FILE", "read a saved snapshot (- is standard input)" },
	{ 'E', "--exact", NULL, "stop the system to read it at one instant" },
	{ 'N', "--proc", NULL, "use /proc and kcmp(2), without the module or root" },
	{ 'S', "--seed", "NUMBER", "random seed for choosing the pairs to verify" },
	{ 'u', "--user", "USER", "run COMMAND as USER; by default the user who called sudo" },
	{ 'C', "--color", "[=WHEN]", "color equal ids alike: auto (default), always or never" },
	{ 'H', "--list-columns", NULL, "list the columns" },
	{ 'V', "--version", NULL, "display the version and exit" },
	{ 'h', "--help", NULL, "display this help and exit" },
};

/* The letters that are also short options. ":" makes getopt(3) report errors to us. */
static const char short_options[] = ":TJo:nrPHp:k:ac:i:u:Vh";

/* No two options of a set can be used together. */
static const char *const exclusive[] = { "TJrP", "TPH", "oA", "iEN", "GW", "LJ" };

/* The given options, by letter: the argument, or "" if they take none. */
static const char *given[128];

/* The given pids: a tree of tsearch(3) with numbers instead of pointers. */
static void *given_pids;

/* The option for each format. FORMAT_TABLE has none. */
static const char formats[] = {
	[FORMAT_TREE] = 'T',
	[FORMAT_RAW] = 'r',
	[FORMAT_PAIRS] = 'P',
	[FORMAT_JSON] = 'J',
	[FORMAT_SVG] = 'G',
	[FORMAT_HTML] = 'W',
};

/*
 * Exits with @status if all output was written, which only the last write
 * shows. No output, and no standard output (>&-), is not an error.
 */
static _Noreturn void finish(int status)
{
	int reason = ferror(stdout) ? EIO : 0;

	if (fflush(stdout))
		reason = errno;
	if (fclose(stdout) && errno != EBADF && !reason)
		reason = errno;
	if (reason)
		die(STATUS_FAILED, "cannot write to standard output: %s",
		    strerror(reason));
	exit(status);
}

static void print_options(const struct command *command)
{
	puts("\nOptions:");
	for (size_t i = 0; i < ARRAY_SIZE(option_rows); i++) {
		const struct option_row *row = &option_rows[i];
		char left[32];

		if (!strchr("Vh", row->letter) &&
		    !strchr(command->options, row->letter))
			continue;
		snprintf(left, sizeof(left), "%s%s%s", row->name,
			 row->argument && *row->argument != '[' ? " " : "",
			 row->argument ? row->argument : "");
		if (strchr(short_options, row->letter))
			printf(" -%c, %-17s %s\n", row->letter, left, row->help);
		else
			printf("     %-17s %s\n", left, row->help);
	}
}

static void print_commands(void)
{
	puts("Usage: taskmap [COMMAND] [options]\n\n"
	     "Show which kernel objects the tasks of a system hold and share.\n\n"
	     "Commands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf(" %-7s %-13s %s\n", commands[i].name,
		       commands[i].args, commands[i].summary);
	print_options(&commands[0]);
	puts("\n\"taskmap COMMAND --help\" describes a command.");
}

static void print_command(const struct command *command)
{
	printf("Usage: taskmap %s [options]%s%s\n\n%c%s.\n%s", command->name,
	       *command->args ? " " : "", command->args,
	       toupper((unsigned char)*command->summary), command->summary + 1,
	       command->details);
	print_options(command);
	if (command->columns)
		printf("\n\"taskmap %s -H\" lists the columns.\n", command->name);
}

/* @command: NULL for a list of all commands */
static _Noreturn void help(const struct command *command)
{
	if (command)
		print_command(command);
	else
		print_commands();
	puts("See taskmap(8) for details.");
	finish(STATUS_DONE);
}

static _Noreturn void version(void)
{
	printf("taskmap %s (snapshot format %d)\n", TASKMAP_VERSION,
	       TASKMAP_FORMAT);
	finish(STATUS_DONE);
}

static _Noreturn void hint(void)
{
	fputs("Try 'taskmap --help' for more information.\n", stderr);
	exit(STATUS_USAGE);
}

#define usage_error(...)	(complain(__VA_ARGS__), hint())

/*
 * How many letters must be inserted, deleted, replaced or swapped with the next one
 * to turn @word, of @length bytes, into @name, ignoring case.
 */
static size_t distance(const char *word, size_t length, const char *name)
{
	size_t width = strlen(name) + 1, result;
	size_t *cells = xcalloc((length + 1) * width, sizeof(*cells));
#define CELL(i, j)	cells[(i) * width + (j)]
#define SAME(i, j)	(tolower((unsigned char)word[i]) == \
			 tolower((unsigned char)name[j]))

	for (size_t i = 0; i <= length; i++) {
		for (size_t j = 0; j < width; j++) {
			size_t best = i && j ? CELL(i - 1, j - 1) +
					       !SAME(i - 1, j - 1) : i + j;

			if (i && CELL(i - 1, j) + 1 < best)
				best = CELL(i - 1, j) + 1;
			if (j && CELL(i, j - 1) + 1 < best)
				best = CELL(i, j - 1) + 1;
			if (i > 1 && j > 1 && SAME(i - 1, j - 2) &&
			    SAME(i - 2, j - 1) && CELL(i - 2, j - 2) + 1 < best)
				best = CELL(i - 2, j - 2) + 1;
			CELL(i, j) = best;
		}
	}
#undef SAME
#undef CELL
	result = cells[(length + 1) * width - 1];
	free(cells);
	return result;
}

/* The longest word that a suggestion is looked for; no name is longer. */
#define LONGEST_WORD	32

/* The one of @count @names that @word can be a misspelling of, or NULL. */
static const char *nearest(const char *word, size_t length,
			   const char *const *names, size_t count)
{
	size_t least = (length + 2) / 4;
	const char *found = NULL;

	if (!length || length > LONGEST_WORD)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t edits = distance(word, length, names[i]);

		if (edits < least || (edits == least && !found)) {
			least = edits;
			found = names[i];
		}
	}
	return found;
}

/*
 * Complains that @word, of @length bytes, is an unknown @what, and suggests the
 * nearest of @count @names. If none is near, it names the option @lister that lists
 * them, or without one lists them itself.
 */
static void unknown_word(const char *what, const char *word, size_t length,
			 const char *const *names, size_t count,
			 const char *lister)
{
	char *copy = xasprintf("%.*s", (int)length, word);
	char *shown = escaped(copy);
	const char *near = nearest(word, length, names, count);

	fprintf(stderr, "taskmap: unknown %s '%s'", what, shown);
	if (near)
		fprintf(stderr, "; did you mean '%s'?", near);
	else if (lister)
		fprintf(stderr, "; %s lists them", lister);
	for (size_t i = 0; !near && !lister && i < count; i++)
		fprintf(stderr, "%s %s", i ? "," : "; use", names[i]);
	fputc('\n', stderr);
	free(shown);
	free(copy);
}

/* Complains of @word, of @length bytes: @what is wrong with it. */
static _Noreturn void bad_word(const char *what, const char *word,
			       size_t length)
{
	char *copy = xasprintf("%.*s", (int)length, word);
	char *shown = escaped(copy);

	complain("%s '%s'", what, shown);
	free(shown);
	free(copy);
	hint();
}

static _Noreturn void unknown_column(const struct columns *columns,
				     const char *word, size_t length)
{
	size_t count = column_count(columns);
	const char **names = xcalloc(count, sizeof(*names));

	for (size_t i = 0; i < count; i++)
		names[i] = column_at(columns, i).name;
	unknown_word("column", word, length, names, count, "--list-columns");
	free(names);
	hint();
}

static void parse_columns(struct selection *selection, const char *list)
{
	size_t length;
	const char *bad = selection_parse(selection, list, &length);

	if (bad)
		unknown_column(selection->of, bad, length);
}

static void parse_kind(struct options *options, const char *word,
		       size_t length)
{
	unsigned int kind = kind_by_name(word, length);
	const char *names[KINDS];

	if (!kind) {
		for (unsigned int i = 0; i < KINDS; i++)
			names[i] = kind_name(i + 1);
		unknown_word("kind", word, length, names, KINDS, NULL);
		hint();
	}
	options->filter.kinds |= BIT(kind);
}

static int compare_pids(const void *a, const void *b)
{
	return a < b ? -1 : a > b;
}

/* Whether @pid was given before. */
static bool is_repeated(int pid)
{
	const void *key = (const void *)(intptr_t)pid;

	if (tfind(key, &given_pids, compare_pids))
		return true;
	need_memory(!tsearch(key, &given_pids, compare_pids));
	return false;
}

static void parse_pid(struct options *options, const char *word, size_t length)
{
	struct filter *filter = &options->filter;
	int pid = 0;

	for (size_t i = 0; i < length; i++) {
		if (word[i] < '0' || word[i] > '9' ||
		    __builtin_mul_overflow(pid, 10, &pid) ||
		    __builtin_add_overflow(pid, word[i] - '0', &pid))
			bad_word("invalid pid", word, length);
	}
	if (!pid)
		bad_word("invalid pid", word, length);
	if (is_repeated(pid))
		return;
	filter->pids = xgrow(filter->pids, filter->pid_count, sizeof(pid));
	filter->pids[filter->pid_count++] = pid;
}

/* Calls @parse for each word of @list, separated by commas. */
static void parse_list(struct options *options, const char *list,
		       void (*parse)(struct options *options, const char *word,
				     size_t length))
{
	for (;;) {
		size_t length = strcspn(list, ",");

		parse(options, list, length);
		if (!list[length])
			return;
		list += length + 1;
	}
}

static void parse_seed(struct options *options, const char *word)
{
	char *end;

	errno = 0;
	options->seed = strtoull(word, &end, 10);
	options->seeded = true;
	/* strtoull(3) would accept a sign and blanks. */
	if (errno || *end || *word < '0' || *word > '9')
		bad_word("invalid number", word, strlen(word));
}

/* Each argument can be a list of pids. */
static void parse_pid_args(struct options *options)
{
	for (char **arg = options->args; *arg; arg++)
		parse_list(options, *arg, parse_pid);
}

/* Pids or, for a page, files. */
static void parse_drawn(struct options *options)
{
	const char *first = *options->args;
	unsigned int inputs = 0;

	options->files = given['W'] && first &&
			 first[strspn(first, "0123456789,")];
	if (!options->files) {
		parse_pid_args(options);
		return;
	}
	for (char **arg = options->args; *arg; arg++)
		inputs += !strcmp(*arg, "-");
	if (inputs > 1)
		usage_error("only one file can be standard input");
	if (given['i'] || given['E'])
		usage_error("files and --%s cannot be used together",
			    given['i'] ? "input" : "exact");
}

/* COMMAND may be any word, and have options of its own. */
static void parse_watched(struct options *options)
{
	const char *command = *options->args;

	if (command && !options->dashes)
		bad_word("missing '--' before COMMAND", command,
			 strlen(command));
	if (command && (given['p'] || given['i']))
		usage_error("COMMAND and --%s cannot be used together",
			    given['p'] ? "pid" : "input");
	if (!command && given['u'])
		usage_error("--user requires COMMAND");
}

static void parse_compared_pids(struct options *options)
{
	parse_pid_args(options);
	if (options->filter.pid_count < 2)
		usage_error("compare needs two different pids");
}

/* The resources that flags of clone(2) share. */
static uint32_t default_resources(void)
{
	uint32_t set = 0;

	for_each_resource(r) {
		if (resources[r].shared)
			set |= BIT(r);
	}
	return set;
}

static void parse_resource(struct options *options, const char *word,
			   size_t length)
{
	enum taskmap_resource resource = resource_by_word(word, length);
	const char *names[TASKMAP_RESOURCES];

	if (resource == TASKMAP_RESOURCES) {
		for_each_resource(r)
			names[r] = resources[r].name;
		unknown_word("resource", word, length, names,
			     TASKMAP_RESOURCES, NULL);
		hint();
	}
	options->resources |= BIT(resource);
}

static void parse_resources(struct options *options)
{
	if (*options->args)
		options->resources = 0;
	for (char **arg = options->args; *arg; arg++)
		parse_resource(options, *arg, strlen(*arg));
}

/* The last of several lists counts, as for columns. */
static void parse_resource_list(struct options *options, const char *list)
{
	options->resources = *list == '+' ? default_resources() : 0;
	parse_list(options, list + (*list == '+'), parse_resource);
}

static void parse_comparison(struct options *options)
{
	if (!strcmp(options->args[0], "-") && !strcmp(options->args[1], "-"))
		usage_error("A and B cannot both be standard input");
	options->compared.of = &compared_columns;
	parse_columns(&options->compared,
		      given['c'] ? given['c'] : compared_columns.defaults);
}

static void parse_user(struct options *options, const char *name)
{
	options->account = getpwnam(name);
	if (!options->account)
		bad_word("unknown user", name, strlen(name));
}

/* @word is what getopt(3) did not understand, unless it is a short option. */
static _Noreturn void bad_option(const char *word)
{
	const char *names[ARRAY_SIZE(option_rows)];

	if (strncmp(word, "--", 2)) {
		const char letter[] = { '-', (char)optopt };

		bad_word("unknown option", letter, sizeof(letter));
	}
	if (optopt)
		bad_word("unexpected argument", word, strlen(word));
	for (size_t i = 0; i < ARRAY_SIZE(option_rows); i++)
		names[i] = option_rows[i].name;
	unknown_word("option", word, strcspn(word, "="), names,
		     ARRAY_SIZE(option_rows), "--help");
	hint();
}

static const struct option_row *option_of(int letter)
{
	const struct option_row *row = option_rows;

	while (row->letter != letter)
		row++;
	return row;
}

/* --color without WHEN means always, as in ls(1). */
static bool parse_color(const char *when)
{
	static const char *const names[] = { "auto", "always", "never" };

	if (!when || !strcmp(when, "auto"))
		return terminal_has_colors();
	if (!*when || !strcmp(when, "always"))
		return true;
	if (!strcmp(when, "never"))
		return false;
	unknown_word("argument of --color", when, strlen(when), names,
		     ARRAY_SIZE(names), NULL);
	hint();
}

/* Options whose argument can be wrong, and those that end the program. */
static void parse_option(struct options *options, int option, const char *word)
{
	switch (option) {
	case 'p':
		parse_list(options, optarg, parse_pid);
		break;
	case 'k':
		parse_list(options, optarg, parse_kind);
		break;
	case 'R':
		parse_resource_list(options, optarg);
		break;
	case 'S':
		parse_seed(options, optarg);
		break;
	case 'u':
		parse_user(options, optarg);
		break;
	case 'V':
		version();
	case ':':
		usage_error("missing argument: %s %s", option_of(optopt)->name,
			    option_of(optopt)->argument);
	case '?':
		bad_option(word);
	}
}

static void parse_options(int argc, char **argv, struct options *options)
{
	struct option long_options[ARRAY_SIZE(option_rows) + 1] = { 0 };
	int option;

	for (size_t i = 0; i < ARRAY_SIZE(option_rows); i++) {
		const struct option_row *row = &option_rows[i];

		long_options[i] = (struct option){
			.name = row->name + strlen("--"),
			.has_arg = !row->argument ? no_argument :
				   *row->argument == '[' ? optional_argument :
							   required_argument,
			.val = row->letter,
		};
	}
	while ((option = getopt_long(argc, argv, short_options, long_options,
				     NULL)) != -1) {
		parse_option(options, option, argv[optind - 1]);
		given[option] = optarg ? optarg : "";
	}
	for (enum format format = 0; format < ARRAY_SIZE(formats); format++) {
		if (given[(unsigned char)formats[format]])
			options->output.format = format;
	}
	options->output.noheadings = given['n'];
	options->output.full_ids = given['F'];
	options->output.color = parse_color(given['C']);
	options->all = given['a'];
	options->complete = given['L'];
	options->births = given['B'];
	options->input = given['i'];
	options->dashes = !strcmp(argv[optind - 1], "--");
	options->source = given['N'] ? &source_proc :
			  given['E'] ? &source_exact : &source_system;
	if (!given['R'])
		options->resources = default_resources();
}

/* No color in what programs read, and none for a command without the option. */
static void select_color(struct options *options, const struct command *command)
{
	enum format format = options->output.format;

	if (!strchr(command->options, 'C') ||
	    (format != FORMAT_TABLE && format != FORMAT_TREE))
		options->output.color = false;
}

static void select_columns(struct options *options,
			   const struct columns *columns)
{
	struct selection *selection = &options->output.columns;

	selection->of = columns;
	if (given['o'])
		parse_columns(selection, given['o']);
	else if (given['A'])
		selection_all(selection);
	else
		selection_defaults(selection);
}

/* The first given option in @set, or NULL. */
static const char *first_given(const char *set)
{
	while (*set && !given[(unsigned char)*set])
		set++;
	return *set ? set : NULL;
}

static void check_exclusive(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(exclusive); i++) {
		const char *one = first_given(exclusive[i]);
		const char *two = one ? first_given(one + 1) : NULL;

		if (two)
			usage_error("%s and %s cannot be used together",
				    option_of(*one)->name, option_of(*two)->name);
	}
}

static void check_taken(const struct command *command)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_rows); i++) {
		const struct option_row *row = &option_rows[i];

		if (given[row->letter] && !strchr(command->options, row->letter))
			usage_error("%s does not take %s", command->name,
				    row->name);
	}
}

static const struct command *find_command(const char *name)
{
	const char *names[ARRAY_SIZE(commands)];

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		names[i] = commands[i].name;
	unknown_word("command", name, strlen(name), names, ARRAY_SIZE(commands),
		     NULL);
	hint();
}

/* Takes the command from @args, which ends in NULL, and leaves its arguments. */
static const struct command *take_command(char **args, struct options *options)
{
	const struct command *command = &commands[0];

	if (*args)
		command = find_command(*args++);
	else if (given['h'])
		help(NULL);
	if (given['h'])
		help(command);
	options->args = args;
	return command;
}

/* --list-columns needs none of the arguments. */
static void check_args(const struct command *command, struct options *options)
{
	char **args = options->args;
	int count = 0;

	while (args[count])
		count++;
	if (count > command->max_args)
		bad_word("unexpected argument", args[command->max_args],
			 strlen(args[command->max_args]));
	if (given['H'])
		return;
	if (count < command->min_args)
		usage_error("missing argument: %s %s", command->name,
			    command->args);
	if (command->parse_args)
		command->parse_args(options);
}

static int run(const struct command *command, const struct options *options)
{
	struct error error = { 0 };
	int status = command->run(options, &error);
	char *shown;

	if (status >= 0)
		return status;
	/* The message can contain the name of a file. */
	shown = escaped(error.text ? error.text : "not enough memory");
	complain("%s", shown);
	free(shown);
	free(error.text);
	return STATUS_FAILED;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	const struct command *command;
	int status;

	setlocale(LC_ALL, "");
	parse_options(argc, argv, &options);
	command = take_command(argv + optind, &options);
	check_args(command, &options);
	check_exclusive();
	check_taken(command);
	select_color(&options, command);
	if (command->columns)
		select_columns(&options, command->columns);
	status = given['H'] ? list_columns(&options) : run(command, &options);
	selection_free(&options.output.columns);
	selection_free(&options.compared);
	free(options.filter.pids);
	finish(status);
}
