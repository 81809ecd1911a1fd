// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap drift: what about a system is not as the textbook has it.
 *
 * The textbook: a process is a thread group that shares nothing with another.
 * A thread shares with its leader all but the io_context, as pthread_create(3)
 * makes it. Kernel threads share among themselves, and root and working
 * directory with process 1. Nobody but tasks holds what tasks share.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"

enum drift_rule {
	DRIFT_OWN,	/* a thread has not what its leader has */
	DRIFT_SHARED,	/* tasks share what they should not */
	DRIFT_VFORK,	/* a vfork child still borrows its parent's mm */
	DRIFT_BORROWED,	/* a kernel thread uses what a process holds */
	DRIFT_WORKER,	/* the kernel made a thread inside a process */
	DRIFT_LEADER,	/* the leader is dead, and threads live */
	DRIFT_REFS,	/* the holders of an object do not make up its refs */
};

struct finding {
	unsigned int task;	/* the lowest pid of whom it is true */
	unsigned int tasks;	/* of how many it is, in the same words */
	enum drift_rule rule;
	uint32_t resources;	/* those that it is about */
	unsigned int holders;	/* for DRIFT_REFS, or 0 */
	uint32_t refs;
	char *reason;		/* in words, one line */
};

struct drift {
	const struct model *model;
	const bool *shown;
	struct finding *findings;	/* in order of pid */
	size_t count;
	/* For each object by its number, the last tgid that spoke for it. */
	int *spoke[TASKMAP_RESOURCES];
};

static const char *const rules[] = {
	[DRIFT_OWN] = "own",
	[DRIFT_SHARED] = "shared",
	[DRIFT_VFORK] = "vfork",
	[DRIFT_BORROWED] = "borrowed",
	[DRIFT_WORKER] = "worker",
	[DRIFT_LEADER] = "leader",
	[DRIFT_REFS] = "refs",
};

static struct finding *add(struct drift *drift, unsigned int task,
			   enum drift_rule rule, uint32_t set,
			   const char *format, ...)
	__attribute__((format(printf, 5, 6)));

static struct finding *add(struct drift *drift, unsigned int task,
			   enum drift_rule rule, uint32_t set,
			   const char *format, ...)
{
	struct finding *finding;
	va_list args;

	drift->findings = xgrow(drift->findings, drift->count,
				sizeof(*finding));
	finding = &drift->findings[drift->count++];
	*finding = (struct finding){
		.task = task,
		.tasks = 1,
		.rule = rule,
		.resources = set,
	};
	va_start(args, format);
	need_memory(vasprintf(&finding->reason, format, args) < 0);
	va_end(args);
	return finding;
}

/* Threads that differ from their leader */

/*
 * How a thread comes to have one of its own, which most share. Of those with a
 * flag its birth tells more, if that is known.
 */
static const char *const own_ways[TASKMAP_RESOURCES] = {
	[TASKMAP_MM] = "which the kernel never allows",
	[TASKMAP_FILES] = "unshare(2), or clone(2) without CLONE_FILES",
	[TASKMAP_FS] = "unshare(2), or clone(2) without CLONE_FS",
	[TASKMAP_SIGHAND] = "which the kernel never allows",
	[TASKMAP_SIGNAL] = "which the kernel never allows",
	[TASKMAP_SYSVSEM] = "unshare(2), or clone(2) without CLONE_SYSVSEM",
	[TASKMAP_NSPROXY] = "the same namespaces, but its children may be in others",
	[TASKMAP_CGROUPS] = "a threaded cgroup, or one of cgroups version 1",
	[TASKMAP_UTS_NS ... TASKMAP_USER_NS] = "setns(2) or unshare(2)",
};

/* The same, if it was created with the flag that shares it. */
static const char *const later_ways[TASKMAP_RESOURCES] = {
	[TASKMAP_FILES] = "unshare(2), close_range(2) or a core dump",
	[TASKMAP_FS] = "unshare(2)",
	[TASKMAP_SYSVSEM] = "unshare(2) or setns(2)",
};

