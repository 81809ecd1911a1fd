/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Which tasks are shown. Nothing else depends on it: what is said of a task
 * is said in view of all of them.
 */
#ifndef TASKMAP_FILTER_H
#define TASKMAP_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"

struct filter {
	int *pids;		/* in the order given; none: all tasks */
	size_t pid_count;
	unsigned int kinds;	/* bit 1 << kind for each; 0: all kinds */
};

/*
 * Each adds what @list names, separated by commas. Returns NULL, or the part
 * of @list that is no pid or no kind, with its length in @length.
 */
const char *filter_add_pids(struct filter *filter, const char *list,
			    size_t *length);
const char *filter_add_kinds(struct filter *filter, const char *list,
			     size_t *length);

/* Keeps of each pid the first. */
void filter_drop_repeated(struct filter *filter);

/*
 * Whether to show each task, in an array to be freed. A pid selects its task
 * and all the tasks of which it is the tgid. Complains of each pid that is
 * neither, and counts them in @missing.
 */
bool *filter_apply(const struct filter *filter, const struct model *model,
		   unsigned int *missing);

void filter_free(struct filter *filter);

#endif /* TASKMAP_FILTER_H */
