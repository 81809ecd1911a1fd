// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The page itself is the file of HTML beside this, which has a place for the
 * data; here that is made, row by row.
 */
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "json.h"
#include "json_make.h"
#include "kinds.h"
#include "notes.h"
#include "page.h"
#include "resources.h"

/*
 * The file becomes a part of the program. It is called as this one is, for it to
 * be found from wherever the compiler is run.
 */
#define PAGE						\
	".pushsection .rodata\n"			\
	".globl page_text\n"				\
	"page_text:\n"					\
	".incbin \"" __FILE__ ".html\"\n"		\
	".byte 0\n"					\
	".popsection\n"
asm(PAGE);

/* Where the data goes. */
static const char place[] = "@DATA@";

static void put(struct json_object *object)
{
	size_t length;
	const char *text = json_text(object, &length);

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

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		struct json_object *object;

		if (!(set >> r & 1))
			continue;
		object = must(json_object_new_object());
		add_text(object, "name", resources[r].name);
		add_text(object, "prefix", resources[r].prefix);
		add_text(object, "help", resources[r].help);
		fputs(separator, stdout);
		put(object);
		separator = ",\n";
	}
}

/* The place of @resource among those that are drawn. */
static unsigned int place_of(uint32_t set, enum taskmap_resource resource)
{
	return (unsigned int)__builtin_popcount(set & ((1U << resource) - 1));
}

/* Objects that more than one task holds: those that lines would be drawn to. */
static void put_objects(const struct graph *graph)
{
	for (unsigned int i = 0; i < graph->objects.count; i++) {
		const struct object *of = &graph->objects.list[i];
		struct json_object *object = must(json_object_new_object());

		add_unsigned(object, "resource",
			     place_of(graph->resources, of->resource));
		add_unsigned(object, "number",
			     model_number(graph->model, of->earliest, of->resource));
		add_unsigned(object, "holders", of->count);
		add_unsigned(object, "refs", of->refs);
		fputs(i ? ",\n" : "\n", stdout);
		put(object);
	}
}

/* The numbers of what a task holds, 0 for none, in order of resource. */
static struct json_object *holds_of(const struct graph *graph,
				    unsigned int task)
{
	struct json_object *array = must(json_object_new_array());

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		unsigned int number;

		if (!(graph->resources >> r & 1))
			continue;
		number = model_number(graph->model, task, r);
		append(array, must(json_object_new_int64(number)));
	}
	return array;
}

static void put_task(const struct graph *graph, unsigned int task)
{
	const struct taskmap_record *record = &graph->model->tasks[task];
	struct json_object *object = must(json_object_new_object());
	const char *kind = kind_name(record->kind);
	char comm[ESCAPED_SIZE(TASKMAP_COMM_LEN)], note[NOTES_SIZE];

	notes_oddities(graph->model, task, note);
	add_unsigned(object, "pid", (uint64_t)record->pid);
	add_unsigned(object, "tgid", (uint64_t)record->tgid);
	add_text(object, "kind", kind ? kind : "task");
	add_bool(object, "dead", model_is_dead(graph->model, task));
	add_text(object, "comm", escape(record->comm, comm));
	add_text(object, "note", note);
	add(object, "holds", holds_of(graph, task));
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

/* How many of the tasks, in their order, each fold has. */
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

void page_print(const struct graph *graph, const struct taskmap_header *header)
{
	const char *data = strstr(page_text, place);

	/* Byte by byte it goes through the buffer, which knows why it cannot. */
	for (const char *c = page_text; c < data; c++)
		putchar(*c);
	put_data(graph, header);
	for (const char *c = data + strlen(place); *c; c++)
		putchar(*c);
}
