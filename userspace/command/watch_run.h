/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * taskmap watch: how COMMAND is started. Beside <grp.h>, whose struct group is
 * another than that of the model.
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
	char **args;		/* it and its arguments, up to NULL */
	const char *name;	/* in messages */
	/*
	 * Who runs it. NULL: whoever called sudo(8), if we are root by that;
	 * otherwise whoever we are.
	 */
	const struct passwd *account;
	const sigset_t *blocked;	/* the signals that are blocked in it */
	bool aside;		/* its standard output is our standard error */
};

/**
 * watch_run() - start a program
 * @run: what and how
 * @error: set if that fails
 *
 * If it cannot be run, a child says so and exits as env(1) does: with 127 if the
 * program does not exist, and with 126 otherwise.
 *
 * Return: the pid of the child, or -1.
 */
pid_t watch_run(const struct watch_run *run, struct error *error);

#endif /* TASKMAP_COMMAND_WATCH_RUN_H */
