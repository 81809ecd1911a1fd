/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The sources that verify compares the module with: /proc and kcmp(2). Only
 * verify_proc.c and verify_kcmp.c access them.
 *
 * Functions return 0 or a negative errno unless stated otherwise. -ENOENT and
 * -ESRCH mean that the task is gone.
 */
#ifndef TASKMAP_VERIFY_H
#define TASKMAP_VERIFY_H

#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "core/place.h"

/*
 * The answers of the module and of the other source to one question, as text.
 */
#define ANSWER_SIZE	128

struct answer {
	char module[ANSWER_SIZE];
	char source[ANSWER_SIZE];
	uint64_t ids[2];	/* ids that the module's answer is based on */
};

static inline bool answer_agrees(const struct answer *answer)
{
	return !strcmp(answer->module, answer->source);
}

static inline const char *some(bool there)
{
	return there ? "some" : "none";
}

/* verify_proc.c */

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
	char name[ANSWER_SIZE];	/* longer than comm for some kernel threads */
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

/* The fields that both the module and /proc have, numbered from 0. */
#define FIELD_START	0	/* time of creation, which identifies a task with its pid */

/* The name of @field, or NULL after the last one. */
const char *field_name(unsigned int field);

/* Whether a snapshot with @header contains @field. */
bool field_is_reported(unsigned int field, const struct taskmap_header *header);

/* Sets @answer. Returns whether both answers are equal. */
bool field_compare(unsigned int field, const struct taskmap_record *record,
		   const struct proc_task *task, struct answer *answer);

/* verify_kcmp.c */

/* Whether kcmp(2) can compare @resource. */
bool kcmp_knows(enum taskmap_resource resource);

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

struct pair {
	unsigned int one, other;	/* indices of tasks; @one is lower */
};

/**
 * pairs_choose() - choose the pairs of tasks to compare
 * @model: the tasks; their holders are grouped if they are not yet
 * @chosen: each pair contains one of these tasks
 * @seed: for the pairs that are chosen at random
 * @count: set to the number of pairs
 *
 * All pairs would be too many. The pairs are, in each thread group, each member
 * with the next one and with the leader; each task that shares an object with
 * another thread group with one task of that group; and each task with a random
 * one, with which it usually shares nothing.
 *
 * Return: the pairs without duplicates; the caller frees them.
 */
struct pair *pairs_choose(struct model *model, const bool *chosen,
			  uint64_t seed, size_t *count);

#endif /* TASKMAP_VERIFY_H */
