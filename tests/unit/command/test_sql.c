// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap sql: what the tables contain, what a query may do, and what happens to a
 * database. tests/json compares all columns with the JSON of list and groups.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

struct fleet {
	char *dir;	/* with snapshots "a" and "b" of two machines */
	struct transcript transcript;
};

/* Writes a snapshot of the machine @node, taken @seconds after others. */
static void put(const char *dir, const char *node, unsigned int seconds,
		struct taskmap_record *rows, const struct shape *shape)
{
	size_t size;
	unsigned char *image = fixture_image(rows, fixture_system_count, shape, &size);
	struct taskmap_header header;

	if (!shape) {
		memcpy(&header, image, sizeof(header));
		header.fingerprint += (unsigned char)*node;
		header.wall_ns += seconds * 1000000000ULL;
		header.start_ns += seconds * 1000000000ULL;
		header.end_ns += seconds * 1000000000ULL;
		strcpy(header.node, node);
		memcpy(image, &header, sizeof(header));
	}
	free(fixture_file(dir, node, image, size));
	free(image);
	free(rows);
}

/* A thread of "b" has files of its own. */
static int setup(void **state)
{
	struct fleet *fleet = xcalloc(1, sizeof(*fleet));
	struct taskmap_record *rows = fixture_system();

	for (size_t i = 0; i < fixture_system_count; i++) {
		if (rows[i].pid == 201)
			rows[i].ids[TASKMAP_FILES] = 0xabcdef;
	}
	fleet->dir = fixture_dir();
	put(fleet->dir, "a", 1, fixture_system(), NULL);
	put(fleet->dir, "b", 2, rows, NULL);
	transcript_begin(&fleet->transcript);
	*state = fleet;
	return 0;
}

static int teardown(void **state)
{
	struct fleet *fleet = *state;

	fixture_remove(fleet->dir);
	free(fleet);
	return 0;
}

/* Runs @line in the directory of the snapshots. */
static void run_line(struct fleet *fleet, const char *line)
{
	char *there = xasprintf("cd $S; %s", line);

	transcript_run(&fleet->transcript, fleet->dir, there);
	free(there);
}

static void expect(struct fleet *fleet, const char *name)
{
	transcript_expect(&fleet->transcript, name);
}

