// SPDX-License-Identifier: GPL-2.0-only
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
#include <linux/string.h>

#include "taskmap.h"

/* As wide as the largest pid there can be, 4194304 (PID_MAX_LIMIT). */
#define PID_WIDTH	7
#define KIND_WIDTH	7
#define ID_WIDTH	16

static const char * const kinds[] = {
	[TASKMAP_PROCESS] = "process",
	[TASKMAP_MAIN] = "main",
	[TASKMAP_THREAD] = "thread",
	[TASKMAP_WORKER] = "worker",
	[TASKMAP_KTHREAD] = "kthread",
};

static char *put_word(char *at, const char *word, unsigned int width)
{
	size_t length = strlen(word);

	memset(at, ' ', width);
	memcpy(at, word, length);
	return at + width;
}

static char *put_pid(char *at, __s32 pid)
{
	char digits[11];
	char *first = digits + sizeof(digits);
	__u32 rest = pid < 0 ? -(__u32)pid : (__u32)pid;
	size_t length;

	do {
		*--first = '0' + rest % 10;
		rest /= 10;
	} while (rest);
	if (pid < 0)
		*--first = '-';

	length = digits + sizeof(digits) - first;
	while (length < PID_WIDTH) {
		*--first = ' ';
		length++;
	}
	memcpy(at, first, length);
	return at + length;
}

static char *put_id(char *at, __u64 id)
{
	static const char hex[] = "0123456789abcdef";
	unsigned int i;

	if (!id)
		return put_word(at, "-", ID_WIDTH);
	for (i = ID_WIDTH; i--; id >>= 4)
		at[i] = hex[id & 15];
	return at + ID_WIDTH;
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

static char *put_blank(char *at)
{
	*at = ' ';
	return at + 1;
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

	at = put_blank(put_word(at, "    PID", PID_WIDTH));
	at = put_blank(put_word(at, "   TGID", PID_WIDTH));
	at = put_blank(put_word(at, "   PPID", PID_WIDTH));
	at = put_blank(put_word(at, "KIND", KIND_WIDTH));
	at = put_blank(put_word(at, "S", 1));
	at = put_blank(put_word(at, "MM", ID_WIDTH));
	at = put_blank(put_word(at, "FILES", ID_WIDTH));
	at = put_blank(put_word(at, "FS", ID_WIDTH));
	at = put_blank(put_word(at, "SIGHAND", ID_WIDTH));
	at = put_word(at, "COMM\n", 5);
	return at - line;
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

	at = put_blank(put_pid(at, record->pid));
	at = put_blank(put_pid(at, record->tgid));
	at = put_blank(put_pid(at, record->ppid));
	at = put_blank(put_word(at, kinds[record->kind], KIND_WIDTH));
	*at++ = record->state;
	at = put_blank(at);
	at = put_blank(put_id(at, record->ids[TASKMAP_MM]));
	at = put_blank(put_id(at, record->ids[TASKMAP_FILES]));
	at = put_blank(put_id(at, record->ids[TASKMAP_FS]));
	at = put_blank(put_id(at, record->ids[TASKMAP_SIGHAND]));
	at = put_name(at, record->comm);
	*at++ = '\n';
	return at - line;
}
