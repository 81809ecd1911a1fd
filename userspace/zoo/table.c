// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The table of shapes.
 *
 * A row contains the flags of clone(2) that create the task, and what the task
 * gives up afterwards. What a shape promises follows from these two: the task
 * shares with its creator what the flags share and the task did not give up,
 * and nothing else. To add a shape, add a row.
 */
#include <err.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "util.h"
#include "zoo.h"

/* The resources that a task gives back when it ends. */
#define OF_THE_LIVING \
	(MM | FILES | FS | IO | SYSVSEM | NSPROXY | \
	 UTS | IPC | MNT | NET | TIME | CGROUP)

#define PROCESS		0
#define THREAD		CLONE_POSIX_THREAD
#define LINUXTHREADS	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND)
#define WORKER		((CLONE_POSIX_THREAD & ~CLONE_SYSVSEM) | CLONE_IO)
#define NOTHING		0

static const struct shape rows[] = {
	/* common shapes */
	{ "fork", PROCESS, NOTHING,
	  .what = "a process created by fork(2)" },
	{ "vfork", CLONE_VM | CLONE_VFORK, NOTHING,
	  .what = "a vfork(2) child that still uses the memory of its parent" },
	{ "threads", THREAD, NOTHING, .count = 3,
	  .what = "POSIX threads of one process" },
	{ "linuxthreads", LINUXTHREADS, NOTHING,
	  .what = "a thread as before Linux 2.6: shares memory and files, not a thread group" },
	{ "worker", WORKER, NOTHING, .make = make_worker,
	  .what = "an io_uring worker: a thread that the kernel creates in a process" },
	{ "worker-as-other", WORKER, NOTHING, .make = make_worker, .renew_cred = true,
	  .what = "an io_uring worker that acts with other credentials than its real ones" },
	/* zombies, stopped and traced tasks, many tasks */
	{ "zombie", PROCESS, OF_THE_LIVING, .make = make_silent,
	  .what = "a zombie: it has ended, and its parent has not waited for it" },
	{ "zombie-status", PROCESS, OF_THE_LIVING, .make = make_silent,
	  .status = 3,
	  .what = "a zombie with a nonzero exit status" },
	{ "zombie-killed", PROCESS, OF_THE_LIVING, .make = make_silent,
	  .signal = SIGKILL,
	  .what = "a zombie that was killed by a signal" },
	{ "zombies", PROCESS, OF_THE_LIVING,
	  .make = make_silent, .count = 1000,
	  .what = "many zombies" },
	{ "zombie-leader", THREAD, OF_THE_LIVING, .make = make_zombie_leader,
	  .what = "a thread whose leader has ended and is a zombie" },
	{ "stopped", PROCESS, NOTHING, .make = make_silent, .signal = SIGSTOP,
	  .what = "a process stopped by SIGSTOP" },
	{ "traced", PROCESS, NOTHING, .make = make_traced,
	  .what = "a process traced by its creator, as by a debugger" },
	{ "by-thread", PROCESS, NOTHING, .make = make_by_thread,
	  .what = "a process whose parent is a thread other than the leader" },
	{ "chain", LINUXTHREADS, NOTHING, .make = make_chain, .count = 5000,
	  .what = "a deep chain of tasks, each the parent of the next" },
	/* threads that do not share everything */
	{ "unshare-fs", THREAD, FS, .unshare = CLONE_FS,
	  .what = "a thread with its own root, working directory and umask" },
	{ "unshare-files", THREAD, FILES, .unshare = CLONE_FILES,
	  .what = "a thread with its own file table" },
	{ "unshare-sysvsem", THREAD, SYSVSEM, .unshare = CLONE_SYSVSEM,
	  .what = "a thread that left the shared semaphore undo list" },
	{ "setresuid", THREAD, CRED, .uid = 1234,
	  .what = "a thread with another user id: the system call changes one task only" },
	{ "setfsuid", THREAD, CRED,
	  .uid = 1234, .euid = 1235, .fsuid = 1236,
	  .what = "a thread with three user ids: real, effective and filesystem" },
	/* process groups, sessions, seccomp and cgroups */
	{ "setpgrp", PROCESS, NOTHING, .act = setpgrp,
	  .what = "the leader of a new process group" },
	{ "setsid", PROCESS, NOTHING, .act = setsid,
	  .what = "the leader of a new session" },
	{ "seccomp-strict", PROCESS, NOTHING, .seccomp = SECCOMP_MODE_STRICT,
	  .what = "a process in seccomp strict mode: it may only read, write and exit" },
	{ "seccomp-filter", THREAD, NOTHING, .seccomp = SECCOMP_MODE_FILTER,
	  .what = "a thread with a seccomp filter that the other threads do not have" },
	{ "cgroup", PROCESS, NOTHING, .make = make_in_cgroup,
	  .what = "a process in its own cgroup" },
	/* new namespaces */
	{ "clone-newuts", CLONE_NEWUTS, NOTHING,
	  .what = "a process in a new uts namespace, with its own host name" },
	{ "clone-newipc", CLONE_NEWIPC, NOTHING,
	  .what = "a process in a new ipc namespace, with its own semaphores and queues" },
	{ "clone-newns", CLONE_NEWNS, NOTHING,
	  .what = "a process in a new mnt namespace, with its own mounts" },
	{ "clone-newpid", CLONE_NEWPID, NOTHING,
	  .what = "a process in a new pid namespace, with pid 1 there" },
	{ "clone-newnet", CLONE_NEWNET, NOTHING,
	  .what = "a process in a new net namespace, with its own network" },
	{ "clone-newtime", CLONE_NEWTIME, NOTHING,
	  .what = "a process in a new time namespace, with its own clocks" },
	{ "clone-newcgroup", CLONE_NEWCGROUP, NOTHING,
	  .what = "a process in a new cgroup namespace, with its cgroup as the root" },
	{ "clone-newuser", CLONE_NEWUSER, NOTHING,
	  .what = "a process in a new user namespace, with all capabilities there" },
	{ "nested-pid", CLONE_NEWPID, NOTHING, .make = make_nested_pid,
	  .what = "a process in a nested pid namespace, with three pids" },
	/* a thread in a new namespace; a process where threads must share it */
	{ "unshare-uts", THREAD, NSPROXY | UTS, .unshare = CLONE_NEWUTS,
	  .what = "a thread in a new uts namespace" },
	{ "unshare-ipc", THREAD, NSPROXY | IPC | SYSVSEM,
	  .unshare = CLONE_NEWIPC,
	  .what = "a thread in a new ipc namespace, without its old semaphore undo list" },
	{ "unshare-mnt", THREAD, NSPROXY | MNT | FS, .unshare = CLONE_NEWNS,
	  .what = "a thread in a new mnt namespace, with its own root and working directory" },
	{ "unshare-pid", THREAD, NSPROXY, .unshare = CLONE_NEWPID,
	  .what = "a thread whose children will be in a new pid namespace" },
	{ "unshare-pid-child", PROCESS, PID, .parent_unshare = CLONE_NEWPID,
	  .what = "the first child in a pid namespace that its parent unshared; same nsproxy" },
	{ "unshare-net", THREAD, NSPROXY | NET, .unshare = CLONE_NEWNET,
	  .what = "a thread in a new net namespace" },
	{ "unshare-time", THREAD, NSPROXY, .unshare = CLONE_NEWTIME,
	  .what = "a thread whose children will be in a new time namespace" },
	{ "unshare-time-child", PROCESS, NSPROXY | TIME,
	  .parent_unshare = CLONE_NEWTIME,
	  .what = "the first child in a time namespace that its parent unshared" },
	{ "unshare-cgroup", THREAD, NSPROXY | CGROUP,
	  .unshare = CLONE_NEWCGROUP,
	  .what = "a thread in a new cgroup namespace" },
	{ "unshare-user", PROCESS, USER, .unshare = CLONE_NEWUSER,
	  .what = "a process in a new user namespace; a thread cannot get one alone" },
	/* a thread or process in the namespace of -owner */
	{ "setns-uts", THREAD, NSPROXY | UTS, .setns = CLONE_NEWUTS,
	  .what = "a thread in the uts namespace of another process" },
	{ "setns-ipc", THREAD, NSPROXY | IPC | SYSVSEM, .setns = CLONE_NEWIPC,
	  .what = "a thread in the ipc namespace of another process" },
	{ "setns-mnt", THREAD, NSPROXY | MNT | FS,
	  .unshare = CLONE_FS, .setns = CLONE_NEWNS,
	  .what = "a thread in the mnt namespace of another process" },
	{ "setns-pid", THREAD, NSPROXY, .setns = CLONE_NEWPID,
	  .what = "a thread whose children will be in the pid namespace of another process" },
	{ "setns-net", THREAD, NSPROXY | NET, .setns = CLONE_NEWNET,
	  .what = "a thread in the net namespace of another process" },
	{ "setns-time", PROCESS, NSPROXY | TIME, .setns = CLONE_NEWTIME,
	  .what = "a process in the time namespace of another; a thread cannot join alone" },
	{ "setns-cgroup", THREAD, NSPROXY | CGROUP, .setns = CLONE_NEWCGROUP,
	  .what = "a thread in the cgroup namespace of another process" },
	{ "setns-user", PROCESS, NSPROXY | USER, .setns = CLONE_NEWUSER,
	  .what = "a process in the user namespace of another; a thread cannot join alone" },
	{ "setns-ipc-same", THREAD, NSPROXY | SYSVSEM, .act = rejoin_ipc,
	  .what = "a thread that rejoined its ipc namespace and lost its semaphore undo list" },
	{ "setns-net-process", PROCESS, NSPROXY | NET, .setns = CLONE_NEWNET,
	  .what = "a process in the net namespace of another process" },
	{ "setns-pid-child", PROCESS, PID, .parent_setns = CLONE_NEWPID,
	  .what = "a process whose parent is in another pid namespace: getppid() returns 0" },
	/* situations that users reported as hard to see */
	{ "by-thread-net", PROCESS, NOTHING, .make = make_by_thread,
	  .parent_unshare = CLONE_NEWNET,
	  .what = "a process created by a thread that has its own net namespace" },
	{ "seteuid", THREAD, CRED, .euid = 1000,
	  .what = "a thread with another effective user id" },
	{ "setfsuid-only", THREAD, CRED, .fsuid = 1001,
	  .what = "a thread that opens files as another user" },
	{ "setuid", PROCESS, NOTHING, .uid = 1000, .euid = 1000,
	  .what = "a process that changed its user id after fork" },
	{ "close-range", THREAD, FILES, .act = close_no_range,
	  .what = "a thread that unshared its file table with close_range(2)" },
	{ "leader-apart", THREAD, NSPROXY | NET | CRED,
	  .make = make_leader_apart, .count = 6,
	  .what = "threads whose leader changed its net namespace and its user id" },
	{ "parent-exec", PROCESS, NOTHING, .make = make_parent_exec,
	  .what = "a process whose parent has called exec and is now cat(1)" },
	{ "orphan", PROCESS, NSPROXY | UTS, .make = make_orphan,
	  .what = "a process whose creator has ended; -parent adopted it" },
	{ "memory-heir", CLONE_VM, MM, .make = make_memory_heir,
	  .what = "the only process that still holds the memory of its killed creator" },
	{ "two-vforks", CLONE_VM | CLONE_VFORK, NOTHING, .make = make_two_vforks,
	  .what = "a vfork(2) child of a thread; another thread also waits in vfork(2)" },
	{ "zombie-no-signal", PROCESS, OF_THE_LIVING, .make = make_no_signal,
	  .what = "a zombie that sent its parent no signal: plain wait(2) does not find it" },
	{ "traced-stop", PROCESS, NOTHING, .make = make_traced_stop,
	  .what = "a process that its sibling traces and has stopped" },
	{ "cannot-fork", PROCESS, NSPROXY, .unshare = CLONE_NEWPID,
	  .act = end_first_child,
	  .what = "a process that cannot fork: its children's pid namespace lost its init" },
	{ "ending-init", PROCESS, PID | OF_THE_LIVING, .make = make_ending_init,
	  .parent_unshare = CLONE_NEWPID,
	  .what = "a killed init that waits for a zombie in its pid namespace" },
	{ "nested-pid-deep", CLONE_NEWPID, NOTHING, .make = make_deep_pid,
	  .what = "a process with four pids" },
	/* names that programs often mishandle */
	{ "name-newline", PROCESS, NOTHING, .comm = "new\nline",
	  .what = "a name that contains a newline" },
	{ "name-tab", PROCESS, NOTHING, .comm = "tab\there",
	  .what = "a name that contains a tab" },
	{ "name-backslash", PROCESS, NOTHING, .comm = "back\\slash\\012",
	  .what = "a name that looks escaped already" },
	{ "name-escape", PROCESS, NOTHING, .comm = "\033[31mred",
	  .what = "a name that turns a terminal red" },
	{ "name-quote", PROCESS, NOTHING, .comm = "\"quo'te\"",
	  .what = "a name that contains both kinds of quotes" },
	{ "name-blank", PROCESS, NOTHING, .comm = " a  b ",
	  .what = "a name with blanks at both ends" },
	{ "name-parenthesis", PROCESS, NOTHING, .comm = ") R 1 (",
	  .what = "a name that looks like the rest of /proc/PID/stat" },
	{ "name-latin1", PROCESS, NOTHING, .comm = "caf\xe9",
	  .what = "a name that is not valid UTF-8" },
	{ "name-cut-utf8", PROCESS, NOTHING, .comm = "ab\xe2\x82",
	  .what = "a name that ends within a UTF-8 character" },
	{ "name-utf8", PROCESS, NOTHING, .comm = "na\xc3\xafve",
	  .what = "a name with a UTF-8 character beyond ASCII" },
	{ "name-empty", PROCESS, NOTHING, .comm = "",
	  .what = "an empty name" },
	{ "name-longest", PROCESS, NOTHING, .comm = "123456789012345",
	  .what = "a name of 15 bytes, the longest possible" },
};

