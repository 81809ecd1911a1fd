// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Mutates snapshots. Random bytes rarely get past the checks of the header, so
 * most mutations repair the header afterwards. Others change tasks: they add or
 * remove one, or give an object or a pid of one task to another.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/taskmap.h"

size_t LLVMFuzzerMutate(unsigned char *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(unsigned char *data, size_t size, size_t max,
			       unsigned int seed);

#define FIXED_SIZE	(offsetof(struct taskmap_record, comm) + \
			 TASKMAP_COMM_LEN)

struct image {
	unsigned char *data;
	size_t size;
	size_t max;
	struct taskmap_header header;
	unsigned int seed;
};

static unsigned int pick(struct image *image, unsigned int below)
{
	return (unsigned int)rand_r(&image->seed) % below;
}

static unsigned char *record_at(const struct image *image, size_t index)
{
	return image->data + image->header.header_size +
	       index * image->header.record_size;
}

static int get_int(const unsigned char *at)
{
	int value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static void put_int(unsigned char *at, int value)
{
	memcpy(at, &value, sizeof(value));
}

static bool sound_layout(const struct image *image)
{
	const struct taskmap_header *h = &image->header;
	uint64_t ids_end = h->ids_offset + (uint64_t)h->resource_count * 8;

	return h->header_size >= sizeof(*h) && h->header_size % 8 == 0 &&
	       h->header_size <= image->size &&
	       h->record_size % 8 == 0 && h->record_size <= 1024 &&
	       h->resource_count <= 64 && h->ids_offset % 8 == 0 &&
	       h->ids_offset >= FIXED_SIZE && h->refs_offset == ids_end &&
	       ids_end + h->resource_count * 4 <= h->record_size;
}

/* Repairs the layout, so that records have the number of resources in the header. */
static void mend_layout(struct image *image)
{
	struct taskmap_header *h = &image->header;

	if (sound_layout(image))
		return;
	h->header_size = sizeof(*h) + pick(image, 2) * 8;
	if (h->header_size > image->size)
		h->header_size = sizeof(*h);
	h->resource_count %= TASKMAP_RESOURCES + 3;
	h->ids_offset = pick(image, 2) ? FIXED_SIZE + pick(image, 2) * 8 :
					 offsetof(struct taskmap_record, ids);
	h->refs_offset = h->ids_offset + h->resource_count * 8;
	h->record_size = (h->refs_offset + h->resource_count * 4 + 7) & ~7U;
}

static void mend_records(struct image *image)
{
	int last = 0;

	for (size_t i = 0; i < image->header.count; i++) {
		unsigned char *raw = record_at(image, i);
		unsigned char *pid = raw + offsetof(struct taskmap_record, pid);
		unsigned char *tgid = raw + offsetof(struct taskmap_record, tgid);
		unsigned char *ppid = raw + offsetof(struct taskmap_record, ppid);

		if (get_int(pid) <= last && last < INT32_MAX)
			put_int(pid, last + 1);
		if (get_int(tgid) <= 0)
			put_int(tgid, get_int(pid));
		if (get_int(ppid) < 0)
			put_int(ppid, 0);
		last = get_int(pid);
	}
}

/* Makes a snapshot of any bytes. There must be space for a header. */
static void mend(struct image *image)
{
	struct taskmap_header *h = &image->header;

	if (image->size < sizeof(*h)) {
		memset(image->data + image->size, 0, sizeof(*h) - image->size);
		image->size = sizeof(*h);
	}
	memcpy(h, image->data, sizeof(*h));
	h->magic = TASKMAP_MAGIC;
	h->version = TASKMAP_FORMAT;
	mend_layout(image);
	h->count = (image->size - h->header_size) / h->record_size;
	image->size = h->header_size + h->count * h->record_size;
	memcpy(image->data, h, sizeof(*h));
	mend_records(image);
}

static void add_record(struct image *image)
{
	size_t bytes = image->header.record_size;
	unsigned char *end = image->data + image->size;

	if (image->size + bytes > image->max)
		return;
	if (image->header.count)
		memcpy(end, record_at(image, pick(image, image->header.count)),
		       bytes);
	else
		memset(end, 0, bytes);
	image->size += bytes;
}

static void remove_record(struct image *image)
{
	size_t bytes = image->header.record_size;
	unsigned char *at = record_at(image, pick(image, image->header.count));

	memmove(at, at + bytes, image->data + image->size - (at + bytes));
	image->size -= bytes;
}

/* Gives an object of one task, or no object, to another task. */
static void share(struct image *image, unsigned char *from, unsigned char *to)
{
	size_t at;

	if (!image->header.resource_count)
		return;
	at = image->header.ids_offset +
	     pick(image, image->header.resource_count) * 8;
	if (pick(image, 4))
		memcpy(to + at, from + at, 8);
	else
		memset(to + at, 0, 8);
}

/* Makes one task the leader, the parent or another relative of another. */
static void relate(struct image *image, unsigned char *from, unsigned char *to)
{
	static const size_t pids[] = {
		offsetof(struct taskmap_record, pid),
		offsetof(struct taskmap_record, tgid),
		offsetof(struct taskmap_record, ppid),
	};

	memcpy(to + pids[1 + pick(image, 2)], from + pids[pick(image, 3)], 4);
}

/* Gives a task a name that needs escaping or quoting. */
static void change_name(struct image *image, unsigned char *to)
{
	static const char names[][TASKMAP_COMM_LEN + 1] = {
		"", " ", "a  b ", "\"'`$", "a\\b", "\t\n\r", "\033[2J", "\177",
		"caf\303\251", "\302\205", "\342\200\256", "\377\376", "\303",
		"sixteen bytes so",
	};

	memcpy(to + offsetof(struct taskmap_record, comm),
	       names[pick(image, sizeof(names) / sizeof(*names))],
	       TASKMAP_COMM_LEN);
}

static void change_look(struct image *image, unsigned char *to)
{
	static const char states[] = "RSDTtXZPI";

	to[offsetof(struct taskmap_record, kind)] =
		(unsigned char)pick(image, TASKMAP_KTHREAD + 2);
	to[offsetof(struct taskmap_record, state)] =
		(unsigned char)states[pick(image, sizeof(states))];
	to[offsetof(struct taskmap_record, marks)] =
		(unsigned char)pick(image, 3);
}

static void change_tasks(struct image *image)
{
	unsigned char *from, *to;

	if (!image->header.count) {
		add_record(image);
		return;
	}
	from = record_at(image, pick(image, image->header.count));
	to = record_at(image, pick(image, image->header.count));
	switch (pick(image, 7)) {
	case 0:
		add_record(image);
		break;
	case 1:
		remove_record(image);
		break;
	case 2:
		change_look(image, to);
		break;
	case 3:
		relate(image, from, to);
		break;
	case 4:
		change_name(image, to);
		break;
	default:
		share(image, from, to);
	}
}

/* Changes the header slightly, so that a record ends too late. */
static void nudge_header(struct image *image)
{
	static const size_t fields[] = {
		offsetof(struct taskmap_header, header_size),
		offsetof(struct taskmap_header, record_size),
		offsetof(struct taskmap_header, count),
		offsetof(struct taskmap_header, resource_count),
		offsetof(struct taskmap_header, ids_offset),
		offsetof(struct taskmap_header, refs_offset),
	};
	static const int steps[] = { -8, -4, -1, 1, 4, 8 };
	unsigned char *at = image->data +
			    fields[pick(image, sizeof(fields) / sizeof(*fields))];

	put_int(at, get_int(at) +
		    steps[pick(image, sizeof(steps) / sizeof(*steps))]);
}

size_t LLVMFuzzerCustomMutator(unsigned char *data, size_t size, size_t max,
			       unsigned int seed)
{
	struct image image = {
		.data = data, .size = size, .max = max, .seed = seed,
	};

	if (max < sizeof(struct taskmap_header) || !pick(&image, 8))
		return LLVMFuzzerMutate(data, size, max);
	if (pick(&image, 2)) {
		mend(&image);
		for (unsigned int n = 1 + pick(&image, 3); n; n--) {
			change_tasks(&image);
			mend(&image);
		}
	} else {
		image.size = LLVMFuzzerMutate(data, size, max);
		mend(&image);
	}
	if (!pick(&image, 8))
		nudge_header(&image);
	return image.size;
}
