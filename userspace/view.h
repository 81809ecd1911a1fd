/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What views of one snapshot have in common.
 */
#ifndef TASKMAP_VIEW_H
#define TASKMAP_VIEW_H

#include "options.h"

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
