// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Tables of tasks in each format, and the columns of odd tasks.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "command/command.h"
#include "fixture.h"

static char *dir;

/* Tasks with a note, and others that almost have one, in groups of pids. */
static void save_notes(void)
{
	struct taskmap_record rows[60], *r = rows;

	/* A thread that shares everything that can be shared. */
	*r = process(5, 0, "all");
	r->ids[TASKMAP_IO] = 77;
	r->ids[TASKMAP_SYSVSEM] = 78;
	r[1] = thread(r, 6);
	r += 2;
	/* A thread that shares nothing that it need not share. */
	*r = process(10, 0, "own");
	r[1] = thread(r, 11);
	for_each_resource(i)
		r[1].ids[i] ^= r->ids[i] != 0;
	r += 2;
	/* A vfork child of a thread whose leader is dead, and another sharer. */
	*r = process(20, 0, "other");
	r[1] = process(21, 0, "undead");
	r[2] = thread(r + 1, 22);
	r[3] = process(23, 21, "vfork");
	r[0].ids[TASKMAP_MM] = r[3].ids[TASKMAP_MM] = r[1].ids[TASKMAP_MM];
	r[1] = zombie(r[1]);
	r[3].marks = TASKMAP_MARK_VFORK;
	r += 4;
	/* A vfork child without its parent. */
	*r = process(30, 29, "vfork");
	r++->marks = TASKMAP_MARK_VFORK;
	/* A vfork child of a vfork child: each borrows from its parent. */
	*r = process(40, 0, "a");
	r[1] = process(41, 40, "b");
	r[2] = process(42, 41, "c");
	/* Its parent is missing, but another holder of the mm is there. */
	r[3] = process(45, 0, "a");
	r[4] = process(47, 46, "c");
	r[1].ids[TASKMAP_MM] = r[2].ids[TASKMAP_MM] = r->ids[TASKMAP_MM];
	r[4].ids[TASKMAP_MM] = r[3].ids[TASKMAP_MM];
	r[1].marks = r[2].marks = r[4].marks = TASKMAP_MARK_VFORK;
	r += 5;
	/*
	 * Only inconsistent sets have this: the mm's owner is missing, or never
	 * existed.
	 */
	*r = process(50, 0, "shell");
	r[1] = process(51, 50, "gone");
	r[2] = process(55, 0, "shell");
	r[3] = process(56, 55, "never");
	r[1].marks = r[3].marks = TASKMAP_MARK_VFORK;
	r[3].kind = TASKMAP_KTHREAD;
	r[2].ids[TASKMAP_MM] = r[3].ids[TASKMAP_MM];
	r += 4;
	/* Objects shared with the same tasks, but not by the same number of them. */
	*r = process(60, 0, "x");
	r[1] = process(61, 0, "x");
	r[2] = process(62, 0, "x");
	r[1].ids[TASKMAP_MM] = r->ids[TASKMAP_MM];
	r[1].ids[TASKMAP_FILES] = r->ids[TASKMAP_FILES];
	r[2].ids[TASKMAP_FILES] = r->ids[TASKMAP_FILES];
	r[2].ids[TASKMAP_FS] = r->ids[TASKMAP_FS];
	r += 3;
	/* An object that only one of the two has is not the thread's "own". */
	*r = process(70, 0, "leader");
	r[1] = thread(r, 71);
	r[1].ids[TASKMAP_FILES] = r[1].ids[TASKMAP_UTS_NS] = 99;
	r->ids[TASKMAP_FILES] = 0;
	r[2] = process(72, 0, "leader");
	r[3] = thread(r + 2, 73);
	r[3].ids[TASKMAP_FILES] = 0;
	r[3].ids[TASKMAP_UTS_NS] = 99;
	r += 4;
	/* A single zombie is ordinary, and so is one whose threads have ended. */
	*r++ = zombie(process(80, 0, "zombie"));
	*r = process(82, 0, "undead");
	r[1] = thread(r, 83);
	*r = zombie(*r);
	r += 2;
	*r = process(84, 0, "dead");
	r[1] = thread(r, 85);
	*r = zombie(*r);
	r[1].state = 'X';
	r += 2;
	/* A thread that ended before the others is ordinary. */
	*r = process(86, 0, "alive");
	r[1] = thread(r, 87);
	r[1].state = 'X';
	r += 2;
	/* A thread of which only the credentials are its own: not "all". */
	*r = process(88, 0, "cred");
	r[1] = thread(r, 89);
	r[1].ids[TASKMAP_CRED] = 99;
	r += 2;
	/* Threads without their leader. */
	*r = process(90, 0, "gone");
	r[1] = thread(r, 92);
	*r = thread(r, 91);
	r += 2;
	/* A thread whose I/O context is its own: "all". */
	*r = process(94, 0, "io");
	r[1] = thread(r, 95);
	r[1].ids[TASKMAP_IO] = 79;
	r += 2;
	/* Of a semaphore undo list that only the leader has: not "all". */
	*r = process(96, 0, "sem");
	r[1] = thread(r, 97);
	r->ids[TASKMAP_SYSVSEM] = 78;
	r += 2;
	/* A dead thread and a dead leader share little. */
	*r = process(98, 0, "dead");
	r[1] = zombie(thread(r, 99));
	*r = zombie(*r);
	r += 2;
	free(fixture_image_file(dir, "notes", rows, (size_t)(r - rows), NULL));
}

