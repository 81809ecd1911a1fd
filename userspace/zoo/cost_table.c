// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What it costs, as a table for people, and what is to be known about it.
 */
#include <langinfo.h>
#include <stdio.h>
#include <string.h>

#include <libsmartcols.h>

#include "cost.h"
#include "util.h"

#define TEXT_SIZE	48

static void check(int failed)
{
	if (failed)
		die(STATUS_FAILED, "not enough memory for the table");
}

static void add_columns(struct libscols_table *table)
{
	check(!scols_table_new_column(table, "WAY", 0, 0));
	for (int i = 0; i < COST_COLUMNS; i++)
		check(!scols_table_new_column(table, cost_column_names[i], 0,
					      SCOLS_FL_RIGHT));
}

/* As the locale can show it. */
static const char *plus_minus(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") ? "+-" : "±";
}

static int digits(double value)
{
	if (value >= 100)
		return 0;
	return value >= 10 ? 1 : 2;
}

/* Of a ratio how sure it is, too: half of what lies between low and high. */
static const char *cell(char text[TEXT_SIZE], enum cost_column column,
			const struct cost_figure *figure)
{
	double half = (figure->high - figure->low) / 2;
	int places = digits(figure->median);

	if (!figure->there)
		return "-";
	if (column < COST_STACK)
		snprintf(text, TEXT_SIZE, "%.*f %s%.*f", places, figure->median,
			 plus_minus(), places, half);
	else
		snprintf(text, TEXT_SIZE, "%.1f", figure->median);
	return text;
}

static void add_way(struct libscols_table *table, const struct cost_way *way,
		    const struct cost_figure figures[COST_COLUMNS])
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[TEXT_SIZE];

	check(!line);
	check(scols_line_set_data(line, 0, way->name));
	for (int i = 0; i < COST_COLUMNS; i++)
		check(scols_line_set_data(line, (size_t)i + 1,
					  cell(text, i, &figures[i])));
}

static void print_notes(const struct cost_report *report)
{
	printf("\nCREATE, CREATE_64M: to make a task that ends at once, and to see it end; by a\n"
	       "parent as small as this program, and by one that has touched %d MiB; as a\n"
	       "multiple of what the first takes by fork, here %.1f us.\n"
	       "SWITCH: from the task to its maker and back, halved, by a pipe on one processor;\n"
	       "as a multiple of what it takes by fork, here %.2f us. While the child of a vfork\n"
	       "lives its maker stands still: it is never switched to, and has no other child.\n"
	       "STACK, TABLES, OBJECTS: KiB that the kernel keeps for a task, as its stack, for\n"
	       "page tables, and all else; TOUCHED: KiB that it has written to itself. So much\n"
	       "more was used in all of the system, whatever else happened in it, with %u of\n"
	       "them waiting. Of addresses, a POSIX thread has %zu KiB for its stack.\n"
	       "Medians of %u rounds; %s is half of what lies between their quartiles. Linux %s.\n",
	       COST_LARGE_MIB, report->create_ns / 1e3,
	       report->switch_ns / 1e3, report->number, report->libc_stack_kib,
	       report->rounds, plus_minus(), report->release);
}

void cost_print_table(const struct cost_report *report)
{
	struct libscols_table *table = scols_new_table();

	check(!table);
	/* A terminal folds what is too wide; nothing is cut off. */
	check(scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER));
	add_columns(table);
	for (int i = 0; i < COST_WAYS; i++)
		add_way(table, &cost_ways[i], report->figures[i]);
	check(scols_print_table(table));
	scols_unref_table(table);
	print_notes(report);
}
