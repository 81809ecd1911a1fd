// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap-zoo creates tasks of a known shape and holds them.
 *
 * Each shape is created in its own process, its keeper. Only the main process
 * prints, and it waits until a shape is complete: a shape is either printed
 * whole or skipped.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cost.h"
#include "uapi/taskmap.h"
#include "util.h"
#include "zoo.h"

#define MANY	100	/* tasks of one shape; see make_all() */

static const char usage[] =
	"Usage: taskmap-zoo [--guide] SHAPE[:COUNT]...\n"
	"       taskmap-zoo --all\n"
	"       taskmap-zoo list [--all]\n"
	"       taskmap-zoo cost [--json] [--svg FILE] [--number N] [--rounds N]\n"
	"       taskmap-zoo quiz [--seed N]\n"
	"       taskmap-zoo --forests SEED COUNT\n\n"
	"Creates tasks of a known shape and holds them.\n\n"
	"If standard input is a terminal, or with --guide, taskmap-zoo suggests commands\n"
	"to look at the tasks, starts a shell, and ends with it. Otherwise it prints\n"
	"these lines, and holds the tasks until the end of its input:\n\n"
	"  NAME PID TID          a task of the shape, with its pids in /proc\n"
	"  NAME-parent PID TID   its creator or leader, for comparison\n"
	"  skip NAME REASON      this kernel or this user cannot create the shape\n"
	"  ready                 all tasks exist\n\n"
	"COUNT is the number of tasks. Only these shapes take one: threads, zombies,\n"
	"chain and leader-apart.\n";

const struct zoo_command zoo_commands[] = {
	{ "list", LIST, "the shapes" },
	{ "cost", COST, "what it costs to create, to switch to and to keep a task" },
	{ "quiz", QUIZ, "eight questions about a random family of tasks" },
	{ 0 }
};

const struct zoo_option zoo_options[] = {
	{ 'a', "--all", NULL, SHAPES | LIST,
	  "all shapes; list: also flags, and what each must share" },
	{ 'J', "--json", NULL, COST, "cost: JSON output" },
	{ 'S', "--svg", "FILE", COST,
	  "cost: also draw a chart to FILE, with gnuplot" },
	{ 'n', "--number", "N", COST,
	  "cost: the number of tasks to create and to hold (1000)" },
	{ 'r', "--rounds", "N", COST, "cost: the number of rounds (5)" },
	{ 's', "--seed", "N", QUIZ,
	  "quiz: the family and questions of this number (random)" },
	{ 'g', "--guide", NULL, SHAPES,
	  "suggest commands, even if standard input is no terminal" },
	{ 'f', "--forests", NULL, FORESTS,
	  "create COUNT random trees of tasks, for tests" },
	{ 'V', "--version", NULL, ANYTHING, "display the version and exit" },
	{ 'h', "--help", NULL, ANYTHING, "display this help and exit" },
	{ 0 }
};

#define OPTIONS		(ARRAY_SIZE(zoo_options) - 1)

static const char short_options[] = "aJn:r:gfVh";

struct options {
	bool given[OPTIONS];
	struct cost_options cost;
	uint64_t seed;
};

const struct zoo_command *zoo_command(const char *name)
{
	const struct zoo_command *command = zoo_commands;

	while (command->name && strcmp(command->name, name))
		command++;
	return command->name ? command : NULL;
}

static size_t option_index(int letter)
{
	size_t i = 0;

	while (zoo_options[i].letter != letter)
		i++;
	return i;
}

static bool is_given(const struct options *options, int letter)
{
	return options->given[option_index(letter)];
}

static _Noreturn void help(void)
{
	fputs(usage, stdout);
	puts("\nCommands:");
	for (size_t i = 0; zoo_commands[i].name; i++)
		printf(" %-16s %s\n", zoo_commands[i].name,
		       zoo_commands[i].help);
	puts("\nOptions:");
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct zoo_option *row = &zoo_options[i];
		char left[32];

		snprintf(left, sizeof(left), "%s %s", row->name,
			 row->argument ? row->argument : "");
		if (strchr(short_options, row->letter))
			printf(" -%c, %-12s %s\n", row->letter, left, row->help);
		else
			printf("     %-12s %s\n", left, row->help);
	}
	puts("\nFor more details see taskmap-zoo(1).");
	flush_output();
	exit(0);
}

