// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdlib.h>

#include "core/model.h"

static bool passes(const struct object_filter *filter, struct members holders)
{
	if (holders.count < 2 && !filter->unshared)
		return false;
	for (unsigned int i = 0; i < holders.count; i++) {
		if (filter->chosen[holders.tasks[i]])
			return true;
	}
	return false;
}

/* Holders come by tgid: those of one thread group are neighbours. */
static void count_groups(const struct model *model, struct object *object)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < object->holders.count;) {
		struct members run = model_run(model, object->holders, i);

		object->groups++;
		if (run.count > most) {
			most = run.count;
			object->tgid = model->tasks[*run.tasks].tgid;
		}
		i += run.count;
	}
	object->outside = object->holders.count - most;
}

/*
 * Refs are read when a task is looked at, so that holders may tell different
 * ones, and some of them none. References mostly come with holders: the most
 * is nearest to when all of them were there.
 */
static void look_at_holders(const struct model *model, struct object *object)
{
	for (unsigned int i = 0; i < object->holders.count; i++) {
		unsigned int task = object->holders.tasks[i];
		uint32_t refs = model->tasks[task].refs[object->resource];

		object->kthreads += model_is_kthread(model, task);
		if (refs > object->refs)
			object->refs = refs;
	}
}

/* In order of their short ids, which is that of their earliest holders. */
static int compare_objects(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	if (x->holders.count != y->holders.count)
		return x->holders.count > y->holders.count ? -1 : 1;
	return x->earliest < y->earliest ? -1 : x->earliest > y->earliest;
}

/* There is room for all of them. */
static void add_resource(struct objects *objects, const struct model *model,
			 enum taskmap_resource resource,
			 const struct object_filter *filter)
{
	const struct grouping *grouping = &model->holders[resource];
	struct object *first = objects->list + objects->count;
	struct object *object = first;

	for (unsigned int i = 0; i < grouping->count; i++) {
		const struct group *group = &grouping->groups[i];
		struct members holders = model_members(model, group, resource);

		if (!passes(filter, holders))
			continue;
		*object = (struct object){
			.resource = resource,
			.holders = holders,
			.earliest = group->earliest,
		};
		count_groups(model, object);
		look_at_holders(model, object);
		object++;
	}
	qsort(first, (size_t)(object - first), sizeof(*first), compare_objects);
	objects->count = (unsigned int)(object - objects->list);
}

int objects_make(struct objects *objects, struct model *model,
		 const struct object_filter *filter)
{
	int error = model_group_all(model, filter->resources);

	*objects = (struct objects){ 0 };
	for_each_resource_in(filter->resources, r) {
		size_t room = (size_t)objects->count + model->holders[r].count;
		struct object *list;

		list = error ? NULL : reallocarray(objects->list, room + 1,
						   sizeof(*list));
		if (!list) {
			objects_free(objects);
			return -ENOMEM;
		}
		objects->list = list;
		add_resource(objects, model, r, filter);
	}
	return error;
}

void objects_free(struct objects *objects)
{
	free(objects->list);
	*objects = (struct objects){ 0 };
}
