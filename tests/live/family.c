// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Builds random families of tasks, and logs what each task does.
 *
 *	family SEED COUNT
 *
 * Builds COUNT families, one after the other. The first uses SEED for its random
 * numbers, the next SEED + 1, and so on. Prints a line for each event:
 *
 *	family SEED		a family begins
 *	task 0 PID TID CREATOR	CREATOR created the first task without flags
 *	clone BY N FLAGS CREATOR PID TID	task BY, with pid CREATOR, created task N
 *	unshare BY FLAGS	task BY called unshare(2)
 *	setns BY FLAG N		task BY joined a namespace of task N
 *	setresuid BY UID	task BY alone set its real, effective and saved uid
 *	setfsuid BY UID		task BY alone set its fsuid
 *	subreaper BY		the process of task BY adopts orphans from now on
 *	trace BY N		task BY traces task N and has stopped it
 *	stop BY			SIGSTOP stopped the process of task BY
 *	exec BY PID TID		task BY called execve(2), and has these ids now
 *	end BY			task BY ended, by itself or by the exec of a thread
 *	refused ACTION BY ERRNO	the kernel refused the action
 *	ready			the family is complete, and waits for a line of input
 *
 * FLAGS are in hex. In each family, tasks are numbered from 0. No task reaps its
 * children, so a process that ends remains as a zombie.
 *
 * Each task reads its steps from its own pipe, and writes its answers to a pipe that
 * all share. The first process waits for each answer, so only one task acts at a time.
 * Therefore tasks can share the data of the C library, which does not know of them.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_TASKS	14
#define STEPS		40
#define STACK_SIZE	(64 * 1024)

/* File descriptors, the same in every task, also after exec(2). */
#define ANSWERS		99
#define FIRST_PIPE	100

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

#define THREAD	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
		 CLONE_SYSVSEM)

enum action { CLONE, UNSHARE, SETNS, SETRESUID, SETFSUID, SUBREAPER, TRACE, STOP,
	      EXEC, END, ACTIONS };

static const struct {
	const char *name;
	int weight;
} actions[ACTIONS] = {
	[CLONE] = { "clone", 14 },
	[UNSHARE] = { "unshare", 5 },
	[SETNS] = { "setns", 4 },
	[SETRESUID] = { "setresuid", 2 },
	[SETFSUID] = { "setfsuid", 1 },
	[SUBREAPER] = { "subreaper", 2 },
	[TRACE] = { "trace", 1 },
	[STOP] = { "stop", 1 },
	[EXEC] = { "exec", 3 },
	[END] = { "end", 3 },
};

/* Threads and plain forks are the most frequent. */
static const int clone_flags[] = {
	0, 0, 0, THREAD, THREAD, THREAD, CLONE_VM, CLONE_VM | CLONE_VFORK,
	CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND, CLONE_FILES,
	CLONE_PARENT, CLONE_NEWUTS, CLONE_NEWNET, CLONE_NEWPID,
};

static const int unshare_flags[] = {
	CLONE_FS, CLONE_FILES, CLONE_SYSVSEM, CLONE_NEWUTS, CLONE_NEWIPC,
	CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWCGROUP,
};

static const struct {
	int flag;
	const char *name;
} namespaces[] = {
	{ CLONE_NEWUTS, "uts" }, { CLONE_NEWIPC, "ipc" }, { CLONE_NEWNET, "net" },
	{ CLONE_NEWPID, "pid" }, { CLONE_NEWCGROUP, "cgroup" },
};

struct step {
	enum action action;
	int by;
	int other;	/* number of the new, joined or traced task */
	int flags;	/* or user id */
	char path[64];	/* of the namespace that setns(2) joins */
	pid_t tid;	/* of the task to trace */
};

struct answer {
	int error;
	pid_t pid;
	pid_t tid;
	pid_t inner;	/* what getpid(2) returns */
};

/* What the first process knows about each task. */
struct member {
	bool alive;
	bool init;	/* of a pid namespace: its end kills all tasks there */
	bool stopped;
	pid_t pid;
	pid_t tid;
	int vfork;	/* the child that it waits for, or -1 */
	int tracer;	/* or -1 */
};

