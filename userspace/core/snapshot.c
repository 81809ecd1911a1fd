// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <byteswap.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/snapshot.h"

#define MIN(a, b)	((a) < (b) ? (a) : (b))

/* What a record has before its ids in format 1; later fields follow these. */
#define FIXED_SIZE	(offsetof(struct taskmap_record, comm) + \
			 TASKMAP_COMM_LEN)

int error_set(struct error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(&error->text, format, args) < 0)
		error->text = NULL;
	va_end(args);
	return -1;
}

int error_no_memory(struct error *error)
{
	return error_set(error, "not enough memory");
}

static int check_magic(const unsigned char *image, size_t size,
		       const char *name, struct error *error)
{
	uint64_t magic = TASKMAP_MAGIC;

	if (!size)
		return error_set(error, "%s: empty, not a taskmap snapshot", name);
	if (!memcmp(image, &magic, MIN(size, sizeof(magic))))
		return 0;
	magic = bswap_64(magic);
	if (size >= sizeof(magic) && !memcmp(image, &magic, sizeof(magic)))
		return error_set(error, "%s: made on a machine of the other byte order; read it there",
				 name);
	return error_set(error, "%s: not a taskmap snapshot", name);
}

static int check_version(uint32_t version, const char *name,
			 struct error *error)
{
	if (version > TASKMAP_FORMAT)
		return error_set(error, "%s: format %" PRIu32 " is newer than this taskmap knows (%d); update taskmap",
				 name, version, TASKMAP_FORMAT);
	if (version < TASKMAP_FORMAT)
		return error_set(error, "%s: corrupt: there is no format %" PRIu32,
				 name, version);
	return 0;
}

/* Whether [offset, offset + bytes) lies within a record, after its fixed part. */
static bool inside(const struct taskmap_header *h, uint64_t offset,
		   uint64_t bytes)
{
	return offset >= FIXED_SIZE && offset + bytes <= h->record_size;
}

/* What is wrong with the sizes and offsets in @h, NULL if nothing is. */
static const char *layout_fault(const struct taskmap_header *h)
{
	uint64_t ids_end, refs_end;

	if (h->header_size < SNAPSHOT_HEADER || h->header_size % 8 ||
	    h->header_size > SNAPSHOT_MOST_BYTES)
		return "header size";
	if (h->record_size < FIXED_SIZE || h->record_size % 8 ||
	    h->record_size > SNAPSHOT_MOST_BYTES)
		return "record size";
	ids_end = h->ids_offset + (uint64_t)h->resource_count * 8;
	refs_end = h->refs_offset + (uint64_t)h->resource_count * 4;
	if (h->ids_offset % 8 || !inside(h, h->ids_offset, ids_end - h->ids_offset))
		return "offset of the ids";
	if (h->refs_offset % 4 || !inside(h, h->refs_offset, refs_end - h->refs_offset))
		return "offset of the refs";
	if (ids_end > h->refs_offset && refs_end > h->ids_offset)
		return "offsets of ids and refs, which overlap";
	return NULL;
}

int snapshot_measure(struct snapshot *snap, const unsigned char *bytes,
		     size_t size, const char *name, struct error *error)
{
	struct taskmap_header *header = &snap->header;
	const char *fault;

	if (check_magic(bytes, size, name, error))
		return -1;
	memcpy(header, bytes, MIN(size, SNAPSHOT_HEADER));
	/* A newer format may have a shorter header, so look at this first. */
	if (size >= offsetof(struct taskmap_header, header_size) &&
	    check_version(header->version, name, error))
		return -1;
	if (size < SNAPSHOT_HEADER)
		return error_set(error, "%s: truncated: %zu bytes, of at least %zu",
				 name, size, SNAPSHOT_HEADER);
	fault = layout_fault(header);
	if (fault)
		return error_set(error, "%s: corrupt: wrong %s", name, fault);
	if (header->count > SNAPSHOT_MOST_TASKS)
		return error_set(error, "%s: corrupt: impossible count of %" PRIu64 " tasks",
				 name, (uint64_t)header->count);
	return 0;
}

void snapshot_begin(struct snapshot *snap, const unsigned char *bytes)
{
	struct taskmap_header *header = &snap->header;

	memcpy(header, bytes, MIN(header->header_size, sizeof(*header)));
	header->release[TASKMAP_RELEASE_LEN - 1] = '\0';
}

uint64_t snapshot_size(const struct snapshot *snap)
{
	const struct taskmap_header *h = &snap->header;

	return h->header_size + h->count * h->record_size;
}

int snapshot_reserve(struct snapshot *snap, unsigned int records)
{
	uint64_t room = snap->room ? snap->room : 1;
	struct taskmap_record *tasks;

	if (snap->tasks && snap->count + records <= snap->room)
		return 0;
	while (room < snap->count + records)
		room *= 2;
	/* In the end just as many as there are, for sanitizers to see more. */
	if (room > snap->header.count && snap->header.count)
		room = snap->header.count;
	tasks = reallocarray(snap->tasks, room, sizeof(*tasks));
	if (!tasks)
		return -ENOMEM;
	snap->tasks = tasks;
	snap->room = (unsigned int)room;
	return 0;
}

/* Finds the parts of a record by the header's word, not by the struct. */
static void decode_record(const unsigned char *raw,
			  const struct taskmap_header *h,
			  struct taskmap_record *task)
{
	size_t known = MIN(h->resource_count, (uint32_t)TASKMAP_RESOURCES);

	memset(task, 0, sizeof(*task));
	memcpy(task, raw, FIXED_SIZE);
	memcpy(task->ids, raw + h->ids_offset, known * sizeof(task->ids[0]));
	memcpy(task->refs, raw + h->refs_offset, known * sizeof(task->refs[0]));
	task->comm[TASKMAP_COMM_LEN - 1] = '\0';
}

/* What is wrong with @task that comes after @last_pid, NULL if nothing is. */
static const char *record_fault(const struct taskmap_record *task, int last_pid)
{
	if (task->pid <= 0)
		return "pid is not positive";
	if (task->pid <= last_pid)
		return "pids do not ascend";
	if (task->tgid <= 0)
		return "tgid is not positive";
	if (task->ppid < 0)
		return "ppid is negative";
	return NULL;
}

int snapshot_add(struct snapshot *snap, const unsigned char *raw,
		 unsigned int records, const char *name, struct error *error)
{
	for (; records; records--, raw += snap->header.record_size) {
		struct taskmap_record task;
		const char *fault;

		decode_record(raw, &snap->header, &task);
		fault = record_fault(&task, snap->last_pid);
		if (fault)
			return error_set(error, "%s: corrupt: record %u: %s",
					 name, snap->count, fault);
		snap->last_pid = task.pid;
		if (snap->tasks)
			snap->tasks[snap->count] = task;
		snap->count++;
	}
	return 0;
}

bool snapshot_tells_pause(const struct taskmap_header *header)
{
	return header->header_size >=
	       offsetof(struct taskmap_header, pause_ns) +
	       sizeof(header->pause_ns);
}

void snapshot_free(struct snapshot *snap)
{
	free(snap->tasks);
	memset(snap, 0, sizeof(*snap));
}

