// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The column NOTE: what is unusual about a task, in a few words.
 */
#include <inttypes.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"

/*
 * Append a note to @out, after "; " unless @out is empty. Text that does not fit
 * is cut off.
 */
static void __attribute__((format(printf, 2, 3)))
note(char out[VALUE_SIZE], const char *format, ...)
{
	size_t length = strlen(out);
	va_list args;

	if (length && length + sizeof("; ") < VALUE_SIZE) {
		strcpy(out + length, "; ");
		length += strlen("; ");
	}
	va_start(args, format);
	vsnprintf(out + length, VALUE_SIZE - length, format, args);
	va_end(args);
}

static void note_others(const struct others *others, uint32_t set,
			char out[VALUE_SIZE])
{
	char *names = resource_words(set, ",", RESOURCE_NAME);

	if (others->count > 1)
		note(out, "%s shared with %d and %u more", names, others->tgid,
		     others->count - 1);
	else
		note(out, "%s shared with %d", names, others->tgid);
	free(names);
}

/*
 * Note the other thread groups that hold the same objects. Resources that are
 * shared with the same groups make one note.
 */
static void note_shared(const struct model *model, unsigned int task,
			char out[VALUE_SIZE])
{
	bool vfork = model->tasks[task].marks & TASKMAP_MARK_VFORK;
	uint32_t set = vfork ? NOTED & ~BIT(TASKMAP_MM) : NOTED;

	while (set) {
		struct others others;
		uint32_t alike = model_alike(model, task, set, model_others,
					     &others);

		set &= ~alike;
		if (others.count)
			note_others(&others, alike, out);
	}
}

/* Resources that the threads of a process usually share. */
#define IN_COMMON	(BIT(TASKMAP_FILES) | BIT(TASKMAP_FS) |		\
			 BIT(TASKMAP_CRED) | BIT(TASKMAP_SECCOMP) |	\
			 ALL_NAMESPACES)

static const char *namespace_word(unsigned int resource)
{
	return BIT(resource) & ALL_NAMESPACES ? " ns" : "";
}

/*
 * Whether the record shows that a thread was created without sharing @resource. The
 * birth of a leader says nothing about what it shares with its threads.
 */
static bool own_since_birth(const struct birth *birth, unsigned int resource)
{
	return birth->flags & CLONE_THREAD && !birth->was_thread &&
	       resources[resource].bit &&
	       !(BIT(resource) & ALL_NAMESPACES) &&
	       !(birth->flags & resources[resource].bit);
}

/* Only the real ids. note_effective_ids() compares the other ids with these. */
static bool note_ids(const struct taskmap_record *record,
		     const struct taskmap_record *leader, char out[VALUE_SIZE])
{
	bool uid = record->uid != leader->uid;

	if (!uid && record->gid == leader->gid)
		return false;
	note(out, "%s %" PRIu32 ", leader's %" PRIu32, uid ? "uid" : "gid",
	     (uint32_t)(uid ? record->uid : record->gid),
	     (uint32_t)(uid ? leader->uid : leader->gid));
	return true;
}

static bool has_filter_or_none(uint32_t mode)
{
	return mode == SECCOMP_MODE_DISABLED || mode == SECCOMP_MODE_FILTER;
}

bool seccomp_is_strict(const struct model *model, unsigned int a,
		       unsigned int b)
{
	return !has_filter_or_none(model->tasks[a].seccomp) ||
	       !has_filter_or_none(model->tasks[b].seccomp);
}

static void note_seccomp(const struct model *model, unsigned int task,
			 unsigned int leader, char out[VALUE_SIZE])
{
	note(out, "other seccomp %s than %s",
	     seccomp_is_strict(model, task, leader) ? "mode" : "filter",
	     task == leader ? "threads" : "leader");
}

static void note_own(const struct model *model, unsigned int task,
		     unsigned int resource, char out[VALUE_SIZE])
{
	const struct birth birth = model_birth(model, task);

	note(out, "own %s%s%s", resources[resource].name,
	     namespace_word(resource),
	     own_since_birth(&birth, resource) ? " since birth" : "");
}

/* One note for all resources in which a thread and its leader differ. */
static void note_apart(uint32_t apart, char out[VALUE_SIZE])
{
	char *words;

	if (!apart)
		return;
	words = xstrdup("");
	for_each_resource_in(apart, r)
		words = joined(words, ", ", xasprintf("%s%s", resources[r].name,
						      namespace_word(r)));
	note(out, "%s differ%s from leader's", words,
	     apart & (apart - 1) || apart == BIT(TASKMAP_FILES) ? "" : "s");
	free(words);
}

