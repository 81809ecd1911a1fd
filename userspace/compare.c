// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "util.h"

/* By who holds the same first; tasks are few. */
static void number(struct comparison *comparison, enum taskmap_resource resource)
{
	const struct taskmap_record *tasks = comparison->model->tasks;
	unsigned int *numbers = comparison->numbers[resource];
	unsigned int last = 0;

	for (size_t i = 0; i < comparison->count; i++) {
		uint64_t id = tasks[comparison->tasks[i]].ids[resource];
		size_t j = 0;

		while (tasks[comparison->tasks[j]].ids[resource] != id)
			j++;
		if (id)
			numbers[i] = j < i ? numbers[j] : ++last;
	}
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
