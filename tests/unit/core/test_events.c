// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Streams of events: valid ones are read, and all others cause an error.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/events.h"
#include "stream.h"

#define COUNT	4

struct image {
	unsigned char *bytes;
	size_t size;
};

static struct taskmap_header *header_of(struct image *image)
{
	return (struct taskmap_header *)image->bytes;
}

static struct taskmap_event *event_of(struct image *image, size_t index)
{
	return (struct taskmap_event *)(image->bytes +
					sizeof(struct taskmap_header)) + index;
}

static struct image make(const struct stream_shape *shape)
{
	const struct taskmap_event events[COUNT] = {
		born(process(7, 1, "seven"), 1, CLONE_VM | CLONE_VFORK),
		execs(process(7, 1, "eight"), 9),
		exits(process(7, 1, "eight"), 256),
		lost(17),
	};
	struct image image;

	image.bytes = stream_image(events, COUNT, shape, &image.size);
	return image;
}

/* Counts of the events in a stream. */
struct seen {
	struct taskmap_event events[64];
	unsigned int count;
};

/* Reads the file @path to its end. Returns 0 or -1. */
static int read_all(const char *path, struct seen *seen, struct error *error)
{
	static struct events events;
	int ret;

	seen->count = 0;
	if (events_open(&events, &source_events, path, error))
		return -1;
	do {
		struct taskmap_event event;

		ret = events_next(&events, &event, error);
		if (ret > 0)
			seen->events[seen->count++ % 64] = event;
		else if (!ret && !events.ended)
			ret = events_read(&events, error) ? -1 : 1;
	} while (ret > 0);
	events_close(&events);
	return ret;
}

static int read_image(const struct image *image, size_t size, struct seen *seen,
		      struct error *error)
{
	char path[] = "/tmp/taskmap-stream-XXXXXX";
	int fd = mkstemp(path), ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, image->bytes, size), size);
	close(fd);
	ret = read_all(path, seen, error);
	unlink(path);
	return ret;
}

/* The first @size bytes contain @events events, and are then refused for @reason. */
static void expect_part(const struct image *image, size_t size,
			unsigned int events, const char *reason)
{
	struct error error = { 0 };
	struct seen seen;

	assert_int_equal(read_image(image, size, &seen, &error), -1);
	assert_non_null(error.text);
	if (strncmp(error.text, "/tmp/taskmap-stream-", 20) ||
	    !strstr(error.text, reason) || strchr(error.text, '\n'))
		fail_msg("error \"%s\" does not mention \"%s\"", error.text, reason);
	assert_int_equal(seen.count, events);
	free(error.text);
}

/* The same for all of @image, which is freed. */
static void expect(struct image *image, unsigned int events, const char *reason)
{
	expect_part(image, image->size, events, reason);
	free(image->bytes);
}

/* All of @image is valid. It is freed. */
static struct seen expect_sound(struct image *image)
{
	struct error error = { 0 };
	struct seen seen;

	if (read_image(image, image->size, &seen, &error))
		fail_msg("%s", error.text);
	free(image->bytes);
	return seen;
}

static const struct stream_shape shapes[] = {
	{ 0 },
	/* Shapes that newer modules can write. */
	{ .header_size = 512 },
	{ .event_record = 64 },
	{ .event_size = 1024, .record_size = sizeof(struct taskmap_record) + 64 },
	{ .header_size = SNAPSHOT_MOST_BYTES,
	  .record_size = SNAPSHOT_MOST_BYTES,
	  .event_record = SNAPSHOT_MOST_BYTES },
};

static void test_shapes(void **state)
{
	const struct taskmap_record want = process(7, 1, "eight");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct image image = make(&shapes[i]);
		struct seen seen = expect_sound(&image);

		assert_int_equal(seen.count, COUNT);
		assert_int_equal(seen.events[0].type, TASKMAP_BIRTH);
		assert_int_equal(seen.events[0].caller, 1);
		assert_int_equal(seen.events[0].flags, CLONE_VM | CLONE_VFORK);
		assert_int_equal(seen.events[0].time_ns, STREAM_START + 1000000);
		assert_int_equal(seen.events[1].type, TASKMAP_EXEC);
		assert_int_equal(seen.events[1].old_pid, 9);
		assert_memory_equal(&seen.events[1].record, &want, sizeof(want));
		assert_int_equal(seen.events[2].type, TASKMAP_EXIT);
		assert_int_equal(seen.events[2].record.exit_code, 256);
		assert_int_equal(seen.events[3].type, TASKMAP_LOST);
		assert_int_equal(seen.events[3].lost, 17);
	}
}

