// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The reader from outside: what it prints, complains of and exits with.
 */
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "columns.h"
#include "command.h"
#include "fixture.h"
#include "resources.h"

struct system {
	char *dir;
	char *path;	/* of the snapshot of fixture_system() */
};

static int setup(void **state)
{
	struct system *system = xcalloc(1, sizeof(*system));
	struct taskmap_record *rows = fixture_system();
	unsigned char *image;
	size_t size;

	image = fixture_image(rows, fixture_system_count, NULL, &size);
	system->dir = fixture_dir();
	system->path = fixture_file(system->dir, "system", image, size);
	free(image);
	free(rows);
	*state = system;
	return 0;
}

static int teardown(void **state)
{
	struct system *system = *state;

	free(system->path);
	fixture_remove(system->dir);
	free(system);
	return 0;
}

/* Runs @line on the fixture. Whatever it does, it must not be by a sanitizer. */
static struct result on_system(void **state, const char *line)
{
	struct system *system = *state;
	struct result result = run(system->path, line);

	if (strstr(result.err, "Sanitizer") || strstr(result.err, "runtime error"))
		fail_msg("%s: %s", line, result.err);
	return result;
}

static void expect_status(const struct result *result, int status,
			  const char *line)
{
	if (result->status != status)
		fail_msg("%s: exit %d, not %d: %s", line, result->status,
			 status, result->err);
}

static void expect_has(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" is not in: %s", words, text);
}

static unsigned int count_lines(const char *text)
{
	unsigned int lines = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		lines++;
	}
	return lines;
}

static void expect_out(void **state, const char *line, const char *want)
{
	struct result result = on_system(state, line);

	expect_status(&result, 0, line);
	assert_string_equal(result.out, want);
	result_clear(&result);
}

/* Golden outputs */

static void write_golden(const char *path, const struct result *result)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fwrite(result->out, 1, result->out_size, file);
	assert_int_equal(fclose(file), 0);
}

/* As @normal leaves it, if it is not NULL; what is expected is kept so. */
static void expect_normal(void **state, const char *name, const char *line,
			  char *(*normal)(char *text))
{
	struct result result = on_system(state, line);
	char *path, *want, *file;
	size_t size;

	expect_status(&result, 0, line);
	assert_string_equal(result.err, "");
	assert_true(asprintf(&file, "expected/%s", name) > 0);
	path = unit_path(file);
	free(file);
	if (normal)
		result.out_size = strlen(normal(result.out));
	if (getenv("GOLDEN"))
		write_golden(path, &result);
	want = slurp(path, &size);
	if (!want)
		fail_msg("no %s", path);
	assert_string_equal(result.out, want);
	free(want);
	free(path);
	result_clear(&result);
}

/* Each byte, of what is printed without a library's layout. */
static void expect_golden(void **state, const char *name, const char *line)
{
	expect_normal(state, name, line, NULL);
}

static void expect_table(void **state, const char *name, const char *line)
{
	expect_normal(state, name, line, fields);
}

static void test_table(void **state)
{
	expect_table(state, "table", "$T -i $S");
}

/*
 * Many rows are printed piece by piece, which must not show: as if only the first
 * and the last were there, which is as wide as none of the others.
 */
static void test_pieces(void **state)
{
	enum { ROWS = 10000 };
	struct taskmap_record *rows = xcalloc(ROWS, sizeof(*rows));
	struct system *system = *state;
	unsigned char *image;
	size_t size;

	for (int i = 0; i < ROWS; i++)
		rows[i] = process(i + 1, 0, "x");
	strcpy(rows[ROWS - 1].comm, "caf\xc3\xa9\xe4\xb8\xad\xff\xe2\x80\x8b");
	image = fixture_image(rows, ROWS, NULL, &size);
	free(fixture_file(system->dir, "many", image, size));
	free(image);
	rows[1] = rows[ROWS - 1];
	image = fixture_image(rows, 2, NULL, &size);
	free(fixture_file(system->dir, "two", image, size));
	free(image);
	free(rows);
	setenv("D", system->dir, 1);
	expect_out(state, "for l in C C.UTF-8; do for f in '' -n -r -P; do"
		   " for c in COMM,PID,S,PPID PPID,NOTE,PID,COMM; do"
		   " LC_ALL=$l $T -i $D/many $f -o $c >many; LC_ALL=$l $T -i $D/two $f -o $c >two;"
		   " case $f in -n|-P) n=1 ;; *) n=2 ;; esac;"
		   " [ $(wc -l <many) = $((9999 + n)) ] && { head -n $n many; tail -n 1 many; } | cmp - two || echo $l $f $c;"
		   "done; done; done",
		   "");
}

