/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one table of columns. Lists, headings, JSON keys and types, the list of
 * columns and --help are all made from it. Each resource gives two more
 * columns, its id and its refs, made from the table of resources.
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
};

struct value {
	enum value_type type;
	int64_t number;
	char text[NOTES_SIZE];
};

struct style {
	bool full_ids;		/* ids as 16 hex digits, not "mm#3" */
	bool names_as_bytes;	/* not escaped: whoever prints them will do that */
};

struct column {
	const char *name;
	enum value_type type;	/* of its values that are not VALUE_NONE */
	bool prose;		/* nothing to say is blank in a table, not "-" */
	const char *help;
	void (*fill)(struct model *model, unsigned int task,
		     const struct column *column, const struct style *style,
		     struct value *value);
	enum taskmap_resource resource;	/* for the columns of resources */
};

/* How many columns there are; column_at() is for 0 to this less one. */
size_t column_count(void);
struct column column_at(size_t index);

/* The name as the key of JSON objects: in lower case, to be freed. */
char *column_key(const struct column *column);

const char *column_type_name(const struct column *column);
bool column_is_default(const char *name);

/* The value of @column for @task. */
void column_fill(const struct column *column, struct model *model,
		 unsigned int task, const struct style *style,
		 struct value *value);

/* The columns to show, in this order. */
struct selection {
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
