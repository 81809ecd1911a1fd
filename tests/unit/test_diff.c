// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap diff: what changed between two snapshots.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fixture.h"

struct pair {
	struct taskmap_record *a, *b;
	size_t a_count, b_count;
	char *dir;
};

/* Two snapshots of one system in which nothing happened meanwhile. */
static int setup(void **state)
{
	struct pair *pair = xcalloc(1, sizeof(*pair));

	pair->a = fixture_system();
	pair->b = fixture_system();
	pair->a_count = pair->b_count = fixture_system_count;
	pair->dir = fixture_dir();
	*state = pair;
	return 0;
}

static int teardown(void **state)
{
	struct pair *pair = *state;

	free(pair->a);
	free(pair->b);
	fixture_remove(pair->dir);
	free(pair);
	return 0;
}

static void put(const struct pair *pair, const char *name,
		const struct taskmap_record *rows, size_t count,
		const struct shape *shape)
{
	unsigned char *image;
	size_t size;

	image = fixture_image(rows, count, shape, &size);
	free(fixture_file(pair->dir, name, image, size));
	free(image);
}

static void expect_files(const struct pair *pair, const char *line,
			 int status, const char *out, const char *err)
{
	struct result result = run(pair->dir, line);

	if (result.status != status || strcmp(result.out, out) ||
	    strcmp(result.err, err))
		fail_msg("%s: exit %d: %s%s", line, result.status, result.out,
			 result.err);
	result_clear(&result);
}

/* Runs @line, where the snapshots are $S/a and $S/b. */
static void expect(const struct pair *pair, const char *line, int status,
		   const char *out, const char *err)
{
	put(pair, "a", pair->a, pair->a_count, NULL);
	put(pair, "b", pair->b, pair->b_count, NULL);
	expect_files(pair, line, status, out, err);
}

static void test_same(void **state)
{
	expect(*state, "$T diff $S/a $S/b", 0, "", "");
	expect(*state, "$T diff $S/a $S/a", 0, "", "");
	expect(*state, "$T diff --compare + $S/a $S/a", 2, "",
	       "taskmap: unknown column \"\"; use PID, TGID, PPID, NSPID, KIND,"
	       " S, THREADS, NLWP, FLAGS, START, EXIT_SIGNAL, UID, GID, COMM,"
	       " TASK, SHARES, NOTE, MM, MM_REFS, ACTIVE_MM, ACTIVE_MM_REFS,"
	       " FILES, FILES_REFS, FS, FS_REFS, SIGHAND, SIGHAND_REFS, SIGNAL,"
	       " SIGNAL_REFS, IO, IO_REFS, SYSVSEM, SYSVSEM_REFS, CRED,"
	       " CRED_REFS, NSPROXY, NSPROXY_REFS, CGROUPS, CGROUPS_REFS, UTSNS,"
	       " UTSNS_REFS, IPCNS, IPCNS_REFS, MNTNS, MNTNS_REFS, PIDNS,"
	       " PIDNS_REFS, NETNS, NETNS_REFS, TIMENS, TIMENS_REFS, CGROUPNS,"
	       " CGROUPNS_REFS, USERNS, USERNS_REFS\n"
	       "Try 'taskmap --help' for more information.\n");
	expect(*state, "$T diff -J $S/a $S/b | tail -n 2", 0,
	       "\"changes\":[\n]}\n", "");
}

static void test_stdin(void **state)
{
	struct pair *pair = *state;

	pair->b[3].uid = 0;
	expect(pair, "$T diff -rn -o pid,what,old,new - $S/b <$S/a", 1,
	       "100 uid 1000 0\n", "");
	expect(pair, "$T diff -rn -o pid,what,old,new $S/a - <$S/b", 1,
	       "100 uid 1000 0\n", "");
	expect(pair, "$T diff - - <$S/b", 2, "",
	       "taskmap: A and B cannot both be standard input\n"
	       "Try 'taskmap --help' for more information.\n");
}