/* Each form for programs, except --raw, which has no empty fields. */
static void test_names_apart(void **state)
{
	struct taskmap_record rows[] = {
		process(1, 0, ""), process(2, 0, "-"),
	};
	struct system *system = *state;
	unsigned char *image;
	size_t size;
	char *path;

	image = fixture_image(rows, 2, NULL, &size);
	path = fixture_file(system->dir, "names", image, size);
	setenv("N", path, 1);
	expect_out(state, "$T -i $N -P -o COMM,NOTE",
		   "COMM=\"\" NOTE=\"-\"\nCOMM=\"-\" NOTE=\"-\"\n");
	expect_out(state, "$T -i $N -J -o COMM | grep -c -e '\"comm\":\"\"' -e '\"comm\":\"-\"'",
		   "2\n");
	expect_out(state, "$T -i $N -rn -o COMM,PID", "- 1\n- 2\n");
	expect_out(state, "$T -i $N graph | grep -c -e '\"1 .lprocess' -e '\"2 -.lprocess'",
		   "2\n");
	expect_out(state, "$T -i $N explain 1 2 | grep '^[12]'",
		   "1 (): a process of one thread\n2 (-): a process of one thread\n");
	free(path);
	free(image);
}

/* No form shows a character that reorders those beside it. */
static void test_bidirectional(void **state)
{
	struct taskmap_record row = process(1, 0, "a\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f");
	struct system *system = *state;
	unsigned char *image;
	size_t size;
	char *path;

	image = fixture_image(&row, 1, NULL, &size);
	path = fixture_file(system->dir, "bidi", image, size);
	setenv("N", path, 1);
	expect_out(state, "for form in list -T -r -P -J 'explain 1' 'explain -J 1' graph 'graph --html' 'groups --all'; do"
		   " $T -i $N $form >shown || exit; grep -q 'a[\\\\]' shown || echo not $form;"
		   " grep -F -e \"$(printf '\\330\\234')\" -e \"$(printf '\\342\\200\\216')\" -e \"$(printf '\\342\\200\\217')\" shown && echo $form;"
		   "done; :",
		   "");
	expect_out(state, "$T -i $N -n -o COMM", "a\\330\\234\\342\\200\\216\\342\\200\\217\n");
	free(path);
	free(image);
}

static void skip_without_terminal(void)
{
	struct result result = run("", "script -qec true /dev/null");
	bool missing = result.status;

	if (missing)
		print_message("# SKIP no terminal by script(1): %s",
			      result.err);
	result_clear(&result);
	if (missing)
		skip();
}

static void test_narrow_terminal(void **state)
{
	skip_without_terminal();
	expect_table(state, "table",
		      "script -qec 'stty cols 30; $T -i $S' /dev/null | tr -d '\\r'");
}

static void test_list_is_default(void **state)
{
	expect_table(state, "table", "$T --input $S list");
}

static void test_stdin(void **state)
{
	expect_table(state, "table", "cat $S | $T -i -");
}

static void test_tree(void **state)
{
	expect_normal(state, "tree", "$T -i $S --tree", tree_fields);
}

/* Threads first, though a child has the lower pid. */
static void test_tree_order(void **state)
{
	struct system *system = *state;
	struct taskmap_record rows[3] = {
		process(5, 0, "leader"), process(6, 5, "child"),
	};
	struct result result;
	unsigned char *image;
	char *path;
	size_t size;

	rows[2] = thread(&rows[0], 7);
	image = fixture_image(rows, 3, NULL, &size);
	path = fixture_file(system->dir, "family", image, size);
	result = run(path, "$T -i $S -n --tree -o PID");
	expect_status(&result, 0, "tree");
	assert_string_equal(tree_fields(result.out), "5\n>7\n>6\n");
	result_clear(&result);
	free(path);
	free(image);
}

static void test_raw(void **state)
{
	expect_golden(state, "raw", "$T -i $S --raw");
}

static void test_pairs(void **state)
{
	expect_golden(state, "pairs", "$T -i $S -P -p 200,700,701,702");
}

static void test_full_ids(void **state)
{
	expect_table(state, "full-ids",
		      "$T -i $S --full-ids -o pid,task,mm,active_mm,netns,sysvsem");
}

static void test_all_columns(void **state)
{
	expect_golden(state, "all-columns", "$T -i $S -r --output-all -p 1,202");
}

static void test_columns_table(void **state)
{
	expect_table(state, "list-columns", "$T -H");
}

static void test_columns_raw(void **state)
{
	expect_golden(state, "list-columns-raw", "$T -H -r");
}

static void test_groups(void **state)
{
	expect_table(state, "groups", "$T -i $S groups");
	expect_golden(state, "groups-json",
		      "$T -i $S groups -J -o +tgid,pids mm net");
	expect_golden(state, "groups-all",
		      "$T -i $S groups --all -r --output-all MM Files netns");
}

static void test_graph(void **state)
{
	expect_golden(state, "graph", "$T -i $S graph");
	expect_golden(state, "graph-all", "$T -i $S graph --all 200 --resources mm,fs,net,user");
}

static void test_columns_of_commands(void **state)
{
	expect_table(state, "list-columns-groups", "$T groups -H");
	expect_table(state, "list-columns-diff", "$T diff -H | head -n 10");
}

static void test_other_locale(void **state)
{
	/* What is not ASCII is escaped where a terminal may not show it. */
	expect_table(state, "names-in-c-locale",
		      "LC_ALL=C $T -i $S -o comm -n -p 700,701,702");
}

/* JSON, read as values */

/* json-c 0.18 has no UTF-8 for valid if it is asked, so the C library is. */
static void expect_utf8(const char *text)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	locale_t before = uselocale(utf8);

	if (mbstowcs(NULL, text, 0) == (size_t)-1)
		fail_msg("not UTF-8: %s", text);
	uselocale(before);
	freelocale(utf8);
}

