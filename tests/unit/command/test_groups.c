// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap groups: who shares each object.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "core/resources.h"

#define GROUPS	"$T groups -i $S -rn "
#define ALL	GROUPS "-o +tgid,pids "

/* In a walk, the holders of an object can state different refs. */
TEST(test_refs)
{
	static const char *const lines[] = { ALL "mm fs", NULL };
	struct taskmap_record rows[4] = { process(5, 0, "x") };

	for (int i = 1; i < 4; i++)
		rows[i] = thread(&rows[0], 5 + i);
	rows[0].refs[TASKMAP_MM] = 3;
	rows[1].refs[TASKMAP_MM] = UINT32_MAX;
	rows[2].refs[TASKMAP_MM] = 0;
	for (int i = 0; i < 4; i++)
		rows[i].refs[TASKMAP_FS] = 0;
	expect_transcript("command/groups-refs", rows, 4, lines);
}

/* A group of three, a group of two and a kernel thread, not in order of tgid. */
TEST(test_outside)
{
	static const char *const lines[] = { ALL "mm", NULL };
	struct taskmap_record rows[6] = { process(5, 0, "x"), process(6, 0, "y") };

	rows[2] = thread(&rows[1], 7);
	rows[3] = kthread(8, "z");
	rows[4] = thread(&rows[0], 9);
	rows[5] = thread(&rows[1], 10);
	for (int i = 0; i < 6; i++)
		rows[i].ids[TASKMAP_MM] = 77;
	expect_transcript("command/groups-outside", rows, 6, lines);
	/* Of two equal groups, the first counts; nobody is outside a single one. */
	expect_transcript("command/groups-outside-equal", rows, 5, lines);
	rows[1] = rows[4];
	rows[1].pid = 6;
	expect_transcript("command/groups-outside-one", rows, 2, lines);
}

/* Objects with most holders come first; "no object" is not listed. */
TEST(test_unshared)
{
	static const char *const lines[] = {
		ALL "mm fs", ALL "--all mm fs", ALL "--all io", NULL
	};
	struct taskmap_record rows[3] = {
		process(5, 0, "x"), process(6, 0, "y"), process(7, 0, "z"),
	};

	rows[2].ids[TASKMAP_MM] = rows[1].ids[TASKMAP_MM];
	rows[0].ids[TASKMAP_FS] = 0;
	expect_transcript("command/groups-unshared", rows, 3, lines);
}

/* Holders that are not chosen still count. */
TEST(test_chosen)
{
	static const char *const lines[] = {
		ALL "--all -p 7 mm fs", ALL "--all -p 7 -k kthread", NULL
	};
	struct taskmap_record rows[3] = {
		process(5, 0, "x"), process(6, 0, "y"), process(7, 0, "z"),
	};

	for (int i = 0; i < 3; i++)
		rows[i].ids[TASKMAP_FS] = 9;
	expect_transcript("command/groups-chosen", rows, 3, lines);
}

