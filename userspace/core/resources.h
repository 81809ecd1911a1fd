/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The one table of resources, which are the kinds of objects that a task holds,
 * and the names of what a task can be. To add a resource, add it to enum
 * taskmap_resource and a row to resources.c.
 */
#ifndef TASKMAP_CORE_RESOURCES_H
#define TASKMAP_CORE_RESOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/taskmap.h"

/* A set of resources has BIT(resource) for each. */
#define BIT(resource)	(1U << (resource))
#define ALL_RESOURCES	(BIT(TASKMAP_RESOURCES) - 1)
#define ALL_NAMESPACES							\
	(BIT(TASKMAP_UTS_NS) | BIT(TASKMAP_IPC_NS) | BIT(TASKMAP_MNT_NS) | \
	 BIT(TASKMAP_PID_NS) | BIT(TASKMAP_NET_NS) | BIT(TASKMAP_TIME_NS) | \
	 BIT(TASKMAP_CGROUP_NS) | BIT(TASKMAP_USER_NS))

/* Those that a task's children will live in, if they are not the task's own. */
#define CHILD_NAMESPACES						\
	(BIT(TASKMAP_PID_CHILDREN_NS) | BIT(TASKMAP_TIME_CHILDREN_NS))

#define for_each_resource(r) \
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)

/* The first resource of @set from @r on, or TASKMAP_RESOURCES. */
static inline unsigned int next_resource(uint32_t set, unsigned int r)
{
	while (r < TASKMAP_RESOURCES && !(set & BIT(r)))
		r++;
	return r;
}

#define for_each_resource_in(set, r)					\
	for (unsigned int r = next_resource(set, 0);			\
	     r < TASKMAP_RESOURCES; r = next_resource(set, r + 1))

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
	const char *inode_column;	/* heading of a namespace's inode number */
	const char *prefix;		/* of short ids: "mm" in "mm#3" */
	const char *noun;		/* what it is, in a sentence */
	bool shared;			/* a clone(2) flag shares it */
	const char *flag;		/* that flag, or for a namespace the one that makes another; or NULL */
	uint64_t bit;			/* that flag, or 0 */
	const char *link;		/* of a namespace: its name below /proc/PID/ns */
	enum counted counted;
	/*
	 * Refs that are not counted by that are only somebody's for a moment:
	 * where nothing runs there are none, but for those in @others.
	 */
	bool only_tasks;
	const char *others;	/* who else holds refs, a list in words; or NULL */
	const char *help;
	const char *refs_help;
	const char *inode_help;
};

/* Indexed by enum taskmap_resource. */
extern const struct resource resources[TASKMAP_RESOURCES];

/*
 * The resource whose name, or whose column, the first @length bytes of @word
 * are, in any case. TASKMAP_RESOURCES if there is none.
 */
enum taskmap_resource resource_by_word(const char *word, size_t length);

/* Not tolower(): what a word is must not depend on the locale. */
char lower(char c);

/* Whether the first @length bytes of @word are @full, in any case. */
bool same_word(const char *full, const char *word, size_t length);

/* Kinds of tasks are numbered from 1 to this. */
#define KINDS	TASKMAP_KTHREAD

/* PF_ bits of the kernel that decide on the kind, of include/linux/sched.h. */
#define FLAG_IO_WORKER		0x00000010U
#define FLAG_USER_WORKER	0x00004000U	/* from Linux 6.4 on */
#define FLAG_KTHREAD		0x00200000U

/* Others that are the same bits in all kernels from 5.10 on. */
#define FLAG_EXITING		0x00000004U
#define FLAG_WQ_WORKER		0x00000020U
#define FLAG_FORKNOEXEC		0x00000040U
/* Set before do_coredump() unshares the file table, and kept to the end. */
#define FLAG_DUMPCORE		0x00000200U

/*
 * PF_POSTCOREDUMP, from Linux 5.16 on: set where do_exit() begins, before it waits
 * for a core dump. Kernels from 5.10 on do not use the bit for anything else.
 */
#define FLAG_POSTCOREDUMP	0x00000008U

/* The name of @kind, NULL if a newer module made it up. */
const char *kind_name(unsigned int kind);

/* The kind that is called by the first @length bytes of @name, 0 if none. */
unsigned int kind_by_name(const char *name, size_t length);

#endif /* TASKMAP_CORE_RESOURCES_H */
