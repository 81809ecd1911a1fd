// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * How a task tells of itself, and how it waits for the end.
 *
 * All tasks wait in a read from one pipe, of which only main() has the other
 * end: however the zoo dies, they end too. Nothing sleeps for a while and hopes.
 *
 * Tasks that a bare clone(2) made with CLONE_VM share the thread-local memory of
 * libc, errno for one, with the task that made them. That is sound because in
 * a shape only one task ever does anything: whoever made another one waits from
 * then on, by a bare system call, in which libc looks at nothing of a thread.
 */
#include <err.h>
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zoo.h"

int hold[2];
static int report = -1;

struct task_name own_name(void)
{
	struct task_name none = { 0 }, name;
	char link[64];
	ssize_t length;

	/* "PID/task/TID", in the pid namespace of that mount of /proc. */
	length = readlink("/proc/thread-self", link, sizeof(link) - 1);
	if (length < 0)
		return none;
	link[length] = '\0';
	if (sscanf(link, "%d/task/%d", &name.pid, &name.tid) != 2)
		return none;
	return name;
}

void report_to(int fd)
{
	report = fd;
}

/* One write of less than PIPE_BUF, so that lines of many tasks do not mix. */
void tell(const char *format, ...)
{
	char line[WORDS_SIZE + 64];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (length >= (int)sizeof(line) ||
	    write(report, line, (size_t)length) != length)
		_exit(1);
}

void tell_task(const struct shape *shape, struct task_name task)
{
	tell("%s %d %d\n", shape->name, task.pid, task.tid);
}

void tell_parent(const struct shape *shape, struct task_name task)
{
	tell("%s-parent %d %d\n", shape->name, task.pid, task.tid);
}

void tell_self(const struct shape *shape)
{
	tell_task(shape, own_name());
}

void tell_self_parent(const struct shape *shape)
{
	tell_parent(shape, own_name());
}

void tell_done(void)
{
	tell("done\n");
}

void wait_for_end(void)
{
	char byte;

	while (syscall(SYS_read, hold[0], &byte, 1) < 0 && errno == EINTR)
		;
}

void done_and_wait(void)
{
	tell_done();
	wait_for_end();
}

void skip_because(const struct shape *shape, const char *reason)
{
	tell("skip %s %s\n", shape->name, reason);
	wait_for_end();
	_exit(0);
}

void skip(const struct shape *shape, const char *call)
{
	char reason[128];

	snprintf(reason, sizeof(reason), "%s: %s", call,
		 strerrordesc_np(errno));
	skip_because(shape, reason);
}

bool has_namespaces(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	return !access(path, F_OK);
}

char *stacks(size_t count, size_t size)
{
	char *memory = mmap(NULL, count * size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			    MAP_STACK, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	return memory;
}

char *stack_top(void)
{
	return stacks(1, STACK_SIZE) + STACK_SIZE;
}

pid_t fork_for(const struct shape *shape)
{
	pid_t child = fork();

	if (child < 0)
		skip(shape, "fork");
	return child;
}

/*
 * Real I/O would not do: since 5.17 only a queue whose scheduler keeps something
 * for each task, as bfq does, makes an io_context (blk_mq_sched_assign_ioc(),
 * ioc_find_get_icq() in block/blk-ioc.c), and page cache and tmpfs have no
 * queue at all. ioprio_set(2) makes one on every kernel (set_task_ioprio()).
 */
bool use_io(int class)
{
	return !syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
			class << IOPRIO_CLASS_SHIFT | (class ? 4 : 0));
}

/*
 * The list outlives the semaphore that it was made for (exit_sem() in
 * ipc/sem.c), so none is left behind.
 */
bool use_sysvsem(void)
{
	struct sembuf up = { .sem_op = 1, .sem_flg = SEM_UNDO };
	int set = semget(IPC_PRIVATE, 1, 0600);
	int result;

	if (set < 0)
		return false;
	result = semop(set, &up, 1);
	semctl(set, 0, IPC_RMID);
	return !result;
}

/* The capabilities that it has: nothing changes, but that cred is another. */
bool renew_cred(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return !syscall(SYS_capget, &header, data) &&
	       !syscall(SYS_capset, &header, data);
}
