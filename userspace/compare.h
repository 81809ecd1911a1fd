/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Some tasks held against each other: which of them hold the same of each
 * resource.
 */
#ifndef TASKMAP_COMPARE_H
#define TASKMAP_COMPARE_H

#include "model.h"
#include "relation.h"

struct comparison {
	const struct model *model;
	const unsigned int *tasks;
	size_t count;
	/*
	 * For each resource and each task the number of what it holds, from 1
	 * in order of the tasks; 0 for none.
	 */
	unsigned int *numbers[TASKMAP_RESOURCES];
	struct relation *relations;	/* of each to the first */
};

/**
 * comparison_init() - hold tasks against each other
 * @comparison: what to fill, to be freed by comparison_free()
 * @model: the model of the snapshot, which must outlive it
 * @tasks: the tasks, which must outlive it, too
 * @count: how many there are
 */
void comparison_init(struct comparison *comparison, const struct model *model,
		     const unsigned int *tasks, size_t count);
void comparison_free(struct comparison *comparison);

/* Room for the letters of any number, and the NUL. */
#define LETTERS_SIZE	8

/* Writes A, B ... Z, AA, AB ... for @number; "-" for 0. Returns @out. */
char *comparison_letters(unsigned int number, char out[LETTERS_SIZE]);

#endif /* TASKMAP_COMPARE_H */
