// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

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
	/* Of the cells that have one. */
	check(scols_table_enable_colors(table, true));
	check(scols_table_enable_raw(table, format == FORMAT_RAW));
	check(scols_table_enable_export(table, format == FORMAT_PAIRS));
	check(scols_table_enable_noheadings(table, noheadings));
	/* Lines may be wider than the terminal: struct layout makes them fit. */
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

/* Of the same lightness, and readable on black and on white (contrast above 3.8). */
static const char *const palette[] = {
	"\033[38;5;27m",	/* blue */
	"\033[38;5;166m",	/* orange */
	"\033[38;5;28m",	/* green */
	"\033[38;5;163m",	/* magenta */
	"\033[38;5;30m",	/* cyan */
	"\033[38;5;160m",	/* red */
	"\033[38;5;98m",	/* violet */
};

void table_color(struct libscols_line *line, size_t column,
		 unsigned int number)
{
	check(scols_cell_set_color(scols_line_get_cell(line, column),
				   palette[number % ARRAY_SIZE(palette)]));
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

/* Returns 0 or a negative error number. */
static int print(struct libscols_table *table)
{
	int ret;

	/*
	 * If there is not enough memory for a cell, it is blank, and only errno
	 * shows this.
	 */
	errno = 0;
	ret = scols_print_table(table);
	return !ret && errno == ENOMEM ? -ENOMEM : ret;
}

/*
 * Prints the heading as well, but not to stdout: without it, libsmartcols 2.41 makes
 * columns as narrow as their cells, and the pieces of a list would not be aligned.
 */
static int print_without_heading(struct libscols_table *table)
{
	char *text = NULL, *line;
	FILE *stream, *before = scols_table_get_stream(table);
	size_t size;
	int ret;

	stream = open_memstream(&text, &size);
	if (!stream)
		return -errno;
	check(scols_table_enable_noheadings(table, false));
	check(scols_table_set_stream(table, stream));
	ret = print(table);
	if (fclose(stream) && !ret)
		ret = -errno;
	line = text && !ret ? strchr(text, '\n') : NULL;
	if (line)
		fputs(line + 1, before);
	free(text);
	return ret;
}

void table_print(struct libscols_table *table)
{
	int ret;

	if (scols_table_is_noheadings(table) && !scols_table_is_export(table))
		ret = print_without_heading(table);
	else
		ret = print(table);
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

static struct libscols_table *new_table(const struct layout *layout,
					bool noheadings)
{
	const struct output *output = &layout->output;
	const struct selection *selection = &output->columns;
	struct libscols_table *table = table_new(output->format, noheadings);

	for (size_t i = 0; i < selection->count; i++) {
		const struct column *column = &selection->columns[i];
		size_t width = layout->widths ? layout->widths[i] : 0;
		char *name = layout->cut ? cut_text(column->name, width) :
					   xstrdup(column->name);
		int flags = 0;

		if (output->format == FORMAT_TREE && i == TREE_COLUMN)
			flags = TABLE_TREE;
		else if (column->type == VALUE_NUMBER)
			flags = TABLE_RIGHT;
		add_wide_column(table, name, flags, (int)width,
				i == selection->count - 1);
		free(name);
	}
	return table;
}

struct libscols_table *table_of_rows(const struct layout *layout)
{
	return new_table(layout, layout->output.noheadings);
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

		end = stpcpy(end, i ? "," : "");
		end = value->pids[i] ? put_number(end, value->pids[i]) :
				       stpcpy(end, "?");
		if (last < i + 2)
			continue;
		end += sprintf(end, "-%d", value->pids[last]);
		i = last;
	}
	return text;
}

char *ns_pids_text(const struct taskmap_record *record)
{
	struct value value = { .type = VALUE_NONE };
	char *text = NULL;

	value_set_ns_pids(&value, record);
	if (value.type == VALUE_PIDS)
		text = pids_text(&value);
	free(value.pids);
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
	else if (value->type == VALUE_UNKNOWN)
		return "?";
	else if (value->type == VALUE_NONE ||
		 (!value->text[0] && (value->type == VALUE_WORDS ||
				      output->format != FORMAT_PAIRS)))
		return column->prose && is_for_people(output) ? "" : "-";
	return value->text;
}

/* Calls @use with the text of each cell of @row. */
static void each_cell(const struct output *output, const struct row *row,
		      void (*use)(void *to, size_t index, const char *text,
				  unsigned int color),
		      void *to)
{
	/* For programs, libsmartcols escapes names byte by byte. */
	struct cell cell = {
		.row = row,
		.full_ids = output->full_ids,
		.names_as_bytes = !is_for_people(output),
		.brief = is_for_people(output),
		.color = output->color,
	};
	struct value value;

	for (size_t i = 0; i < output->columns.count; i++) {
		char *pids = NULL;

		cell.column = &output->columns.columns[i];
		cell_fill(&cell, &value);
		if (value.type == VALUE_PIDS)
			pids = pids_text(&value);
		use(to, i, pids ? pids : cell_text(output, cell.column, &value),
		    value.color);
		free(pids);
		free(value.pids);
	}
}

struct laid_line {
	const struct layout *layout;
	struct libscols_line *line;
};

static void set_cell(void *to, size_t index, const char *text,
		     unsigned int color)
{
	const struct laid_line *laid = to;
	const struct layout *layout = laid->layout;

	if (layout->cut && layout->output.columns.columns[index].fit == FIT_CUT) {
		char *part = cut_text(text, layout->widths[index]);

		table_set(laid->line, index, part);
		free(part);
	} else {
		table_set(laid->line, index, text);
	}
	if (color)
		table_color(laid->line, index, color);
}

struct libscols_line *table_add_row(struct libscols_table *table,
				    const struct layout *layout,
				    const struct row *row)
{
	struct laid_line laid = { layout, table_add_line(table) };

	each_cell(&layout->output, row, set_cell, &laid);
	return laid.line;
}

static void widen(void *widths, size_t index, const char *text,
		  unsigned int color)
{
	(void)color;
	size_t *width = (size_t *)widths + index;
	size_t needed = text_width(text, strlen(text));

	if (needed > *width)
		*width = needed;
}

/* Returns the width of each column. The caller frees it. */
static size_t *measure(const struct output *output, const struct rows *rows)
{
	const struct selection *columns = &output->columns;
	size_t *widths = xcalloc(columns->count, sizeof(*widths));

	for (size_t i = 0; i < columns->count; i++)
		widths[i] = strlen(columns->columns[i].name);
	for (size_t i = 0; i < rows->count; i++) {
		const struct row row = rows->at(rows, i);
		size_t indent = rows->indent ? rows->indent(rows, i) : 0;
		size_t first = widths[TREE_COLUMN];

		widths[TREE_COLUMN] = 0;
		each_cell(output, &row, widen, widths);
		widths[TREE_COLUMN] = MAX(first, indent + widths[TREE_COLUMN]);
	}
	return widths;
}

/* The width that column @index needs at least. */
static size_t least_width(const struct layout *layout, size_t index)
{
	const struct column *column = &layout->output.columns.columns[index];
	size_t width = layout->widths[index];

	if (column->fit != FIT_CUT)
		return width;
	return MIN(width, column->least ? column->least : strlen(column->name));
}

/* The width of the first @count columns if their texts are cut. */
static size_t least_line(const struct layout *layout, size_t count)
{
	size_t width = count - 1;

	for (size_t i = 0; i < count; i++)
		width += least_width(layout, i);
	return width;
}

/* Distributes what is left of @width evenly to the texts that are cut. */
static void cut_columns(struct layout *layout, size_t width)
{
	size_t count = layout->output.columns.count;
	size_t used = least_line(layout, count);
	size_t left = width > used ? width - used : 0, before;
	size_t *widths = xcalloc(count, sizeof(*widths));

	for (size_t i = 0; i < count; i++)
		widths[i] = least_width(layout, i);
	do {
		before = left;
		for (size_t i = 0; i < count && left; i++) {
			if (widths[i] == layout->widths[i])
				continue;
			widths[i]++;
			left--;
		}
	} while (left < before);
	free(layout->widths);
	layout->widths = widths;
	layout->cut = true;
}

/* Makes the lines fit into @width, except that one column is always shown. */
static void fit(struct layout *layout, size_t width)
{
	struct selection *columns = &layout->output.columns;
	const struct column *last = &columns->columns[columns->count - 1];
	size_t whole = columns->count - 1;

	for (size_t i = 0; i < columns->count; i++)
		whole += layout->widths[i];
	if (whole <= width)
		return;
	if (last->fit == FIT_BELOW && columns->count > 1) {
		layout->below = last;
		columns->count--;
	}
	while (columns->count > 1 && least_line(layout, columns->count) > width)
		columns->count--;
	cut_columns(layout, width);
}

struct layout layout_of(const struct output *output, const struct rows *rows)
{
	size_t width = is_for_people(output) ? width_of_terminal() : 0;
	struct layout layout = { .output = *output };

	/* All pieces are to be aligned. */
	if (width || (rows->count > PIECE && is_for_people(output)))
		layout.widths = measure(output, rows);
	if (width)
		fit(&layout, width);
	return layout;
}

void layout_free(struct layout *layout)
{
	free(layout->widths);
}

#define INDENT	"        "

/* Prints the text of @row that is not beside it. */
static void print_below(const struct layout *layout, const struct row *row)
{
	const struct cell cell = { .row = row, .column = layout->below };
	size_t width = width_of_terminal();
	struct value value;
	char *lines;

	cell_fill(&cell, &value);
	lines = wrap(cell_text(&layout->output, cell.column, &value),
		     width > strlen(INDENT) ? width - strlen(INDENT) : 1, INDENT);
	puts(lines);
	free(lines);
}

/*
 * Prints some rows from @first on: up to PIECE, or one if a text is below it. Returns
 * the index of the next row.
 */
static size_t print_piece(const struct layout *layout, const struct rows *rows,
			  size_t first)
{
	size_t end = first + (layout->below ? 1 : PIECE);
	struct libscols_table *table;
	struct row row;

	table = new_table(layout, layout->output.noheadings || first);
	for (; first < rows->count && first < end; first++) {
		row = rows->at(rows, first);
		table_add_row(table, layout, &row);
	}
	table_print(table);
	if (layout->below && rows->count)
		print_below(layout, &row);
	return first;
}

void table_print_rows(const struct output *output, const struct rows *rows)
{
	struct layout layout = layout_of(output, rows);
	size_t next = 0;

	do
		next = print_piece(&layout, rows, next);
	while (next < rows->count);
	layout_free(&layout);
}

bool output_has_short_ids(const struct output *output)
{
	return !output->full_ids && output->format != FORMAT_JSON;
}

void output_prepare(const struct output *output, struct model *model)
{
	bool short_ids = output_has_short_ids(output);

	/* Only groups show which objects are shared, and so have colors. */
	for (size_t i = 0; output->color && i < output->columns.count; i++)
		need_memory(model_group_all(model,
					    output->columns.columns[i].numbers));
	selection_prepare(&output->columns, short_ids, model);
	selection_prepare(&output->sort, true, model);
	selection_prepare(row_filter_columns(output->filter), short_ids, model);
}
