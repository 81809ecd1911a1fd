// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/output.h"
#include "util.h"

/*
 * Maximum number of rows in memory: libsmartcols needs about a kilobyte for
 * each.
 */
#define PIECE	4096

/* The column in which the branches of a tree are drawn. */
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
	/*
	 * Lines may be wider than the terminal. Nothing is truncated or
	 * omitted.
	 */
	check(scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER));
	/*
	 * Do not call enable_noencoding(), although names are escaped already:
	 * libsmartcols 2.38 then loops forever on bytes that the locale cannot
	 * decode.
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

/* Sets a cell to the first line of @text; returns what follows that line. */
static const char *set_line(struct libscols_line *line, size_t column,
			    const char *text)
{
	size_t length = strcspn(text, "\n");
	char *first = xasprintf("%.*s", (int)length, text);

	table_set(line, column, first);
	free(first);
	return text + length + (text[length] == '\n');
}

/* Not as one row with SCOLS_FL_WRAP: libsmartcols 2.41 crashes if memory runs out. */
void table_add_lines(struct libscols_table *table, const char **cells,
		     size_t count)
{
	bool more = true;

	while (more) {
		struct libscols_line *line = table_add_line(table);

		more = false;
		for (size_t i = 0; i < count; i++) {
			cells[i] = set_line(line, i, cells[i]);
			more |= *cells[i];
		}
	}
}

void table_print(struct libscols_table *table)
{
	int ret;

	/*
	 * If there is not enough memory for a cell, it is blank, and only errno
	 * shows this.
	 */
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
 * Adds a column of at least @width, by padding its heading: the width hint of
 * libsmartcols has an effect only if a cell is wider than the heading. The last
 * column gets no trailing blanks.
 */
static void add_wide_column(struct libscols_table *table, const char *name,
			    int flags, int width, bool last)
{
	char *heading = xasprintf("%*s", flags & TABLE_RIGHT ? width :
					 last ? 0 : -width, name);

	table_add_column(table, heading, flags);
	free(heading);
}

/* @widths: minimum width of each column; NULL: as wide as the cells */
static struct libscols_table *table_of_widths(const struct output *output,
					      bool noheadings,
					      const size_t *widths)
{
	const struct selection *selection = &output->columns;
	struct libscols_table *table = table_new(output->format, noheadings);

	for (size_t i = 0; i < selection->count; i++) {
		const struct column *column = &selection->columns[i];
		int flags = 0;

		if (output->format == FORMAT_TREE && i == TREE_COLUMN)
			flags = TABLE_TREE;
		else if (column->type == VALUE_NUMBER)
			flags = TABLE_RIGHT;
		add_wide_column(table, column->name, flags,
				widths ? (int)widths[i] : 0,
				i == selection->count - 1);
	}
	return table;
}

struct libscols_table *table_of_rows(const struct output *output)
{
	return table_of_widths(output, output->noheadings, NULL);
}

static bool is_for_people(const struct output *output)
{
	return output->format == FORMAT_TABLE ||
	       output->format == FORMAT_TREE;
}

/*
 * The index of the last pid in the range of consecutive pids that begins at
 * @first.
 */
static unsigned int last_of_range(const struct value *value, unsigned int first)
{
	unsigned int last = first;

	while (last + 1 < value->pid_count &&
	       value->pids[last + 1] == value->pids[last] + 1)
		last++;
	return last;
}

/*
 * The pids as text, which can be longer than value->text. The caller frees it.
 */
static char *pids_text(const struct value *value)
{
	static const char longest[] = "-2147483648,";
	char *text = xcalloc(value->pid_count, sizeof(longest));
	char *end = text;

	for (unsigned int i = 0; i < value->pid_count; i++) {
		unsigned int last = value->ranges ? last_of_range(value, i) : i;

		end += sprintf(end, "%s%d", i ? "," : "", value->pids[i]);
		if (last < i + 2)
			continue;
		end += sprintf(end, "-%d", value->pids[last]);
		i = last;
	}
	return text;
}

/*
 * Programs count columns, so a cell for them is never empty. FORMAT_PAIRS
 * quotes values, and so can distinguish an empty name from "-".
 */
static const char *cell_text(const struct output *output,
			     const struct column *column, struct value *value)
{
	if (value->type == VALUE_NUMBER)
		put_number(value->text, value->number);
	else if (value->type == VALUE_NONE ||
		 (!value->text[0] && output->format != FORMAT_PAIRS))
		return column->prose && is_for_people(output) ? "" : "-";
	return value->text;
}

/* Calls @use with the text of each cell of @row. */
static void each_cell(const struct output *output, const struct row *row,
		      void (*use)(void *to, size_t index, const char *text),
		      void *to)
{
	/* For programs, libsmartcols escapes names byte by byte. */
	struct cell cell = {
		.row = row,
		.full_ids = output->full_ids,
		.names_as_bytes = !is_for_people(output),
	};
	struct value value;

	for (size_t i = 0; i < output->columns.count; i++) {
		char *pids = NULL;

		cell.column = &output->columns.columns[i];
		cell_fill(&cell, &value);
		if (value.type == VALUE_PIDS)
			pids = pids_text(&value);
		use(to, i, pids ? pids : cell_text(output, cell.column, &value));
		free(pids);
		free(value.pids);
	}
}

static void set_cell(void *line, size_t index, const char *text)
{
	table_set(line, index, text);
}

struct libscols_line *table_add_row(struct libscols_table *table,
				    const struct output *output,
				    const struct row *row)
{
	struct libscols_line *line = table_add_line(table);

	each_cell(output, row, set_cell, line);
	return line;
}

static void widen(void *widths, size_t index, const char *text)
{
	size_t *width = (size_t *)widths + index;
	size_t needed = text_width(text, strlen(text));

	if (needed > *width)
		*width = needed;
}

/*
 * Returns the width of each column, so that all pieces are aligned. The caller
 * frees it.
 */
static size_t *measure(const struct output *output, const struct rows *rows)
{
	size_t *widths = xcalloc(output->columns.count, sizeof(*widths));

	for (size_t i = 0; i < rows->count; i++) {
		const struct row row = rows->at(rows, i);

		each_cell(output, &row, widen, widths);
	}
	return widths;
}

/* Prints up to PIECE rows from @first on. Returns the index of the next row. */
static size_t print_piece(const struct output *output, const struct rows *rows,
			  size_t first, const size_t *widths)
{
	size_t end = rows->count - first > PIECE ? first + PIECE : rows->count;
	struct libscols_table *table;

	table = table_of_widths(output, output->noheadings || first, widths);
	for (; first < end; first++) {
		const struct row row = rows->at(rows, first);

		table_add_row(table, output, &row);
	}
	table_print(table);
	return end;
}

void table_print_rows(const struct output *output, const struct rows *rows)
{
	size_t *widths = NULL;
	size_t next = 0;

	if (rows->count > PIECE && is_for_people(output))
		widths = measure(output, rows);
	do
		next = print_piece(output, rows, next, widths);
	while (next < rows->count);
	free(widths);
}

bool output_has_short_ids(const struct output *output)
{
	return !output->full_ids && output->format != FORMAT_JSON;
}
