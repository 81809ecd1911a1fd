// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdlib.h>

#include "kcmp.h"
#include "pairs.h"
#include "util.h"

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->one != y->one)
		return x->one < y->one ? -1 : 1;
	return x->other < y->other ? -1 : x->other > y->other;
}

static void add_pair(struct pairs *pairs, unsigned int one,
		     unsigned int other)
{
	if (one == other || !(pairs->chosen[one] || pairs->chosen[other]))
		return;
	if (pairs->count == pairs->room) {
		pairs->room = pairs->room ? pairs->room * 2 : 1024;
		pairs->pairs = xreallocarray(pairs->pairs, pairs->room,
					     sizeof(*pairs->pairs));
	}
	pairs->pairs[pairs->count++] = one < other ?
		(struct pair){ one, other } : (struct pair){ other, one };
}

/* Sorts them, and leaves one of each. */
static void tidy(struct pairs *pairs)
{
	size_t count = 0;

	if (!pairs->count)
		return;
	qsort(pairs->pairs, pairs->count, sizeof(*pairs->pairs), compare_pairs);
	for (size_t i = 1; i < pairs->count; i++) {
		if (compare_pairs(&pairs->pairs[count], &pairs->pairs[i]))
			pairs->pairs[++count] = pairs->pairs[i];
	}
	pairs->count = count + 1;
}

/* In each thread group: each member with the one before it, and the leader. */
static void add_neighbours(struct pairs *pairs, struct model *model)
{
	const struct grouping *threads = &model->threads;

	for (unsigned int g = 0; g < threads->count; g++) {
		const unsigned int *members =
			threads->members + threads->groups[g].first;

		for (unsigned int i = 1; i < threads->groups[g].count; i++) {
			unsigned int leader = model_leader(model, members[i]);

			add_pair(pairs, members[i - 1], members[i]);
			if (leader != NO_TASK)
				add_pair(pairs, leader, members[i]);
		}
	}
}

/* Each holder of an object with one that is of another thread group. */
static void add_sharers(struct pairs *pairs, struct model *model,
			enum taskmap_resource resource)
{
	const struct taskmap_record *tasks = model->tasks;
	const struct grouping *holders = model_holders(model, resource);

	for (unsigned int g = 0; g < holders->count; g++) {
		const struct group *group = &holders->groups[g];
		const unsigned int *members = holders->members + group->first;
		/* They come by tgid. */
		unsigned int first = members[0];
		unsigned int last = members[group->count - 1];

		if (tasks[first].tgid == tasks[last].tgid)
			continue;
		for (unsigned int i = 0; i < group->count; i++) {
			bool own = tasks[members[i]].tgid == tasks[first].tgid;

			add_pair(pairs, members[i], own ? last : first);
		}
	}
}

/* SplitMix64: small, and the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* Each with any other: most are strangers, who must share nothing. */
static void add_strangers(struct pairs *pairs, const struct model *model,
			  uint64_t seed)
{
	unsigned int count = model->count;

	for (unsigned int i = 0; i < count; i++) {
		if (pairs->chosen[i])
			add_pair(pairs, i,
				 (unsigned int)(next_random(&seed) % count));
	}
}

void pairs_choose(struct pairs *pairs, struct model *model, const bool *chosen,
		  uint64_t seed)
{
	*pairs = (struct pairs){ .chosen = chosen };
	add_neighbours(pairs, model);
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (kcmp_knows(r))
			add_sharers(pairs, model, r);
	}
	add_strangers(pairs, model, seed);
	tidy(pairs);
}

void pairs_free(struct pairs *pairs)
{
	free(pairs->pairs);
}
