// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The reader when calls fail. Each allocation fails in turn, also in the
 * libraries: the reader must report this and fail, or print its whole output.
 * Other calls fail one by one.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "fixture.h"
#include "stream.h"

#define WORDS	16
#define MOST	10000	/* limit of allocations; a command makes some hundreds */

struct fault {
	const char *call;
	const char *at;		/* value of FAIL_AT */
	int error;
};

struct try {
	int status;
	bool hit;	/* an allocation has failed */
	char *out;
	char *err;
};

/* Changes to a directory with a file "snapshot". */
static int setup(void **state)
{
	const struct shape exact = { .exact = true };
	struct taskmap_record *rows = fixture_system();
	char *dir = fixture_dir();

	const struct taskmap_event events[] = {
		born(rows[5], 200, 0x10000 | 0x8000000000000000), lost(3),
		exits(rows[5], 9),
	};

	free(stream_file(dir, "stream", events, ARRAY_SIZE(events), NULL));
	/* One thread has many own objects, and the other none. */
	free(fixture_image_file(dir, "snapshot", rows + 5, 2, NULL));
	/* Both have changed, and one is a new task in place of another. */
	rows[5].ids[TASKMAP_FS] = 7;
	rows[5].uid++;
	rows[6].start_ns++;
	free(fixture_image_file(dir, "later", rows + 5, 2, NULL));
	/* Findings of every rule that needs memory, and refs to compare. */
	free(fixture_image_file(dir, "odd", rows + 8, 2, &exact));
	free(rows);
	assert_int_equal(chdir(dir), 0);
	*state = dir;
	return 0;
}

static int teardown(void **state)
{
	assert_int_equal(chdir("/"), 0);
	fixture_remove(*state);
	return 0;
}

/* Does not use fork(2), which takes long because of the sanitizers' mappings. */
static pid_t start(const char *line, const struct fault *fault)
{
	const int flags = O_CREAT | O_WRONLY | O_TRUNC;
	posix_spawn_file_actions_t files;
	char *copy = xstrdup(line);
	char *argv[WORDS] = { "taskmap" };
	char *program = unit_path(PLAIN);
	char *failing = unit_path(FAILING);
	char *environment[] = {
		/* Without memory, setlocale(3) fails for other locales. */
		xstrdup("LC_ALL=C"),
		xstrdup("FAIL_MARK=hit"),
		xasprintf("FAIL_CALL=%s", fault->call),
		xasprintf("FAIL_AT=%s", fault->at),
		xasprintf("FAIL_ERROR=%d", fault->error),
		xasprintf("LD_PRELOAD=%s", failing),
		NULL
	};
	pid_t pid;

	for (int i = 1; i < WORDS; i++)
		argv[i] = strtok(i == 1 ? copy : NULL, " ");
	assert_int_equal(posix_spawn_file_actions_init(&files), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&files, STDOUT_FILENO,
							  "out", flags, 0600), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&files, STDERR_FILENO,
							  "err", flags, 0600), 0);
	assert_int_equal(posix_spawn(&pid, program, &files, NULL, argv,
				     environment), 0);
	posix_spawn_file_actions_destroy(&files);
	for (char **string = environment; *string; string++)
		free(*string);
	free(copy);
	free(failing);
	free(program);
	return pid;
}

static struct try try(const char *line, const struct fault *fault)
{
	struct try try;
	pid_t pid = start(line, fault);
	size_t size;
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	try.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	try.hit = !unlink("hit");
	try.out = slurp("out", &size);
	try.err = slurp("err", &size);
	return try;
}

static void try_clear(struct try *try)
{
	free(try->out);
	free(try->err);
}

/* The last line reports it; lines before can report missing pids. */
static bool says_so(const char *err)
{
	const char *last = err, *next;

	while ((next = strchr(last, '\n')) && next[1])
		last = next + 1;
	return next && !strncmp(last, "taskmap: ", 9) && strstr(last, "memory");
}

static void expect_whole(const char *line, const char *fail_at,
			 const struct try *try, const struct try *good)
{
	if (try->status == STATUS_FAILED && says_so(try->err))
		return;
	if (try->status != good->status || strcmp(try->out, good->out))
		fail_msg("taskmap %s: allocation %s fails: exit %d: %s%s", line,
			 fail_at, try->status, try->err, try->out);
}

/*
 * The distance between failing allocations. 1 tests all of them; every 16th is
 * enough to check that the reader works with the libraries of a release.
 */
