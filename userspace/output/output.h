/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * How things are shown: columns of rows, as a table or as JSON, and text that
 * may go to a terminal. Here and in command/ lack of memory ends the program.
 */
#ifndef TASKMAP_OUTPUT_H
#define TASKMAP_OUTPUT_H

#include <json-c/json.h>
#include <libsmartcols.h>

#include "core/model.h"

enum format {
	FORMAT_TABLE,
	FORMAT_TREE,
	FORMAT_RAW,
	FORMAT_PAIRS,
	FORMAT_JSON,
	FORMAT_SVG,	/* of a graph, which is DOT if none is named */
	FORMAT_HTML,
};

/*
 * Columns: what a row of an output can tell. There is a table of them for each
 * kind of rows. Headings, JSON keys and types, the list of columns and --help
 * are all made from it.
 */

/* Room for the longest text of a column but PIDs. */
#define VALUE_SIZE	1024

enum value_type {
	VALUE_NONE,	/* no object, not known, nothing to say */
	VALUE_NUMBER,
	VALUE_TEXT,
	VALUE_PIDS,
};

struct value {
	enum value_type type;
	int64_t number;
	char text[VALUE_SIZE];
	int *pids;		/* to be freed */
	unsigned int pid_count;
	bool ranges;		/* text has 12-15 for 12,13,14,15, as taskset(1) */
};

/* What a row is about: a task, and what the table of columns is for. */
struct row {
	const struct model *model;
	unsigned int task;
	const void *of;		/* of the type that those columns know */
};

/* What a column is asked for. */
struct cell {
	const struct row *row;
	const struct column *column;
	bool full_ids;		/* ids as 16 hex digits, not "mm#3" */
	bool names_as_bytes;	/* not escaped: whoever prints them will do that */
};

struct column {
	const char *name;
	enum value_type type;	/* of its values that are not VALUE_NONE */
	bool prose;		/* nothing to say is blank in a table, not "-" */
	const char *help;
	/* Sets @value, which is VALUE_NONE, if there is one. */
	void (*fill)(const struct cell *cell, struct value *value);
	enum taskmap_resource resource;	/* for the columns of resources */
	size_t offset;		/* for those of a field of what the row is of */
	bool of_record;		/* or, instead, of the record of its task */
	uint32_t numbers;	/* resources whose short ids it shows */
	uint32_t groups;	/* resources of which it asks who holds them, too */
};

/* A table of columns. */
struct columns {
	const char *defaults;	/* as --output has them */
	size_t own_count;
	const struct column *own;	/* if it is not NULL; or else they are made */
	struct column (*make)(size_t index);	/* 0 to own_count - 1 */
	const struct columns *more;	/* another, whose columns follow; or NULL */
};

#define COLUMN_NUMBER(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_NUMBER, .fill = fill_, .help = help_ }
#define COLUMN_PIDS(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_PIDS, .fill = fill_, .help = help_ }
#define COLUMN_TEXT(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_TEXT, .fill = fill_, .help = help_ }
/* A number in what the row is of, a @struct_; or in the record of its task. */
#define COLUMN_FIELD(name_, fill_, struct_, field_, help_, ...)		\
	{								\
		.name = name_,						\
		.type = VALUE_NUMBER,					\
		.fill = fill_,						\
		.help = help_,						\
		.offset = offsetof(struct struct_, field_),		\
		__VA_ARGS__						\
	}
#define COLUMN_RECORD(name, fill, field, help)				\
	COLUMN_FIELD(name, fill, taskmap_record, field, help, .of_record = true)

/* How many columns there are; column_at() is for 0 to this less one. */
size_t column_count(const struct columns *columns);
struct column column_at(const struct columns *columns, size_t index);

/* The name as the key of JSON objects: in lower case, to be freed. */
char *column_key(const struct column *column);

const char *column_type_name(const struct column *column);
bool column_is_default(const struct columns *columns, const char *name);

/* The value of @cell, whose pids are to be freed. */
void cell_fill(const struct cell *cell, struct value *value);

/* For fill functions. */
void value_set_number(struct value *value, int64_t number);

