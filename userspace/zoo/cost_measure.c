// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The ways to create a task, and one measurement in its own process.
 *
 * All ways except the last call clone(2) directly, because fork(2) and vfork(2)
 * create the same tasks. They differ only in their flags; only the last
 * includes the work of libc.
 *
 * The process and all its tasks stay on one CPU, so that the times do not
 * include the wakeup of another CPU. Huge pages are off, because one huge page
 * more or less would hide everything else.
 *
 * Tasks that share memory also share libc's errno and other data, so they only
 * make bare system calls; see task.c. As there, held tasks read from a pipe
 * until it ends, and only cost_measure() has its other end.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cost.h"
#include "zoo.h"

#define WARM_UP		4	/* tasks or switches before the clock starts */

const struct cost_way cost_ways[COST_WAYS] = {
	{ "fork",	0, false },
	{ "vfork",	CLONE_VM | CLONE_VFORK, false },
	{ "clone vm",	CLONE_VM, false },
	{ "+fs",	CLONE_VM | CLONE_FS, false },
	{ "+files",	CLONE_VM | CLONE_FS | CLONE_FILES, false },
	{ "+sighand",	CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND,
	  false },
	{ "+thread",	CLONE_POSIX_THREAD & ~CLONE_SYSVSEM, false },
	{ "+sysvsem",	CLONE_POSIX_THREAD, false },
	{ "pthread",	CLONE_POSIX_THREAD, true },
};

bool cost_applies(enum cost_column column, const struct cost_way *way)
{
	return column < COST_SWITCH || !(way->flags & CLONE_VFORK);
}

struct batch {
	const struct cost_way *way;
	unsigned int number;
	char *stacks;
};

/* A task. The struct must not move until the task has ended. */
struct task {
	pid_t tid;		/* the kernel clears it when a thread ends */
	pthread_t thread;
	int (*run)(void *unused);
};

/* Pipes. Global, so that tasks that do not share memory find them too. */
static int hold_end[2], made[2], there[2], back[2];

/* Task @index could not be created: end the program. */
static _Noreturn void no_task(const struct batch *batch, unsigned int index)
{
	const char *why = strerror(errno);

	errx(1, "%s: cannot create task %u of %u: %s; limits: %s; use -n for fewer tasks",
	     batch->way->name, index + 1, batch->number, why, cost_limits());
}

static void *run_thread(void *argument)
{
	struct task *task = argument;

	task->run(NULL);
	return NULL;
}

/* Tasks that share memory need a stack each; the others copy the same one. */
static void make_stacks(struct batch *batch, unsigned int count)
{
	batch->stacks = map_stacks(batch->way->flags & CLONE_VM ? count : 1,
				   STACK_SIZE);
}

static char *top_of_stack(const struct batch *batch, unsigned int index)
{
	return batch->stacks +
	       (batch->way->flags & CLONE_VM ? index + 1 : 1) * STACK_SIZE;
}

/* Create a task that runs @task->run on stack @index. Sets errno on error. */
static bool start(const struct batch *batch, struct task *task,
		  unsigned int index)
{
	char *top = top_of_stack(batch, index);
	int flags = (int)batch->way->flags;

	if (batch->way->by_libc) {
		errno = pthread_create(&task->thread, NULL, run_thread, task);
		return !errno;
	}
	if (!(flags & CLONE_THREAD)) {
		task->tid = clone(task->run, top, flags | SIGCHLD, NULL);
		return task->tid >= 0;
	}
	/* wait(2) does not find threads, so the kernel is to clear the tid. */
	flags |= CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
	return clone(task->run, top, flags, NULL, &task->tid, NULL,
		     &task->tid) >= 0;
}

