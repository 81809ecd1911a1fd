// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "sort.h"
#include "util.h"

/* What to group by: a resource, or this. */
#define BY_TGID		TASKMAP_RESOURCES

static uint64_t key_of(const struct taskmap_record *task, unsigned int by)
{
	return by == BY_TGID ? (uint64_t)task->tgid : task->ids[by];
}

/* An entry for each task that has a key, sorted. Fills @count. */
static struct entry *sorted_entries(const struct model *model, unsigned int by,
				    unsigned int *count)
{
	struct entry *entries = xcalloc(model->count, sizeof(*entries));
	unsigned int n = 0;

	for (unsigned int i = 0; i < model->count; i++) {
		const struct taskmap_record *task = &model->tasks[i];
		uint64_t key = key_of(task, by);

		if (key)
			entries[n++] = (struct entry){ key, task->tgid, i };
	}
	sort_entries(entries, n);
	*count = n;
	return entries;
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

/* Makes groups of the runs of equal keys in @entries. */
static void fill_groups(const struct model *model, struct grouping *grouping,
			const struct entry *entries, unsigned int count)
{
	struct group *group = NULL;

	for (unsigned int i = 0; i < count; i++) {
		unsigned int task = entries[i].task;

		grouping->members[i] = task;
		if (!group || group->key != entries[i].key) {
			group = &grouping->groups[grouping->count++];
			group->key = entries[i].key;
			group->first = i;
			group->earliest = task;
		}
		group->count++;
		group->live += !model_is_dead(model, task);
		if (task < group->earliest)
			group->earliest = task;
	}
}

/*
 * Puts the groups in order of first appearance, for their numbers to be those
 * that a reader expects.
 */
static void number_groups(const struct model *model, struct grouping *grouping)
{
	struct group *groups = xcalloc(grouping->count, sizeof(*groups));
	unsigned int *at = xcalloc(model->count, sizeof(*at));
	unsigned int count = 0;

	/* Which group is the one that a task is the earliest of, from 1. */
	for (unsigned int g = 0; g < grouping->count; g++)
		at[grouping->groups[g].earliest] = g + 1;
	for (unsigned int i = 0; i < model->count; i++) {
		if (at[i])
			groups[count++] = grouping->groups[at[i] - 1];
	}
	free(at);
	free(grouping->groups);
	grouping->groups = groups;
	for (unsigned int g = 0; g < grouping->count; g++) {
		const struct group *group = &groups[g];

		for (unsigned int i = 0; i < group->count; i++)
			grouping->number[grouping->members[group->first + i]] = g + 1;
	}
}

static void make_grouping(const struct model *model, unsigned int by,
			  struct grouping *grouping)
{
	unsigned int count;
	struct entry *entries = sorted_entries(model, by, &count);

	grouping->groups = xcalloc(count, sizeof(*grouping->groups));
	grouping->members = xcalloc(count, sizeof(*grouping->members));
	grouping->number = xcalloc(model->count, sizeof(*grouping->number));
	fill_groups(model, grouping, entries, count);
	free(entries);
	for (unsigned int g = 0; g < grouping->count; g++) {
		struct group *group = &grouping->groups[g];

		count_users(model, grouping->members + group->first, group);
	}
	number_groups(model, grouping);
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
	make_grouping(model, BY_TGID, &model->threads);
}

void model_free(struct model *model)
{
	free_grouping(&model->threads);
	free(model->borrowers.entries);
	free(model->owners.entries);
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
		free_grouping(&model->holders[r]);
}

const struct grouping *model_holders(struct model *model,
				     enum taskmap_resource resource)
{
	struct grouping *holders = &model->holders[resource];

	if (!holders->number)
		make_grouping(model, resource, holders);
	return holders;
}

unsigned int model_number(struct model *model, unsigned int task,
			  enum taskmap_resource resource)
{
	struct model *whole = model->whole ? model->whole : model;

	return model_holders(whole, resource)->number[model->offset + task];
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
