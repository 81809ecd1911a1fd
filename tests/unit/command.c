// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <ctype.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "fixture.h"

char *slurp(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (!file)
		return NULL;
	*size = 0;
	do {
		room += 65536;
		text = xreallocarray(text, room + 1, 1);
		*size += fread(text + *size, 1, room - *size, file);
	} while (*size == room);
	text[*size] = '\0';
	fclose(file);
	return text;
}

char *unit_path(const char *name)
{
	const char *unit = getenv("TASKMAP_UNIT");
	if (!unit)
		fail_msg("TASKMAP_UNIT is not set: use tests/unit/run");
	return xasprintf("%s/%s", unit, name);
}

static void set_path(const char *variable, const char *name)
{
	char *path = unit_path(name);

	setenv(variable, path, 1);
	free(path);
}

void skip_without_proc(void)
{
	if (access("/proc/self", F_OK)) {
		print_message("# SKIP /proc is not mounted\n");
		skip();
	}
}

void skip_without_terminal(void)
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

static void run_shell(const char *dir, const char *line)
{
	if (chdir(dir) || !freopen("out", "w", stdout) ||
	    !freopen("err", "w", stderr) || !freopen("/dev/null", "r", stdin))
		_exit(127);
	execlp("timeout", "timeout", "600", "sh", "-c", line, NULL);
	_exit(127);
}

static char *slurp_in(const char *dir, const char *name, size_t *size)
{
	char *path = xasprintf("%s/%s", dir, name);
	char *text = slurp(path, size);

	assert_non_null(text);
	free(path);
	return text;
}

struct result run(const char *snapshot, const char *line)
{
	struct result result;
	char *dir = fixture_dir();
	size_t size;
	int status;
	pid_t pid;

	set_path("T", TASKMAP);
	set_path("P", PLAIN);
	set_path("Z", ZOO);
	set_path("F", FAILING);
	set_path("U", ".");
	setenv("S", snapshot, 1);
	pid = fork();
	if (!pid)
		run_shell(dir, line);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	result.out = slurp_in(dir, "out", &result.out_size);
	result.err = slurp_in(dir, "err", &size);
	fixture_remove(dir);
	return result;
}

void expect_out(const char *snapshot, const char *line, const char *want)
{
	struct result result = run(snapshot, line);

	if (result.status || *result.err || strcmp(result.out, want))
		fail_msg("%s: exit %d: %s%s", line, result.status, result.err,
			 result.out);
	result_clear(&result);
}

/* Copies the words from @from up to @end, one blank between two; returns its end. */
static char *copy_words(char *to, const char *from, const char *end)
{
	bool first = true;

	while ((from += strspn(from, " ")) < end) {
		size_t length = strcspn(from, " \n");

		if (!first)
			*to++ = ' ';
		first = false;
		memmove(to, from, length);
		to += length;
		from += length;
	}
	return to;
}

char *fields(char *text)
{
	char *to = text;

	for (char *line = text; *line;) {
		char *end = strchrnul(line, '\n');
		bool ended = *end;

		to = copy_words(to, line, end);
		if (ended)
			*to++ = '\n';
		line = end + ended;
	}
	*to = '\0';
	return text;
}

/* The number of characters, not bytes, before @end. */
static size_t characters(const char *text, const char *end)
{
	size_t count = 0;

	for (; text < end; text++)
		count += (*text & 0xc0) != 0x80;
	return count;
}

char *tree_fields(char *text)
{
	size_t offsets[32], level = 0;
	char *to = text;

	for (char *line = text; *line;) {
		char *end = strchrnul(line, '\n');
		char *word = line;
		bool ended = *end;
		size_t offset;

		while (word < end && !isalnum((unsigned char)*word))
			word++;
		/* Its parent is the last row above it that is further to the left. */
		offset = characters(line, word);
		while (level && offsets[level - 1] >= offset)
			level--;
		assert_in_range(level, 0, ARRAY_SIZE(offsets) - 1);
		memset(to, '>', level);
		to = copy_words(to + level, word, end);
		offsets[level++] = offset;
		if (ended)
			*to++ = '\n';
		line = end + ended;
	}
	*to = '\0';
	return text;
}

