// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "model.h"
#include "sort.h"
#include "util.h"

/* What to group by: a resource, or this. */
#define BY_TGID		TASKMAP_RESOURCES

static uint64_t key_of(const struct taskmap_record *task, unsigned int by)
{
	return by == BY_TGID ? (uint64_t)task->tgid : task->ids[by];
}

/*
 * Finds the number that a key got. Ids of a file may have been chosen for their
 * places to be the same, so these depend on chance.
 */
struct numbers {
	const struct model *model;
	unsigned int by;
	unsigned int *slots;	/* numbers, 0 for none */
	unsigned int bits;	/* of their count */
	unsigned int *earliest;	/* of the tasks with each number, from 1 */
	unsigned int count;
};

static size_t place_of(const struct numbers *numbers, uint64_t key)
{
	const uint64_t *chance = numbers->model->chance;

	key = (key ^ chance[0]) * (chance[1] | 1);
	key ^= key >> 32;
	return (size_t)(key * (chance[0] | 1) >> (64 - numbers->bits));
}

/* The slot of @key: the one that has its number, or the one for it. */
static unsigned int *slot_of(const struct numbers *numbers, uint64_t key)
{
	const struct taskmap_record *tasks = numbers->model->tasks;
	size_t at = place_of(numbers, key);

	for (;; at = (at + 1) & (((size_t)1 << numbers->bits) - 1)) {
		unsigned int *slot = &numbers->slots[at];

		if (!*slot || key_of(&tasks[numbers->earliest[*slot]],
				     numbers->by) == key)
			return slot;
	}
}

/* Makes room for twice as many numbers as there are, half of it empty. */
static void widen(struct numbers *numbers)
{
	const struct taskmap_record *tasks = numbers->model->tasks;
	size_t room = (size_t)1 << ++numbers->bits;

	free(numbers->slots);
	numbers->slots = xcalloc(room, sizeof(*numbers->slots));
	numbers->earliest = xreallocarray(numbers->earliest, room / 2 + 1,
					  sizeof(*numbers->earliest));
	for (unsigned int n = 1; n <= numbers->count; n++) {
		uint64_t key = key_of(&tasks[numbers->earliest[n]], numbers->by);

		*slot_of(numbers, key) = n;
	}
}

/* In order of first appearance, as a reader expects them. */
static void make_numbers(const struct model *model, unsigned int by,
			 struct grouping *grouping)
{
	struct numbers numbers = { .model = model, .by = by, .bits = 6 };

	grouping->number = xcalloc(model->count, sizeof(*grouping->number));
	widen(&numbers);
	for (unsigned int i = 0; i < model->count; i++) {
		uint64_t key = key_of(&model->tasks[i], by);
		unsigned int *slot;

		if (!key)
			continue;
		slot = slot_of(&numbers, key);
		if (!*slot) {
			*slot = ++numbers.count;
			numbers.earliest[numbers.count] = i;
		}
		grouping->number[i] = *slot;
		if (numbers.count >> (numbers.bits - 1))
			widen(&numbers);
	}
	grouping->count = numbers.count;
	free(numbers.slots);
	free(numbers.earliest);
}

/* Members come by tgid, so that a new tgid is one that differs from the last. */
static void count_users(const struct model *model, const unsigned int *members,
			struct group *group)
{
	int last = 0;

	for (unsigned int i = 0; i < group->count; i++) {
		int tgid = model->tasks[members[i]].tgid;

		if (tgid == last || model_is_kthread(model, members[i]))
			continue;
		if (group->users < ARRAY_SIZE(group->lowest))
			group->lowest[group->users] = tgid;
		group->users++;
		last = tgid;
	}
}

static void count_members(const struct model *model, struct grouping *grouping)
{
	unsigned int first = 0;

	for (unsigned int i = 0; i < model->count; i++) {
		struct group *group;

		if (!grouping->number[i])
			continue;
		group = &grouping->groups[grouping->number[i] - 1];
		if (!group->count++)
			group->earliest = i;
		group->live += !model_is_dead(model, i);
	}
	for (unsigned int g = 0; g < grouping->count; g++) {
		grouping->groups[g].first = first;
		first += grouping->groups[g].count;
	}
}

/* Tasks in order of tgid and pid. */
static unsigned int *sorted_tasks(const struct model *model)
{
	struct entry *entries = xcalloc(model->count, sizeof(*entries));
	unsigned int *tasks = xcalloc(model->count, sizeof(*tasks));

	for (unsigned int i = 0; i < model->count; i++)
		entries[i] = (struct entry){ 0, model->tasks[i].tgid, i };
	sort_entries(entries, model->count);
	for (unsigned int i = 0; i < model->count; i++)
		tasks[i] = entries[i].task;
	free(entries);
	return tasks;
}

/* What @grouping has besides the numbers. */
static void make_groups(const struct model *model, struct grouping *grouping)
{
	unsigned int *filled;

	grouping->groups = xcalloc(grouping->count, sizeof(*grouping->groups));
	grouping->members = xcalloc(model->count, sizeof(*grouping->members));
	count_members(model, grouping);
	filled = xcalloc(grouping->count, sizeof(*filled));
	for (unsigned int i = 0; i < model->count; i++) {
		unsigned int task = model->order[i];
		unsigned int number = grouping->number[task];

		if (number)
			grouping->members[grouping->groups[number - 1].first +
					  filled[number - 1]++] = task;
	}
	free(filled);
	for (unsigned int g = 0; g < grouping->count; g++) {
		struct group *group = &grouping->groups[g];

		count_users(model, grouping->members + group->first, group);
	}
}

