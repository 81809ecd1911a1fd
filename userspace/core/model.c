// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "core/model.h"

/* A task to sort: by key, then by tgid and index. */
struct entry {
	uint64_t key;
	uint64_t place;
};

#define PLACE(tgid, task)	((uint64_t)(tgid) << 32 | (task))

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* For sorting all tasks by tgid. */
static struct entry entry_of_task(const struct model *model, unsigned int task)
{
	return (struct entry){ 1, PLACE(model->tasks[task].tgid, task) };
}

/*
 * For sorting the children of vfork(2) by mm and parent. Other tasks have key
 * 0, which excludes them.
 */
static struct entry entry_of_vfork(const struct model *model, unsigned int task)
{
	const struct taskmap_record *record = &model->tasks[task];
	bool vfork = record->marks & TASKMAP_MARK_VFORK;

	return (struct entry){
		vfork ? record->ids[TASKMAP_MM] : 0, PLACE(record->ppid, task),
	};
}

/* calloc() of zero bytes may return NULL, which is no failure. */
static void *array_of(size_t count, size_t size)
{
	return calloc(count ? count : 1, size);
}

/* Sorts the tasks whose key is not 0. */
static int sort_tasks(const struct model *model,
		      struct entry (*entry_of)(const struct model *model,
					       unsigned int task),
		      struct members *sorted)
{
	struct entry *entries = array_of(model->count, sizeof(*entries));
	unsigned int *tasks = array_of(model->count, sizeof(*tasks));

	sorted->tasks = tasks;
	sorted->count = 0;
	for (unsigned int i = 0; entries && i < model->count; i++) {
		const struct entry entry = entry_of(model, i);

		if (entry.key)
			entries[sorted->count++] = entry;
	}
	if (entries)
		qsort(entries, sorted->count, sizeof(*entries),
		      compare_entries);
	for (unsigned int i = 0; tasks && i < sorted->count; i++)
		tasks[i] = (unsigned int)entries[i].place;
	free(entries);
	return entries && tasks ? 0 : -ENOMEM;
}

/* The index of the first entry that is not less than @wanted. */
static unsigned int lower_bound(const struct model *model,
				struct entry (*entry_of)(const struct model *model,
							 unsigned int task),
				struct members sorted, struct entry wanted)
{
	unsigned int low = 0, high = sorted.count;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		struct entry entry = entry_of(model, sorted.tasks[middle]);