/* Values that no module writes, or only a newer one, and limits of all fields. */
static void save_values(void)
{
	static const unsigned char kinds[] = { 0, TASKMAP_KTHREAD + 1, 255 };
	static const unsigned char states[] = {
		't', 'Z', 0, ' ', '1', '\n', 0xe9, 0xff,
	};
	struct taskmap_record rows[ARRAY_SIZE(kinds) + ARRAY_SIZE(states) + 1];
	struct taskmap_record *r = rows;
	int pid = 1;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++, r++) {
		*r = process(pid++, 0, "kind");
		r->kind = kinds[i];
		/* Linux allows 33. */
		r->ns_levels = 32 + (uint32_t)i;
	}
	for (size_t i = 0; i < ARRAY_SIZE(states); i++, r++) {
		*r = process(pid++, 0, "state");
		r->state = states[i];
	}
	*r = process(INT32_MAX, 0, "ends");
	r->start_ns = UINT64_MAX >> 1;
	r->uid = r->flags = r->refs[TASKMAP_MM] = UINT32_MAX;
	r->exit_signal = INT32_MIN;
	r->ns_pid = -1;
	r->ns_levels = UINT32_MAX;
	r->ids[TASKMAP_MM] = UINT64_MAX;
	r->ids[TASKMAP_FILES] = 1;
	/* Fewer threads are in the snapshot than the kernel counted. */
	r->threads = 5;
	free(fixture_image_file(dir, "values", rows, ARRAY_SIZE(rows), NULL));
}

/* Fields that older modules do not have, and the output for their files. */
#define LATER	"PID,NSPIDS,PARENT,TRACER,PGID,SID,EXIT_CODE,EUID,FSUID,SECCOMP_MODE,CGROUP_ID,BIRTH_PID,BIRTH_FLAGS,PIDNS_CHILDREN,TIMENS_CHILDREN,SECCOMP,SECCOMP_REFS,UTSNS_INODE,MNTNS_INODE,PIDNS_CHILDREN_INODE"

