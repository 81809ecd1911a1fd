// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap drift: where a system deviates from the textbook.
 *
 * The textbook: a process is a thread group that shares nothing with another one.
 * A thread shares everything with its leader except the io_context, as
 * pthread_create(3) creates it. Kernel threads have the namespaces, cgroups and ids
 * of kthreadd. Only tasks hold references to the objects of tasks.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"

struct finding {
	unsigned int task;	/* the first of @pids */
	uint32_t tasks;		/* number of tasks with the same finding */
	const int *pids;	/* their pids, ascending */
	enum drift_rule rule;
	uint32_t resources;	/* resources concerned */
	unsigned int holders;	/* for DRIFT_REFS, or 0 */
	uint32_t refs;
	char *reason;		/* one line of text */
};

struct drift {
	const struct model *model;
	const bool *shown;
	struct finding *findings;	/* in order of pid */
	size_t count;
	int *pids;		/* of all findings */
	/* By number of the group of holders: the last tgid for which the object was examined. */
	int *examined[TASKMAP_RESOURCES];
};

const char *const drift_rules[DRIFT_RULES] = {
	[DRIFT_OWN] = "own",
	[DRIFT_SHARED] = "shared",
	[DRIFT_VFORK] = "vfork",
	[DRIFT_BORROWED] = "borrowed",
	[DRIFT_WORKER] = "worker",
	[DRIFT_LEADER] = "leader",
	[DRIFT_HELPER] = "helper",
	[DRIFT_REFS] = "refs",
};

static struct finding *add(struct drift *drift, unsigned int task,
			   enum drift_rule rule, uint32_t set,
			   const char *format, ...)
	__attribute__((format(printf, 5, 6)));

static struct finding *add(struct drift *drift, unsigned int task,
			   enum drift_rule rule, uint32_t set,
			   const char *format, ...)
{
	struct finding *finding;
	va_list args;

	drift->findings = xgrow(drift->findings, drift->count,
				sizeof(*finding));
	finding = &drift->findings[drift->count++];
	*finding = (struct finding){
		.task = task,
		.tasks = 1,
		.rule = rule,
		.resources = set,
	};
	va_start(args, format);
	need_memory(vasprintf(&finding->reason, format, args) < 0);
	va_end(args);
	return finding;
}

/* Threads that differ from their leader */

/* Namespaces are not in this table: their names are in resources[]. */
static const struct {
	const char *own;	/* an object that differs from that of another task */
	const char *noun;
} terms[TASKMAP_RESOURCES] = {
	[TASKMAP_MM] = { "another mm", "mm" },
	[TASKMAP_FILES] = { "another file table", "file table" },
	[TASKMAP_FS] = { "another fs", "fs" },
	[TASKMAP_SIGHAND] = { "another sighand", "sighand" },
	[TASKMAP_SIGNAL] = { "another signal", "signal" },
	[TASKMAP_SYSVSEM] = { "another semaphore undo list",
			      "semaphore undo list" },
	[TASKMAP_CRED] = { "other credentials", "credentials" },
	[TASKMAP_NSPROXY] = { "another nsproxy", "nsproxy" },
	[TASKMAP_CGROUPS] = { "other cgroups", "cgroups" },
	[TASKMAP_SECCOMP] = { "another seccomp filter", "seccomp filter" },
};

#define NEVER	"the kernel never allows this"

/*
 * All causes for different objects within a thread group. CLONE_THREAD excludes
 * CLONE_NEWPID and CLONE_NEWUSER (copy_process()). setns(2) to a user or time
 * namespace requires a single thread, and so does unshare(2) of a user namespace.
 * A core dump is a cause only if a task has PF_DUMPCORE: see dumps().
 */
