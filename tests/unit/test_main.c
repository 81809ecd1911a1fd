// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The command line: options and arguments, error messages, and the exit status.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fixture.h"

/* A directory, and the snapshot of fixture_system() in it. */
static char *dir, *path;

static int setup(void **state)
{
	struct taskmap_record *rows = fixture_system();

	(void)state;
	dir = fixture_dir();
	free(fixture_image_file(dir, "system", rows, fixture_system_count, NULL));
	path = xasprintf("%s/system", dir);
	free(rows);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(path);
	fixture_remove(dir);
	return 0;
}

static const struct golden goldens[] = {
	{ "list-columns-groups", "$T groups -H", fields },
	{ "list-columns-diff", "$T diff -H | head -n 10", fields },
	{ "groups", "$T -i $S groups", fields },
	{ "groups-json", "$T -i $S groups -J -o +tgid,pids mm net", NULL },
	{ "groups-all", "$T -i $S groups --all -r --output-all MM Files netns",
	  NULL },
	{ "graph", "$T -i $S graph", NULL },
	{ "graph-all", "$T -i $S graph --all 200 --resources mm,fs,net,user",
	  NULL },
	{ "explain", "$T -i $S explain 201 301,600 1 2", NULL },
	{ "explain-long", "$T -i $S explain --long 201 301,600 1", fields },
	{ "explain-json", "$T -i $S explain -J 201 301 600", NULL },
	{ "compare", "$T -i $S compare 200 201 202,203 301 300 400 600 2",
	  fields },
	{ "compare-json", "$T -i $S compare -J 201 2 200", NULL },
	{ "options",
	  "for words in"
	  /* Options and commands have any order; the last list of columns counts. */
	  " 'list -rn -o PID -p 1' '-rn -o PID -p 1 list' '-r -o comm,Pid -p 1'"
	  " '-rn -o PID -o TGID -p 201' '-rn -o PID,PID -p 201'"
	  " '-r -o +uid,MM_REFS -p 100'"
	  /* Filters add up. Numbers and notes are those of the whole snapshot. */
	  " '-rn -o PID -p 200' '-rn -o PID -p 202 -p 1'"
	  " '-rn -o PID -k worker,kthread' '-rn -o PID -k main -p 200' '-rn -o PID -k processes,kthreads -p 1,2,200'"
	  " '-rn -o MM,NOTE -p 500'"
	  /* Names mean all tasks so named, and for --pid also their threads. */
	  " '-rn -o PID server' '-rn -o PID -p make,1' '-rn -o PID 100 list'"
	  " '-rn -o PID -C server,make' '-rn -o PID -u 1000'"
	  " '-rn -o PID -u root,1000 -C init -p 1,2' '-rn -o RESOURCE groups -C make'"
	  /* Missing pids are reported, and the others are shown. */
	  " '-rn -o PID -p 4711,1,4712,2147483647' 'explain 4711'"
	  " 'compare 4711 201 200' 'compare 4711 201' 'compare 4711 4712';"
	  " do echo \"# $words\"; $T -i $S $words 2>&1; echo \"exit $?\"; done",
	  fields },
	/* Each task occurs once, in the order of the arguments. */
	{ "explain-order",
	  "for words in '201,1 100 1 201' '4711 201 4712' 'make 100 300'; do"
	  " $T -i $S explain $words; echo \"exit $?\"; done 2>&1 | grep '^[0-9te]'",
	  NULL },
};

TEST(test_goldens)
{
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++)
		golden(path, &goldens[i]);
}

/* Facts stay beside their sentences, and lines fit into the width. */
TEST(test_explain_narrow)
{
	skip_without_terminal();
	golden(path, &(struct golden){
		"explain-narrow",
		"script -qec 'stty cols 60; $T -i $S explain --long 200' /dev/null | tr -d '\\r'",
		fields });
}

TEST(test_explain_widths)
{
	static const char *const widths[] = { "1", "60", "100", "1000" };
	static const int longest[] = { 60, 60, 100, 110 };

	skip_without_terminal();
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		struct result result;

		setenv("W", widths[i], 1);
		result = run(path, "script -qec 'stty cols $W; $T -i $S explain --long 201 301' /dev/null | "
			     "tr -d '\\r' | awk '{ if (length($0) > l) l = length($0) } END { print l }'");
		assert_in_range(atoi(result.out), longest[i] - 12,
				longest[i] - 1);
		result_clear(&result);
	}
}

