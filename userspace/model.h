/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What can be known only by looking at all the tasks of a snapshot: who leads
 * whom, who is whose child, and who holds an object together with whom.
 *
 * A task is named by its index in the snapshot, which is in order of pid.
 * Everything here is O(n log n) in the number of tasks, made when first asked
 * for, and about the whole set, whatever part of it is shown.
 */
#ifndef TASKMAP_MODEL_H
#define TASKMAP_MODEL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "snapshot.h"
#include "sort.h"

#define NO_TASK		UINT_MAX

/* Tasks that have one thing in common: a tgid, or an object. Never empty. */
struct group {
	unsigned int first;	/* its first member in grouping.members */
	unsigned int count;
	unsigned int earliest;	/* its member with the lowest pid */
	unsigned int live;	/* members that are not dead */
	/*
	 * The thread groups that its members are of, but for kernel threads,
	 * who borrow what they do not share: how many, and the lowest tgids.
	 */
	unsigned int users;
	int lowest[2];
};

struct grouping {
	unsigned int *number;	/* for each task: of its group from 1, or 0 */
	unsigned int count;	/* of groups */
	struct group *groups;	/* in order of their earliest members */
	unsigned int *members;	/* tasks, a slice a group, by tgid and pid */
};

/* Some of the tasks, sorted to find the first one by what it has. */
struct index {
	struct entry *entries;	/* NULL: not made yet */
	unsigned int count;
};

struct model {
	const struct taskmap_record *tasks;
	unsigned int count;
	uint64_t chance[2];
	unsigned int *order;	/* tasks, by tgid and pid */
	struct grouping threads;
	/* Made on demand: */
	struct grouping holders[TASKMAP_RESOURCES];
	struct index borrowers;	/* vfork children, by mm and parent */
	struct index owners;	/* tasks that are no kernel threads, by mm */
	/*
	 * If this is about one part of several snapshots: a model of all their
	 * tasks, for an object to have one number in all parts, and which of
	 * those is the first here.
	 */
	struct model *whole;
	unsigned int offset;
};

/* Other thread groups that hold what a task holds. */
struct others {
	int tgid;		/* the lowest */
	unsigned int count;	/* 0: there is none, and no tgid */
};

/* @snap must outlive @model. */
void model_init(struct model *model, const struct snapshot *snap);
void model_free(struct model *model);

/* The tasks, grouped by the object that they hold. Id 0 is no object. */
const struct grouping *model_holders(struct model *model,
				     enum taskmap_resource resource);

/* The number of what @task holds of @resource, in short ids; 0 for none. */
unsigned int model_number(struct model *model, unsigned int task,
			  enum taskmap_resource resource);

/* The group of @task, NULL if it has none. */
const struct group *grouping_of(const struct grouping *grouping,
				unsigned int task);

/* Each returns a task, or NO_TASK if the snapshot does not have it. */
unsigned int model_find(const struct model *model, int pid);
unsigned int model_leader(const struct model *model, unsigned int task);
unsigned int model_parent(const struct model *model, unsigned int task);

bool model_is_leader(const struct model *model, unsigned int task);
bool model_is_dead(const struct model *model, unsigned int task);
bool model_is_kthread(const struct model *model, unsigned int task);

/* The members of @task's thread group that are in the snapshot, itself too. */
const struct group *model_threads(const struct model *model, unsigned int task);

/* How many of them are not dead. */
unsigned int model_live_threads(const struct model *model, unsigned int task);

/* Whether both hold the same object; none is not the same as none. */
bool model_same(const struct model *model, unsigned int a, unsigned int b,
		enum taskmap_resource resource);

/* Whether both hold one, and not the same. */
bool model_differ(const struct model *model, unsigned int a, unsigned int b,
		  enum taskmap_resource resource);

/*
 * Whom @task is compared with to say what it shares: its leader, or for a
 * leader its parent. NO_TASK if that is not in the snapshot.
 */
unsigned int model_origin(const struct model *model, unsigned int task);

struct others model_others(struct model *model, unsigned int task,
			   enum taskmap_resource resource);

/*
 * The tgid of whose mm a vfork child lives in: whoever made it. That is its
 * parent, but with CLONE_PARENT, when it is one of the others that hold the mm.
 */
int model_lender(struct model *model, unsigned int task);

/*
 * The tgid of the child by vfork that lives in the mm of @task: of several the
 * one with the lowest pid. 0 for none.
 */
int model_borrower(struct model *model, unsigned int task);

/* The tgid of the first task that has @mm as its own, 0 for none. */
int model_owner(struct model *model, uint64_t mm);

#endif /* TASKMAP_MODEL_H */
