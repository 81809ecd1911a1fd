// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The values of columns where a record says what no module would, or what only
 * a newer one would.
 */
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "filter.h"
#include "fixture.h"
#include "kinds.h"

static const struct style full = { .full_ids = true };

static struct value value_of(const struct taskmap_record *row,
			     const char *name)
{
	struct snapshot snap = fixture_snapshot(row, 1);
	struct selection selection = { .of = &task_columns };
	struct model model;
	const struct row of = { .model = &model, .task = 0 };
	struct value value;
	size_t length;

	model_init(&model, &snap);
	assert_null(selection_parse(&selection, name, &length));
	column_fill(&selection.columns[0], &of, &full, &value);
	selection_free(&selection);
	model_free(&model);
	snapshot_free(&snap);
	return value;
}

static void expect_none(const struct taskmap_record *row, const char *name)
{
	assert_int_equal(value_of(row, name).type, VALUE_NONE);
}

static void expect_text(const struct taskmap_record *row, const char *name,
			const char *want)
{
	const struct value value = value_of(row, name);

	assert_int_equal(value.type, VALUE_TEXT);
	assert_string_equal(value.text, want);
}

static void expect_number(const struct taskmap_record *row, const char *name,
			  int64_t want)
{
	const struct value value = value_of(row, name);

	assert_int_equal(value.type, VALUE_NUMBER);
	assert_true(value.number == want);
}

static void test_unknown_kind(void **state)
{
	struct taskmap_record row = process(1, 0, "x");

	(void)state;
	expect_text(&row, "kind", "process");
	row.kind = TASKMAP_KTHREAD;
	expect_text(&row, "kind", "kthread");
	row.kind = 0;
	expect_none(&row, "kind");
	row.kind = TASKMAP_KTHREAD + 1;
	expect_none(&row, "kind");
	row.kind = 255;
	expect_none(&row, "kind");
}

/* A kind that has no name is none of those that can be asked for. */
static void test_unknown_kind_filtered(void **state)
{
	struct taskmap_record rows[3] = {
		process(1, 0, "x"), process(2, 0, "y"), process(3, 0, "z"),
	};
	struct filter filter = { 0 };
	struct snapshot snap;
	struct model model;
	unsigned int missing;
	size_t length;
	bool *shown;

	(void)state;
	rows[1].kind = TASKMAP_KTHREAD + 1;
	/* As many bits on as would be those of process. */
	rows[2].kind = TASKMAP_PROCESS + 32;
	snap = fixture_snapshot(rows, 3);
	model_init(&model, &snap);
	assert_null(filter_add_kinds(&filter, "process,kthread", &length));
	shown = filter_apply(&filter, &model, &missing);
	assert_true(shown[0]);
	assert_false(shown[1]);
	assert_false(shown[2]);
	free(shown);
	filter_free(&filter);
	model_free(&model);
	snapshot_free(&snap);
}

static void test_state(void **state)
{
	static const unsigned char none[] = { 0, ' ', '1', '\n', 0xe9, 0xff };
	struct taskmap_record row = process(1, 0, "x");

	(void)state;
	row.state = 't';
	expect_text(&row, "s", "t");
	row.state = 'Z';
	expect_text(&row, "s", "Z");
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		row.state = none[i];
		expect_none(&row, "s");
	}
}

/* The ends of what fields can hold. */
static void test_numbers(void **state)
{
	struct taskmap_record row = process(1, 0, "x");

	(void)state;
	row.start_ns = UINT64_MAX >> 1;
	row.uid = UINT32_MAX;
	row.exit_signal = INT32_MIN;
	row.ns_pid = -1;
	row.flags = UINT32_MAX;
	row.refs[TASKMAP_MM] = UINT32_MAX;
	row.ids[TASKMAP_MM] = UINT64_MAX;
	row.ids[TASKMAP_FILES] = 1;
	expect_number(&row, "start", INT64_MAX);
	expect_number(&row, "uid", 4294967295);
	expect_number(&row, "exit_signal", INT32_MIN);
	expect_number(&row, "nspid", -1);
	expect_text(&row, "flags", "0xffffffff");
	expect_number(&row, "mm_refs", 4294967295);
	expect_text(&row, "mm", "ffffffffffffffff");
	expect_text(&row, "files", "0000000000000001");
	/* Those that are seen, and those that the kernel counted. */
	row.threads = 5;
	expect_number(&row, "threads", 1);
	expect_number(&row, "nlwp", 5);
	expect_none(&row, "io");
	expect_none(&row, "io_refs");
}

/* What follows a list that was refused begins anew. */
static void test_selection(void **state)
{
	struct selection selection = { .of = &task_columns };
	size_t defaults, length;

	(void)state;
	selection_defaults(&selection);
	defaults = selection.count;
	assert_null(selection_parse(&selection, "+uid", &length));
	assert_int_equal(selection.count, defaults + 1);
	assert_string_equal(selection.columns[defaults].name, "UID");
	assert_non_null(selection_parse(&selection, "pid,pi,x", &length));
	assert_int_equal(length, 2);
	assert_null(selection_parse(&selection, "COMM", &length));
	assert_int_equal(selection.count, 1);
	selection_all(&selection);
	assert_int_equal(selection.count, column_count(&task_columns));
	selection_free(&selection);
	assert_int_equal(selection.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_kind),
		cmocka_unit_test(test_unknown_kind_filtered),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_selection),
	};

	return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
