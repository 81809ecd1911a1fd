// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Prints a graph as DOT. Tasks are on the left, with a frame around each thread
 * group; objects are on the right, with one node for all that have the same
 * holders. Shapes and words distinguish them, not colours, so that the drawing
 * can be printed in black and white.
 */
#include <linux/sched.h>
#include <stdlib.h>

#include "command/graph.h"

/* Number of tasks of a fold that are named. */
#define NAMED	3

static const char *const shapes[KINDS + 1] = {
	[TASKMAP_PROCESS] = "shape=box",
	[TASKMAP_MAIN] = "shape=box, penwidth=2.5",
	[TASKMAP_THREAD] = "shape=box",
	[TASKMAP_WORKER] = "shape=component",
	[TASKMAP_KTHREAD] = "shape=box, style=diagonals",
};

/*
 * Prints @text in a quoted string. Labels treat a backslash as the start of an
 * escape sequence, and an ampersand as the start of an HTML entity.
 */
static void put_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if (*text == '&')
			fputs("&amp;", out);
		else
			fputc(*text, out);
	}
}

/* For example "812 server". */
static void put_name(const struct taskmap_record *task, FILE *out)
{
	char comm[ESCAPED_SIZE(TASKMAP_COMM_LEN)];

	fprintf(out, "%d ", task->pid);
	put_text(escape(task->comm, comm), out);
}

static const char *kind_of(const struct taskmap_record *task)
{
	const char *name = kind_name(task->kind);

	return name ? name : "task";
}

static const char *shape_of(const struct taskmap_record *task)
{
	return task->kind <= KINDS && shapes[task->kind] ? shapes[task->kind] :
							   "shape=box";
}

static void put_object(const struct graph *graph, const struct object *object,
		       FILE *out)
{
	fprintf(out, "%s#%u", resources[object->resource].key,
		model_number(graph->model, object->earliest, object->resource));
}

/*
 * The node of a bundle has the name of its first object. The node of a fold has
 * its pid.
 */
static void put_bundle_name(const struct graph *graph,
			    const struct bundle *bundle, FILE *out)
{
	fputc('"', out);
	put_object(graph, bundle->objects, out);
	fputc('"', out);
}

static int pid_of(const struct graph *graph, const struct fold *fold)
{
	return graph->model->tasks[fold->tasks[0]].pid;
}

/*
 * Prints what each task of the fold holds alone, if this is the same for all.
 */
static void put_own(const struct graph *graph, const struct fold *fold,
		    FILE *out)
{
	uint32_t own = graph_own(graph, fold->tasks[0]);

	for (unsigned int i = 1; i < fold->count; i++) {
		if (graph_own(graph, fold->tasks[i]) != own)
			return;
	}
	if (!own)
		return;
	fputs("own", out);
	for_each_resource_in(own, r)
		fprintf(out, " %s", resources[r].name);
	fputs("\\l", out);
}

/* Prints the objects of the fold that have no lines. */
static void put_written(const struct graph *graph, const struct fold *fold,
			FILE *out)
{
	bool any = false;

	for (unsigned int i = 0; i < fold->links.count; i++) {
		const struct bundle *bundle =
			&graph->bundles[fold->links.bundles[i]];

		for (unsigned int o = 0; o < bundle->count; o++) {
			if (!graph_is_written(bundle))
				break;
			fputs(any ? " " : "and ", out);
			put_object(graph, &bundle->objects[o], out);
			any = true;
		}
	}
	if (any)
		fputs("\\l", out);
}

static void put_task(const struct taskmap_record *task, FILE *out)
{
	put_name(task, out);
	fprintf(out, "\\l%s%s\\l", kind_of(task),
		task->state == 'Z' || task->state == 'X' ? ", dead" : "");
}

static void put_tasks(const struct graph *graph, const struct fold *fold,
		      FILE *out)
{
	fprintf(out, "%u tasks %s\\l", fold->count, fold->links.count ?
		"with the same objects" : "that share none of these");
	for (unsigned int i = 0; i < NAMED; i++) {
		put_name(&graph->model->tasks[fold->tasks[i]], out);
		fputs("\\l", out);
	}
	fprintf(out, "and %u more\\l", fold->count - NAMED);
}

