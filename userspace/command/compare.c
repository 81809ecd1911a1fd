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
};

/*
 * For each of the tasks the number of what it holds of @resource, from 1 in
 * order of the tasks; 0 for none. To be freed.
 */
static unsigned int *number(const struct comparison *comparison,
			    enum taskmap_resource resource)
{
	const struct model *model = comparison->model;
	unsigned int *numbers = xcalloc(comparison->count, sizeof(*numbers));
	/* What each number of the model, which is of all tasks, is here. */
	unsigned int *here = xcalloc((size_t)model->holders[resource].count + 1,
				     sizeof(*here));
	unsigned int last = 0;

	for (size_t i = 0; i < comparison->count; i++) {
		unsigned int object = model_number(model, comparison->tasks[i],
						   resource);

		if (object && !here[object])
			here[object] = ++last;
		numbers[i] = here[object];
	}
	free(here);
	return numbers;
}

static struct relation relation_of(const struct comparison *comparison,
				   size_t index)
{
	return relate(comparison->model, comparison->tasks[index],
		      comparison->tasks[0]);
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
	unsigned int *numbers = number(comparison, resource);
	const char *flag = resources[resource].flag;
	char letters[LETTERS_SIZE];

	table_set(line, 0, resources[resource].name);
	for (size_t i = 0; i < comparison->count; i++)
		table_set(line, i + 1, put_letters(numbers[i], letters));
	table_set(line, comparison->count + 1, flag ? flag : "-");
	free(numbers);
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
static char *word_of(const struct comparison *comparison, size_t index,
		     const struct relation *relation)
{
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

static char *note_of(const struct comparison *comparison, size_t index,
		     const struct relation *relation)
{
	char *note = word_of(comparison, index, relation);

	for_each_resource_in(relation->beyond, r)
		note = joined(note, "; ", xasprintf("%s not by a flag",
						    resources[r].name));
	return note;
}

static void add_pair(struct libscols_table *table,
		     const struct comparison *comparison, size_t index)
{
	const struct relation relation = relation_of(comparison, index);
	struct libscols_line *line = table_add_line(table);
	char *flags = resource_words(relation.flags | relation.needed,
				     "|", RESOURCE_FLAG);
	char *note = note_of(comparison, index, &relation);
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
	unsigned int *numbers = number(comparison, resource);
	char text[LETTERS_SIZE];

	for (size_t i = 0; i < comparison->count; i++) {
		put_letters(numbers[i], text);
		json_append(letters, json_text(numbers[i] ? text : NULL));
	}
	free(numbers);
	json_add_text(object, "resource", resources[resource].name);
	json_add(object, "letters", letters);
	return object;
}

static struct json_object *relation_object(const struct comparison *comparison,
					   size_t index)
{
	const struct relation relation = relation_of(comparison, index);
	struct json_object *object = json_new_object();

	json_add_number(object, "pid", pid_of(comparison, index));
	json_add_number(object, "with", pid_of(comparison, 0));
	json_add_relation(object, &relation);
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
	struct comparison comparison = { 0 };
	unsigned int *tasks;
	struct view view;

	if (view_open(&view, options, error))
		return -1;
	tasks = view_tasks(&view, &comparison.count);
	need_memory(model_number_all(&view.model, ALL_RESOURCES));
	comparison.model = &view.model;
	comparison.tasks = tasks;
	if (options->output.format == FORMAT_JSON)
		print_json(&comparison, &view.snap.header);
	else
		print_text(&comparison);
	free(tasks);
	return view_close(&view, STATUS_DONE);
}
