// SPDX-License-Identifier: GPL-2.0-only
/*
 * The help, the manual page and the completion know all that there is.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "command.h"
#include "fixture.h"
#include "kinds.h"
#include "resources.h"

static const char *const commands[] = { "list", "save" };

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Whether @word stands in @text, and not as a part of another word. */
static bool has_word(const char *text, const char *word)
{
	const char *at = text;

	while ((at = strstr(at, word))) {
		if ((at == text || !is_word(at[-1])) &&
		    !is_word(at[strlen(word)]))
			return true;
		at++;
	}
	return false;
}

static void expect_word(const char *where, const char *text, const char *word)
{
	if (!has_word(text, word))
		fail_msg("%s does not mention %s", where, word);
}

static char *output_of(const char *line)
{
	struct result result = run("", line);

	assert_int_equal(result.status, 0);
	free(result.err);
	return result.out;
}

/* A file of the reader, without the backslashes and fonts that troff wants. */
static char *document(const char *name)
{
	char *path, *text, *to;
	size_t size;

	assert_true(asprintf(&path, "%s/%s", SOURCE_DIR, name) > 0);
	text = slurp(path, &size);
	assert_non_null(text);
	free(path);
	to = text;
	for (const char *from = text; *from; from++) {
		if (*from != '\\')
			*to++ = *from;
	}
	*to = '\0';
	return text;
}

/* Each "--option" in the help must be in @text. Returns how many there are. */
static unsigned int expect_options(const char *where, const char *text)
{
	char *help = output_of("$T --help");
	unsigned int count = 0;

	for (char *at = strstr(help, "Options:"); (at = strstr(at, "--"));) {
		size_t length = 2 + strspn(at + 2, "abcdefghijklmnopqrstuvwxyz-");
		char *option = strndup(at, length);

		expect_word(where, text, option);
		free(option);
		at += length;
		count++;
	}
	free(help);
	return count;
}

static void expect_columns(const char *where, const char *text)
{
	for (size_t i = 0; i < task_columns.count; i++)
		expect_word(where, text, task_columns.at(i).name);
}

static void test_help(void **state)
{
	char *help = output_of("$T --help");

	(void)state;
	expect_columns("help", help);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		expect_word("help", help, commands[i]);
	free(help);
}

/* The help is written by hand where options are: none may be forgotten. */
static void test_help_options(void **state)
{
	char *help = output_of("$T --help");
	char *source = document("main.c");
	unsigned int count = 0;

	(void)state;
	for (char *at = source; (at = strstr(at, "\t{ \""));) {
		char option[64] = "--";

		if (sscanf(at, "\t{ \"%60[a-z-]\", %*[a-z_]_argument",
			   option + 2) == 1 && strstr(at, "_argument") &&
		    strstr(at, "_argument") < strchr(at, '\n')) {
			expect_word("help", help, option);
			count++;
		}
		at++;
	}
	assert_int_equal(count, 14);
	free(source);
	free(help);
}

static void test_manual(void **state)
{
	char *manual = document("taskmap.8");

	(void)state;
	assert_true(expect_options("taskmap.8", manual) >= 14);
	expect_columns("taskmap.8", manual);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		expect_word("taskmap.8", manual, commands[i]);
	for (unsigned int kind = 1; kind <= KINDS; kind++)
		expect_word("taskmap.8", manual, kind_name(kind));
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (resources[r].shared)
			expect_word("taskmap.8", manual, resources[r].shared);
	}
	expect_word("taskmap.8", manual, TASKMAP_VERSION);
	free(manual);
}

/* What the default columns are, the manual says in as many words. */
static void test_manual_defaults(void **state)
{
	char *manual = document("taskmap.8");
	char *at = strstr(manual, "The default columns are");
	char *end = strstr(at, ".TP");

	(void)state;
	*end = '\0';
	for (size_t i = 0; i < task_columns.count; i++) {
		const char *name = task_columns.at(i).name;

		if (has_word(at, name) != column_is_default(&task_columns, name))
			fail_msg("taskmap.8 is wrong about %s", name);
	}
	free(manual);
}

static void test_manual_is_sound(void **state)
{
	char *line, *out;

	(void)state;
	assert_true(asprintf(&line, "command -v groff >/dev/null || exit 0; "
			     "groff -man -Tutf8 -ww %s/taskmap.8 2>&1 >/dev/null",
			     SOURCE_DIR) > 0);
	out = output_of(line);
	assert_string_equal(out, "");
	free(out);
	free(line);
}

/* What the completion offers for the words @words, the last of them to be completed. */
static char *complete(const char *words)
{
	char *line, *out;

	assert_true(asprintf(&line, "command -v bash >/dev/null || exit 1; "
			     "bash -c '. %s/completion/taskmap; taskmap() { \"$T\" \"$@\"; }; "
			     "COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
			     "_taskmap; printf \"%%s\\n\" \"${COMPREPLY[@]}\"'",
			     SOURCE_DIR, words) > 0);
	out = output_of(line);
	free(line);
	return out;
}

static void test_completion(void **state)
{
	char *offered = complete("taskmap -");
	char kinds[64] = "";

	(void)state;
	assert_true(expect_options("completion", offered) >= 14);
	free(offered);

	offered = complete("taskmap \"\"");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		expect_word("completion", offered, commands[i]);
	free(offered);

	offered = complete("taskmap -o \"\"");
	expect_columns("completion", offered);
	free(offered);

	offered = complete("taskmap --kind \"\"");
	for (unsigned int kind = 1; kind <= KINDS; kind++) {
		strcat(kinds, kind_name(kind));
		strcat(kinds, "\n");
	}
	assert_string_equal(offered, kinds);
	free(offered);
}

static void test_completion_lists(void **state)
{
	char *offered = complete("taskmap -o pid,mm_");

	(void)state;
	assert_string_equal(offered, "PID,MM_REFS\n");
	free(offered);
	offered = complete("taskmap -o +usern");
	assert_string_equal(offered, "+USERNS\n+USERNS_REFS\n");
	free(offered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_help_options),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_manual_defaults),
		cmocka_unit_test(test_manual_is_sound),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_completion_lists),
	};

	return cmocka_run_group_tests_name("docs", tests, NULL, NULL);
}