static const char *const ways[TASKMAP_RESOURCES] = {
	[TASKMAP_MM] = NEVER,
	[TASKMAP_FILES] = "unshare(2), close_range(2) with CLOSE_RANGE_UNSHARE, or clone(2) without CLONE_FILES",
	[TASKMAP_FS] = "unshare(2), or clone(2) without CLONE_FS",
	[TASKMAP_SIGHAND] = NEVER,
	[TASKMAP_SIGNAL] = NEVER,
	[TASKMAP_SYSVSEM] = "unshare(2), setns(2) to an ipc namespace, or clone(2) without CLONE_SYSVSEM",
	[TASKMAP_NSPROXY] = "setns(2) into the same namespaces",
	[TASKMAP_CGROUPS] = "a threaded cgroup, a cgroup of version 1, or a clone(2) or a move that is under way",
	[TASKMAP_UTS_NS] = "unshare(2), setns(2), or clone(2) with CLONE_NEWUTS",
	[TASKMAP_IPC_NS] = "unshare(2), setns(2), or clone(2) with CLONE_NEWIPC",
	[TASKMAP_MNT_NS] = "unshare(2), setns(2), or clone(2) with CLONE_NEWNS",
	[TASKMAP_PID_NS] = NEVER,
	[TASKMAP_NET_NS] = "unshare(2), setns(2), or clone(2) with CLONE_NEWNET",
	[TASKMAP_TIME_NS] = NEVER,
	[TASKMAP_CGROUP_NS] = "unshare(2), setns(2), or clone(2) with CLONE_NEWCGROUP",
	[TASKMAP_USER_NS] = NEVER,
	[TASKMAP_PID_CHILDREN_NS] = "unshare(2) or setns(2)",
	[TASKMAP_TIME_CHILDREN_NS] = "unshare(2)",
	[TASKMAP_SECCOMP] = "seccomp(2) or prctl(2), which without SECCOMP_FILTER_FLAG_TSYNC changes only the calling thread",
};

/* The causes that are left if clone(2) is excluded. */
static const char *const later_ways[TASKMAP_RESOURCES] = {
	[TASKMAP_FILES] = "unshare(2) or close_range(2) with CLOSE_RANGE_UNSHARE",
	[TASKMAP_FS] = "unshare(2)",
	[TASKMAP_SYSVSEM] = "unshare(2) or setns(2) to an ipc namespace",
	[TASKMAP_UTS_NS] = "unshare(2) or setns(2)",
	[TASKMAP_IPC_NS] = "unshare(2) or setns(2)",
	[TASKMAP_MNT_NS] = "unshare(2) or setns(2)",
	[TASKMAP_NET_NS] = "unshare(2) or setns(2)",
	[TASKMAP_CGROUP_NS] = "unshare(2) or setns(2)",
};

static bool dumps(const struct model *model, unsigned int task,
		  unsigned int resource)
{
	return resource == TASKMAP_FILES &&
	       model->tasks[task].flags & FLAG_DUMPCORE;
}

/* Whether the clone flags gave the task its own object. */
static bool born_own(const struct birth *birth, unsigned int resource)
{
	bool namespace = BIT(resource) & ALL_NAMESPACES;

	return !(birth->flags & resources[resource].bit) == !namespace;
}

/*
 * Whether a thread was created sharing the object that the leader held at that
 * time. If its creator shares the object with the leader now, the two shared it then:
 * a task cannot return to an object that it left. Namespaces are the exception.
 */
static bool born_with_leader(const struct model *model, unsigned int leader,
			     const struct birth *birth, unsigned int resource)
{
	if (birth->creator == NO_TASK || born_own(birth, resource))
		return false;
	return birth->creator == leader ||
	       (!(BIT(resource) & ALL_NAMESPACES) &&
		model_same(model, birth->creator, leader, resource));
}

/*
 * Return how @task came to hold another object than its leader. The text contains no
 * pids, so that fold() can merge findings. The caller frees it.
 */
static char *way_of(const struct model *model, unsigned int task,
		    unsigned int leader, unsigned int resource)
{
	const struct birth birth = model_birth(model, task);
	const char *flag = resources[resource].flag;
	const char *later = later_ways[resource];
	bool namespace = BIT(resource) & ALL_NAMESPACES;

	if (birth.creator != NO_TASK &&
	    model_same(model, task, birth.creator, resource))
		return xstrdup("the thread has that of the thread that created it");
	if (later && birth.pid && born_own(&birth, resource))
		return xasprintf("created with%s %s", namespace ? "" : "out",
				 flag);
	if (dumps(model, task, resource))
		return xstrdup("the thread is dumping core, which unshares it");
	if (resource == TASKMAP_NSPROXY &&
	    !model->tasks[task].ids[TASKMAP_PID_CHILDREN_NS])
		return xasprintf("%s, or other namespaces for children",
				 ways[resource]);
	if (!later || !born_with_leader(model, leader, &birth, resource))
		return xstrdup(ways[resource]);
	return xasprintf("created with%s %s, then %s", namespace ? "out" : "",
			 flag, later);
}

