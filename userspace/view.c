// SPDX-License-Identifier: GPL-2.0-only
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

unsigned int *view_tasks(const struct options *options,
			 const struct model *model, size_t *count)
{
	unsigned int *tasks = xcalloc(options->pid_count, sizeof(*tasks));

	*count = 0;
	for (size_t i = 0; i < options->pid_count; i++) {
		unsigned int task = model_find(model, options->pids[i]);

		if (task == NO_TASK)
			complain("no task %d in this snapshot",
				 options->pids[i]);
		else
			tasks[(*count)++] = task;
	}
	return tasks;
}
