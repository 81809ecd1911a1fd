/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The page for a browser: of snapshots (graph_page.c), or of steps of which each
 * contains only what it changes (graph_steps.c).
 */
#ifndef TASKMAP_COMMAND_GRAPH_PAGE_H
#define TASKMAP_COMMAND_GRAPH_PAGE_H

#include <stdio.h>

#include "command/command.h"

/*
 * Values that many tasks have, each once. Tasks contain their indices. All of an
 * entry is its text in JSON.
 */
struct pool {
	void *tree;	/* of struct pooled_value, by text */
	struct pooled_value **entries;
	unsigned int count;
};

/* A snapshot of the page. */
struct frame {
	const char *name;	/* of its file; NULL if there is only one snapshot */
	const struct taskmap_header *header;
	struct model *model;	/* with groups of all resources */
	const bool *chosen;
};

struct page {
	const struct options *options;
	FILE *out;
	struct frame *frames;
	unsigned int count;
	uint32_t resources;	/* resources in the data */
	uint32_t held;		/* resources that chosen tasks hold */
	unsigned int tasks;	/* number of chosen tasks of all frames */
	unsigned int explained;	/* if there are more tasks, explain is left out */
	unsigned int compared;	/* if there are more, only relatives are compared */
	bool elsewhere;
	struct pool pool;
	/* Steps in place of @frames: their text in JSON; or NULL. */
	const char *steps;
	uint64_t left;		/* number of events without a step */
};

/* Prints all of the page to page->out. */
void page_print(struct page *page);

/* Frees page->pool. */
void page_free(struct page *page);

/* Prints JSON in which nothing ends the element of the page that contains it. */
void page_put_text(const struct page *page, const char *text);

/* The resources that chosen tasks hold. */
uint32_t page_resources_held(const struct frame *frame);

/* A task of the frame, what it holds, and what other commands say about it. */
struct json_object *page_task(struct page *page, const struct frame *frame,
			      unsigned int task);

/* An object: resource, number, holders and refs. */
struct json_object *page_object(const struct page *page,
				const struct frame *frame,
				const struct object *object);

/* What drift says about the chosen tasks. */
struct json_object *page_drift(const struct frame *frame);

/* Lists the objects that several tasks hold, chosen or not. With --all, all objects. */
void page_list_objects(const struct page *page, const struct frame *frame,
		       struct objects *objects);

/* An event, and the tasks after it. */
struct step {
	const char *words;
	int pid;		/* of the task that it is about; 0: none */
};

/* A page of which each step contains only what differs from the step before. */
struct steps {
	struct page page;
	char *text;		/* what page.out has received */
	size_t size;
	struct parts *tasks, *objects;	/* of the last step */
	char *drift;
	unsigned int count;	/* number of steps */
};

/* Call steps_free() after this. */
void steps_init(struct steps *steps, const struct options *options,
		bool elsewhere);

/*
 * Adds a step. The header of the first one counts for all. model_number() must
 * give an object the same number in all steps.
 */
void steps_add(struct steps *steps, const struct step *step,
	       const struct frame *frame);

void steps_free(struct steps *steps);

/* Prints the page. @left: number of events without a step. No step can be added then. */
void steps_print(struct steps *steps, FILE *out, uint64_t left);

#endif /* TASKMAP_COMMAND_GRAPH_PAGE_H */