/*
 * Whether all threads of a process were created sharing @resource, each by a task
 * that still exists. The chain of their creators then ends at the leader.
 */
static bool born_sharing(const struct model *model, unsigned int leader,
			 unsigned int resource)
{
	const struct members members = model_threads(model, leader);

	for (unsigned int i = 0; i < members.count; i++) {
		unsigned int task = members.tasks[i];
		const struct birth birth = model_birth(model, task);

		if (task != leader &&
		    model->tasks[task].kind != TASKMAP_WORKER &&
		    (birth.creator == NO_TASK || born_own(&birth, resource)))
			return false;
	}
	return true;
}

static const char *way_of_leader(const struct model *model, unsigned int leader,
				 unsigned int resource)
{
	if (dumps(model, leader, resource))
		return "the leader is dumping core, which unshares it";
	return later_ways[resource] && born_sharing(model, leader, resource) ?
	       later_ways[resource] : ways[resource];
}

/*
 * Return the ids in which two tasks differ. They can be equal, because setuid() of
 * libc makes each thread call the system call, which gives each its own cred. The
 * caller frees the text.
 */
static char *compare_ids(const struct model *model, unsigned int task,
			 unsigned int other, const char *than)
{
	char *list = id_words(&model->tasks[task], &model->tasks[other], than,
			      "; ");

	if (*list)
		return list;
	free(list);
	return xstrdup("the recorded ids are equal, as libc's setuid() leaves them; other ids, groups, capabilities or keyrings may differ");
}

static const char *noun_of(unsigned int resource)
{
	return terms[resource].noun ? terms[resource].noun :
				      resources[resource].noun;
}

/*
 * Return a text like "another file table than", about the object of @task and that
 * of @other, which may be NO_TASK. The caller frees it.
 */
static char *own_of(const struct model *model, unsigned int task,
		    unsigned int other, unsigned int resource)
{
	bool none = !model_held(model, task, resource);

	if (resource == TASKMAP_SECCOMP && other != NO_TASK &&
	    seccomp_is_strict(model, task, other))
		return xstrdup("another seccomp mode than");
	if (none || (other != NO_TASK && !model_held(model, other, resource)))
		return xasprintf("%s %s, unlike", none ? "no" : "a",
				 noun_of(resource));
	if (terms[resource].own)
		return xasprintf("%s than", terms[resource].own);
	return xasprintf("another %s than", noun_of(resource));
}

static void add_own(struct drift *drift, unsigned int task, unsigned int leader,
		    unsigned int resource)
{
	const struct model *model = drift->model;
	char *own = own_of(model, task, leader, resource);
	char *way = resource == TASKMAP_CRED ?
		    compare_ids(model, task, leader, "not") :
		    way_of(model, task, leader, resource);

	add(drift, task, DRIFT_OWN, BIT(resource), "%s leader %d: %s", own,
	    model->tasks[leader].pid, way);
	free(way);
	free(own);
}

