// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap compare: for each resource, which of the given tasks hold the same object;
 * how the tasks are related; and the clone(2) flags that created them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "command/command.h"

/*
 * In this file, @model contains only the compared tasks, in the given order. The
 * letters stand for its object numbers. A creator may not be one of these tasks, so
 * pairs are computed from the model of all tasks.
 */

/* The relation of a task to the first task. */
struct pair {
	struct relation relation;
	struct birth birth;
	enum kinship kin;
	bool plausible;	/* the first task can have created the task; not recorded */
};

/* Enough for the letters of any number, and the NUL. */
#define LETTERS_SIZE	8

/* Write A, B ... Z, AA, AB ... for @number, or "-" for 0. Return @out. */
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
			 const struct model *model, unsigned int resource,
			 bool color)
{
	struct libscols_line *line = table_add_line(table);
	const char *flag = resources[resource].flag;
	char letters[LETTERS_SIZE];

	table_set(line, 0, resources[resource].key);
	for (unsigned int i = 0; i < model->count; i++) {
		const struct group group = model_group(model, i, resource);

		table_set(line, i + 1,
			  model->tasks[i].unknown & BIT(resource) ? "?" :
			  put_letters(model_number(model, i, resource), letters));
		if (color && group.shared)
			table_color(line, i + 1, group.shared);
	}
	table_set(line, model->count + 1, flag ? flag : "-");
}

static void print_matrix(const struct model *model, bool color)
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
		add_resource(table, model, r, color);
	table_print(table);
}

/* Return what the flags alone do not show. The caller frees it. */
static char *note_of(const struct model *model, unsigned int task,
		     unsigned int first, const struct pair *pair)
{
	const struct relation *relation = &pair->relation;
	const char *name = relation_name(relation);
	char *note = xstrdup(""), *untold;

	if (!pair->plausible)
		return note;
	if (!relation->possible)
		return joined(note, "", xstrdup("no single call does this"));
	if (relation->borrowed)
		return joined(note, "", xstrdup("a kernel thread borrows mm"));
	if (model_is_dead(model, first) || model_is_dead(model, task))
		return joined(note, "", xstrdup("one is dead: most flags are unknown"));
	if (name)
		note = joined(note, "; ", xasprintf("like %s", name));
	if (relation->maybe_vfork)
		note = joined(note, "; ", xstrdup("perhaps CLONE_VFORK"));
	untold = resource_words(relation->untold, "|", RESOURCE_FLAG);
	if (*untold && !name)
		note = joined(note, "; ", xasprintf("unknown: %s", untold));
	free(untold);
	for_each_resource_in(relation->beyond | relation->chosen |
			     (relation->entered & ~relation->untold), r)
		note = joined(note, "; ", xasprintf("%s not by a flag",
						    resources[r].name));
	return note;
}

