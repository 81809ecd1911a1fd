// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <linux/sched.h>

#include "core/model.h"

/*
 * Namespaces that a task can choose for its future children:
 * create_new_namespaces() in kernel/nsproxy.c and timens_on_fork() in
 * kernel/time/namespace.c.
 */
#define CHOSEN	(BIT(TASKMAP_PID_NS) | BIT(TASKMAP_TIME_NS))

/*
 * Find the creator of a task by its pid. A task that reused this pid was created
 * later, so it is not taken for the creator. Nor is the task itself, even if it took
 * over the pid of its creator by exec: de_thread() in fs/exec.c also copies the start
 * time.
 */
static unsigned int find_by_pid(const struct model *model,
				const struct taskmap_record *record)
{
	unsigned int found = model_find(model, record->birth_pid);

	if (found == NO_TASK || model->tasks[found].start_ns >= record->start_ns)
		return NO_TASK;
	return found;
}

static bool was_thread(const struct model *model, unsigned int task)
{
	const struct taskmap_record *record = &model->tasks[task];

	return record->birth_pid && record->birth_flags & CLONE_THREAD &&
	       model_is_leader(model, task);
}

/*
 * Whether @found took over the creator's pid by exec. Then the leader that had it
 * before can be the creator. This does not apply to threads of the group of @found:
 * no other thread survives an exec, so they were created after it.
 */
static bool took_over(const struct model *model, unsigned int found,
		      const struct taskmap_record *record)
{
	return found != NO_TASK && was_thread(model, found) &&
	       model->tasks[found].tgid != record->tgid;
}

static unsigned int find_creator(const struct model *model,
				 const struct taskmap_record *record)
{
	unsigned int found = find_by_pid(model, record);

	return took_over(model, found, record) ? NO_TASK : found;
}

uint32_t birth_resources(uint64_t flags)
{
	uint32_t set = 0;

	for_each_resource(r)
		set |= flags & resources[r].bit ? BIT(r) : 0;
	return set;
}

/* Compare what the task and its creator share now with what they shared then. */
static void find_changes(struct birth *birth, const struct model *model,
			 unsigned int task)
{
	for_each_resource(r) {
		bool namespace = BIT(r) & ALL_NAMESPACES;
		bool flagged = birth->flags & resources[r].bit;

		if (!resources[r].bit)
			continue;
		if (flagged != namespace &&
		    model_differ(model, task, birth->creator, r))
			birth->parted |= BIT(r);
		if (flagged && namespace &&
		    model_same(model, task, birth->creator, r))
			birth->joined |= BIT(r);
	}
	/*
	 * A task keeps its I/O context. If the two differ, there was none to
	 * share then.
	 */
	birth->parted &= ~BIT(TASKMAP_IO);
	birth->chosen = birth->parted & CHOSEN;
	birth->parted &= ~CHOSEN;
}

struct birth model_birth(const struct model *model, unsigned int task)
{
	const struct taskmap_record *record = &model->tasks[task];
	struct birth birth = {
		.pid = record->birth_pid,
		.creator = NO_TASK,
		.flags = record->birth_flags,
	};

	if (!birth.pid)
		return birth;
	birth.was_thread = was_thread(model, task);
	birth.took_over = took_over(model, find_by_pid(model, record), record);
	birth.creator = find_creator(model, record);
	if (birth.creator != NO_TASK)
		find_changes(&birth, model, task);
	return birth;
}

static unsigned int misfits(const struct model *model, unsigned int task,
			    unsigned int other, uint32_t set)
{
	unsigned int count = 0;

	for_each_resource_in(set, r)
		count += model_differ(model, task, other, r);
	return count;
}

struct fit {
	uint32_t set;		/* resources to compare */
	unsigned int least;	/* misfits of a thread that fits as well as any can */
	unsigned int fewest;	/* misfits of @creator */
	struct creator creator;
};

/* Look for a better match among the candidates that are older threads of a group. */
static void find_fit(struct fit *fit, const struct model *model, unsigned int task,
		     struct members candidates, int tgid)
{
	const struct taskmap_record *tasks = model->tasks;