TEST_WITH(test_tables, setup, teardown)
{
	static const char *const lines[] = {
		"$T sql -P \"SELECT * FROM snapshots\" a b",
		"$T sql -rn \"SELECT * FROM tasks WHERE pid = 201\" a",
		"$T sql -rn \"SELECT * FROM objects WHERE resource = 'files'\" a",
		"$T sql -rn \"SELECT * FROM drift\" b",
		"$T sql -rn \"SELECT * FROM holders WHERE pid = 201\" a",
		"$T sql -r \"SELECT name, type FROM sqlite_schema ORDER BY name\" a",
		/* Holders and objects say the same. */
		"$T sql -rn \"SELECT count(*) FROM objects JOIN"
		" (SELECT snapshot, resource, id, count(*) AS n FROM holders GROUP BY 1, 2, 3)"
		" USING (snapshot, resource, id) WHERE n <> holders\" a b",
		"$T sql -rn \"SELECT (SELECT count(*) FROM holders) - sum(holders) FROM objects\" a b",
		"$T sql -r \"SELECT node, pid, what FROM drift JOIN snapshots USING (snapshot)"
		" WHERE rule = 'own' EXCEPT SELECT 'b', pid, what FROM drift WHERE snapshot = 1\" a b",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		run_line(*state, lines[i]);
	expect(*state, "command/sql-tables");
}

/* What a snapshot does not say is NULL, and so is no object. */
TEST_WITH(test_unknown, setup, teardown)
{
	static const struct shape proc = { .flags = TASKMAP_PROC | TASKMAP_WALKED };
	struct fleet *fleet = *state;
	struct taskmap_record *rows = fixture_system();

	put(fleet->dir, "older", 0, fixture_system(), &fixture_older);
	rows[0].unknown = 1 << TASKMAP_FILES | 1 << TASKMAP_CRED;
	rows[0].ids[TASKMAP_FILES] = rows[0].ids[TASKMAP_CRED] = 0;
	put(fleet->dir, "proc", 0, rows, &proc);
	run_line(fleet, "$T sql -P \"SELECT node, wall_ns, births_ns, pause_ns FROM snapshots\" older");
	run_line(fleet, "$T sql -P \"SELECT pgid, parent, birth_pid, seccomp FROM tasks LIMIT 1\" older");
	run_line(fleet, "$T sql -P \"SELECT files, cred, unknown, mm NOT NULL AS mm FROM tasks LIMIT 2\" proc");
	run_line(fleet, "$T sql -rn \"SELECT count(*) FROM holders WHERE pid = 1 AND resource IN ('files', 'cred')\" proc");
	expect(fleet, "command/sql-unknown");
}

/* Every type, in every format. */
TEST_WITH(test_formats, setup, teardown)
{
	static const char *const formats[] = { "", "-n", "-r", "-rn", "-P", "-J", "-J --lines" };
	struct fleet *fleet = *state;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		char *line = xasprintf("$T sql %s \"SELECT 1 AS one, -2.5 AS real, NULL AS none,"
				       " 'a b' || char(10, 27, 8238) AS text, '' AS empty,"
				       " x'00ff' AS blob, x'' AS empty_blob, char(65, 0, 66) AS nul,"
				       " 9e999 AS infinite, 9007199254740993 AS big,"
				       " max(wall_ns) AS late FROM snapshots\" a | sed 's/  *$//'",
				       formats[i]);

		run_line(fleet, line);
		free(line);
	}
	run_line(fleet, "$T sql -J \"SELECT wall_ns, snapshot FROM snapshots\" a b");
	run_line(fleet, "$T sql \"SELECT 1 AS 'a\tb'\" a; $T sql -J \"SELECT 1 AS 'a\tb'\" a");
	run_line(fleet, "$T sql \"SELECT pid FROM tasks WHERE 0\" a");
	run_line(fleet, "$T sql -J \"SELECT pid FROM tasks WHERE 0\" a");
	expect(fleet, "command/sql-formats");
}

/* A query reads, and nothing else, also from a database. */
TEST_WITH(test_refused, setup, teardown)
{
	static const char *const queries[] = {
		"", "  -- only a comment", "SELECT 1; SELECT 2", "SELECT 1; oops",
		"DELETE FROM tasks", "UPDATE tasks SET pid = 1", "DROP TABLE tasks",
		"INSERT INTO drift (pid) VALUES (1)", "CREATE TEMP TABLE t (a)",
		"ATTACH 'other' AS o", "DETACH main", "VACUUM", "VACUUM INTO 'other'",
		"BEGIN", "COMMIT", "SAVEPOINT s", "REINDEX", "ANALYZE",
		"PRAGMA writable_schema = 1", "PRAGMA journal_mode = OFF",
		"SELECT * FROM pragma_journal_mode", "SELECT load_extension('x')",
		"UPDATE sqlite_master SET sql = 1", "SELCT 1", "SELECT nosuch FROM tasks",
		"SELECT * FROM nowhere", "SELECT abs(-9223372036854775807 - 1)",
	};
	struct fleet *fleet = *state;

	run_line(fleet, "$T sql --database d -rn \"SELECT count(*) FROM tasks\" a");
	run_line(fleet, "cp d before");
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		char *line = xasprintf("$T sql --database d \"%s\"", queries[i]);

		run_line(fleet, line);
		free(line);
	}
	/* A wrong query adds no snapshot. */
	run_line(fleet, "$T sql --database d \"SELCT 1\" b; cmp d before && ls");
	run_line(fleet, "$T sql -J \"SELECT pid, tgid AS pid FROM tasks\" a");
	run_line(fleet, "$T sql -P \"SELECT pid, tgid AS pid FROM tasks\" a");
	run_line(fleet, "$T sql -rn \"SELECT pid, tgid AS pid FROM tasks LIMIT 1;\" a");
	run_line(fleet, "$T sql \"SELECT 1\" - - <a");
	run_line(fleet, "$T sql \"SELECT 1\" --exact a");
	expect(fleet, "command/sql-refused");
}

