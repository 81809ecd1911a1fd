/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Reading and validating snapshots. The rest of the reader may trust the
 * result. module/uapi/taskmap.h describes the format.
 *
 * Nothing in core/ prints or exits. Functions that fail set a struct error or
 * return a negative errno.
 */
#ifndef TASKMAP_CORE_SNAPSHOT_H
#define TASKMAP_CORE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "uapi/taskmap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* PID_MAX_LIMIT (include/linux/threads.h): no kernel has more tasks. */
#define SNAPSHOT_MOST_TASKS	4194304

/* Maximum size of a header, and of a record. */
#define SNAPSHOT_MOST_BYTES	4096

/* One line: the problem, then the remedy. */
struct error {
	char *text;	/* allocated; NULL if there was no memory for it */
};

/* Sets @error, which must be empty. Returns -1. */
int error_set(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sets @error to "not enough memory". Returns -1. */
int error_no_memory(struct error *error);

/*
 * A complete and valid snapshot. The header and the records have the layout that
 * this reader was built with, whatever the layout in the file; fields that the
 * file does not have are zero. Pids are positive and ascending, tgids are positive,
 * ppids are not negative, and strings are terminated by NUL.
 */
struct snapshot {
	struct taskmap_header header;
	struct taskmap_record *tasks;
	unsigned int count;
};

/* Whether the file has this field of the header. Older files have fewer. */
#define header_has(header, field)					\
	((header)->header_size >= offsetof(struct taskmap_header, field) + \
				  sizeof((header)->field))

/*
 * Number of bytes before the ids of a record that come from the file. Fields
 * behind these are zero because the file does not have them.
 */
size_t snapshot_scalars(const struct taskmap_header *header);

void snapshot_free(struct snapshot *snap);

/*
 * Where to find the module, and what to inspect if that fails. Tests replace
 * it.
 */
struct source {
	const char *root;	/* prefix of all absolute paths; "" outside of tests */
	const char *file;	/* name of the module's file: "snapshot", "exact" or "events" */
	const char *wanted_by;	/* names the feature if the module is too old for it */
	long debugfs_magic;	/* f_type of debugfs in statfs(2) */
	bool proc;		/* use /proc and kcmp(2) instead of the module */
};

/* Snapshots of the running system: taken task by task, or at one instant. */
extern const struct source source_system, source_exact;

/* A snapshot without the module. */
extern const struct source source_proc;

/* The contents of a file. */
struct buffer {
	unsigned char *bytes;
	size_t size;
	size_t capacity;
};

/**
 * source_read() - read a snapshot
 * @source: the system to take a snapshot of if @path is NULL
 * @path: the file to read; "-" is standard input
 * @snap: the snapshot; free it with snapshot_free()
 * @error: set on failure
 *
 * Records are validated as they arrive, and memory is allocated only for those
 * that have arrived: the file may be endless, and its header may lie about the
 * number of records.
 *
 * Return: 0 or -1.
 */
int source_read(const struct source *source, const char *path,
		struct snapshot *snap, struct error *error);

/*
 * Like source_read(), with the same checks, but returns the bytes of the file
 * in @copy. The caller frees copy->bytes.
 */
int source_copy(const struct source *source, const char *path,
		struct buffer *copy, struct error *error);

/**
 * snapshot_read() - read a snapshot from an open file
 * @snap: the snapshot; free it with snapshot_free()
 * @file: read to its end
 * @name: name of the file, for @error
 * @copy: set to the bytes of the file, unless it is NULL
 * @error: set if the file is not a valid snapshot
 *
 * Return: 0; -1 if @error is set; or a positive errno: ENOMEM, or the reason why
 * the file cannot be read.
 */
int snapshot_read(struct snapshot *snap, FILE *file, const char *name,
		  struct buffer *copy, struct error *error);

#endif /* TASKMAP_CORE_SNAPSHOT_H */
