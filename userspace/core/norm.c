// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Norms: which object most threads of a group or most kernel threads hold, and which
 * tasks deviate.
 */
#include <errno.h>
#include <search.h>
#include <stdlib.h>

#include "core/model.h"

/* Each task has its own active_mm and I/O context: neither has a norm. */
#define NORMED	(ALL_RESOURCES & ~(BIT(TASKMAP_ACTIVE_MM) | BIT(TASKMAP_IO)))

/* An object with fewer holders is not considered the usual one. */
#define ENOUGH	3

bool model_is_ending(const struct model *model, unsigned int task)
{
	return !model_is_dead(model, task) &&
	       model->tasks[task].flags & (FLAG_EXITING | FLAG_POSTCOREDUMP);
}

bool model_same_ids(const struct model *model, unsigned int a, unsigned int b)
{
	const struct taskmap_record *x = &model->tasks[a], *y = &model->tasks[b];

	return x->uid == y->uid && x->gid == y->gid && x->euid == y->euid &&
	       x->fsuid == y->fsuid;
}

uint64_t model_held(const struct model *model, unsigned int task,
		    enum taskmap_resource resource)
{
	const struct taskmap_record *record = &model->tasks[task];
	uint64_t id = record->ids[resource];

	/*
	 * Without a filter, compare the modes: strict mode has no filter, and
	 * older modules do not record it.
	 */
	return id || resource != TASKMAP_SECCOMP ? id : record->seccomp;
}

/*
 * Whether the object of @task, or its absence, can be compared. A task that ends
 * releases its seccomp filter, mm and semaphore undo list one by one, and keeps its
 * cgroups when the other threads are moved (cgroup_migrate_add_task()). A missing undo
 * list counts, because CLONE_SYSVSEM creates one for both tasks. Workers are created
 * without that flag.
 */
static bool comparable(const struct model *model, unsigned int task,
		       enum taskmap_resource resource)
{
	const struct taskmap_record *record = &model->tasks[task];
	bool lives = !model_is_dead(model, task) &&
		     !(record->flags & FLAG_EXITING);

	if (record->unknown & BIT(resource))
		return false;
	switch (resource) {
	case TASKMAP_SECCOMP:
		return lives;
	case TASKMAP_SYSVSEM:
		return lives && record->ids[TASKMAP_MM] &&
		       record->kind != TASKMAP_WORKER;
	case TASKMAP_CGROUPS:
		return lives && record->ids[resource];
	default:
		return record->ids[resource];
	}
}

static bool differ(const struct model *model, unsigned int a, unsigned int b,
		   enum taskmap_resource resource)
{
	return comparable(model, a, resource) &&
	       comparable(model, b, resource) &&
	       model_held(model, a, resource) != model_held(model, b, resource);
}

/* Whether @task counts when the usual object of its thread group is determined. */
static bool counts(const struct model *model, unsigned int task,
		   enum taskmap_resource resource)
{
	return comparable(model, task, resource) &&
	       !model_is_dead(model, task) &&
	       model->tasks[task].kind != TASKMAP_WORKER;
}

/*
 * Whether both tasks hold the same object or, for credentials, have the same ids. Two
 * tasks without an object do not agree.
 */
static bool agrees(const struct model *model, unsigned int task,
		   unsigned int other, enum taskmap_resource resource)
{
	if (other == NO_TASK || !comparable(model, other, resource))
		return false;
	if (resource == TASKMAP_CRED)
		return model_same_ids(model, task, other);
	/* Seccomp filters are inherited, so two tasks without one agree. */
	if (resource != TASKMAP_SECCOMP && !model->tasks[task].ids[resource])
		return false;
	return model_held(model, task, resource) ==
	       model_held(model, other, resource);
}

/* If only one of the two tasks agrees with @other, the other one deviates. */
static enum odd odd_beside(const struct model *model, unsigned int task,
			   unsigned int leader, unsigned int other,
			   enum taskmap_resource resource)
{
	bool usual = agrees(model, task, other, resource);

	if (usual == agrees(model, leader, other, resource))
		return ODD_EITHER;
	return usual ? ODD_LEADER : ODD_TASK;
}

/* Whether the clone flags gave the task its own object. */
static bool born_odd(const struct birth *birth, enum taskmap_resource resource)
{
	bool namespace = BIT(resource) & ALL_NAMESPACES;
	uint64_t bit = resources[resource].bit;

	return birth->pid && bit && !(birth->flags & bit) == !namespace;
}