/* To be freed. No pids: of many threads the same is said once. */
static char *way_of(const struct model *model, unsigned int task,
		    const struct birth *birth, unsigned int resource)
{
	if (birth->creator != NO_TASK &&
	    model_same(model, task, birth->creator, resource))
		return xstrdup("that of the thread that created it");
	if (!birth->pid || !later_ways[resource])
		return xstrdup(own_ways[resource]);
	if (!(birth->flags & resources[resource].bit))
		return xasprintf("created without %s", resources[resource].flag);
	/* The creator has ended, and may have had its own. */
	if (birth->creator == NO_TASK)
		return xstrdup(own_ways[resource]);
	return xasprintf("created with %s, and %s since then",
			 resources[resource].flag, later_ways[resource]);
}

static void add_own_cred(struct drift *drift, unsigned int task,
			 unsigned int leader)
{
	const struct taskmap_record *own = &drift->model->tasks[task];
	const struct taskmap_record *that = &drift->model->tasks[leader];

	if (own->uid == that->uid && own->gid == that->gid)
		add(drift, task, DRIFT_OWN, BIT(TASKMAP_CRED),
		    "not that of leader %d: set for itself, with the same uid and gid",
		    that->pid);
	else
		add(drift, task, DRIFT_OWN, BIT(TASKMAP_CRED),
		    "not that of leader %d: set for itself, uid %" PRIu32 " gid %" PRIu32 " and not uid %" PRIu32 " gid %" PRIu32,
		    that->pid, (uint32_t)own->uid, (uint32_t)own->gid,
		    (uint32_t)that->uid, (uint32_t)that->gid);
}

/*
 * Whether a thread lacks the list of undos that its leader has, or has one
 * where its leader has none. A POSIX thread is made with CLONE_SYSVSEM, which
 * makes one for both; a worker is not. What ends has let go of it first, and of
 * its mm only then.
 */
static bool differs_in_sysvsem(const struct model *model, unsigned int task,
			       unsigned int leader)
{
	const struct taskmap_record *own = &model->tasks[task];
	const struct taskmap_record *that = &model->tasks[leader];

	return own->kind == TASKMAP_THREAD &&
	       own->ids[TASKMAP_MM] && that->ids[TASKMAP_MM] &&
	       own->ids[TASKMAP_SYSVSEM] != that->ids[TASKMAP_SYSVSEM];
}

/* What a thread has not as its leader has it. */
static uint32_t own_of(const struct model *model, unsigned int task,
		       unsigned int leader)
{
	uint32_t own = 0;

	for_each_resource(r) {
		if (r == TASKMAP_SYSVSEM ?
		    differs_in_sysvsem(model, task, leader) :
		    model_differ(model, task, leader, r))
			own |= BIT(r);
	}
	/* Another nsproxy follows from another namespace. */
	if (own & ALL_NAMESPACES)
		own &= ~BIT(TASKMAP_NSPROXY);
	/* The dead stay when others are moved (cgroup_migrate_add_task()). */
	if (model_is_dead(model, leader))
		own &= ~BIT(TASKMAP_CGROUPS);
	return own;
}

static void find_own(struct drift *drift, unsigned int task)
{
	const struct model *model = drift->model;
	const struct birth birth = model_birth(model, task);
	unsigned int leader = model_leader(model, task);
	uint32_t own;

	if (leader == NO_TASK || leader == task)
		return;
	own = own_of(model, task, leader);
	for_each_resource_in(own, r) {
		char *way;

		if (r == TASKMAP_CRED) {
			add_own_cred(drift, task, leader);
		} else if (own_ways[r]) {
			way = way_of(model, task, &birth, r);
			add(drift, task, DRIFT_OWN, BIT(r),
			    "not that of leader %d: %s",
			    model->tasks[leader].pid, way);
			free(way);
		}
	}
	if (model->tasks[task].kind == TASKMAP_THREAD &&
	    model_same(model, task, leader, TASKMAP_IO))
		add(drift, task, DRIFT_SHARED, BIT(TASKMAP_IO),
		    "with leader %d: CLONE_IO, which threads are made without",
		    model->tasks[leader].pid);
}

/* Thread groups that share */

/* What no two thread groups should share, and clone(2) can make them share. */
#define APART	(BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) | BIT(TASKMAP_FS) | \
		 BIT(TASKMAP_SIGHAND) | BIT(TASKMAP_IO))

/*
 * For which of its objects @task speaks: whoever has the lowest pid speaks for
 * those of its thread group that hold the same. Tasks come by tgid and pid.
 */
