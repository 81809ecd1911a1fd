// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Creates tasks in many ways, and prints how it created each.
 *
 *	births SEED LIVING
 *	births --quick COUNT
 *
 * For each line "COUNT" of its standard input, creates COUNT families, one
 * after the other. A family is a process and usually a second task, which the
 * process creates. At most LIVING families exist at a time: before the next one
 * is created, the oldest is killed and reaped. Then prints a line "PID CALLER
 * FLAGS" for each existing task, including zombies, and "ready". FLAGS, in hex,
 * are the flags that this program passed to the kernel, or "-" if the C library
 * chose them. Kills all tasks when its standard input ends.
 *
 * With --quick, creates COUNT tasks as fast as possible, reaps each before the
 * next, and prints nothing.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int clone(int (*function)(void *), void *stack, int flags, void *argument, ...);

#define STACK_SIZE	(16 * 1024)

/* The argument with which posix_spawn(3) starts this program as a second task. */
#define HOLD		"--hold"

/* Flags for first tasks. Nothing shows most of them after the task has started. */
#define FIRST	(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_IO | CLONE_PTRACE | \
		 CLONE_UNTRACED | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | \
		 CLONE_CHILD_CLEARTID | CLONE_NEWUTS | CLONE_NEWCGROUP | \
		 CLONE_NEWTIME | CLONE_CLEAR_SIGHAND)
#define SECOND	(FIRST | CLONE_PARENT | CLONE_NEWPID)
#define SHARING	(CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
		 CLONE_SYSVSEM | CLONE_IO | CLONE_PARENT | CLONE_UNTRACED)

#define UNKNOWN	UINT64_MAX

struct birth {
	pid_t pid;
	pid_t caller;
	uint64_t flags;
};

struct family {
	struct birth births[2];
	int count;
};

static int report[2];
static uint64_t usable = UINT64_MAX;	/* the flags that this kernel has */

static void must(bool good, const char *what)
{
	if (!good)
		err(1, "%s", what);
}

static void hold(void)
{
	for (;;)
		pause();
}

static uint64_t random_of(uint64_t flags)
{
	return ((uint64_t)random() << 16 ^ (uint64_t)random()) & flags & usable;
}

/* Calls clone3(2). Returns 0 in the child. */
static pid_t create(uint64_t flags)
{
	static pid_t unused;
	struct clone_args args = {
		.flags = flags,
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
		.parent_tid = (uintptr_t)&unused,
		.child_tid = (uintptr_t)&unused,
	};
	pid_t pid;

	/* ENOSPC: kernel workers have not freed old namespaces yet. */
	while ((pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args))) < 0 &&
	       errno == ENOSPC)
		sched_yield();
	return pid;
}

static void tell(pid_t pid, pid_t caller, uint64_t flags)
{
	struct birth birth = { pid, caller, flags };

	if (write(report[1], &birth, sizeof(birth)) != sizeof(birth))
		_exit(1);
}

/* The ways in which a process creates a second task. @self is the process. */

static void by_fork(pid_t self)
{
	pid_t pid = fork();

	must(pid >= 0, "fork");
	if (pid)
		tell(pid, self, UNKNOWN);
}

static void by_vfork(pid_t self)
{
	pid_t pid = vfork();

	must(pid >= 0, "vfork");
	/* The caller waits until this task ends. */
	if (!pid) {
		tell((pid_t)syscall(SYS_getpid), self, CLONE_VM | CLONE_VFORK);
		hold();
	}
}

static void by_spawn(pid_t self)
{
	char *arguments[] = { "births", HOLD, NULL };
	pid_t pid;

	errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments,
			    environ);
	must(!errno, "posix_spawn");
	tell(pid, self, UNKNOWN);
}

static void *thread(void *self)
{
	tell((pid_t)syscall(SYS_gettid), *(pid_t *)self, UNKNOWN);
	hold();
	return NULL;
}

static void by_pthread(pid_t self)
{
	pthread_t unused;

	errno = pthread_create(&unused, NULL, thread, &self);
	must(!errno, "pthread_create");
	hold();
}

static void by_clone3(pid_t self)
{
	uint64_t flags = random_of(SECOND);
	pid_t pid = create(flags);

	must(pid >= 0, "clone3");
	if (pid)
		tell(pid, self, flags);
}

