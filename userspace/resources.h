/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The one table of resources: the kinds of objects that a task holds. To add a
 * resource, add it to enum taskmap_resource and a row to resources.c.
 */
#ifndef TASKMAP_RESOURCES_H
#define TASKMAP_RESOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "uapi/taskmap.h"

/*
 * What refs count of an object's holders, kernel threads left aside: refs are
 * never fewer than that.
 */
enum counted {
	COUNTED_NOT,		/* refs are not known, or do not count tasks */
	COUNTED_TASKS,		/* each once */
	COUNTED_TWICE,		/* each twice */
	COUNTED_NSPROXIES,	/* each nsproxy that they hold once */
	COUNTED_CREDS,		/* each cred that they hold once */
};

struct resource {
	const char *name;		/* as in the format's manual */
	const char *column;		/* heading of its ids */
	const char *refs_column;	/* heading of its refs */
	const char *prefix;		/* of short ids: "mm" in "mm#3" */
	const char *noun;		/* what it is, in a sentence */
	const char *shared;		/* clone(2) flag that shares it, as a word; or NULL */
	const char *flag;		/* that flag, or for a namespace the one that makes another; or NULL */
	bool ns;			/* a namespace */
	enum counted counted;
	/*
	 * Refs that are not counted by that are only somebody's for a moment:
	 * where nothing runs there are none, but for those in @others.
	 */
	bool only_tasks;
	const char *others;	/* who else holds refs, a list in words; or NULL */
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

/* The same by the first @length bytes of @word. */
enum taskmap_resource resource_by_word(const char *word, size_t length);

#endif /* TASKMAP_RESOURCES_H */
