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
#include <strings.h>
#include <unistd.h>

#include "options.h"

static void parse_resources(struct options *options);
static void parse_comparison(struct options *options);
static void parse_task_args(struct options *options);
static void parse_compared_tasks(struct options *options);
static void parse_metrics(struct options *options);
static void parse_watched(struct options *options);
static void parse_drawn(struct options *options);
static void parse_sql(struct options *options);
static int help_command(const struct options *options, struct error *error);

/* For the help of commands that take tasks. */
#define PID_HELP \
	"A PID can also be a name, which means all tasks with it, or self, this taskmap.\n"

/* The first is the default. */
const struct command commands[] = {
	{ "list", "[PID...]", WORDS_TASKS, 0, INT_MAX, &task_columns,
	  "TJlosQrnPpkCuFAiENXH",
	  "show every task: what it is and what it holds (default)", PID_HELP,
	  parse_task_args, list_command },
	{ "groups", "[RESOURCE...]", WORDS_RESOURCES, 0, INT_MAX, &object_columns,
	  "JlosQrnPpkCuFAaiENXH",
	  "show who shares each object",
	  "RESOURCE is mm, files, fs, sighand, signal, io or sysvsem (the default ones),\n"
	  "cred, cgroups, seccomp, nsproxy, active_mm, or a namespace such as netns.\n",
	  parse_resources, groups_command },
	{ "explain", "PID...", WORDS_TASKS, 1, INT_MAX, NULL, "LJiEN",
	  "explain what a task is, and why", PID_HELP,
	  parse_task_args, explain_command },
	{ "compare", "PID PID...", WORDS_TASKS, 1, INT_MAX, NULL, "JiENX",
	  "compare what tasks share, and name the flags for that", PID_HELP,
	  parse_compared_tasks, compare_command },
	{ "graph", "[PID...]", WORDS_TASKS, 0, INT_MAX, NULL, "JGWORBpkCuaiEN",
	  "draw tasks and what they hold: DOT, SVG, HTML or JSON",
	  PID_HELP
	  "With --html or --json, files that \"taskmap save\" wrote can replace it: the page\n"
	  "then steps through these snapshots.\n",
	  parse_drawn, graph_command },
	{ "diff", "A B", WORDS_FILES, 2, 2, &change_columns, "JlosQrnPpkCuFAcH",
	  "show what changed between two saved snapshots",
	  "A and B are files that \"taskmap save\" wrote; one can be -, standard input.\n",
	  parse_comparison, diff_command },
	{ "drift", "[PID...]", WORDS_TASKS, 0, INT_MAX, &finding_columns,
	  "JlosQrnPpkCuFAiENXH",
	  "show what deviates from the textbook, and why", PID_HELP,
	  parse_task_args, drift_command },
	{ "verify", "[PID...]", WORDS_TASKS, 0, INT_MAX, NULL, "JES",
	  "compare the module's data with kcmp(2) and /proc", PID_HELP,
	  parse_task_args, verify_command },
	{ "save", "FILE", WORDS_FILES, 1, 1, NULL, "iEN",
	  "write the snapshot to FILE (- is standard output)", "",
	  NULL, save_command },
	{ "watch", "[-- COMMAND]", WORDS_PROGRAM, 0, INT_MAX, NULL, "JYpiUX",
	  "show births, execs and exits as they happen",
	  "They are those of all tasks, of a process (--pid), or of COMMAND until it ends.\n",
	  parse_watched, watch_command },
	{ "metrics", "", WORDS_OTHER, 0, 0, NULL, "ODiEN",
	  "print figures for Prometheus (OpenMetrics)",
	  "Only with --interval, and while it runs, births, execs and exits are counted.\n",
	  parse_metrics, metrics_command },
	{ "sql", "QUERY [FILE...]", WORDS_FILES, 1, INT_MAX, NULL, "JlrPndEN",
	  "ask snapshots in SQL",
	  "FILE is a snapshot that \"taskmap save\" wrote. The default is the running system.\n"
	  "The tables are snapshots, tasks, objects, holders and drift. This lists columns:\n"
	  "taskmap sql 'PRAGMA table_info(tasks)'\n",
	  parse_sql, sql_command },
	{ "help", "[COMMAND]", WORDS_COMMANDS, 0, 1, NULL, "",
	  "describe a command", "",
	  NULL, help_command },
	{ 0 }
};

