// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * A thread that gives up something that it was made to share. The leader of its
 * group keeps what it had, so the two differ as threads of a textbook never do.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zoo.h"

static void in_thread(const struct shape *shape, void *(*work)(void *))
{
	pthread_t thread;

	tell_self_parent(shape);
	errno = pthread_create(&thread, NULL, work, (void *)shape);
	if (errno)
		skip(shape, "pthread_create");
	wait_for_end();
}

static void *unshare_and_wait(void *argument)
{
	static const struct {
		unsigned int resource;
		int flag;
	} ways[] = {
		{ FS,		CLONE_FS },
		{ FILES,	CLONE_FILES },
		{ SYSVSEM,	CLONE_SYSVSEM },
	};
	const struct shape *shape = argument;

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (shape->apart & ways[i].resource && unshare(ways[i].flag))
			skip(shape, "unshare");
	tell_self(shape);
	done_and_wait();
	return NULL;
}

void make_unshare(const struct shape *shape)
{
	in_thread(shape, unshare_and_wait);
}

/*
 * The system call itself, for that of libc makes all threads do it. Only the
 * real id changes: it is not the effective one then, whoever looks can tell.
 */
static void *setresuid_and_wait(void *argument)
{
	const struct shape *shape = argument;

	if (syscall(SYS_setresuid, 1234, -1, -1))
		skip(shape, "setresuid");
	tell_self(shape);
	done_and_wait();
	return NULL;
}

void make_setresuid(const struct shape *shape)
{
	in_thread(shape, setresuid_and_wait);
}
