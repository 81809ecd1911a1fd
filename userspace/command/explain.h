/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Explains a task in sentences. Beside each sentence stands the fact that
 * proves it.
 *
 * The sentences are written for readers who do not know the kernel: they
 * explain each kernel term that they use, unless they are about that term. The
 * text is ASCII, and the names of tasks are escaped.
 */
#ifndef TASKMAP_EXPLAIN_H
#define TASKMAP_EXPLAIN_H

#include "command/command.h"

/* The pid namespace of the task. */
enum home {
	HOME_UNKNOWN,	/* neither process 1 nor kthreadd is in the snapshot */
	HOME_INITIAL,	/* the one that PID and TGID refer to, usually the initial one */
	HOME_OTHER,
};

/* Another task, and the relation of the explained task to it. */
struct relative {
	int pid;		/* 0: there is no such task */
	unsigned int task;	/* NO_TASK: it is not in the snapshot */
	struct relation relation;
};

struct facts {
	const struct taskmap_record *record;
	unsigned int task;
	bool kernel;		/* runs no program and makes no system calls */
	bool leader;		/* of its thread group, so "ls /proc" shows it */
	bool dead;
	unsigned int live;	/* threads of its process that are not dead */
	unsigned int live_workers;	/* not counted in @live */
	unsigned int workers;	/* kernel workers among its threads */
	int dumper;		/* the thread of its process that dumps core, or 0 */
	enum home home;
	/*
	 * Return values of these system calls, as numbers of its own pid
	 * namespace; 0: unknown.
	 */
	int gettid;
	int getpid;
	int getppid;		/* also 0 if its parent is outside that namespace */
	bool getppid_known;
	struct relative with_leader;	/* pid 0 if the task is a leader */
	struct relative with_parent;
	struct birth birth;
	struct relative with_creator;
	enum basis basis;	/* how @with_creator is known */
	/* Thread group ids and, for @awaited, a pid; 0: none. */
	int lender;		/* owner of the address space that it borrows */
	int borrower;		/* vfork child that uses its address space */
	int awaited;		/* child that it waits for in vfork */
	int loaded;		/* owner of its active_mm, if it has no mm */
};

/* Topics of the sentences, in the order of the output. */
enum topic {
	TOPIC_KIND,
	TOPIC_KERNEL_THREAD,	/* in which sense it is a kernel thread */
	TOPIC_NUMBERS,		/* return values of getpid(), gettid() and getppid() */
	TOPIC_PROC,		/* its path in /proc */
	TOPIC_BIRTH,		/* how it was created */
	TOPIC_LEADER,		/* resources that it shares with its leader */
	TOPIC_PARENT,		/* resources that it shares with its parent */
	TOPIC_OTHERS,		/* resources that it shares with other processes */
	TOPIC_STATE,		/* its state, and what it waits for */
	TOPIC_UNUSUAL,		/* deviations, as in the column NOTE */
	TOPICS
};

struct sentence {
	enum topic topic;
	char *text;
	char *fact;		/* proof from the snapshot; NULL if the text has it */
};

struct explanation {
	struct model *model;	/* not const: objects are numbered when they are named */
	struct facts facts;
	bool elsewhere;		/* the reader's /proc may use other pids */
	char *title;		/* one line: pid, name and kind */
	struct sentence *sentences;	/* in order of their topics */
	size_t count;
};

/* Add a sentence. Takes ownership of @fact, which may be NULL. */
void say(struct explanation *explanation, enum topic topic, char *fact,
	 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Return a text like "2 threads and 1 kernel worker", which the caller frees. */
char *explain_threads(unsigned int threads, unsigned int workers);

/* explain_sharing.c */

/* Explain how the task was created, and what has changed since then. */
void explain_birth(struct explanation *explanation);

/* Explain what the task shares with its leader, its parent, and other processes. */
void explain_leader(struct explanation *explanation);
void explain_parent(struct explanation *explanation);
void explain_others(struct explanation *explanation);

/* Return the creator as "thread 12 (name)", which the caller frees. */
char *explain_creator(const struct explanation *explanation);

/* explain_state.c */

/* Explain the state of the task, what it waits for, and its tracer. */
void explain_state(struct explanation *explanation);

/* explain_brief.c */

/* The lines of the short form, in order. */
enum line {
	LINE_KIND,
	LINE_CREATED,
	LINE_SHARES,
	LINE_DOING,
	LINE_UNUSUAL,
	LINES
};

/* The label of a line. LINE_KIND has none: NULL. */
const char *explain_label(enum line line);

/* Sets @lines to the lines of the short form. The caller frees them. */
void explain_lines(struct model *model, unsigned int task, bool elsewhere,
		   char *lines[LINES]);

/* Return one of these lines without its label. The caller frees it. */
char *explain_line(const struct explanation *explanation, enum line line);

#endif /* TASKMAP_EXPLAIN_H */
