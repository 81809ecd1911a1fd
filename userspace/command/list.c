// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* taskmap list: show every task, what it is and what it holds. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"

/*
 * The columns of tasks. The table of resources provides two for each resource:
 * its id and its refs.
 */

static const struct taskmap_record *record_of(const struct cell *cell)
{
	return &cell->row->model->tasks[cell->row->task];
}

static void fill_ns_pids(const struct cell *cell, struct value *value)
{
	value_set_ns_pids(value, record_of(cell));
}

static void fill_kind(const struct cell *cell, struct value *value)
{
	const char *name = kind_name(record_of(cell)->kind);

	if (name)
		value_set_text(value, name);
}

static void fill_state(const struct cell *cell, struct value *value)
{
	unsigned char state = record_of(cell)->state;

	if (!isascii(state) || !isalpha(state))
		return;
	value->type = VALUE_TEXT;
	value->text[0] = (char)state;
	value->text[1] = '\0';
}

static void fill_threads(const struct cell *cell, struct value *value)
{
	value_set_number(value, model_threads(cell->row->model,
					      cell->row->task).count);
}

static void fill_flags(const struct cell *cell, struct value *value)
{
	value->type = VALUE_TEXT;
	snprintf(value->text, sizeof(value->text), "0x%08" PRIx32,
		 (uint32_t)record_of(cell)->flags);
}

static void fill_task(const struct cell *cell, struct value *value)
{
	value_set_id(value, record_of(cell)->task);
}

/*
 * The task to compare with. A process gets its objects from its creator, which
 * with CLONE_PARENT is not its parent.
 */
static unsigned int origin_of(const struct model *model, unsigned int task)
{
	unsigned int creator = model_is_leader(model, task) ?
			       model_birth(model, task).creator : NO_TASK;

	return creator == NO_TASK ? model_origin(model, task) : creator;
}

/* What the flags of pthread_create(3) share. No other task shares the thread group. */
#define OF_A_THREAD	(BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) | BIT(TASKMAP_FS) | \
			 BIT(TASKMAP_SIGHAND) | BIT(TASKMAP_SIGNAL))

/* What an ordinary thread need not share. */
#define OF_ONE_TASK	(BIT(TASKMAP_IO) | BIT(TASKMAP_ACTIVE_MM))

/*
 * Whether @task shares with @leader all that pthread_create(3) shares, and the two also
 * do not differ in anything else: in credentials, for example. Both can have no
 * semaphore undo list.
 */
static bool is_ordinary_thread(const struct model *model, unsigned int task,
			       unsigned int leader)
{
	const __u64 *own = model->tasks[task].ids;
	const __u64 *others = model->tasks[leader].ids;

	for_each_resource(r) {
		if (OF_A_THREAD & BIT(r) && !own[r])
			return false;
		if (!(OF_ONE_TASK & BIT(r)) && own[r] != others[r])
			return false;
	}
	return true;
}

static void fill_shares(const struct cell *cell, struct value *value)
{
	const struct model *model = cell->row->model;
	unsigned int task = cell->row->task;
	unsigned int origin = origin_of(model, task);
	uint32_t set = 0;
	bool unknown = false;
	char *words;

	if (origin == NO_TASK)
		return;
	if (cell->brief && is_ordinary_thread(model, task, origin)) {
		value_set_text(value, "all");
		return;
	}
	for_each_resource(r) {
		if (!resources[r].shared)
			continue;
		if (model_same(model, task, origin, r))
			set |= BIT(r);
		unknown |= model_unknown(model, task, origin) & BIT(r);
	}
	words = resource_words(set, ",", RESOURCE_KEY);
	if (unknown)
		words = joined(words, ",", xstrdup("?"));
	value_set_words(value, words, ',');
	free(words);
}

static void fill_exit_code(const struct cell *cell, struct value *value)
{
	if (!model_is_dead(cell->row->model, cell->row->task))
		return;
	if (record_of(cell)->exit_code < 0)
		value->type = VALUE_UNKNOWN;
	else
		fill_s32(cell, value);
}

