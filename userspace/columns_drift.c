// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The columns of findings: what deviates, and all that there is to know of the
 * task.
 */
#include <string.h>

#include "drift.h"
#include "fill.h"
#include "resources.h"
#include "util.h"

FILL(fill_rule)
{
	value_set_text(value, drift_rule_name(row->finding->rule));
}

FILL(fill_what)
{
	_Static_assert(sizeof(value->text) > 16 * TASKMAP_RESOURCES,
		       "the names of all resources fit");
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (!(row->finding->resources >> r & 1))
			continue;
		if (value->type == VALUE_TEXT)
			strcat(value->text, ",");
		else
			value_set_text(value, "");
		strcat(value->text, resources[r].name);
	}
}

FILL(fill_tasks)
{
	value_set_number(value, row->finding->tasks);
}

FILL(fill_reason)
{
	value_set_text(value, row->finding->reason);
}

FILL(fill_holders)
{
	if (row->finding->holders)
		value_set_number(value, row->finding->holders);
}

FILL(fill_refs)
{
	if (row->finding->refs)
		value_set_number(value, row->finding->refs);
}

static const struct column finding_table[] = {
	TEXT("RULE", fill_rule, "in what way it deviates"),
	TEXT("WHAT", fill_what, "the resources that this is about"),
	NUMBER("TASKS", fill_tasks, "how many tasks it is true of; PID is the lowest"),
	NUMBER("HOLDERS", fill_holders, "rule refs: tasks that hold the object"),
	NUMBER("REFS", fill_refs, "rule refs: the kernel's count of references to it"),
	TEXT("REASON", fill_reason, "why, in words"),
};

static struct column finding_column(size_t index)
{
	return finding_table[index];
}

const struct columns finding_columns = {
	.defaults = "PID,TGID,KIND,COMM,RULE,WHAT,TASKS,REASON",
	.own_count = ARRAY_SIZE(finding_table),
	.own = finding_column,
	.more = &task_columns,
};
