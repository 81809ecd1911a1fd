/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What the views want of libsmartcols. Only what releases 2.36 to 2.42 have in
 * common is used. Whatever fails ends the program: it is lack of memory.
 */
#ifndef TASKMAP_TABLE_H
#define TASKMAP_TABLE_H

#include <stdbool.h>

#include <libsmartcols.h>

#include "options.h"

#define TABLE_RIGHT	SCOLS_FL_RIGHT
#define TABLE_TREE	SCOLS_FL_TREE

/* A table of the columns and in the format that @options tell. */
struct libscols_table *table_of_rows(const struct options *options);
struct libscols_line *table_add_row(struct libscols_table *table,
				    const struct options *options,
				    const struct row *row);

/* The parts of which tables of anything else are made. */
struct libscols_table *table_new(enum format format, bool noheadings);
void table_add_column(struct libscols_table *table, const char *name,
		      int flags);

/* One for text: no blanks follow the last text of a line. */
void table_add_text_column(struct libscols_table *table);
struct libscols_line *table_add_line(struct libscols_table *table);

/* Hangs @child below @parent, behind those that hang there already. */
void table_add_child(struct libscols_line *parent, struct libscols_line *child);

void table_set(struct libscols_line *line, size_t column, const char *text);

/* Prints to standard output, and frees @table. */
void table_print(struct libscols_table *table);

#endif /* TASKMAP_TABLE_H */
