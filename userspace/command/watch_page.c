// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap watch --html: a page with a step for each event.
 *
 * The tasks of the whole system are kept, from a snapshot that was taken after the
 * stream was opened, and changed by each event: only so is it known who else holds
 * an object. The page shows the watched ones.
 *
 * A step takes longer than an event, which must be read before the module has no
 * space for more. So events wait until many have come, or until the end.
 */
#include <inttypes.h>
#include <linux/sched.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/graph_page.h"
#include "command/watch.h"

/* Maximum number of steps: more would be a page that nobody reads. */
#define MOST_STEPS	400

/* Maximum number of events that wait. */
#define MOST_WAITING	4096

/* The number of an object, in short ids. */
struct numbered {
	enum taskmap_resource resource;
	uint64_t id;
	unsigned int number;
};

/* An event that waits. */
struct waiting {
	struct taskmap_event event;
	bool watched;		/* the lines show it */
};

struct watch_page {
	const struct options *options;
	const struct show *show;
	int out;		/* where to print the page; -1: to the file */
	struct taskmap_header header;	/* of the snapshot */
	struct taskmap_record *tasks;	/* of the system, sorted by pid */
	bool *watched;		/* of each of them */
	unsigned int count;
	struct waiting *waiting;
	unsigned int waiting_count;
	void *numbers;		/* a tree of struct numbered */
	unsigned int highest[TASKMAP_RESOURCES];	/* number of each resource */
	struct steps steps;
	unsigned int shown;	/* number of events with a step, and without one */
	uint64_t left;
};

/* The numbers of objects, which must not change from step to step. */

static int compare_numbered(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->resource != y->resource)
		return x->resource < y->resource ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static unsigned int number_of(struct watch_page *page,
			      enum taskmap_resource resource, uint64_t id)
{
	struct numbered key = { .resource = resource, .id = id }, *made;
	struct numbered **found;

	if (!id)
		return 0;
	found = tfind(&key, &page->numbers, compare_numbered);
	if (found)
		return (*found)->number;
	key.number = ++page->highest[resource];
	made = xcalloc(1, sizeof(*made));
	*made = key;
	need_memory(!tsearch(made, &page->numbers, compare_numbered));
	return key.number;
}

/* A model that only gives objects their numbers. */
static void number_all(struct watch_page *page, struct model *numbers)
{
	for_each_resource(r) {
		unsigned int *number = xcalloc(page->count, sizeof(*number));

		for (unsigned int i = 0; i < page->count; i++)
			number[i] = number_of(page, r, page->tasks[i].ids[r]);
		numbers->holders[r].number = number;
	}
}

/* The tasks of the system */

/* The index of the first task whose pid is not lower. */
static unsigned int place_of(const struct watch_page *page, int pid)
{
	unsigned int low = 0, high = page->count;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (page->tasks[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct watch_page *page, unsigned int at, int pid)
{
	return at < page->count && page->tasks[at].pid == pid;
}

/* Moves the tasks from @from on to @to. */
static void shift(struct watch_page *page, unsigned int from, unsigned int to)
{
	unsigned int rest = page->count - from;

	memmove(page->tasks + to, page->tasks + from,
		rest * sizeof(*page->tasks));
	memmove(page->watched + to, page->watched + from,
		rest * sizeof(*page->watched));
}

/* Adds a task, or replaces the one with its pid. */
static void set_task(struct watch_page *page,
		     const struct taskmap_record *task, bool watched)
{
	unsigned int at = place_of(page, task->pid);

	if (!is_at(page, at, task->pid)) {
		page->tasks = xgrow(page->tasks, page->count,
				    sizeof(*page->tasks));
		page->watched = xgrow(page->watched, page->count,
				      sizeof(*page->watched));
		shift(page, at, at + 1);
		page->count++;
	}
	page->tasks[at] = *task;
	page->watched[at] = watched;
}

static void remove_task(struct watch_page *page, int pid)
{
	unsigned int at = place_of(page, pid);

	if (!is_at(page, at, pid))
		return;
	shift(page, at + 1, at);
	page->count--;
}

/*
 * The members of a thread group change with each event: the kind of the leader, and
 * the number of threads. Returns that number.
 */
static unsigned int count_threads(struct watch_page *page, int tgid)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < page->count; i++)
		count += page->tasks[i].tgid == tgid;
	for (unsigned int i = 0; i < page->count; i++) {
		struct taskmap_record *task = &page->tasks[i];

		if (task->tgid != tgid)
			continue;
		task->threads = count;
		if (task->kind == TASKMAP_PROCESS || task->kind == TASKMAP_MAIN)
			task->kind = count > 1 ? TASKMAP_MAIN : TASKMAP_PROCESS;
	}
	return count;
}

/*
 * The task with @pid got new objects of the resources in @set, which nobody else can
 * hold yet. A task that held such an object before has released it, without an event,
 * and what it holds now is unknown.
 */
