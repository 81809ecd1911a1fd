/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one table of resources: the kinds of objects that a task holds. To add a
 * resource, add it to enum taskmap_resource and a row to resources.c.
 */
#ifndef TASKMAP_RESOURCES_H
#define TASKMAP_RESOURCES_H

#include <stdbool.h>

#include "uapi/taskmap.h"

struct resource {
	const char *name;		/* as in the format's manual */
	const char *column;		/* heading of its ids */
	const char *refs_column;	/* heading of its refs */
	const char *prefix;		/* of short ids: "mm" in "mm#3" */
	const char *shared;		/* clone(2) flag that shares it, as a word; or NULL */
	bool ns;			/* a namespace */
	const char *help;
	const char *refs_help;
};

/* Indexed by enum taskmap_resource. */
extern const struct resource resources[TASKMAP_RESOURCES];

/*
 * The resource that is called @name, in any case, or whose ids have the heading
 * @name. TASKMAP_RESOURCES if there is none.
 */
enum taskmap_resource resource_by_name(const char *name);

#endif /* TASKMAP_RESOURCES_H */