static void save_later(void)
{
	struct taskmap_record rows[4] = {
		process(1, 0, "default"), process(2, 1, "all"),
		process(3, 2, "dead"), process(4, 2, "ends"),
	};
	struct taskmap_record *r = &rows[1];

	r->ns_levels = 4;
	r->ns_pids[0] = 30;
	r->ns_pids[1] = 4;
	r->ns_pid = 1;
	r->tracer = 7;
	r->pgrp = 5;
	r->session = 6;
	r->exit_code = 9;	/* has no meaning while it lives */
	r->uid = 1;
	r->euid = 1000;
	r->fsuid = 1001;
	r->seccomp = 2;
	r->cgroup = 4711;
	r->birth_pid = 8;
	r->birth_flags = 0x00010100;
	r->ids[TASKMAP_SECCOMP] = 1;
	r->ids[TASKMAP_PID_CHILDREN_NS] = 2;
	r->ns_inodes[TASKMAP_PID_CHILDREN_NS - TASKMAP_UTS_NS] = 4026532000U;
	rows[2] = zombie(rows[2]);
	rows[2].exit_code = 0x300;
	rows[2].ns_levels = 0;
	/* A birth without flags is also known. */
	rows[2].birth_pid = 1;
	r = &rows[3];
	r->exit_code = r->parent = INT32_MIN;
	r->euid = r->fsuid = r->seccomp = UINT32_MAX;
	r->cgroup = UINT64_MAX >> 1;
	r->birth_pid = INT32_MAX;
	r->birth_flags = UINT64_MAX;
	/* More levels than the record has pids, of different lengths. */
	r->ns_levels = TASKMAP_NS_PIDS + 4;
	for (int i = 0; i < TASKMAP_NS_PIDS; i++)
		r->ns_pids[i] = 4194303 >> 3 * i;
	r->ns_pid = 5;
	for (int i = 0; i < TASKMAP_NAMESPACES; i++)
		r->ns_inodes[i] = UINT32_MAX;
	free(fixture_image_file(dir, "later", rows, 4, NULL));
	free(fixture_image_file(dir, "older", rows, 4, &fixture_older));
}

/*
 * Files without tasks: from the first modules; with a hostile release, ids=raw
 * and exact; and from a module that does not know all resources.
 */
static void save_headers(void)
{
	const struct shape shape = { .header_size = 144 };
	struct taskmap_header *header;
	unsigned char *image;
	size_t size;

	image = fixture_image(NULL, 0, &shape, &size);
	free(fixture_file(dir, "old", image, size));
	free(image);
	image = fixture_image(NULL, 0, NULL, &size);
	header = (struct taskmap_header *)image;
	header->flags = TASKMAP_RAW_IDS;
	header->fingerprint = header->end_ns = UINT64_MAX;
	strcpy(header->release, "6\n\377\033");
	memset(header->node, 0xe9, sizeof(header->node));
	header->wall_ns = UINT64_MAX;
	header->births_ns = 0;
	free(fixture_file(dir, "other", image, size));
	free(image);
	image = fixture_image(NULL, 0, NULL, &size);
	header = (struct taskmap_header *)image;
	header->resources = 1ULL << 63 | BIT(TASKMAP_MM) | BIT(TASKMAP_USER_NS);
	free(fixture_file(dir, "fewer", image, size));
	free(image);
}

/* Many rows; only the first and the last are interesting. */
enum { ROWS = 10000 };

static void save_many(void)
{
	struct taskmap_record *rows = xcalloc(ROWS, sizeof(*rows));

	for (int i = 0; i < ROWS; i++)
		rows[i] = process(i + 1, 0, "x");
	strcpy(rows[ROWS - 1].comm, "caf\xc3\xa9\xe4\xb8\xad\xff\xe2\x80\x8b");
	free(fixture_image_file(dir, "many", rows, ROWS, NULL));
	rows[1] = rows[ROWS - 1];
	free(fixture_image_file(dir, "two", rows, 2, NULL));
	free(rows);
}

