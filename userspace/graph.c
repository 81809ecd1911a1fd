// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "resources.h"
#include "util.h"

static int compare_numbers(unsigned int a, unsigned int b)
{
	return a < b ? -1 : a > b;
}

/* Those with the same holders become neighbours, by resource. */
static int compare_holders(const void *a, const void *b)
{
	const struct object *x = a, *y = b;
	int order = compare_numbers(x->earliest, y->earliest);

	if (!order)
		order = compare_numbers(y->count, x->count);
	if (!order)
		order = memcmp(x->holders, y->holders,
			       x->count * sizeof(*x->holders));
	return order ? order : compare_numbers(x->resource, y->resource);
}

static bool same_holders(const struct object *a, const struct object *b)
{
	return a->count == b->count &&
	       !memcmp(a->holders, b->holders, a->count * sizeof(*a->holders));
}

static void make_bundles(struct graph *graph)
{
	struct objects *objects = &graph->objects;
	struct bundle *bundle = NULL;

	qsort(objects->list, objects->count, sizeof(*objects->list),
	      compare_holders);
	graph->bundles = xcalloc(objects->count, sizeof(*graph->bundles));
	for (unsigned int i = 0; i < objects->count; i++) {
		const struct object *object = &objects->list[i];

		if (!bundle || !same_holders(bundle->objects, object)) {
			bundle = &graph->bundles[graph->bundle_count++];
			bundle->objects = object;
		}
		bundle->count++;
	}
}

/* How many bundles each task holds, at the place behind its own. */
static void count_links(struct graph *graph)
{
	for (unsigned int b = 0; b < graph->bundle_count; b++) {
		const struct object *object = graph->bundles[b].objects;

		for (unsigned int i = 0; i < object->count; i++)
			graph->first_link[object->holders[i] + 1]++;
	}
	for (unsigned int i = 0; i < graph->model->count; i++)
		graph->first_link[i + 1] += graph->first_link[i];
}

static void make_links(struct graph *graph)
{
	unsigned int count = graph->model->count;
	size_t *next;

	graph->first_link = xcalloc((size_t)count + 1, sizeof(*next));
	count_links(graph);
	graph->links = xcalloc(graph->first_link[count], sizeof(*graph->links));
	next = xcalloc(count, sizeof(*next));
	memcpy(next, graph->first_link, count * sizeof(*next));
	for (unsigned int b = 0; b < graph->bundle_count; b++) {
		const struct object *object = graph->bundles[b].objects;

		for (unsigned int i = 0; i < object->count; i++)
			graph->links[next[object->holders[i]]++] = b;
	}
	free(next);
}

static unsigned int count_of_links(const struct graph *graph, unsigned int task)
{
	return (unsigned int)(graph->first_link[task + 1] -
			      graph->first_link[task]);
}

static const unsigned int *links_of(const struct graph *graph,
				    unsigned int task)
{
	return graph->links + graph->first_link[task];
}

static int compare_links(const struct graph *graph, unsigned int a,
			 unsigned int b)
{
	unsigned int count = count_of_links(graph, a);
	int order = compare_numbers(count, count_of_links(graph, b));

	return order || !count ? order : memcmp(links_of(graph, a),
						links_of(graph, b),
						count * sizeof(*graph->links));
}

/* Where a task stands: kernel threads behind the others, groups together. */
static int compare_places(const struct graph *graph, unsigned int a,
			  unsigned int b)
{
	const struct model *model = graph->model;
	int order = model_is_kthread(model, a) - model_is_kthread(model, b);

	if (!order)
		order = compare_numbers((unsigned int)model->tasks[a].tgid,
					(unsigned int)model->tasks[b].tgid);
	return order ? order : compare_numbers(a, b);
}

static int compare_alike(const void *a, const void *b, void *graph)
{
	unsigned int x = *(const unsigned int *)a;
	unsigned int y = *(const unsigned int *)b;
	int order = compare_links(graph, x, y);

	return order ? order : compare_places(graph, x, y);
}

