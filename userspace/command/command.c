// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* Common functions of the commands that read one snapshot. */
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "core/proc.h"

/* Whether @filter has pids, not only names. */
static bool has_pids(const struct filter *filter)
{
	for (size_t i = 0; i < filter->task_count; i++) {
		if (filter->tasks[i].pid)
			return true;
	}
	return false;
}

/* The name of a task that @name can be a misspelling of, escaped; or NULL. */
static char *nearest_name(const struct model *model, const char *name)
{
	const char **names = xcalloc(model->count, sizeof(*names));
	const char *near;

	for (unsigned int i = 0; i < model->count; i++)
		names[i] = model->tasks[i].comm;
	near = nearest(name, strlen(name), names, model->count);
	free(names);
	return near ? escaped(near) : NULL;
}

/* Comparing a word with all names takes long, so only the first words are. */
#define SUGGESTIONS	8

static void complain_of_name(const struct model *model, const char *name)
{
	static unsigned int suggestions;
	char *near = suggestions++ < SUGGESTIONS ? nearest_name(model, name) : NULL;
	char *shown = escaped(name);

	complain("no task named '%s'%s%s%s", shown,
		 near ? "; did you mean '" : "", near ? near : "",
		 near ? "'?" : "");
	free(shown);
	free(near);
}

static void complain_of_pid(const struct finder *finder, int pid)
{
	if (!finder->filter->pid_ns)
		complain("no task %d in this snapshot", pid);
	else if (finder_pid(finder, pid) < 0)
		complain("two tasks had pid %d in this pid namespace while the snapshot was taken: try again",
			 pid);
	else
		complain("no task %d of this pid namespace in this snapshot%s",
			 pid, finder->others ?
			 "; the pids that tasks of namespaces below have here are unknown" : "");
}

static void complain_of(const struct finder *finder, const struct wanted *wanted)
{
	if (wanted->pid)
		complain_of_pid(finder, wanted->pid);
	else
		complain_of_name(finder->model, wanted->name);
}

/* Complains about what @missing has and none of @models. Returns whether it does. */
static bool complain_of_missing(const struct filter *filter,
				const struct model *const *models,
				unsigned int count, const struct chosen *first)
{
	struct finder *finders = xcalloc(count, sizeof(*finders));
	bool missing = false;

	for (unsigned int i = 0; i < count; i++)
		need_memory(finder_init(&finders[i], filter, models[i]));
	for (size_t i = 0; i < first->missing_count; i++) {
		unsigned int at = 1;

		while (at < count && !finder_finds(&finders[at], first->missing[i]))
			at++;
		if (at < count)
			continue;
		complain_of(&finders[0], first->missing[i]);
		missing = true;
	}
	for (unsigned int i = 0; i < count; i++)
		finder_free(&finders[i]);
	free(finders);
	return missing;
}

bool *choose(const struct filter *filter, const struct model *const *models,
	     unsigned int count, bool *missing)
{
	struct chosen first = { 0 }, chosen;
	size_t tasks = 0, at = 0;
	bool *all;

	for (unsigned int i = 0; i < count; i++)
		tasks += models[i]->count;
	all = xcalloc(tasks, sizeof(*all));
	for (unsigned int i = 0; i < count; at += models[i++]->count) {
		need_memory(filter_apply(filter, models[i], &chosen));
		memcpy(all + at, chosen.tasks, models[i]->count * sizeof(*all));
		free(chosen.tasks);
		if (i)
			free(chosen.missing);
		else
			first = chosen;
	}
	*missing = first.missing_count &&
		   complain_of_missing(filter, models, count, &first);
	free(first.missing);
	return all;
}

bool place_tell(const struct options *options, uint32_t *pid_ns)
{
	bool given = has_pids(&options->filter);
	int error = place_find(options->source, pid_ns);

	if (error)
		complain("the pid namespace of this process is unknown (/proc/self: %s): all pids are taken as those of the initial one",
			 strerror(-error));
	else if (*pid_ns)
		complain("the pids shown are those of the initial pid namespace%s",
			 given ? "; the pids given were taken as those of this one" :
				 ", not of this one");
	return error || *pid_ns;
}