/* Nor does it if it is told to be strict: it takes the bytes for signed. */
static int strictness(void)
{
	static const char text[] = "[\"\xc3\xa9\"]";
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, text, sizeof(text));
	json_object_put(object);
	json_tokener_free(tokener);
	return object ? JSON_TOKENER_STRICT : 0;
}

static struct json_object *parse(const struct result *result)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	expect_utf8(result->out);
	json_tokener_set_flags(tokener, strictness());
	object = json_tokener_parse_ex(tokener, result->out,
				       (int)result->out_size + 1);
	if (!object)
		fail_msg("%s: %s", json_tokener_error_desc(
			 json_tokener_get_error(tokener)), result->out);
	json_tokener_free(tokener);
	return object;
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no key %s", key);
	return value;
}

static void expect_text(struct json_object *object, const char *key,
			const char *want)
{
	struct json_object *value = get(object, key);

	if (!want) {
		assert_null(value);
		return;
	}
	assert_true(json_object_is_type(value, json_type_string));
	assert_string_equal(json_object_get_string(value), want);
}

static void expect_number(struct json_object *object, const char *key,
			  int64_t want)
{
	struct json_object *value = get(object, key);

	assert_true(json_object_is_type(value, json_type_int));
	assert_int_equal(json_object_get_int64(value), want);
}

static void expect_bool(struct json_object *object, const char *key, bool want)
{
	struct json_object *value = get(object, key);

	assert_true(json_object_is_type(value, json_type_boolean));
	assert_int_equal(json_object_get_boolean(value), want);
}

static struct json_object *json_of(void **state, const char *line)
{
	struct result result = on_system(state, line);
	struct json_object *object;

	expect_status(&result, 0, line);
	object = parse(&result);
	result_clear(&result);
	return object;
}

static void test_json_header(void **state)
{
	struct json_object *root = json_of(state, "$T -i $S -J -p 1");
	struct json_object *header = get(root, "taskmap");

	expect_number(header, "format", 1);
	expect_number(header, "count", (int64_t)fixture_system_count);
	expect_bool(header, "exact", false);
	expect_bool(header, "raw_ids", false);
	expect_text(header, "fingerprint", "0123456789abcdef");
	expect_number(header, "start_ns", 1000000000);
	expect_number(header, "end_ns", 1000250000);
	expect_text(header, "release", "6.1.0-56-amd64");
	expect_number(header, "pause_ns", FIXTURE_PAUSE);
	assert_int_equal(json_object_array_length(get(root, "tasks")), 1);
	json_object_put(root);
}

/* As a module writes it with ids=raw, or of one instant; and a hostile one. */
static void test_json_other_header(void **state)
{
	struct system *system = *state;
	struct taskmap_header *header;
	struct json_object *root, *object;
	struct result result;
	unsigned char *image;
	char *path;
	size_t size;

	image = fixture_image(NULL, 0, NULL, &size);
	header = (struct taskmap_header *)image;
	header->flags = TASKMAP_RAW_IDS;
	header->fingerprint = UINT64_MAX;
	header->end_ns = UINT64_MAX;
	strcpy(header->release, "6\n\377\033");
	path = fixture_file(system->dir, "other", image, size);
	result = run(path, "$T -i $S -J");
	expect_status(&result, 0, "other header");
	root = parse(&result);
	object = get(root, "taskmap");
	expect_bool(object, "exact", true);
	expect_bool(object, "raw_ids", true);
	expect_text(object, "fingerprint", "ffffffffffffffff");
	assert_true(json_object_get_uint64(get(object, "end_ns")) == UINT64_MAX);
	expect_text(object, "release", "6\\012\\377\\033");
	json_object_put(root);
	result_clear(&result);
	free(path);
	free(image);
}

static void test_json_values(void **state)
{
	struct json_object *root = json_of(state, "$T -i $S -J --output-all");
	struct json_object *tasks = get(root, "tasks");
	struct json_object *task;

	assert_int_equal(json_object_array_length(tasks), fixture_system_count);
	task = json_object_array_get_idx(tasks, 6);
	expect_number(task, "pid", 202);
	expect_number(task, "tgid", 200);
	expect_number(task, "ppid", 100);
	expect_number(task, "nspid", 202);
	expect_text(task, "kind", "thread");
	expect_text(task, "s", "S");
	expect_number(task, "threads", 4);
	expect_number(task, "nlwp", 4);
	expect_text(task, "flags", "0x00400040");
	expect_number(task, "start", 202000000);
	expect_number(task, "exit_signal", -1);
	expect_number(task, "uid", 0);
	expect_text(task, "task", "ff000000000000ca");
	expect_text(task, "mm", "a0000000000000c8");
	expect_number(task, "mm_refs", 5);
	expect_text(task, "io", NULL);
	expect_text(task, "io_refs", NULL);
	expect_text(task, "mntns", "ad00000000000001");
	expect_text(task, "mntns_refs", NULL);
	expect_text(task, "shares", "vm,sighand,thread");
	expect_text(task, "note", "own files; own fs; own net ns");
	task = json_object_array_get_idx(tasks, 0);
	expect_text(task, "shares", NULL);
	expect_text(task, "note", NULL);
	json_object_put(root);
}

