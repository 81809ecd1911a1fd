/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/* The database of "taskmap sql": sql_store.c fills it, sql.c asks it. */
#ifndef TASKMAP_SQL_H
#define TASKMAP_SQL_H

#include <sqlite3.h>

#include "command/command.h"

struct store {
	sqlite3 *db;
	const char *path;	/* as the user gave it; NULL: in memory */
};

/* Columns of this type hold numbers that can exceed 2^53. */
#define WIDE_TYPE	"BIGINT"

/**
 * store_open() - open a database, and create its tables if it is new
 * @store: the database; call store_close() even if this fails
 * @path: its file; NULL: it is in memory
 * @create: create the file if it does not exist
 * @error: set on failure, also if another program made the file
 *
 * Return: 0 or -1.
 */
int store_open(struct store *store, const char *path, bool create,
	       struct error *error);
void store_close(struct store *store);

/**
 * store_add() - add a snapshot, all or nothing
 * @store: the database; if it contains the snapshot, that is said
 * @options: the command line
 * @path: the file of the snapshot; NULL: the running system
 * @error: set on failure
 *
 * Return: 0; or -1, after which the database can only be closed.
 */
int store_add(struct store *store, const struct options *options,
	      const char *path, struct error *error);

/* Sets @error to the last error of the library. Returns -1. */
int store_failed(const struct store *store, struct error *error);

#endif /* TASKMAP_SQL_H */
