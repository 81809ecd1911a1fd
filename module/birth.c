// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Births: the clone flags and the creator of each task.
 *
 * What a task shares now does not reveal how it was created. The tracepoint
 * task_newtask does: it passes the new task and the clone flags, and the
 * current task is the caller of clone(2). From load on, each new task has an
 * entry in a hash table. The tracepoint sched_process_free removes the entry
 * when nothing can find the task any more. The key is the address of the
 * task_struct, which a thread keeps when it calls exec and takes over its
 * leader's pid.
 *
 * The probes run in fork and in an RCU callback, with preemption disabled. So
 * they neither sleep nor allocate: on PREEMPT_RT even GFP_ATOMIC may sleep.
 * They take entries from a list of spare ones and put them back. A worker
 * refills the list when it is low and trims it when it is long. If the list is
 * empty nevertheless, the birth is unknown.
 *
 * Lookups take no lock, so they also work while the machine is stopped. They
 * run in the RCU section in which the task was found. The task's entry cannot
 * be removed before that section ends: the tracepoint is called by
 * delayed_put_task_struct() in kernel/exit.c, which runs a grace period after
 * the task was unhashed. But other entries of the chain can be removed at any
 * time and reused, even in another chain. find() explains why this is harmless.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "taskmap.h"

static bool births = true;
module_param(births, bool, 0444);
MODULE_PARM_DESC(births, "Record the clone flags and the creator of each new task (default: yes)");

#ifdef CONFIG_TRACEPOINTS

#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/hash.h>
#include <linux/list_nulls.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/rculist_nulls.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>

#include "compat.h"

/*
 * Spare entries that the worker provides for each CPU, 40 KiB. A CPU can create
 * some 20,000 tasks per second, so half of the entries last for 25 ms.
 */
#define SPARE_PER_CPU	1024

/*
 * One chain for each 64 KiB of memory, but at most 1 MiB of chain heads. Chains
 * are short, because a task takes about a third of 64 KiB.
 */
#define CHAIN_MEMORY_SHIFT	16
#define FEWEST_CHAINS_SHIFT	8
#define MOST_CHAINS_SHIFT	17

/**
 * struct birth - how one task was created
 * @node: in the chain of @task. A spare entry keeps its next pointer, because
 *	lookups may still be following it.
 * @task: the task, only compared; NULL if the entry is spare
 * @flags: flags of clone(2), as in taskmap_record.birth_flags
 * @next_spare: the next spare entry
 * @pid: pid of the caller of clone(2)
 *
 * @flags and @pid are valid while @task is set: they are written before @task,
 * and do not change until @task is NULL again.
 */
struct birth {
	struct hlist_nulls_node node;
	const struct task_struct *task;
	union {
		u64 flags;
		struct birth *next_spare;
	};
	pid_t pid;
};

static struct kmem_cache *cache __ro_after_init;

/* Each chain ends with its own number, which shows a lookup where it ended. */
static struct hlist_nulls_head *chains __ro_after_init;
static unsigned int chains_shift __ro_after_init;

/*
 * Protects the chains and the spare entries. RCU callbacks take it in softirq
 * context. It is held for at most the length of a chain.
 */
static DEFINE_RAW_SPINLOCK(lock);
static struct birth *spare;
static unsigned int spare_count;

/* Number of spare entries that the worker maintains */
static unsigned int spare_wanted __ro_after_init;

/* Two works, because trim() waits for a grace period and restock() must not. */
static void restock(struct work_struct *work);
static DECLARE_WORK(restocking, restock);
static void trim(struct work_struct *work);
static DECLARE_WORK(trimming, trim);

/* Since when births are recorded, in ns of CLOCK_BOOTTIME; 0 if they are not */
static u64 since_ns __ro_after_init;

static unsigned int chain_of(const struct task_struct *task)
{
	return hash_ptr(task, chains_shift);
}

/*
 * Find the entry of @task; NULL if there is none.
 *
 * A lookup can follow an entry that is moved meanwhile, and end in another
 * chain. Then it starts again. It cannot take an entry of an earlier task at
 * the same address for the entry of @task: that entry lost its task before the
 * memory of the earlier task was freed, and so before @task could be found.
 */
static __always_inline struct birth *find(const struct task_struct *task)
{
	unsigned int chain = chain_of(task);
	const struct hlist_nulls_node *end;
	struct birth *birth;

	do {
		hlist_nulls_for_each_entry_rcu(birth, end, &chains[chain],
					       node) {
			/* Pairs with smp_store_release() in add(). */
			if (smp_load_acquire(&birth->task) == task)
				return birth;
		}
	} while (get_nulls_value(end) != chain);
	return NULL;
}

