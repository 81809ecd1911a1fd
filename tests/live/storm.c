// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Makes the kernel change everything about tasks as fast as possible.
 *
 *	storm KIND...
 *
 * Prints "ready", runs until its standard input ends, then prints a line "KIND
 * COUNT" for each kind: the number of operations. "mix" is all kinds at once.
 *
 * Each kind has WORKERS processes, and each of these has only a few tasks at a
 * time. After every few operations, they check whether the other end of a pipe
 * is closed. Only the first process has it, so they end when it does, however
 * it ends.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS	2	/* processes of each kind */
#define THREADS	3	/* additional threads in a process with threads */
#define GUST	8	/* operations between two checks of the pipe */

/* The argument with which "exec" starts this program, which then ends. */
#define END	"--end"

static int hold[2];
static unsigned long *counts;	/* by kind, shared by all processes */
static unsigned int self;	/* the kind of this process */

static bool over(void)
{
	struct pollfd end = { .fd = hold[0] };

	return poll(&end, 1, 0) > 0;
}

static void done(void)
{
	__atomic_fetch_add(&counts[self], 1, __ATOMIC_RELAXED);
}

static void must(bool good, const char *what)
{
	if (!good)
		err(1, "%s", what);
}

/* Also reaps children of ended children, because a worker is a subreaper. */
static void reap_all(void)
{
	int status;
	pid_t pid;

	while ((pid = wait(&status)) > 0)
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			errx(1, "a child ended with status %#x", status);
}

/* fork: children that end at once, and some that lose their parent. */

static void fork_and_die(bool with_child)
{
	pid_t child = fork();

	must(child >= 0, "fork");
	if (child)
		return;
	if (with_child)
		fork();
	_exit(0);
}

static void vfork_and_die(void)
{
	pid_t child = vfork();

	if (!child)
		_exit(0);
	must(child > 0, "vfork");
}

static void blow_fork(void)
{
	while (!over()) {
		fork_and_die(false);
		fork_and_die(true);
		vfork_and_die();
		reap_all();
		done();
	}
}

/* exec: by a single task, and by a thread, which then becomes the leader. */

static void *exec_self(void *unused)
{
	(void)unused;
	execl("/proc/self/exe", "storm", END, NULL);
	err(1, "exec");
}

static void exec_by_thread(void)
{
	pthread_t thread;

	must(!pthread_create(&thread, NULL, exec_self, NULL), "a thread");
	for (;;)
		pause();
}

static void blow_exec(void)
{
	unsigned long i;

	for (i = 0; !over(); i++) {
		pid_t child = fork();

		must(child >= 0, "fork");
		if (!child) {
			if (i % 2)
				exec_by_thread();
			exec_self(NULL);
		}
		reap_all();
		done();
	}
}

/* exit: threads that come and go, and processes that end in every order. */

static void *exit_at_once(void *unused)
{
	return unused;
}

static void *exit_group_later(void *unused)
{
	(void)unused;
	sched_yield();
	_exit(0);
}

static void come_and_go(void)
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		must(!pthread_create(&threads[i], NULL, exit_at_once, NULL),
		     "a thread");
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void die(bool leader_first)
{
	pthread_t thread;
	int i;

	for (i = 0; i < THREADS; i++)
		must(!pthread_create(&thread, NULL, exit_group_later, NULL),
		     "a thread");
	if (leader_first)
		syscall(SYS_exit, 0);
	_exit(0);
}

static void blow_exit(void)
{
	unsigned long i;

	for (i = 0; !over(); i++) {
		pid_t child = fork();

		must(child >= 0, "fork");
		if (!child)
			die(i % 2);
		come_and_go();
		reap_all();
		done();
	}
}

/* Runs @work in several threads of a process. */
static void in_threads(void *(*work)(void *))
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		must(!pthread_create(&threads[i], NULL, work, NULL),
		     "a thread");
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/*
 * Unshares, and retries if there are too many namespaces. A kernel worker frees
 * unused ones (free_ipc() in ipc/namespace.c and others), and cannot keep up
 * with a storm.
 */
static void leave(int flags)
{
	while (unshare(flags)) {
		must(errno == ENOSPC, "unshare");
		sched_yield();
	}
}

/*
 * unshare: each thread unshares everything that it shares with the others, and
 * its namespaces. It creates few network namespaces, because the kernel worker
 * that destroys them could not keep up.
 */
static void *unshare_all(void *unused)
{
	static const int flags[] = {
		CLONE_FILES, CLONE_FS, CLONE_SYSVSEM, CLONE_NEWUTS,
		CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWPID,
		CLONE_FILES | CLONE_NEWUTS | CLONE_NEWIPC,
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		leave(flags[i]);
		done();
	}
	return unused;
}

