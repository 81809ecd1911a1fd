// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * A snapshot of all tasks, and the image of it that programs read.
 *
 * The records are the image: the walk writes them once, into chunks, and they
 * are copied to the user only. Nothing here looks at a task or takes a lock.
 *
 * A walked snapshot is taken while the system runs. It allocates chunks as it
 * goes, so no task is visited a second time to count them. An exact one is
 * taken while the machine is stopped. Its memory is allocated before the stop,
 * after a count and with a margin.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>

#include "taskmap.h"

/*
 * A chunk is as many whole records as fit into an order that the page allocator
 * provides reliably. It also bounds a batch of the walk.
 *
 * Larger chunks would need vmalloc where memory is fragmented, because the page
 * allocator soon gives up orders above PAGE_ALLOC_COSTLY_ORDER; and vmalloc
 * allocates its page tables with GFP_KERNEL, whatever flags it is given.
 * Chunks of 4 KiB slow the walk down by 6 to 12 %.
 */
#define CHUNK_SIZE	TASKMAP_CHUNK_SIZE
#define CHUNK_HEAD	(sizeof(struct list_head) + sizeof(u64))
#define CHUNK_RECORDS							\
	((CHUNK_SIZE - CHUNK_HEAD) / sizeof(struct taskmap_record))

/*
 * The memory is charged to the reader's cgroup. Where it runs out the
 * allocation fails, and with it the open. The OOM killer is not called, neither
 * for the system (__alloc_pages_may_oom() in mm/page_alloc.c) nor for the
 * cgroup (try_charge_memcg() in mm/memcontrol.c).
 */
#define GFP_SNAPSHOT							\
	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * All snapshots together hold at most this part of the kernel's memory. The OOM
 * killer does not see them in the size of a process. If they filled the memory,
 * it would kill other processes, one after the other, and gain nothing. A task
 * itself takes some twenty times as much memory as its record, so at least two
 * snapshots of all the tasks that fit into the memory can be held.
 */
#define MEMORY_PART	8

/* Spare room for tasks created between the count and the stop. */
#define SPARE		256

/* How often an exact snapshot is tried. */
#define EXACT_TRIES	8

/* Writable: it only bounds what root may ask for. */
static unsigned int exact_max = 100000;

/* The kernel's own parameters fail with ERANGE if the number is too large. */
static int exact_max_set(const char *value, const struct kernel_param *param)
{
	return param_set_uint(value, param) ? -EINVAL : 0;
}

static const struct kernel_param_ops exact_max_ops = {
	.set = exact_max_set,
	.get = param_get_uint,
};

module_param_cb(exact_max, &exact_max_ops, &exact_max, 0644);
MODULE_PARM_DESC(exact_max, "\"exact\" does not stop the machine for more tasks than this (default: 100000)");

/**
 * struct chunk - some of the records
 * @list: in taskmap_snapshot.chunks, in pid order
 * @first: index of the first record
 * @records: the records
 */
struct chunk {
	struct list_head list;
	u64 first;
	struct taskmap_record records[CHUNK_RECORDS];
};

/**
 * struct taskmap_snapshot - a snapshot of all tasks; does not change once taken
 * @header: the beginning of the image
 * @chunks: all records; only the last chunk may have room left
 * @recent: the chunk that was read last, where the next read usually goes on;
 *	NULL at first. A hint: readers of one open file may overwrite it.
 */
struct taskmap_snapshot {
	struct taskmap_header header;
	struct list_head chunks;
	struct chunk *recent;
};

/* The number of chunks that all snapshots hold. */
static atomic_long_t chunks_held = ATOMIC_LONG_INIT(0);

static long chunks_max(void)
{
	u64 memory = (u64)(totalram_pages() - totalhigh_pages()) << PAGE_SHIFT;

	return memory / MEMORY_PART / CHUNK_SIZE;
}

/* The number of records that there is room for. */
static u64 room(const struct taskmap_snapshot *snapshot)
{
	if (list_empty(&snapshot->chunks))
		return 0;
	return list_last_entry(&snapshot->chunks, struct chunk, list)->first +
	       CHUNK_RECORDS;
}

