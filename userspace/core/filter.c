// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdlib.h>

#include "core/model.h"

static int compare_pids(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

static bool kind_matches(const struct filter *filter, unsigned int kind)
{
	return !filter->kinds || (kind <= KINDS && filter->kinds >> kind & 1);
}

int filter_pid(const struct filter *filter, const struct model *model, int pid)
{
	int found = 0;

	if (!filter->pid_ns)
		return pid;
	for (unsigned int i = 0; i < model->count; i++) {
		const struct taskmap_record *task = &model->tasks[i];

		if (task->ns_pid != pid ||
		    task->ns_inodes[TASKMAP_PID_NS - TASKMAP_UTS_NS] !=
		    filter->pid_ns)
			continue;
		if (found)
			return -1;
		found = task->pid;
	}
	return found;
}

/* Mark the tasks that @pid selects. Return false if there are none. */
static bool choose_pid(const struct model *model, int pid, bool *tasks)
{
	struct members threads = model_thread_group(model, pid);
	unsigned int task = model_find(model, pid);

	for (unsigned int i = 0; i < threads.count; i++)
		tasks[threads.tasks[i]] = true;
	if (task != NO_TASK)
		tasks[task] = true;
	return threads.count || task != NO_TASK;
}

int filter_apply(const struct filter *filter, const struct model *model,
		 struct chosen *chosen)
{
	*chosen = (struct chosen){
		.tasks = calloc((size_t)model->count + 1, sizeof(bool)),
		.missing = calloc(filter->pid_count + 1, sizeof(int)),
	};
	if (!chosen->tasks || !chosen->missing)
		return -ENOMEM;
	for (size_t i = 0; i < filter->pid_count; i++) {
		int given = filter->pids[i];

		if (!choose_pid(model, filter_pid(filter, model, given),
				chosen->tasks))
			chosen->missing[chosen->missing_count++] = given;
	}
	qsort(chosen->missing, chosen->missing_count, sizeof(int), compare_pids);
	for (unsigned int i = 0; i < model->count; i++) {
		chosen->tasks[i] |= !filter->pid_count;
		chosen->tasks[i] &= kind_matches(filter, model->tasks[i].kind);
	}
	return 0;
}
