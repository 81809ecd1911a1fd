/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Output: rows with columns, as a table or as JSON, and text for a terminal.
 * Here and in command/, lack of memory ends the program.
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
	FORMAT_SVG,	/* for graphs; FORMAT_TABLE prints them as DOT */
	FORMAT_HTML,
};

/*
 * Columns. Each kind of row has a table of columns. Headings, JSON keys, JSON
 * types and the output of --list-columns come from this table.
 */

/* Size of the longest text of a column, except PIDS. */
#define VALUE_SIZE	1024

enum value_type {
	VALUE_NONE,	/* no object, unknown, or nothing to report */
	VALUE_UNKNOWN,	/* an object, or none; null in JSON, and "?" elsewhere */
	VALUE_NUMBER,
	VALUE_TEXT,
	VALUE_PIDS,
	VALUE_WORDS,	/* @text, a list; an array in JSON */
};

struct value {
	enum value_type type;
	int64_t number;
	char text[VALUE_SIZE];
	/* VALUE_WORDS: how many of the words in @text are in the list, and what separates them */
	unsigned int word_count;
	char separator;
	int *pids;		/* freed by the caller; 0 is an unknown pid */
	unsigned int pid_count;
	bool ranges;		/* print 12-15 instead of 12,13,14,15, as taskset(1) does */
	unsigned int color;	/* equal objects have equal numbers; 0: none */
};

/* The subject of a row: a task, and the object that the columns describe. */
struct row {
	const struct model *model;
	unsigned int task;
	const void *of;		/* its type depends on the table of columns */
};

/* A cell to fill. */
struct cell {
	const struct row *row;
	const struct column *column;
	bool full_ids;		/* ids as 16 hex digits, not "mm#3" */
	bool names_as_bytes;	/* leave the escaping of names to the caller */
	bool brief;		/* "all" instead of a list of all resources */
	bool color;		/* set the colors of ids */
};

enum fit {
	FIT_WHOLE,	/* shown completely, or not at all */
	FIT_CUT,	/* its texts are cut */
	FIT_BELOW,	/* the last column: its texts go below their rows */
};

struct column {
	const char *name;
	enum value_type type;	/* type of its values, which can also be VALUE_NONE */
	bool prose;		/* VALUE_NONE is blank in a table, not "-" */
	bool wide;		/* its numbers can exceed 2^53: digits in a string in JSON */
	enum fit fit;		/* what happens on a terminal that is too narrow */
	size_t least;		/* width to which it can be cut; 0: that of its name */
	const char *help;
	/* Sets @value, initially VALUE_NONE, if the cell has a value. */
	void (*fill)(const struct cell *cell, struct value *value);
	enum taskmap_resource resource;	/* of the columns of resources */
	size_t offset;		/* of a field of row.of */
	bool of_record;		/* the field is in the record of the row's task instead */
	uint32_t numbers;	/* resources whose short ids it shows */
	uint32_t groups;	/* resources whose holders it needs */
	bool descending;	/* sort the highest values first */
};

/* A table of columns. */
struct columns {
	const char *defaults;	/* in the form of --output */
	size_t own_count;
	const struct column *own;	/* NULL: make() returns them */
	struct column (*make)(size_t index);	/* 0 to own_count - 1 */
	const struct columns *more;	/* a table whose columns follow; or NULL */
};

#define COLUMN_NUMBER(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_NUMBER, .fill = fill_, .help = help_ }
#define COLUMN_PIDS(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_PIDS, .fill = fill_, .help = help_, .fit = FIT_CUT }
#define COLUMN_WORDS(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_WORDS, .fill = fill_, .help = help_, .fit = FIT_CUT }
#define COLUMN_TEXT(name_, fill_, help_, ...) \
	{ .name = name_, .type = VALUE_TEXT, .fill = fill_, .help = help_, __VA_ARGS__ }
/*
 * A number: a field of row.of, which is a @struct_, or of the record of its
 * task.
 */
#define COLUMN_FIELD(name_, fill_, struct_, field_, help_, ...)		\
	{								\
		.name = name_,						\
		.type = VALUE_NUMBER,					\
		.fill = fill_,						\
		.help = help_,						\
		.offset = offsetof(struct struct_, field_),		\
		__VA_ARGS__						\
	}
#define COLUMN_RECORD(name, fill, field, help, ...)			\
	COLUMN_FIELD(name, fill, taskmap_record, field, help, .of_record = true, \
		     __VA_ARGS__)

/* The number of columns; column_at() accepts lower indices. */
size_t column_count(const struct columns *columns);
struct column column_at(const struct columns *columns, size_t index);

/*
 * The key of the column in JSON: its name in lower case. The caller frees it.
 */
char *column_key(const struct column *column);

const char *column_type_name(const struct column *column);
bool column_is_default(const struct columns *columns, const char *name);