/* The first, the last, and those between; a pid that was used again. */
static void test_came_and_went(void **state)
{
	struct pair *pair = *state;

	pair->a++;
	pair->a_count--;
	pair->b_count--;
	pair->b[3].start_ns--;
	pair->b[17] = process(699, 100, "new");
	expect(pair, "$T diff -rn -o change,pid,what,comm,start $S/a $S/b", 1,
	       "came 1 - init 1000000\n"
	       "went 100 - shell 100000000\n"
	       "came 100 - shell 99999999\n"
	       "came 699 - new 699000000\n"
	       "went 700 - tab\\x09nl\\x0aesc\\x1b\\x5c 700000000\n"
	       "went 702 - - 702000000\n", "");
	/* And back. */
	expect(pair, "$T diff -rn -o change,pid,start $S/b $S/a", 1,
	       "went 1 1000000\n"
	       "went 100 99999999\n"
	       "came 100 100000000\n"
	       "went 699 699000000\n"
	       "came 700 700000000\n"
	       "came 702 702000000\n", "");
	pair->a--;
}

static void test_empty(void **state)
{
	struct pair *pair = *state;

	pair->a_count = 0;
	pair->b_count = 2;
	expect(pair, "$T diff -rn -o change,pid $S/a $S/b", 1,
	       "came 1\ncame 2\n", "");
	expect(pair, "$T diff -rn -o change,pid $S/b $S/a", 1,
	       "went 1\nwent 2\n", "");
	expect(pair, "$T diff $S/a $S/a", 0, "", "");
}

/* Each column that is compared, and not those that change all the time. */
static void test_columns(void **state)
{
	struct pair *pair = *state;
	struct taskmap_record *row = &pair->b[8];

	row->ppid = 1;
	row->kind = TASKMAP_MAIN;
	row->uid = 7;
	row->gid = 8;
	strcpy(row->comm, "cc\n");
	row->task++;
	row->state = 'R';
	row->flags++;
	row->threads++;
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		row->ids[r] ^= 0x10000;
		row->refs[r]++;
	}
	row->ids[TASKMAP_FS] = 0;
	expect(pair, "$T diff -rn -o pid,what,old,new $S/a $S/b", 1,
	       "300 ppid 100 1\n"
	       "300 kind process main\n"
	       "300 uid 0 7\n"
	       "300 gid 0 8\n"
	       "300 comm make cc\\x0a\n"
	       "300 task ff0000000000012c ff0000000000012d\n"
	       "300 mm mm#4 mm#10\n"
	       "300 files files#6 files#13\n"
	       "300 fs fs#5 -\n"
	       "300 sighand sighand#6 sighand#14\n"
	       "300 signal signal#6 signal#16\n"
	       "300 io - io#1\n"
	       "300 sysvsem - sysvsem#1\n"
	       "300 cred cred#6 cred#16\n"
	       "300 nsproxy nsproxy#1 nsproxy#2\n"
	       "300 cgroups cgroups#1 cgroups#2\n"
	       "300 utsns utsns#1 utsns#2\n"
	       "300 ipcns ipcns#1 ipcns#2\n"
	       "300 mntns mntns#1 mntns#2\n"
	       "300 pidns pidns#1 pidns#2\n"
	       "300 netns netns#1 netns#3\n"
	       "300 timens timens#1 timens#2\n"
	       "300 cgroupns cgroupns#1 cgroupns#2\n"
	       "300 userns userns#1 userns#2\n", "");
	expect(pair, "$T diff -rn -c s,MM_refs,note -o pid,what,old,new $S/a $S/b",
	       1,
	       "300 s D R\n"
	       "300 mm_refs 1 2\n"
	       "300 note mm\\x20shared\\x20with\\x20301 -\n", "");
}

