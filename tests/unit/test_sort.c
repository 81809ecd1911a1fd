// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "sort.h"
#include "util.h"

#define COUNT	1000

static int by_key_tgid_task(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

/* Sorts those of @keys and @tgids in all pairs, again and again. */
static void expect_sorted(const uint64_t *keys, size_t key_count,
			  const int *tgids, size_t tgid_count)
{
	struct entry entries[COUNT], expected[COUNT];

	for (unsigned int i = 0; i < COUNT; i++) {
		/* None of the bytes between them, where there are such. */
		memset(&entries[i], 0, sizeof(entries[i]));
		entries[i].key = keys[i * 7 % key_count];
		entries[i].tgid = tgids[i * 11 / 3 % tgid_count];
		entries[i].task = i;
	}
	memcpy(expected, entries, sizeof(entries));
	qsort(expected, COUNT, sizeof(*expected), by_key_tgid_task);
	sort_entries(entries, COUNT);
	assert_memory_equal(entries, expected, sizeof(entries));
}

static void test_sorted(void **state)
{
	const uint64_t keys[] = {
		1, UINT64_MAX, 0x100, 0xff, 1ULL << 63, 0x0123456789abcdef,
		0xfedcba9876543210, 1ULL << 32, UINT32_MAX,
	};
	const int tgids[] = { 1, 300, INT_MAX, -1, 0, INT_MIN, 299, 65536 };

	(void)state;
	expect_sorted(keys, ARRAY_SIZE(keys), tgids, ARRAY_SIZE(tgids));
	expect_sorted(keys, ARRAY_SIZE(keys), tgids, 1);
	expect_sorted(keys, 1, tgids, ARRAY_SIZE(tgids));
	/* One digit differs and no other: the last pass is an odd one. */
	expect_sorted(keys, 1, tgids, 2);
	expect_sorted(keys, 1, tgids, 1);
}

static void test_few(void **state)
{
	struct entry entries[] = { { 2, 1, 0 }, { 1, 1, 1 } };

	(void)state;
	sort_entries(NULL, 0);
	sort_entries(entries, 1);
	assert_int_equal(entries[0].key, 2);
	sort_entries(entries, 2);
	assert_int_equal(entries[0].task, 1);
	assert_int_equal(entries[1].task, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_few),
	};

	return cmocka_run_group_tests_name("sort", tests, NULL, NULL);
}
