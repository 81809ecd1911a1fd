// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <ctype.h>
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
	char *path;

	if (!unit)
		fail_msg("TASKMAP_UNIT is not set: use tests/unit/run");
	assert_true(asprintf(&path, "%s/%s", unit, name) > 0);
	return path;
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

static void run_shell(const char *dir, const char *line)
{
	if (chdir(dir) || !freopen("out", "w", stdout) ||
	    !freopen("err", "w", stderr) || !freopen("/dev/null", "r", stdin))
		_exit(127);
	execlp("timeout", "timeout", "60", "sh", "-c", line, NULL);
	_exit(127);
}

static char *slurp_in(const char *dir, const char *name, size_t *size)
{
	char *path, *text;

	assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
	text = slurp(path, size);
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

/* How many characters, not bytes, are before @end. */
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
		/* Below whatever stands above it and more to the left. */
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