/* A file of the first modules does not tell. */
static void test_json_no_pause(void **state)
{
	const struct shape shape = { .header_size = 144 };
	struct system *system = *state;
	struct json_object *root, *object;
	struct result result;
	unsigned char *image;
	char *path;
	size_t size;

	image = fixture_image(NULL, 0, &shape, &size);
	path = fixture_file(system->dir, "old", image, size);
	result = run(path, "$T -i $S -J");
	expect_status(&result, 0, "old header");
	root = parse(&result);
	object = get(root, "taskmap");
	assert_true(json_object_object_get_ex(object, "pause_ns", &object));
	assert_null(object);
	json_object_put(root);
	result_clear(&result);
	free(path);
	free(image);
}

static void test_json_names(void **state)
{
	struct json_object *root = json_of(state, "$T -i $S -J -p 700,701,702");
	struct json_object *tasks = get(root, "tasks");

	expect_text(json_object_array_get_idx(tasks, 0), "comm",
		    "tab\\011nl\\012esc\\033\\134");
	expect_text(json_object_array_get_idx(tasks, 1), "comm",
		    "caf\303\251 \\377");
	expect_text(json_object_array_get_idx(tasks, 2), "comm", "");
	json_object_put(root);
}

/* It need not be escaped, and people read it too. */
static void test_json_slash(void **state)
{
	struct result result = on_system(state, "$T -i $S -J -p 3");

	expect_status(&result, 0, "slash");
	expect_has(result.out, "\"kworker/0:0H\"");
	result_clear(&result);
}

/* A key comes once, however often its column was selected. */
static void test_json_twice(void **state)
{
	struct result once = on_system(state, "$T -i $S -J -o PID,NOTE,COMM,MM");
	struct result twice = on_system(state, "$T -i $S -J -o "
					"PID,NOTE,PID,COMM,NOTE,MM,MM,COMM");

	expect_status(&twice, 0, "twice");
	assert_string_equal(twice.out, once.out);
	result_clear(&twice);
	result_clear(&once);
}

static void test_json_empty(void **state)
{
	struct json_object *root = json_of(state, "$T -i $S -J -p 1 -k worker");

	assert_int_equal(json_object_array_length(get(root, "tasks")), 0);
	json_object_put(root);
}

static void test_json_columns(void **state)
{
	struct json_object *root = json_of(state, "$T -H -J");
	struct json_object *columns = get(root, "columns");
	struct json_object *column;

	assert_int_equal(json_object_array_length(columns), column_count(&task_columns));
	column = json_object_array_get_idx(columns, 0);
	expect_text(column, "name", "pid");
	expect_text(column, "type", "number");
	expect_bool(column, "default", true);
	assert_true(strlen(json_object_get_string(get(column, "description"))));
	column = json_object_array_get_idx(columns, column_count(&task_columns) - 1);
	expect_text(column, "name", "userns_refs");
	expect_bool(column, "default", false);
	json_object_put(root);
}

/* JSON says what --list-columns promises, value for value. */
static void test_json_types(void **state)
{
	struct json_object *root = json_of(state, "$T -i $S -J --output-all");
	struct json_object *tasks = get(root, "tasks");

	for (size_t i = 0; i < json_object_array_length(tasks); i++) {
		struct json_object *task = json_object_array_get_idx(tasks, i);

		assert_int_equal(json_object_object_length(task),
				 column_count(&task_columns));
		for (size_t c = 0; c < column_count(&task_columns); c++) {
			const struct column column = column_at(&task_columns, c);
			char *key = column_key(&column);
			struct json_object *value = get(task, key);

			assert_true(!value || json_object_is_type(value,
				    column.type == VALUE_NUMBER ?
				    json_type_int : json_type_string));
			free(key);
		}
	}
	json_object_put(root);
}

/* Options */

static void test_output(void **state)
{
	expect_out(state, "$T -i $S -r -o comm,Pid -p 1", "COMM PID\ninit 1\n");
	expect_out(state, "$T -i $S -rn -o PID -p 1", "1\n");
	expect_out(state, "$T -i $S -rn -o PID -o TGID -p 201", "200\n");
	expect_out(state, "$T -i $S -rn -o PID,PID -p 201", "201 201\n");
	expect_out(state, "$T -i $S -r -o +uid,MM_REFS -p 100",
		   "PID TGID PPID KIND S MM FILES FS SIGHAND SHARES COMM NOTE UID MM_REFS\n"
		   "100 100 1 process S mm#2 files#3 fs#2 sighand#4 - shell - 1000 1\n");
}

static void test_order_of_words(void **state)
{
	expect_out(state, "$T list -i $S -rn -o PID -p 1", "1\n");
	expect_out(state, "$T -i $S -rn -o PID -p 1 list", "1\n");
}

static void test_filters(void **state)
{
	expect_out(state, "$T -i $S -rn -o PID -p 200",
		   "200\n201\n202\n203\n");
	expect_out(state, "$T -i $S -rn -o PID -p 202 -p 1", "1\n202\n");
	expect_out(state, "$T -i $S -rn -o PID -k worker,kthread",
		   "2\n3\n203\n600\n");
	expect_out(state, "$T -i $S -rn -o PID -k main -p 200", "200\n");
	/* Numbers and notes are those of the whole. */
	expect_out(state, "$T -i $S -rn -o MM,NOTE -p 500",
		   "mm#6 mm,files,fs\\x20shared\\x20with\\x20501\\x20and\\x201\\x20more\n");
}

