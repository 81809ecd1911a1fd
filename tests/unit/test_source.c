// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Finding the module's files, and what is said where they cannot be had. A
 * directory stands for the root of the system.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fixture.h"

/* For its static functions. */
#include "source.c"

struct world {
	char *root;
	struct source source;
	unsigned char *image;
	size_t size;
};

static int setup(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));
	struct taskmap_record row = process(1, 0, "init");
	struct statfs fs;

	world->root = fixture_dir();
	/* As if what the directory is on were debugfs, so that it is mounted. */
	assert_int_equal(statfs(world->root, &fs), 0);
	world->source.root = world->root;
	world->source.file = "snapshot";
	world->source.debugfs_magic = (long)fs.f_type;
	world->image = fixture_image(&row, 1, NULL, &world->size);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	fixture_remove(world->root);
	free(world->image);
	free(world);
	return 0;
}

static void put(struct world *world, const char *name, const char *text)
{
	free(fixture_file(world->root, name, text, strlen(text)));
}

static void put_image(struct world *world, const char *name)
{
	free(fixture_file(world->root, name, world->image, world->size));
}

/* Reads and expects an error whose text contains @words and is one line. */
static void expect(struct world *world, const char *input,
		   enum error_code code, const char *words)
{
	struct error error = { 0 };
	struct snapshot snap;

	assert_int_equal(source_read(&world->source, input, &snap, &error), -1);
	assert_int_equal(error.code, code);
	if (!strstr(error.text, words) || strchr(error.text, '\n'))
		fail_msg("\"%s\" has no \"%s\"", error.text, words);
	error_clear(&error);
}

static void expect_read(struct world *world, const char *input)
{
	struct error error = { 0 };
	struct snapshot snap;

	if (source_read(&world->source, input, &snap, &error))
		fail_msg("%s", error.text);
	assert_int_equal(snap.count, 1);
	assert_string_equal(snap.tasks[0].comm, "init");
	snapshot_free(&snap);
}

static void test_debugfs(void **state)
{
	put_image(*state, "sys/kernel/debug/taskmap/snapshot");
	put(*state, "proc/taskmap/snapshot", "not this");
	expect_read(*state, NULL);
}

static void test_procfs(void **state)
{
	put_image(*state, "proc/taskmap/snapshot");
	expect_read(*state, NULL);
}

static void test_not_loaded(void **state)
{
	expect(*state, NULL, ERROR_NOT_LOADED,
	       "load it with \"modprobe taskmap\" or \"insmod taskmap.ko\"");
}

static void test_debugfs_not_mounted(void **state)
{
	struct world *world = *state;

	put(world, "sys/module/taskmap/parameters/ids", "keyed\n");
	expect(world, NULL, ERROR_NO_DEBUGFS,
	       "\"mount -t debugfs debugfs /sys/kernel/debug\"");
	put(world, "sys/kernel/debug/other", "");
	world->source.debugfs_magic++;
	expect(world, NULL, ERROR_NO_DEBUGFS, "mount");
}

static void test_no_file(void **state)
{
	put(*state, "sys/module/taskmap/parameters/ids", "keyed\n");
	put(*state, "sys/kernel/debug/other", "");
	expect(*state, NULL, ERROR_NO_FILE, "procfs=1");
}

static void test_unusable_file(void **state)
{
	struct world *world = *state;

	put_image(world, "proc/taskmap/snapshot");
	put(world, "sys/kernel/debug/taskmap/snapshot", "");
	expect(world, NULL, ERROR_EMPTY, "empty");
}

/* Nor a directory where it is expected: the other file is as good. */
static void test_no_directory(void **state)
{
	put(*state, "sys/kernel/debug/taskmap", "");
	put_image(*state, "proc/taskmap/snapshot");
	expect_read(*state, NULL);
}

static void test_no_directory_nor_file(void **state)
{
	put(*state, "sys/module/taskmap/parameters/ids", "keyed\n");
	put(*state, "sys/kernel/debug/taskmap", "");
	expect(*state, NULL, ERROR_NO_FILE, "procfs=1");
}

