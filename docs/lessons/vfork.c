// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
// Does the parent see a variable that the child changed?
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int variable = 1;

int main(int argc, char **argv)
{
	pid_t child = argc > 1 && !strcmp(argv[1], "vfork") ? vfork() : fork();

	if (!child) {
		variable = 2;
		_exit(0);
	}
	waitpid(child, NULL, 0);
	printf("the variable is %d\n", variable);
	return 0;
}
