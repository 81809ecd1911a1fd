/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Streams of events: the module's file "events", or a copy of it. Events are
 * validated as they arrive. A stream can end after any event.
 */
#ifndef TASKMAP_CORE_EVENTS_H
#define TASKMAP_CORE_EVENTS_H

#include "core/format.h"

/* Maximum size of an event. */
#define EVENTS_MOST_BYTES	(2 * SNAPSHOT_MOST_BYTES)

/* Size of the buffer. */
#define EVENTS_BUFFER		65536

/* Events of the running system. */
extern const struct source source_events;

/* An open stream. */
struct events {
	struct input input;
	struct taskmap_header header;
	bool ended;		/* the end of the file was reached */
	uint64_t number;	/* number of the next event, for messages */
	/* Bytes that were read but not decoded: from @begin to @end. */
	size_t begin, end;
	unsigned char bytes[EVENTS_BUFFER];
};

/**
 * events_open() - open a stream and read its header
 * @events: the stream; close it with events_close() unless this fails
 * @source: the system to record events of if @path is NULL
 * @path: the file to read; "-" is standard input
 * @error: set on failure
 *
 * The module records events from now on. It provides the header at once; another
 * file may make the caller wait for it.
 *
 * Return: 0 or -1.
 */
int events_open(struct events *events, const struct source *source,
		const char *path, struct error *error);
void events_close(struct events *events);

/*
 * The file descriptor to poll(2): when it is readable, events_read() does not
 * block.
 */
int events_descriptor(const struct events *events);

/*
 * Reads more bytes, or detects the end. Blocks until either is possible.
 * Returns 0 or -1.
 */
int events_read(struct events *events, struct error *error);

/**
 * events_next() - decode the next event
 * @events: the stream
 * @event: set to the event, in the layout that this reader was built with
 * @error: set if the stream is not valid
 *
 * Skips events of types that enum taskmap_event_type does not have. All pids are
 * less than SNAPSHOT_MOST_TASKS and not negative. The record is as valid as one of
 * a snapshot, unless the event is TASKMAP_LOST.
 *
 * Return: 1; 0 if events_read() must be called first; or -1.
 */
int events_next(struct events *events, struct taskmap_event *event,
		struct error *error);

#endif /* TASKMAP_CORE_EVENTS_H */