static void add_apart(struct drift *drift, unsigned int task,
		      unsigned int leader, unsigned int resource)
{
	const struct model *model = drift->model;
	bool strict = resource == TASKMAP_SECCOMP &&
		      seccomp_is_strict(model, task, leader);
	char *way = resource == TASKMAP_CRED ?
		    compare_ids(model, task, leader, "leader's") :
		    way_of(model, task, leader, resource);

	add(drift, task, DRIFT_OWN, BIT(resource),
	    "%s and leader %d differ in their %s: %s",
	    model->tasks[task].kind == TASKMAP_WORKER ? "worker" : "thread",
	    model->tasks[leader].pid,
	    strict ? "seccomp mode" : noun_of(resource), way);
	free(way);
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/*
 * Return a text like "2 threads and 1 worker", which the caller frees. Takes
 * ownership of @threads.
 */
static char *threads_and_workers(char *threads, unsigned int workers)
{
	if (!workers)
		return threads;
	return joined(threads, " and ",
		      xasprintf("%u worker%s", workers, plural(workers)));
}

/* Return the threads from which the leader deviates. The caller frees the text. */
static char *against(const struct model *model, const struct norm *norm)
{
	char *threads;

	if (!norm->against)
		threads = xstrdup("");
	else if (norm->against == 1)
		threads = xasprintf("thread %d", model->tasks[norm->example].pid);
	else
		threads = xasprintf("%s%u other threads",
				    norm->against == norm->threads ? "the " : "",
				    norm->against);
	return threads_and_workers(threads, norm->workers);
}

static void add_own_of_leader(struct drift *drift, unsigned int leader,
			      unsigned int resource)
{
	const struct model *model = drift->model;
	int tgid = model->tasks[leader].tgid;
	const struct norm *norm = model_norm(model, tgid, resource);
	unsigned int other = norm->several ? NO_TASK : norm->example;
	char *threads = against(model, norm);
	char *own = own_of(model, leader, other, resource);
	char *way;

	if (resource != TASKMAP_CRED)
		way = xstrdup(way_of_leader(model, leader, resource));
	else if (other != NO_TASK)
		way = compare_ids(model, leader, other, "not");
	else
		way = xstrdup("their ids differ among themselves");
	add(drift, leader, DRIFT_OWN, BIT(resource), "leader %d has %s %s: %s",
	    tgid, own, threads, way);
	free(own);
	free(way);
	free(threads);
}

/* Return the resources in which @task deviates from the rest of its process. */
static uint32_t own_resources(const struct model *model, unsigned int task)
{
	static const uint32_t spaces = ALL_NAMESPACES | CHILD_NAMESPACES;
	int tgid = model->tasks[task].tgid;
	bool leader = model_is_leader(model, task);
	uint32_t own = 0, apart = 0;

	for_each_resource(r) {
		enum odd odd = model_odd(model, task, r);

		if (odd == ODD_LEADER ? leader : odd != ODD_NONE)
			own |= BIT(r);
		if (odd != ODD_NONE || (leader && model_norm(model, tgid, r)))
			apart |= BIT(r);
	}
	/* Another nsproxy follows from another namespace. */
	return apart & spaces ? own & ~BIT(TASKMAP_NSPROXY) : own;
}

static void find_own(struct drift *drift, unsigned int task)
{
	const struct model *model = drift->model;
	unsigned int leader = model_leader(model, task);
	uint32_t own = own_resources(model, task);

	for_each_resource_in(own, r) {
		if (leader == task)
			add_own_of_leader(drift, task, r);
		else if (model_odd(model, task, r) == ODD_TASK)
			add_own(drift, task, leader, r);
		else
			add_apart(drift, task, leader, r);
	}
	if (leader != NO_TASK && leader != task &&
	    model->tasks[task].kind == TASKMAP_THREAD &&
	    model_same(model, task, leader, TASKMAP_IO))
		add(drift, task, DRIFT_SHARED, BIT(TASKMAP_IO),
		    "with leader %d: CLONE_IO, which pthread_create(3) does not use",
		    model->tasks[leader].pid);
}

/* Thread groups that share */

/* Resources that clone(2) can share between thread groups, but usually does not. */
#define APART	(BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) | BIT(TASKMAP_FS) | \
		 BIT(TASKMAP_SIGHAND) | BIT(TASKMAP_IO))

/*
 * Return the resources of which no other member of the thread group has examined the
 * object of @task yet. This makes one finding for all members that hold an object.
 * The caller passes the tasks by tgid and pid.
 */
static uint32_t not_examined(struct drift *drift, unsigned int task)
{
	int tgid = drift->model->tasks[task].tgid;
	uint32_t set = 0;

	for_each_resource_in(APART, r) {
		const unsigned int *numbers = drift->model->holders[r].number;
		int *examined = &drift->examined[r][numbers[task]];

		if (*examined != tgid)
			set |= BIT(r);
		*examined = tgid;
	}
	return set;
}

