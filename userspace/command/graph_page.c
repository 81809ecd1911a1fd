// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Prints the page of taskmap graph --html: graph_page.html, with the data in JSON
 * inserted. taskmap graph --json prints only the data.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "command/explain.h"
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

/* If there are more tasks, the page does not contain what explain says of them. */
#define EXPLAINED	4096

/* If there are more tasks, it compares them only with relatives. */
#define COMPARED	48

/*
 * Values that many tasks have, each once. Tasks contain their indices. All of an
 * entry is its text in JSON.
 */
struct pool {
	void *tree;	/* of struct pooled_value, by text */
	struct pooled_value **entries;
	unsigned int count;
};

struct pooled_value {
	char *text;
	unsigned int index;
};

/* A snapshot of the page. */
struct frame {
	const char *name;	/* of its file; NULL if there is only one snapshot */
	const struct taskmap_header *header;
	struct model *model;
	const bool *chosen;
};

struct page {
	const struct options *options;
	struct frame *frames;
	unsigned int count;
	uint32_t resources;	/* resources that chosen tasks hold */
	unsigned int tasks;	/* number of chosen tasks of all frames */
	bool elsewhere;
	struct pool pool;
};

static void put_text(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '<')
			fputs("\\u003c", stdout);
		else
			fputc(text[i], stdout);
	}
}

static void put(struct json_object *object)
{
	size_t length;
	const char *text = json_line(object, &length);

	put_text(text, length);
	json_object_put(object);
}

static void put_list_member(bool first, struct json_object *object)
{
	fputs(first ? "\n" : ",\n", stdout);
	put(object);
}

/* Pool */

static int compare_entries(const void *a, const void *b)
{
	const struct pooled_value *x = a, *y = b;

	return strcmp(x->text, y->text);
}

/* Returns the index of @value in the pool, as JSON. Takes over its reference. */
static struct json_object *pooled(struct pool *pool, struct json_object *value)
{
	struct pooled_value *entry = xcalloc(1, sizeof(*entry));
	struct pooled_value **found;
	size_t length;

	entry->text = xstrdup(json_line(value, &length));
	entry->index = pool->count;
	json_object_put(value);
	found = tsearch(entry, &pool->tree, compare_entries);
	need_memory(!found);
	if (*found != entry) {
		free(entry->text);
		free(entry);
	} else {
		pool->entries = xgrow(pool->entries, pool->count,
				      sizeof(entry));
		pool->entries[pool->count++] = entry;
	}
	return json_number((*found)->index);
}

static void keep(void *entry)
{
	(void)entry;
}

/* Prints the pool and frees it. */
static void put_pool(struct pool *pool)
{
	tdestroy(pool->tree, keep);
	for (unsigned int i = 0; i < pool->count; i++) {
		struct pooled_value *entry = pool->entries[i];

		fputs(i ? ",\n" : "\n", stdout);
		put_text(entry->text, strlen(entry->text));
		free(entry->text);
		free(entry);
	}
	free(pool->entries);
}

/* Resources and objects */

static uint32_t resources_held(const struct frame *frame)
{
	uint32_t held = 0;

	for (unsigned int i = 0; i < frame->model->count; i++) {
		for_each_resource(r) {
			if (frame->chosen[i] && frame->model->tasks[i].ids[r])
				held |= BIT(r);
		}
	}
	return held;
}

static void put_resources(const struct page *page)
{
	bool first = true;

	for_each_resource_in(page->resources, r) {
		struct json_object *object = json_new_object();

		json_add_text(object, "name", resources[r].key);
		json_add_text(object, "noun", resources[r].noun);
		json_add_text(object, "help", resources[r].help);
		json_add_text(object, "flag", resources[r].flag);
		json_add_bool(object, "shown", page->options->resources & BIT(r));
		put_list_member(first, object);
		first = false;
	}
}

/* The index of @resource among those of the page. */
static unsigned int place_of(const struct page *page,
			     enum taskmap_resource resource)
{
	return (unsigned int)__builtin_popcount(page->resources &
						(BIT(resource) - 1));
}

/*
 * Prints the objects that several tasks hold, chosen or not: resource, number,
 * holders and refs. With --all, prints all objects.
 */
static void put_objects(const struct page *page, const struct frame *frame)
{
	struct objects objects;

	need_memory(objects_make(&objects, frame->model, &(struct object_filter){
		ALL_RESOURCES, frame->chosen, page->options->all }));
	for (unsigned int i = 0; i < objects.count; i++) {
		const struct object *of = &objects.list[i];
		struct json_object *array = json_new_array();

		json_append(array, json_number(place_of(page, of->resource)));
		json_append(array, json_number(model_number(frame->model,
							    of->earliest,
							    of->resource)));
		json_append(array, json_number(of->holders.count));
		json_append(array, json_number(of->refs));
		put_list_member(!i, array);
	}
	objects_free(&objects);
}

