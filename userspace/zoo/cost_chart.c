// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The cost of tasks as a chart, drawn by gnuplot(1).
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
 * A format for printf(3). Its arguments are the kernel release, the time of a
 * creation, the size of a large creator, the time of a switch, the upper end of
 * the range of memory, and the number of tasks. The colors also differ in
 * brightness, for print in gray.
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
	"set multiplot layout 3,1 title \"Cost of a task, by how it was created (Linux %s)\"\n"

	"set style histogram errorbars gap 1 linewidth 1\n"
	"set key top right\n"
	"set title \"Time to create a task and wait for its end (fork = 1: %.1f us)\"\n"
	"set logscale y\n"
	"plot $ways using 2:3:4:xtic(1) linecolor rgb \"#b8d4ea\" title \"created by a small process\", \\\n"
	"     '' using 5:6:7 linecolor rgb \"#1f4e79\" title \"created by a process that has touched %d MiB\"\n"
	"unset logscale y\n"

	"set title \"Time to switch to it, on one CPU (fork = 1: %.2f us; none for vfork)\"\n"
	"set yrange [0:1.2<*]\n"
	"plot $ways using 8:9:10:xtic(1) linecolor rgb \"#b8d4ea\" notitle\n"

	"set style histogram rowstacked\n"
	"set boxwidth 0.6\n"
	"set yrange [0:%s]\n"
	"set title \"Memory of a task, in KiB (with %u tasks waiting)\"\n"
	"plot $ways using 11:xtic(1) linecolor rgb \"#1f4e79\" title \"kernel stack\", \\\n"
	"     '' using 12 linecolor rgb \"#5b9bd5\" title \"page tables\", \\\n"
	"     '' using 13 linecolor rgb \"#b8d4ea\" title \"other kernel objects\", \\\n"
	"     '' using 14 linecolor rgb \"#f4f4f4\" title \"touched by the program\"\n"
	"unset multiplot\n";

/*
 * Print three fields for a time, median, low and high, and one for memory, the
 * median. Negative memory is noise and cannot be stacked, so it becomes 0.
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

/* Replace unusual characters, because gnuplot runs `commands` in strings. */
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

	/* One row per way: its name, and the fields of its figures */
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
	/* With few tasks all memory may be 0, but gnuplot needs a range. */
	fprintf(script, plots, release, report->create_ns / 1e3,
		COST_LARGE_MIB, report->switch_ns / 1e3, memory ? "*" : "1",
		report->number);
}

static FILE *memory_file(void)
{
	int fd = memfd_create("chart", MFD_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");

	if (!file)
		err(1, "cannot create a file in memory for the chart");
	return file;
}

/*
 * Run gnuplot with @argument, standard input @in and standard output @out. Ends
 * the program unless gnuplot succeeds. Files, unlike pipes, neither break nor
 * fill up if gnuplot does not read.
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
		errx(1, "gnuplot not found: install gnuplot-nox, or omit --svg");
	if (errno)
		err(1, "cannot run gnuplot");
	posix_spawn_file_actions_destroy(&actions);
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		errx(1, "gnuplot failed: signal %d", WTERMSIG(status));
	if (status)
		errx(1, "gnuplot failed: exit status %d", WEXITSTATUS(status));
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
		err(1, "cannot write the script of the chart");
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
