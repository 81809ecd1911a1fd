/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Invented streams of events.
 */
#ifndef TASKMAP_UNIT_STREAM_H
#define TASKMAP_UNIT_STREAM_H

#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define STREAM_START	1000000000ULL

/* The sizes of a stream; members that are 0 mean those of uapi/taskmap.h. */
struct stream_shape {
	uint32_t header_size;
	uint32_t event_size;
	uint32_t event_record;
	uint32_t record_size;
};

#define SIZE_OR(value, otherwise)	((value) ? (value) : (uint32_t)(otherwise))

static inline struct stream_shape stream_shape(const struct stream_shape *wanted)
{
	static const struct stream_shape ours;
	struct stream_shape shape = wanted ? *wanted : ours;

	shape.header_size = SIZE_OR(shape.header_size,
				    sizeof(struct taskmap_header));
	shape.record_size = SIZE_OR(shape.record_size,
				    sizeof(struct taskmap_record));
	shape.event_record = SIZE_OR(shape.event_record,
				     offsetof(struct taskmap_event, record));
	shape.event_size = SIZE_OR(shape.event_size,
				   shape.event_record + shape.record_size);
	return shape;
}

/*
 * The stream of @events, which the caller frees. An event without a time is one
 * millisecond after the event before it. Padding is filled, so that code which
 * reads it fails.
 */
static inline unsigned char *stream_image(const struct taskmap_event *events,
					  size_t count,
					  const struct stream_shape *wanted,
					  size_t *size)
{
	const struct stream_shape shape = stream_shape(wanted);
	const struct taskmap_header header = {
		.magic = TASKMAP_MAGIC,
		.version = TASKMAP_FORMAT,
		.header_size = shape.header_size,
		.record_size = shape.record_size,
		.flags = TASKMAP_WALKED | TASKMAP_EVENTS,
		.resource_count = TASKMAP_RESOURCES,
		.ids_offset = offsetof(struct taskmap_record, ids),
		.refs_offset = offsetof(struct taskmap_record, refs),
		.fingerprint = FIXTURE_FINGERPRINT,
		.start_ns = STREAM_START,
		.end_ns = STREAM_START,
		.release = "6.1.0-56-amd64",
		.resources = ALL_RESOURCES,
		.event_size = shape.event_size,
		.event_record = shape.event_record,
	};
	unsigned char *image;

	*size = shape.header_size + count * shape.event_size;
	image = xcalloc(1, *size);
	memset(image, 0xee, *size);
	memcpy(image, &header, sizeof(header));
	for (size_t i = 0; i < count; i++) {
		unsigned char *at = image + shape.header_size +
				    i * shape.event_size;
		struct taskmap_event event = events[i];

		if (!event.time_ns)
			event.time_ns = STREAM_START + (i + 1) * 1000000;
		memcpy(at, &event, offsetof(struct taskmap_event, record));
		memcpy(at + shape.event_record, &event.record,
		       sizeof(event.record));
	}
	return image;
}

static inline char *stream_file(const char *dir, const char *name,
				const struct taskmap_event *events,
				size_t count, const struct stream_shape *shape)
{
	size_t size;
	unsigned char *image = stream_image(events, count, shape, &size);
	char *path = fixture_file(dir, name, image, size);

	free(image);
	return path;
}

static inline struct taskmap_event born(struct taskmap_record task, int caller,
					uint64_t flags)
{
	return (struct taskmap_event){
		.type = TASKMAP_BIRTH, .caller = caller, .flags = flags,
		.record = task,
	};
}

static inline struct taskmap_event execs(struct taskmap_record task,
					 int old_pid)
{
	return (struct taskmap_event){
		.type = TASKMAP_EXEC, .old_pid = old_pid, .record = task,
	};
}

static inline struct taskmap_event exits(struct taskmap_record task, int code)
{
	task.exit_code = code;
	return (struct taskmap_event){ .type = TASKMAP_EXIT, .record = task };
}

static inline struct taskmap_event lost(uint64_t count)
{
	return (struct taskmap_event){ .type = TASKMAP_LOST, .lost = count };
}

#endif /* TASKMAP_UNIT_STREAM_H */
