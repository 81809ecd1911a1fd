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

/*
 * Holders are sorted by tgid, so that the members of a thread group are
 * adjacent.
 */
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
 * Refs were read at a different time for each holder, and a holder may have
 * none. References usually come with holders, so the highest number is closest
 * to the time at which all holders existed.
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

/*
 * Most holders first, then in order of short ids, which is the order of the
 * earliest holders.
 */
static int compare_objects(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	if (x->holders.count != y->holders.count)
		return x->holders.count > y->holders.count ? -1 : 1;
	return x->earliest < y->earliest ? -1 : x->earliest > y->earliest;
}

/* Appends the objects of @resource. The list has enough capacity. */
static void add_resource(struct objects *objects, const struct model *model,
			 enum taskmap_resource resource,
			 const struct object_filter *filter)
{
	const struct grouping *grouping = &model->holders[resource];
	struct object *first = objects->list + objects->count;
	struct object *object = first;

	for (unsigned int n = 1; n <= grouping->count; n++) {
		const struct group group = model_object(model, resource, n);

		if (!passes(filter, group.holders))
			continue;
		*object = (struct object){
			.resource = resource,
			.holders = group.holders,
			.earliest = group.earliest,
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
		size_t capacity = (size_t)objects->count + model->holders[r].count;
		struct object *list;

		list = error ? NULL : reallocarray(objects->list, capacity + 1,
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
