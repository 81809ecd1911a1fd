// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "util.h"
#include "wrap.h"

/* How wide what the locale cannot decode is where it is shown: "\x80". */
#define WIDTH_OF_BYTE	4

size_t text_width(const char *text, size_t length)
{
	mbstate_t state = { 0 };
	size_t width = 0, step;
	wchar_t wide;

	for (; length; text += step, length -= step) {
		step = 1;
		if (*text >= ' ' && *text <= '~') {
			width++;
			continue;
		}
		step = mbrtowc(&wide, text, length, &state);
		if (!step || step > length) {
			memset(&state, 0, sizeof(state));
			step = 1;
			width += WIDTH_OF_BYTE;
		} else if (!iswprint((wint_t)wide)) {
			width += step * WIDTH_OF_BYTE;
		} else if (wcwidth(wide) > 0) {
			width += (size_t)wcwidth(wide);
		}
	}
	return width;
}

/* Of a text of @length, each of its words on a line of its own. */
static size_t room_for(size_t length, const char *indent)
{
	return (length / 2 + 2) * (strlen(indent) + 1) + length + 1;
}

char *wrap(const char *text, size_t width, const char *indent)
{
	char *lines = xcalloc(room_for(strlen(text), indent), 1);
	char *end = stpcpy(lines, indent);
	size_t used = 0, blanks = 0;

	while (*(text += blanks)) {
		size_t length = strcspn(text, " ");
		size_t wide = text_width(text, length);

		if (used && used + blanks + wide > width) {
			*end++ = '\n';
			end = stpcpy(end, indent);
			used = 0;
			blanks = 0;
		}
		end = mempcpy(end, text - blanks, blanks + length);
		used += blanks + wide;
		text += length;
		blanks = strspn(text, " ");
	}
	return lines;
}
