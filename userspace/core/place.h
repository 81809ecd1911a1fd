/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The namespaces of a task and of the reader, according to /proc. The reader can be
 * outside the initial namespaces, to which the module's pids and times refer.
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
 * Write the path of file @name of a task, or of the caller if @pid is 0. The path
 * does not depend on the tgid, which can therefore be compared with /proc: every task
 * can be reached as /proc/PID/task/PID.
 */
void proc_path(char path[PATH_MAX], const char *root, int pid,
	       const char *name);

/**
 * proc_namespace() - read the number of a namespace
 * @root: where procfs is mounted
 * @pid: pid of the task, or 0 for the caller
 * @resource: the type of the namespace
 * @number: set to the inode number, or to 0 if the link does not exist: the task
 *	is dead, or the kernel does not support such namespaces
 *
 * Return: 0 or a negative errno; -ENOENT or -ESRCH if there is no such task.
 */
int proc_namespace(const char *root, int pid, enum taskmap_resource resource,
		   uint64_t *number);

/**
 * place_find() - find the pid namespace of the reader
 * @source: the system that is read
 * @pid_ns: set to its inode number, or to 0 if it is the initial one
 *
 * Return: 0, or a negative errno if /proc does not have an entry for the reader.
 */
int place_find(const struct source *source, uint32_t *pid_ns);

#endif /* TASKMAP_CORE_PLACE_H */