/* The birth of the fold, or NULL if no arrow leads to it. */
static const struct lineage *lineage_of(const struct graph *graph,
					const struct fold *fold)
{
	const struct lineage *lineage;

	if (!graph->lineages)
		return NULL;
	lineage = &graph->lineages[fold->tasks[0]];
	return lineage->creator == NO_TASK ? NULL : lineage;
}

/*
 * For example "vfork(2) by 812". It is not on the arrow, because dot 2.43
 * crashes then.
 */
static void put_lineage(const struct graph *graph, const struct fold *fold,
			FILE *out)
{
	const struct lineage *lineage = lineage_of(graph, fold);
	const char *name;

	if (!lineage)
		return;
	name = birth_name(lineage->flags);
	if (!name)
		name = lineage->flags & CLONE_THREAD ? "thread" : "clone(2)";
	fprintf(out, "%s by %d\\l", name,
		graph->model->tasks[lineage->creator].pid);
}

static void put_fold(const struct graph *graph, const struct fold *fold,
		     const char *indent, FILE *out)
{
	const struct taskmap_record *task = &graph->model->tasks[fold->tasks[0]];

	fprintf(out, "%s%d [%s%s, label=\"", indent, task->pid,
		shape_of(task), fold->count > 1 ? ", peripheries=2" : "");
	if (fold->count > 1)
		put_tasks(graph, fold, out);
	else
		put_task(task, out);
	put_lineage(graph, fold, out);
	put_own(graph, fold, out);
	put_written(graph, fold, out);
	fprintf(out, "\"%s]\n", fold->count == 1 &&
		model_is_dead(graph->model, fold->tasks[0]) ?
		", style=dashed" : "");
}

/* The tgid of all tasks of the fold, or 0 if they differ. */
static int tgid_of(const struct graph *graph, const struct fold *fold)
{
	const struct taskmap_record *tasks = graph->model->tasks;
	int tgid = tasks[fold->tasks[0]].tgid;

	for (unsigned int i = 1; i < fold->count; i++) {
		if (tasks[fold->tasks[i]].tgid != tgid)
			return 0;
	}
	return tgid;
}

/* The index behind the last fold in the same thread group as fold @f. */
static unsigned int end_of_group(const struct graph *graph, unsigned int f)
{
	int tgid = tgid_of(graph, &graph->folds[f]);
	unsigned int end = f + 1;

	while (tgid && end < graph->fold_count &&
	       tgid_of(graph, &graph->folds[end]) == tgid)
		end++;
	return end;
}

static void put_group(const struct graph *graph, unsigned int first,
		      unsigned int end, FILE *out)
{
	fprintf(out, "  subgraph cluster_%d {\n    label=\"thread group %d\"\n",
		pid_of(graph, &graph->folds[first]),
		tgid_of(graph, &graph->folds[first]));
	for (; first < end; first++)
		put_fold(graph, &graph->folds[first], "    ", out);
	fputs("  }\n", out);
}

static void put_folds(const struct graph *graph, FILE *out)
{
	unsigned int end;

	for (unsigned int f = 0; f < graph->fold_count; f = end) {
		end = end_of_group(graph, f);
		if (end - f > 1)
			put_group(graph, f, end, out);
		else
			put_fold(graph, &graph->folds[f], "  ", out);
	}
}

static void put_bundle(const struct graph *graph, const struct bundle *bundle,
		       FILE *out)
{
	unsigned int holders = bundle->objects->holders.count;
	unsigned int hidden = holders - bundle->shown;

	fputs("  ", out);
	put_bundle_name(graph, bundle, out);
	fputs(" [class=object, label=\"", out);
	for (unsigned int i = 0; i < bundle->count; i++) {
		put_object(graph, &bundle->objects[i], out);
		fputs("\\n", out);
	}
	fprintf(out, "%u holder%s", holders, holders == 1 ? "" : "s");
	if (hidden)
		fprintf(out, ",\\n%u not drawn", hidden);
	fputs(graph_is_written(bundle) ? ",\\nwithout lines" : "", out);
	fputs("\"]\n", out);
}

