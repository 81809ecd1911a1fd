// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <byteswap.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/format.h"
#include "core/resources.h"

/* Bytes to read at once: several records of the largest size. */
#define CHUNK		65536

/*
 * Size of the first fields of a record in format 1. The ids and fields that
 * were added later follow.
 */
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

/* The state of reading a file into @snap. */
struct reading {
	FILE *file;
	struct buffer *copy;	/* set to the bytes of the file, unless it is NULL */
	const char *name;
	struct snapshot *snap;
	struct error *error;
	uint64_t position;
	int last_pid;
};

static int append(struct buffer *copy, const unsigned char *bytes, size_t size)
{
	size_t capacity = copy->capacity ? copy->capacity : CHUNK;
	unsigned char *all = copy->bytes;

	while (capacity < copy->size + size)
		capacity *= 2;
	if (capacity != copy->capacity)
		all = realloc(all, capacity);
	if (!all)
		return ENOMEM;
	memcpy(all + copy->size, bytes, size);
	*copy = (struct buffer){ all, copy->size + size, capacity };
	return 0;
}

/* Reads @size bytes, or fewer if the file ends. Returns 0 or an errno. */
static int read_some(struct reading *reading, unsigned char *bytes, size_t size)
{
	size_t got = fread(bytes, 1, size, reading->file);

	if (ferror(reading->file))
		return errno;
	reading->position += got;
	return reading->copy ? append(reading->copy, bytes, got) : 0;
}

/* Reads @size bytes. If the file ends before, it is truncated. */
static int read_all(struct reading *reading, unsigned char *bytes, size_t size)
{
	const struct taskmap_header *header = &reading->snap->header;
	uint64_t end = reading->position + size, whole;
	int ret = read_some(reading, bytes, size);

	if (ret || reading->position == end)
		return ret;
	whole = header->header_size + header->count * header->record_size;
	return error_set(reading->error, "%s: truncated: %" PRIu64 " of %" PRIu64 " bytes",
			 reading->name, reading->position, whole);
}

static int check_magic(const unsigned char *image, size_t size,
		       const char *name, const char *what, struct error *error)
{
	uint64_t magic = TASKMAP_MAGIC;

	if (!size)
		return error_set(error, "%s: empty, not a taskmap %s", name,
				 what);
	if (!memcmp(image, &magic, MIN(size, sizeof(magic))))
		return 0;
	magic = bswap_64(magic);
	if (size >= sizeof(magic) && !memcmp(image, &magic, sizeof(magic)))
		return error_set(error, "%s: written on a machine with the other byte order: read it there",
				 name);
	return error_set(error, "%s: not a taskmap %s", name, what);
}

static int check_version(uint32_t version, const char *name,
			 struct error *error)
{
	if (version > TASKMAP_FORMAT)
		return error_set(error, "%s: format %" PRIu32 " is newer than this taskmap (%d): update taskmap",
				 name, version, TASKMAP_FORMAT);
	if (version < TASKMAP_FORMAT)
		return error_set(error, "%s: corrupt: unknown format %" PRIu32,
				 name, version);
	return 0;
}

/* Whether [offset, offset + bytes) lies within a record, after its fixed part. */
static bool inside(const struct taskmap_header *h, uint64_t offset,
		   uint64_t bytes)
{
	return offset >= FIXED_SIZE && offset + bytes <= h->record_size;
}

