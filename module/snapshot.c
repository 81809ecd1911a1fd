// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Snapshots of all tasks, and the image that programs read.
 *
 * The image is the header and the records. The walk writes the records once,
 * into chunks, and reads copy them to the user from there. Nothing here
 * dereferences a task or takes a lock.
 *
 * A walked snapshot is taken while the system runs. Chunks are allocated as the
 * walk proceeds, so tasks are not visited a second time to count them. An exact
 * snapshot is taken while the machine is stopped. Its memory is allocated
 * before the stop, from a count of the tasks and with a margin.
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
 * A chunk has as many whole records as fit into an order that the page
 * allocator provides reliably. It also bounds a batch of the walk.
 *
 * Larger chunks would need vmalloc when memory is fragmented, because the page
 * allocator soon gives up on orders above PAGE_ALLOC_COSTLY_ORDER. But vmalloc
 * allocates its page tables with GFP_KERNEL, whatever flags it is given. Chunks
 * of 4 KiB slow the walk down by 6 to 12 %.
 */
#define CHUNK_SIZE	TASKMAP_CHUNK_SIZE
#define CHUNK_HEAD	(sizeof(struct list_head) + sizeof(u64))
#define CHUNK_RECORDS							\
	((CHUNK_SIZE - CHUNK_HEAD) / sizeof(struct taskmap_record))

/*
 * The memory is charged to the reader's cgroup. If memory is short, the
 * allocation and with it the open fails. The OOM killer is not invoked, neither
 * for the system (__alloc_pages_may_oom() in mm/page_alloc.c) nor for the
 * cgroup (try_charge_memcg() in mm/memcontrol.c).
 */
#define GFP_SNAPSHOT							\
	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * All snapshots together hold at most this fraction of the kernel's memory. The
 * OOM killer does not count them in the size of any process: if they filled the
 * memory, it would kill one process after the other and free nothing of it. At
 * least two snapshots fit even if tasks fill the memory, because a task itself
 * takes at least twenty times as much memory as its record.
 */
#define MEMORY_PART	8

/* Margin for tasks created between the count and the stop, in records */
#define SPARE		256

/* Number of tries to take an exact snapshot */
#define EXACT_TRIES	8

/* Writable at run time, because it only limits what root may ask for. */
static unsigned int exact_max = 100000;

/* param_set_uint() fails with ERANGE if the number is too large. */
static int exact_max_set(const char *value, const struct kernel_param *param)
{
	return param_set_uint(value, param) ? -EINVAL : 0;
}

static const struct kernel_param_ops exact_max_ops = {
	.set = exact_max_set,
	.get = param_get_uint,
};

module_param_cb(exact_max, &exact_max_ops, &exact_max, 0644);
MODULE_PARM_DESC(exact_max, "Maximum number of tasks for which \"exact\" stops the machine (default: 100000)");

/**
 * struct chunk - some of the records of a snapshot
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
 * struct taskmap_snapshot - a snapshot, which does not change once taken
 * @header: header of the image
 * @chunks: all records; only the last chunk can have unused ones
 * @recent: chunk of the most recent read, where the next one usually continues;
 *	NULL at first. It is a hint: concurrent readers of one open file may
 *	overwrite it.
 */
struct taskmap_snapshot {
	struct taskmap_header header;
	struct list_head chunks;
	struct chunk *recent;
};

/* Number of allocations that all open files hold */
static atomic_long_t chunks_held = ATOMIC_LONG_INIT(0);

static long chunks_max(void)
{
	u64 memory = (u64)(totalram_pages() - totalhigh_pages()) << PAGE_SHIFT;

	return memory / MEMORY_PART / CHUNK_SIZE;
}

/* Number of records that the chunks can hold */
static u64 capacity(const struct taskmap_snapshot *snapshot)
{
	if (list_empty(&snapshot->chunks))
		return 0;
	return list_last_entry(&snapshot->chunks, struct chunk, list)->first +
	       CHUNK_RECORDS;
}

/**
 * taskmap_chunk_alloc() - allocate memory for an open file
 * @size: in bytes, at most %TASKMAP_CHUNK_SIZE
 *
 * Context: Process context, may sleep.
 * Return: Zeroed memory, charged to the caller, to be freed with
 * taskmap_chunk_free(). NULL if memory is short, or if all open files together
 * hold their fraction of it.
 */
