// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drift.h"
#include "objects.h"
#include "resources.h"
#include "util.h"

/* Room for the longest reason. */
#define REASON_SIZE	512

/* Who looks, and at what. */
struct search {
	struct drift *drift;
	struct model *model;
	const bool *shown;
	size_t room;		/* for findings */
};

const char *drift_rule_name(enum drift_rule rule)
{
	static const char *const names[] = {
		[DRIFT_OWN] = "own",
		[DRIFT_SHARED] = "shared",
		[DRIFT_VFORK] = "vfork",
		[DRIFT_BORROWED] = "borrowed",
		[DRIFT_WORKER] = "worker",
		[DRIFT_LEADER] = "leader",
		[DRIFT_REFS] = "refs",
	};

	return names[rule];
}

static struct finding *add(struct search *search, unsigned int task,
			   enum drift_rule rule, uint32_t set,
			   const char *format, ...)
	__attribute__((format(printf, 5, 6)));

static struct finding *add(struct search *search, unsigned int task,
			   enum drift_rule rule, uint32_t set,
			   const char *format, ...)
{
	struct drift *drift = search->drift;
	struct finding *finding;
	char reason[REASON_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	if (drift->count == search->room) {
		search->room = search->room ? 2 * search->room : 64;
		drift->findings = xreallocarray(drift->findings, search->room,
						sizeof(*drift->findings));
	}
	finding = &drift->findings[drift->count++];
	*finding = (struct finding){
		.task = task,
		.tasks = 1,
		.rule = rule,
		.resources = set,
		.reason = xstrdup(reason),
	};
	return finding;
}

static uint32_t bit(enum taskmap_resource resource)
{
	return 1U << resource;
}

/* Threads that differ from their leader */

/* How a thread comes to have one of its own, which most share. */
static const char *const own_ways[TASKMAP_RESOURCES] = {
	[TASKMAP_MM] = "which the kernel never allows",
	[TASKMAP_FILES] = "unshare(2), or clone(2) without CLONE_FILES",
	[TASKMAP_FS] = "unshare(2), or clone(2) without CLONE_FS",
	[TASKMAP_SIGHAND] = "which the kernel never allows",
	[TASKMAP_SIGNAL] = "which the kernel never allows",
	[TASKMAP_NSPROXY] = "the same namespaces, but its children may be in others",
	[TASKMAP_CGROUPS] = "a threaded cgroup, or one of cgroups version 1",
};

static const char ns_way[] = "setns(2) or unshare(2)";
static const char sysvsem_way[] =
	"unshare(2), or clone(2) without CLONE_SYSVSEM";

static void add_own_cred(struct search *search, unsigned int task,
			 unsigned int leader)
{
	const struct taskmap_record *own = &search->model->tasks[task];
	const struct taskmap_record *that = &search->model->tasks[leader];

	if (own->uid == that->uid && own->gid == that->gid)
		add(search, task, DRIFT_OWN, bit(TASKMAP_CRED),
		    "not that of leader %d: set for itself, with the same uid and gid",
		    that->pid);
	else
		add(search, task, DRIFT_OWN, bit(TASKMAP_CRED),
		    "not that of leader %d: set for itself, uid %" PRIu32 " gid %" PRIu32 " and not uid %" PRIu32 " gid %" PRIu32,
		    that->pid, (uint32_t)own->uid, (uint32_t)own->gid,
		    (uint32_t)that->uid, (uint32_t)that->gid);
}

static void add_own(struct search *search, unsigned int task,
		    unsigned int leader, enum taskmap_resource resource,
		    const char *way)
{
	add(search, task, DRIFT_OWN, bit(resource), "not that of leader %d: %s",
	    search->model->tasks[leader].pid, way);
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

/* Returns whether there is one. */
static bool find_own_namespaces(struct search *search, unsigned int task,
				unsigned int leader)
{
	bool found = false;

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (!resources[r].ns ||
		    !model_differ(search->model, task, leader, r))
			continue;
		add_own(search, task, leader, r, ns_way);
		found = true;
	}
	return found;
}

/* An nsproxy that differs follows from a namespace that does, if one does. */
static void find_own(struct search *search, unsigned int task)
{
	const struct model *model = search->model;
	unsigned int leader = model_leader(model, task);
	bool dead, ns;

	if (leader == NO_TASK || leader == task)
		return;
	dead = model_is_dead(model, leader);
	ns = find_own_namespaces(search, task, leader);
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (!own_ways[r] || !model_differ(model, task, leader, r) ||
		    (r == TASKMAP_NSPROXY && ns) ||
		    (r == TASKMAP_CGROUPS && dead))
			continue;
		add_own(search, task, leader, r, own_ways[r]);
	}
	if (model_differ(model, task, leader, TASKMAP_CRED))
		add_own_cred(search, task, leader);
	if (differs_in_sysvsem(model, task, leader))
		add_own(search, task, leader, TASKMAP_SYSVSEM, sysvsem_way);
	if (model->tasks[task].kind == TASKMAP_THREAD &&
	    model_same(model, task, leader, TASKMAP_IO))
		add(search, task, DRIFT_SHARED, bit(TASKMAP_IO),
		    "with leader %d: CLONE_IO, which threads are made without",
		    model->tasks[leader].pid);
}

