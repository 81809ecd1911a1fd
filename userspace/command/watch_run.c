// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap watch: start COMMAND, which should not run as root just because we
 * do.
 */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/watch_run.h"
#include "util.h"

/* Exit statuses of env(1). */
#define CANNOT_RUN	126
#define NOT_FOUND	127

/* The user who runs the program. */
struct identity {
	uid_t uid;
	gid_t gid;
	const struct passwd *account;	/* NULL if @uid has no account */
};

/*
 * Sets @id to the number in a variable that sudo(8) set. Returns false if there
 * is none.
 */
static bool id_of_sudo(const char *variable, unsigned int *id)
{
	const char *text = getenv(variable);
	unsigned long number;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoul(text, &end, 10);
	*id = (unsigned int)number;
	return !errno && !*end && number < UINT_MAX;
}

/* Sets @identity, or returns false if it need not change. */
static bool find_identity(struct identity *identity,
			  const struct passwd *account)
{
	if (account) {
		identity->account = account;
		identity->uid = account->pw_uid;
		identity->gid = account->pw_gid;
		return true;
	}
	if (geteuid() || !id_of_sudo("SUDO_UID", &identity->uid) ||
	    !id_of_sudo("SUDO_GID", &identity->gid))
		return false;
	identity->account = getpwuid(identity->uid);
	return true;
}

/* HOME changes too: programs look for files there, and cannot read root's. */
static int adopt(const struct identity *identity)
{
	const struct passwd *account = identity->account;

	if (account ? initgroups(account->pw_name, identity->gid) :
		      setgroups(1, &identity->gid))
		return -1;
	if (setgid(identity->gid) || setuid(identity->uid))
		return -1;
	return account && (setenv("HOME", account->pw_dir, 1) ||
			   setenv("USER", account->pw_name, 1) ||
			   setenv("LOGNAME", account->pw_name, 1)) ? -1 : 0;
}

static _Noreturn void give_up(const char *what, const char *name)
{
	int reason = errno;

	complain("cannot %s %s: %s", what, name, strerror(reason));
	_exit(reason == ENOENT ? NOT_FOUND : CANNOT_RUN);
}

/* Runs in the child. */
static _Noreturn void become(const struct watch_run *run,
			     const struct identity *identity)
{
	sigprocmask(SIG_SETMASK, run->blocked, NULL);
	if (identity && adopt(identity))
		give_up("change the user for", run->name);
	if (run->aside)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	execvp(run->args[0], run->args);
	give_up("run", run->name);
}

pid_t watch_run(const struct watch_run *run, struct error *error)
{
	struct identity identity;
	bool found = find_identity(&identity, run->account);
	pid_t pid = fork();

	if (!pid)
		become(run, found ? &identity : NULL);
	if (pid < 0)
		return error_set(error, "cannot run %s: %s", run->name,
				 strerror(errno));
	return pid;
}