static uint32_t speaks_for(struct drift *drift, unsigned int task)
{
	int tgid = drift->model->tasks[task].tgid;
	uint32_t set = 0;

	for_each_resource_in(APART, r) {
		int *spoke = &drift->spoke[r][model_number(drift->model, task,
							   r)];

		if (*spoke != tgid)
			set |= BIT(r);
		*spoke = tgid;
	}
	return set;
}

/*
 * That a task of group @by created the leader of group @tgid, to share @set. To
 * be freed; NULL if that is not known.
 */
static char *birth_of_group(const struct model *model, int tgid, int by,
			    uint32_t set)
{
	unsigned int leader = model_find(model, tgid);
	struct birth birth;
	char *flags, *way;

	if (leader == NO_TASK)
		return NULL;
	birth = model_birth(model, leader);
	if (birth.creator == NO_TASK ||
	    model->tasks[birth.creator].tgid != by ||
	    set & ~birth_resources(birth.flags))
		return NULL;
	flags = resource_words(set, "|", RESOURCE_FLAG);
	way = xasprintf("%d created %d with %s", birth.pid, tgid, flags);
	free(flags);
	return way;
}

static void add_shared(struct drift *drift, unsigned int task, uint32_t set,
		       const struct others *others)
{
	int tgid = drift->model->tasks[task].tgid;
	char *more = others->count > 1 ?
		     xasprintf(" and %u more", others->count - 1) : xstrdup("");
	char *way = birth_of_group(drift->model, tgid, others->tgid, set);

	if (!way)
		way = birth_of_group(drift->model, others->tgid, tgid, set);
	if (!way)
		way = xstrdup("clone(2) without CLONE_THREAD");
	add(drift, task, DRIFT_SHARED, set, "with thread group %d%s: %s",
	    others->tgid, more, way);
	free(way);
	free(more);
}

/* Once for all that it shares with the same others. */
static void find_shared(struct drift *drift, unsigned int task)
{
	uint32_t set = speaks_for(drift, task);

	while (set) {
		struct others others;
		uint32_t alike = model_alike(drift->model, task, set,
					     model_equals, &others);

		set &= ~alike;
		if (others.count)
			add_shared(drift, task, alike, &others);
	}
}

/* Single tasks */

/* In 5.10 io_uring's threads are kernel threads, which borrow files, too. */
static void find_borrowed(struct drift *drift, unsigned int task)
{
	static const enum taskmap_resource borrowed[] = {
		TASKMAP_MM, TASKMAP_FILES,
	};

	for (size_t i = 0; i < ARRAY_SIZE(borrowed); i++) {
		struct others others = model_others(drift->model, task,
						    borrowed[i]);

		if (others.count)
			add(drift, task, DRIFT_BORROWED, BIT(borrowed[i]),
			    "a kernel thread that uses what thread group %d holds",
			    others.tgid);
		else if (borrowed[i] == TASKMAP_MM &&
			 drift->model->tasks[task].ids[TASKMAP_MM])
			add(drift, task, DRIFT_BORROWED, BIT(TASKMAP_MM),
			    "a kernel thread that uses what no process holds any more");
	}
}

static void find_dead_leader(struct drift *drift, unsigned int task)
{
	const struct model *model = drift->model;
	unsigned int live;

	if (!model_is_leader(model, task) || !model_is_dead(model, task))
		return;
	live = model_live_threads(model, task);
	if (live)
		add(drift, task, DRIFT_LEADER, 0, "dead, while %u %s of it %s",
		    live, live == 1 ? "thread" : "threads",
		    live == 1 ? "lives" : "live");
}

static void find_in_task(struct drift *drift, unsigned int task)
{
	const struct taskmap_record *record = &drift->model->tasks[task];

	if (record->kind == TASKMAP_KTHREAD) {
		find_borrowed(drift, task);
		return;
	}
	if (record->marks & TASKMAP_MARK_VFORK)
		add(drift, task, DRIFT_VFORK, BIT(TASKMAP_MM),
		    "borrows the mm of %d until it execs or ends",
		    record->ppid);
	if (record->kind == TASKMAP_WORKER)
		add(drift, task, DRIFT_WORKER, 0,
		    "made by the kernel in thread group %d, for io_uring or vhost",
		    record->tgid);
	find_own(drift, task);
	find_shared(drift, task);
	find_dead_leader(drift, task);
}

