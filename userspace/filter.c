// SPDX-License-Identifier: GPL-2.0-only
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

/* The place of @pid in @filter, or -1. */
static ptrdiff_t find_pid(const struct filter *filter, int pid)
{
	const int *found;

	found = bsearch(&pid, filter->pids, filter->pid_count, sizeof(pid),
			compare_pids);
	return found ? found - filter->pids : -1;
}

static void add_pid(struct filter *filter, int pid)
{
	if (filter->pid_count && find_pid(filter, pid) >= 0)
		return;
	filter->pids = xreallocarray(filter->pids, filter->pid_count + 1,
				     sizeof(pid));
	filter->pids[filter->pid_count++] = pid;
	qsort(filter->pids, filter->pid_count, sizeof(pid), compare_pids);
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

/* Whether one of the pids is @pid. If so, it is @found. */
static bool match_pid(const struct filter *filter, int pid, bool *found)
{
	ptrdiff_t place = find_pid(filter, pid);

	if (place >= 0)
		found[place] = true;
	return place >= 0;
}

static bool pid_matches(const struct filter *filter,
			const struct taskmap_record *task, bool *found)
{
	bool matches;

	if (!filter->pid_count)
		return true;
	matches = match_pid(filter, task->pid, found);
	return match_pid(filter, task->tgid, found) || matches;
}

static unsigned int report_missing(const struct filter *filter,
				   const bool *found)
{
	unsigned int missing = 0;

	for (size_t i = 0; i < filter->pid_count; i++) {
		if (found[i])
			continue;
		complain("no task %d in this snapshot", filter->pids[i]);
		missing++;
	}
	return missing;
}

bool *filter_apply(const struct filter *filter, const struct model *model,
		   unsigned int *missing)
{
	bool *shown = xcalloc(model->count, sizeof(*shown));
	bool *found = xcalloc(filter->pid_count, sizeof(*found));

	for (unsigned int i = 0; i < model->count; i++) {
		const struct taskmap_record *task = &model->tasks[i];

		shown[i] = pid_matches(filter, task, found) &&
			   kind_matches(filter, task->kind);
	}
	*missing = report_missing(filter, found);
	free(found);
	return shown;
}

void filter_free(struct filter *filter)
{
	free(filter->pids);
	filter->pids = NULL;
	filter->pid_count = 0;
}
