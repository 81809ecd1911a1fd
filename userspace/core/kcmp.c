// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* Compares what two tasks hold by kcmp(2), in the kernel itself. */
#include <errno.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/proc.h"

/* The type of a resource in kcmp(2), plus one; 0 if it has none. */
static const int types[TASKMAP_RESOURCES] = {
	[TASKMAP_MM]		= 1 + KCMP_VM,
	[TASKMAP_FILES]		= 1 + KCMP_FILES,
	[TASKMAP_FS]		= 1 + KCMP_FS,
	[TASKMAP_SIGHAND]	= 1 + KCMP_SIGHAND,
	[TASKMAP_IO]		= 1 + KCMP_IO,
	[TASKMAP_SYSVSEM]	= 1 + KCMP_SYSVSEM,
};

bool kcmp_knows(enum taskmap_resource resource)
{
	return types[resource];
}

int kcmp_order(int one, int other, enum taskmap_resource resource)
{
	long order;

	/*
	 * kcmp(2) waits for a task that is executing exec(2), and a signal ends
	 * the wait.
	 */
	do
		order = syscall(SYS_kcmp, one, other, types[resource] - 1, 0,
				0);
	while (order < 0 && errno == EINTR);
	return order < 0 ? -errno : (int)order;
}

int kcmp_same(int one, int other, enum taskmap_resource resource)
{
	int order = kcmp_order(one, other, resource);

	return order < 0 ? order : !order;
}

int kcmp_probe(void)
{
	int same = kcmp_same(getpid(), getpid(), TASKMAP_MM);

	return same < 0 ? same : 0;
}

int kcmp_zombie(void)
{
	siginfo_t info;
	int pid;

	/* If SIGCHLD is ignored, children do not become zombies. */
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid < 0)
		return -errno;
	while (!pid)
		syscall(SYS_exit, 0);
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT)) {
		if (errno != EINTR)
			return -errno;
	}
	return pid;
}

void kcmp_zombie_free(int zombie)
{
	while (waitpid(zombie, NULL, 0) < 0 && errno == EINTR)
		;
}
