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

#include <linux/err.h>
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
 * has without loss (215 of them, 176 bytes left over). It also bounds a batch
 * of the walk.
 */
#define CHUNK_SIZE	SZ_64K
#define CHUNK_RECORDS	(CHUNK_SIZE / sizeof(struct taskmap_record))
#define CHUNK_BYTES	(CHUNK_RECORDS * sizeof(struct taskmap_record))

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

static struct taskmap_record *chunk_add(struct xarray *chunks, u64 index)
{
	/*
	 * Accounted: the memory is the reader's, and bounded as the reader is.
	 * Without the bytes left over, in which KASAN then finds a stray write.
	 * Zeroed here and not by the walk, record by record: a kernel that is
	 * hardened (init_on_alloc) does it anyhow.
	 */
	void *chunk = kvzalloc(CHUNK_BYTES, GFP_KERNEL_ACCOUNT);
	int error;

	if (!chunk)
		return ERR_PTR(-ENOMEM);
	error = xa_err(xa_store(chunks, index, chunk, GFP_KERNEL_ACCOUNT));
	if (error) {
		kvfree(chunk);
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
		taskmap_ident_make(walk->idents, chunk + used, added);
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
 * Makes room for @count and an eighth more, and for another chunk than there
 * already was, so that there is more at each try. All of it is zero, also what
 * the try before has written to.
 */
static int reserve(struct exact *exact, u64 count)
{
	u64 chunks = max(div_u64(count + count / 8, CHUNK_RECORDS),
			 exact->chunks) + 1;
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
 * counted.
 */
static void collect_stopped(void *data)
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
	u64 threads = 0;
	u64 index = 0;

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
			taskmap_ident_make(exact->walk->idents, chunk, used);
		else
			kvfree(xa_erase(&exact->snapshot->chunks, index));
		cond_resched();
	}
}

/* One try: 0, -EAGAIN if it did not do, or another error. */
static int try_exact(struct exact *exact)
{
	struct taskmap_header *header = &exact->snapshot->header;
	int error;

	error = taskmap_stop(prepare, collect_stopped, exact,
			     &header->pause_ns);
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
 * Context: process, may sleep. Holds no lock while it allocates.
 * Return: the picture, for taskmap_snapshot_free(); -ENOMEM; or -EINTR if the
 * caller is being killed. If @exact also -EFBIG, there are more tasks than
 * the machine is stopped for; or -EAGAIN, again and again the number of tasks
 * grew by more than the memory had room for, or a fork or an exit was half done.
 */
struct taskmap_snapshot *taskmap_snapshot_take(bool exact)
{
	struct taskmap_snapshot *snapshot;
	struct taskmap_walk *walk;
	int error = -ENOMEM;

	walk = kmalloc(sizeof(*walk), GFP_KERNEL);
	if (!walk)
		return ERR_PTR(-ENOMEM);
	snapshot = kzalloc(sizeof(*snapshot), GFP_KERNEL_ACCOUNT);
	if (!snapshot)
		goto free_walk;

	xa_init(&snapshot->chunks);
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
		kvfree(chunk);
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
