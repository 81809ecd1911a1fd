// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap-zoo: makes tasks of exactly known shape, and holds them.
 *
 * Every shape is made in a process of its own, its keeper. Only this process
 * prints, once a shape is complete, so that a shape is whole or skipped.
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

#define MANY	100	/* tasks of one shape */

static const char help_text[] =
	"Usage: taskmap-zoo SHAPE[:COUNT]...\n"
	"       taskmap-zoo list [--all]\n"
	"       taskmap-zoo cost [--json] [--svg FILE] [--number N] [--rounds N]\n"
	"       taskmap-zoo --forests SEED COUNT\n\n"
	"Makes tasks of exactly known shape and holds them. On a terminal, or with\n"
	"--guide, it says what to look for, runs the commands that are typed, and\n"
	"ends with an empty line.\n\n"
	"If its standard input is no terminal, it holds them until that ends, makes\n"
	"all shapes if none is named, and prints\n\n"
	"  NAME PID TID          the task of a shape; pids are those of /proc\n"
	"  NAME-parent PID TID   the task that made it, to be compared with\n"
	"  skip NAME REASON      this kernel or this user cannot make it\n"
	"  ready                 that was all, and all are there\n\n"
	"COUNT is how many tasks \"threads\", \"zombies\" and \"chain\" have.\n\n"
	"With --forests, makes COUNT trees of tasks, one after the other, each at\n"
	"random from a seed of its own, SEED being the first, and prints\n\n"
	"  forest SEED           this begins\n"
	"  task N PID TID        the first task, number 0\n"
	"  clone BY N FLAGS PID TID    task BY made task N\n"
	"  ACTION BY ARGUMENT    task BY did that: unshare FLAGS, semop -,\n"
	"                        ioprio CLASS (1 to 3, or 0), capset -\n"
	"  refused ACTION ...    the kernel did not let it\n"
	"  ready                 all of this forest is there, until a line comes in\n\n"
	"\"cost\" measures what tasks cost that are made by fork, vfork, clone with one\n"
	"flag more each time, and as POSIX threads: to make, to switch to and to have.\n\n"
	"Options:\n"
	" -a, --all       list: also what each must share, and must not\n"
	" -J, --json      cost: JSON output\n"
	"     --svg FILE  cost: draw it to FILE, too, by gnuplot\n"
	" -n, --number N  cost: of so many tasks at a time (1000)\n"
	" -r, --rounds N  cost: so often (5)\n"
	" -g, --guide     say what to look for, whatever standard input is\n"
	" -f, --forests   as above\n"
	" -V, --version   the version\n"
	" -h, --help      this help\n";

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
 * Print the report that comes from @fd: the lines of the tasks, or of a shape
 * that is skipped only the line that says so. A NUL ends the report.
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
		errx(1, "%s could not be made", shape->name);
	skipped = strstr(lines, "skip ");
	if (skipped && guided)
		printf("%s cannot be had here: %s", shape->name,
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
		err(1, "standard output");
}

static void make(const struct shape *shape, bool guided)
{
	pid_t keeper;
	int ends[2];

	if (pipe(ends))
		err(1, "pipe");
	/* A child has a copy of the buffer. */
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
		/* Ctrl-C is for the user's command, not for the tasks. */
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

/* The number from @least to @most that @text is; it should be @what. */
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
		errx(2, "not %s: \"%s\"", what, text);
	return number;
}

/* "NAME" or "NAME:COUNT" */
static struct shape parse_shape(const char *text)
{
	size_t length = strcspn(text, ":");
	const struct shape *found = shape_find(text, length);
	struct shape shape;

	if (!found)
		errx(2, "no shape is called \"%.*s\"; see \"taskmap-zoo list\"",
		     (int)length, text);
	shape = *found;
	if (!text[length])
		return shape;
	if (!shape.count)
		errx(2, "\"%s\" is one task and takes no count", shape.name);
	shape.count = (int)parse_number(text + length + 1, "a count", 1,
					1000000);
	return shape;
}

/* Shapes of very many tasks come last: they may leave none for the others. */
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
	/* Orphans are children of this process. */
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static void make_shapes(char **names, bool guided)
{
	struct shape shape;

	if (guided && !*names)
		errx(2, "which shape? See \"taskmap-zoo list\"");
	for (char **name = names; *name; name++)
		parse_shape(*name);
	/* The commands of a guided user do not inherit it. */
	if (pipe2(hold, O_CLOEXEC))
		err(1, "pipe");
	if (!*names)
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
		errx(2, "--forests takes SEED COUNT");
	seed = parse_number(words[0], "a seed", 0, UINT64_MAX);
	count = parse_number(words[1], "a count", 0, ULONG_MAX);
	forests(seed, (unsigned long)count);
}

static unsigned int parse_amount(const char *text)
{
	return (unsigned int)parse_number(text, "a number from 1 to 100000", 1,
					  COST_MOST);
}

struct options {
	bool all, guided, forests;
	bool of_cost;			/* an option that only cost takes */
	struct cost_options cost;
};

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

	if (options->all && !list)
		errx(2, "--all goes with list");
	if (options->of_cost && !costs)
		errx(2, "--json, --svg, --number and --rounds go with cost");
	if ((list || costs) && words[1])
		errx(2, "%s takes no argument \"%s\"", words[0], words[1]);
	if (list)
		list_shapes(options->all);
	else if (costs)
		cost(&options->cost);
	else if (options->forests)
		make_forests(words);
	else
		make_shapes(words, options->guided);
	flush_output();
}

int main(int argc, char **argv)
{
	struct options options = {
		.guided = isatty(STDIN_FILENO),
		.cost = { .number = COST_NUMBER, .rounds = COST_ROUNDS },
	};
	int option;

	program_name = "taskmap-zoo";
	/* The table of cost has signs that ASCII lacks. */
	setlocale(LC_CTYPE, "");
	/* Children are waited for, even if our parent ignores its own. */
	signal(SIGCHLD, SIG_DFL);
	/* Orphans come back to this process, which waits for them. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	while ((option = getopt_long(argc, argv, "agfJn:r:Vh", long_options,
				     NULL)) != -1)
		parse_option(&options, option);
	run(&options, argv + optind);
	return 0;
}