/* A refused command line, words of its error, and the number of lines. */
struct refusal {
	const char *line;
	const char *words;
};

static void expect_refusal(const struct refusal *refusal, int status,
			   unsigned int lines)
{
	struct result result = run(path, refusal->line);
	unsigned int count = 0;

	for (const char *c = result.err; *c; c++)
		count += *c == '\n';
	if (result.status != status || count != lines ||
	    !strstr(result.err, "taskmap: ") ||
	    !strstr(result.err, refusal->words))
		fail_msg("%s: exit %d, not %d; \"%s\" is not in: %s",
			 refusal->line, result.status, status, refusal->words,
			 result.err);
	if (status == 2) {
		assert_string_equal(result.out, "");
		assert_non_null(strstr(result.err, "\nTry 'taskmap --help' for more information.\n"));
	}
	result_clear(&result);
}

/* Each has exit status 2, no output, one line of error, and the hint. */
static const struct refusal misuses[] = {
	{ "$T -i $S -o NOPE", "unknown column 'NOPE'; did you mean 'NOTE'?" },
	{ "$T -i $S -o PID,,MM", "unknown column ''" },
	{ "$T -i $S -o ''", "unknown column ''" },
	{ "$T -i $S -o +", "unknown column ''" },
	{ "$T -i $S -o 'PID\nX'", "unknown column 'PID\\012X'" },
	{ "$T -i $S --color=nevr",
	  "unknown argument of --color 'nevr'; did you mean 'never'?" },
	{ "$T -i $S --color=yes",
	  "unknown argument of --color 'yes'; use auto, always, never" },
	{ "$T -i $S explain --color 1", "explain does not take --color" },
	{ "$T -i $S -k thraed",
	  "unknown kind 'thraed'; did you mean 'thread'?" },
	{ "$T -i $S -p 0", "invalid pid '0'" },
	{ "$T -i $S -p -1", "invalid pid '-1'" },
	{ "$T -i $S -p 1,2147483648", "invalid pid '2147483648'" },
	{ "$T -i $S -p ''", "invalid pid ''" },
	{ "$T -i $S -p +1", "invalid pid '+1'" },
	{ "$T -i $S -p 1,", "invalid pid ''" },
	{ "$T -i $S -p ,1", "invalid pid ''" },
	{ "$T -i $S -p 1,,2", "invalid pid ''" },
	{ "$T -i $S -p 99999999999999999999",
	  "invalid pid '99999999999999999999'" },
	{ "$T -i $S -k main,mai", "unknown kind 'mai'; did you mean 'main'?" },
	{ "$T -i $S -k ''", "unknown kind ''; use process, main," },
	{ "$T -i $S -J -r", "--json and --raw cannot be used together" },
	{ "$T -i $S -J --tree", "--tree and --json cannot be used together" },
	{ "$T -i $S -P -T", "--tree and --pairs cannot be used together" },
	{ "$T -i $S -r -P", "--raw and --pairs cannot be used together" },
	{ "$T -H -P", "--pairs and --list-columns cannot be used together" },
	{ "$T -i $S -o PID --output-all",
	  "--output and --output-all cannot be used together" },
	{ "$T -i $S --nope", "unknown option '--nope'; --help lists them" },
	{ "$T -i $S -z", "unknown option '-z'" },
	{ "$T -i $S -F", "unknown option '-F'" },
	{ "$T -i $S -$(printf '\\200')", "unknown option '-\\200'" },
	{ "$T -i", "missing argument: --input FILE" },
	{ "$T -i $S -u nobodyy", "unknown user 'nobodyy'" },
	{ "$T -i $S -u ''", "unknown user ''" },
	{ "$T -i $S -u 4294967296", "unknown user '4294967296'" },
	{ "$T -i $S self", "self is the running taskmap, which no saved" },
	{ "$T explain self -i $S", "self is the running taskmap, which no saved" },
	{ "$T diff $S $S -p self", "self is the running taskmap, which no saved" },
	{ "$T watch -i $S -p make", "has events and no list of tasks: use pids" },
	{ "$T watch -u nobodyy -- true", "unknown user 'nobodyy'" },
	{ "$T watch -u 0 -- true", "unknown user '0'" },
	{ "$T save -u root -i $S x", "save does not take --user" },
	/* A word that can be a misspelt command, if no task has this name. */
	{ "$T -i $S ls", "unknown command 'ls'; did you mean 'list'?" },
	{ "$T -i $S tree", "unknown command 'tree'; did you mean '--tree'?" },
	{ "$T -i $S group mm", "unknown command 'group'; did you mean 'groups'?" },
	{ "$T -i /nowhere/x grahp", "unknown command 'grahp'; did you mean 'graph'?" },
	{ "$T -i $S -k kernel", "unknown kind 'kernel'; did you mean 'kthread'?" },
	{ "$T -i $S groups memory", "unknown resource 'memory'; did you mean 'mm'?" },
	{ "$T -i $S expalin 1", "unknown command 'expalin'; did you mean 'explain'?" },
	{ "$T -i $S --jsn", "unknown option '--jsn'; did you mean '--json'?" },
	{ "$T -i $S --inptu=x", "unknown option '--inptu'; did you mean '--input'?" },
	{ "$T -i $S --json=x", "unexpected argument '--json=x'" },
	{ "$T -i $S groups SIGNALS", "unknown resource 'SIGNALS'; did you mean 'signal'?" },
	{ "$T -i $S save", "missing argument: save FILE" },
	{ "$T -i $S save a b", "unexpected argument 'b'" },
	/* Arguments are escaped in messages. */
	{ "$T -i $S save a 'x\n\033c'", "unexpected argument 'x\\012\\033c'" },
	{ "$T -i $S save a --json", "save does not take --json" },
	{ "$T -i $S groups mn",
	  "unknown resource 'mn'; did you mean 'mm'?" },
	{ "$T -i $S groups mm ''", "unknown resource ''; use mm, " },
	{ "$T -i $S -s mmm", "unknown column 'mmm'; did you mean 'MM'?" },
	{ "$T -i $S -s -", "unknown column ''; --list-columns lists them" },
	{ "$T -i $S groups -s MM", "unknown column 'MM'; " },
	{ "$T -i $S explain -Q PID 1", "explain does not take --filter" },
	{ "$T -i $S explain -s pid 1", "explain does not take --sort" },
	{ "$T -i $S groups mm,sf", "unknown resource 'sf'; did you mean 'fs'?" },
	{ "$T -i $S groups mm,", "unknown resource ''; use mm, " },
	{ "$T -i $S -k threadses", "unknown kind 'threadses'; use process, " },
	{ "$T -i $S -k threade", "unknown kind 'threade'; did you mean 'thread'?" },
	{ "$T help lst", "unknown command 'lst'; did you mean 'list'?" },
	{ "$T help x", "unknown command 'x'; use list, " },
	{ "$T help list 1", "unexpected argument '1'" },
	{ "$T -i $S groups 'm\n\033m'", "unknown resource 'm\\012\\033m'" },
	{ "$T -i $S groups -o MM", "unknown column 'MM'; " },
	{ "$T -i $S groups --tree", "groups does not take --tree" },
	{ "$T -i $S list --all", "list does not take --all" },
	{ "$T -i $S list -c PID", "list does not take --compare" },
	{ "$T -i $S -o HOLDERS", "unknown column 'HOLDERS'; " },
	{ "$T graph -i $S --html $S", "files and --input cannot be used together" },
	{ "$T graph --exact --html $S", "files and --exact cannot be used together" },
	{ "$T graph --html - -", "only one file can be standard input" },
	{ "$T graph -i $S --resources mn", "unknown resource 'mn'; did you mean " },
	{ "$T graph -i $S --resources ''", "unknown resource ''; use mm, " },
	{ "$T graph -i $S --resources +", "unknown resource ''; use mm, " },
	{ "$T graph -i $S --resources mm,", "unknown resource ''; use mm, " },
	{ "$T graph -i $S --resources mm,+fs", "unknown resource '+fs'; did you mean 'fs'?" },
	{ "$T graph -i $S --resources 'mm,\n\033'", "unknown resource '\\012\\033'" },
	{ "$T graph -i $S --svg --html", "--svg and --html cannot be used together" },
	{ "$T graph -i $S -J --html", "--json and --html cannot be used together" },
	{ "$T -i $S --lines", "--lines requires --json" },
	{ "$T explain -i $S 201 -J --lines", "explain does not take --lines" },
	{ "$T graph -i $S -H", "graph does not take --list-columns" },
	{ "$T -i $S --html", "list does not take --html" },
	{ "$T groups -i $S --resources mm", "groups does not take --resources" },
	{ "$T diff", "missing argument: diff A B" },
	{ "$T diff $S", "missing argument: diff A B" },
	{ "$T diff $S $S $S", "unexpected argument '" },
	{ "$T diff - -", "A and B cannot both be standard input" },
	{ "$T diff -i $S $S $S", "diff does not take --input" },
	{ "$T diff -c MM,X $S $S", "unknown column 'X'; " },
	{ "$T diff -c WHAT $S $S", "unknown column 'WHAT'; " },
	{ "$T diff -o X $S $S", "unknown column 'X'; " },
	{ "$T -i $S --exact", "--input and --exact cannot be used together" },
	{ "$T -i $S save --exact a",
	  "--input and --exact cannot be used together" },
	{ "$T -i $S verify", "verify does not take --input" },
	{ "$T verify -p 1", "verify does not take --pid" },
	{ "$T verify 0", "invalid pid '0'" },
	{ "$T verify ''", "invalid pid ''" },
	{ "$T -i $S explain", "missing argument: explain PID..." },
	{ "$T -i $S explain 1 0", "invalid pid '0'" },
	{ "$T -i $S explain 1,,2", "invalid pid ''" },
	{ "$T -i $S explain ''", "invalid pid ''" },
	{ "$T -i $S explain -p 1 1", "explain does not take --pid" },
	{ "$T -i $S explain -o PID 1", "explain does not take --output" },
	{ "$T -i $S compare --long 1 2", "compare does not take --long" },
	{ "$T -i $S explain --raw 1", "explain does not take --raw" },
	{ "$T -i $S --exact explain 1",
	  "--input and --exact cannot be used together" },
	{ "$T -i $S compare", "missing argument: compare PID PID..." },
	{ "$T -i $S compare 1", "compare needs two different tasks" },
	{ "$T -i $S compare 1 1", "compare needs two different tasks" },
	{ "$T -i $S compare 1 1,1", "compare needs two different tasks" },
	{ "$T -i $S compare 1 99999999999", "invalid pid '99999999999'" },
	{ "$T -i $S compare -k thread 1 2", "compare does not take --kind" },
	{ "$T --seed 1", "list does not take --seed" },
	{ "$T verify --seed x", "invalid number 'x'" },
	{ "$T verify --seed ''", "invalid number ''" },
	{ "$T verify --seed -1", "invalid number '-1'" },
	{ "$T verify --seed ' 1'", "invalid number ' 1'" },
	{ "$T verify --seed 1x", "invalid number '1x'" },
	{ "$T verify --seed 18446744073709551616",
	  "invalid number '18446744073709551616'" },
};

