// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The page of a series of events. An event changes few tasks, so a step contains
 * only what differs from the step before it: three hundred steps would otherwise
 * repeat every task three hundred times.
 */
#include <stdlib.h>
#include <string.h>

#include "command/graph_page.h"

/*
 * If there are more tasks, a step does not contain what explain says of them: it
 * changes with each step.
 */
#define EXPLAINED	256

/* A task or an object of a step, in JSON. */
struct part {
	char *key;
	char *text;
};

struct parts {
	struct part *list;	/* sorted by key */
	unsigned int count;
};

static void add_part(struct parts *parts, char *key, struct json_object *object)
{
	size_t length;
	const char *text = json_line(object, &length);

	parts->list = xgrow(parts->list, parts->count, sizeof(*parts->list));
	parts->list[parts->count++] = (struct part){ key, xstrdup(text) };
	json_object_put(object);
}

static int compare_parts(const void *a, const void *b)
{
	return strcmp(((const struct part *)a)->key,
		      ((const struct part *)b)->key);
}

static void free_parts(struct parts *parts)
{
	for (unsigned int i = 0; parts && i < parts->count; i++) {
		free(parts->list[i].key);
		free(parts->list[i].text);
	}
	if (parts)
		free(parts->list);
	free(parts);
}

/* Pid and start time identify a task, as in the page. */
static struct parts *tasks_of(struct page *page, const struct frame *frame)
{
	struct parts *parts = xcalloc(1, sizeof(*parts));

	for (unsigned int i = 0; i < frame->model->count; i++) {
		const struct taskmap_record *task = &frame->model->tasks[i];

		if (frame->chosen[i])
			add_part(parts, xasprintf("%d.%lld", task->pid,
						  (long long)task->start_ns),
				 page_task(page, frame, i));
	}
	return parts;
}

static struct parts *objects_of(const struct page *page,
				const struct frame *frame)
{
	struct parts *parts = xcalloc(1, sizeof(*parts));
	struct objects objects;

	page_list_objects(page, frame, &objects);
	for (unsigned int i = 0; i < objects.count; i++) {
		const struct object *of = &objects.list[i];

		add_part(parts, xasprintf("%u.%u", of->resource,
					  model_number(frame->model,
						       of->earliest,
						       of->resource)),
			 page_object(page, frame, of));
	}
	objects_free(&objects);
	return parts;
}

static const struct part *find(const struct parts *parts, const char *key)
{
	const struct part wanted = { .key = (char *)key };

	return parts && parts->count ? bsearch(&wanted, parts->list, parts->count,
			       sizeof(*parts->list), compare_parts) : NULL;
}

/*
 * Prints two arrays: the parts that are new or differ, and the keys of those that
 * are gone. Keeps @now in the place of the parts before.
 */
static void put_changes(struct page *page, const char *changed,
			const char *gone, struct parts **before,
			struct parts *now)
{
	const char *separator = "";

	if (now->count)
		qsort(now->list, now->count, sizeof(*now->list), compare_parts);
	fprintf(page->out, ",\n\"%s\":[", changed);
	for (unsigned int i = 0; i < now->count; i++) {
		const struct part *part = &now->list[i];
		const struct part *old = find(*before, part->key);

		if (old && !strcmp(old->text, part->text))
			continue;
		fputs(separator, page->out);
		page_put_text(page, part->text);
		separator = ",\n";
	}
	fprintf(page->out, "],\"%s\":[", gone);
	separator = "";
	for (unsigned int i = 0; *before && i < (*before)->count; i++) {
		const char *key = (*before)->list[i].key;

		if (find(now, key))
			continue;
		fprintf(page->out, "%s\"%s\"", separator, key);
		separator = ",";
	}
	fputs("]", page->out);
	free_parts(*before);
	*before = now;
}

static void put_drift(struct steps *steps, const struct frame *frame)
{
	struct json_object *drift = page_drift(frame);
	size_t length;
	const char *text = json_line(drift, &length);

	if (!steps->drift || strcmp(steps->drift, text)) {
		free(steps->drift);
		steps->drift = xstrdup(text);
		fputs(",\n\"drift\":", steps->page.out);
		page_put_text(&steps->page, text);
	}
	json_object_put(drift);
}

void steps_init(struct steps *steps, const struct options *options,
		bool elsewhere)
{
	*steps = (struct steps){ .page = {
		.options = options,
		.resources = ALL_RESOURCES,
		.explained = EXPLAINED,
		.elsewhere = elsewhere,
	} };
	steps->page.out = open_memstream(&steps->text, &steps->size);
	need_memory(!steps->page.out);
}

void steps_add(struct steps *steps, const struct step *step,
	       const struct frame *frame)
{
	struct page *page = &steps->page;
	struct json_object *head = json_new_object();
	size_t length;

	page->held |= page_resources_held(frame);
	page->tasks = 0;
	for (unsigned int i = 0; i < frame->model->count; i++)
		page->tasks += frame->chosen[i];
	json_add_text(head, "step", step->words);
	json_add_number(head, "pid", step->pid);
	json_add_number(head, "count", frame->model->count);
	if (!steps->count)
		json_add(head, "taskmap", json_header(frame->header));
	fputs(steps->count++ ? ",\n{\"head\":" : "\n{\"head\":", page->out);
	page_put_text(page, json_line(head, &length));
	json_object_put(head);
	put_changes(page, "objects", "freed", &steps->objects,
		    objects_of(page, frame));
	put_drift(steps, frame);
	put_changes(page, "tasks", "gone", &steps->tasks,
		    tasks_of(page, frame));
	fputs("}", page->out);
}

void steps_print(struct steps *steps, FILE *out, uint64_t left)
{
	struct page *page = &steps->page;

	need_memory(fclose(page->out));
	page->out = out;
	page->steps = steps->text;
	page->left = left;
	page_print(page);
	page->out = NULL;
}

void steps_free(struct steps *steps)
{
	if (steps->page.out)
		fclose(steps->page.out);
	page_free(&steps->page);
	free_parts(steps->tasks);
	free_parts(steps->objects);
	free(steps->drift);
	free(steps->text);
}
