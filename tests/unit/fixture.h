/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Invented snapshots. Rows are records; each test changes those that it tests.
 */
#ifndef TASKMAP_FIXTURE_H
#define TASKMAP_FIXTURE_H

#include "core/model.h"
#include "test.h"
#include "util.h"

#define FIXTURE_FINGERPRINT	0x0123456789abcdefULL
#define FIXTURE_PAUSE		4711

/* The sizes and offsets of a file; members that are 0 mean those of uapi/taskmap.h. */
struct shape {
	uint32_t header_size;
	uint32_t record_size;
	uint32_t resource_count;
	uint32_t ids_offset;
	uint32_t refs_offset;
	bool exact;	/* one instant instead of a walk */
	uint32_t flags;	/* other flags of the header; births are not recorded then */
};

/* The shape of a module without births, and with only nineteen resources. */
extern const struct shape fixture_older;

/* An image of @rows in @shape (NULL: the current one). The caller frees it. */
unsigned char *fixture_image(const struct taskmap_record *rows, size_t count,
			     const struct shape *shape, size_t *size);

/* A process with its own objects, in the namespaces of the system. */
struct taskmap_record process(int pid, int ppid, const char *comm);
/* A thread that shares all objects of @leader. */
struct taskmap_record thread(const struct taskmap_record *leader, int pid);
/* A kernel thread: no mm, and the files and fs that all kernel threads share. */
struct taskmap_record kthread(int pid, const char *comm);
/* @task as a zombie, without the objects that zombies have released. */
struct taskmap_record zombie(struct taskmap_record task);

/* Tasks of every kind; the rows of the golden outputs. */
extern const size_t fixture_system_count;
struct taskmap_record *fixture_system(void);

/* Tasks with births of every kind; all except the first two were created since load. */
extern const size_t fixture_births_count;
struct taskmap_record *fixture_births(void);

/* Calls source_read() for a file with @image. */
int fixture_read(const unsigned char *image, size_t size, struct snapshot *snap,
		 struct error *error);

/* The decoded snapshot of @rows. */
struct snapshot fixture_snapshot(const struct taskmap_record *rows,
				 size_t count);
/* The decoded snapshot of @rows in a file of @shape. */
struct snapshot fixture_snapshot_of(const struct taskmap_record *rows,
				    size_t count, const struct shape *shape);

/* A snapshot and its model, in which all objects have numbers and groups. */
struct fixture {
	struct snapshot snap;
	struct model model;
};

void fixture_init(struct fixture *fixture, const struct taskmap_record *rows,
		  size_t count);
void fixture_free(struct fixture *fixture);

/* A temporary directory and files in it. The caller frees all paths. */
char *fixture_dir(void);
char *fixture_file(const char *dir, const char *name, const void *bytes,
		   size_t size);
char *fixture_image_file(const char *dir, const char *name,
			 const struct taskmap_record *rows, size_t count,
			 const struct shape *shape);
void fixture_remove(char *dir);

/* Makes /proc of the root @dir say that the reader is in this pid namespace. */
void fixture_place(const char *dir, uint32_t pid_ns);

#endif /* TASKMAP_FIXTURE_H */
