// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * A snapshot without the module, from /proc and kcmp(2).
 *
 * kcmp(2) shows whether two tasks hold the same object and, if not, an order of the
 * two objects. So sorting the tasks by their objects finds the holders of each.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

#include "core/format.h"
#include "core/proc.h"

/* How often sorting is repeated if tasks change meanwhile. */
#define TRIES	16

#define NONE	UINT_MAX

struct survey {
	const char *root;
	char *cgroups;		/* result of proc_cgroups() */
	int zombie;		/* result of kcmp_zombie(), or 0 if kcmp(2) does not work */
	int second;		/* another one */
	uint32_t spaces;	/* namespaces of which the links tell everything */
	struct taskmap_record *tasks;	/* in order of pid */
	unsigned int count;
	/* While the objects of @resource are being sorted: */
	enum taskmap_resource resource;
	bool changed;		/* a task changed or ended */
	/*
	 * For each task, a task that holds the same object, which is its own first
	 * holder; NONE: no object. @first contains only these, @spare is scratch space.
	 */
	unsigned int *holder, *first, *spare;
	unsigned int firsts;
};

static int compare_pids(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

static int compare_pid(const void *key, const void *element)
{
	return compare_pids(key, &((const struct taskmap_record *)element)->pid);
}

static struct taskmap_record *find(const struct survey *survey, int pid)
{
	return bsearch(&pid, survey->tasks, survey->count,
		       sizeof(*survey->tasks), compare_pid);
}

/* Reading /proc */

/*
 * Without a link for oneself, the kernel does not have this type of namespace. Tasks then
 * hold NULL as their time and cgroup namespaces. Of another type they can hold the
 * initial namespace, which nothing shows (init_nsproxy, kernel/nsproxy.c).
 */
static void find_spaces(struct survey *survey)
{
	uint64_t number;

	survey->spaces = BIT(TASKMAP_TIME_NS) | BIT(TASKMAP_TIME_CHILDREN_NS) |
			 BIT(TASKMAP_CGROUP_NS);
	for_each_resource_in(ALL_NAMESPACES, r) {
		if (!proc_namespace(survey->root, 0, r, &number) && number)
			survey->spaces |= BIT(r);
	}
	if (survey->spaces & BIT(TASKMAP_PID_NS))
		survey->spaces |= BIT(TASKMAP_PID_CHILDREN_NS);
}

/* Whether the task has released its nsproxy, as it does when it ends. */
static bool has_no_nsproxy(const struct taskmap_record *record)
{
	return !record->ids[TASKMAP_MNT_NS] &&
	       !(record->unknown & BIT(TASKMAP_MNT_NS));
}

/*
 * The inode number of a namespace is its id. Without a link, the task holds none. But
 * /proc also hides a pid namespace for children in which no task was created yet
 * (pidns_for_children_get(), kernel/pid_namespace.c).
 */
static void read_namespaces(const struct survey *survey,
			    struct taskmap_record *record)
{
	for_each_resource_in(ALL_NAMESPACES | CHILD_NAMESPACES, r) {
		uint64_t number = 0;
		int error = proc_namespace(survey->root, record->pid, r,
					   &number);

		if (error || !(survey->spaces & BIT(r)) ||
		    (r == TASKMAP_PID_CHILDREN_NS && !number &&
		     !has_no_nsproxy(record)))
			record->unknown |= BIT(r);
		record->ids[r] = number;
		record->ns_inodes[r - TASKMAP_UTS_NS] = (uint32_t)number;
	}
}

/*
 * Sets what follows from other facts. A thread group has one signal_struct. Without
 * the mode for it, there is no seccomp filter.
 */
static void deduce(struct taskmap_record *record)
{
	record->ids[TASKMAP_SIGNAL] = (uint64_t)record->tgid;
	record->unknown |= BIT(TASKMAP_ACTIVE_MM) | BIT(TASKMAP_CRED) |
			   BIT(TASKMAP_CGROUPS);
	if (record->seccomp == SECCOMP_MODE_FILTER)
		record->unknown |= BIT(TASKMAP_SECCOMP);
	if (!has_no_nsproxy(record))
		record->unknown |= BIT(TASKMAP_NSPROXY);
}

/*
 * /proc shows exit code 0 if the caller may not trace the task, and before Linux 5.17
 * not that of the group.
 */
static int exit_code_of(const struct proc_task *task, uint32_t unknown)
{
	const struct taskmap_record *record = &task->record;

	if (!record_is_dead(record))
		return 0;
	if (unknown & BIT(TASKMAP_USER_NS))
		return -1;
	if (record->pid != record->tgid)
		return record->exit_code;
	return proc_since(5, 17) ? task->group_exit_code : -1;
}

static int read_task(const struct survey *survey, int pid,
		     struct taskmap_record *record)
{
	struct proc_task task;
	int error = proc_read(survey->root, survey->cgroups, pid, &task);

	if (error)
		return error;
	/* The task is being released. */
	if (!task.record.threads)
		return -ESRCH;
	*record = task.record;
	memset(record->ids, 0, sizeof(record->ids));
	record->task = (uint64_t)pid;
	if (record->kind == TASKMAP_THREAD &&
	    record->flags & FLAG_USER_WORKER && proc_since(6, 4))
		record->kind = TASKMAP_WORKER;
	read_namespaces(survey, record);
	record->exit_code = exit_code_of(&task, record->unknown);
	deduce(record);
	return 0;
}

/* Tasks that end meanwhile are left out. */
static int read_tasks(struct survey *survey)
{
	size_t count = 0;
	int *pids, error = proc_pids(survey->root, &pids, &count);

	if (error)
		return error;
	qsort(pids, count, sizeof(*pids), compare_pids);
	survey->tasks = calloc(count, sizeof(*survey->tasks));
	if (!survey->tasks)
		error = -ENOMEM;
	for (size_t i = 0; !error && i < count; i++) {
		struct taskmap_record *record = &survey->tasks[survey->count];

		if (pids[i] == survey->zombie || pids[i] == survey->second ||
		    (survey->count && pids[i] == record[-1].pid))
			continue;
		error = read_task(survey, pids[i], record);
		survey->count += !error;
		if (error != -ENOMEM)
			error = 0;
	}
	free(pids);
	return error;
}

static void add_child(void *data, int pid, int child)
{
	struct taskmap_record *record = find(data, child);
	const struct taskmap_record *parent = find(data, pid);

	if (record && record->ppid == parent->tgid)
		record->parent = pid;
}

/*
 * The parent is a thread. /proc shows it only as the task that has the child, except
 * that a process with one thread leaves no choice. All threads have one parent.
 */
static void find_parents(struct survey *survey)
{
	for (unsigned int i = 0; i < survey->count; i++) {
		struct taskmap_record *record = &survey->tasks[i];
		const struct taskmap_record *parent = find(survey, record->ppid);

		if (parent && parent->threads == 1)
			record->parent = record->ppid;
		if (record->threads > 1)
			proc_children(survey->root, record->pid, add_child,
				      survey);
	}
	for (unsigned int i = 0; i < survey->count; i++) {
		struct taskmap_record *record = &survey->tasks[i];
		const struct taskmap_record *leader = find(survey, record->tgid);

		record->parent = leader ? leader->parent : 0;
	}
}

/* Sorting by kcmp(2) */

/* Like a function for qsort(3). A task that has ended is unknown from then on. */
static int order(struct survey *survey, unsigned int a, unsigned int b)
{
	enum taskmap_resource r = survey->resource;
	int pids[] = { survey->tasks[a].pid, survey->tasks[b].pid };
	int found = kcmp_order(pids[0], pids[1], r);

	if (found >= 0)
		return found == 1 ? -1 : found;
	survey->changed = true;
	if (kcmp_order(pids[0], survey->zombie, r) < 0)
		survey->tasks[a].unknown |= BIT(r);
	if (kcmp_order(pids[1], survey->zombie, r) < 0)
		survey->tasks[b].unknown |= BIT(r);
	return 1;
}

/* Whether @task holds an object. Kernels without System V IPC have no undo lists. */
static bool holds(struct survey *survey, struct taskmap_record *task)
{
	enum taskmap_resource r = survey->resource;
	int found = kcmp_order(task->pid, survey->zombie, r);

	if (found < 0 && found != -EOPNOTSUPP)
		task->unknown |= BIT(r);
	return found > 0 || (!found && r == TASKMAP_SIGHAND);
}

/* The task that most likely holds the same object as @task, or NULL. */
static const struct taskmap_record *near(const struct survey *survey,
					 const struct taskmap_record *task)
{
	const struct taskmap_record *found =
		find(survey, task->pid == task->tgid ? task->ppid : task->tgid);

	return found < task ? found : NULL;
}

/*
 * Collects the first holder of each object. Threads are compared with their leader and
 * leaders with their parent, because these usually share something, and one call then
 * does for sorting. Objects can still have several first holders.
 */
static void find_first(struct survey *survey)
{
	survey->firsts = 0;
	for (unsigned int i = 0; i < survey->count; i++) {
		struct taskmap_record *task = &survey->tasks[i];
		const struct taskmap_record *other = near(survey, task);
		unsigned int *holder = &survey->holder[i];

		*holder = NONE;
		if (task->unknown & BIT(survey->resource))
			continue;
		if (other)
			*holder = survey->holder[other - survey->tasks];
		if (*holder != NONE && !order(survey, i, *holder))
			continue;
		*holder = NONE;
		if (holds(survey, task))
			*holder = survey->first[survey->firsts++] = i;
	}
}

/* qsort(3) must not be given an order that changes, as this one can. */
static void merge(struct survey *survey, unsigned int low, unsigned int middle,
		  unsigned int high)
{
	unsigned int a = low, b = middle;

	for (unsigned int i = low; i < high; i++) {
		bool left = b == high ||
			    (a < middle && order(survey, survey->first[a],
						 survey->first[b]) <= 0);

		survey->spare[i] = survey->first[left ? a++ : b++];
	}
	memcpy(survey->first + low, survey->spare + low,
	       (high - low) * sizeof(*survey->first));
}

static void sort(struct survey *survey)
{
	for (unsigned int run = 1; run < survey->firsts; run *= 2) {
		for (unsigned int low = 0; low + run < survey->firsts;
		     low += 2 * run)
			merge(survey, low, low + run,
			      MIN(low + 2 * run, survey->firsts));
	}
}

/*
 * Numbers the objects from 1. The order of the first holders must still be right, and
 * tasks that hold the same object must still hold one: none also compares equal.
 */
static void number(struct survey *survey)
{
	const unsigned int *first = survey->first;
	enum taskmap_resource r = survey->resource;
	uint64_t id = 0;

	for (unsigned int i = 0; i < survey->firsts; i++) {
		int step = i ? order(survey, first[i - 1], first[i]) : -1;

		survey->changed |= step > 0 ||
				   (!step && !holds(survey, &survey->tasks[first[i]]));
		id += step != 0;
		survey->tasks[first[i]].ids[r] = id;
	}
	for (unsigned int i = 0; i < survey->count; i++) {
		struct taskmap_record *task = &survey->tasks[i];
		unsigned int holder = survey->holder[i];

		task->ids[r] = holder == NONE ? 0 : survey->tasks[holder].ids[r];
		survey->changed |= holder != NONE && holder != i &&
				   !holds(survey, task);
	}
}

/* Finds the objects of one resource, or declares it unknown. */
static void compare_tasks(struct survey *survey, enum taskmap_resource resource)
{
	unsigned int tries = survey->zombie ? TRIES : 0;

	survey->resource = resource;
	/* A child can inherit an I/O context, and still has it when it becomes a zombie. */
	if (resource == TASKMAP_IO && tries &&
	    kcmp_order(survey->zombie, survey->second, resource))
		tries = 0;
	survey->changed = true;
	for (; survey->changed && tries; tries--) {
		survey->changed = false;
		find_first(survey);
		sort(survey);
		number(survey);
	}
	for (unsigned int i = 0; i < survey->count; i++) {
		if (survey->changed)
			survey->tasks[i].unknown |= BIT(resource);
		if (survey->tasks[i].unknown & BIT(resource))
			survey->tasks[i].ids[resource] = 0;
	}
}

/* The resources that kcmp(2) compares. */
static uint32_t compared(void)
{
	uint32_t set = 0;

	for_each_resource(r)
		set |= kcmp_knows(r) ? BIT(r) : 0;
	return set;
}

static int compare_all(struct survey *survey)
{
	size_t count = (size_t)survey->count + 1;

	survey->holder = calloc(count, sizeof(*survey->holder));
	survey->first = calloc(count, sizeof(*survey->first));
	survey->spare = calloc(count, sizeof(*survey->spare));
	if (!survey->holder || !survey->first || !survey->spare)
		return -ENOMEM;
	/* The caller may not be allowed to compare a task. */
	for (unsigned int i = 0; survey->zombie && i < survey->count; i++) {
		struct taskmap_record *task = &survey->tasks[i];

		if (kcmp_order(task->pid, survey->zombie, TASKMAP_MM) < 0)
			task->unknown |= compared();
	}
	for_each_resource_in(compared(), r)
		compare_tasks(survey, r);
	return 0;
}

/* A task that has an address space has loaded it. */
static void load(struct taskmap_record *record)
{
	record->ids[TASKMAP_ACTIVE_MM] = record->ids[TASKMAP_MM];
	if (record->ids[TASKMAP_MM])
		record->unknown &= ~BIT(TASKMAP_ACTIVE_MM);
}

/*
 * Leaves out tasks that have been removed meanwhile: another task may have their pid.
 * Of those that have begun to end, it is unknown what they held until then.
 */
static int drop_ended(struct survey *survey)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < survey->count; i++) {
		struct taskmap_record *record = &survey->tasks[i];
		struct taskmap_record now;
		int error = proc_glance(survey->root, record->pid, &now);

		if (error == -ENOMEM)
			return error;
		if (error || now.start_ns != record->start_ns)
			continue;
		if ((now.flags & ~record->flags) & FLAG_EXITING) {
			record->unknown = ALL_RESOURCES & ~BIT(TASKMAP_SIGNAL);
			for_each_resource_in(record->unknown, r)
				record->ids[r] = 0;
		}
		load(record);
		survey->tasks[kept++] = *record;
	}
	survey->count = kept;
	return 0;
}

