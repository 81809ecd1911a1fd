// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap groups: who shares each object.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fixture.h"
#include "objects.h"
#include "resources.h"

struct set {
	struct snapshot snap;
	struct model model;
	bool *chosen;
};

static void set_init(struct set *set, const struct taskmap_record *rows,
		     unsigned int count)
{
	set->snap = fixture_snapshot(rows, count);
	model_init(&set->model, &set->snap);
	set->chosen = xcalloc(count, sizeof(*set->chosen));
	for (unsigned int i = 0; i < count; i++)
		set->chosen[i] = true;
}

static void set_free(struct set *set)
{
	free(set->chosen);
	model_free(&set->model);
	snapshot_free(&set->snap);
}

static struct objects objects_of(struct set *set, uint32_t set_of,
				 bool unshared)
{
	const struct object_filter filter = {
		.resources = set_of,
		.chosen = set->chosen,
		.unshared = unshared,
	};

	return objects_make(&set->model, &filter);
}

/* What holders each tell of the refs is not the same when they are walked. */
static void test_refs(void **state)
{
	struct taskmap_record rows[4] = { process(5, 0, "x") };
	struct objects objects;
	struct set set;

	(void)state;
	for (int i = 1; i < 4; i++)
		rows[i] = thread(&rows[0], 5 + i);
	rows[0].refs[TASKMAP_MM] = 3;
	rows[1].refs[TASKMAP_MM] = UINT32_MAX;
	rows[2].refs[TASKMAP_MM] = 0;
	for (int i = 0; i < 4; i++)
		rows[i].refs[TASKMAP_FS] = 0;
	set_init(&set, rows, 4);
	objects = objects_of(&set, 1 << TASKMAP_MM | 1 << TASKMAP_FS, false);
	assert_int_equal(objects.count, 2);
	assert_int_equal(objects.list[0].refs, UINT32_MAX);
	assert_int_equal(objects.list[1].refs, 0);
	objects_free(&objects);
	set_free(&set);
}

static void expect_object(const struct object *object, unsigned int count,
			  unsigned int groups, unsigned int outside,
			  unsigned int kthreads, int tgid)
{
	assert_int_equal(object->count, count);
	assert_int_equal(object->groups, groups);
	assert_int_equal(object->outside, outside);
	assert_int_equal(object->kthreads, kthreads);
	assert_int_equal(object->tgid, tgid);
}

/* One group of three, one of two and a kernel thread, in no order of tgid. */
static void test_outside(void **state)
{
	struct taskmap_record rows[6] = { process(5, 0, "x"), process(6, 0, "y") };
	struct objects objects;
	struct set set;

	(void)state;
	rows[2] = thread(&rows[1], 7);
	rows[3] = kthread(8, "z");
	rows[4] = thread(&rows[0], 9);
	rows[5] = thread(&rows[1], 10);
	for (int i = 0; i < 6; i++)
		rows[i].ids[TASKMAP_MM] = 77;
	set_init(&set, rows, 6);
	objects = objects_of(&set, 1 << TASKMAP_MM, false);
	assert_int_equal(objects.count, 1);
	expect_object(&objects.list[0], 6, 3, 3, 1, 6);
	assert_int_equal(objects.list[0].earliest, 0);
	objects_free(&objects);
	/* Of two that hold as much, the first; and nobody is outside of one. */
	set_free(&set);
	set_init(&set, rows, 5);
	objects = objects_of(&set, 1 << TASKMAP_MM, false);
	expect_object(&objects.list[0], 5, 3, 3, 1, 5);
	objects_free(&objects);
	set_free(&set);
	rows[1] = rows[4];
	rows[1].pid = 6;
	set_init(&set, rows, 2);
	objects = objects_of(&set, 1 << TASKMAP_MM, false);
	expect_object(&objects.list[0], 2, 1, 0, 0, 5);
	objects_free(&objects);
	set_free(&set);
}

