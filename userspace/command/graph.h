/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Tasks and the objects that they hold, as a drawing has them: what would be
 * drawn twice at the same ends is one.
 */
#ifndef TASKMAP_GRAPH_H
#define TASKMAP_GRAPH_H

#include <stdio.h>

#include "command/command.h"

/* Up to how many tasks that hold the same are drawn one by one. */
#define GRAPH_ALIKE	6

/*
 * How many lines end at an object at most. What more hold, such as the first
 * namespaces, would be seen as a tangle: it is told in words.
 */
#define GRAPH_LINES	24

/* Objects that the same tasks hold. Never empty. */
struct bundle {
	const struct object *objects;	/* in order of resource */
	unsigned int count;
	unsigned int lines;	/* folds that hold it */
	unsigned int shown;	/* chosen tasks that hold it */
};

/* What a task holds of what is drawn: indices of bundles, ascending. */
struct links {
	unsigned int *bundles;
	unsigned int count;
};

/*
 * Tasks that hold the same of what is drawn, and with births were created alike
 * and created none; or one task. Never empty.
 */
struct fold {
	const unsigned int *tasks;	/* by thread group and pid */
	unsigned int count;
	struct links links;	/* of each of them */
};

/* A task among those that were chosen. */
struct lineage {
	unsigned int creator;	/* NO_TASK: not known, or not chosen */
	uint64_t flags;		/* of clone(2), if it has a creator */
	bool created;		/* it is the creator of one */
};

struct graph {
	const struct model *model;
	uint32_t resources;	/* those that anyone chosen holds: BIT(resource) */
	struct bundle *bundles;	/* in order of pid of their first holders */
	unsigned int bundle_count;
	/* User tasks, kernel threads, then whoever holds nothing drawn. */
	struct fold *folds;
	unsigned int fold_count;
	struct objects objects;	/* what bundles are made of */
	unsigned int *tasks;	/* what folds are made of */
	unsigned int task_count;	/* those that were chosen */
	struct links *links;	/* for each task of the model */
	/* For each task if births are drawn, otherwise NULL. */
	struct lineage *lineages;
};

/**
 * graph_own() - what a task holds alone
 * @graph: that has it
 * @task: index in the model
 *
 * Return: BIT(resource) for each drawn resource of which it holds an object
 * that nobody else holds.
 */
uint32_t graph_own(const struct graph *graph, unsigned int task);

/**
 * graph_is_written() - whether too many hold it for lines to be drawn
 * @bundle: one of the graph's
 */
bool graph_is_written(const struct bundle *bundle);

/**
 * graph_print_dot() - write DOT
 * @graph: what is drawn
 * @header: of the snapshot it is of
 * @out: where to
 *
 * Whatever names tasks give themselves, they end up in quoted strings and
 * nowhere else.
 */
void graph_print_dot(const struct graph *graph,
		     const struct taskmap_header *header, FILE *out);

/**
 * graph_print_page() - write the page to standard output
 * @graph: what it shows
 * @header: of the snapshot it is of
 *
 * What names tasks give themselves is only in the page's JSON, in which there is
 * no "<": no name can end the element that it is in.
 */
void graph_print_page(const struct graph *graph,
		      const struct taskmap_header *header);

/* The page as it is in its file, with a place for the data. */
extern const char page_text[] __attribute__((visibility("hidden")));

#endif /* TASKMAP_GRAPH_H */
