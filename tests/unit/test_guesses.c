// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What people type before they read the manual. Each line works, or is answered with
 * the word that would.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fixture.h"

static char *dir, *path;

/* The shapes of taskmap-zoo, as its guide names them. */
static int setup(void **state)
{
	struct taskmap_record rows[12] = {
		process(1, 0, "init"), kthread(2, "kthreadd"),
		kthread(9, "kworker/0:1"), process(140, 1, "threads"),
		{ 0 }, process(144, 1, "fork"), process(146, 1, "vfork"),
		process(147, 146, "vfork"), process(150, 1, "linuxthreads"),
		process(160, 1, "chromium-browse"),
		process(161, 1, "Web Content"), process(162, 1, "saved"),
	};

	(void)state;
	rows[3].kind = TASKMAP_MAIN;
	rows[4] = thread(&rows[3], 141);
	rows[7].ids[TASKMAP_MM] = rows[6].ids[TASKMAP_MM];
	rows[7].marks = TASKMAP_MARK_VFORK;
	dir = fixture_dir();
	path = fixture_image_file(dir, "zoo", rows, ARRAY_SIZE(rows), NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(path);
	fixture_remove(dir);
	return 0;
}

struct guess {
	const char *line;
	int status;
	const char *said;	/* a part of the output, or of the error */
};

#define SELF	"self is the running taskmap"

/* With a saved snapshot, which contains neither the shell nor this reader. */
static const struct guess guesses[] = {
	{ "140", 0, "\n141 " },
	{ "threads", 0, "\n141 " },
	{ "self", 2, SELF },
	{ "$$", 1, "no task " },
	{ "-p 140", 0, "\n141 " },
	{ "-p threads", 0, "\n141 " },
	{ "-p self", 2, SELF },
	{ "explain 140", 0, "140 (threads): " },
	{ "explain threads", 0, "141 (threads): a thread" },
	{ "explain self", 2, SELF },
	{ "explain vfork", 0, "147 (vfork): " },
	{ "compare 140 141", 0, "CLONE_VM" },
	{ "compare threads vfork", 0, " 147 " },
	{ "-C threads", 0, "\n141 " },
	{ "--comm threads", 0, "\n141 " },
	{ "-u root", 0, "\n141 " },
	{ "--user 0", 0, "\n141 " },
	{ "-s PID", 0, "\n141 " },
	{ "--sort mm", 0, "\n141 " },
	{ "--sort START", 0, "\n141 " },
#ifdef SMARTCOLS_FILTERS
	{ "-Q 'PID > 10'", 0, "\n141 " },
	{ "--filter 'COMM == \"threads\"'", 0, "\n141 " },
#else
	{ "-Q 'PID > 10'", 2, "needs libsmartcols 2.40 or newer" },
	{ "--filter 'COMM == \"threads\"'", 2, "use --json and jq(1)" },
#endif
	{ "-o ALL", 0, "USERNS_INODE" },
	{ "-o all", 0, "USERNS_INODE" },
	{ "--output-all", 0, "USERNS_INODE" },
	{ "-o pid,comm", 0, "141 threads" },
	{ "-o +netns", 0, " netns#1" },
	{ "-k threads", 0, "thread " },
	{ "-k kernel", 2, "did you mean 'kthread'?" },
	{ "-k kthreads", 0, "kworker/0:1" },
	{ "-k process,thread", 0, "\n141 " },
	{ "groups", 0, "mm#" },
	{ "groups mm", 0, "mm#" },
	{ "groups mm,files", 0, "files#" },
	{ "groups memory", 2, "did you mean 'mm'?" },
	{ "group mm", 2, "did you mean 'groups'?" },
	{ "graph", 0, "threads" },
	{ "graph --html -o page.html && grep -c '<html' page.html", 0, "1" },
	{ "graph --svg -o page.svg; ls page.svg", 0, "page.svg" },
	{ "graph threads", 0, "threads" },
	{ "help", 0, "Commands:" },
	{ "help explain", 0, "Usage: taskmap explain" },
	{ "explain --help", 0, "Usage: taskmap explain" },
	{ "--help", 0, "Commands:" },
	{ "-h", 0, "Commands:" },
	{ "--version", 0, "taskmap " TASKMAP_VERSION },
	{ "--color", 0, "\033[38;5;" },
	{ "--color=never", 0, "141  140    1 thread  S threads         mm#2" },
	{ "--no-headings", 2, "did you mean '--noheadings'?" },
	{ "-n", 0, "\n141 " },
	{ "ls", 2, "did you mean 'list'?" },
	{ "tree", 2, "did you mean '--tree'?" },
	{ "-T", 0, "141 " },
	{ "drift", 1, "borrows the mm of 146" },
	{ "drift 147", 1, "borrows the mm of 146" },
	{ "drift nosuch", 1, "no task named 'nosuch'" },
	{ "list threads", 0, "\n141 " },
	/* A number is a pid, also if a file is called so. */
	{ "-n && : >140 && taskmap graph --html 140 | grep -c '<html'", 0, "\n1\n" },
	/* More names: cut off, with a blank, of a kernel thread, close to a command. */
	{ "explain chromium-browser-long", 0, "160 (chromium-browse): " },
	{ "explain 'Web Content'", 0, "161 (Web Content): " },
	{ "explain kworker/0:1", 0, "9 (kworker/0:1): " },
	{ "saved", 0, "\n162 " },
	{ "savee", 2, "did you mean 'save'?" },
	{ "explain thread", 1, "no task named 'thread'; did you mean 'threads'?" },
	{ "explain Fork", 1, "no task named 'Fork'; did you mean 'fork'?" },
};

static void expect(const struct guess *guess)
{
	/* help takes no options. */
	const char *input = strncmp(guess->line, "help", 4) ? " -i $S" : "";
	char *line = xasprintf("alias taskmap='$T%s'\ntaskmap %s", input, guess->line);
	struct result result = run(path, line);
	bool answered = strstr(result.out, guess->said) ||
			strstr(result.err, guess->said);

	/* Without Graphviz, the answer is that it is missing. */
	if (!strstr(result.err, "install graphviz") &&
	    (result.status != guess->status || !answered))
		fail_msg("taskmap %s: exit %d: %s%s", guess->line, result.status,
			 result.out, result.err);
	result_clear(&result);
	free(line);
}

TEST(test_guesses)
{
	for (size_t i = 0; i < ARRAY_SIZE(guesses); i++)
		expect(&guesses[i]);
}

int main(void)
{
	return run_all("guesses", setup, teardown);
}