/* A core dump unshares the file table of the task that writes it. */
static enum odd odd_by_dump(const struct model *model, unsigned int task,
			    unsigned int leader)
{
	bool dumps = model->tasks[task].flags & FLAG_DUMPCORE;

	if (dumps == !!(model->tasks[leader].flags & FLAG_DUMPCORE))
		return ODD_EITHER;
	return dumps ? ODD_TASK : ODD_LEADER;
}

/* Which of the two deviates. @task differs from its @leader. */
static enum odd which_odd(const struct model *model, const struct norm *norm,
			  unsigned int task, unsigned int leader)
{
	enum taskmap_resource resource = norm->resource;
	struct birth birth;
	enum odd odd;

	if (norm->known)
		return model_held(model, task, resource) == norm->held ?
		       ODD_LEADER : ODD_TASK;
	odd = odd_beside(model, task, leader, model_parent(model, leader),
			 resource);
	if (odd == ODD_EITHER)
		odd = odd_beside(model, task, leader, model_find(model, 1),
				 resource);
	if (odd == ODD_EITHER && resource == TASKMAP_FILES)
		odd = odd_by_dump(model, task, leader);
	if (odd != ODD_EITHER)
		return odd;
	birth = model_birth(model, task);
	if (born_odd(&birth, resource))
		return ODD_TASK;
	if (birth.creator != leader &&
	    agrees(model, leader, birth.creator, resource) &&
	    !agrees(model, task, birth.creator, resource))
		return ODD_TASK;
	return ODD_EITHER;
}