void *taskmap_chunk_alloc(size_t size)
{
	void *chunk = NULL;

	if (atomic_long_inc_return(&chunks_held) <= chunks_max())
		chunk = kzalloc(size, GFP_SNAPSHOT);
	else
		pr_notice_ratelimited("open failed: all open files together hold 1/%d of the memory\n",
				      MEMORY_PART);
	if (!chunk)
		atomic_long_dec(&chunks_held);
	return chunk;
}

/**
 * taskmap_chunk_free() - free memory from taskmap_chunk_alloc()
 * @chunk: the memory
 *
 * Context: Any context.
 */
void taskmap_chunk_free(void *chunk)
{
	kfree(chunk);
	atomic_long_dec(&chunks_held);
}

/*
 * Append a chunk. Its records are zeroed here, all at once, because a hardened
 * kernel (init_on_alloc) zeroes the memory anyway. The last record ends where
 * the allocation ends, so that KASAN detects a write beyond it.
 */
static struct chunk *chunk_add(struct taskmap_snapshot *snapshot)
{
	struct chunk *chunk = taskmap_chunk_alloc(sizeof(*chunk));

	if (!chunk)
		return NULL;
	chunk->first = capacity(snapshot);
	list_add_tail(&chunk->list, &snapshot->chunks);
	return chunk;
}

static void chunk_free(struct chunk *chunk)
{
	list_del(&chunk->list);
	taskmap_chunk_free(chunk);
}

/* State of a snapshot while it is taken */
struct capture {
	struct taskmap_snapshot *snapshot;
	struct taskmap_walk walk;
	struct taskmap_idents known;
};

