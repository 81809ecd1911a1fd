// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Prints the page of taskmap graph --html: graph_page.html, with the data in
 * JSON inserted.
 */
#include <stdio.h>
#include <string.h>

#include "command/graph.h"

/*
 * Includes the file in the program. The Makefile tells the assembler where it
 * is.
 */
#define PAGE						\
	".pushsection .rodata\n"			\
	".globl page_text\n"				\
	"page_text:\n"					\
	".incbin \"command/graph_page.html\"\n"		\
	".byte 0\n"					\
	".popsection\n"
asm(PAGE);

/* The placeholder for the data. */
static const char place[] = "@DATA@";

static void put(struct json_object *object)
{
	size_t length;
	const char *text = json_line(object, &length);

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '<')
			fputs("\\u003c", stdout);
		else
			fputc(text[i], stdout);
	}
	json_object_put(object);
}

static void put_resources(uint32_t set)
{
	const char *separator = "\n";

	for_each_resource_in(set, r) {
		struct json_object *object = json_new_object();

		json_add_text(object, "name", resources[r].name);
		json_add_text(object, "prefix", resources[r].prefix);
		json_add_text(object, "help", resources[r].help);
		fputs(separator, stdout);
		put(object);
		separator = ",\n";
	}
}

/* The index of @resource among the drawn resources. */
static unsigned int place_of(uint32_t set, enum taskmap_resource resource)
{
	return (unsigned int)__builtin_popcount(set & ((1U << resource) - 1));
}

/*
 * Prints the objects that DOT would draw: with --all, also those with one
 * holder.
 */
static void put_objects(const struct graph *graph)
{
	for (unsigned int i = 0; i < graph->objects.count; i++) {
		const struct object *of = &graph->objects.list[i];
		struct json_object *object = json_new_object();

		json_add_number(object, "resource",
				place_of(graph->resources, of->resource));
		json_add_number(object, "number",
				model_number(graph->model, of->earliest,
					     of->resource));
		json_add_number(object, "holders", of->holders.count);
		json_add_number(object, "refs", of->refs);
		fputs(i ? ",\n" : "\n", stdout);
		put(object);
	}
}

/*
 * The numbers of the objects that a task holds, 0 for none, in order of
 * resource.
 */
static struct json_object *holds_of(const struct graph *graph,
				    unsigned int task)
{
	struct json_object *array = json_new_array();

	for_each_resource_in(graph->resources, r)
		json_append(array, json_number(model_number(graph->model, task,
							    r)));
	return array;
}

static void put_task(const struct graph *graph, unsigned int task)
{
	const struct taskmap_record *record = &graph->model->tasks[task];
	struct json_object *object = json_new_object();
	const char *kind = kind_name(record->kind);
	const struct birth birth = model_birth(graph->model, task);
	char comm[ESCAPED_SIZE(TASKMAP_COMM_LEN)], note[VALUE_SIZE];

	note_oddities(graph->model, task, note);
	json_add_number(object, "pid", record->pid);
	json_add_number(object, "tgid", record->tgid);
	json_add_text(object, "kind", kind ? kind : "task");
	json_add_bool(object, "dead", model_is_dead(graph->model, task));
	json_add_text(object, "comm", escape(record->comm, comm));
	json_add_text(object, "note", note);
	json_add_birth(object, &birth);
	json_add(object, "holds", holds_of(graph, task));
	put(object);
}

static void put_tasks(const struct graph *graph)
{
	const char *separator = "\n";

	for (unsigned int f = 0; f < graph->fold_count; f++) {
		const struct fold *fold = &graph->folds[f];

		for (unsigned int i = 0; i < fold->count; i++) {
			fputs(separator, stdout);
			put_task(graph, fold->tasks[i]);
			separator = ",\n";
		}
	}
}

/* Prints how many of the following tasks belong to each fold. */
static void put_folds(const struct graph *graph)
{
	for (unsigned int f = 0; f < graph->fold_count; f++)
		printf("%s%u", f ? "," : "", graph->folds[f].count);
}

static void put_data(const struct graph *graph,
		     const struct taskmap_header *header)
{
	fputs("{\"taskmap\":", stdout);
	put(json_header(header));
	fputs(",\n\"resources\":[", stdout);
	put_resources(graph->resources);
	fputs("],\n\"objects\":[", stdout);
	put_objects(graph);
	fputs("],\n\"folds\":[", stdout);
	put_folds(graph);
	fputs("],\n\"tasks\":[", stdout);
	put_tasks(graph);
	fputs("]}", stdout);
}

void graph_print_page(const struct graph *graph,
		      const struct taskmap_header *header)
{
	const char *data = strstr(page_text, place);

	/*
	 * putchar() goes through the buffer of stdout, which remembers errors.
	 */
	for (const char *c = page_text; c < data; c++)
		putchar(*c);
	put_data(graph, header);
	for (const char *c = data + strlen(place); *c; c++)
		putchar(*c);
}
