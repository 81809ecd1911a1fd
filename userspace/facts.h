/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What decides on how a task is called, numbered and found: the facts that
 * "explain" has sentences for. No words here.
 */
#ifndef TASKMAP_FACTS_H
#define TASKMAP_FACTS_H

#include <stdbool.h>

#include "model.h"
#include "relation.h"

/* What the kernel makes first (rest_init(), init/main.c). */
#define PID_INIT	1
#define PID_KTHREADD	2

/* Which pid namespace it lives in. */
enum home {
	HOME_UNKNOWN,	/* neither process 1 nor kthreadd is there to compare with */
	HOME_INITIAL,	/* the one whose numbers PID and TGID are */
	HOME_OTHER,
};

/* What people mean by "kernel thread". */
enum kernel_thread {
	KERNEL_THREAD_NO,	/* of a process */
	KERNEL_THREAD_INSIDE,	/* the kernel's, within a process */
	KERNEL_THREAD_YES,	/* the kernel's alone */
};

/* Another task, and how the task that this is about is related to it. */
struct relative {
	int pid;		/* 0: there is none */
	unsigned int task;	/* NO_TASK: the snapshot does not have it */
	struct relation relation;
};

struct facts {
	const struct taskmap_record *record;
	unsigned int task;
	enum kernel_thread kernel_thread;
	bool leader;		/* of its thread group; /proc lists it for that */
	bool dead;
	unsigned int live;	/* threads of its group that are not dead */
	enum home home;
	/* What these return to it, in its own pid namespace; 0 if not known. */
	int gettid;
	int getpid;
	struct relative with_leader;	/* none for a leader itself */
	struct relative with_parent;
	/* Tgids, 0 for none. */
	int lender;		/* whose address space it uses, by vfork or as a kernel thread */
	int borrower;		/* its child by vfork that uses that of its process */
	int loaded;		/* of a kernel thread without: whose is loaded on its processor */
	struct others beside;	/* other thread groups that use its address space, too */
};

/**
 * facts_find() - what there is to know of one task
 * @model: the model of the snapshot
 * @task: the task
 *
 * Return: the facts, good for as long as @model is.
 */
struct facts facts_find(struct model *model, unsigned int task);

#endif /* TASKMAP_FACTS_H */