/* Tasks that do not exist: exit status 1, and one line of error */
static const struct refusal strangers[] = {
	{ "$T -i $S -p x", "no task named 'x'\n" },
	{ "$T -i $S -p 0x1", "no task named '0x1'\n" },
	{ "$T -i $S -p '1 2'", "no task named '1 2'\n" },
	{ "$T -i $S -p 'x\n\033c'", "no task named 'x\\012\\033c'\n" },
	{ "$T -i $S 'x\n\033c'", "no task named 'x\\012\\033c'\n" },
	{ "$T -i $S frobnicate", "no task named 'frobnicate'\n" },
	{ "$T -i $S list frobnicate", "no task named 'frobnicate'\n" },
	{ "$T -i $S graph 1 serverr", "no task named 'serverr'; did you mean 'server'?\n" },
	{ "$T -i $S explain kthread", "no task named 'kthread'; did you mean 'kthreadd'?\n" },
	{ "$T -i $S explain server-with-a-long-name", "no task named 'server-with-a-l'\n" },
	{ "$T -i $S -C nobody,init", "no task named 'nobody'\n" },
	{ "$T -i $S compare init", "only one task was found: compare needs two different ones\n" },
};

TEST(test_strangers)
{
	for (size_t i = 0; i < ARRAY_SIZE(strangers); i++)
		expect_refusal(&strangers[i], 1, 1);
}

