// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The table of shapes.
 *
 * A row says how its task was made (the flags of clone(2), which decide what it
 * shares with the task that made it), and what it gave up afterwards. From
 * these two follows all that a shape promises: what is not shared by flags, or
 * was given up, must differ. To add a shape is to add a row.
 */
#include <err.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "zoo.h"

/* What the dead have left: the group that they belonged to. */
#define OF_THE_LIVING \
	(MM | FILES | FS | IO | SYSVSEM | NSPROXY | \
	 UTS | IPC | MNT | NET | TIME | CGROUP)

#define PROCESS		0
#define THREAD		CLONE_POSIX_THREAD
#define LINUXTHREADS	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND)
#define WORKER		((CLONE_POSIX_THREAD & ~CLONE_SYSVSEM) | CLONE_IO)
#define NOTHING		0

static const struct shape rows[] = {
	/* what everybody knows */
	{ "fork", PROCESS, NOTHING, make_fork, 1,
	  "fork(2): a process of its own" },
	{ "vfork", CLONE_VM | CLONE_VFORK, NOTHING, make_clone, 1,
	  "vfork(2), before the exec: the parent waits, its memory is borrowed" },
	{ "threads", THREAD, NOTHING, make_threads, 3,
	  "POSIX threads, beside the leader of their group" },
	{ "linuxthreads", LINUXTHREADS, NOTHING, make_clone, 1,
	  "what threads were before Linux 2.6: all shared, but no group" },
	{ "worker", WORKER, NOTHING, make_worker, 1,
	  "a thread that the kernel made in a process, for io_uring" },
	{ "worker-as-other", WORKER, NOTHING, make_worker_as_other, 1,
	  "that acts by other credentials than it has; its own are shared" },
	/* the dead, the stopped and the many */
	{ "zombie", PROCESS, OF_THE_LIVING, make_zombie, 1,
	  "dead, and nobody has asked yet how it ended" },
	{ "zombies", PROCESS, OF_THE_LIVING, make_zombie, 1000,
	  "very many of them" },
	{ "zombie-leader", THREAD, OF_THE_LIVING, make_zombie_leader, 1,
	  "a thread that lives on after the leader of its group" },
	{ "stopped", PROCESS, NOTHING, make_stopped, 1,
	  "stopped by SIGSTOP" },
	{ "chain", LINUXTHREADS, NOTHING, make_chain, 5000,
	  "each is the parent of the next, very deep; the last two, and -first" },
	/* threads that are not what textbooks say */
	{ "unshare-fs", THREAD, FS, make_unshare, 1,
	  "a thread with a root, working directory and umask of its own" },
	{ "unshare-files", THREAD, FILES, make_unshare, 1,
	  "a thread with a file table of its own" },
	{ "unshare-sysvsem", THREAD, SYSVSEM, make_unshare, 1,
	  "a thread without the list of semaphores to undo" },
	{ "setresuid", THREAD, CRED, make_setresuid, 1,
	  "a thread with another user id: the system call is for one task" },
	/* new namespaces */
	{ "clone-newuts", CLONE_NEWUTS, NOTHING, make_new_namespace, 1,
	  "a process with a host name of its own" },
	{ "clone-newipc", CLONE_NEWIPC, NOTHING, make_new_namespace, 1,
	  "a process with semaphores and queues of its own" },
	{ "clone-newns", CLONE_NEWNS, NOTHING, make_new_namespace, 1,
	  "a process with mounts of its own" },
	{ "clone-newpid", CLONE_NEWPID, NOTHING, make_new_namespace, 1,
	  "a process that is number 1, where it lives" },
	{ "clone-newnet", CLONE_NEWNET, NOTHING, make_new_namespace, 1,
	  "a process with a network of its own" },
	{ "clone-newtime", CLONE_NEWTIME, NOTHING, make_new_namespace, 1,
	  "a process with clocks of its own" },
	{ "clone-newcgroup", CLONE_NEWCGROUP, NOTHING, make_new_namespace, 1,
	  "a process that sees its cgroup as the root of all" },
	{ "clone-newuser", CLONE_NEWUSER, NOTHING, make_new_namespace, 1,
	  "a process that is almighty, where it lives" },
	{ "nested-pid", CLONE_NEWPID, NOTHING, make_nested_pid, 1,
	  "a pid namespace in a pid namespace: a task with three pids" },
	/* one thread in a new namespace; a process where a thread cannot be */
	{ "unshare-uts", THREAD, NSPROXY | UTS, make_unshare_namespace, 1,
	  "a thread in a new uts namespace" },
	{ "unshare-ipc", THREAD, NSPROXY | IPC | SYSVSEM,
	  make_unshare_namespace, 1,
	  "a thread in a new ipc namespace, where old semaphores are not" },
	{ "unshare-mnt", THREAD, NSPROXY | MNT | FS, make_unshare_namespace, 1,
	  "a thread in a new mnt namespace, which wants a root of its own" },
	{ "unshare-pid", THREAD, NSPROXY, make_unshare_namespace, 1,
	  "a thread whose children will live in a new pid namespace" },
	{ "unshare-pid-child", PROCESS, PID, make_unshare_child, 1,
	  "the first of such children: same nsproxy, another pid namespace" },
	{ "unshare-net", THREAD, NSPROXY | NET, make_unshare_namespace, 1,
	  "a thread in a new net namespace" },
	{ "unshare-time", THREAD, NSPROXY, make_unshare_namespace, 1,
	  "a thread whose children will live in a new time namespace" },
	{ "unshare-time-child", PROCESS, NSPROXY | TIME, make_unshare_child, 1,
	  "the first of such children" },
	{ "unshare-cgroup", THREAD, NSPROXY | CGROUP,
	  make_unshare_namespace, 1,
	  "a thread in a new cgroup namespace" },
	{ "unshare-user", PROCESS, USER, make_unshare_namespace, 1,
	  "a process in a new user namespace: threads must share theirs" },
	/* one thread in the namespace of -owner */
	{ "setns-uts", THREAD, NSPROXY | UTS, make_setns, 1,
	  "a thread in the uts namespace of another process" },
	{ "setns-ipc", THREAD, NSPROXY | IPC | SYSVSEM, make_setns, 1,
	  "a thread in the ipc namespace of another process" },
	{ "setns-mnt", THREAD, NSPROXY | MNT | FS, make_setns, 1,
	  "a thread in the mnt namespace of another process" },
	{ "setns-pid", THREAD, NSPROXY, make_setns, 1,
	  "a thread whose children will live in that of another process" },
	{ "setns-net", THREAD, NSPROXY | NET, make_setns, 1,
	  "a thread in the net namespace of another process" },
	{ "setns-time", PROCESS, NSPROXY | TIME, make_setns, 1,
	  "a process in the time namespace of another: not for threads" },
	{ "setns-cgroup", THREAD, NSPROXY | CGROUP, make_setns, 1,
	  "a thread in the cgroup namespace of another process" },
	{ "setns-user", PROCESS, NSPROXY | USER, make_setns, 1,
	  "a process in the user namespace of another: not for threads" },
	/* names that break programs */
	{ "name-newline", PROCESS, NOTHING, make_named, 1,
	  "a name that is two lines" },
	{ "name-tab", PROCESS, NOTHING, make_named, 1,
	  "a name with a tab" },
	{ "name-backslash", PROCESS, NOTHING, make_named, 1,
	  "a name that looks escaped" },
	{ "name-escape", PROCESS, NOTHING, make_named, 1,
	  "a name that turns a terminal red" },
	{ "name-quote", PROCESS, NOTHING, make_named, 1,
	  "a name with both quotes" },
	{ "name-blank", PROCESS, NOTHING, make_named, 1,
	  "a name with blanks at its ends" },
	{ "name-parenthesis", PROCESS, NOTHING, make_named, 1,
	  "a name that looks like the rest of /proc/PID/stat" },
	{ "name-latin1", PROCESS, NOTHING, make_named, 1,
	  "a name that is no UTF-8" },
	{ "name-cut-utf8", PROCESS, NOTHING, make_named, 1,
	  "a name that ends within a character" },
	{ "name-utf8", PROCESS, NOTHING, make_named, 1,
	  "a name in UTF-8 beyond ASCII" },
	{ "name-empty", PROCESS, NOTHING, make_named, 1,
	  "no name at all" },
	{ "name-longest", PROCESS, NOTHING, make_named, 1,
	  "a name of 15 bytes, and not one more" },
};

