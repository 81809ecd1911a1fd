// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include "json.h"
#include "view.h"

int view_snapshot(const struct options *options, struct error *error,
		  int (*show)(const struct options *options,
			      const struct snapshot *snap))
{
	struct snapshot snap;
	int status;

	if (source_read(options->source, options->input, &snap, error))
		return -1;
	status = show(options, &snap);
	snapshot_free(&snap);
	return status;
}

static void print_json(const struct options *options, const char *key,
		       const struct taskmap_header *headers,
		       unsigned int header_count, const struct rows *rows)
{
	struct json_rows json;
	struct row row;

	json_begin(&json, key, &options->selection, headers, header_count);
	for (size_t i = 0; i < rows->count; i++) {
		if (rows->at(rows, i, &row))
			json_add_row(&json, &row);
	}
	json_end(&json);
}

void view_rows(const struct options *options, const char *key,
	       const struct taskmap_header *headers, unsigned int header_count,
	       const struct rows *rows)
{
	if (options->format == FORMAT_JSON)
		print_json(options, key, headers, header_count, rows);
	else
		table_print_rows(options, rows);
}

unsigned int *view_tasks(const struct options *options,
			 const struct model *model, size_t *count)
{
	const struct filter *filter = &options->filter;
	unsigned int *tasks = xcalloc(filter->pid_count, sizeof(*tasks));

	*count = 0;
	for (size_t i = 0; i < filter->pid_count; i++) {
		unsigned int task = model_find(model, filter->pids[i]);

		if (task == NO_TASK)
			complain("no task %d in this snapshot",
				 filter->pids[i]);
		else
			tasks[(*count)++] = task;
	}
	return tasks;
}
