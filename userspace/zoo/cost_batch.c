// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * One measurement, in a process of its own.
 *
 * That process keeps to one processor, with all that it makes: what is measured
 * is work, and not how long another processor takes to wake up. Its tasks are
 * given no huge pages, of which one more or less would be all that is seen.
 *
 * Tasks that share memory share libc's errno and more with each other; so they do
 * nothing but bare system calls. See hold.c, and for how they end, too: those
 * that are held read from a pipe of which only cost_batch() has the other end.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
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

#define WARM_UP		4	/* tasks, or times, that do not count */

/* What the process tells: a sample, or one line on why there is none. */
struct answer {
	struct cost_sample sample;
	char why[2048];
};

struct batch {
	const struct cost_way *way;
	unsigned int number;
	pid_t from;		/* whose process this is */
	int result;		/* where to tell */
	char *stacks;
	char *large;
};

/* Not through @batch, which is not in the memory of all who use them. */
static int hold_end[2], made[2], there[2], back[2];

static _Noreturn void answer(const struct batch *batch,
			     const struct answer *answer)
{
	if (write(batch->result, answer, sizeof(*answer)) != sizeof(*answer))
		_exit(1);
	_exit(0);
}

static _Noreturn void __attribute__((format(printf, 2, 3)))
give_up(const struct batch *batch, const char *format, ...)
{
	struct answer why = { 0 };
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why.why, sizeof(why.why), format, arguments);
	va_end(arguments);
	answer(batch, &why);
}