static void test_filtered_tree(void **state)
{
	struct result result = on_system(state,
		"$T -i $S -n --tree -o PID -p 200,301");

	expect_status(&result, 0, "filtered tree");
	assert_string_equal(tree_fields(result.out),
			    "200\n>201\n>202\n>203\n301\n");
	result_clear(&result);
}

static void test_missing_pid(void **state)
{
	struct result result = on_system(state,
		"$T -i $S -rn -o PID -p 4711,1,4712");

	expect_status(&result, 1, "missing");
	assert_string_equal(result.out, "1\n");
	assert_string_equal(result.err,
			    "taskmap: no task 4711 in this snapshot\n"
			    "taskmap: no task 4712 in this snapshot\n");
	result_clear(&result);
}

static void test_explain(void **state)
{
	expect_table(state, "explain", "$T -i $S explain 201 301,600 1");
}

/* What stands beside stays beside, and lines are as short as they have to be. */
static void test_explain_narrow(void **state)
{
	skip_without_terminal();
	expect_table(state, "explain-narrow",
		      "script -qec 'stty cols 60; $T -i $S explain 200' /dev/null | tr -d '\\r'");
}

static void test_explain_widths(void **state)
{
	static const char *const widths[] = { "1", "60", "100", "1000" };
	static const int longest[] = { 60, 60, 100, 110 };

	skip_without_terminal();
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		struct result result;
		int length;
		char *line;

		assert_true(asprintf(&line, "script -qec 'stty cols %s; $T -i $S explain 201 301' /dev/null | "
				     "tr -d '\\r' | awk '{ if (length($0) > l) l = length($0) } END { print l }'",
				     widths[i]) > 0);
		result = on_system(state, line);
		length = atoi(result.out);
		assert_in_range(length, longest[i] - 12, longest[i] - 1);
		result_clear(&result);
		free(line);
	}
}

/* In the order that was asked for, each once. */
static void test_explain_order(void **state)
{
	expect_out(state, "$T -i $S explain 201,1 100 1 201 | grep '^[0-9]'",
		   "201 (server): a thread of process 200\n"
		   "1 (init): a process of one thread\n"
		   "100 (shell): a process of one thread\n");
}

static void test_explain_missing(void **state)
{
	struct result result = on_system(state, "$T -i $S explain 4711 201 4712");

	expect_status(&result, 1, "missing pids");
	assert_string_equal(result.err,
			    "taskmap: no task 4711 in this snapshot\n"
			    "taskmap: no task 4712 in this snapshot\n");
	expect_has(result.out, "201 (server): a thread");
	result_clear(&result);
	result = on_system(state, "$T -i $S explain 4711");
	expect_status(&result, 1, "only missing pids");
	assert_string_equal(result.out, "");
	result_clear(&result);
}