/* Sets up view->filter, whose pids are those of the reader's pid namespace. */
static int place_view(struct view *view, struct error *error)
{
	struct filter *filter = &view->filter;

	if (view->options->input || view->options->source->proc)
		return 0;
	view->elsewhere = place_tell(view->options, &filter->pid_ns);
	if (filter->pid_ns && has_pids(filter) &&
	    view->model.scalars <= offsetof(struct taskmap_record, ns_inodes))
		return error_set(error, "the loaded taskmap module is too old to look up pids of this pid namespace: load a newer one");
	return 0;
}

/* Says that the snapshot is not the module's, and what it lacks. */
static void tell_source(const struct options *options,
			const struct snapshot *snap)
{
	unsigned int closed = 0;
	char *more = NULL;
	int reason = options->input ? 0 : -kcmp_probe();

	for (unsigned int i = 0; i < snap->count; i++)
		closed += !!(snap->tasks[i].unknown & BIT(TASKMAP_SIGHAND));
	if (reason)
		more = xasprintf("kcmp(2) does not work (%s): it would show what tasks share",
				 strerror(reason));
	else if (closed)
		more = xasprintf("%u of %u tasks could not be inspected",
				 closed, snap->count);
	complain("from /proc and kcmp(2), without the module: ? is unknown, and so are births and refs%s%s",
		 more ? "; " : "", more ? more : "");
	free(more);
}

/* Whether the word that can be a misspelt command is the name of no task. */
static bool is_mistaken(const struct view *view)
{
	struct wanted wanted = { 0 };
	const struct filter filter = { .tasks = &wanted, .task_count = 1 };
	struct finder finder;
	bool found;

	if (!view->options->doubtful)
		return false;
	strncat(wanted.name, view->options->doubtful, sizeof(wanted.name) - 1);
	need_memory(finder_init(&finder, &filter, &view->model));
	found = finder_finds(&finder, &wanted);
	finder_free(&finder);
	return !found;
}

int view_open(struct view *view, const struct options *options,
	      struct error *error)
{
	*view = (struct view){ .options = options, .filter = options->filter };
	if (source_read(options->source, options->input, &view->snap, error))
		return -1;
	if (view->snap.header.flags & TASKMAP_PROC)
		tell_source(options, &view->snap);
	need_memory(model_init(&view->model, &view->snap));
	if (!is_mistaken(view) && !place_view(view, error))
		return 0;
	view_close(view, STATUS_FAILED);
	return -1;
}

int view_close(struct view *view, int status)
{
	if (status == STATUS_DONE && view->missing)
		status = STATUS_MISSING;
	free(view->chosen);
	model_free(&view->model);
	snapshot_free(&view->snap);
	return status;
}

void view_choose(struct view *view)
{
	view->chosen = choose(&view->filter,
			      &(const struct model *){ &view->model }, 1,
			      &view->missing);
}

unsigned int *view_tasks(struct view *view, size_t *count)
{
	const struct filter *filter = &view->filter;
	const struct model *model = &view->model;
	unsigned int *tasks = xcalloc(model->count, sizeof(*tasks));
	bool *taken = xcalloc(model->count, sizeof(*taken));
	struct finder finder;

	need_memory(finder_init(&finder, filter, model));
	*count = 0;
	for (size_t i = 0; i < filter->task_count; i++) {
		const struct wanted *wanted = &filter->tasks[i];
		const struct members found = finder_tasks(&finder, wanted);

		if (!found.count) {
			complain_of(&finder, wanted);
			view->missing = true;
		}
		for (unsigned int j = 0; j < found.count; j++) {
			unsigned int task = found.tasks[j];

			if (!taken[task])
				tasks[(*count)++] = task;
			taken[task] = true;
		}
	}
	finder_free(&finder);
	free(taken);
	return tasks;
}

void view_print(struct view *view, const char *key, const struct rows *rows)
{
	const struct output *output = &view->options->output;

	output_prepare(output, rows->model);
	rows_print(output, key, &view->snap.header, 1, rows);
}

void json_add_relation(struct json_object *object,
		       const struct relation *relation)
{
	json_add(object, "same", json_resources(relation->same, false));
	json_add(object, "apart", json_resources(relation->apart, false));
	json_add(object, "clone_flags",
		 json_resources(relation->flags | relation->needed, true));
	json_add(object, "unknown_flags", json_resources(relation->untold, true));
	json_add(object, "beyond", json_resources(relation->beyond, false));
	json_add_bool(object, "borrowed", relation->borrowed);
	json_add_bool(object, "possible", relation->possible);
}
