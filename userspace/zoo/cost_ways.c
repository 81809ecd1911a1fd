// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The ways to make a task, and to see it end.
 *
 * All but the last are bare clone(2), fork(2) and vfork(2) too, of which the
 * kernel makes the same: so they differ in their flags and in nothing else. What
 * libc does beside it is in the last.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cost.h"
#include "zoo.h"

const struct cost_way cost_ways[COST_WAYS] = {
	{ "fork",	0, false },
	{ "vfork",	CLONE_VM | CLONE_VFORK, false },
	{ "clone vm",	CLONE_VM, false },
	{ "+fs",	CLONE_VM | CLONE_FS, false },
	{ "+files",	CLONE_VM | CLONE_FS | CLONE_FILES, false },
	{ "+sighand",	CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND,
	  false },
	{ "+thread",	CLONE_POSIX_THREAD & ~CLONE_SYSVSEM, false },
	{ "+sysvsem",	CLONE_POSIX_THREAD, false },
	{ "pthread",	CLONE_POSIX_THREAD, true },
};

size_t cost_stack_size(const struct cost_way *way)
{
	return way->flags & CLONE_VM && !way->by_libc ? STACK_SIZE : 0;
}

static void *run_thread(void *argument)
{
	struct cost_task *task = argument;

	task->run(task->data);
	return NULL;
}

static bool make_by_libc(struct cost_task *task)
{
	errno = pthread_create(&task->thread, NULL, run_thread, task);
	return !errno;
}

/*
 * Nobody can wait(2) for a thread. As libc does, it has the kernel tell by
 * a word in memory, which it clears as its last act there.
 */
bool cost_make(const struct cost_way *way, struct cost_task *task,
	       char *stack_top)
{
	int flags = (int)way->flags;

	if (way->by_libc)
		return make_by_libc(task);
	if (!(flags & CLONE_THREAD)) {
		task->tid = clone(task->run, stack_top, flags | SIGCHLD,
				  task->data);
		return task->tid >= 0;
	}
	flags |= CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
	return clone(task->run, stack_top, flags, task->data, &task->tid, NULL,
		     &task->tid) >= 0;
}

void cost_await(const struct cost_way *way, struct cost_task *task)
{
	pid_t tid;

	if (way->by_libc)
		pthread_join(task->thread, NULL);
	else if (!(way->flags & CLONE_THREAD))
		while (waitpid(task->tid, NULL, __WALL) < 0 && errno == EINTR)
			;
	else
		while ((tid = __atomic_load_n(&task->tid, __ATOMIC_ACQUIRE)))
			syscall(SYS_futex, &task->tid, FUTEX_WAIT, tid, NULL);
}
