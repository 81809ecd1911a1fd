// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Saving a snapshot in a directory that others can write to: existing files,
 * files that appear meanwhile, and remains after a failure.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* Several times as much as save writes at once. */
#define TASKS	12000

static struct {
	char *dir;
	char *path;
} large;

static int setup(void **state)
{
	struct taskmap_record *rows = xcalloc(TASKS, sizeof(*rows));

	(void)state;
	for (int i = 0; i < TASKS; i++)
		rows[i] = process(i + 1, 0, "x");
	large.dir = fixture_dir();
	large.path = fixture_image_file(large.dir, "large", rows, TASKS, NULL);
	free(rows);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(large.path);
	fixture_remove(large.dir);
	return 0;
}

/* Runs @line, and adds its output and the files that it leaves. */
static void run_save(struct transcript *transcript, const char *line)
{
	char *all = xasprintf("%s\ns=$?; ls -A | sed '/^err$/d; /^out$/d; s/^/left: /'; exit $s",
			      line);
	struct result result = run(large.path, all);

	transcript_add(transcript, line, &result);
	free(all);
}

/* A test: each of its lines runs in an empty directory. */
struct script {
	const char *name;
	const char *root;	/* the reason why it needs root, or NULL */
	const char *lines[10];
};

#define SAVE	"$T -i $S save "
/* The environment for a failing call. Its name and number follow. */
#define AT	"LD_PRELOAD=$F FAIL_MARK=hit FAIL_CALL="
/* Hides the shell's own messages about signals. */
#define QUIET(line)	"{ ulimit -c 0; " line "; } 2>/dev/null"

static const struct script scripts[] = {
	{ "new", NULL, {
		"umask 0; " SAVE "x && cmp x $S && stat -c %a x",
		"mkdir d; " SAVE "d/x && " SAVE "./d/../y; cmp d/x y; rm -r d",
		SAVE "$PWD/x; cmp x $S",
		/* The path may contain symbolic links. */
		"mkdir d; ln -s d l; " SAVE "l/x; cmp d/x $S; rm -r d l",
	} },
	{ "output", NULL, {
		SAVE "- | cmp - $S",
		SAVE "- >x; cmp x $S",
		"mkfifo f; cmp f $S & " SAVE "- >f; wait $! && echo same",
		SAVE "- | $T -i - save - | $T -i - -rn -o PID -p 1",
		/* save prints nothing, so stdout may be closed. */
		SAVE "x >&- && cmp x $S",
	} },
	/*
	 * A file of the same user is replaced. Readers of the old one are not
	 * affected.
	 */
	{ "over", NULL, {
		"echo old >x; chmod 640 x; " SAVE "x && cmp x $S && stat -c %a x",
		"echo old >x; exec 3<x; " SAVE "x; cat <&3",
	} },
	{ "over_group", "to give a file to another group", {
		"echo old >x; chgrp 4711 x; chmod 2640 x; " SAVE "x; stat -c '%u %g %a' x",
	} },
	{ "over_others", "a file of another user", {
		"echo old >x; chmod 666 x; chown 4711 x; " SAVE "x; echo $?; cat x",
	} },
	{ "over_hard_link", NULL, {
		"echo old >x; ln x y; " SAVE "x; echo $?; cat x y",
	} },
	/* An existing FIFO is not opened, so its reader does not get the snapshot. */
	{ "over_special", NULL, {
		"mkfifo f; exec 3<>f; timeout 300 " SAVE "f",
		SAVE "/dev/full",
		SAVE "/dev/null",
		SAVE "/dev/stdout >x; echo $?; wc -c <x",
	} },
	/* A directory like /tmp, with any value of fs.protected_fifos. */
	{ "sticky", "a FIFO of another user", {
		"mkdir -m 1777 d; (umask 0; mkfifo d/x); chown 4711 d/x; : >got; cat d/x >got & " SAVE "d/x; s=$?; kill $!; wait; wc -c <got; rm -r d got; (exit $s)",
		"mkdir -m 1777 d; echo old >old; ln -s ../old d/x; chown -h 4711 d/x; " SAVE "d/x; s=$?; cat old; rm -r d old; (exit $s)",
	} },
	{ "symbolic_link", NULL, {
		"echo old >x; ln -s x l; " SAVE "l; echo $?; cat x",
		"ln -s x l; " SAVE "l",
	} },
	/* The directory is looked up only once. */
	{ "swapped_directory", NULL, {
		"mkdir d e; " AT "write FAIL_AT=1 FAIL_MOVE=d FAIL_TO=moved $P -i $S save d/x; echo $?; cmp moved/x $S; ls -A e; rm -r moved e hit",
	} },
	/* A signal during a write makes it give up. */
	{ "signal_gives_up", NULL, {
		QUIET("(" AT "write FAIL_AT=2 FAIL_SIGNAL=15 exec $P -i $S save x); echo $?; rm hit"),
		QUIET("echo old >x; (" AT "write FAIL_AT=2 FAIL_SIGNAL=2 exec $P -i $S save x); echo $?; cat x; rm hit"),
	} },
	/* Signals ignored like by nohup(1), and signals that do not kill. */
	{ "signal_ignored", NULL, {
		"trap '' HUP; " AT "write FAIL_AT=2 FAIL_SIGNAL=1 $P -i $S save x; echo $?; cmp x $S; rm hit",
		AT "write FAIL_AT=2 FAIL_SIGNAL=28 $P -i $S save x; echo $?; cmp x $S; rm hit",
	} },
	{ "nowhere", NULL, {
		SAVE "/nowhere/x",
		"echo >x; " SAVE "x/y",
		SAVE "''",
		SAVE ".",
		SAVE "/",
		"mkdir d; " SAVE "d/",
		"mkdir d; " SAVE "d/..",
	} },
	/*
	 * A substitute for a full device, which would need root: a limit on the
	 * size of files. Then write(2) fails with EFBIG if the signal is
	 * ignored, and otherwise the signal kills the program.
	 */
	{ "limited", NULL, {
		"echo old >x; trap '' XFSZ; ulimit -f 4; " SAVE "x; echo $?; cat x",
		QUIET("echo old >x; (ulimit -f 4; exec $P -i $S save x); echo $?; cat x"),
	} },
	/* An invalid snapshot is not saved, not even a part of it. */
	{ "unsound", NULL, {
		"head -c 1000000 $S | $T -i - save x",
		"head -c 1000000 $S | $T -i - save - >x; s=$?; wc -c <x; rm x; (exit $s)",
		"$T -i /dev/null save x",
	} },
};