/* The snapshot */

static uint64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void fill_header(const struct survey *survey,
			struct taskmap_header *header)
{
	struct utsname name;
	uint64_t pid_ns = 0;

	uname(&name);
	header->magic = TASKMAP_MAGIC;
	header->version = TASKMAP_FORMAT;
	header->header_size = sizeof(*header);
	header->record_size = sizeof(*survey->tasks);
	header->flags = TASKMAP_WALKED | TASKMAP_PROC;
	proc_namespace(survey->root, 0, TASKMAP_PID_NS, &pid_ns);
	if (pid_ns && pid_ns != FIRST_PID_NS)
		header->flags |= TASKMAP_NESTED;
	header->count = survey->count;
	header->resource_count = TASKMAP_RESOURCES;
	header->ids_offset = offsetof(struct taskmap_record, ids);
	header->refs_offset = offsetof(struct taskmap_record, refs);
	header->end_ns = now(CLOCK_BOOTTIME);
	memccpy(header->release, name.release, '\0', TASKMAP_RELEASE_LEN - 1);
	memccpy(header->node, name.nodename, '\0', TASKMAP_NODE_LEN - 1);
	for (unsigned int i = 0; i < survey->count; i++)
		header->resources |= ALL_RESOURCES & ~survey->tasks[i].unknown;
}

