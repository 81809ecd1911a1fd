// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap compare: which tasks hold the same objects.
 */
#include <limits.h>
#include <stdlib.h>

#include "command.h"
#include "command/compare.c"

TEST(test_matrix)
{
	static const char *const lines[] = {
		/* Letters follow the order of the arguments. */
		"$T compare -i $S 201 2 200 202 3 100 | awk '{ $1 = $1 } 1'",
		"$T compare -i $S 100 3 202 200 2 201 | awk '{ $1 = $1 } 1'",
		"$T compare -i $S -J 201 2 200 202 3 100",
		/*
		 * Tasks that borrow an mm, are dead, or were created by vfork
		 * or LinuxThreads.
		 */
		"$T compare -i $S 200 600 | tail -n 1 | awk '{ $1 = $1 } 1'",
		"$T compare -i $S 400 401 | tail -n 1 | awk '{ $1 = $1 } 1'",
		"$T compare -i $S 300 301 | tail -n 1 | awk '{ $1 = $1 } 1'",
		"$T compare -i $S 500 501 | tail -n 1 | awk '{ $1 = $1 } 1'",
		"$T compare -i $S 200 4711 201 4712 | tail -n 1 | awk '{ $1 = $1 } 1'",
		"$T compare -i $S 200 4711 >o; s=$?; tail -n 1 o; exit $s",
		NULL
	};
	struct taskmap_record *rows = fixture_system();

	expect_transcript("command/compare", rows, fixture_system_count, lines);
	free(rows);
}

TEST(test_births)
{
	static const char *const lines[] = {
		"$T compare -i $S 600 601 602 611 612 613 614 620 400 | sed -n '/^Relation/,$p' | awk '{ $1 = $1 } 1'",
		"$T compare -i $S 620 640 -J | grep -o '\"birth\":.*'",
		NULL
	};
	struct taskmap_record *rows = fixture_births();

	expect_transcript("command/compare-births", rows, fixture_births_count,
			  lines);
	free(rows);
}

/* No line is wider, and in a pipe each row is one line. */
TEST(test_terminal)
{
	static const char *const lines[] = {
		"script -qec 'stty cols 80; $T compare -i $S 600 601 611 612' /dev/null | tr -d '\\r' | awk 'length > 80 { print \"too wide:\" } { $1 = $1 } 1' | sed -n '/^Relation/,$p'",
		"script -qec 'stty cols 250; $T compare -i $S 600 601 611 612' /dev/null | tr -d '\\r' | tail -n 3 | awk '{ $1 = $1 } 1'",
		NULL
	};
	struct taskmap_record *rows;

	skip_without_terminal();
	rows = fixture_births();
	expect_transcript("command/compare-terminal", rows, fixture_births_count,
			  lines);
	free(rows);
}

/* Equal letters of a resource have one color, a letter of one task has none. */
TEST(test_colors)
{
	static const char *const lines[] = {
		"$T compare --color=always -i $S 600 601 611 612 602 | sed -n 's/\\x1b\\[38;5;/</g; s/ *\\x1b\\[0m/>/g; s/  */ /g; 2,8p; /^cred/p'",
		"$T compare --color=auto -i $S 600 601 611 | sed -n 's/\\x1b/</g; s/  */ /g; 2p'",
		"$T compare --color=always -J -i $S 600 601 611 | grep -c '\\x1b' || true",
		NULL
	};
	struct taskmap_record *rows = fixture_births();

	expect_transcript("command/compare-colors", rows, fixture_births_count,
			  lines);
	free(rows);
}

TEST(test_letters)
{
	static const struct {
		unsigned int number;
		const char *letters;
	} cases[] = {
		{ 0, "-" }, { 1, "A" }, { 2, "B" }, { 26, "Z" }, { 27, "AA" },
		{ 28, "AB" }, { 52, "AZ" }, { 53, "BA" }, { 702, "ZZ" },
		{ 703, "AAA" }, { UINT_MAX, "MWLQKWU" },
	};
	char out[LETTERS_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(put_letters(cases[i].number, out),
				    cases[i].letters);
}

int main(void)
{
	return run_all("compare", NULL, NULL);
}