static int setup(void **state)
{
	struct taskmap_record *rows = fixture_system();
	struct taskmap_record family[3] = {
		process(5, 0, "leader"), process(6, 5, "child"),
	};
	const struct taskmap_record names[] = {
		process(1, 0, ""), process(2, 0, "-"),
	};
	const struct taskmap_record bidirectional =
		process(1, 0, "a\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f");

	(void)state;
	dir = fixture_dir();
	free(fixture_image_file(dir, "system", rows, fixture_system_count, NULL));
	free(rows);
	family[2] = thread(&family[0], 7);
	free(fixture_image_file(dir, "family", family, 3, NULL));
	free(fixture_image_file(dir, "names", names, 2, NULL));
	free(fixture_image_file(dir, "bidirectional", &bidirectional, 1, NULL));
	save_notes();
	save_values();
	save_later();
	save_headers();
	save_many();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_remove(dir);
	return 0;
}

/* A library lays out tables and trees, but not output for programs. */
static const struct golden goldens[] = {
	{ "table", "$T -i $S/system", fields },
	{ "table", "$T --input $S/system list", fields },
	{ "table", "cat $S/system | $T -i -", fields },
	{ "tree", "$T -i $S/system --tree", tree_fields },
	{ "tree-filtered", "$T -i $S/system -n --tree -o PID -p 200,301",
	  tree_fields },
	/* Threads come first, even if a child has a lower pid. */
	{ "tree-order", "$T -i $S/family -n --tree -o PID", tree_fields },
	{ "raw", "$T -i $S/system --raw", NULL },
	{ "pairs", "$T -i $S/system -P -p 200,700,701,702", NULL },
	{ "full-ids",
	  "$T -i $S/system --full-ids -o pid,task,mm,active_mm,netns,sysvsem",
	  fields },
	{ "all-columns", "$T -i $S/system -r --output-all -p 1,202", NULL },
	{ "list-columns", "$T -H", fields },
	{ "list-columns-raw", "$T -H -r", NULL },
	{ "list-columns-json", "$T -H -J", NULL },
	/* Characters outside ASCII are escaped if the locale cannot show them. */
	{ "names-in-c-locale",
	  "LC_ALL=C $T -i $S/system -o comm -n -p 700,701,702", fields },
	/* An empty name differs from the name "-", except with --raw. */
	{ "names",
	  "for form in -P -J -rn; do $T -i $S/names $form -o COMM,NOTE; done;"
	  " $T -i $S/names graph | grep process; $T -i $S/names explain 1 2 | grep '^[12]'",
	  NULL },
	/* Slashes are not escaped, and keys occur once. */
	{ "list-json", "$T -i $S/system -J --output-all -p 1,3,202,700,701,702", NULL },
	{ "list-twice-json", "$T -i $S/system -J -p 202 -o PID,NOTE,PID,COMM,NOTE,MM,MM,COMM", NULL },
	{ "list-lines", "$T -i $S/system -J --lines -p 1,202 -o PID,START,COMM,MM,SHARES,BIRTH_FLAGS,CGROUP_ID", NULL },
	{ "list-lines-empty", "$T -i $S/old -J --lines -k worker", NULL },
	{ "list-empty-json", "$T -i $S/system -J -p 1 -k worker", NULL },
	{ "header-old-json", "$T -i $S/old -J", NULL },
	{ "header-other-json", "$T -i $S/other -J", NULL },
	{ "header-fewer-json", "$T -i $S/fewer -J", NULL },
	{ "later", "$T -i $S/later -o " LATER, fields },
	{ "later-json", "$T -i $S/later -J -o " LATER, NULL },
	{ "later-older", "$T -i $S/older -o " LATER, fields },
	{ "later-older-json", "$T -i $S/older -J -o " LATER, NULL },
	{ "names-bidirectional", "$T -i $S/bidirectional -n -o COMM", fields },
	{ "notes", "$T -i $S/notes -o PID,SHARES,COMM,NOTE", fields },
	{ "values-json", "$T -i $S/values -J -o PID,KIND,S,START,UID,EXIT_SIGNAL,NSPID,NSPIDS,FLAGS,MM_REFS,MM,FILES,THREADS,NLWP,IO,IO_REFS", NULL },
};

