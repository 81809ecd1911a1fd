// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The database of "taskmap sql". Its tables have the columns of list and groups, so
 * that a column there is a column here.
 *
 * Memory that this program lacks ends it; an open transaction is then rolled back by
 * the next program that opens the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/sql.h"

/* "tmap": tells the databases of taskmap from those of other programs. */
#define APPLICATION_ID	0x746d6170

/* How long to wait for another program that writes to the database, in ms. */
#define PATIENCE	5000

/* Offsets in the file, whose numbers are big-endian (sqlite.org/fileformat2.html). */
#define AT_VERSION	60
#define AT_APPLICATION	68
#define HEAD_SIZE	100

static const char magic[16] = "SQLite format 3";

static const char other_tables[] =
	"CREATE TABLE drift (snapshot INTEGER, pid INTEGER, rule TEXT, what TEXT, reason TEXT);"
	"CREATE INDEX drift_pid ON drift (snapshot, pid);"
	"CREATE TABLE snapshots (snapshot INTEGER PRIMARY KEY, path TEXT";

/* One snapshot is one row, also if its header is of an older module. */
static const char same_snapshot[] =
	"CREATE UNIQUE INDEX snapshots_known ON snapshots (start_ns, end_ns, fingerprint, count, coalesce(wall_ns, 0), coalesce(node, ''));";

/* Declares a column of the database for each of @columns. */
static void put_columns(sqlite3_str *sql, const struct columns *columns)
{
	for (size_t i = 0; i < column_count(columns); i++) {
		const struct column column = column_at(columns, i);
		char *key = column_key(&column);

		sqlite3_str_appendf(sql, ", \"%w\" %s", key, column.wide ? WIDE_TYPE :
				    column.type == VALUE_NUMBER ? "INTEGER" : "TEXT");
		free(key);
	}
}

/* Declares a column for each key of a header in JSON, where none is null. */
static void put_header(sqlite3_str *sql)
{
	struct json_object *header = json_header(&(struct taskmap_header){
		.header_size = sizeof(struct taskmap_header), .births_ns = 1 });

	json_object_object_foreach(header, key, value) {
		bool number = json_object_is_type(value, json_type_int) ||
			      json_object_is_type(value, json_type_boolean);

		sqlite3_str_appendf(sql, ", %s %s", key, number ? "INTEGER" :
				    strstr(key, "_ns") ? WIDE_TYPE : "TEXT");
	}
	json_object_put(header);
}

/*
 * What creates the tables. Holders are a view: they would be most of the database, and
 * are in the tasks already.
 */
static char *schema(void)
{
	sqlite3_str *sql = sqlite3_str_new(NULL);
	char *text;

	sqlite3_str_appendall(sql, other_tables);
	put_header(sql);
	sqlite3_str_appendall(sql, ");");
	sqlite3_str_appendall(sql, same_snapshot);
	sqlite3_str_appendall(sql, "CREATE TABLE tasks (snapshot INTEGER");
	put_columns(sql, &task_columns);
	sqlite3_str_appendall(sql, ", unknown TEXT);"
			      "CREATE UNIQUE INDEX tasks_pid ON tasks (snapshot, pid);"
			      "CREATE TABLE objects (snapshot INTEGER");
	put_columns(sql, &object_columns);
	sqlite3_str_appendall(sql, ", PRIMARY KEY (snapshot, resource, id)) WITHOUT ROWID;"
			      "CREATE VIEW holders AS");
	for_each_resource(r) {
		const char *key = resources[r].key;

		sqlite3_str_appendf(sql, "%s SELECT snapshot, pid, '%s' AS resource, %s AS id FROM tasks WHERE %s NOT NULL",
				    r ? " UNION ALL" : "", key, key, key);
	}
	text = sqlite3_str_finish(sql);
	need_memory(!text);
	return text;
}

/* Changes with the tables, which each release of taskmap can have others of. */
static uint32_t schema_version(const char *sql)
{
	uint32_t hash = 2166136261;	/* FNV-1a */

	for (; *sql; sql++)
		hash = (hash ^ (unsigned char)*sql) * 16777619;
	return (hash & INT32_MAX) | 1;	/* 0 is that of a new file */
}

int store_failed(const struct store *store, struct error *error)
{
	if (!store->db || sqlite3_errcode(store->db) == SQLITE_NOMEM)
		return error_no_memory(error);
	return error_set(error, "cannot use %s: %s",
			 store->path ? store->path : "the database in memory",
			 sqlite3_errmsg(store->db));
}

