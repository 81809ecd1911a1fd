/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * taskmap watch: the start of COMMAND. Separate from watch.h, because the file
 * includes <grp.h>, whose struct group is not the one of the model.
 */
#ifndef TASKMAP_COMMAND_WATCH_RUN_H
#define TASKMAP_COMMAND_WATCH_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "core/snapshot.h"

struct passwd;

/* A program to start. */
struct watch_run {
	char **args;		/* the program and its arguments, terminated by NULL */
	const char *name;	/* name in messages */
	/*
	 * The user who runs the program. NULL: if we are root by sudo(8), the
	 * user who called it, otherwise our own user.
	 */
	const struct passwd *account;
	const sigset_t *blocked;	/* signals to block in the program */
	bool aside;		/* its standard output goes to our standard error */
};

/**
 * watch_run() - start a program
 * @run: the program, its user and its environment
 * @error: set on failure
 *
 * If the program cannot be run, the child prints a message and exits as env(1)
 * does: with 127 if the program does not exist, and with 126 otherwise.
 *
 * Return: the pid of the child, or -1.
 */
pid_t watch_run(const struct watch_run *run, struct error *error);

#endif /* TASKMAP_COMMAND_WATCH_RUN_H */
