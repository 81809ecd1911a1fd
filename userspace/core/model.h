/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What only all tasks of a snapshot together show: leaders, parents, children,
 * and which tasks share an object.
 *
 * A task is identified by its index in the snapshot, which is sorted by pid.
 * Everything takes O(n log n) of the number of tasks, and covers the whole
 * snapshot, whatever part of it is shown. Functions that return int return 0 or
 * -ENOMEM; the others cannot fail.
 */
#ifndef TASKMAP_CORE_MODEL_H
#define TASKMAP_CORE_MODEL_H

#include <limits.h>

#include "core/resources.h"
#include "core/snapshot.h"

#define NO_TASK		UINT_MAX

/* Some tasks, sorted by tgid and pid. The array belongs to the model. */
struct members {
	const unsigned int *tasks;
	unsigned int count;
};

/* Thread groups that share an object. */
struct sharers {
	unsigned int count;
	int lowest[2];		/* the two lowest tgids */
	int last;		/* while counting: the tgid that was counted last */
};

/* The tasks that hold one object. */
struct group {
	struct members holders;
	unsigned int earliest;	/* the holder with the lowest pid */
	unsigned int oldest;	/* the holder that was created first */
	unsigned int shared;	/* number among the groups of several tasks; or 0 */
	/* Without kernel threads: what these do not share, they borrow. */
	struct sharers users;
	/*
	 * Also without children of vfork(2), which borrow the mm of their
	 * parent.
	 */
	struct sharers equals;
};

/*
 * All tasks, grouped by the object of one resource that they hold. Id 0 means
 * that a task holds none. Objects are numbered from 1 in the order of their earliest
 * holders. Most objects have one holder, and a number is all that these need.
 */
struct grouping {
	unsigned int *number;	/* of each task: that of its object; or 0 */
	unsigned int count;	/* number of objects */
	struct group *groups;	/* of objects with several holders */
	unsigned int *members;	/* a slice for each of these, sorted by tgid and pid */
	/* By number: */
	unsigned int *earliest;	/* task with the lowest pid */
	unsigned int *shared;	/* number in @groups, from 1; or 0 */
	/* A hash table that maps ids to numbers, kept for mm. */
	unsigned int *slots;	/* numbers; 0: free */
	unsigned int bits;	/* binary logarithm of the number of slots */
};

/*
 * A resource of which the members of a thread group do not all hold the same
 * object. A thread is counted unless it is dead, has released the resource, or
 * is a worker.
 */
struct norm {
	int tgid;
	enum taskmap_resource resource;
	bool known;		/* @held has three or more holders, and the most */
	uint64_t held;
	unsigned int alike;	/* counted members that hold @held */
	unsigned int threads;	/* counted threads, without the leader */
	unsigned int against;	/* threads from which the leader deviates */
	unsigned int workers;	/* workers from which the leader deviates */
	unsigned int example;	/* first of the threads in @against, or NO_TASK */
	bool several;		/* the threads in @against hold different objects */
};

/* The usual case, as model_init() determined it. */
struct norms {
	struct norm *list;	/* sorted by tgid and resource */
	size_t count;
	unsigned int kthread;	/* the usual kernel thread, or NO_TASK */
	uint64_t *deserted;	/* pid namespaces for children that no live task is in */
	size_t deserted_count;
	void *crews;		/* results of model_crew(): a tree of tsearch(3) */
};

struct model {
	const struct taskmap_record *tasks;
	unsigned int count;
	size_t scalars;		/* snapshot_scalars() of the file */
	uint64_t births_ns;	/* from the header */
	bool proc;		/* TASKMAP_PROC: also unknown are marks and births */
	bool nested;		/* TASKMAP_NESTED */
	uint32_t unknown;	/* resources that are unknown of some task outside the kernel */
	/*
	 * A random hash key: the ids in a crafted file would collide otherwise.
	 */
	uint64_t chance[2];
	struct members order;	/* all tasks */
	struct members vforks;	/* children of vfork(2), sorted by mm, parent and pid */
	struct grouping holders[TASKMAP_RESOURCES];
	/*
	 * If this is the model of one of several snapshots: the model of all
	 * their tasks, which gives each object one number, and the index there
	 * of the first task of this snapshot.
	 */
	const struct model *whole;
	unsigned int offset;
	struct norms norms;
};