TEST(test_goldens)
{
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++)
		golden(dir, &goldens[i]);
}

/*
 * A terminal of @width columns. In the C locale, the length of a line is its width,
 * also for awk(1).
 */
#define ON_TERMINAL(width, command)					\
	"LC_ALL=C NO_COLOR=1 script -qec \"stty cols " width "; " command "\" /dev/null | tr -d '\\r'"
#define NO_WIDER_THAN(width)	" | awk 'length > " width " { print \"too wide:\" } 1'"

static const struct golden narrow[] = {
	{ "list-80", ON_TERMINAL("80", "$T -i $S/system")
	  NO_WIDER_THAN("80"), fields },
	{ "list-40", ON_TERMINAL("40", "$T -i $S/system")
	  NO_WIDER_THAN("40"), fields },
	{ "list-tree-80", ON_TERMINAL("80", "$T --tree -i $S/system")
	  NO_WIDER_THAN("80"), tree_fields },
	{ "list-notes-80", ON_TERMINAL("80", "$T -i $S/notes -o PID,SHARES,COMM,NOTE")
	  NO_WIDER_THAN("80"), fields },
	/* One column is always shown. */
	{ "list-1", ON_TERMINAL("1", "$T -i $S/system -o PID,NOTE -p 200"), fields },
	/* Without a size, a terminal has $COLUMNS. */
	{ "list-40", "COLUMNS=40 " ON_TERMINAL("0", "$T -i $S/system"),
	  fields },
	{ "list-80", "COLUMNS=x " ON_TERMINAL("0", "$T -i $S/system"),
	  fields },
	/* A pipe has no width. */
	{ "table", "COLUMNS=40 $T -i $S/system", fields },
};

TEST(test_narrow)
{
	skip_without_terminal();
	for (size_t i = 0; i < ARRAY_SIZE(narrow); i++)
		golden(dir, &narrow[i]);
}

/* Whatever the width, no table is wider, and none is cut if it need not be. */
TEST(test_widths)
{
	skip_without_terminal();
	expect_out(dir, "for c in list 'list -T' 'list -n -o PID,BIRTH_FLAGS,COMM,NOTE' 'groups -o +PIDS' drift"
		   " 'drift -o PID,PIDS,NOTE,REASON' 'diff -c SHARES,COMM' 'list -H'; do"
		   " case $c in diff*) from=\"$S/family $S/system\" ;; *) from=\"-i $S/system\" ;; esac;"
		   " LC_ALL=C $T $c $from >whole;"
		   " for w in 32 40 57 80 100 999; do"
		   " " ON_TERMINAL("$w", "$T $c $from") " >shown;"
		   " case $c in *-H) w=$((w < 60 ? 60 : w)) ;; esac;"
		   " awk \"length > $w\" shown;"
		   " [ $w != 999 ] || cmp whole shown;"
		   " done; done", "");
}

/* What programs read is never cut. */
TEST(test_no_width_for_programs)
{
	skip_without_terminal();
	expect_out(dir, "for form in -r -P -J; do LC_ALL=C $T -i $S/system $form >whole;"
		   " " ON_TERMINAL("40", "$T -i $S/system $form") " | cmp - whole; done", "");
}

/* Many rows are printed in pieces, which have the same columns. */
TEST(test_narrow_pieces)
{
	skip_without_terminal();
	expect_out(dir, ON_TERMINAL("30", "$T -i $S/many -o PID,NOTE,COMM,TASK,S") " >many;"
		   " wc -l <many; awk 'NR > 1 { print length }' many | sort -u; head -n 1 many", "10001\n12\n27\n  PID NOTE COMM\n");
}

/*
 * Many rows are printed in pieces, which must not be visible. The last row is
 * wider than all others.
 */
