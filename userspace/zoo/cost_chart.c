// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What tasks cost, as a chart that gnuplot(1) draws.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cost.h"
#include "zoo.h"

/* In gray the bars differ by how light they are. */
static const char before[] =
	"set terminal svg noenhanced size 900,1080 font \"sans-serif,13\" background \"white\"\n"
	"set datafile missing \"-\"\n"
	"set style data histograms\n"
	"set style fill solid 1 border -1\n"
	"set boxwidth 0.9\n"
	"set errorbars linewidth 1\n"
	"set grid ytics\n"
	"set xtics nomirror\n"
	"set ytics nomirror\n"
	"set lmargin 11\n"
	"set rmargin 3\n";

static void print_figure(FILE *script, const struct cost_figure *figure)
{
	if (figure->there)
		fprintf(script, " %.6g %.6g %.6g", figure->median, figure->low,
			figure->high);
	else
		fputs(" - - -", script);
}

/* A row for each way: its name, and median, low and high of each column. */
static void print_data(const struct cost_report *report, FILE *script)
{
	fputs("$ways << END\n", script);
	for (int way = 0; way < COST_WAYS; way++) {
		fprintf(script, "\"%s\"", cost_ways[way].name);
		for (int column = 0; column < COST_COLUMNS; column++)
			print_figure(script, &report->figures[way][column]);
		fputc('\n', script);
	}
	fputs("END\n", script);
}

/* Fields 2 to 4 are those of CREATE, 5 to 7 CREATE_64M, 8 to 10 SWITCH. */
static void print_times(const struct cost_report *report, FILE *script)
{
	fprintf(script,
		"set style histogram errorbars gap 1 linewidth 1\n"
		"set key top right\n"
		"set title \"To make a task and to see it end (fork is 1: %.1f us)\"\n"
		"set logscale y\n"
		"plot $ways using 2:3:4:xtic(1) linecolor rgb \"#b8d4ea\" title \"by a small parent\", \\\n"
		"     '' using 5:6:7 linecolor rgb \"#1f4e79\" title \"by a parent that has touched %d MiB\"\n"
		"unset logscale y\n"
		"set title \"To switch to it, on one processor (fork is 1: %.2f us; of vfork the maker stands still)\"\n"
		"set yrange [0:1.2<*]\n"
		"plot $ways using 8:9:10:xtic(1) linecolor rgb \"#b8d4ea\" notitle\n",
		report->create_ns / 1e3, COST_LARGE_MIB,
		report->switch_ns / 1e3);
}

/* With few tasks, noise may hide all memory. */
static bool is_any_memory(const struct cost_report *report)
{
	for (int way = 0; way < COST_WAYS; way++)
		for (int column = COST_STACK; column < COST_TOTAL; column++)
			if (report->figures[way][column].median > 0)
				return true;
	return false;
}

/* Negative values are noise, and cannot be stacked. */
static void print_memory(const struct cost_report *report, FILE *script)
{
	static const struct {
		enum cost_column column;
		const char *color, *title;
	} parts[] = {
		{ COST_STACK, "#1f4e79", "stack in the kernel" },
		{ COST_TABLES, "#5b9bd5", "page tables" },
		{ COST_OBJECTS, "#b8d4ea", "other objects of the kernel" },
		{ COST_TOUCHED, "#f4f4f4", "touched by the program" },
	};

	fprintf(script,
		"set style histogram rowstacked\n"
		"set boxwidth 0.6\n"
		"set yrange [0:%s]\n"
		"set title \"Memory of one, in KiB (%u of them waiting)\"\n",
		is_any_memory(report) ? "*" : "1", report->number);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		int field = 2 + 3 * (int)parts[i].column;

		fprintf(script,
			"%s (column(%d) < 0 ? 0 : column(%d))%s linecolor rgb \"%s\" title \"%s\"%s\n",
			i ? "     '' using" : "plot $ways using", field, field,
			i ? "" : ":xtic(1)", parts[i].color, parts[i].title,
			i + 1 < ARRAY_SIZE(parts) ? ", \\" : "");
	}
}

/* A kernel may have any name; gnuplot could run parts of it. */
static void print_release(const char *release, FILE *script)
{
	for (; *release; release++)
		fputc(isalnum((unsigned char)*release) ||
		      strchr("-.+_~", *release) ? *release : '?', script);
}

void cost_chart_script(const struct cost_report *report, FILE *script)
{
	fputs(before, script);
	print_data(report, script);
	fputs("set multiplot layout 3,1 title \"What a task costs, by how it was made (Linux ",
	      script);
	print_release(report->release, script);
	fputs(")\"\n", script);
	print_times(report, script);
	print_memory(report, script);
	fputs("unset multiplot\n", script);
}

static FILE *memory_file(void)
{
	int fd = memfd_create("chart", MFD_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");

	if (!file)
		err(1, "memory for the chart");
	return file;
}

/*
 * Run gnuplot with @argument from file @in to file @out, and end the program
 * unless it succeeds. Pipes would break or fill up if gnuplot does not read.
 */
static void run_gnuplot(char *argument, FILE *in, FILE *out)
{
	char *const argv[] = { "gnuplot", argument, NULL };
	posix_spawn_file_actions_t actions;
	int status = 0;
	pid_t child;

	errno = posix_spawn_file_actions_init(&actions);
	if (!errno)
		errno = posix_spawn_file_actions_adddup2(&actions, fileno(in),
							 STDIN_FILENO);
	if (!errno)
		errno = posix_spawn_file_actions_adddup2(&actions, fileno(out),
							 STDOUT_FILENO);
	if (!errno)
		errno = posix_spawnp(&child, argv[0], &actions, NULL, argv,
				     environ);
	if (errno == ENOENT)
		errx(1, "gnuplot, which draws the chart, is not there; install gnuplot-nox, or leave out --svg");
	if (errno)
		err(1, "cannot run gnuplot");
	posix_spawn_file_actions_destroy(&actions);
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		errx(1, "gnuplot did not draw it: signal %d", WTERMSIG(status));
	if (status)
		errx(1, "gnuplot did not draw it: exit status %d",
		     WEXITSTATUS(status));
}

void cost_require_gnuplot(void)
{
	FILE *file = memory_file();

	run_gnuplot("--version", file, file);
	fclose(file);
}

void cost_draw_chart(const struct cost_report *report, const char *path)
{
	FILE *script = memory_file(), *chart = memory_file(), *to;
	int c;

	cost_chart_script(report, script);
	if (fflush(script))
		err(1, "memory for the chart");
	rewind(script);
	run_gnuplot(NULL, script, chart);
	rewind(chart);
	to = fopen(path, "we");
	if (!to)
		err(1, "cannot write %s", path);
	while ((c = getc(chart)) != EOF)
		putc(c, to);
	if (ferror(to) | fclose(to))
		err(1, "cannot write %s", path);
	fclose(script);
	fclose(chart);
}
