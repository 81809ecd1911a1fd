// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Checks that help, manual page and completion know every option, column and
 * rule.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fixture.h"

/* For their static tables. */
#include "command/drift.c"
#include "command/explain.c"

static const char *const commands[] = {
	"list", "groups", "explain", "compare", "graph", "diff", "drift",
	"verify", "save", "watch", "metrics", "sql", "help",
};

/* The commands with columns. */
static const struct {
	const char *command;
	const struct columns *columns;
	const char *defaults;	/* the manual's words before the default columns */
} tables[] = {
	{ "list", &task_columns, "The default columns are" },
	{ "groups", &object_columns, "The default columns of groups are" },
	{ "diff", &change_columns, "The default columns of diff are" },
	{ "drift", &finding_columns, "The default columns of drift are" },
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Whether @text contains @word as a whole word. */
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

/* A file of the reader, without troff's backslashes and fonts. */
static char *document(const char *name)
{
	char *file = xasprintf("../../userspace/%s", name);
	char *path = unit_path(file), *text, *to;
	size_t size;

	text = slurp(path, &size);
	assert_non_null(text);
	free(path);
	free(file);
	to = text;
	for (const char *from = text; *from; from++) {
		if (*from != '\\')
			*to++ = *from;
	}
	*to = '\0';
	return text;
}

static void expect_columns(const char *where, const char *text,
			   const struct columns *columns)
{
	for (size_t i = 0; i < column_count(columns); i++)
		expect_word(where, text, column_at(columns, i).name);
}

/* Each of the @wanted options that the help printed by @command has must be in @text. */
static void expect_options_of(const char *command, unsigned int wanted,
			      const char *where, const char *text)
{
	char *line = xasprintf("%s | grep -oE -- '^ (-.,|   ) --[a-z-]+' | "
			       "sed 's/.* //' | sort -u", command);
	char *options = output_of(line);
	unsigned int count = 0;
	char *rest, *option;

	for (option = strtok_r(options, "\n", &rest); option;
	     option = strtok_r(NULL, "\n", &rest), count++)
		expect_word(where, text, option);
	assert_int_equal(count, wanted);
	free(options);
	free(line);
}

/* Each option that some command takes must be in @text. */
static void expect_options(const char *where, const char *text)
{
	expect_options_of("for command in $($T --help | sed -n "
			  "'/^Commands:/,/^$/s/^ \\([a-z]*\\) .*/\\1/p'); do "
			  "$T $command --help; done", 32, where, text);
}

/* The help of each command fits on a screen; that of all may be a little longer. */
TEST(test_help)
{
	char *help = output_of("$T --help");

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		expect_word("help", help, commands[i]);
	free(help);
	help = output_of("for command in '' $($T --help | sed -n "
			 "'/^Commands:/,/^$/s/^ \\([a-z]*\\) .*/\\1/p'); do "
			 "$T $command --help | awk -v of=\"$command\" "
			 "'length > 80 || NR > (of ? 40 : 42) { print of, $0 }'; done");
	assert_string_equal(help, "");
	free(help);
}

TEST(test_manual)
{
	char *manual = document("man/taskmap.8");

	expect_options("taskmap.8", manual);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		expect_columns("taskmap.8", manual, tables[i].columns);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		expect_word("taskmap.8", manual, commands[i]);
	for (unsigned int kind = 1; kind <= KINDS; kind++)
		expect_word("taskmap.8", manual, kind_name(kind));
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
		expect_word("taskmap.8", manual, resources[r].key);
	for (enum topic topic = 0; topic < TOPICS; topic++)
		expect_word("taskmap.8", manual, topics[topic].key);
	for (size_t i = 0; i < ARRAY_SIZE(drift_rules); i++)
		expect_word("taskmap.8", manual, drift_rules[i]);
	expect_word("taskmap.8", manual, TASKMAP_VERSION);
	free(manual);
}

static void expect_defaults(const char *introduction,
			    const struct columns *columns)
{
	char *manual = document("man/taskmap.8");
	char *at = strstr(manual, introduction);
	char *end;

	assert_non_null(at);
	end = strstr(at, ".TP");
	*end = '\0';
	for (size_t i = 0; i < column_count(columns); i++) {
		const char *name = column_at(columns, i).name;

		if (has_word(at, name) != column_is_default(columns, name))
			fail_msg("taskmap.8 is wrong about %s", name);
	}
	free(manual);
}

/* The manual states the default columns. */
TEST(test_manual_defaults)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		expect_defaults(tables[i].defaults, tables[i].columns);
}