static int step(void)
{
	const char *value = getenv("FAULT_STEP");
	int step = value ? atoi(value) : 1;

	if (step < 1 || step > MOST)
		fail_msg("FAULT_STEP=%s: not a number from 1 to %d", value, MOST);
	return step;
}

/*
 * @which is the end of FAIL_AT: "" for one failure, "+" for all later ones, too.
 * @sparse: not each allocation is tested, but fewer the more there were before.
 */
static void expect_each(const char *line, const char *which, bool sparse)
{
	char at[16] = "0";
	const struct fault fault = { "memory", at, ENOMEM };
	struct try good = try(line, &fault);
	int most = sparse ? 1000 * MOST : MOST;
	bool hit = true;
	int n;

	assert_false(good.hit);
	for (n = 1; hit && n < most; n += sparse ? step() + n / 8 : step()) {
		struct try one;

		snprintf(at, sizeof(at), "%d%s", n, which);
		one = try(line, &fault);
		hit = one.hit;
		expect_whole(line, at, &one, &good);
		try_clear(&one);
	}
	try_clear(&good);
	/* Otherwise nothing was tested, or the faults had no end. */
	assert_in_range(n, 3, most - 1);
}

static const char *const commands[] = {
	"-i snapshot",
	"-i snapshot --tree -o PID,MM,NOTE",
	"-i snapshot --raw -o PID,MM,NOTE",
	"-i snapshot --pairs -o PID,MM,NOTE",
	"-i snapshot --json",
	"-i snapshot -p 7,201,8 -k thread -o +uid -r",
	"-i snapshot groups -o +PIDS mm fs",
	"-i snapshot groups -J -o +PIDS --all -p 202,8 fs",
	"-i snapshot graph --all",
	"-i snapshot graph --html 202 8 --resources +net",
	"diff snapshot later",
	"diff -J -p 201,202,8 -c +S,NOTE snapshot later",
	"-i snapshot explain 7,201 8",
	"-i snapshot explain -J 201",
	"-i snapshot compare 201 202 7 8",
	"-i snapshot compare -J 201 202",
	"groups mm x",
	"-i snapshot save saved",
	"-o PID,X",
	"-i nowhere",
	"-i snapshot save nowhere/saved",
	"watch -i stream",
	"watch -J -i stream -p 201,7",
	"drift -i odd",
	"drift -i odd --json --output-all",
};

TEST_WITH(test_memory, setup, teardown)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		expect_each(commands[i], "", false);
		expect_each(commands[i], "+", false);
	}
}

/* The tasks of this machine take many allocations, so only some of them fail. */
TEST_WITH(test_proc_memory, setup, teardown)
{
	static const char *const line = "--proc -p self -o KIND,COMM";

	if (access("/proc/self", F_OK))
		skip();
	expect_each(line, "", true);
	expect_each(line, "+", true);
}

/* SQLite takes thousands of allocations, so only some of them fail. */
TEST_WITH(test_sql_memory, setup, teardown)
{
	static const char *const lines[] = {
		"sql SELECT\t*\tFROM\ttasks,objects,drift,snapshots snapshot",
		"sql -J SELECT\t*,1.5\tFROM\tholders snapshot",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		expect_each(lines[i], "", true);
		expect_each(lines[i], "+", true);
	}
}

/* A database then has all of the snapshot that was to be added, or nothing. */
TEST_WITH(test_database_memory, setup, teardown)
{
	static const char *const add =
		"sql --database d SELECT\tcount(*)\tFROM\ttasks other";
	static const char *const ask =
		"sql --database d -rn SELECT\tcount(*)\tFROM\ttasks";
	/* Of another load of the module */
	const struct shape raw = { .flags = TASKMAP_RAW_IDS };
	struct taskmap_record *rows = fixture_system();
	char at[16] = "0";
	const struct fault none = { "memory", "0", ENOMEM };
	const struct fault fault = { "memory", at, ENOMEM };
	struct try good = try("sql --database before SELECT\t1 snapshot", &none);
	size_t size;
	char *before = slurp("before", &size);
	bool hit = true;

	try_clear(&good);
	assert_non_null(before);
	free(fixture_image_file(*state, "other", rows, 2, &raw));
	free(rows);
	for (int n = 1; hit; n += step() + n / 8) {
		struct try one, after;

		unlink("d-journal");
		free(fixture_file(*state, "d", before, size));
		snprintf(at, sizeof(at), "%d", n);
		one = try(add, &fault);
		hit = one.hit;
		after = try(ask, &none);
		if (after.status || (strcmp(after.out, "4\n") &&
				     (!one.status || strcmp(after.out, "2\n"))))
			fail_msg("allocation %d fails: %s, then: exit %d: %s%s", n,
				 one.err, after.status, after.err, after.out);
		try_clear(&one);
		try_clear(&after);
	}
	free(before);
}