/* A file that is there and cannot be opened ends the search. */
static void test_unopenable_file(void **state)
{
	struct world *world = *state;
	char *link;

	put(world, "sys/module/taskmap/parameters/ids", "keyed\n");
	put(world, "sys/kernel/debug/taskmap/other", "");
	put_image(world, "proc/taskmap/snapshot");
	assert_true(asprintf(&link, "%s/sys/kernel/debug/taskmap/snapshot",
			     world->root) > 0);
	assert_int_equal(symlink("snapshot", link), 0);
	free(link);
	expect(world, NULL, ERROR_SYSTEM,
	       "cannot open /sys/kernel/debug/taskmap/snapshot: Too many levels");
}

static void test_worth_another(void **state)
{
	(void)state;
	assert_true(worth_another(ENOENT));
	assert_true(worth_another(ENOTDIR));
	assert_true(worth_another(EACCES));
	assert_true(worth_another(EPERM));
	assert_false(worth_another(ENOMEM));
	assert_false(worth_another(EMFILE));
}

/*
 * Neither root nor a file's mode can make open(2) say all that it may say, so
 * the advice is asked for directly.
 */
static void expect_advice(struct world *world, int reason,
			  enum error_code code, const char *words)
{
	struct error error = { 0 };

	assert_int_equal(explain_open(&world->source, reason, &error), -1);
	assert_int_equal(error.code, code);
	if (!strstr(error.text, words) || strchr(error.text, '\n'))
		fail_msg("\"%s\" has no \"%s\"", error.text, words);
	error_clear(&error);
}

static void test_not_root(void **state)
{
	put(*state, "sys/module/taskmap/parameters/ids", "keyed\n");
	expect_advice(*state, EACCES, ERROR_NOT_ROOT, "sudo taskmap");
}

static void test_not_root_not_loaded(void **state)
{
	expect_advice(*state, EACCES, ERROR_NOT_LOADED, "not loaded");
}

static void test_raw_ids(void **state)
{
	put(*state, "sys/module/taskmap/parameters/ids", "raw\n");
	expect_advice(*state, EPERM, ERROR_RAW_IDS, "CAP_SYSLOG, CAP_SYS_RAWIO");
}

static void test_locked_down(void **state)
{
	put(*state, "sys/module/taskmap/parameters/ids", "keyed\n");
	put(*state, "sys/kernel/security/lockdown",
	    "none integrity [confidentiality]\n");
	expect_advice(*state, EPERM, ERROR_LOCKED_DOWN, "locked down");
}

static void test_no_capability(void **state)
{
	put(*state, "sys/module/taskmap/parameters/ids", "keyed\n");
	expect_advice(*state, EPERM, ERROR_NO_CAPABILITY, "CAP_SYS_PTRACE");
	put(*state, "sys/kernel/security/lockdown",
	    "[none] integrity confidentiality\n");
	expect_advice(*state, EPERM, ERROR_NO_CAPABILITY, "CAP_SYS_PTRACE");
}

/* Files of the system that say nothing are not held against anyone. */
static void test_no_words(void **state)
{
	put(*state, "sys/module/taskmap/other", "");
	expect_advice(*state, EPERM, ERROR_NO_CAPABILITY, "CAP_SYS_PTRACE");
	put(*state, "sys/module/taskmap/parameters/ids", "");
	expect_advice(*state, EPERM, ERROR_NO_CAPABILITY, "CAP_SYS_PTRACE");
}

static void test_no_kernel_memory(void **state)
{
	put(*state, "sys/module/taskmap/parameters/ids", "keyed\n");
	expect_advice(*state, ENOMEM, ERROR_NO_MEMORY, "memory");
}

static void test_exact(void **state)
{
	struct world *world = *state;

	put(world, "sys/kernel/debug/taskmap/snapshot", "not this");
	put_image(world, "sys/kernel/debug/taskmap/exact");
	world->source.file = "exact";
	expect_read(world, NULL);
}

static void test_older_module(void **state)
{
	struct world *world = *state;

	put(world, "sys/module/taskmap/parameters/ids", "keyed\n");
	put_image(world, "sys/kernel/debug/taskmap/snapshot");
	world->source.file = "exact";
	expect(world, NULL, ERROR_NO_EXACT, "too old for --exact");
}

