// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * A line for people: what "tasks" shows of a record.
 *
 *	PID TGID PPID KIND S MM FILES FS SIGHAND COMM
 *
 * Columns are aligned and separated by a blank, the name stands last. One task
 * is always one line: a backslash and every byte of a name that is not a
 * printable ASCII character is written as a backslash and three octal digits.
 * The first nine columns never contain a blank, and the name ends the line, so
 * awk can read it.
 *
 * Written without printf, which would cost several times the walk.
 */
#include <asm/byteorder.h>
#include <linux/string.h>

#include "taskmap.h"

/* As wide as the largest pid there can be, 4194304 (PID_MAX_LIMIT). */
#define PID_WIDTH	7
#define MORE_THAN_PID	10000000	/* more than PID_WIDTH digits */
#define KIND_WIDTH	7
#define ID_WIDTH	16

/* Filled up to KIND_WIDTH, and a blank. */
static const char kinds[][KIND_WIDTH + 2] = {
	[TASKMAP_PROCESS] = "process ",
	[TASKMAP_MAIN] = "main    ",
	[TASKMAP_THREAD] = "thread  ",
	[TASKMAP_WORKER] = "worker  ",
	[TASKMAP_KTHREAD] = "kthread ",
};

/*
 * Each of these writes a column and the blank behind it. What is of fixed size
 * is copied so: the compiler makes a word or two of it, and no call.
 */

static char *put_word(char *at, const char *word, unsigned int width)
{
	memset(at, ' ', width + 1);
	memcpy(at, word, strlen(word));
	return at + width + 1;
}

static char *put_kind(char *at, __u8 kind)
{
	memcpy(at, kinds[kind], KIND_WIDTH + 1);
	return at + KIND_WIDTH + 1;
}

/* A number that is negative or wider than PID_WIDTH, which no kernel gives. */
static char *put_odd_pid(char *at, __s32 pid)
{
	__u32 rest = pid < 0 ? -(__u32)pid : (__u32)pid;
	__u64 limit = pid < 0 ? 1000000 : MORE_THAN_PID;
	char *end = at + PID_WIDTH;

	memset(at, ' ', PID_WIDTH + 1);
	for (; rest >= limit; limit *= 10)
		end++;
	*end = ' ';
	at = end;
	do {
		*--at = '0' + rest % 10;
		rest /= 10;
	} while (rest);
	if (pid < 0)
		*--at = '-';
	return end + 1;
}

/*
 * Eight digits at once: a word is divided by 10000, its halves by 100, and their
 * halves by 10, as by a multiplication and a shift; the quotient stays below, the
 * rest goes above it. The first digit is 0 here, and makes room for the blank.
 */
static __always_inline char *put_pid(char *at, __s32 pid)
{
	__u64 word = (__u32)pid;
	__u64 above, blanks;
	__le64 digits;

	if (word >= MORE_THAN_PID)
		return put_odd_pid(at, pid);
	above = (__u32)pid / 10000;
	word = above | (word - above * 10000) << 32;
	above = (word * 5243 >> 19) & 0x0000007f0000007f;
	word = above | (word - above * 100) << 16;
	above = (word * 103 >> 10) & 0x000f000f000f000f;
	word = above | (word - above * 10) << 8;
	/* Zeros before the first digit, of which 0 itself has one. */
	blanks = ((word | 1ULL << 56) & -(word | 1ULL << 56)) - 1;
	word += 0x3030303030303030 - (blanks & 0x1010101010101010);
	digits = __cpu_to_le64(word >> 8 | (__u64)' ' << 56);
	memcpy(at, &digits, sizeof(digits));
	return at + sizeof(digits);
}

/*
 * Eight hexadecimal digits at once: the half bytes are spread over the bytes of a
 * word, and each becomes its digit there, with 39 added to those above 9, as far
 * as 'a' is from ':'.
 */
static char *put_half(char *at, __u64 half)
{
	__be64 digits;

	half = (half | half << 16) & 0x0000ffff0000ffff;
	half = (half | half << 8) & 0x00ff00ff00ff00ff;
	half = (half | half << 4) & 0x0f0f0f0f0f0f0f0f;
	half += (((half + 0x0606060606060606) >> 4) & 0x0101010101010101) * 39 +
		0x3030303030303030;
	digits = __cpu_to_be64(half);
	memcpy(at, &digits, sizeof(digits));
	return at + sizeof(digits);
}

static __always_inline char *put_id(char *at, __u64 id)
{
	if (id) {
		at = put_half(put_half(at, id >> 32), (__u32)id);
	} else {
		memcpy(at, "-               ", ID_WIDTH);
		at += ID_WIDTH;
	}
	*at = ' ';
	return at + 1;
}

static char *put_name(char *at, const char *name)
{
	unsigned char byte;

	while ((byte = *name++)) {
		if (byte >= ' ' && byte <= '~' && byte != '\\') {
			*at++ = byte;
			continue;
		}
		*at++ = '\\';
		*at++ = '0' + (byte >> 6);
		*at++ = '0' + (byte >> 3 & 7);
		*at++ = '0' + (byte & 7);
	}
	return at;
}

/**
 * taskmap_text_header() - the line above the tasks
 * @line: room for %TASKMAP_TEXT_LINE bytes
 *
 * Context: any.
 * Return: bytes written, the newline among them; there is no NUL.
 */
size_t taskmap_text_header(char *line)
{
	char *at = line;

	at = put_word(at, "    PID", PID_WIDTH);
	at = put_word(at, "   TGID", PID_WIDTH);
	at = put_word(at, "   PPID", PID_WIDTH);
	at = put_word(at, "KIND", KIND_WIDTH);
	at = put_word(at, "S", 1);
	at = put_word(at, "MM", ID_WIDTH);
	at = put_word(at, "FILES", ID_WIDTH);
	at = put_word(at, "FS", ID_WIDTH);
	at = put_word(at, "SIGHAND", ID_WIDTH);
	memcpy(at, "COMM\n", 5);
	return at + 5 - line;
}

/**
 * taskmap_text_record() - the line of a task
 * @line: room for %TASKMAP_TEXT_LINE bytes
 * @record: the task
 *
 * Context: any.
 * Return: bytes written, the newline among them; there is no NUL.
 */
size_t taskmap_text_record(char *line, const struct taskmap_record *record)
{
	char *at = line;

	at = put_pid(at, record->pid);
	at = put_pid(at, record->tgid);
	at = put_pid(at, record->ppid);
	at = put_kind(at, record->kind);
	*at++ = record->state;
	*at++ = ' ';
	at = put_id(at, record->ids[TASKMAP_MM]);
	at = put_id(at, record->ids[TASKMAP_FILES]);
	at = put_id(at, record->ids[TASKMAP_FS]);
	at = put_id(at, record->ids[TASKMAP_SIGHAND]);
	at = put_name(at, record->comm);
	*at++ = '\n';
	return at - line;
}
