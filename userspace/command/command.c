// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* Common functions of the commands that read one snapshot. */
#include <stdlib.h>

#include "command/command.h"

static void complain_of_pid(int pid)
{
	complain("no task %d in this snapshot", pid);
}

bool *choose(const struct filter *filter, const struct model *model,
	     bool *missing)
{
	struct chosen chosen;

	need_memory(filter_apply(filter, model, &chosen));
	for (size_t i = 0; i < chosen.missing_count; i++)
		complain_of_pid(chosen.missing[i]);
	*missing = chosen.missing_count;
	free(chosen.missing);
	return chosen.tasks;
}

int view_open(struct view *view, const struct options *options,
	      struct error *error)
{
	*view = (struct view){ .options = options };
	if (source_read(options->source, options->input, &view->snap, error))
		return -1;
	need_memory(model_init(&view->model, &view->snap));
	return 0;
}

int view_close(struct view *view, int status)
{
	if (status == STATUS_DONE && view->missing)
		status = STATUS_MISSING;
	free(view->chosen);
	model_free(&view->model);
	snapshot_free(&view->snap);
	return status;
}

void view_choose(struct view *view)
{
	view->chosen = choose(&view->options->filter, &view->model,
			      &view->missing);
}

unsigned int *view_tasks(struct view *view, size_t *count)
{
	const struct filter *filter = &view->options->filter;
	unsigned int *tasks = xcalloc(filter->pid_count, sizeof(*tasks));

	*count = 0;
	for (size_t i = 0; i < filter->pid_count; i++) {
		unsigned int task = model_find(&view->model, filter->pids[i]);

		if (task != NO_TASK) {
			tasks[(*count)++] = task;
			continue;
		}
		complain_of_pid(filter->pids[i]);
		view->missing = true;
	}
	return tasks;
}

void view_print(struct view *view, const char *key, const struct rows *rows)
{
	const struct output *output = &view->options->output;

	selection_prepare(&output->columns, output_has_short_ids(output),
			  rows->model);
	rows_print(output, key, &view->snap.header, 1, rows);
}

void json_add_relation(struct json_object *object,
		       const struct relation *relation)
{
	json_add(object, "same", json_resources(relation->same, false));
	json_add(object, "apart", json_resources(relation->apart, false));
	json_add(object, "flags",
		 json_resources(relation->flags | relation->needed, true));
	json_add(object, "untold", json_resources(relation->untold, true));
	json_add(object, "beyond", json_resources(relation->beyond, false));
	json_add_bool(object, "borrowed", relation->borrowed);
	json_add_bool(object, "possible", relation->possible);
}