/* Tasks */

/*
 * The numbers of the objects that a task holds, 0 for none, null for unknown, in order
 * of resource.
 */
static struct json_object *holds_of(const struct page *page,
				    const struct model *model,
				    unsigned int task)
{
	struct json_object *array = json_new_array();

	for_each_resource_in(page->resources, r) {
		bool unknown = model->tasks[task].unknown & BIT(r);

		json_append(array, unknown ? NULL :
			    json_number(model_number(model, task, r)));
	}
	return array;
}

/* What explain says: its lines, in the order of the page's "labels". */
static struct json_object *explanation_of(struct page *page,
					  struct model *model,
					  unsigned int task)
{
	struct json_object *array = json_new_array();
	char *lines[LINES];

	explain_lines(model, task, page->elsewhere, lines);
	for (unsigned int i = 0; i < LINES; i++) {
		json_append(array, pooled(&page->pool, json_text(lines[i])));
		free(lines[i]);
	}
	return array;
}

static void add_comparison(struct page *page, const struct frame *frame,
			   struct json_object *to, unsigned int task,
			   unsigned int other)
{
	struct json_object *words;
	char key[NUMBER_SIZE];

	if (other == NO_TASK || other == task || !frame->chosen[other])
		return;
	put_number(key, frame->model->tasks[other].pid);
	if (json_object_object_get_ex(to, key, NULL))
		return;
	words = comparison_words(frame->model, task, other);
	json_add(to, key, pooled(&page->pool, words));
}

/* What compare says of a task and others, by pid of the other one. */
static struct json_object *comparisons_of(struct page *page,
					  const struct frame *frame,
					  unsigned int task)
{
	struct json_object *object = json_new_object();
	struct model *model = frame->model;
	bool every = page->tasks <= COMPARED;

	for (unsigned int i = 0; every && i < model->count; i++)
		add_comparison(page, frame, object, task, i);
	add_comparison(page, frame, object, task, model_leader(model, task));
	add_comparison(page, frame, object, task, model_parent(model, task));
	add_comparison(page, frame, object, task,
		       model_creator(model, task).task);
	return object;
}

static void put_task(struct page *page, const struct frame *frame,
		     unsigned int task, bool first)
{
	struct model *model = frame->model;
	const struct taskmap_record *record = &model->tasks[task];
	struct json_object *object = json_new_object();
	const char *kind = kind_name(record->kind);
	const struct birth birth = model_birth(model, task);
	char comm[ESCAPED_SIZE(TASKMAP_COMM_LEN)], note[VALUE_SIZE];

	note_oddities(model, task, note);
	json_add_number(object, "pid", record->pid);
	json_add_number(object, "tgid", record->tgid);
	json_add_number(object, "ppid", record->ppid);
	json_add_wide(object, "start", record->start_ns);
	json_add_text(object, "kind", kind ? kind : "task");
	if (model_is_dead(model, task))
		json_add_bool(object, "dead", true);
	json_add_text(object, "comm", escape(record->comm, comm));
	if (*note)
		json_add(object, "note", pooled(&page->pool, json_text(note)));
	if (birth.pid)
		json_add_birth(object, &birth);
	json_add(object, "holds",
		 pooled(&page->pool, holds_of(page, model, task)));
	if (page->tasks <= EXPLAINED) {
		json_add(object, "explain", explanation_of(page, model, task));
		json_add(object, "compare", comparisons_of(page, frame, task));
	}
	put_list_member(first, object);
}

/* Frames */

static void put_frame(struct page *page, const struct frame *frame)
{
	struct model *model = frame->model;
	bool first = true;

	fputs("\n{\"taskmap\":", stdout);
	put(json_header(frame->header));
	fputs(",\n\"file\":", stdout);
	if (frame->name) {
		char *name = escaped(frame->name);

		put(json_text(name));
		free(name);
	} else {
		fputs("null", stdout);
	}
	fputs(",\n\"objects\":[", stdout);
	put_objects(page, frame);
	fputs("],\n\"drift\":", stdout);
	put(drift_array(model, !(frame->header->flags & TASKMAP_WALKED),
			frame->chosen));
	fputs(",\n\"tasks\":[", stdout);
	for (unsigned int i = 0; i < model->count; i++) {
		if (!frame->chosen[i])
			continue;
		put_task(page, frame, i, first);
		first = false;
	}
	fputs("]}", stdout);
}

