/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * From bytes that nobody vouches for to records that the rest of the reader
 * may trust. module/uapi/taskmap.h is the manual of the format.
 */
#ifndef TASKMAP_SNAPSHOT_H
#define TASKMAP_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "uapi/taskmap.h"

/* PID_MAX_LIMIT of include/linux/threads.h: no kernel has more tasks. */
#define SNAPSHOT_MOST_TASKS	4194304

/* The most bytes that a header may have, and a record. */
#define SNAPSHOT_MOST_BYTES	4096

/* The size of the header at first; fields that came later may be missing. */
#define SNAPSHOT_HEADER		(offsetof(struct taskmap_header, release) + \
				 TASKMAP_RELEASE_LEN)

/*
 * A snapshot that was found to be whole and sound. Whatever sizes its file
 * uses, header and records are here in the shape that this reader was built
 * with; what the file lacks is zero. Pids are positive and ascend, tgids are
 * positive, parents are not negative, strings end in a NUL.
 */
struct snapshot {
	struct taskmap_header header;
	struct taskmap_record *tasks;
	unsigned int count;
	unsigned int room;	/* for tasks */
	int last_pid;
};

/**
 * snapshot_measure() - judge the beginning of a file
 * @snap: an empty snapshot, to take the header as far as SNAPSHOT_HEADER goes
 * @bytes: the first bytes of the file
 * @size: how many they are: SNAPSHOT_HEADER, or fewer if the file ends there
 * @name: what the file is called
 * @error: set if it is not a snapshot that this reader can read
 *
 * Return: 0 or -1. After 0 the sizes and the count in the header are within
 * the limits above, and ids and refs within the record.
 */
int snapshot_measure(struct snapshot *snap, const unsigned char *bytes,
		     size_t size, const char *name, struct error *error);

/* Takes the rest of the header from @bytes, which are all that it has. */
void snapshot_begin(struct snapshot *snap, const unsigned char *bytes);

/* How many bytes the whole file must have. */
uint64_t snapshot_size(const struct snapshot *snap);

/* Makes room for as many records as have arrived, not as were promised. */
int snapshot_reserve(struct snapshot *snap, unsigned int records);

/**
 * snapshot_add() - judge the next records, and keep them
 * @snap: the snapshot; without room for records they are judged only
 * @raw: the records as they are in the file
 * @records: how many they are
 * @name: what the file is called
 * @error: set if one of them is not sound
 *
 * Return: 0 or -1.
 */
int snapshot_add(struct snapshot *snap, const unsigned char *raw,
		 unsigned int records, const char *name, struct error *error);

/* Whether the file that @header is of has pause_ns; older ones do not. */
bool snapshot_tells_pause(const struct taskmap_header *header);

void snapshot_free(struct snapshot *snap);

#endif /* TASKMAP_SNAPSHOT_H */
