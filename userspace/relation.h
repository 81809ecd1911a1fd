/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What two tasks share, and with which flags clone(2) would make a task that
 * shares just that with another.
 *
 * That is about now: exec, unshare(2), setns(2), setuid(2) and the like change
 * it after a task was made.
 */
#ifndef TASKMAP_RELATION_H
#define TASKMAP_RELATION_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

#define BIT(resource)	(1U << (resource))

/* Sets of resources: BIT(resource) for each. */
struct relation {
	uint32_t same;		/* both hold one, and the same */
	uint32_t apart;		/* both hold one, and not the same */
	/*
	 * Those whose flag of clone(2) is wanted: one that shares, or for a
	 * namespace one that makes another.
	 */
	uint32_t flags;
	uint32_t needed;	/* whose flag the kernel wants beside those */
	/* Whose flag can be or not: one of the two holds none. */
	uint32_t untold;
	uint32_t beyond;	/* in what clone(2) with those flags would do otherwise */
	bool borrowed;		/* a kernel thread uses the other's mm: no flag does that */
	bool possible;		/* clone(2) takes these flags together */
};

/**
 * relate() - hold two tasks against each other
 * @model: the model of the snapshot that has both
 * @task: the one that would be made
 * @other: the one that would call clone(2)
 *
 * active_mm is in no set but @same and @apart: nothing decides on it but what
 * ran before.
 *
 * Return: the relation of @task to @other.
 */
struct relation relate(const struct model *model, unsigned int task,
		       unsigned int other);

/**
 * relation_name() - what people call what these flags make
 * @relation: as relate() returned it
 *
 * Return: the call that makes such tasks, or NULL if it has no name, or if too
 * much is untold.
 */
const char *relation_name(const struct relation *relation);

/**
 * relation_flags() - the flags of clone(2) for a set of resources
 * @set: the resources; those without a flag are passed over
 * @separator: what stands between two
 *
 * Return: their names, to be freed.
 */
char *relation_flags(uint32_t set, const char *separator);

#endif /* TASKMAP_RELATION_H */
