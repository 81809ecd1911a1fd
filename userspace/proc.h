/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What /proc says of tasks. The only place that reads there for that.
 *
 * Functions return 0, or a negative errno: that a task is gone is -ENOENT or
 * -ESRCH, whichever step found it out.
 */
#ifndef TASKMAP_PROC_H
#define TASKMAP_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "uapi/taskmap.h"

#define PROC_COMM_LEN	64	/* those of kernel threads can be long here */

struct proc_task {
	uint64_t start;		/* in clock ticks since boot */
	int pid;
	int tgid;
	int ppid;
	int ns_pid;		/* in its own pid namespace */
	int exit_signal;
	uint32_t flags;
	uint32_t threads;
	uint32_t uid;
	uint32_t gid;
	char state;
	bool memory;		/* it has an address space, and is not the kernel's */
	char comm[PROC_COMM_LEN];
};

/* Whether procfs is at @root, which is "/proc" but in tests, and of our pids. */
int proc_present(const char *root);

int proc_read(const char *root, int pid, struct proc_task *task);

/*
 * The number of the namespace that the link of @resource leads to; 0 if there
 * is no link, as for the dead.
 */
int proc_namespace(const char *root, int pid, enum taskmap_resource resource,
		   uint64_t *number);

/* The same of the program itself; -ENOENT if the kernel has no such ones. */
int proc_own_namespace(const char *root, enum taskmap_resource resource,
		       uint64_t *number);

/* Calls @found with the pid of every task there is. */
int proc_each(const char *root, void (*found)(void *data, int pid),
	      void *data);

/* Clock ticks in a second. */
uint64_t proc_ticks(void);

#endif /* TASKMAP_PROC_H */
