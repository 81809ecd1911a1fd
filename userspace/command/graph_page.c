// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Prints the page of taskmap graph --html: graph_page.html, with the data in JSON
 * inserted. taskmap graph --json prints only the data.
 */
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "command/explain.h"
#include "command/graph.h"
#include "command/graph_page.h"

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

struct pooled_value {
	char *text;
	unsigned int index;
};

static void put_bytes(const struct page *page, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '<')
			fputs("\\u003c", page->out);
		else
			fputc(text[i], page->out);
	}
}

void page_put_text(const struct page *page, const char *text)
{
	put_bytes(page, text, strlen(text));
}

static void put(const struct page *page, struct json_object *object)
{
	size_t length;
	const char *text = json_line(object, &length);

	put_bytes(page, text, length);
	json_object_put(object);
}

static void put_list_member(const struct page *page, bool first,
			    struct json_object *object)
{
	fputs(first ? "\n" : ",\n", page->out);
	put(page, object);
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

static void put_pool(const struct page *page)
{
	for (unsigned int i = 0; i < page->pool.count; i++) {
		fputs(i ? ",\n" : "\n", page->out);
		page_put_text(page, page->pool.entries[i]->text);
	}
}

void page_free(struct page *page)
{
	struct pool *pool = &page->pool;

	tdestroy(pool->tree, keep);
	for (unsigned int i = 0; i < pool->count; i++) {
		free(pool->entries[i]->text);
		free(pool->entries[i]);
	}
	free(pool->entries);
}

/* Resources and objects */

uint32_t page_resources_held(const struct frame *frame)
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
		json_add_bool(object, "shown",
			      page->options->resources & page->held & BIT(r));
		put_list_member(page, first, object);
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

struct json_object *page_object(const struct page *page,
				const struct frame *frame,
				const struct object *object)
{
	struct json_object *array = json_new_array();

	json_append(array, json_number(place_of(page, object->resource)));
	json_append(array, json_number(model_number(frame->model,
						    object->earliest,
						    object->resource)));
	json_append(array, json_number(object->holders.count));
	json_append(array, json_number(object->refs));
	return array;
}

void page_list_objects(const struct page *page, const struct frame *frame,
		       struct objects *objects)
{
	need_memory(objects_make(objects, frame->model, &(struct object_filter){
		ALL_RESOURCES, frame->chosen, page->options->all }));
}

static void put_objects(const struct page *page, const struct frame *frame)
{
	struct objects objects;

	page_list_objects(page, frame, &objects);
	for (unsigned int i = 0; i < objects.count; i++)
		put_list_member(page, !i,
				page_object(page, frame, &objects.list[i]));
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
	bool every = page->tasks <= page->compared;

	for (unsigned int i = 0; every && i < model->count; i++)
		add_comparison(page, frame, object, task, i);
	add_comparison(page, frame, object, task, model_leader(model, task));
	add_comparison(page, frame, object, task, model_parent(model, task));
	add_comparison(page, frame, object, task,
		       model_creator(model, task).task);
	return object;
}

struct json_object *page_task(struct page *page, const struct frame *frame,
			      unsigned int task)
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
	if (page->tasks <= page->explained) {
		json_add(object, "explain", explanation_of(page, model, task));
		json_add(object, "compare", comparisons_of(page, frame, task));
	}
	return object;
}

/* Frames */

struct json_object *page_drift(const struct frame *frame)
{
	return drift_array(frame->model,
			   !(frame->header->flags & TASKMAP_WALKED),
			   frame->chosen);
}

static void put_frame(struct page *page, const struct frame *frame)
{
	struct model *model = frame->model;
	bool first = true;

	fputs("\n{\"taskmap\":", page->out);
	put(page, json_header(frame->header));
	fputs(",\n\"file\":", page->out);
	if (frame->name) {
		char *name = escaped(frame->name);

		put(page, json_text(name));
		free(name);
	} else {
		fputs("null", page->out);
	}
	fputs(",\n\"objects\":[", page->out);
	put_objects(page, frame);
	fputs("],\n\"drift\":", page->out);
	put(page, page_drift(frame));
	fputs(",\n\"tasks\":[", page->out);
	for (unsigned int i = 0; i < model->count; i++) {
		if (!frame->chosen[i])
			continue;
		put_list_member(page, first, page_task(page, frame, i));
		first = false;
	}
	fputs("]}", page->out);
}

static void put_data(struct page *page)
{
	struct json_object *labels = json_new_array();

	for (unsigned int i = 0; i < LINES; i++)
		json_append(labels, json_text(explain_label(i)));
	json_print_version(page->out);
	fprintf(page->out, ",\n\"all\":%s,\n\"explained\":%u,\n\"labels\":",
		page->options->all ? "true" : "false", page->explained);
	put(page, labels);
	if (page->steps)
		fprintf(page->out, ",\n\"watched\":true,\n\"left\":%" PRIu64,
			page->left);
	fputs(",\n\"resources\":[", page->out);
	put_resources(page);
	fputs("],\n\"snapshots\":[", page->out);
	if (page->steps)
		fputs(page->steps, page->out);
	for (unsigned int i = 0; i < page->count; i++) {
		fputs(i ? "," : "", page->out);
		put_frame(page, &page->frames[i]);
	}
	fputs("],\n\"pool\":[", page->out);
	put_pool(page);
	fputs("]}", page->out);
}

void page_print(struct page *page)
{
	const char *data = strstr(page_text, place);

	/*
	 * fputc() goes through the buffer of the file, which remembers errors.
	 */
	for (const char *c = page_text; c < data; c++)
		fputc(*c, page->out);
	put_data(page);
	for (const char *c = data + strlen(place); *c; c++)
		fputc(*c, page->out);
}

static void print_frames(struct page *page)
{
	page->out = stdout;
	page->explained = EXPLAINED;
	page->compared = COMPARED;
	for (unsigned int i = 0; i < page->count; i++) {
		struct frame *frame = &page->frames[i];

		need_memory(model_group_all(frame->model, ALL_RESOURCES));
		page->held |= page_resources_held(frame);
		for (unsigned int t = 0; t < frame->model->count; t++)
			page->tasks += frame->chosen[t];
	}
	page->resources = page->held;
	if (page->options->output.format == FORMAT_JSON) {
		put_data(page);
		fputc('\n', page->out);
	} else {
		page_print(page);
	}
	page_free(page);
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
		print_frames(&page);
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

	print_frames(&page);
}