/* Each flag alone and each pair is a shape, with the flags that it requires. */
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

	/* Some combinations become equal once the needed flags are added. */
	flags = legal_flags(flags);
	for (size_t i = 0; i < combination_count; i++)
		if (combinations[i].flags == flags)
			return;
	if (asprintf(&name, "clone-%s", flag_short_words(words, flags)) < 0)
		errx(1, "out of memory");
	*shape = (struct shape){ name, flags, NOTHING,
				 .what = "a task created by clone(2) with the flags in its name" };
	combination_count++;
}

static void combine(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(combined); i++)
		add_combination(combined[i]);
	for (size_t i = 0; i < ARRAY_SIZE(combined); i++)
		for (size_t j = i + 1; j < ARRAY_SIZE(combined); j++)
			add_combination(combined[i] | combined[j]);
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

unsigned int shape_shares(const struct shape *shape)
{
	return shared_by(shape->flags) & ~shape->apart;
}

static void check(bool done)
{
	if (!done)
		die(STATUS_FAILED, "not enough memory for the table");
}

static void list_shape(struct libscols_table *table, const struct shape *shape)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	unsigned int shares = shape_shares(shape);
	char flags[WORDS_SIZE], shared[WORDS_SIZE], differs[WORDS_SIZE];
	const char *const cells[] = {
		shape->name, flag_words(flags, shape->flags),
		resource_list(shared, shares),
		resource_list(differs, EVERYTHING & ~shares), shape->what,
	};

	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		check(line && !scols_line_set_data(line, i, cells[i]));
}

/* Tests split lines at two blanks: no cell contains two, and none is empty. */
void list_shapes(bool all)
{
	static const char *const headings[] = {
		"SHAPE", "FLAGS", "SHARED", "NOT SHARED", "DESCRIPTION",
	};
	struct libscols_table *table = scols_new_table();
	const struct shape *shape;

	check(table && !scols_table_set_column_separator(table, "  "));
	/* A terminal wraps long lines; nothing is cut off. */
	check(!scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER));
	for (size_t i = 0; i < ARRAY_SIZE(headings); i++)
		check(scols_table_new_column(table, headings[i], 0,
					     all || i == 0 || i == 4 ?
					     0 : SCOLS_FL_HIDDEN));
	for (size_t i = 0; (shape = shape_at(i)); i++)
		list_shape(table, shape);
	check(!scols_print_table(table));
	scols_unref_table(table);
}
