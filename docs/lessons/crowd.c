// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
// Creates many tasks that wait: "crowd fork 200" or "crowd pthread 200".
#include <err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t made[10000];
static int processes;

static void *wait_for_end(void *unused)
{
	pause();
	return unused;
}

static void make_process(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		/* End with the parent, however it ends. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		wait_for_end(NULL);
	}
	made[processes++] = pid;
}

static void make_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, wait_for_end, NULL))
		errx(1, "pthread_create");
}

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[2]) : 0;

	for (int i = 0; i < count && i < 10000; i++) {
		if (!strcmp(argv[1], "fork"))
			make_process();
		else
			make_thread();
	}
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	while (processes--) {
		kill(made[processes], SIGKILL);
		waitpid(made[processes], NULL, 0);
	}
	return 0;
}
