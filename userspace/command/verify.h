/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The witnesses of the command verify: /proc and kcmp(2). Only these two files
 * ask them.
 *
 * Functions return 0 or a negative errno unless they say otherwise. A task that
 * is gone is -ENOENT or -ESRCH, whichever step noticed it.
 */
#ifndef TASKMAP_VERIFY_H
#define TASKMAP_VERIFY_H

#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "core/place.h"

/* What the module and a witness answer to one question, in words. */
#define ANSWER_SIZE	64

struct answer {
	char module[ANSWER_SIZE];
	char witness[ANSWER_SIZE];
	uint64_t ids[2];	/* the ids that the module's word stands for */
};

static inline bool answer_agrees(const struct answer *answer)
{
	return !strcmp(answer->module, answer->witness);
}

static inline const char *some(bool there)
{
	return there ? "some" : "none";
}

/* verify_proc.c */

/* A task in /proc. */
struct proc_task {
	/*
	 * As the module would fill it in, as far as /proc tells: start_ns is
	 * rounded down to a clock tick, the ids of mm and sighand say only
	 * whether there is one, all other ids and refs are 0, a worker of
	 * vhost is a thread, and cgroup is 0 if it is not known.
	 */
	struct taskmap_record record;
	int group_exit_code;	/* of a dead leader, that of its group */
	char name[ANSWER_SIZE];	/* longer than comm for some kernel threads */
};

/**
 * proc_read() - read what /proc tells of a task
 * @root: where procfs is mounted
 * @cgroups: where the unified hierarchy of cgroups is, or NULL
 * @pid: the task
 * @task: filled in
 */
int proc_read(const char *root, const char *cgroups, int pid,
	      struct proc_task *task);

/*
 * Where the unified hierarchy of cgroups is mounted; to be freed. NULL if it is
 * not, or if the paths in /proc do not start at its root.
 */
char *proc_cgroups(const char *root);

/* The pids of all tasks in /proc, in no particular order; to be freed. */
int proc_pids(const char *root, int **pids, size_t *count);

/* Fields that both the module and /proc have are numbered from 0. */
#define FIELD_START	0	/* when the task was created: identifies it */

/* The name of @field, or NULL after the last one. */
const char *field_name(unsigned int field);

/* Whether a snapshot with @header has @field. */
bool field_told(unsigned int field, const struct taskmap_header *header);

/* Sets the words of @answer. Returns whether they agree. */
bool field_compare(unsigned int field, const struct taskmap_record *record,
		   const struct proc_task *task, struct answer *answer);

/* verify_kcmp.c */

/* Whether kcmp(2) can compare @resource. */
bool kcmp_knows(enum taskmap_resource resource);

/*
 * Returns 1 if both tasks hold the same object, or none, which kcmp(2) does not
 * tell apart; 0 if not; or a negative errno.
 */
int kcmp_same(int one, int other, enum taskmap_resource resource);

/* Whether kcmp(2) works here. */
int kcmp_probe(void);

/*
 * Creates a zombie, which holds nothing that kcmp(2) compares except signal
 * handlers: a task that is the same as the zombie holds nothing either. Returns
 * its pid, for kcmp_nobody_free(), or a negative errno.
 */
int kcmp_nobody(void);
void kcmp_nobody_free(int nobody);

struct pair {
	unsigned int one, other;	/* tasks; @one is the lower index */
};

/**
 * pairs_choose() - choose the pairs of tasks to compare
 * @model: the tasks; their holders are grouped if they are not yet
 * @chosen: one of each pair is among these
 * @seed: decides about the pairs that are chosen at random
 * @count: set to the number of pairs
 *
 * All pairs would be too many. Compared are, in each thread group, each member
 * with the next one and with the leader; each task that shares an object with
 * another thread group with one task of that group; and each task with a random
 * one, with which it usually shares nothing.
 *
 * Return: the pairs, each once; to be freed.
 */
struct pair *pairs_choose(struct model *model, const bool *chosen,
			  uint64_t seed, size_t *count);

#endif /* TASKMAP_VERIFY_H */