static void test_unshared(void **state)
{
	struct taskmap_record rows[3] = {
		process(5, 0, "x"), process(6, 0, "y"), process(7, 0, "z"),
	};
	struct objects objects;
	struct set set;

	(void)state;
	rows[2].ids[TASKMAP_MM] = rows[1].ids[TASKMAP_MM];
	rows[0].ids[TASKMAP_FS] = 0;
	set_init(&set, rows, 3);
	objects = objects_of(&set, 1 << TASKMAP_MM | 1 << TASKMAP_FS, false);
	assert_int_equal(objects.count, 1);
	assert_int_equal(objects.list[0].earliest, 1);
	objects_free(&objects);
	/* The most holders first, and no object is none. */
	objects = objects_of(&set, 1 << TASKMAP_MM | 1 << TASKMAP_FS, true);
	assert_int_equal(objects.count, 4);
	assert_int_equal(objects.list[0].earliest, 1);
	assert_int_equal(objects.list[1].earliest, 0);
	assert_int_equal(objects.list[2].resource, TASKMAP_FS);
	assert_int_equal(objects.list[2].earliest, 1);
	assert_int_equal(objects.list[3].earliest, 2);
	objects_free(&objects);
	set_free(&set);
}

static void test_chosen(void **state)
{
	struct taskmap_record rows[3] = {
		process(5, 0, "x"), process(6, 0, "y"), process(7, 0, "z"),
	};
	struct objects objects;
	struct set set;

	(void)state;
	for (int i = 0; i < 3; i++)
		rows[i].ids[TASKMAP_FS] = 9;
	set_init(&set, rows, 3);
	set.chosen[0] = set.chosen[1] = false;
	objects = objects_of(&set, 1 << TASKMAP_MM | 1 << TASKMAP_FS, true);
	assert_int_equal(objects.count, 2);
	assert_int_equal(objects.list[0].earliest, 2);
	/* Who are not chosen still count. */
	assert_int_equal(objects.list[1].count, 3);
	objects_free(&objects);
	set.chosen[2] = false;
	objects = objects_of(&set, ~0U, true);
	assert_int_equal(objects.count, 0);
	objects_free(&objects);
	set_free(&set);
}

static void test_resource_names(void **state)
{
	(void)state;
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		assert_int_equal(resource_by_name(resources[r].name), r);
		assert_int_equal(resource_by_name(resources[r].column), r);
	}
	assert_int_equal(resource_by_name("Active_MM"), TASKMAP_ACTIVE_MM);
	assert_int_equal(resource_by_name("netns"), TASKMAP_NET_NS);
	assert_int_equal(resource_by_name(""), TASKMAP_RESOURCES);
	assert_int_equal(resource_by_name("m"), TASKMAP_RESOURCES);
	assert_int_equal(resource_by_name("mm "), TASKMAP_RESOURCES);
}

/* From outside */

static void expect_run(const char *path, const char *line, int status,
		       const char *out, const char *err)
{
	struct result result = run(path, line);

	if (result.status != status || strcmp(result.out, out) ||
	    strcmp(result.err, err))
		fail_msg("%s: exit %d: %s%s", line, result.status, result.out,
			 result.err);
	result_clear(&result);
}

/* Runs @line on a snapshot of @rows. */
static void expect_of(const struct taskmap_record *rows, size_t count,
		      const struct shape *shape, const char *line, int status,
		      const char *out, const char *err)
{
	char *dir = fixture_dir(), *path;
	unsigned char *image;
	size_t size;

	image = fixture_image(rows, count, shape, &size);
	path = fixture_file(dir, "snapshot", image, size);
	expect_run(path, line, status, out, err);
	free(path);
	free(image);
	fixture_remove(dir);
}

static void expect_system(const char *line, int status, const char *out,
			  const char *err)
{
	struct taskmap_record *rows = fixture_system();

	expect_of(rows, fixture_system_count, NULL, line, status, out, err);
	free(rows);
}

static void test_named(void **state)
{
	(void)state;
	expect_system("$T groups -i $S -rn -o id,holders UtsNS net NET", 0,
		      "utsns#1 19\nnetns#1 18\n", "");
	/* In the order of the table, however they are named. */
	expect_system("$T groups -i $S -rn -o id,pids files mm", 0,
		      "mm#3 200,201,202,203,600\n"
		      "mm#6 500,501,502\n"
		      "mm#4 300,301\n"
		      "mm#5 401,402\n"
		      "files#2 2,3,600\n"
		      "files#4 200,201,203\n"
		      "files#9 500,501,502\n"
		      "files#8 401,402\n", "");
	expect_system("$T groups -i $S -n io sysvsem", 0, "", "");
}

static void test_filters(void **state)
{
	(void)state;
	expect_system("$T groups -i $S -rn -o id,holders -p 202", 0,
		      "mm#3 5\nsighand#5 4\nsignal#5 4\n", "");
	expect_system("$T groups -i $S -rn -o id -p 202 --all mm files fs", 0,
		      "mm#3\nfiles#5\nfs#4\n", "");
	expect_system("$T groups -i $S -rn -o id,first -k worker,kthread mm fs",
		      0, "mm#3 200\nfs#1 1\nfs#3 200\n", "");
	expect_system("$T groups -i $S -rn -o id -p 4711,300 mm", 1, "mm#4\n",
		      "taskmap: no task 4711 in this snapshot\n");
}

