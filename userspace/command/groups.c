// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* taskmap groups: show who shares each object. */
#include "command/command.h"

static const struct object *object_of(const struct cell *cell)
{
	return cell->row->of;
}

static void fill_resource(const struct cell *cell, struct value *value)
{
	value_set_text(value, resources[object_of(cell)->resource].key);
}

static void fill_id(const struct cell *cell, struct value *value)
{
	value_set_object(value, cell, object_of(cell)->resource);
}

static void fill_pids(const struct cell *cell, struct value *value)
{
	const struct object *object = object_of(cell);

	value->type = VALUE_PIDS;
	value->pid_count = object->holders.count;
	value->pids = xcalloc(object->holders.count, sizeof(*value->pids));
	for (unsigned int i = 0; i < object->holders.count; i++)
		value->pids[i] = cell->row->model->tasks[object->holders.tasks[i]].pid;
}

static const struct column object_table[] = {
	COLUMN_TEXT("RESOURCE", fill_resource, "kind of object"),
	COLUMN_TEXT("ID", fill_id, "id of the object"),
	COLUMN_FIELD("HOLDERS", fill_u32, object, holders.count, "number of tasks that hold it"),
	COLUMN_FIELD("REFS", fill_known, object, refs, "kernel's reference count"),
	COLUMN_FIELD("GROUPS", fill_u32, object, groups, "number of thread groups among the holders"),
	COLUMN_FIELD("OUTSIDE", fill_u32, object, outside, "number of holders outside the thread group with most holders"),
	COLUMN_FIELD("KTHREADS", fill_u32, object, kthreads, "number of kernel threads among the holders"),
	COLUMN_FIELD("TGID", fill_s32, object, tgid, "tgid of the thread group with most holders"),
	COLUMN_RECORD("FIRST", fill_s32, pid, "lowest pid of the holders"),
	COLUMN_TEXT("COMM", fill_comm, "name of the task FIRST", .fit = FIT_CUT, .least = COMM_WIDTH),
	COLUMN_PIDS("PIDS", fill_pids, "pids of all holders, sorted by thread group"),
};

const struct columns object_columns = {
	.defaults = "RESOURCE,ID,HOLDERS,REFS,GROUPS,OUTSIDE,KTHREADS,FIRST,COMM",
	.own_count = ARRAY_SIZE(object_table),
	.own = object_table,
};

static struct row row_at(const struct rows *rows, size_t index)
{
	const struct object *objects = rows->of;

	return (struct row){
		.model = rows->model,
		.task = objects[index].earliest,
		.of = &objects[index],
	};
}

int groups_command(const struct options *options, struct error *error)
{
	struct objects objects;
	struct view view;

	if (view_open(&view, options, error))
		return -1;
	view_choose(&view);
	need_memory(objects_make(&objects, &view.model, &(struct object_filter){
		options->resources, view.chosen, options->all }));
	view_print(&view, "groups", &(struct rows){
		objects.count, row_at, NULL, &view.model, objects.list });
	objects_free(&objects);
	return view_close(&view, STATUS_DONE);
}