/* Other thread groups that share an object with a task. */
struct others {
	int tgid;		/* lowest tgid, 0 if there is no group */
	unsigned int count;	/* number of thread groups */
};

/* @snap must outlive @model. Call model_free() even if this fails. */
int model_init(struct model *model, const struct snapshot *snap);
void model_free(struct model *model);

/**
 * model_number_all() - number the objects of some resources
 * @model: the model; resources that are numbered already are skipped
 * @set: the resources
 *
 * These numbers are part of short ids. They follow the order of first appearance,
 * as a reader expects. model_number() requires them.
 *
 * Return: 0 or -ENOMEM.
 */
int model_number_all(struct model *model, uint32_t set);

/*
 * Like model_number_all(), but also groups the tasks that hold the same object.
 * The functions that find the holders of an object require this.
 */
int model_group_all(struct model *model, uint32_t set);

/*
 * The number, in short ids, of the object that @task holds; 0 if it holds none.
 */
unsigned int model_number(const struct model *model, unsigned int task,
			  enum taskmap_resource resource);

/* The tasks that hold object @number of @resource. */
struct group model_object(const struct model *model,
			  enum taskmap_resource resource, unsigned int number);

/* The tasks that hold the same object as @task. No holders if @task holds none. */
struct group model_group(const struct model *model, unsigned int task,
			 enum taskmap_resource resource);

/* The task with this pid, or none. */
struct members model_task(const struct model *model, int pid);

/* The members from index @first on that belong to one thread group. */
struct members model_run(const struct model *model, struct members members,
			 unsigned int first);

/* Each returns a task, or NO_TASK if it is not in the snapshot. */
unsigned int model_find(const struct model *model, int pid);
unsigned int model_leader(const struct model *model, unsigned int task);
unsigned int model_parent(const struct model *model, unsigned int task);

bool model_is_leader(const struct model *model, unsigned int task);
bool model_is_dead(const struct model *model, unsigned int task);
bool model_is_kthread(const struct model *model, unsigned int task);

/*
 * The members of a thread group, or of the thread group of @task, that are in
 * the snapshot.
 */
struct members model_thread_group(const struct model *model, int tgid);
struct members model_threads(const struct model *model, unsigned int task);

/* Whether both tasks hold the same object. False if neither holds one. */
bool model_same(const struct model *model, unsigned int a, unsigned int b,
		enum taskmap_resource resource);

/* The resources of which it is unknown what one of the two tasks holds. */
uint32_t model_unknown(const struct model *model, unsigned int a,
		       unsigned int b);

/* Whether both tasks hold an object, and the two differ. */
bool model_differ(const struct model *model, unsigned int a, unsigned int b,
		  enum taskmap_resource resource);

/*
 * The task that @task is compared with to find what it shares: its leader or,
 * for a leader, its parent. NO_TASK if that task is not in the snapshot.
 */
unsigned int model_origin(const struct model *model, unsigned int task);

/*
 * Finds other thread groups that use the object that @task holds: all of them
 * (model_others()), or those that do not borrow it (model_equals()).
 */
typedef struct others find_others(const struct model *model, unsigned int task,
				  enum taskmap_resource resource);
find_others model_others, model_equals;

/**
 * model_alike() - find the resources that a task shares with the same others
 * @model: the model, with groups for all of @set
 * @task: the task
 * @set: the resources to examine
 * @find: model_others() or model_equals()
 * @others: set to the thread groups that share the first resource of @set
 *
 * Thread groups are taken to be the same if their number and lowest tgid are.
 *
 * Return: the resources of @set that @task shares with the thread groups in
 * @others, or does not share if there are none. 0 if @set is empty.
 */
uint32_t model_alike(const struct model *model, unsigned int task,
		     uint32_t set, find_others *find, struct others *others);

/*
 * The tgid of the vfork(2) child that uses the mm of @task: the child with the
 * lowest pid if there are several, 0 if there is none.
 */
int model_borrower(const struct model *model, unsigned int task);

/*
 * The pid of the child that @task waits for in vfork(2), 0 if there is none: a
 * child that @task created or, if its birth is not recorded, whose parent task
 * @task is.
 */
int model_vfork_child(const struct model *model, unsigned int task);

/*
 * The lowest tgid of the processes that hold @mm; 0 if only kernel threads do.
 */
