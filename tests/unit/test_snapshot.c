// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <byteswap.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

struct image {
	unsigned char *bytes;
	size_t size;
};

static struct taskmap_header *header_of(struct image *image)
{
	return (struct taskmap_header *)image->bytes;
}

static struct taskmap_record *record_of(struct image *image, size_t index)
{
	return (struct taskmap_record *)(image->bytes +
					 sizeof(struct taskmap_header)) + index;
}

static struct image make(const struct shape *shape)
{
	struct taskmap_record rows[3] = {
		process(1, 0, "init"),
		process(7, 1, "seven"),
	};
	struct image image;

	rows[2] = thread(&rows[1], 9);
	image.bytes = fixture_image(rows, 3, shape, &image.size);
	return image;
}

/* Returns the error's code; on success @snap is filled. */
static enum error_code decode(const struct image *image, size_t size,
			      struct snapshot *snap)
{
	struct error error = { 0 };
	enum error_code code;

	if (!fixture_read(image->bytes, size, snap, &error))
		return ERROR_NONE;
	assert_non_null(error.text);
	assert_null(strchr(error.text, '\n'));
	code = error.code;
	error_clear(&error);
	return code;
}

/* As decode(), where nothing but the verdict matters. */
static enum error_code verdict(const struct image *image, size_t size)
{
	struct snapshot snap;
	enum error_code code = decode(image, size, &snap);

	if (code == ERROR_NONE)
		snapshot_free(&snap);
	return code;
}

static void expect(struct image *image, enum error_code code)
{
	assert_int_equal(verdict(image, image->size), code);
	free(image->bytes);
}

static void check_rows(const struct snapshot *snap, unsigned int resources)
{
	const struct taskmap_record want = process(7, 1, "seven");
	const struct taskmap_record *got = &snap->tasks[1];

	assert_int_equal(snap->count, 3);
	assert_int_equal(snap->tasks[2].pid, 9);
	assert_int_equal(snap->tasks[2].tgid, 7);
	assert_memory_equal(got, &want, offsetof(struct taskmap_record, ids));
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		bool known = r < resources;

		assert_int_equal(got->ids[r], known ? want.ids[r] : 0);
		assert_int_equal(got->refs[r], known ? want.refs[r] : 0);
	}
}

static void expect_rows(const struct shape *shape, unsigned int resources)
{
	struct image image = make(shape);
	struct snapshot snap;

	assert_int_equal(decode(&image, image.size, &snap), ERROR_NONE);
	check_rows(&snap, resources);
	assert_string_equal(snap.header.release, "6.1.0-56-amd64");
	snapshot_free(&snap);
	free(image.bytes);
}

static void test_whole(void **state)
{
	(void)state;
	expect_rows(NULL, TASKMAP_RESOURCES);
}

static void test_bigger_header(void **state)
{
	const struct shape shape = { .header_size = 256 };

	(void)state;
	expect_rows(&shape, TASKMAP_RESOURCES);
}