void flush_output(void)
{
	if (fflush(stdout) || ferror(stdout))
		err(1, "cannot write to standard output");
}

/*
 * The report that comes from @fd: the lines of the tasks, or only the "skip" line if
 * there is one. A NUL ends the report.
 */
static char *read_report(int fd, const struct shape *shape)
{
	FILE *file = fdopen(fd, "r");
	char *lines = NULL, *skipped;
	size_t size = 0;
	ssize_t length;

	if (!file)
		err(1, "fdopen");
	length = getdelim(&lines, &size, '\0', file);
	if (length <= 0 || lines[length - 1])
		errx(1, "cannot create shape '%s'", shape->name);
	skipped = strstr(lines, "skip ");
	if (skipped)
		memmove(lines, skipped, strlen(skipped) + 1);
	fclose(file);
	return lines;
}

char *create_shape(const struct shape *shape, bool apart)
{
	pid_t keeper;
	int ends[2];

	if (pipe(ends))
		err(1, "pipe");
	/* The child inherits a copy of the buffer. */
	flush_output();
	keeper = fork();
	if (keeper < 0) {
		int reason = errno;

		close(ends[0]);
		close(ends[1]);
		return xasprintf("skip %s fork: %s\n", shape->name,
				 strerror(reason));
	}
	if (!keeper) {
		close(hold[1]);
		close(ends[0]);
		if (apart)
			setpgid(0, 0);
		report_fd = ends[1];
		prctl(PR_SET_NAME, shape->name);
		(shape->make ? shape->make : make_tasks)(shape);
		_exit(0);
	}
	close(ends[1]);
	return read_report(ends[0], shape);
}

/* Ctrl-C must reach the guided user's command and not the tasks. */
static void make(const struct shape *shape, bool guided)
{
	char *lines = create_shape(shape, guided);
	size_t prefix = strlen("skip ") + strlen(shape->name) + 1;

	if (!guided)
		fputs(lines, stdout);
	else if (!strncmp(lines, "skip ", strlen("skip ")))
		printf("%s is not available here: %s", shape->name,
		       lines + prefix);
	else
		guide(shape, lines);
	free(lines);
}

/* Parse @text, a number from @least to @most, which messages call @what. */
static unsigned long long parse_number(const char *text, const char *what,
				       unsigned long long least,
				       unsigned long long most)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || number < least ||
	    number > most)
		errx(2, "invalid %s '%s': must be from %llu to %llu", what,
		     text, least, most);
	return number;
}

/* "NAME" or "NAME:COUNT" */
static struct shape parse_shape(const char *text)
{
	size_t length = strcspn(text, ":");
	const struct shape *found = shape_find(text, length);
	struct shape shape;

	if (!found)
		errx(2, "unknown shape '%.*s'; see \"taskmap-zoo list\"",
		     (int)length, text);
	shape = *found;
	if (!text[length])
		return shape;
	if (!shape.count)
		errx(2, "shape '%s' takes no count", shape.name);
	shape.count = (int)parse_number(text + length + 1, "count", 1,
					1000000);
	return shape;
}

/* Shapes of many tasks come last: they may use up the limits on tasks. */
static void make_all(void)
{
	const struct shape *shape;

	for (size_t i = 0; (shape = shape_at(i)); i++)
		if (shape->count < MANY)
			make(shape, false);
	for (size_t i = 0; (shape = shape_at(i)); i++)
		if (shape->count >= MANY)
			make(shape, false);
}

/* O_CLOEXEC: commands that the user types must not hold it open. */
static void open_hold(void)
{
	if (pipe2(hold, O_CLOEXEC))
		err(1, "pipe");
}

