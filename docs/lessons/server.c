// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
// A server of three workers, and what they do to its file table. The process opens
// descriptor 3, for clients to connect to. Then each worker serves a client with the next
// free descriptor; here the clients are the devices zero, full and random.
//	server		all workers share the file table
//	server own	each worker first gets its own, with unshare(2)
//	server few	and closes what it does not need, with close_range(2)
// The process closes descriptor 3 when it reads a line.
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2
#endif

static const char *const clients[] = { "/dev/zero", "/dev/full", "/dev/random" };
static const char *how = "";
static pthread_barrier_t ready;

static void *work(void *client)
{
	int error = 0, fd;

	if (!strcmp(how, "own"))
		error = unshare(CLONE_FILES);
	else if (!strcmp(how, "few"))
		error = (int)syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_UNSHARE);
	if (error)
		err(1, "%s", how);
	fd = open(client, O_RDONLY);
	printf("worker %d %d serves %d\n", getpid(), gettid(), fd);
	fflush(stdout);
	pthread_barrier_wait(&ready);
	pause();
	return NULL;
}

int main(int argc, char **argv)
{
	int from_clients = open("/dev/null", O_RDONLY);

	if (argc > 1)
		how = argv[1];
	printf("main %d %d\n", getpid(), gettid());
	pthread_barrier_init(&ready, NULL, 2);
	for (int i = 0; i < 3; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, work, (void *)clients[i]);
		pthread_barrier_wait(&ready);
	}
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF) {
		close(from_clients);
		puts("ready");
		fflush(stdout);
	}
	return 0;
}