/* The deviating task gets the note or, if that is unknown, the thread. */
static void note_odd(const struct model *model, unsigned int task,
		     char out[VALUE_SIZE])
{
	unsigned int leader = model_leader(model, task);
	uint32_t apart = 0;

	for_each_resource_in(IN_COMMON, r) {
		enum odd odd = model_odd(model, task, r);

		if (odd == ODD_NONE || (odd == ODD_LEADER && task != leader))
			continue;
		if (r == TASKMAP_CRED && task != leader &&
		    note_ids(&model->tasks[task], &model->tasks[leader], out))
			continue;
		if (r == TASKMAP_SECCOMP)
			note_seccomp(model, task, leader, out);
		else if (odd == ODD_EITHER)
			apart |= BIT(r);
		else
			note_own(model, task, r, out);
	}
	note_apart(apart, out);
}

/* The recorded creator of @task. If it is not recorded, the parent is likely. */
static unsigned int likely_creator(const struct model *model, unsigned int task,
				   const struct birth *birth)
{
	const struct taskmap_record *record = &model->tasks[task];
	unsigned int parent;

	if (birth->pid)
		return birth->creator;
	parent = record->parent ? model_find(model, record->parent) :
				  model_parent(model, task);
	/* A parent that is younger than its child adopted it. */
	return parent != NO_TASK &&
	       model->tasks[parent].start_ns > record->start_ns ? NO_TASK : parent;
}

/* A new task has the ids of its creator: copy_creds() in kernel/cred.c. */
static void note_new_ids(const struct model *model, unsigned int task,
			 char out[VALUE_SIZE])
{
	const struct taskmap_record *record = &model->tasks[task], *from;
	const struct birth birth = model_birth(model, task);
	unsigned int creator = likely_creator(model, task, &birth);
	char *who, *ids;

	if (!model_is_leader(model, task) || creator == NO_TASK)
		return;
	from = &model->tasks[creator];
	who = from->pid == record->parent || from->pid == record->ppid ?
	      xstrdup("its parent has") :
	      xasprintf("its creator %d has", from->pid);
	ids = id_words(record, from, who, " and ");
	if (*ids)
		note(out, "%s: set after the fork%s", ids, birth.pid ? "" :
		     ", unless another task created it");
	free(ids);
	free(who);
}

/* Ids that differ from each other, as in a set-user-ID program. */
static void note_effective_ids(const struct model *model, unsigned int task,
			       char out[VALUE_SIZE])
{
	const struct taskmap_record *record = &model->tasks[task];

	/* Older modules do not record these ids. */
	if (model->scalars < offsetof(struct taskmap_record, seccomp))
		return;
	if (record->euid != record->uid)
		note(out, "euid %" PRIu32 ", uid %" PRIu32,
		     (uint32_t)record->euid, (uint32_t)record->uid);
	if (record->fsuid != record->euid)
		note(out, "fsuid %" PRIu32 ", euid %" PRIu32,
		     (uint32_t)record->fsuid, (uint32_t)record->euid);
}

const char *usual_kthread(const struct model *model)
{
	unsigned int usual = model->norms.kthread;

	return usual != NO_TASK && model->tasks[usual].pid == PID_KTHREADD ?
	       "kthreadd" : "most kernel threads";
}

static void note_kthread(const struct model *model, unsigned int task,
			 char out[VALUE_SIZE])
{
	uint32_t odd = model_odd_kthread(model, task);

	if (model->tasks[task].ids[TASKMAP_MM])
		note(out, "borrowed mm");
	for_each_resource_in(odd, r) {
		if (r == TASKMAP_CGROUPS)
			note(out, "other cgroups than %s", usual_kthread(model));
		else if (r == TASKMAP_CRED)
			note(out, "other ids than %s", usual_kthread(model));
		else
			note(out, "own %s%s", resources[r].name,
			     namespace_word(r));
	}
}

/* Note the creator only if it is not obvious from the parent. */
static void note_birth(const struct model *model, unsigned int task,
		       char out[VALUE_SIZE])
{
	const struct birth birth = model_birth(model, task);

	if (birth.was_thread)
		note(out, "was a thread, then exec");
	else if (!model_is_leader(model, task))
		return;
	else if (birth.flags & CLONE_PARENT)
		note(out, "created by %d with CLONE_PARENT", birth.pid);
	else if (birth.creator != NO_TASK && !model_is_leader(model, birth.creator))
		note(out, "created by thread %d", birth.pid);
}