int model_owner(const struct model *model, uint64_t mm);

/* Maximum depth of a tree. Deeper tasks are moved up to this level. */
#define TREE_DEPTH	128

/*
 * Returns, for each task, the task above it in the tree, or NO_TASK for a root:
 * threads are below their leader, leaders below their parent. A task whose
 * leader or parent is not shown is a root. There are no cycles, even if the
 * snapshot has some. The caller frees the array, which is NULL if there is not
 * enough memory.
 */
unsigned int *tree_parents(const struct model *model, const bool *shown);

/* An object, and the tasks that hold it. */
struct object {
	enum taskmap_resource resource;
	struct members holders;
	unsigned int earliest;		/* holder with the lowest pid */
	uint32_t refs;		/* highest count that a holder reports; 0: unknown */
	unsigned int kthreads;		/* number of kernel threads among the holders */
	unsigned int groups;		/* number of thread groups of the holders */
	int tgid;			/* of the thread group with the most holders */
	unsigned int outside;		/* number of holders in other thread groups */
};

struct objects {
	struct object *list;
	unsigned int count;
};

/* Selects objects. */
struct object_filter {
	uint32_t resources;
	const bool *chosen;	/* at least one of these tasks holds the object */
	bool unshared;		/* also objects with only one holder */
};

/*
 * Lists the objects that @filter selects, by resource, then by number of
 * holders (highest first), then by short id. Call objects_free() before
 * model_free().
 */
int objects_make(struct objects *objects, struct model *model,
		 const struct object_filter *filter);
void objects_free(struct objects *objects);

/* One task by its pid, or all tasks with a name, as far as a task can have it. */
struct wanted {
	int pid;		/* 0: @name decides */
	char name[TASKMAP_COMM_LEN];
};

/* Selects tasks to show. The description of a task does not depend on it. */
struct filter {
	struct wanted *tasks;	/* in the given order; none: all tasks */
	size_t task_count;
	struct wanted *names;	/* names that a task must have one of; none: any */
	size_t name_count;
	uint32_t *users;	/* effective uids; none: any */
	size_t user_count;
	unsigned int kinds;	/* BIT(kind) of each kind; 0: all kinds */
	/* Inode number of the pid namespace of pids in @tasks; 0: the initial one. */
	uint32_t pid_ns;
};

/* Finds the tasks of a model that a filter names: each in O(log n). */
struct finder {
	const struct filter *filter;
	const struct model *model;
	struct members names;	/* all tasks, by name; none if the filter has no names */
	struct members pids;	/* tasks of filter->pid_ns, by their pid there */
	uint32_t *users;	/* those of the filter, sorted */
	/* Some tasks may have pids in that namespace that are unknown. */
	bool others;
};

/* Returns 0 or -ENOMEM. Call finder_free() even if this fails. */
int finder_init(struct finder *finder, const struct filter *filter,
		const struct model *model);
void finder_free(struct finder *finder);

/*
 * The pid in the initial namespace of the task that @pid of the filter means: 0 if
 * it is unknown, -1 if several tasks had it while the snapshot was taken. A record
 * does not identify the namespaces above that of its task.
 */
int finder_pid(const struct finder *finder, int pid);

/* Whether @wanted selects any task. */
bool finder_finds(const struct finder *finder, const struct wanted *wanted);

/*
 * The tasks that @wanted means, in order of pid: at most one if it is a pid. Names are
 * compared byte by byte.
 */
struct members finder_tasks(const struct finder *finder,
			    const struct wanted *wanted);

/* The result of applying a filter to a snapshot. */
struct chosen {
	bool *tasks;
	/* Pids and names of the filter that no task has, in the given order. */
	const struct wanted **missing;
	size_t missing_count;
};

/*
 * A pid in @tasks of the filter selects the task with this pid, and all tasks with
 * this tgid. A name there stands for the pids of all tasks with this name. The caller
 * frees both arrays of @chosen, even if this fails.
 */
int filter_apply(const struct filter *filter, const struct model *model,
		 struct chosen *chosen);

/*
 * How a task was created, as the module recorded it, and what has changed
 * between the task and its creator since then. Either of them can have made the
 * change.
 */
