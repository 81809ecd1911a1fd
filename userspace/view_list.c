// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap list: every task, what it is and what it holds.
 */
#include <stdlib.h>

#include "options.h"
#include "tree.h"
#include "view.h"

static struct row row_of(struct model *model, unsigned int task)
{
	return (struct row){ .model = model, .task = task };
}

static bool row_at(const struct rows *rows, size_t index, struct row *row)
{
	const bool *shown = rows->of;

	*row = row_of(rows->model, (unsigned int)index);
	return shown[index];
}

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

static void print_tree(const struct options *options, struct model *model,
		       const bool *shown)
{
	struct libscols_table *table = table_of_rows(options);
	struct list list = {
		.model = model,
		.shown = shown,
		.lines = xcalloc(model->count, sizeof(*list.lines)),
	};

	for (unsigned int i = 0; i < model->count; i++) {
		const struct row row = row_of(model, i);

		if (shown[i])
			list.lines[i] = table_add_row(table, options, &row);
	}
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
	if (options->format == FORMAT_TREE)
		print_tree(options, &model, shown);
	else
		view_rows(options, "tasks", &snap->header, 1, &(struct rows){
			model.count, row_at, &model, shown });
	free(shown);
	model_free(&model);
	return missing ? STATUS_MISSING : STATUS_DONE;
}

int list_command(const struct options *options, struct error *error)
{
	return view_snapshot(options, error, print_snapshot);
}
