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

/* The errors for invalid files, after their name. */
#define EMPTY		": empty, not a taskmap snapshot"
#define NOT_SNAPSHOT	": not a taskmap snapshot"
#define OTHER_ORDER	": written on a machine with the other byte order"
#define NEWER		": format 2 is newer than this taskmap (1)"
#define TRUNCATED	": truncated: "
#define TRAILING	": corrupt: more bytes follow the snapshot's "
#define WRONG(what)	": corrupt: wrong " what

/* Whether @image is valid, which fills in @snap; otherwise the error has @reason. */
static bool decode(const struct image *image, size_t size,
		   struct snapshot *snap, const char *reason)
{
	struct error error = { 0 };

	if (!fixture_read(image->bytes, size, snap, &error))
		return true;
	assert_non_null(error.text);
	if (strncmp(error.text, "/tmp/taskmap-image-", 19) ||
	    !strstr(error.text, reason) || strchr(error.text, '\n'))
		fail_msg("error \"%s\" does not mention \"%s\"", error.text, reason);
	free(error.text);
	return false;
}

/* The first @size bytes are refused for @reason, or valid if that is NULL. */
static void expect_part(const struct image *image, size_t size,
			const char *reason)
{
	struct snapshot snap;
	bool sound = decode(image, size, &snap, reason ? reason : "none");

	assert_int_equal(sound, !reason);
	if (sound)
		snapshot_free(&snap);
}

/* The same for all of @image, which is freed. */
static void expect(struct image *image, const char *reason)
{
	expect_part(image, image->size, reason);
	free(image->bytes);
}

static void check_rows(const struct snapshot *snap, unsigned int known)
{
	static const struct taskmap_record zero;
	size_t scalars = snapshot_scalars(&snap->header);
	const struct taskmap_record want = process(7, 1, "seven");
	const struct taskmap_record *got = &snap->tasks[1];

	assert_int_equal(snap->count, 3);
	assert_int_equal(snap->tasks[2].pid, 9);
	assert_int_equal(snap->tasks[2].tgid, 7);
	assert_memory_equal(got, &want, scalars);
	assert_memory_equal((const char *)got + scalars,
			    (const char *)&zero + scalars,
			    offsetof(struct taskmap_record, ids) - scalars);
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		bool told = r < known;

		assert_int_equal(got->ids[r], told ? want.ids[r] : 0);
		assert_int_equal(got->refs[r], told ? want.refs[r] : 0);
	}
}

/* The end of the scalars of a record, where ids begin. */
#define SCALARS	offsetof(struct taskmap_record, ids)

/*
 * Shapes that older and newer modules write, the number of resources, and the
 * bytes of scalars.
 */
static const struct {
	struct shape shape;
	unsigned int known;
	size_t scalars;
} shapes[] = {
	{ { 0 }, TASKMAP_RESOURCES, SCALARS },
	{ { .header_size = 144 }, TASKMAP_RESOURCES, SCALARS },
	{ { .header_size = 152 }, TASKMAP_RESOURCES, SCALARS },
	{ { .header_size = 256 }, TASKMAP_RESOURCES, SCALARS },
	{ { 152, 304, 19, 72, 224 }, 19, 72 },
	{ { .record_size = 432, .ids_offset = 168, .refs_offset = 344 },
	  TASKMAP_RESOURCES, 168 },
	{ { .record_size = 400, .ids_offset = 96, .refs_offset = 300 },
	  TASKMAP_RESOURCES, 96 },
	{ { .record_size = 512, .ids_offset = SCALARS + 16,
	    .refs_offset = 400 }, TASKMAP_RESOURCES, SCALARS },
	{ { .record_size = 512, .resource_count = TASKMAP_RESOURCES + 4,
	    .refs_offset = SCALARS + 8 * (TASKMAP_RESOURCES + 4) },
	  TASKMAP_RESOURCES, SCALARS },
	{ { .record_size = SCALARS + 4 * 12, .resource_count = 4,
	    .refs_offset = SCALARS + 4 * 8 }, 4, SCALARS },
	/* Refs may also come first. */
	{ { .ids_offset = SCALARS + 88, .refs_offset = SCALARS },
	  TASKMAP_RESOURCES, SCALARS },
	{ { .ids_offset = 256, .refs_offset = 76 }, TASKMAP_RESOURCES, 76 },
	{ { .record_size = 352, .ids_offset = 80, .refs_offset = 260 },
	  TASKMAP_RESOURCES, 80 },
	{ { .header_size = SNAPSHOT_MOST_BYTES,
	    .record_size = SNAPSHOT_MOST_BYTES }, TASKMAP_RESOURCES, SCALARS },
};