static int hold_in_shared_memory(void *unused)
{
	(void)unused;
	hold();
	return 0;
}

static void by_clone(pid_t self)
{
	static char stack[STACK_SIZE] __attribute__((aligned(16)));
	uint64_t flags = random_of(SHARING) | CLONE_VM;
	pid_t pid;

	if (flags & CLONE_THREAD)
		flags |= CLONE_SIGHAND;
	pid = clone(hold_in_shared_memory, stack + STACK_SIZE, (int)flags, NULL);
	must(pid >= 0, "clone");
	tell(pid, self, flags);
}

static void (*const ways[])(pid_t self) = {
	by_fork, by_vfork, by_spawn, by_pthread, by_clone3, by_clone,
};

#define WAYS	(sizeof(ways) / sizeof(ways[0]))

/* Families */

/* Ends a family. Its process group has the pid of its first process. */
static void end(struct family *family)
{
	pid_t pid = family->births[0].pid;

	if (!family->count)
		return;
	kill(-pid, SIGKILL);
	must(waitpid(pid, NULL, __WALL) == pid, "waitpid");
	/* Children of the first process now belong to this process, a subreaper. */
	while (waitpid(-pid, NULL, __WALL) > 0)
		;
	family->count = 0;
}

static void begin(struct family *family)
{
	uint64_t flags = random_of(FIRST);
	size_t way = (size_t)random() % (WAYS + 2);
	struct birth *births = family->births;
	pid_t pid = create(flags);

	must(pid >= 0, "clone3");
	if (!pid) {
		if (way == WAYS + 1)
			_exit(0);
		setpgid(0, 0);
		if (way < WAYS)
			ways[way]((pid_t)syscall(SYS_getpid));
		hold();
	}
	/* Parent and child both do this. It fails if the child has ended. */
	setpgid(pid, pid);
	births[0] = (struct birth){ pid, getpid(), flags };
	family->count = 1;
	if (way >= WAYS)
		return;
	must(read(report[0], &births[1], sizeof(births[1])) ==
	     sizeof(births[1]), "the second task of a family");
	family->count = 2;
}

static void print(const struct family *family)
{
	int i;

	for (i = 0; i < family->count; i++) {
		const struct birth *birth = &family->births[i];

		printf("%d %d ", (int)birth->pid, (int)birth->caller);
		if (birth->flags == UNKNOWN)
			puts("-");
		else
			printf("%" PRIx64 "\n", birth->flags);
	}
}

/* Kernels for some architectures do not have every flag. */
static void find_usable(void)
{
	int bit;

	for (bit = 0; bit < 64; bit++) {
		uint64_t flag = FIRST & 1ULL << bit;
		pid_t pid = create(flag);

		if (!pid)
			_exit(0);
		if (pid < 0)
			usable &= ~flag;
		else
			waitpid(pid, NULL, __WALL);
	}
}

static void serve(size_t living)
{
	struct family *families = calloc(living, sizeof(*families));
	size_t count, next = 0, i;

	must(families, "memory");
	must(!prctl(PR_SET_CHILD_SUBREAPER, 1), "subreaper");
	must(!pipe(report), "pipe");
	find_usable();
	while (scanf("%zu", &count) == 1) {
		for (; count; count--) {
			end(&families[next]);
			begin(&families[next]);
			next = (next + 1) % living;
		}
		for (i = 0; i < living; i++)
			print(&families[i]);
		puts("ready");
		must(!fflush(stdout), "standard output");
	}
	for (i = 0; i < living; i++)
		end(&families[i]);
}

static pid_t vfork_and_die(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	return pid;
}

static void quick(size_t count)
{
	for (; count; count--) {
		pid_t pid = vfork_and_die();

		must(pid > 0 && waitpid(pid, NULL, 0) == pid, "vfork");
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], HOLD))
		hold();
	if (argc != 3 || atol(argv[2]) <= 0)
		errx(2, "usage: births SEED LIVING | births --quick COUNT");
	if (!strcmp(argv[1], "--quick")) {
		quick((size_t)atol(argv[2]));
		return 0;
	}
	srandom((unsigned int)atol(argv[1]));
	serve((size_t)atol(argv[2]));
	return 0;
}