/* Sets @value to the value of @cell. The caller frees value->pids. */
void cell_fill(const struct cell *cell, struct value *value);

/* For fill functions: */
void value_set_number(struct value *value, int64_t number);

/*
 * Sets a text that is shorter than VALUE_SIZE and needs no escaping. "" means
 * no value.
 */
void value_set_text(struct value *value, const char *text);

/*
 * Sets a list of words, which is shorter than VALUE_SIZE: @text, separated by
 * @separator. The word "?" stands for unknown words.
 */
void value_set_words(struct value *value, const char *text, char separator);

/* Sets the list of clone(2) flags. */
void value_set_clone_flags(struct value *value, uint64_t flags);

/* Sets an id as 16 hex digits. 0 means no value. */
void value_set_id(struct value *value, uint64_t id);

/*
 * Sets the id of the object that the row's task holds, short or not, as @cell
 * says.
 */
void value_set_object(struct value *value, const struct cell *cell,
		      enum taskmap_resource resource);

/*
 * Sets the pids of @record from the initial pid namespace to its own, unless they are
 * unknown.
 */
void value_set_ns_pids(struct value *value,
		       const struct taskmap_record *record);

/* Fill functions for numbers at the column's offset, by type. */
void fill_s32(const struct cell *cell, struct value *value);
void fill_u32(const struct cell *cell, struct value *value);
void fill_u64(const struct cell *cell, struct value *value);

/* Like fill_u32(), but 0 means unknown. */
void fill_known(const struct cell *cell, struct value *value);

/* Width of a name without escapes */
#define COMM_WIDTH	(TASKMAP_COMM_LEN - 1)

/* Fill function for the name of the row's task. */
void fill_comm(const struct cell *cell, struct value *value);

/* The columns to show, in this order. */
struct selection {
	const struct columns *of;
	struct column *columns;
	size_t count;
};

/*
 * Appends the column that the first @length bytes of @name name, in any case. Returns
 * false if there is none.
 */
bool selection_add(struct selection *selection, const char *name, size_t length);

void selection_defaults(struct selection *selection);
void selection_all(struct selection *selection);

/**
 * selection_parse() - select columns
 * @selection: the selection, whose @of is set
 * @list: names separated by commas, in any case; a "+" before them adds them to the
 *	default columns, and "ALL" means all columns
 * @length: set to the length of the rejected name
 *
 * Return: NULL, or the first name in @list that is not a column.
 */
const char *selection_parse(struct selection *selection, const char *list,
			    size_t *length);

/*
 * Prepares @model for the cells: the groups and, if @short_ids is set, the
 * numbers that they need.
 */
void selection_prepare(const struct selection *selection, bool short_ids,
		       struct model *model);

void selection_free(struct selection *selection);

/* Rows */

/* How to print rows. */
struct output {
	enum format format;
	bool noheadings;
	bool full_ids;
	bool color;		/* equal ids have equal colors */
	bool lines;		/* JSON: one document per line, not one for all */
	struct selection columns;
	struct selection sort;	/* the columns to sort rows by */
	struct row_filter *filter;	/* NULL: all rows are printed */
};

/**
 * row_filter_new() - parse the expression of --filter
 * @columns: the table of columns that it can name
 * @expression: the expression
 * @unknown: set to a name in @expression that is not a column, or to NULL
 * @reason: set to what else is wrong, also if the library is too old, or to NULL
 *
 * Return: the filter; NULL with @unknown or @reason, which the caller frees.
 */
struct row_filter *row_filter_new(const struct columns *columns,
				  const char *expression, char **unknown,
				  char **reason);
void row_filter_free(struct row_filter *filter);

/* The columns that @filter names, for selection_prepare(); empty for NULL. */
const struct selection *row_filter_columns(const struct row_filter *filter);

/* The rows to print. */
struct rows {
	size_t count;
	struct row (*at)(const struct rows *rows, size_t index);
	/* Columns before the row's first cell in a tree; NULL: none */
	size_t (*indent)(const struct rows *rows, size_t index);
	struct model *model;
	const void *of;		/* for at() */
};

/* The indices of the rows that output->filter selects, in the order of output->sort. */
struct order {
	const struct rows *rows;
	size_t *indices;
	size_t count;
};

/* The caller calls order_free(). Rows without a value to sort by come last. */
void order_make(struct order *order, const struct output *output,
		const struct rows *rows);
void order_free(struct order *order);

/**
 * rows_print() - print rows as JSON or as a table
 * @output: the format and the columns
 * @key: name of the array of rows in JSON
 * @headers: headers of the snapshots that the rows come from
 * @header_count: number of these headers
 * @rows: the rows, whose model selection_prepare() has prepared
 *
 * The memory that this needs for a row is an index and, to sort them, its keys.
 */
