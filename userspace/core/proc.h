/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What /proc and kcmp(2) tell about tasks. Nothing else in the reader calls kcmp(2) or
 * reads the files of a task.
 *
 * Functions return 0 or a negative errno unless stated otherwise. -ENOENT and
 * -ESRCH mean that the task is gone.
 */
#ifndef TASKMAP_CORE_PROC_H
#define TASKMAP_CORE_PROC_H

#include "core/place.h"

/* proc.c */

#define PROC_NAME_SIZE	64

/* A task as /proc shows it. */
struct proc_task {
	/*
	 * Filled in as by the module, with these differences: start_ns is
	 * rounded down to a clock tick; the ids of mm and sighand are not 0 if
	 * there is one; all other ids and the refs are 0; a vhost worker is a
	 * thread; cgroup is 0 if it is unknown.
	 */
	struct taskmap_record record;
	int group_exit_code;	/* of a dead leader: exit code of its group */
	char name[PROC_NAME_SIZE];	/* longer than comm for some kernel threads */
};

/**
 * proc_read() - read a task from /proc
 * @root: where procfs is mounted
 * @cgroups: where the cgroup2 hierarchy is mounted, or NULL
 * @pid: the task
 * @task: set to its data
 */
int proc_read(const char *root, const char *cgroups, int pid,
	      struct proc_task *task);

/* Like proc_read(), but only sets what /proc/PID/stat shows. */
int proc_glance(const char *root, int pid, struct taskmap_record *record);

/*
 * The mount point of the cgroup2 hierarchy, which the caller frees. NULL if it
 * is not mounted, or if the paths in /proc do not start at its root.
 */
char *proc_cgroups(const char *root);

/*
 * Lists the pids of all tasks in /proc, in no particular order. The caller
 * frees them.
 */
int proc_pids(const char *root, int **pids, size_t *count);

static inline bool record_is_dead(const struct taskmap_record *record)
{
	return record->state == 'Z' || record->state == 'X';
}

/* The unit of start times in /proc. */
uint64_t proc_tick_ns(void);

/*
 * Returns -EXDEV if the pids of this /proc are not those of the caller's pid namespace,
 * which kcmp(2) takes.
 */
int proc_is_own(const char *root);

/*
 * Calls @add for each child of a task; not for its process, which can have other
 * threads. The children are unknown if the kernel lacks CONFIG_PROC_CHILDREN.
 */
void proc_children(const char *root, int pid,
		   void (*add)(void *data, int pid, int child), void *data);

/* Whether the running kernel is at least this version. */
bool proc_since(unsigned int major, unsigned int minor);

/* kcmp.c */

/* Whether kcmp(2) can compare @resource. */
bool kcmp_knows(enum taskmap_resource resource);

/*
 * Returns 0 if both tasks hold the same object or both hold none, 1 or 2 if the object
 * of the one comes before or after that of the other in an arbitrary order, or a
 * negative errno.
 */
int kcmp_order(int one, int other, enum taskmap_resource resource);

/*
 * Returns 1 if both tasks hold the same object or both hold none, which kcmp(2)
 * does not distinguish; 0 if not; or a negative errno.
 */
int kcmp_same(int one, int other, enum taskmap_resource resource);

/* Returns 0 if kcmp(2) works, or a negative errno. */
int kcmp_probe(void);

/*
 * Creates a zombie, which holds none of the resources that kcmp(2) compares
 * except signal handlers: a task that compares equal to it does not hold one
 * either. Returns its pid, for kcmp_zombie_free(), or a negative errno.
 */
int kcmp_zombie(void);
void kcmp_zombie_free(int zombie);

/* proc_snapshot.c */

/**
 * proc_snapshot() - make a snapshot without the module
 * @root: where procfs is mounted
 * @snap: the snapshot; free it with snapshot_free()
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int proc_snapshot(const char *root, struct snapshot *snap, struct error *error);

#endif /* TASKMAP_CORE_PROC_H */
