// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include "facts.h"

static enum kernel_thread kernel_thread_of(unsigned int kind)
{
	if (kind == TASKMAP_KTHREAD)
		return KERNEL_THREAD_YES;
	return kind == TASKMAP_WORKER ? KERNEL_THREAD_INSIDE :
					KERNEL_THREAD_NO;
}

/* Both the first ones live in the namespace whose numbers are shown. */
static enum home home_of(const struct model *model, unsigned int task)
{
	unsigned int native = model_find(model, PID_INIT);

	if (native == NO_TASK)
		native = model_find(model, PID_KTHREADD);
	if (native == NO_TASK ||
	    !model->tasks[native].ids[TASKMAP_PID_NS] ||
	    !model->tasks[task].ids[TASKMAP_PID_NS])
		return HOME_UNKNOWN;
	return model_same(model, task, native, TASKMAP_PID_NS) ? HOME_INITIAL :
								 HOME_OTHER;
}

/* That of its leader: all threads live in one pid namespace. */
static int getpid_of(const struct model *model, unsigned int task)
{
	unsigned int leader = model_leader(model, task);

	if (leader != NO_TASK &&
	    (leader == task || model_same(model, task, leader, TASKMAP_PID_NS)))
		return model->tasks[leader].ns_pid;
	return 0;
}

static struct relative relative_of(const struct model *model,
				   unsigned int task, int pid,
				   unsigned int other)
{
	struct relative relative = { .pid = pid, .task = other };

	if (other != NO_TASK)
		relative.relation = relate(model, task, other);
	return relative;
}

static void find_memory(struct facts *facts, struct model *model)
{
	unsigned int task = facts->task;
	bool memory = facts->record->ids[TASKMAP_MM];

	if (facts->kernel_thread == KERNEL_THREAD_YES) {
		if (memory)
			facts->lender = model_others(model, task,
						     TASKMAP_MM).tgid;
		else
			facts->loaded = model_owner(model, facts->record->ids[TASKMAP_ACTIVE_MM]);
		return;
	}
	if (facts->record->marks & TASKMAP_MARK_VFORK)
		facts->lender = model_lender(model, task);
	facts->borrower = model_borrower(model, task);
	if (!facts->lender && !facts->borrower)
		facts->beside = model_others(model, task, TASKMAP_MM);
}

struct facts facts_find(struct model *model, unsigned int task)
{
	const struct taskmap_record *record = &model->tasks[task];
	struct facts facts = {
		.record = record,
		.task = task,
		.kernel_thread = kernel_thread_of(record->kind),
		.leader = model_is_leader(model, task),
		.dead = model_is_dead(model, task),
		.live = model_live_threads(model, task),
		.home = home_of(model, task),
		.gettid = record->ns_pid,
		.getpid = getpid_of(model, task),
	};

	if (!facts.leader)
		facts.with_leader = relative_of(model, task, record->tgid,
						model_leader(model, task));
	facts.with_parent = relative_of(model, task, record->ppid,
					model_parent(model, task));
	find_memory(&facts, model);
	return facts;
}
