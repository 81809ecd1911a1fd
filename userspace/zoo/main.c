// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap-zoo: makes tasks of exactly known shape, and holds them.
 *
 * Every shape is made in a process of its own, its keeper. What all print
 * comes through here, so that a shape is whole or skipped.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
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

/* Prints what a shape told: as it is, or what to make of it. */
static void show(const struct shape *shape, const char *told, size_t size,
		 bool guided)
{
	if (guided)
		guide(shape, told);
	else
		fwrite(told, 1, size, stdout);
}

/* Passes on what a shape tells, until it is done; of a skipped one only that. */
static void relay(FILE *reports, const struct shape *shape, bool guided)
{
	char line[WORDS_SIZE + 64];
	char *told = NULL;
	size_t size = 0;
	FILE *lines = open_memstream(&told, &size);

	if (!lines)
		err(1, "open_memstream");
	do {
		if (!fgets(line, sizeof(line), reports))
			errx(1, "%s could not be made", shape->name);
		if (!strncmp(line, "skip ", 5) && guided)
			printf("%s cannot be had here: %s", shape->name,
			       line + 5 + strlen(shape->name) + 1);
		else if (!strncmp(line, "skip ", 5))
			fputs(line, stdout);
		else if (strcmp(line, "done\n"))
			fputs(line, lines);
	} while (strncmp(line, "skip ", 5) && strcmp(line, "done\n"));
	fclose(lines);
	if (!strcmp(line, "done\n"))
		show(shape, told, size, guided);
	free(told);
}

static void make(const struct shape *shape, bool guided)
{
	FILE *reports;
	pid_t keeper;
	int ends[2];

	if (pipe(ends))
		err(1, "pipe");
	/* A child would write again what waits to be written here. */
	if (fflush(stdout))
		err(1, "standard output");
	keeper = fork();
	if (keeper < 0) {
		printf("skip %s fork: %s\n", shape->name,
		       strerrordesc_np(errno));
		close(ends[0]);
		close(ends[1]);
		return;
	}
	if (!keeper) {
		close(hold[1]);
		close(ends[0]);
		/* What is typed to end a command is not meant for the tasks. */
		if (guided)
			setpgid(0, 0);
		report_to(ends[1]);
		prctl(PR_SET_NAME, shape->name);
		shape->make(shape);
		_exit(0);
	}
	close(ends[1]);
	reports = fdopen(ends[0], "r");
	if (!reports)
		err(1, "fdopen");
	relay(reports, shape, guided);
	fclose(reports);
}

static bool parse_number(const char *text, unsigned long long max,
			 unsigned long long *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return !errno && *text >= '0' && *text <= '9' && !*end &&
	       *number <= max;
}

/* "NAME" or "NAME:COUNT" */
static struct shape parse_shape(const char *text)
{
	size_t length = strcspn(text, ":");
	const struct shape *found = shape_find(text, length);
	unsigned long long count;
	struct shape shape;

	if (!found)
		errx(2, "no shape is called \"%.*s\"; see \"taskmap-zoo list\"",
		     (int)length, text);
	shape = *found;
	if (!text[length])
		return shape;
	if (shape.count == 1)
		errx(2, "\"%s\" is one task and takes no count", shape.name);
	if (!parse_number(text + length + 1, 1000000, &count) || !count)
		errx(2, "not a count: \"%s\"", text + length + 1);
	shape.count = (int)count;
	return shape;
}