/*
 * Return a text if the record shows that a task of group @by created the leader of
 * group @tgid with flags that share @set, or NULL. The caller frees it.
 */
static char *birth_of_group(const struct model *model, int tgid, int by,
			    uint32_t set)
{
	unsigned int leader = model_find(model, tgid);
	struct birth birth;
	char *flags, *way;

	if (leader == NO_TASK)
		return NULL;
	birth = model_birth(model, leader);
	if (birth.creator == NO_TASK ||
	    model->tasks[birth.creator].tgid != by ||
	    set & ~birth_resources(birth.flags))
		return NULL;
	flags = resource_words(set, "|", RESOURCE_FLAG);
	way = xasprintf("%d created %d with %s", birth.pid, tgid, flags);
	free(flags);
	return way;
}

static void add_shared(struct drift *drift, unsigned int task, uint32_t set,
		       const struct others *others)
{
	int tgid = drift->model->tasks[task].tgid;
	char *more = others->count > 1 ?
		     xasprintf(" and %u more", others->count - 1) : xstrdup("");
	char *way = birth_of_group(drift->model, tgid, others->tgid, set);

	if (!way)
		way = birth_of_group(drift->model, others->tgid, tgid, set);
	if (!way)
		way = xstrdup("clone(2) without CLONE_THREAD");
	add(drift, task, DRIFT_SHARED, set, "with thread group %d%s: %s",
	    others->tgid, more, way);
	free(way);
	free(more);
}

/* Resources that are shared with the same groups make one finding. */
static void find_shared(struct drift *drift, unsigned int task)
{
	uint32_t set = not_examined(drift, task);

	while (set) {
		struct others others;
		uint32_t alike = model_alike(drift->model, task, set,
					     model_equals, &others);

		set &= ~alike;
		if (others.count)
			add_shared(drift, task, alike, &others);
	}
}

/* Single tasks */

/* In Linux 5.10, io_uring workers are kernel threads, and also borrow files. */
static void find_borrowed(struct drift *drift, unsigned int task)
{
	static const enum taskmap_resource borrowed[] = {
		TASKMAP_MM, TASKMAP_FILES,
	};

	for (size_t i = 0; i < ARRAY_SIZE(borrowed); i++) {
		struct others others = model_others(drift->model, task,
						    borrowed[i]);

		if (others.count)
			add(drift, task, DRIFT_BORROWED, BIT(borrowed[i]),
			    "a kernel thread that uses objects of thread group %d",
			    others.tgid);
		else if (borrowed[i] == TASKMAP_MM &&
			 drift->model->tasks[task].ids[TASKMAP_MM])
			add(drift, task, DRIFT_BORROWED, BIT(TASKMAP_MM),
			    "a kernel thread that uses objects that no process holds any more");
	}
}

static void find_own_of_kthread(struct drift *drift, unsigned int task)
{
	const struct model *model = drift->model;
	uint32_t odd = model_odd_kthread(model, task);
	const char *usual = usual_kthread(model);
	char *words = xstrdup("");

	for_each_resource_in(odd & ~(BIT(TASKMAP_CGROUPS) | BIT(TASKMAP_CRED)), r)
		words = joined(words, " and ", xstrdup(noun_of(r)));
	if (*words)
		add(drift, task, DRIFT_OWN,
		    odd & ~(BIT(TASKMAP_CGROUPS) | BIT(TASKMAP_CRED)),
		    "a kernel thread that differs from %s in its %s", usual, words);
	free(words);
	if (odd & BIT(TASKMAP_CGROUPS))
		add(drift, task, DRIFT_OWN, BIT(TASKMAP_CGROUPS),
		    "a kernel thread in other cgroups than %s: moved there", usual);
	if (!(odd & BIT(TASKMAP_CRED)))
		return;
	words = compare_ids(model, task, model->norms.kthread, "not");
	add(drift, task, DRIFT_OWN, BIT(TASKMAP_CRED),
	    "a kernel thread with other ids than %s: %s", usual, words);
	free(words);
}

static void find_helper(struct drift *drift, unsigned int task)
{
	const char *words = helper_words(drift->model, task);

	if (words)
		add(drift, task, DRIFT_HELPER, 0, "%s", words);
}

