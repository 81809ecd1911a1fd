// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>

#include "core/model.h"

/*
 * Resources that exec(2) replaces or stops sharing (begin_new_exec() in fs/exec.c).
 * After exec(2), nothing shows whether they were shared before.
 */
#define REPLACED_BY_EXEC						\
	(BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) | BIT(TASKMAP_SIGHAND))

/* Namespaces in an nsproxy: clone(2) creates a new nsproxy with a new one of these. */
#define OF_NSPROXY	(ALL_NAMESPACES & ~BIT(TASKMAP_USER_NS))

#define POSIX_THREAD							\
	(BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) | BIT(TASKMAP_FS) |	\
	 BIT(TASKMAP_SIGHAND) | BIT(TASKMAP_SIGNAL) | BIT(TASKMAP_SYSVSEM))
#define LINUXTHREADS							\
	(BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) | BIT(TASKMAP_FS) |	\
	 BIT(TASKMAP_SIGHAND))

/*
 * Flags that clone(2) accepts only together, or not together: copy_process() in
 * kernel/fork.c, and copy_namespaces() in kernel/nsproxy.c.
 */
static const struct {
	uint32_t flag;
	uint32_t needs;
	uint32_t excludes;
} rules[] = {
	{ BIT(TASKMAP_SIGNAL), BIT(TASKMAP_SIGHAND) | BIT(TASKMAP_MM),
	  BIT(TASKMAP_PID_NS) | BIT(TASKMAP_USER_NS) },
	{ BIT(TASKMAP_SIGHAND), BIT(TASKMAP_MM), 0 },
	{ BIT(TASKMAP_FS), 0, BIT(TASKMAP_MNT_NS) | BIT(TASKMAP_USER_NS) },
	{ BIT(TASKMAP_SYSVSEM), 0, BIT(TASKMAP_IPC_NS) },
};

static void compare(struct relation *relation, const struct model *model,
		    unsigned int task, unsigned int other)
{
	for_each_resource(r) {
		if (model_same(model, task, other, r))
			relation->same |= BIT(r);
		else if (model_differ(model, task, other, r))
			relation->apart |= BIT(r);
	}
	relation->unknown = model_unknown(model, task, other);
	/* Only a kernel thread can use an mm without CLONE_VM: kthread_use_mm(). */
	relation->borrowed = relation->same & BIT(TASKMAP_MM) &&
			     (model_is_kthread(model, task) ||
			      model_is_kthread(model, other));
}

/*
 * Whether a resource that is not shared now shows that its flag was not used. A task
 * does not have an I/O context until it needs one; until then, CLONE_IO has nothing
 * to share. CLONE_SYSVSEM creates the semaphore undo list if there is none
 * (copy_semundo() in ipc/sem.c), so even its absence shows that the flag was not
 * used, or that the task left the list. A task that holds a mount namespace is alive, and
 * holds one of every type of namespace that the kernel has; the kernel refuses the flags of
 * other types, or ignores them (copy_time_ns(), copy_cgroup_ns()). What is unknown shows
 * nothing.
 */
static bool shows_flag(const struct model *model, unsigned int task,
		       unsigned int other, unsigned int resource)
{
	bool dead = model_is_dead(model, task) || model_is_dead(model, other);
	bool one = model->tasks[task].ids[resource];
	bool two = model->tasks[other].ids[resource];

	if (model_unknown(model, task, other) & BIT(resource))
		return false;
	if (!one && !two && BIT(resource) & ALL_NAMESPACES)
		return model->tasks[task].ids[TASKMAP_MNT_NS] &&
		       model->tasks[other].ids[TASKMAP_MNT_NS];
	if (resource == TASKMAP_SYSVSEM)
		return !dead || (one && two);
	if (resource == TASKMAP_IO)
		return (one && two) || (!dead && (one || two));
	return one && two;
}

/* Whether a task that is older than @task holds the same object. */
static bool older_holds(const struct model *model, unsigned int task,
			unsigned int resource)
{
	const struct group group = model_group(model, task, resource);

	return model->tasks[group.oldest].start_ns <
	       model->tasks[task].start_ns;
}

/*
 * Find the namespaces that differ from those of @other although no CLONE_NEW* flag
 * created them:
 *
 * - those that @other has chosen for its children, which need no flag
 *   (copy_namespaces() and create_new_namespaces() in kernel/nsproxy.c); this is
 *   unknown if @other is dead;
 * - those with an older holder, unless the older task joined them by setns(2);
 * - a pid namespace in which @task is not the first task, number 1.
 */
