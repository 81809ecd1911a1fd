// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Creates many cheap tasks and holds them.
 *
 *	crowd SHAPE COUNT
 *
 * Prints a line "PID TGID" for every task, then "ready", and holds the tasks
 * until its standard input ends. Shapes:
 *
 *	forks		processes that share only what fork(2) shares
 *	processes	processes that share their memory, which makes them cheap
 *	threads		processes of a hundred threads each
 *	orphans		processes whose process group has lost its leader, but
 *			keeps the leader's pid; these pids are consecutive
 *
 * All tasks wait in a read from one pipe. Only this program has the other end,
 * so they end when it does, however it ends.
 */
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROUP	100	/* threads of a process, including the leader */

/* Enough for a function that makes one system call. There are no signal handlers. */
#define STACK_SIZE	1024

static int hold[2];
static int report;

/*
 * Must not use thread-local storage: these threads have that of the task which
 * created them.
 */
static int wait_for_end(void *unused)
{
	char byte;

	(void)unused;
	while (syscall(SYS_read, hold[0], &byte, 1) < 0)
		;
	return 0;
}

static void tell(pid_t pid, pid_t tgid)
{
	pid_t pair[2] = { pid, tgid };

	if (write(report, pair, sizeof(pair)) != sizeof(pair))
		_exit(1);
}

static char *stacks(int count)
{
	char *memory = mmap(NULL, (size_t)count * STACK_SIZE,
			    PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "memory for %d tasks", count);
	return memory;
}

static void clone_many(int count, int flags)
{
	char *stack = stacks(count);
	pid_t pid;
	int i;

	/* The first call binds syscall(), which needs more than a small stack. */
	syscall(SYS_getpid);
	for (i = 0; i < count; i++) {
		stack += STACK_SIZE;
		pid = clone(wait_for_end, stack, flags, NULL);
		if (pid < 0)
			err(1, "clone, after %d tasks", i);
		tell(pid, flags & CLONE_THREAD ? getpid() : pid);
	}
}

static void make_forks(int count)
{
	pid_t pid;
	int i;

	for (i = 0; i < count; i++) {
		pid = fork();
		if (pid < 0)
			err(1, "fork, after %d tasks", i);
		if (!pid)
			_exit(wait_for_end(NULL));
		tell(pid, pid);
	}
}

static void make_processes(int count)
{
	clone_many(count, CLONE_VM | SIGCHLD);
}

/* Returns after the group is complete, so that its pids are consecutive. */
static void make_group(int count)
{
	int made[2];
	pid_t pid;
	char byte;

	if (pipe(made))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork of a group");
	if (pid) {
		close(made[1]);
		if (read(made[0], &byte, 1) < 0)
			err(1, "read");
		close(made[0]);
		return;
	}
	close(made[0]);
	tell(getpid(), getpid());
	clone_many(count - 1, CLONE_VM | CLONE_FS | CLONE_FILES |
			      CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM);
	close(made[1]);
	_exit(wait_for_end(NULL));
}

static void make_threads(int count)
{
	for (; count > 0; count -= GROUP)
		make_group(count < GROUP ? count : GROUP);
}

/* All leaders are created before any child, so that their pids are consecutive. */
static void make_orphans(int count)
{
	int begin[2];
	pid_t child;
	char byte;
	int i;

	if (pipe(begin))
		err(1, "pipe");
	for (i = 0; i < count; i++) {
		child = fork();
		if (child < 0)
			err(1, "fork, after %d leaders", i);
		if (!child)
			break;
	}
	close(begin[1]);
	if (i == count) {
		while (wait(NULL) > 0)
			;
		return;
	}
	if (setpgid(0, 0))
		err(1, "setpgid");
	if (read(begin[0], &byte, 1) < 0)
		err(1, "read");
	child = fork();
	if (child < 0)
		err(1, "fork of an orphan");
	if (child) {
		tell(child, child);
		_exit(0);
	}
	_exit(wait_for_end(NULL));
}

static const struct shape {
	const char *name;
	void (*make)(int count);
} shapes[] = {
	{ "forks",	make_forks },
	{ "processes",	make_processes },
	{ "threads",	make_threads },
	{ "orphans",	make_orphans },
};

static const struct shape *find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (!strcmp(shapes[i].name, name))
			return &shapes[i];
	errx(2, "unknown shape '%s'", name);
}

/* The parent of all other processes. It does not have the writing end of the pipe. */
static void holder(const struct shape *shape, int count)
{
	close(hold[1]);
	shape->make(count);
	/* All tasks exist, and all that had to end have ended. */
	tell(0, 0);
	close(report);
	wait_for_end(NULL);
	while (wait(NULL) > 0)
		;
	_exit(0);
}

int main(int argc, char **argv)
{
	const struct shape *shape;
	int ends[2], count, i;
	pid_t pair[2];
	FILE *reports;
	char byte;

	if (argc != 3)
		errx(2, "usage: crowd SHAPE COUNT");
	shape = find(argv[1]);
	count = atoi(argv[2]);

	if (pipe(hold) || pipe(ends))
		err(1, "pipe");
	report = ends[1];
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		close(ends[0]);
		holder(shape, count);
	}
	close(ends[1]);
	reports = fdopen(ends[0], "r");
	if (!reports)
		err(1, "fdopen");
	/* Every task sends a report, and the holder sends one when it is done. */
	for (i = 0; i <= count; i++) {
		if (fread(pair, sizeof(pair), 1, reports) != 1)
			errx(1, "only %d of %d tasks could be created", i, count);
		if (pair[0])
			printf("%d %d\n", (int)pair[0], (int)pair[1]);
	}
	puts("ready");
	if (fflush(stdout))
		err(1, "standard output");

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	close(hold[1]);
	while (wait(NULL) > 0)
		;
	return 0;
}
