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

/* What is printed line by line. */
struct rows {
	size_t count;
	/* Fills @row with one of them, or returns false if it is not shown. */
	bool (*at)(const struct rows *rows, size_t index, struct row *row);
	struct model *model;
	const void *of;		/* what else at() needs */
};

/*
 * Prints the columns and in the format that @options tell, in memory that does
 * not depend on how many rows there are.
 */
void table_print_rows(const struct options *options, const struct rows *rows);

/* A table of these columns, and a row of it: for a tree, which must be whole. */
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