#define COMMANDS	(ARRAY_SIZE(commands) - 1)

const struct option_row option_rows[] = {
	{ 'T', "--tree", NULL, WORDS_OTHER, "show threads below leaders, leaders below parents" },
	{ 'J', "--json", NULL, WORDS_OTHER, "print JSON, with full ids" },
	{ 'l', "--lines", NULL, WORDS_OTHER, "with --json: a header, then an object per line" },
	{ 'r', "--raw", NULL, WORDS_OTHER, "separate columns by blanks, and escape blanks" },
	{ 'P', "--pairs", NULL, WORDS_OTHER, "print KEY=\"value\"" },
	{ 'n', "--noheadings", NULL, WORDS_OTHER, "do not print headings" },
	{ 'o', "--output", "LIST", WORDS_COLUMNS, "show these columns; +LIST adds to the default ones" },
	{ 'O', "--output", "FILE", WORDS_FILES, "write to FILE (- is standard output)" },
	{ 's', "--sort", "LIST", WORDS_SORTED, "sort by these columns; -COLUMN for highest first" },
	{ 'Q', "--filter", "EXPR", WORDS_OTHER, "only rows that match, such as 'UID==0'" },
	{ 'A', "--output-all", NULL, WORDS_OTHER, "show all columns" },
	{ 'F', "--full-ids", NULL, WORDS_OTHER, "show ids as 16 hex digits, not as \"mm#3\"" },
	{ 'p', "--pid", "LIST", WORDS_TASKS, "only these tasks, and all threads of these processes" },
	{ 'k', "--kind", "LIST", WORDS_KINDS, "only tasks of these kinds" },
	{ 'C', "--comm", "LIST", WORDS_NAMES, "only tasks with these names" },
	{ 'u', "--user", "LIST", WORDS_USERS, "only tasks of these effective users" },
	{ 'a', "--all", NULL, WORDS_OTHER, "also objects that only one task holds" },
	{ 'G', "--svg", NULL, WORDS_OTHER, "print SVG, drawn by Graphviz" },
	{ 'W', "--html", NULL, WORDS_OTHER, "print a page for a browser" },
	{ 'Y', "--html", "FILE", WORDS_FILES, "also write a page, with a step for each event" },
	{ 'R', "--resources", "LIST", WORDS_RESOURCES, "draw these resources; +LIST adds to the default ones" },
	{ 'B', "--births", NULL, WORDS_OTHER, "also draw who created whom" },
	{ 'L', "--long", NULL, WORDS_OTHER, "print everything, with the facts beside it" },
	{ 'c', "--compare", "LIST", WORDS_COMPARED, "compare these columns; +LIST adds to the default ones" },
	{ 'i', "--input", "FILE", WORDS_FILES, "read a saved snapshot (- is standard input)" },
	{ 'E', "--exact", NULL, WORDS_OTHER, "stop the system to read it at one instant" },
	{ 'N', "--proc", NULL, WORDS_OTHER, "use /proc and kcmp(2), without the module or root" },
	{ 'S', "--seed", "NUMBER", WORDS_OTHER, "random seed for choosing the pairs to verify" },
	{ 'D', "--interval", "SECS", WORDS_OTHER, "export every SECS seconds, until interrupted" },
	{ 'd', "--database", "FILE", WORDS_FILES, "ask this database, and add the snapshots to it" },
	{ 'U', "--user", "USER", WORDS_USERS,
	  "run COMMAND as USER; by default the user who called sudo" },
	{ 'X', "--color", "[=WHEN]", WORDS_WHEN,
	  "color equal ids alike: auto (default), always or never" },
	{ 'H', "--list-columns", NULL, WORDS_OTHER, "list the columns" },
	{ 'V', "--version", NULL, WORDS_OTHER, "display the version and exit" },
	{ 'h', "--help", NULL, WORDS_OTHER, "display this help and exit" },
	{ 0 }
};

#define OPTIONS		(ARRAY_SIZE(option_rows) - 1)

/* The letters that are also short options. ":" makes getopt(3) report errors to us. */
const char *const short_options = ":TJo:s:Q:nrPHp:k:C:ac:i:u:Vh";