/* As the manual has them. */
static void expect_facts(struct json_object *task)
{
	static const char *const keys[] = {
		"pid", "tgid", "ppid", "kind", "comm", "flags",
		"kernel_thread", "dead", "live", "gettid", "getpid",
		"initial_pidns", "proc", "listed", "lender", "borrower",
		"loaded", "leader", "parent", "title", "sentences",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		get(task, keys[i]);
	assert_int_equal(json_object_object_length(task), ARRAY_SIZE(keys));
}

/* The facts as fields, and every sentence a string. */
static void test_explain_json(void **state)
{
	struct json_object *root, *list, *task, *sentences, *leader;

	root = json_of(state, "$T -i $S explain -J 201 301 600");
	list = get(root, "explain");
	assert_int_equal(json_object_array_length(list), 3);
	task = json_object_array_get_idx(list, 0);
	expect_facts(task);
	expect_number(task, "pid", 201);
	expect_number(task, "gettid", 201);
	expect_number(task, "getpid", 200);
	expect_text(task, "kernel_thread", "no");
	expect_text(task, "proc", "/proc/200/task/201");
	expect_bool(task, "listed", false);
	expect_bool(task, "initial_pidns", true);
	assert_null(get(task, "lender"));
	leader = get(task, "leader");
	assert_string_equal(json_object_to_json_string(get(leader, "flags")),
			    "[ \"CLONE_VM\", \"CLONE_FILES\", \"CLONE_FS\", \"CLONE_SIGHAND\", \"CLONE_THREAD\" ]");
	assert_string_equal(json_object_to_json_string(get(leader, "untold")),
			    "[ \"CLONE_IO\" ]");
	sentences = get(task, "sentences");
	assert_true(json_object_array_length(sentences) > 8);
	for (size_t i = 0; i < json_object_array_length(sentences); i++) {
		struct json_object *one = json_object_array_get_idx(sentences, i);

		assert_true(json_object_is_type(get(one, "text"),
						json_type_string));
		assert_true(json_object_is_type(get(one, "about"),
						json_type_string));
		get(one, "fact");
	}
	task = json_object_array_get_idx(list, 1);
	expect_number(task, "lender", 300);
	assert_null(get(task, "leader"));
	task = json_object_array_get_idx(list, 2);
	expect_text(task, "kernel_thread", "yes");
	assert_int_equal(json_object_array_length(get(root, "limits")), 2);
	json_object_put(root);
}

static void test_compare(void **state)
{
	expect_table(state, "compare", "$T -i $S compare 200 201 202,203 301 300 400 600 2");
}

static void test_compare_missing(void **state)
{
	struct result result = on_system(state, "$T -i $S compare 4711 201 200");

	expect_status(&result, 1, "missing pid");
	assert_string_equal(result.err,
			    "taskmap: no task 4711 in this snapshot\n");
	expect_has(fields(result.out), "RESOURCE 201 200 FLAG\n");
	result_clear(&result);
	result = on_system(state, "$T -i $S compare 4711 201");
	expect_status(&result, 1, "one left");
	expect_has(fields(result.out), "RESOURCE 201 FLAG\n");
	assert_null(strstr(result.out, "Flags"));
	result_clear(&result);
	result = on_system(state, "$T -i $S compare 4711 4712");
	expect_status(&result, 1, "none left");
	assert_string_equal(result.out, "");
	result_clear(&result);
}

static void test_compare_json(void **state)
{
	struct json_object *root, *rows, *pair;

	root = json_of(state, "$T -i $S compare -J 201 2 200");
	assert_string_equal(json_object_to_json_string(get(root, "pids")),
			    "[ 201, 2, 200 ]");
	rows = get(root, "compare");
	assert_int_equal(json_object_array_length(rows), TASKMAP_RESOURCES);
	assert_string_equal(json_object_to_json_string(
			json_object_array_get_idx(rows, TASKMAP_MM)),
			    "{ \"resource\": \"mm\", \"letters\": [ \"A\", null, \"A\" ] }");
	rows = get(root, "pairs");
	assert_int_equal(json_object_array_length(rows), 2);
	pair = json_object_array_get_idx(rows, 1);
	expect_number(pair, "pid", 200);
	expect_number(pair, "with", 201);
	expect_bool(pair, "possible", true);
	json_object_put(root);
}

/* Each is exit 2, nothing on standard output, one line and the hint. */
static const struct {
	const char *line;
	const char *words;
} misuses[] = {
	{ "$T -i $S -o NOPE", "unknown column \"NOPE\"; use PID, TGID," },
	{ "$T -i $S -o PID,,MM", "unknown column \"\"" },
	{ "$T -i $S -o ''", "unknown column \"\"" },
	{ "$T -i $S -o +", "unknown column \"\"" },
	{ "$T -i $S -o 'PID\nX'", "unknown column \"PID\\012X\"" },
	{ "$T -i $S -k thraed",
	  "unknown kind \"thraed\"; use process, main, thread, worker, kthread" },
	{ "$T -i $S -p x", "not a pid: \"x\"" },
	{ "$T -i $S -p 0", "not a pid: \"0\"" },
	{ "$T -i $S -p -1", "not a pid: \"-1\"" },
	{ "$T -i $S -p 1,2147483648", "not a pid: \"2147483648\"" },
	{ "$T -i $S -p ''", "not a pid: \"\"" },
	{ "$T -i $S -J -r", "--json and --raw cannot be used together" },
	{ "$T -i $S -J --tree", "--tree and --json cannot be used together" },
	{ "$T -i $S -P -T", "--tree and --pairs cannot be used together" },
	{ "$T -i $S -r -P", "--raw and --pairs cannot be used together" },
	{ "$T -H -P", "--pairs and --list-columns cannot be used together" },
	{ "$T -i $S -o PID --output-all",
	  "--output and --output-all cannot be used together" },
	{ "$T -i $S --nope", "unrecognized option '--nope'" },
	{ "$T -i $S -z", "invalid option -- 'z'" },
	{ "$T -i $S -F", "invalid option -- 'F'" },
	{ "$T -i", "option requires an argument -- 'i'" },
	{ "$T -i $S frobnicate", "there is no command \"frobnicate\"" },
	{ "$T -i $S list extra", "one argument too many: \"extra\"" },
	{ "$T -i $S save", "save wants FILE" },
	{ "$T -i $S save a b", "one argument too many: \"b\"" },
	/* What was typed, or came from a script's variable, is shown escaped. */
	{ "$T -i $S -p 'x\n\033c'", "not a pid: \"x\\012\\033c\"" },
	{ "$T -i $S 'x\n\033c'", "no command \"x\\012\\033c\"" },
	{ "$T -i $S save a 'x\n\033c'", "too many: \"x\\012\\033c\"" },
	{ "$T -i $S save a --json", "save takes no --json" },
	{ "$T -i $S groups mn",
	  "unknown resource \"mn\"; use mm, active_mm, files, fs, sighand,"
	  " signal, io, sysvsem, cred, nsproxy, cgroups, uts, ipc, mnt, pid,"
	  " net, time, cgroup, user\n" },
	{ "$T -i $S groups mm ''", "unknown resource \"\"; use mm, " },
	{ "$T -i $S groups mm,fs", "unknown resource \"mm,fs\"; use mm, " },
	{ "$T -i $S groups 'm\n\033m'", "unknown resource \"m\\012\\033m\"" },
	{ "$T -i $S groups -o MM", "unknown column \"MM\"; use RESOURCE, ID," },
	{ "$T -i $S groups --tree", "groups takes no --tree" },
	{ "$T -i $S list --all", "list takes no --all" },
	{ "$T -i $S list -c PID", "list takes no --compare" },
	{ "$T -i $S -o HOLDERS", "unknown column \"HOLDERS\"; use PID, TGID," },
	{ "$T graph -i $S x", "not a pid: \"x\"" },
	{ "$T graph -i $S 1 mm", "not a pid: \"mm\"" },
	{ "$T graph -i $S --resources mn", "unknown resource \"mn\"; use mm, " },
	{ "$T graph -i $S --resources ''", "unknown resource \"\"; use mm, " },
	{ "$T graph -i $S --resources +", "unknown resource \"\"; use mm, " },
	{ "$T graph -i $S --resources mm,", "unknown resource \"\"; use mm, " },
	{ "$T graph -i $S --resources mm,+fs", "unknown resource \"+fs\"; use mm, " },
	{ "$T graph -i $S --resources 'mm,\n\033'", "unknown resource \"\\012\\033\"" },
	{ "$T graph -i $S --svg --html", "--svg and --html cannot be used together" },
	{ "$T graph -i $S -J", "graph takes no --json" },
	{ "$T graph -i $S -H", "graph takes no --list-columns" },
	{ "$T -i $S --html", "list takes no --html" },
	{ "$T groups -i $S --resources mm", "groups takes no --resources" },
	{ "$T diff", "diff wants A B" },
	{ "$T diff $S", "diff wants A B" },
	{ "$T diff $S $S $S", "one argument too many: \"" },
	{ "$T diff - -", "A and B cannot both be standard input" },
	{ "$T diff -i $S $S $S", "diff takes no --input" },
	{ "$T diff -c MM,X $S $S", "unknown column \"X\"; use PID, TGID," },
	{ "$T diff -c WHAT $S $S", "unknown column \"WHAT\"; use PID, TGID," },
	{ "$T diff -o X $S $S", "unknown column \"X\"; use CHANGE, WHAT," },
	{ "$T -i $S --exact", "--input and --exact cannot be used together" },
	{ "$T -i $S save --exact a",
	  "--input and --exact cannot be used together" },
	{ "$T -i $S verify", "verify takes no --input" },
	{ "$T verify -p 1", "verify takes no --pid" },
	{ "$T verify 1 x", "not a pid: \"x\"" },
	{ "$T verify 0", "not a pid: \"0\"" },
	{ "$T verify ''", "not a pid: \"\"" },
	{ "$T -i $S explain", "explain wants PID..." },
	{ "$T -i $S explain x", "not a pid: \"x\"" },
	{ "$T -i $S explain 1 0", "not a pid: \"0\"" },
	{ "$T -i $S explain 1,,2", "not a pid: \"\"" },
	{ "$T -i $S explain ''", "not a pid: \"\"" },
	{ "$T -i $S explain -p 1 1", "explain takes no --pid" },
	{ "$T -i $S explain -o PID 1", "explain takes no --output" },
	{ "$T -i $S explain --raw 1", "explain takes no --raw" },
	{ "$T -i $S --exact explain 1",
	  "--input and --exact cannot be used together" },
	{ "$T -i $S compare", "compare wants PID PID..." },
	{ "$T -i $S compare 1", "compare wants two pids or more" },
	{ "$T -i $S compare 1 1", "compare wants two pids or more" },
	{ "$T -i $S compare 1 1,1", "compare wants two pids or more" },
	{ "$T -i $S compare 1 x", "not a pid: \"x\"" },
	{ "$T -i $S compare 1 99999999999", "not a pid: \"99999999999\"" },
	{ "$T -i $S compare -k thread 1 2", "compare takes no --kind" },
	{ "$T --seed 1", "list takes no --seed" },
	{ "$T verify --seed x", "not a number: \"x\"" },
	{ "$T verify --seed ''", "not a number: \"\"" },
	{ "$T verify --seed -1", "not a number: \"-1\"" },
	{ "$T verify --seed ' 1'", "not a number: \" 1\"" },
	{ "$T verify --seed 1x", "not a number: \"1x\"" },
	{ "$T verify --seed 18446744073709551616",
	  "not a number: \"18446744073709551616\"" },
};

static void test_misuse(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(misuses); i++) {
		struct result result = on_system(state, misuses[i].line);

		expect_status(&result, 2, misuses[i].line);
		expect_has(result.err, misuses[i].words);
		expect_has(result.err, "taskmap: ");
		expect_has(result.err,
			   "Try 'taskmap --help' for more information.\n");
		assert_int_equal(count_lines(result.err), 2);
		assert_string_equal(result.out, "");
		result_clear(&result);
	}
}