/* One object has one number, whoever holds it and wherever. */
static void test_short_ids(void **state)
{
	struct pair *pair = *state;

	/* The number is of the first who had it in A: 9 is that of 702. */
	pair->b[3].ids[TASKMAP_MM] = pair->a[19].ids[TASKMAP_MM];
	pair->b[19].ids[TASKMAP_MM] = 0x1234;
	pair->b[18].ids[TASKMAP_MM] = 0x1234;
	expect(pair, "$T diff -rn -o pid,what,old,new,mm $S/a $S/b", 1,
	       "100 mm mm#2 mm#9 mm#9\n"
	       "701 mm mm#8 mm#10 mm#10\n"
	       "702 mm mm#9 mm#10 mm#10\n", "");
	/* One that went is shown as it was, by the number that it had. */
	pair->b_count--;
	expect(pair, "$T diff -rn -o change,pid,mm -p 702 $S/a $S/b", 1,
	       "went 702 mm#9\n", "");
	expect(pair, "$T diff -rn --full-ids -o old,new -p 701 $S/a $S/b", 1,
	       "a0000000000002bd 0000000000001234\n", "");
}

/* What it shares now is that of B, of one that went that of A. */
static void test_shares(void **state)
{
	struct pair *pair = *state;

	pair->b[5].ids[TASKMAP_FILES] = 98;
	pair->a[9].ids[TASKMAP_FS] = pair->a[8].ids[TASKMAP_FS];
	pair->b[9] = process(302, 100, "late");
	expect(pair, "$T diff $S/a $S/b >x; s=$?; awk '{ $1 = $1; print }' x; exit $s", 1,
	       "CHANGE PID KIND COMM WHAT OLD NEW SHARES NOTE\n"
	       "changed 201 thread server files files#4 files#13 vm,fs,sighand,thread own files\n"
	       "went 301 process make - - - vm,fs vfork, borrows mm of 300; fs shared with 300\n"
	       "came 302 process late - - - -\n",
	       "");
}

static void test_json(void **state)
{
	struct pair *pair = *state;

	pair->a_count = pair->b_count = 1;
	strcpy(pair->b[0].comm, "\"\377\n");
	pair->b[0].uid = 5;
	expect(pair, "$T diff -J $S/a $S/b", 1,
	       "{\"taskmap\":[{\"format\":1,\"count\":1,\"exact\":false,"
	       "\"raw_ids\":false,\"fingerprint\":\"0123456789abcdef\","
	       "\"start_ns\":1000000000,\"end_ns\":1000250000,"
	       "\"release\":\"6.1.0-56-amd64\",\"pause_ns\":4711},\n"
	       "{\"format\":1,\"count\":1,\"exact\":false,"
	       "\"raw_ids\":false,\"fingerprint\":\"0123456789abcdef\","
	       "\"start_ns\":1000000000,\"end_ns\":1000250000,"
	       "\"release\":\"6.1.0-56-amd64\",\"pause_ns\":4711}],\n"
	       "\"changes\":[\n"
	       "{\"change\":\"changed\",\"pid\":1,\"kind\":\"process\","
	       "\"comm\":\"\\\"\\\\377\\\\012\",\"what\":\"uid\",\"old\":\"0\","
	       "\"new\":\"5\",\"shares\":null,\"note\":null},\n"
	       "{\"change\":\"changed\",\"pid\":1,\"kind\":\"process\","
	       "\"comm\":\"\\\"\\\\377\\\\012\",\"what\":\"comm\","
	       "\"old\":\"init\",\"new\":\"\\\"\\\\377\\\\012\","
	       "\"shares\":null,\"note\":null}\n"
	       "]}\n", "");
}

static void test_filters(void **state)
{
	struct pair *pair = *state;

	for (size_t i = 0; i < fixture_system_count; i++)
		pair->b[i].uid += 3;
	/* A kind that it had, or has. */
	pair->b[3].kind = TASKMAP_MAIN;
	expect(pair, "$T diff -rn -o pid,what -p 200,100 -k main $S/a $S/b", 1,
	       "100 kind\n100 uid\n200 uid\n", "");
	expect(pair, "$T diff -rn -o pid,what -p 100 -k process $S/a $S/b", 1,
	       "100 kind\n100 uid\n", "");
	/* One that is in either is not missing. */
	pair->a_count -= 1;
	expect(pair, "$T diff -rn -o change,pid -p 702,9 $S/a $S/b", 1,
	       "came 702\n", "taskmap: no task 9 in this snapshot\n");
	expect(pair, "$T diff -p 9 $S/a $S/a", 1, "",
	       "taskmap: no task 9 in this snapshot\n");
}

