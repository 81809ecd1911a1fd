// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* Common functions of the commands that read one snapshot. */
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "core/proc.h"

/* Whether some tasks may have pids in the namespace of @filter that are unknown. */
static bool has_others(const struct filter *filter, const struct model *model)
{
	for (unsigned int i = 0; i < model->count; i++) {
		uint32_t pid_ns = model->tasks[i].ns_inodes[TASKMAP_PID_NS -
							    TASKMAP_UTS_NS];

		if (pid_ns && pid_ns != FIRST_PID_NS && pid_ns != filter->pid_ns)
			return true;
	}
	return false;
}

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

static void complain_of_name(const struct model *model, const char *name)
{
	char *near = nearest_name(model, name);
	char *shown = escaped(name);

	complain("no task named '%s'%s%s%s", shown,
		 near ? "; did you mean '" : "", near ? near : "",
		 near ? "'?" : "");
	free(shown);
	free(near);
}

static void complain_of_pid(const struct filter *filter,
			    const struct model *model, int pid)
{
	if (!filter->pid_ns)
		complain("no task %d in this snapshot", pid);
	else if (filter_pid(filter, model, pid) < 0)
		complain("two tasks had pid %d in this pid namespace while the snapshot was taken: try again",
			 pid);
	else
		complain("no task %d of this pid namespace in this snapshot%s",
			 pid, has_others(filter, model) ?
			 "; the pids that tasks of namespaces below have here are unknown" : "");
}

static void complain_of(const struct filter *filter,
			const struct model *model, const struct wanted *wanted)
{
	if (wanted->pid)
		complain_of_pid(filter, model, wanted->pid);
	else
		complain_of_name(model, wanted->name);
}

static bool found_in(const struct filter *filter, const struct wanted *wanted,
		     const struct model *const *models, unsigned int count)
{
	while (count && !filter_finds(filter, models[count - 1], wanted))
		count--;
	return count;
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
	*missing = false;
	for (size_t i = 0; i < first.missing_count; i++) {
		if (found_in(filter, first.missing[i], models + 1, count - 1))
			continue;
		complain_of(filter, models[0], first.missing[i]);
		*missing = true;
	}
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

	if (!view->options->doubtful)
		return false;
	strncat(wanted.name, view->options->doubtful, sizeof(wanted.name) - 1);
	return !filter_finds(&view->filter, &view->model, &wanted);
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

	*count = 0;
	for (size_t i = 0; i < filter->task_count; i++) {
		const struct wanted *wanted = &filter->tasks[i];
		unsigned int task = filter_next(filter, model, wanted, 0);

		if (task == NO_TASK) {
			complain_of(filter, model, wanted);
			view->missing = true;
		}
		for (; task != NO_TASK;
		     task = filter_next(filter, model, wanted, task + 1)) {
			if (!taken[task])
				tasks[(*count)++] = task;
			taken[task] = true;
		}
	}
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
