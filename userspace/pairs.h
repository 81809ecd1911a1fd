/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Which tasks to ask kcmp(2) about. All pairs are too many: of n tasks some
 * multiples of n are chosen, of which most that hold the same are by the
 * module's word, and some that hold nothing together.
 */
#ifndef TASKMAP_PAIRS_H
#define TASKMAP_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"

struct pair {
	unsigned int one, other;	/* tasks, the lower one first */
};

struct pairs {
	struct pair *pairs;	/* each once, in order */
	size_t count, room;
	const bool *chosen;
};

/*
 * Pairs of which at least one is @chosen, to be freed: in thread groups each
 * member with its neighbour and with the leader; each that shares something
 * with another thread group with one of those; and each with any other.
 */
void pairs_choose(struct pairs *pairs, struct model *model, const bool *chosen,
		  uint64_t seed);
void pairs_free(struct pairs *pairs);

#endif /* TASKMAP_PAIRS_H */