static void test_no_events(void **state)
{
	struct image image;

	(void)state;
	image.bytes = stream_image(NULL, 0, NULL, &image.size);
	assert_int_equal(expect_sound(&image).count, 0);
}

/* A stream may only end between two events. */
static void test_truncated_everywhere(void **state)
{
	struct image image = make(NULL);
	size_t header = sizeof(struct taskmap_header);
	char last[64];

	(void)state;
	expect_part(&image, 0, 0, ": empty, not a taskmap stream of events");
	for (size_t size = 1; size < image.size; size++) {
		size_t rest = size < header ? size :
			      (size - header) % sizeof(struct taskmap_event);
		unsigned int whole = size < header ? 0 : (unsigned int)
			((size - header) / sizeof(struct taskmap_event));

		if (rest)
			expect_part(&image, size, whole, ": truncated: ");
	}
	snprintf(last, sizeof(last), ": truncated: event 3 has %zu of %zu bytes",
		 sizeof(struct taskmap_event) - 1, sizeof(struct taskmap_event));
	expect_part(&image, image.size - 1, COUNT - 1, last);
	free(image.bytes);
}

/* Events with types of newer modules are skipped, whatever they contain. */
static void test_unknown_type(void **state)
{
	struct image image = make(NULL);
	struct seen seen;

	(void)state;
	event_of(&image, 0)->type = TASKMAP_LOST + 1;
	event_of(&image, 2)->type = UINT32_MAX;
	memset(&event_of(&image, 2)->record, 0, sizeof(struct taskmap_record));
	seen = expect_sound(&image);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.events[0].type, TASKMAP_EXEC);
	assert_int_equal(seen.events[1].type, TASKMAP_LOST);
}

/* A stream with one invalid field. */
#define DAMAGE(field, value, what) \
	{ offsetof(struct taskmap_header, field), value, ": corrupt: wrong " what }
#define RECORD	"offset of the record"
#define SIZE	"event size"

