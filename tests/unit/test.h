/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * For files of tests: each test is TEST(name) { ... }, and main() calls
 * run_all().
 */
#ifndef TASKMAP_UNIT_TEST_H
#define TASKMAP_UNIT_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define TEST(name)	TEST_WITH(name, NULL, NULL)

/* A test with its own setup and teardown. Both may use @state. */
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

/* Runs all tests in order. @setup and @teardown run once for all of them. */
int run_all(const char *name, CMFixtureFunction setup,
	      CMFixtureFunction teardown);

#endif /* TASKMAP_UNIT_TEST_H */
