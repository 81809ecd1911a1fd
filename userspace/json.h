/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * JSON on standard output, made by json-c.
 */
#ifndef TASKMAP_JSON_H
#define TASKMAP_JSON_H

#include <stdbool.h>

#include "columns.h"
#include "compare.h"
#include "explain.h"
#include "uapi/taskmap.h"
#include "verify.h"

struct json_object;

/*
 * A member of the object that all rows are printed of. Holds its value, which the
 * object lets go of where a column was selected twice.
 */
struct json_member {
	char *key;
	struct json_object *value;	/* NULL is null */
};

/*
 * An output of rows, from json_begin() to json_end(). One row at a time: json-c
 * would keep a tree of all of them, which is a gigabyte where there are a
 * million tasks, before it printed the first. And all of one object, whose
 * members change: to make one for each row takes longer than to print it.
 */
struct json_rows {
	const struct selection *selection;
	struct json_object *object;
	struct json_member *members;	/* one for each selected column */
	const char *separator;
};

/*
 * Begins with the @headers of the snapshots: an object, or an array of them if
 * there is more than one. @name is the key of the rows.
 */
void json_begin(struct json_rows *json, const char *name,
		const struct selection *selection,
		const struct taskmap_header *headers, size_t count);
void json_add_row(struct json_rows *json, const struct row *row);
void json_end(struct json_rows *json);

/* What is told of a snapshot; to be put. */
struct json_object *json_header(const struct taskmap_header *header);

/* What verify found, with or without the help of kcmp(2). */
void json_verification(const struct verification *result, bool kcmp);

/* Explanations, one at a time. */
void json_explain_begin(const struct taskmap_header *header);
void json_explain_add(const struct explanation *explanation, bool first);
void json_explain_end(void);

/* All of a comparison. */
void json_comparison(const struct taskmap_header *header,
		     const struct comparison *comparison);

/* What columns there are. */
void json_columns(const struct columns *columns);

#endif /* TASKMAP_JSON_H */
