// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Namespaces: new by clone(2), new by unshare(2), another's by setns(2).
 *
 * What the kernel allows where (ksys_unshare() in kernel/fork.c, the install
 * functions of setns(2) of each kind):
 *
 *  - A thread can go to other uts, ipc, net and cgroup namespaces alone, and to
 *    another mnt namespace once it has a root and a working directory of its
 *    own. unshare(2) sees to that by itself, setns(2) wants it done before.
 *  - Leaving an ipc namespace gives up the undo list of its semaphores.
 *  - unshare(2) and setns(2) of pid, and unshare(2) of time, are for the
 *    children: the caller stays where it is, with an nsproxy of its own.
 *  - setns(2) gives an nsproxy of its own to whoever calls it.
 *  - All threads have one user namespace, and live in one time namespace: these
 *    are for a process without threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zoo.h"

static const struct namespace {
	const char *name;	/* in /proc/PID/ns, and behind "setns-" */
	int flag;
} namespaces[] = {
	{ "uts",	CLONE_NEWUTS },
	{ "ipc",	CLONE_NEWIPC },
	{ "mnt",	CLONE_NEWNS },
	{ "pid",	CLONE_NEWPID },
	{ "net",	CLONE_NEWNET },
	{ "time",	CLONE_NEWTIME },
	{ "cgroup",	CLONE_NEWCGROUP },
	{ "user",	CLONE_NEWUSER },
};

/* The namespace that the name of a shape speaks of: its second word. */
static const struct namespace *namespace_of(const struct shape *shape)
{
	const char *word = strchr(shape->name, '-') + 1;
	size_t length = strcspn(word, "-");

	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++)
		if (strlen(namespaces[i].name) == length &&
		    !strncmp(namespaces[i].name, word, length))
			return &namespaces[i];
	skip_because(shape, "there is no such namespace");
}

/* skip(), of a call with flags that the kernel may not know. */
_Noreturn static void skip_flags(const struct shape *shape, const char *call,
				 unsigned long flags)
{
	int error = errno;
	char reason[64];

	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++) {
		if (!(flags & namespaces[i].flag) ||
		    has_namespaces(namespaces[i].name))
			continue;
		snprintf(reason, sizeof(reason),
			 "this kernel has no %s namespaces",
			 namespaces[i].name);
		skip_because(shape, reason);
	}
	errno = error;
	skip(shape, call);
}

/*
 * As fork(2), with flags. CLONE_NEWTIME stands where clone(2) has the signal, so
 * only clone3(2) can take it, from 6.3 on.
 */
static pid_t fork_with(const struct shape *shape, unsigned long flags)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };
	long child = syscall(SYS_clone3, &args, sizeof(args));

	if (child < 0)
		skip_flags(shape, "clone3", flags);
	return (pid_t)child;
}

void make_new_namespace(const struct shape *shape)
{
	tell_self_parent(shape);
	if (fork_with(shape, shape->flags) == 0) {
		tell_self(shape);
		tell_done();
	}
	wait_for_end();
}

static void unshare_for(const struct shape *shape, int flag)
{
	if (unshare(flag))
		skip_flags(shape, "unshare", flag);
}

static void tell_and_wait(const struct shape *shape)
{
	tell_self(shape);
	done_and_wait();
}

/* Who does it: a thread, or a process where only a process can. */
static void in_new_task(const struct shape *shape, void *(*work)(void *))
{
	pthread_t thread;

	tell_self_parent(shape);
	if (!(shape->flags & CLONE_THREAD)) {
		if (fork_for(shape) == 0)
			work((void *)shape);
		wait_for_end();
		return;
	}
	errno = pthread_create(&thread, NULL, work, (void *)shape);
	if (errno)
		skip(shape, "pthread_create");
	wait_for_end();
}

static void *unshare_work(void *argument)
{
	const struct shape *shape = argument;

	unshare_for(shape, namespace_of(shape)->flag);
	tell_and_wait(shape);
	return NULL;
}

void make_unshare_namespace(const struct shape *shape)
{
	in_new_task(shape, unshare_work);
}

/* The first child after unshare(2), beside its parent, which stayed. */
void make_unshare_child(const struct shape *shape)
{
	unshare_for(shape, namespace_of(shape)->flag);
	tell_self_parent(shape);
	if (fork_for(shape) == 0) {
		tell_self(shape);
		tell_done();
	}
	wait_for_end();
}

/* One that lives in a new namespace; returns a descriptor of that. */
static int open_owners_namespace(const struct shape *shape)
{
	const struct namespace *namespace = namespace_of(shape);
	struct task_name owner = { 0 };
	int told[2], namespace_fd;
	char path[64];

	if (pipe(told))
		skip(shape, "pipe");
	/* By way of a child: those of pid and time begin with a grandchild. */
	if (fork_for(shape) == 0) {
		unshare_for(shape, namespace->flag);
		if (fork_for(shape) == 0) {
			owner = own_name();
			if (write(told[1], &owner, sizeof(owner)) < 0)
				_exit(1);
		}
		close(told[1]);
		wait_for_end();
		_exit(0);
	}
	close(told[1]);
	/* Without an owner the child has told why, and this waits with it. */
	if (read(told[0], &owner, sizeof(owner)) != sizeof(owner))
		wait_for_end();
	close(told[0]);
	tell("%s-owner %d %d\n", shape->name, owner.pid, owner.tid);
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", owner.pid,
		 namespace->name);
	namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace_fd < 0)
		skip(shape, "open of the namespace");
	return namespace_fd;
}

static void *setns_work(void *argument)
{
	const struct shape *shape = argument;
	int flag = namespace_of(shape)->flag;
	int fd = open_owners_namespace(shape);

	if (flag == CLONE_NEWNS)
		unshare_for(shape, CLONE_FS);
	if (setns(fd, flag))
		skip(shape, "setns");
	close(fd);
	tell_and_wait(shape);
	return NULL;
}

void make_setns(const struct shape *shape)
{
	in_new_task(shape, setns_work);
}

/* Two levels down, so that the task has three pids. */
void make_nested_pid(const struct shape *shape)
{
	if (fork_with(shape, shape->flags) == 0) {
		tell_self_parent(shape);
		if (fork_with(shape, shape->flags) == 0) {
			tell_self(shape);
			tell_done();
		}
	}
	wait_for_end();
}
