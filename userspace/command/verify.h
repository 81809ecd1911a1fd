/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/* What verify compares: the module's answers with those of /proc and kcmp(2). */
#ifndef TASKMAP_VERIFY_H
#define TASKMAP_VERIFY_H

#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "core/place.h"
#include "core/proc.h"

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

/* The fields that both the module and /proc have, numbered from 0. */
#define FIELD_START	0	/* time of creation, which identifies a task with its pid */

/* The name of @field, or NULL after the last one. */
const char *field_key(unsigned int field);

/* Whether a snapshot with @header contains @field. */
bool field_is_reported(unsigned int field, const struct taskmap_header *header);

/* Sets @answer. Returns whether both answers are equal. */
bool field_compare(unsigned int field, const struct taskmap_record *record,
		   const struct proc_task *task, struct answer *answer);

/* verify_kcmp.c */

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