/* Thread groups that share */

/* What no two thread groups should share, and clone(2) can make them share. */
static const enum taskmap_resource apart[] = {
	TASKMAP_MM, TASKMAP_FILES, TASKMAP_FS, TASKMAP_SIGHAND, TASKMAP_IO,
};

/* Holders of one object that are of one thread group. */
struct run {
	const unsigned int *members;
	unsigned int count;
};

/* The run that begins at @from of the @count members that are ordered so. */
static struct run run_at(const struct model *model, const unsigned int *members,
			 unsigned int count, unsigned int from)
{
	struct run run = { members + from, 1 };
	int tgid = model->tasks[members[from]].tgid;

	while (from + run.count < count &&
	       model->tasks[run.members[run.count]].tgid == tgid)
		run.count++;
	return run;
}

/*
 * Whether they share it like equals. Kernel threads do not, nor does a vfork
 * child its parent's mm, which a rule of its own is about.
 */
static bool is_sharer(const struct model *model, const struct run *run,
		      enum taskmap_resource resource)
{
	bool sharer = false;

	for (unsigned int i = 0; i < run->count; i++) {
		const struct taskmap_record *task =
			&model->tasks[run->members[i]];

		if (resource == TASKMAP_MM &&
		    task->marks & TASKMAP_MARK_VFORK)
			return false;
		sharer |= task->kind != TASKMAP_KTHREAD;
	}
	return sharer;
}

/* How many share it, and the two with the lowest tgids. */
struct sharers {
	unsigned int count;
	int lowest[2];
};

static struct sharers count_sharers(const struct model *model,
				    const unsigned int *members,
				    unsigned int count,
				    enum taskmap_resource resource)
{
	struct sharers sharers = { 0 };

	for (unsigned int i = 0; i < count;) {
		struct run run = run_at(model, members, count, i);

		i += run.count;
		if (!is_sharer(model, &run, resource))
			continue;
		if (sharers.count < ARRAY_SIZE(sharers.lowest))
			sharers.lowest[sharers.count] =
				model->tasks[*run.members].tgid;
		sharers.count++;
	}
	return sharers;
}

/* Whoever is shown of them and has the lowest pid speaks for them. */
static unsigned int speaker(const struct search *search, const struct run *run)
{
	for (unsigned int i = 0; i < run->count; i++) {
		if (search->shown[run->members[i]] &&
		    !model_is_kthread(search->model, run->members[i]))
			return run->members[i];
	}
	return NO_TASK;
}

/* With whom a task's thread group shares, for each that should be apart. */
struct sharing {
	struct others with[ARRAY_SIZE(apart)];
};

static void look_at_group(const struct search *search,
			  const unsigned int *members, unsigned int count,
			  size_t index, struct sharing *sharing)
{
	const struct model *model = search->model;
	struct sharers sharers = count_sharers(model, members, count,
					       apart[index]);

	if (sharers.count < 2)
		return;
	for (unsigned int i = 0; i < count;) {
		struct run run = run_at(model, members, count, i);
		unsigned int task = speaker(search, &run);
		int tgid = model->tasks[*run.members].tgid;

		i += run.count;
		if (task == NO_TASK || !is_sharer(model, &run, apart[index]))
			continue;
		sharing[task].with[index] = (struct others){
			.tgid = sharers.lowest[sharers.lowest[0] == tgid],
			.count = sharers.count - 1,
		};
	}
}

