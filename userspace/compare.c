// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "sort.h"
#include "util.h"

/* Numbers are given by who holds the same first. */
static void number(struct comparison *comparison, enum taskmap_resource resource)
{
	const struct taskmap_record *tasks = comparison->model->tasks;
	unsigned int *numbers = comparison->numbers[resource];
	unsigned int count = (unsigned int)comparison->count;
	struct entry *entries = xcalloc(count, sizeof(*entries));
	/* For each of them, the first that holds the same. */
	unsigned int *firsts = xcalloc(count, sizeof(*firsts));
	unsigned int last = 0;

	for (unsigned int i = 0; i < count; i++)
		entries[i] = (struct entry){
			tasks[comparison->tasks[i]].ids[resource], 0, i
		};
	sort_entries(entries, count);
	for (unsigned int i = 0; i < count; i++)
		firsts[entries[i].task] = i && entries[i].key == entries[i - 1].key ?
			firsts[entries[i - 1].task] : entries[i].task;
	for (unsigned int i = 0; i < count; i++) {
		if (tasks[comparison->tasks[i]].ids[resource])
			numbers[i] = firsts[i] < i ? numbers[firsts[i]] : ++last;
	}
	free(firsts);
	free(entries);
}

void comparison_init(struct comparison *comparison, const struct model *model,
		     const unsigned int *tasks, size_t count)
{
	*comparison = (struct comparison){
		.model = model, .tasks = tasks, .count = count,
		.relations = xcalloc(count, sizeof(*comparison->relations)),
	};
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		comparison->numbers[r] = xcalloc(count, sizeof(unsigned int));
		number(comparison, r);
	}
	for (size_t i = 0; i < count; i++)
		comparison->relations[i] = relate(model, tasks[i], tasks[0]);
}

void comparison_free(struct comparison *comparison)
{
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
		free(comparison->numbers[r]);
	free(comparison->relations);
}

char *comparison_letters(unsigned int number, char out[LETTERS_SIZE])
{
	char *at = out + LETTERS_SIZE - 1;

	if (!number)
		return strcpy(out, "-");
	*at = '\0';
	for (; number; number = (number - 1) / 26)
		*--at = (char)('A' + (number - 1) % 26);
	return memmove(out, at, strlen(at) + 1);
}