/* Refs */

/*
 * How many objects of @resource the holders of @object hold. Whoever holds the
 * same of these holds @object, too: each counts with its earliest holder.
 */
static unsigned int count_held(const struct model *model,
			       const struct object *object,
			       enum taskmap_resource resource)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < object->holders.count; i++) {
		unsigned int task = object->holders.tasks[i];
		const struct group *group = model_group(model, task, resource);

		count += group && group->earliest == task;
	}
	return count;
}

/* The refs that its holders make up. */
static uint64_t made_up(const struct model *model, const struct object *object)
{
	switch (resources[object->resource].counted) {
	case COUNTED_TASKS:
		return object->holders.count;
	case COUNTED_TWICE:
		return 2 * (uint64_t)object->holders.count;
	case COUNTED_NSPROXIES:
		return count_held(model, object, TASKMAP_NSPROXY);
	case COUNTED_CREDS:
		return count_held(model, object, TASKMAP_CRED);
	case COUNTED_NOT:
		break;
	}
	return 0;
}

static unsigned int first_shown(const struct drift *drift,
				const struct object *object)
{
	unsigned int first = NO_TASK;

	for (unsigned int i = 0; i < object->holders.count; i++) {
		unsigned int task = object->holders.tasks[i];

		if (drift->shown[task] && task < first)
			first = task;
	}
	return first;
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void add_refs(struct drift *drift, const struct object *object,
		     uint64_t made)
{
	const struct resource *resource = &resources[object->resource];
	unsigned int task = first_shown(drift, object);
	unsigned int holders = object->holders.count;
	char *who = object->refs > made ?
		xasprintf("%" PRIu64 " more by who is no task, as %s%sa task in the making",
			  object->refs - made,
			  resource->others ? resource->others : "",
			  resource->others ? " or " : "") :
		xstrdup("fewer than can be");
	struct finding *finding =
		add(drift, task, DRIFT_REFS, BIT(object->resource),
		    "%s#%u has %" PRIu32 " ref%s, and its %u holder%s make%s up %" PRIu64 ": %s",
		    resource->prefix,
		    model_number(drift->model, task, object->resource),
		    object->refs, plural(object->refs), holders,
		    plural(holders), holders == 1 ? "s" : "", made, who);

	finding->holders = holders;
	finding->refs = object->refs;
	free(who);
}

/*
 * The refs that the kernel keeps for as long as it runs. After Linux 7.1 it has
 * one on the fs of process 1, for its own threads to borrow ("fs: make
 * userspace_init_fs a dynamically-initialized pointer").
 */
static unsigned int kept(const struct model *model, const struct object *object)
{
	unsigned int i = 0;

	if (object->resource != TASKMAP_FS)
		return 0;
	while (i < object->holders.count && model->tasks[object->holders.tasks[i]].pid != 1)
		i++;
	return i < object->holders.count;
}

/*
 * What kernel threads hold is not judged: what is theirs the idle tasks hold
 * too, which are in no snapshot, and the first namespaces are not counted in
 * newer kernels; and what they borrow from processes they do not count.
 */
static void judge_refs(struct drift *drift, const struct object *object)
{
	const struct resource *resource = &resources[object->resource];
	uint64_t made;

	if (!object->refs || object->kthreads ||
	    resource->counted == COUNTED_NOT)
		return;
	made = made_up(drift->model, object);
	if (object->refs < made ||
	    (object->refs > made + kept(drift->model, object) &&
	     object->refs < UINT32_MAX && resource->only_tasks))
		add_refs(drift, object, made);
}

static void find_refs(struct drift *drift, struct model *model)
{
	struct objects objects;

	need_memory(objects_make(&objects, model, &(struct object_filter){
		ALL_RESOURCES, drift->shown, true }));
	for (unsigned int i = 0; i < objects.count; i++)
		judge_refs(drift, &objects.list[i]);
	objects_free(&objects);
}

/* All together */

static int compare_words(const struct finding *x, const struct finding *y)
{
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if (x->resources != y->resources)
		return x->resources < y->resources ? -1 : 1;
	return strcmp(x->reason, y->reason);
}

static int compare_tasks(const struct finding *x, const struct finding *y)
{
	return x->task < y->task ? -1 : x->task > y->task;
}

static int by_words(const void *a, const void *b)
{
	int order = compare_words(a, b);

	return order ? order : compare_tasks(a, b);
}

static int by_task(const void *a, const void *b)
{
	int order = compare_tasks(a, b);

	return order ? order : compare_words(a, b);
}

/* Makes one of those that say the same, in the name of the first. */
static void fold(struct drift *drift)
{
	struct finding *last = NULL;
	size_t kept = 0;

	qsort(drift->findings, drift->count, sizeof(*drift->findings),
	      by_words);
	for (size_t i = 0; i < drift->count; i++) {
		struct finding *finding = &drift->findings[i];

		if (last && !compare_words(last, finding)) {
			last->tasks++;
			free(finding->reason);
			continue;
		}
		last = &drift->findings[kept++];
		*last = *finding;
	}
	drift->count = kept;
	qsort(drift->findings, drift->count, sizeof(*drift->findings),
	      by_task);
}

/*
 * What is to be said of the @shown tasks, in view of all. Refs are judged only
 * if the snapshot is @exact: otherwise they are of many moments.
 */
static void drift_init(struct drift *drift, struct model *model, bool exact,
		       const bool *shown)
{
	*drift = (struct drift){ .model = model, .shown = shown };
	need_memory(model_group_all(model, APART));
	for_each_resource_in(APART, r)
		drift->spoke[r] = xcalloc((size_t)model->holders[r].count + 1,
					  sizeof(int));
	for (unsigned int i = 0; i < model->count; i++) {
		if (shown[model->order.tasks[i]])
			find_in_task(drift, model->order.tasks[i]);
	}
	for_each_resource_in(APART, r)
		free(drift->spoke[r]);
	if (exact)
		find_refs(drift, model);
	if (drift->count)
		fold(drift);
}

static void drift_free(struct drift *drift)
{
	for (size_t i = 0; i < drift->count; i++)
		free(drift->findings[i].reason);
	free(drift->findings);
}

/* The columns: what deviates, and all that there is to know of the task. */

static const struct finding *finding_of(const struct cell *cell)
{
	return cell->row->of;
}

static void fill_rule(const struct cell *cell, struct value *value)
{
	value_set_text(value, rules[finding_of(cell)->rule]);
}

static void fill_what(const struct cell *cell, struct value *value)
{
	char *names = resource_words(finding_of(cell)->resources, ",",
				     RESOURCE_NAME);

	value_set_text(value, names);
	free(names);
}

static void fill_reason(const struct cell *cell, struct value *value)
{
	value_set_text(value, finding_of(cell)->reason);
}

static const struct column finding_table[] = {
	COLUMN_TEXT("RULE", fill_rule, "in what way it deviates"),
	COLUMN_TEXT("WHAT", fill_what, "the resources that this is about"),
	COLUMN_FIELD("TASKS", fill_u32, finding, tasks, "how many tasks it is true of; PID is the lowest"),
	COLUMN_FIELD("HOLDERS", fill_known, finding, holders, "rule refs: tasks that hold the object"),
	COLUMN_FIELD("REFS", fill_known, finding, refs, "rule refs: the kernel's count of references to it"),
	COLUMN_TEXT("REASON", fill_reason, "why, in words"),
};

const struct columns finding_columns = {
	.defaults = "PID,TGID,KIND,COMM,RULE,WHAT,TASKS,REASON",
	.own_count = ARRAY_SIZE(finding_table),
	.own = finding_table,
	.more = &task_columns,
};

static struct row row_at(const struct rows *rows, size_t index)
{
	const struct finding *findings = rows->of;

	return (struct row){
		.model = rows->model,
		.task = findings[index].task,
		.of = &findings[index],
	};
}

int drift_command(const struct options *options, struct error *error)
{
	struct drift drift;
	struct view view;
	int status;

	if (view_open(&view, options, error))
		return -1;
	view_choose(&view);
	drift_init(&drift, &view.model,
		   !(view.snap.header.flags & TASKMAP_WALKED), view.chosen);
	status = drift.count ? STATUS_MISSING : STATUS_DONE;
	view_print(&view, "drift", &(struct rows){
		drift.count, row_at, &view.model, drift.findings });
	drift_free(&drift);
	return view_close(&view, status);
}
