// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap: what every task is and which kernel objects it holds. Here the
 * command line is understood, and nothing else is done.
 */
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
	const struct columns *columns;	/* NULL: it shows none */
	const char *options;	/* the short names of those it takes */
	const char *summary;
	/* Understands options->args; NULL: run() does that itself */
	void (*parse_args)(struct options *options);
	int (*run)(const struct options *options, struct error *error);
};

static void parse_resources(struct options *options);
static void parse_comparison(struct options *options);
static void parse_pid_args(struct options *options);
static void parse_compared_pids(struct options *options);
static void parse_watched(struct options *options);

/* The first is what is done if no command is given. */
static const struct command commands[] = {
	{ "list", "", 0, 0, &task_columns, "TJornPpkFAiEH",
	  "every task, what it is and what it holds (the default)",
	  NULL, list_command },
	{ "groups", "[RESOURCE...]", 0, INT_MAX, &object_columns, "JornPpkFAaiEH",
	  "who shares each object",
	  parse_resources, groups_command },
	{ "explain", "PID...", 1, INT_MAX, NULL, "LJiE",
	  "why a task is what it is, in plain words",
	  parse_pid_args, explain_command },
	{ "compare", "PID PID...", 1, INT_MAX, NULL, "JiE",
	  "what tasks share, and the clone(2) flags for that",
	  parse_compared_pids, compare_command },
	{ "graph", "[PID...]", 0, INT_MAX, NULL, "GWRBpkaiE",
	  "tasks and what they hold, drawn: DOT, SVG or HTML",
	  parse_pid_args, graph_command },
	{ "diff", "A B", 2, 2, &change_columns, "JornPpkFAcH",
	  "what changed between two saved snapshots",
	  parse_comparison, diff_command },
	{ "drift", "", 0, 0, &finding_columns, "JornPpkFAiEH",
	  "threads, kernel threads and refs that are not as usual",
	  NULL, drift_command },
	{ "verify", "[PID...]", 0, INT_MAX, NULL, "JES",
	  "compare what the module says with kcmp(2) and /proc",
	  parse_pid_args, verify_command },
	{ "save", "FILE", 1, 1, NULL, "iE",
	  "write the snapshot to FILE (- is standard output)",
	  NULL, save_command },
	{ "watch", "[-- COMMAND]", 0, INT_MAX, NULL, "Jpiu",
	  "births, execs and exits as they happen",
	  parse_watched, watch_command },
};

/*
 * Upper-case letters that are not in short_options, A, B, E, F, G, L, R, S and W,
 * are the names by which the code knows options that have only a long one.
 */
static const char short_options[] = "TJo:nrPHp:k:ac:i:u:Vh";

static const struct option long_options[] = {
	{ "tree",		no_argument,		NULL, 'T' },
	{ "json",		no_argument,		NULL, 'J' },
	{ "output",		required_argument,	NULL, 'o' },
	{ "output-all",		no_argument,		NULL, 'A' },
	{ "noheadings",		no_argument,		NULL, 'n' },
	{ "raw",		no_argument,		NULL, 'r' },
	{ "pairs",		no_argument,		NULL, 'P' },
	{ "list-columns",	no_argument,		NULL, 'H' },
	{ "pid",		required_argument,	NULL, 'p' },
	{ "kind",		required_argument,	NULL, 'k' },
	{ "all",		no_argument,		NULL, 'a' },
	{ "compare",		required_argument,	NULL, 'c' },
	{ "svg",		no_argument,		NULL, 'G' },
	{ "html",		no_argument,		NULL, 'W' },
	{ "resources",		required_argument,	NULL, 'R' },
	{ "births",		no_argument,		NULL, 'B' },
	{ "long",		no_argument,		NULL, 'L' },
	{ "full-ids",		no_argument,		NULL, 'F' },
	{ "input",		required_argument,	NULL, 'i' },
	{ "exact",		no_argument,		NULL, 'E' },
	{ "seed",		required_argument,	NULL, 'S' },
	{ "user",		required_argument,	NULL, 'u' },
	{ "version",		no_argument,		NULL, 'V' },
	{ "help",		no_argument,		NULL, 'h' },
	{ 0 }
};

/* Sets of options of which no two can be used together. */
static const char *const exclusive[] = { "TJrP", "TPH", "oA", "iE", "GW", "LJ" };