/* Opening */

static uint32_t number_at(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/*
 * Why the file @path is not one of ours, or NULL. The library is not asked: to open a
 * database is to repair it if the program that wrote to it was killed.
 */
static const char *stranger(const char *path, bool create, uint32_t version)
{
	unsigned char head[HEAD_SIZE];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t got;

	if (fd < 0 && errno == ENOENT)
		return create ? NULL : "it does not exist: name the snapshots to put into it";
	if (fd < 0)
		return strerror(errno);
	got = pread(fd, head, sizeof(head), 0);
	close(fd);
	if (!got)
		return NULL;
	if (got < HEAD_SIZE || memcmp(head, magic, sizeof(magic)) ||
	    number_at(head + AT_APPLICATION) != APPLICATION_ID)
		return "taskmap did not make it; choose another name";
	if (number_at(head + AT_VERSION) != version)
		return "another version of taskmap made it; choose another name";
	return NULL;
}

/*
 * Sets @full to the path of the file @path below a directory without symbolic links,
 * as SQLITE_OPEN_NOFOLLOW wants. Returns why it must not be used, or NULL.
 */
static const char *locate(const char *path, char **full)
{
	char *copy = xstrdup(path), *directory = realpath(dirname(copy), NULL);
	struct stat info;
	const char *reason = NULL;

	if (!directory || stat(directory, &info))
		reason = strerror(errno);
	else if (info.st_mode & 0002)
		/* They could put a journal beside it. */
		reason = "all users can write to its directory; choose another one";
	else
		*full = xasprintf("%s/%s", directory, strrchr(path, '/') ?
				  strrchr(path, '/') + 1 : path);
	free(directory);
	free(copy);
	return reason;
}

static int run(const struct store *store, const char *sql)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL);
}

/* Returns that of the database, or -1. */
static int64_t version_of(const struct store *store)
{
	sqlite3_stmt *query;
	int64_t version = -1;

	if (!sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &query, NULL) &&
	    sqlite3_step(query) == SQLITE_ROW)
		version = sqlite3_column_int64(query, 0);
	sqlite3_finalize(query);
	return version;
}

/* Another program can have created the tables since stranger() looked. */
static int create_tables(const struct store *store, const char *sql)
{
	char pragmas[96];
	int64_t version;
	int code;

	sqlite3_snprintf(sizeof(pragmas), pragmas,
			 "PRAGMA application_id=%d; PRAGMA user_version=%u; COMMIT",
			 APPLICATION_ID, schema_version(sql));
	code = run(store, "BEGIN IMMEDIATE");
	if (code)
		return code;
	version = version_of(store);
	if (version)
		return version < 0 ? SQLITE_ERROR : run(store, "COMMIT");
	code = run(store, sql);
	return code ? code : run(store, pragmas);
}

/* Temporary files would show a snapshot to others than its own file does. */
static const char settings[] =
	"PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON";

static int open_tables(struct store *store, const char *full, const char *sql,
		       struct error *error)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			  SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
	int64_t version;

	if (sqlite3_open_v2(full, &store->db, flags, NULL) ||
	    sqlite3_busy_timeout(store->db, PATIENCE) ||
	    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) ||
	    run(store, settings))
		return store_failed(store, error);
	version = version_of(store);
	if (version < 0 || (!version && create_tables(store, sql)))
		return store_failed(store, error);
	return 0;
}

int store_open(struct store *store, const char *path, bool create,
	       struct error *error)
{
	char *sql = schema(), *full = NULL;
	const char *reason = NULL;
	int ret;

	*store = (struct store){ .path = path };
	if (path)
		reason = save_refusal(path);
	if (path && !reason)
		reason = locate(path, &full);
	if (path && !reason)
		reason = stranger(full, create, schema_version(sql));
	ret = reason ? error_set(error, "cannot use %s: %s", path, reason) :
	      open_tables(store, path ? full : ":memory:", sql, error);
	free(full);
	sqlite3_free(sql);
	return ret;
}

void store_close(struct store *store)
{
	sqlite3_close(store->db);
	store->db = NULL;
}

/* Adding a snapshot. Each function returns a code of the library, 0 for success. */

/* What the rows of a table are made of. */
struct inserter {
	sqlite3_stmt *statement;
	struct selection columns;
};

