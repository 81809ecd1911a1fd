/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What every room may use: memory that is there or ends the program, and the
 * one way to end it with a message.
 */
#ifndef TASKMAP_UTIL_H
#define TASKMAP_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Not tolower(): what a word is must not depend on the locale. */
char lower(char c);

/* Whether the first @length bytes of @word are @full, but for case. */
bool same_word(const char *full, const char *word, size_t length);

/*
 * What snprintf() does with "%" PRId64 and with "%016" PRIx64, of which there are
 * several for each task. They return where the number ends, at a NUL.
 */
#define NUMBER_SIZE	sizeof("-9223372036854775808")
#define ID_DIGITS	16
char *put_number(char *out, int64_t number);
char *put_id(char *out, uint64_t id);

/* As their namesakes without the x, but never NULL. */
void *xcalloc(size_t count, size_t size) __attribute__((malloc));
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *string) __attribute__((malloc));
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* TASKMAP_UTIL_H */
