// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Runs a whole process and discards its output.
 */
#include <err.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

static void become(char **argv)
{
	int nothing = open("/dev/null", O_RDWR);

	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
	    dup2(nothing, STDOUT_FILENO) < 0)
		err(1, "/dev/null");
	execvp(argv[0], argv);
	err(1, "%s", argv[0]);
}

void run_command(char **argv, struct work *work)
{
	struct rusage usage;
	pid_t child = fork();
	int status;

	if (child < 0)
		err(1, "fork");
	if (!child)
		become(argv);
	if (wait4(child, &status, 0, &usage) != child || status)
		errx(1, "%s failed", argv[0]);
	work->peak_kib = usage.ru_maxrss;
}
