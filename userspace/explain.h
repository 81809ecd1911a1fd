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

#include "facts.h"

/* What sentences are about, in the order in which they come. */
enum topic {
	TOPIC_KIND,		/* what it is */
	TOPIC_KERNEL_THREAD,	/* in which sense it is a kernel thread */
	TOPIC_NUMBERS,		/* what getpid() and gettid() return to it */
	TOPIC_PROC,		/* where it is in /proc */
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
	struct facts facts;
	char *title;		/* one line: who it is */
	struct sentence *sentences;	/* in order of their topics */
	size_t count;
};

/**
 * explain() - put the facts of a task into sentences
 * @model: the model of the snapshot
 * @task: the task
 *
 * Return: the explanation, to be freed by explanation_free().
 */
struct explanation explain(struct model *model, unsigned int task);
void explanation_free(struct explanation *explanation);

/* What a topic is called: for people, and as a key. */
const char *topic_title(enum topic topic);
const char *topic_key(enum topic topic);

/* What is true of all that is said of flags. Ends in NULL. */
extern const char *const explain_limits[];

/* explain_sharing.c */

/* Takes over @fact and @text. */
void explain_say(struct explanation *explanation, enum topic topic,
		 char *fact, char *text);
void explain_leader(struct explanation *explanation, struct model *model);
void explain_parent(struct explanation *explanation, struct model *model);

#endif /* TASKMAP_EXPLAIN_H */
