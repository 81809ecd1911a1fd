// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
// Creates a task with the given flags of clone(2), and prints which of the new
// task's changes the old one sees.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTOR 99

static const struct {
	const char *name;
	int flag;
} flags[] = {
	{ "vm", CLONE_VM },		{ "fs", CLONE_FS },
	{ "files", CLONE_FILES },	{ "sighand", CLONE_SIGHAND },
	{ "thread", CLONE_THREAD },
};

static char stack[65536] __attribute__((aligned(16)));
static volatile int variable;
static int done[2];

static int deeds(void *unused)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	variable = 1;			/* in memory */
	umask(0123);			/* in the fs, with root and working directory */
	dup2(STDIN_FILENO, DESCRIPTOR);	/* in the file table */
	sigaction(SIGUSR1, &ignore, unused);	/* among the signal handlers */
	write(done[1], "", 1);
	return syscall(SYS_exit, 0);
}

static const char *seen(int yes)
{
	return yes ? "seen" : "-";
}

int main(int argc, char **argv)
{
	struct sigaction handler;
	int wanted = 0;
	char byte;

	for (int i = 1; i < argc; i++)
		for (size_t j = 0; j < sizeof(flags) / sizeof(*flags); j++)
			if (!strcmp(argv[i], flags[j].name))
				wanted |= flags[j].flag;
	pipe(done);
	umask(0);
	if (clone(deeds, stack + sizeof(stack), wanted | SIGCHLD, NULL) < 0) {
		printf("clone: %s\n", strerror(errno));
		return 1;
	}
	read(done[0], &byte, 1);
	sigaction(SIGUSR1, NULL, &handler);
	printf("memory %-5s files %-5s umask %-5s handler %s\n",
	       seen(variable == 1), seen(fcntl(DESCRIPTOR, F_GETFD) >= 0),
	       seen(umask(0) == 0123), seen(handler.sa_handler == SIG_IGN));
	return 0;
}