static void look_at_groups(const struct search *search, struct sharing *sharing)
{
	for (size_t index = 0; index < ARRAY_SIZE(apart); index++) {
		const struct grouping *holders =
			model_holders(search->model, apart[index]);

		for (unsigned int g = 0; g < holders->count; g++) {
			const struct group *group = &holders->groups[g];

			if (group->users > 1)
				look_at_group(search,
					      holders->members + group->first,
					      group->count, index, sharing);
		}
	}
}

static void add_shared(struct search *search, unsigned int task, uint32_t set,
		       const struct others *others)
{
	if (others->count > 1)
		add(search, task, DRIFT_SHARED, set,
		    "with thread group %d and %u more: clone(2) without CLONE_THREAD",
		    others->tgid, others->count - 1);
	else
		add(search, task, DRIFT_SHARED, set,
		    "with thread group %d: clone(2) without CLONE_THREAD",
		    others->tgid);
}

/* Once for all that it shares with the same others. */
static void find_shared(struct search *search, unsigned int task,
			struct sharing *sharing)
{
	for (size_t i = 0; i < ARRAY_SIZE(apart); i++) {
		const struct others others = sharing->with[i];
		uint32_t set = 0;

		if (!others.count)
			continue;
		for (size_t j = i; j < ARRAY_SIZE(apart); j++) {
			struct others *with = &sharing->with[j];

			if (with->tgid != others.tgid ||
			    with->count != others.count)
				continue;
			set |= bit(apart[j]);
			with->count = 0;
		}
		add_shared(search, task, set, &others);
	}
}

/* Single tasks */

/* In 5.10 io_uring's threads are kernel threads, which borrow files, too. */
static void find_borrowed(struct search *search, unsigned int task)
{
	static const enum taskmap_resource borrowed[] = {
		TASKMAP_MM, TASKMAP_FILES,
	};

	for (size_t i = 0; i < ARRAY_SIZE(borrowed); i++) {
		struct others others = model_others(search->model, task,
						    borrowed[i]);

		if (others.count)
			add(search, task, DRIFT_BORROWED, bit(borrowed[i]),
			    "a kernel thread that uses what thread group %d holds",
			    others.tgid);
		else if (borrowed[i] == TASKMAP_MM &&
			 search->model->tasks[task].ids[TASKMAP_MM])
			add(search, task, DRIFT_BORROWED, bit(TASKMAP_MM),
			    "a kernel thread that uses what no process holds any more");
	}
}

static void find_dead_leader(struct search *search, unsigned int task)
{
	const struct model *model = search->model;
	unsigned int live;

	if (!model_is_leader(model, task) || !model_is_dead(model, task))
		return;
	live = model_live_threads(model, task);
	if (live)
		add(search, task, DRIFT_LEADER, 0, "dead, while %u %s of it %s",
		    live, live == 1 ? "thread" : "threads",
		    live == 1 ? "lives" : "live");
}

static void find_in_task(struct search *search, unsigned int task)
{
	const struct taskmap_record *record = &search->model->tasks[task];

	if (record->kind == TASKMAP_KTHREAD) {
		find_borrowed(search, task);
		return;
	}
	if (record->marks & TASKMAP_MARK_VFORK)
		add(search, task, DRIFT_VFORK, bit(TASKMAP_MM),
		    "borrows the mm of %d until it execs or ends",
		    model_lender(search->model, task));
	if (record->kind == TASKMAP_WORKER)
		add(search, task, DRIFT_WORKER, 0,
		    "made by the kernel in thread group %d, for io_uring or vhost",
		    record->tgid);
	find_own(search, task);
	find_dead_leader(search, task);
}

/* Refs */