/* As the first modules wrote it, and as a later one may. */
static void test_pause(void **state)
{
	static const struct {
		uint32_t header_size;
		bool told;
	} headers[] = { { 144, false }, { 152, true }, { 256, true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		const struct shape shape = {
			.header_size = headers[i].header_size,
		};
		struct image image = make(&shape);
		struct snapshot snap;

		expect_rows(&shape, TASKMAP_RESOURCES);
		assert_int_equal(decode(&image, image.size, &snap), ERROR_NONE);
		assert_int_equal(snapshot_tells_pause(&snap.header),
				 headers[i].told);
		assert_int_equal(snap.header.pause_ns,
				 headers[i].told ? FIXTURE_PAUSE : 0);
		snapshot_free(&snap);
		free(image.bytes);
	}
}

/* Of no tasks: all of the file is shorter than the header is now. */
static void test_smallest(void **state)
{
	const struct shape shape = { .header_size = 144 };
	struct image image;

	(void)state;
	image.bytes = fixture_image(NULL, 0, &shape, &image.size);
	assert_int_equal(image.size, 144);
	assert_int_equal(verdict(&image, 143), ERROR_TRUNCATED);
	expect(&image, ERROR_NONE);
}

static void test_bigger_record(void **state)
{
	const struct shape shape = {
		.record_size = 400, .ids_offset = 96, .refs_offset = 300,
	};

	(void)state;
	expect_rows(&shape, TASKMAP_RESOURCES);
}

static void test_more_resources(void **state)
{
	const struct shape shape = {
		.record_size = 512, .resource_count = TASKMAP_RESOURCES + 4,
		.refs_offset = 72 + 8 * (TASKMAP_RESOURCES + 4),
	};

	(void)state;
	expect_rows(&shape, TASKMAP_RESOURCES);
}

static void test_fewer_resources(void **state)
{
	const struct shape shape = {
		.record_size = 120, .resource_count = 4, .refs_offset = 104,
	};

	(void)state;
	expect_rows(&shape, 4);
}

/* The other way round is as good, and may overlap as little. */
static void test_refs_before_ids(void **state)
{
	const struct shape shape = { .ids_offset = 152, .refs_offset = 72 };
	struct image image = make(&shape);

	(void)state;
	expect_rows(&shape, TASKMAP_RESOURCES);
	header_of(&image)->ids_offset = 144;
	expect(&image, ERROR_CORRUPT);
}

/* Wrong for this alone: there is room for them wherever they begin. */
static void test_unaligned(void **state)
{
	const struct shape shape = {
		.record_size = 320, .ids_offset = 80, .refs_offset = 240,
	};
	struct image image = make(&shape);

	(void)state;
	expect_rows(&shape, TASKMAP_RESOURCES);
	header_of(&image)->ids_offset = 84;
	assert_int_equal(verdict(&image, image.size), ERROR_CORRUPT);
	header_of(&image)->ids_offset = 80;
	header_of(&image)->refs_offset = 242;
	expect(&image, ERROR_CORRUPT);
}

static void test_no_tasks(void **state)
{
	struct image image;
	struct snapshot snap;

	(void)state;
	image.bytes = fixture_image(NULL, 0, NULL, &image.size);
	assert_int_equal(decode(&image, image.size, &snap), ERROR_NONE);
	assert_int_equal(snap.count, 0);
	snapshot_free(&snap);
	free(image.bytes);
}

static void test_truncated_everywhere(void **state)
{
	struct image image = make(NULL);

	(void)state;
	assert_int_equal(verdict(&image, 0), ERROR_EMPTY);
	for (size_t size = 1; size < image.size; size++)
		assert_int_equal(verdict(&image, size), ERROR_TRUNCATED);
	expect(&image, ERROR_NONE);
}

static void test_trailing(void **state)
{
	struct image image = make(NULL);

	(void)state;
	image.bytes = xreallocarray(image.bytes, image.size + 1, 1);
	image.bytes[image.size++] = 0;
	expect(&image, ERROR_TRAILING);
}

static void test_byte_order(void **state)
{
	struct image image = make(NULL);

	(void)state;
	header_of(&image)->magic = bswap_64(TASKMAP_MAGIC);
	/* Too little of it could be anything. */
	assert_int_equal(verdict(&image, 3), ERROR_NOT_SNAPSHOT);
	expect(&image, ERROR_BYTE_ORDER);
}

static void test_other_magic(void **state)
{
	struct image image = make(NULL);

	(void)state;
	header_of(&image)->magic++;
	assert_int_equal(verdict(&image, 3), ERROR_NOT_SNAPSHOT);
	expect(&image, ERROR_NOT_SNAPSHOT);
}

static void test_version(void **state)
{
	struct image image = make(NULL);

	(void)state;
	header_of(&image)->version = TASKMAP_FORMAT + 1;
	/* Even if its header is one that this format would call truncated. */
	assert_int_equal(verdict(&image, 16), ERROR_NEWER);
	expect(&image, ERROR_NEWER);
	image = make(NULL);
	header_of(&image)->version = 0;
	expect(&image, ERROR_CORRUPT);
}

/* One field of the header set to what it must not be. */
struct damage {
	size_t offset;
	uint32_t value;
};

#define DAMAGE(field, value)	{ offsetof(struct taskmap_header, field), value }

static const struct damage damages[] = {
	DAMAGE(header_size, 0),
	DAMAGE(header_size, 136),
	DAMAGE(header_size, sizeof(struct taskmap_header) + 4),
	DAMAGE(header_size, SNAPSHOT_MOST_BYTES + 8),
	DAMAGE(header_size, UINT32_MAX - 7),
	DAMAGE(record_size, 0),
	DAMAGE(record_size, 8),
	DAMAGE(record_size, sizeof(struct taskmap_record) - 8),
	DAMAGE(record_size, sizeof(struct taskmap_record) + 4),
	DAMAGE(record_size, SNAPSHOT_MOST_BYTES + 8),
	DAMAGE(record_size, UINT32_MAX - 7),
	DAMAGE(resource_count, TASKMAP_RESOURCES + 1),
	DAMAGE(resource_count, UINT32_MAX),
	DAMAGE(resource_count, 1U << 29),
	DAMAGE(ids_offset, 0),
	DAMAGE(ids_offset, 64),
	DAMAGE(ids_offset, 76),
	DAMAGE(ids_offset, 80),
	DAMAGE(ids_offset, 1U << 31),
	DAMAGE(ids_offset, UINT32_MAX - 7),
	DAMAGE(refs_offset, 0),
	DAMAGE(refs_offset, 216),
	DAMAGE(refs_offset, 220),
	DAMAGE(refs_offset, 226),
	DAMAGE(refs_offset, 232),
	DAMAGE(refs_offset, UINT32_MAX - 3),
};

static void test_layout(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		struct image image = make(NULL);

		memcpy(image.bytes + damages[i].offset, &damages[i].value, 4);
		expect(&image, ERROR_CORRUPT);
	}
}