static int prepare_insert(const struct store *store, const char *into, size_t count,
			  sqlite3_stmt **statement)
{
	sqlite3_str *sql = sqlite3_str_new(store->db);
	char *text;
	int code;

	sqlite3_str_appendf(sql, "INSERT %s VALUES (", into);
	for (size_t i = 0; i < count; i++)
		sqlite3_str_appendall(sql, i ? ",?" : "?");
	sqlite3_str_appendall(sql, ")");
	text = sqlite3_str_finish(sql);
	need_memory(!text);
	code = sqlite3_prepare_v2(store->db, text, -1, statement, NULL);
	sqlite3_free(text);
	return code;
}

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	need_memory(sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT));
}

static void bind_pids(sqlite3_stmt *statement, int at, const struct value *value)
{
	char *text = xcalloc(value->pid_count + 1, NUMBER_SIZE), *end = text;

	for (unsigned int i = 0; i < value->pid_count; i++) {
		end = stpcpy(end, i ? "," : "");
		end = value->pids[i] ? put_number(end, value->pids[i]) :
				       stpcpy(end, "?");
	}
	bind_text(statement, at, text);
	free(text);
}

static void bind_value(sqlite3_stmt *statement, int at, const struct value *value)
{
	switch (value->type) {
	case VALUE_NUMBER:
		sqlite3_bind_int64(statement, at, value->number);
		break;
	case VALUE_TEXT:
	case VALUE_WORDS:
		bind_text(statement, at, value->text);
		break;
	case VALUE_PIDS:
		bind_pids(statement, at, value);
		break;
	case VALUE_NONE:
	case VALUE_UNKNOWN:
		break;
	}
}

/* All values are NULL again after this. */
static int insert(sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return code == SQLITE_DONE ? 0 : code;
}

/* Binds the cells of @row from the second value on: the first is the snapshot. */
static void bind_row(const struct inserter *inserter, int64_t snapshot,
		     const struct row *row)
{
	struct cell cell = { .row = row, .full_ids = true, .names_as_bytes = true };
	struct value value;

	sqlite3_bind_int64(inserter->statement, 1, snapshot);
	for (size_t i = 0; i < inserter->columns.count; i++) {
		cell.column = &inserter->columns.columns[i];
		cell_fill(&cell, &value);
		bind_value(inserter->statement, (int)i + 2, &value);
		free(value.pids);
	}
}

static int add_tasks(const struct store *store, const struct model *model,
		     int64_t snapshot)
{
	struct inserter inserter = { .columns.of = &task_columns };
	int last, code;

	selection_all(&inserter.columns);
	last = (int)inserter.columns.count + 2;
	code = prepare_insert(store, "INTO tasks", (size_t)last, &inserter.statement);
	for (unsigned int i = 0; i < model->count && !code; i++) {
		char *words = resource_words(model->tasks[i].unknown, ",",
					     RESOURCE_KEY);

		bind_row(&inserter, snapshot,
			 &(struct row){ .model = model, .task = i });
		if (*words)
			bind_text(inserter.statement, last, words);
		free(words);
		code = insert(inserter.statement);
	}
	sqlite3_finalize(inserter.statement);
	selection_free(&inserter.columns);
	return code;
}

static int add_objects(const struct store *store, const struct model *model,
		       const struct objects *objects, int64_t snapshot)
{
	struct inserter inserter = { .columns.of = &object_columns };
	int code;

	selection_all(&inserter.columns);
	code = prepare_insert(store, "INTO objects", inserter.columns.count + 1,
			      &inserter.statement);
	for (unsigned int i = 0; i < objects->count && !code; i++) {
		bind_row(&inserter, snapshot, &(struct row){
			.model = model,
			.task = objects->list[i].earliest,
			.of = &objects->list[i],
		});
		code = insert(inserter.statement);
	}
	sqlite3_finalize(inserter.statement);
	selection_free(&inserter.columns);
	return code;
}

/* @value, in which a list becomes words, as in list. */
static void bind_json(sqlite3_stmt *statement, int at, struct json_object *value)
{
	char *words = xstrdup("");
	struct json_object *word;

	switch (json_object_get_type(value)) {
	case json_type_null:
		break;
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(value); i++) {
			word = json_object_array_get_idx(value, i);
			words = joined(words, ",",
				       xstrdup(json_object_get_string(word)));
		}
		bind_text(statement, at, words);
		break;
	case json_type_string:
		bind_text(statement, at, json_object_get_string(value));
		break;
	default:
		sqlite3_bind_int64(statement, at, json_object_get_int64(value));
	}
	free(words);
}

