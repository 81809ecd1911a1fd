// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

const char *program_name = "taskmap";

static void __attribute__((format(printf, 1, 0)))
vcomplain(const char *format, va_list args)
{
	fprintf(stderr, "%s: ", program_name);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vcomplain(format, args);
	va_end(args);
}

void die(enum exit_status status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vcomplain(format, args);
	va_end(args);
	exit(status);
}

void need_memory(int failed)
{
	if (failed)
		die(STATUS_FAILED, "not enough memory");
}

static void *must(void *memory)
{
	need_memory(!memory);
	return memory;
}

void *xcalloc(size_t count, size_t size)
{
	/* calloc() of zero bytes may return NULL, which is no failure. */
	return must(calloc(count ? count : 1, size ? size : 1));
}

void *xreallocarray(void *old, size_t count, size_t size)
{
	return must(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *xstrdup(const char *string)
{
	return must(strdup(string));
}

char *xasprintf(const char *format, ...)
{
	char *string;
	va_list args;

	va_start(args, format);
	if (vasprintf(&string, format, args) < 0)
		string = NULL;
	va_end(args);
	return must(string);
}

void *xgrow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return xreallocarray(array, count ? 2 * count : 1, size);
}

/*
 * How many letters must be inserted, deleted, replaced or swapped with the next one
 * to turn @word, of @length bytes, into @name, ignoring case.
 */
static size_t distance(const char *word, size_t length, const char *name)
{
	size_t width = strlen(name) + 1, result;
	size_t *cells = xcalloc((length + 1) * width, sizeof(*cells));
#define CELL(i, j)	cells[(i) * width + (j)]
#define SAME(i, j)	(tolower((unsigned char)word[i]) == \
			 tolower((unsigned char)name[j]))

	for (size_t i = 0; i <= length; i++) {
		for (size_t j = 0; j < width; j++) {
			size_t best = i && j ? CELL(i - 1, j - 1) +
					       !SAME(i - 1, j - 1) : i + j;

			if (i && CELL(i - 1, j) + 1 < best)
				best = CELL(i - 1, j) + 1;
			if (j && CELL(i, j - 1) + 1 < best)
				best = CELL(i, j - 1) + 1;
			if (i > 1 && j > 1 && SAME(i - 1, j - 2) &&
			    SAME(i - 2, j - 1) && CELL(i - 2, j - 2) + 1 < best)
				best = CELL(i - 2, j - 2) + 1;
			CELL(i, j) = best;
		}
	}
#undef SAME
#undef CELL
	result = cells[(length + 1) * width - 1];
	free(cells);
	return result;
}

/* The longest word that a suggestion is looked for; no name is longer. */
#define LONGEST_WORD	32

const char *nearest(const char *word, size_t length, const char *const *names,
		    size_t count)
{
	size_t least = (length + 2) / 4;
	const char *found = NULL;

	if (!length || length > LONGEST_WORD)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t other = strlen(names[i]), edits;

		/* The difference in length is a lower limit, which costs less. */
		if ((other > length ? other - length : length - other) > least)
			continue;
		edits = distance(word, length, names[i]);
		if (edits < least || (edits == least && !found)) {
			least = edits;
			found = names[i];
		}
	}
	return found;
}
