// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Finds the module's files, and reports why they cannot be opened. A directory
 * is used as the root of the system.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "fixture.h"

/* For its static functions. */
#include "core/source.c"

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
	/* Takes the directory's file system for debugfs, so that it seems mounted. */
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

/* The error is one line and contains @words. */
static void expect_words(struct error *error, const char *words)
{
	if (!strstr(error->text, words) || strchr(error->text, '\n'))
		fail_msg("error \"%s\" does not mention \"%s\"", error->text, words);
	free(error->text);
}

static void expect(struct world *world, const char *input, const char *words)
{
	struct error error = { 0 };
	struct snapshot snap;

	assert_int_equal(source_read(&world->source, input, &snap, &error), -1);
	expect_words(&error, words);
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

/* Files of the system. Each contains the text after its name, or the image. */
#define LOADED		IDS_PARAMETER " keyed\n"
#define RAW		IDS_PARAMETER " raw\n"
#define IN_DEBUGFS	DEBUGFS "/taskmap/snapshot"
#define IN_PROCFS	"/proc/taskmap/snapshot"

/*
 * Files of a system, and the result. If no file can cause an error of open(2),
 * the advice for this error is tested directly.
 */
static const struct {
	const char *files[3];
	const char *words;	/* words of the error; NULL: it is read */
	int reason;		/* errno for a direct test of the advice, or 0 */
	bool exact;
} systems[] = {
	{ { IN_DEBUGFS, IN_PROCFS " not this" }, NULL, 0, false },
	{ { IN_PROCFS }, NULL, 0, false },
	{ { NULL }, "run \"modprobe taskmap\" or \"insmod taskmap.ko\", or try \"taskmap --proc\"",
	  0, false },
	{ { LOADED },
	  "\"mount -t debugfs debugfs /sys/kernel/debug\"", 0, false },
	{ { LOADED, DEBUGFS "/other " }, "reload it with \"procfs=1\"", 0, false },
	/* An existing but invalid file ends the search. */
	{ { IN_DEBUGFS " ", IN_PROCFS }, "empty", 0, false },
	/* If the directory is not one, the other file is used. */
	{ { DEBUGFS "/taskmap ", IN_PROCFS }, NULL, 0, false },
	{ { LOADED, DEBUGFS "/taskmap " }, "reload it with \"procfs=1\"",
	  0, false },
	{ { DEBUGFS "/taskmap/exact", IN_DEBUGFS " not this" }, NULL, 0, true },
	{ { LOADED, IN_DEBUGFS }, "too old for --exact", 0, true },
	{ { LOADED, IN_PROCFS }, "too old for --exact", 0, true },
	{ { LOADED }, "run taskmap as root, for example with sudo, or try \"taskmap --proc\"",
	  EACCES, false },
	{ { NULL }, "module is not loaded", EACCES, false },
	{ { RAW }, "ids=raw requires CAP_SYSLOG, CAP_SYS_RAWIO", EPERM, false },
	{ { LOADED, LOCKDOWN " none integrity [confidentiality]\n" },
	  "the kernel is locked down", EPERM, false },
	{ { LOADED }, "CAP_SYS_PTRACE", EPERM, false },
	{ { LOADED, LOCKDOWN " [none] integrity confidentiality\n" },
	  "CAP_SYS_PTRACE", EPERM, false },
	/* Without information from other files, the error names the capability. */
	{ { MODULE "/other " }, "CAP_SYS_PTRACE", EPERM, false },
	{ { IDS_PARAMETER " " }, "CAP_SYS_PTRACE", EPERM, false },
	{ { LOADED }, "the kernel does not have enough memory", ENOMEM, false },
	{ { NULL }, "the kernel does not have enough memory", ENOMEM, false },
	{ { EXACT_MAX " 5\n" }, "these tasks are too many", EFBIG, false },
	{ { EXACT_MAX " 5\n", "/proc/loadavg nothing of use" },
	  "these tasks are too many", EFBIG, false },
	{ { EXACT_MAX " 5\n", "/proc/loadavg 0.00 0.01 0.05 3/1234 4711\n" },
	  "1234 tasks are too many for --exact: raise /sys/module/taskmap/parameters/exact_max, or omit --exact",
	  EFBIG, false },
	{ { EXACT_MAX " 5\n" }, "changed too fast", EAGAIN, false },
	{ { LOADED }, "snapshot: Too many open files", EMFILE, false },
};

static void put(const struct world *world, const char *file)
{
	char *name = xstrdup(file), *text = strchr(name, ' ');

	if (text)
		*text++ = '\0';
	free(text ? fixture_file(world->root, name, text, strlen(text)) :
		    fixture_file(world->root, name, world->image, world->size));
	free(name);
}

TEST(test_systems)
{
	for (size_t i = 0; i < ARRAY_SIZE(systems); i++) {
		struct error error = { 0 };
		struct world *world;

		setup((void **)&world);
		for (int f = 0; f < 3 && systems[i].files[f]; f++)
			put(world, systems[i].files[f]);
		if (systems[i].exact)
			world->source = (struct source){
				world->root, "exact", "--exact",
				world->source.debugfs_magic,
			};
		if (systems[i].reason) {
			assert_int_equal(explain_open(&world->source,
						      systems[i].reason,
						      &error), -1);
			expect_words(&error, systems[i].words);
		} else if (systems[i].words) {
			expect(world, NULL, systems[i].words);
		} else {
			expect_read(world, NULL);
		}
		teardown((void **)&world);
	}
}

TEST_WITH(test_debugfs_not_mounted, setup, teardown)
{
	struct world *world = *state;

	put(world, LOADED);
	put(world, DEBUGFS "/other ");
	world->source.debugfs_magic++;
	expect(world, NULL, "debugfs is not mounted");
}

/* An existing file that cannot be opened ends the search. */
TEST_WITH(test_unopenable_file, setup, teardown)
{
	struct world *world = *state;
	char *link;

	put(world, LOADED);
	put(world, DEBUGFS "/taskmap/other ");
	put(world, IN_PROCFS);
	assert_true(asprintf(&link, "%s" IN_DEBUGFS, world->root) > 0);
	assert_int_equal(symlink("snapshot", link), 0);
	free(link);
	expect(world, NULL,
	       "cannot open /sys/kernel/debug/taskmap/snapshot: Too many levels");
}

TEST(test_worth_another)
{
	assert_true(worth_another(ENOENT));
	assert_true(worth_another(ENOTDIR));
	assert_true(worth_another(EACCES));
	assert_true(worth_another(EPERM));
	assert_false(worth_another(ENOMEM));
	assert_false(worth_another(EMFILE));
}

TEST(test_read_errors)
{
	static const struct {
		int reason;
		bool module;
		const char *words;
	} cases[] = {
		{ EIO, true, "the taskmap module was unloaded meanwhile" },
		{ ENXIO, true, "the taskmap module was unloaded meanwhile" },
		{ ENODEV, true, "the taskmap module was unloaded meanwhile" },
		{ EINVAL, true, "cannot read x: Invalid argument" },
		{ EIO, false, "cannot read x: Input/output error" },
		{ ENOMEM, true, "not enough memory to read x" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct input input = {
			.module = cases[i].module, .name = "x",
		};
		struct error error = { 0 };

		assert_int_equal(input_failed(&input, cases[i].reason, &error),
				 -1);
		expect_words(&error, cases[i].words);
	}
}

TEST_WITH(test_input, setup, teardown)
{
	struct world *world = *state;
	char *path = fixture_file(world->root, "saved", world->image,
				  world->size);
	char *cut = fixture_file(world->root, "cut", world->image,
				 world->size - 1);

	expect_read(world, path);
	expect(world, cut, "719 of 720 bytes");
	expect(world, "/nowhere/x", "cannot open /nowhere/x: No such file");
	expect(world, "", "cannot open : No such file");
	expect(world, "/", "cannot read /: Is a directory");
	expect(world, "/dev/null", "/dev/null: empty");
	expect(world, "/dev/zero", "/dev/zero: not a taskmap snapshot");
	free(path);
	free(cut);
}

/* Input larger than the reader's buffers. */
TEST_WITH(test_input_large, setup, teardown)
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

/* Returns a descriptor of a pipe that delivers one byte at a time. */
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

TEST_WITH(test_short_reads, setup, teardown)
{
	struct world *world = *state;
	struct error error = { 0 };
	struct snapshot snap;
	struct buffer copy = { 0 };
	FILE *file = fdopen(drip(world->image, world->size), "r");

	assert_int_equal(snapshot_read(&snap, file, "pipe", &copy, &error), 0);
	snapshot_free(&snap);
	fclose(file);
	assert_int_equal(copy.size, world->size);
	assert_memory_equal(copy.bytes, world->image, world->size);
	free(copy.bytes);
}

/* Endless input: a header with the largest number of tasks, and then only @record. */
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
	/* SIGPIPE kills it when the reader stops. */
	while (write(ends[1], record, sizeof(*record)) == sizeof(*record))
		;
	_exit(1);
}

/* The reader stops after the first chunk of invalid records. */
TEST(test_endless)
{
	const struct taskmap_record records[] = {
		{ 0 }, process(1, 0, "init"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		struct error error = { 0 };
		struct snapshot snap;
		struct buffer copy = { 0 };
		FILE *file = fdopen(endless(&records[i]), "r");

		assert_int_equal(snapshot_read(&snap, file, "pipe", &copy,
					       &error), -1);
		expect_words(&error, "pipe: corrupt: record ");
		fclose(file);
			assert_in_range(copy.size, 1, 2 * 65536);
		free(copy.bytes);
	}
}

/* Whether a session without a terminal gets @path as its terminal by reading it. */
static bool takes_terminal(struct world *world, const char *path)
{
	pid_t child = fork();
	int status;

	if (!child) {
		setsid();
		expect(world, path, "not a taskmap snapshot");
		_exit(tcgetsid(open(path, O_RDONLY | O_NOCTTY)) == getpid());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

TEST_WITH(test_terminal, setup, teardown)
{
	static const char line[] = "no snapshot\n\4";
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	const char *path;

	if (master < 0 || grantpt(master) || unlockpt(master)) {
		print_message("# SKIP no terminal can be made here\n");
		skip();
	}
	path = ptsname(master);
	/* Kept open, so that the line stays in it. */
	slave = open(path, O_RDONLY | O_NOCTTY);
	assert_true(slave >= 0);
	assert_int_equal(write(master, line, strlen(line)), strlen(line));
	assert_false(takes_terminal(*state, path));
	close(slave);
	close(master);
}

int main(void)
{
	return run_all("source", NULL, NULL);
}
