// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The columns of objects.
 */
#include "fill.h"
#include "objects.h"
#include "resources.h"
#include "util.h"

FILL(fill_resource)
{
	value_set_text(value, resources[row->object->resource].name);
}

FILL(fill_id)
{
	value_set_object(value, style, row->model, row->task,
			 row->object->resource);
}

FILL(fill_holders)
{
	value_set_number(value, row->object->count);
}

FILL(fill_refs)
{
	if (row->object->refs)
		value_set_number(value, row->object->refs);
}

FILL(fill_groups)
{
	value_set_number(value, row->object->groups);
}

FILL(fill_outside)
{
	value_set_number(value, row->object->outside);
}

FILL(fill_kthreads)
{
	value_set_number(value, row->object->kthreads);
}

FILL(fill_tgid)
{
	value_set_number(value, row->object->tgid);
}

FILL(fill_first)
{
	value_set_number(value, row->model->tasks[row->task].pid);
}

FILL(fill_comm)
{
	value_set_comm(value, style, row->model->tasks[row->task].comm);
}

FILL(fill_pids)
{
	const struct object *object = row->object;

	value->type = VALUE_PIDS;
	value->pid_count = object->count;
	value->pids = xcalloc(object->count, sizeof(*value->pids));
	for (unsigned int i = 0; i < object->count; i++)
		value->pids[i] = row->model->tasks[object->holders[i]].pid;
}

static const struct column object_table[] = {
	TEXT("RESOURCE", fill_resource, "what kind of object it is"),
	TEXT("ID", fill_id, "its id"),
	NUMBER("HOLDERS", fill_holders, "tasks that hold it"),
	NUMBER("REFS", fill_refs, "the kernel's count of references to it"),
	NUMBER("GROUPS", fill_groups, "thread groups that its holders are of"),
	NUMBER("OUTSIDE", fill_outside, "holders outside the thread group that holds most"),
	NUMBER("KTHREADS", fill_kthreads, "kernel threads among its holders"),
	NUMBER("TGID", fill_tgid, "tgid of the thread group that holds most"),
	NUMBER("FIRST", fill_first, "pid of its earliest holder"),
	TEXT("COMM", fill_comm, "name of its earliest holder"),
	PIDS("PIDS", fill_pids, "pids of all its holders, a thread group together"),
};

static struct column object_column(size_t index)
{
	return object_table[index];
}

const struct columns object_columns = {
	.defaults = "RESOURCE,ID,HOLDERS,REFS,GROUPS,OUTSIDE,KTHREADS,FIRST,COMM",
	.own_count = ARRAY_SIZE(object_table),
	.own = object_column,
};