/* For flags that only work in a process without other threads. */
static void unshare_alone(int flags)
{
	pid_t child = fork();

	must(child >= 0, "fork");
	if (child)
		return;
	leave(flags);
	_exit(0);
}

static void blow_unshare(void)
{
	unsigned long i;

	for (i = 0; !over(); i++) {
		pid_t child = fork();

		must(child >= 0, "fork");
		if (!child) {
			in_threads(unshare_all);
			_exit(0);
		}
		unshare_alone(i % 16 ? CLONE_NEWUSER :
				       CLONE_NEWUSER | CLONE_NEWNET);
		reap_all();
	}
}

/* setns: each thread enters other namespaces and returns. */

static int namespaces[2][3];

static int open_namespace(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/thread-self/ns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd >= 0, path);
	return fd;
}

static void open_namespaces(int *fds)
{
	fds[0] = open_namespace("uts");
	fds[1] = open_namespace("ipc");
	fds[2] = open_namespace("cgroup");
}

static void *enter_all(void *unused)
{
	int i, j;

	for (i = 0; i < GUST; i++)
		for (j = 0; j < 3; j++) {
			must(!setns(namespaces[i % 2][j], 0), "setns");
			done();
		}
	return unused;
}

static void blow_setns(void)
{
	open_namespaces(namespaces[0]);
	must(!unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP),
	     "unshare");
	open_namespaces(namespaces[1]);
	while (!over())
		in_threads(enter_all);
}

/*
 * setresuid: changes the real user and restores it; the saved user stays root.
 * This uses the system call, because the C library's function would affect all
 * threads.
 */
static void *change_users(void *unused)
{
	int i;

	for (i = 0; i < GUST; i++) {
		must(!syscall(SYS_setresuid, 1000 + i, 1000 + i, 0),
		     "setresuid");
		must(!syscall(SYS_setresuid, 0, 0, 0), "setresuid");
		done();
	}
	return unused;
}

static void blow_setresuid(void)
{
	while (!over()) {
		in_threads(change_users);
		change_users(NULL);
	}
}

/* name: a thread changes its own name and that of its leader. */

static void *change_names(void *unused)
{
	static const char * const names[] = {
		"", "a", "123456789012345", "\n\t\\\033 \xff\xfe", "storm",
	};
	char path[64];
	size_t i;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)getpid());
	fd = open(path, O_WRONLY | O_CLOEXEC);
	must(fd >= 0, path);
	for (i = 0; i < GUST * 5; i++) {
		const char *name = names[i % 5];

		must(!prctl(PR_SET_NAME, name), "prctl");
		must(write(fd, name, strlen(name)) >= 0, "comm");
		done();
	}
	close(fd);
	return unused;
}

static void blow_name(void)
{
	while (!over())
		in_threads(change_names);
}

static const struct kind {
	const char *name;
	void (*blow)(void);
} kinds[] = {
	{ "fork",	blow_fork },
	{ "exec",	blow_exec },
	{ "exit",	blow_exit },
	{ "unshare",	blow_unshare },
	{ "setns",	blow_setns },
	{ "setresuid",	blow_setresuid },
	{ "name",	blow_name },
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static bool wanted(const char *name, char **words)
{
	for (; *words; words++)
		if (!strcmp(*words, name) || !strcmp(*words, "mix"))
			return true;
	return false;
}

static void check(char **words)
{
	size_t i;

	for (; *words; words++) {
		for (i = 0; i < KINDS; i++)
			if (!strcmp(*words, kinds[i].name))
				break;
		if (i == KINDS && strcmp(*words, "mix"))
			errx(2, "unknown kind of storm '%s'", *words);
	}
}

static void start(unsigned int kind)
{
	pid_t pid = fork();

	must(pid >= 0, "fork");
	if (pid)
		return;
	close(hold[1]);
	self = kind;
	must(!prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
	kinds[kind].blow();
	reap_all();
	_exit(0);
}

int main(int argc, char **argv)
{
	size_t i, j;
	char byte;

	if (argc == 2 && !strcmp(argv[1], END))
		return 0;
	if (argc < 2)
		errx(2, "usage: storm KIND...");
	check(argv + 1);

	must(!pipe(hold), "pipe");
	counts = mmap(NULL, sizeof(*counts) * KINDS, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(counts != MAP_FAILED, "mmap");
	for (i = 0; i < KINDS; i++)
		for (j = 0; j < WORKERS && wanted(kinds[i].name, argv + 1); j++)
			start(i);
	puts("ready");
	must(!fflush(stdout), "standard output");

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	close(hold[1]);
	reap_all();
	for (i = 0; i < KINDS; i++)
		if (wanted(kinds[i].name, argv + 1))
			printf("%s %lu\n", kinds[i].name, counts[i]);
	return 0;
}
