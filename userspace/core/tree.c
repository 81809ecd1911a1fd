// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdlib.h>

#include "core/model.h"

/*
 * Values in tree.depths of tasks whose depth is not known yet. Roots have depth
 * 1.
 */
#define UNKNOWN		0
#define ON_PATH		(TREE_DEPTH + 1)

struct tree {
	unsigned int *parents;
	unsigned int *depths;
	unsigned int *path;	/* from a task up to a task whose depth is known */
};

static unsigned int shown_parent(const struct model *model, const bool *shown,
				 unsigned int task)
{
	unsigned int parent = model_origin(model, task);

	return parent != NO_TASK && shown[parent] ? parent : NO_TASK;
}

/*
 * Parents can form a cycle in a snapshot that is not of one instant, or was
 * crafted. The task at which the cycle closes becomes a root.
 */
static unsigned int climb(struct tree *tree, unsigned int task)
{
	unsigned int length = 0;

	for (;;) {
		unsigned int parent = tree->parents[task];

		tree->depths[task] = ON_PATH;
		tree->path[length++] = task;
		if (parent == NO_TASK)
			return length;
		if (tree->depths[parent] == ON_PATH) {
			tree->parents[task] = NO_TASK;
			return length;
		}
		if (tree->depths[parent] != UNKNOWN)
			return length;
		task = parent;
	}
}

/*
 * At TREE_DEPTH a child becomes a sibling of its parent: a chain of 100000
 * forks would make lines of that length, and libsmartcols recurses.
 */
static void attach(struct tree *tree, unsigned int task)
{
	unsigned int parent = tree->parents[task];

	if (parent == NO_TASK) {
		tree->depths[task] = 1;
		return;
	}
	if (tree->depths[parent] == TREE_DEPTH) {
		parent = tree->parents[parent];
		tree->parents[task] = parent;
	}
	tree->depths[task] = tree->depths[parent] + 1;
}

static void make_tree(struct tree *tree, const struct model *model,
		      const bool *shown)
{
	for (unsigned int i = 0; i < model->count; i++)
		tree->parents[i] = shown_parent(model, shown, i);
	for (unsigned int i = 0; i < model->count; i++) {
		unsigned int length = 0;

		if (tree->depths[i] == UNKNOWN)
			length = climb(tree, i);
		while (length)
			attach(tree, tree->path[--length]);
	}
}

unsigned int *tree_parents(const struct model *model, const bool *shown)
{
	/* One more, because calloc() of zero bytes may return NULL. */
	size_t count = (size_t)model->count + 1;
	struct tree tree = {
		.parents = calloc(count, sizeof(*tree.parents)),
		.depths = calloc(count, sizeof(*tree.depths)),
		.path = calloc(count, sizeof(*tree.path)),
	};

	if (tree.parents && tree.depths && tree.path) {
		make_tree(&tree, model, shown);
	} else {
		free(tree.parents);
		tree.parents = NULL;
	}
	free(tree.depths);
	free(tree.path);
	return tree.parents;
}
