// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * core/ needs no other folder: this program links all of it and nothing else of
 * the reader, and can read a snapshot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/model.h"

static const struct {
	struct taskmap_header header;
	struct taskmap_record tasks[2];
} file = {
	{
		.magic = TASKMAP_MAGIC, .version = TASKMAP_FORMAT,
		.header_size = sizeof(struct taskmap_header),
		.record_size = sizeof(struct taskmap_record), .count = 2,
		.resource_count = TASKMAP_RESOURCES,
		.ids_offset = offsetof(struct taskmap_record, ids),
		.refs_offset = offsetof(struct taskmap_record, refs),
	},
	{ { .pid = 7, .tgid = 7 }, { .pid = 9, .tgid = 7 } },
};

static void test_alone(void **state)
{
	char path[] = "/tmp/taskmap-alone-XXXXXX";
	int fd = mkstemp(path);
	struct error error = { 0 };
	struct snapshot snap;
	struct model model;

	(void)state;
	assert_int_equal(write(fd, &file, sizeof(file)), sizeof(file));
	close(fd);
	assert_int_equal(source_read(&source_system, path, &snap, &error), 0);
	assert_int_equal(model_init(&model, &snap), 0);
	assert_int_equal(model_leader(&model, 1), 0);
	assert_int_equal(model_threads(&model, 0).count, 2);
	model_free(&model);
	snapshot_free(&snap);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_alone) };

	return cmocka_run_group_tests_name("alone", tests, NULL, NULL);
}
