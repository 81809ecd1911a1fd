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
#include <sys/wait.h>
#include <unistd.h>

#include "cost.h"
#include "uapi/taskmap.h"
#include "util.h"
#include "zoo.h"

#define MANY	100	/* tasks of one shape; see make_all() */

static const char help_text[] =
	"Usage: taskmap-zoo [--guide] SHAPE[:COUNT]...\n"
	"       taskmap-zoo --all\n"
	"       taskmap-zoo list [--all]\n"
	"       taskmap-zoo cost [--json] [--svg FILE] [--number N] [--rounds N]\n"
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
	"chain and leader-apart.\n\n"
	"Commands:\n"
	" list            the shapes\n"
	" cost            what it costs to create, to switch to and to keep a task, for\n"
	"                 fork, vfork, clone with more and more flags, and pthread_create\n\n"
	"Options:\n"
	" -a, --all       create all shapes; list: also the clone(2) flags, and what each\n"
	"                 must share\n"
	" -J, --json      cost: JSON output\n"
	"     --svg FILE  cost: also draw a chart to FILE, with gnuplot\n"
	" -n, --number N  cost: the number of tasks to create and to hold (1000)\n"
	" -r, --rounds N  cost: the number of rounds (5)\n"
	" -g, --guide     suggest commands, even if standard input is not a terminal\n"
	" -f, --forests   create COUNT random trees of tasks, for tests\n"
	" -V, --version   display the version and exit\n"
	" -h, --help      display this help and exit\n\n"
	"For more details see taskmap-zoo(1).\n";

struct options {
	bool all, guided, forests;
	bool of_cost;			/* an option is for cost only */
	struct cost_options cost;
};

static const struct option long_options[] = {
	{ "all",	no_argument,	NULL, 'a' },
	{ "json",	no_argument,	NULL, 'J' },
	{ "svg",	required_argument, NULL, 'S' },
	{ "number",	required_argument, NULL, 'n' },
	{ "rounds",	required_argument, NULL, 'r' },
	{ "guide",	no_argument,	NULL, 'g' },
	{ "forests",	no_argument,	NULL, 'f' },
	{ "version",	no_argument,	NULL, 'V' },
	{ "help",	no_argument,	NULL, 'h' },
	{ 0 }
};

/*
 * Print the report that comes from @fd: the lines of the tasks, or only the
 * "skip" line if there is one. A NUL ends the report.
 */
static void print_report(int fd, const struct shape *shape, bool guided)
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
	if (skipped && guided)
		printf("%s is not available here: %s", shape->name,
		       skipped + strlen("skip ") + strlen(shape->name) + 1);
	else if (guided)
		guide(shape, lines);
	else
		fputs(skipped ? skipped : lines, stdout);
	free(lines);
	fclose(file);
}

void flush_output(void)
{
	if (fflush(stdout) || ferror(stdout))
		err(1, "cannot write to standard output");
}

static void make(const struct shape *shape, bool guided)
{
	pid_t keeper;
	int ends[2];

	if (pipe(ends))
		err(1, "pipe");
	/* The child inherits a copy of the buffer. */
	flush_output();
	keeper = fork();
	if (keeper < 0) {
		printf("skip %s fork: %s\n", shape->name, strerror(errno));
		close(ends[0]);
		close(ends[1]);
		return;
	}
	if (!keeper) {
		close(hold[1]);
		close(ends[0]);
		/* Ctrl-C must reach the user's command and not the tasks. */
		if (guided)
			setpgid(0, 0);
		report_fd = ends[1];
		prctl(PR_SET_NAME, shape->name);
		(shape->make ? shape->make : make_tasks)(shape);
		_exit(0);
	}
	close(ends[1]);
	print_report(ends[0], shape, guided);
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

static void hold_all(bool guided)
{
	char bytes[256];

	if (guided)
		guide_commands();
	else
		while (read(STDIN_FILENO, bytes, sizeof(bytes)) > 0)
			;
	close(hold[1]);
	/* Orphans have become children of this process. */
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static void make_shapes(const struct options *options, char **names)
{
	bool guided = options->guided ||
		      (!options->all && isatty(STDIN_FILENO));
	struct shape shape;

	if (!*names && !options->all)
		errx(2, "missing argument: SHAPE; see \"taskmap-zoo list\"");
	if (options->all && (*names || options->guided))
		errx(2, "--all takes neither a shape nor --guide");
	for (char **name = names; *name; name++)
		parse_shape(*name);
	/* O_CLOEXEC: commands that the user types must not hold it open. */
	if (pipe2(hold, O_CLOEXEC))
		err(1, "pipe");
	if (options->all)
		make_all();
	for (; *names; names++) {
		shape = parse_shape(*names);
		make(&shape, guided);
	}
	if (!guided)
		puts("ready");
	flush_output();
	hold_all(guided);
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
	if (strchr("JSnr", option))
		options->of_cost = true;
	switch (option) {
	case 'a':
		options->all = true;
		break;
	case 'g':
		options->guided = true;
		break;
	case 'f':
		options->forests = true;
		break;
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
	case 'V':
		printf("taskmap-zoo %s\n", TASKMAP_VERSION);
		flush_output();
		exit(0);
	case 'h':
		fputs(help_text, stdout);
		flush_output();
		exit(0);
	default:
		exit(2);
	}
}

static void run(const struct options *options, char **words)
{
	bool list = !options->forests && *words && !strcmp(*words, "list");
	bool costs = !options->forests && *words && !strcmp(*words, "cost");

	if (options->all && (costs || options->forests))
		errx(2, "--all can only be used with list and to create shapes");
	if (options->of_cost && !costs)
		errx(2, "--json, --svg, --number and --rounds can only be used with cost");
	if ((list || costs) && words[1])
		errx(2, "unexpected argument '%s'", words[1]);
	if (list)
		list_shapes(options->all);
	else if (costs)
		cost(&options->cost);
	else if (options->forests)
		make_forests(words);
	else
		make_shapes(options, words);
	flush_output();
}

int main(int argc, char **argv)
{
	struct options options = {
		.cost = { .number = COST_NUMBER, .rounds = COST_ROUNDS },
	};
	int option;

	program_name = "taskmap-zoo";
	/* The table of cost contains a sign that is not ASCII. */
	setlocale(LC_CTYPE, "");
	/* waitpid(2) fails if SIGCHLD is ignored, which exec(2) keeps. */
	signal(SIGCHLD, SIG_DFL);
	/* This process adopts orphans and waits for them. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	while ((option = getopt_long(argc, argv, "agfJn:r:Vh", long_options,
				     NULL)) != -1)
		parse_option(&options, option);
	run(&options, argv + optind);
	return 0;
}