static const char options_help[] =
	"Options:\n"
	" -T, --tree           threads below their leader, leaders below their parent\n"
	" -J, --json           JSON output, with full ids\n"
	" -r, --raw            raw output: no alignment, blanks escaped\n"
	" -P, --pairs          KEY=\"value\" output\n"
	" -n, --noheadings     no headings\n"
	" -o, --output LIST    the columns to show; +LIST adds to the defaults\n"
	"     --output-all     all columns\n"
	"     --full-ids       ids as 16 hex digits, not as \"mm#3\"\n"
	" -p, --pid LIST       only these tasks, and all threads of these processes\n"
	" -k, --kind LIST      only tasks of these kinds\n"
	" -a, --all            groups, graph: also objects that only one task holds\n"
	"     --svg            graph: SVG, drawn by Graphviz\n"
	"     --html           graph: a page for a browser\n"
	"     --resources LIST graph: the resources to draw; +LIST adds to the defaults\n"
	"     --births         graph: also who created whom\n"
	"     --long           explain: everything, and the facts that decide it\n"
	" -c, --compare LIST   diff: the columns to compare; +LIST adds to the defaults\n"
	" -i, --input FILE     read a saved snapshot (- is standard input)\n"
	"     --exact          one instant of the system, which is stopped for it\n"
	"     --seed NUMBER    verify the pairs that were chosen at random by NUMBER\n"
	" -u, --user USER      watch: who runs COMMAND; by default who called sudo\n"
	" -H, --list-columns   list the columns, also with --json or --raw\n"
	" -V, --version        the version\n"
	" -h, --help           this help\n";

/* The options that were given, by letter: the argument, "" if they take none. */
static const char *given[128];

/* The pids that were given, as a tree of tsearch(3), in the place of pointers. */
static void *given_pids;

/* The option that asks for each format; none does for FORMAT_TABLE. */
static const char formats[] = {
	[FORMAT_TREE] = 'T',
	[FORMAT_RAW] = 'r',
	[FORMAT_PAIRS] = 'P',
	[FORMAT_JSON] = 'J',
	[FORMAT_SVG] = 'G',
	[FORMAT_HTML] = 'W',
};

static void print_columns_help(const struct command *command)
{
	const struct columns *columns = command->columns;

	printf("\nColumns of %s (* shown by default%s):\n", command->name,
	       columns->more ? ", with some of list" : "");
	for (size_t i = 0; i < columns->own_count; i++) {
		const struct column column = column_at(columns, i);

		printf(" %c %-14s %s\n",
		       column_is_default(columns, column.name) ? '*' : ' ',
		       column.name, column.help);
	}
}

/*
 * Exits with @status if all output has got where it should, which only the
 * last write tells. Nothing printed and nowhere to print to (>&-) is no error.
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

static _Noreturn void help(void)
{
	printf("Usage: taskmap [COMMAND] [options]\n\n"
	       "Shows which kernel objects the tasks of a system hold and share.\n\n"
	       "Commands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf(" %-7s %-13s %s\n", commands[i].name,
		       commands[i].args, commands[i].summary);
	printf("\n%s", options_help);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (commands[i].columns)
			print_columns_help(&commands[i]);
	}
	printf("\nFor more details see taskmap(8).\n");
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
 * Says @what is wrong with @word, of @length bytes, and lists the @count @names
 * of what could be there in its place.
 */
static void complain_of_word(const char *what, const char *word, size_t length,
			     const char *const *names, size_t count)
{
	char *copy = xasprintf("%.*s", (int)length, word);
	char *shown = escaped(copy);

	fprintf(stderr, "taskmap: %s \"%s\"%s", what, shown,
		count ? "; use" : "");
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "%s %s", i ? "," : "", names[i]);
	fputc('\n', stderr);
	free(shown);
	free(copy);
}

static _Noreturn void bad_word(const char *what, const char *word,
			       size_t length)
{
	complain_of_word(what, word, length, NULL, 0);
	hint();
}

static _Noreturn void unknown_column(const struct columns *columns,
				     const char *word, size_t length)
{
	size_t count = column_count(columns);
	const char **names = xcalloc(count, sizeof(*names));

	for (size_t i = 0; i < count; i++)
		names[i] = column_at(columns, i).name;
	complain_of_word("unknown column", word, length, names, count);
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
		complain_of_word("unknown kind", word, length, names, KINDS);
		hint();
	}
	options->filter.kinds |= BIT(kind);
}

