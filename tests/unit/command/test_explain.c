// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Facts and sentences of explain.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "command/explain.c"

struct system {
	struct snapshot snap;
	struct model model;
	char **before;		/* original sentences about each task */
	struct transcript transcript;
};

/* Every sentence ends with a full stop, and has no empty parts. */
static void expect_style(const char *text)
{
	static const char *const odd[] = { "  ", "(null)", " ," };

	assert_int_equal(text[strlen(text) - 1], '.');
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		assert_null(strstr(text, odd[i]));
}

/* The sentences about a task, one per line, each with its fact after a bar. */
static char *said_of(struct system *system, unsigned int task)
{
	struct explanation explanation = explain(&system->model, task,
						 false);
	char *said = xasprintf("%s\n", explanation.title);

	for (size_t i = 0; i < explanation.count; i++) {
		const struct sentence *sentence = &explanation.sentences[i];

		expect_style(sentence->text);
		assert_true(!i || sentence->topic >= sentence[-1].topic);
		said = joined(said, "", xasprintf("%s: %s|%s\n",
						  topics[sentence->topic].key,
						  sentence->text,
						  sentence->fact ? sentence->fact : ""));
	}
	explanation_free(&explanation);
	return said;
}

/* Makes a model of the current rows, which tests change. */
static void make_model(struct system *system)
{
	model_free(&system->model);
	assert_int_equal(model_init(&system->model, &system->snap), 0);
	assert_int_equal(model_group_all(&system->model, NOTED), 0);
}

static struct system *load(const struct taskmap_record *rows, size_t count)
{
	struct system *system = xcalloc(1, sizeof(*system));

	system->snap = fixture_snapshot(rows, count);
	make_model(system);
	system->before = xcalloc(count, sizeof(*system->before));
	for (unsigned int i = 0; i < count; i++)
		system->before[i] = said_of(system, i);
	transcript_begin(&system->transcript);
	return system;
}

/* Compares the output with the expected file. */
static void unload(struct system *system, const char *name)
{
	transcript_expect(&system->transcript, name);
	for (unsigned int i = 0; i < system->model.count; i++)
		free(system->before[i]);
	free(system->before);
	model_free(&system->model);
	snapshot_free(&system->snap);
	free(system);
}

static struct system *load_fixture(void)
{
	struct taskmap_record *rows = fixture_system();
	struct system *system = load(rows, fixture_system_count);

	free(rows);
	return system;
}

static struct taskmap_record *of(struct system *system, int pid)
{
	unsigned int task = model_find(&system->model, pid);

	assert_int_not_equal(task, NO_TASK);
	return &system->snap.tasks[task];
}

/* Adds the lines of @text that are not in @other. */
static void add_new(FILE *out, char mark, char *text, const char *other)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *whole = xasprintf("\n%s\n", line);
		char *all = xasprintf("\n%s", other);

		if (!strstr(all, whole))
			fprintf(out, "%c %s\n", mark, line);
		free(all);
		free(whole);
	}
}

/* Adds the sentences about a task that are new, and those that are gone. */
static void tell(struct system *system, int pid, const char *what)
{
	unsigned int task = model_find(&system->model, pid);
	char *before = xstrdup(system->before[task]), *now;

	make_model(system);
	now = said_of(system, task);
	fprintf(system->transcript.file, "%d: %s\n", pid, what);
	add_new(system->transcript.file, '-', before, now);
	add_new(system->transcript.file, '+', now, system->before[task]);
	free(now);
	free(before);
}

static void tell_all(struct system *system)
{
	for (unsigned int i = 0; i < system->model.count; i++)
		fprintf(system->transcript.file, "%s\n", system->before[i]);
}

TEST(test_system)
{
	struct system *system = load_fixture();

	tell_all(system);
	unload(system, "command/explain-system");
}

/* The flags of a record decide the facts that are bits. */
TEST(test_bits)
{
	struct system *system = load_fixture();

	of(system, 203)->flags = 0x00404050;
	tell(system, 203, "PF_IO_WORKER and PF_USER_WORKER");
	of(system, 203)->flags = 0x00404040;
	tell(system, 203, "PF_USER_WORKER");
	of(system, 3)->flags = 0x00208060;
	tell(system, 3, "PF_WQ_WORKER");
	of(system, 3)->flags = 0x00208050;
	tell(system, 3, "PF_IO_WORKER");
	of(system, 100)->flags = 0x00400000;
	tell(system, 100, "not PF_FORKNOEXEC");
	of(system, 100)->kind = 77;
	tell(system, 100, "a kind of a newer module");
	unload(system, "command/explain-bits");
}