/* Describes the error in the sizes and offsets of @h, or returns NULL. */
static const char *layout_fault(const struct taskmap_header *h)
{
	uint64_t ids_end, refs_end;

	if (h->header_size < FIRST_SIZE || h->header_size % 8 ||
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

int header_check(struct taskmap_header *header, const unsigned char *bytes,
		 size_t size, const char *name, const char *what,
		 struct error *error)
{
	const char *fault;

	if (check_magic(bytes, size, name, what, error))
		return -1;
	memcpy(header, bytes, size);
	/* A newer format may have a shorter header, so look at this first. */
	if (size >= offsetof(struct taskmap_header, header_size) &&
	    check_version(header->version, name, error))
		return -1;
	if (size < FIRST_SIZE)
		return error_set(error, "%s: truncated: %zu bytes of at least %zu",
				 name, size, FIRST_SIZE);
	fault = layout_fault(header);
	if (fault)
		return error_set(error, "%s: corrupt: wrong %s", name, fault);
	if (header->count > SNAPSHOT_MOST_TASKS)
		return error_set(error, "%s: corrupt: impossible number of tasks: %" PRIu64,
				 name, (uint64_t)header->count);
	return 0;
}

void header_decode(struct taskmap_header *header, const unsigned char *bytes)
{
	memcpy(header, bytes, MIN(header->header_size, sizeof(*header)));
	header->release[TASKMAP_RELEASE_LEN - 1] = '\0';
	header->node[TASKMAP_NODE_LEN - 1] = '\0';
	if (!header_has(header, resources))
		header->resources = ALL_RESOURCES;
	if (header->resource_count < TASKMAP_RESOURCES)
		header->resources &= BIT(header->resource_count) - 1;
}

/* The part that contains the sizes comes first, then as much as they say. */
static int read_header(struct reading *reading)
{
	struct taskmap_header *header = &reading->snap->header;
	unsigned char bytes[SNAPSHOT_MOST_BYTES];
	int ret = read_some(reading, bytes, FIRST_SIZE);

	if (!ret)
		ret = header_check(header, bytes, (size_t)reading->position,
				   reading->name, "snapshot", reading->error);
	if (!ret)
		ret = read_all(reading, bytes + FIRST_SIZE,
			       header->header_size - FIRST_SIZE);
	if (ret)
		return ret;
	header_decode(header, bytes);
	if (header->flags & TASKMAP_EVENTS)
		return error_set(reading->error, "%s: a stream of events and not a snapshot: show it with \"taskmap watch --input\"",
				 reading->name);
	return 0;
}

size_t snapshot_scalars(const struct taskmap_header *header)
{
	size_t end = MIN(header->ids_offset, header->refs_offset);

	return MIN(end, offsetof(struct taskmap_record, ids));
}

void record_decode(const unsigned char *raw, const struct taskmap_header *h,
		   struct taskmap_record *task)
{
	size_t known = MIN(h->resource_count, (uint32_t)TASKMAP_RESOURCES);

	memset(task, 0, sizeof(*task));
	memcpy(task, raw, snapshot_scalars(h));
	memcpy(task->ids, raw + h->ids_offset, known * sizeof(task->ids[0]));
	memcpy(task->refs, raw + h->refs_offset, known * sizeof(task->refs[0]));
	task->comm[TASKMAP_COMM_LEN - 1] = '\0';
	task->unknown &= ALL_RESOURCES;
	for_each_resource_in(task->unknown, r)
		task->ids[r] = 0;
}

const char *record_fault(const struct taskmap_record *task)
{
	if (task->pid <= 0)
		return "pid is not positive";
	if (task->tgid <= 0)
		return "tgid is not positive";
	if (task->ppid < 0)
		return "ppid is negative";
	return NULL;
}

/* Doubles the capacity for records if all of it is used. */
static int grow(struct snapshot *snap)
{
	uint64_t capacity = snap->count ? 2 * (uint64_t)snap->count : 1;
	struct taskmap_record *tasks;

	if (snap->count & (snap->count - 1))
		return 0;
	/*
	 * Never more than the file needs, so that sanitizers detect overruns.
	 */
	if (capacity > snap->header.count && snap->header.count)
		capacity = snap->header.count;
	tasks = reallocarray(snap->tasks, capacity, sizeof(*tasks));
	if (!tasks)
		return ENOMEM;
	snap->tasks = tasks;
	return 0;
}

static int add_record(struct reading *reading, const unsigned char *raw)
{
	struct snapshot *snap = reading->snap;
	struct taskmap_record task;
	const char *fault;

	record_decode(raw, &snap->header, &task);
	fault = record_fault(&task);
	if (!fault && task.pid <= reading->last_pid)
		fault = "pids do not ascend";
	if (fault)
		return error_set(reading->error, "%s: corrupt: record %u: %s",
				 reading->name, snap->count, fault);
	reading->last_pid = task.pid;
	/* The caller of source_copy() does not want the records. */
	if (!reading->copy) {
		if (grow(snap))
			return ENOMEM;
		snap->tasks[snap->count] = task;
	}
	snap->count++;
	return 0;
}

/* Each chunk is validated before the next is read: the file may be endless. */
static int read_records(struct reading *reading)
{
	const struct taskmap_header *header = &reading->snap->header;
	unsigned char chunk[CHUNK];
	/* Even an empty snapshot has an array, so NULL is a failure. */
	int ret = reading->copy ? 0 : grow(reading->snap);

	for (uint64_t left = header->count; !ret && left;) {
		size_t size = header->record_size;
		size_t records = MIN(left, sizeof(chunk) / size);

		ret = read_all(reading, chunk, records * size);
		for (size_t i = 0; !ret && i < records; i++)
			ret = add_record(reading, chunk + i * size);
		left -= records;
	}
	return ret;
}

/* Checks that the file ends with the snapshot. */
static int read_end(struct reading *reading)
{
	uint64_t end = reading->position;
	unsigned char byte;
	int ret = read_some(reading, &byte, 1);

	if (ret || reading->position == end)
		return ret;
	return error_set(reading->error, "%s: corrupt: more bytes follow the snapshot's %" PRIu64,
			 reading->name, end);
}

int snapshot_read(struct snapshot *snap, FILE *file, const char *name,
		  struct buffer *copy, struct error *error)
{
	struct reading reading = {
		.file = file, .copy = copy, .name = name,
		.snap = snap, .error = error,
	};
	int ret;

	*snap = (struct snapshot){ 0 };
	ret = read_header(&reading);
	if (!ret)
		ret = read_records(&reading);
	if (!ret)
		ret = read_end(&reading);
	if (ret)
		snapshot_free(snap);
	return ret;
}

void snapshot_free(struct snapshot *snap)
{
	free(snap->tasks);
	memset(snap, 0, sizeof(*snap));
}