static char *note_of_birth(const struct birth *birth)
{
	const char *name = birth_name(birth->flags);
	char *note = xasprintf("created by %d%s%s%s", birth->pid,
			       birth->took_over ?
			       ", before or after exec(2) by a thread" : "",
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

static char *kin_of(int first, enum kinship kin)
{
	static const char *const words[] = {
		[KIN_NONE] = "unrelated to",
		[KIN_SELF] = "the same task as",
		[KIN_THREAD] = "in one process with",
		[KIN_CHILD] = "child of",
		[KIN_PARENT] = "parent of",
		[KIN_SIBLING] = "sibling of",
	};

	return xasprintf("%s %d", words[kin], first);
}

static char *flags_of(const struct pair *pair)
{
	uint32_t set = pair->relation.flags | pair->relation.needed;
	char *flags;

	if (pair->birth.pid)
		return clone_flags(pair->birth.flags, "|");
	if (!pair->plausible || !pair->relation.possible)
		return xstrdup("-");
	flags = resource_words(set, "|", RESOURCE_FLAG);
	if (pair->relation.vfork)
		flags = joined(flags, "|", xstrdup("CLONE_VFORK"));
	if (*flags)
		return flags;
	return joined(flags, "",
		      xstrdup(pair->relation.unknown & pair->relation.untold ? "?" : "0"));
}

/* Table of flags */

enum { PID, RELATION, RECORDED, FLAGS, NOTE, COLUMNS };

static const char *const headings[COLUMNS] = {
	"PID", "RELATION", "RECORDED", "FLAGS", "NOTE",
};

struct cells {
	char *of[COLUMNS];
};

static struct cells cells_of(const struct model *model, unsigned int task,
			     unsigned int first, const struct pair *pair)
{
	return (struct cells){ {
		[PID] = xasprintf("%d", model->tasks[task].pid),
		[RELATION] = kin_of(model->tasks[first].pid, pair->kin),
		[RECORDED] = xstrdup(pair->birth.pid ? "yes" : "no"),
		[FLAGS] = flags_of(pair),
		[NOTE] = pair->birth.pid ? note_of_birth(&pair->birth) :
					   note_of(model, task, first, pair),
	} };
}

static size_t widest(const struct cells *rows, unsigned int count,
		     unsigned int column)
{
	size_t width = strlen(headings[column]);

	for (unsigned int i = 0; i < count; i++)
		width = MAX(width, strlen(rows[i].of[column]));
	return width;
}

static void wrap_cell(char **cell, size_t width)
{
	char *lines = wrap(*cell, width, "");

	free(*cell);
	*cell = lines;
}

/* Minimum widths: the longest words of these columns. */
#define LEAST_FLAGS	strlen("CLONE_CHILD_CLEARTID|")
#define LEAST_NOTE	strlen("pthread_create(3);")

/* Wrap flags and notes if the terminal is too narrow for them. */
static void fit(struct cells *rows, unsigned int count)
{
	size_t width = width_of_terminal(), used = NOTE, flags, left;

	for (unsigned int column = PID; column < FLAGS; column++)
		used += widest(rows, count, column);
	flags = widest(rows, count, FLAGS);
	if (!width || used + flags + widest(rows, count, NOTE) <= width)
		return;
	left = width > used ? width - used : 0;
	flags = MIN(flags, MAX(left / 2, LEAST_FLAGS));
	left = left > flags ? left - flags : 0;
	for (unsigned int i = 0; i < count; i++) {
		wrap_cell(&rows[i].of[FLAGS], flags);
		wrap_cell(&rows[i].of[NOTE], MAX(left, LEAST_NOTE));
	}
}

static void print_heading(int first)
{
	size_t width = width_of_terminal();
	char *text = xasprintf("Relation of each task to %d, and its clone(2) flags, recorded or inferred from what both hold now:",
			       first);

	if (width)
		wrap_cell(&text, width);
	printf("\n%s\n", text);
	free(text);
}

static void print_flags(const struct model *model, const struct pair *pairs)
{
	struct libscols_table *table = table_new(FORMAT_TABLE, false);
	unsigned int count = model->count - 1;
	struct cells *rows = xcalloc(count, sizeof(*rows));

	for (unsigned int i = 0; i < count; i++)
		rows[i] = cells_of(model, i + 1, 0, &pairs[i + 1]);
	fit(rows, count);
	print_heading(model->tasks[0].pid);
	for (unsigned int column = 0; column < COLUMNS; column++)
		table_add_column(table, headings[column],
				 column == PID ? TABLE_RIGHT : 0);
	for (unsigned int i = 0; i < count; i++) {
		const char *cells[COLUMNS];

		memcpy(cells, rows[i].of, sizeof(cells));
		table_add_lines(table, cells, COLUMNS);
		for (unsigned int column = 0; column < COLUMNS; column++)
			free(rows[i].of[column]);
	}
	free(rows);
	table_print(table);
}

static void print_text(const struct model *model, const struct pair *pairs,
		       bool color)
{
	if (!model->count)
		return;
	print_matrix(model, color);
	if (model->count > 1)
		print_flags(model, pairs);
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
	json_add_text(object, "resource", resources[resource].key);
	json_add(object, "letters", letters);
	return object;
}

static struct json_object *pair_object(const struct model *model,
				       const struct pair *pair,
				       unsigned int index)
{
	static const char *const words[] = {
		[KIN_NONE] = "unrelated", [KIN_SELF] = "same",
		[KIN_THREAD] = "thread", [KIN_CHILD] = "child",
		[KIN_PARENT] = "parent", [KIN_SIBLING] = "sibling",
	};
	struct json_object *object = json_new_object();

	json_add_number(object, "pid", model->tasks[index].pid);
	json_add_number(object, "with", model->tasks[0].pid);
	json_add_text(object, "kinship", words[pair->kin]);
	json_add_relation(object, &pair->relation);
	json_add_birth(object, &pair->birth);
	return object;
}

static void print_json(const struct model *model, const struct pair *pairs,
		       const struct taskmap_header *header)
{
	struct json_object *pids = json_new_array();
	struct json_object *matrix = json_new_array();
	struct json_object *relations = json_new_array();
	struct json json = { 0 };

	for (unsigned int i = 0; i < model->count; i++)
		json_append(pids, json_number(model->tasks[i].pid));
	for_each_resource(r)
		json_append(matrix, letters_object(model, r));
	for (unsigned int i = 1; i < model->count; i++)
		json_append(relations,
			    pair_object(model, &pairs[i], i));
	json_begin(&json, header, 1);
	json_member(&json, "pids", pids);
	json_member(&json, "compare", matrix);
	json_member(&json, "pairs", relations);
	json_end(&json);
}

/*
 * Flags are inferred only if the first task can have created @task: if it belongs to
 * the parent process or, if @task is a thread, to the same process.
 */
static struct pair pair_of(struct model *all, unsigned int task,
			   unsigned int first)
{
	struct pair pair = {
		.birth = model_birth(all, task),
		.kin = model_kinship(all, task, first),
	};
	const struct creator creator = model_creator(all, task);

	need_memory(relate(all, task, first, &pair.relation));
	pair.plausible = !pair.birth.pid && creator.basis != BASIS_ADOPTED &&
			 (pair.kin == KIN_CHILD ||
			  (pair.kin == KIN_THREAD && !model_is_leader(all, task)));
	return pair;
}

struct json_object *comparison_words(struct model *model, unsigned int task,
				     unsigned int first)
{
	const struct pair pair = pair_of(model, task, first);
	struct cells cells = cells_of(model, task, first, &pair);
	struct json_object *array = json_new_array();

	for (unsigned int column = 0; column < COLUMNS; column++) {
		if (column != PID)
			json_append(array, json_text(cells.of[column]));
		free(cells.of[column]);
	}
	return array;
}

int compare_command(const struct options *options, struct error *error)
{
	struct snapshot compared = { 0 };
	struct model model;
	struct pair *pairs;
	unsigned int *tasks;
	struct view view;
	size_t count;

	if (view_open(&view, options, error))
		return -1;
	tasks = view_tasks(&view, &count);
	if (count == 1 && !view.missing && !view.filter.tasks->pid) {
		complain("only one task was found: compare needs two different ones");
		view.missing = true;
	}
	compared.tasks = xcalloc(count, sizeof(*compared.tasks));
	pairs = xcalloc(count, sizeof(*pairs));
	for (; compared.count < count; compared.count++) {
		unsigned int task = tasks[compared.count];

		compared.tasks[compared.count] = view.snap.tasks[task];
		pairs[compared.count] = pair_of(&view.model, task, tasks[0]);
	}
	need_memory(model_init(&model, &compared));
	need_memory(model_group_all(&model, ALL_RESOURCES));
	if (options->output.format == FORMAT_JSON)
		print_json(&model, pairs, &view.snap.header);
	else
		print_text(&model, pairs, options->output.color);
	model_free(&model);
	snapshot_free(&compared);
	free(pairs);
	free(tasks);
	return view_close(&view, STATUS_DONE);
}
