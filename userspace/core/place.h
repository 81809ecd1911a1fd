/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * In which namespaces a task is according to /proc, and in which the reader
 * itself is: the module's pids and times are those of the initial namespaces.
 */
#ifndef TASKMAP_CORE_PLACE_H
#define TASKMAP_CORE_PLACE_H

#include <limits.h>

#include "core/resources.h"
#include "core/snapshot.h"

/*
 * Inode numbers of the initial namespaces: PROC_PID_INIT_INO and
 * PROC_TIME_INIT_INO in include/linux/proc_ns.h.
 */
#define FIRST_PID_NS	0xeffffffcU
#define FIRST_TIME_NS	0xeffffffaU

/*
 * Writes the path of file @name of a task; @pid 0 is the caller. Every task is a
 * thread of itself: its pid alone makes the path, so that the tgid that /proc
 * reports remains a thing to compare.
 */
void proc_path(char path[PATH_MAX], const char *root, int pid,
	       const char *name);

/**
 * proc_namespace() - read the number of a namespace
 * @root: where procfs is mounted
 * @pid: the task, or 0 for the caller
 * @resource: which of its namespaces
 * @number: set to the inode number, or to 0 if the task has no such link: it
 *	is dead, or the kernel has no such namespaces
 *
 * Return: 0 or a negative errno; -ENOENT or -ESRCH if there is no such task.
 */
int proc_namespace(const char *root, int pid, enum taskmap_resource resource,
		   uint64_t *number);

/**
 * place_find() - find out in which pid namespace the reader is
 * @source: the system
 * @pid_ns: set to its inode number, or to 0 if it is the initial one
 *
 * Return: 0, or a negative errno if /proc does not tell.
 */
int place_find(const struct source *source, uint32_t *pid_ns);

#endif /* TASKMAP_CORE_PLACE_H */