		if (compare_entries(&entry, &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The slot with the number of @id, or the free slot for it. */
static unsigned int *slot_of(const struct model *model,
			     enum taskmap_resource resource, uint64_t id)
{
	const struct grouping *grouping = &model->holders[resource];
	size_t last = ((size_t)1 << grouping->bits) - 1;
	uint64_t key = (id ^ model->chance[0]) * (model->chance[1] | 1);
	size_t at;

	key ^= key >> 32;
	at = (size_t)(key * (model->chance[0] | 1) >> (64 - grouping->bits));
	for (;; at = (at + 1) & last) {
		unsigned int *slot = &grouping->slots[at];
		unsigned int earliest = grouping->earliest[*slot];

		if (!*slot || model->tasks[earliest].ids[resource] == id)
			return slot;
	}
}

/* Doubles the number of slots. At most half of them are used. */
static int widen(const struct model *model, enum taskmap_resource resource,
		 struct grouping *grouping)
{
	size_t capacity = (size_t)1 << ++grouping->bits;
	unsigned int *earliest;

	earliest = reallocarray(grouping->earliest, capacity / 2 + 1,
				sizeof(*earliest));
	if (earliest)
		grouping->earliest = earliest;
	free(grouping->slots);
	grouping->slots = calloc(capacity, sizeof(*grouping->slots));
	if (!earliest || !grouping->slots)
		return -ENOMEM;
	earliest[0] = 0;
	for (unsigned int n = 1; n <= grouping->count; n++) {
		uint64_t id = model->tasks[earliest[n]].ids[resource];

		*slot_of(model, resource, id) = n;
	}
	return 0;
}

/* Numbers follow the order of first appearance, as a reader expects. */
static int make_numbers(const struct model *model,
			enum taskmap_resource resource,
			struct grouping *grouping)
{
	grouping->bits = 6;
	grouping->number = array_of(model->count, sizeof(*grouping->number));
	if (!grouping->number || widen(model, resource, grouping))
		return -ENOMEM;
	for (unsigned int i = 0; i < model->count; i++) {
		uint64_t id = model->tasks[i].ids[resource];
		unsigned int *slot;

		if (!id)
			continue;
		slot = slot_of(model, resource, id);
		if (!*slot) {
			*slot = ++grouping->count;
			grouping->earliest[grouping->count] = i;
		}
		grouping->number[i] = *slot;
		if (grouping->count >> (grouping->bits - 1) &&
		    widen(model, resource, grouping))
			return -ENOMEM;
	}
	return 0;
}

/*
 * Members are added in order of tgid: a tgid is new if it differs from the last
 * one.
 */
static void add_sharer(struct sharers *sharers, int tgid)
{
	if (tgid == sharers->last)
		return;
	if (sharers->count < ARRAY_SIZE(sharers->lowest))
		sharers->lowest[sharers->count] = tgid;
	sharers->count++;
	sharers->last = tgid;
}

/*
 * Whether @resource is mm, and @task is in a child of vfork(2), which borrows
 * it.
 */
static bool borrows(const struct model *model, unsigned int task,
		    enum taskmap_resource resource)
{
	unsigned int leader = resource == TASKMAP_MM ?
			      model_leader(model, task) : NO_TASK;

	return leader != NO_TASK &&
	       model->tasks[leader].marks & TASKMAP_MARK_VFORK;
}

static void add_holder(const struct model *model,
		       enum taskmap_resource resource, struct group *group,
		       unsigned int task)
{
	int tgid = model->tasks[task].tgid;

	if (model->tasks[task].start_ns < model->tasks[group->oldest].start_ns)
		group->oldest = task;
	if (model_is_kthread(model, task))
		return;
	add_sharer(&group->users, tgid);
	if (!borrows(model, task, resource))
		add_sharer(&group->equals, tgid);
}

/* Makes the groups of objects with several holders, without their holders. */
static int make_groups(const struct model *model, struct grouping *grouping)
{
	unsigned int *shared = array_of((size_t)grouping->count + 1, sizeof(*shared));
	unsigned int groups = 0, members = 0;

	grouping->shared = shared;
	if (!shared)
		return -ENOMEM;
	/* First the number of holders. */
	for (unsigned int i = 0; i < model->count; i++)
		shared[grouping->number[i]]++;
	shared[0] = 0;
	for (unsigned int n = 1; n <= grouping->count; n++) {
		groups += shared[n] > 1;
		members += shared[n] > 1 ? shared[n] : 0;
	}
	grouping->groups = array_of(groups, sizeof(*grouping->groups));
	grouping->members = array_of(members, sizeof(*grouping->members));
	if (!grouping->groups || !grouping->members)
		return -ENOMEM;
	groups = 0;
	members = 0;
	for (unsigned int n = 1; n <= grouping->count; n++) {
		unsigned int earliest = grouping->earliest[n], count = shared[n];

		shared[n] = count > 1 ? groups + 1 : 0;
		if (!shared[n])
			continue;
		grouping->groups[groups++] = (struct group){
			.holders.tasks = grouping->members + members,
			.earliest = earliest,
			.oldest = earliest,
			.shared = shared[n],
		};
		members += count;
	}
	return 0;
}

static void fill_groups(const struct model *model,
			enum taskmap_resource resource,
			struct grouping *grouping)
{
	for (unsigned int i = 0; i < model->count; i++) {
		unsigned int task = model->order.tasks[i];
		unsigned int shared = grouping->shared[grouping->number[task]];
		struct group *group;

		if (!shared)
			continue;
		group = &grouping->groups[shared - 1];
		grouping->members[group->holders.tasks - grouping->members +
				  group->holders.count++] = task;
		add_holder(model, resource, group, task);
	}
}

static void free_slots(struct grouping *grouping)
{
	free(grouping->slots);
	grouping->slots = NULL;
}

static void free_grouping(struct grouping *grouping)
{
	free_slots(grouping);
	free(grouping->number);
	free(grouping->earliest);
	free(grouping->shared);
	free(grouping->groups);
	free(grouping->members);
	*grouping = (struct grouping){ 0 };
}

int model_group_all(struct model *model, uint32_t set)
{
	for_each_resource_in(set, r) {
		struct grouping *grouping = &model->holders[r];

		if (grouping->groups)
			continue;
		free_grouping(grouping);
		if (make_numbers(model, r, grouping) ||
		    make_groups(model, grouping)) {
			free_grouping(grouping);
			return -ENOMEM;
		}
		fill_groups(model, r, grouping);
		/* model_owner() looks up ids of mm. */
		if (r != TASKMAP_MM)
			free_slots(grouping);
	}
	return 0;
}

/*
 * For most resources only the numbers are required: groups take much more
 * memory.
 */
int model_number_all(struct model *model, uint32_t set)
{
	for_each_resource_in(set, r) {
		struct grouping *grouping = &model->holders[r];

		if (grouping->number)
			continue;
		if (make_numbers(model, r, grouping)) {
			free_grouping(grouping);
			return -ENOMEM;
		}
		free_slots(grouping);
		free(grouping->earliest);
		grouping->earliest = NULL;
	}
	return 0;
}

int model_init(struct model *model, const struct snapshot *snap)
{
	int error;

	memset(model, 0, sizeof(*model));
	model->tasks = snap->tasks;
	model->count = snap->count;
	model->scalars = snapshot_scalars(&snap->header);
	model->births_ns = snap->header.births_ns;
	model->proc = snap->header.flags & TASKMAP_PROC;
	model->nested = snap->header.flags & TASKMAP_NESTED;
	for (unsigned int i = 0; i < snap->count; i++) {
		if (!model_is_kthread(model, i))
			model->unknown |= snap->tasks[i].unknown;
	}
	memcpy(model->chance, (const void *)getauxval(AT_RANDOM),
	       sizeof(model->chance));
	error = sort_tasks(model, entry_of_task, &model->order);
	if (!error)
		error = sort_tasks(model, entry_of_vfork, &model->vforks);
	return error ? error : norms_make(model);
}

void model_free(struct model *model)
{
	free((void *)model->order.tasks);
	free((void *)model->vforks.tasks);
	norms_free(model);
	for_each_resource(r)
		free_grouping(&model->holders[r]);
}

unsigned int model_number(const struct model *model, unsigned int task,
			  enum taskmap_resource resource)
{
	const struct model *whole = model->whole ? model->whole : model;

	return whole->holders[resource].number[model->offset + task];
}

struct group model_object(const struct model *model,
			  enum taskmap_resource resource, unsigned int number)
{
	const struct grouping *grouping = &model->holders[resource];
	const unsigned int *holder = &grouping->earliest[number];
	struct group group = {
		.holders = { holder, 1 }, .earliest = *holder, .oldest = *holder,
	};

	if (grouping->shared[number])
		return grouping->groups[grouping->shared[number] - 1];
	add_holder(model, resource, &group, *holder);
	return group;
}

struct group model_group(const struct model *model, unsigned int task,
			 enum taskmap_resource resource)
{
	unsigned int number = model->holders[resource].number[task];

	return number ? model_object(model, resource, number) :
			(struct group){ 0 };
}

struct members model_run(const struct model *model, struct members members,
			 unsigned int first)
{
	struct members run = { members.tasks + first, 1 };
	int tgid = model->tasks[*run.tasks].tgid;

	while (first + run.count < members.count &&
	       model->tasks[run.tasks[run.count]].tgid == tgid)
		run.count++;
	return run;
}

static int compare_pid(const void *key, const void *element)
{
	const struct taskmap_record *task = element;
	int pid = *(const int *)key;

	return pid < task->pid ? -1 : pid > task->pid;
}

unsigned int model_find(const struct model *model, int pid)
{
	const struct taskmap_record *found;

	found = bsearch(&pid, model->tasks, model->count,
			sizeof(*model->tasks), compare_pid);
	return found ? (unsigned int)(found - model->tasks) : NO_TASK;
}

bool model_is_leader(const struct model *model, unsigned int task)
{
	return model->tasks[task].pid == model->tasks[task].tgid;
}

bool model_is_dead(const struct model *model, unsigned int task)
{
	return model->tasks[task].state == 'Z' ||
	       model->tasks[task].state == 'X';
}

bool model_is_kthread(const struct model *model, unsigned int task)
{
	return model->tasks[task].kind == TASKMAP_KTHREAD;
}

/*
 * The task with @pid, unless it is not a leader, as only an inconsistent
 * snapshot says.
 */
static unsigned int find_leader(const struct model *model, int pid)
{
	unsigned int found = model_find(model, pid);

	if (found != NO_TASK && !model_is_leader(model, found))
		return NO_TASK;
	return found;
}

unsigned int model_leader(const struct model *model, unsigned int task)
{
	return find_leader(model, model->tasks[task].tgid);
}

unsigned int model_parent(const struct model *model, unsigned int task)
{
	return find_leader(model, model->tasks[task].ppid);
}

/*
 * The index in model->order of the first task whose tgid is not less than
 * @tgid.
 */
static unsigned int first_thread(const struct model *model, int64_t tgid)
{
	return lower_bound(model, entry_of_task, model->order,
			   (struct entry){ 1, PLACE(tgid, 0) });
}

struct members model_thread_group(const struct model *model, int tgid)
{
	unsigned int first = first_thread(model, tgid);

	return (struct members){
		model->order.tasks + first,
		first_thread(model, (int64_t)tgid + 1) - first,
	};
}

struct members model_task(const struct model *model, int pid)
{
	unsigned int task = model_find(model, pid), at;

	if (task == NO_TASK)
		return (struct members){ 0 };
	at = lower_bound(model, entry_of_task, model->order,
			 entry_of_task(model, task));
	return (struct members){ model->order.tasks + at, 1 };
}

struct members model_threads(const struct model *model, unsigned int task)
{
	return model_thread_group(model, model->tasks[task].tgid);
}

bool model_same(const struct model *model, unsigned int a, unsigned int b,
		enum taskmap_resource resource)
{
	uint64_t id = model->tasks[a].ids[resource];

	return id && id == model->tasks[b].ids[resource];
}

uint32_t model_unknown(const struct model *model, unsigned int a,
		       unsigned int b)
{
	return model->tasks[a].unknown | model->tasks[b].unknown;
}

bool model_differ(const struct model *model, unsigned int a, unsigned int b,
		  enum taskmap_resource resource)
{
	return model->tasks[a].ids[resource] && model->tasks[b].ids[resource] &&
	       !model_same(model, a, b, resource);
}

unsigned int model_origin(const struct model *model, unsigned int task)
{
	return model_is_leader(model, task) ? model_parent(model, task) :
					      model_leader(model, task);
}

/* The members of @sharers except the task's own thread group. */
static struct others others_of(const struct model *model, unsigned int task,
			       const struct sharers *sharers)
{
	struct others others = { .count = sharers->count };
	int own = model->tasks[task].tgid;

	if (!model_is_kthread(model, task))
		others.count--;
	if (others.count)
		others.tgid = sharers->lowest[sharers->lowest[0] == own];
	return others;
}

struct others model_others(const struct model *model, unsigned int task,
			   enum taskmap_resource resource)
{
	const struct group group = model_group(model, task, resource);

	return group.holders.count ? others_of(model, task, &group.users) :
				     (struct others){ 0 };
}

struct others model_equals(const struct model *model, unsigned int task,
			   enum taskmap_resource resource)
{
	const struct group group = model_group(model, task, resource);

	return group.holders.count && !borrows(model, task, resource) ?
	       others_of(model, task, &group.equals) : (struct others){ 0 };
}

uint32_t model_alike(const struct model *model, unsigned int task,
		     uint32_t set, find_others *find, struct others *others)
{
	uint32_t alike = 0;

	for_each_resource_in(set, r) {
		struct others with = find(model, task, r);

		if (!alike)
			*others = with;
		if (with.tgid == others->tgid && with.count == others->count)
			alike |= BIT(r);
	}
	return alike;
}

int model_borrower(const struct model *model, unsigned int task)
{
	const struct taskmap_record *record = &model->tasks[task], *child;
	uint64_t mm = record->ids[TASKMAP_MM];
	unsigned int i = lower_bound(model, entry_of_vfork, model->vforks,
				     (struct entry){ mm, PLACE(record->tgid, 0) });

	if (i == model->vforks.count)
		return 0;
	child = &model->tasks[model->vforks.tasks[i]];
	return child->ids[TASKMAP_MM] == mm && child->ppid == record->tgid ?
	       child->tgid : 0;
}

int model_vfork_child(const struct model *model, unsigned int task)
{
	const struct taskmap_record *record = &model->tasks[task];
	uint64_t mm = record->ids[TASKMAP_MM];
	unsigned int i = lower_bound(model, entry_of_vfork, model->vforks,
				     (struct entry){ mm, PLACE(record->tgid, 0) });

	for (; i < model->vforks.count; i++) {
		const struct taskmap_record *child =
			&model->tasks[model->vforks.tasks[i]];

		if (child->ids[TASKMAP_MM] != mm || child->ppid != record->tgid)
			break;
		if ((child->birth_pid ? child->birth_pid : child->parent) ==
		    record->pid)
			return child->pid;
	}
	return 0;
}

int model_owner(const struct model *model, uint64_t mm)
{
	unsigned int number = mm ? *slot_of(model, TASKMAP_MM, mm) : 0;

	return number ? model_object(model, TASKMAP_MM, number).users.lowest[0] : 0;
}
