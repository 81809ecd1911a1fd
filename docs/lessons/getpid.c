// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
// Three threads of one process, which print what getpid() and gettid() return.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_barrier_t told;

static void tell(const char *name)
{
	printf("%s %d %d\n", name, getpid(), gettid());
	fflush(stdout);
}

static void *work(void *unused)
{
	tell("thread");
	pthread_barrier_wait(&told);
	pause();
	return unused;
}

int main(void)
{
	pthread_t thread;

	pthread_barrier_init(&told, NULL, 2);
	tell("main");
	for (int i = 0; i < 2; i++) {
		pthread_create(&thread, NULL, work, NULL);
		pthread_barrier_wait(&told);
	}
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