static void end_all(void)
{
	close(hold[1]);
	/* Orphans have become children of this process. */
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static void wait_for_input(void)
{
	char bytes[256];

	while (read(STDIN_FILENO, bytes, sizeof(bytes)) > 0)
		;
}

static void make_shapes(const struct options *options, char **names)
{
	bool all = is_given(options, 'a');
	bool guided = is_given(options, 'g') || (!all && isatty(STDIN_FILENO));
	struct shape shape;

	if (!*names && !all)
		errx(2, "missing argument: SHAPE; see \"taskmap-zoo list\"");
	if (all && (*names || guided))
		errx(2, "--all takes neither a shape nor --guide");
	for (char **name = names; *name; name++)
		parse_shape(*name);
	open_hold();
	if (all)
		make_all();
	for (; *names; names++) {
		shape = parse_shape(*names);
		make(&shape, guided);
	}
	if (!guided)
		puts("ready");
	flush_output();
	if (guided)
		guide_commands();
	else
		wait_for_input();
	end_all();
}

static void make_quiz(const struct options *options)
{
	uint64_t seed = options->seed;

	/* A number that can be said aloud. */
	if (!is_given(options, 's') &&
	    getrandom(&seed, sizeof(seed), 0) == sizeof(seed))
		seed %= 10000;
	open_hold();
	quiz(seed);
	end_all();
}

static void make_forests(char **words)
{
	unsigned long long seed, count;

	if (!words[0] || !words[1] || words[2])
		errx(2, "--forests takes two arguments: SEED COUNT");
	seed = parse_number(words[0], "seed", 0, UINT64_MAX);
	count = parse_number(words[1], "count", 0, ULONG_MAX);
	forests(seed, (unsigned long)count);
}

static unsigned int parse_amount(const char *text)
{
	return (unsigned int)parse_number(text, "number", 1, COST_MOST);
}

static void parse_option(struct options *options, int option)
{
	switch (option) {
	case 'J':
		options->cost.json = true;
		break;
	case 'S':
		options->cost.svg = optarg;
		break;
	case 'n':
		options->cost.number = parse_amount(optarg);
		break;
	case 'r':
		options->cost.rounds = parse_amount(optarg);
		break;
	case 's':
		options->seed = parse_number(optarg, "seed", 0, UINT64_MAX);
		break;
	case 'V':
		printf("taskmap-zoo %s\n", TASKMAP_VERSION);
		flush_output();
		exit(0);
	case 'h':
		help();
	case '?':
		exit(2);
	}
	options->given[option_index(option)] = true;
}

static void parse_options(int argc, char **argv, struct options *options)
{
	struct option long_options[OPTIONS + 1] = { 0 };
	int option;

	for (size_t i = 0; i < OPTIONS; i++)
		long_options[i] = (struct option){
			.name = zoo_options[i].name + strlen("--"),
			.has_arg = zoo_options[i].argument ? required_argument :
							     no_argument,
			.val = zoo_options[i].letter,
		};
	while ((option = getopt_long(argc, argv, short_options, long_options,
				     NULL)) != -1)
		parse_option(options, option);
}

/* End the program if an option was given that @command, a bit, does not take. */
static void check_options(const struct options *options, const char *name,
			  int command)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct zoo_option *row = &zoo_options[i];
		const struct zoo_command *taker = zoo_commands;

		if (!options->given[i] || row->commands & command)
			continue;
		if (name)
			errx(2, "%s does not take %s", name, row->name);
		while (!(taker->bit & row->commands))
			taker++;
		errx(2, "%s can only be used with %s", row->name, taker->name);
	}
}

static void run(const struct options *options, char **words)
{
	bool of_forests = is_given(options, 'f');
	const struct zoo_command *command =
		of_forests || !*words ? NULL : zoo_command(*words);
	int bit = of_forests ? FORESTS : command ? command->bit : SHAPES;

	check_options(options, of_forests ? "--forests" :
			       command ? command->name : NULL, bit);
	if (command && words[1])
		errx(2, "unexpected argument '%s'", words[1]);
	switch (bit) {
	case LIST:
		list_shapes(is_given(options, 'a'));
		break;
	case COST:
		cost(&options->cost);
		break;
	case QUIZ:
		make_quiz(options);
		break;
	case FORESTS:
		make_forests(words);
		break;
	default:
		make_shapes(options, words);
	}
	flush_output();
}

int main(int argc, char **argv)
{
	struct options options = {
		.cost = { .number = COST_NUMBER, .rounds = COST_ROUNDS },
	};

	program_name = "taskmap-zoo";
	/* The table of cost contains a sign that is not ASCII. */
	setlocale(LC_CTYPE, "");
	if (argc > 2 && !strcmp(argv[1], "--complete")) {
		complete(argv + 2);
		flush_output();
		return 0;
	}
	/* waitpid(2) fails if SIGCHLD is ignored, which exec(2) keeps. */
	signal(SIGCHLD, SIG_DFL);
	/* This process adopts orphans and waits for them. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	parse_options(argc, argv, &options);
	run(&options, argv + optind);
	return 0;
}
