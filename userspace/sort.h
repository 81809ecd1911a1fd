/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Sorts tasks by what they have in common.
 */
#ifndef TASKMAP_SORT_H
#define TASKMAP_SORT_H

#include <stdint.h>

struct entry {
	uint64_t key;
	int tgid;
	unsigned int task;
};

/*
 * Sorts by key, then by tgid, and leaves those equal in both in the order that
 * they came in. Takes as long for each entry however many there are, and
 * whatever is in them: ids are random numbers, on which comparing is slow, and
 * those of a file may have been chosen.
 */
void sort_entries(struct entry *entries, unsigned int count);

#endif /* TASKMAP_SORT_H */
