// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap drift: what deviates from the textbook.
 */
#include <stdlib.h>

#include "drift.h"
#include "options.h"
#include "view.h"

static bool row_at(const struct rows *rows, size_t index, struct row *row)
{
	const struct drift *drift = rows->of;
	const struct finding *finding = &drift->findings[index];

	*row = (struct row){
		.model = rows->model,
		.task = finding->task,
		.finding = finding,
	};
	return true;
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
	view_rows(options, "drift", &snap->header, 1, &(struct rows){
		drift.count, row_at, &model, &drift });
	drift_free(&drift);
	free(shown);
	model_free(&model);
	return found || missing ? STATUS_MISSING : STATUS_DONE;
}

int drift_command(const struct options *options, struct error *error)
{
	return view_snapshot(options, error, print_snapshot);
}