static void find_entered(struct relation *relation, const struct model *model,
			 unsigned int task, unsigned int other)
{
	static const struct {
		enum taskmap_resource own;
		enum taskmap_resource children;
	} choices[] = {
		{ TASKMAP_PID_NS, TASKMAP_PID_CHILDREN_NS },
		{ TASKMAP_TIME_NS, TASKMAP_TIME_CHILDREN_NS },
	};
	const struct taskmap_record *tasks = model->tasks;

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		__u64 chosen = tasks[other].ids[choices[i].children];

		if (!chosen)
			relation->untold |= relation->apart & BIT(choices[i].own);
		else if (tasks[task].ids[choices[i].own] == chosen)
			relation->chosen |= relation->apart & BIT(choices[i].own);
	}
	for_each_resource_in(relation->apart & ALL_NAMESPACES, r) {
		if (older_holds(model, task, r))
			relation->entered |= BIT(r);
	}
	relation->untold |= relation->entered & ~relation->chosen;
	if (tasks[task].ns_pid > 1)
		relation->entered |= relation->apart & BIT(TASKMAP_PID_NS);
	if (relation->entered & BIT(TASKMAP_PID_NS))
		relation->untold &= ~BIT(TASKMAP_PID_NS);
}

/*
 * Whether a call of exec(2) can hide that the two shared something. Within a thread
 * group it cannot: no other thread survives it.
 */
static bool exec_can_hide(const struct model *model, unsigned int task,
			  unsigned int other)
{
	const struct taskmap_record *one = &model->tasks[task];
	const struct taskmap_record *two = &model->tasks[other];

	return one->tgid != two->tgid &&
	       !(one->flags & two->flags & FLAG_FORKNOEXEC);
}

static void find_flags(struct relation *relation, const struct model *model,
		       unsigned int task, unsigned int other)
{
	bool exec = exec_can_hide(model, task, other);

	for_each_resource(r) {
		uint32_t wanted = BIT(r) & ALL_NAMESPACES ?
			relation->apart & ~relation->chosen & ~relation->entered &
			~relation->untold : relation->same;

		if (!resources[r].flag)
			continue;
		if (r == TASKMAP_MM && relation->borrowed)
			continue;
		if (wanted & BIT(r))
			relation->flags |= BIT(r);
		else if (!shows_flag(model, task, other, r) ||
			 (exec && BIT(r) & REPLACED_BY_EXEC))
			relation->untold |= BIT(r);
	}
}

static void apply_rules(struct relation *relation)
{
	relation->possible = true;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!(relation->flags & rules[i].flag))
			continue;
		relation->needed |= rules[i].needs & ~relation->flags;
		if (relation->flags & rules[i].excludes)
			relation->possible = false;
	}
	/* A required flag would share an object, but the two differ. */
	if (relation->needed & relation->apart)
		relation->possible = false;
	relation->untold &= ~relation->needed;
}

/*
 * Find what clone(2) with these flags would not have caused. A new thread shares the
 * credentials of its creator, and a new process gets a copy (copy_creds() in
 * kernel/cred.c). A new task shares the nsproxy unless it gets a new namespace.
 */
static void find_beyond(struct relation *relation)
{
	bool thread = relation->flags & BIT(TASKMAP_SIGNAL);
	/*
	 * The creator's nsproxy contains the pid namespace that it has chosen
	 * for its children, so this namespace does not need a new nsproxy.
	 */
	bool new_nsproxy = relation->apart & OF_NSPROXY &
			   ~(relation->chosen & BIT(TASKMAP_PID_NS));

	if ((thread ? relation->apart : relation->same) & BIT(TASKMAP_CRED))
		relation->beyond |= BIT(TASKMAP_CRED);
	if ((new_nsproxy ? relation->same : relation->apart) &
	    BIT(TASKMAP_NSPROXY))
		relation->beyond |= BIT(TASKMAP_NSPROXY);
	relation->beyond |= relation->apart & BIT(TASKMAP_CGROUPS);
}

int relate(struct model *model, unsigned int task, unsigned int other,
	   struct relation *relation)
{
	*relation = (struct relation){ 0 };
	compare(relation, model, task, other);
	if (model_group_all(model, relation->apart & ALL_NAMESPACES))
		return -ENOMEM;
	find_entered(relation, model, task, other);
	relation->vfork = relation->same & BIT(TASKMAP_MM) &&
			  model->tasks[task].marks & TASKMAP_MARK_VFORK;
	/* A thread cannot borrow the mm, because it does not have a parent of its own. */
	relation->maybe_vfork = model->proc && !relation->borrowed &&
				(relation->same & (BIT(TASKMAP_MM) |
						   BIT(TASKMAP_SIGNAL))) ==
				BIT(TASKMAP_MM);
	find_flags(relation, model, task, other);
	apply_rules(relation);
	find_beyond(relation);
	return 0;
}

const char *relation_name(const struct relation *relation)
{
	static const struct {
		uint32_t flags;
		bool vfork;
		const char *name;
	} names[] = {
		{ 0, false, "fork(2)" },
		{ BIT(TASKMAP_MM), true, "vfork(2)" },
		{ POSIX_THREAD, false, "pthread_create(3)" },
		{ LINUXTHREADS, false, "LinuxThreads" },
	};

	if (relation->untold & ~BIT(TASKMAP_IO))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].flags == (relation->flags | relation->needed) &&
		    names[i].vfork == relation->vfork)
			return names[i].name;
	}
	return NULL;
}
