// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap watch: which tasks belong to the family that is watched.
 *
 * A task belongs to it if the task that called clone(2) does. So a child
 * created with CLONE_PARENT belongs to the family of the caller. A pid belongs
 * to a new task after each birth that reports it, and exec can give it to
 * another thread.
 */
#include <sched.h>
#include <stdlib.h>

#include "command/watch.h"

/* Flags of a pid. */
enum {
	MEMBER	= 1,	/* the task belongs to the family */
	ALIVE	= 2,	/* the task is counted in family.alive */
	AWAITED	= 4,	/* the pid was requested, and no event was about it */
};

enum birth_kind birth_of(const struct taskmap_event *event)
{
	if (event->record.kind == TASKMAP_KTHREAD)
		return BIRTH_KTHREAD;
	if (event->record.kind == TASKMAP_WORKER)
		return BIRTH_WORKER;
	if (event->flags & CLONE_THREAD)
		return BIRTH_THREAD;
	if (event->flags & CLONE_VFORK)
		return BIRTH_VFORK;
	return event->flags & CLONE_VM ? BIRTH_CLONE : BIRTH_FORK;
}

void family_init(struct family *family, bool everyone)
{
	*family = (struct family){
		.everyone = everyone,
		.pids = xcalloc(SNAPSHOT_MOST_TASKS, 1),
	};
}

void family_free(struct family *family)
{
	free(family->pids);
}

void family_add(struct family *family, int pid)
{
	if (!(family->pids[pid] & ALIVE))
		family->alive++;
	if (family->alive > family->most)
		family->most = family->alive;
	family->pids[pid] = MEMBER | ALIVE;
}

static void leave(struct family *family, int pid, unsigned char known)
{
	if (family->pids[pid] & ALIVE)
		family->alive--;
	family->pids[pid] = known;
}

/* A pid that no kernel has is reported as missing in the end. */
void family_await(struct family *family, int pid)
{
	if (pid < SNAPSHOT_MOST_TASKS)
		family->pids[pid] = MEMBER | AWAITED;
}

void family_expect(struct family *family, int pid, uint32_t pid_ns)
{
	family->expected = pid;
	family->pid_ns = pid_ns;
}

static bool is_expected(const struct family *family,
			const struct taskmap_record *task)
{
	if (!family->pid_ns)
		return task->pid == family->expected;
	return task->ns_pid == family->expected &&
	       task->ns_inodes[TASKMAP_PID_NS - TASKMAP_UTS_NS] ==
	       family->pid_ns;
}

bool family_awaits(const struct family *family, int pid)
{
	return pid >= SNAPSHOT_MOST_TASKS || family->pids[pid] & AWAITED;
}

/* Whether @pid belongs to the family. If so, it is no longer awaited. */
static bool has(struct family *family, int pid)
{
	if (!(family->pids[pid] & MEMBER))
		return family->everyone;
	family->pids[pid] &= (unsigned char)~AWAITED;
	return true;
}

/*
 * The threads of an awaited process are unknown. A new thread has the tgid of
 * its creator, and a new process has it as ppid. With CLONE_PARENT, ppid is the
 * parent of the creator instead.
 */
static bool born_in(struct family *family, const struct taskmap_event *event)
{
	if (has(family, event->caller))
		return true;
	if (event->flags & CLONE_THREAD)
		return has(family, event->record.tgid);
	return !(event->flags & CLONE_PARENT) &&
	       has(family, event->record.ppid);
}

static bool takes_birth(struct family *family,
			const struct taskmap_event *event)
{
	int pid = event->record.pid;
	bool awaited = family->pids[pid] & AWAITED;

	leave(family, pid, 0);
	if (is_expected(family, &event->record)) {
		family->expected = 0;
		awaited = true;
	}
	if (born_in(family, event))
		family_add(family, event->caller);
	else if (!awaited)
		return false;
	family_add(family, pid);
	family->births[birth_of(event)]++;
	return true;
}

static bool takes_exec(struct family *family, const struct taskmap_event *event)
{
	const struct taskmap_record *task = &event->record;

	if (!has(family, event->old_pid) && !has(family, task->tgid))
		return false;
	leave(family, event->old_pid, 0);
	family_add(family, task->pid);
	family->execs++;
	return true;
}

/*
 * A leader can leave threads behind whose pids are unknown: their tgid, which
 * is its pid, identifies them.
 */
static bool takes_exit(struct family *family, const struct taskmap_event *event)
{
	const struct taskmap_record *task = &event->record;
	bool leads = task->pid == task->tgid && task->threads > 1;

	if (!has(family, task->pid) && !has(family, task->tgid))
		return false;
	leave(family, task->pid, leads ? MEMBER : 0);
	family->exits++;
	return true;
}

bool family_takes(struct family *family, const struct taskmap_event *event)
{
	switch (event->type) {
	case TASKMAP_BIRTH:
		return takes_birth(family, event);
	case TASKMAP_EXEC:
		return takes_exec(family, event);
	case TASKMAP_EXIT:
		return takes_exit(family, event);
	default:
		family->lost += event->lost;
		return true;
	}
}
