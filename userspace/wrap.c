// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "util.h"
#include "wrap.h"

/* How wide what the locale cannot decode is where it is shown: "\x80". */
#define WIDTH_OF_BYTE	4

static size_t width_of(const char *word, size_t length)
{
	mbstate_t state = { 0 };
	size_t width = 0, step;
	wchar_t wide;

	for (; length; word += step, length -= step) {
		step = mbrtowc(&wide, word, length, &state);
		if (!step || step > length) {
			memset(&state, 0, sizeof(state));
			step = 1;
			width += WIDTH_OF_BYTE;
		} else if (wcwidth(wide) > 0) {
			width += (size_t)wcwidth(wide);
		}
	}
	return width;
}

char *wrap(const char *text, size_t width, const char *indent)
{
	char *lines = NULL;
	size_t size, used = 0, blanks = 0;
	FILE *out = open_memstream(&lines, &size);

	if (!out)
		die(STATUS_FAILED, "not enough memory");
	fputs(indent, out);
	while (*(text += blanks)) {
		size_t length = strcspn(text, " ");
		size_t wide = width_of(text, length);

		if (used && used + blanks + wide > width) {
			fprintf(out, "\n%s", indent);
			used = blanks = 0;
		}
		fprintf(out, "%.*s%.*s", (int)blanks, text - blanks,
			(int)length, text);
		used += blanks + wide;
		text += length;
		blanks = strspn(text, " ");
	}
	if (ferror(out) || fclose(out))
		die(STATUS_FAILED, "not enough memory");
	return lines;
}