TEST(test_memory)
{
	struct system *system = load_fixture();
	uint64_t mm = of(system, 200)->ids[TASKMAP_MM];

	of(system, 3)->ids[TASKMAP_ACTIVE_MM] = of(system, 100)->ids[TASKMAP_MM];
	tell(system, 3, "active_mm is the mm of 100");
	of(system, 3)->ids[TASKMAP_ACTIVE_MM] = 4711;
	tell(system, 3, "active_mm is nobody's mm");
	of(system, 3)->ids[TASKMAP_MM] = 4711;
	tell(system, 3, "mm is that of no task here");
	/* A kernel thread borrows an mm. */
	of(system, 3)->ids[TASKMAP_MM] = 0;
	of(system, 3)->ids[TASKMAP_ACTIVE_MM] = of(system, 2)->ids[TASKMAP_MM] = mm;
	tell(system, 3, "active_mm is the mm of 200, which 2 uses");
	of(system, 301)->ids[TASKMAP_MM] = 77;
	tell(system, 300, "301 has not borrowed its mm");
	of(system, 502)->ids[TASKMAP_MM] = 77;
	tell(system, 501, "only one other process has its mm");
	of(system, 701)->ids[TASKMAP_MM] = 0;
	tell(system, 701, "no mm");
	unload(system, "command/explain-memory");
}

TEST(test_states)
{
	struct system *system = load_fixture();

	*of(system, 100) = zombie(*of(system, 100));
	tell(system, 100, "a zombie");
	tell(system, 201, "its parent is a zombie");
	tell(system, 200, "its parent is a zombie");
	of(system, 100)->state = 'X';
	tell(system, 100, "being removed");
	of(system, 201)->state = 'Z';
	tell(system, 201, "a thread that is a zombie");
	of(system, 3)->state = 'Z';
	tell(system, 3, "a kernel thread that is a zombie");
	of(system, 300)->state = 'S';
	tell(system, 300, "not waiting for its child by vfork");
	of(system, 402)->kind = TASKMAP_WORKER;
	tell(system, 400, "a worker lives after the leader");
	unload(system, "command/explain-states");
}

/* What is inferred of namespaces that the creator does not have. */
TEST(test_other_namespaces)
{
	struct system *system = load_fixture();

	of(system, 700)->ids[TASKMAP_UTS_NS] ^= 1;
	tell(system, 700, "own uts namespace");
	of(system, 500)->ids[TASKMAP_UTS_NS] ^= 1;
	tell(system, 700, "an older task in its uts namespace");
	of(system, 700)->ids[TASKMAP_NSPROXY] ^= 1;
	of(system, 700)->ids[TASKMAP_UTS_NS] ^= 1;
	of(system, 700)->ids[TASKMAP_TIME_NS] = 9;
	of(system, 100)->ids[TASKMAP_TIME_CHILDREN_NS] = 9;
	tell(system, 700, "the time namespace that its parent chose");
	*of(system, 100) = zombie(*of(system, 100));
	of(system, 700)->ids[TASKMAP_PID_NS] ^= 1;
	of(system, 700)->ns_pid = 1;
	tell(system, 700, "own pid namespace, and a dead parent");
	unload(system, "command/explain-other-namespaces");
}

/* Tasks in a pid namespace, where the leader has pid 1. */
TEST(test_namespaces)
{
	struct system *system = load_fixture();

	for (int pid = 200; pid < 204; pid++) {
		of(system, pid)->ids[TASKMAP_PID_NS] = 99;
		of(system, pid)->ns_pid = pid - 199;
		of(system, pid)->ns_levels = 2;
	}
	tell(system, 200, "1 in its pid namespace");
	tell(system, 201, "2 in its pid namespace");
	of(system, 201)->ns_levels = 4;
	of(system, 201)->ns_pids[0] = 30;
	of(system, 201)->ns_pids[1] = 4;
	tell(system, 201, "two pid namespaces between");
	of(system, 201)->ns_levels = TASKMAP_NS_PIDS + 3;
	tell(system, 201, "more pid namespaces between than the record has pids");
	of(system, 201)->ns_levels = UINT32_MAX;
	tell(system, 201, "an impossible number of pid namespaces");
	of(system, 201)->ns_levels = 2;
	of(system, 200)->state = 'Z';
	tell(system, 200, "1 in its pid namespace, a zombie");
	of(system, 201)->ns_pid = 0;
	tell(system, 201, "no number in its pid namespace");
	/* Its leader is in another one, which is impossible: nothing is claimed. */
	of(system, 200)->ids[TASKMAP_PID_NS] = 98;
	tell(system, 201, "its leader in another pid namespace");
	unload(system, "command/explain-namespaces");
}

