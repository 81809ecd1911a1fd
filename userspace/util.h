/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What all but core/ may use: memory that is there or ends the program, and the
 * one way to end it with a message.
 */
#ifndef TASKMAP_UTIL_H
#define TASKMAP_UTIL_H

#include <stddef.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The exit status of taskmap, as its manual page documents it. */
enum exit_status {
	STATUS_DONE	= 0,
	STATUS_MISSING	= 1,	/* something asked about is not there, or differs */
	STATUS_USAGE	= 2,
	STATUS_FAILED	= 3,	/* cannot read, or cannot write */
};

/* Whose complaints these are; for a main() to change that is not taskmap's. */
extern const char *program_name;

/* Its name, a colon, and one line on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* complain(), then exit with @status. */
_Noreturn void die(enum exit_status status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Ends the program if @failed, which is for lack of memory. */
void need_memory(int failed);

/* As their namesakes without the x, but never NULL. */
void *xcalloc(size_t count, size_t size) __attribute__((malloc));
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *string) __attribute__((malloc));
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Makes room for one element more in an array of @count of @size bytes, which
 * was made so, too: room is doubled whenever @count is a power of two.
 */
void *xgrow(void *array, size_t count, size_t size);

#endif /* TASKMAP_UTIL_H */
