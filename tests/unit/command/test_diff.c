// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap diff: what changed between two snapshots.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"

struct pair {
	struct taskmap_record *a, *b;
	size_t a_count, b_count;
	char *dir;
	struct transcript transcript;
};

/* Two snapshots of a system that has not changed. */
static int setup(void **state)
{
	struct pair *pair = xcalloc(1, sizeof(*pair));

	pair->a = fixture_system();
	pair->b = fixture_system();
	pair->a_count = pair->b_count = fixture_system_count;
	pair->dir = fixture_dir();
	transcript_begin(&pair->transcript);
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
	free(fixture_image_file(pair->dir, name, rows, count, shape));
}

/* Runs @line in the directory of the files, which can differ from @pair. */
static void run_files(struct pair *pair, const char *line)
{
	char *there = xasprintf("cd $S; %s", line);

	transcript_run(&pair->transcript, pair->dir, there);
	free(there);
}

/* Runs @line in a directory with the snapshots a and b. */
static void run_diff(struct pair *pair, const char *line)
{
	put(pair, "a", pair->a, pair->a_count, NULL);
	put(pair, "b", pair->b, pair->b_count, NULL);
	run_files(pair, line);
}

static void expect(struct pair *pair, const char *name)
{
	transcript_expect(&pair->transcript, name);
}

TEST_WITH(test_same, setup, teardown)
{
	run_diff(*state, "$T diff a b");
	run_diff(*state, "$T diff a a");
	run_diff(*state, "$T diff --compare + a a");
	run_diff(*state, "$T diff -J a b | tail -n 2");
	expect(*state, "command/diff-same");
}

TEST_WITH(test_stdin, setup, teardown)
{
	struct pair *pair = *state;

	pair->b[3].uid = 0;
	run_diff(pair, "$T diff -rn -o pid,what,old,new - b <a");
	run_diff(pair, "$T diff -rn -o pid,what,old,new a - <b");
	run_diff(pair, "$T diff - - <b");
	expect(pair, "command/diff-stdin");
}

/* First, last and other tasks come and go; a pid is used again. */
TEST_WITH(test_came_and_went, setup, teardown)
{
	struct pair *pair = *state;

	pair->a++;
	pair->a_count--;
	pair->b_count--;
	pair->b[3].start_ns--;
	pair->b[17] = process(699, 100, "new");
	run_diff(pair, "$T diff -rn -o change,pid,what,comm,start a b");
	run_diff(pair, "$T diff -rn -o change,pid,start b a");
	pair->a--;
	expect(pair, "command/diff-came-and-went");
}

/* Ends and stops have no line per resource; exec in a thread ends the others. */
TEST_WITH(test_events, setup, teardown)
{
	struct pair *pair = *state;
	struct taskmap_record *row, *leader = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < pair->b_count; i++) {
		row = &pair->b[i];
		if (row->pid == 200) {
			leader = row;
		} else if (row->pid == 100) {
			row->state = 'T';
		} else if (row->pid == 300) {
			pair->a[i].state = 't';
		} else if (row->pid == 301) {
			*row = zombie(*row);
			row->uid = 7;
		} else if (row->pid == 202) {
			/* It has the leader's pid now, and is the only thread. */
			leader->task = row->task;
			leader->kind = TASKMAP_PROCESS;
			leader->ids[TASKMAP_MM] ^= 1;
		}
	}
	for (size_t i = 0; i < pair->b_count; i++) {
		if (pair->b[i].tgid != 200 || pair->b[i].pid == 200)
			pair->b[kept++] = pair->b[i];
	}
	pair->b_count = kept;
	run_diff(pair, "$T diff -rn -o change,pid,what,old,new a b");
	run_diff(pair, "$T diff -rn -p 202 -o change,pid,what,old,new a b");
	run_diff(pair, "$T diff -rn -o change,pid,what,old,new --compare +s a b");
	expect(pair, "command/diff-events");
}

TEST_WITH(test_empty, setup, teardown)
{
	struct pair *pair = *state;

	pair->a_count = 0;
	pair->b_count = 2;
	run_diff(pair, "$T diff -rn -o change,pid a b");
	run_diff(pair, "$T diff -rn -o change,pid b a");
	run_diff(pair, "$T diff a a");
	expect(pair, "command/diff-empty");
}

/* Each compared column; not those that change all the time. */
TEST_WITH(test_columns, setup, teardown)
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
	run_diff(pair, "$T diff -rn -o pid,what,old,new a b");
	run_diff(pair, "$T diff -rn -c s,MM_refs,note -o pid,what,old,new a b");
	expect(pair, "command/diff-columns");
}

