/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Where snapshots come from: the only place that opens and reads.
 */
#ifndef TASKMAP_SOURCE_H
#define TASKMAP_SOURCE_H

#include "error.h"
#include "snapshot.h"

/* What of the system is looked at to find the module, or to say what ails it. */
struct source {
	const char *root;	/* put before the absolute paths; "" but in tests */
	const char *file;	/* of the module: "snapshot" or "exact" */
	long debugfs_magic;	/* statfs(2) f_type of a mounted debugfs */
};

/* The running system, walked through or in one instant. */
extern const struct source source_system, source_exact;

/* Bytes that were read, in memory that grows with them. */
struct buffer {
	unsigned char *bytes;
	size_t size;
	size_t room;
};

/*
 * Reads the snapshot @path ("-" is standard input), or takes one of the
 * running system if that is NULL. Fills @snap, or returns -1 with @error set.
 */
int source_read(const struct source *source, const char *path,
		struct snapshot *snap, struct error *error);

/*
 * As source_read(), and as strict, but what @copy is filled with are the bytes
 * of the file, to be freed.
 */
int source_copy(const struct source *source, const char *path,
		struct buffer *copy, struct error *error);

#endif /* TASKMAP_SOURCE_H */
