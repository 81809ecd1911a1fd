/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What snapshots and streams of events have in common: an open file, the header,
 * and the record. For core/ only.
 */
#ifndef TASKMAP_CORE_FORMAT_H
#define TASKMAP_CORE_FORMAT_H

#include <limits.h>

#include "core/snapshot.h"

#define MIN(a, b)	((a) < (b) ? (a) : (b))

/* What a header has in format 1; later fields follow these. */
#define FIRST_SIZE	(offsetof(struct taskmap_header, release) + \
			 TASKMAP_RELEASE_LEN)

/* A file that is read: one of the module, one of the user, or standard input. */
struct input {
	FILE *file;
	bool module;
	const char *name;	/* in messages */
	char found[PATH_MAX];	/* room for it */
};

/* Opens @path, or if that is NULL the file of the module. Returns 0 or -1. */
int input_open(struct input *input, const struct source *source,
	       const char *path, struct error *error);
void input_close(struct input *input);

/* Explains in @error why @input cannot be read, an errno. Returns -1. */
int input_failed(const struct input *input, int reason, struct error *error);

/**
 * header_check() - judge the beginning of a file
 * @header: set to @bytes
 * @bytes: the first FIRST_SIZE bytes of the file, or all it has
 * @size: how many these are
 * @name: what the file is called
 * @what: what it should be
 * @error: set if it is not
 *
 * Return: 0 or -1.
 */
int header_check(struct taskmap_header *header, const unsigned char *bytes,
		 size_t size, const char *name, const char *what,
		 struct error *error);

/* Fills in @header from @bytes, which are header->header_size. */
void header_decode(struct taskmap_header *header, const unsigned char *bytes);

/* Finds the parts of a record by the header's word, not by the struct. */
void record_decode(const unsigned char *raw, const struct taskmap_header *h,
		   struct taskmap_record *task);

/* What is wrong with @task, NULL if nothing is. */
const char *record_fault(const struct taskmap_record *task);

#endif /* TASKMAP_CORE_FORMAT_H */