static int take(struct survey *survey)
{
	int error;

	find_spaces(survey);
	survey->cgroups = proc_cgroups(survey->root);
	error = read_tasks(survey);
	if (error)
		return error;
	find_parents(survey);
	error = compare_all(survey);
	return error ? error : drop_ended(survey);
}

/* Two are needed to find out whether they have an I/O context. */
static int make_zombies(struct survey *survey)
{
	if (kcmp_probe())
		return 0;
	survey->zombie = kcmp_zombie();
	if (survey->zombie < 0)
		return survey->zombie;
	survey->second = kcmp_zombie();
	return survey->second < 0 ? survey->second : 0;
}

static int explain(const char *root, int reason, struct error *error)
{
	if (reason == -ENOMEM)
		return error_no_memory(error);
	if (reason == -EXDEV)
		return error_set(error, "%s belongs to another pid namespace: mount the one of this process",
				 root);
	return error_set(error, "cannot make a snapshot from %s: %s", root,
			 strerror(-reason));
}

int proc_snapshot(const char *root, struct snapshot *snap, struct error *error)
{
	struct survey survey = { .root = root };
	struct taskmap_header *header = &snap->header;
	int reason;

	*snap = (struct snapshot){ 0 };
	header->start_ns = now(CLOCK_BOOTTIME);
	header->wall_ns = now(CLOCK_REALTIME);
	/* Ids mean nothing in any other snapshot. */
	if (getrandom(&header->fingerprint, sizeof(header->fingerprint), 0) < 0)
		return explain(root, -errno, error);
	reason = proc_is_own(root);
	if (!reason)
		reason = make_zombies(&survey);
	if (!reason)
		reason = take(&survey);
	if (survey.zombie > 0)
		kcmp_zombie_free(survey.zombie);
	if (survey.second > 0)
		kcmp_zombie_free(survey.second);
	fill_header(&survey, header);
	snap->tasks = survey.tasks;
	snap->count = survey.count;
	free(survey.holder);
	free(survey.first);
	free(survey.spare);
	free(survey.cgroups);
	if (!reason)
		return 0;
	snapshot_free(snap);
	return explain(root, reason, error);
}
