// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Saving a snapshot where others can put things: what is there already, what is
 * put there meanwhile, and what is left over if it cannot be done.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "fixture.h"

/* More than save writes at once, a few times. */
#define TASKS	12000

struct large {
	char *dir;
	char *path;
};

static int setup(void **state)
{
	struct large *large = xcalloc(1, sizeof(*large));
	struct taskmap_record *rows = xcalloc(TASKS, sizeof(*rows));
	unsigned char *image;
	size_t size;

	for (int i = 0; i < TASKS; i++)
		rows[i] = process(i + 1, 0, "x");
	image = fixture_image(rows, TASKS, NULL, &size);
	large->dir = fixture_dir();
	large->path = fixture_file(large->dir, "large", image, size);
	free(image);
	free(rows);
	*state = large;
	return 0;
}

static int teardown(void **state)
{
	struct large *large = *state;

	free(large->path);
	fixture_remove(large->dir);
	free(large);
	return 0;
}

/* What @line prints; err and out are the only files that it may leave. */
static void expect(void **state, const char *line, const char *out)
{
	const struct large *large = *state;
	struct result result;
	char *all;

	assert_true(asprintf(&all, "%s\nls -A | grep -vx -e err -e out", line) > 0);
	result = run(large->path, all);
	if (strcmp(result.out, out))
		fail_msg("%s: not \"%s\" but \"%s\": %s", line, out, result.out,
			 result.err);
	result_clear(&result);
	free(all);
}

/* As expect(), of a line that must fail with one line that has @words. */
static void expect_refusal(void **state, const char *line, const char *words,
			   const char *out)
{
	char *all;

	assert_true(asprintf(&all, "{ %s; } 2>e; echo $?; wc -l <e; grep -c -e '%s' e; rm e",
			     line, words) > 0);
	expect(state, all, out);
	free(all);
}

static bool is_root(const char *what)
{
	if (!geteuid())
		return true;
	print_message("# SKIP %s takes root\n", what);
	return false;
}

static void test_new(void **state)
{
	expect(state, "umask 0; $T -i $S save x && cmp x $S && stat -c %a x",
	       "600\nx\n");
	expect(state, "mkdir d; $T -i $S save d/x && $T -i $S save ./d/../y; cmp d/x y; rm -r d",
	       "y\n");
	expect(state, "$T -i $S save $PWD/x; cmp x $S", "x\n");
	/* A directory may be named by a link, and so may its own. */
	expect(state, "mkdir d; ln -s d l; $T -i $S save l/x; cmp d/x $S; rm -r d l",
	       "");
}

static void test_output(void **state)
{
	expect(state, "$T -i $S save - | cmp - $S", "");
	expect(state, "$T -i $S save - >x; cmp x $S", "x\n");
	expect(state, "mkfifo f; cmp f $S & $T -i $S save - >f; wait $! && echo same",
	       "same\nf\n");
	expect(state, "$T -i $S save - | $T -i - save - | $T -i - -rn -o PID -p 1",
	       "1\n");
	/* Who has nothing to print misses no place to print to. */
	expect(state, "$T -i $S save x >&- && cmp x $S", "x\n");
}

/* A file of one's own. */
static void test_over(void **state)
{
	expect(state, "echo old >x; chmod 640 x; $T -i $S save x && cmp x $S && stat -c %a x",
	       "640\nx\n");
	/* Not truncated: who has the old one open goes on reading it. */
	expect(state, "echo old >x; exec 3<x; $T -i $S save x; cat <&3", "old\nx\n");
}

static void test_over_group(void **state)
{
	(void)state;
	if (!is_root("to give a file to another group"))
		skip();
	expect(state, "echo old >x; chgrp 4711 x; chmod 2640 x; $T -i $S save x; stat -c '%u %g %a' x",
	       "0 4711 2640\nx\n");
}

static void test_over_others(void **state)
{
	if (!is_root("a file of another user"))
		skip();
	expect_refusal(state, "echo old >x; chmod 666 x; chown 4711 x; $T -i $S save x",
		       "^taskmap: cannot write x: it belongs to another user",
		       "3\n1\n1\nx\n");
	expect(state, "echo old >x; chown 4711 x; $T -i $S save x 2>/dev/null; cat x",
	       "old\nx\n");
}

static void test_over_hard_link(void **state)
{
	expect_refusal(state, "echo old >x; ln x y; $T -i $S save x",
		       "^taskmap: cannot write x: it has more than one hard link",
		       "3\n1\n1\nx\ny\n");
	expect(state, "echo old >x; ln x y; $T -i $S save x 2>/dev/null; cat x y",
	       "old\nold\nx\ny\n");
}