/* No two options of a set can be used together. */
static const char *const exclusive[] = { "TJrP", "TPH", "oA", "iEN", "iY", "iD", "ND",
					 "JGW", "LJ" };

/* The given options, by letter: the argument, or "" if they take none. */
static const char *given[128];

/* Words that the nearest word does not answer, and what to use instead. */
static const struct {
	const char *word, *instead;
} synonyms[] = {
	{ "ls", "list" },
	{ "ps", "list" },
	{ "kernel", "kthread" },
	{ "memory", "mm" },
};

/* "self" was given: the process that runs this. */
static bool self_given;

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

const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

bool takes_option(const struct command *command, const struct option_row *row)
{
	return strchr("Vh", row->letter) ||
	       strchr(command->options, row->letter);
}

const struct option_row *row_for(const struct option_row *row,
				 const struct command *command)
{
	const struct option_row *other = option_rows;

	while (command && other->name &&
	       (strcmp(other->name, row->name) || !takes_option(command, other)))
		other++;
	return command && other->name ? other : row;
}

/* The letter that getopt(3) returns: that of the first option with this name. */
static int typed_letter(const struct option_row *row)
{
	const struct option_row *first = option_rows;

	while (strcmp(first->name, row->name))
		first++;
	return first->letter;
}

static void print_options(const struct command *command)
{
	puts("\nOptions:");
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];
		int letter = typed_letter(row);
		char left[32];

		if (!takes_option(command, row))
			continue;
		snprintf(left, sizeof(left), "%s%s%s", row->name,
			 row->argument && *row->argument != '[' ? " " : "",
			 row->argument ? row->argument : "");
		if (strchr(short_options, letter))
			printf(" -%c, %-17s %s\n", letter, left, row->help);
		else
			printf("     %-17s %s\n", left, row->help);
	}
}