static int compare_ids(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* How many objects of @resource the holders of @object hold. */
static unsigned int count_held(const struct model *model,
			       const struct object *object,
			       enum taskmap_resource resource)
{
	uint64_t *ids = xcalloc(object->count, sizeof(*ids));
	unsigned int count = 0;
	uint64_t last = 0;

	for (unsigned int i = 0; i < object->count; i++)
		ids[i] = model->tasks[object->holders[i]].ids[resource];
	qsort(ids, object->count, sizeof(*ids), compare_ids);
	for (unsigned int i = 0; i < object->count; i++) {
		count += ids[i] != last;
		last = ids[i];
	}
	free(ids);
	return count;
}

/* The refs that its holders make up. */
static uint64_t made_up(const struct model *model, const struct object *object)
{
	switch (resources[object->resource].counted) {
	case COUNTED_TASKS:
		return object->count;
	case COUNTED_TWICE:
		return 2 * (uint64_t)object->count;
	case COUNTED_NSPROXIES:
		return count_held(model, object, TASKMAP_NSPROXY);
	case COUNTED_CREDS:
		return count_held(model, object, TASKMAP_CRED);
	case COUNTED_NOT:
		break;
	}
	return 0;
}

static unsigned int first_shown(const struct search *search,
				const struct object *object)
{
	unsigned int first = NO_TASK;

	for (unsigned int i = 0; i < object->count; i++) {
		unsigned int task = object->holders[i];

		if (search->shown[task] && task < first)
			first = task;
	}
	return first;
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void add_refs(struct search *search, const struct object *object,
		     uint64_t made)
{
	const struct resource *resource = &resources[object->resource];
	unsigned int task = first_shown(search, object);
	struct finding *finding;
	char who[REASON_SIZE / 2] = "fewer than can be";

	if (object->refs > made)
		snprintf(who, sizeof(who),
			 "%" PRIu64 " more by who is no task, as %s%sa task in the making",
			 object->refs - made,
			 resource->others ? resource->others : "",
			 resource->others ? " or " : "");
	finding = add(search, task, DRIFT_REFS, bit(object->resource),
		      "%s#%u has %" PRIu32 " ref%s, and its %u holder%s make%s up %" PRIu64 ": %s",
		      resource->prefix,
		      model_number(search->model, task, object->resource),
		      object->refs, plural(object->refs),
		      object->count, plural(object->count),
		      object->count == 1 ? "s" : "", made, who);
	finding->holders = object->count;
	finding->refs = object->refs;
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
	while (i < object->count && model->tasks[object->holders[i]].pid != 1)
		i++;
	return i < object->count;
}

/*
 * What kernel threads hold is not judged: what is theirs the idle tasks hold
 * too, which are in no snapshot, and the first namespaces are not counted in
 * newer kernels; and what they borrow from processes they do not count.
 */
static void judge_refs(struct search *search, const struct object *object)
{
	const struct resource *resource = &resources[object->resource];
	uint64_t made;

	if (!object->refs || object->kthreads ||
	    resource->counted == COUNTED_NOT)
		return;
	made = made_up(search->model, object);
	if (object->refs < made ||
	    (object->refs > made + kept(search->model, object) &&
	     object->refs < UINT32_MAX && resource->only_tasks))
		add_refs(search, object, made);
}

static void find_refs(struct search *search)
{
	const struct object_filter filter = {
		.resources = (1U << TASKMAP_RESOURCES) - 1,
		.chosen = search->shown,
		.unshared = true,
	};
	struct objects objects = objects_make(search->model, &filter);

	for (unsigned int i = 0; i < objects.count; i++)
		judge_refs(search, &objects.list[i]);
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

void drift_init(struct drift *drift, struct model *model, bool exact,
		const bool *shown)
{
	struct search search = { drift, model, shown, 0 };
	struct sharing *sharing = xcalloc(model->count, sizeof(*sharing));

	memset(drift, 0, sizeof(*drift));
	look_at_groups(&search, sharing);
	for (unsigned int i = 0; i < model->count; i++) {
		if (!shown[i])
			continue;
		find_in_task(&search, i);
		find_shared(&search, i, &sharing[i]);
	}
	free(sharing);
	if (exact)
		find_refs(&search);
	if (drift->count)
		fold(drift);
}

void drift_free(struct drift *drift)
{
	for (size_t i = 0; i < drift->count; i++)
		free(drift->findings[i].reason);
	free(drift->findings);
	memset(drift, 0, sizeof(*drift));
}
