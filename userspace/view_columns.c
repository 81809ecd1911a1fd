// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * --list-columns: what columns there are.
 */
#include "columns.h"
#include "json.h"
#include "options.h"
#include "table.h"

static void add_line(struct libscols_table *table,
		     const struct columns *columns, const struct column *column)
{
	struct libscols_line *line = table_add_line(table);

	table_set(line, 0, column->name);
	table_set(line, 1, column_type_name(column));
	table_set(line, 2, column_is_default(columns, column->name) ? "yes" : "no");
	table_set(line, 3, column->help);
}

static void print_table(const struct options *options)
{
	const struct columns *columns = options->selection.of;
	struct libscols_table *table;

	table = table_new(options->format, options->noheadings);
	table_add_column(table, "COLUMN", 0);
	table_add_column(table, "TYPE", 0);
	table_add_column(table, "DEFAULT", 0);
	table_add_column(table, "DESCRIPTION", 0);
	for (size_t i = 0; i < column_count(columns); i++) {
		const struct column column = column_at(columns, i);

		add_line(table, columns, &column);
	}
	table_print(table);
}

int list_columns(const struct options *options)
{
	if (options->format == FORMAT_JSON)
		json_columns(options->selection.of);
	else
		print_table(options);
	return STATUS_DONE;
}