TEST(test_misuse)
{
	for (size_t i = 0; i < ARRAY_SIZE(misuses); i++)
		expect_refusal(&misuses[i], 2, 2);
}

TEST(test_help)
{
	expect_out(path, "for words in '-h' '-J -h' '-h -J'; do"
		   " $T $words | head -n 1; done;"
		   " for words in 'save -h' '--help save' 'save --exact -h';"
		   " do $T $words | head -n 1; done",
		   "Usage: taskmap [COMMAND] [options]\n"
		   "Usage: taskmap [COMMAND] [options]\n"
		   "Usage: taskmap [COMMAND] [options]\n"
		   "Usage: taskmap save [options] FILE\n"
		   "Usage: taskmap save [options] FILE\n"
		   "Usage: taskmap save [options] FILE\n");
}

TEST(test_help_command)
{
	expect_out(path, "for c in '' list save; do $T help $c >a; $T $c --help >b; cmp a b; done",
		   "");
}

/* -o ALL is --output-all, also after other columns; a list of resources is several. */
TEST(test_lists)
{
	expect_out(path, "$T -i $S --output-all >a; $T -i $S -o all >b; cmp a b;"
		   " $T -i $S groups mm files >a; $T -i $S groups mm,files >b; cmp a b;"
		   " $T -i $S -rno PID,ALL -p 1 | cut -d' ' -f 1-3", "1 1 1\n");
}