static struct member members[MOST_TASKS];
static int count;
static int pipes[MOST_TASKS];	/* the ends that the first process writes to */
static int answers;
static char *stacks;

static void must(bool good, const char *what)
{
	if (!good)
		err(1, "%s", what);
}

static int draw(int limit)
{
	return (int)(random() % limit);
}

/* Tasks */

static void answer(int error)
{
	struct answer answer = {
		.error = error, .inner = (pid_t)syscall(SYS_getpid),
	};
	char link[64] = "";

	/* /proc belongs to the pid namespace of the first process. */
	if (readlink("/proc/thread-self", link, sizeof(link) - 1) < 0 ||
	    sscanf(link, "%d/task/%d", &answer.pid, &answer.tid) != 2)
		_exit(1);
	if (write(ANSWERS, &answer, sizeof(answer)) != sizeof(answer))
		_exit(1);
}

static int live(void *number);

static int join(const char *path, int flag)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result = fd < 0 ? -1 : setns(fd, flag), error = errno;

	close(fd);
	errno = error;
	return result;
}

static int trace(pid_t tid)
{
	if (ptrace(PTRACE_SEIZE, tid, 0, 0) ||
	    ptrace(PTRACE_INTERRUPT, tid, 0, 0))
		return -1;
	return waitpid(tid, NULL, __WALL) == tid ? 0 : -1;
}

static int change_fsuid(int uid)
{
	setfsuid((uid_t)uid);
	errno = EPERM;
	return setfsuid((uid_t)-1) == uid ? 0 : -1;
}

static int become(int number)
{
	char argument[16];

	snprintf(argument, sizeof(argument), "%d", number);
	return execl("/proc/self/exe", "family", argument, NULL);
}

/* System calls, because functions of the C library would change all threads. */
static int act(const struct step *step)
{
	switch (step->action) {
	case CLONE:
		return clone(live, stacks + (step->other + 1) * STACK_SIZE,
			     step->flags | SIGCHLD, (void *)(intptr_t)step->other);
	case UNSHARE:
		return unshare(step->flags);
	case SETNS:
		return join(step->path, step->flags);
	case SETRESUID:
		return (int)syscall(SYS_setresuid, step->flags, step->flags,
				    step->flags);
	case SETFSUID:
		return change_fsuid(step->flags);
	case SUBREAPER:
		return prctl(PR_SET_CHILD_SUBREAPER, 1);
	case TRACE:
		return trace(step->tid);
	case EXEC:
		return become(step->by);
	default:
		return 0;
	}
}

static int live(void *number)
{
	int fd = FIRST_PIPE + (int)(intptr_t)number;
	struct step step;
	ssize_t got;

	answer(0);
	while ((got = syscall(SYS_read, fd, &step, sizeof(step)))) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got != sizeof(step))
			break;
		if (act(&step) < 0)
			answer(errno);
		else if (step.action != CLONE)
			answer(0);
		if (step.action == END)
			break;
	}
	syscall(SYS_exit, 0);
	return 0;
}

/* The first process */

static struct answer get_answer(void)
{
	struct answer answer;

	if (read(answers, &answer, sizeof(answer)) != sizeof(answer))
		errx(1, "a task died");
	return answer;
}

/* Return the state of a task as a letter, or 0 if the task does not exist. */
static char state_of(const struct member *member)
{
	char path[64], line[512], *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", member->pid,
		 member->tid);
	file = fopen(path, "re");
	end = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	if (file)
		fclose(file);
	return end ? end[2] : 0;
}

static void await(const struct member *member, const char *states)
{
	while (!strchr(states, state_of(member)))
		sched_yield();
}

static bool able(const struct member *member)
{
	return member->alive && !member->stopped && member->vfork < 0 &&
	       member->tracer < 0;
}

/* Tasks no longer wait for @number in vfork(2) or, if it has ended, as its tracees. */
static void release(int number, bool ended)
{
	for (int i = 0; i < count; i++) {
		if (members[i].vfork == number)
			members[i].vfork = -1;
		if (ended && members[i].tracer == number)
			members[i].tracer = -1;
	}
}

