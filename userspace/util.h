/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/* Error messages, and allocations that exit on failure. core/ uses neither. */
#ifndef TASKMAP_UTIL_H
#define TASKMAP_UTIL_H

#include <stddef.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The exit status of taskmap, as its manual page documents it. */
enum exit_status {
	STATUS_DONE	= 0,
	STATUS_MISSING	= 1,	/* a requested task is missing, or there are differences */
	STATUS_USAGE	= 2,
	STATUS_FAILED	= 3,	/* cannot read or write */
};

/*
 * Program name used in messages. Programs other than taskmap set it in main().
 */
extern const char *program_name;

/*
 * Prints one line to standard error: the program name, a colon and the message.
 */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a message like complain(), then exits with @status. */
_Noreturn void die(enum exit_status status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Exits with the message "not enough memory" if @failed is not zero. */
void need_memory(int failed);

/* Like the functions without the x, but exit if there is not enough memory. */
void *xcalloc(size_t count, size_t size) __attribute__((malloc));
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *string) __attribute__((malloc));
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * xgrow() - make space for one more element at the end of an array
 * @array: NULL, or a result of xgrow()
 * @count: number of elements, which starts at 0 and grows by one each time
 * @size: size of an element
 *
 * The capacity doubles whenever @count is a power of two.
 *
 * Return: the array, which may have moved.
 */
void *xgrow(void *array, size_t count, size_t size);

/**
 * nearest() - find what a misspelt word can mean
 * @word: the word
 * @length: its length
 * @names: the valid words
 * @count: number of @names
 *
 * Return: the first of the names that need the fewest edits, ignoring case; NULL if
 * even these need too many for a slip.
 */
const char *nearest(const char *word, size_t length, const char *const *names,
		    size_t count);

#endif /* TASKMAP_UTIL_H */
