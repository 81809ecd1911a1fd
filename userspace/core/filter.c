// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/model.h"

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

static bool has_name(const struct taskmap_record *task,
		     const struct wanted *wanted)
{
	return !strncmp(task->comm, wanted->name, sizeof(task->comm));
}

unsigned int filter_next(const struct filter *filter, const struct model *model,
			 const struct wanted *wanted, unsigned int task)
{
	if (wanted->pid) {
		unsigned int found = model_find(model, filter_pid(filter, model,
								  wanted->pid));

		return found != NO_TASK && found >= task ? found : NO_TASK;
	}
	while (task < model->count && !has_name(&model->tasks[task], wanted))
		task++;
	return task < model->count ? task : NO_TASK;
}

bool filter_finds(const struct filter *filter, const struct model *model,
		  const struct wanted *wanted)
{
	int pid = wanted->pid ? filter_pid(filter, model, wanted->pid) : 0;

	if (!wanted->pid)
		return filter_next(filter, model, wanted, 0) != NO_TASK;
	/* The leader with this pid can be missing. */
	return model_thread_group(model, pid).count ||
	       model_find(model, pid) != NO_TASK;
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

/* Mark the tasks that @wanted selects. Return false if there are none. */
static bool choose_wanted(const struct filter *filter, const struct model *model,
			  const struct wanted *wanted, bool *tasks)
{
	bool found = false;

	if (wanted->pid)
		return choose_pid(model, filter_pid(filter, model, wanted->pid),
				  tasks);
	for (unsigned int i = 0;
	     (i = filter_next(filter, model, wanted, i)) != NO_TASK; i++)
		found = choose_pid(model, model->tasks[i].pid, tasks);
	return found;
}

static bool name_matches(const struct filter *filter,
			 const struct taskmap_record *task)
{
	for (size_t i = 0; i < filter->name_count; i++) {
		if (has_name(task, &filter->names[i]))
			return true;
	}
	return !filter->name_count;
}

/* The snapshot of an older module has no effective uid; then the real one decides. */
static bool user_matches(const struct filter *filter, const struct model *model,
			 const struct taskmap_record *task)
{
	bool lacks = model->scalars <= offsetof(struct taskmap_record, euid);

	for (size_t i = 0; i < filter->user_count; i++) {
		if (filter->users[i] == (lacks ? task->uid : task->euid))
			return true;
	}
	return !filter->user_count;
}

static bool kind_matches(const struct filter *filter, unsigned int kind)
{
	return !filter->kinds || (kind <= KINDS && filter->kinds >> kind & 1);
}

static void miss(struct chosen *chosen, const struct wanted *wanted)
{
	chosen->missing[chosen->missing_count++] = wanted;
}

int filter_apply(const struct filter *filter, const struct model *model,
		 struct chosen *chosen)
{
	*chosen = (struct chosen){
		.tasks = calloc((size_t)model->count + 1, sizeof(bool)),
		.missing = calloc(filter->task_count + filter->name_count + 1,
				  sizeof(*chosen->missing)),
	};
	if (!chosen->tasks || !chosen->missing)
		return -ENOMEM;
	for (size_t i = 0; i < filter->task_count; i++) {
		if (!choose_wanted(filter, model, &filter->tasks[i], chosen->tasks))
			miss(chosen, &filter->tasks[i]);
	}
	for (size_t i = 0; i < filter->name_count; i++) {
		if (!filter_finds(filter, model, &filter->names[i]))
			miss(chosen, &filter->names[i]);
	}
	for (unsigned int i = 0; i < model->count; i++) {
		const struct taskmap_record *task = &model->tasks[i];

		chosen->tasks[i] |= !filter->task_count;
		chosen->tasks[i] &= kind_matches(filter, task->kind) &&
				    name_matches(filter, task) &&
				    user_matches(filter, model, task);
	}
	return 0;
}