static int compare_held(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * Find the object that occurs most often in @held. It is the usual one if it has
 * enough holders and no other object has as many.
 */
static void find_usual(struct norm *norm, uint64_t *held, unsigned int count)
{
	unsigned int run = 0;

	qsort(held, count, sizeof(*held), compare_held);
	for (unsigned int i = 0; i < count; i++) {
		run = i && held[i] == held[i - 1] ? run + 1 : 1;
		if (run == norm->alike)
			norm->known = false;
		if (run <= norm->alike)
			continue;
		norm->known = run >= ENOUGH;
		norm->alike = run;
		norm->held = held[i];
	}
}

static void find_against(const struct model *model, struct norm *norm,
			 struct members members, unsigned int leader)
{
	for (unsigned int i = 0; i < members.count; i++) {
		unsigned int task = members.tasks[i];

		if (!differ(model, task, leader, norm->resource) ||
		    which_odd(model, norm, task, leader) != ODD_LEADER)
			continue;
		if (model->tasks[task].kind == TASKMAP_WORKER) {
			norm->workers++;
		} else if (!model_is_dead(model, task)) {
			if (!norm->against++)
				norm->example = task;
			norm->several |= model_held(model, task, norm->resource) !=
					 model_held(model, norm->example, norm->resource);
		}
	}
}

static bool all_same(const struct model *model, struct members members,
		     unsigned int leader, enum taskmap_resource resource)
{
	unsigned int i = 0;

	while (i < members.count &&
	       !differ(model, members.tasks[i], leader, resource))
		i++;
	return i == members.count;
}

/* Add the norm of one resource for the thread group of @members. */
static int add_norm(struct model *model, struct members members,
		    unsigned int leader, enum taskmap_resource resource)
{
	struct norms *norms = &model->norms;
	uint64_t *held = calloc(members.count, sizeof(*held));
	struct norm *list = norms->list;
	struct norm *norm;
	unsigned int count = 0;

	/* The list is full whenever its length is a power of two. */
	if (!(norms->count & (norms->count - 1)))
		list = reallocarray(list, norms->count ? 2 * norms->count : 1,
				    sizeof(*list));
	if (list)
		norms->list = list;
	if (!held || !list) {
		free(held);
		return -ENOMEM;
	}
	norm = &norms->list[norms->count++];
	*norm = (struct norm){
		.tgid = model->tasks[leader].tgid,
		.resource = resource,
		.example = NO_TASK,
	};
	for (unsigned int i = 0; i < members.count; i++) {
		unsigned int task = members.tasks[i];

		if (!counts(model, task, resource))
			continue;
		held[count++] = model_held(model, task, resource);
		norm->threads += task != leader;
	}
	find_usual(norm, held, count);
	free(held);
	find_against(model, norm, members, leader);
	return 0;
}

static int add_group(struct model *model, struct members members)
{
	unsigned int leader = model_leader(model, *members.tasks);
	int error = 0;

	if (leader == NO_TASK)
		return 0;
	for_each_resource_in(NORMED, r) {
		if (!error && !all_same(model, members, leader, r))
			error = add_norm(model, members, leader, r);
	}
	return error;
}

const struct norm *model_norm(const struct model *model, int tgid,
			      enum taskmap_resource resource)
{
	size_t low = 0, high = model->norms.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct norm *norm = &model->norms.list[middle];

		if (norm->tgid == tgid && norm->resource == resource)
			return norm;
		if (norm->tgid < tgid ||
		    (norm->tgid == tgid && norm->resource < resource))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

enum odd model_odd(const struct model *model, unsigned int task,
		   enum taskmap_resource resource)
{
	const struct norm *norm = model_norm(model, model->tasks[task].tgid,
					     resource);
	unsigned int leader = model_leader(model, task);

	if (!norm || leader == NO_TASK)
		return ODD_NONE;
	if (task == leader)
		return norm->against || norm->workers ? ODD_LEADER : ODD_NONE;
	if (!differ(model, task, leader, resource))
		return ODD_NONE;
	return which_odd(model, norm, task, leader);
}

/* Kernel threads */

/* Compares ids instead of cred objects, because fork copies these. */
static uint32_t kthreads_differ(const struct model *model, unsigned int task,
				unsigned int usual)
{
	static const uint32_t set = BIT(TASKMAP_FS) | BIT(TASKMAP_CGROUPS) |
				    ALL_NAMESPACES;
	uint32_t apart = 0;

	for_each_resource_in(set, r) {
		if (differ(model, task, usual, r))
			apart |= BIT(r);
	}
	if (!model_same_ids(model, task, usual))
		apart |= BIT(TASKMAP_CRED);
	return apart;
}

/*
 * Majority vote: remove pairs of kernel threads that differ. If more than half are
 * alike, one of these is left.
 */
static unsigned int elect_kthread(const struct model *model)
{
	unsigned int left = NO_TASK, votes = 0;

	for (unsigned int i = 0; i < model->count; i++) {
		if (!model_is_kthread(model, i))
			continue;
		if (!votes) {
			left = i;
			votes = 1;
		} else if (kthreads_differ(model, i, left)) {
			votes--;
		} else {
			votes++;
		}
	}
	return left;
}

/*
 * kthreadd is the usual kernel thread. If it is not in the snapshot, take one that is
 * like more than half of all kernel threads.
 */
static unsigned int find_usual_kthread(const struct model *model)
{
	unsigned int usual = model_find(model, 2), like = 0, count = 0;

	if (usual != NO_TASK && model_is_kthread(model, usual))
		return usual;
	usual = elect_kthread(model);
	for (unsigned int i = 0; usual != NO_TASK && i < model->count; i++) {
		if (!model_is_kthread(model, i))
			continue;
		count++;
		like += !kthreads_differ(model, i, usual);
	}
	return 2 * like > count ? usual : NO_TASK;
}

uint32_t model_odd_kthread(const struct model *model, unsigned int task)
{
	unsigned int usual = model->norms.kthread;
	unsigned int init = model_find(model, 1);
	uint32_t odd;

	if (usual == NO_TASK || !model_is_kthread(model, task))
		return 0;
	odd = kthreads_differ(model, task, usual);
	/* After Linux 7.1, kernel threads briefly borrow the fs of process 1. */
	if (init != NO_TASK && model_same(model, task, init, TASKMAP_FS))
		odd &= ~BIT(TASKMAP_FS);
	return odd;
}

enum helper model_helper(const struct model *model, unsigned int task)
{
	unsigned int parent = model_parent(model, task);
	struct birth birth;

	if (parent == NO_TASK || !model_is_kthread(model, parent) ||
	    !model_is_leader(model, task) || model_is_kthread(model, task))
		return HELPER_NOT;
	birth = model_birth(model, task);
	if (birth.creator == NO_TASK)
		return HELPER_LIKELY;
	return model_is_kthread(model, birth.creator) ? HELPER_KNOWN :
							HELPER_NOT;
}

struct living model_living(const struct model *model, unsigned int task)
{
	const struct members members = model_threads(model, task);
	struct living living = { 0 };

	for (unsigned int i = 0; i < members.count; i++) {
		const struct taskmap_record *record =
			&model->tasks[members.tasks[i]];

		if (model_is_dead(model, members.tasks[i]))
			continue;
		if (record->kind == TASKMAP_WORKER)
			living.workers++;
		else if (record->pid != record->tgid)
			living.threads++;
	}
	return living;
}

static int compare_crews(const void *a, const void *b)
{
	const struct crew *x = a, *y = b;

	return x->tgid < y->tgid ? -1 : x->tgid > y->tgid;
}

static void count_members(const struct model *model, struct crew *crew)
{
	const struct members members = model_thread_group(model, crew->tgid);

	for (unsigned int i = 0; i < members.count; i++) {
		const struct taskmap_record *record =
			&model->tasks[members.tasks[i]];
		bool worker = record->kind == TASKMAP_WORKER;
		bool live = !model_is_dead(model, members.tasks[i]);

		crew->workers += worker;
		crew->live_workers += live && worker;
		crew->live += live && !worker;
		if (record->flags & FLAG_DUMPCORE)
			crew->dumper = record->pid;
	}
}

int model_crew(struct model *model, unsigned int task, struct crew *crew)
{
	struct crew *new, **found;

	*crew = (struct crew){ .tgid = model->tasks[task].tgid };
	found = tfind(crew, &model->norms.crews, compare_crews);
	if (found) {
		*crew = **found;
		return 0;
	}
	count_members(model, crew);
	new = malloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	*new = *crew;
	if (tsearch(new, &model->norms.crews, compare_crews))
		return 0;
	free(new);
	return -ENOMEM;
}

/* Namespaces for children */

static bool sends_children_away(const struct model *model, unsigned int task)
{
	const __u64 *ids = model->tasks[task].ids;

	return !model_is_kthread(model, task) && ids[TASKMAP_PID_NS] &&
	       ids[TASKMAP_PID_CHILDREN_NS] &&
	       ids[TASKMAP_PID_NS] != ids[TASKMAP_PID_CHILDREN_NS];
}

static uint64_t *find_deserted(const struct norms *norms, uint64_t id)
{
	return norms->deserted_count ?
	       bsearch(&id, norms->deserted, norms->deserted_count,
		       sizeof(id), compare_held) : NULL;
}

/* Remove the namespaces that contain a live task. */
static int drop_inhabited(struct model *model)
{
	struct norms *norms = &model->norms;
	bool *inhabited = calloc(norms->deserted_count, sizeof(bool));
	size_t kept = 0;

	if (!inhabited)
		return -ENOMEM;
	for (unsigned int i = 0; i < model->count; i++) {
		const uint64_t *found =
			find_deserted(norms, model->tasks[i].ids[TASKMAP_PID_NS]);

		if (found && !model_is_dead(model, i))
			inhabited[found - norms->deserted] = true;
	}
	for (size_t i = 0; i < norms->deserted_count; i++) {
		if (!inhabited[i])
			norms->deserted[kept++] = norms->deserted[i];
	}
	norms->deserted_count = kept;
	free(inhabited);
	return 0;
}

static int make_deserted(struct model *model)
{
	struct norms *norms = &model->norms;
	size_t count = 0, distinct = 0;

	for (unsigned int i = 0; i < model->count; i++)
		count += sends_children_away(model, i);
	/*
	 * Without process 1 the snapshot is incomplete, so a namespace cannot be
	 * known to be empty.
	 */
	if (!count || model->unknown & BIT(TASKMAP_PID_NS) ||
	    model_find(model, 1) == NO_TASK)
		return 0;
	norms->deserted = calloc(count, sizeof(*norms->deserted));
	if (!norms->deserted)
		return -ENOMEM;
	count = 0;
	for (unsigned int i = 0; i < model->count; i++) {
		if (sends_children_away(model, i))
			norms->deserted[count++] =
				model->tasks[i].ids[TASKMAP_PID_CHILDREN_NS];
	}
	qsort(norms->deserted, count, sizeof(*norms->deserted), compare_held);
	for (size_t i = 0; i < count; i++) {
		if (!distinct ||
		    norms->deserted[i] != norms->deserted[distinct - 1])
			norms->deserted[distinct++] = norms->deserted[i];
	}
	norms->deserted_count = distinct;
	return drop_inhabited(model);
}

enum children model_children(const struct model *model, unsigned int task)
{
	if (!sends_children_away(model, task))
		return CHILDREN_HERE;
	return find_deserted(&model->norms,
			     model->tasks[task].ids[TASKMAP_PID_CHILDREN_NS]) ?
	       CHILDREN_DESERTED : CHILDREN_ELSEWHERE;
}

int norms_make(struct model *model)
{
	int error = make_deserted(model);

	model->norms.kthread = find_usual_kthread(model);
	for (unsigned int i = 0; !error && i < model->order.count;) {
		struct members members = model_run(model, model->order, i);

		error = add_group(model, members);
		i += members.count;
	}
	return error;
}

void norms_free(struct model *model)
{
	free(model->norms.list);
	free(model->norms.deserted);
	tdestroy(model->norms.crews, free);
}
