// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Makes many tasks, cheaply, and holds them.
 *
 *	crowd SHAPE COUNT
 *
 * Prints a line "PID TGID" for every task made, then "ready", and holds them
 * until its standard input ends. Shapes:
 *
 *	forks		processes that share nothing but what fork(2) shares
 *	processes	processes that share their memory, which makes them cheap
 *	threads		processes of a hundred threads each
 *	orphans		processes whose process group has lost its leader, but
 *			keeps the leader's pid; these pids stand together
 *
 * All wait in a read from one pipe, of which only this program has the other
 * end: however it dies, they end too.
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

#define GROUP	100	/* threads of a process, the leader among them */

/* Enough for a function that makes one system call; nothing catches signals. */
#define STACK_SIZE	1024

static int hold[2];
static int report;

/*
 * Must not use what threads have of their own: these have no thread-local
 * storage but that of the task which made them.
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

	/* The first call binds syscall(), for which no small stack has room. */
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

static void make_group(int count)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork of a group");
	if (pid)
		return;
	tell(getpid(), getpid());
	clone_many(count - 1, CLONE_VM | CLONE_FS | CLONE_FILES |
			      CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM);
	_exit(wait_for_end(NULL));
}

static void make_threads(int count)
{
	for (; count > 0; count -= GROUP)
		make_group(count < GROUP ? count : GROUP);
}

/* All leaders are there before any has a child, so that pids do not mix. */
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
	errx(2, "no shape is called '%s'", name);
}

/* The process that all others are children of: it has not the pipe's end. */
static void holder(const struct shape *shape, int count)
{
	close(hold[1]);
	shape->make(count);
	/* Done, and those that were to end are gone. */
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
	/* A report of every task, and among them one that the holder is done. */
	for (i = 0; i <= count; i++) {
		if (fread(pair, sizeof(pair), 1, reports) != 1)
			errx(1, "only %d of %d tasks could be made", i, count);
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
