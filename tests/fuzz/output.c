// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "output/output.h"
#include "output.h"
#include "util.h"

static FILE *real_stdout, *real_stderr;

bool stdout_closed;

void must_fail(const char *file, int line, const char *condition)
{
	dprintf(2, "%s:%d: false: %s\n", file, line, condition);
	abort();
}

void printed_begin(struct printed *printed)
{
	memset(printed, 0, sizeof(*printed));
	stdout_closed = false;
	real_stdout = stdout;
	real_stderr = stderr;
	stdout = open_memstream(&printed->text, &printed->size);
	stderr = open_memstream(&printed->complaint, &printed->complaint_size);
	must(stdout && stderr);
}

void printed_end(struct printed *printed)
{
	if (!stdout_closed)
		must(!fclose(stdout));
	must(!fclose(stderr));
	stdout = real_stdout;
	stderr = real_stderr;
	/* There is no NUL inside, so callers can use it as a string. */
	must(strlen(printed->text) == printed->size);
	must(strlen(printed->complaint) == printed->complaint_size);
}

void printed_free(struct printed *printed)
{
	free(printed->text);
	free(printed->complaint);
}

size_t count_lines(const char *text)
{
	size_t lines = 0;

	must(!*text || text[strlen(text) - 1] == '\n');
	for (; (text = strchr(text, '\n')); text++)
		lines++;
	return lines;
}

/* The text can be decoded in the locale, and has no control characters. */
static void must_have_no_control(const char *text)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t length;

	while ((length = mbrtowc(&wide, text, MB_CUR_MAX, &state))) {
		must(length != (size_t)-1 && length != (size_t)-2);
		must(!iswcntrl((wint_t)wide));
		text += length;
	}
}

/* escape() would not change the text. */
void must_be_printable(const char *text, size_t size)
{
	char *copy = xcalloc(size + 1, 1);
	char *escaped = xcalloc(ESCAPED_SIZE(size), 1);

	memcpy(copy, text, size);
	for (size_t i = 0; i < size; i++) {
		if (copy[i] == '\n' || copy[i] == '\\')
			copy[i] = ' ';
	}
	must_have_no_control(copy);
	must(!strcmp(escape(copy, escaped), copy));
	free(escaped);
	free(copy);
}