void rows_print(const struct output *output, const char *key,
		const struct taskmap_header *headers, size_t header_count,
		const struct rows *rows);

/* Whether the output contains short ids. */
bool output_has_short_ids(const struct output *output);

/* Prepares @model for the cells of @output. */
void output_prepare(const struct output *output, struct model *model);

/*
 * Tables, printed by libsmartcols. Only functions that releases 2.36 to 2.42
 * all have are used.
 */
#define TABLE_RIGHT	SCOLS_FL_RIGHT
#define TABLE_TREE	SCOLS_FL_TREE

void table_print_rows(const struct output *output, const struct rows *rows);

/*
 * What is shown of an output. On a terminal that is too narrow, texts are cut and the
 * last columns left out: lines do not wrap, and no id or number is cut.
 */
struct layout {
	struct output output;	/* with the columns that fit */
	size_t *widths;		/* of these columns; NULL: as wide as their cells */
	bool cut;		/* cells can be wider than that */
	const struct column *below;	/* the column below the rows; or NULL */
};

/* Call layout_free() after use. */
struct layout layout_of(const struct output *output, const struct rows *rows);
void layout_free(struct layout *layout);

/*
 * Create a table with the columns of @layout, and add a row. For trees, which
 * must be in memory completely.
 */
struct libscols_table *table_of_rows(const struct layout *layout);
struct libscols_line *table_add_row(struct libscols_table *table,
				    const struct layout *layout,
				    const struct row *row);

/* For tables that do not consist of rows: */
struct libscols_table *table_new(enum format format, bool noheadings);
void table_add_column(struct libscols_table *table, const char *name,
		      int flags);

/* Adds a column for text: lines do not end with blanks. */
void table_add_text_column(struct libscols_table *table);
struct libscols_line *table_add_line(struct libscols_table *table);

/* Adds @child as the last child of @parent. */
void table_add_child(struct libscols_line *parent, struct libscols_line *child);

void table_set(struct libscols_line *line, size_t column, const char *text);

/* Colors a cell. Equal numbers have equal colors, consecutive ones do not. */
void table_color(struct libscols_line *line, size_t column,
		 unsigned int number);

/*
 * Adds a row of @count cells, which can have several lines separated by newlines.
 * Changes @cells.
 */
void table_add_lines(struct libscols_table *table, const char **cells,
		     size_t count);

/* Prints @table to standard output and frees it. */
void table_print(struct libscols_table *table);

/*
 * The version of the JSON that taskmap prints. It changes when a program that reads
 * the old one could misunderstand the new one; not when only keys are added.
 */
#define JSON_VERSION	1

/*
 * JSON, by json-c. The output is one object. Its members are printed one by
 * one, each on its own line, as are the rows of the last member. With @lines, it is
 * an object per line instead: the headers first, then the rows.
 */
struct json {
	bool lines;	/* set by the caller */
	const char *separator;
	const char *end;
};

/* Prints the headers of @count snapshots: an array if there are several. */
void json_begin(struct json *json, const struct taskmap_header *headers,
		size_t count);

/* Functions that take a value take over its reference. NULL is null. */
void json_member(struct json *json, const char *key,
		 struct json_object *value);
void json_begin_rows(struct json *json, const char *key);

/* Prints "json_version", with which every output begins, after a brace. */
void json_print_version(FILE *out);
void json_row(struct json *json, struct json_object *row);
void json_end(struct json *json);

void json_print_rows(const struct output *output, const char *key,
		     const struct taskmap_header *headers, size_t header_count,
		     const struct rows *rows);

/* Construction of values: */
struct json_object *json_new_object(void);
struct json_object *json_new_array(void);
struct json_object *json_text(const char *text);	/* NULL is null */
struct json_object *json_number(int64_t number);
struct json_object *json_real(double number, const char *digits);
void json_add(struct json_object *object, const char *key,
	      struct json_object *value);
void json_add_text(struct json_object *object, const char *key,
		   const char *text);
void json_add_number(struct json_object *object, const char *key,
		     int64_t number);

/*
 * Adds a number that can exceed 2^53 as a string of decimal digits, because many
 * programs read JSON numbers as doubles, and would round it.
 */
void json_add_wide(struct json_object *object, const char *key,
		   uint64_t number);
void json_add_bool(struct json_object *object, const char *key, bool truth);
void json_append(struct json_object *array, struct json_object *value);

/*
 * An array of the keys of the resources in @set or, if @flags is set, of their
 * clone(2) flags.
 */
struct json_object *json_resources(uint32_t set, bool flags);

/* Adds "birth_pid" and "birth_flags", as the columns of these names show them. */
void json_add_call(struct json_object *object, int pid, uint64_t flags);