static void print_commands(void)
{
	puts("Usage: taskmap [COMMAND] [options]\n"
	     "Show which kernel objects the tasks of a system hold and share.\n\n"
	     "Commands:");
	for (size_t i = 0; i < COMMANDS; i++)
		printf(" %-7s %-13s %s\n", commands[i].name,
		       commands[i].args, commands[i].summary);
	print_options(&commands[0]);
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

/* The one of @count @names that @word probably means, or NULL. */
static const char *meant(const char *word, size_t length,
			 const char *const *names, size_t count)
{
	for (size_t i = 0; i < ARRAY_SIZE(synonyms); i++) {
		if (!same_word(synonyms[i].word, word, length))
			continue;
		for (size_t j = 0; j < count; j++) {
			if (!strcmp(names[j], synonyms[i].instead))
				return names[j];
		}
	}
	return nearest(word, length, names, count);
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
	const char *near = meant(word, length, names, count);

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

/* Returns -1 unless the word is a decimal number up to @most. */
static int64_t parse_number(const char *word, size_t length, int64_t most)
{
	int64_t number = length ? 0 : -1;

	for (size_t i = 0; i < length; i++) {
		if (word[i] < '0' || word[i] > '9')
			return -1;
		number = 10 * number + word[i] - '0';
		if (number > most)
			return -1;
	}
	return number;
}

static void add_wanted(struct wanted **list, size_t *count,
		       const struct wanted *wanted)
{
	*list = xgrow(*list, *count, sizeof(**list));
	(*list)[(*count)++] = *wanted;
}

/* A longer name is cut off, as the kernel does. */
static struct wanted wanted_name(const char *word, size_t length)
{
	struct wanted wanted = { 0 };

	if (length >= sizeof(wanted.name))
		length = sizeof(wanted.name) - 1;
	memcpy(wanted.name, word, length);
	return wanted;
}

/* What looks like a number is a pid, and all else the name of a task. */
static bool is_name(const char *word, size_t length)
{
	size_t digits = strspn(word, "0123456789+-");

	return digits < length;
}

static void parse_task(struct options *options, const char *word, size_t length)
{
	struct filter *filter = &options->filter;
	struct wanted wanted = { 0 };

	if (length == strlen("self") && !strncmp(word, "self", length)) {
		wanted.pid = getpid();
		self_given = true;
	} else if (is_name(word, length)) {
		wanted = wanted_name(word, length);
	} else {
		wanted.pid = (int)parse_number(word, length, INT_MAX);
		if (wanted.pid <= 0)
			bad_word("invalid pid", word, length);
	}
	if (!wanted.pid || !is_repeated(wanted.pid))
		add_wanted(&filter->tasks, &filter->task_count, &wanted);
}

static void parse_name(struct options *options, const char *word, size_t length)
{
	const struct wanted wanted = wanted_name(word, length);

	add_wanted(&options->filter.names, &options->filter.name_count, &wanted);
}

/* A name or a uid, which does not need an account. */
static void parse_user(struct options *options, const char *word, size_t length)
{
	struct filter *filter = &options->filter;
	char *name = xasprintf("%.*s", (int)length, word);
	const struct passwd *account = getpwnam(name);
	int64_t uid = account ? account->pw_uid :
				parse_number(word, length, UINT32_MAX);

	free(name);
	if (uid < 0)
		bad_word("unknown user", word, length);
	filter->users = xgrow(filter->users, filter->user_count,
			      sizeof(*filter->users));
	filter->users[filter->user_count++] = (uint32_t)uid;
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

/* Each argument can be a list. */
static void parse_task_args(struct options *options)
{
	for (char **arg = options->args; *arg; arg++)
		parse_list(options, *arg, parse_task);
}

static bool has_names(const struct filter *filter)
{
	for (size_t i = 0; i < filter->task_count; i++) {
		if (!filter->tasks[i].pid)
			return true;
	}
	return false;
}

/*
 * The end of the file's name decides what graph writes, unless an option does. Other
 * names get DOT.
 */
static void choose_format(struct options *options)
{
	static const struct {
		const char *end;
		enum format format;
	} ends[] = {
		{ ".svg", FORMAT_SVG }, { ".html", FORMAT_HTML },
		{ ".htm", FORMAT_HTML },
		{ ".json", FORMAT_JSON },
		/* Trees stand for all that graph does not write. */
		{ ".pdf", FORMAT_TREE }, { ".png", FORMAT_TREE },
	};
	const char *end = strrchr(options->file, '.');

	for (size_t i = 0; end && i < ARRAY_SIZE(ends); i++) {
		if (!strcasecmp(end, ends[i].end))
			options->output.format = ends[i].format;
	}
	if (options->output.format == FORMAT_TREE)
		usage_error("graph cannot write %s: use .dot, .svg, .html or .json", end);
}

/* A page is of files if the first argument is one. Numbers are pids. */
static bool are_files(const struct options *options)
{
	const char *first = *options->args;

	if (options->output.format != FORMAT_HTML &&
	    options->output.format != FORMAT_JSON)
		return false;
	if (!first || !first[strspn(first, "0123456789,")])
		return false;
	return !strcmp(first, "-") || strchr(first, '/') || !access(first, F_OK);
}

static void parse_files(char **args)
{
	unsigned int inputs = 0;

	for (char **arg = args; *arg; arg++)
		inputs += !strcmp(*arg, "-");
	if (inputs > 1)
		usage_error("only one file can be standard input");
	if (given['i'] || given['E'] || given['N'])
		usage_error("files and --%s cannot be used together",
			    given['i'] ? "input" : given['E'] ? "exact" : "proc");
}

static void set_file(struct options *options)
{
	if (given['O'] && strcmp(given['O'], "-"))
		options->file = given['O'];
}

static void parse_drawn(struct options *options)
{
	set_file(options);
	if (options->file && !given['G'] && !given['W'] && !given['J'])
		choose_format(options);
	options->files = are_files(options);
	if (options->files)
		parse_files(options->args);
	else
		parse_task_args(options);
}

static void parse_sql(struct options *options)
{
	if (options->args[1])
		parse_files(options->args + 1);
	options->database = given['d'];
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
	options->page = given['Y'];
	if (options->page && !strcmp(options->page, "-") && given['J'])
		usage_error("--json and --html cannot both print to standard output");
	if (!command && given['U'])
		usage_error("--user requires COMMAND");
	if (given['i'] && has_names(&options->filter))
		usage_error("--input FILE of watch has events and no list of tasks: use pids");
	if (given['U'])
		options->account = getpwnam(given['U']);
	if (given['U'] && !options->account)
		bad_word("unknown user", given['U'], strlen(given['U']));
}

static void parse_compared_tasks(struct options *options)
{
	const struct filter *filter = &options->filter;

	parse_task_args(options);
	if (filter->task_count < 2 && !has_names(filter))
		usage_error("compare needs two different tasks");
}

static void parse_metrics(struct options *options)
{
	const char *interval = given['D'];
	int64_t seconds = 0;

	if (interval)
		seconds = parse_number(interval, strlen(interval), INT_MAX);
	if (interval && seconds <= 0)
		bad_word("invalid number of seconds", interval, strlen(interval));
	options->interval = (unsigned int)seconds;
	set_file(options);
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
			names[r] = resources[r].key;
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
		parse_list(options, *arg, parse_resource);
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

/* @word is what getopt(3) did not understand, unless it is a short option. */
static _Noreturn void bad_option(const char *word)
{
	const char *names[OPTIONS];

	if (strncmp(word, "--", 2)) {
		const char letter[] = { '-', (char)optopt };

		bad_word("unknown option", letter, sizeof(letter));
	}
	if (optopt)
		bad_word("unexpected argument", word, strlen(word));
	for (size_t i = 0; i < OPTIONS; i++)
		names[i] = option_rows[i].name;
	unknown_word("option", word, strcspn(word, "="), names,
		     OPTIONS, "--help");
	hint();
}

static const struct option_row *option_of(int letter)
{
	const struct option_row *row = option_rows;

	while (row->letter != letter)
		row++;
	return row;
}

static _Noreturn void missing_argument(const struct option_row *row)
{
	usage_error("missing argument: %s %s", row->name, row->argument);
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
static void parse_option(struct options *options, const struct command *command,
			 int option, const char *word)
{
	switch (option) {
	case 'p':
		parse_list(options, optarg, parse_task);
		break;
	case 'C':
		parse_list(options, optarg, parse_name);
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
		parse_list(options, optarg, parse_user);
		break;
	case 'V':
		version();
	case ':':
		missing_argument(row_for(option_of(optopt), command));
	case '?':
		bad_option(word);
	}
}

/* The long options, for getopt(3), as @command takes them; NULL: any command. */
static void list_options(const struct command *command,
			 struct option long_options[OPTIONS + 1])
{
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option_row *row = row_for(&option_rows[i], command);

		long_options[i] = (struct option){
			.name = row->name + strlen("--"),
			.has_arg = !row->argument ? no_argument :
				   *row->argument == '[' ? optional_argument :
							   required_argument,
			.val = typed_letter(row),
		};
	}
	long_options[OPTIONS] = (struct option){ 0 };
}

/*
 * The first word that is neither an option nor the argument of one, if it is a
 * command: whether an option has an argument can depend on it.
 */
static const struct command *peek_command(int argc, char **argv)
{
	struct option long_options[OPTIONS + 1];
	char **copy = xcalloc((size_t)argc + 2, sizeof(*copy));
	const struct command *command;

	list_options(NULL, long_options);
	/* getopt(3) moves the options to the front. */
	memcpy(copy, argv, (size_t)argc * sizeof(*copy));
	while (getopt_long(argc, copy, short_options, long_options, NULL) != -1)
		;
	command = copy[optind] ? find_command(copy[optind]) : NULL;
	free(copy);
	optind = 0;
	return command;
}

static void parse_options(int argc, char **argv, struct options *options)
{
	const struct command *command = peek_command(argc, argv);
	struct option long_options[OPTIONS + 1];
	int option;

	list_options(command, long_options);
	while ((option = getopt_long(argc, argv, short_options, long_options,
				     NULL)) != -1) {
		parse_option(options, command, option, argv[optind - 1]);
		given[option] = optarg ? optarg : "";
	}
	options->output.noheadings = given['n'];
	options->output.full_ids = given['F'];
	options->output.lines = given['l'];
	options->output.color = parse_color(given['X']);
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

static void set_format(struct options *options)
{
	for (enum format format = 0; format < ARRAY_SIZE(formats); format++) {
		if (given[(unsigned char)formats[format]])
			options->output.format = format;
	}
}

/* No color in what programs read, and none for a command without the option. */
static void select_color(struct options *options, const struct command *command)
{
	enum format format = options->output.format;

	if (!strchr(command->options, 'X') ||
	    (format != FORMAT_TABLE && format != FORMAT_TREE))
		options->output.color = false;
}

/* "COLUMN", "+COLUMN" or, for the highest value first, "-COLUMN" */
static void parse_sort(struct options *options, const char *word, size_t length)
{
	struct selection *sort = &options->output.sort;
	bool sign = length && (*word == '-' || *word == '+');

	sort->of = options->output.columns.of;
	if (!selection_add(sort, word + sign, length - sign))
		unknown_column(sort->of, word + sign, length - sign);
	sort->columns[sort->count - 1].descending = *word == '-';
}

static void parse_filter(struct output *output, const char *expression)
{
	char *unknown, *reason;

	output->filter = row_filter_new(output->columns.of, expression, &unknown,
					&reason);
	if (unknown)
		unknown_column(output->columns.of, unknown, strlen(unknown));
	if (reason) {
		complain("--filter: %s", reason);
		free(reason);
		hint();
	}
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
	if (given['s'])
		parse_list(options, given['s'], parse_sort);
	if (given['Q'])
		parse_filter(&options->output, given['Q']);
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
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		if (given[row->letter] && !takes_option(command, row))
			usage_error("%s does not take %s", command->name,
				    row->name);
	}
}

static void name_commands(const char *names[COMMANDS])
{
	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
}

/* The command that @word, an argument, is a slip of, or the option; or NULL. */
static const char *meant_first(const char *word)
{
	const char *names[COMMANDS], *name;

	name_commands(names);
	name = meant(word, strlen(word), names, COMMANDS);
	for (size_t i = 0; !name && i < OPTIONS; i++) {
		if (!strcmp(option_rows[i].name + strlen("--"), word))
			name = option_rows[i].name;
	}
	return name;
}

static int help_command(const struct options *options, struct error *error)
{
	const char *word = *options->args;
	const struct command *command = word ? find_command(word) : NULL;
	const char *names[COMMANDS];

	(void)error;
	if (!word || command)
		help(command);
	name_commands(names);
	unknown_word("command", word, strlen(word), names, COMMANDS, NULL);
	hint();
}

/* Takes an option for what @command calls so. */
static void rename_options(const struct command *command)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		int typed = typed_letter(row);

		if (typed == row->letter || !takes_option(command, row))
			continue;
		given[row->letter] = given[typed];
		given[typed] = NULL;
	}
}

/*
 * Takes the command from @args, which ends in NULL, and leaves its arguments. What
 * is not a command is an argument of the default one.
 */
static const struct command *take_command(char **args, struct options *options)
{
	const struct command *command = *args ? find_command(*args) : NULL;

	if (command)
		args++;
	if (given['h'])
		help(command);
	if (!command) {
		command = &commands[0];
		if (*args && meant_first(*args))
			options->doubtful = *args;
	}
	rename_options(command);
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
	if (self_given && (given['i'] || command->run == diff_command))
		usage_error("self is the running taskmap, which no saved snapshot contains");
}

static _Noreturn void unknown_command(const char *word)
{
	char *shown = escaped(word);

	complain("unknown command '%s'; did you mean '%s'?", shown,
		 meant_first(word));
	free(shown);
	hint();
}

static int run(const struct command *command, const struct options *options)
{
	struct error error = { 0 };
	int status = command->run(options, &error);
	char *shown;

	if (status >= 0)
		return status;
	if (options->doubtful)
		unknown_command(options->doubtful);
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
	if (argc > 2 && !strcmp(argv[1], "--complete")) {
		complete(argv + 2);
		finish(STATUS_DONE);
	}
	parse_options(argc, argv, &options);
	command = take_command(argv + optind, &options);
	set_format(&options);
	check_args(command, &options);
	check_exclusive();
	check_taken(command);
	select_color(&options, command);
	if (given['l'] && !given['J'])
		usage_error("--lines requires --json");
	if (command->columns)
		select_columns(&options, command->columns);
	status = given['H'] ? list_columns(&options) : run(command, &options);
	selection_free(&options.output.columns);
	selection_free(&options.output.sort);
	row_filter_free(options.output.filter);
	selection_free(&options.compared);
	free(options.filter.tasks);
	free(options.filter.names);
	free(options.filter.users);
	finish(status);
}