TEST(test_pieces)
{
	expect_out(dir, "for l in C C.UTF-8; do for f in '' -n -r -P; do"
		   " for c in COMM,PID,S,PPID PPID,NOTE,PID,COMM; do"
		   " LC_ALL=$l $T -i $S/many $f -o $c >many; LC_ALL=$l $T -i $S/two $f -o $c >two;"
		   " case $f in -n|-P) n=1 ;; *) n=2 ;; esac;"
		   " [ $(wc -l <many) = $((9999 + n)) ] && { head -n $n many; tail -n 1 many; } | cmp - two || echo $l $f $c;"
		   "done; done; done", "");
}

/* A colored cell: an escape sequence, the text, and the sequence that ends it. */
#define COLOR	"\033[38;5;"
#define RESET	"\033[0m"

struct colored {
	char id[16];
	int color;	/* 0: none */
};

/* Removes the escape sequences of @line, and finds its ids. Returns their number. */
static size_t take_ids(char *line, struct colored ids[8])
{
	size_t count = 0;
	int color = 0;
	char *to = line;

	for (char *from = line; *from;) {
		size_t length;

		if (!strncmp(from, COLOR, strlen(COLOR))) {
			color = (int)strtol(from + strlen(COLOR), &from, 10);
			assert_int_equal(*from++, 'm');
		} else if (!strncmp(from, RESET, strlen(RESET))) {
			color = 0;
			from += strlen(RESET);
		} else if ((length = strcspn(from, " \033")) && memchr(from, '#', length)) {
			assert_in_range(length, 1, sizeof(ids->id) - 1);
			assert_in_range(count, 0, 7);
			memset(&ids[count], 0, sizeof(*ids));
			memcpy(ids[count].id, from, length);
			ids[count++].color = color;
			to = mempcpy(to, from, length);
			from += length;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return count;
}

/*
 * Equal ids have one color, ids that occur once have none, and a change of the color is a
 * change of the object: also in the next row. Without the colors, the table is the same.
 */
static void expect_colors(const char *options)
{
	struct result shown, plain;
	struct colored all[256], last[8];
	size_t count = 0, columns = 0;
	char *line, *rest, *text, *to;

	setenv("OPTIONS", options, 1);
	shown = run(dir, "$T -i $S/system --color=always -o PID,MM,FILES,FS,SIGHAND,SIGNAL $OPTIONS");
	plain = run(dir, "$T -i $S/system -o PID,MM,FILES,FS,SIGHAND,SIGNAL $OPTIONS");
	assert_string_equal(shown.err, "");
	text = to = xcalloc(shown.out_size + 1, 1);
	for (line = strtok_r(shown.out, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		struct colored ids[8];
		size_t found = take_ids(line, ids);

		to += sprintf(to, "%s\n", line);
		for (size_t i = 0; i < found && found == columns; i++) {
			if (ids[i].color && last[i].color)
				assert_int_equal(!strcmp(ids[i].id, last[i].id),
						 ids[i].color == last[i].color);
		}
		assert_in_range(count + found, 0, ARRAY_SIZE(all) - 1);
		memcpy(all + count, ids, found * sizeof(*ids));
		memcpy(last, ids, sizeof(last));
		count += found;
		columns = found;
	}
	assert_string_equal(text, plain.out);
	for (size_t i = 0; i < count; i++) {
		size_t others = 0;

		for (size_t j = 0; j < count; j++) {
			if (i == j || strcmp(all[i].id, all[j].id))
				continue;
			assert_int_equal(all[i].color, all[j].color);
			others++;
		}
		if (!others != !all[i].color)
			fail_msg("%s: color %d", all[i].id, all[i].color);
	}
	assert_in_range(count, 40, ARRAY_SIZE(all));
	free(text);
	result_clear(&shown);
	result_clear(&plain);
}

TEST(test_colors)
{
	expect_colors("");
	expect_colors("--tree");
}

/* Full ids have the colors of short ones, and filters do not change colors. */
TEST(test_colors_of_objects)
{
	expect_out(dir, "colors() { tr ' ' '\\n' | sed -n 's/.*\\[38;5;\\([0-9]*\\)m.*/\\1/p'; };"
		   " $T -i $S/system --color -o MM | colors >short; [ -s short ] || echo none;"
		   " $T -i $S/system --color -o MM --full-ids | colors | cmp - short;"
		   " $T -i $S/system --color -p 300 -o MM | colors >300;"
		   " $T -i $S/system --color -o PID,MM | grep '^300' | colors | cmp - 300", "");
}

TEST(test_when_colors)
{
	skip_without_terminal();
	unsetenv("NO_COLOR");
	expect_out(dir, "export TERM=xterm; E=$(printf '\\33\\[');"
		   " see() { if grep -q \"${E}38\"; then printf ' yes'; else printf ' no'; fi; };"
		   " tty() { script -qec \"$*\" /dev/null; };"
		   " tty $T diff $S/family $S/system -o PID,MM | see;"
		   " T=\"$T -i $S/system\";"
		   " tty $T | see; tty $T --color=auto | see; tty $T groups | see; tty $T drift -o MM | see;"
		   " $T --color=always | see; $T --color | see; NO_COLOR=1 $T --color | see; NO_COLOR= tty $T | see;"
		   " $T | see; $T --color=auto | see; tty $T --color=never | see; NO_COLOR=1 tty $T | see;"
		   " TERM=dumb tty $T | see;"
		   " for form in -J -r -P; do $T --color=always $form | see; tty $T $form | see; done;"
		   " tty $T explain 1 | see",
		   " no yes yes yes yes yes yes yes yes no no no no no no no no no no no no");
}

/* No format prints characters that change the order of others. */
TEST(test_bidirectional)
{
	expect_out(dir, "for form in list -T -r -P -J 'explain 1' 'explain -J 1' graph 'graph --html' 'groups --all'; do"
		   " $T -i $S/bidirectional $form >shown || exit; grep -q 'a[\\\\]' shown || echo not $form;"
		   " grep -F -e \"$(printf '\\330\\234')\" -e \"$(printf '\\342\\200\\216')\" -e \"$(printf '\\342\\200\\217')\" shown && echo $form;"
		   "done; :", "");
}

static enum json_type json_type_of(const struct column *column)
{
	switch (column->type) {
	case VALUE_NUMBER:
		return column->wide ? json_type_string : json_type_int;
	case VALUE_PIDS:
	case VALUE_WORDS:
		return json_type_array;
	default:
		return json_type_string;
	}
}

/* Types in JSON are those of --list-columns. */
TEST(test_json_types)
{
	struct result result = run(dir, "$T -i $S/system -J --output-all");
	struct json_object *root = parse_json(&result), *tasks, *value;

	assert_true(json_object_object_get_ex(root, "tasks", &tasks));
	assert_int_equal(json_object_array_length(tasks), fixture_system_count);
	for (size_t i = 0; i < fixture_system_count; i++) {
		struct json_object *task = json_object_array_get_idx(tasks, i);

		assert_int_equal(json_object_object_length(task),
				 column_count(&task_columns));
		for (size_t c = 0; c < column_count(&task_columns); c++) {
			const struct column column = column_at(&task_columns, c);
			char *key = column_key(&column);

			assert_true(json_object_object_get_ex(task, key, &value));
			assert_true(!value || json_object_is_type(value,
				    json_type_of(&column)));
			free(key);
		}
	}
	json_object_put(root);
	result_clear(&result);
}

TEST(test_births)
{
	static const char *const lines[] = {
		"$T -i $S -o PID,BIRTH_PID,SHARES,NOTE | awk '{ $1 = $1 } 1'",
		"$T -i $S -r -o PID,BIRTH_FLAGS",
		NULL
	};
	struct taskmap_record *rows = fixture_births();

	expect_transcript("command/list-births", rows, fixture_births_count,
			  lines);
	free(rows);
}

int main(void)
{
	return run_all("list", setup, teardown);
}