static void forget_released(struct watch_page *page, int pid, uint32_t set)
{
	unsigned int at = place_of(page, pid);

	for (unsigned int i = 0; i < page->count; i++) {
		for_each_resource_in(set, r) {
			uint64_t id = page->tasks[at].ids[r];

			if (i == at || !id || page->tasks[i].ids[r] != id)
				continue;
			page->tasks[i].ids[r] = 0;
			page->tasks[i].refs[r] = 0;
			page->tasks[i].unknown |= BIT(r);
		}
	}
}

/*
 * The caller of clone(2) holds what its flags share with the new task. It can have got
 * that without an event: CLONE_SYSVSEM gives it a list if it has none.
 */
static void update_caller(struct watch_page *page,
			  const struct taskmap_event *event)
{
	unsigned int at = place_of(page, event->caller);

	if (!is_at(page, at, event->caller))
		return;
	for_each_resource_in(birth_resources(event->flags) & ~ALL_NAMESPACES, r) {
		page->tasks[at].ids[r] = event->record.ids[r];
		page->tasks[at].refs[r] = event->record.refs[r];
		page->tasks[at].unknown &= ~BIT(r);
	}
}

/* The resources of which a call of clone(2) with @flags creates objects. */
static uint32_t created_by(uint64_t flags)
{
	uint32_t set = birth_resources(flags) & ALL_NAMESPACES;

	for_each_resource(r) {
		if (resources[r].shared && !(flags & resources[r].bit))
			set |= BIT(r);
	}
	return set;
}

static void apply_birth(struct watch_page *page,
			const struct taskmap_event *event, bool watched)
{
	struct taskmap_record task = event->record;

	task.birth_pid = event->caller;
	task.birth_flags = event->flags;
	/* The kernel sets what the mark stands for right after the event. */
	if (event->flags & CLONE_VFORK && event->flags & CLONE_VM)
		task.marks |= TASKMAP_MARK_VFORK;
	set_task(page, &task, watched);
	update_caller(page, event);
	forget_released(page, task.pid, created_by(event->flags));
	count_threads(page, task.tgid);
}

/* With births=0, the module forgets what the event of a birth said. */
static void keep_birth(const struct watch_page *page, int pid,
		       struct taskmap_record *task)
{
	unsigned int at = place_of(page, pid);

	if (task->birth_pid || !is_at(page, at, pid))
		return;
	task->birth_pid = page->tasks[at].birth_pid;
	task->birth_flags = page->tasks[at].birth_flags;
}

/* exec(2) creates an mm, and shares neither files nor signal handlers. */
static void apply_exec(struct watch_page *page,
		       const struct taskmap_event *event, bool watched)
{
	struct taskmap_record task = event->record;

	keep_birth(page, event->old_pid, &task);
	if (event->old_pid != task.pid)
		remove_task(page, event->old_pid);
	set_task(page, &task, watched);
	forget_released(page, task.pid, BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) |
			BIT(TASKMAP_SIGHAND) | BIT(TASKMAP_SIGNAL));
	count_threads(page, task.tgid);
}

/* A dead leader remains as long as its threads, without what do_exit() released. */
static void bury_leader(struct watch_page *page,
			const struct taskmap_event *event, bool watched)
{
	const uint32_t released = BIT(TASKMAP_MM) | BIT(TASKMAP_ACTIVE_MM) |
		BIT(TASKMAP_FILES) | BIT(TASKMAP_FS) | BIT(TASKMAP_IO) |
		BIT(TASKMAP_SYSVSEM) | BIT(TASKMAP_NSPROXY) |
		(ALL_NAMESPACES & ~BIT(TASKMAP_PID_NS) & ~BIT(TASKMAP_USER_NS)) |
		BIT(TASKMAP_PID_CHILDREN_NS) | BIT(TASKMAP_TIME_CHILDREN_NS);
	struct taskmap_record task = event->record;

	keep_birth(page, task.pid, &task);
	task.state = 'Z';
	for_each_resource_in(released, r) {
		task.ids[r] = 0;
		task.refs[r] = 0;
	}
	set_task(page, &task, watched);
}

/* No event says when a parent waits for a dead process: it is gone at once. */
static void apply_exit(struct watch_page *page,
		       const struct taskmap_event *event, bool watched)
{
	const struct taskmap_record *task = &event->record;
	unsigned int leader;

	if (task->pid == task->tgid && count_threads(page, task->tgid) > 1) {
		bury_leader(page, event, watched);
		return;
	}
	remove_task(page, task->pid);
	leader = place_of(page, task->tgid);
	if (count_threads(page, task->tgid) == 1 &&
	    is_at(page, leader, task->tgid) && page->tasks[leader].state == 'Z')
		remove_task(page, task->tgid);
}