/* An object has one number in both snapshots and for all holders. */
TEST_WITH(test_short_ids, setup, teardown)
{
	struct pair *pair = *state;

	/* The number comes from the first holder in A: number 9, of task 702. */
	pair->b[3].ids[TASKMAP_MM] = pair->a[19].ids[TASKMAP_MM];
	pair->b[19].ids[TASKMAP_MM] = 0x1234;
	pair->b[18].ids[TASKMAP_MM] = 0x1234;
	run_diff(pair, "$T diff -rn -o pid,what,old,new,mm a b");
	/* A task that has ended is shown with its old values and numbers. */
	pair->b_count--;
	run_diff(pair, "$T diff -rn -o change,pid,mm -p 702 a b");
	run_diff(pair, "$T diff -rn --full-ids -o old,new -p 701 a b");
	expect(pair, "command/diff-short-ids");
}

/* SHARES is from B, or from A for a task that has ended. */
TEST_WITH(test_shares, setup, teardown)
{
	struct pair *pair = *state;

	pair->b[5].ids[TASKMAP_FILES] = 98;
	pair->a[9].ids[TASKMAP_FS] = pair->a[8].ids[TASKMAP_FS];
	pair->b[9] = process(302, 100, "late");
	run_diff(pair, "$T diff a b >x; s=$?; awk '{ $1 = $1 } 1' x; exit $s");
	expect(pair, "command/diff-shares");
}

TEST_WITH(test_json, setup, teardown)
{
	struct pair *pair = *state;

	pair->a_count = pair->b_count = 1;
	strcpy(pair->b[0].comm, "\"\377\n");
	pair->b[0].uid = 5;
	run_diff(pair, "$T diff -J a b");
	run_diff(pair, "$T diff -J --lines a b");
	expect(pair, "command/diff-json");
}

TEST_WITH(test_filters, setup, teardown)
{
	struct pair *pair = *state;

	for (size_t i = 0; i < fixture_system_count; i++)
		pair->b[i].uid += 3;
	/* The old or the new kind of a task matches a filter. */
	pair->b[3].kind = TASKMAP_MAIN;
	run_diff(pair, "$T diff -rn -o pid,what -p 200,100 -k main a b");
	run_diff(pair, "$T diff -rn -o pid,what -p 100 -k process a b");
	/* A pid in one of the snapshots is not missing. */
	pair->a_count -= 1;
	run_diff(pair, "$T diff -rn -o change,pid -p 702,9 a b");
	run_diff(pair, "$T diff -p 9 a a");
	/* The old and the new thread with this pid, or with this name. */
	pair->b[6].start_ns++;
	strcpy(pair->a[6].comm, "twice");
	strcpy(pair->b[6].comm, "twice");
	run_diff(pair, "$T diff -rn -o change,pid -p 202 a b");
	run_diff(pair, "$T diff -rn -o change,pid -p twice a b");
	expect(pair, "command/diff-filters");
}

/* Ids of different loads of the module are not compared. */
TEST_WITH(test_other_load, setup, teardown)
{
	struct pair *pair = *state;
	unsigned char *image;
	size_t size;

	put(pair, "a", pair->a, pair->a_count, NULL);
	image = fixture_image(pair->b, pair->b_count, NULL, &size);
	((struct taskmap_header *)image)->fingerprint++;
	free(fixture_file(pair->dir, "b\n", image, size));
	free(image);
	run_files(pair, "$T diff -J a 'b\n'");
	run_files(pair, "$T diff - a <'b\n'");
	expect(pair, "command/diff-other-load");
}

/* Sizes of another module, in either file, do not matter. */
TEST_WITH(test_shapes, setup, teardown)
{
	const struct shape newer = {
		.header_size = 256, .record_size = 488,
		.resource_count = TASKMAP_RESOURCES + 1,
		.refs_offset = offsetof(struct taskmap_record, refs) + 8,
	};
	/* A module with all resources but fewer fields. */
	const struct shape older = {
		.record_size = 336, .ids_offset = 72, .refs_offset = 248,
	};
	struct pair *pair = *state;

	pair->b[0].gid = 1;
	put(pair, "a", pair->a, pair->a_count, NULL);
	put(pair, "b", pair->b, pair->b_count, &newer);
	run_files(pair, "$T diff -rn -o pid,what a b");
	run_files(pair, "$T diff -rn -o pid,what b a");
	put(pair, "b", pair->b, pair->b_count, &older);
	run_files(pair, "$T diff -rn -o pid,what a b");
	run_files(pair, "$T diff -rn -o pid,what b a");
	expect(pair, "command/diff-shapes");
}

TEST_WITH(test_unreadable, setup, teardown)
{
	struct pair *pair = *state;

	put(pair, "a", pair->a, 1, NULL);
	run_files(pair, "$T diff /nowhere a");
	run_files(pair, "$T diff a /dev/zero");
	run_files(pair, "head -c 455 a >b; $T diff a b");
	run_files(pair, "head -c 455 a | $T diff - a");
	expect(pair, "command/diff-unreadable");
}

/* The largest number of tasks, all of which have ended, begun or changed. */
TEST_WITH(test_many, setup, teardown)
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
	free(rows);
	run_files(pair, "$T diff -rn -o change,what,old,new a b | sort | uniq -c | awk '{ $1 = $1 } 1'");
	expect(pair, "command/diff-many");
}

int main(void)
{
	return run_all("diff", NULL, NULL);
}