static void find_dead_leader(struct drift *drift, unsigned int task)
{
	const struct model *model = drift->model;
	struct living living;
	char *threads;

	if (!model_is_leader(model, task) || !model_is_dead(model, task))
		return;
	living = model_living(model, task);
	if (!living.threads && !living.workers)
		return;
	threads = living.threads ? xasprintf("%u thread%s", living.threads,
					     plural(living.threads)) : xstrdup("");
	threads = threads_and_workers(threads, living.workers);
	add(drift, task, DRIFT_LEADER, 0, "dead, while %s live%s", threads,
	    living.threads + living.workers == 1 ? "s" : "");
	free(threads);
}

static void find_in_task(struct drift *drift, unsigned int task)
{
	const struct taskmap_record *record = &drift->model->tasks[task];

	if (record->kind == TASKMAP_KTHREAD) {
		find_borrowed(drift, task);
		find_own_of_kthread(drift, task);
		return;
	}
	if (record->marks & TASKMAP_MARK_VFORK)
		add(drift, task, DRIFT_VFORK, BIT(TASKMAP_MM),
		    "borrows the mm of %d until it execs or ends",
		    record->ppid);
	if (record->kind == TASKMAP_WORKER)
		add(drift, task, DRIFT_WORKER, 0,
		    "created by the kernel in thread group %d, for io_uring or vhost",
		    record->tgid);
	find_own(drift, task);
	find_shared(drift, task);
	find_dead_leader(drift, task);
	find_helper(drift, task);
}

/* Refs */

/*
 * Count the objects of @resource that the holders of @object hold. All holders of
 * such an object also hold @object, so each is counted at its earliest holder.
 */
static unsigned int count_held(const struct model *model,
			       const struct object *object,
			       enum taskmap_resource resource)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < object->holders.count; i++) {
		unsigned int task = object->holders.tasks[i];
		const struct group group = model_group(model, task, resource);

		count += group.holders.count && group.earliest == task;
	}
	return count;
}

/* Return the number of references that the holders account for. */
static uint64_t accounted(const struct model *model, const struct object *object)
{
	switch (resources[object->resource].counted) {
	case COUNTED_TASKS:
		return object->holders.count;
	case COUNTED_TWICE:
		return 2 * (uint64_t)object->holders.count;
	case COUNTED_NSPROXIES:
		return count_held(model, object, TASKMAP_NSPROXY);
	case COUNTED_CREDS:
		return count_held(model, object, TASKMAP_CRED);
	case COUNTED_NOT:
		break;
	}
	return 0;
}

static unsigned int first_shown(const struct drift *drift,
				const struct object *object)
{
	unsigned int first = NO_TASK;

	for (unsigned int i = 0; i < object->holders.count; i++) {
		unsigned int task = object->holders.tasks[i];

		if (drift->shown[task] && task < first)
			first = task;
	}
	return first;
}

static void add_refs(struct drift *drift, const struct object *object,
		     uint64_t made)
{
	const struct resource *resource = &resources[object->resource];
	unsigned int task = first_shown(drift, object);
	unsigned int holders = object->holders.count;
	char *who = object->refs > made ?
		xasprintf("%" PRIu64 " more held by something other than a task, such as %s%sa task being created",
			  object->refs - made,
			  resource->others ? resource->others : "",
			  resource->others ? " or " : "") :
		xstrdup("too few");
	struct finding *finding =
		add(drift, task, DRIFT_REFS, BIT(object->resource),
		    "%s#%u has %" PRIu32 " ref%s, and its %u holder%s account%s for %" PRIu64 ": %s",
		    resource->key,
		    model_number(drift->model, task, object->resource),
		    object->refs, plural(object->refs), holders,
		    plural(holders), holders == 1 ? "s" : "", made, who);

	finding->holders = holders;
	finding->refs = object->refs;
	free(who);
}

/*
 * Return the number of references that the kernel keeps permanently. After Linux 7.1
 * it keeps one to the fs of process 1, which kernel threads borrow ("fs: make
 * userspace_init_fs a dynamically-initialized pointer").
 */
