// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Tests lists of columns. The tests of the commands check the contents of
 * columns.
 */
#include "command/command.h"
#include "fixture.h"

/* After a refused list, the next one starts from the beginning. */
TEST(test_selection)
{
	struct selection selection = { .of = &task_columns };
	size_t defaults, length;

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
	return run_all("columns", NULL, NULL);
}
