/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * A file of tests: each is TEST(name) { ... }, and main() calls run_all().
 */
#ifndef TASKMAP_UNIT_TEST_H
#define TASKMAP_UNIT_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define TEST(name)	TEST_WITH(name, NULL, NULL)

/* The same with a setup and a teardown of its own; both may use @state. */
#define TEST_WITH(name, setup, teardown)				\
	static void name(void **state);					\
	static __attribute__((constructor)) void add_##name(void)	\
	{								\
		add_test(#name, name, setup, teardown, NULL);		\
	}								\
	static void name(__attribute__((unused)) void **state)

void add_test(const char *name, CMUnitTestFunction function,
	      CMFixtureFunction setup, CMFixtureFunction teardown,
	      const void *state);

/* All that were added, in order; @setup and @teardown are for all of them. */
int run_all(const char *name, CMFixtureFunction setup,
	      CMFixtureFunction teardown);

#endif /* TASKMAP_UNIT_TEST_H */
