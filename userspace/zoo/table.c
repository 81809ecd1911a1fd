// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The table of shapes.
 *
 * A row says how its task is made (the flags of clone(2), which decide what it
 * shares with the task that made it), and what it gives up afterwards. All that
 * a shape promises follows from these two: what the flags do not share, or what
 * the task gave up, must differ. To add a shape, add a row.
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

/* What a dead task no longer has. */
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
	{ "fork", PROCESS, NOTHING,
	  .what = "fork(2): a process of its own" },
	{ "vfork", CLONE_VM | CLONE_VFORK, NOTHING,
	  .what = "vfork(2), before the exec: the parent waits, its memory is borrowed" },
	{ "threads", THREAD, NOTHING, .count = 3,
	  .what = "POSIX threads, beside the leader of their group" },
	{ "linuxthreads", LINUXTHREADS, NOTHING,
	  .what = "what threads were before Linux 2.6: all shared, but no group" },
	{ "worker", WORKER, NOTHING, .make = make_worker,
	  .what = "a thread that the kernel made in a process, for io_uring" },
	{ "worker-as-other", WORKER, NOTHING, .make = make_worker, .renew_cred = true,
	  .what = "that acts by other credentials than it has; its own are shared" },
	/* the dead, the stopped and the many */
	{ "zombie", PROCESS, OF_THE_LIVING, .make = make_silent,
	  .what = "dead, and nobody has asked yet how it ended" },
	{ "zombie-status", PROCESS, OF_THE_LIVING, .make = make_silent,
	  .status = 3,
	  .what = "dead, with an exit status" },
	{ "zombie-killed", PROCESS, OF_THE_LIVING, .make = make_silent,
	  .signal = SIGKILL,
	  .what = "dead, killed by a signal" },
	{ "zombies", PROCESS, OF_THE_LIVING,
	  .make = make_silent, .count = 1000,
	  .what = "very many of them" },
	{ "zombie-leader", THREAD, OF_THE_LIVING, .make = make_zombie_leader,
	  .what = "a thread that lives on after the leader of its group" },
	{ "stopped", PROCESS, NOTHING, .make = make_silent, .signal = SIGSTOP,
	  .what = "stopped by SIGSTOP" },
	{ "traced", PROCESS, NOTHING, .make = make_traced,
	  .what = "traced by the process that made it, as by a debugger" },
	{ "by-thread", PROCESS, NOTHING, .make = make_by_thread,
	  .what = "a process whose parent is a thread, and not the leader" },
	{ "chain", LINUXTHREADS, NOTHING, .make = make_chain, .count = 5000,
	  .what = "each is the parent of the next, very deep; the last two, and -first" },
	/* threads that are not what textbooks say */
	{ "unshare-fs", THREAD, FS, .unshare = CLONE_FS,
	  .what = "a thread with a root, working directory and umask of its own" },
	{ "unshare-files", THREAD, FILES, .unshare = CLONE_FILES,
	  .what = "a thread with a file table of its own" },
	{ "unshare-sysvsem", THREAD, SYSVSEM, .unshare = CLONE_SYSVSEM,
	  .what = "a thread without the list of semaphores to undo" },
	{ "setresuid", THREAD, CRED, .uid = 1234,
	  .what = "a thread with another user id: the system call is for one task" },
	{ "setfsuid", THREAD, CRED,
	  .uid = 1234, .euid = 1235, .fsuid = 1236,
	  .what = "a thread of one user that acts as another, and opens files as a third" },
	/* groups of processes, and what may be called */
	{ "setpgrp", PROCESS, NOTHING, .act = setpgrp,
	  .what = "the leader of a process group of its own" },
	{ "setsid", PROCESS, NOTHING, .act = setsid,
	  .what = "the leader of a session of its own" },
	{ "seccomp-strict", PROCESS, NOTHING, .seccomp = SECCOMP_MODE_STRICT,
	  .what = "a process that may only read, write and end" },
	{ "seccomp-filter", THREAD, NOTHING, .seccomp = SECCOMP_MODE_FILTER,
	  .what = "a thread with a seccomp filter, which the others do not have" },
	{ "cgroup", PROCESS, NOTHING, .make = make_in_cgroup,
	  .what = "a process in a cgroup of its own" },
	/* new namespaces */
	{ "clone-newuts", CLONE_NEWUTS, NOTHING,
	  .what = "a process with a host name of its own" },
	{ "clone-newipc", CLONE_NEWIPC, NOTHING,
	  .what = "a process with semaphores and queues of its own" },
	{ "clone-newns", CLONE_NEWNS, NOTHING,
	  .what = "a process with mounts of its own" },
	{ "clone-newpid", CLONE_NEWPID, NOTHING,
	  .what = "a process that is number 1, where it lives" },
	{ "clone-newnet", CLONE_NEWNET, NOTHING,
	  .what = "a process with a network of its own" },
	{ "clone-newtime", CLONE_NEWTIME, NOTHING,
	  .what = "a process with clocks of its own" },
	{ "clone-newcgroup", CLONE_NEWCGROUP, NOTHING,
	  .what = "a process that sees its cgroup as the root of all" },
	{ "clone-newuser", CLONE_NEWUSER, NOTHING,
	  .what = "a process that is almighty, where it lives" },
	{ "nested-pid", CLONE_NEWPID, NOTHING, .make = make_nested_pid,
	  .what = "a pid namespace in a pid namespace: a task with three pids" },
	/* one thread in a new namespace; a process where a thread cannot be */
	{ "unshare-uts", THREAD, NSPROXY | UTS, .unshare = CLONE_NEWUTS,
	  .what = "a thread in a new uts namespace" },
	{ "unshare-ipc", THREAD, NSPROXY | IPC | SYSVSEM,
	  .unshare = CLONE_NEWIPC,
	  .what = "a thread in a new ipc namespace, where old semaphores are not" },
	{ "unshare-mnt", THREAD, NSPROXY | MNT | FS, .unshare = CLONE_NEWNS,
	  .what = "a thread in a new mnt namespace, which wants a root of its own" },
	{ "unshare-pid", THREAD, NSPROXY, .unshare = CLONE_NEWPID,
	  .what = "a thread whose children will live in a new pid namespace" },
	{ "unshare-pid-child", PROCESS, PID, .parent_unshare = CLONE_NEWPID,
	  .what = "the first of such children: same nsproxy, another pid namespace" },
	{ "unshare-net", THREAD, NSPROXY | NET, .unshare = CLONE_NEWNET,
	  .what = "a thread in a new net namespace" },
	{ "unshare-time", THREAD, NSPROXY, .unshare = CLONE_NEWTIME,
	  .what = "a thread whose children will live in a new time namespace" },
	{ "unshare-time-child", PROCESS, NSPROXY | TIME,
	  .parent_unshare = CLONE_NEWTIME,
	  .what = "the first of such children" },
	{ "unshare-cgroup", THREAD, NSPROXY | CGROUP,
	  .unshare = CLONE_NEWCGROUP,
	  .what = "a thread in a new cgroup namespace" },
	{ "unshare-user", PROCESS, USER, .unshare = CLONE_NEWUSER,
	  .what = "a process in a new user namespace: threads must share theirs" },
	/* one thread in the namespace of -owner */
	{ "setns-uts", THREAD, NSPROXY | UTS, .setns = CLONE_NEWUTS,
	  .what = "a thread in the uts namespace of another process" },
	{ "setns-ipc", THREAD, NSPROXY | IPC | SYSVSEM, .setns = CLONE_NEWIPC,
	  .what = "a thread in the ipc namespace of another process" },
	{ "setns-mnt", THREAD, NSPROXY | MNT | FS,
	  .unshare = CLONE_FS, .setns = CLONE_NEWNS,
	  .what = "a thread in the mnt namespace of another process" },
	{ "setns-pid", THREAD, NSPROXY, .setns = CLONE_NEWPID,
	  .what = "a thread whose children will live in that of another process" },
	{ "setns-net", THREAD, NSPROXY | NET, .setns = CLONE_NEWNET,
	  .what = "a thread in the net namespace of another process" },
	{ "setns-time", PROCESS, NSPROXY | TIME, .setns = CLONE_NEWTIME,
	  .what = "a process in the time namespace of another: not for threads" },
	{ "setns-cgroup", THREAD, NSPROXY | CGROUP, .setns = CLONE_NEWCGROUP,
	  .what = "a thread in the cgroup namespace of another process" },
	{ "setns-user", PROCESS, NSPROXY | USER, .setns = CLONE_NEWUSER,
	  .what = "a process in the user namespace of another: not for threads" },
	{ "setns-ipc-same", THREAD, NSPROXY | SYSVSEM, .act = rejoin_ipc,
	  .what = "a thread that joined its own ipc namespace: old semaphores are lost" },
	{ "setns-net-process", PROCESS, NSPROXY | NET, .setns = CLONE_NEWNET,
	  .what = "a process in the net namespace of another" },
	{ "setns-pid-child", PROCESS, PID, .parent_setns = CLONE_NEWPID,
	  .what = "a process in a pid namespace where its parent is not: getppid() is 0" },
	/* what is hard to see, and was reported for that */
	{ "by-thread-net", PROCESS, NOTHING, .make = make_by_thread,
	  .parent_unshare = CLONE_NEWNET,
	  .what = "a child of a thread that has a network of its own" },
	{ "seteuid", THREAD, CRED, .euid = 1000,
	  .what = "a thread that acts as another user" },
	{ "setfsuid-only", THREAD, CRED, .fsuid = 1001,
	  .what = "a thread that opens files as another user" },
	{ "setuid", PROCESS, NOTHING, .uid = 1000, .euid = 1000,
	  .what = "a process that changed its user after the fork" },
	{ "close-range", THREAD, FILES, .act = close_no_range,
	  .what = "a thread with a file table of its own, by close_range(2)" },
	{ "leader-apart", THREAD, NSPROXY | NET | CRED,
	  .make = make_leader_apart, .count = 6,
	  .what = "threads whose leader changed its network and its user" },
	{ "parent-exec", PROCESS, NOTHING, .make = make_parent_exec,
	  .what = "a process whose parent has become cat(1)" },
	{ "orphan", PROCESS, NSPROXY | UTS, .make = make_orphan,
	  .what = "a process whose maker has ended; -parent adopted it" },
	{ "memory-heir", CLONE_VM, MM, .make = make_memory_heir,
	  .what = "a process that alone has the memory of a killed one" },
	{ "two-vforks", CLONE_VM | CLONE_VFORK, NOTHING, .make = make_two_vforks,
	  .what = "two threads wait in vfork(2), each for its own child" },
	{ "zombie-no-signal", PROCESS, OF_THE_LIVING, .make = make_no_signal,
	  .what = "dead, and its parent got no signal: plain wait(2) does not find it" },
	{ "traced-stop", PROCESS, NOTHING, .make = make_traced_stop,
	  .what = "traced and stopped by its sibling" },
	{ "cannot-fork", PROCESS, NSPROXY, .unshare = CLONE_NEWPID,
	  .act = end_first_child,
	  .what = "a process whose children would live where the init has ended" },
	{ "ending-init", PROCESS, PID | OF_THE_LIVING, .make = make_ending_init,
	  .parent_unshare = CLONE_NEWPID,
	  .what = "a killed init that waits for a zombie in its pid namespace" },
	{ "nested-pid-deep", CLONE_NEWPID, NOTHING, .make = make_deep_pid,
	  .what = "a task with four pids" },
	/* names that break programs */
	{ "name-newline", PROCESS, NOTHING, .comm = "new\nline",
	  .what = "a name that is two lines" },
	{ "name-tab", PROCESS, NOTHING, .comm = "tab\there",
	  .what = "a name with a tab" },
	{ "name-backslash", PROCESS, NOTHING, .comm = "back\\slash\\012",
	  .what = "a name that looks escaped" },
	{ "name-escape", PROCESS, NOTHING, .comm = "\033[31mred",
	  .what = "a name that turns a terminal red" },
	{ "name-quote", PROCESS, NOTHING, .comm = "\"quo'te\"",
	  .what = "a name with both quotes" },
	{ "name-blank", PROCESS, NOTHING, .comm = " a  b ",
	  .what = "a name with blanks at its ends" },
	{ "name-parenthesis", PROCESS, NOTHING, .comm = ") R 1 (",
	  .what = "a name that looks like the rest of /proc/PID/stat" },
	{ "name-latin1", PROCESS, NOTHING, .comm = "caf\xe9",
	  .what = "a name that is no UTF-8" },
	{ "name-cut-utf8", PROCESS, NOTHING, .comm = "ab\xe2\x82",
	  .what = "a name that ends within a character" },
	{ "name-utf8", PROCESS, NOTHING, .comm = "na\xc3\xafve",
	  .what = "a name in UTF-8 beyond ASCII" },
	{ "name-empty", PROCESS, NOTHING, .comm = "",
	  .what = "no name at all" },
	{ "name-longest", PROCESS, NOTHING, .comm = "123456789012345",
	  .what = "a name of 15 bytes, and not one more" },
};

/* Each of these alone, and each pair of them, with the flags they need. */
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

	/* With the flags that others need, some combinations are the same. */
	flags = legal_flags(flags);
	for (size_t i = 0; i < combination_count; i++)
		if (combinations[i].flags == flags)
			return;
	if (asprintf(&name, "clone-%s", flag_short_words(words, flags)) < 0)
		errx(1, "out of memory");
	*shape = (struct shape){ name, flags, NOTHING,
				 .what = "clone(2) with these flags" };
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

/* For tests, cells are two blanks apart, contain no two, and are not empty. */
void list_shapes(bool all)
{
	static const char *const headings[] = {
		"SHAPE", "FLAGS", "SHARED", "NOT SHARED", "WHAT IT IS",
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