/* Any text of the reader's own that is known to be short; none if it is "". */
void value_set_text(struct value *value, const char *text);

/* An id in full; 0 is none. */
void value_set_id(struct value *value, uint64_t id);

/* The id of what the row's task holds of @resource, as the cell wants it. */
void value_set_object(struct value *value, const struct cell *cell,
		      enum taskmap_resource resource);

/* Fill functions: numbers at the column's offset, by their types. */
void fill_s32(const struct cell *cell, struct value *value);
void fill_u32(const struct cell *cell, struct value *value);
void fill_u64(const struct cell *cell, struct value *value);

/* As fill_u32(), but 0 is not known. */
void fill_known(const struct cell *cell, struct value *value);

/* The name of the row's task. */
void fill_comm(const struct cell *cell, struct value *value);

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

/* Makes in @model what the cells ask of it; of short ids only if they show any. */
void selection_prepare(const struct selection *selection, bool short_ids,
		       struct model *model);

void selection_free(struct selection *selection);

/* Rows of any kind. */

/* How rows are to be printed. */
struct output {
	enum format format;
	bool noheadings;
	bool full_ids;
	struct selection columns;
};

/* What is printed line by line. */
struct rows {
	size_t count;
	struct row (*at)(const struct rows *rows, size_t index);
	struct model *model;
	const void *of;		/* what else at() needs */
};

/**
 * rows_print() - print rows as JSON or as a table
 * @output: how
 * @key: what JSON calls them
 * @headers: the headers of the snapshots that they are of
 * @header_count: how many these are
 * @rows: the rows, whose model has what the columns ask of it
 *
 * Takes an amount of memory that does not depend on how many rows there are.
 */
void rows_print(const struct output *output, const char *key,
		const struct taskmap_header *headers, size_t header_count,
		const struct rows *rows);

/* Whether short ids are shown. */
bool output_has_short_ids(const struct output *output);

/*
 * Tables, by libsmartcols. Only what releases 2.36 to 2.42 have in common is
 * used.
 */
#define TABLE_RIGHT	SCOLS_FL_RIGHT
#define TABLE_TREE	SCOLS_FL_TREE

void table_print_rows(const struct output *output, const struct rows *rows);

