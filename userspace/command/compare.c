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

/*
 * Everywhere here @model is of the compared tasks alone, in the order in which
 * they were given: its numbers of objects are what the letters stand for. Their
 * creators may not be among them: @births are from the model of all.
 */

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

static void add_resource(struct libscols_table *table,
			 const struct model *model, unsigned int resource)
{
	struct libscols_line *line = table_add_line(table);
	const char *flag = resources[resource].flag;
	char letters[LETTERS_SIZE];

	table_set(line, 0, resources[resource].name);
	for (unsigned int i = 0; i < model->count; i++)
		table_set(line, i + 1,
			  put_letters(model_number(model, i, resource), letters));
	table_set(line, model->count + 1, flag ? flag : "-");
}

static void print_matrix(const struct model *model)
{
	struct libscols_table *table = table_new(FORMAT_TABLE, false);
	char pid[16];

	table_add_column(table, "RESOURCE", 0);
	for (unsigned int i = 0; i < model->count; i++) {
		snprintf(pid, sizeof(pid), "%d", model->tasks[i].pid);
		table_add_column(table, pid, 0);
	}
	table_add_column(table, "FLAG", 0);
	for_each_resource(r)
		add_resource(table, model, r);
	table_print(table);
}

/* What flags do not say, in a few words; to be freed. */
static char *word_of(const struct model *model, unsigned int index,
		     const struct relation *relation)
{
	const char *name = relation_name(relation);
	char *untold, *word;

	if (!relation->possible)
		return xstrdup("not in one call");
	if (relation->borrowed)
		return xstrdup("a kernel thread borrows mm");
	if (model_is_dead(model, 0) || model_is_dead(model, index))
		return xstrdup("one is dead: most cannot be told");
	if (name)
		return xasprintf("like %s", name);
	untold = resource_words(relation->untold, "|", RESOURCE_FLAG);
	word = *untold ? xasprintf("or with %s", untold) : xstrdup("");
	free(untold);
	return word;
}

static char *note_of(const struct model *model, unsigned int index,
		     const struct relation *relation)
{
	char *note = word_of(model, index, relation);

	for_each_resource_in(relation->beyond, r)
		note = joined(note, "; ", xasprintf("%s not by a flag",
						    resources[r].name));
	return note;
}

static char *note_of_birth(const struct birth *birth)
{
	const char *name = birth_name(birth->flags);
	char *note = xasprintf("created by %d%s%s", birth->pid,
			       name ? ", like " : "", name ? name : "");

	if (birth->was_thread)
		note = joined(note, "; ", xstrdup("a leader since exec(2)"));
	for_each_resource_in(birth->parted, r)
		note = joined(note, "; ", xasprintf("%s no longer shared",
						    resources[r].name));
	for_each_resource_in(birth->joined, r)
		note = joined(note, "; ", xasprintf("%s shared since by setns(2)",
						    resources[r].name));
	return note;
}

static char *flags_of(const struct relation *relation)
{
	char *flags = resource_words(relation->flags | relation->needed, "|",
				     RESOURCE_FLAG);

	return *flags ? flags : joined(flags, "", xstrdup("-"));
}

static void add_pair(struct libscols_table *table,
		     const struct model *model, const struct birth *births,
		     unsigned int index)
{
	const struct relation relation = relate(model, index, 0);
	const struct birth *birth = &births[index];
	struct libscols_line *line = table_add_line(table);
	char *flags = birth->pid ? clone_flags(birth->flags, "|") :
				   flags_of(&relation);
	char *note = birth->pid ? note_of_birth(birth) :
				  note_of(model, index, &relation);
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", model->tasks[index].pid);
	table_set(line, 0, pid);
	table_set(line, 1, flags);
	table_set(line, 2, note);
	free(note);
	free(flags);
}

static void print_flags(const struct model *model, const struct birth *births)
{
	struct libscols_table *table = table_new(FORMAT_TABLE, false);

	printf("\nFlags of clone(2), as recorded; otherwise those with which %d would create such a task:\n",
	       model->tasks[0].pid);
	table_add_column(table, "PID", TABLE_RIGHT);
	table_add_column(table, "FLAGS", 0);
	table_add_column(table, "NOTE", 0);
	for (unsigned int i = 1; i < model->count; i++)
		add_pair(table, model, births, i);
	table_print(table);
}

static void print_text(const struct model *model, const struct birth *births)
{
	if (!model->count)
		return;
	print_matrix(model);
	if (model->count > 1)
		print_flags(model, births);
}

static struct json_object *letters_object(const struct model *model,
					  unsigned int resource)
{
	struct json_object *object = json_new_object();
	struct json_object *letters = json_new_array();
	char text[LETTERS_SIZE];

	for (unsigned int i = 0; i < model->count; i++) {
		unsigned int number = model_number(model, i, resource);

		put_letters(number, text);
		json_append(letters, json_text(number ? text : NULL));
	}
	json_add_text(object, "resource", resources[resource].name);
	json_add(object, "letters", letters);
	return object;
}

static struct json_object *relation_object(const struct model *model,
					   const struct birth *birth,
					   unsigned int index)
{
	const struct relation relation = relate(model, index, 0);
	struct json_object *object = json_new_object();

	json_add_number(object, "pid", model->tasks[index].pid);
	json_add_number(object, "with", model->tasks[0].pid);
	json_add_relation(object, &relation);
	json_add_birth(object, birth);
	return object;
}

static void print_json(const struct model *model, const struct birth *births,
		       const struct taskmap_header *header)
{
	struct json_object *pids = json_new_array();
	struct json_object *matrix = json_new_array();
	struct json_object *relations = json_new_array();
	struct json json;

	for (unsigned int i = 0; i < model->count; i++)
		json_append(pids, json_number(model->tasks[i].pid));
	for_each_resource(r)
		json_append(matrix, letters_object(model, r));
	for (unsigned int i = 1; i < model->count; i++)
		json_append(relations,
			    relation_object(model, &births[i], i));
	json_begin(&json, header, 1);
	json_member(&json, "pids", pids);
	json_member(&json, "compare", matrix);
	json_member(&json, "pairs", relations);
	json_end(&json);
}

int compare_command(const struct options *options, struct error *error)
{
	struct snapshot compared = { 0 };
	struct model model;
	struct birth *births;
	unsigned int *tasks;
	struct view view;
	size_t count;

	if (view_open(&view, options, error))
		return -1;
	tasks = view_tasks(&view, &count);
	compared.tasks = xcalloc(count, sizeof(*compared.tasks));
	births = xcalloc(count, sizeof(*births));
	for (; compared.count < count; compared.count++) {
		unsigned int task = tasks[compared.count];

		compared.tasks[compared.count] = view.snap.tasks[task];
		births[compared.count] = model_birth(&view.model, task);
	}
	need_memory(model_init(&model, &compared));
	need_memory(model_number_all(&model, ALL_RESOURCES));
	if (options->output.format == FORMAT_JSON)
		print_json(&model, births, &view.snap.header);
	else
		print_text(&model, births);
	model_free(&model);
	snapshot_free(&compared);
	free(births);
	free(tasks);
	return view_close(&view, STATUS_DONE);
}
