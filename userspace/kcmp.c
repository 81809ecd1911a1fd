// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kcmp.h"

/* The type that kcmp(2) calls @resource by, or -1. */
static int type_of(enum taskmap_resource resource)
{
	switch (resource) {
	case TASKMAP_MM:
		return KCMP_VM;
	case TASKMAP_FILES:
		return KCMP_FILES;
	case TASKMAP_FS:
		return KCMP_FS;
	case TASKMAP_SIGHAND:
		return KCMP_SIGHAND;
	case TASKMAP_IO:
		return KCMP_IO;
	case TASKMAP_SYSVSEM:
		return KCMP_SYSVSEM;
	default:
		return -1;
	}
}

bool kcmp_knows(enum taskmap_resource resource)
{
	return type_of(resource) >= 0;
}

int kcmp_same(int one, int other, enum taskmap_resource resource)
{
	long order;

	/* It waits for a task that is in the middle of an exec. */
	do
		order = syscall(SYS_kcmp, one, other, type_of(resource), 0, 0);
	while (order < 0 && errno == EINTR);
	return order < 0 ? -errno : !order;
}

int kcmp_probe(void)
{
	int self = getpid();
	int same = kcmp_same(self, self, TASKMAP_MM);

	return same < 0 ? same : 0;
}

int kcmp_nobody(void)
{
	siginfo_t info;
	int pid, reason;

	/* Where this is ignored the dead do not wait for their parents. */
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(0);
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT)) {
		reason = errno;
		if (reason != EINTR)
			return -reason;
	}
	return pid;
}

void kcmp_nobody_free(int nobody)
{
	while (waitpid(nobody, NULL, 0) < 0 && errno == EINTR)
		;
}
