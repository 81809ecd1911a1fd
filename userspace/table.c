// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "util.h"
#include "wrap.h"

/* Rows that are in memory together: libsmartcols takes about a kilobyte each. */
#define PIECE	4096

/* The column that carries the tree's branches: the first one. */
#define TREE_COLUMN	0

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

void table_add_text_column(struct libscols_table *table)
{
	table_add_column(table, "", 0);
	check(scols_table_enable_minout(table, 1));
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

/*
 * The heading makes the column wide: the hint that libsmartcols takes counts only
 * where a cell is wider than the heading. No blanks at the end of a line.
 */
static void add_wide_column(struct libscols_table *table, const char *name,
			    int flags, int width, bool last)
{
	char *heading = xasprintf("%*s", flags & TABLE_RIGHT ? width :
					 last ? 0 : -width, name);

	table_add_column(table, heading, flags);
	free(heading);
}

/* @widths: the least that each column has, NULL for what its cells need. */
static struct libscols_table *table_of_widths(const struct options *options,
					      bool noheadings,
					      const size_t *widths)
{
	const struct selection *selection = &options->selection;
	struct libscols_table *table = table_new(options->format, noheadings);

	for (size_t i = 0; i < selection->count; i++) {
		const struct column *column = &selection->columns[i];
		int flags = 0;

		if (options->format == FORMAT_TREE && i == TREE_COLUMN)
			flags = TABLE_TREE;
		else if (column->type == VALUE_NUMBER)
			flags = TABLE_RIGHT;
		add_wide_column(table, column->name, flags,
				widths ? (int)widths[i] : 0,
				i == selection->count - 1);
	}
	return table;
}

struct libscols_table *table_of_rows(const struct options *options)
{
	return table_of_widths(options, options->noheadings, NULL);
}

static bool is_for_people(const struct options *options)
{
	return options->format == FORMAT_TABLE ||
	       options->format == FORMAT_TREE;
}

/* However many there are, which @value has no room for: to be freed. */
static char *pids_text(const struct value *value)
{
	static const char longest[] = "-2147483648,";
	char *text = xcalloc(value->pid_count, sizeof(longest));
	char *end = text;

	for (unsigned int i = 0; i < value->pid_count; i++)
		end += sprintf(end, "%s%d", i ? "," : "", value->pids[i]);
	return text;
}

/*
 * Programs count columns, so for them no cell is ever empty. Quoted text can be:
 * that tells a task without a name from one called "-".
 */
static const char *cell_text(const struct options *options,
			     const struct column *column, struct value *value)
{
	if (value->type == VALUE_NUMBER)
		put_number(value->text, value->number);
	else if (value->type == VALUE_NONE ||
		 (!value->text[0] && options->format != FORMAT_PAIRS))
		return column->prose && is_for_people(options) ? "" : "-";
	return value->text;
}

/* Gives the text of each cell of @row to @use. */
static void each_cell(const struct options *options, const struct row *row,
		      void (*use)(void *to, size_t index, const char *text),
		      void *to)
{
	const struct selection *selection = &options->selection;
	/* What is for programs, libsmartcols escapes itself, byte by byte. */
	const struct style style = {
		.full_ids = options->full_ids,
		.names_as_bytes = !is_for_people(options),
	};
	struct value value;

	for (size_t i = 0; i < selection->count; i++) {
		const struct column *column = &selection->columns[i];
		char *pids = NULL;

		column_fill(column, row, &style, &value);
		if (value.type == VALUE_PIDS)
			pids = pids_text(&value);
		use(to, i, pids ? pids : cell_text(options, column, &value));
		free(pids);
		value_clear(&value);
	}
}

static void set_cell(void *line, size_t index, const char *text)
{
	table_set(line, index, text);
}

struct libscols_line *table_add_row(struct libscols_table *table,
				    const struct options *options,
				    const struct row *row)
{
	struct libscols_line *line = table_add_line(table);

	each_cell(options, row, set_cell, line);
	return line;
}

static void widen(void *widths, size_t index, const char *text)
{
	size_t *width = (size_t *)widths + index;
	size_t needed = text_width(text, strlen(text));

	if (needed > *width)
		*width = needed;
}

/* For all pieces to be aligned alike, to be freed. */
static size_t *measure(const struct options *options, const struct rows *rows)
{
	size_t *widths = xcalloc(options->selection.count, sizeof(*widths));
	struct row row;

	for (size_t i = 0; i < rows->count; i++) {
		if (rows->at(rows, i, &row))
			each_cell(options, &row, widen, widths);
	}
	return widths;
}

/* Prints those from @first on that are one piece, and returns what is next. */
static size_t print_piece(const struct options *options,
			  const struct rows *rows, size_t first,
			  const size_t *widths)
{
	struct libscols_table *table;
	unsigned int count = 0;
	struct row row;

	table = table_of_widths(options, options->noheadings || first, widths);
	for (; first < rows->count && count < PIECE; first++) {
		if (!rows->at(rows, first, &row))
			continue;
		table_add_row(table, options, &row);
		count++;
	}
	table_print(table);
	return first;
}

void table_print_rows(const struct options *options, const struct rows *rows)
{
	size_t *widths = NULL;
	size_t next = 0;

	if (rows->count > PIECE && is_for_people(options))
		widths = measure(options, rows);
	do
		next = print_piece(options, rows, next, widths);
	while (next < rows->count);
	free(widths);
}
