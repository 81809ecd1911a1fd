// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "escape.h"

/* How many bytes a sequence has that starts with @lead, 0 if none may. */
static unsigned int sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc0)	/* a continuation */
		return 0;
	if (lead < 0xe0)
		return 2;
	if (lead < 0xf0)
		return 3;
	return lead < 0xf5 ? 4 : 0;
}

/*
 * Decodes the sequence at @s into @code and returns its length, 0 if it is not
 * UTF-8: cut short, longer than need be, a surrogate or beyond U+10FFFF. The
 * NUL at the end of a string is no continuation, so nothing is read behind it.
 */
static unsigned int decode(const unsigned char *s, uint32_t *code)
{
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int length = sequence_length(s[0]);

	if (length <= 1) {
		*code = s[0];
		return length;
	}
	*code = s[0] & (0x7fU >> length);
	for (unsigned int i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < lowest[length] || *code > 0x10ffff)
		return 0;
	return *code >= 0xd800 && *code <= 0xdfff ? 0 : length;
}

static bool printable(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
		return false;
	if (code == 0x061c || code == 0x200e || code == 0x200f)	/* bidi marks */
		return false;
	if (code >= 0x2028 && code <= 0x202e)	/* separators, bidi embeddings */
		return false;
	return !(code >= 0x2066 && code <= 0x2069);	/* bidi isolates */
}

static char *put_octal(char *out, unsigned char byte)
{
	*out++ = '\\';
	*out++ = (char)('0' + (byte >> 6));
	*out++ = (char)('0' + (byte >> 3 & 7));
	*out++ = (char)('0' + (byte & 7));
	return out;
}

char *escape(const char *name, char *out)
{
	const unsigned char *s = (const unsigned char *)name;
	char *end = out;
	uint32_t code;

	while (*s) {
		unsigned int length = decode(s, &code);
		bool plain = length && printable(code) && code != '\\';

		for (length = length ? length : 1; length; length--, s++) {
			if (plain)
				*end++ = (char)*s;
			else
				end = put_octal(end, *s);
		}
	}
	*end = '\0';
	return out;
}