/* The manual names the columns that diff does not compare. */
TEST(test_manual_compared)
{
	char *manual = document("man/taskmap.8");
	char *at = strstr(manual, "the columns of\n.B list\nto compare");
	bool other;

	assert_non_null(at);
	*strstr(at, "ids of all resources except ACTIVE_MM") = '\0';
	for (size_t i = 0; i < column_count(&task_columns); i++) {
		const struct column column = column_at(&task_columns, i);
		bool compared = column_is_default(&compared_columns,
						  column.name);

		other = strstr(column.name, "_REFS") ||
			strstr(column.name, "_INODE") ||
			!strcmp(column.name, "ACTIVE_MM");
		if (i >= task_columns.own_count - 2 * TASKMAP_RESOURCES -
			 TASKMAP_NAMESPACES)
			assert_int_equal(compared, !other);
		else if (has_word(at, column.name) != compared)
			fail_msg("taskmap.8 is wrong about %s", column.name);
	}
	free(manual);
}

TEST(test_manual_is_sound)
{
	struct result result = run("", "command -v groff");
	bool missing = result.status;
	char *out;

	result_clear(&result);
	if (missing) {
		print_message("# SKIP no groff: install groff\n");
		skip();
	}
	out = output_of("groff -t -man -Tutf8 -ww $U/../../userspace/man/* "
			"2>&1 >/dev/null");
	assert_string_equal(out, "");
	free(out);
}

/* What the completion in bash offers for the last of @words. The first is the program. */
static char *complete(const char *words)
{
	char *line, *out;

	skip_without_proc();	/* where bash's <(...) finds its /dev/fd */
	line = xasprintf("command -v bash >/dev/null || exit 1; "
			 "bash -c '. $U/../../userspace/completion/bash/taskmap; "
			 "taskmap() { \"$T\" \"$@\"; }; taskmap-zoo() { \"$Z\" \"$@\"; }; "
			 "COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
			 "_taskmap; printf \"%%s\\n\" \"${COMPREPLY[@]}\"'", words);
	out = output_of(line);
	free(line);
	return out;
}

TEST(test_zoo)
{
	char *manual = document("man/taskmap-zoo.1");
	char *offered = complete("taskmap-zoo -");

	expect_options_of("$Z --help", 10, "taskmap-zoo.1", manual);
	expect_word("taskmap-zoo.1", manual, TASKMAP_VERSION);
	expect_options_of("$Z --help", 10, "completion", offered);
	free(offered);
	offered = output_of("$Z --help | awk 'length > 80'");
	assert_string_equal(offered, "");
	free(offered);
	free(manual);
}

TEST(test_completion)
{
	char *offered = complete("taskmap -");
	char kinds[64] = "";

	expect_options("completion", offered);
	free(offered);
	offered = complete("taskmap \"\"");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		expect_word("completion", offered, commands[i]);
	free(offered);
	offered = complete("taskmap -o \"\"");
	expect_columns("completion", offered, &task_columns);
	free(offered);
	offered = complete("taskmap --kind \"\"");
	for (unsigned int kind = 1; kind <= KINDS; kind++)
		strcat(strcat(kinds, kind_name(kind)), "\n");
	assert_string_equal(offered, kinds);
	free(offered);
}

/*
 * The result of @command with each of @options, one per line. It also gets as
 * many arguments as any command takes. This runs the reader without sanitizers,
 * which starts faster.
 */
static char *said_of_options(const char *command, const char *options)
{
	char *line, *said;

	setenv("OPTIONS", options, 1);
	assert_true(asprintf(&line, "for option in $OPTIONS; do "
			     "case $option in "
			     "--output|--compare|--sort|--filter) value==PID;; "
			     "--resources) value==mm;; "
			     "--kind) value==main;; "
			     "--user) value==root;; "
			     "--comm) value==init;; "
			     "--pid|--seed|--interval) value==1;; "
			     "--input|--database) value==/dev/null;; "
			     "*) value=;; esac; "
			     "for arguments in '' 1 '1 2'; do "
			     "${Z%%-zoo} %s \"$option$value\" $arguments 2>&1; "
			     "done; done | grep -a '^taskmap: ' || true",
			     command) > 0);
	said = output_of(line);
	free(line);
	return said;
}

/* Completion offers exactly the options that a command takes. */
TEST(test_completion_commands)
{
	char *offered = complete("taskmap groups \"\"");
	char *all = complete("taskmap --");

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
		expect_word("completion", offered, resources[r].key);
	free(offered);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		char *said = said_of_options(commands[i], all);
		char *line, *rest, *words = xstrdup(all);

		assert_true(asprintf(&line, "taskmap %s --", commands[i]) > 0);
		offered = complete(line);
		free(line);
		for (char *word = strtok_r(words, "\n", &rest); word;
		     word = strtok_r(NULL, "\n", &rest)) {
			assert_true(asprintf(&line, "%s does not take %s\n",
					     commands[i], word) > 0);
			if (has_word(offered, word) == !!strstr(said, line))
				fail_msg("completion of %s is wrong about %s",
					 commands[i], word);
			free(line);
		}
		free(offered);
		free(words);
		free(said);
	}
	free(all);
}

