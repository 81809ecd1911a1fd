// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The columns of changes: what changed, and all that there is to know of the
 * task, as it is now or as it was when it was last seen.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "diff.h"
#include "fill.h"
#include "util.h"

FILL(fill_change)
{
	static const char *const names[] = {
		[CHANGE_CAME] = "came",
		[CHANGE_WENT] = "went",
		[CHANGE_CHANGED] = "changed",
	};

	value_set_text(value, names[row->change->kind]);
}

/* As the key of JSON, by which a program finds the column. */
FILL(fill_what)
{
	char *key;

	if (!row->change->what)
		return;
	key = column_key(row->change->what);
	value_set_text(value, key);
	free(key);
}

/* Numbers too become text, for the column to be of one type. */
static void fill_side(struct model *model, unsigned int task,
		      const struct column *what, const struct style *style,
		      struct value *value)
{
	const struct row row = { .model = model, .task = task };

	if (!what)
		return;
	column_fill(what, &row, style, value);
	if (value->type != VALUE_NUMBER)
		return;
	value->type = VALUE_TEXT;
	snprintf(value->text, sizeof(value->text), "%" PRId64, value->number);
}

FILL(fill_old)
{
	const struct change *change = row->change;

	fill_side(&change->diff->a, change->a, change->what, style, value);
}

FILL(fill_new)
{
	const struct change *change = row->change;

	fill_side(&change->diff->b, change->b, change->what, style, value);
}

static const struct column change_table[] = {
	TEXT("CHANGE", fill_change, "came, went or changed"),
	TEXT("WHAT", fill_what, "the column of list in which it changed"),
	TEXT("OLD", fill_old, "what it was in A"),
	TEXT("NEW", fill_new, "what it is in B"),
};

static struct column change_column(size_t index)
{
	return change_table[index];
}

const struct columns change_columns = {
	.defaults = "CHANGE,PID,KIND,COMM,WHAT,OLD,NEW,SHARES,NOTE",
	.own_count = ARRAY_SIZE(change_table),
	.own = change_column,
	.more = &task_columns,
};

/*
 * Not what changes all the time (S, FLAGS, refs, and ACTIVE_MM of kernel
 * threads), nor what only follows from something else (THREADS, SHARES).
 */
const struct columns compared_columns = {
	.defaults = "PPID,KIND,UID,GID,COMM,TASK,MM,FILES,FS,SIGHAND,SIGNAL,IO,SYSVSEM,CRED,NSPROXY,CGROUPS,UTSNS,IPCNS,MNTNS,PIDNS,NETNS,TIMENS,CGROUPNS,USERNS",
	.more = &task_columns,
};
