// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/events.h"

/*
 * Size of the first fields of an event in format 1, which are before its
 * record.
 */
#define HEAD_SIZE	offsetof(struct taskmap_event, record)

static size_t unused(const struct events *events)
{
	return events->end - events->begin;
}

int events_descriptor(const struct events *events)
{
	return fileno(events->input.file);
}

/*
 * The buffer has space left: an incomplete event is smaller than
 * EVENTS_MOST_BYTES.
 */
int events_read(struct events *events, struct error *error)
{
	ssize_t got;

	memmove(events->bytes, events->bytes + events->begin, unused(events));
	events->end -= events->begin;
	events->begin = 0;
	do
		got = read(events_descriptor(events),
			   events->bytes + events->end,
			   sizeof(events->bytes) - events->end);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return input_failed(&events->input, errno, error);
	events->ended = !got;
	events->end += (size_t)got;
	return 0;
}

/* Reads until @size bytes are available or the stream ends. */
static int read_until(struct events *events, size_t size, struct error *error)
{
	while (unused(events) < size && !events->ended) {
		if (events_read(events, error))
			return -1;
	}
	return 0;
}

/* Describes the error in the sizes of events, or returns NULL. */
static const char *layout_fault(const struct taskmap_header *h)
{
	uint64_t end = (uint64_t)h->event_record + h->record_size;

	if (h->event_record < HEAD_SIZE || h->event_record % 8)
		return "offset of the record";
	if (h->event_size < end || h->event_size % 8 ||
	    h->event_size > EVENTS_MOST_BYTES)
		return "event size";
	return NULL;
}

/* Reads the part of the header that contains its size, then the rest. */
static int read_header(struct events *events, struct error *error)
{
	struct taskmap_header *header = &events->header;
	const char *name = events->input.name, *fault;

	if (read_until(events, FIRST_SIZE, error) ||
	    header_check(header, events->bytes,
			 MIN(unused(events), FIRST_SIZE), name,
			 "stream of events", error) ||
	    read_until(events, header->header_size, error))
		return -1;
	if (unused(events) < header->header_size)
		return error_set(error, "%s: truncated: %zu bytes of at least %" PRIu32,
				 name, unused(events), header->header_size);
	header_decode(header, events->bytes);
	if (!(header->flags & TASKMAP_EVENTS))
		return error_set(error, "%s: a snapshot and not a stream of events: show it with \"taskmap --input\"",
				 name);
	fault = layout_fault(header);
	if (fault)
		return error_set(error, "%s: corrupt: wrong %s", name, fault);
	events->begin = header->header_size;
	return 0;
}

int events_open(struct events *events, const struct source *source,
		const char *path, struct error *error)
{
	events->header = (struct taskmap_header){ 0 };
	events->ended = false;
	events->number = 0;
	events->begin = 0;
	events->end = 0;
	if (input_open(&events->input, source, path, error))
		return -1;
	if (!read_header(events, error))
		return 0;
	events_close(events);
	return -1;
}

void events_close(struct events *events)
{
	input_close(&events->input);
}

static void decode(const unsigned char *raw, const struct taskmap_header *h,
		   struct taskmap_event *event)
{
	memcpy(event, raw, HEAD_SIZE);
	record_decode(raw + h->event_record, h, &event->record);
}

static bool possible(int pid)
{
	return pid >= 0 && pid < SNAPSHOT_MOST_TASKS;
}

/* Describes the error in @event, whose type is known, or returns NULL. */
static const char *event_fault(const struct taskmap_event *event)
{
	const struct taskmap_record *task = &event->record;

	if (!possible(event->caller) || !possible(event->old_pid) ||
	    !possible(task->pid) || !possible(task->tgid) ||
	    !possible(task->ppid))
		return "impossible pid";
	return event->type == TASKMAP_LOST ? NULL : record_fault(task);
}

int events_next(struct events *events, struct taskmap_event *event,
		struct error *error)
{
	uint32_t size = events->header.event_size;
	const char *name = events->input.name;

	while (unused(events) >= size) {
		const char *fault = NULL;
		bool known;

		decode(events->bytes + events->begin, &events->header, event);
		known = event->type <= TASKMAP_LOST;
		if (!event->type)
			fault = "no type";
		else if (known)
			fault = event_fault(event);
		if (fault)
			return error_set(error, "%s: corrupt: event %" PRIu64 ": %s",
					 name, events->number, fault);
		events->begin += size;
		events->number++;
		if (known)
			return 1;
	}
	if (events->ended && unused(events))
		return error_set(error, "%s: truncated: event %" PRIu64 " has %zu of %" PRIu32 " bytes",
				 name, events->number, unused(events), size);
	return 0;
}