static int compare_pids(const void *a, const void *b)
{
	return a < b ? -1 : a > b;
}

/* Whether it was given before. */
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
			bad_word("not a pid:", word, length);
	}
	if (!pid)
		bad_word("not a pid:", word, length);
	if (is_repeated(pid))
		return;
	filter->pids = xgrow(filter->pids, filter->pid_count, sizeof(pid));
	filter->pids[filter->pid_count++] = pid;
}

/* Gives each word of @list, which are separated by commas, to @parse. */
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
	/* No sign and no blanks, which strtoull(3) would take. */
	if (errno || *end || *word < '0' || *word > '9')
		bad_word("not a number:", word, strlen(word));
}

/* The arguments of commands that take pids: each a list, too. */
static void parse_pid_args(struct options *options)
{
	for (char **arg = options->args; *arg; arg++)
		parse_list(options, *arg, parse_pid);
}

/* COMMAND may be any word, with options that are not ours. */
static void parse_watched(struct options *options)
{
	const char *command = *options->args;

	if (command && !options->dashes)
		bad_word("\"--\" must precede COMMAND:", command,
			 strlen(command));
	if (command && (given['p'] || given['i']))
		usage_error("COMMAND and --%s cannot be used together",
			    given['p'] ? "pid" : "input");
	if (!command && given['u'])
		usage_error("--user is for COMMAND");
}

static void parse_compared_pids(struct options *options)
{
	parse_pid_args(options);
	if (options->filter.pid_count < 2)
		usage_error("compare wants two different pids or more");
}

/* Those that flags of clone(2) share, if none is named. */
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
		complain_of_word("unknown resource", word, length, names,
				 TASKMAP_RESOURCES);
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

/* Of several lists the last counts, as of columns. */
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
		bad_word("there is no user", name, strlen(name));
}

/* What cannot wait: options whose argument may be wrong, or that end it all. */
static void parse_option(struct options *options, int option)
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
	case 'h':
		help();
	case '?':
		hint();
	}
}

static void parse_options(int argc, char **argv, struct options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, short_options, long_options,
				     NULL)) != -1) {
		given[option] = optarg ? optarg : "";
		parse_option(options, option);
	}
	for (enum format format = 0; format < ARRAY_SIZE(formats); format++) {
		if (given[(unsigned char)formats[format]])
			options->output.format = format;
	}
	options->output.noheadings = given['n'];
	options->output.full_ids = given['F'];
	options->all = given['a'];
	options->complete = given['L'];
	options->births = given['B'];
	options->input = given['i'];
	options->dashes = !strcmp(argv[optind - 1], "--");
	options->source = given['E'] ? &source_exact : &source_system;
	if (!given['R'])
		options->resources = default_resources();
}

/* Of which columns, the command tells. */
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

static const char *long_name(int letter)
{
	const struct option *option = long_options;

	while (option->val != letter)
		option++;
	return option->name;
}

/* The first option at or after @set that was given, NULL if none was. */
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
			usage_error("--%s and --%s cannot be used together",
				    long_name(*one), long_name(*two));
	}
}

static void check_taken(const struct command *command)
{
	for (const struct option *option = long_options; option->name; option++) {
		if (given[option->val] &&
		    !strchr(command->options, option->val))
			usage_error("%s takes no --%s", command->name,
				    option->name);
	}
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	bad_word("there is no command", name, strlen(name));
}

/* Takes the command from @args, which ends in NULL, and leaves its own. */
static const struct command *take_command(char **args, struct options *options)
{
	const struct command *command = &commands[0];

	if (*args)
		command = find_command(*args++);
	options->args = args;
	return command;
}

/* What is listed in place of the command needs none of its arguments. */
static void check_args(const struct command *command, struct options *options)
{
	char **args = options->args;
	int count = 0;

	while (args[count])
		count++;
	if (count > command->max_args)
		bad_word("one argument too many:", args[command->max_args],
			 strlen(args[command->max_args]));
	if (given['H'])
		return;
	if (count < command->min_args)
		usage_error("%s wants %s", command->name, command->args);
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
	/* It may quote the name of a file. */
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
	if (command->columns)
		select_columns(&options, command->columns);
	status = given['H'] ? list_columns(&options) : run(command, &options);
	selection_free(&options.output.columns);
	selection_free(&options.compared);
	free(options.filter.pids);
	finish(status);
}