static void fill_parent(const struct cell *cell, struct value *value)
{
	const struct taskmap_record *record = record_of(cell);

	if (cell->row->model->proc && record->ppid && !record->parent)
		value->type = VALUE_UNKNOWN;
	else
		fill_s32(cell, value);
}

static void fill_cgroup(const struct cell *cell, struct value *value)
{
	if (cell->row->model->proc && !record_of(cell)->cgroup)
		value->type = VALUE_UNKNOWN;
	else
		fill_u64(cell, value);
}

static void fill_birth_flags(const struct cell *cell, struct value *value)
{
	const struct taskmap_record *record = record_of(cell);

	if (record->birth_pid)
		value_set_clone_flags(value, record->birth_flags);
}

static void fill_note(const struct cell *cell, struct value *value)
{
	note_oddities(cell->row->model, cell->row->task, value->text);
	value->type = value->text[0] ? VALUE_TEXT : VALUE_NONE;
}

static void fill_object(const struct cell *cell, struct value *value)
{
	value_set_object(value, cell, cell->column->resource);
}

static void fill_inode(const struct cell *cell, struct value *value)
{
	uint32_t inode = record_of(cell)->ns_inodes[cell->column->resource -
						    TASKMAP_UTS_NS];

	if (inode)
		value_set_number(value, inode);
}

/* The columns that do not depend on a resource. */
static const struct column own_columns[] = {
	COLUMN_RECORD("PID", fill_s32, pid, "pid of the task, as gettid(2) returns it"),
	COLUMN_RECORD("TGID", fill_s32, tgid, "pid of its thread group's leader, as getpid(2) returns it"),
	COLUMN_RECORD("PPID", fill_s32, ppid, "tgid of its parent; 0 if it has none"),
	COLUMN_RECORD("PARENT", fill_parent, parent, "pid of its parent, which may be a thread"),
	COLUMN_RECORD("TRACER", fill_known, tracer, "pid of its tracer"),
	COLUMN_RECORD("PGID", fill_s32, pgrp, "process group id"),
	COLUMN_RECORD("SID", fill_s32, session, "session id"),
	COLUMN_RECORD("NSPID", fill_s32, ns_pid, "pid in its own pid namespace"),
	COLUMN_PIDS("NSPIDS", fill_ns_pids, "pids in all pid namespaces from the initial one to its own"),
	COLUMN_TEXT("KIND", fill_kind, "process, main, thread, worker or kthread"),
	COLUMN_TEXT("S", fill_state, "state, as in ps(1)"),
	COLUMN_NUMBER("THREADS", fill_threads, "number of tasks in its thread group, in this snapshot"),
	COLUMN_RECORD("NLWP", fill_u32, threads, "number of tasks in its thread group, as the kernel counts them"),
	COLUMN_TEXT("FLAGS", fill_flags, "kernel flags (PF_*), in hexadecimal"),
	COLUMN_RECORD("START", fill_u64, start_ns, "time of its creation, in nanoseconds since boot", .wide = true),
	COLUMN_RECORD("EXIT_SIGNAL", fill_s32, exit_signal, "signal that its parent gets when it dies; -1 for a thread"),
	COLUMN_RECORD("EXIT_CODE", fill_exit_code, exit_code, "status of a dead task, as wait(2) reports it"),
	COLUMN_RECORD("UID", fill_u32, uid, "real user id"),
	COLUMN_RECORD("EUID", fill_u32, euid, "effective user id"),
	COLUMN_RECORD("FSUID", fill_u32, fsuid, "user id for file access"),
	COLUMN_RECORD("GID", fill_u32, gid, "real group id"),
	COLUMN_RECORD("SECCOMP_MODE", fill_u32, seccomp, "seccomp mode: 0 for none, 1 for strict, 2 for a filter"),
	COLUMN_RECORD("CGROUP_ID", fill_cgroup, cgroup, "inode number of its cgroup's directory (cgroup2)", .wide = true),
	COLUMN_RECORD("BIRTH_PID", fill_known, birth_pid, "pid of its creator"),
	COLUMN_WORDS("BIRTH_FLAGS", fill_birth_flags, "flags of the clone(2) call that created it"),
	COLUMN_TEXT("COMM", fill_comm, "name", .fit = FIT_CUT, .least = COMM_WIDTH),
	COLUMN_TEXT("TASK", fill_task, "id of its task_struct"),
	COLUMN_WORDS("SHARES", fill_shares, "resources shared with its leader; of a leader, with its creator or, if unknown, its parent"),
	{
		.name = "NOTE",
		.type = VALUE_TEXT,
		.prose = true,
		.fit = FIT_CUT,
		.least = 1,	/* says that there is a note */
		.help = "deviations from the textbook case",
		.fill = fill_note,
		.groups = NOTED,
	},
};

