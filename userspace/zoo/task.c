// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What every task of the zoo does: report itself, wait for the end, and use
 * resources that the kernel creates on first use.
 *
 * All tasks wait in a read from one pipe, and only the main process has its
 * other end. So they end with the main process, however it ends. Nothing relies
 * on a delay.
 *
 * A task created by a bare clone(2) with CLONE_VM shares libc's thread-local
 * memory, such as errno, with its creator. This is safe because only one task
 * of a shape acts at a time: after creating another task, a task waits in a
 * bare system call that does not use this memory.
 */
#include <err.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zoo.h"

#define LINE_SIZE	256

int hold[2];
int report_fd = -1;

struct pids own_pids(void)
{
	struct pids pids = { 0 };
	char link[64];
	ssize_t length;

	/* "PID/task/TID" in the pid namespace of this mount of /proc */
	length = readlink("/proc/thread-self", link, sizeof(link) - 1);
	if (length < 0)
		return pids;
	link[length] = '\0';
	if (sscanf(link, "%d/task/%d", &pids.pid, &pids.tid) != 2)
		return (struct pids){ 0 };
	return pids;
}

/*
 * Write @text at once: writes below PIPE_BUF are atomic, so lines of several
 * tasks do not mix. A NUL ends the report of a shape.
 */
static void write_report(const char *text, size_t length)
{
	if (write(report_fd, text, length) != (ssize_t)length)
		_exit(1);
}

void report(const struct shape *shape, const char *role, struct pids pids)
{
	char line[LINE_SIZE];

	snprintf(line, sizeof(line), "%s%s %d %d\n", shape->name, role,
		 pids.pid, pids.tid);
	write_report(line, strlen(line));
}

void report_done(void)
{
	write_report("", 1);
}

void wait_for_end(void)
{
	char byte;

	while (syscall(SYS_read, hold[0], &byte, 1) < 0 && errno == EINTR)
		;
}

void done_and_wait(void)
{
	report_done();
	wait_for_end();
}

void skip_because(const struct shape *shape, const char *format, ...)
{
	char line[LINE_SIZE], reason[LINE_SIZE / 2];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	snprintf(line, sizeof(line), "skip %s %s\n", shape->name, reason);
	write_report(line, strlen(line) + 1);
	wait_for_end();
	_exit(0);
}

void skip(const struct shape *shape, const char *call)
{
	skip_because(shape, "%s: %s", call, strerror(errno));
}

bool has_namespaces(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	return !access(path, F_OK);
}

char *map_stacks(size_t count, size_t size)
{
	char *memory = mmap(NULL, count * size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			    MAP_STACK, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "cannot allocate memory for %zu stacks", count);
	return memory;
}

char *stack_top(void)
{
	return map_stacks(1, STACK_SIZE) + STACK_SIZE;
}

/*
 * ioprio_set(2) creates an io_context on every kernel (set_task_ioprio()). Real
 * I/O does not: since 5.17 it creates one only for a queue whose scheduler
 * keeps data per task, such as bfq (ioc_find_get_icq() in block/blk-ioc.c), and
 * page cache and tmpfs have no queue.
 */
bool use_io(int class)
{
	return !syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
			class << IOPRIO_CLASS_SHIFT | (class ? 4 : 0));
}

/*
 * The undo list outlives the semaphore (exit_sem() in ipc/sem.c), so this
 * removes the semaphore at once.
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

/* Setting the same capabilities again creates a new, equal cred. */
bool renew_cred(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return !syscall(SYS_capget, &header, data) &&
	       !syscall(SYS_capset, &header, data);
}
