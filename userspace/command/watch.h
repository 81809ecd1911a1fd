/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * taskmap watch: which events are shown (watch_family.c), their format
 * (watch_show.c), the main loop (watch.c), the start of COMMAND (watch_run.c), and
 * the page of --html (watch_page.c).
 */
#ifndef TASKMAP_COMMAND_WATCH_H
#define TASKMAP_COMMAND_WATCH_H

#include "command/command.h"
#include "core/events.h"

/* The kind of task that a call of clone(2) creates, by its common name. */
enum birth_kind {
	BIRTH_FORK,
	BIRTH_VFORK,
	BIRTH_CLONE,	/* a process that shares the mm, without CLONE_VFORK */
	BIRTH_THREAD,
	BIRTH_WORKER,	/* a thread that the kernel created inside a process */
	BIRTH_KTHREAD,
	BIRTHS
};

/* The kind of birth that @event, a TASKMAP_BIRTH, reports. */
enum birth_kind birth_of(const struct taskmap_event *event);

const char *birth_word(enum birth_kind kind);

/* The tasks whose events are shown, and statistics about them. */
struct family {
	bool everyone;
	/* Flags of each pid. */
	unsigned char *pids;
	unsigned int alive;	/* tasks known to be alive */
	unsigned int most;	/* highest value of @alive */
	uint64_t births[BIRTHS];
	uint64_t execs;
	uint64_t exits;
	uint64_t lost;		/* lost events, which may be of other tasks */
	int expected;		/* pid of a task that will be born; 0 for none */
	uint32_t pid_ns;	/* pid namespace of @expected; 0 for the initial one */
};

/* Call family_free() after this. */
void family_init(struct family *family, bool everyone);
void family_free(struct family *family);

/* Adds a live task. */
void family_add(struct family *family, int pid);

/*
 * Adds the first task with @pid, which may be older than the stream, and all
 * threads of its process.
 */
void family_await(struct family *family, int pid);

/*
 * Adds the first task that is born with @pid in the pid namespace with the inode
 * number @pid_ns; 0 for the initial one.
 */
void family_expect(struct family *family, int pid, uint32_t pid_ns);

/* Whether no event has been about the task that was awaited or expected. */
bool family_awaits(const struct family *family, int pid);

/**
 * family_takes() - check whether an event is about the family
 * @family: the family; tasks that a member creates belong to it until they exit
 * @event: the next event of the stream
 *
 * Return: whether the event is about the family. Lost events always are.
 */
bool family_takes(struct family *family, const struct taskmap_event *event);

/* The format of events. */
struct show {
	bool json;
	bool color;
	size_t width;	/* maximum width of a line; 0: unlimited */
	const struct taskmap_header *header;
	struct selection columns;	/* columns of a task in JSON */
};

/*
 * Depends on the options, and on whether standard output is a terminal. Call
 * show_free() after this.
 */
void show_init(struct show *show, const struct output *output,
	       const struct taskmap_header *header);
void show_free(struct show *show);

void show_heading(const struct show *show);
void show_event(const struct show *show, const struct taskmap_event *event);
void show_summary(const struct show *show, const struct family *family);


/* An event in a few words: when, which task, and what. The caller frees them. */
char *show_words(const struct show *show, const struct taskmap_event *event);

/* The page of --html. All functions accept NULL, which means no page. */
struct watch_page;

/*
 * Sets @begun to a new page, or to NULL if none is wanted. Checks that it can be
 * written. @show must outlive it. Call watch_page_free() unless this fails.
 */
int watch_page_begin(struct watch_page **begun, const struct options *options,
		     const struct show *show, struct error *error);
void watch_page_free(struct watch_page *page);

/*
 * Sets the tasks before the first event. @snap was taken after the stream was
 * opened. @watched: which of them the page shows; NULL: none. @elsewhere: as in
 * struct view.
 */
void watch_page_start(struct watch_page *page, const struct snapshot *snap,
		      const bool *watched, bool elsewhere);

/* Adds an event of any task. @watched: the page has a step for it. */
void watch_page_add(struct watch_page *page, const struct taskmap_event *event,
		    bool watched);

/* Writes the page. Returns 0, or -1 with @error set. */
int watch_page_end(struct watch_page *page, struct error *error);

#endif /* TASKMAP_COMMAND_WATCH_H */