/* Wait until @task has ended, and reap it. */
static void await(const struct batch *batch, struct task *task)
{
	pid_t tid;

	if (batch->way->by_libc)
		pthread_join(task->thread, NULL);
	else if (!(batch->way->flags & CLONE_THREAD))
		waitpid(task->tid, NULL, __WALL);
	else
		while ((tid = __atomic_load_n(&task->tid, __ATOMIC_ACQUIRE)))
			syscall(SYS_futex, &task->tid, FUTEX_WAIT, tid, NULL);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int end_at_once(void *unused)
{
	(void)unused;
	return 0;
}

static void create(const struct batch *batch, unsigned int count)
{
	struct task task = { .run = end_at_once };

	for (unsigned int i = 0; i < count; i++) {
		if (!start(batch, &task, 0))
			no_task(batch, i);
		await(batch, &task);
	}
}

static double measure_creation(struct batch *batch)
{
	double begin;

	make_stacks(batch, 1);
	create(batch, WARM_UP);
	begin = now();
	create(batch, batch->number);
	return (now() - begin) / batch->number;
}

/* A large process takes long to copy, so create only a tenth of the tasks. */
static double measure_large_creation(struct batch *batch)
{
	size_t size = (size_t)COST_LARGE_MIB << 20;
	char *large = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (large == MAP_FAILED)
		err(1, "cannot allocate %d MiB", COST_LARGE_MIB);
	memset(large, 1, size);
	batch->number = batch->number < 10 ? 1 : batch->number / 10;
	return measure_creation(batch);
}

/* A bare system call: libc's read() also checks for thread cancellation. */
static bool get_byte(const int pipe[2], char *byte)
{
	return syscall(SYS_read, pipe[0], byte, 1) == 1;
}

static bool put_byte(const int pipe[2], char byte)
{
	return syscall(SYS_write, pipe[1], &byte, 1) == 1;
}

/* A task with both ends of a pipe open cannot see its end. */
static void die_with_parent(void)
{
	syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

#define LAST	'.'

static int send_back(void *unused)
{
	char byte;

	(void)unused;
	die_with_parent();
	do {
		if (!get_byte(there, &byte) || !put_byte(back, byte))
			return 1;
	} while (byte != LAST);
	return 0;
}

static void send_and_get(unsigned int count, char byte)
{
	for (; count; count--)
		if (!put_byte(there, byte) || !get_byte(back, &byte))
			errx(1, "a task ended during the measurement");
}

/* A round trip is two switches, because both tasks are on one CPU. */
static double measure_switch(struct batch *batch)
{
	struct task task = { .run = send_back };
	double begin, end;

	if (pipe(there) || pipe(back))
		err(1, "pipe");
	make_stacks(batch, 1);
	if (!start(batch, &task, 0))
		no_task(batch, 0);
	send_and_get(WARM_UP, ' ');
	begin = now();
	send_and_get(batch->number, ' ');
	end = now();
	send_and_get(1, LAST);
	await(batch, &task);
	return (end - begin) / 2 / batch->number;
}

static int wait_for_hold_end(void *unused)
{
	char byte;

	(void)unused;
	put_byte(made, '.');
	get_byte(hold_end, &byte);
	return 0;
}

static void start_and_hold(const struct batch *batch, struct task *tasks)
{
	char byte;

	for (unsigned int i = 0; i < batch->number; i++)
		if (!start(batch, &tasks[i], i))
			no_task(batch, i);
	for (unsigned int i = 0; i < batch->number; i++)
		if (!get_byte(made, &byte))
			errx(1, "a task ended during the measurement");
}

/* The tasks outlive this process. cost_measure() ends them and waits. */
static void measure_memory(struct batch *batch, struct cost_sample *sample)
{
	struct task *tasks = calloc(batch->number, sizeof(*tasks));
	struct cost_sample before, after;

	if (!tasks || pipe(made))
		errx(1, "cannot allocate memory for %u tasks", batch->number);
	for (unsigned int i = 0; i < batch->number; i++)
		tasks[i].run = wait_for_hold_end;
	make_stacks(batch, batch->number);
	if (!cost_settled_memory(&before))
		errx(1, "/proc/meminfo does not show the memory of the kernel");
	start_and_hold(batch, tasks);
	if (!cost_memory(&after))
		errx(1, "/proc/meminfo does not show the memory of the kernel");
	for (int i = COST_STACK; i <= COST_TOTAL; i++)
		sample->values[i] = (after.values[i] - before.values[i]) /
				    batch->number;
}

static void use_one_cpu(void)
{
	int here = sched_getcpu();
	size_t size = CPU_ALLOC_SIZE((size_t)here + 1);
	cpu_set_t *set = here < 0 ? NULL : CPU_ALLOC((size_t)here + 1);

	if (!set)
		err(1, "sched_getcpu");
	CPU_ZERO_S(size, set);
	CPU_SET_S((size_t)here, size, set);
	if (sched_setaffinity(0, size, set))
		err(1, "sched_setaffinity");
	CPU_FREE(set);
}

static void measure(enum cost_column column, struct batch *batch,
		    struct cost_sample *sample)
{
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	use_one_cpu();
	if (column == COST_CREATE)
		sample->values[column] = measure_creation(batch);
	else if (column == COST_CREATE_LARGE)
		sample->values[column] = measure_large_creation(batch);
	else if (column == COST_SWITCH)
		sample->values[column] = measure_switch(batch);
	else
		measure_memory(batch, sample);
}

void cost_measure(enum cost_column column, const struct cost_way *way,
		  unsigned int number, struct cost_sample *sample)
{
	struct batch batch = { .way = way, .number = number };
	pid_t parent = getpid(), child;
	const char *why;
	int status = 0;

	if (pipe2(hold_end, O_CLOEXEC))
		err(1, "pipe");
	child = fork();
	why = strerror(errno);
	if (child < 0)
		errx(1, "cannot create a process: %s; limits: %s", why,
		     cost_limits());
	if (!child) {
		close(hold_end[1]);
		die_with_parent();
		/* The parent may have died before that call. */
		if (getppid() != parent)
			_exit(1);
		measure(column, &batch, sample);
		_exit(0);
	}
	waitpid(child, &status, 0);
	close(hold_end[1]);
	/* This process has adopted the tasks that outlived the child. */
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	close(hold_end[0]);
	if (WIFSIGNALED(status))
		errx(1, "%s: the measurement was killed, possibly because memory ran out",
		     way->name);
	/* The child has already printed why it failed. */
	if (status)
		exit(1);
}