/* The column for the inode number of a namespace. */
static struct column inode_column(size_t index)
{
	enum taskmap_resource r = (enum taskmap_resource)(TASKMAP_UTS_NS + index);

	return (struct column){
		.name = resources[r].inode_column,
		.type = VALUE_NUMBER,
		.help = resources[r].inode_help,
		.fill = fill_inode,
		.resource = r,
	};
}

static struct column task_column(size_t index)
{
	const struct resource *resource;
	struct column column = { 0 };

	if (index < ARRAY_SIZE(own_columns))
		return own_columns[index];
	index -= ARRAY_SIZE(own_columns);
	if (index >= 2 * TASKMAP_RESOURCES)
		return inode_column(index - 2 * TASKMAP_RESOURCES);
	column.resource = (enum taskmap_resource)(index / 2);
	resource = &resources[column.resource];
	if (index % 2) {
		column.name = resource->refs_column;
		column.type = VALUE_NUMBER;
		column.help = resource->refs_help;
		column.fill = fill_known;
		column.offset = offsetof(struct taskmap_record, refs) +
				column.resource * sizeof(__u32);
		column.of_record = true;
	} else {
		column.name = resource->column;
		column.type = VALUE_TEXT;
		column.help = resource->help;
		column.fill = fill_object;
		column.numbers = BIT(column.resource);
	}
	return column;
}

const struct columns task_columns = {
	.defaults = "PID,TGID,PPID,KIND,S,COMM,MM,FILES,FS,SIGHAND,SHARES,NOTE",
	.own_count = ARRAY_SIZE(own_columns) + 2 * TASKMAP_RESOURCES +
		     TASKMAP_NAMESPACES,
	.make = task_column,
};

/* The tasks to show. */
struct list {
	unsigned int *tasks;
	unsigned int *parents;	/* of all tasks, in a tree; or NULL */
};

static struct row row_at(const struct rows *rows, size_t index)
{
	const struct list *list = rows->of;

	return (struct row){ .model = rows->model, .task = list->tasks[index] };
}

/* A branch of libsmartcols has two columns. */
static size_t indent(const struct rows *rows, size_t index)
{
	const struct list *list = rows->of;
	unsigned int task = list->tasks[index];
	size_t width = 0;

	while ((task = list->parents[task]) != NO_TASK)
		width += 2;
	return width;
}

/* Adds the lines of either all leaders or all other tasks to their parents. */
static void attach_lines(const struct rows *rows, struct libscols_line **lines,
			 bool leaders)
{
	const struct list *list = rows->of;

	for (size_t i = 0; i < rows->count; i++) {
		unsigned int task = list->tasks[i];
		unsigned int parent = list->parents[task];

		if (parent != NO_TASK &&
		    model_is_leader(rows->model, task) == leaders)
			table_add_child(lines[parent], lines[task]);
	}
}

