/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Streams of events: the module's file "events", or a copy of it. Each event is
 * judged when it arrives. A stream ends between two events; that it goes no
 * further is not known before.
 */
#ifndef TASKMAP_CORE_EVENTS_H
#define TASKMAP_CORE_EVENTS_H

#include "core/format.h"

/* The most bytes that an event may have. */
#define EVENTS_MOST_BYTES	(2 * SNAPSHOT_MOST_BYTES)

/* The most bytes that are read at once. */
#define EVENTS_ROOM		65536

/* The running system. */
extern const struct source source_events;

/* A stream that is being read. */
struct events {
	struct input input;
	struct taskmap_header header;
	bool ended;		/* there is nothing more to read */
	uint64_t number;	/* of the next event, in messages */
	/* What was read and not used yet. */
	size_t begin, end;
	unsigned char bytes[EVENTS_ROOM];
};

/**
 * events_open() - begin to read a stream
 * @events: to be closed by events_close() unless this fails
 * @source: the system whose events are recorded from now on if @path is NULL
 * @path: the file to read; "-" is standard input
 * @error: set if that fails
 *
 * Waits for the header, which the module has ready.
 *
 * Return: 0 or -1.
 */
int events_open(struct events *events, const struct source *source,
		const char *path, struct error *error);
void events_close(struct events *events);

/* What poll(2) says can be read before events_read() does without waiting. */
int events_descriptor(const struct events *events);

/* Reads what there is, waiting for it, or sees the end. Returns 0 or -1. */
int events_read(struct events *events, struct error *error);

/**
 * events_next() - take an event from what was read
 * @events: the stream
 * @event: set to it, in the shape that this reader was built with
 * @error: set if what was read is not sound
 *
 * Its type is one of enum taskmap_event_type: others are passed over. All pids
 * are less than SNAPSHOT_MOST_TASKS and not negative; unless events were lost,
 * the record is as sound as one of a snapshot.
 *
 * Return: 1; 0 if there is none before events_read(); or -1.
 */
int events_next(struct events *events, struct taskmap_event *event,
		struct error *error);

#endif /* TASKMAP_CORE_EVENTS_H */