void result_clear(struct result *result)
{
	free(result->out);
	free(result->err);
}

/* The C library checks UTF-8, because json-c 0.18 can only check ASCII as valid. */
static void expect_utf8(const char *text)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	locale_t before = uselocale(utf8);

	if (mbstowcs(NULL, text, 0) == (size_t)-1)
		fail_msg("not UTF-8: %s", text);
	uselocale(before);
	freelocale(utf8);
}

/* When it is strict, json-c 0.18 takes bytes for signed and refuses valid UTF-8. */
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

struct json_object *parse_json(const struct result *result)
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

static bool is_json(const char *name)
{
	return strlen(name) >= 4 && !strcmp(name + strlen(name) - 4, "json");
}

/* Fails with the first line of @text that differs from @want. */
static void expect_lines(const char *name, const char *text, const char *want)
{
	for (unsigned int line = 1; *text || *want; line++) {
		int size = (int)strcspn(text, "\n");
		int wanted = (int)strcspn(want, "\n");

		if (size != wanted || strncmp(text, want, size + 1U))
			fail_msg("%s, line %u: expected \"%.*s\", got \"%.*s\"", name,
				 line, wanted, want, size, text);
		text += size + (text[size] == '\n');
		want += wanted + (want[wanted] == '\n');
	}
}

/* Compares @text with the file expected/@name. With GOLDEN=write, writes it first. */
static void expect_file(const char *name, const char *text)
{
	char *file = xasprintf("expected/%s", name), *path = unit_path(file);
	char *want;
	size_t size;

	if (getenv("GOLDEN")) {
		FILE *golden = fopen(path, "w");

		assert_non_null(golden);
		fputs(text, golden);
		assert_int_equal(fclose(golden), 0);
	}
	want = slurp(path, &size);
	if (!want)
		fail_msg("cannot read %s", path);
	expect_lines(file, text, want);
	free(want);
	free(path);
	free(file);
}

void golden(const char *snapshot, const struct golden *golden)
{
	struct result result = run(snapshot, golden->line);

	if (result.status || *result.err)
		fail_msg("%s: exit %d: %s", golden->line, result.status,
			 result.err);
	if (is_json(golden->name))
		json_object_put(parse_json(&result));
	if (golden->normal)
		golden->normal(result.out);
	expect_file(golden->name, result.out);
	result_clear(&result);
}

void transcript_begin(struct transcript *transcript)
{
	transcript->file = open_memstream(&transcript->text, &transcript->size);
	assert_non_null(transcript->file);
}

/* Adds @text, with @mark before each line. */
static void add_lines(FILE *file, const char *mark, const char *text)
{
	while (*text) {
		int length = (int)strcspn(text, "\n");

		fprintf(file, "%s%.*s\n", mark, length, text);
		text += length + (text[length] == '\n');
	}
}

void transcript_add(struct transcript *transcript, const char *line,
		    struct result *result)
{
	fprintf(transcript->file, "$ %s\n", line);
	add_lines(transcript->file, "", result->out);
	add_lines(transcript->file, "! ", result->err);
	if (result->status)
		fprintf(transcript->file, "[%d]\n", result->status);
	result_clear(result);
}

void transcript_run(struct transcript *transcript, const char *snapshot,
		    const char *line)
{
	struct result result = run(snapshot, line);

	transcript_add(transcript, line, &result);
}

void transcript_expect(struct transcript *transcript, const char *name)
{
	assert_int_equal(fclose(transcript->file), 0);
	expect_file(name, transcript->text);
	free(transcript->text);
}

void run_golden_test(void **state)
{
	const struct golden_test *test = *state;
	struct transcript transcript;

	transcript_begin(&transcript);
	test->add(&transcript);
	transcript_expect(&transcript, test->file);
}

void expect_transcript(const char *name, const struct taskmap_record *rows,
		       size_t count, const char *const *lines)
{
	struct transcript transcript;
	char *dir = fixture_dir();
	char *path = fixture_image_file(dir, "snapshot", rows, count, NULL);

	transcript_begin(&transcript);
	for (; *lines; lines++)
		transcript_run(&transcript, path, *lines);
	free(path);
	fixture_remove(dir);
	transcript_expect(&transcript, name);
}
