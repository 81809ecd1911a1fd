/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The objects that tasks hold, and who shares each of them.
 */
#ifndef TASKMAP_OBJECTS_H
#define TASKMAP_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

struct object {
	enum taskmap_resource resource;
	const unsigned int *holders;	/* tasks, by tgid and pid */
	unsigned int count;		/* of them */
	unsigned int earliest;		/* the one with the lowest pid */
	uint32_t refs;		/* the most that any of them tells; 0: not known */
	unsigned int kthreads;		/* kernel threads among them */
	unsigned int groups;		/* thread groups that they are of */
	int tgid;			/* of the one that most of them are of */
	unsigned int outside;		/* of how many they are not */
};

struct objects {
	struct object *list;
	unsigned int count;
};

/* Whether @object is one to be listed. */
struct object_filter {
	uint32_t resources;	/* bit 1 << resource for each */
	const bool *chosen;	/* tasks of which one must hold it */
	bool unshared;		/* also if it has only one holder */
};

/*
 * The objects that @filter lets pass, resource by resource, those with the most
 * holders first, then in order of their short ids. To be freed before @model.
 */
struct objects objects_make(struct model *model,
			    const struct object_filter *filter);
void objects_free(struct objects *objects);

#endif /* TASKMAP_OBJECTS_H */