static void test_count(void **state)
{
	static const uint64_t impossible[] = {
		UINT64_MAX, UINT64_MAX / sizeof(struct taskmap_record),
		1ULL << 40, 1ULL << 32 | 3, SNAPSHOT_MOST_TASKS + 1,
	};
	struct image image = make(NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(impossible); i++) {
		header_of(&image)->count = impossible[i];
		assert_int_equal(verdict(&image, image.size), ERROR_CORRUPT);
	}
	header_of(&image)->count = SNAPSHOT_MOST_TASKS;
	assert_int_equal(verdict(&image, image.size), ERROR_TRUNCATED);
	header_of(&image)->count = 4;
	assert_int_equal(verdict(&image, image.size), ERROR_TRUNCATED);
	header_of(&image)->count = 2;
	expect(&image, ERROR_TRAILING);
}

/* The largest that there can be, and both at once. */
static void test_largest(void **state)
{
	const struct shape shape = {
		.header_size = SNAPSHOT_MOST_BYTES,
		.record_size = SNAPSHOT_MOST_BYTES,
	};

	(void)state;
	expect_rows(&shape, TASKMAP_RESOURCES);
}

static void test_pids(void **state)
{
	struct image image = make(NULL);
	struct taskmap_record *first = record_of(&image, 0);
	struct taskmap_record *second = record_of(&image, 1);

	(void)state;
	second->pid = 1;
	assert_int_equal(verdict(&image, image.size), ERROR_CORRUPT);
	second->pid = 10;
	assert_int_equal(verdict(&image, image.size), ERROR_CORRUPT);
	second->pid = 7;
	first->pid = 0;
	assert_int_equal(verdict(&image, image.size), ERROR_CORRUPT);
	first->pid = -1;
	assert_int_equal(verdict(&image, image.size), ERROR_CORRUPT);
	first->pid = 1;
	first->tgid = 0;
	assert_int_equal(verdict(&image, image.size), ERROR_CORRUPT);
	first->tgid = 1;
	first->ppid = -5;
	assert_int_equal(verdict(&image, image.size), ERROR_CORRUPT);
	first->ppid = 0;
	expect(&image, ERROR_NONE);
}

static void test_strings_without_end(void **state)
{
	struct image image = make(NULL);
	struct snapshot snap;

	(void)state;
	memset(record_of(&image, 1)->comm, 'x', TASKMAP_COMM_LEN);
	memset(header_of(&image)->release, 'y', TASKMAP_RELEASE_LEN);
	assert_int_equal(decode(&image, image.size, &snap), ERROR_NONE);
	assert_string_equal(snap.tasks[1].comm, "xxxxxxxxxxxxxxx");
	assert_int_equal(strlen(snap.header.release), TASKMAP_RELEASE_LEN - 1);
	snapshot_free(&snap);
	free(image.bytes);
}

static void test_random_bytes(void **state)
{
	unsigned int seed = 42;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct image image = { .size = (size_t)rand_r(&seed) % 1024 };

		image.bytes = malloc(image.size + 8);
		assert_non_null(image.bytes);
		for (size_t i = 0; i < image.size; i++)
			image.bytes[i] = (unsigned char)rand_r(&seed);
		/* Half of them get past the magic number and the version. */
		if (round % 2 && image.size > 12) {
			header_of(&image)->magic = TASKMAP_MAGIC;
			header_of(&image)->version = TASKMAP_FORMAT;
		}
		assert_int_not_equal(verdict(&image, image.size), ERROR_NONE);
		free(image.bytes);
	}
}

/* Whatever is accepted must be what the rest of the reader relies on. */
static void check_sound(const struct snapshot *snap)
{
	for (unsigned int i = 0; i < snap->count; i++) {
		assert_true(snap->tasks[i].pid > 0);
		assert_true(!i || snap->tasks[i].pid > snap->tasks[i - 1].pid);
		assert_true(snap->tasks[i].tgid > 0);
		assert_true(memchr(snap->tasks[i].comm, 0, TASKMAP_COMM_LEN));
	}
}

static void test_mutations(void **state)
{
	unsigned int seed = 7;
	unsigned int accepted = 0;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		struct image image = make(NULL);
		int hits = 1 + rand_r(&seed) % 4;
		struct snapshot snap;

		while (hits--) {
			size_t at = (size_t)rand_r(&seed);

			/* The header, where most can go wrong, as often as the rest. */
			at %= rand_r(&seed) % 2 ? 72 : image.size;
			image.bytes[at] ^= (unsigned char)(1 << rand_r(&seed) % 8);
		}
		if (decode(&image, image.size, &snap) == ERROR_NONE) {
			check_sound(&snap);
			snapshot_free(&snap);
			accepted++;
		}
		free(image.bytes);
	}
	assert_in_range(accepted, 1000, 49000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_bigger_header),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_smallest),
		cmocka_unit_test(test_bigger_record),
		cmocka_unit_test(test_more_resources),
		cmocka_unit_test(test_fewer_resources),
		cmocka_unit_test(test_refs_before_ids),
		cmocka_unit_test(test_unaligned),
		cmocka_unit_test(test_no_tasks),
		cmocka_unit_test(test_truncated_everywhere),
		cmocka_unit_test(test_trailing),
		cmocka_unit_test(test_byte_order),
		cmocka_unit_test(test_other_magic),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_pids),
		cmocka_unit_test(test_strings_without_end),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
