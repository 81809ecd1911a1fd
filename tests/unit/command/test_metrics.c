// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap metrics of a saved snapshot. The figures that need the module's events are
 * tested in a virtual machine.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* A system with a thread that has credentials of its own. */
static struct taskmap_record *system_with_own_cred(void)
{
	struct taskmap_record *rows = fixture_system();

	for (size_t i = 0; i < fixture_system_count; i++) {
		if (rows[i].kind == TASKMAP_THREAD) {
			rows[i].ids[TASKMAP_CRED] = 0xabcdef;
			return rows;
		}
	}
	fail_msg("no thread");
	return NULL;
}

TEST(test_all)
{
	static const char *const lines[] = { "$T metrics -i $S", NULL };
	struct taskmap_record *rows = system_with_own_cred();

	expect_transcript("command/metrics", rows, fixture_system_count, lines);
	free(rows);
}

/* Kinds and states of a newer kernel are counted. */
TEST(test_newer)
{
	static const char *const lines[] = {
		"$T metrics -i $S | grep -e '^taskmap_tasks.*other' -e '^taskmap_tasks.* [1-9]'",
		NULL
	};
	struct taskmap_record rows[4] = {
		process(5, 0, "x"), process(6, 0, "y"), process(7, 0, "z"), process(8, 0, "a"),
	};

	rows[0].kind = 200;
	rows[1].state = '?';
	rows[2].kind = 0;
	rows[2].state = 0;
	expect_transcript("command/metrics-newer", rows, 4, lines);
}

/* What the file does not report has no series, instead of 0. */
TEST(test_older)
{
	struct taskmap_record rows[1] = { process(5, 0, "x") };
	char *dir = fixture_dir();
	char *path = fixture_image_file(dir, "older", rows, 1, &fixture_older);

	expect_out(path, "$T metrics -i $S | grep -e seccomp -e children || echo none",
		   "none\n");
	free(path);
	fixture_remove(dir);
}

/* The node name is any bytes; a label is valid UTF-8, and its quotes are escaped. */
TEST(test_node)
{
	struct taskmap_record rows[1] = { process(5, 0, "x") };
	const size_t node = offsetof(struct taskmap_header, node);
	char *dir = fixture_dir();
	size_t size;
	unsigned char *image = fixture_image(rows, 1, NULL, &size);
	char *path;

	strcpy((char *)image + node, "a\"b\\\n\xff");
	path = fixture_file(dir, "node", image, size);
	expect_out(path, "$T metrics -i $S | grep -o 'node=[^,]*'",
		   "node=\"a\\\"b\\\\134\\\\012\\\\377\"\n");
	free(path);
	free(image);
	fixture_remove(dir);
}

/* However many tasks there are, the number of series is bounded. */
TEST(test_number_of_series)
{
	enum { TASKS = 2000 };
	struct taskmap_record *rows = xcalloc(TASKS, sizeof(*rows));
	char *dir = fixture_dir();
	char *path;

	for (int i = 0; i < TASKS; i++) {
		rows[i] = process(i + 1, 0, "x");
		rows[i].kind = (unsigned char)(i % 7);
		rows[i].state = (unsigned char)(i % 256);
		for (int r = 0; r < TASKMAP_RESOURCES; r++)
			rows[i].ids[r] = 1000 + (unsigned int)(i * 31 % (37 + r));
	}
	path = fixture_image_file(dir, "many", rows, TASKS, NULL);
	/* The counters of --interval are 13 more. */
	expect_out(path, "[ $($T metrics -i $S | grep -vc '^#') -le 187 ] && echo few",
		   "few\n");
	free(path);
	free(rows);
	fixture_remove(dir);
}

GOLDEN_TEST(test_usage, "command/metrics-usage")
{
	static const char *const lines[] = {
		"$T metrics --interval 0",
		"$T metrics --interval -1",
		"$T metrics --interval 1x",
		"$T metrics --interval 99999999999",
		"$T metrics --interval 1 -i x",
		"$T metrics --interval 1 --proc",
		"$T metrics --interval",
		"$T metrics 812",
		"$T metrics -i missing",
		"$T list --interval 1",
		NULL
	};

	for (const char *const *line = lines; *line; line++)
		transcript_run(to, "", *line);
}

TEST(test_file)
{
	struct taskmap_record rows[1] = { process(5, 0, "x") };
	char *dir = fixture_dir();
	char *path = fixture_image_file(dir, "snapshot", rows, 1, NULL);
	struct result result;

	expect_out(path, "$T metrics -i $S -o file && $T metrics -i $S -o - | cmp - file && echo same",
		   "same\n");
	result = run(path, "$T metrics -i $S -o missing/file");
	assert_int_equal(result.status, 3);
	assert_string_equal(result.out, "");
	assert_string_equal(result.err,
			    "taskmap: cannot write missing/file: No such file or directory\n");
	result_clear(&result);
	free(path);
	fixture_remove(dir);
}

int main(void)
{
	return run_all("metrics", NULL, NULL);
}
