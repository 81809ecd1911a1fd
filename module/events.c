// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Births, execs and exits as they happen, for the file "events".
 *
 * Each open file has a ring of events. Probes on three tracepoints fill in an
 * event and copy it into every ring. They are registered while at least one
 * file is open. They run in fork, exec and exit, with preemption disabled, so
 * they neither sleep nor allocate. An event that does not fit into a ring is
 * counted.
 *
 * Each ring has its own lock, which also orders its events: the time of an
 * event is taken under the lock. The birth of a task precedes its other events,
 * because the tracepoint is reached before the task first runs (kernel_clone()
 * in kernel/fork.c).
 *
 * Waking a reader takes a spinlock, which sleeps on PREEMPT_RT, so the probes
 * leave it to a worker. irq_work would not do: on 5.10 and 6.1,
 * irq_work_single() still accesses the irq_work after irq_work_sync() returned,
 * when it is freed memory.
 *
 * Records in a ring hold addresses in place of ids. The reader turns them into
 * ids when it reads them, at its own expense.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/module.h>

#include "taskmap.h"

/* Limits for the ring of an open file, in KiB */
#define LEAST_KB	32
#define MOST_KB		65536

static unsigned int events_kb = 1024;

static int events_kb_set(const char *value, const struct kernel_param *param)
{
	unsigned int kb;

	if (kstrtouint(value, 0, &kb) || kb < LEAST_KB || kb > MOST_KB)
		return -EINVAL;
	WRITE_ONCE(events_kb, kb);
	return 0;
}

static const struct kernel_param_ops events_kb_ops = {
	.set = events_kb_set,
	.get = param_get_uint,
};

module_param_cb(events_kb, &events_kb_ops, &events_kb, 0644);
MODULE_PARM_DESC(events_kb, "Size of the ring of each open file \"events\" in KiB, from 32 to 65536 (default: 1024)");

#ifdef CONFIG_TRACEPOINTS

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>

#include "compat.h"

#define CHUNK_EVENTS							\
	(TASKMAP_CHUNK_SIZE / sizeof(struct taskmap_event))

/**
 * struct taskmap_events - an open file
 * @list: in openers
 * @lock: protects @first, @count, @lost and the events
 * @first: index of the oldest event
 * @count: number of events
 * @lost: number of events lost since the newest one in the ring
 * @capacity: maximum number of events
 * @available: where readers wait
 * @wake: work that wakes the readers
 * @known: cache with the ids of the record that was read last
 * @header: header of the stream
 * @begun: the header was read
 * @next: the event that taskmap_events_peek() returned
 * @chunks: the events, CHUNK_EVENTS in each chunk
 *
 * @known, @begun and @next belong to the reader. There is one reader at a time.
 */
struct taskmap_events {
	struct list_head list;
	raw_spinlock_t lock;
	unsigned int first;
	unsigned int count;
	unsigned long lost;
	unsigned int capacity;
	wait_queue_head_t available;
	struct work_struct wake;
	struct taskmap_idents known;
	struct taskmap_header header;
	bool begun;
	struct taskmap_event next;
	struct taskmap_event *chunks[];
};

/* All open files. Probes read it under RCU; openers_mutex protects writes. */
static LIST_HEAD(openers);
static DEFINE_MUTEX(openers_mutex);

static struct taskmap_event *event_at(const struct taskmap_events *events,
				      unsigned int place)
{
	return &events->chunks[place / CHUNK_EVENTS][place % CHUNK_EVENTS];
}

/* The caller holds the lock, and has checked that the ring is not full. */
static void put(struct taskmap_events *events,
		const struct taskmap_event *event)
{
	unsigned int place = (events->first + events->count) % events->capacity;
	struct taskmap_event *copy = event_at(events, place);

	*copy = *event;
	copy->time_ns = ktime_get_boottime_ns();
	WRITE_ONCE(events->count, events->count + 1);
}

static void add(struct taskmap_events *events,
		const struct taskmap_event *event)
{
	struct taskmap_event lost = { .type = TASKMAP_LOST };
	unsigned int unused;
	unsigned long irq;

	raw_spin_lock_irqsave(&events->lock, irq);
	unused = events->capacity - events->count;
	if (events->lost && unused >= 2) {
		lost.lost = events->lost;
		WRITE_ONCE(events->lost, 0);
		put(events, &lost);
		unused--;
	}
	if (events->lost || !unused)
		WRITE_ONCE(events->lost, events->lost + 1);
	else
		put(events, event);
	raw_spin_unlock_irqrestore(&events->lock, irq);
	/* Pairs with set_current_state() and taskmap_events_poll(). */
	if (wq_has_sleeper(&events->available))
		queue_work(system_highpri_wq, &events->wake);
}

/* Fill in the record of @event, and copy the event into all rings. */
static void deliver(struct taskmap_event *event, struct task_struct *task)
{
	struct taskmap_events *events;

	taskmap_walk_event(&event->record, task);
	rcu_read_lock();
	list_for_each_entry_rcu(events, &openers, list)
		add(events, event);
	rcu_read_unlock();
}

