/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The reader's own words about a task.
 */
#ifndef TASKMAP_NOTES_H
#define TASKMAP_NOTES_H

#include <stddef.h>

#include "model.h"

/* Room for the longest that can be said of one task. */
#define NOTES_SIZE	512

/*
 * Which resources @task shares with whom it comes from (model_origin), as the
 * words for clone(2) flags, comma-separated. Empty if none.
 */
void notes_shares(const struct model *model, unsigned int task,
		  char out[NOTES_SIZE]);

/*
 * What is not the textbook case about @task, a few words each, separated by
 * "; ". Empty if there is nothing to say.
 */
void notes_oddities(struct model *model, unsigned int task,
		    char out[NOTES_SIZE]);

#endif /* TASKMAP_NOTES_H */