/* The threads of a leader come first, then its children. */
static void print_lines(const struct output *output, const struct rows *rows)
{
	/* NULL for tasks that are not shown */
	struct libscols_line **lines = xcalloc(rows->model->count, sizeof(*lines));
	struct layout layout = layout_of(output, rows);
	struct libscols_table *table = table_of_rows(&layout);

	for (size_t i = 0; i < rows->count; i++) {
		const struct row row = row_at(rows, i);

		lines[row.task] = table_add_row(table, &layout, &row);
	}
	attach_lines(rows, lines, false);
	attach_lines(rows, lines, true);
	table_print(table);
	layout_free(&layout);
	free(lines);
}

static void print_tree(const struct output *output, const struct rows *rows)
{
	struct model *model = rows->model;
	bool *shown = xcalloc(model->count, sizeof(*shown));
	struct list list = { NULL, NULL };
	struct rows ordered = { .at = row_at, .indent = indent, .model = model, .of = &list };
	struct order order;

	output_prepare(output, model);
	order_make(&order, output, rows);
	list.tasks = xcalloc(order.count, sizeof(*list.tasks));
	for (size_t i = 0; i < order.count; i++) {
		list.tasks[i] = row_at(rows, order.indices[i]).task;
		shown[list.tasks[i]] = true;
	}
	list.parents = tree_parents(model, shown);
	need_memory(!list.parents);
	ordered.count = order.count;
	print_lines(output, &ordered);
	order_free(&order);
	free(list.tasks);
	free(list.parents);
	free(shown);
}

int list_command(const struct options *options, struct error *error)
{
	struct list list = { NULL, NULL };
	struct rows rows = { .at = row_at, .of = &list };
	struct view view;

	if (view_open(&view, options, error))
		return -1;
	view_choose(&view);
	rows.model = &view.model;
	list.tasks = xcalloc(view.model.count, sizeof(*list.tasks));
	for (unsigned int i = 0; i < view.model.count; i++) {
		if (view.chosen[i])
			list.tasks[rows.count++] = i;
	}
	if (options->output.format == FORMAT_TREE)
		print_tree(&options->output, &rows);
	else
		view_print(&view, "tasks", &rows);
	free(list.tasks);
	return view_close(&view, STATUS_DONE);
}

/* --list-columns */

/* Width of the other cells: of the longest name, the longest type and so on. */
#define BESIDE_HELP	strlen("TIMENS_CHILDREN_INODE numbers DEFAULT ")

static void print_columns(const struct output *output)
{
	const struct columns *columns = output->columns.of;
	size_t width = width_of_terminal();
	struct libscols_table *table;

	table = table_new(output->format, output->noheadings);
	table_add_column(table, "COLUMN", 0);
	table_add_column(table, "TYPE", 0);
	table_add_column(table, "DEFAULT", 0);
	table_add_column(table, "DESCRIPTION", 0);
	for (size_t i = 0; i < column_count(columns); i++) {
		const struct column column = column_at(columns, i);
		char *help = output->format == FORMAT_TABLE && width ?
			     wrap(column.help, width > BESIDE_HELP ?
				  width - BESIDE_HELP : 1, "") : xstrdup(column.help);

		table_add_lines(table, (const char *[]){
			column.name, column_type_name(&column),
			column_is_default(columns, column.name) ? "yes" : "no",
			help }, 4);
		free(help);
	}
	table_print(table);
}

static void print_columns_json(const struct columns *columns)
{
	struct json json = { 0 };

	json_begin(&json, NULL, 0);
	json_begin_rows(&json, "columns");
	for (size_t i = 0; i < column_count(columns); i++) {
		const struct column column = column_at(columns, i);
		struct json_object *object = json_new_object();
		char *key = column_key(&column);

		json_add_text(object, "name", key);
		json_add_text(object, "type", column_type_name(&column));
		json_add_bool(object, "default",
			      column_is_default(columns, column.name));
		json_add_text(object, "description", column.help);
		json_row(&json, object);
		free(key);
	}
	json_end(&json);
}

int list_columns(const struct options *options)
{
	if (options->output.format == FORMAT_JSON)
		print_columns_json(options->output.columns.of);
	else
		print_columns(&options->output);
	return STATUS_DONE;
}