static void test_layout(void **state)
{
	static const struct {
		size_t offset;
		uint32_t value;
		const char *reason;
	} damages[] = {
		DAMAGE(header_size, 0, "header size"),
		DAMAGE(record_size, 8, "record size"),
		DAMAGE(record_size, sizeof(struct taskmap_record) + 8, SIZE),
		DAMAGE(event_record, 0, RECORD),
		DAMAGE(event_record, 32, RECORD),
		DAMAGE(event_record, 44, RECORD),
		DAMAGE(event_record, 48, SIZE),
		DAMAGE(event_record, UINT32_MAX - 7, SIZE),
		DAMAGE(event_size, 0, SIZE),
		DAMAGE(event_size, sizeof(struct taskmap_event) - 8, SIZE),
		DAMAGE(event_size, sizeof(struct taskmap_event) + 4, SIZE),
		DAMAGE(event_size, EVENTS_MOST_BYTES + 8, SIZE),
		DAMAGE(event_size, UINT32_MAX - 7, SIZE),
		{ offsetof(struct taskmap_header, flags), TASKMAP_WALKED,
		  ": a snapshot and not a stream of events: show it with" },
		{ offsetof(struct taskmap_header, magic), 1,
		  ": not a taskmap stream of events" },
		{ offsetof(struct taskmap_header, version), 2,
		  ": format 2 is newer than this taskmap" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		struct image image = make(NULL);

		memcpy(image.bytes + damages[i].offset, &damages[i].value, 4);
		expect(&image, 0, damages[i].reason);
	}
}

/* A module without events has a header without their sizes. */
static void test_header_without_sizes(void **state)
{
	struct image image = make(NULL);

	(void)state;
	header_of(&image)->header_size =
		offsetof(struct taskmap_header, event_size);
	expect(&image, 0, ": corrupt: wrong " RECORD);
}

static void test_corrupt_events(void **state)
{
	static const struct {
		size_t offset;	/* offset in the event */
		int value;
		const char *reason;
	} damages[] = {
#define AT(field)	offsetof(struct taskmap_event, field)
		{ AT(type), 0, "no type" },
		{ AT(caller), -1, "impossible pid" },
		{ AT(caller), SNAPSHOT_MOST_TASKS, "impossible pid" },
		{ AT(old_pid), -1, "impossible pid" },
		{ AT(record.pid), 0, "pid is not positive" },
		{ AT(record.pid), SNAPSHOT_MOST_TASKS, "impossible pid" },
		{ AT(record.tgid), 0, "tgid is not positive" },
		{ AT(record.tgid), INT32_MAX, "impossible pid" },
		{ AT(record.ppid), -1, "impossible pid" },
		{ AT(record.ppid), INT32_MIN, "impossible pid" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		struct image image = make(NULL);
		char reason[64];

		memcpy((char *)event_of(&image, 1) + damages[i].offset,
		       &damages[i].value, 4);
		snprintf(reason, sizeof(reason), ": corrupt: event 1: %s",
			 damages[i].reason);
		expect(&image, 1, reason);
	}
}

/* Invalid events are not read to their end, which may never come. */
static void test_endless(void **state)
{
	struct error error = { 0 };
	struct seen seen;
	int ends[2];
	char path[32];

	(void)state;
	assert_int_equal(read_all("/dev/zero", &seen, &error), -1);
	assert_string_equal(error.text,
			    "/dev/zero: not a taskmap stream of events");
	free(error.text);
	assert_int_equal(pipe(ends), 0);
	if (!fork()) {
		size_t size;
		unsigned char *image = stream_image(NULL, 0, NULL, &size);
		static const unsigned char zeros[4096];

		close(ends[0]);
		if (write(ends[1], image, size) != (ssize_t)size)
			_exit(1);
		/* SIGPIPE kills it when the reader stops. */
		while (write(ends[1], zeros, sizeof(zeros)) > 0)
			;
		_exit(1);
	}
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	if (access(path, F_OK)) {
		print_message("# SKIP /proc is not mounted\n");
		skip();
	}
	error.text = NULL;
	assert_int_equal(read_all(path, &seen, &error), -1);
	assert_non_null(strstr(error.text, ": corrupt: event 0: no type"));
	free(error.text);
	close(ends[0]);
}

/* A long stream: events begin in one buffer and end in the next. */
static void test_long(void **state)
{
	struct taskmap_event *events = xcalloc(1000, sizeof(*events));
	struct image image;
	struct seen seen;

	(void)state;
	for (int i = 0; i < 1000; i++)
		events[i] = exits(process(i + 1, 0, "x"), i);
	image.bytes = stream_image(events, 1000, NULL, &image.size);
	seen = expect_sound(&image);
	assert_int_equal(seen.count, 1000);
	assert_int_equal(seen.events[999 % 64].record.pid, 1000);
	assert_int_equal(seen.events[999 % 64].record.exit_code, 999);
	free(events);
}

static void test_random_bytes(void **state)
{
	unsigned int seed = 42, sound = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct image image = make(NULL);
		struct error error = { 0 };
		struct seen seen;

		for (int hits = 1 + rand_r(&seed) % 4; hits; hits--) {
			size_t at = (size_t)rand_r(&seed) % image.size;

			image.bytes[at] ^= (unsigned char)(1 << rand_r(&seed) % 8);
		}
		if (!read_image(&image, image.size, &seen, &error))
			sound++;
		else if (!error.text || strchr(error.text, '\n'))
			fail_msg("%s", error.text);
		for (unsigned int i = 0; i < seen.count; i++) {
			const struct taskmap_event *event = &seen.events[i];

			assert_in_range(event->type, TASKMAP_BIRTH, TASKMAP_LOST);
			assert_in_range(event->caller, 0, SNAPSHOT_MOST_TASKS - 1);
			assert_in_range(event->record.pid,
					event->type != TASKMAP_LOST,
					SNAPSHOT_MOST_TASKS - 1);
			assert_true(memchr(event->record.comm, 0,
					   TASKMAP_COMM_LEN));
		}
		free(error.text);
		free(image.bytes);
	}
	assert_in_range(sound, 1000, 19000);
}

/* Errors if the module's file cannot be opened. */
static void test_no_file(void **state)
{
	char *dir = fixture_dir();
	struct source source = source_events;
	static struct events events;
	struct error error = { 0 };

	(void)state;
	source.root = dir;
	assert_int_equal(events_open(&events, &source, NULL, &error), -1);
	assert_non_null(strstr(error.text, "module is not loaded"));
	free(error.text);
	error.text = NULL;
	free(fixture_file(dir, "sys/module/taskmap/parameters/ids", "keyed", 5));
	free(fixture_file(dir, "proc/taskmap/snapshot", "", 0));
	assert_int_equal(events_open(&events, &source, NULL, &error), -1);
	assert_string_equal(error.text, "the loaded taskmap module is too old for watch: load a newer one");
	free(error.text);
	fixture_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_no_events),
		cmocka_unit_test(test_truncated_everywhere),
		cmocka_unit_test(test_unknown_type),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_header_without_sizes),
		cmocka_unit_test(test_corrupt_events),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
