// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Tasks that do not run, or not any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

/* A child as its parent names it, which lives in the pid namespace of /proc. */
static struct task_name child_name(pid_t child)
{
	return (struct task_name){ child, child };
}

void make_zombie(const struct shape *shape)
{
	siginfo_t info;
	pid_t child;

	tell_self_parent(shape);
	for (int i = 0; i < shape->count; i++) {
		child = fork_for(shape);
		if (child == 0)
			_exit(0);
		/* WNOWAIT: it is dead, and stays so. */
		if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT))
			skip(shape, "waitid");
		tell_task(shape, child_name(child));
	}
	done_and_wait();
}

/* Returns the state letter of a task of this process. */
static char state_of(pid_t tid)
{
	char path[64], line[256];
	ssize_t length;
	char *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	length = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (length <= 0)
		return 0;
	line[length] = '\0';
	end = strrchr(line, ')');
	return end ? end[2] : 0;
}

static void *outlive_leader(void *argument)
{
	const struct shape *shape = argument;
	struct task_name self = own_name();

	while (state_of(self.pid) != 'Z')
		sched_yield();
	tell_parent(shape, child_name(self.pid));
	tell_task(shape, self);
	done_and_wait();
	return NULL;
}

void make_zombie_leader(const struct shape *shape)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, outlive_leader, (void *)shape);
	if (errno)
		skip(shape, "pthread_create");
	pthread_exit(NULL);
}

/* It cannot see the end of anything: it is killed when its parent ends. */
void make_stopped(const struct shape *shape)
{
	siginfo_t info;
	pid_t child;

	tell_self_parent(shape);
	child = fork_for(shape);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		raise(SIGSTOP);
		_exit(1);
	}
	if (waitid(P_PID, (id_t)child, &info, WSTOPPED | WNOWAIT))
		skip(shape, "waitid");
	tell_task(shape, child_name(child));
	done_and_wait();
}