TEST(test_shapes)
{
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct image image = make(&shapes[i].shape);
		size_t header = shapes[i].shape.header_size;
		bool pause = header != 144, all = pause && header != 152;
		struct snapshot snap;

		assert_true(decode(&image, image.size, &snap, "none"));
		assert_int_equal(snapshot_scalars(&snap.header),
				 shapes[i].scalars);
		check_rows(&snap, shapes[i].known);
		assert_string_equal(snap.header.release, "6.1.0-56-amd64");
		/* The first modules did not write this field. */
		assert_int_equal(header_has(&snap.header, pause_ns), pause);
		assert_int_equal(snap.header.pause_ns,
				 pause ? FIXTURE_PAUSE : 0);
		assert_int_equal(header_has(&snap.header, node), all);
		assert_string_equal(snap.header.node, all ? "node" : "");
		assert_int_equal(snap.header.births_ns, all ? 500000000 : 0);
		/* Without a mask in the header, the file has all its resources. */
		assert_int_equal(snap.header.resources,
				 (1U << shapes[i].known) - 1);
		snapshot_free(&snap);
		free(image.bytes);
	}
}

/* A file without tasks is shorter than the current header. */
TEST(test_smallest)
{
	const struct shape shape = { .header_size = 144 };
	struct image image;

	image.bytes = fixture_image(NULL, 0, &shape, &image.size);
	assert_int_equal(image.size, 144);
	expect_part(&image, 143, TRUNCATED);
	expect(&image, NULL);
}

/* Ids after refs may not overlap either; and offsets must be aligned. */
TEST(test_misplaced)
{
	static const struct {
		struct shape shape;
		uint32_t ids_offset, refs_offset;
		const char *reason;
	} cases[] = {
		{ { .ids_offset = SCALARS + 88, .refs_offset = SCALARS },
		  SCALARS + 80, SCALARS,
		  WRONG("offsets of ids and refs, which overlap") },
		{ { .record_size = 352, .ids_offset = 80, .refs_offset = 260 },
		  84, 260, WRONG("offset of the ids") },
		{ { .record_size = 352, .ids_offset = 80, .refs_offset = 260 },
		  80, 262, WRONG("offset of the refs") },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct image image = make(&cases[i].shape);

		header_of(&image)->ids_offset = cases[i].ids_offset;
		header_of(&image)->refs_offset = cases[i].refs_offset;
		expect(&image, cases[i].reason);
	}
}

TEST(test_no_tasks)
{
	struct image image;
	struct snapshot snap;

	image.bytes = fixture_image(NULL, 0, NULL, &image.size);
	assert_true(decode(&image, image.size, &snap, "none"));
	assert_int_equal(snap.count, 0);
	snapshot_free(&snap);
	free(image.bytes);
}

TEST(test_truncated_everywhere)
{
	struct image image = make(NULL);

	expect_part(&image, 0, EMPTY);
	for (size_t size = 1; size < image.size; size++)
		expect_part(&image, size, TRUNCATED);
	expect(&image, NULL);
}

TEST(test_trailing)
{
	struct image image = make(NULL);

	image.bytes = xreallocarray(image.bytes, image.size + 1, 1);
	image.bytes[image.size++] = 0;
	expect(&image, TRAILING);
}

TEST(test_byte_order)
{
	struct image image = make(NULL);

	header_of(&image)->magic = bswap_64(TASKMAP_MAGIC);
	/* So few bytes can be any file. */
	expect_part(&image, 3, NOT_SNAPSHOT);
	expect(&image, OTHER_ORDER);
}

TEST(test_other_magic)
{
	struct image image = make(NULL);

	header_of(&image)->magic++;
	expect_part(&image, 3, NOT_SNAPSHOT);
	expect(&image, NOT_SNAPSHOT);
}

TEST(test_version)
{
	struct image image = make(NULL);

	header_of(&image)->version = TASKMAP_FORMAT + 1;
	/* Even if its header would be truncated in this format. */
	expect_part(&image, 16, NEWER);
	expect(&image, NEWER);
	image = make(NULL);
	header_of(&image)->version = 0;
	expect(&image, ": corrupt: unknown format 0");
}

/* A header with one invalid field. */
struct damage {
	size_t offset;
	uint32_t value;
	const char *reason;
};

#define DAMAGE(field, value, what) \
	{ offsetof(struct taskmap_header, field), value, WRONG(what) }
#define IDS		"offset of the ids"
#define REFS		"offset of the refs"
#define REFS_AT		offsetof(struct taskmap_record, refs)
#define OVERLAP		"offsets of ids and refs, which overlap"

