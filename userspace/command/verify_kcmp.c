// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* Chooses the pairs of tasks to compare by kcmp(2). */
#include <stdlib.h>

#include "command/verify.h"

struct pairs {
	struct pair *list;
	size_t count;
	const bool *chosen;	/* one flag for each task */
};

static void add_pair(struct pairs *pairs, unsigned int a, unsigned int b)
{
	if (a == b || !(pairs->chosen[a] || pairs->chosen[b]))
		return;
	pairs->list = xgrow(pairs->list, pairs->count, sizeof(*pairs->list));
	pairs->list[pairs->count++] = a < b ? (struct pair){ a, b } :
					      (struct pair){ b, a };
}

/* In each thread group, each member with the next one and with the leader. */
static void add_neighbours(struct pairs *pairs, const struct model *model)
{
	const unsigned int *order = model->order.tasks;

	for (unsigned int i = 1; i < model->count; i++) {
		unsigned int leader = model_leader(model, order[i]);

		if (model->tasks[order[i]].tgid !=
		    model->tasks[order[i - 1]].tgid)
			continue;
		add_pair(pairs, order[i - 1], order[i]);
		if (leader != NO_TASK)
			add_pair(pairs, leader, order[i]);
	}
}

/*
 * Pairs each holder of an object with a holder in another thread group: the
 * first of all holders or, in the first one's group, the last.
 */
static void add_sharers(struct pairs *pairs, const struct model *model,
			enum taskmap_resource resource)
{
	const struct taskmap_record *tasks = model->tasks;

	for (unsigned int n = 1; n <= model->holders[resource].count; n++) {
		/* Holders are sorted by tgid. */
		const struct members members =
			model_object(model, resource, n).holders;
		unsigned int first = members.tasks[0];
		unsigned int last = members.tasks[members.count - 1];

		if (tasks[first].tgid == tasks[last].tgid)
			continue;
		for (unsigned int i = 0; i < members.count; i++) {
			unsigned int task = members.tasks[i];

			add_pair(pairs, task,
				 tasks[task].tgid == tasks[first].tgid ?
				 last : first);
		}
	}
}

/* SplitMix64, which returns the same numbers on every machine. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* Any total order will do: it makes equal pairs adjacent. */
static int compare_pairs(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pair));
}

struct pair *pairs_choose(struct model *model, const bool *chosen,
			  uint64_t seed, size_t *count)
{
	struct pairs pairs = { .chosen = chosen };

	add_neighbours(&pairs, model);
	for_each_resource(r) {
		if (!kcmp_knows(r))
			continue;
		need_memory(model_group_all(model, BIT(r)));
		add_sharers(&pairs, model, r);
	}
	for (unsigned int i = 0; i < model->count; i++) {
		if (chosen[i])
			add_pair(&pairs, i, (unsigned int)
				 (next_random(&seed) % model->count));
	}
	*count = 0;
	if (pairs.count)
		qsort(pairs.list, pairs.count, sizeof(*pairs.list),
		      compare_pairs);
	for (size_t i = 0; i < pairs.count; i++) {
		if (!i || compare_pairs(&pairs.list[i], &pairs.list[i - 1]))
			pairs.list[(*count)++] = pairs.list[i];
	}
	return pairs.list;
}