#define IDS	"'SELECT snapshot, node, path FROM snapshots'"

TEST_WITH(test_database, setup, teardown)
{
	struct fleet *fleet = *state;

	run_line(fleet, "$T sql --database d " IDS);
	run_line(fleet, "ls");
	run_line(fleet, "umask 0; $T sql --database d -rn " IDS " a; stat -c %a d");
	run_line(fleet, "$T sql --database d -rn " IDS);
	run_line(fleet, "cp a again; $T sql --database d -rn " IDS " again - <b");
	run_line(fleet, "$T sql -rn " IDS " a again b");
	/* What precedes a file that cannot be read is in the database. */
	run_line(fleet, "$T sql --database e -rn " IDS " a nowhere b");
	run_line(fleet, "$T sql --database e -rn " IDS);
	run_line(fleet, "ls");
	expect(fleet, "command/sql-database");
}

/* Files of other programs stay as they are. */
TEST_WITH(test_foreign, setup, teardown)
{
	struct fleet *fleet = *state;
	char *path = xasprintf("%s/foreign", fleet->dir);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), 0);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (a)", NULL, NULL, NULL), 0);
	sqlite3_close(db);
	free(path);
	run_line(fleet, "$T sql --database d -rn \"SELECT 1\" a");
	run_line(fleet, "cp foreign before; $T sql --database foreign \"SELECT 1\" b; cmp foreign before");
	run_line(fleet, "echo text >text; $T sql --database text \"SELECT 1\" b; cat text");
	run_line(fleet, "$T sql --database a \"SELECT 1\" b");
	/* Its version is the number at byte 60. */
	run_line(fleet, "cp d new; printf '\\1\\2\\3\\4' | dd of=new bs=1 seek=60 conv=notrunc status=none;"
			" $T sql --database new \"SELECT 1\" b");
	run_line(fleet, "ln -s d link; $T sql --database link \"SELECT 1\" b");
	run_line(fleet, "ln d hard; $T sql --database hard \"SELECT 1\" b; rm hard");
	run_line(fleet, "$T sql --database . \"SELECT 1\" b");
	run_line(fleet, "$T sql --database nowhere/d \"SELECT 1\" b");
	run_line(fleet, "mkfifo fifo; $T sql --database fifo \"SELECT 1\" b");
	run_line(fleet, "mkdir -m 777 open; $T sql --database open/d \"SELECT 1\" b; ls open");
	run_line(fleet, "mkdir below; ln -s below by; $T sql -rn --database by/d \"SELECT 1\" b; ls below");
	run_line(fleet, "$T sql --database d -rn \"SELECT count(*) FROM snapshots\"");
	expect(fleet, "command/sql-foreign");
}

/* Nothing of a snapshot is added, and all that was there is left. */
TEST_WITH(test_fails, setup, teardown)
{
	struct fleet *fleet = *state;
	char *path = xasprintf("%s/d", fleet->dir);
	sqlite3 *db;

	run_line(fleet, "$T sql --database d -rn \"SELECT count(*) FROM tasks\" a");
	/* A full disk, to all that this program can tell */
	run_line(fleet, "(trap '' XFSZ; ulimit -f $(($(stat -c %b d) / 2)); $T sql --database d 'SELECT 1' b)");
	run_line(fleet, "$T sql --database d -rn \"SELECT count(*) FROM tasks\"");
	assert_int_equal(sqlite3_open(path, &db), 0);
	assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), 0);
	run_line(fleet, "$T sql --database d \"SELECT 1\" b");
	sqlite3_close(db);
	free(path);
	run_line(fleet, "$T sql --database d -rn \"SELECT count(*) FROM tasks\" b");
	run_line(fleet, "dd if=/dev/zero of=d bs=1k seek=8 count=64 conv=notrunc status=none;"
			" $T sql --database d \"SELECT count(*) FROM tasks, drift\" b");
	run_line(fleet, "ls");
	expect(fleet, "command/sql-fails");
}

int main(void)
{
	return run_all("sql", NULL, NULL);
}