static void bury(int number)
{
	members[number].alive = false;
	release(number, true);
	printf("end %d\n", number);
}

static void add(const struct answer *answer)
{
	members[count++] = (struct member){
		.alive = true, .init = answer->inner == 1, .pid = answer->pid,
		.tid = answer->tid, .vfork = -1, .tracer = -1,
	};
}

/* An exec ends all other threads, and the caller gets the ids of the leader. */
static void log_exec(int by, const struct answer *answer)
{
	pid_t pid = members[by].pid;

	for (int i = 0; i < count; i++)
		if (i != by && members[i].alive && members[i].pid == pid)
			bury(i);
	members[by].tid = answer->tid;
	release(by, false);
	printf("exec %d %d %d\n", by, answer->pid, answer->tid);
}

static void stop(int by)
{
	pid_t pid = members[by].pid;

	must(!kill(pid, SIGSTOP), "kill");
	for (int i = 0; i < count; i++) {
		if (!members[i].alive || members[i].pid != pid)
			continue;
		await(&members[i], "T");
		members[i].stopped = true;
	}
	printf("stop %d\n", by);
}

static void log_step(const struct step *step, const struct answer *answer)
{
	struct member *member = &members[step->by];

	switch (step->action) {
	case CLONE:
		printf("clone %d %d %x %d %d %d\n", step->by, step->other,
		       step->flags, member->tid, answer->pid, answer->tid);
		if (step->flags & CLONE_VFORK)
			member->vfork = step->other;
		add(answer);
		break;
	case UNSHARE:
		printf("unshare %d %x\n", step->by, step->flags);
		break;
	case SETNS:
		printf("setns %d %x %d\n", step->by, step->flags, step->other);
		break;
	case SETRESUID:
	case SETFSUID:
		printf("%s %d %d\n", actions[step->action].name, step->by,
		       step->flags);
		break;
	case TRACE:
		printf("trace %d %d\n", step->by, step->other);
		members[step->other].tracer = step->by;
		break;
	case EXEC:
		log_exec(step->by, answer);
		break;
	case END:
		await(member, "Z");
		bury(step->by);
		break;
	default:
		printf("%s %d\n", actions[step->action].name, step->by);
	}
}

static enum action draw_action(void)
{
	int sum = 0, drawn;

	for (int i = 0; i < ACTIONS; i++)
		sum += actions[i].weight;
	drawn = draw(sum);
	for (int i = 0; i < ACTIONS; i++) {
		drawn -= actions[i].weight;
		if (drawn < 0)
			return i;
	}
	return CLONE;
}

/* Draw a task that can act and does not belong to process @pid; -1: there is none. */
static int draw_member(pid_t pid)
{
	int from = draw(count);

	for (int i = 0; i < count; i++) {
		int number = (from + i) % count;

		if (able(&members[number]) && members[number].pid != pid)
			return number;
	}
	return -1;
}

static int able_members(void)
{
	int able_ones = 0;

	for (int i = 0; i < count; i++)
		able_ones += able(&members[i]);
	return able_ones;
}

static void draw_namespace(struct step *step)
{
	int kind = draw(sizeof(namespaces) / sizeof(*namespaces));
	const struct member *of = &members[step->other];

	step->flags = namespaces[kind].flag;
	snprintf(step->path, sizeof(step->path), "/proc/%d/task/%d/ns/%s",
		 of->pid, of->tid, namespaces[kind].name);
}

/*
 * Whether all threads of a process can act. An exec(2) waits until the tracer of
 * another thread has reaped it, and a thread in vfork(2) can keep SIGSTOP.
 */
static bool all_able(pid_t pid)
{
	for (int i = 0; i < count; i++)
		if (members[i].alive && members[i].pid == pid &&
		    !able(&members[i]))
			return false;
	return true;
}

/*
 * Draw a step. Return false if it is not possible. The same seed yields the same steps,
 * as long as the kernel behaves the same.
 */
