/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Snapshots: where they come from, and from bytes that nobody vouches for to
 * records that the rest of the reader may trust. module/uapi/taskmap.h is the
 * manual of the format.
 *
 * Nothing in core/ prints or exits. What fails says why in a struct error, or
 * returns a negative errno.
 */
#ifndef TASKMAP_CORE_SNAPSHOT_H
#define TASKMAP_CORE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "uapi/taskmap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* PID_MAX_LIMIT of include/linux/threads.h: no kernel has more tasks. */
#define SNAPSHOT_MOST_TASKS	4194304

/* The most bytes that a header may have, and a record. */
#define SNAPSHOT_MOST_BYTES	4096

/* One line that says what went wrong and what to do about it. */
struct error {
	char *text;	/* allocated; NULL if there was not even memory for it */
};

/* Fills @error, which must be empty, and returns -1. */
int error_set(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* error_set() for lack of memory. */
int error_no_memory(struct error *error);

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
};

/* Whether the file that @header is of has a field; older ones have fewer. */
#define header_has(header, field)					\
	((header)->header_size >= offsetof(struct taskmap_header, field) + \
				  sizeof((header)->field))

/*
 * How many bytes of a record before its ids come from the file. Fields beyond
 * that are zero, and not known.
 */
size_t snapshot_scalars(const struct taskmap_header *header);

void snapshot_free(struct snapshot *snap);

/* What of the system is looked at to find the module, or to say what ails it. */
struct source {
	const char *root;	/* put before the absolute paths; "" but in tests */
	const char *file;	/* of the module: "snapshot", "exact" or "events" */
	const char *wanted_by;	/* what a module without that file is too old for */
	long debugfs_magic;	/* statfs(2) f_type of a mounted debugfs */
};

/* The running system, walked through or in one instant. */
extern const struct source source_system, source_exact;

/* The bytes of a file, in memory that grows with them. */
struct buffer {
	unsigned char *bytes;
	size_t size;
	size_t room;
};

/**
 * source_read() - read a snapshot
 * @source: the system that one is taken of if @path is NULL
 * @path: the file to read; "-" is standard input
 * @snap: filled in, to be freed by snapshot_free()
 * @error: set if that fails
 *
 * Each record is judged when it arrives, and memory grows with what arrives: a
 * file that is not ours may have no end, and a header may promise anything.
 *
 * Return: 0 or -1.
 */
int source_read(const struct source *source, const char *path,
		struct snapshot *snap, struct error *error);

/* As source_read(), and as strict, but for the bytes of the file; to be freed. */
int source_copy(const struct source *source, const char *path,
		struct buffer *copy, struct error *error);

/**
 * snapshot_read() - what source_read() does with a file once it is open
 * @snap: filled in, to be freed by snapshot_free()
 * @file: read to its end
 * @name: what the file is called
 * @copy: gets the bytes of the file, unless it is NULL
 * @error: set if the file is not a snapshot that this reader can read
 *
 * Return: 0; -1 with @error set; or an errno, which is ENOMEM or why the file
 * cannot be read.
 */
int snapshot_read(struct snapshot *snap, FILE *file, const char *name,
		  struct buffer *copy, struct error *error);

#endif /* TASKMAP_CORE_SNAPSHOT_H */
