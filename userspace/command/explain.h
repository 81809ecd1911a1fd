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
	unsigned int live;	/* threads of its process that are not dead */
	unsigned int live_workers;	/* kernel workers there, which are not counted */
	unsigned int workers;	/* kernel workers among its threads */
	int dumper;		/* the thread of its process that dumps core, or 0 */
	enum home home;
	/* What these return to it, in its own pid namespace; 0 if not known. */
	int gettid;
	int getpid;
	int getppid;		/* 0 if its parent is outside of that namespace */
	bool getppid_known;
	struct relative with_leader;	/* none for a leader itself */
	struct relative with_parent;
	struct birth birth;
	/* Recorded, or inferred as @basis says. */
	struct relative with_creator;
	enum basis basis;
	/* Tgids, 0 for none. */
	int lender;		/* whose address space it uses, by vfork or as a kernel thread */
	int borrower;		/* a child by vfork that uses that of its process */
	int awaited;		/* the child that it waits for in vfork */
	int loaded;		/* of a kernel thread without: whose is loaded on its processor */
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
	TOPIC_OTHERS,		/* what it shares with whom else */
	TOPIC_STATE,		/* what it is doing */
	TOPIC_UNUSUAL,		/* what is unusual about it */
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
	bool elsewhere;		/* the reader's /proc may have other pids */
	char *title;		/* one line: who it is */
	struct sentence *sentences;	/* in order of their topics */
	size_t count;
};

/* Adds a sentence. Takes over @fact, which is NULL if the text says it. */
void say(struct explanation *explanation, enum topic topic, char *fact,
	 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* "2 threads and 1 kernel worker"; to be freed. */
char *explain_threads(unsigned int threads, unsigned int workers);

/* explain_sharing.c */

/* What is recorded of how it was created, and what has changed since. */
void explain_birth(struct explanation *explanation);

/* What it shares with its leader, with its parent, and with others. */
void explain_leader(struct explanation *explanation);
void explain_parent(struct explanation *explanation);
void explain_others(struct explanation *explanation);

/* What its creator is called: "thread 12 (name)"; to be freed. */
char *explain_creator(const struct explanation *explanation);

/* explain_state.c */

/* What it is doing, what it waits for, and who traces it. */
void explain_state(struct explanation *explanation);

/* explain_brief.c: the short answer */

/* The lines of a short answer, in order. */
enum line {
	LINE_KIND,
	LINE_CREATED,
	LINE_SHARES,
	LINE_DOING,
	LINE_UNUSUAL,
	LINES
};

/* One of these lines, without its label; to be freed. */
char *explain_line(const struct explanation *explanation, enum line line);

#endif /* TASKMAP_EXPLAIN_H */