static void test_json(void **state)
{
	struct taskmap_record rows[2] = { process(5, 0, "a\n\"\xff") };

	(void)state;
	rows[1] = rows[0];
	rows[1].pid = rows[1].tgid = 6;
	rows[0].refs[TASKMAP_FS] = rows[1].refs[TASKMAP_FS] = 0;
	expect_of(rows, 2, NULL, "$T groups -i $S -J fs -o +tgid,pids | tail -n +2",
		  0,
		  "\"groups\":[\n"
		  "{\"resource\":\"fs\",\"id\":\"a300000000000005\","
		  "\"holders\":2,\"refs\":null,\"groups\":2,\"outside\":1,"
		  "\"kthreads\":0,\"first\":5,\"comm\":\"a\\\\012\\\"\\\\377\","
		  "\"tgid\":5,\"pids\":[5,6]}\n"
		  "]}\n", "");
	expect_of(rows, 2, NULL, "$T groups -i $S -J io | tail -n +2", 0,
		  "\"groups\":[\n]}\n", "");
	/* The same name where each byte that could do harm is escaped. */
	expect_of(rows, 2, NULL, "$T groups -i $S -rn -o refs,comm,pids fs", 0,
		  "- a\\x0a\"\\xff 5,6\n", "");
	expect_of(rows, 2, NULL, "$T groups -i $S -P -o refs,comm,pids fs", 0,
		  "REFS=\"-\" COMM=\"a\\x0a\\x22\\xff\" PIDS=\"5,6\"\n", "");
	expect_of(rows, 2, NULL, "$T groups -i $S -n -o refs,comm,pids fs |"
		  " awk '{ $1 = $1; print }'", 0,
		  "- a\\012\"\\377 5,6\n", "");
}

static void test_empty(void **state)
{
	(void)state;
	expect_of(NULL, 0, NULL, "$T groups -i $S", 0, "", "");
	expect_of(NULL, 0, NULL, "$T groups -i $S --all -J | tail -n +2", 0,
		  "\"groups\":[\n]}\n", "");
}

/* A file of an older module, which lacks most resources, and of a newer one. */
static void test_shapes(void **state)
{
	const struct shape old = {
		.record_size = 120, .resource_count = 4, .refs_offset = 104,
	};
	const struct shape new = {
		.header_size = 200, .record_size = 328,
		.resource_count = TASKMAP_RESOURCES + 1,
		.refs_offset = 72 + 8 * (TASKMAP_RESOURCES + 1),
	};
	struct taskmap_record rows[2] = { process(5, 0, "x") };

	(void)state;
	rows[1] = thread(&rows[0], 6);
	expect_of(rows, 2, &old, "$T groups -i $S -rn -o id,holders mm fs user",
		  0, "mm#1 2\nfs#1 2\n", "");
	expect_of(rows, 2, &new, "$T groups -i $S -rn -o id,holders mm fs user",
		  0, "mm#1 2\nfs#1 2\nuserns#1 2\n", "");
}

/* Pids that need more room than any other value. */
static void test_many(void **state)
{
	enum { COUNT = 100000 };
	struct taskmap_record *rows = xcalloc(COUNT, sizeof(*rows));

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		rows[i] = process(i + 1, 0, "x");
		/* Pairs, one of each of which is in one half. */
		rows[i].ids[TASKMAP_MM] = 1 + (unsigned int)i % (COUNT / 2);
	}
	expect_of(rows, COUNT, NULL,
		  "$T groups -i $S -rn -o id,holders,pids mm | tail -n 1; "
		  "$T groups -i $S -rn -o pids user | tr , '\\n' | sort -nu |"
		  " sha256sum >x; seq 100000 | sha256sum | cmp x - && "
		  "$T groups -i $S -J -o holders,pids mm user | tail -n 3 |"
		  " cut -c 1-40", 0,
		  "mm#50000 2 50000,100000\n"
		  "{\"holders\":2,\"pids\":[50000,100000]},\n"
		  "{\"holders\":100000,\"pids\":[1,2,3,4,5,6,7,\n"
		  "]}\n", "");
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_unshared),
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_resource_names),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