static void put_bundles(const struct graph *graph, FILE *out)
{
	fputs("  node [shape=box, style=\"rounded,filled\", fillcolor=\"#e4e4e4\"]\n",
	      out);
	for (unsigned int b = 0; b < graph->bundle_count; b++)
		put_bundle(graph, &graph->bundles[b], out);
}

/* Whether the task only borrows this address space. */
static bool borrows(const struct graph *graph, const struct fold *fold,
		    const struct bundle *bundle)
{
	const struct taskmap_record *task = &graph->model->tasks[fold->tasks[0]];

	return bundle->objects->resource == TASKMAP_MM &&
	       (task->kind == TASKMAP_KTHREAD ||
		task->marks & TASKMAP_MARK_VFORK);
}

static void put_line(const struct graph *graph, const struct fold *fold,
		     const struct bundle *bundle, FILE *out)
{
	fprintf(out, "  %d -- ", pid_of(graph, fold));
	put_bundle_name(graph, bundle, out);
	fputs(borrows(graph, fold, bundle) ? " [style=dashed]\n" : "\n", out);
}

static void put_lines(const struct graph *graph, FILE *out)
{
	for (unsigned int f = 0; f < graph->fold_count; f++) {
		const struct fold *fold = &graph->folds[f];

		for (unsigned int i = 0; i < fold->links.count; i++) {
			const struct bundle *bundle =
				&graph->bundles[fold->links.bundles[i]];

			if (!graph_is_written(bundle))
				put_line(graph, fold, bundle, out);
		}
	}
}

/*
 * constraint=false: the arrow must not move the tasks, which are in a column.
 */
static void put_birth(const struct graph *graph, const struct fold *fold,
		      const struct lineage *lineage, FILE *out)
{
	char *flags = clone_flags(lineage->flags, "|");

	fprintf(out, "  %d -- %d [class=birth, dir=forward, style=dotted, constraint=false, tooltip=\"%s\"]\n",
		graph->model->tasks[lineage->creator].pid, pid_of(graph, fold),
		flags);
	free(flags);
}

static void put_births(const struct graph *graph, FILE *out)
{
	for (unsigned int f = 0; f < graph->fold_count; f++) {
		const struct fold *fold = &graph->folds[f];

		if (lineage_of(graph, fold))
			put_birth(graph, fold, lineage_of(graph, fold), out);
	}
}

/* Below the drawing. */
static const char *const legend[] = {
	"Square: a task, and what it alone holds. Bold: the leader of several threads.",
	"Cut corners: a kernel thread. Two tabs: a kernel worker. Dashed: a dead task.",
	"Double: several tasks. Frame around tasks: a thread group.",
	"Rounded: objects with the same holders. Dashed line: a borrowed address space.",
	"Dotted arrow: from a task to one that it created.",
};

void graph_print_dot(const struct graph *graph,
		     const struct taskmap_header *header, FILE *out)
{
	char release[ESCAPED_SIZE(TASKMAP_RELEASE_LEN)];

	fputs("graph taskmap {\n  label=\"", out);
	fprintf(out, "%u of %u tasks, Linux ", graph->task_count,
		graph->model->count);
	put_text(escape(header->release, release), out);
	if (header->flags & TASKMAP_PROC)
		fputs(", from /proc and kcmp(2): what is unknown is not drawn", out);
	fputs("\\l", out);
	for (size_t i = 0; i < ARRAY_SIZE(legend); i++)
		fprintf(out, "%s\\l", legend[i]);
	if (graph_is_crowded(graph))
		fputs(GRAPH_CROWDED "\\l", out);
	fputs("\"\n  labeljust=l\n"
	      "  rankdir=LR\n"
	      "  ranksep=1.2\n"
	      "  pack=24\n"
	      "  packmode=\"graph\"\n"
	      "  graph [fontname=\"sans-serif\"]\n"
	      "  node [fontname=\"sans-serif\"]\n", out);
	put_folds(graph, out);
	put_bundles(graph, out);
	put_lines(graph, out);
	if (graph->lineages)
		put_births(graph, out);
	fputs("}\n", out);
}
