/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * taskmap watch: whose events are shown (watch_family.c), how (watch_show.c), from
 * when to when (watch.c), and how COMMAND is started (watch_run.c).
 */
#ifndef TASKMAP_COMMAND_WATCH_H
#define TASKMAP_COMMAND_WATCH_H

#include "command/command.h"
#include "core/events.h"

/* What a call of clone(2) makes, in the word that people use for it. */
enum birth_kind {
	BIRTH_FORK,
	BIRTH_VFORK,
	BIRTH_CLONE,	/* a process that shares its mm, and is no vfork child */
	BIRTH_THREAD,
	BIRTH_WORKER,	/* a thread that the kernel made inside a process */
	BIRTH_KTHREAD,
	BIRTHS
};

/* @event is a birth. */
enum birth_kind birth_of(const struct taskmap_event *event);

/* The tasks whose events are shown, and what became of them. */
struct family {
	bool everyone;
	/* For each pid what is known of it. */
	unsigned char *pids;
	unsigned int alive;	/* tasks that are known to live */
	unsigned int most;	/* how many did at once */
	uint64_t births[BIRTHS];
	uint64_t execs;
	uint64_t exits;
	uint64_t lost;		/* events, of whomever */
	int expected;		/* the pid of a task to be born; 0: none is */
	uint32_t pid_ns;	/* the namespace of that pid, 0 for the initial one */
};

/* To be freed. */
void family_init(struct family *family, bool everyone);
void family_free(struct family *family);

/* Takes in a task that lives. */
void family_add(struct family *family, int pid);

/*
 * Takes in the task that has @pid first, whether it was there before the stream
 * began or is born in it, and all the threads of its process.
 */
void family_await(struct family *family, int pid);

/*
 * Takes in the task that is born first with @pid in the pid namespace with the inode
 * number @pid_ns, 0 for the initial one.
 */
void family_expect(struct family *family, int pid, uint32_t pid_ns);

/* Whether no event was about such a task yet. */
bool family_awaits(const struct family *family, int pid);

/**
 * family_takes() - tell whether an event is one of the family
 * @family: the family; a task that is born in it belongs to it from then on,
 *	and until its exit
 * @event: the next event of the stream
 *
 * Return: whether it is, as are all that say that events were lost.
 */
bool family_takes(struct family *family, const struct taskmap_event *event);

/* How events are shown. */
struct show {
	bool json;
	bool color;
	size_t width;	/* of a line; 0: whatever it takes */
	const struct taskmap_header *header;
	struct selection columns;	/* of the task in JSON */
};

/* For the options and standard output as they are; to be freed. */
void show_init(struct show *show, const struct output *output,
	       const struct taskmap_header *header);
void show_free(struct show *show);

void show_heading(const struct show *show);
void show_event(const struct show *show, const struct taskmap_event *event);
void show_summary(const struct show *show, const struct family *family);

#endif /* TASKMAP_COMMAND_WATCH_H */