/**
 * taskmap_chunk_alloc() - allocate memory for what an open file holds
 * @size: in bytes, %TASKMAP_CHUNK_SIZE at most
 *
 * Context: process, may sleep.
 * Return: zeroed memory, charged to the caller, for taskmap_chunk_free(); NULL if
 * there is no memory, or all open files together hold their part of it.
 */
void *taskmap_chunk_alloc(size_t size)
{
	void *chunk = NULL;

	if (atomic_long_inc_return(&chunks_held) <= chunks_max())
		chunk = kzalloc(size, GFP_SNAPSHOT);
	else
		pr_notice_ratelimited("all open files together hold 1/%d of the memory, no more is taken\n",
				      MEMORY_PART);
	if (!chunk)
		atomic_long_dec(&chunks_held);
	return chunk;
}

/**
 * taskmap_chunk_free() - free memory of taskmap_chunk_alloc()
 * @chunk: the memory
 *
 * Context: any.
 */
void taskmap_chunk_free(void *chunk)
{
	kfree(chunk);
	atomic_long_dec(&chunks_held);
}

/*
 * Zeroed here and not by the walk, record by record, because a hardened kernel
 * (init_on_alloc) does it anyway. Nothing is allocated after the last record,
 * so that KASAN finds a stray write there.
 */
static struct chunk *chunk_add(struct taskmap_snapshot *snapshot)
{
	struct chunk *chunk = taskmap_chunk_alloc(sizeof(*chunk));

	if (!chunk)
		return NULL;
	chunk->first = room(snapshot);
	list_add_tail(&chunk->list, &snapshot->chunks);
	return chunk;
}

static void chunk_free(struct chunk *chunk)
{
	list_del(&chunk->list);
	taskmap_chunk_free(chunk);
}

/* What a snapshot is taken with. */
struct taking {
	struct taskmap_snapshot *snapshot;
	struct taskmap_walk walk;
	struct taskmap_idents known;
};

