/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Functions that the source files of the module provide to each other.
 *
 *	task_struct -> walk.c -> record -> snapshot.c -> snapshot -> text.c -> "tasks"
 *	               ident.c             stop.c                `-----------> "snapshot", "exact"
 *	clone(2) ----> birth.c
 *	clone(2), execve(2), exit(2) ----> events.c ----------------------> "events"
 *	                                                 fs.c: the files
 *
 * This header and text.c also compile in user space, for the unit tests.
 */
#ifndef _TASKMAP_H
#define _TASKMAP_H

#include <linux/types.h>

#include "uapi/taskmap.h"

/* ident.c: the only file that turns a pointer into a number */

/**
 * struct taskmap_idents - ids of the objects of the last task, as a cache
 * @addresses: addresses of the objects, 0 for none
 * @ids: ids of the objects
 *
 * Tasks that are neighbours in pid order usually hold the same objects, so the
 * cache saves most of the hashing. Zeroed, it is valid and empty.
 */
struct taskmap_idents {
	__u64 addresses[TASKMAP_RESOURCES];
	__u64 ids[TASKMAP_RESOURCES];
};

/* Address of an object. A record holds it until taskmap_ident_make(). */
static inline __u64 taskmap_ident_address(const void *object)
{
	return (unsigned long)object;
}

int __must_check taskmap_ident_init(void);
void taskmap_ident_make(struct taskmap_idents *known,
			struct taskmap_record *records, unsigned int count);
__u64 taskmap_ident_fingerprint(void);
bool taskmap_ident_raw(void);

/* birth.c: how each task was created */

struct task_struct;
struct tracepoint;

int __must_check taskmap_birth_init(void);
void taskmap_birth_exit(void);
void taskmap_birth_fill(struct taskmap_record *record,
			const struct task_struct *task);
__u64 taskmap_birth_since(void);
struct tracepoint *taskmap_tracepoint(const char *name);

/* walk.c: the only file that dereferences a task */

/**
 * struct taskmap_walk - state of a walk over all tasks
 * @cursor: lowest pid that was not visited yet
 * @done: there are no more tasks
 * @stopped: the machine is stopped, so no lock may be taken
 * @torn: the stop interrupted a change of a task's pid
 * @threads: if @stopped, the sum of the thread counts of all groups
 */
struct taskmap_walk {
	int cursor;
	bool done;
	bool stopped;
	bool torn;
	__u64 threads;
};

void taskmap_walk_event(struct taskmap_record *record,
			struct task_struct *task);
unsigned int taskmap_walk_batch(struct taskmap_walk *walk,
				struct taskmap_record *records,
				unsigned int limit);

/* stop.c: the only file that stops the machine */

int __must_check taskmap_stop(int (*prepare)(void *data),
			      int (*fn)(void *data), void *data);
void taskmap_stop_end(void);

/* snapshot.c: a snapshot of all tasks, and its image for programs */

struct taskmap_snapshot;

void taskmap_header_fill(struct taskmap_header *header);
/* Maximum size of one allocation for an open file, in bytes */
#define TASKMAP_CHUNK_SIZE	16384

void *taskmap_chunk_alloc(size_t size);
void taskmap_chunk_free(void *chunk);
struct taskmap_snapshot * __must_check taskmap_snapshot_take(bool exact);
void taskmap_snapshot_free(struct taskmap_snapshot *snapshot);
const struct taskmap_record *
taskmap_snapshot_record(struct taskmap_snapshot *snapshot, __u64 index);
__u64 taskmap_snapshot_size(const struct taskmap_snapshot *snapshot);
const void *taskmap_snapshot_bytes(struct taskmap_snapshot *snapshot,
				   __u64 position, size_t *length);

/* events.c: births, execs and exits as they happen */

struct taskmap_events;
struct file;
struct poll_table_struct;

struct taskmap_events * __must_check taskmap_events_open(void);
void taskmap_events_close(struct taskmap_events *events);
int taskmap_events_wait(struct taskmap_events *events);
bool taskmap_events_poll(struct taskmap_events *events, struct file *file,
			 struct poll_table_struct *table);
const void *taskmap_events_peek(struct taskmap_events *events, size_t *size);
void taskmap_events_consume(struct taskmap_events *events);

/* text.c: the lines of "tasks" */

/* Pids are below this: they have at most seven digits. */
#define TASKMAP_TEXT_PIDS	10000000

/*
 * Length of the longest line: three pids, kind, state and four ids, each with a
 * blank, and a name with every byte escaped. The newline takes the place of the
 * name's NUL.
 */
#define TASKMAP_TEXT_LINE	(3 * 8 + 8 + 2 + 4 * 17 + 4 * TASKMAP_COMM_LEN)

size_t taskmap_text_header(char *line);
size_t taskmap_text_record(char *line, const struct taskmap_record *record);

/* fs.c: the files in debugfs and procfs */

int __must_check taskmap_fs_init(void);
void taskmap_fs_exit(void);

#endif /* _TASKMAP_H */
