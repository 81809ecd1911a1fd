// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <string.h>

#include "test.h"

#define MOST	64	/* the most tests in a file */

static struct CMUnitTest tests[MOST];
static size_t count;

void add_test(const char *name, CMUnitTestFunction function,
	      CMFixtureFunction setup, CMFixtureFunction teardown,
	      const void *state)
{
	assert_in_range(count, 0, MOST - 1);
	tests[count++] = (struct CMUnitTest){
		name, function, setup, teardown, (void *)state,
	};
}

int run_all(const char *name, CMFixtureFunction setup,
	      CMFixtureFunction teardown)
{
	struct CMUnitTest all[count];

	memcpy(all, tests, sizeof(all));
	return cmocka_run_group_tests_name(name, all, setup, teardown);
}