/* Columns that are not shown, both directions, numbers in text, and no value last. */
TEST(test_sort)
{
	static const char *const cases[][2] = {
		{ "-o PID -s -pid -p 100,200", "203 202 201 200 100" },
		{ "-o PID -s comm,-pid -C make,init,shell", "1 301 300 100" },
		{ "-o MM -s mm -k process", "mm#1 mm#2 mm#4 mm#4 mm#6 mm#6 mm#6 mm#7 mm#8 mm#9" },
		{ "-o MM -s -mm -p 1,2,100,702", "mm#9 mm#2 mm#1 -" },
		{ "-o PID --sort=+kind,-uid,pid -k process,kthread -p 1,2,3,100,500", "2 3 100 1 500" },
		{ "groups -o OUTSIDE,HOLDERS -s -outside,holders mm files", "2 3 2 3 2 3 1 2 1 5 0 2 0 2 0 3" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *line = xasprintf("echo $($T -i $S -rn %s)", cases[i][0]);
		char *want = xasprintf("%s\n", cases[i][1]);

		expect_out(path, line, want);
		free(want);
		free(line);
	}
	expect_out(path, "$T -i $S -J -o pid -s -pid -p 1,100 | grep pid.:",
		   "{\"pid\":100},\n{\"pid\":1}\n");
	/* Children are sorted, and threads still come before them. */
	expect_out(path, "$T -i $S -nT -o PID -s -pid -p 1,100,200,500 | tr -dc '0-9\n' | xargs",
		   "1 100 500 200 203 202 201\n");
	expect_out(path, "$T diff $S $S -rn -s pid", "");
}

/* Columns that are not shown, and a tree; or what an older library lacks. */
TEST(test_filter)
{
#ifdef SMARTCOLS_FILTERS
	expect_out(path, "$T -i $S -rn -o COMM -Q 'PID > 501 && EXIT_SIGNAL == 17' -s -pid | tail -n 2",
		   "vhost-200\nlinuxthreads\n");
	expect_out(path, "$T -i $S -rn -o PID -Q 'mm == \"mm#2\"'", "100\n");
	expect_out(path, "$T -i $S -n -T -o PID -Q 'PID != 100 && PID < 202 && EXIT_SIGNAL < 0' | xargs",
		   "201\n");
	expect_refusal(&(struct refusal){ "$T -i $S -Q 'PIDD > 1'",
		       "unknown column 'PIDD'; did you mean 'PID'?" }, 2, 2);
	expect_refusal(&(struct refusal){ "$T -i $S -Q 'PID >'",
		       "--filter: syntax error" }, 2, 2);
#else
	expect_refusal(&(struct refusal){ "$T -i $S -Q 'PID > 1'",
		       "--filter: needs libsmartcols 2.40 or newer, and this is " }, 2, 2);
#endif
}

TEST(test_version)
{
	expect_out(path, "$T --version",
		   "taskmap " TASKMAP_VERSION " (snapshot format 1)\n");
	expect_out(path, "$T -V",
		   "taskmap " TASKMAP_VERSION " (snapshot format 1)\n");
}

/* Failing reads and writes: exit status 3 and one line */

static const struct refusal failures[] = {
	{ "$T -i /nowhere/x", "cannot open /nowhere/x: No such file or directory" },
	{ "$T -i 'new\nline'", "cannot open new\\012line: No such file" },
	{ "$T -i /", "cannot read /: Is a directory" },
	{ "$T -i /dev/null", "/dev/null: empty, not a taskmap snapshot" },
	{ "$T -i /dev/zero", "/dev/zero: not a taskmap snapshot" },
	{ "$T -i - <&-", "cannot read standard input: Bad file descriptor" },
	{ "head -c 200 $S | $T -i -", "standard input: truncated: 200 of 9536 bytes" },
	{ "(cat $S; echo) | $T -i -", "standard input: corrupt: more bytes follow" },
	{ "$T -i $S >/dev/full", "cannot write to standard output: No space left" },
	{ "$T -i $S -J >/dev/full", "cannot write to standard output: No space left" },
	{ "$T -i $S -r >/dev/full", "cannot write to standard output: No space left" },
	{ "$T -i $S -P --output-all >/dev/full",
	  "cannot write to standard output: No space left" },
	{ "$T -i $S groups >/dev/full",
	  "cannot write to standard output: No space left" },
	{ "$T -i $S groups -J >/dev/full",
	  "cannot write to standard output: No space left" },
	{ "$T -i $S explain 1 >/dev/full",
	  "cannot write to standard output: No space left" },
	{ "$T -i $S explain -J 1 >/dev/full",
	  "cannot write to standard output: No space left" },
	{ "$T -i $S compare 1 2 >/dev/full",
	  "cannot write to standard output: No space left" },
	{ "$T -i /dev/zero explain 1", "/dev/zero: not a taskmap snapshot" },
	{ "$T -i /dev/null compare 1 2", "/dev/null: empty, not a taskmap" },
	{ "$T -i /dev/zero groups", "/dev/zero: not a taskmap snapshot" },
	{ "head -c 200 $S | $T -i - groups",
	  "standard input: truncated: 200 of 9536 bytes" },
	{ "$T -i $S graph >/dev/full",
	  "cannot write to standard output: No space left" },
	{ "$T -i $S graph --html >/dev/full",
	  "cannot write to standard output: No space left" },
	{ "head -c 200 $S | $T -i - graph --html",
	  "standard input: truncated: 200 of 9536 bytes" },
	{ "$T -H >/dev/full", "cannot write to standard output: No space left" },
	{ "$T -h >/dev/full", "cannot write to standard output: No space left" },
	{ "$T -V >/dev/full", "cannot write to standard output: No space left" },
	{ "$T -i $S >&-", "cannot write to standard output: Bad file" },
	{ "$T -i $S save - >/dev/full", "cannot write -: No space left" },
	{ "$T -i /dev/null save x; s=$?; [ -e x ] && exit 9; exit $s", "empty" },
};

TEST(test_failures)
{
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
		expect_refusal(&failures[i], 3, 1);
}

/* If SIGPIPE is ignored, a write fails instead of killing the reader. */
TEST(test_closed_pipe)
{
	expect_out(path, "trap '' PIPE; mkfifo $S.go || exit; "
		   "{ (read -r go <$S.go; $T -i $S; echo $? >&2) | "
		   "{ exec <&-; echo >$S.go; }; } 2>&1; rm $S.go",
		   "taskmap: cannot write to standard output: Broken pipe\n3\n");
}

/* Truncated files, at places that matter. */
TEST(test_hostile_input)
{
	expect_out(path, "for n in 0 1 8 143 144 145 455 6231; do"
		   " head -c $n $S | $T -i - >o 2>e; s=$?;"
		   " [ $s = 3 ] && [ ! -s o ] && [ $(wc -l <e) = 1 ] || echo $n $s;"
		   "done", "");
}

int main(void)
{
	return run_all("main", setup, teardown);
}
