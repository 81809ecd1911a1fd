// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdlib.h>

#include "objects.h"
#include "util.h"

_Static_assert(TASKMAP_RESOURCES <= 32, "a bit for each resource");

static bool passes(const struct object_filter *filter,
		   const unsigned int *holders, unsigned int count)
{
	if (count < 2 && !filter->unshared)
		return false;
	for (unsigned int i = 0; i < count; i++) {
		if (filter->chosen[holders[i]])
			return true;
	}
	return false;
}

/* Holders come by tgid: those of one thread group are neighbours. */
static void count_groups(const struct model *model, struct object *object)
{
	unsigned int most = 0;
	unsigned int first = 0;

	for (unsigned int i = 1; i <= object->count; i++) {
		int tgid = model->tasks[object->holders[first]].tgid;

		if (i < object->count &&
		    model->tasks[object->holders[i]].tgid == tgid)
			continue;
		object->groups++;
		if (i - first > most) {
			most = i - first;
			object->tgid = tgid;
		}
		first = i;
	}
	object->outside = object->count - most;
}

/*
 * Refs are read when a task is looked at, so that holders may tell different
 * ones, and some of them none. References mostly come with holders: the most
 * is nearest to when all of them were there.
 */
static void look_at_holders(const struct model *model, struct object *object)
{
	for (unsigned int i = 0; i < object->count; i++) {
		unsigned int task = object->holders[i];
		uint32_t refs = model->tasks[task].refs[object->resource];

		object->kthreads += model_is_kthread(model, task);
		if (refs > object->refs)
			object->refs = refs;
	}
}

static void add_object(struct objects *objects, const struct model *model,
		       const struct object *made)
{
	struct object *object = &objects->list[objects->count++];

	*object = *made;
	count_groups(model, object);
	look_at_holders(model, object);
}

/* In order of their short ids, which is that of their earliest holders. */
static int compare_objects(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->earliest < y->earliest ? -1 : x->earliest > y->earliest;
}

static void add_resource(struct objects *objects, struct model *model,
			 enum taskmap_resource resource,
			 const struct object_filter *filter)
{
	const struct grouping *grouping = model_holders(model, resource);
	unsigned int before = objects->count;

	objects->list = xreallocarray(objects->list,
				      (size_t)before + grouping->count,
				      sizeof(*objects->list));
	for (unsigned int i = 0; i < grouping->count; i++) {
		const struct group *group = &grouping->groups[i];
		const struct object object = {
			.resource = resource,
			.holders = grouping->members + group->first,
			.count = group->count,
			.earliest = group->earliest,
		};

		if (passes(filter, object.holders, object.count))
			add_object(objects, model, &object);
	}
	qsort(objects->list + before, objects->count - before,
	      sizeof(*objects->list), compare_objects);
}

struct objects objects_make(struct model *model,
			    const struct object_filter *filter)
{
	struct objects objects = { 0 };

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (filter->resources >> r & 1)
			add_resource(&objects, model, r, filter);
	}
	return objects;
}

void objects_free(struct objects *objects)
{
	free(objects->list);
	objects->list = NULL;
	objects->count = 0;
}