/* Nothing that has a name is opened; a reader of the FIFO would get it all. */
static void test_over_special(void **state)
{
	expect_refusal(state, "mkfifo f; exec 3<>f; timeout 20 $T -i $S save f",
		       "^taskmap: cannot write f: it is not a regular file; use \"save -\"",
		       "3\n1\n1\nf\n");
	expect_refusal(state, "$T -i $S save /dev/full",
		       "^taskmap: cannot write /dev/full: it is not a regular file",
		       "3\n1\n1\n");
	expect_refusal(state, "$T -i $S save /dev/null",
		       "^taskmap: cannot write /dev/null: it is not a regular file",
		       "3\n1\n1\n");
	expect_refusal(state, "$T -i $S save /dev/stdout >x",
		       "^taskmap: cannot write /dev/stdout: it is a symbolic link",
		       "3\n1\n1\nx\n");
}

/* As the world is in /tmp, and whatever fs.protected_fifos says. */
static void test_sticky(void **state)
{
	if (!is_root("a FIFO of another user"))
		skip();
	expect_refusal(state, "mkdir -m 1777 d; mkfifo -m 666 d/x; chown 4711 d/x; cat d/x >got & $T -i $S save d/x; s=$?; kill $!; wait; wc -c <got; rm -r d got; (exit $s)",
		       "it is not a regular file", "0\n3\n1\n1\n");
	expect_refusal(state, "mkdir -m 1777 d; echo old >old; ln -s ../old d/x; chown -h 4711 d/x; $T -i $S save d/x; s=$?; cat old; rm -r d old; (exit $s)",
		       "it is a symbolic link", "old\n3\n1\n1\n");
}

static void test_symbolic_link(void **state)
{
	expect_refusal(state, "echo old >x; ln -s x l; $T -i $S save l",
		       "^taskmap: cannot write l: it is a symbolic link; give the name of the file itself",
		       "3\n1\n1\nl\nx\n");
	expect_refusal(state, "ln -s x l; $T -i $S save l", "it is a symbolic link",
		       "3\n1\n1\nl\n");
	expect(state, "echo old >x; ln -s x l; $T -i $S save l 2>/dev/null; cat x",
	       "old\nl\nx\n");
}

/*
 * Something else is put under the name between any two calls: what it points to
 * is never written, and a FIFO is never opened.
 */
static void test_swapped(void **state)
{
	static const char *const calls[] = {
		"getrandom", "openat", "write", "fchmod", "fsync", "renameat",
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		char *line;

		assert_true(asprintf(&line,
			"echo secret >other; ln -s other link; echo old >x; "
			"LD_PRELOAD=$F FAIL_CALL=%s FAIL_AT=1 FAIL_MARK=hit FAIL_MOVE=link FAIL_TO=x $P -i $S save x;"
			"echo $?; cat other; test -L x || cmp x $S; rm hit",
			calls[i]) > 0);
		expect(state, line, "0\nsecret\nother\nx\n");
		free(line);
		assert_true(asprintf(&line,
			"mkfifo fifo; exec 3<>fifo; "
			"LD_PRELOAD=$F FAIL_CALL=%s FAIL_AT=1 FAIL_MARK=hit FAIL_MOVE=fifo FAIL_TO=x timeout 20 $P -i $S save x;"
			"echo $?; cmp x $S; rm hit",
			strcmp(calls[i], "fchmod") ? calls[i] : "write") > 0);
		expect(state, line, "0\nx\n");
		free(line);
	}
}

/* The directory is looked up once. */
static void test_swapped_directory(void **state)
{
	expect(state,
	       "mkdir d e; LD_PRELOAD=$F FAIL_CALL=write FAIL_AT=1 FAIL_MARK=hit FAIL_MOVE=d FAIL_TO=moved $P -i $S save d/x;"
	       "echo $?; cmp moved/x $S; ls -A e; rm -r moved e hit",
	       "0\n");
}

/*
 * A signal at any call: the program dies of it, and the file is what it was or
 * a whole snapshot. Nothing else is left.
 */
static void test_signals(void **state)
{
	static const char *const calls[] = {
		"fstatat", "getrandom", "openat", "write", "fchmod", "fsync",
		"renameat",
	};
	static const int signals[] = { 1, 2, 3, 15 };

	for (size_t i = 0; i < ARRAY_SIZE(calls) * ARRAY_SIZE(signals); i++) {
		int signal = signals[i % ARRAY_SIZE(signals)];
		const char *call = calls[i / ARRAY_SIZE(signals)];
		char *line, *out;

		assert_true(asprintf(&line,
			"ulimit -c 0; echo old >x; cp x old;"
			"(LD_PRELOAD=$F FAIL_CALL=%s FAIL_AT=1 FAIL_MARK=hit FAIL_SIGNAL=%d exec $P -i $S save x) 2>/dev/null;"
			"echo $?; cmp -s x old || cmp x $S; rm hit old",
			call, signal) > 0);
		assert_true(asprintf(&out, "%d\nx\n", 128 + signal) > 0);
		expect(state, line, out);
		free(out);
		free(line);
	}
}