static bool draw_step(struct step *step)
{
	*step = (struct step){ .action = draw_action(), .by = draw_member(0) };
	switch (step->action) {
	case CLONE:
		step->other = count;
		step->flags = clone_flags[draw(sizeof(clone_flags) / sizeof(int))];
		return count < MOST_TASKS;
	case UNSHARE:
		step->flags = unshare_flags[draw(sizeof(unshare_flags) /
						 sizeof(int))];
		return true;
	case SETRESUID:
	case SETFSUID:
		step->flags = 1000 + draw(3);
		return true;
	case SETNS:
	case TRACE:
		step->other = draw_member(members[step->by].pid);
		if (step->other < 0)
			return false;
		if (step->action == SETNS)
			draw_namespace(step);
		step->tid = members[step->other].tid;
		return step->action == SETNS || able_members() > 2;
	case STOP:
	case EXEC:
		return able_members() > 2 && all_able(members[step->by].pid);
	case END:
		return able_members() > 2 && !members[step->by].init;
	default:
		return true;
	}
}

static void do_step(const struct step *step)
{
	struct answer answer;

	if (step->action == STOP) {
		stop(step->by);
		return;
	}
	must(write(pipes[step->by], step, sizeof(*step)) == sizeof(*step),
	     "write");
	answer = get_answer();
	if (answer.error)
		printf("refused %s %d %d\n", actions[step->action].name, step->by,
		       answer.error);
	else
		log_step(step, &answer);
}

static void move(int from, int to)
{
	must(dup2(from, to) == to, "dup2");
	close(from);
}

/* The other tasks must not inherit the files of the first process. */
static int live_first(void *number)
{
	for (int i = 0; i < MOST_TASKS; i++)
		close(pipes[i]);
	close(answers);
	return live(number);
}

/* Create the first task, the ancestor of the others. */
static void begin(void)
{
	struct answer first;
	int ends[2];

	must(!pipe2(ends, O_CLOEXEC), "pipe");
	answers = ends[0];
	move(ends[1], ANSWERS);
	for (int i = 0; i < MOST_TASKS; i++) {
		must(!pipe2(ends, O_CLOEXEC), "pipe");
		move(ends[0], FIRST_PIPE + i);
		pipes[i] = ends[1];
	}
	must(!fflush(stdout), "standard output");
	/* fork() of the C library would add flags. */
	must(clone(live_first, stacks + STACK_SIZE, SIGCHLD, NULL) >= 0, "clone");
	close(ANSWERS);
	for (int i = 0; i < MOST_TASKS; i++)
		close(FIRST_PIPE + i);
	first = get_answer();
	printf("task 0 %d %d %d\n", first.pid, first.tid, getpid());
	add(&first);
}

/* No task has been reaped, so no pid has been reused. */
static void finish(void)
{
	for (int i = 0; i < count; i++)
		if (members[i].alive)
			kill(members[i].pid, SIGKILL);
	for (int i = 0; i < MOST_TASKS; i++)
		close(pipes[i]);
	close(answers);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static bool build(unsigned int seed)
{
	struct step step;
	int c;

	srandom(seed);
	count = 0;
	printf("family %u\n", seed);
	begin();
	for (int i = 0; i < STEPS && able_members(); i++)
		if (draw_step(&step))
			do_step(&step);
	puts("ready");
	must(!fflush(stdout), "standard output");
	while ((c = getchar()) != '\n' && c != EOF)
		;
	finish();
	return c != EOF;
}

int main(int argc, char **argv)
{
	unsigned int seed, families;

	stacks = mmap(NULL, MOST_TASKS * STACK_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(stacks != MAP_FAILED, "mmap");
	/* After exec(2), the task continues here. */
	if (argc == 2)
		return live((void *)(intptr_t)atoi(argv[1]));
	if (argc != 3)
		errx(2, "usage: family SEED COUNT");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	seed = (unsigned int)strtoul(argv[1], NULL, 10);
	families = (unsigned int)strtoul(argv[2], NULL, 10);
	while (families-- && build(seed++))
		;
	return 0;
}