static bool same_files(const char *a, const char *b)
{
	size_t a_size, b_size;
	char *a_text = slurp(a, &a_size), *b_text = slurp(b, &b_size);
	bool same;

	assert_non_null(a_text);
	assert_non_null(b_text);
	same = a_size == b_size && !memcmp(a_text, b_text, a_size);
	free(a_text);
	free(b_text);
	return same;
}

static void expect_fault(const char *line, struct fault fault, int status,
			 const char *complaint)
{
	struct try one = try(line, &fault);

	if (!one.hit || one.status != status || strcmp(one.err, complaint))
		fail_msg("taskmap %s: %s %s: exit %d: %s", line, fault.call,
			 one.hit ? "fails" : "is not called", one.status,
			 one.err);
	try_clear(&one);
}

/* A call interrupted by a handled signal is repeated. */
TEST_WITH(test_interrupted, setup, teardown)
{
	const struct fault fault = { "write", "1", EINTR };

	expect_fault("-i snapshot save saved", fault, 0, "");
	assert_true(same_files("saved", "snapshot"));
}

TEST_WITH(test_input_fails, setup, teardown)
{
	static const char *const at[] = { "1", "2", "3", "4" };

	expect_fault("-i snapshot", (struct fault){ "open", "1", EIO }, 3,
		     "taskmap: cannot open snapshot: Input/output error\n");
	/* Reads of the two parts of the header, of the records, and of the end. */
	for (size_t i = 0; i < ARRAY_SIZE(at); i++)
		expect_fault("-i snapshot", (struct fault){ "fread", at[i], EIO },
			     3, "taskmap: cannot read snapshot: Input/output error\n");
	/* Everything has been read before fclose(3). */
	expect_fault("-i snapshot", (struct fault){ "fclose", "1", EIO }, 0, "");
}

/* Whatever fails, there is no file and no part of it. */
TEST_WITH(test_save_fails, setup, teardown)
{
	static const struct fault faults[] = {
		/* The first open() is that of the snapshot. */
		{ "open", "2", EIO }, { "fstatat", "1", EIO },
		{ "getrandom", "1", EIO }, { "openat", "1", EIO },
		{ "write", "1", EIO }, { "fsync", "1", EIO },
		{ "close", "1", EIO }, { "renameat", "1", EIO },
	};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		mkdir("empty", 0700);
		expect_fault("-i snapshot save empty/saved", faults[i], 3,
			     "taskmap: cannot write empty/saved: Input/output error\n");
		/* rmdir(2) fails if the directory contains a file. */
		assert_int_equal(rmdir("empty"), 0);
	}
}

TEST_WITH(test_save_over_fails, setup, teardown)
{
	static const struct fault faults[] = {
		{ "write", "1", EIO }, { "fchown", "1", EIO },
		{ "fchmod", "1", EIO }, { "fsync", "1", EIO },
		{ "close", "1", EIO }, { "renameat", "1", EIO },
	};

	free(fixture_file(*state, "empty/saved", "old", 3));
	free(fixture_file(*state, "old", "old", 3));
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		expect_fault("-i snapshot save empty/saved", faults[i], 3,
			     "taskmap: cannot write empty/saved: Input/output error\n");
		assert_true(same_files("empty/saved", "old"));
	}
	unlink("empty/saved");
	assert_int_equal(rmdir("empty"), 0);
}

/* Some file systems report only at close that a write failed. */
TEST_WITH(test_output_fails, setup, teardown)
{
	static const char *const at[] = { "1", "2", "1+" };

	for (size_t i = 0; i < ARRAY_SIZE(at); i++)
		expect_fault("-i snapshot", (struct fault){ "output", at[i], EIO },
			     3, "taskmap: cannot write to standard output: Input/output error\n");
}

/* An empty array is not NULL, which would mean a failure. */
TEST(test_nothing)
{
	void *nothing = xcalloc(0, 8);

	assert_non_null(nothing);
	nothing = xreallocarray(nothing, 0, 8);
	assert_non_null(nothing);
	free(nothing);
	nothing = xcalloc(8, 0);
	assert_non_null(nothing);
	nothing = xreallocarray(nothing, 8, 0);
	assert_non_null(nothing);
	free(nothing);
}

int main(void)
{
	return run_all("failing", NULL, NULL);
}