/* Number @index could not be made. */
static _Noreturn void no_task(const struct batch *batch, unsigned int index)
{
	const char *why = strerror(errno);

	give_up(batch,
		"%s: task %u of %u could not be made: %s; what limits tasks: %s; -n takes fewer",
		batch->way->name, index + 1, batch->number, why, cost_limits());
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void use_one_processor(const struct batch *batch)
{
	int here = sched_getcpu();
	size_t size = CPU_ALLOC_SIZE((size_t)here + 1);
	cpu_set_t *set = here < 0 ? NULL : CPU_ALLOC((size_t)here + 1);

	if (!set)
		give_up(batch, "sched_getcpu: %s", strerror(errno));
	CPU_ZERO_S(size, set);
	CPU_SET_S((size_t)here, size, set);
	if (sched_setaffinity(0, size, set))
		give_up(batch, "sched_setaffinity: %s", strerror(errno));
	CPU_FREE(set);
}

/* The stack of task @index; of a copy of this process all have the same one. */
static char *stack_of(const struct batch *batch, unsigned int index)
{
	size_t size = cost_stack_size(batch->way);

	return batch->stacks + (size ? (index + 1) * size : STACK_SIZE);
}

static void make_stacks(struct batch *batch, unsigned int count)
{
	size_t size = cost_stack_size(batch->way);

	batch->stacks = mmap(NULL, size ? count * size : STACK_SIZE,
			     PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			     MAP_STACK, -1, 0);
	if (batch->stacks == MAP_FAILED)
		give_up(batch, "no memory for %u stacks: %s", count,
			strerror(errno));
}

static void touch_memory(struct batch *batch)
{
	size_t size = (size_t)COST_LARGE_MIB << 20;

	batch->large = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (batch->large == MAP_FAILED)
		give_up(batch, "no memory for a parent of %d MiB: %s",
			COST_LARGE_MIB, strerror(errno));
	memset(batch->large, 1, size);
}

static int end_at_once(void *data)
{
	(void)data;
	return 0;
}

static void make_and_await(const struct batch *batch, unsigned int count)
{
	struct cost_task task = { .run = end_at_once };

	for (unsigned int i = 0; i < count; i++) {
		if (!cost_make(batch->way, &task, stack_of(batch, 0)))
			no_task(batch, i);
		cost_await(batch->way, &task);
	}
}

static struct cost_sample measure_creation(struct batch *batch)
{
	double start;

	make_stacks(batch, 1);
	make_and_await(batch, WARM_UP);
	start = now();
	make_and_await(batch, batch->number);
	return (struct cost_sample){ { (now() - start) / batch->number } };
}

static struct cost_sample measure_large(struct batch *batch)
{
	touch_memory(batch);
	return measure_creation(batch);
}

/* Not read(2) of libc, which looks whether its thread is to be cancelled. */
static bool get_byte(const int pipe[2], char *byte)
{
	return syscall(SYS_read, pipe[0], byte, 1) == 1;
}

static bool put_byte(const int pipe[2], char byte)
{
	return syscall(SYS_write, pipe[1], &byte, 1) == 1;
}

/* Where the pipes are copied, their other ends tell nothing. */
static void die_with_parent(void)
{
	syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

#define LAST	'.'

static int send_back(void *data)
{
	char byte;

	(void)data;
	die_with_parent();
	do {
		if (!get_byte(there, &byte) || !put_byte(back, byte))
			return 1;
	} while (byte != LAST);
	return 0;
}

static void send(const struct batch *batch, unsigned int count, char byte)
{
	for (; count; count--)
		if (!put_byte(there, byte) || !get_byte(back, &byte))
			give_up(batch, "a task of the measurement ended");
}

/* There and back are two switches, as both are on one processor. */
static struct cost_sample measure_switch(struct batch *batch)
{
	struct cost_task task = { .run = send_back };
	double start, end;

	if (pipe(there) || pipe(back))
		give_up(batch, "pipe: %s", strerror(errno));
	make_stacks(batch, 1);
	if (!cost_make(batch->way, &task, stack_of(batch, 0)))
		no_task(batch, 0);
	send(batch, WARM_UP, ' ');
	start = now();
	send(batch, batch->number, ' ');
	end = now();
	send(batch, 1, LAST);
	cost_await(batch->way, &task);
	return (struct cost_sample){ { (end - start) / 2 / batch->number } };
}

static int wait_for_hold_end(void *data)
{
	char byte;

	(void)data;
	put_byte(made, '.');
	get_byte(hold_end, &byte);
	return 0;
}

static void await_all_made(const struct batch *batch)
{
	char byte;

	for (unsigned int i = 0; i < batch->number; i++)
		if (!get_byte(made, &byte))
			give_up(batch, "a task of the measurement ended");
}

static struct cost_memories memory_or_give_up(const struct batch *batch,
					      bool (*look)(struct cost_memories *))
{
	struct cost_memories memories;

	if (!look(&memories))
		give_up(batch, "/proc/meminfo does not tell what the kernel uses");
	return memories;
}

/* Nobody waits for these tasks here: cost_batch() does, when we have ended. */
static struct cost_sample measure_memory(struct batch *batch)
{
	struct cost_task *tasks = calloc(batch->number, sizeof(*tasks));
	struct cost_memories before, after;
	struct cost_sample sample;

	if (!tasks || pipe(made))
		give_up(batch, "no memory for %u tasks", batch->number);
	for (unsigned int i = 0; i < batch->number; i++)
		tasks[i].run = wait_for_hold_end;
	make_stacks(batch, batch->number);
	before = memory_or_give_up(batch, cost_settled_memory);
	for (unsigned int i = 0; i < batch->number; i++)
		if (!cost_make(batch->way, &tasks[i], stack_of(batch, i)))
			no_task(batch, i);
	await_all_made(batch);
	after = memory_or_give_up(batch, cost_memory);
	for (int i = 0; i < COST_MEMORIES; i++)
		sample.values[i] = (after.kib[i] - before.kib[i]) /
				   batch->number;
	return sample;
}

static struct cost_sample (*const measures[])(struct batch *batch) = {
	[BATCH_SMALL] = measure_creation,
	[BATCH_LARGE] = measure_large,
	[BATCH_SWITCH] = measure_switch,
	[BATCH_HOLD] = measure_memory,
};

static _Noreturn void run(enum cost_batch kind, struct batch *batch)
{
	struct answer told = { 0 };

	close(hold_end[1]);
	die_with_parent();
	/* It may have died before. */
	if (getppid() != batch->from)
		_exit(1);
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	use_one_processor(batch);
	told.sample = measures[kind](batch);
	answer(batch, &told);
}

static bool interrupted(pid_t pid)
{
	return pid < 0 && errno == EINTR;
}

/*
 * Not before the process has ended, which is then for sure: its tasks may have
 * copies of the pipe, and whoever waited for its end would wait for them.
 */
static bool hear(pid_t pid, const int result[2], struct answer *told)
{
	while (interrupted(waitpid(pid, NULL, 0)))
		;
	return read(result[0], told, sizeof(*told)) == sizeof(*told);
}

/* Its tasks that did not end with it have become our children. */
static void end_all(void)
{
	pid_t pid;

	close(hold_end[1]);
	do {
		pid = waitpid(-1, NULL, __WALL);
	} while (pid > 0 || interrupted(pid));
	close(hold_end[0]);
}

bool cost_batch_makes_sense(enum cost_batch batch, const struct cost_way *way)
{
	return !(way->flags & CLONE_VFORK) || batch == BATCH_SMALL ||
	       batch == BATCH_LARGE;
}

struct cost_sample cost_batch(enum cost_batch kind,
			      const struct cost_way *way, unsigned int number)
{
	struct batch batch = { .way = way, .number = number, .from = getpid() };
	struct answer told = { 0 };
	int result[2];
	const char *why;
	bool heard;
	pid_t pid;

	if (pipe2(hold_end, O_CLOEXEC) ||
	    pipe2(result, O_CLOEXEC | O_NONBLOCK))
		err(1, "pipe");
	batch.result = result[1];
	pid = fork();
	why = strerror(errno);
	if (pid < 0)
		errx(1, "no process could be made: %s; what limits tasks: %s",
		     why, cost_limits());
	if (!pid)
		run(kind, &batch);
	heard = hear(pid, result, &told);
	close(result[0]);
	close(result[1]);
	end_all();
	if (!heard)
		errx(1, "%s: the measurement was killed, perhaps for lack of memory",
		     way->name);
	if (*told.why)
		errx(1, "%s", told.why);
	return told.sample;
}
