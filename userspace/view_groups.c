// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap groups: who shares each object.
 */
#include <stdlib.h>

#include "json.h"
#include "objects.h"
#include "options.h"
#include "table.h"
#include "view.h"

static struct row row_of(struct model *model, const struct object *object)
{
	return (struct row){
		.model = model,
		.task = object->earliest,
		.object = object,
	};
}

static void print_table(const struct options *options, struct model *model,
			const struct objects *objects)
{
	struct libscols_table *table = table_of_rows(options);

	for (unsigned int i = 0; i < objects->count; i++) {
		const struct row row = row_of(model, &objects->list[i]);

		table_add_row(table, options, &row);
	}
	table_print(table);
}

static void print_json(const struct options *options,
		       const struct snapshot *snap, struct model *model,
		       const struct objects *objects)
{
	struct json_rows json;

	json_begin(&json, "groups", &options->selection, &snap->header, 1);
	for (unsigned int i = 0; i < objects->count; i++) {
		const struct row row = row_of(model, &objects->list[i]);

		json_add_row(&json, &row);
	}
	json_end(&json);
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
	if (options->format == FORMAT_JSON)
		print_json(options, snap, &model, &objects);
	else
		print_table(options, &model, &objects);
	objects_free(&objects);
	free(chosen);
	model_free(&model);
	return missing ? STATUS_MISSING : STATUS_DONE;
}

int groups_command(const struct options *options, struct error *error)
{
	return view_snapshot(options, error, print_snapshot);
}
