// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Tests the lines of "tasks" that the module writes.
 */
#include <stdio.h>

#include "kernel.h"
#include "taskmap.h"
#include "test.h"

#define HEADING \
	"    PID    TGID    PPID KIND    S MM               FILES            " \
	"FS               SIGHAND          COMM\n"

/* The buffer has the exact size, so that the sanitizer reports one byte too many. */
static void assert_line(const struct taskmap_record *record, const char *expect)
{
	char *line = test_malloc(TASKMAP_TEXT_LINE);
	size_t length = taskmap_text_record(line, record);

	assert_int_equal(length, strlen(expect));
	assert_memory_equal(line, expect, length);
	test_free(line);
}

static struct taskmap_record usual(void)
{
	struct taskmap_record record = {
		.pid = 812, .tgid = 800, .ppid = 1,
		.kind = TASKMAP_THREAD, .state = 'S', .comm = "cat",
	};

	record.ids[TASKMAP_MM] = 0x0123456789abcdef;
	record.ids[TASKMAP_FILES] = 1;
	record.ids[TASKMAP_FS] = UINT64_MAX;
	record.ids[TASKMAP_SIGHAND] = 0x8000000000000000;
	return record;
}

TEST(test_heading)
{
	char line[TASKMAP_TEXT_LINE];
	size_t length = taskmap_text_header(line);

	assert_int_equal(length, strlen(HEADING));
	assert_memory_equal(line, HEADING, length);
}

TEST(test_usual_line)
{
	struct taskmap_record record = usual();

	/* Other resources and refs are not in the line. */
	record.ids[TASKMAP_ACTIVE_MM] = 2;
	record.ids[TASKMAP_SIGNAL] = 3;
	record.refs[TASKMAP_MM] = 4;
	assert_line(&record,
		    "    812     800       1 thread  S 0123456789abcdef "
		    "0000000000000001 ffffffffffffffff 8000000000000000 cat\n");
	/* A dash means no object. */
	memset(record.ids, 0, sizeof(record.ids));
	record.kind = TASKMAP_KTHREAD;
	record.state = 'I';
	assert_line(&record,
		    "    812     800       1 kthread I -                "
		    "-                -                -                cat\n");
}

TEST(test_kinds_and_pids)
{
	static const struct {
		enum taskmap_kind kind;
		int pid;
		const char *start;
	} rows[] = {
		{ TASKMAP_PROCESS, 1, "      1     800       1 process S " },
		{ TASKMAP_MAIN, 4194304, "4194304     800       1 main    S " },
		{ TASKMAP_WORKER, 0, "      0     800       1 worker  S " },
		{ TASKMAP_THREAD, 9999999, "9999999     800       1 thread  S " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct taskmap_record record = usual();
		char line[TASKMAP_TEXT_LINE];

		record.kind = rows[i].kind;
		record.pid = rows[i].pid;
		taskmap_text_record(line, &record);
		assert_memory_equal(line, rows[i].start, strlen(rows[i].start));
	}
}

static void assert_name(const char *comm, const char *shown)
{
	struct taskmap_record record = usual();
	char line[TASKMAP_TEXT_LINE];
	size_t length;

	memset(record.comm, 0, sizeof(record.comm));
	memcpy(record.comm, comm, strlen(comm));
	length = taskmap_text_record(line, &record);
	assert_int_equal(line[length - 1], '\n');
	line[length - 1] = '\0';
	assert_string_equal(line + strlen(HEADING) - strlen("COMM\n"), shown);
}

TEST(test_names)
{
	char byte[2] = "", shown[5];

	assert_name("", "");
	assert_name(" a  b ", " a  b ");
	assert_name("back\\slash", "back\\134slash");
	assert_name("new\nline", "new\\012line");
	for (int value = 1; value < 256; value++) {
		byte[0] = (char)value;
		if (value >= ' ' && value < 0x7f && value != '\\')
			snprintf(shown, sizeof(shown), "%c", value);
		else
			snprintf(shown, sizeof(shown), "\\%03o", value & 0xff);
		assert_name(byte, shown);
	}
}

TEST(test_longest_line_fits)
{
	struct taskmap_record record = usual();

	record.pid = 9999999;
	record.tgid = 9999999;
	record.ppid = 9999999;
	memset(record.comm, 0xff, sizeof(record.comm) - 1);
	assert_line(&record,
		    "9999999 9999999 9999999 thread  S "
		    "0123456789abcdef 0000000000000001 ffffffffffffffff "
		    "8000000000000000 \\377\\377\\377\\377\\377\\377\\377\\377"
		    "\\377\\377\\377\\377\\377\\377\\377\n");
}

int main(void)
{
	return run_all("text", NULL, NULL);
}
