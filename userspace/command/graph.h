/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Tasks and the objects that they hold, prepared for drawing: objects and tasks
 * that would have the same lines are combined.
 */
#ifndef TASKMAP_GRAPH_H
#define TASKMAP_GRAPH_H

#include <stdio.h>

#include "command/command.h"

/* Maximum number of tasks with the same objects that are drawn separately. */
#define GRAPH_ALIKE	6

/*
 * Maximum number of lines to an object. With more, as to the initial
 * namespaces, they would be a tangle: the object is listed in the labels of its
 * holders instead.
 */
#define GRAPH_LINES	24

/* Maximum number of nodes of tasks that a drawing can have and still be read. */
#define GRAPH_READABLE	200

/* What a drawing with more says. */
#define GRAPH_CROWDED	"There are too many tasks to read this: draw fewer, or use --html."

/* Objects that the same tasks hold; at least one. */
struct bundle {
	const struct object *objects;	/* sorted by resource */
	unsigned int count;
	unsigned int lines;	/* number of folds that hold it */
	unsigned int shown;	/* number of chosen tasks that hold it */
};

/* The drawn objects that a task holds: indices of bundles, ascending. */
struct links {
	unsigned int *bundles;
	unsigned int count;
};

/*
 * Tasks that hold the same drawn objects and, if births are drawn, have the
 * same creator and flags and created no task. Or a single task.
 */
struct fold {
	const unsigned int *tasks;	/* sorted by thread group and pid */
	unsigned int count;
	struct links links;	/* the same for each of them */
};

/* The birth of a chosen task. */
struct lineage {
	unsigned int creator;	/* NO_TASK: unknown, or not chosen */
	uint64_t flags;		/* flags of clone(2), if @creator is known */
	bool created;		/* it is the creator of a chosen task */
};

struct graph {
	const struct model *model;
	uint32_t resources;	/* resources that chosen tasks hold: BIT(resource) */
	struct bundle *bundles;	/* sorted by the pid of their first holder */
	unsigned int bundle_count;
	/* User tasks, kernel threads, then tasks without drawn objects. */
	struct fold *folds;
	unsigned int fold_count;
	struct objects objects;	/* objects of the bundles */
	unsigned int *tasks;	/* tasks of the folds */
	unsigned int task_count;	/* number of chosen tasks */
	struct links *links;	/* for each task of the model */
	/* For each task of the model; NULL if births are not drawn. */
	struct lineage *lineages;
};

/**
 * graph_own() - find what a task holds alone
 * @graph: the graph with the task
 * @task: index in the model
 *
 * Return: the drawn resources of which the task holds an object that no other task
 * holds.
 */
uint32_t graph_own(const struct graph *graph, unsigned int task);

/**
 * graph_is_written() - check whether objects are listed in labels
 * @bundle: the objects
 *
 * Return: whether more than GRAPH_LINES folds hold the objects, so that no lines
 * are drawn to them.
 */
bool graph_is_written(const struct bundle *bundle);

/* Whether the drawing has too many nodes to be read. */
bool graph_is_crowded(const struct graph *graph);

/**
 * graph_print_dot() - print a graph as DOT
 * @graph: the graph
 * @header: header of its snapshot
 * @out: the file to write to
 *
 * Names of tasks are written only in quoted strings, with quotes escaped.
 */
void graph_print_dot(const struct graph *graph,
		     const struct taskmap_header *header, FILE *out);

/**
 * graph_print_page() - print the page or, as JSON, only its data to standard output
 * @view: the snapshot and its chosen tasks
 *
 * Names of tasks are written only in the page's JSON, where "<" is escaped: a name
 * cannot end the element that contains it.
 */
void graph_print_page(struct view *view);

/*
 * Prints a page that steps through the snapshots in the files options->args. Returns
 * an enum exit_status, or -1 with @error set.
 */
int graph_page_of_files(const struct options *options, struct error *error);

/* The contents of graph_page.html, with a placeholder for the data. */
extern const char page_text[] __attribute__((visibility("hidden")));

#endif /* TASKMAP_GRAPH_H */