/* Fill in a chunk. After each batch, the caller can be preempted or killed. */
static int fill_chunk(struct capture *capture, struct chunk *chunk)
{
	unsigned int used = 0;

	while (used < CHUNK_RECORDS && !capture->walk.done) {
		used += taskmap_walk_batch(&capture->walk,
					   chunk->records + used,
					   CHUNK_RECORDS - used);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	taskmap_ident_make(&capture->known, chunk->records, used);
	capture->snapshot->header.count += used;
	return 0;
}

static int collect(struct capture *capture)
{
	struct taskmap_snapshot *snapshot = capture->snapshot;
	struct chunk *chunk;
	int error = 0;

	snapshot->header.start_ns = ktime_get_boottime_ns();
	snapshot->header.wall_ns = ktime_get_real_ns();
	while (!error && !capture->walk.done) {
		chunk = chunk_add(snapshot);
		error = chunk ? fill_chunk(capture, chunk) : -ENOMEM;
	}
	snapshot->header.end_ns = ktime_get_boottime_ns();
	return error;
}

/* Count the tasks, and reschedule after each batch. */
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
 * Provide memory for @count tasks and an eighth more, but at least for as many
 * as the last try had, and for SPARE more; so the capacity grows with each try.
 * All records are zeroed, including those that the last try wrote.
 */
static int reserve(struct taskmap_snapshot *snapshot, u64 count)
{
	u64 wanted = max(count + count / 8, capacity(snapshot)) + SPARE;
	struct chunk *chunk;

	list_for_each_entry(chunk, &snapshot->chunks, list) {
		memset(chunk->records, 0, sizeof(chunk->records));
		cond_resched();
	}
	while (capacity(snapshot) < wanted) {
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
	struct capture *capture = data;
	u64 count = count_tasks();

	if (count > READ_ONCE(exact_max)) {
		pr_notice_ratelimited("%llu tasks exceed exact_max: the machine is not stopped for \"exact\"\n",
				      count);
		return -EFBIG;
	}
	return reserve(capture->snapshot, count);
}

/*
 * Walk all tasks with the machine stopped, until there are no more tasks or the
 * chunks are full. The fast clocks do not wait for their writer, which may be
 * stopped.
 */
static int collect_stopped(void *data)
{
	struct capture *capture = data;
	struct taskmap_header *header = &capture->snapshot->header;
	struct chunk *chunk;
	unsigned int used;

	header->start_ns = ktime_get_boot_fast_ns();
	header->wall_ns = ktime_get_real_fast_ns();
	header->count = 0;
	capture->walk = (struct taskmap_walk){ .stopped = true };
	list_for_each_entry(chunk, &capture->snapshot->chunks, list) {
		for (used = 0; used < CHUNK_RECORDS && !capture->walk.done;)
			used += taskmap_walk_batch(&capture->walk,
						   chunk->records + used,
						   CHUNK_RECORDS - used);
		header->count += used;
	}
	header->end_ns = ktime_get_boot_fast_ns();
	header->pause_ns = header->end_ns - header->start_ns;
	return 0;
}

/*
 * Return whether the snapshot has all tasks, and the stop did not interrupt a
 * fork, an exec or an exit. Where spinlocks disable preemption, it cannot. On
 * PREEMPT_RT it can come between two changes: that of a group's thread count,
 * and that of the group's members. Both are made with tasklist_lock held for
 * writing (copy_process(), release_task()). So at most one group is affected,
 * and then the sum of the thread counts differs from the number of tasks.
 */
static bool is_complete(const struct capture *capture)
{
	const struct taskmap_walk *walk = &capture->walk;

	return walk->done && !walk->torn &&
	       walk->threads == capture->snapshot->header.count;
}

/* Free unused chunks and make the ids. The machine runs again. */
static void finish(struct capture *capture)
{
	u64 count = capture->snapshot->header.count;
	struct chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, &capture->snapshot->chunks,
				 list) {
		if (chunk->first < count)
			taskmap_ident_make(&capture->known, chunk->records,
					   min_t(u64, count - chunk->first,
						 CHUNK_RECORDS));
		else
			chunk_free(chunk);
		cond_resched();
	}
}

static int collect_exact(struct capture *capture)
{
	unsigned int tries;
	int error;

	for (tries = EXACT_TRIES; tries; tries--) {
		error = taskmap_stop(prepare, collect_stopped, capture);
		if (error)
			return error;
		if (is_complete(capture)) {
			finish(capture);
			return 0;
		}
	}
	return -EAGAIN;
}

/**
 * taskmap_header_fill() - fill in the fields that all headers have in common
 * @header: zeroed
 *
 * Context: Any context.
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
 * @exact: at one instant, for which the machine is stopped
 *
 * Holds no lock while it allocates memory, unless @exact.
 *
 * Context: Process context, may sleep.
 * Return: The snapshot, to be freed with taskmap_snapshot_free(); -ENOMEM; or
 * -EINTR if the caller is being killed. If @exact, also the errors of
 * taskmap_stop(); -EFBIG if there are more tasks than the machine may be
 * stopped for; or -EAGAIN if in every try there were more tasks than the chunks
 * can hold, or the stop interrupted a fork, an exec or an exit.
 */
struct taskmap_snapshot *taskmap_snapshot_take(bool exact)
{
	struct capture capture = { };
	struct taskmap_snapshot *snapshot;
	int error;

	snapshot = kzalloc(sizeof(*snapshot), GFP_SNAPSHOT);
	if (!snapshot)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&snapshot->chunks);
	taskmap_header_fill(&snapshot->header);
	if (!exact)
		snapshot->header.flags |= TASKMAP_WALKED;
	capture.snapshot = snapshot;
	error = exact ? collect_exact(&capture) : collect(&capture);
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
 * Context: Process context, may sleep.
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

/* Find the chunk of the record @index, which must exist. */
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
 * taskmap_snapshot_record() - get the record of one task
 * @snapshot: the snapshot
 * @index: index of the record, from 0, in pid order
 *
 * Context: Any context.
 * Return: The record, valid as long as @snapshot; NULL if @index is beyond the
 * last record.
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
 * taskmap_snapshot_size() - get the size of the image
 * @snapshot: the snapshot
 *
 * Context: Any context.
 * Return: The size in bytes, including the header.
 */
__u64 taskmap_snapshot_size(const struct taskmap_snapshot *snapshot)
{
	return sizeof(struct taskmap_header) +
	       snapshot->header.count * sizeof(struct taskmap_record);
}

/**
 * taskmap_snapshot_bytes() - get a contiguous part of the image
 * @snapshot: the snapshot
 * @position: where the part begins, in bytes from the start of the image
 * @length: set to the length of the part in bytes; 0 at the end of the image
 *	and beyond it
 *
 * The part ends at the end of a chunk at the latest; more may follow.
 *
 * Context: Any context.
 * Return: The bytes, valid as long as @snapshot. Not valid if @length is 0.
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
