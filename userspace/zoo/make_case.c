// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Situations that Linux users found hard to diagnose: creators that have ended, have
 * called exec(2), or wait for one of several tasks; tasks that cannot end; a leader
 * that differs from its threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

/* Linux 5.9 has this system call, but the headers may be older. */
#ifndef SYS_close_range
#define SYS_close_range		436
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE	2U
#endif

#define ANOTHER_USER	1000

/*
 * A pipe. A task waits at the gate until every other task has closed the writing
 * end, by close(2), by exec(2), or by ending.
 */
static int gate[2];

static void build_gate(const struct shape *shape)
{
	if (pipe2(gate, O_CLOEXEC))
		skip(shape, "pipe2");
}

static void wait_at_gate(void)
{
	char byte;

	close(gate[1]);
	while (read(gate[0], &byte, 1) < 0 && errno == EINTR)
		;
}

static int live_after_gate(void *shape)
{
	wait_at_gate();
	return live_as_task(shape);
}

static void fork_behind_gate(const struct shape *shape)
{
	if (fork_or_skip(shape, 0) == 0)
		_exit(live_after_gate((void *)shape));
}

static pid_t start_clone(const struct shape *shape, int (*live)(void *shape),
			 int exit_signal)
{
	pid_t child = clone(live, stack_top(), (int)shape->flags | exit_signal,
			    (void *)shape);

	if (child < 0)
		skip(shape, "clone");
	return child;
}

/* Fork a task whose children this process adopts when the task ends. */
static pid_t fork_creator(const struct shape *shape)
{
	build_gate(shape);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	report(shape, "-parent", own_pids());
	return fork_or_skip(shape, 0);
}

/* With WNOWAIT in @options, the child stays a zombie. */
static void await_death(const struct shape *shape, pid_t child, int options)
{
	siginfo_t info;

	if (waitid(P_PID, (id_t)child, &info, WEXITED | options))
		skip(shape, "waitid");
}

/* For a process in the same pid namespace as its creator, which is the caller. */
static void report_process(const struct shape *shape, const char *role,
			   pid_t pid)
{
	report(shape, role, (struct pids){ pid, pid });
}

/* After the init of a pid namespace has ended, fork(2) into it fails. */
int end_first_child(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return waitpid(child, NULL, 0);
}

/* Copies the file table without closing a file. */
int close_no_range(void)
{
	return (int)syscall(SYS_close_range, ~0U, ~0U, CLOSE_RANGE_UNSHARE);
}

/* setns(2) to the current ipc namespace drops the semaphore undo list. */
int rejoin_ipc(void)
{
	int fd = open("/proc/thread-self/ns/ipc", O_RDONLY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return fd;
	result = setns(fd, CLONE_NEWIPC);
	close(fd);
	return result;
}

/* One level deeper than make_nested_pid(). */
void make_deep_pid(const struct shape *shape)
{
	if (fork_or_skip(shape, shape->flags) == 0)
		make_nested_pid(shape);
	wait_for_end();
}

/* The creator ends, and a subreaper adopts its child. */
void make_orphan(const struct shape *shape)
{
	pid_t creator = fork_creator(shape);

	if (creator == 0) {
		unshare_or_skip(shape, CLONE_NEWUTS);
		fork_behind_gate(shape);
		_exit(0);
	}
	await_death(shape, creator, 0);
	close(gate[1]);
	wait_for_end();
}

/* The creator is killed, but not the process that shared its memory. */
void make_memory_heir(const struct shape *shape)
{
	pid_t creator = fork_creator(shape);

	if (creator == 0) {
		start_clone(shape, live_after_gate, SIGCHLD);
		raise(SIGKILL);
	}
	await_death(shape, creator, WNOWAIT);
	report_process(shape, "-killed", creator);
	close(gate[1]);
	wait_for_end();
}

static int end_at_once(void *unused)
{
	(void)unused;
	return 0;
}

/* A child without an exit signal: wait(2) finds it only with __WALL or __WCLONE. */
void make_no_signal(const struct shape *shape)
{
	pid_t child;

	report(shape, "-parent", own_pids());
	child = start_clone(shape, end_at_once, 0);
	await_death(shape, child, WNOWAIT | __WALL);
	report_process(shape, "", child);
	done_and_wait();
}

/* A sibling traces the task and has stopped it. */
void make_traced_stop(const struct shape *shape)
{
	pid_t child;

	report(shape, "-parent", own_pids());
	child = fork_or_skip(shape, 0);
	if (child && fork_or_skip(shape, 0) == 0) {
		if (ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_EXITKILL) ||
		    ptrace(PTRACE_INTERRUPT, child, 0, 0) ||
		    waitpid(child, NULL, __WALL) != child)
			skip(shape, "ptrace");
		report(shape, "-tracer", own_pids());
		report_process(shape, "", child);
		report_done();
	}
	wait_for_end();
}

/*
 * A killed init kills all tasks in its pid namespace and waits until they are
 * reaped. This process, outside, does not reap its second child until the end.
 */
void make_ending_init(const struct shape *shape)
{
	pid_t init, inside;

	unshare_or_skip(shape, shape->parent_unshare);
	report(shape, "-parent", own_pids());
	init = fork_or_skip(shape, 0);
	inside = init ? fork_or_skip(shape, 0) : 0;
	if (inside == 0) {
		wait_for_end();
		_exit(0);
	}
	kill(init, SIGKILL);
	/* By then, the init has released its resources: it kills tasks after that. */
	await_death(shape, inside, WNOWAIT);
	report_process(shape, "-inside", inside);
	report_process(shape, "", init);
	done_and_wait();
}

/* The parent calls exec(2) to run cat(1), which reads until the zoo ends. */
void make_parent_exec(const struct shape *shape)
{
	build_gate(shape);
	report(shape, "-parent", own_pids());
	fork_behind_gate(shape);
	if (dup2(hold[0], STDIN_FILENO) < 0)
		skip(shape, "dup2");
	execlp("cat", "cat", NULL);
	skip(shape, "exec of cat");
}

/* The leader leaves its namespace and changes its ids; its threads do not. */
void make_leader_apart(const struct shape *shape)
{
	report(shape, "-parent", own_pids());
	tasks_left = shape->count + 1;
	for (int i = 0; i < shape->count; i++)
		start_thread(shape, live_as_thread);
	unshare_or_skip(shape, CLONE_NEWNET);
	/* setresuid() of libc would change the ids of all threads. */
	if (syscall(SYS_setresuid, ANOTHER_USER, ANOTHER_USER, -1))
		skip(shape, "setresuid");
	task_ready();
	wait_for_end();
}

static int live_as_other(void *shape)
{
	report(shape, "-other", own_pids());
	if (write(gate[1], "", 1) != 1)
		_exit(1);
	wait_for_end();
	return 0;
}

static void *vfork_other(void *argument)
{
	const struct shape *shape = argument;

	report(shape, "-other-parent", own_pids());
	start_clone(shape, live_as_other, SIGCHLD);
	return NULL;
}

/* Two threads wait in vfork(2) at the same time, each for its own child. */
void make_two_vforks(const struct shape *shape)
{
	char byte;

	build_gate(shape);
	report(shape, "-leader", own_pids());
	start_thread(shape, vfork_other);
	if (read(gate[0], &byte, 1) != 1)
		skip(shape, "read");
	start_thread(shape, make_tasks_as_thread);
	wait_for_end();
}
