/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Common parts of snapshots and streams of events: an open file, the header and
 * the record. Used only in core/.
 */
#ifndef TASKMAP_CORE_FORMAT_H
#define TASKMAP_CORE_FORMAT_H

#include <limits.h>

#include "core/snapshot.h"

#define MIN(a, b)	((a) < (b) ? (a) : (b))

/* Size of the first header of format 1. Fields that were added later follow. */
#define FIRST_SIZE	(offsetof(struct taskmap_header, release) + \
			 TASKMAP_RELEASE_LEN)

/*
 * A file to read: a file of the module, a file of the user, or standard input.
 */
struct input {
	FILE *file;
	bool module;
	const char *name;	/* used in messages */
	char found[PATH_MAX];	/* name of the module's file */
};

/* Opens @path or, if that is NULL, the module's file. Returns 0 or -1. */
int input_open(struct input *input, const struct source *source,
	       const char *path, struct error *error);
void input_close(struct input *input);

/*
 * Sets @error to why reading @input failed with the errno @reason. Returns -1.
 */
int input_failed(const struct input *input, int reason, struct error *error);

/**
 * header_check() - validate the beginning of a file
 * @header: set to @bytes
 * @bytes: the first FIRST_SIZE bytes of the file, or all of them if it is shorter
 * @size: size of @bytes
 * @name: name of the file, for @error
 * @what: expected type of the file, for @error
 * @error: set if the header is not valid
 *
 * Return: 0 or -1.
 */
int header_check(struct taskmap_header *header, const unsigned char *bytes,
		 size_t size, const char *name, const char *what,
		 struct error *error);

/* Decodes @header from the header->header_size bytes at @bytes. */
void header_decode(struct taskmap_header *header, const unsigned char *bytes);

/*
 * Decodes a record. @h says where its parts are: another version of struct
 * taskmap_record may have written it.
 */
void record_decode(const unsigned char *raw, const struct taskmap_header *h,
		   struct taskmap_record *task);

/* Returns a description of the error in @task, or NULL if it is valid. */
const char *record_fault(const struct taskmap_record *task);

#endif /* TASKMAP_CORE_FORMAT_H */