/* Fill a chunk. After each batch the caller can be rescheduled or killed. */
static int fill_chunk(struct taking *taking, struct chunk *chunk)
{
	unsigned int used = 0;

	while (used < CHUNK_RECORDS && !taking->walk.done) {
		used += taskmap_walk_batch(&taking->walk, chunk->records + used,
					   CHUNK_RECORDS - used);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	taskmap_ident_make(&taking->known, chunk->records, used);
	taking->snapshot->header.count += used;
	return 0;
}

static int collect(struct taking *taking)
{
	struct taskmap_snapshot *snapshot = taking->snapshot;
	struct chunk *chunk;
	int error = 0;

	snapshot->header.start_ns = ktime_get_boottime_ns();
	snapshot->header.wall_ns = ktime_get_real_ns();
	while (!error && !taking->walk.done) {
		chunk = chunk_add(snapshot);
		error = chunk ? fill_chunk(taking, chunk) : -ENOMEM;
	}
	snapshot->header.end_ns = ktime_get_boottime_ns();
	return error;
}

/* Count the tasks, with a point to reschedule after every batch. */
static u64 count_tasks(void)
{
	struct taskmap_walk walk = { };
	u64 count = 0;

	while (!walk.done) {
		count += taskmap_walk_batch(&walk, NULL, CHUNK_RECORDS);
		cond_resched();
	}
	return count;
}

/*
 * Make room for @count tasks and an eighth more, or as much as the last try
 * had, and SPARE more, so that the room grows with each try. All of it is
 * zeroed, including what the last try wrote.
 */
static int reserve(struct taskmap_snapshot *snapshot, u64 count)
{
	u64 wanted = max(count + count / 8, room(snapshot)) + SPARE;
	struct chunk *chunk;

	list_for_each_entry(chunk, &snapshot->chunks, list) {
		memset(chunk->records, 0, sizeof(chunk->records));
		cond_resched();
	}
	while (room(snapshot) < wanted) {
		if (!chunk_add(snapshot))
			return -ENOMEM;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int prepare(void *data)
{
	struct taking *taking = data;
	u64 count = count_tasks();

	if (count > READ_ONCE(exact_max)) {
		pr_notice_ratelimited("%llu tasks are more than exact_max, the machine is not stopped for them\n",
				      count);
		return -EFBIG;
	}
	return reserve(taking->snapshot, count);
}

/*
 * Walk with the machine stopped, until there are no more tasks or no more room.
 * The clock is one that does not wait for its writer, which is stopped too.
 */
static int collect_stopped(void *data)
{
	struct taking *taking = data;
	struct taskmap_header *header = &taking->snapshot->header;
	struct chunk *chunk;
	unsigned int used;

	header->start_ns = ktime_get_boot_fast_ns();
	header->wall_ns = ktime_get_real_fast_ns();
	header->count = 0;
	taking->walk = (struct taskmap_walk){ .stopped = true };
	list_for_each_entry(chunk, &taking->snapshot->chunks, list) {
		for (used = 0; used < CHUNK_RECORDS && !taking->walk.done;)
			used += taskmap_walk_batch(&taking->walk,
						   chunk->records + used,
						   CHUNK_RECORDS - used);
		header->count += used;
	}
	header->end_ns = ktime_get_boot_fast_ns();
	header->pause_ns = header->end_ns - header->start_ns;
	return 0;
}

/*
 * Whether all tasks are in the snapshot, and the stop did not come in the
 * middle of a fork, an exec or an exit. Where spinlocks disable preemption it
 * cannot. Where they do not (PREEMPT_RT), it can come between two changes: that
 * of a thread group's count, and that of its members. Both are made with
 * tasklist_lock held for writing (copy_process(), release_task()), so one group
 * at most is in between, and the sum tells.
 */
static bool whole(const struct taking *taking)
{
	const struct taskmap_walk *walk = &taking->walk;

	return walk->done && !walk->torn &&
	       walk->threads == taking->snapshot->header.count;
}

/* Free the margin, and make the ids. The machine runs again. */
static void finish(struct taking *taking)
{
	u64 count = taking->snapshot->header.count;
	struct chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, &taking->snapshot->chunks, list) {
		if (chunk->first < count)
			taskmap_ident_make(&taking->known, chunk->records,
					   min_t(u64, count - chunk->first,
						 CHUNK_RECORDS));
		else
			chunk_free(chunk);
		cond_resched();
	}
}

static int collect_exact(struct taking *taking)
{
	unsigned int tries;
	int error;

	for (tries = EXACT_TRIES; tries; tries--) {
		error = taskmap_stop(prepare, collect_stopped, taking);
		if (error)
			return error;
		if (whole(taking)) {
			finish(taking);
			return 0;
		}
	}
	return -EAGAIN;
}

/**
 * taskmap_header_fill() - fill in what all headers have in common
 * @header: zeroed
 *
 * Context: any.
 */
void taskmap_header_fill(struct taskmap_header *header)
{
	header->magic = TASKMAP_MAGIC;
	header->version = TASKMAP_FORMAT;
	header->header_size = sizeof(struct taskmap_header);
	header->record_size = sizeof(struct taskmap_record);
	if (taskmap_ident_raw())
		header->flags |= TASKMAP_RAW_IDS;
	header->resource_count = TASKMAP_RESOURCES;
	header->ids_offset = offsetof(struct taskmap_record, ids);
	header->refs_offset = offsetof(struct taskmap_record, refs);
	header->fingerprint = taskmap_ident_fingerprint();
	header->births_ns = taskmap_birth_since();
	header->resources = (1ULL << TASKMAP_RESOURCES) - 1;
	strscpy(header->release, init_utsname()->release,
		sizeof(header->release));
	strscpy(header->node, init_utsname()->nodename, sizeof(header->node));
}

/**
 * taskmap_snapshot_take() - take a snapshot of all tasks
 * @exact: in one instant, for which the machine is stopped
 *
 * Context: process, may sleep. Holds no lock while it allocates a snapshot that
 * is not exact.
 * Return: the snapshot, for taskmap_snapshot_free(); -ENOMEM; or -EINTR if the
 * caller is being killed. If @exact, also the errors of taskmap_stop(); -EFBIG
 * if there are more tasks than the machine is stopped for; or -EAGAIN if in
 * every try there were more tasks than room, or a fork, an exec or an exit was
 * half done.
 */
struct taskmap_snapshot *taskmap_snapshot_take(bool exact)
{
	struct taking taking = { };
	struct taskmap_snapshot *snapshot;
	int error;

	snapshot = kzalloc(sizeof(*snapshot), GFP_SNAPSHOT);
	if (!snapshot)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&snapshot->chunks);
	taskmap_header_fill(&snapshot->header);
	if (!exact)
		snapshot->header.flags |= TASKMAP_WALKED;
	taking.snapshot = snapshot;
	error = exact ? collect_exact(&taking) : collect(&taking);
	if (error) {
		taskmap_snapshot_free(snapshot);
		return ERR_PTR(error);
	}
	return snapshot;
}

/**
 * taskmap_snapshot_free() - free a snapshot
 * @snapshot: from taskmap_snapshot_take()
 *
 * Context: process, may sleep.
 */
void taskmap_snapshot_free(struct taskmap_snapshot *snapshot)
{
	struct chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, &snapshot->chunks, list) {
		chunk_free(chunk);
		cond_resched();
	}
	kfree(snapshot);
}

