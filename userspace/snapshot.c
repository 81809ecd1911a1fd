// SPDX-License-Identifier: GPL-2.0-only
#include <byteswap.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

#define MIN(a, b)	((a) < (b) ? (a) : (b))

/* The header as it was at first; all that came later may be missing. */
#define HEADER_SIZE	(offsetof(struct taskmap_header, release) + \
			 TASKMAP_RELEASE_LEN)

/* What a record has before its ids in format 1; later fields follow these. */
#define FIXED_SIZE	(offsetof(struct taskmap_record, comm) + \
			 TASKMAP_COMM_LEN)

static int check_magic(const unsigned char *image, size_t size,
		       const char *name, struct error *error)
{
	uint64_t magic = TASKMAP_MAGIC;

	if (!size)
		return error_set(error, ERROR_EMPTY,
				 "%s: empty, not a taskmap snapshot", name);
	if (!memcmp(image, &magic, MIN(size, sizeof(magic))))
		return 0;
	magic = bswap_64(magic);
	if (size >= sizeof(magic) && !memcmp(image, &magic, sizeof(magic)))
		return error_set(error, ERROR_BYTE_ORDER,
				 "%s: made on a machine of the other byte order; read it there",
				 name);
	return error_set(error, ERROR_NOT_SNAPSHOT,
			 "%s: not a taskmap snapshot", name);
}

static int check_version(uint32_t version, const char *name,
			 struct error *error)
{
	if (version > TASKMAP_FORMAT)
		return error_set(error, ERROR_NEWER,
				 "%s: format %" PRIu32 " is newer than this taskmap knows (%d); update taskmap",
				 name, version, TASKMAP_FORMAT);
	if (version < TASKMAP_FORMAT)
		return error_set(error, ERROR_CORRUPT,
				 "%s: corrupt: there is no format %" PRIu32,
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

	if (h->header_size < HEADER_SIZE || h->header_size % 8)
		return "header size";
	if (h->record_size < FIXED_SIZE || h->record_size % 8)
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

int snapshot_measure(const unsigned char *image, size_t size, const char *name,
		     uint64_t *total, struct error *error)
{
	struct taskmap_header header = { 0 };
	const char *fault;

	if (check_magic(image, size, name, error))
		return -1;
	memcpy(&header, image, MIN(size, sizeof(header)));
	/* A newer format may have a shorter header, so look at this first. */
	if (size >= offsetof(struct taskmap_header, header_size) &&
	    check_version(header.version, name, error))
		return -1;
	if (size < HEADER_SIZE)
		return error_set(error, ERROR_TRUNCATED,
				 "%s: truncated: %zu bytes, of at least %zu",
				 name, size, HEADER_SIZE);
	fault = layout_fault(&header);
	if (fault)
		return error_set(error, ERROR_CORRUPT,
				 "%s: corrupt: wrong %s", name, fault);
	if (__builtin_mul_overflow(header.count, header.record_size, total) ||
	    __builtin_add_overflow(*total, header.header_size, total))
		return error_set(error, ERROR_CORRUPT,
				 "%s: corrupt: impossible count of %" PRIu64 " tasks",
				 name, (uint64_t)header.count);
	return 0;
}

static int check_length(size_t size, uint64_t total, const char *name,
			struct error *error)
{
	if (size < total)
		return error_set(error, ERROR_TRUNCATED,
				 "%s: truncated: %zu of %" PRIu64 " bytes",
				 name, size, total);
	if (size > total)
		return error_set(error, ERROR_TRAILING,
				 "%s: corrupt: more bytes follow the snapshot's %" PRIu64,
				 name, total);
	return 0;
}

static void decode_header(const unsigned char *image,
			  struct taskmap_header *header)
{
	uint32_t size = ((const struct taskmap_header *)image)->header_size;

	memset(header, 0, sizeof(*header));
	memcpy(header, image, MIN(size, sizeof(*header)));
	header->release[TASKMAP_RELEASE_LEN - 1] = '\0';
}

/* Finds the parts of a record by the header's word, not by the struct. */
static void decode_record(const unsigned char *raw,
			  const struct taskmap_header *h,
			  struct taskmap_record *task)
{
	size_t known = MIN(h->resource_count, (uint32_t)TASKMAP_RESOURCES);

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

static int decode_records(const unsigned char *image, const char *name,
			  struct snapshot *snap, struct error *error)
{
	const struct taskmap_header *h = &snap->header;
	const unsigned char *raw = image + h->header_size;
	int last_pid = 0;

	for (uint64_t i = 0; i < h->count; i++, raw += h->record_size) {
		const char *fault;

		decode_record(raw, h, &snap->tasks[i]);
		fault = record_fault(&snap->tasks[i], last_pid);
		if (fault)
			return error_set(error, ERROR_CORRUPT,
					 "%s: corrupt: record %" PRIu64 ": %s",
					 name, i, fault);
		last_pid = snap->tasks[i].pid;
	}
	/* Fits: the pids of all the records ascend and are ints. */
	snap->count = (unsigned int)h->count;
	return 0;
}

int snapshot_decode(unsigned char *image, size_t size, const char *name,
		    struct snapshot *snap, struct error *error)
{
	uint64_t total;

	memset(snap, 0, sizeof(*snap));
	if (snapshot_measure(image, size, name, &total, error) ||
	    check_length(size, total, name, error))
		return -1;
	decode_header(image, &snap->header);
	/* One more, for an empty snapshot to have an array too. */
	snap->tasks = calloc(snap->header.count + 1, sizeof(*snap->tasks));
	if (!snap->tasks)
		return error_set(error, ERROR_NO_MEMORY, "%s: not enough memory",
				 name);
	if (decode_records(image, name, snap, error)) {
		snapshot_free(snap);
		return -1;
	}
	snap->image = image;
	snap->size = size;
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
	free(snap->image);
	memset(snap, 0, sizeof(*snap));
}
