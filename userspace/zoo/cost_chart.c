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

/*
 * To fill in: the release, two numbers for creations, one for switches, and
 * the upper end of the range and a number for memory. In gray the bars differ
 * by how light they are.
 */
static const char plots[] =
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
	"set rmargin 3\n"
	"set multiplot layout 3,1 title \"What a task costs, by how it was made (Linux %s)\"\n"

	"set style histogram errorbars gap 1 linewidth 1\n"
	"set key top right\n"
	"set title \"To make a task and to see it end (fork is 1: %.1f us)\"\n"
	"set logscale y\n"
	"plot $ways using 2:3:4:xtic(1) linecolor rgb \"#b8d4ea\" title \"by a small parent\", \\\n"
	"     '' using 5:6:7 linecolor rgb \"#1f4e79\" title \"by a parent that has touched %d MiB\"\n"
	"unset logscale y\n"

	"set title \"To switch to it, on one processor (fork is 1: %.2f us; of vfork the maker stands still)\"\n"
	"set yrange [0:1.2<*]\n"
	"plot $ways using 8:9:10:xtic(1) linecolor rgb \"#b8d4ea\" notitle\n"

	"set style histogram rowstacked\n"
	"set boxwidth 0.6\n"
	"set yrange [0:%s]\n"
	"set title \"Memory of one, in KiB (%u of them waiting)\"\n"
	"plot $ways using 11:xtic(1) linecolor rgb \"#1f4e79\" title \"stack in the kernel\", \\\n"
	"     '' using 12 linecolor rgb \"#5b9bd5\" title \"page tables\", \\\n"
	"     '' using 13 linecolor rgb \"#b8d4ea\" title \"other objects of the kernel\", \\\n"
	"     '' using 14 linecolor rgb \"#f4f4f4\" title \"touched by the program\"\n"
	"unset multiplot\n";

/*
 * Times have three fields: median, low and high. Memory has its median; less
 * than nothing is noise, and cannot be stacked.
 */
static void print_figure(FILE *script, enum cost_column column,
			 const struct cost_figure *figure)
{
	double median = figure->median;

	if (column >= COST_STACK && figure->there)
		fprintf(script, " %.6g", median < 0 ? 0 : median);
	else if (column >= COST_STACK)
		fputs(" -", script);
	else if (figure->there)
		fprintf(script, " %.6g %.6g %.6g", median, figure->low,
			figure->high);
	else
		fputs(" - - -", script);
}

/* A kernel may have any name; gnuplot could run parts of it. */
static void make_harmless(char *release)
{
	for (; *release; release++)
		if (!isalnum((unsigned char)*release) &&
		    !strchr("-.+_~", *release))
			*release = '?';
}

void cost_chart_script(const struct cost_report *report, FILE *script)
{
	char release[sizeof(report->release)];
	bool memory = false;

	/* A row for each way: its name, and the fields of its figures. */
	fputs("$ways << END\n", script);
	for (int way = 0; way < COST_WAYS; way++) {
		fprintf(script, "\"%s\"", cost_ways[way].name);
		for (int column = 0; column < COST_TOTAL; column++) {
			const struct cost_figure *figure =
				&report->figures[way][column];

			print_figure(script, column, figure);
			memory |= column >= COST_STACK && figure->median > 0;
		}
		fputc('\n', script);
	}
	fputs("END\n", script);
	strcpy(release, report->release);
	make_harmless(release);
	/* With few tasks, noise may hide all memory, an empty range. */
	fprintf(script, plots, release, report->create_ns / 1e3,
		COST_LARGE_MIB, report->switch_ns / 1e3, memory ? "*" : "1",
		report->number);
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
