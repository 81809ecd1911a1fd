// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap sql: ask a database of snapshots.
 *
 * The query may come from anywhere: it can only read, and only this database.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "command/sql.h"

/* Rows in memory of output whose columns are not aligned. */
#define PIECE	4096

/* The largest number that a double holds exactly, as all below it. */
#define DOUBLE_EXACT	9007199254740991LL

/* Lets a query read the tables and ask for their columns. */
static int allow(void *data, int action, const char *first, const char *second,
		 const char *database, const char *trigger)
{
	(void)data;
	(void)second;
	(void)database;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	/* Functions such as json_each() ask for this. No statement can do it. */
	case SQLITE_UPDATE:
		return strcmp(first, "sqlite_master") ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_PRAGMA:
		return strcasecmp(first, "table_info") ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

/* Complains about the query: @reason, or else the library's. Returns STATUS_USAGE. */
static int bad_query(const struct store *store, const char *reason)
{
	bool denied = sqlite3_errcode(store->db) == SQLITE_AUTH;
	char *shown = escaped(reason ? reason : denied ? "it can only read the database" :
			      sqlite3_errmsg(store->db));

	need_memory(sqlite3_errcode(store->db) == SQLITE_NOMEM);
	complain("query: %s", shown);
	free(shown);
	return STATUS_USAGE;
}

/* Whether @sql has more than comments. */
static bool has_statement(const struct store *store, const char *sql)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

	sqlite3_finalize(statement);
	return code || statement;
}

/* Returns the second column of a name, in JSON a key; or -1. */
static int repeated_name(sqlite3_stmt *query)
{
	int count = sqlite3_column_count(query);

	for (int i = 0; i < count; i++) {
		const char *name = sqlite3_column_name(query, i);

		need_memory(!name);
		for (int j = 0; j < i; j++) {
			if (!strcmp(name, sqlite3_column_name(query, j)))
				return i;
		}
	}
	return -1;
}

