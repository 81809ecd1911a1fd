// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <linux/sched.h>

#include "core/model.h"

/*
 * The namespaces that a child can get because its creator had chosen them for
 * its children before: create_new_namespaces() and timens_on_fork(), in
 * kernel/nsproxy.c and kernel/time/namespace.c.
 */
#define CHOSEN	(BIT(TASKMAP_PID_NS) | BIT(TASKMAP_TIME_NS))

/*
 * Another task can have the creator's pid by now. That task was created later.
 * A task that took over its leader's pid by exec took over its start time, too
 * (de_thread() in fs/exec.c), so this does not find a task's own pid.
 */
static unsigned int find_creator(const struct model *model,
				 const struct taskmap_record *record)
{
	unsigned int found = model_find(model, record->birth_pid);

	if (found == NO_TASK || model->tasks[found].start_ns >= record->start_ns)
		return NO_TASK;
	return found;
}

uint32_t birth_resources(uint64_t flags)
{
	uint32_t set = 0;

	for_each_resource(r)
		set |= flags & resources[r].bit ? BIT(r) : 0;
	return set;
}

/* What the two share now, against what they shared then. */
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
	/* An I/O context is not given up; there was none to share then. */
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
	birth.was_thread = birth.flags & CLONE_THREAD &&
			   model_is_leader(model, task);
	birth.creator = find_creator(model, record);
	if (birth.creator != NO_TASK)
		find_changes(&birth, model, task);
	return birth;
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
	/* They store numbers where the caller wants them. */
	static const uint64_t stored =
		CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
		CLONE_CHILD_CLEARTID | CLONE_PIDFD;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if ((flags & ~stored) == names[i].flags)
			return names[i].name;
	}
	return NULL;
}