struct birth {
	int pid;		/* pid of the creator at that time; 0: unknown */
	unsigned int creator;	/* NO_TASK: it has ended, or its pid has changed (exec) */
	bool took_over;		/* a thread's exec took over that pid: it may be the creator or not */
	uint64_t flags;		/* of clone(2) */
	bool was_thread;	/* created as a thread, but leads its group now, after exec */
	uint32_t parted;	/* shared then, different now */
	uint32_t joined;	/* namespaces created then, but shared now */
	/*
	 * Different namespaces that the creator had chosen for its children
	 * before. A time namespace can also have been entered since.
	 */
	uint32_t chosen;
};

/**
 * model_birth() - find how a task was created
 * @model: the model
 * @task: the task
 *
 * Return: only facts that the snapshot proves. The sets are empty if the creator
 * is not in the snapshot.
 */
struct birth model_birth(const struct model *model, unsigned int task);

/* How the creator of a task was determined. */
enum basis {
	BASIS_NONE,	/* it was not */
	BASIS_BIRTH,	/* recorded */
	BASIS_PARENT,	/* inferred: the parent task or, for a thread, the leader */
	BASIS_FIT,	/* inferred: the best match in the group of that task */
	BASIS_ADOPTED,	/* unknown: this is the parent, which is younger and adopted it */
};

struct creator {
	unsigned int task;	/* NO_TASK: unknown, or not in the snapshot */
	enum basis basis;
};

/*
 * Resources that a new task usually inherits from its creator (copy_process() in
 * kernel/fork.c), and resources that threads usually also share.
 */
#define FIT_INHERITED	(ALL_NAMESPACES | BIT(TASKMAP_CGROUPS) | BIT(TASKMAP_SECCOMP))
#define FIT_SHARED_BY_THREADS						\
	(BIT(TASKMAP_FILES) | BIT(TASKMAP_FS) | BIT(TASKMAP_CRED))

/**
 * model_creator() - find the task that created another, or the best guess
 * @model: the model
 * @task: the task that was created
 *
 * If the birth is not recorded, the best guess is the parent task or, for a
 * thread, its leader. If another thread of that task's group is older than @task
 * and differs from it in fewer resources that a new task inherits, the best guess
 * is that thread. Takes O(n) of the number of these threads if the task shares
 * objects with others and no thread fits; group the resources above for many tasks.
 *
 * Return: the creator, which is a fact only with BASIS_BIRTH.
 */
struct creator model_creator(const struct model *model, unsigned int task);

/* How a task is related to another. */
enum kinship {
	KIN_NONE,
	KIN_SELF,
	KIN_THREAD,	/* both are in one thread group */
	KIN_CHILD,	/* the other's thread group is its parent, or contains its creator */
	KIN_PARENT,	/* the other is its KIN_CHILD */
	KIN_SIBLING,	/* their thread groups have the same parent */
};

enum kinship model_kinship(const struct model *model, unsigned int task,
			   unsigned int other);

/* Which of two tasks deviates from the rest of their thread group. */
enum odd {
	ODD_NONE,	/* both hold the same object, or cannot be compared */
	ODD_TASK,	/* the thread; perhaps also its leader */
	ODD_LEADER,
	ODD_EITHER,	/* the two differ, and nothing shows which is usual */
};

/**
 * model_odd() - find whether a task or its leader deviates
 * @model: the model
 * @task: the task
 * @resource: any resource except active_mm and io: each task has its own
 *
 * The object that most threads of the group hold is the usual one. If too few
 * agree, it is the object that the parent of the group or process 1 also holds.
 * Credentials are compared by their values. The result says nothing about who
 * changed something, or how.
 *
 * Return: for a thread, how it compares with its leader; for a leader, ODD_LEADER
 * if it deviates from a thread and ODD_NONE otherwise.
 */
enum odd model_odd(const struct model *model, unsigned int task,
		   enum taskmap_resource resource);

/*
 * The norm that model_odd() compares with. NULL if all members hold the same.
 */
const struct norm *model_norm(const struct model *model, int tgid,
			      enum taskmap_resource resource);

/*
 * A value that identifies the object that @task holds. Two tasks hold the same
 * object if their values are equal.
 */
uint64_t model_held(const struct model *model, unsigned int task,
		    enum taskmap_resource resource);

/* Whether both tasks have the same uid, gid, euid and fsuid. */
bool model_same_ids(const struct model *model, unsigned int a, unsigned int b);

