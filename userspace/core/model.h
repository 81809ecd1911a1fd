/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What can be known only by looking at all the tasks of a snapshot: who leads
 * whom, who is whose child, and who holds an object together with whom.
 *
 * A task is named by its index in the snapshot, which is in order of pid.
 * Everything here is O(n log n) in the number of tasks, and about the whole
 * set, whatever part of it is shown. What returns an int returns 0 or -ENOMEM;
 * nothing else can fail.
 */
#ifndef TASKMAP_CORE_MODEL_H
#define TASKMAP_CORE_MODEL_H

#include <limits.h>

#include "core/resources.h"
#include "core/snapshot.h"

#define NO_TASK		UINT_MAX

/* Some tasks, by tgid and pid. Belongs to a model. */
struct members {
	const unsigned int *tasks;
	unsigned int count;
};

/* Thread groups that have an object in common. */
struct sharers {
	unsigned int count;
	int lowest[2];		/* the lowest tgids */
	int last;		/* while they are counted: the last tgid */
};

/* The tasks that hold one object. Never empty. */
struct group {
	unsigned int first;	/* where its members begin in grouping.members */
	unsigned int count;
	unsigned int earliest;	/* its member with the lowest pid */
	/* Not kernel threads, who borrow what they do not share. */
	struct sharers users;
	/* Nor, of an mm, children by vfork, who borrow it from their parent. */
	struct sharers equals;
};

/* All tasks by what they hold of one resource. Id 0 is no object. */
struct grouping {
	unsigned int *number;	/* for each task: of its group from 1, or 0 */
	unsigned int count;	/* of groups */
	struct group *groups;	/* in order of their earliest members */
	unsigned int *members;	/* tasks, a slice a group, by tgid and pid */
	/* A hash table, to find a number by the id. */
	unsigned int *slots;	/* numbers, 0 for none */
	unsigned int bits;	/* of how many slots there are */
	unsigned int *earliest;	/* of the tasks with each number, from 1 */
};

/*
 * One resource in a thread group of which not all members hold the same. A thread
 * counts unless it is dead, has let go of the resource, or is a worker.
 */
struct norm {
	int tgid;
	enum taskmap_resource resource;
	bool known;		/* three or more hold @held, and fewer any other */
	uint64_t held;
	unsigned int alike;	/* how many threads hold @held, with the leader */
	unsigned int threads;	/* all that count, without the leader */
	unsigned int against;	/* those from whom the leader deviates */
	unsigned int workers;	/* workers from which the leader deviates */
	unsigned int example;	/* the first of these threads, or NO_TASK */
	bool several;		/* these threads do not all hold the same */
};

/* What model_init() finds out about the usual case. */
struct norms {
	struct norm *list;	/* by tgid and resource */
	size_t count;
	unsigned int kthread;	/* what the others are compared with, or NO_TASK */
	uint64_t *deserted;	/* pid namespaces for children, see model_children() */
	size_t deserted_count;
};

struct model {
	const struct taskmap_record *tasks;
	unsigned int count;
	size_t scalars;		/* snapshot_scalars() of their file */
	uint64_t births_ns;	/* of its header */
	/* Ids of a file may have been chosen for their slots to be the same. */
	uint64_t chance[2];
	struct members order;	/* all tasks, by tgid and pid */
	unsigned int *dead;	/* how many of those before each place are dead */
	struct members vforks;	/* children by vfork, by mm, parent and pid */
	struct grouping holders[TASKMAP_RESOURCES];
	/*
	 * If this is about one part of several snapshots: a model of all their
	 * tasks, for an object to have one number in all parts, and which of
	 * those is the first here.
	 */
	const struct model *whole;
	unsigned int offset;
	struct norms norms;
};

/* Other thread groups that hold what a task holds. */
struct others {
	int tgid;		/* the lowest */
	unsigned int count;	/* 0: there is none, and no tgid */
};

/* @snap must outlive @model, which is to be freed even if this fails. */
int model_init(struct model *model, const struct snapshot *snap);
void model_free(struct model *model);

