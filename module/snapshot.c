// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * A picture of all tasks, and the image that programs read.
 *
 * The records are the image: they are written once, by the walk, into chunks,
 * and nothing is copied but to the user. Nothing here knows a task or holds a
 * lock.
 *
 * A picture is taken in one walk while the system runs, with chunks that are
 * allocated as it goes on, so that no task is visited a second time to learn how
 * many there are. Or it is taken in one instant, while the machine is stopped;
 * then memory is taken before, after a count and with a margin.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>
#include <linux/xarray.h>

#include "taskmap.h"

/*
 * A chunk is as many whole records as fit into a size that the page allocator
 * has without loss (53 of them, 272 bytes left over). It also bounds a batch
 * of the walk.
 *
 * Larger chunks would need vmalloc where memory is fragmented, because the page
 * allocator soon gives up orders above PAGE_ALLOC_COSTLY_ORDER; and vmalloc
 * allocates its page tables with GFP_KERNEL, whatever flags it is given. Smaller
 * chunks slow the walk down: 4 KiB cost 6 to 12 % more time than 16 KiB.
 */
#define CHUNK_SIZE	SZ_16K
#define CHUNK_RECORDS	(CHUNK_SIZE / sizeof(struct taskmap_record))
#define CHUNK_BYTES	(CHUNK_RECORDS * sizeof(struct taskmap_record))

/*
 * The memory is charged to the reader's cgroup. Where it runs out the allocation
 * fails, and with it the open. The OOM killer is not called, neither for the
 * system (__alloc_pages_may_oom() in mm/page_alloc.c) nor for the cgroup
 * (try_charge_memcg() in mm/memcontrol.c).
 */
#define GFP_PICTURE	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * All pictures together hold at most this part of the kernel's memory. The OOM
 * killer does not see them in the size of a process. If they filled the memory,
 * it would kill others, one after the other, and get nothing back. A task itself
 * takes some twenty times as much memory as its record, so at least two pictures
 * of all the tasks that fit into the memory can be held.
 */
#define MEMORY_PART	8

/* Spare room for tasks created between the count and the stop. */
#define SPARE		256

/* How often a picture is tried that must be one instant. */
#define EXACT_TRIES	8

/* Writable: it only bounds what root may ask for. */
static unsigned int exact_max = 100000;

/* Whatever is no number, or too large for one, is EINVAL, as for the others. */
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
 * struct taskmap_snapshot - a picture of all tasks; does not change once taken
 * @header: what the image begins with
 * @chunks: the records, CHUNK_RECORDS to each entry but the last
 */
struct taskmap_snapshot {
	struct taskmap_header header;
	struct xarray chunks;
};

/* The number of chunks that all pictures hold. */
static atomic_long_t chunks_held = ATOMIC_LONG_INIT(0);

static long chunks_max(void)
{
	u64 memory = (u64)(totalram_pages() - totalhigh_pages()) << PAGE_SHIFT;

	return memory / MEMORY_PART / CHUNK_SIZE;
}

static void chunk_free(void *chunk)
{
	kfree(chunk);
	atomic_long_dec(&chunks_held);
}

/*
 * The bytes left over are not asked for: KASAN then finds a stray write there.
 * Zeroed here and not by the walk, record by record, because a hardened kernel
 * (init_on_alloc) does it anyway.
 */
static void *chunk_alloc(void)
{
	void *chunk = NULL;

	if (atomic_long_inc_return(&chunks_held) <= chunks_max())
		chunk = kzalloc(CHUNK_BYTES, GFP_PICTURE);
	else
		pr_notice_ratelimited("all open files together hold 1/%d of the memory, no more is taken\n",
				      MEMORY_PART);
	if (!chunk)
		atomic_long_dec(&chunks_held);
	return chunk;
}

static struct taskmap_record *chunk_add(struct xarray *chunks, u64 index)
{
	void *chunk = chunk_alloc();
	int error;

