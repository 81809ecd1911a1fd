// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap compare: what some tasks share, as a matrix.
 */
#include <stdio.h>
#include <stdlib.h>

#include "compare.h"
#include "json.h"
#include "options.h"
#include "resources.h"
#include "table.h"
#include "view.h"

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
		table_set(line, i + 1, comparison_letters(numbers[i], letters));
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
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
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
	untold = relation_flags(relation->untold, "|");
	word = *untold ? xasprintf("or with %s", untold) : xstrdup("");
	free(untold);
	return word;
}

static char *note_of(const struct comparison *comparison, size_t index)
{
	uint32_t beyond = comparison->relations[index].beyond;
	char *note = word_of(comparison, index);

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		char *longer;

		if (!(beyond >> r & 1))
			continue;
		longer = xasprintf("%s%s%s not by a flag", note,
				   *note ? "; " : "", resources[r].name);
		free(note);
		note = longer;
	}
	return note;
}

static void add_pair(struct libscols_table *table,
		     const struct comparison *comparison, size_t index)
{
	const struct relation *relation = &comparison->relations[index];
	struct libscols_line *line = table_add_line(table);
	char *flags = relation_flags(relation->flags | relation->needed, "|");
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

static int print_snapshot(const struct options *options,
			  const struct snapshot *snap)
{
	struct comparison comparison;
	struct model model;
	unsigned int *tasks;
	size_t count;

	model_init(&model, snap);
	tasks = view_tasks(options, &model, &count);
	comparison_init(&comparison, &model, tasks, count);
	if (options->format == FORMAT_JSON)
		json_comparison(&snap->header, &comparison);
	else
		print_text(&comparison);
	comparison_free(&comparison);
	free(tasks);
	model_free(&model);
	return count < options->filter.pid_count ? STATUS_MISSING : STATUS_DONE;
}

int compare_command(const struct options *options, struct error *error)
{
	return view_snapshot(options, error, print_snapshot);
}
