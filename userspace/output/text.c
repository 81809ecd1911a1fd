// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "output/output.h"
#include "util.h"

/* The length of the sequence that starts with @lead; 0 if none does. */
static unsigned int sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc0)	/* continuation byte */
		return 0;
	if (lead < 0xe0)
		return 2;
	if (lead < 0xf0)
		return 3;
	return lead < 0xf5 ? 4 : 0;
}

/*
 * Decodes the sequence at @s into @code and returns its length, or 0 if it is
 * not UTF-8: truncated, overlong, a surrogate or above U+10FFFF. Does not read
 * behind the NUL at the end of a string, which is not a continuation byte.
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

struct range {
	uint32_t first, last;
};

static bool is_in(uint32_t code, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	}
	return false;
}

/*
 * Control characters, separators, characters that reorder the line, and those that
 * show nothing, with which two names could look the same. (Most of these are
 * Default_Ignorable_Code_Point in Unicode.)
 */
static const struct range hidden[] = {
	{ 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f },
	{ 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
	{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
	{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
	{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

/*
 * Marks that are drawn over the character before them: the blocks that contain
 * nothing else, and the marks of Cyrillic, Hebrew and Arabic.
 */
static const struct range combining[] = {
	{ 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd }, { 0x5bf, 0x5bf },
	{ 0x5c1, 0x5c2 }, { 0x5c4, 0x5c5 }, { 0x5c7, 0x5c7 },
	{ 0x610, 0x61a }, { 0x64b, 0x65f }, { 0x670, 0x670 },
	{ 0x6d6, 0x6dc }, { 0x6df, 0x6e4 }, { 0x6e7, 0x6e8 },
	{ 0x6ea, 0x6ed }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f },
};

/*
 * Whether @code is printed as it is. @after: a character of the name that is printed
 * as it is precedes it, over which a mark can be drawn.
 */
static bool printable(uint32_t code, bool after)
{
	if (code == '\\' || is_in(code, hidden, ARRAY_SIZE(hidden)))
		return false;
	return after || !is_in(code, combining, ARRAY_SIZE(combining));
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
	bool plain = false;
	uint32_t code;

	while (*s) {
		unsigned int length = decode(s, &code);

		plain = length && printable(code, plain);
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

char *escaped(const char *name)
{
	return escape(name, xcalloc(ESCAPED_SIZE(strlen(name)), 1));
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

char *joined(char *list, const char *separator, char *word)
{
	char *longer = xasprintf("%s%s%s", list, *list ? separator : "", word);

	free(list);
	free(word);
	return longer;
}

char *resource_words(uint32_t set, const char *separator, size_t word)
{
	char *words = xstrdup("");

	for_each_resource_in(set, r) {
		const char *const *one =
			(const void *)((const char *)&resources[r] + word);

		if (*one)
			words = joined(words, separator, xstrdup(*one));
	}
	return words;
}

char *id_words(const struct taskmap_record *own,
	       const struct taskmap_record *other, const char *than,
	       const char *separator)
{
	struct {
		const char *name;
		uint32_t own, other;
		bool listed;	/* together with an earlier one */
	} ids[] = {
		{ "uid", own->uid, other->uid, false },
		{ "euid", own->euid, other->euid,
		  own->euid == own->uid && other->euid == other->uid },
		{ "fsuid", own->fsuid, other->fsuid,
		  own->fsuid == own->euid && other->fsuid == other->euid },
		{ "gid", own->gid, other->gid, false },
	};
	char *list = xstrdup("");

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		char *names = xstrdup("");

		for (size_t j = i; j < ARRAY_SIZE(ids); j++) {
			if (ids[j].listed || ids[j].own == ids[j].other ||
			    ids[j].own != ids[i].own ||
			    ids[j].other != ids[i].other)
				continue;
			names = joined(names, "/", xstrdup(ids[j].name));
			ids[j].listed = j > i;
		}
		if (*names)
			list = joined(list, separator,
				      xasprintf("%s %" PRIu32 ", %s %" PRIu32,
						names, ids[i].own, than,
						ids[i].other));
		free(names);
	}
	return list;
}

/*
 * Width of a byte that the locale cannot decode: libsmartcols prints it as
 * "\x80".
 */
#define WIDTH_OF_BYTE	4

size_t width_of_terminal(void)
{
	struct winsize size;
	const char *columns;
	int width;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	columns = getenv("COLUMNS");
	width = columns ? atoi(columns) : 0;
	return width > 0 ? (size_t)width : USUAL_WIDTH;
}

bool terminal_has_colors(void)
{
	const char *never = getenv("NO_COLOR"), *type = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(never && *never) &&
	       !(type && !strcmp(type, "dumb"));
}

/*
 * The width of the first character of @text, which has @length bytes. Sets @step to
 * its length.
 */
static size_t width_of_character(const char *text, size_t length, size_t *step)
{
	mbstate_t state = { 0 };
	wchar_t wide;

	*step = 1;
	if (*text >= ' ' && *text <= '~')
		return 1;
	*step = mbrtowc(&wide, text, length, &state);
	if (!*step || *step > length) {
		*step = 1;
		return WIDTH_OF_BYTE;
	}
	if (!iswprint((wint_t)wide))
		return *step * WIDTH_OF_BYTE;
	return wcwidth(wide) > 0 ? (size_t)wcwidth(wide) : 0;
}

/* The length of the part of @text that is not wider than @width. */
static size_t length_of_part(const char *text, size_t length, size_t width)
{
	size_t part = 0, used = 0, step;

	while (part < length) {
		used += width_of_character(text + part, length - part, &step);
		if (used > width)
			break;
		part += step;
	}
	return part;
}

size_t text_width(const char *text, size_t length)
{
	size_t width = 0, step;

	for (; length; text += step, length -= step)
		width += width_of_character(text, length, &step);
	return width;
}

char *cut_text(const char *text, size_t width)
{
	size_t length = strlen(text);

	if (length_of_part(text, length, width) == length)
		return xstrdup(text);
	if (!width)
		return xstrdup("");
	length = length_of_part(text, length, width - 1);
	return xasprintf("%.*s%s", (int)length, text, MB_CUR_MAX > 1 ? "…" : "~");
}

/*
 * The length of the next word of @text. If the word is wider than @width, that of
 * its part up to a "|".
 */
static size_t length_of_word(const char *text, size_t width)
{
	size_t length = strcspn(text, " "), part = strcspn(text, "|") + 1;

	return part < length && text_width(text, length) > width ? part : length;
}

/* The size of a text of @length bytes if each word is on its own line. */
static size_t wrapped_size(size_t length, const char *indent)
{
	return (length / 2 + 2) * (strlen(indent) + 1) + length + 1;
}

char *wrap(const char *text, size_t width, const char *indent)
{
	char *lines = xcalloc(wrapped_size(strlen(text), indent), 1);
	char *end = stpcpy(lines, indent);
	size_t used = 0, blanks = 0;

	while (*(text += blanks)) {
		bool within = used && !blanks;	/* the rest of a broken word */
		size_t length = length_of_word(text, within ? 0 : width);
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

/* From the kernel's include/uapi/linux/sched.h, in order of bits. */
static const struct {
	uint64_t flag;
	const char *name;
} flag_names[] = {
	{ 0x00000080, "CLONE_NEWTIME" },
	{ 0x00000100, "CLONE_VM" },
	{ 0x00000200, "CLONE_FS" },
	{ 0x00000400, "CLONE_FILES" },
	{ 0x00000800, "CLONE_SIGHAND" },
	{ 0x00001000, "CLONE_PIDFD" },
	{ 0x00002000, "CLONE_PTRACE" },
	{ 0x00004000, "CLONE_VFORK" },
	{ 0x00008000, "CLONE_PARENT" },
	{ 0x00010000, "CLONE_THREAD" },
	{ 0x00020000, "CLONE_NEWNS" },
	{ 0x00040000, "CLONE_SYSVSEM" },
	{ 0x00080000, "CLONE_SETTLS" },
	{ 0x00100000, "CLONE_PARENT_SETTID" },
	{ 0x00200000, "CLONE_CHILD_CLEARTID" },
	{ 0x00400000, "CLONE_DETACHED" },
	{ 0x00800000, "CLONE_UNTRACED" },
	{ 0x01000000, "CLONE_CHILD_SETTID" },
	{ 0x02000000, "CLONE_NEWCGROUP" },
	{ 0x04000000, "CLONE_NEWUTS" },
	{ 0x08000000, "CLONE_NEWIPC" },
	{ 0x10000000, "CLONE_NEWUSER" },
	{ 0x20000000, "CLONE_NEWPID" },
	{ 0x40000000, "CLONE_NEWNET" },
	{ 0x80000000, "CLONE_IO" },
	{ 0x100000000, "CLONE_CLEAR_SIGHAND" },
	{ 0x200000000, "CLONE_INTO_CGROUP" },
	{ 0x400000000, "CLONE_AUTOREAP" },
	{ 0x800000000, "CLONE_NNP" },
	{ 0x1000000000, "CLONE_PIDFD_AUTOKILL" },
	{ 0x2000000000, "CLONE_EMPTY_MNTNS" },
};

const char *clone_flag(unsigned int bit)
{
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (flag_names[i].flag == 1ULL << bit)
			return flag_names[i].name;
	}
	return NULL;
}

char *clone_flags(uint64_t flags, const char *separator)
{
	char *list = xstrdup("");

	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (flags & flag_names[i].flag)
			list = joined(list, separator, xstrdup(flag_names[i].name));
		flags &= ~flag_names[i].flag;
	}
	if (flags || !*list)
		list = joined(list, separator, flags ?
			      xasprintf("0x%" PRIx64, flags) : xstrdup("0"));
	return list;
}
