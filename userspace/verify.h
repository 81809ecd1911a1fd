/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Whether what the module says of tasks is what kcmp(2) and /proc say.
 *
 * They are asked one after the other, and the system goes on meanwhile. So a
 * difference is only a suspicion: it is asked again, of a new snapshot, until
 * it is gone, or was there STEADY times more, word by word, for a task that is
 * still the same. Only then it is a disagreement; all others are races.
 */
#ifndef TASKMAP_VERIFY_H
#define TASKMAP_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "answer.h"
#include "error.h"
#include "filter.h"
#include "snapshot.h"

/* What is asked; tests have others than the running system. */
struct verify_system {
	/* Takes a snapshot, as source_read() does. */
	int (*take)(const void *data, struct snapshot *snap,
		    struct error *error);
	const void *data;
	const char *proc;	/* where procfs is mounted */
	/* As kcmp_same(), or NULL if that cannot be asked */
	int (*same)(int one, int other, enum taskmap_resource resource);
	int nobody;		/* from kcmp_nobody(), or not positive */
	void (*rest)(unsigned int round);	/* before asking again */
	void (*progress)(unsigned int done, unsigned int all);
};

struct disagreement {
	int pid;
	int other;		/* of a pair, or 0 */
	const char *what;
	const char *witness;	/* "/proc" or "kcmp" */
	struct answer answer;
};

struct verification {
	struct taskmap_header header;	/* of the first snapshot */
	uint64_t seed;
	unsigned int tasks;	/* that were compared */
	unsigned int missing;	/* pids that were asked for and are not there */
	uint64_t pairs;		/* that were compared by kcmp(2) */
	uint64_t races;
	uint64_t unchecked;	/* questions that got no answer */
	struct disagreement *list;
	size_t count;
};

/*
 * Compares the tasks that @filter names, and fills @result, to be freed; or
 * returns -1 with @error set. Equal seeds make for equal pairs of equal tasks.
 */
int verify(const struct verify_system *system, const struct filter *filter,
	   uint64_t seed, struct verification *result, struct error *error);
void verification_free(struct verification *result);

#endif /* TASKMAP_VERIFY_H */