/*
 * The resources in which @task, a kernel thread, differs from the usual kernel
 * thread, kthreadd: fs, cgroups, namespaces, and cred if the ids differ.
 */
uint32_t model_odd_kthread(const struct model *model, unsigned int task);

/*
 * Whether the kernel started the process @task. Its parent is then kthreadd,
 * which is also the parent of a child that it creates with CLONE_PARENT.
 */
enum helper {
	HELPER_NOT,
	HELPER_LIKELY,
	HELPER_KNOWN,	/* according to its birth: a kernel thread created it */
};
enum helper model_helper(const struct model *model, unsigned int task);

/* The number of live members of @task's thread group, without its leader. */
struct living {
	unsigned int threads;	/* created by the program */
	unsigned int workers;	/* created by the kernel */
};
struct living model_living(const struct model *model, unsigned int task);

/* The members of a thread group. */
struct crew {
	int tgid;
	unsigned int live;	/* not dead, without kernel workers */
	unsigned int workers;	/* kernel workers */
	unsigned int live_workers;
	int dumper;		/* pid of a member that dumps core, or 0 */
};

/*
 * Counts the members of @task's thread group, once for all of them. Returns 0 or
 * -ENOMEM.
 */
int model_crew(struct model *model, unsigned int task, struct crew *crew);

/* The pid namespace that the next child of @task will live in. */
enum children {
	CHILDREN_HERE,		/* the namespace of the task, or unknown */
	CHILDREN_ELSEWHERE,
	CHILDREN_DESERTED,	/* another one, in which no task is alive */
};
enum children model_children(const struct model *model, unsigned int task);

/* Whether @task is not dead, but has begun to exit. */
bool model_is_ending(const struct model *model, unsigned int task);

/* For model_init() and model_free() only. */
int norms_make(struct model *model);
void norms_free(struct model *model);

/*
 * The resources that @flags of clone(2) share, and the namespaces they create.
 */
uint32_t birth_resources(uint64_t flags);

/* The function that calls clone(2) with @flags, or NULL if none is known. */
const char *birth_name(uint64_t flags);

/*
 * What two tasks share now, and the flags with which clone(2) would create a
 * task that shares exactly this. exec, unshare(2), setns(2), setuid(2) and
 * similar calls can have changed it after the task was created.
 */
struct relation {
	uint32_t same;		/* both hold the same object */
	uint32_t apart;		/* both hold an object, and the two differ */
	uint32_t unknown;	/* model_unknown() */
	/*
	 * Resources whose clone(2) flag is required: to share one or, for a
	 * namespace, to create one.
	 */
	uint32_t flags;
	uint32_t needed;	/* resources whose flags the kernel requires beside these */
	/*
	 * Resources whose flag may or may not have been used: a task holds none,
	 * exec(2) replaced it, or an older task holds the namespace and can have
	 * joined it.
	 */
	uint32_t untold;
	uint32_t beyond;	/* resources that clone(2) with these flags would not leave so */
	/* Different namespaces that no flag created, unless they are in @untold: */
	uint32_t chosen;	/* @other had chosen it for its children */
	uint32_t entered;	/* an older task is in it, or NSPID is not 1 */
	bool vfork;		/* the task still borrows the mm of @other */
	bool maybe_vfork;	/* it may, because marks are unknown */
	bool borrowed;		/* a kernel thread borrows the mm, which no flag causes */
	bool possible;		/* clone(2) accepts these flags together */
};

/**
 * relate() - compare two tasks
 * @model: the model of a snapshot with both tasks
 * @task: the task that clone(2) would create
 * @other: the task that would call clone(2)
 * @relation: set to the relation of @task to @other
 *
 * If namespaces differ, groups all tasks by these, once for all relations.
 * active_mm is only in the sets @same and @apart: it depends only on which tasks
 * ran before.
 *
 * Return: 0 or -ENOMEM.
 */
int relate(struct model *model, unsigned int task, unsigned int other,
	   struct relation *relation);

/**
 * relation_name() - name the function that creates such tasks
 * @relation: a result of relate()
 *
 * Return: the name, or NULL if there is none or too little is known.
 */
const char *relation_name(const struct relation *relation);

#endif /* TASKMAP_CORE_MODEL_H */