/**
 * taskmap_birth_fill() - fill in how a task was created
 * @record: birth_flags and birth_pid are set if they are known
 * @task: the task
 *
 * Context: The RCU section in which @task was found by its pid. Takes no lock.
 */
void taskmap_birth_fill(struct taskmap_record *record,
			const struct task_struct *task)
{
	const struct birth *birth;

	if (!since_ns)
		return;
	birth = find(task);
	if (!birth)
		return;
	record->birth_flags = birth->flags;
	record->birth_pid = birth->pid;
}

/**
 * taskmap_birth_since() - since when births are known
 *
 * Context: Any context.
 * Return: The time in ns of CLOCK_BOOTTIME, or 0 if births are not recorded.
 */
__u64 taskmap_birth_since(void)
{
	return since_ns;
}

/* The caller holds the lock, and has checked that there is a spare entry. */
static struct birth *take_spare(void)
{
	struct birth *birth = spare;

	spare = birth->next_spare;
	WRITE_ONCE(spare_count, spare_count - 1);
	return birth;
}

/* The caller holds the lock. */
static void put_spare(struct birth *birth)
{
	birth->next_spare = spare;
	spare = birth;
	WRITE_ONCE(spare_count, spare_count + 1);
}

static void add(const struct task_struct *task, u64 flags)
{
	struct birth *birth;
	unsigned long irq;
	bool low;

	raw_spin_lock_irqsave(&lock, irq);
	if (spare) {
		birth = take_spare();
		birth->flags = flags;
		birth->pid = task_pid_nr(current);
		/* Pairs with smp_load_acquire() in find(). */
		smp_store_release(&birth->task, task);
		hlist_nulls_add_head_rcu(&birth->node,
					 &chains[chain_of(task)]);
	}
	low = spare_count < spare_wanted / 2;
	raw_spin_unlock_irqrestore(&lock, irq);
	if (low)
		queue_work(system_highpri_wq, &restocking);
}

static void probe_free(void *data, struct task_struct *task)
{
	struct birth *birth;
	unsigned long irq;
	bool high;

	raw_spin_lock_irqsave(&lock, irq);
	birth = find(task);
	if (birth) {
		hlist_nulls_del_rcu(&birth->node);
		WRITE_ONCE(birth->task, NULL);
		put_spare(birth);
	}
	high = spare_count > 2 * spare_wanted;
	raw_spin_unlock_irqrestore(&lock, irq);
	if (high)
		queue_work(system_highpri_wq, &trimming);
}

/* probe_newtask is the one whose type matches this kernel's tracepoint. */
static void __maybe_unused probe_newtask_long(void *data,
					      struct task_struct *task,
					      unsigned long flags)
{
	add(task, flags);
}

static void __maybe_unused probe_newtask_u64(void *data,
					     struct task_struct *task,
					     u64 flags)
{
	add(task, flags);
}

#define probe_newtask							\
	probe_of(task_newtask,						\
		 void (*)(void *, struct task_struct *, u64),		\
		 probe_newtask_u64, probe_newtask_long)

/* Return whether an entry was added. Fails if memory is short. */
static bool add_spare(void)
{
	struct birth *birth = kmem_cache_zalloc(cache, GFP_KERNEL |
						__GFP_RETRY_MAYFAIL |
						__GFP_NOWARN);

	if (!birth)
		return false;
	raw_spin_lock_irq(&lock);
	put_spare(birth);
	raw_spin_unlock_irq(&lock);
	return true;
}

/* Take a spare entry if there are more than wanted; otherwise return NULL. */
static struct birth *take_surplus(void)
{
	struct birth *birth = NULL;

	raw_spin_lock_irq(&lock);
	if (spare_count > spare_wanted)
		birth = take_spare();
	raw_spin_unlock_irq(&lock);
	return birth;
}

static void free_all(struct birth *birth)
{
	struct birth *next;

	for (; birth; birth = next) {
		next = birth->next_spare;
		kmem_cache_free(cache, birth);
		cond_resched();
	}
}

/* Raise the number of spare entries to spare_wanted. */
static void restock(struct work_struct *work)
{
	while (READ_ONCE(spare_count) < spare_wanted && add_spare())
		cond_resched();
}

/* Lower the number of spare entries to spare_wanted. */
static void trim(struct work_struct *work)
{
	struct birth *surplus = NULL;
	struct birth *birth;

	while ((birth = take_surplus())) {
		birth->next_spare = surplus;
		surplus = birth;
		cond_resched();
	}
	/* Lookups may still be following the entries. */
	synchronize_rcu();
	free_all(surplus);
}