static const struct damage damages[] = {
	DAMAGE(header_size, 0, "header size"),
	DAMAGE(header_size, 136, "header size"),
	DAMAGE(header_size, sizeof(struct taskmap_header) + 4, "header size"),
	DAMAGE(header_size, SNAPSHOT_MOST_BYTES + 8, "header size"),
	DAMAGE(header_size, UINT32_MAX - 7, "header size"),
	DAMAGE(record_size, 0, "record size"),
	DAMAGE(record_size, 8, "record size"),
	DAMAGE(record_size, sizeof(struct taskmap_record) - 8, REFS),
	DAMAGE(record_size, sizeof(struct taskmap_record) + 4, "record size"),
	DAMAGE(record_size, SNAPSHOT_MOST_BYTES + 8, "record size"),
	DAMAGE(record_size, UINT32_MAX - 7, "record size"),
	DAMAGE(resource_count, TASKMAP_RESOURCES + 1, REFS),
	DAMAGE(resource_count, UINT32_MAX, IDS),
	DAMAGE(resource_count, 1U << 29, IDS),
	DAMAGE(ids_offset, 0, IDS),
	DAMAGE(ids_offset, 64, IDS),
	DAMAGE(ids_offset, 76, IDS),
	DAMAGE(ids_offset, SCALARS + 8, OVERLAP),
	DAMAGE(ids_offset, 1U << 31, IDS),
	DAMAGE(ids_offset, UINT32_MAX - 7, IDS),
	DAMAGE(refs_offset, 0, REFS),
	DAMAGE(refs_offset, REFS_AT - 8, OVERLAP),
	DAMAGE(refs_offset, REFS_AT - 4, OVERLAP),
	DAMAGE(refs_offset, REFS_AT + 2, REFS),
	DAMAGE(refs_offset, REFS_AT + 4, REFS),
	DAMAGE(refs_offset, UINT32_MAX - 3, REFS),
};

TEST(test_layout)
{
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		struct image image = make(NULL);

		memcpy(image.bytes + damages[i].offset, &damages[i].value, 4);
		expect(&image, damages[i].reason);
	}
}

/* Only the header decides which resources a file has. */
TEST(test_resources)
{
	const uint64_t told = 1ULL << 63 | BIT(TASKMAP_SECCOMP) | BIT(TASKMAP_MM);
	struct image image = make(NULL);
	struct snapshot snap;

	header_of(&image)->resources = told;
	assert_true(decode(&image, image.size, &snap, "none"));
	assert_int_equal(snap.header.resources, told);
	snapshot_free(&snap);
	/* A file cannot have resources that do not fit into its records. */
	header_of(&image)->resource_count = TASKMAP_SECCOMP;
	assert_true(decode(&image, image.size, &snap, "none"));
	assert_int_equal(snap.header.resources, BIT(TASKMAP_MM));
	snapshot_free(&snap);
	free(image.bytes);
}

TEST(test_count)
{
	static const uint64_t impossible[] = {
		UINT64_MAX, UINT64_MAX / sizeof(struct taskmap_record),
		1ULL << 40, 1ULL << 32 | 3, SNAPSHOT_MOST_TASKS + 1,
	};
	struct image image = make(NULL);

	for (size_t i = 0; i < ARRAY_SIZE(impossible); i++) {
		header_of(&image)->count = impossible[i];
		expect_part(&image, image.size, ": corrupt: impossible number of tasks: ");
	}
	header_of(&image)->count = SNAPSHOT_MOST_TASKS;
	expect_part(&image, image.size, TRUNCATED);
	header_of(&image)->count = 4;
	expect_part(&image, image.size, TRUNCATED);
	header_of(&image)->count = 2;
	expect(&image, TRAILING);
}

TEST(test_pids)
{
	static const struct {
		int pid, tgid, ppid, next_pid;
		const char *reason;
	} cases[] = {
		{ 1, 1, 0, 1, ": corrupt: record 1: pids do not ascend" },
		{ 1, 1, 0, 10, ": corrupt: record 2: pids do not ascend" },
		{ 0, 1, 0, 7, ": corrupt: record 0: pid is not positive" },
		{ -1, 1, 0, 7, ": corrupt: record 0: pid is not positive" },
		{ 1, 0, 0, 7, ": corrupt: record 0: tgid is not positive" },
		{ 1, 1, -5, 7, ": corrupt: record 0: ppid is negative" },
		{ 1, 1, 0, 7, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct image image = make(NULL);
		struct taskmap_record *first = record_of(&image, 0);

		first->pid = cases[i].pid;
		first->tgid = cases[i].tgid;
		first->ppid = cases[i].ppid;
		record_of(&image, 1)->pid = cases[i].next_pid;
		expect(&image, cases[i].reason);
	}
}

TEST(test_strings_without_end)
{
	struct image image = make(NULL);
	struct snapshot snap;

	memset(record_of(&image, 1)->comm, 'x', TASKMAP_COMM_LEN);
	memset(header_of(&image)->release, 'y', TASKMAP_RELEASE_LEN);
	assert_true(decode(&image, image.size, &snap, "none"));
	assert_string_equal(snap.tasks[1].comm, "xxxxxxxxxxxxxxx");
	assert_int_equal(strlen(snap.header.release), TASKMAP_RELEASE_LEN - 1);
	snapshot_free(&snap);
	free(image.bytes);
}

int main(void)
{
	return run_all("snapshot", NULL, NULL);
}