TEST(test_resource_names)
{
	static const struct {
		const char *word;
		enum taskmap_resource resource;
	} words[] = {
		{ "Active_MM", TASKMAP_ACTIVE_MM }, { "netns", TASKMAP_NET_NS },
		{ "", TASKMAP_RESOURCES }, { "m", TASKMAP_RESOURCES },
		{ "mm ", TASKMAP_RESOURCES },
	};

	for_each_resource(r) {
		const char *name = resources[r].name;
		const char *column = resources[r].column;

		assert_int_equal(resource_by_word(name, strlen(name)), r);
		assert_int_equal(resource_by_word(column, strlen(column)), r);
		/* The key is the heading in lower case, as that of any column. */
		assert_true(same_word(column, resources[r].key,
				      strlen(resources[r].key)));
		assert_int_equal(strcspn(resources[r].key,
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
				 strlen(column));
		if (resources[r].inode_column)
			assert_true(same_word(resources[r].inode_column,
					      resources[r].inode_key,
					      strlen(resources[r].inode_key)));
	}
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_int_equal(resource_by_word(words[i].word,
						  strlen(words[i].word)),
				 words[i].resource);
}

TEST(test_system)
{
	static const char *const lines[] = {
		GROUPS "-o id,holders UtsNS net NET",
		/*
		 * Resources are in the order of the table, whatever the order
		 * of arguments.
		 */
		GROUPS "-o id,pids files mm",
		"$T groups -i $S -n io sysvsem",
		GROUPS "-o id,holders -p 202",
		GROUPS "-o id -p 202 --all mm files fs",
		GROUPS "-o id,first -k worker,kthread mm fs",
		GROUPS "-o id -p 4711,300 mm",
		NULL
	};
	struct taskmap_record *rows = fixture_system();

	expect_transcript("command/groups-system", rows, fixture_system_count,
			  lines);
	free(rows);
}

TEST(test_formats)
{
	static const char *const lines[] = {
		"$T groups -i $S -J fs -o +tgid,pids | tail -n +2",
		"$T groups -i $S -J io | tail -n +2",
		/* The same name, with each harmful byte escaped. */
		GROUPS "-o refs,comm,pids fs",
		"$T groups -i $S -P -o refs,comm,pids fs",
		"$T groups -i $S -n -o refs,comm,pids fs | awk '{ $1 = $1 } 1'",
		NULL
	};
	struct taskmap_record rows[2] = { process(5, 0, "a\n\"\xff") };

	rows[1] = rows[0];
	rows[1].pid = rows[1].tgid = 6;
	rows[0].refs[TASKMAP_FS] = rows[1].refs[TASKMAP_FS] = 0;
	expect_transcript("command/groups-formats", rows, 2, lines);
}

TEST(test_empty)
{
	static const char *const lines[] = {
		"$T groups -i $S", "$T groups -i $S --all -J | tail -n +2", NULL
	};

	expect_transcript("command/groups-empty", NULL, 0, lines);
}

/* A file of an older module, without most resources, and of a newer one. */
GOLDEN_TEST(test_shapes, "command/groups-shapes")
{
	static const char line[] = GROUPS "-o id,holders mm fs user";
	static const struct shape shapes[] = {
		{ .record_size = 120, .resource_count = 4, .ids_offset = 72,
		  .refs_offset = 104 },
		{ .header_size = 256, .record_size = 488,
		  .resource_count = TASKMAP_RESOURCES + 1,
		  .refs_offset = offsetof(struct taskmap_record, refs) + 8 },
	};
	struct taskmap_record rows[2] = { process(5, 0, "x") };
	char *dir = fixture_dir();

	rows[1] = thread(&rows[0], 6);
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		char *path = fixture_image_file(dir, "snapshot", rows, 2,
						&shapes[i]);

		transcript_run(to, path, line);
		free(path);
	}
	fixture_remove(dir);
}

/* Lists of pids that are longer than any other value. */
TEST(test_many)
{
	enum { COUNT = 100000 };
	static const char *const lines[] = {
		GROUPS "-o id,holders,pids mm | tail -n 1",
		GROUPS "-o pids user | tr , '\\n' | sort -nu >x; seq 100000 | cmp x -",
		"$T groups -i $S -J -o holders,pids mm user | tail -n 3 | cut -c 1-40",
		NULL
	};
	struct taskmap_record *rows = xcalloc(COUNT, sizeof(*rows));

	for (int i = 0; i < COUNT; i++) {
		rows[i] = process(i + 1, 0, "x");
		/* Pairs with one task in each half. */
		rows[i].ids[TASKMAP_MM] = 1 + (unsigned int)i % (COUNT / 2);
	}
	expect_transcript("command/groups-many", rows, COUNT, lines);
	free(rows);
}

int main(void)
{
	return run_all("groups", NULL, NULL);
}
