/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What about a system is not as the textbook has it.
 *
 * The textbook: a process is a thread group that shares nothing with another.
 * A thread shares with its leader all but the io_context, as pthread_create(3)
 * makes it. Kernel threads share among themselves, and root and working
 * directory with process 1. Nobody but tasks holds what tasks share.
 */
#ifndef TASKMAP_DRIFT_H
#define TASKMAP_DRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"

enum drift_rule {
	DRIFT_OWN,	/* a thread has not what its leader has */
	DRIFT_SHARED,	/* tasks share what they should not */
	DRIFT_VFORK,	/* a vfork child still borrows its parent's mm */
	DRIFT_BORROWED,	/* a kernel thread uses what a process holds */
	DRIFT_WORKER,	/* the kernel made a thread inside a process */
	DRIFT_LEADER,	/* the leader is dead, and threads live */
	DRIFT_REFS,	/* the holders of an object do not make up its refs */
};

struct finding {
	unsigned int task;	/* the lowest pid of whom it is true */
	unsigned int tasks;	/* of how many it is, in the same words */
	enum drift_rule rule;
	uint32_t resources;	/* bit 1 << resource for each it is about */
	unsigned int holders;	/* for DRIFT_REFS, or 0 */
	uint32_t refs;
	char *reason;		/* in words, one line */
};

struct drift {
	struct finding *findings;	/* in order of pid */
	size_t count;
};

/*
 * What is to be said of the @shown tasks, in view of all. Refs are judged only
 * if the snapshot is @exact: otherwise they are of many moments.
 */
void drift_init(struct drift *drift, struct model *model, bool exact,
		const bool *shown);
void drift_free(struct drift *drift);

/* The name of @rule, as in the column RULE. */
const char *drift_rule_name(enum drift_rule rule);

#endif /* TASKMAP_DRIFT_H */