/* Adds a row for each task of a finding. */
static int add_finding(sqlite3_stmt *statement, struct json_object *finding,
		       int64_t snapshot)
{
	static const char *const keys[] = { "rule", "what", "reason" };
	struct json_object *pids = json_object_object_get(finding, "pids");
	int code = 0;

	for (size_t i = 0; i < json_object_array_length(pids) && !code; i++) {
		sqlite3_bind_int64(statement, 1, snapshot);
		bind_json(statement, 2, json_object_array_get_idx(pids, i));
		for (int j = 0; j < (int)ARRAY_SIZE(keys); j++)
			bind_json(statement, 3 + j,
				  json_object_object_get(finding, keys[j]));
		code = insert(statement);
	}
	return code;
}

static int add_drift(const struct store *store, const struct view *view,
		     struct model *model, const bool *all, int64_t snapshot)
{
	bool exact = !(view->snap.header.flags & (TASKMAP_WALKED | TASKMAP_PROC));
	struct json_object *findings = drift_array(model, exact, all);
	sqlite3_stmt *statement;
	int code = prepare_insert(store, "INTO drift", 5, &statement);

	for (size_t i = 0; i < json_object_array_length(findings) && !code; i++)
		code = add_finding(statement, json_object_array_get_idx(findings, i),
				   snapshot);
	sqlite3_finalize(statement);
	json_object_put(findings);
	return code;
}

/* The names of columns and keys are in the same order. Adds no row if there is one. */
static int add_header(const struct store *store, const char *path,
		      const struct taskmap_header *header)
{
	struct json_object *values = json_header(header);
	sqlite3_stmt *statement;
	int at = 2, code;

	code = prepare_insert(store, "OR IGNORE INTO snapshots", 2 +
			      (size_t)json_object_object_length(values), &statement);
	if (!code) {
		bind_text(statement, at++, path);
		json_object_object_foreach(values, key, value) {
			(void)key;
			bind_json(statement, at++, value);
		}
		code = insert(statement);
	}
	sqlite3_finalize(statement);
	json_object_put(values);
	return code;
}

static int add_rows(const struct store *store, struct view *view)
{
	struct model *model = &view->model;
	int64_t snapshot = sqlite3_last_insert_rowid(store->db);
	bool *all = xcalloc(model->count, sizeof(*all));
	struct objects objects;
	int code;

	memset(all, true, model->count * sizeof(*all));
	/* This also groups the holders, as the columns of tasks need it. */
	need_memory(objects_make(&objects, model, &(struct object_filter){
		ALL_RESOURCES, all, true }));
	code = add_tasks(store, model, snapshot);
	if (!code)
		code = add_objects(store, model, &objects, snapshot);
	if (!code)
		code = add_drift(store, view, model, all, snapshot);
	objects_free(&objects);
	free(all);
	return code;
}

static void tell_known(const char *path)
{
	char *name = escaped(path ? path : "this snapshot");

	complain("%s is in the database already: not added again", name);
	free(name);
}

/* If this fails, store_close() takes back what was added. */
static int add(const struct store *store, struct view *view, const char *path)
{
	int code = run(store, "BEGIN IMMEDIATE");

	if (!code)
		code = add_header(store, path, &view->snap.header);
	if (!code && sqlite3_changes(store->db))
		code = add_rows(store, view);
	else if (!code)
		tell_known(path);
	return code ? code : run(store, "COMMIT");
}

/* The warnings of view_open() are about the running system. */
static int open_view(struct view *view, const struct options *options,
		     const char *path, struct error *error)
{
	if (!path)
		return view_open(view, options, error);
	*view = (struct view){ .options = options };
	if (source_read(options->source, path, &view->snap, error))
		return -1;
	need_memory(model_init(&view->model, &view->snap));
	return 0;
}

int store_add(struct store *store, const struct options *options,
	      const char *path, struct error *error)
{
	struct view view;
	int ret = open_view(&view, options, path, error);

	if (ret)
		return ret;
	if (add(store, &view, path))
		ret = store_failed(store, error);
	view_close(&view, STATUS_DONE);
	return ret;
}
