// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/model.h"
#include "core/place.h"

/* Like a function for bsearch(3). @key is what tasks are sorted by. */
typedef int compare_key(const void *key, const struct taskmap_record *task);

static int compare_name(const void *key, const struct taskmap_record *task)
{
	return strncmp(key, task->comm, sizeof(task->comm));
}

static int compare_ns_pid(const void *key, const struct taskmap_record *task)
{
	int pid = *(const int *)key;

	return pid < task->ns_pid ? -1 : pid > task->ns_pid;
}

static uint32_t pid_ns_of(const struct taskmap_record *task)
{
	return task->ns_inodes[TASKMAP_PID_NS - TASKMAP_UTS_NS];
}

/* Equal names and pids are in the order of tasks. */
static int by_name(const void *a, const void *b, void *tasks)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;
	const struct taskmap_record *records = tasks;
	int order = compare_name(records[x].comm, &records[y]);

	return order ? order : x < y ? -1 : x > y;
}

static int by_ns_pid(const void *a, const void *b, void *tasks)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;
	const struct taskmap_record *records = tasks;
	int order = compare_ns_pid(&records[x].ns_pid, &records[y]);

	return order ? order : x < y ? -1 : x > y;
}

/* Sorts the tasks of @pid_ns; all if it is 0. */
static int sort_tasks(const struct model *model, uint32_t pid_ns,
		      int (*compare)(const void *a, const void *b, void *tasks),
		      struct members *sorted)
{
	unsigned int *tasks = calloc((size_t)model->count + 1, sizeof(*tasks));

	sorted->tasks = tasks;
	if (!tasks)
		return -ENOMEM;
	for (unsigned int i = 0; i < model->count; i++) {
		if (!pid_ns || pid_ns_of(&model->tasks[i]) == pid_ns)
			tasks[sorted->count++] = i;
	}
	qsort_r(tasks, sorted->count, sizeof(*tasks), compare,
		(void *)model->tasks);
	return 0;
}

/*
 * The index of the first task in @sorted that is not before @key or, with @after,
 * that is after it.
 */