static void free_grouping(struct grouping *grouping)
{
	free(grouping->groups);
	free(grouping->members);
	free(grouping->number);
}

void model_init(struct model *model, const struct snapshot *snap)
{
	memset(model, 0, sizeof(*model));
	model->tasks = snap->tasks;
	model->count = snap->count;
	if (getrandom(model->chance, sizeof(model->chance), 0) !=
	    sizeof(model->chance))
		die(STATUS_FAILED, "no random numbers: %s", strerror(errno));
	model->order = sorted_tasks(model);
	make_numbers(model, BY_TGID, &model->threads);
	make_groups(model, &model->threads);
}

void model_free(struct model *model)
{
	free_grouping(&model->threads);
	free(model->order);
	free(model->borrowers.entries);
	free(model->owners.entries);
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
		free_grouping(&model->holders[r]);
}

static struct grouping *numbered(struct model *model,
				 enum taskmap_resource resource)
{
	struct grouping *holders = &model->holders[resource];

	if (!holders->number)
		make_numbers(model, resource, holders);
	return holders;
}

const struct grouping *model_holders(struct model *model,
				     enum taskmap_resource resource)
{
	struct grouping *holders = numbered(model, resource);

	if (!holders->groups)
		make_groups(model, holders);
	return holders;
}

unsigned int model_number(struct model *model, unsigned int task,
			  enum taskmap_resource resource)
{
	struct model *whole = model->whole ? model->whole : model;

	return numbered(whole, resource)->number[model->offset + task];
}

const struct group *grouping_of(const struct grouping *grouping,
				unsigned int task)
{
	unsigned int number = grouping->number[task];

	return number ? &grouping->groups[number - 1] : NULL;
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

/* The task with @pid, if it leads a thread group; it does in a sound snapshot. */
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

const struct group *model_threads(const struct model *model, unsigned int task)
{
	return grouping_of(&model->threads, task);
}

unsigned int model_live_threads(const struct model *model, unsigned int task)
{
	return model_threads(model, task)->live;
}

bool model_same(const struct model *model, unsigned int a, unsigned int b,
		enum taskmap_resource resource)
{
	uint64_t id = model->tasks[a].ids[resource];

	return id && id == model->tasks[b].ids[resource];
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

struct others model_others(struct model *model, unsigned int task,
			   enum taskmap_resource resource)
{
	const struct group *group;
	struct others others = { 0 };
	int own = model->tasks[task].tgid;

	group = grouping_of(model_holders(model, resource), task);
	if (!group)
		return others;
	others.count = group->users;
	if (!model_is_kthread(model, task))
		others.count--;	/* its own thread group */
	if (others.count)
		others.tgid = group->lowest[group->lowest[0] == own];
	return others;
}

int model_lender(struct model *model, unsigned int task)
{
	unsigned int parent = model_parent(model, task);
	struct others others = model_others(model, task, TASKMAP_MM);

	if (parent != NO_TASK && others.count &&
	    !model_same(model, task, parent, TASKMAP_MM))
		return others.tgid;
	return model->tasks[task].ppid;
}

static void add_entry(struct index *index, uint64_t key, int tgid,
		      unsigned int task)
{
	if (key)
		index->entries[index->count++] = (struct entry){ key, tgid, task };
}

/* The first of those with @key and @tgid, NO_TASK if there are none. */
static unsigned int first_entry(const struct index *index, uint64_t key,
				int tgid)
{
	unsigned int low = 0, high = index->count;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct entry *entry = &index->entries[middle];

		if (entry->key < key ||
		    (entry->key == key && entry->tgid < tgid))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == index->count || index->entries[low].key != key ||
	    index->entries[low].tgid != tgid)
		return NO_TASK;
	return index->entries[low].task;
}

static int tgid_of(const struct model *model, unsigned int task)
{
	return task == NO_TASK ? 0 : model->tasks[task].tgid;
}

int model_borrower(struct model *model, unsigned int task)
{
	const struct taskmap_record *tasks = model->tasks;
	struct index *index = &model->borrowers;

	if (!index->entries) {
		index->entries = xcalloc(model->count, sizeof(*index->entries));
		for (unsigned int i = 0; i < model->count; i++) {
			if (tasks[i].marks & TASKMAP_MARK_VFORK)
				add_entry(index, tasks[i].ids[TASKMAP_MM],
					  tasks[i].ppid, i);
		}
		sort_entries(index->entries, index->count);
	}
	return tgid_of(model, first_entry(index, tasks[task].ids[TASKMAP_MM],
					  tasks[task].tgid));
}

int model_owner(struct model *model, uint64_t mm)
{
	struct index *index = &model->owners;

	if (!index->entries) {
		index->entries = xcalloc(model->count, sizeof(*index->entries));
		for (unsigned int i = 0; i < model->count; i++) {
			if (!model_is_kthread(model, i))
				add_entry(index, model->tasks[i].ids[TASKMAP_MM],
					  0, i);
		}
		sort_entries(index->entries, index->count);
	}
	return tgid_of(model, first_entry(index, mm, 0));
}
