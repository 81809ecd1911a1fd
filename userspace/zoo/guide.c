// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Commands to look at the tasks of a shape, with their pids filled in, and what
 * the commands show.
 */
#include <err.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zoo.h"

/* In both texts, %t is the task, %T its process, and %p its creator. */
struct hint {
	const char *shapes;	/* names of shapes, a pattern for fnmatch(3) */
	const char *command;
	const char *see;
};

static const struct hint hints[] = {
	{ "fork", "ps -o pid,ppid,comm -p %p,%t",
	  "two processes that run the same program, each with its own memory" },
	{ "vfork", "ps -o pid,stat,wchan,comm -p %p,%t",
	  "D: %p waits in the kernel while %t uses its memory" },
	{ "threads", "ls /proc/%T/task",
	  "all threads of process %T" },
	{ "threads", "ls /proc | grep -x %t; cat /proc/%t/comm",
	  "ls does not list /proc/%t, but it exists" },
	{ "threads", "ps -L -o pid,lwp,comm -p %T",
	  "what ps calls PID is the TGID, and what it calls LWP is the PID" },
	{ "linuxthreads", "ls -d /proc/%t; ps -o pid,ppid,comm -p %p,%t",
	  "each has its own pid, as threads had before Linux 2.6" },
	{ "worker", "ps -L -o pid,lwp,stat,comm -p %T",
	  "iou-wrk-%T: the kernel created this thread, not %T" },
	{ "worker", "ls -l /proc/%T/exe /proc/%T/task/%t/exe",
	  "the worker has the program of its process, but never runs it" },
	{ "zombie", "ps -o pid,ppid,stat,comm -p %p,%t; kill -9 %t; ps -p %t",
	  "Z, defunct: it has ended already, so kill(1) has no effect" },
	{ "zombie-*ed", "taskmap -o PID,S,EXIT_CODE -p %t",
	  "the number of the signal that killed it" },
	{ "zombie-status", "taskmap -o PID,S,EXIT_CODE -p %t",
	  "768: the exit status, 3, times 256" },
	{ "traced", "grep TracerPid /proc/%t/status",
	  "the pid of the process that traces it" },
	{ "by-thread", "taskmap -o PID,PPID,PARENT -p %t",
	  "PARENT is a thread; getppid() returns the process of that thread" },
	{ "set[ps]*", "grep '^NS.*id' /proc/%t/status",
	  "the pids of the task, its thread group, process group and session" },
	{ "seccomp-*", "grep Seccomp: /proc/%p/status /proc/%T/task/%t/status",
	  "Seccomp is 1 in strict mode, and 2 with a filter" },
	{ "cgroup", "cat /proc/%p/cgroup /proc/%t/cgroup",
	  "two different cgroups" },
	{ "zombie-leader", "ps -L -o pid,lwp,stat,comm -p %T",
	  "Z for the leader; the process lives on, because %t is in it" },
	{ "stopped", "ps -o pid,stat,comm -p %t",
	  "T: stopped until it gets SIGCONT" },
	{ "chain", "taskmap -o PID,PPID,MM,SHARES -p %t,%p",
	  "each is the child of the one before, and all share one mm" },
	{ "setresuid", "grep Uid /proc/%T/status /proc/%T/task/%t/status",
	  "two user ids in one process, which libc's setresuid(3) never leaves" },
	{ "unshare-files", "ls -l /proc/%T/fd /proc/%T/task/%t/fd",
	  "the same files now; files opened later are in one table only" },
	{ "nested-pid", "grep NSpid /proc/%t/status",
	  "three pids: in this namespace, one level down, and in its own" },
	{ "clone-newpid", "grep NSpid /proc/%t/status",
	  "two pids: one in this namespace, and 1 in its own" },
	{ "clone-new*", "ls -l /proc/%p/ns /proc/%t/ns",
	  "the inode number of one namespace differs" },
	{ "unshare-*", "taskmap drift -p %T",
	  "how this process is unusual, and why" },
	{ "setns-*", "taskmap drift -p %T",
	  "how this process is unusual, and why" },
	{ "name-*", "ps -o pid,comm -p %t; cat /proc/%t/comm",
	  "how other programs show this name" },
};

/* The first task of the shape, and its creator. */
struct pair {
	struct pids task;
	struct pids parent;
};

/* Find both in @reports: lines "NAME PID TID", "NAME-parent PID TID" and others. */
static struct pair find_pair(const struct shape *shape, const char *reports)
{
	size_t length = strlen(shape->name);
	struct pair pair = { 0 };
	struct pids pids;

	for (; *reports; reports = strchr(reports, '\n') + 1) {
		const char *role = reports + length;

		if (sscanf(role, "-parent %d %d", &pids.pid, &pids.tid) == 2)
			pair.parent = pids;
		else if (!pair.task.pid &&
			 sscanf(role, " %d %d", &pids.pid, &pids.tid) == 2)
			pair.task = pids;
	}
	return pair;
}

static void print_filled(const char *text, const struct pair *pair)
{
	for (; *text; text++) {
		if (*text != '%') {
			putchar(*text);
			continue;
		}
		text++;
		printf("%d", *text == 't' ? pair->task.tid :
			     *text == 'T' ? pair->task.pid : pair->parent.tid);
	}
}

static void print_hint(const char *command, const char *see,
		       const struct pair *pair)
{
	fputs("  ", stdout);
	print_filled(command, pair);
	fputs("\n      ", stdout);
	print_filled(see, pair);
	putchar('\n');
}

/* The hints that every shape has. "taskmap compare" shows what it promises. */
static void guide_sharing(const struct shape *shape, const struct pair *pair)
{
	unsigned int shares = shape_shares(shape);
	bool namespaces = (shares & NAMESPACES) == NAMESPACES;
	char see[2 * WORDS_SIZE], words[WORDS_SIZE];

	if (namespaces)
		shares &= ~(unsigned int)NAMESPACES;
	snprintf(see, sizeof(see), "same letters: %s%s; most others differ",
		 resource_list(words, shares),
		 namespaces ? " and all namespaces" : "");
	print_hint("taskmap explain %t", "what the task is, and how it was created", pair);
	print_hint("taskmap compare %p %t", see, pair);
	if (shape->flags)
		printf("      created with %s\n",
		       flag_words(words, shape->flags));
}

void guide(const struct shape *shape, const char *reports)
{
	const struct pair pair = find_pair(shape, reports);

	printf("%s: %s\n", shape->name, shape->what);
	printf("\nCreated task %d of process %d. Compare it with task %d:\n\n",
	       pair.task.tid, pair.task.pid, pair.parent.tid);
	guide_sharing(shape, &pair);
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++)
		if (!fnmatch(hints[i].shapes, shape->name, 0))
			print_hint(hints[i].command, hints[i].see, &pair);
	putchar('\n');
}

/*
 * On a terminal the user's shell, which has line editing, history and job
 * control. system(3) ignores SIGINT meanwhile: Ctrl-C interrupts a command only.
 */
void guide_commands(void)
{
	bool terminal = isatty(STDIN_FILENO);

	if (terminal)
		puts("In this shell you can run them. The tasks end with it: exit, or Ctrl-D.");
	flush_output();
	if (system(terminal ? "exec \"${SHELL:-/bin/sh}\"" : "exec /bin/sh") < 0)
		warn("cannot run a shell");
}
