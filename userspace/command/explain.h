/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What a task is, in plain words: sentences, and beside each what decides it.
 *
 * Sentences are good for a class: no word of the kernel's is used that is not
 * explained there and then, or is what the sentence is about. They are English
 * in ASCII, but for the names of tasks, which are escaped.
 */
#ifndef TASKMAP_EXPLAIN_H
#define TASKMAP_EXPLAIN_H

#include "command/command.h"

/* Which pid namespace it lives in. */
enum home {
	HOME_UNKNOWN,	/* neither process 1 nor kthreadd is there to compare with */
	HOME_INITIAL,	/* the one whose numbers PID and TGID are */
	HOME_OTHER,
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
	bool kernel;		/* runs no program and makes no system calls */
	bool leader;		/* of its thread group; /proc lists it for that */
	bool dead;
	unsigned int live;	/* threads of its group that are not dead */
	enum home home;
	/* What these return to it, in its own pid namespace; 0 if not known. */
	int gettid;
	int getpid;
	struct relative with_leader;	/* none for a leader itself */
	struct relative with_parent;
	struct birth birth;
	struct relative with_creator;	/* none if its birth is not known */
	/* Tgids, 0 for none. */
	int lender;		/* whose address space it uses, by vfork or as a kernel thread */
	int borrower;		/* its child by vfork that uses that of its process */
	int loaded;		/* of a kernel thread without: whose is loaded on its processor */
	struct others beside;	/* other thread groups that use its address space, too */
};

/* What sentences are about, in the order in which they come. */
enum topic {
	TOPIC_KIND,		/* what it is */
	TOPIC_KERNEL_THREAD,	/* in which sense it is a kernel thread */
	TOPIC_NUMBERS,		/* what getpid() and gettid() return to it */
	TOPIC_PROC,		/* where it is in /proc */
	TOPIC_BIRTH,		/* how it was created */
	TOPIC_LEADER,		/* what it shares with its leader */
	TOPIC_PARENT,		/* what it shares with its parent */
	TOPICS
};

struct sentence {
	enum topic topic;
	char *text;
	char *fact;		/* what decides it; NULL if that is in the text */
};

struct explanation {
	struct model *model;	/* gets the numbers of the ids that are shown */
	struct facts facts;
	char *title;		/* one line: who it is */
	struct sentence *sentences;	/* in order of their topics */
	size_t count;
};

/* Adds a sentence. Takes over @fact, which is NULL if the text says it. */
void say(struct explanation *explanation, enum topic topic, char *fact,
	 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* explain_sharing.c */

/* What is recorded of how it was created, and what has changed since. */
void explain_birth(struct explanation *explanation);

/* What it shares with its leader, and with its parent. */
void explain_leader(struct explanation *explanation);
void explain_parent(struct explanation *explanation);

#endif /* TASKMAP_EXPLAIN_H */