/* Completion offers lists, files and pids as arguments. */
TEST(test_completion_arguments)
{
	static const struct {
		const char *words, *want;
	} cases[] = {
		{ "taskmap graph --sv", "--svg\n" },
		{ "taskmap graph --resources sig", "sighand\nsignal\n" },
		{ "taskmap graph --resources sec", "seccomp\n" },
		{ "taskmap graph --resources = mm,f", "mm,files\nmm,fs\n" },
		{ "taskmap --output = PIDN",
		  "PIDNS\nPIDNS_REFS\nPIDNS_CHILDREN\nPIDNS_CHILDREN_REFS\n"
		  "PIDNS_INODE\nPIDNS_CHILDREN_INODE\n" },
		{ "taskmap --output = groups", "" },
		{ "taskmap --kind = pro", "process\n" },
		{ "taskmap --kind = pro gro", "groups\n" },
		{ "taskmap -k main groups sig", "sighand\nsignal\n" },
		{ "taskmap --kind main groups --al", "--all\n" },
		{ "taskmap --kind = main groups --al", "--all\n" },
		{ "taskmap --seed 7 verify --se", "--seed\n" },
		{ "taskmap --color = al", "always\n" },
		{ "taskmap --color = always gro", "groups\n" },
		{ "taskmap --color gro", "groups\n" },
		{ "taskmap --color = never groups --al", "--all\n" },
		{ "taskmap diff --compare = STAR", "START\n" },
		{ "taskmap diff /dev/nul", "/dev/null\n" },
		{ "taskmap save /dev/nul", "/dev/null\n" },
		{ "taskmap --input = /dev/nul", "/dev/null\n" },
		{ "taskmap -i /dev/nul", "/dev/null\n" },
		{ "taskmap watch --user roo", "root\n" },
		{ "taskmap watch --us", "--user\n" },
		{ "taskmap -u roo", "root\n" },
		{ "taskmap --sort = -pgi", "-pgid\n" },
		{ "taskmap groups -s holders,-out", "holders,-outside\n" },
		{ "taskmap watch /dev/nul", "" },
		{ "taskmap watch -- ls -", "" },
		{ "taskmap --seed 1", "" },
		/* Names of running tasks are offered, and none is as long. */
		{ "taskmap drift a-longer-name-than-any", "" },
		{ "taskmap gro", "groups\n" },
		{ "taskmap -o pid,mm_", "pid,mm_refs\n" },
		{ "taskmap -o +usern",
		  "+userns\n+userns_refs\n+userns_inode\n" },
		{ "taskmap groups -o out", "outside\n" },
		{ "taskmap diff -o WH", "WHAT\n" },
		{ "taskmap diff -c S", "SID\nS\nSTART\nSECCOMP_MODE\nSHARES\n"
		  "SIGHAND\nSIGHAND_REFS\nSIGNAL\nSIGNAL_REFS\nSYSVSEM\n"
		  "SYSVSEM_REFS\nSECCOMP\nSECCOMP_REFS\n" },
		{ "taskmap-zoo l", "list\nlinuxthreads\nleader-apart\n" },
		{ "taskmap-zoo fork v", "vfork\n" },
		{ "taskmap-zoo fork li", "linuxthreads\n" },
		{ "taskmap-zoo cost f", "" },
		{ "taskmap-zoo q", "quiz\n" },
		{ "taskmap-zoo quiz -", "--seed\n--version\n--help\n" },
		{ "taskmap-zoo quiz --seed 7 --s", "--seed\n" },
		{ "taskmap-zoo quiz --seed = 7 --s", "--seed\n" },
		{ "taskmap-zoo quiz --seed l", "" },
		{ "taskmap-zoo list -", "--all\n--version\n--help\n" },
		{ "taskmap-zoo fork --g", "--guide\n" },
		{ "taskmap-zoo fork --s", "" },
		{ "taskmap-zoo cost -n \"\"", "" },
		{ "taskmap-zoo cost --svg /dev/nul", "/dev/null\n" },
		{ "taskmap-zoo cost --svg = /dev/nul", "/dev/null\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *offered = complete(cases[i].words);

		if (strcmp(offered, *cases[i].want ? cases[i].want : "\n"))
			fail_msg("completion of \"%s\" offers\n%s", cases[i].words, offered);
		free(offered);
	}
}

/* If /proc is mounted, there is at least one pid. */
TEST(test_completion_pids)
{
	static const char *const lines[] = {
		"taskmap -p ", "taskmap --pid = ", "taskmap explain ",
		"taskmap compare 1,", "taskmap graph ", "taskmap verify ",
	};

	skip_without_proc();
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		bool list = strchr(lines[i], ',');
		char *words, *offered;

		assert_true(asprintf(&words, "%s%s", lines[i],
				     list ? "" : "\"\"") > 0);
		offered = complete(words);
		expect_word(lines[i], offered, list ? "1,1" : "1");
		free(offered);
		free(words);
	}
}

int main(void)
{
	return run_all("docs", NULL, NULL);
}