static const char *plural(unsigned int count)
{
	return count == 1 ? "" : "s";
}

static void note_dead_leader(const struct model *model, unsigned int task,
			     char out[VALUE_SIZE])
{
	struct living living;

	if (!model_is_leader(model, task) || !model_is_dead(model, task))
		return;
	living = model_living(model, task);
	if (living.threads)
		note(out, "leader dead, %u thread%s live%s", living.threads,
		     plural(living.threads), living.threads == 1 ? "s" : "");
	if (living.workers)
		note(out, "%s%u worker%s live%s",
		     living.threads ? "" : "leader dead, ", living.workers,
		     plural(living.workers), living.workers == 1 ? "s" : "");
}

/*
 * wait(2) without __WALL or __WCLONE skips a child that does not send SIGCHLD
 * (eligible_child() in kernel/exit.c). exec(2) sets the signal to SIGCHLD, and so
 * does an adoption.
 */
static void note_exit_signal(const struct model *model, unsigned int task,
			     char out[VALUE_SIZE])
{
	const struct taskmap_record *record = &model->tasks[task];

	if (model_is_leader(model, task) && record->exit_signal >= 0 &&
	    record->exit_signal != SIGCHLD && record->ppid)
		note(out, "exit signal %d: wait(2) needs __WALL or __WCLONE",
		     record->exit_signal);
}

/*
 * A parent cannot reap a zombie while another process traces it:
 * wait_consider_task() in kernel/exit.c.
 */
static void note_traced_zombie(const struct model *model, unsigned int task,
			       char out[VALUE_SIZE])
{
	const struct taskmap_record *record = &model->tasks[task];
	unsigned int tracer = model_find(model, record->tracer);

	if (model_is_leader(model, task) && record->state == 'Z' &&
	    record->tracer && tracer != NO_TASK &&
	    model->tasks[tracer].tgid != record->ppid)
		note(out, "zombie until tracer %d waits for it or ends",
		     record->tracer);
}

static void note_end(const struct model *model, unsigned int task,
		     char out[VALUE_SIZE])
{
	if (model_is_dead(model, task))
		note_traced_zombie(model, task, out);
	else if (model->tasks[task].flags & FLAG_DUMPCORE)
		note(out, "dumping core");
	else if (model_is_ending(model, task))
		note(out, "ending");
}

static void note_children(const struct model *model, unsigned int task,
			  char out[VALUE_SIZE])
{
	switch (model_children(model, task)) {
	case CHILDREN_HERE:
		break;
	case CHILDREN_ELSEWHERE:
		note(out, "children in another pid ns");
		break;
	case CHILDREN_DESERTED:
		note(out, "children in a pid ns without init: fork starts it, or fails with ENOMEM if it has ended");
		break;
	}
	if (model->tasks[task].ids[TASKMAP_TIME_NS] &&
	    model->tasks[task].ids[TASKMAP_TIME_CHILDREN_NS] &&
	    model->tasks[task].ids[TASKMAP_TIME_NS] !=
	    model->tasks[task].ids[TASKMAP_TIME_CHILDREN_NS])
		note(out, "children in another time ns");
}

/* The parent alone proves nothing: a helper can create a child with CLONE_PARENT. */
const char *helper_words(const struct model *model, unsigned int task)
{
	switch (model_helper(model, task)) {
	case HELPER_KNOWN:
		return "started by the kernel (usermode helper)";
	case HELPER_LIKELY:
		return "child of kthreadd: probably a usermode helper";
	default:
		return NULL;
	}
}

void note_oddities(const struct model *model, unsigned int task,
		   char out[VALUE_SIZE])
{
	const struct taskmap_record *record = &model->tasks[task];
	const char *helper = helper_words(model, task);

	out[0] = '\0';
	if (record->marks & TASKMAP_MARK_VFORK)
		note(out, "vfork, borrows mm of %d", record->ppid);
	if (model_is_kthread(model, task)) {
		note_kthread(model, task, out);
		return;
	}
	note_shared(model, task, out);
	note_odd(model, task, out);
	note_new_ids(model, task, out);
	note_effective_ids(model, task, out);
	note_children(model, task, out);
	if (helper)
		note(out, "%s", helper);
	else
		note_birth(model, task, out);
	note_exit_signal(model, task, out);
	note_dead_leader(model, task, out);
	note_end(model, task, out);
}