/**
 * model_number_all() - give a number to each object
 * @model: the model; nothing is done for what has numbers already
 * @set: of which resources
 *
 * Numbers are those of short ids, in order of first appearance, as a reader
 * expects them. model_number() wants them.
 */
int model_number_all(struct model *model, uint32_t set);

/* The same, and groups tasks by what they hold: all that is below wants them. */
int model_group_all(struct model *model, uint32_t set);

/* The number of what @task holds of @resource, in short ids; 0 for none. */
unsigned int model_number(const struct model *model, unsigned int task,
			  enum taskmap_resource resource);

/* The tasks that hold what @task holds, NULL if it holds none. */
const struct group *model_group(const struct model *model, unsigned int task,
				enum taskmap_resource resource);
struct members model_members(const struct model *model,
			     const struct group *group,
			     enum taskmap_resource resource);

/* Those of @members from @first on that are of the same thread group as it. */
struct members model_run(const struct model *model, struct members members,
			 unsigned int first);

/* Each returns a task, or NO_TASK if the snapshot does not have it. */
unsigned int model_find(const struct model *model, int pid);
unsigned int model_leader(const struct model *model, unsigned int task);
unsigned int model_parent(const struct model *model, unsigned int task);

bool model_is_leader(const struct model *model, unsigned int task);
bool model_is_dead(const struct model *model, unsigned int task);
bool model_is_kthread(const struct model *model, unsigned int task);

/* The members of a thread group that are in the snapshot; of @task's, itself too. */
struct members model_thread_group(const struct model *model, int tgid);
struct members model_threads(const struct model *model, unsigned int task);

/* How many of them are not dead. */
unsigned int model_live_threads(const struct model *model, unsigned int task);

/* Whether both hold the same object; none is not the same as none. */
bool model_same(const struct model *model, unsigned int a, unsigned int b,
		enum taskmap_resource resource);

/* Whether both hold one, and not the same. */
bool model_differ(const struct model *model, unsigned int a, unsigned int b,
		  enum taskmap_resource resource);

/*
 * Whom @task is compared with to say what it shares: its leader, or for a
 * leader its parent. NO_TASK if that is not in the snapshot.
 */
unsigned int model_origin(const struct model *model, unsigned int task);

/* Of all that use it, or of those that share it as equals. */
typedef struct others find_others(const struct model *model, unsigned int task,
				  enum taskmap_resource resource);
find_others model_others, model_equals;

/**
 * model_alike() - what a task shares with the same others
 * @model: the model, with groups of all of @set
 * @task: the task
 * @set: resources
 * @find: model_others() or model_equals()
 * @others: set to with whom it shares the first of @set
 *
 * Return: those of @set that it shares with just these; with nobody, if that is
 * what is true of the first. None if @set is empty.
 */
uint32_t model_alike(const struct model *model, unsigned int task,
		     uint32_t set, find_others *find, struct others *others);

/*
 * The tgid of the child by vfork that lives in the mm of @task: of several the
 * one with the lowest pid. 0 for none.
 */
int model_borrower(const struct model *model, unsigned int task);

/*
 * The pid of the child that @task waits for in vfork(2), 0 for none: the one that
 * it created, or if births are not known, whose parent task it is.
 */
int model_vfork_child(const struct model *model, unsigned int task);

/* The tgid of the first task that has @mm as its own, 0 for none. */
int model_owner(const struct model *model, uint64_t mm);

/* How deep a tree can get; whoever is deeper is shown as if this deep. */
#define TREE_DEPTH	128

/*
 * The task that each of the @shown tasks hangs below, threads below their leader
 * and leaders below their parent; or NO_TASK if it is a root, as one is whose
 * leader or parent is not shown. It is a tree whatever the snapshot says. An
 * array to be freed, NULL if there is no memory for it.
 */
unsigned int *tree_parents(const struct model *model, const bool *shown);

