// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "table.h"

static void check(int failed)
{
	if (failed)
		die(STATUS_FAILED, "not enough memory for the table");
}

struct libscols_table *table_new(enum format format, bool noheadings)
{
	struct libscols_table *table = scols_new_table();

	check(!table);
	check(scols_table_enable_raw(table, format == FORMAT_RAW));
	check(scols_table_enable_export(table, format == FORMAT_PAIRS));
	check(scols_table_enable_noheadings(table, noheadings));
	/* A terminal folds what is too wide; nothing is cut off or left out. */
	check(scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER));
	/*
	 * Not enable_noencoding(), though names are escaped already: with it
	 * libsmartcols 2.38 loops for ever on what the locale cannot decode.
	 */
	return table;
}

void table_add_column(struct libscols_table *table, const char *name,
		      int flags)
{
	check(!scols_table_new_column(table, name, 0, flags));
}

struct libscols_line *table_add_line(struct libscols_table *table)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	check(!line);
	return line;
}

void table_add_child(struct libscols_line *parent, struct libscols_line *child)
{
	check(scols_line_add_child(parent, child));
}

void table_set(struct libscols_line *line, size_t column, const char *text)
{
	check(scols_line_set_data(line, column, text));
}

void table_print(struct libscols_table *table)
{
	int ret;

	/* A cell that it finds no memory for is blank, and only errno tells. */
	errno = 0;
	ret = scols_print_table(table);
	if (!ret && errno == ENOMEM)
		ret = -ENOMEM;
	if (ret)
		die(STATUS_FAILED, "cannot print the table: %s",
		    strerror(-ret));
	scols_unref_table(table);
}