static void test_help(void **state)
{
	static const char *const lines[] = {
		"$T --help", "$T -h", "$T list -h", "$T -J -h", "$T save -h",
	};
	struct result first = on_system(state, lines[0]);

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct result result = on_system(state, lines[i]);

		expect_status(&result, 0, lines[i]);
		assert_string_equal(result.err, "");
		assert_string_equal(result.out, first.out);
		result_clear(&result);
	}
	result_clear(&first);
}

static void test_version(void **state)
{
	expect_out(state, "$T --version",
		   "taskmap " TASKMAP_VERSION " (snapshot format 1)\n");
	expect_out(state, "$T -V",
		   "taskmap " TASKMAP_VERSION " (snapshot format 1)\n");
}

/* What cannot be read or written: exit 3 and one line */

static const struct {
	const char *line;
	const char *words;
} failures[] = {
	{ "$T -i /nowhere/x", "cannot open /nowhere/x: No such file or directory" },
	{ "$T -i /", "cannot read /: Is a directory" },
	{ "$T -i /dev/null", "/dev/null: empty, not a taskmap snapshot" },
	{ "$T -i /dev/zero", "/dev/zero: not a taskmap snapshot" },
	{ "$T -i - <&-", "cannot read standard input: Bad file descriptor" },
	{ "head -c 200 $S | $T -i -", "standard input: truncated: 200 of 6232 bytes" },
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
	  "standard input: truncated: 200 of 6232 bytes" },
	{ "$T -i $S graph >/dev/full",
	  "cannot write to standard output: No space left" },
	{ "$T -i $S graph --html >/dev/full",
	  "cannot write to standard output: No space left" },
	{ "head -c 200 $S | $T -i - graph --html",
	  "standard input: truncated: 200 of 6232 bytes" },
	{ "$T -H >/dev/full", "cannot write to standard output: No space left" },
	{ "$T -h >/dev/full", "cannot write to standard output: No space left" },
	{ "$T -V >/dev/full", "cannot write to standard output: No space left" },
	{ "$T -i $S >&-", "cannot write to standard output: Bad file" },
	{ "$T -i $S save - >/dev/full", "cannot write -: No space left" },
	{ "$T -i /dev/null save x; s=$?; [ -e x ] && exit 9; exit $s", "empty" },
};

