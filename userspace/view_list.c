// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap list: every task, what it is and what it holds.
 */
#include <stdlib.h>

#include "json.h"
#include "options.h"
#include "table.h"
#include "tree.h"
#include "view.h"

struct list {
	struct model *model;
	const bool *shown;
	struct libscols_line **lines;	/* NULL for tasks that are not shown */
};

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
	struct libscols_table *table = table_of_rows(options);
	struct list list = {
		.model = model,
		.shown = shown,
		.lines = xcalloc(model->count, sizeof(*list.lines)),
	};

	for (unsigned int i = 0; i < model->count; i++) {
		const struct row row = { .model = model, .task = i };

		if (shown[i])
			list.lines[i] = table_add_row(table, options, &row);
	}
	if (options->format == FORMAT_TREE)
		make_tree(&list);
	table_print(table);
	free(list.lines);
}

static void print_json(const struct options *options,
		       const struct snapshot *snap, struct model *model,
		       const bool *shown)
{
	struct json_rows json;

	json_begin(&json, "tasks", &options->selection, &snap->header, 1);
	for (unsigned int i = 0; i < model->count; i++) {
		const struct row row = { .model = model, .task = i };

		if (shown[i])
			json_add_row(&json, &row);
	}
	json_end(&json);
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
		print_json(options, snap, &model, shown);
	else
		print_table(options, &model, shown);
	free(shown);
	model_free(&model);
	return missing ? STATUS_MISSING : STATUS_DONE;
}

int list_command(const struct options *options, struct error *error)
{
	return view_snapshot(options, error, print_snapshot);
}