/* Sets @query, which the caller finalizes. Returns STATUS_DONE or STATUS_USAGE. */
static int prepare(const struct store *store, const struct options *options,
		   sqlite3_stmt **query)
{
	enum format format = options->output.format;
	const char *rest;
	int repeated;

	sqlite3_set_authorizer(store->db, allow, NULL);
	if (sqlite3_prepare_v2(store->db, options->args[0], -1, query, &rest))
		return bad_query(store, NULL);
	if (!*query)
		return bad_query(store, "it is empty");
	if (has_statement(store, rest))
		return bad_query(store, "it must be one statement");
	/* allow() is not asked about everything: VACUUM is one of the exceptions. */
	if (!sqlite3_stmt_readonly(*query))
		return bad_query(store, "it can only read the database");
	repeated = format == FORMAT_JSON || format == FORMAT_PAIRS ?
		   repeated_name(*query) : -1;
	if (repeated >= 0) {
		char *reason = xasprintf("two columns are named '%s': use AS",
					 sqlite3_column_name(*query, repeated));

		bad_query(store, reason);
		free(reason);
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

/* Whether the query is sound, before the snapshots are read. */
static int check_query(const struct store *store, const struct options *options)
{
	sqlite3_stmt *query = NULL;
	int status = prepare(store, options, &query);

	sqlite3_finalize(query);
	sqlite3_set_authorizer(store->db, NULL, NULL);
	return status;
}

/* Printing */

/* Bytes that are no text, as hexadecimal digits. */
static char *hex_of(const unsigned char *bytes, int length)
{
	char *text = xcalloc((size_t)length + 1, 2), *end = text;

	for (int i = 0; i < length; i++)
		end += sprintf(end, "%02x", bytes[i]);
	return text;
}

/*
 * The text of a value that is not NULL. For people and JSON it is escaped, for
 * programs libsmartcols does that. The caller frees it.
 */
static char *text_of(sqlite3_stmt *query, int at, bool as_bytes)
{
	bool blob = sqlite3_column_type(query, at) == SQLITE_BLOB;
	const char *text = (const char *)sqlite3_column_text(query, at);
	int length = sqlite3_column_bytes(query, at);

	/* That of an empty blob is NULL. */
	need_memory(!text && !blob);
	if (blob || strlen(text) < (size_t)length)
		return hex_of((const unsigned char *)text, length);
	return as_bytes ? xstrdup(text) : escaped(text);
}

/* Whether a column holds numbers beyond those that JSON can hold. */
static bool is_wide(sqlite3_stmt *query, int at)
{
	const char *type = sqlite3_column_decltype(query, at);

	return type && !strcmp(type, WIDE_TYPE);
}

static struct json_object *json_of(sqlite3_stmt *query, int at)
{
	int64_t number = sqlite3_column_int64(query, at);
	double real = sqlite3_column_double(query, at);
	int type = sqlite3_column_type(query, at);
	struct json_object *value;
	char *text;

	if (type == SQLITE_NULL)
		return NULL;
	if (type == SQLITE_INTEGER && !is_wide(query, at) &&
	    number >= -DOUBLE_EXACT && number <= DOUBLE_EXACT)
		return json_number(number);
	text = text_of(query, at, false);
	/* JSON has no infinity. */
	value = type == SQLITE_FLOAT && isfinite(real) ? json_real(real, text) :
							 json_text(text);
	free(text);
	return value;
}

static struct json_object *json_of_result(sqlite3_stmt *query)
{
	struct json_object *object = json_new_object();

	for (int i = 0; i < sqlite3_column_count(query); i++) {
		char *key = escaped(sqlite3_column_name(query, i));

		json_add(object, key, json_of(query, i));
		free(key);
	}
	return object;
}

static int print_json(const struct output *output, sqlite3_stmt *query, int code)
{
	struct json json = { .lines = output->lines };

	json_begin(&json, NULL, 0);
	json_begin_rows(&json, "sql");
	for (; code == SQLITE_ROW; code = sqlite3_step(query))
		json_row(&json, json_of_result(query));
	if (code == SQLITE_DONE)
		json_end(&json);
	return code;
}

/* The types of the first row, which is the current one, align the columns. */
static struct libscols_table *new_table(const struct output *output,
					sqlite3_stmt *query, bool noheadings)
{
	struct libscols_table *table = table_new(output->format, noheadings);

	for (int i = 0; i < sqlite3_column_count(query); i++) {
		int type = sqlite3_column_type(query, i);
		char *name = escaped(sqlite3_column_name(query, i));

		table_add_column(table, name, type == SQLITE_INTEGER ||
				 type == SQLITE_FLOAT ? TABLE_RIGHT : 0);
		free(name);
	}
	return table;
}

static void add_result(const struct output *output, struct libscols_table *table,
		       sqlite3_stmt *query)
{
	bool for_people = output->format == FORMAT_TABLE;
	struct libscols_line *line = table_add_line(table);

	for (int i = 0; i < sqlite3_column_count(query); i++) {
		bool none = sqlite3_column_type(query, i) == SQLITE_NULL;
		char *text = none ? xstrdup("") : text_of(query, i, !for_people);
		bool dash = !*text && (none || output->format != FORMAT_PAIRS);

		table_set(line, (size_t)i, dash ? "-" : text);
		free(text);
	}
}

static int print_table(const struct output *output, sqlite3_stmt *query, int code)
{
	struct libscols_table *table = new_table(output, query, output->noheadings);

	for (size_t count = 1; code == SQLITE_ROW; count++) {
		add_result(output, table, query);
		if (!(count % PIECE) && output->format != FORMAT_TABLE) {
			table_print(table);
			table = new_table(output, query, true);
		}
		code = sqlite3_step(query);
	}
	if (code == SQLITE_DONE)
		table_print(table);
	else
		scols_unref_table(table);
	return code;
}

/* Nothing is printed if the first row is an error already. */
static int run_query(const struct store *store, const struct options *options,
		     struct error *error)
{
	const struct output *output = &options->output;
	sqlite3_stmt *query = NULL;
	int status = prepare(store, options, &query), code;

	if (!status) {
		code = sqlite3_step(query);
		if (code == SQLITE_ROW || code == SQLITE_DONE)
			code = output->format == FORMAT_JSON ?
			       print_json(output, query, code) :
			       print_table(output, query, code);
		if (code == SQLITE_ERROR || code == SQLITE_AUTH)
			status = bad_query(store, NULL);
		else if (code != SQLITE_DONE)
			status = store_failed(store, error);
	}
	sqlite3_finalize(query);
	return status;
}

/*
 * What is in memory is the running system, unless there are files. A database gets
 * the running system only if an option names it.
 */
static int add_snapshots(struct store *store, const struct options *options,
			 struct error *error)
{
	char **file = options->args + 1;

	if (!*file && (!options->database || options->source != &source_system))
		return store_add(store, options, NULL, error);
	for (; *file; file++) {
		if (store_add(store, options, *file, error))
			return -1;
	}
	return 0;
}

int sql_command(const struct options *options, struct error *error)
{
	bool adds = options->args[1] || options->source != &source_system;
	struct store store;
	int status = store_open(&store, NULL, true, error);

	/* A snapshot is a secret, and so is a file with many. */
	umask(077);
	if (!status)
		status = check_query(&store, options);
	if (!status && options->database) {
		store_close(&store);
		status = store_open(&store, options->database, adds, error);
	}
	if (!status)
		status = add_snapshots(&store, options, error);
	if (!status)
		status = run_query(&store, options, error);
	store_close(&store);
	return status;
}
