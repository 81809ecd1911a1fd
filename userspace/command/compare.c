// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap compare: which of some tasks hold the same of each resource, and with
 * which flags clone(2) would make them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"

struct comparison {
	const struct model *model;
	const unsigned int *tasks;
	size_t count;
	/*
	 * For each resource and each task the number of what it holds, from 1
	 * in order of the tasks; 0 for none.
	 */
	unsigned int *numbers[TASKMAP_RESOURCES];
	struct relation *relations;	/* of each to the first */
};

/* What one of the tasks holds, sorted by that and then as they were given. */
struct held {
	uint64_t id;
	unsigned int index;
};

static int compare_held(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Numbers are given by who holds the same first. */
static void number(struct comparison *comparison, enum taskmap_resource resource)
{
	const struct taskmap_record *tasks = comparison->model->tasks;
	unsigned int count = (unsigned int)comparison->count;
	unsigned int *numbers = comparison->numbers[resource];
	struct held *held = xcalloc(count, sizeof(*held));
	/* For each of them, the first that holds the same. */
	unsigned int *firsts = xcalloc(count, sizeof(*firsts));
	unsigned int last = 0;

	for (unsigned int i = 0; i < count; i++)
		held[i] = (struct held){
			tasks[comparison->tasks[i]].ids[resource], i
		};
	qsort(held, count, sizeof(*held), compare_held);
	for (unsigned int i = 0; i < count; i++)
		firsts[held[i].index] = i && held[i].id == held[i - 1].id ?
			firsts[held[i - 1].index] : held[i].index;
	for (unsigned int i = 0; i < count; i++) {
		if (tasks[comparison->tasks[i]].ids[resource])
			numbers[i] = firsts[i] < i ? numbers[firsts[i]] : ++last;
	}
	free(firsts);
	free(held);
}

static void comparison_init(struct comparison *comparison,
			    const struct model *model,
			    const unsigned int *tasks, size_t count)
{
	*comparison = (struct comparison){
		.model = model, .tasks = tasks, .count = count,
		.relations = xcalloc(count, sizeof(*comparison->relations)),
	};
	for_each_resource(r) {
		comparison->numbers[r] = xcalloc(count, sizeof(unsigned int));
		number(comparison, r);
	}
	for (size_t i = 0; i < count; i++)
		comparison->relations[i] = relate(model, tasks[i], tasks[0]);
}

static void comparison_free(struct comparison *comparison)
{
	for_each_resource(r)
		free(comparison->numbers[r]);
	free(comparison->relations);
}

/* Room for the letters of any number, and the NUL. */
#define LETTERS_SIZE	8

/* Writes A, B ... Z, AA, AB ... for @number; "-" for 0. Returns @out. */
static char *put_letters(unsigned int number, char out[LETTERS_SIZE])
{
	char *at = out + LETTERS_SIZE - 1;

	if (!number)
		return strcpy(out, "-");
	*at = '\0';
	for (; number; number = (number - 1) / 26)
		*--at = (char)('A' + (number - 1) % 26);
	return memmove(out, at, strlen(at) + 1);
}

static int pid_of(const struct comparison *comparison, size_t index)
{
	return comparison->model->tasks[comparison->tasks[index]].pid;
}

static void add_resource(struct libscols_table *table,
			 const struct comparison *comparison,
			 unsigned int resource)
{
	struct libscols_line *line = table_add_line(table);
	const unsigned int *numbers = comparison->numbers[resource];
	const char *flag = resources[resource].flag;
	char letters[LETTERS_SIZE];

	table_set(line, 0, resources[resource].name);
	for (size_t i = 0; i < comparison->count; i++)
		table_set(line, i + 1, put_letters(numbers[i], letters));
	table_set(line, comparison->count + 1, flag ? flag : "-");
}

static void print_matrix(const struct comparison *comparison)
{
	struct libscols_table *table = table_new(FORMAT_TABLE, false);
	char pid[16];

	table_add_column(table, "RESOURCE", 0);
	for (size_t i = 0; i < comparison->count; i++) {
		snprintf(pid, sizeof(pid), "%d", pid_of(comparison, i));
		table_add_column(table, pid, 0);
	}
	table_add_column(table, "FLAG", 0);
	for_each_resource(r)
		add_resource(table, comparison, r);
	table_print(table);
}

static bool is_of_dead(const struct comparison *comparison, size_t index)
{
	return model_is_dead(comparison->model, comparison->tasks[0]) ||
	       model_is_dead(comparison->model, comparison->tasks[index]);
}

/* What flags do not say, in a few words; to be freed. */
static char *word_of(const struct comparison *comparison, size_t index)
{
	const struct relation *relation = &comparison->relations[index];
	const char *name = relation_name(relation);
	char *untold, *word;

	if (!relation->possible)
		return xstrdup("not in one call");
	if (relation->borrowed)
		return xstrdup("a kernel thread borrows mm");
	if (is_of_dead(comparison, index))
		return xstrdup("one is dead: most cannot be told");
	if (name)
		return xasprintf("like %s", name);
	untold = resource_words(relation->untold, "|", RESOURCE_FLAG);
	word = *untold ? xasprintf("or with %s", untold) : xstrdup("");
	free(untold);
	return word;
}

static char *note_of(const struct comparison *comparison, size_t index)
{
	char *note = word_of(comparison, index);

	for_each_resource_in(comparison->relations[index].beyond, r)
		note = joined(note, "; ", xasprintf("%s not by a flag",
						    resources[r].name));
	return note;
}

static void add_pair(struct libscols_table *table,
		     const struct comparison *comparison, size_t index)
{
	const struct relation *relation = &comparison->relations[index];
	struct libscols_line *line = table_add_line(table);
	char *flags = resource_words(relation->flags | relation->needed,
				     "|", RESOURCE_FLAG);
	char *note = note_of(comparison, index);
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", pid_of(comparison, index));
	table_set(line, 0, pid);
	table_set(line, 1, *flags ? flags : "-");
	table_set(line, 2, note);
	free(note);
	free(flags);
}

static void print_flags(const struct comparison *comparison)
{
	struct libscols_table *table = table_new(FORMAT_TABLE, false);

	printf("\nFlags with which clone(2), called by %d, makes a task that shares as much:\n",
	       pid_of(comparison, 0));
	table_add_column(table, "PID", TABLE_RIGHT);
	table_add_column(table, "FLAGS", 0);
	table_add_column(table, "NOTE", 0);
	for (size_t i = 1; i < comparison->count; i++)
		add_pair(table, comparison, i);
	table_print(table);
}

static void print_text(const struct comparison *comparison)
{
	if (!comparison->count)
		return;
	print_matrix(comparison);
	if (comparison->count > 1)
		print_flags(comparison);
}

static struct json_object *letters_object(const struct comparison *comparison,
					  unsigned int resource)
{
	struct json_object *object = json_new_object();
	struct json_object *letters = json_new_array();
	char text[LETTERS_SIZE];

	for (size_t i = 0; i < comparison->count; i++) {
		unsigned int number = comparison->numbers[resource][i];

		json_append(letters, json_text(number ?
					       put_letters(number, text) : NULL));
	}
	json_add_text(object, "resource", resources[resource].name);
	json_add(object, "letters", letters);
	return object;
}

static struct json_object *relation_object(const struct comparison *comparison,
					   size_t index)
{
	struct json_object *object = json_new_object();

	json_add_number(object, "pid", pid_of(comparison, index));
	json_add_number(object, "with", pid_of(comparison, 0));
	json_add_relation(object, &comparison->relations[index]);
	return object;
}

static void print_json(const struct comparison *comparison,
		       const struct taskmap_header *header)
{
	struct json_object *pids = json_new_array();
	struct json_object *matrix = json_new_array();
	struct json_object *relations = json_new_array();
	struct json json;

	for (size_t i = 0; i < comparison->count; i++)
		json_append(pids, json_number(pid_of(comparison, i)));
	for_each_resource(r)
		json_append(matrix, letters_object(comparison, r));
	for (size_t i = 1; i < comparison->count; i++)
		json_append(relations, relation_object(comparison, i));
	json_begin(&json, header, 1);
	json_member(&json, "pids", pids);
	json_member(&json, "compare", matrix);
	json_member(&json, "pairs", relations);
	json_end(&json);
}

int compare_command(const struct options *options, struct error *error)
{
	struct comparison comparison;
	unsigned int *tasks;
	struct view view;
	size_t count;

	if (view_open(&view, options, error))
		return -1;
	tasks = view_tasks(&view, &count);
	comparison_init(&comparison, &view.model, tasks, count);
	if (options->output.format == FORMAT_JSON)
		print_json(&comparison, &view.snap.header);
	else
		print_text(&comparison);
	comparison_free(&comparison);
	free(tasks);
	return view_close(&view, STATUS_DONE);
}
