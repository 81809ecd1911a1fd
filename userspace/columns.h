/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Columns: what a row of an output can tell. There is a table of them for each
 * kind of rows: tasks, objects, changes,
 * findings. Headings, JSON keys and types, the
 * list of columns and --help are all made from it.
 */
#ifndef TASKMAP_COLUMNS_H
#define TASKMAP_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "notes.h"

enum value_type {
	VALUE_NONE,	/* no object, not known, nothing to say */
	VALUE_NUMBER,
	VALUE_TEXT,
	VALUE_PIDS,
};

struct value {
	enum value_type type;
	int64_t number;
	char text[NOTES_SIZE];
	int *pids;
	unsigned int pid_count;
};

struct style {
	bool full_ids;		/* ids as 16 hex digits, not "mm#3" */
	bool names_as_bytes;	/* not escaped: whoever prints them will do that */
};

struct object;
struct change;
struct finding;

/* What a row is about: a task, and what the table of columns is for. */
struct row {
	struct model *model;
	unsigned int task;
	const struct object *object;	/* for object_columns: whose first holder it is */
	const struct change *change;	/* for change_columns: what became of it */
	const struct finding *finding;	/* for finding_columns: what is odd about it */
};

struct column {
	const char *name;
	enum value_type type;	/* of its values that are not VALUE_NONE */
	bool prose;		/* nothing to say is blank in a table, not "-" */
	const char *help;
	void (*fill)(const struct row *row, const struct column *column,
		     const struct style *style, struct value *value);
	enum taskmap_resource resource;	/* for the columns of resources */
};

/* A table of columns. */
struct columns {
	const char *defaults;	/* as --output has them */
	size_t own_count;
	struct column (*own)(size_t index);	/* 0 to own_count - 1 */
	const struct columns *more;	/* another, whose columns follow; or NULL */
};

extern const struct columns task_columns, object_columns, change_columns,
			    finding_columns;

/* What changes of tasks are looked for in; the defaults are what seldom does. */
extern const struct columns compared_columns;

/* How many columns there are; column_at() is for 0 to this less one. */
size_t column_count(const struct columns *columns);
struct column column_at(const struct columns *columns, size_t index);

/* The name as the key of JSON objects: in lower case, to be freed. */
char *column_key(const struct column *column);

const char *column_type_name(const struct column *column);
bool column_is_default(const struct columns *columns, const char *name);

/* The value of @column for @row, to be cleared. */
void column_fill(const struct column *column, const struct row *row,
		 const struct style *style, struct value *value);
void value_clear(struct value *value);

/* The columns to show, in this order. */
struct selection {
	const struct columns *of;
	struct column *columns;
	size_t count;
};

void selection_defaults(struct selection *selection);
void selection_all(struct selection *selection);

/*
 * Selects the columns that are named in @list, separated by commas, in any
 * case; "+" before it adds them to the defaults. Returns NULL, or the part of
 * @list that names no column, with its length in @length.
 */
const char *selection_parse(struct selection *selection, const char *list,
			    size_t *length);

void selection_free(struct selection *selection);

#endif /* TASKMAP_COLUMNS_H */
