// SPDX-License-Identifier: GPL-2.0-only
/*
 * taskmap list: every task, what it is and what it holds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "options.h"
#include "source.h"
#include "table.h"
#include "tree.h"

/* The column that carries the tree's branches: the first one. */
#define TREE_COLUMN	0

struct list {
	const struct options *options;
	struct model *model;
	const bool *shown;
	struct libscols_line **lines;	/* NULL for tasks that are not shown */
};

static struct libscols_table *new_table(const struct options *options)
{
	const struct selection *selection = &options->selection;
	struct libscols_table *table;

	table = table_new(options->format, options->noheadings);
	for (size_t i = 0; i < selection->count; i++) {
		const struct column *column = &selection->columns[i];
		int flags = 0;

		if (options->format == FORMAT_TREE && i == TREE_COLUMN)
			flags = TABLE_TREE;
		else if (column->type == VALUE_NUMBER)
			flags = TABLE_RIGHT;
		table_add_column(table, column->name, flags);
	}
	return table;
}

static bool is_for_people(const struct options *options)
{
	return options->format == FORMAT_TABLE ||
	       options->format == FORMAT_TREE;
}

/* Programs count columns, so that for them no cell is ever empty. */
static const char *cell_text(const struct options *options,
			     const struct column *column, struct value *value)
{
	if (value->type == VALUE_NUMBER)
		snprintf(value->text, sizeof(value->text), "%" PRId64,
			 value->number);
	else if (value->type == VALUE_NONE || !value->text[0])
		return column->prose && is_for_people(options) ? "" : "-";
	return value->text;
}

static void fill_line(const struct list *list, unsigned int task)
{
	const struct options *options = list->options;
	const struct selection *selection = &options->selection;
	/* What is for programs, libsmartcols escapes itself, byte by byte. */
	const struct style style = {
		.full_ids = options->full_ids,
		.names_as_bytes = !is_for_people(options),
	};
	struct value value;

	for (size_t i = 0; i < selection->count; i++) {
		const struct column *column = &selection->columns[i];

		column_fill(column, list->model, task, &style, &value);
		table_set(list->lines[task], i,
			  cell_text(options, column, &value));
	}
}

/* Hangs either the leaders or the others below whom they belong to. */
static void hang_lines(const struct list *list, const unsigned int *parents,
		       bool leaders)
{
	for (unsigned int i = 0; i < list->model->count; i++) {
		if (list->lines[i] && parents[i] != NO_TASK &&
		    model_is_leader(list->model, i) == leaders)
			table_add_child(list->lines[parents[i]],
					list->lines[i]);
	}
}

/* A thread group together: first the threads of a leader, then its children. */
static void make_tree(const struct list *list)
{
	unsigned int *parents = tree_parents(list->model, list->shown);

	hang_lines(list, parents, false);
	hang_lines(list, parents, true);
	free(parents);
}

static void print_table(const struct options *options, struct model *model,
			const bool *shown)
{
	struct libscols_table *table = new_table(options);
	struct list list = {
		.options = options,
		.model = model,
		.shown = shown,
		.lines = xcalloc(model->count, sizeof(*list.lines)),
	};

	for (unsigned int i = 0; i < model->count; i++) {
		if (!shown[i])
			continue;
		list.lines[i] = table_add_line(table);
		fill_line(&list, i);
	}
	if (options->format == FORMAT_TREE)
		make_tree(&list);
	table_print(table);
	free(list.lines);
}

static int print_snapshot(const struct options *options,
			  const struct snapshot *snap)
{
	struct model model;
	unsigned int missing;
	bool *shown;

	model_init(&model, snap);
	shown = filter_apply(&options->filter, &model, &missing);
	if (options->format == FORMAT_JSON)
		json_tasks(snap, &model, shown, &options->selection);
	else
		print_table(options, &model, shown);
	free(shown);
	model_free(&model);
	return missing ? STATUS_MISSING : STATUS_DONE;
}

int list_command(const struct options *options, struct error *error)
{
	struct snapshot snap;
	int status;

	if (source_read(&source_system, options->input, &snap, error))
		return -1;
	status = print_snapshot(options, &snap);
	snapshot_free(&snap);
	return status;
}