/* The chunk of the record @index, which exists. */
static struct chunk *chunk_of(struct taskmap_snapshot *snapshot, u64 index)
{
	struct chunk *chunk = READ_ONCE(snapshot->recent);

	if (!chunk || index < chunk->first)
		chunk = list_first_entry(&snapshot->chunks, struct chunk, list);
	while (index - chunk->first >= CHUNK_RECORDS)
		chunk = list_next_entry(chunk, list);
	WRITE_ONCE(snapshot->recent, chunk);
	return chunk;
}

/**
 * taskmap_snapshot_record() - the record of one task
 * @snapshot: the snapshot
 * @index: which one, from 0, in pid order
 *
 * Context: any.
 * Return: a record that lives as long as @snapshot, or NULL beyond the last.
 */
const struct taskmap_record *
taskmap_snapshot_record(struct taskmap_snapshot *snapshot, __u64 index)
{
	struct chunk *chunk;

	if (index >= snapshot->header.count)
		return NULL;
	chunk = chunk_of(snapshot, index);
	return &chunk->records[index - chunk->first];
}

/**
 * taskmap_snapshot_size() - the length of the image
 * @snapshot: the snapshot
 *
 * Context: any.
 * Return: bytes, including the header.
 */
__u64 taskmap_snapshot_size(const struct taskmap_snapshot *snapshot)
{
	return sizeof(struct taskmap_header) +
	       snapshot->header.count * sizeof(struct taskmap_record);
}

/**
 * taskmap_snapshot_bytes() - a contiguous part of the image
 * @snapshot: the snapshot
 * @position: where the part begins, in bytes from the start of the image
 * @length: set to the length of the part in bytes, 0 at the end of the image
 *	and beyond
 *
 * The part ends where a chunk does; there may be more after it.
 *
 * Context: any.
 * Return: the bytes, which live as long as @snapshot; not to be used if @length
 * is 0.
 */
const void *taskmap_snapshot_bytes(struct taskmap_snapshot *snapshot,
				   __u64 position, size_t *length)
{
	u64 size = taskmap_snapshot_size(snapshot);
	struct chunk *chunk;
	u32 in_record;
	u32 in_chunk;
	u64 index;

	if (position >= size) {
		*length = 0;
		return NULL;
	}
	if (position < sizeof(struct taskmap_header)) {
		*length = sizeof(struct taskmap_header) - position;
		return (const void *)&snapshot->header + position;
	}
	index = div_u64_rem(position - sizeof(struct taskmap_header),
			    sizeof(struct taskmap_record), &in_record);
	chunk = chunk_of(snapshot, index);
	in_chunk = (index - chunk->first) * sizeof(struct taskmap_record) +
		   in_record;
	*length = min_t(u64, size - position,
			sizeof(chunk->records) - in_chunk);
	return (const void *)chunk->records + in_chunk;
}
