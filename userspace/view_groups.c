// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap groups: who shares each object.
 */
#include <stdlib.h>

#include "objects.h"
#include "options.h"
#include "view.h"

static bool row_at(const struct rows *rows, size_t index, struct row *row)
{
	const struct objects *objects = rows->of;
	const struct object *object = &objects->list[index];

	*row = (struct row){
		.model = rows->model,
		.task = object->earliest,
		.object = object,
	};
	return true;
}

static int print_snapshot(const struct options *options,
			  const struct snapshot *snap)
{
	struct object_filter filter = {
		.resources = options->resources,
		.unshared = options->all,
	};
	struct objects objects;
	struct model model;
	unsigned int missing;
	bool *chosen;

	model_init(&model, snap);
	chosen = filter_apply(&options->filter, &model, &missing);
	filter.chosen = chosen;
	objects = objects_make(&model, &filter);
	view_rows(options, "groups", &snap->header, 1, &(struct rows){
		objects.count, row_at, &model, &objects });
	objects_free(&objects);
	free(chosen);
	model_free(&model);
	return missing ? STATUS_MISSING : STATUS_DONE;
}

int groups_command(const struct options *options, struct error *error)
{
	return view_snapshot(options, error, print_snapshot);
}