static void put_data(struct page *page)
{
	struct json_object *labels = json_new_array();

	for (unsigned int i = 0; i < LINES; i++)
		json_append(labels, json_text(explain_label(i)));
	json_print_version();
	printf(",\n\"all\":%s,\n\"explained\":%d,\n\"labels\":",
	       page->options->all ? "true" : "false", EXPLAINED);
	put(labels);
	fputs(",\n\"resources\":[", stdout);
	put_resources(page);
	fputs("],\n\"snapshots\":[", stdout);
	for (unsigned int i = 0; i < page->count; i++) {
		fputs(i ? "," : "", stdout);
		put_frame(page, &page->frames[i]);
	}
	fputs("],\n\"pool\":[", stdout);
	put_pool(&page->pool);
	fputs("]}", stdout);
}

static void print_page(struct page *page)
{
	const char *data = strstr(page_text, place);

	for (unsigned int i = 0; i < page->count; i++) {
		struct frame *frame = &page->frames[i];

		need_memory(model_group_all(frame->model, ALL_RESOURCES));
		page->resources |= resources_held(frame);
		for (unsigned int t = 0; t < frame->model->count; t++)
			page->tasks += frame->chosen[t];
	}
	if (page->options->output.format == FORMAT_JSON) {
		put_data(page);
		putchar('\n');
		return;
	}
	/*
	 * putchar() goes through the buffer of stdout, which remembers errors.
	 */
	for (const char *c = page_text; c < data; c++)
		putchar(*c);
	put_data(page);
	for (const char *c = data + strlen(place); *c; c++)
		putchar(*c);
}

/* Several snapshots */

/* Snapshots of one load of the module, whose tasks are in one array. */
struct series {
	struct snapshot *snaps;
	unsigned int count;
	struct snapshot whole;
	struct model model;	/* of all tasks: it numbers the objects */
	struct model *models;	/* of each snapshot */
	bool *chosen;		/* of all tasks */
	bool missing;
};

static int series_read(struct series *series, const struct options *options,
		       struct error *error)
{
	char **names = options->args;

	for (; names[series->count]; series->count++) {
		unsigned int i = series->count;

		series->snaps = xgrow(series->snaps, i, sizeof(*series->snaps));
		if (source_read(options->source, names[i], &series->snaps[i],
				error))
			return -1;
		if (i && check_same_load(&series->snaps[i - 1],
					 &series->snaps[i], names + i - 1,
					 error)) {
			series->count++;
			return -1;
		}
		series->whole.count += series->snaps[i].count;
	}
	return 0;
}

/* Moves the tasks into one array, and makes the models. */
static void series_join(struct series *series, const struct filter *filter)
{
	const struct model **models = xcalloc(series->count, sizeof(*models));
	unsigned int at = 0;

	series->whole.tasks = xcalloc(series->whole.count,
				      sizeof(*series->whole.tasks));
	series->models = xcalloc(series->count, sizeof(*series->models));
	for (unsigned int i = 0; i < series->count; i++) {
		struct snapshot *snap = &series->snaps[i];
		struct snapshot part = *snap;

		part.tasks = series->whole.tasks + at;
		memcpy(part.tasks, snap->tasks,
		       snap->count * sizeof(*snap->tasks));
		need_memory(model_init(&series->models[i], &part));
		series->models[i].whole = &series->model;
		series->models[i].offset = at;
		models[i] = &series->models[i];
		at += snap->count;
	}
	need_memory(model_init(&series->model, &series->whole));
	need_memory(model_number_all(&series->model, ALL_RESOURCES));
	series->chosen = choose(filter, models, series->count, &series->missing);
	free(models);
}

static void series_free(struct series *series)
{
	for (unsigned int i = 0; i < series->count; i++) {
		if (series->models)
			model_free(&series->models[i]);
		snapshot_free(&series->snaps[i]);
	}
	if (series->models)
		model_free(&series->model);
	snapshot_free(&series->whole);
	free(series->models);
	free(series->snaps);
	free(series->chosen);
}

int graph_page_of_files(const struct options *options, struct error *error)
{
	struct page page = { .options = options };
	struct series series = { 0 };
	int status = -1;

	if (!series_read(&series, options, error)) {
		series_join(&series, &options->filter);
		page.frames = xcalloc(series.count, sizeof(*page.frames));
		for (; page.count < series.count; page.count++) {
			struct model *model = &series.models[page.count];

			page.frames[page.count] = (struct frame){
				.name = options->args[page.count],
				.header = &series.snaps[page.count].header,
				.model = model,
				.chosen = series.chosen + model->offset,
			};
		}
		print_page(&page);
		free(page.frames);
		status = series.missing ? STATUS_MISSING : STATUS_DONE;
	}
	series_free(&series);
	return status;
}

void graph_print_page(struct view *view)
{
	struct frame frame = {
		.header = &view->snap.header,
		.model = &view->model,
		.chosen = view->chosen,
	};
	struct page page = {
		.options = view->options,
		.frames = &frame,
		.count = 1,
		.elsewhere = view->elsewhere,
	};

	print_page(&page);
}