/* Whoever holds nothing that is drawn is nowhere in the picture: at its end. */
static int compare_folds(const void *a, const void *b, void *graph)
{
	const struct fold *x = a, *y = b;
	int order = !x->bundle_count - !y->bundle_count;

	return order ? order : compare_places(graph, x->tasks[0], y->tasks[0]);
}

static void add_fold(struct graph *graph, unsigned int first,
		     unsigned int count)
{
	unsigned int task = graph->tasks[first];

	graph->folds[graph->fold_count++] = (struct fold){
		.tasks = graph->tasks + first,
		.count = count,
		.bundles = links_of(graph, task),
		.bundle_count = count_of_links(graph, task),
	};
}

/* The tasks from @first to before @end hold the same. */
static void fold_alike(struct graph *graph, unsigned int first,
		       unsigned int end)
{
	if (end - first > GRAPH_ALIKE) {
		add_fold(graph, first, end - first);
		return;
	}
	for (; first < end; first++)
		add_fold(graph, first, 1);
}

static void make_folds(struct graph *graph, const bool *chosen)
{
	unsigned int first = 0;

	graph->tasks = xcalloc(graph->model->count, sizeof(*graph->tasks));
	for (unsigned int i = 0; i < graph->model->count; i++) {
		if (chosen[i])
			graph->tasks[graph->task_count++] = i;
	}
	qsort_r(graph->tasks, graph->task_count, sizeof(*graph->tasks),
		compare_alike, graph);
	graph->folds = xcalloc(graph->task_count, sizeof(*graph->folds));
	for (unsigned int i = 1; i <= graph->task_count; i++) {
		if (i < graph->task_count &&
		    !compare_links(graph, graph->tasks[first], graph->tasks[i]))
			continue;
		fold_alike(graph, first, i);
		first = i;
	}
	qsort_r(graph->folds, graph->fold_count, sizeof(*graph->folds),
		compare_folds, graph);
}

static void count_lines(struct graph *graph)
{
	for (unsigned int f = 0; f < graph->fold_count; f++) {
		const struct fold *fold = &graph->folds[f];

		for (unsigned int i = 0; i < fold->bundle_count; i++) {
			struct bundle *bundle = &graph->bundles[fold->bundles[i]];

			bundle->lines++;
			bundle->shown += fold->count;
		}
	}
}

/* Those of @wanted of which any chosen task holds an object. */
static uint32_t resources_held(const struct graph *graph, uint32_t wanted)
{
	uint32_t held = 0;

	for (unsigned int i = 0; i < graph->task_count; i++) {
		const struct taskmap_record *task =
			&graph->model->tasks[graph->tasks[i]];

		for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
			held |= task->ids[r] ? 1U << r : 0;
	}
	return held & wanted;
}

void graph_init(struct graph *graph, struct model *model,
		const struct object_filter *filter)
{
	memset(graph, 0, sizeof(*graph));
	graph->model = model;
	graph->objects = objects_make(model, filter);
	make_bundles(graph);
	make_links(graph);
	make_folds(graph, filter->chosen);
	graph->resources = resources_held(graph, filter->resources);
	count_lines(graph);
}

void graph_free(struct graph *graph)
{
	objects_free(&graph->objects);
	free(graph->bundles);
	free(graph->folds);
	free(graph->tasks);
	free(graph->links);
	free(graph->first_link);
}

uint32_t graph_own(const struct graph *graph, unsigned int task)
{
	uint32_t own = 0;

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		const struct group *group;

		if (!(graph->resources >> r & 1))
			continue;
		group = grouping_of(model_holders(graph->model, r), task);
		if (group && group->count == 1)
			own |= 1U << r;
	}
	return own;
}

bool graph_is_written(const struct bundle *bundle)
{
	return bundle->lines > GRAPH_LINES;
}
