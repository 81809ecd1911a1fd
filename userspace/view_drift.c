// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap drift: what deviates from the textbook.
 */
#include <stdlib.h>

#include "drift.h"
#include "json.h"
#include "options.h"
#include "table.h"
#include "view.h"

static struct row row_of(struct model *model, const struct finding *finding)
{
	return (struct row){
		.model = model,
		.task = finding->task,
		.finding = finding,
	};
}

static void print_table(const struct options *options, struct model *model,
			const struct drift *drift)
{
	struct libscols_table *table = table_of_rows(options);

	for (size_t i = 0; i < drift->count; i++) {
		const struct row row = row_of(model, &drift->findings[i]);

		table_add_row(table, options, &row);
	}
	table_print(table);
}

static void print_json(const struct options *options,
		       const struct snapshot *snap, struct model *model,
		       const struct drift *drift)
{
	struct json_rows json;

	json_begin(&json, "drift", &options->selection, &snap->header, 1);
	for (size_t i = 0; i < drift->count; i++) {
		const struct row row = row_of(model, &drift->findings[i]);

		json_add_row(&json, &row);
	}
	json_end(&json);
}

static int print_snapshot(const struct options *options,
			  const struct snapshot *snap)
{
	bool exact = !(snap->header.flags & TASKMAP_WALKED);
	struct model model;
	struct drift drift;
	unsigned int missing;
	bool *shown, found;

	model_init(&model, snap);
	shown = filter_apply(&options->filter, &model, &missing);
	drift_init(&drift, &model, exact, shown);
	found = drift.count;
	if (options->format == FORMAT_JSON)
		print_json(options, snap, &model, &drift);
	else
		print_table(options, &model, &drift);
	drift_free(&drift);
	free(shown);
	model_free(&model);
	return found || missing ? STATUS_MISSING : STATUS_DONE;
}

int drift_command(const struct options *options, struct error *error)
{
	return view_snapshot(options, error, print_snapshot);
}
