// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Workers of io_uring: threads that the kernel creates inside a process.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zoo.h"

/*
 * Submit a splice(2) that io_uring must pass to a worker. The worker stays in
 * it until the end. (For a read from a pipe it would poll and become idle.)
 * With renew_cred the request keeps the current credentials, and the process
 * then gets new ones.
 */
static void submit_splice(const struct shape *shape)
{
	struct io_uring_params params = { 0 };
	unsigned int *tail, *array;
	struct io_uring_sqe *sqe;
	long fd, other = 0;
	int sink[2];
	char *ring;

	if (pipe(sink))
		skip(shape, "pipe");
	fd = syscall(SYS_io_uring_setup, 1, &params);
	if (fd < 0)
		skip(shape, "io_uring_setup");
	if (shape->renew_cred) {
		other = syscall(SYS_io_uring_register, fd,
				IORING_REGISTER_PERSONALITY, NULL, 0);
		if (other < 0)
			skip(shape, "io_uring_register");
		if (!renew_cred())
			skip(shape, "capset");
	}
	ring = mmap(NULL, params.sq_off.array + sizeof(unsigned int),
		    PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd,
		    IORING_OFF_SQ_RING);
	sqe = mmap(NULL, sizeof(*sqe), PROT_READ | PROT_WRITE, MAP_SHARED,
		   (int)fd, IORING_OFF_SQES);
	if (ring == MAP_FAILED || sqe == MAP_FAILED)
		skip(shape, "mmap of the io_uring");
	sqe->opcode = IORING_OP_SPLICE;
	sqe->flags = IOSQE_ASYNC;
	sqe->splice_fd_in = hold[0];
	sqe->splice_off_in = (__u64)-1;
	sqe->fd = sink[1];
	sqe->off = (__u64)-1;
	sqe->len = 1;
	sqe->personality = (__u16)other;
	array = (unsigned int *)(void *)(ring + params.sq_off.array);
	array[0] = 0;
	tail = (unsigned int *)(void *)(ring + params.sq_off.tail);
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 0, 0, NULL, 0) != 1)
		skip(shape, "io_uring_enter");
}

/* The tid of the worker, or 0. Before 5.12 it is a kernel thread elsewhere. */
static pid_t worker_of(pid_t self)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	pid_t found = 0;

	if (!tasks)
		return 0;
	while ((entry = readdir(tasks))) {
		pid_t tid = atoi(entry->d_name);

		if (tid > 0 && tid != self)
			found = tid;
	}
	closedir(tasks);
	return found;
}

void make_worker(const struct shape *shape)
{
	struct pids worker = own_pids();

	if (!use_io(IOPRIO_CLASS_BE))
		skip(shape, "ioprio_set");
	submit_splice(shape);
	report(shape, "-parent", worker);
	worker.tid = worker_of(worker.pid);
	if (!worker.tid)
		skip_because(shape, "io_uring has no worker in this process");
	report(shape, "", worker);
	done_and_wait();
}
