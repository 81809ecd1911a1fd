/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What the module and its witness, /proc or kcmp(2), say to one question.
 */
#ifndef TASKMAP_ANSWER_H
#define TASKMAP_ANSWER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ANSWER_SIZE	64

struct answer {
	char module[ANSWER_SIZE];
	char witness[ANSWER_SIZE];
	uint64_t ids[2];	/* that the module's words were made of */
};

static inline const char *some(bool there)
{
	return there ? "some" : "none";
}

static inline void answer_set(struct answer *answer, const char *module,
			      const char *witness)
{
	snprintf(answer->module, sizeof(answer->module), "%s", module);
	snprintf(answer->witness, sizeof(answer->witness), "%s", witness);
}

static inline bool answer_agrees(const struct answer *answer)
{
	return !strcmp(answer->module, answer->witness);
}

static inline bool answer_equals(const struct answer *a,
				 const struct answer *b)
{
	return !strcmp(a->module, b->module) &&
	       !strcmp(a->witness, b->witness) &&
	       a->ids[0] == b->ids[0] && a->ids[1] == b->ids[1];
}

#endif /* TASKMAP_ANSWER_H */