static void test_older_module_in_procfs(void **state)
{
	struct world *world = *state;

	put(world, "sys/module/taskmap/parameters/ids", "keyed\n");
	put_image(world, "proc/taskmap/snapshot");
	world->source.file = "exact";
	expect(world, NULL, ERROR_NO_EXACT, "too old for --exact");
}

static void test_too_many(void **state)
{
	put(*state, "sys/module/taskmap/parameters/exact_max", "5\n");
	expect_advice(*state, EFBIG, ERROR_TOO_MANY, "these tasks are more");
	put(*state, "proc/loadavg", "nothing of use");
	expect_advice(*state, EFBIG, ERROR_TOO_MANY, "these tasks are more");
	put(*state, "proc/loadavg", "0.00 0.01 0.05 3/1234 4711\n");
	expect_advice(*state, EFBIG, ERROR_TOO_MANY,
		      "1234 tasks are more than the module stops the machine for; raise /sys/module/taskmap/parameters/exact_max or do without --exact");
}

static void test_too_fast(void **state)
{
	put(*state, "sys/module/taskmap/parameters/exact_max", "5\n");
	expect_advice(*state, EAGAIN, ERROR_TOO_FAST, "try again");
}

static void test_other_reason(void **state)
{
	put(*state, "sys/module/taskmap/parameters/ids", "keyed\n");
	expect_advice(*state, EMFILE, ERROR_SYSTEM, "Too many open files");
}

static void expect_read_error(int reason, bool module, enum error_code code,
			      const char *words)
{
	struct error error = { 0 };

	assert_int_equal(explain_read(reason, module, "x", &error), -1);
	assert_int_equal(error.code, code);
	assert_non_null(strstr(error.text, words));
	error_clear(&error);
}

static void test_read_errors(void **state)
{
	(void)state;
	expect_read_error(EIO, true, ERROR_UNLOADED, "unloaded meanwhile");
	expect_read_error(ENXIO, true, ERROR_UNLOADED, "unloaded meanwhile");
	expect_read_error(ENODEV, true, ERROR_UNLOADED, "unloaded meanwhile");
	expect_read_error(EINVAL, true, ERROR_SYSTEM, "Invalid argument");
	expect_read_error(EIO, false, ERROR_SYSTEM, "Input/output error");
	expect_read_error(ENOMEM, true, ERROR_NO_MEMORY, "memory");
}

static void test_input(void **state)
{
	struct world *world = *state;
	char *path = fixture_file(world->root, "saved", world->image,
				  world->size);

	expect_read(world, path);
	free(path);
}

static void test_input_missing(void **state)
{
	expect(*state, "/nowhere/x", ERROR_SYSTEM,
	       "cannot open /nowhere/x: No such file");
	expect(*state, "", ERROR_SYSTEM, "No such file");
}

static void test_input_directory(void **state)
{
	expect(*state, "/", ERROR_SYSTEM, "Is a directory");
}

static void test_input_hostile_name(void **state)
{
	expect(*state, "new\nline", ERROR_SYSTEM, "new\\012line");
}

static void test_input_empty(void **state)
{
	expect(*state, "/dev/null", ERROR_EMPTY, "/dev/null: empty");
}

static void test_input_endless(void **state)
{
	expect(*state, "/dev/zero", ERROR_NOT_SNAPSHOT,
	       "/dev/zero: not a taskmap snapshot");
}

static void test_input_cut(void **state)
{
	struct world *world = *state;
	char *path = fixture_file(world->root, "cut", world->image,
				  world->size - 1);

	expect(world, path, ERROR_TRUNCATED, "455 of 456 bytes");
	free(path);
}

/* More than is read at once, in the end and in between. */
static void test_input_large(void **state)
{
	struct world *world = *state;
	struct error error = { 0 };
	struct snapshot snap;
	struct taskmap_record *rows = xcalloc(1000, sizeof(*rows));
	struct buffer copy;
	unsigned char *image;
	size_t size;
	char *path;

	for (int i = 0; i < 1000; i++)
		rows[i] = process(i + 1, i, "x");
	image = fixture_image(rows, 1000, NULL, &size);
	path = fixture_file(world->root, "large", image, size);
	assert_int_equal(source_read(&world->source, path, &snap, &error), 0);
	assert_int_equal(snap.count, 1000);
	assert_memory_equal(snap.tasks, rows, 1000 * sizeof(*rows));
	snapshot_free(&snap);
	assert_int_equal(source_copy(&world->source, path, &copy, &error), 0);
	assert_int_equal(copy.size, size);
	assert_memory_equal(copy.bytes, image, size);
	free(copy.bytes);
	free(path);
	free(image);
	free(rows);
}