/* Of another load of the module, no id says anything. */
static void test_other_load(void **state)
{
	struct pair *pair = *state;
	struct taskmap_header *header;
	unsigned char *image;
	size_t size;

	put(pair, "a", pair->a, pair->a_count, NULL);
	image = fixture_image(pair->b, pair->b_count, NULL, &size);
	header = (struct taskmap_header *)image;
	header->fingerprint++;
	free(fixture_file(pair->dir, "b\n", image, size));
	expect_files(pair, "cd $S; $T diff -J a 'b\n'", 3, "",
		     "taskmap: a and b\\012 cannot be compared: they were made"
		     " by different loads of the module; take both without"
		     " reloading it or rebooting\n");
	expect_files(pair, "cd $S; $T diff - a <'b\n'", 3, "",
		     "taskmap: - and a cannot be compared: they were made"
		     " by different loads of the module; take both without"
		     " reloading it or rebooting\n");
	free(image);
}

/* Sizes that another module has, in either, do not make a difference. */
static void test_shapes(void **state)
{
	const struct shape shape = {
		.header_size = 200, .record_size = 328,
		.resource_count = TASKMAP_RESOURCES + 1,
		.refs_offset = 72 + 8 * (TASKMAP_RESOURCES + 1),
	};
	struct pair *pair = *state;

	pair->b[0].gid = 1;
	put(pair, "a", pair->a, pair->a_count, NULL);
	put(pair, "b", pair->b, pair->b_count, &shape);
	expect_files(pair, "$T diff -rn -o pid,what $S/a $S/b", 1, "1 gid\n",
		     "");
	expect_files(pair, "$T diff -rn -o pid,what $S/b $S/a", 1, "1 gid\n",
		     "");
}

static void test_unreadable(void **state)
{
	struct pair *pair = *state;

	put(pair, "a", pair->a, 1, NULL);
	expect_files(pair, "$T diff /nowhere $S/a", 3, "",
		     "taskmap: cannot open /nowhere: No such file or directory\n");
	expect_files(pair, "$T diff $S/a /dev/zero", 3, "",
		     "taskmap: /dev/zero: not a taskmap snapshot\n");
	expect_files(pair, "cd $S; head -c 455 a >b; $T diff a b", 3, "",
		     "taskmap: b: truncated: 455 of 456 bytes\n");
	expect_files(pair, "cd $S; head -c 455 a | $T diff - a", 3, "",
		     "taskmap: standard input: truncated: 455 of 456 bytes\n");
}

/* As many as there can be, each of them other: went, came and changed. */
static void test_many(void **state)
{
	enum { COUNT = 100000 };
	struct pair *pair = *state;
	struct taskmap_record *rows = xcalloc(COUNT, sizeof(*rows));

	for (int i = 0; i < COUNT; i++) {
		rows[i] = process(i + 1, 0, "x");
		rows[i].ids[TASKMAP_MM] = 1;
	}
	put(pair, "a", rows, COUNT, NULL);
	for (int i = 0; i < COUNT; i++) {
		rows[i].ids[TASKMAP_MM] = 2;
		rows[i].start_ns += i % 2;
	}
	put(pair, "b", rows, COUNT, NULL);
	expect_files(pair, "$T diff -rn -o change,what,old,new $S/a $S/b |"
		     " sort | uniq -c | tr -s ' '", 0,
		     " 50000 came - - -\n"
		     " 50000 changed mm mm#1 mm#2\n"
		     " 50000 went - - -\n", "");
	free(rows);
}

#define TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_same),
		TEST(test_stdin),
		TEST(test_came_and_went),
		TEST(test_empty),
		TEST(test_columns),
		TEST(test_short_ids),
		TEST(test_shares),
		TEST(test_json),
		TEST(test_filters),
		TEST(test_other_load),
		TEST(test_shapes),
		TEST(test_unreadable),
		TEST(test_many),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