/* NULL if the kernel does not have the tracepoint */
static struct tracepoint *newtask __ro_after_init;
static struct tracepoint *process_free __ro_after_init;

/* Name of the tracepoint to find, and the result */
struct search {
	const char *name;
	struct tracepoint *found;
};

static void pick(struct tracepoint *point, void *data)
{
	struct search *search = data;

	if (!strcmp(point->name, search->name))
		search->found = point;
}

/**
 * taskmap_tracepoint() - find a tracepoint by name
 * @name: its name
 *
 * Modules cannot link to these tracepoints, because they are not exported.
 *
 * Context: Process context, may sleep.
 * Return: The tracepoint, or NULL if the kernel does not have it.
 */
struct tracepoint *taskmap_tracepoint(const char *name)
{
	struct search search = { .name = name };

	for_each_kernel_tracepoint(pick, &search);
	return search.found;
}

static int __init allocate(void)
{
	unsigned int i;

	spare_wanted = SPARE_PER_CPU * num_online_cpus();
	chains_shift = clamp_t(int, ilog2(totalram_pages()) + PAGE_SHIFT -
			       CHAIN_MEMORY_SHIFT,
			       FEWEST_CHAINS_SHIFT, MOST_CHAINS_SHIFT);
	cache = kmem_cache_create("taskmap_birth", sizeof(struct birth), 0, 0,
				  NULL);
	if (!cache)
		return -ENOMEM;
	chains = kvmalloc_array(1 << chains_shift, sizeof(*chains), GFP_KERNEL);
	if (!chains) {
		kmem_cache_destroy(cache);
		return -ENOMEM;
	}
	for (i = 0; i < 1U << chains_shift; i++)
		INIT_HLIST_NULLS_HEAD(&chains[i], i);
	restock(NULL);
	return 0;
}

/* The caller makes sure that no probe and no lookup runs. */
static void deallocate(void)
{
	struct birth *birth;
	unsigned int i;

	cancel_work_sync(&restocking);
	cancel_work_sync(&trimming);
	for (i = 0; i < 1U << chains_shift; i++) {
		while (!is_a_nulls(chains[i].first)) {
			birth = hlist_nulls_entry(chains[i].first,
						  struct birth, node);
			hlist_nulls_del_rcu(&birth->node);
			put_spare(birth);
		}
		cond_resched();
	}
	free_all(spare);
	kmem_cache_destroy(cache);
	kvfree(chains);
}

/**
 * taskmap_birth_init() - start recording births
 *
 * Does nothing if births=0, or if the kernel does not have the tracepoints.
 *
 * Context: Process context, may sleep. Call it before taskmap_birth_fill().
 * Return: 0, or a negative error code, after which nothing is left behind.
 */
int __init taskmap_birth_init(void)
{
	int error;

	if (!births)
		return 0;
	newtask = taskmap_tracepoint("task_newtask");
	process_free = taskmap_tracepoint("sched_process_free");
	if (!newtask || !process_free) {
		pr_notice("births are not recorded: this kernel does not have the tracepoints\n");
		return 0;
	}
	error = allocate();
	if (error)
		return error;
	/* In this order, so that no task with an entry ends unnoticed. */
	check_trace_callback_type_sched_process_free(probe_free);
	error = tracepoint_probe_register(process_free, probe_free,
					  NULL);
	if (error)
		goto deallocate;
	check_trace_callback_type_task_newtask(probe_newtask);
	error = tracepoint_probe_register(newtask, probe_newtask, NULL);
	if (error)
		goto unregister;
	since_ns = ktime_get_boottime_ns();
	return 0;

unregister:
	tracepoint_probe_unregister(process_free, probe_free, NULL);
	tracepoint_synchronize_unregister();
deallocate:
	deallocate();
	return error;
}

/**
 * taskmap_birth_exit() - stop recording births and forget them
 *
 * Context: Process context, may sleep. No call of taskmap_birth_fill() may be
 * running or follow.
 */
void taskmap_birth_exit(void)
{
	if (!since_ns)
		return;
	tracepoint_probe_unregister(newtask, probe_newtask, NULL);
	tracepoint_probe_unregister(process_free, probe_free, NULL);
	/* Wait for running probes. After that, nothing queues work. */
	tracepoint_synchronize_unregister();
	deallocate();
}

#else /* !CONFIG_TRACEPOINTS */

int __init taskmap_birth_init(void)
{
	return 0;
}

void taskmap_birth_exit(void)
{
}

void taskmap_birth_fill(struct taskmap_record *record,
			const struct task_struct *task)
{
}

__u64 taskmap_birth_since(void)
{
	return 0;
}

#endif /* CONFIG_TRACEPOINTS */