TEST(test_beyond)
{
	struct system *system = load_fixture();

	of(system, 201)->ids[TASKMAP_CRED] ^= 1;
	tell(system, 201, "own cred");
	of(system, 201)->ids[TASKMAP_NSPROXY] ^= 1;
	tell(system, 201, "own cred and nsproxy");
	of(system, 201)->ids[TASKMAP_CGROUPS] ^= 1;
	tell(system, 201, "own cred, nsproxy and cgroups");
	of(system, 700)->ids[TASKMAP_CRED] = of(system, 100)->ids[TASKMAP_CRED];
	tell(system, 700, "the cred of its parent");
	of(system, 201)->ids[TASKMAP_USER_NS] ^= 1;
	tell(system, 201, "own user namespace");
	unload(system, "command/explain-beyond");
}

/*
 * Without a task of the initial namespace, nothing is said about it. kthreadd
 * identifies it as well as process 1.
 */
TEST(test_alone)
{
	const struct taskmap_record leader = process(10, 9, "alone");
	struct taskmap_record rows[][2] = {
		{ leader }, { thread(&leader, 11) }, { process(10, 0, "none") },
		{ kthread(2, "kthreadd"), process(10, 9, "elsewhere") },
	};
	static const size_t counts[] = { 1, 1, 1, 2 };

	rows[0][0].ns_pid = 1;
	rows[3][1].ns_pid = 5;
	rows[3][1].ids[TASKMAP_PID_NS] ^= 1;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct system *system = load(rows[i], counts[i]);
		char name[] = "command/explain-alone-0";

		name[sizeof(name) - 2] += (char)i;
		tell_all(system);
		unload(system, name);
	}
}

/* Every flag without a resource in the table leaves no trace. */
TEST(test_limits)
{
	static const struct { size_t limit; const char *word; } words[] = {
		{ 0, "exec" }, { 0, "unshare" }, { 0, "setns" }, { 0, "setuid" },
		{ 1, "CLONE_VFORK" }, { 1, "CLONE_PARENT" },
		{ 1, "CLONE_SETTLS" }, { 1, "CLONE_PARENT_SETTID" },
		{ 1, "CLONE_CHILD_SETTID" }, { 1, "CLONE_CHILD_CLEARTID" },
		{ 1, "CLONE_PIDFD" }, { 1, "CLONE_PTRACE" },
		{ 1, "CLONE_UNTRACED" }, { 1, "CLONE_CLEAR_SIGHAND" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_non_null(strstr(limits[words[i].limit], words[i].word));
	assert_int_equal(ARRAY_SIZE(limits), 2);
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		assert_null(strstr(limits[i], "  "));
}

/* A word of flags that is wider than a line is broken. */
TEST(test_width)
{
	static const char *const lines[] = {
		"$T explain -i $S 601 | awk 'length > 80 { print \"too wide:\" } 1'",
		NULL
	};
	struct taskmap_record *rows = fixture_births();

	expect_transcript("command/explain-width", rows, fixture_births_count,
			  lines);
	free(rows);
}

TEST(test_births)
{
	struct taskmap_record *rows = fixture_births();
	struct system *system = load(rows, fixture_births_count);

	tell_all(system);
	of(system, 611)->flags = 0x00400040;
	tell(system, 611, "neither has called exec, which cannot be");
	of(system, 600)->flags = 0x00400000;
	tell(system, 611, "its creator has called exec");
	system->snap.header.births_ns = 0;
	tell(system, 700, "a module that recorded no births");
	unload(system, "command/explain-births");
	free(rows);
}

TEST(test_wrap)
{
	static const struct {
		const char *text;
		size_t width;
		const char *indent, *want;
	} cases[] = {
		{ "one two three", 7, "", "one two\nthree" },
		{ "one two three", 6, "", "one\ntwo\nthree" },
		{ "one two three", 13, "  ", "  one two three" },
		{ "one two three", 12, "  ", "  one two\n  three" },
		{ "", 10, "", "" },
		{ "", 10, "> ", "> " },
		{ "unbreakable", 3, " ", " unbreakable" },
		{ "a unbreakable b", 3, "", "a\nunbreakable\nb" },
		{ "a unbroken|b|cc|d e", 5, "", "a\nunbroken|\nb|cc|\nd e" },
		{ "a b|c d|e", 4, "", "a\nb|c\nd|e" },
		/* A name keeps its blanks, except at the end of a line. */
		{ "a  b   c", 10, "", "a  b   c" },
		{ "aaaa  b", 5, "", "aaaa\nb" },
		/* Widths are those of characters, not of bytes. */
		{ "caf\303\251 b", 6, "", "caf\303\251 b" },
		{ "\346\274\242\345\255\227 b", 5, "", "\346\274\242\345\255\227\nb" },
		{ "\377 b", 5, "", "\377\nb" },
		{ "\377 b", 6, "", "\377 b" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *lines = wrap(cases[i].text, cases[i].width,
				   cases[i].indent);

		assert_string_equal(lines, cases[i].want);
		free(lines);
	}
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	return run_all("explain", NULL, NULL);
}