/* Each of these alone, and each two of them, as far as that is legal. */
static const unsigned long combined[] = {
	CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND, CLONE_THREAD, CLONE_IO,
	CLONE_SYSVSEM, CLONE_VFORK, CLONE_PARENT,
};

#define COMBINATIONS	(ARRAY_SIZE(combined) * (ARRAY_SIZE(combined) + 1) / 2)

static struct shape combinations[COMBINATIONS];
static size_t combination_count;

static void add_combination(unsigned long flags)
{
	struct shape *shape = &combinations[combination_count];
	char words[WORDS_SIZE], *name;

	/* What some want beside them makes a few the same as others. */
	for (size_t i = 0; i < combination_count; i++)
		if (combinations[i].flags == flags)
			return;
	if (asprintf(&name, "clone-%s", flag_short_words(words, flags)) < 0)
		errx(1, "out of memory");
	*shape = (struct shape){ name, flags, NOTHING, make_clone, 1,
				 "clone(2) with these flags" };
	combination_count++;
}

static void combine(void)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(combined); i++)
		add_combination(legal_flags(combined[i]));
	for (i = 0; i < ARRAY_SIZE(combined); i++)
		for (j = i + 1; j < ARRAY_SIZE(combined); j++)
			add_combination(legal_flags(combined[i] | combined[j]));
}

unsigned int shape_shares(const struct shape *shape)
{
	return shared_by(shape->flags) & ~shape->apart;
}

const struct shape *shape_at(size_t index)
{
	if (!combination_count)
		combine();
	if (index < ARRAY_SIZE(rows))
		return &rows[index];
	index -= ARRAY_SIZE(rows);
	return index < combination_count ? &combinations[index] : NULL;
}

const struct shape *shape_find(const char *name, size_t length)
{
	const struct shape *shape;

	for (size_t i = 0; (shape = shape_at(i)); i++)
		if (strlen(shape->name) == length &&
		    !strncmp(shape->name, name, length))
			return shape;
	return NULL;
}