static void test_script(void **state)
{
	const struct script *script = *state;
	char *name = xasprintf("command/save-%s", script->name);
	struct transcript transcript;

	if (script->root && geteuid()) {
		print_message("# SKIP %s takes root\n", script->root);
		free(name);
		skip();
	}
	transcript_begin(&transcript);
	for (const char *const *line = script->lines; *line; line++)
		run_save(&transcript, *line);
	transcript_expect(&transcript, name);
	free(name);
}

static const char *const calls[] = {
	"fstatat", "getrandom", "openat", "write", "fchmod", "fsync", "renameat",
};

/*
 * Another file gets the name between any two calls. The target of a link is
 * never written, and a FIFO is never opened.
 */
GOLDEN_TEST(test_swapped, "command/save-swapped")
{
	for (size_t i = 1; i < ARRAY_SIZE(calls); i++) {
		/* The mode of a FIFO is not kept. */
		bool mode = !strcmp(calls[i], "fchmod");
		char *link = xasprintf("echo secret >other; ln -s other link; echo old >x; "
				       AT "%s FAIL_AT=1 FAIL_MOVE=link FAIL_TO=x $P -i $S save x; "
				       "echo $?; cat other; test -L x || cmp x $S; rm hit",
				       calls[i]);
		char *fifo = xasprintf("mkfifo fifo; exec 3<>fifo; "
				       AT "%s FAIL_AT=1 FAIL_MOVE=fifo FAIL_TO=x timeout 300 $P -i $S save x; "
				       "echo $?; cmp x $S; rm hit",
				       calls[i]);

		run_save(to, link);
		if (!mode)
			run_save(to, fifo);
		free(fifo);
		free(link);
	}
}

/*
 * A signal at any call kills the program. The file is the old one or a whole
 * snapshot, and no other file is left.
 */
GOLDEN_TEST(test_signals, "command/save-signals")
{
	static const int signals[] = { 1, 2, 3, 15 };

	for (size_t i = 0; i < ARRAY_SIZE(calls) * ARRAY_SIZE(signals); i++) {
		char *line = xasprintf(QUIET("echo old >x; cp x old; "
					     "(" AT "%s FAIL_AT=1 FAIL_SIGNAL=%d exec $P -i $S save x); "
					     "echo $?; cmp -s x old || cmp x $S; rm hit old"),
				       calls[i / ARRAY_SIZE(signals)],
				       signals[i % ARRAY_SIZE(signals)]);

		run_save(to, line);
		free(line);
	}
}

TEST(test_full)
{
	struct result result = run(large.path,
				   "unshare -m sh -c 'mount -t tmpfs -o size=64k none .'");
	bool mounts = !result.status;
	struct transcript transcript;

	result_clear(&result);
	if (!mounts) {
		print_message("# SKIP a file system cannot be mounted here\n");
		skip();
	}
	transcript_begin(&transcript);
	run_save(&transcript,
		 "mkdir d; unshare -m sh -c 'mount -t tmpfs -o size=64k none d; " SAVE "d/x; s=$?; ls -A d; exit $s'");
	transcript_expect(&transcript, "command/save-full");
}

TEST(test_forbidden)
{
	const bool root = !geteuid();
	struct transcript transcript;

	transcript_begin(&transcript);
	run_save(&transcript, root ?
		 "chmod 755 .; cp $P p; cat $S | setpriv --reuid 4711 --regid 4711 --clear-groups ./p -i - save x; s=$?; rm p; (exit $s)" :
		 "mkdir -m 500 d; " SAVE "d/x");
	transcript_expect(&transcript, root ? "command/save-forbidden_root" :
					      "command/save-forbidden");
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++)
		add_test(scripts[i].name, test_script, NULL, NULL, &scripts[i]);
	return run_all("save", setup, teardown);
}