static void apply(struct watch_page *page, const struct taskmap_event *event,
		  bool watched)
{
	if (event->type == TASKMAP_BIRTH)
		apply_birth(page, event, watched);
	else if (event->type == TASKMAP_EXEC)
		apply_exec(page, event, watched);
	else if (event->type == TASKMAP_EXIT)
		apply_exit(page, event, watched);
}

/* Steps */

static void add_step(struct watch_page *page, const struct step *step)
{
	const struct snapshot snap = {
		.header = page->header, .tasks = page->tasks,
		.count = page->count,
	};
	struct model model, numbers = { 0 };
	const struct frame frame = {
		.header = &page->header, .model = &model,
		.chosen = page->watched,
	};

	need_memory(model_init(&model, &snap));
	need_memory(model_group_all(&model, ALL_RESOURCES));
	number_all(page, &numbers);
	model.whole = &numbers;
	steps_add(&page->steps, step, &frame);
	for_each_resource(r)
		free(numbers.holders[r].number);
	model_free(&model);
}

static void add_first_step(struct watch_page *page)
{
	add_step(page, &(struct step){ .words = "before the first event" });
}

static void add_event(struct watch_page *page, const struct waiting *waiting)
{
	const struct taskmap_event *event = &waiting->event;
	char *words;

	apply(page, event, waiting->watched);
	if (!waiting->watched)
		return;
	words = show_words(page->show, event);
	add_step(page, &(struct step){ words, event->record.pid });
	free(words);
	page->shown++;
}

static bool is_full(const struct watch_page *page)
{
	return page->shown == MOST_STEPS;
}

static void add_waiting(struct watch_page *page)
{
	for (unsigned int i = 0; i < page->waiting_count; i++) {
		if (!is_full(page))
			add_event(page, &page->waiting[i]);
		else
			page->left += page->waiting[i].watched;
	}
	page->waiting_count = 0;
}

void watch_page_add(struct watch_page *page, const struct taskmap_event *event,
		    bool watched)
{
	/* The snapshot already shows what an older event changed. */
	if (!page || event->time_ns <= page->header.start_ns)
		return;
	if (is_full(page)) {
		page->left += watched;
		return;
	}
	page->waiting[page->waiting_count++] = (struct waiting){
		*event, watched,
	};
	if (page->waiting_count == MOST_WAITING)
		add_waiting(page);
}

/*
 * If the page goes to standard output, everything else goes to standard error, and so
 * does what COMMAND prints.
 */
static int take_output(const char *path, int *out, struct error *error)
{
	const char *reason;

	*out = -1;
	if (!strcmp(path, "-")) {
		*out = dup(STDOUT_FILENO);
		if (*out >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
			return 0;
		return error_set(error, "cannot write to standard output: it is closed");
	}
	reason = save_refusal(path);
	return reason ? error_set(error, "cannot write %s: %s", path, reason) :
			0;
}

int watch_page_begin(struct watch_page **begun, const struct options *options,
		     const struct show *show, struct error *error)
{
	struct watch_page *page;
	int out;

	*begun = NULL;
	if (!options->page)
		return 0;
	if (take_output(options->page, &out, error))
		return -1;
	page = xcalloc(1, sizeof(*page));
	page->options = options;
	page->show = show;
	page->out = out;
	page->waiting = xcalloc(MOST_WAITING, sizeof(*page->waiting));
	*begun = page;
	return 0;
}

void watch_page_start(struct watch_page *page, const struct snapshot *snap,
		      const bool *watched, bool elsewhere)
{
	if (!page)
		return;
	page->header = snap->header;
	for (unsigned int i = 0; i < snap->count; i++)
		set_task(page, &snap->tasks[i], watched && watched[i]);
	steps_init(&page->steps, page->options, elsewhere);
	/* COMMAND does not exist yet: its birth is the first step. */
	if (watched)
		add_first_step(page);
}

static int write_page(const struct watch_page *page, struct buffer *image,
		      struct error *error)
{
	const char *path = page->options->page;
	const char *reason = page->out < 0 ? save_as(path, image, SAVE_UMASK) :
					     save_to(page->out, image);

	return reason ? error_set(error, "cannot write %s: %s", path, reason) :
			0;
}

int watch_page_end(struct watch_page *page, struct error *error)
{
	struct buffer image = { 0 };
	FILE *out;
	int ret;

	if (!page)
		return 0;
	add_waiting(page);
	if (!page->steps.count)
		add_first_step(page);
	out = open_memstream((char **)&image.bytes, &image.size);
	need_memory(!out);
	steps_print(&page->steps, out, page->left);
	need_memory(fclose(out));
	if (page->left)
		complain("the page shows the first %u of %" PRIu64 " events",
			 page->shown, page->shown + page->left);
	ret = write_page(page, &image, error);
	free(image.bytes);
	return ret;
}

void watch_page_free(struct watch_page *page)
{
	if (!page)
		return;
	steps_free(&page->steps);
	tdestroy(page->numbers, free);
	free(page->waiting);
	free(page->tasks);
	free(page->watched);
	free(page);
}
