/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What views of one snapshot have in common.
 */
#ifndef TASKMAP_VIEW_H
#define TASKMAP_VIEW_H

#include "options.h"
#include "table.h"

/**
 * view_snapshot() - read the snapshot that was asked for, and show it
 * @options: the command line
 * @error: set if it cannot be read
 * @show: shows it, and returns an enum exit_status
 *
 * Return: what @show returned, or -1 with @error set.
 */
int view_snapshot(const struct options *options, struct error *error,
		  int (*show)(const struct options *options,
			      const struct snapshot *snap));

/**
 * view_rows() - print rows as JSON or as a table
 * @options: the command line
 * @key: what JSON calls them
 * @headers: the headers of the snapshots that they are of
 * @header_count: how many these are
 * @rows: the rows
 */
void view_rows(const struct options *options, const char *key,
	       const struct taskmap_header *headers, unsigned int header_count,
	       const struct rows *rows);

/**
 * view_tasks() - the tasks that were asked for by their pids
 * @options: the command line
 * @model: the model of the snapshot
 * @count: how many of them there are
 *
 * Complains of each pid that is not there.
 *
 * Return: those that are there, in the order in which they were given; to be
 * freed.
 */
unsigned int *view_tasks(const struct options *options,
			 const struct model *model, size_t *count);

#endif /* TASKMAP_VIEW_H */
