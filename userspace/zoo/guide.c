// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What to look for in the tasks of a shape: commands with their pids filled in,
 * and what they show.
 */
#include <err.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "zoo.h"

/* In both texts %t is the task, %T its process, and %p the task's maker. */
struct hint {
	const char *shapes;	/* their names, a pattern for fnmatch(3) */
	const char *command;
	const char *see;
};

static const struct hint hints[] = {
	{ "fork", "ps -o pid,ppid,comm -p %p,%t",
	  "two processes of one program, each with memory of its own" },
	{ "vfork", "ps -o pid,stat,wchan,comm -p %p,%t",
	  "D: %p stands still in the kernel while %t runs in its memory" },
	{ "threads", "ls /proc/%T/task",
	  "all threads of process %T" },
	{ "threads", "ls /proc | grep -x %t; cat /proc/%t/comm",
	  "/proc/%t is not listed, and is there all the same" },
	{ "threads", "ps -L -o pid,lwp,comm -p %T",
	  "what ps calls PID is TGID here, and what it calls LWP is PID" },
	{ "linuxthreads", "ls -d /proc/%t; ps -o pid,ppid,comm -p %p,%t",
	  "two processes with two pids, as threads were before Linux 2.6" },
	{ "worker", "ps -L -o pid,lwp,stat,comm -p %T",
	  "iou-wrk-%T, a thread that %T never asked for" },
	{ "worker", "ls -l /proc/%T/exe /proc/%T/task/%t/exe",
	  "the worker has the program of its process, and never runs it" },
	{ "zombie", "ps -o pid,ppid,stat,comm -p %p,%t; kill -9 %t; ps -p %t",
	  "Z, defunct, and kill(1) does not help: it is dead" },
	{ "zombie-*ed", "taskmap -o PID,S,EXIT_CODE -p %t",
	  "the number of the signal that killed it" },
	{ "zombie-status", "taskmap -o PID,S,EXIT_CODE -p %t",
	  "768, which is 256 times its exit status" },
	{ "traced", "grep TracerPid /proc/%t/status",
	  "the pid of the process that traces it" },
	{ "by-thread", "taskmap -o PID,PPID,PARENT -p %t",
	  "getppid() returns the process of its parent, which is a thread of it" },
	{ "set[ps]*", "grep '^NS.*id' /proc/%t/status",
	  "the pids of the task, its thread group, its process group and session" },
	{ "seccomp-*", "grep Seccomp: /proc/%p/status /proc/%T/task/%t/status",
	  "1 for the strict mode, 2 for a filter" },
	{ "cgroup", "cat /proc/%p/cgroup /proc/%t/cgroup",
	  "two places in the hierarchy of cgroups" },
	{ "zombie-leader", "ps -L -o pid,lwp,stat,comm -p %T",
	  "Z for the leader, but the process lives: %t is in it" },
	{ "stopped", "ps -o pid,stat,comm -p %t",
	  "T: it neither runs nor waits for anything but SIGCONT" },
	{ "chain", "taskmap -o PID,PPID,MM,SHARES -p %t,%p",
	  "each is the child of the one before, and all have one memory" },
	{ "setresuid", "grep Uid /proc/%T/status /proc/%T/task/%t/status",
	  "two user ids in one process, which pthreads hide and Linux allows" },
	{ "unshare-files", "ls -l /proc/%T/fd /proc/%T/task/%t/fd",
	  "the same files now; what one opens, the other will not have" },
	{ "nested-pid", "grep NSpid /proc/%t/status",
	  "three pids: here, one level down, and in its own namespace" },
	{ "clone-newpid", "grep NSpid /proc/%t/status",
	  "two pids: the one here, and 1" },
	{ "clone-new*", "ls -l /proc/%p/ns /proc/%t/ns",
	  "one namespace has another number" },
	{ "unshare-*", "taskmap drift -p %T",
	  "why a thread like this is not what textbooks say" },
	{ "setns-*", "taskmap drift -p %T",
	  "why a task like this is not what textbooks say" },
	{ "name-*", "ps -o pid,comm -p %t; cat /proc/%t/comm",
	  "how others show such a name" },
};

/* The first task of the shape, and the task that made it. */
struct pair {
	struct pids task;
	struct pids parent;
};

/* @reports: lines of "NAME PID TID", "NAME-parent PID TID" and others. */
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

/* Hints for every shape: compare shows what the shape promises. */
static void guide_sharing(const struct shape *shape, const struct pair *pair)
{
	unsigned int shares = shape_shares(shape);
	bool namespaces = (shares & NAMESPACES) == NAMESPACES;
	char see[2 * WORDS_SIZE], words[WORDS_SIZE];

	if (namespaces)
		shares &= ~(unsigned int)NAMESPACES;
	snprintf(see, sizeof(see), "the same letters in %s%s, and others in most else",
		 resource_list(words, shares),
		 namespaces ? " and all namespaces" : "");
	print_hint("taskmap explain %t", "what it is, and why", pair);
	print_hint("taskmap compare %p %t", see, pair);
	if (shape->flags)
		printf("      it was made with %s\n",
		       flag_words(words, shape->flags));
}

void guide(const struct shape *shape, const char *reports)
{
	const struct pair pair = find_pair(shape, reports);

	printf("%s: %s\n", shape->name, shape->what);
	printf("\nThere is task %d now, of process %d, to be compared with %d. Look at it:\n\n",
	       pair.task.tid, pair.task.pid, pair.parent.tid);
	guide_sharing(shape, &pair);
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++)
		if (!fnmatch(hints[i].shapes, shape->name, 0))
			print_hint(hints[i].command, hints[i].see, &pair);
	putchar('\n');
}

void guide_commands(void)
{
	char *line = NULL;
	size_t size = 0;

	for (;;) {
		fputs("A command, or Enter to end> ", stdout);
		fflush(stdout);
		if (getline(&line, &size, stdin) <= 0 || *line == '\n')
			break;
		if (system(line) < 0)
			warn("cannot run that");
	}
	free(line);
}
