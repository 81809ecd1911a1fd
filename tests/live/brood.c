// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Creates a known number of tasks, which run programs and end.
 *
 *	brood vfork|mix ROUNDS WORKERS
 *
 * Waits for a line on its standard input. Then WORKERS child processes do
 * ROUNDS rounds each, and end. Prints "BIRTHS EXECS EXITS", the numbers of
 * events of all its descendants, and ends.
 *
 * A round of "vfork" is one child, which ends at once. A round of "mix" has a
 * child of each kind.
 */
#include <err.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define END	"--end"

#define THREADS	2	/* threads of a process at a time */

/* The counts of all workers. */
static struct counts {
	unsigned long births, execs, exits;
} *counts;

static void count(unsigned long *word, unsigned long number)
{
	__atomic_fetch_add(word, number, __ATOMIC_RELAXED);
}

static void must(int good, const char *what)
{
	if (!good)
		err(1, "%s", what);
}

static void reap(pid_t child)
{
	int status;

	must(child > 0 && waitpid(child, &status, 0) == child, "a child");
	if (status)
		errx(1, "a child ended with status %#x", status);
	count(&counts->births, 1);
	count(&counts->exits, 1);
}

static void exec_self(void)
{
	execl("/proc/self/exe", "brood", END, NULL);
	_exit(1);
}

static void *exec_in_thread(void *unused)
{
	exec_self();
	return unused;
}

static void by_vfork(void)
{
	pid_t child = vfork();

	if (!child)
		_exit(0);
	reap(child);
}

static void by_clone(unsigned long long flags)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };
	pid_t child = syscall(SYS_clone3, &args, sizeof(args));

	if (!child)
		_exit(0);
	reap(child);
}

static void exec_after_vfork(void)
{
	pid_t child = vfork();

	if (!child)
		exec_self();
	reap(child);
	count(&counts->execs, 1);
}

/* The thread takes over its leader's pid: a task ends, but no process. */
static void exec_by_thread(void)
{
	pthread_t thread;
	pid_t child = fork();

	if (!child) {
		if (pthread_create(&thread, NULL, exec_in_thread, NULL))
			_exit(1);
		for (;;)
			pause();
	}
	reap(child);
	count(&counts->births, 1);
	count(&counts->execs, 1);
	count(&counts->exits, 1);
}

static void *end_at_once(void *unused)
{
	return unused;
}

static void threads(void)
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		must(!pthread_create(&threads[i], NULL, end_at_once, NULL),
		     "a thread");
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	count(&counts->births, THREADS);
	count(&counts->exits, THREADS);
}

static void mix(void)
{
	static const unsigned long long flags[] = {
		0, CLONE_FILES, CLONE_FS, CLONE_FS | CLONE_FILES | CLONE_SYSVSEM,
		CLONE_NEWUTS, CLONE_CLEAR_SIGHAND,
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		by_clone(flags[i]);
	by_vfork();
	threads();
	exec_after_vfork();
	exec_by_thread();
}

static void work(void (*round)(void), int rounds)
{
	while (rounds--)
		round();
	_exit(0);
}

int main(int argc, char **argv)
{
	int rounds, workers, i;
	void (*round)(void);
	pid_t *pids;

	if (argc == 2 && !strcmp(argv[1], END))
		return 0;
	if (argc != 4)
		errx(2, "usage: brood vfork|mix ROUNDS WORKERS");
	round = !strcmp(argv[1], "mix") ? mix : by_vfork;
	rounds = atoi(argv[2]);
	workers = atoi(argv[3]);
	pids = calloc(workers, sizeof(*pids));
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(pids && counts != MAP_FAILED, "memory");
	must(getchar() == '\n', "standard input");
	for (i = 0; i < workers; i++) {
		pids[i] = fork();
		if (!pids[i])
			work(round, rounds);
	}
	for (i = 0; i < workers; i++)
		reap(pids[i]);
	printf("%lu %lu %lu\n", counts->births, counts->execs, counts->exits);
	return 0;
}