static void birth(struct task_struct *task, u64 flags)
{
	struct taskmap_event event = {
		.type = TASKMAP_BIRTH,
		.flags = flags,
		.caller = task_pid_nr(current),
	};

	/* Pid 0: the idle thread of a CPU that comes up for the first time */
	if (task_pid_nr(task))
		deliver(&event, task);
}

static void __maybe_unused probe_newtask_long(void *data,
					      struct task_struct *task,
					      unsigned long flags)
{
	birth(task, flags);
}

static void __maybe_unused probe_newtask_u64(void *data,
					     struct task_struct *task,
					     u64 flags)
{
	birth(task, flags);
}

static void probe_exec(void *data, struct task_struct *task, pid_t old_pid,
		       struct linux_binprm *program)
{
	struct taskmap_event event = {
		.type = TASKMAP_EXEC,
		.old_pid = old_pid,
	};

	deliver(&event, task);
}

static void ending(struct task_struct *task)
{
	struct taskmap_event event = {
		.type = TASKMAP_EXIT,
	};

	deliver(&event, task);
}

static void __maybe_unused probe_exit(void *data, struct task_struct *task)
{
	ending(task);
}

static void __maybe_unused probe_exit_group(void *data,
					    struct task_struct *task,
					    bool group_dead)
{
	ending(task);
}

#define probe_newtask							\
	probe_of(task_newtask,						\
		 void (*)(void *, struct task_struct *, u64),		\
		 probe_newtask_u64, probe_newtask_long)
#define probe_process_exit						\
	probe_of(sched_process_exit,					\
		 void (*)(void *, struct task_struct *, bool),		\
		 probe_exit_group, probe_exit)

/* Tracepoints and the probes on them */
static struct {
	const char *name;
	void *probe;
} points[] = {
	{ "task_newtask", probe_newtask },
	{ "sched_process_exec", probe_exec },
	{ "sched_process_exit", probe_process_exit },
};

/* Unregister the first @count probes. */
static void detach(unsigned int count)
{
	while (count--)
		tracepoint_probe_unregister(taskmap_tracepoint(points[count].name),
					    points[count].probe, NULL);
}

static int attach(void)
{
	struct tracepoint *point;
	unsigned int i;
	int error;

	check_trace_callback_type_task_newtask(probe_newtask);
	check_trace_callback_type_sched_process_exec(probe_exec);
	check_trace_callback_type_sched_process_exit(probe_process_exit);
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		point = taskmap_tracepoint(points[i].name);
		error = point ? tracepoint_probe_register(point,
							  points[i].probe,
							  NULL) : -EOPNOTSUPP;
		if (error) {
			detach(i);
			return error;
		}
	}
	return 0;
}

static void wake_readers(struct work_struct *work)
{
	struct taskmap_events *events =
		container_of(work, struct taskmap_events, wake);

	wake_up_interruptible_all(&events->available);
}

static void free_events(struct taskmap_events *events)
{
	unsigned int i;

	for (i = 0; i < events->capacity / CHUNK_EVENTS; i++) {
		if (events->chunks[i])
			taskmap_chunk_free(events->chunks[i]);
		cond_resched();
	}
	kvfree(events);
}

static struct taskmap_events *allocate(void)
{
	unsigned int chunks = READ_ONCE(events_kb) /
			      (TASKMAP_CHUNK_SIZE / 1024);
	struct taskmap_events *events;
	unsigned int i;

	events = kvzalloc(struct_size(events, chunks, chunks),
			  GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL |
			  __GFP_NOWARN);
	if (!events)
		return NULL;
	events->capacity = chunks * CHUNK_EVENTS;
	for (i = 0; i < chunks; i++) {
		events->chunks[i] = taskmap_chunk_alloc(TASKMAP_CHUNK_SIZE);
		if (!events->chunks[i]) {
			free_events(events);
			return NULL;
		}
		cond_resched();
	}
	return events;
}

/**
 * taskmap_events_open() - start collecting events
 *
 * Every event after the return of this function is delivered, or counted as
 * lost.
 *
 * Context: Process context, may sleep.
 * Return: The events, to be freed with taskmap_events_close(); -ENOMEM; or
 * -EOPNOTSUPP if the kernel does not have the tracepoints.
 */
struct taskmap_events *taskmap_events_open(void)
{
	struct taskmap_events *events = allocate();
	int error = 0;

	if (!events)
		return ERR_PTR(-ENOMEM);
	raw_spin_lock_init(&events->lock);
	init_waitqueue_head(&events->available);
	INIT_WORK(&events->wake, wake_readers);
	taskmap_header_fill(&events->header);
	events->header.flags |= TASKMAP_EVENTS;
	events->header.event_size = sizeof(struct taskmap_event);
	events->header.event_record = offsetof(struct taskmap_event, record);
	events->header.start_ns = ktime_get_boottime_ns();
	events->header.end_ns = events->header.start_ns;
	events->header.wall_ns = ktime_get_real_ns();
	mutex_lock(&openers_mutex);
	if (list_empty(&openers))
		error = attach();
	if (!error)
		list_add_tail_rcu(&events->list, &openers);
	mutex_unlock(&openers_mutex);
	if (error) {
		tracepoint_synchronize_unregister();
		free_events(events);
		return ERR_PTR(error);
	}
	return events;
}