static void make_all(char **names, bool guided)
{
	const struct shape *shape;
	struct shape parsed;

	/* Not for the commands that a guided user types. */
	if (pipe2(hold, O_CLOEXEC))
		err(1, "pipe");
	/* Those of very many come last: they may leave no room for others. */
	for (size_t i = 0; !*names && (shape = shape_at(i)); i++)
		if (shape->count < MANY)
			make(shape, guided);
	for (size_t i = 0; !*names && (shape = shape_at(i)); i++)
		if (shape->count >= MANY)
			make(shape, guided);
	for (; *names; names++) {
		parsed = parse_shape(*names);
		make(&parsed, guided);
	}
	if (!guided)
		puts("ready");
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
	/* All of them: what loses its parent becomes a child of this one. */
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static int make_forests(char **words)
{
	unsigned long long seed, count;

	if (!words[0] || !words[1] || words[2])
		errx(2, "--forests takes SEED COUNT");
	if (!parse_number(words[0], UINT64_MAX, &seed))
		errx(2, "not a seed: \"%s\"", words[0]);
	if (!parse_number(words[1], ULONG_MAX, &count))
		errx(2, "not a count: \"%s\"", words[1]);
	return forests(seed, (unsigned long)count);
}

static int done(void)
{
	if (fflush(stdout) || ferror(stdout))
		err(1, "standard output");
	return 0;
}

static int make_shapes(char **names, bool guided)
{
	if (guided && !*names)
		errx(2, "which shape? See \"taskmap-zoo list\"");
	for (char **name = names; *name; name++)
		parse_shape(*name);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	make_all(names, guided);
	done();
	hold_all(guided);
	return 0;
}

static int print_list(char **words, bool all)
{
	if (*words)
		errx(2, "list takes no argument \"%s\"", *words);
	list_shapes(all);
	return done();
}

static int print(int mode)
{
	if (mode == 'V')
		printf("taskmap-zoo %s\n", TASKMAP_VERSION);
	else
		fputs(help_text, stdout);
	return done();
}

/* What was asked for, but for the words that are no options. */
struct asked {
	bool all, guided, forests;
	bool of_cost;			/* an option that only cost takes */
	struct cost_options cost;
};

static unsigned int parse_amount(const char *text)
{
	unsigned long long number;

	if (!parse_number(text, COST_MOST, &number) || !number)
		errx(2, "not a number from 1 to %d: \"%s\"", COST_MOST, text);
	return (unsigned int)number;
}

static void apply_cost_option(struct asked *asked, int option)
{
	asked->of_cost = true;
	switch (option) {
	case 'J':
		asked->cost.json = true;
		break;
	case 'S':
		asked->cost.svg = optarg;
		break;
	case 'n':
		asked->cost.number = parse_amount(optarg);
		break;
	case 'r':
		asked->cost.rounds = parse_amount(optarg);
	}
}

static void apply_option(struct asked *asked, int option)
{
	switch (option) {
	case '?':
		exit(2);
	case 'V':
	case 'h':
		exit(print(option));
	case 'a':
		asked->all = true;
		break;
	case 'g':
		asked->guided = true;
		break;
	case 'f':
		asked->forests = true;
		break;
	default:
		apply_cost_option(asked, option);
	}
}

static int measure_cost(char **words, const struct asked *asked)
{
	if (*words)
		errx(2, "cost takes no argument \"%s\"", *words);
	cost(&asked->cost);
	return done();
}

int main(int argc, char **argv)
{
	struct asked asked = {
		.guided = isatty(STDIN_FILENO),
		.cost = { .number = COST_NUMBER, .rounds = COST_ROUNDS },
	};
	const char *command;
	int option;

	program_name = "taskmap-zoo";
	/* For the signs of a table that ASCII does not have. */
	setlocale(LC_CTYPE, "");
	while ((option = getopt_long(argc, argv, "agfJn:r:Vh", long_options,
				     NULL)) != -1)
		apply_option(&asked, option);
	argv += optind;
	command = !asked.forests && *argv ? *argv : "";
	if (asked.all && strcmp(command, "list"))
		errx(2, "--all goes with list");
	if (asked.of_cost && strcmp(command, "cost"))
		errx(2, "--json, --svg, --number and --rounds go with cost");
	if (!strcmp(command, "list"))
		return print_list(argv + 1, asked.all);
	if (!strcmp(command, "cost"))
		return measure_cost(argv + 1, &asked);
	if (!asked.forests)
		return make_shapes(argv, asked.guided);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return make_forests(argv);
}