/* A table of these columns, and a row of it: for a tree, which must be whole. */
struct libscols_table *table_of_rows(const struct output *output);
struct libscols_line *table_add_row(struct libscols_table *table,
				    const struct output *output,
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

/*
 * Adds a row of @count cells that can have several lines, which newlines separate.
 * Changes @cells.
 */
void table_add_lines(struct libscols_table *table, const char **cells,
		     size_t count);

/* Prints to standard output, and frees @table. */
void table_print(struct libscols_table *table);

/*
 * JSON, by json-c. An answer is an object whose members are printed as they
 * come, each on a line of its own, and so are the rows of its last one.
 */
struct json {
	const char *separator;
	const char *end;
};

/* Begins with the header of the snapshot, or with those of several, or of none. */
void json_begin(struct json *json, const struct taskmap_header *headers,
		size_t count);

/* All that is handed over as a value is consumed; NULL is null. */
void json_member(struct json *json, const char *key,
		 struct json_object *value);
void json_begin_rows(struct json *json, const char *key);
void json_row(struct json *json, struct json_object *row);
void json_end(struct json *json);

void json_print_rows(const struct output *output, const char *key,
		     const struct taskmap_header *headers, size_t header_count,
		     const struct rows *rows);

/* Of what objects are made. */
struct json_object *json_new_object(void);
struct json_object *json_new_array(void);
struct json_object *json_text(const char *text);	/* NULL is null */
struct json_object *json_number(int64_t number);
void json_add(struct json_object *object, const char *key,
	      struct json_object *value);
void json_add_text(struct json_object *object, const char *key,
		   const char *text);
void json_add_number(struct json_object *object, const char *key,
		     int64_t number);
void json_add_bool(struct json_object *object, const char *key, bool truth);
void json_append(struct json_object *array, struct json_object *value);

/* The names of a set of resources, or the flags of clone(2) that they have. */
struct json_object *json_resources(uint32_t set, bool flags);

/* The names of the flags of clone(2) that have one, and all of them in hex. */
void json_add_clone_flags(struct json_object *object, uint64_t flags);

/* As a member "birth", which is null if it is not known. */
void json_add_birth(struct json_object *object, const struct birth *birth);

/* What json_print_rows() would print of one row, as an object. */
struct json_object *json_of_row(const struct selection *columns,
				const struct row *row);

/* What is said of a snapshot. */
struct json_object *json_header(const struct taskmap_header *header);

/* @object on one line of @length bytes, for as long as it is there. */
const char *json_line(struct json_object *object, size_t *length);

/*
 * Text.
 *
 * A task's name is any bytes but NUL. What is valid, printable UTF-8 stays as
 * it is. Backslashes, control characters (C0, DEL, C1), line and paragraph
 * separators, the controls that reorder bidirectional text, and bytes that are
 * not UTF-8 become \ooo, three octal digits for each byte. So a name never
 * breaks a line, a terminal or JSON, and can be turned back without loss.
 */

/* What @length bytes may need when escaped, with the NUL. */
#define ESCAPED_SIZE(length)	(4 * (length) + 1)

/* Writes @name into @out, of ESCAPED_SIZE(strlen(name)). Returns @out. */
char *escape(const char *name, char *out);

/* The same in memory to be freed. */
char *escaped(const char *name);

/*
 * What snprintf() does with "%" PRId64 and with "%016" PRIx64, of which there are
 * several for each task. They return where the number ends, at a NUL.
 */
#define NUMBER_SIZE	sizeof("-9223372036854775808")
#define ID_DIGITS	16
char *put_number(char *out, int64_t number);
char *put_id(char *out, uint64_t id);

/*
 * The names of the flags of clone(2) in @flags, with @separator between them, and
 * what has no name in hex; "0" for none. To be freed.
 */
char *clone_flags(uint64_t flags, const char *separator);

/* The name of the flag that is this bit, 0 to 63; NULL if it has none. */
const char *clone_flag(unsigned int bit);

/* @list, @separator unless that is empty, and @word: takes over both strings. */
char *joined(char *list, const char *separator, char *word);

/**
 * resource_words() - a list in words
 * @set: resources; those without a word are passed over
 * @separator: what stands between two words
 * @word: where in struct resource the word is, RESOURCE_NAME and so on
 *
 * Return: the words, "" if there are none; to be freed.
 */
char *resource_words(uint32_t set, const char *separator, size_t word);
#define RESOURCE_NAME	offsetof(struct resource, name)
#define RESOURCE_NOUN	offsetof(struct resource, noun)
#define RESOURCE_FLAG	offsetof(struct resource, flag)

/**
 * id_words() - in which user and group ids two tasks differ
 * @own: the task that it is about
 * @other: the task that it is compared with
 * @than: what stands before an id of @other
 *
 * Several that differ alike are told together. An effective id is not told if both
 * tasks have the real one, nor an fsuid if both have the effective one.
 *
 * Return: "uid/gid 1000, not 0; euid 5, not 0" if @than is "not", "" if the recorded
 * ids are the same; to be freed.
 */
char *id_words(const struct taskmap_record *own,
	       const struct taskmap_record *other, const char *than);

/**
 * wrap() - break a text into lines
 * @text: the text, in the encoding of the locale or not
 * @width: the columns of a terminal that a line may take, if no word is longer
 * @indent: what each line begins with, which is not counted in @width
 *
 * Lines are broken at blanks, which go, and where a word is wider than a line
 * behind each "|" in it, as of flags.
 *
 * Return: the lines, with a newline between them, to be freed.
 */
char *wrap(const char *text, size_t width, const char *indent);

/* The columns of a line of a terminal that does not tell its width. */
#define USUAL_WIDTH	80

/* The columns of the terminal that is standard output, 0 if that is none. */
size_t width_of_terminal(void);

/* The columns that the first @length bytes of @text take in a table. */
size_t text_width(const char *text, size_t length);

#endif /* TASKMAP_OUTPUT_H */