/* Adds "birth", which is null if the birth is not recorded. */
void json_add_birth(struct json_object *object, const struct birth *birth);

/* A row as json_print_rows() prints it. */
struct json_object *json_of_row(const struct selection *columns,
				const struct row *row);

/* The description of a snapshot. */
struct json_object *json_header(const struct taskmap_header *header);

/*
 * @object as one line of @length bytes, valid until @object is freed or
 * changed.
 */
const char *json_line(struct json_object *object, size_t *length);

/*
 * Text
 *
 * A task's name can be any bytes except NUL. Valid, printable UTF-8 is kept.
 * Backslashes, control characters (C0, DEL, C1), line and paragraph separators,
 * characters that reorder bidirectional text or show nothing, combining marks
 * without a character before them, and bytes that are not UTF-8 become \ooo, three
 * octal digits for each byte. So a name never breaks a line, a terminal or JSON,
 * does not look like another one without these characters, and can be decoded
 * without loss.
 */

/* Maximum size of @length bytes after escaping, including the NUL. */
#define ESCAPED_SIZE(length)	(4 * (length) + 1)

/*
 * Escapes @name into @out, which has ESCAPED_SIZE(strlen(name)) bytes. Returns
 * @out.
 */
char *escape(const char *name, char *out);

/* Like escape(), but in allocated memory. */
char *escaped(const char *name);

/*
 * Faster than snprintf() with "%" PRId64 or "%016" PRIx64: each task has
 * several numbers. They return the end of the number, which is a NUL.
 */
#define NUMBER_SIZE	sizeof("-9223372036854775808")
#define ID_DIGITS	16
char *put_number(char *out, int64_t number);
char *put_id(char *out, uint64_t id);

/*
 * The pids that value_set_ns_pids() sets: for example "310,2,1", with ? for an unknown
 * pid. NULL if there are none; otherwise the caller frees the string.
 */
char *ns_pids_text(const struct taskmap_record *record);

/*
 * The names of the clone(2) flags in @flags, separated by @separator; flags
 * without a name in hex; "0" if there are none. The caller frees the string.
 */
char *clone_flags(uint64_t flags, const char *separator);

/*
 * The name of the clone(2) flag with this bit number, 0 to 63; NULL if it has
 * none.
 */
const char *clone_flag(unsigned int bit);

/*
 * Returns @list followed by @separator, unless @list is empty, and @word. Frees
 * both strings.
 */
char *joined(char *list, const char *separator, char *word);

/**
 * resource_words() - list resources in words
 * @set: the resources; those without this word are skipped
 * @separator: text between two words
 * @word: offset of the word in struct resource, such as RESOURCE_NAME
 *
 * Return: the list, "" if it is empty; the caller frees it.
 */
char *resource_words(uint32_t set, const char *separator, size_t word);
#define RESOURCE_NAME	offsetof(struct resource, name)
#define RESOURCE_KEY	offsetof(struct resource, key)
#define RESOURCE_NOUN	offsetof(struct resource, noun)
#define RESOURCE_FLAG	offsetof(struct resource, flag)

/**
 * id_words() - list the user and group ids in which two tasks differ
 * @own: the task to describe
 * @other: the task that it is compared with
 * @than: the word before an id of @other
 * @separator: what stands between two lists of equal ids
 *
 * Ids with the same values are listed together. An effective id is left out if both
 * tasks have the real one, and an fsuid if both have the effective one.
 *
 * Return: for example "uid/gid 1000, not 0; euid 5, not 0" for "not" and "; ", or "" if
 * the recorded ids are the same. The caller frees it.
 */
char *id_words(const struct taskmap_record *own,
	       const struct taskmap_record *other, const char *than,
	       const char *separator);

/**
 * wrap() - break a text into lines
 * @text: the text; bytes that the locale cannot decode are allowed
 * @width: maximum width of a line, unless a word is longer
 * @indent: written before each line, and not part of @width
 *
 * Lines are broken at blanks, which are removed there, and after a "|" in a word
 * that is wider than a line, such as a list of flags.
 *
 * Return: the lines, separated by newlines; the caller frees them.
 */
char *wrap(const char *text, size_t width, const char *indent);

/* Width of a line if the terminal does not report one, in columns */
#define USUAL_WIDTH	80

/* The width of the terminal on standard output, in columns; 0 if it is not one. */
size_t width_of_terminal(void);

/* Whether standard output is a terminal that shows colors, and NO_COLOR is not set. */
bool terminal_has_colors(void);

/* The width of the first @length bytes of @text, in columns of a terminal. */
size_t text_width(const char *text, size_t length);

/*
 * Returns @text or, if it is wider than @width, its beginning and a mark that it is
 * cut. The caller frees it.
 */
char *cut_text(const char *text, size_t width);

#endif /* TASKMAP_OUTPUT_H */
