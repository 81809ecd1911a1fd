// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/model.h"

static int compare_pids(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

/* Pids to look for, ascending, each once; and whether each was found. */
struct wanted {
	int *pids;
	size_t count;
	bool *found;
};

static void wanted_free(struct wanted *wanted)
{
	free(wanted->pids);
	free(wanted->found);
}

/* @wanted is to be freed even if this fails. */
static int wanted_init(struct wanted *wanted, const struct filter *filter)
{
	size_t count = filter->pid_count;

	wanted->pids = calloc(count + 1, sizeof(*wanted->pids));
	wanted->found = calloc(count + 1, sizeof(*wanted->found));
	wanted->count = 0;
	if (!wanted->pids || !wanted->found)
		return -ENOMEM;
	if (count)
		memcpy(wanted->pids, filter->pids, count * sizeof(int));
	qsort(wanted->pids, count, sizeof(int), compare_pids);
	for (size_t i = 0; i < count; i++) {
		if (!i || wanted->pids[i] != wanted->pids[wanted->count - 1])
			wanted->pids[wanted->count++] = wanted->pids[i];
	}
	return 0;
}

/* Whether @pid was found before, NULL if it is not wanted. */
static bool *find_pid(const struct wanted *wanted, int pid)
{
	const int *place;

	place = bsearch(&pid, wanted->pids, wanted->count, sizeof(pid),
			compare_pids);
	return place ? &wanted->found[place - wanted->pids] : NULL;
}

static bool kind_matches(const struct filter *filter, unsigned int kind)
{
	return !filter->kinds || (kind <= KINDS && filter->kinds >> kind & 1);
}

/* Whether @pid is wanted. If so, it has been found. */
static bool match_pid(const struct wanted *wanted, int pid)
{
	bool *found = find_pid(wanted, pid);

	if (found)
		*found = true;
	return found;
}

static bool pid_matches(const struct wanted *wanted,
			const struct taskmap_record *task)
{
	bool matches;

	if (!wanted->count)
		return true;
	matches = match_pid(wanted, task->pid);
	return match_pid(wanted, task->tgid) || matches;
}

int filter_apply(const struct filter *filter, const struct model *model,
		 struct chosen *chosen)
{
	struct wanted wanted;
	int error = wanted_init(&wanted, filter);

	*chosen = (struct chosen){
		.tasks = calloc((size_t)model->count + 1, sizeof(bool)),
		.missing = wanted.pids,
	};
	if (!chosen->tasks)
		error = -ENOMEM;
	for (unsigned int i = 0; !error && i < model->count; i++) {
		const struct taskmap_record *task = &model->tasks[i];

		chosen->tasks[i] = pid_matches(&wanted, task) &&
				   kind_matches(filter, task->kind);
	}
	for (size_t i = 0; !error && i < wanted.count; i++) {
		if (!wanted.found[i])
			chosen->missing[chosen->missing_count++] = wanted.pids[i];
	}
	free(wanted.found);
	return error;
}

int filter_drop_repeated(struct filter *filter)
{
	struct wanted wanted;
	int error = wanted_init(&wanted, filter);
	size_t kept = 0;

	for (size_t i = 0; !error && i < filter->pid_count; i++) {
		bool *found = find_pid(&wanted, filter->pids[i]);

		if (!*found)
			filter->pids[kept++] = filter->pids[i];
		*found = true;
	}
	if (!error)
		filter->pid_count = kept;
	wanted_free(&wanted);
	return error;
}