	for (unsigned int i = 0; i < candidates.count && fit->fewest > fit->least; i++) {
		unsigned int other = candidates.tasks[i], count;

		if (tasks[other].tgid != tgid ||
		    tasks[other].start_ns >= tasks[task].start_ns ||
		    tasks[other].kind == TASKMAP_WORKER)
			continue;
		count = misfits(model, task, other, fit->set);
		if (count < fit->fewest) {
			fit->fewest = count;
			fit->creator = (struct creator){ other, BASIS_FIT };
		}
	}
}

/*
 * Look for a thread that fits as well as any can. Only what no other task holds tells
 * it from @task. It holds the rest, unless it is dead and holds nothing, so it is among
 * the holders of the object with the fewest holders; if it is not, find_fit() compares
 * all. Without this, each of 10,000 threads with its own file table would be compared
 * with each other one. Resources that are not grouped are not considered.
 */
static void find_ideal_fit(struct fit *fit, const struct model *model,
			   unsigned int task, int tgid)
{
	struct members few = { 0 };
	struct fit first;

	for_each_resource_in(fit->set, r) {
		struct members holders;

		if (!model->holders[r].groups)
			continue;
		holders = model_group(model, task, r).holders;
		if (holders.count == 1)
			fit->least++;
		else if (holders.count && (!few.count || holders.count < few.count))
			few = holders;
	}
	first = *fit;
	find_fit(&first, model, task, few, tgid);
	if (first.fewest <= fit->least)
		*fit = first;
}

/*
 * Find the best match among the threads of the group of @guess that are older than
 * @task. Prefer @guess if no other thread matches better.
 */
static struct creator best_fit(const struct model *model, unsigned int task,
			       unsigned int guess)
{
	int tgid = model->tasks[guess].tgid;
	struct fit fit = {
		.set = FIT_INHERITED,
		.creator = { guess, BASIS_PARENT },
	};

	if (model->tasks[task].tgid == tgid)
		fit.set |= FIT_SHARED_BY_THREADS;
	fit.fewest = misfits(model, task, guess, fit.set);
	find_ideal_fit(&fit, model, task, tgid);
	find_fit(&fit, model, task, model_threads(model, guess), tgid);
	return fit.creator;
}

struct creator model_creator(const struct model *model, unsigned int task)
{
	const struct taskmap_record *record = &model->tasks[task];
	bool leader = model_is_leader(model, task);
	unsigned int guess;

	if (record->birth_pid)
		return (struct creator){ find_creator(model, record), BASIS_BIRTH };
	guess = leader && record->parent ? model_find(model, record->parent) :
					   model_origin(model, task);
	if (guess == NO_TASK)
		return (struct creator){ NO_TASK, BASIS_NONE };
	if (leader && model->tasks[guess].start_ns > record->start_ns)
		return (struct creator){ guess, BASIS_ADOPTED };
	return best_fit(model, task, guess);
}

/* Whether the thread group of @other is the parent of @task, or contains its creator. */
static bool is_child(const struct model *model, unsigned int task,
		     unsigned int other)
{
	const struct taskmap_record *record = &model->tasks[task];
	int tgid = model->tasks[other].tgid;
	unsigned int creator = find_by_pid(model, record);

	return record->ppid == tgid ||
	       (record->birth_pid && creator != NO_TASK &&
		model->tasks[creator].tgid == tgid);
}

enum kinship model_kinship(const struct model *model, unsigned int task,
			   unsigned int other)
{
	const struct taskmap_record *one = &model->tasks[task];
	const struct taskmap_record *two = &model->tasks[other];

	if (task == other)
		return KIN_SELF;
	if (one->tgid == two->tgid)
		return KIN_THREAD;
	if (is_child(model, task, other))
		return KIN_CHILD;
	if (is_child(model, other, task))
		return KIN_PARENT;
	return one->ppid && one->ppid == two->ppid ? KIN_SIBLING : KIN_NONE;
}

const char *birth_name(uint64_t flags)
{
	static const struct {
		uint64_t flags;
		const char *name;
	} names[] = {
		{ 0, "fork(2)" },
		{ CLONE_VM | CLONE_VFORK, "vfork(2)" },
		{ CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
		  CLONE_THREAD | CLONE_SYSVSEM, "pthread_create(3)" },
		{ CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND,
		  "LinuxThreads" },
	};
	/* These flags only pass values, so they do not matter for the name. */
	static const uint64_t stored =
		CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
		CLONE_CHILD_CLEARTID | CLONE_PIDFD;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if ((flags & ~stored) == names[i].flags)
			return names[i].name;
	}
	return NULL;
}