	if (!chunk)
		return ERR_PTR(-ENOMEM);
	error = xa_err(xa_store(chunks, index, chunk, GFP_PICTURE));
	if (error) {
		chunk_free(chunk);
		return ERR_PTR(error);
	}
	return chunk;
}

/*
 * Walks until there are no more tasks, with a point to reschedule, and to be
 * killed, after every batch.
 */
static int collect(struct taskmap_snapshot *snapshot, struct taskmap_walk *walk)
{
	u64 *count = &snapshot->header.count;
	struct taskmap_record *chunk = NULL;
	u32 used = CHUNK_RECORDS;
	u64 chunks = 0;
	unsigned int added;

	while (!walk->done) {
		if (used == CHUNK_RECORDS) {
			chunk = chunk_add(&snapshot->chunks, chunks++);
			if (IS_ERR(chunk))
				return PTR_ERR(chunk);
			used = 0;
		}
		added = taskmap_walk_batch(walk, chunk + used,
					   CHUNK_RECORDS - used);
		taskmap_ident_make(&walk->known, chunk + used, added);
		used += added;
		*count += added;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/* What a picture of one instant is taken with. */
struct exact {
	struct taskmap_snapshot *snapshot;
	struct taskmap_walk *walk;
	u64 chunks;		/* that there are; their records are the room */
};

/* Counts the tasks, with a point to reschedule after every batch. */
static u64 count_tasks(struct taskmap_walk *walk)
{
	u64 count = 0;

	taskmap_walk_begin(walk, false);
	while (!walk->done) {
		count += taskmap_walk_batch(walk, NULL, CHUNK_RECORDS);
		cond_resched();
	}
	return count;
}

/*
 * Makes room for @count and an eighth more, or for as many as there already was
 * room for, and for SPARE more, so that the room grows with each try. All of it
 * is zeroed, also what the previous try has written to.
 */
static int reserve(struct exact *exact, u64 count)
{
	u64 room = max_t(u64, count + count / 8,
			 exact->chunks * CHUNK_RECORDS) + SPARE;
	u64 chunks = div_u64(room, CHUNK_RECORDS) + 1;
	struct taskmap_record *chunk;
	unsigned long index;

	xa_for_each(&exact->snapshot->chunks, index, chunk) {
		memset(chunk, 0, CHUNK_BYTES);
		cond_resched();
	}
	while (exact->chunks < chunks) {
		chunk = chunk_add(&exact->snapshot->chunks, exact->chunks);
		if (IS_ERR(chunk))
			return PTR_ERR(chunk);
		exact->chunks++;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int prepare(void *data)
{
	struct exact *exact = data;
	u64 count = count_tasks(exact->walk);

	if (count > READ_ONCE(exact_max)) {
		pr_notice_ratelimited("%llu tasks are more than exact_max, the machine is not stopped for them\n",
				      count);
		return -EFBIG;
	}
	return reserve(exact, count);
}

/*
 * Walks with the machine stopped. When there is no more room, what is left is
 * counted. The clock is one that does not wait for its writer, which is stopped
 * too.
 */
static int collect_stopped(void *data)
{
	struct exact *exact = data;
	struct taskmap_header *header = &exact->snapshot->header;
	struct taskmap_record *chunk;
	u32 used;

	header->start_ns = ktime_get_boot_fast_ns();
	header->count = 0;
	taskmap_walk_begin(exact->walk, true);
	while (!exact->walk->done) {
		chunk = xa_load(&exact->snapshot->chunks,
				div_u64_rem(header->count, CHUNK_RECORDS,
					    &used));
		header->count += taskmap_walk_batch(exact->walk,
						    chunk ? chunk + used : NULL,
						    CHUNK_RECORDS - used);
	}
	header->end_ns = ktime_get_boot_fast_ns();
	header->pause_ns = header->end_ns - header->start_ns;
	return 0;
}

/*
 * Whether the stop did not come in the middle of a fork or an exit. Where
 * spinlocks disable preemption it cannot. Where they do not (PREEMPT_RT), it can
 * come between the two words of a change: a thread group's count, and who is in
 * it. Both are changed with tasklist_lock held for writing (copy_process(),
 * release_task()), so one group at most is in between, and the sum tells.
 */
static bool whole(struct exact *exact)
{
	const struct taskmap_record *record;
	u32 threads = 0;
	u32 index = 0;	/* a 64-bit % needs __umoddi3 on 32-bit kernels */

	if (exact->walk->torn)
		return false;
	while ((record = taskmap_snapshot_record(exact->snapshot, index))) {
		if (record->pid == record->tgid)
			threads += record->threads;
		if (index++ % CHUNK_RECORDS == 0)
			cond_resched();
	}
	return threads == index;
}

/* Frees the margin, and makes the ids, for which the machine need not stop. */
static void finish(struct exact *exact)
{
	u64 left = exact->snapshot->header.count;
	unsigned long index;
	unsigned int used;
	void *chunk;

	xa_for_each(&exact->snapshot->chunks, index, chunk) {
		used = min_t(u64, left, CHUNK_RECORDS);
		left -= used;
		if (used)
			taskmap_ident_make(&exact->walk->known, chunk, used);
		else
			chunk_free(xa_erase(&exact->snapshot->chunks, index));
		cond_resched();
	}
}

/* One try: 0, -EAGAIN if it did not do, or another error. */
static int try_exact(struct exact *exact)
{
	struct taskmap_header *header = &exact->snapshot->header;
	int error;

	error = taskmap_stop(prepare, collect_stopped, exact);
	if (error)
		return error;
	if (header->count > exact->chunks * CHUNK_RECORDS || !whole(exact))
		return -EAGAIN;
	finish(exact);
	return 0;
}

static int collect_exact(struct taskmap_snapshot *snapshot,
			 struct taskmap_walk *walk)
{
	struct exact exact = { .snapshot = snapshot, .walk = walk };
	unsigned int tries = EXACT_TRIES;
	int error;

	do {
		error = try_exact(&exact);
	} while (error == -EAGAIN && --tries);
	return error;
}

static int collect_walking(struct taskmap_snapshot *snapshot,
			   struct taskmap_walk *walk)
{
	int error;

	taskmap_walk_begin(walk, false);
	snapshot->header.start_ns = ktime_get_boottime_ns();
	error = collect(snapshot, walk);
	snapshot->header.end_ns = ktime_get_boottime_ns();
	return error;
}

static void describe(struct taskmap_header *header, bool exact)
{
	header->magic = TASKMAP_MAGIC;
	header->version = TASKMAP_FORMAT;
	header->header_size = sizeof(struct taskmap_header);
	header->record_size = sizeof(struct taskmap_record);
	if (!exact)
		header->flags |= TASKMAP_WALKED;
	if (taskmap_ident_raw())
		header->flags |= TASKMAP_RAW_IDS;
	header->resource_count = TASKMAP_RESOURCES;
	header->ids_offset = offsetof(struct taskmap_record, ids);
	header->refs_offset = offsetof(struct taskmap_record, refs);
	header->fingerprint = taskmap_ident_fingerprint();
	strscpy(header->release, init_utsname()->release,
		sizeof(header->release));
}

/**
 * taskmap_snapshot_take() - take a picture of all tasks
 * @exact: in one instant, for which the machine is stopped
 *
 * Context: process, may sleep. Holds no lock while it allocates a picture that
 * is not exact.
 * Return: the picture, for taskmap_snapshot_free(); -ENOMEM; or -EINTR if the
 * caller is being killed. If @exact also what taskmap_stop() returns; -EFBIG,
 * there are more tasks than the machine is stopped for; or -EAGAIN, again and
 * again the number of tasks grew by more than the memory had room for, or a fork
 * or an exit was half done.
 */
struct taskmap_snapshot *taskmap_snapshot_take(bool exact)
{
	struct taskmap_snapshot *snapshot;
	struct taskmap_walk *walk;
	int error = -ENOMEM;

	walk = kmalloc(sizeof(*walk), GFP_PICTURE);
	if (!walk)
		return ERR_PTR(-ENOMEM);
	snapshot = kzalloc(sizeof(*snapshot), GFP_PICTURE);
	if (!snapshot)
		goto free_walk;

	xa_init_flags(&snapshot->chunks, XA_FLAGS_ACCOUNT);
	describe(&snapshot->header, exact);
	error = exact ? collect_exact(snapshot, walk) :
			collect_walking(snapshot, walk);
	if (error)
		taskmap_snapshot_free(snapshot);
free_walk:
	kfree(walk);
	return error ? ERR_PTR(error) : snapshot;
}

/**
 * taskmap_snapshot_free() - forget a picture
 * @snapshot: from taskmap_snapshot_take()
 *
 * Context: process, may sleep.
 */
void taskmap_snapshot_free(struct taskmap_snapshot *snapshot)
{
	unsigned long index;
	void *chunk;

	xa_for_each(&snapshot->chunks, index, chunk) {
		chunk_free(chunk);
		cond_resched();
	}
	xa_destroy(&snapshot->chunks);
	kfree(snapshot);
}

/**
 * taskmap_snapshot_record() - the record of one task
 * @snapshot: the picture
 * @index: which, from 0, in pid order
 *
 * Context: any.
 * Return: a record that lives as long as @snapshot, or NULL beyond the last.
 */
const struct taskmap_record *
taskmap_snapshot_record(struct taskmap_snapshot *snapshot, __u64 index)
{
	const struct taskmap_record *chunk;
	u32 in_chunk;

	if (index >= snapshot->header.count)
		return NULL;
	chunk = xa_load(&snapshot->chunks,
			div_u64_rem(index, CHUNK_RECORDS, &in_chunk));
	return chunk + in_chunk;
}

/**
 * taskmap_snapshot_next() - the record after another one
 * @snapshot: the picture
 * @record: the one before, anything if @index is 0
 * @index: which is wanted
 *
 * What taskmap_snapshot_record() finds, which mostly need not be looked for.
 *
 * Context: any.
 * Return: as of taskmap_snapshot_record().
 */
const struct taskmap_record *
taskmap_snapshot_next(struct taskmap_snapshot *snapshot,
		      const struct taskmap_record *record, __u64 index)
{
	u32 in_chunk;

	div_u64_rem(index, CHUNK_RECORDS, &in_chunk);
	if (in_chunk && index < snapshot->header.count)
		return record + 1;
	return taskmap_snapshot_record(snapshot, index);
}

/**
 * taskmap_snapshot_size() - the length of the image
 * @snapshot: the picture
 *
 * Context: any.
 * Return: bytes, the header's among them.
 */
__u64 taskmap_snapshot_size(const struct taskmap_snapshot *snapshot)
{
	return sizeof(struct taskmap_header) +
	       snapshot->header.count * sizeof(struct taskmap_record);
}

/**
 * taskmap_snapshot_bytes() - a part of the image that is in one piece
 * @snapshot: the picture
 * @position: where the part begins, in bytes from the start of the image
 * @length: its length in bytes goes here, 0 at the end of the image and beyond
 *
 * The part ends where a chunk does; there may be more after it.
 *
 * Context: any.
 * Return: the bytes, which live as long as @snapshot; not to be used if
 * @length is 0.
 */
const void *taskmap_snapshot_bytes(struct taskmap_snapshot *snapshot,
				   __u64 position, size_t *length)
{
	u64 size = taskmap_snapshot_size(snapshot);
	const void *chunk;
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
			    CHUNK_BYTES, &in_chunk);
	chunk = xa_load(&snapshot->chunks, index);
	*length = min_t(u64, CHUNK_BYTES - in_chunk, size - position);
	return chunk + in_chunk;
}
