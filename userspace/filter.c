// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "kinds.h"
#include "util.h"

/* The pid in the first @length bytes of @text, 0 if that is not one. */
static int parse_pid(const char *text, size_t length)
{
	int pid = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		if (__builtin_mul_overflow(pid, 10, &pid) ||
		    __builtin_add_overflow(pid, text[i] - '0', &pid))
			return 0;
	}
	return pid;
}

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

static struct wanted wanted_by(const struct filter *filter)
{
	struct wanted wanted = {
		.pids = xcalloc(filter->pid_count, sizeof(*wanted.pids)),
		.found = xcalloc(filter->pid_count, sizeof(*wanted.found)),
	};

	if (filter->pid_count)
		memcpy(wanted.pids, filter->pids,
		       filter->pid_count * sizeof(*wanted.pids));
	qsort(wanted.pids, filter->pid_count, sizeof(*wanted.pids),
	      compare_pids);
	for (size_t i = 0; i < filter->pid_count; i++) {
		if (!i || wanted.pids[i] != wanted.pids[wanted.count - 1])
			wanted.pids[wanted.count++] = wanted.pids[i];
	}
	return wanted;
}

static void wanted_free(struct wanted *wanted)
{
	free(wanted->pids);
	free(wanted->found);
}

/* Whether @pid was found before, NULL if it is not wanted. */
static bool *find_pid(const struct wanted *wanted, int pid)
{
	const int *place;

	place = bsearch(&pid, wanted->pids, wanted->count, sizeof(pid),
			compare_pids);
	return place ? &wanted->found[place - wanted->pids] : NULL;
}

static void add_pid(struct filter *filter, int pid)
{
	size_t count = filter->pid_count;

	/* The room is doubled whenever it is used up. */
	if (!(count & (count - 1)))
		filter->pids = xreallocarray(filter->pids,
					     count ? 2 * count : 1, sizeof(pid));
	filter->pids[filter->pid_count++] = pid;
}

const char *filter_add_pids(struct filter *filter, const char *list,
			    size_t *length)
{
	for (;; list += *length + 1) {
		int pid;

		*length = strcspn(list, ",");
		pid = parse_pid(list, *length);
		if (!pid)
			return list;
		add_pid(filter, pid);
		if (!list[*length])
			return NULL;
	}
}

const char *filter_add_kinds(struct filter *filter, const char *list,
			     size_t *length)
{
	for (;; list += *length + 1) {
		unsigned int kind;

		*length = strcspn(list, ",");
		kind = kind_by_name(list, *length);
		if (!kind)
			return list;
		filter->kinds |= 1U << kind;
		if (!list[*length])
			return NULL;
	}
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

static unsigned int report_missing(const struct wanted *wanted)
{
	unsigned int missing = 0;

	for (size_t i = 0; i < wanted->count; i++) {
		if (wanted->found[i])
			continue;
		complain("no task %d in this snapshot", wanted->pids[i]);
		missing++;
	}
	return missing;
}

bool *filter_apply(const struct filter *filter, const struct model *model,
		   unsigned int *missing)
{
	bool *shown = xcalloc(model->count, sizeof(*shown));
	struct wanted wanted = wanted_by(filter);

	for (unsigned int i = 0; i < model->count; i++) {
		const struct taskmap_record *task = &model->tasks[i];

		shown[i] = pid_matches(&wanted, task) &&
			   kind_matches(filter, task->kind);
	}
	*missing = report_missing(&wanted);
	wanted_free(&wanted);
	return shown;
}

void filter_drop_repeated(struct filter *filter)
{
	struct wanted wanted = wanted_by(filter);
	size_t kept = 0;

	for (size_t i = 0; i < filter->pid_count; i++) {
		bool *found = find_pid(&wanted, filter->pids[i]);

		if (!*found)
			filter->pids[kept++] = filter->pids[i];
		*found = true;
	}
	filter->pid_count = kept;
	wanted_free(&wanted);
}

void filter_free(struct filter *filter)
{
	free(filter->pids);
	filter->pids = NULL;
	filter->pid_count = 0;
}