static unsigned int kept(const struct model *model, const struct object *object)
{
	unsigned int i = 0;

	if (object->resource != TASKMAP_FS)
		return 0;
	while (i < object->holders.count && model->tasks[object->holders.tasks[i]].pid != 1)
		i++;
	return i < object->holders.count;
}

/*
 * Objects of kernel threads are skipped: the idle tasks, which no snapshot contains,
 * also hold them; newer kernels do not count references to the initial namespaces;
 * and a kernel thread borrows the objects of a process without a reference.
 */
static void check_refs(struct drift *drift, const struct object *object)
{
	const struct resource *resource = &resources[object->resource];
	uint64_t made;

	if (!object->refs || object->kthreads ||
	    resource->counted == COUNTED_NOT)
		return;
	made = accounted(drift->model, object);
	if (object->refs < made ||
	    (object->refs > made + kept(drift->model, object) &&
	     object->refs < UINT32_MAX && resource->only_tasks))
		add_refs(drift, object, made);
}

static void find_refs(struct drift *drift, struct model *model)
{
	struct objects objects;

	need_memory(objects_make(&objects, model, &(struct object_filter){
		ALL_RESOURCES, drift->shown, true }));
	for (unsigned int i = 0; i < objects.count; i++)
		check_refs(drift, &objects.list[i]);
	objects_free(&objects);
}

/* All findings */

static int compare_words(const struct finding *x, const struct finding *y)
{
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if (x->resources != y->resources)
		return x->resources < y->resources ? -1 : 1;
	return strcmp(x->reason, y->reason);
}

static int compare_tasks(const struct finding *x, const struct finding *y)
{
	return x->task < y->task ? -1 : x->task > y->task;
}

static int by_words(const void *a, const void *b)
{
	int order = compare_words(a, b);

	return order ? order : compare_tasks(a, b);
}

static int by_task(const void *a, const void *b)
{
	int order = compare_tasks(a, b);

	return order ? order : compare_words(a, b);
}

/* Merge findings that differ only in their task, into that of the lowest pid. */
static void fold(struct drift *drift)
{
	struct finding *last = NULL;
	size_t kept = 0;

	drift->pids = xcalloc(drift->count, sizeof(*drift->pids));
	qsort(drift->findings, drift->count, sizeof(*drift->findings),
	      by_words);
	for (size_t i = 0; i < drift->count; i++) {
		struct finding *finding = &drift->findings[i];

		drift->pids[i] = drift->model->tasks[finding->task].pid;
		if (last && !compare_words(last, finding)) {
			last->tasks++;
			free(finding->reason);
			continue;
		}
		last = &drift->findings[kept++];
		*last = *finding;
		last->pids = &drift->pids[i];
	}
	drift->count = kept;
	qsort(drift->findings, drift->count, sizeof(*drift->findings),
	      by_task);
}

/*
 * Find the deviations of the @shown tasks. References are checked only if the
 * snapshot is @exact: otherwise the counts are from different moments.
 */
static void drift_init(struct drift *drift, struct model *model, bool exact,
		       const bool *shown)
{
	*drift = (struct drift){ .model = model, .shown = shown };
	need_memory(model_group_all(model, APART));
	for_each_resource_in(APART, r)
		drift->examined[r] = xcalloc((size_t)model->holders[r].count + 1,
					     sizeof(int));
	for (unsigned int i = 0; i < model->count; i++) {
		if (shown[model->order.tasks[i]])
			find_in_task(drift, model->order.tasks[i]);
	}
	for_each_resource_in(APART, r)
		free(drift->examined[r]);
	if (exact)
		find_refs(drift, model);
	if (drift->count)
		fold(drift);
}

static void drift_free(struct drift *drift)
{
	for (size_t i = 0; i < drift->count; i++)
		free(drift->findings[i].reason);
	free(drift->findings);
	free(drift->pids);
}

/* Columns: those of the finding, and those of its task */

static const struct finding *finding_of(const struct cell *cell)
{
	return cell->row->of;
}

static void fill_rule(const struct cell *cell, struct value *value)
{
	value_set_text(value, drift_rules[finding_of(cell)->rule]);
}

