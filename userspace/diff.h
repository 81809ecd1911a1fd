/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What changed between two snapshots that were made by one load of the module.
 * A task is named by its pid and when it was created.
 */
#ifndef TASKMAP_DIFF_H
#define TASKMAP_DIFF_H

#include "columns.h"
#include "filter.h"
#include "model.h"
#include "snapshot.h"

enum change_kind {
	CHANGE_CAME,	/* only B has the task */
	CHANGE_WENT,	/* only A has it */
	CHANGE_CHANGED,	/* both have it, and it differs in a column */
};

struct change {
	struct diff *diff;
	enum change_kind kind;
	unsigned int a, b;	/* the task in each, NO_TASK if it is not there */
	const struct column *what;	/* in which column; NULL if not changed */
};

struct diff {
	struct taskmap_record *tasks;	/* those of A, then those of B */
	struct model both, a, b;
	struct change *changes;		/* in order of pid, then of columns */
	size_t count;
	size_t room;
};

/*
 * Compares the columns that @compared selects, which must outlive @diff, of the
 * tasks that @filter shows in either snapshot. Counts in @missing the pids that
 * are in neither. The records of @a and @b are taken from them.
 */
void diff_init(struct diff *diff, struct snapshot *a, struct snapshot *b,
	       const struct selection *compared, const struct filter *filter,
	       unsigned int *missing);
void diff_free(struct diff *diff);

#endif /* TASKMAP_DIFF_H */