static void test_failures(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
		struct result result = on_system(state, failures[i].line);

		expect_status(&result, 3, failures[i].line);
		expect_has(result.err, failures[i].words);
		assert_int_equal(count_lines(result.err), 1);
		result_clear(&result);
	}
}

static void test_closed_pipe(void **state)
{
	/* With SIGPIPE ignored a write fails where it would have killed. */
	struct result result = on_system(state,
		"trap '' PIPE; (sleep 0.1; $T -i $S; echo $? >&2) | true");

	expect_has(result.err, "cannot write to standard output: Broken pipe");
	expect_has(result.err, "\n3\n");
	result_clear(&result);
}

/* Every single-byte cut, from outside, at some places that matter. */
static void test_hostile_input(void **state)
{
	struct result result = on_system(state,
		"for n in 0 1 8 143 144 145 455 6231; do"
		" head -c $n $S | $T -i - >o 2>e; s=$?;"
		" [ $s = 3 ] && [ ! -s o ] && [ $(wc -l <e) = 1 ] || echo $n $s;"
		"done");

	assert_string_equal(result.out, "");
	result_clear(&result);
}

#define SYSTEM_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYSTEM_TEST(test_table),
		SYSTEM_TEST(test_narrow_terminal),
		SYSTEM_TEST(test_list_is_default),
		SYSTEM_TEST(test_stdin),
		SYSTEM_TEST(test_tree),
		SYSTEM_TEST(test_tree_order),
		SYSTEM_TEST(test_raw),
		SYSTEM_TEST(test_pairs),
		SYSTEM_TEST(test_pieces),
		SYSTEM_TEST(test_names_apart),
		SYSTEM_TEST(test_bidirectional),
		SYSTEM_TEST(test_full_ids),
		SYSTEM_TEST(test_all_columns),
		SYSTEM_TEST(test_columns_table),
		SYSTEM_TEST(test_columns_raw),
		SYSTEM_TEST(test_groups),
		SYSTEM_TEST(test_graph),
		SYSTEM_TEST(test_columns_of_commands),
		SYSTEM_TEST(test_other_locale),
		SYSTEM_TEST(test_json_header),
		SYSTEM_TEST(test_json_other_header),
		SYSTEM_TEST(test_json_values),
		SYSTEM_TEST(test_json_no_pause),
		SYSTEM_TEST(test_json_names),
		SYSTEM_TEST(test_json_slash),
		SYSTEM_TEST(test_json_twice),
		SYSTEM_TEST(test_json_empty),
		SYSTEM_TEST(test_json_columns),
		SYSTEM_TEST(test_json_types),
		SYSTEM_TEST(test_output),
		SYSTEM_TEST(test_order_of_words),
		SYSTEM_TEST(test_filters),
		SYSTEM_TEST(test_filtered_tree),
		SYSTEM_TEST(test_missing_pid),
		SYSTEM_TEST(test_explain),
		SYSTEM_TEST(test_explain_narrow),
		SYSTEM_TEST(test_explain_widths),
		SYSTEM_TEST(test_explain_order),
		SYSTEM_TEST(test_explain_missing),
		SYSTEM_TEST(test_explain_json),
		SYSTEM_TEST(test_compare),
		SYSTEM_TEST(test_compare_missing),
		SYSTEM_TEST(test_compare_json),
		SYSTEM_TEST(test_misuse),
		SYSTEM_TEST(test_help),
		SYSTEM_TEST(test_version),
		SYSTEM_TEST(test_failures),
		SYSTEM_TEST(test_closed_pipe),
		SYSTEM_TEST(test_hostile_input),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