static void fill_what(const struct cell *cell, struct value *value)
{
	char *keys = resource_words(finding_of(cell)->resources, ",",
				    RESOURCE_KEY);

	value_set_words(value, keys, ',');
	free(keys);
}

static void fill_pids(const struct cell *cell, struct value *value)
{
	const struct finding *finding = finding_of(cell);

	value->type = VALUE_PIDS;
	value->ranges = true;
	value->pids = xcalloc(finding->tasks, sizeof(*value->pids));
	value->pid_count = finding->tasks;
	memcpy(value->pids, finding->pids,
	       finding->tasks * sizeof(*value->pids));
}

static void fill_reason(const struct cell *cell, struct value *value)
{
	value_set_text(value, finding_of(cell)->reason);
}

static const struct column finding_table[] = {
	COLUMN_TEXT("RULE", fill_rule, "rule that found it"),
	COLUMN_WORDS("WHAT", fill_what, "resources concerned"),
	COLUMN_FIELD("TASKS", fill_u32, finding, tasks, "number of tasks; PID is the lowest"),
	COLUMN_PIDS("PIDS", fill_pids, "pids of these tasks; 12-15 for 12 to 15"),
	COLUMN_FIELD("HOLDERS", fill_known, finding, holders, "rule refs: tasks that hold the object"),
	COLUMN_FIELD("REFS", fill_known, finding, refs, "rule refs: kernel's count of references to the object"),
	COLUMN_TEXT("REASON", fill_reason, "reason, in words", .fit = FIT_BELOW),
};

const struct columns finding_columns = {
	.defaults = "PID,TGID,KIND,COMM,RULE,WHAT,TASKS,PIDS,REASON",
	.own_count = ARRAY_SIZE(finding_table),
	.own = finding_table,
	.more = &task_columns,
};

static struct row row_at(const struct rows *rows, size_t index)
{
	const struct finding *findings = rows->of;

	return (struct row){
		.model = rows->model,
		.task = findings[index].task,
		.of = &findings[index],
	};
}

static struct json_object *finding_object(const struct finding *finding)
{
	struct json_object *object = json_new_object();
	struct json_object *pids = json_new_array();

	for (uint32_t i = 0; i < finding->tasks; i++)
		json_append(pids, json_number(finding->pids[i]));
	json_add_text(object, "rule", drift_rules[finding->rule]);
	json_add(object, "what", json_resources(finding->resources, false));
	json_add_text(object, "reason", finding->reason);
	json_add(object, "pids", pids);
	return object;
}

struct json_object *drift_array(struct model *model, bool exact,
				const bool *chosen)
{
	struct json_object *array = json_new_array();
	struct drift drift;

	drift_init(&drift, model, exact, chosen);
	for (size_t i = 0; i < drift.count; i++)
		json_append(array, finding_object(&drift.findings[i]));
	drift_free(&drift);
	return array;
}

void drift_count(struct model *model, bool exact, struct drift_counts *counts)
{
	bool *all = xcalloc(model->count, sizeof(*all));
	struct drift drift;

	*counts = (struct drift_counts){ 0 };
	for (unsigned int i = 0; i < model->count; i++)
		all[i] = true;
	drift_init(&drift, model, exact, all);
	for (size_t i = 0; i < drift.count; i++) {
		const struct finding *finding = &drift.findings[i];
		uint64_t *own = model_is_kthread(model, finding->task) ?
				counts->kthreads : counts->threads;

		counts->findings[finding->rule] += finding->tasks;
		if (finding->rule != DRIFT_OWN)
			continue;
		for_each_resource_in(finding->resources, r)
			own[r] += finding->tasks;
	}
	drift_free(&drift);
	free(all);
}

int drift_command(const struct options *options, struct error *error)
{
	struct drift drift;
	struct view view;
	int status;

	if (view_open(&view, options, error))
		return -1;
	view_choose(&view);
	drift_init(&drift, &view.model,
		   !(view.snap.header.flags & TASKMAP_WALKED), view.chosen);
	status = drift.count ? STATUS_MISSING : STATUS_DONE;
	view_print(&view, "drift", &(struct rows){
		drift.count, row_at, NULL, &view.model, drift.findings });
	drift_free(&drift);
	return view_close(&view, status);
}