/* An object that tasks hold, and who shares it. */
struct object {
	enum taskmap_resource resource;
	struct members holders;
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

/* Whether an object is one to be listed. */
struct object_filter {
	uint32_t resources;
	const bool *chosen;	/* tasks of which one must hold it */
	bool unshared;		/* also if it has only one holder */
};

/*
 * The objects that @filter lets pass, resource by resource, those with the most
 * holders first, then in order of their short ids. To be freed before @model.
 */
int objects_make(struct objects *objects, struct model *model,
		 const struct object_filter *filter);
void objects_free(struct objects *objects);

/* Which tasks are shown. What is said of a task does not depend on it. */
struct filter {
	int *pids;		/* each once, in the order given; none: all tasks */
	size_t pid_count;
	unsigned int kinds;	/* BIT(kind) for each; 0: all kinds */
};

/* What a filter makes of a snapshot. */
struct chosen {
	bool *tasks;
	int *missing;		/* pids of the filter that are not there, ascending */
	size_t missing_count;
};

/*
 * A pid selects its task and all the tasks of which it is the tgid. Both arrays
 * of @chosen are to be freed, even if this fails.
 */
int filter_apply(const struct filter *filter, const struct model *model,
		 struct chosen *chosen);

/*
 * How a task was created, as the module recorded it, and what has changed since
 * between the task and its creator. Either of the two can have changed it.
 */
struct birth {
	int pid;		/* of the creator at that time; 0: not known */
	unsigned int creator;	/* NO_TASK: it has ended, or exec changed its pid */
	bool took_over;		/* a thread has that pid by exec: the creator or not */
	uint64_t flags;		/* of clone(2) */
	bool was_thread;	/* and leads a thread group now: by exec */
	uint32_t parted;	/* shared then, and not the same now */
	uint32_t joined;	/* namespaces: made then, and the same now */
	/*
	 * Namespaces that are not the same, and that the creator had chosen for
	 * its children before; or that of time can also have changed since.
	 */
	uint32_t chosen;
};

/**
 * model_birth() - how a task was created
 * @model: the model
 * @task: the task
 *
 * Return: what the snapshot proves. The sets are empty without a creator.
 */
struct birth model_birth(const struct model *model, unsigned int task);

/* How the creator of a task is known. */
enum basis {
	BASIS_NONE,	/* it is not */
	BASIS_BIRTH,	/* it is recorded */
	BASIS_PARENT,	/* inferred: its parent task, or for a thread the leader */
	BASIS_FIT,	/* inferred: of that task's group the one that fits best */
	BASIS_ADOPTED,	/* its parent is younger: it adopted the task */
};

struct creator {
	unsigned int task;	/* NO_TASK: unknown, or not in the snapshot */
	enum basis basis;
};

/**
 * model_creator() - the task that created another, or the best guess
 * @model: the model
 * @task: the task that was created
 *
 * Without a recorded birth the parent task is the best guess, or for a thread
 * its leader: unless another thread of that group, older than @task, differs
 * from it in fewer resources that a new task takes over. O(n) in the number of
 * those threads.
 *
 * Return: the creator, which is a fact only with BASIS_BIRTH.
 */
struct creator model_creator(const struct model *model, unsigned int task);

/* How one task is related to another. */
enum kinship {
	KIN_NONE,
	KIN_SELF,
	KIN_THREAD,	/* both are of one thread group */
	KIN_CHILD,	/* the other's group is its parent or has its creator */
	KIN_PARENT,	/* the other way round */
	KIN_SIBLING,	/* their groups have the same parent */
};

enum kinship model_kinship(const struct model *model, unsigned int task,
			   unsigned int other);

/* Which of two tasks deviates from the rest of their thread group. */
enum odd {
	ODD_NONE,	/* both hold the same, or they cannot be compared */
	ODD_TASK,	/* the thread; perhaps its leader too */
	ODD_LEADER,
	ODD_EITHER,	/* the two differ, and nothing tells which is the usual */
};

/**
 * model_odd() - who deviates, a task or its leader
 * @model: the model
 * @task: the task
 * @resource: any but active_mm and io, of which each task has its own
 *
 * What most threads of the group hold is the usual. If too few agree, it is what
 * the parent of the group or process 1 holds as well; of credentials their values
 * count. This does not tell who changed something, or how.
 *
 * Return: of a thread how it compares with its leader; of a leader ODD_LEADER if
 * it deviates from a thread, otherwise ODD_NONE.
 */
enum odd model_odd(const struct model *model, unsigned int task,
		   enum taskmap_resource resource);

/* What model_odd() decided by; NULL if all of the thread group hold the same. */
const struct norm *model_norm(const struct model *model, int tgid,
			      enum taskmap_resource resource);

/* What @task holds of @resource, or stands for it: two differ if these do. */
uint64_t model_held(const struct model *model, unsigned int task,
		    enum taskmap_resource resource);

/* Whether the record tells the same uid, gid, euid and fsuid of both. */
bool model_same_ids(const struct model *model, unsigned int a, unsigned int b);

/*
 * The resources in which @task, a kernel thread, differs from the usual one, which
 * is kthreadd: fs, cgroups, namespaces, and cred if the ids that it has differ.
 */
uint32_t model_odd_kthread(const struct model *model, unsigned int task);

/*
 * Whether @task is a process that the kernel started. Its parent is kthreadd, but
 * so is that of a child that the process creates with CLONE_PARENT.
 */
enum helper {
	HELPER_NOT,
	HELPER_LIKELY,
	HELPER_KNOWN,	/* by its birth: a kernel thread created it */
};
enum helper model_helper(const struct model *model, unsigned int task);

/* The live members of @task's thread group without its leader. */
struct living {
	unsigned int threads;	/* of the program */
	unsigned int workers;	/* of the kernel */
};
struct living model_living(const struct model *model, unsigned int task);

/* The pid namespace that the next child of a task will live in. */
enum children {
	CHILDREN_HERE,		/* that of the task, or not known */
	CHILDREN_ELSEWHERE,
	CHILDREN_DESERTED,	/* another, in which no live task is: no init */
};
enum children model_children(const struct model *model, unsigned int task);

/* Whether a task that is not dead has begun to end. */
bool model_is_ending(const struct model *model, unsigned int task);

/* For model_init() and model_free() only. */
int norms_make(struct model *model);
void norms_free(struct model *model);

/* The resources that @flags of clone(2) share, and the namespaces they make. */
uint32_t birth_resources(uint64_t flags);

/* The call that creates tasks with @flags of clone(2), NULL if it has no name. */
const char *birth_name(uint64_t flags);

/*
 * What two tasks share, and with which flags clone(2) would make a task that
 * shares just that with another. That is about now: exec, unshare(2), setns(2),
 * setuid(2) and the like change it after a task was made.
 */
struct relation {
	uint32_t same;		/* both hold one, and the same */
	uint32_t apart;		/* both hold one, and not the same */
	/*
	 * Those whose flag of clone(2) is wanted: one that shares, or for a
	 * namespace one that makes another.
	 */
	uint32_t flags;
	uint32_t needed;	/* whose flag the kernel wants beside those */
	/*
	 * Whose flag can be or not: one of the two holds none, exec hides it, or an
	 * older task holds the namespace and can have joined it.
	 */
	uint32_t untold;
	uint32_t beyond;	/* in what clone(2) with those flags would do otherwise */
	/* Namespaces that are not the same and that no flag made, unless untold: */
	uint32_t chosen;	/* the other's choice for its children */
	uint32_t entered;	/* an older task holds it, or NSPID is not 1 */
	bool vfork;		/* the task still borrows the other's mm */
	bool borrowed;		/* a kernel thread uses the other's mm: no flag does that */
	bool possible;		/* clone(2) takes these flags together */
};

/**
 * relate() - hold two tasks against each other
 * @model: the model of the snapshot that has both
 * @task: the one that would be made
 * @other: the one that would call clone(2)
 *
 * active_mm is in no set but @same and @apart: nothing decides on it but what
 * ran before.
 *
 * Return: the relation of @task to @other.
 */
struct relation relate(const struct model *model, unsigned int task,
		       unsigned int other);

/**
 * relation_name() - what people call what these flags make
 * @relation: as relate() returned it
 *
 * Return: the call that makes such tasks, or NULL if it has no name, or if too
 * much is untold.
 */
const char *relation_name(const struct relation *relation);

#endif /* TASKMAP_CORE_MODEL_H */