/**
 * taskmap_events_close() - stop collecting events
 * @events: from taskmap_events_open(); freed
 *
 * When the last open file is closed, no probe runs any more and none will run.
 *
 * Context: Process context, may sleep.
 */
void taskmap_events_close(struct taskmap_events *events)
{
	mutex_lock(&openers_mutex);
	list_del_rcu(&events->list);
	if (list_empty(&openers))
		detach(ARRAY_SIZE(points));
	mutex_unlock(&openers_mutex);
	/* Wait for running probes, because they may have found the ring. */
	tracepoint_synchronize_unregister();
	cancel_work_sync(&events->wake);
	free_events(events);
}

/* Return whether there is something to read. */
static bool readable(struct taskmap_events *events)
{
	return !READ_ONCE(events->begun) || READ_ONCE(events->count) ||
	       READ_ONCE(events->lost);
}

/**
 * taskmap_events_wait() - wait until there is something to read
 * @events: the events of the open file
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ERESTARTSYS if a signal interrupted the wait.
 */
int taskmap_events_wait(struct taskmap_events *events)
{
	return wait_event_interruptible(events->available, readable(events));
}

/**
 * taskmap_events_poll() - implement poll(2)
 * @events: the events of the open file
 * @file: the open file
 * @table: poll table for poll_wait()
 *
 * Context: Process context.
 * Return: true if there is something to read.
 */
bool taskmap_events_poll(struct taskmap_events *events, struct file *file,
			 struct poll_table_struct *table)
{
	poll_wait(file, &events->available, table);
	/*
	 * Join the queue before reading the state of the ring. Pairs with
	 * wq_has_sleeper(). From 6.14 on, poll_wait() has this barrier.
	 */
	smp_mb();
	return readable(events);
}

/* Copy the next event. Its slot is free again once it is consumed. */
static bool take_next(struct taskmap_events *events)
{
	struct taskmap_event *next = &events->next;
	bool taken = true;

	raw_spin_lock_irq(&events->lock);
	if (events->count) {
		*next = *event_at(events, events->first);
	} else if (events->lost) {
		*next = (struct taskmap_event){
			.type = TASKMAP_LOST,
			.time_ns = ktime_get_boottime_ns(),
			.lost = events->lost,
		};
	} else {
		taken = false;
	}
	raw_spin_unlock_irq(&events->lock);
	return taken;
}

/**
 * taskmap_events_peek() - get what comes next in the stream
 * @events: the events of the open file; the caller is its only reader
 * @size: set to the size in bytes
 *
 * Context: Process context.
 * Return: The header or an event, valid until taskmap_events_consume(); NULL if
 * there is nothing to read.
 */
const void *taskmap_events_peek(struct taskmap_events *events, size_t *size)
{
	if (!events->begun) {
		*size = sizeof(events->header);
		return &events->header;
	}
	if (!take_next(events))
		return NULL;
	if (events->next.type != TASKMAP_LOST)
		taskmap_ident_make(&events->known, &events->next.record, 1);
	*size = sizeof(events->next);
	return &events->next;
}

/**
 * taskmap_events_consume() - remove what comes next from the stream
 * @events: the events of the open file, after taskmap_events_peek() returned it
 *
 * Context: Process context.
 */
void taskmap_events_consume(struct taskmap_events *events)
{
	if (!events->begun) {
		WRITE_ONCE(events->begun, true);
		return;
	}
	raw_spin_lock_irq(&events->lock);
	/*
	 * If the ring is empty, this consumes the events that were lost after
	 * the last one. If an event was added meanwhile, their number was put
	 * into the ring before it.
	 */
	if (events->count) {
		events->first = (events->first + 1) % events->capacity;
		WRITE_ONCE(events->count, events->count - 1);
	} else {
		WRITE_ONCE(events->lost, events->lost - events->next.lost);
	}
	raw_spin_unlock_irq(&events->lock);
}

#else /* !CONFIG_TRACEPOINTS */

struct taskmap_events *taskmap_events_open(void)
{
	return ERR_PTR(-EOPNOTSUPP);
}

void taskmap_events_close(struct taskmap_events *events)
{
}

int taskmap_events_wait(struct taskmap_events *events)
{
	return 0;
}

bool taskmap_events_poll(struct taskmap_events *events, struct file *file,
			 struct poll_table_struct *table)
{
	return false;
}

const void *taskmap_events_peek(struct taskmap_events *events, size_t *size)
{
	return NULL;
}

void taskmap_events_consume(struct taskmap_events *events)
{
}

#endif /* CONFIG_TRACEPOINTS */