static unsigned int bound(const struct model *model, struct members sorted,
			  compare_key *compare, const void *key, bool after)
{
	unsigned int low = 0, high = sorted.count;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		int order = compare(key, &model->tasks[sorted.tasks[middle]]);

		if (order > 0 || (!order && after))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct members equal_tasks(const struct model *model,
				  struct members sorted, compare_key *compare,
				  const void *key)
{
	unsigned int first = bound(model, sorted, compare, key, false);

	return (struct members){
		sorted.tasks + first,
		bound(model, sorted, compare, key, true) - first,
	};
}

static bool has_names(const struct filter *filter)
{
	for (size_t i = 0; i < filter->task_count; i++) {
		if (!filter->tasks[i].pid)
			return true;
	}
	return filter->name_count;
}

static int compare_users(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int sort_users(const struct filter *filter, uint32_t **users)
{
	*users = calloc(filter->user_count + 1, sizeof(**users));
	if (!*users)
		return -ENOMEM;
	for (size_t i = 0; i < filter->user_count; i++)
		(*users)[i] = filter->users[i];
	qsort(*users, filter->user_count, sizeof(**users), compare_users);
	return 0;
}

int finder_init(struct finder *finder, const struct filter *filter,
		const struct model *model)
{
	int error;

	*finder = (struct finder){ .filter = filter, .model = model };
	error = sort_users(filter, &finder->users);
	if (!error && has_names(filter))
		error = sort_tasks(model, 0, by_name, &finder->names);
	if (error || !filter->pid_ns)
		return error;
	for (unsigned int i = 0; i < model->count; i++) {
		uint32_t pid_ns = pid_ns_of(&model->tasks[i]);

		finder->others |= pid_ns && pid_ns != FIRST_PID_NS &&
				  pid_ns != filter->pid_ns;
	}
	return sort_tasks(model, filter->pid_ns, by_ns_pid, &finder->pids);
}

void finder_free(struct finder *finder)
{
	free((void *)finder->names.tasks);
	free((void *)finder->pids.tasks);
	free(finder->users);
}

int finder_pid(const struct finder *finder, int pid)
{
	const struct model *model = finder->model;
	struct members found;

	if (!finder->filter->pid_ns)
		return pid;
	found = equal_tasks(model, finder->pids, compare_ns_pid, &pid);
	if (found.count > 1)
		return -1;
	return found.count ? model->tasks[*found.tasks].pid : 0;
}

struct members finder_tasks(const struct finder *finder,
			    const struct wanted *wanted)
{
	const struct model *model = finder->model;
	int pid = wanted->pid ? finder_pid(finder, wanted->pid) : 0;

	if (!wanted->pid)
		return equal_tasks(model, finder->names, compare_name, wanted->name);
	return model_task(model, pid);
}

bool finder_finds(const struct finder *finder, const struct wanted *wanted)
{
	/* The leader with this pid can be missing. */
	return finder_tasks(finder, wanted).count ||
	       (wanted->pid &&
		model_thread_group(finder->model,
				   finder_pid(finder, wanted->pid)).count);
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
static bool choose_wanted(const struct finder *finder,
			  const struct wanted *wanted, bool *tasks)
{
	const struct model *model = finder->model;
	struct members found;

	if (wanted->pid)
		return choose_pid(model, finder_pid(finder, wanted->pid), tasks);
	found = finder_tasks(finder, wanted);
	for (unsigned int i = 0; i < found.count; i++)
		choose_pid(model, model->tasks[found.tasks[i]].pid, tasks);
	return found.count;
}

/* Mark the tasks with this name. Return false if there are none. */
static bool mark_named(const struct finder *finder, const struct wanted *name,
		       bool *named)
{
	const struct members found = finder_tasks(finder, name);

	for (unsigned int i = 0; i < found.count; i++)
		named[found.tasks[i]] = true;
	return found.count;
}

/* The snapshot of an older module has no effective uid; then the real one decides. */
static bool user_matches(const struct finder *finder,
			 const struct taskmap_record *task)
{
	const struct model *model = finder->model;
	size_t count = finder->filter->user_count;
	bool lacks = model->scalars <= offsetof(struct taskmap_record, euid);
	uint32_t user = lacks ? task->uid : task->euid;

	return !count || bsearch(&user, finder->users, count, sizeof(user),
				 compare_users);
}

static bool kind_matches(const struct filter *filter, unsigned int kind)
{
	return !filter->kinds || (kind <= KINDS && filter->kinds >> kind & 1);
}

static void miss(struct chosen *chosen, const struct wanted *wanted)
{
	chosen->missing[chosen->missing_count++] = wanted;
}

/* Applies the filter to @chosen. @named: scratch space for all tasks */
static void apply(const struct finder *finder, struct chosen *chosen, bool *named)
{
	const struct filter *filter = finder->filter;
	const struct model *model = finder->model;

	for (size_t i = 0; i < filter->task_count; i++) {
		if (!choose_wanted(finder, &filter->tasks[i], chosen->tasks))
			miss(chosen, &filter->tasks[i]);
	}
	for (size_t i = 0; i < filter->name_count; i++) {
		if (!mark_named(finder, &filter->names[i], named))
			miss(chosen, &filter->names[i]);
	}
	for (unsigned int i = 0; i < model->count; i++) {
		const struct taskmap_record *task = &model->tasks[i];

		chosen->tasks[i] |= !filter->task_count;
		chosen->tasks[i] &= kind_matches(filter, task->kind) &&
				    (!filter->name_count || named[i]) &&
				    user_matches(finder, task);
	}
}

int filter_apply(const struct filter *filter, const struct model *model,
		 struct chosen *chosen)
{
	bool *named = calloc((size_t)model->count + 1, sizeof(*named));
	struct finder finder;
	int error;

	*chosen = (struct chosen){
		.tasks = calloc((size_t)model->count + 1, sizeof(bool)),
		.missing = calloc(filter->task_count + filter->name_count + 1,
				  sizeof(*chosen->missing)),
	};
	error = finder_init(&finder, filter, model);
	if (!named || !chosen->tasks || !chosen->missing)
		error = -ENOMEM;
	if (!error)
		apply(&finder, chosen, named);
	finder_free(&finder);
	free(named);
	return error;
}
