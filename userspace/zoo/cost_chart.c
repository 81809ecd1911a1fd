// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What it costs, as a chart that gnuplot(1) draws: run and not linked, like dot
 * for graphs.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cost.h"
#include "through.h"
#include "util.h"

/* Bars of one picture. In gray they are told apart by how light they are. */
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

/* A row for each way: its name, and of each column median, low and high. */
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

/* Where its median is in the data; its low and high are behind it. */
static int place_of(enum cost_column column)
{
	return 2 + 3 * (int)column;
}

static void print_times(const struct cost_report *report, FILE *script)
{
	int small = place_of(COST_CREATE), large = place_of(COST_CREATE_LARGE);
	int change = place_of(COST_SWITCH);

	fprintf(script,
		"set style histogram errorbars gap 1 linewidth 1\n"
		"set key top right\n"
		"set title \"To make a task and to see it end (fork is 1: %.1f us)\"\n"
		"set logscale y\n"
		"plot $ways using %d:%d:%d:xtic(1) linecolor rgb \"#b8d4ea\" title \"by a small parent\", \\\n"
		"     '' using %d:%d:%d linecolor rgb \"#1f4e79\" title \"by a parent that has touched %d MiB\"\n"
		"unset logscale y\n",
		report->create_ns / 1e3, small, small + 1, small + 2, large,
		large + 1, large + 2, COST_LARGE_MIB);
	fprintf(script,
		"set title \"To switch to it, on one processor (fork is 1: %.2f us; of vfork the maker stands still)\"\n"
		"set yrange [0:1.2<*]\n"
		"plot $ways using %d:%d:%d:xtic(1) linecolor rgb \"#b8d4ea\" notitle\n",
		report->switch_ns / 1e3, change, change + 1, change + 2);
}

/* Of few tasks, that may be less than what can be seen. */
static bool is_any_memory(const struct cost_report *report)
{
	for (int way = 0; way < COST_WAYS; way++)
		for (int column = COST_STACK; column < COST_TOTAL; column++)
			if (report->figures[way][column].median > 0)
				return true;
	return false;
}

/* What is less than nothing is noise, and cannot be stacked. */
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
		int place = place_of(parts[i].column);

		fprintf(script,
			"%s (column(%d) < 0 ? 0 : column(%d))%s linecolor rgb \"%s\" title \"%s\"%s\n",
			i ? "     '' using" : "plot $ways using", place, place,
			i ? "" : ":xtic(1)", parts[i].color, parts[i].title,
			i + 1 < ARRAY_SIZE(parts) ? ", \\" : "");
	}
}

/* A kernel is called what whoever built it liked; gnuplot would run some of that. */
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

/* Ends the program unless gnuplot has done with @in what it should. */
static void run_gnuplot(char *const argv[], FILE *in, FILE *out)
{
	int status = 0;
	int reason = through_run(argv, fileno(in), fileno(out), &status);

	if (reason == ENOENT)
		errx(1, "gnuplot, which draws the chart, is not there; install gnuplot-nox, or leave out --svg");
	if (reason)
		errx(1, "cannot run gnuplot: %s", strerror(reason));
	if (WIFSIGNALED(status))
		errx(1, "gnuplot did not draw it: signal %d", WTERMSIG(status));
	if (status)
		errx(1, "gnuplot did not draw it: exit status %d",
		     WEXITSTATUS(status));
}

static FILE *memory_file(const char *name)
{
	FILE *file = through_file(name);

	if (!file)
		err(1, "memory for the chart");
	return file;
}

/* Before minutes are spent for it. */
void cost_want_chart(void)
{
	char *const argv[] = { "gnuplot", "--version", NULL };
	FILE *in = memory_file("none"), *out = memory_file("version");

	run_gnuplot(argv, in, out);
	fclose(in);
	fclose(out);
}

static void copy(FILE *from, const char *path)
{
	FILE *to = fopen(path, "we");
	int c;

	if (!to)
		err(1, "cannot write %s", path);
	rewind(from);
	while ((c = getc(from)) != EOF)
		putc(c, to);
	if (ferror(to) | fclose(to))
		err(1, "cannot write %s", path);
}

void cost_draw_chart(const struct cost_report *report, const char *path)
{
	char *const argv[] = { "gnuplot", NULL };
	FILE *in = memory_file("script"), *out = memory_file("svg");

	cost_chart_script(report, in);
	if (fflush(in) || lseek(fileno(in), 0, SEEK_SET))
		err(1, "memory for the chart");
	run_gnuplot(argv, in, out);
	copy(out, path);
	fclose(in);
	fclose(out);
}
