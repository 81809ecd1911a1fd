/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The table of resources, the kinds of objects that a task holds, and the names
 * of the kinds of tasks. To add a resource, add it to enum taskmap_resource,
 * and a row to resources.c.
 */
#ifndef TASKMAP_CORE_RESOURCES_H
#define TASKMAP_CORE_RESOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/taskmap.h"

/* A set of resources is a sum of BIT(resource). */
#define BIT(resource)	(1U << (resource))
#define ALL_RESOURCES	(BIT(TASKMAP_RESOURCES) - 1)
#define ALL_NAMESPACES							\
	(BIT(TASKMAP_UTS_NS) | BIT(TASKMAP_IPC_NS) | BIT(TASKMAP_MNT_NS) | \
	 BIT(TASKMAP_PID_NS) | BIT(TASKMAP_NET_NS) | BIT(TASKMAP_TIME_NS) | \
	 BIT(TASKMAP_CGROUP_NS) | BIT(TASKMAP_USER_NS))

/* The namespaces that a task's children will live in. Usually its own. */
#define CHILD_NAMESPACES						\
	(BIT(TASKMAP_PID_CHILDREN_NS) | BIT(TASKMAP_TIME_CHILDREN_NS))

#define for_each_resource(r) \
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)

/* The first resource of @set that is not less than @r, or TASKMAP_RESOURCES. */
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
 * How the refs of an object count its holders. They never count less, except
 * that kernel threads need not be counted.
 */
enum counted {
	COUNTED_NOT,		/* refs are unknown, or do not count tasks */
	COUNTED_TASKS,		/* each task once */
	COUNTED_TWICE,		/* each task twice */
	COUNTED_NSPROXIES,	/* each of the holders' nsproxies once */
	COUNTED_CREDS,		/* each of the holders' creds once */
};

struct resource {
	const char *name;		/* in running text, and as in taskmap(5) */
	/*
	 * Its word wherever programs read: in JSON, in cells, as an argument and in
	 * short ids, as in "mm#3". It is @column in lower case.
	 */
	const char *key;
	const char *column;		/* heading of its ids */
	const char *refs_column;	/* heading of its refs */
	const char *inode_column;	/* heading of a namespace's inode number */
	const char *inode_key;		/* that in lower case */
	const char *noun;		/* name in sentences */
	bool shared;			/* a clone(2) flag shares it */
	const char *flag;	/* that flag, or the flag that creates a namespace; or NULL */
	uint64_t bit;			/* value of @flag, or 0 */
	const char *link;		/* of a namespace: its name in /proc/PID/ns */
	enum counted counted;
	/*
	 * Whether all other references are held only for a moment, and so do
	 * not exist while nothing runs. @others is an exception.
	 */
	bool only_tasks;
	const char *others;	/* what else holds references, as a list of words; or NULL */
	const char *help;
	const char *refs_help;
	const char *inode_help;
};

/* Indexed by enum taskmap_resource. */
extern const struct resource resources[TASKMAP_RESOURCES];

/*
 * The resource whose name, key or column heading equals the first @length bytes of
 * @word, ignoring case. TASKMAP_RESOURCES if there is none.
 */
enum taskmap_resource resource_by_word(const char *word, size_t length);

/* Like tolower(3), but independent of the locale. */
char lower(char c);

/* Whether the first @length bytes of @word equal @full, ignoring case. */
bool same_word(const char *full, const char *word, size_t length);

/* Kinds of tasks are numbered from 1 to KINDS. */
#define KINDS	TASKMAP_KTHREAD

/* Flags of the kernel (PF_*, include/linux/sched.h) that determine the kind. */
#define FLAG_IO_WORKER		0x00000010U
#define FLAG_USER_WORKER	0x00004000U	/* since Linux 6.4 */
#define FLAG_KTHREAD		0x00200000U

/* Other flags. Their values are the same in all kernels since 5.10. */
#define FLAG_EXITING		0x00000004U
#define FLAG_WQ_WORKER		0x00000020U
#define FLAG_FORKNOEXEC		0x00000040U
/* Set before do_coredump() unshares the file table, and never cleared. */
#define FLAG_DUMPCORE		0x00000200U

/*
 * PF_POSTCOREDUMP, since Linux 5.16: set at the start of do_exit(), before it
 * waits for a core dump. Kernels from 5.10 to 5.15 do not use this bit.
 */
#define FLAG_POSTCOREDUMP	0x00000008U

/* The name of @kind, or NULL if only a newer reader knows it. */
const char *kind_name(unsigned int kind);

/* The kind named by the first @length bytes of @name, or 0 if there is none. */
unsigned int kind_by_name(const char *name, size_t length);

#endif /* TASKMAP_CORE_RESOURCES_H */