/* Amid the writing there is time to give up. */
static void test_signal_gives_up(void **state)
{
	expect(state,
	       "(LD_PRELOAD=$F FAIL_CALL=write FAIL_AT=2 FAIL_MARK=hit FAIL_SIGNAL=15 exec $P -i $S save x) 2>/dev/null;"
	       "echo $?; rm hit",
	       "143\n");
	expect(state,
	       "echo old >x; (LD_PRELOAD=$F FAIL_CALL=write FAIL_AT=2 FAIL_MARK=hit FAIL_SIGNAL=2 exec $P -i $S save x) 2>/dev/null;"
	       "echo $?; cat x; rm hit",
	       "130\nold\nx\n");
}

/* As by nohup(1), and signals that end nothing. */
static void test_signal_ignored(void **state)
{
	expect(state,
	       "trap '' HUP; LD_PRELOAD=$F FAIL_CALL=write FAIL_AT=2 FAIL_MARK=hit FAIL_SIGNAL=1 $P -i $S save x;"
	       "echo $?; cmp x $S; rm hit",
	       "0\nx\n");
	expect(state,
	       "LD_PRELOAD=$F FAIL_CALL=write FAIL_AT=2 FAIL_MARK=hit FAIL_SIGNAL=28 $P -i $S save x;"
	       "echo $?; cmp x $S; rm hit",
	       "0\nx\n");
}

static void test_nowhere(void **state)
{
	expect_refusal(state, "$T -i $S save /nowhere/x",
		       "^taskmap: cannot write /nowhere/x: No such file", "3\n1\n1\n");
	expect_refusal(state, "echo >x; $T -i $S save x/y",
		       "^taskmap: cannot write x/y: Not a directory", "3\n1\n1\nx\n");
	expect_refusal(state, "$T -i $S save ''",
		       "^taskmap: cannot write : No such file", "3\n1\n1\n");
	expect_refusal(state, "$T -i $S save .",
		       "^taskmap: cannot write .: Is a directory", "3\n1\n1\n");
	expect_refusal(state, "$T -i $S save /",
		       "^taskmap: cannot write /: Is a directory", "3\n1\n1\n");
	expect_refusal(state, "mkdir d; $T -i $S save d/; $T -i $S save d/.. 2>/dev/null",
		       "^taskmap: cannot write d/: Is a directory", "3\n1\n1\nd\n");
}

static void test_forbidden(void **state)
{
	if (geteuid())
		expect_refusal(state, "mkdir -m 500 d; $T -i $S save d/x",
			       "^taskmap: cannot write d/x: Permission denied",
			       "3\n1\n1\nd\n");
	else
		expect_refusal(state, "chmod 755 .; cp $P p; cat $S | setpriv --reuid 4711 --regid 4711 --clear-groups ./p -i - save x; s=$?; rm p; (exit $s)",
			       "^taskmap: cannot write x: Permission denied",
			       "3\n1\n1\n");
}

/*
 * A full device, as far as one can be had without being root: a limit on the
 * size of files, of which write(2) says EFBIG if the signal is ignored.
 */
static void test_limited(void **state)
{
	expect_refusal(state, "echo old >x; trap '' XFSZ; ulimit -f 4; $T -i $S save x",
		       "^taskmap: cannot write x: File too large", "3\n1\n1\nx\n");
	/* And if it is not ignored, it kills, but only then. */
	expect(state, "echo old >x; (ulimit -c 0; ulimit -f 4; exec $P -i $S save x) 2>/dev/null; echo $?; cat x",
	       "153\nold\nx\n");
}

static void test_full(void **state)
{
	const struct large *large = *state;
	struct result result = run(large->path,
				   "unshare -m sh -c 'mount -t tmpfs -o size=64k none .'");
	bool mounts = !result.status;

	result_clear(&result);
	if (!mounts) {
		print_message("# SKIP a file system cannot be mounted here\n");
		skip();
	}
	expect_refusal(state, "mkdir d; unshare -m sh -c 'mount -t tmpfs -o size=64k none d; $T -i $S save d/x; s=$?; ls -A d; exit $s'",
		       "^taskmap: cannot write d/x: No space left on device",
		       "3\n1\n1\nd\n");
}

/* What is no snapshot is not saved, not even in part. */
static void test_unsound(void **state)
{
	expect_refusal(state, "head -c 1000000 $S | $T -i - save x",
		       "truncated: 1000000 of 3648152 bytes", "3\n1\n1\n");
	expect_refusal(state, "head -c 1000000 $S | $T -i - save - >x; s=$?; wc -c <x; rm x; (exit $s)",
		       "truncated", "0\n3\n1\n1\n");
	expect_refusal(state, "$T -i /dev/null save x", "empty", "3\n1\n1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_over),
		cmocka_unit_test(test_over_group),
		cmocka_unit_test(test_over_others),
		cmocka_unit_test(test_over_hard_link),
		cmocka_unit_test(test_over_special),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_symbolic_link),
		cmocka_unit_test(test_swapped),
		cmocka_unit_test(test_swapped_directory),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_signal_gives_up),
		cmocka_unit_test(test_signal_ignored),
		cmocka_unit_test(test_nowhere),
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_limited),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_unsound),
	};

	return cmocka_run_group_tests_name("save", tests, setup, teardown);
}