/* A pipe that gives one byte a time, and a descriptor to read it by. */
static int drip(const unsigned char *bytes, size_t size)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	if (fork())
		return close(ends[1]), ends[0];
	for (size_t i = 0; i < size; i++) {
		if (write(ends[1], bytes + i, 1) != 1)
			_exit(1);
		usleep(10);
	}
	_exit(0);
}

static void test_short_reads(void **state)
{
	struct world *world = *state;
	struct error error = { 0 };
	struct snapshot snap;
	struct input input = {
		.fd = drip(world->image, world->size), .name = "pipe",
		.snap = &snap, .error = &error, .keep = true,
	};

	assert_int_equal(read_open(&input), 0);
	assert_int_equal(input.buffer.size, world->size);
	assert_memory_equal(input.buffer.bytes, world->image, world->size);
	free(input.buffer.bytes);
	close(input.fd);
}

/* Never ends: a header that promises the most tasks, and then only @record. */
static int endless(const struct taskmap_record *record)
{
	struct taskmap_header *header;
	size_t size;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	if (fork())
		return close(ends[1]), ends[0];
	close(ends[0]);
	header = (struct taskmap_header *)fixture_image(NULL, 0, NULL, &size);
	header->count = SNAPSHOT_MOST_TASKS;
	if (write(ends[1], header, size) != (ssize_t)size)
		_exit(1);
	/* Dies of SIGPIPE when the reader has seen enough. */
	while (write(ends[1], record, sizeof(*record)) == sizeof(*record))
		;
	_exit(1);
}

/* Bytes that are no records are read no further than the first chunk of them. */
static void test_endless(void **state)
{
	const struct taskmap_record records[] = {
		{ 0 }, process(1, 0, "init"),
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct error error = { 0 };
		struct snapshot snap;
		struct input input = {
			.fd = endless(&records[i / 2]), .name = "pipe",
			.snap = &snap, .error = &error, .keep = i % 2,
		};

		assert_int_equal(read_open(&input), -1);
		assert_int_equal(error.code, ERROR_CORRUPT);
		assert_true(input.position <= 2 * CHUNK);
		error_clear(&error);
		free(input.buffer.bytes);
		close(input.fd);
	}
}

#define WORLD_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_debugfs),
		WORLD_TEST(test_procfs),
		WORLD_TEST(test_not_loaded),
		WORLD_TEST(test_debugfs_not_mounted),
		WORLD_TEST(test_no_file),
		WORLD_TEST(test_unusable_file),
		WORLD_TEST(test_no_directory),
		WORLD_TEST(test_no_directory_nor_file),
		WORLD_TEST(test_unopenable_file),
		cmocka_unit_test(test_worth_another),
		WORLD_TEST(test_not_root),
		WORLD_TEST(test_not_root_not_loaded),
		WORLD_TEST(test_raw_ids),
		WORLD_TEST(test_locked_down),
		WORLD_TEST(test_no_capability),
		WORLD_TEST(test_no_words),
		WORLD_TEST(test_no_kernel_memory),
		WORLD_TEST(test_exact),
		WORLD_TEST(test_older_module),
		WORLD_TEST(test_older_module_in_procfs),
		WORLD_TEST(test_too_many),
		WORLD_TEST(test_too_fast),
		WORLD_TEST(test_other_reason),
		WORLD_TEST(test_read_errors),
		WORLD_TEST(test_input),
		WORLD_TEST(test_input_missing),
		WORLD_TEST(test_input_directory),
		WORLD_TEST(test_input_hostile_name),
		WORLD_TEST(test_input_empty),
		WORLD_TEST(test_input_endless),
		WORLD_TEST(test_input_cut),
		WORLD_TEST(test_input_large),
		WORLD_TEST(test_short_reads),
		cmocka_unit_test(test_endless),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
