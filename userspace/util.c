// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
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

char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool same_word(const char *full, const char *word, size_t length)
{
	if (strlen(full) != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (lower(full[i]) != lower(word[i]))
			return false;
	}
	return true;
}

char *put_number(char *out, int64_t number)
{
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	char digits[NUMBER_SIZE];
	char *first = digits + sizeof(digits);
	size_t length;

	do {
		*--first = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (number < 0)
		*--first = '-';
	length = (size_t)(digits + sizeof(digits) - first);
	memcpy(out, first, length);
	out[length] = '\0';
	return out + length;
}

char *put_id(char *out, uint64_t id)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = ID_DIGITS - 2; i >= 0; i -= 2, id >>= 8) {
		out[i] = digits[id >> 4 & 15];
		out[i + 1] = digits[id & 15];
	}
	out[ID_DIGITS] = '\0';
	return out + ID_DIGITS;
}

static void *must(void *memory)
{
	if (!memory)
		die(STATUS_FAILED, "not enough memory");
	return memory;
}

void *xcalloc(size_t count, size_t size)
{
	/* Nothing at all may be NULL, which here would look like a failure. */
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
