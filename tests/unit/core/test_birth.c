// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Births of tasks, and changes between them and their creators since then.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "core/model.h"
#include "output/output.h"

static void add_set(FILE *out, const char *name, uint32_t set)
{
	char *words = resource_words(set, ",", RESOURCE_NAME);

	if (*words)
		fprintf(out, ", %s %s", name, words);
	free(words);
}

static void add_birth(FILE *out, const struct model *model, unsigned int task)
{
	const struct birth birth = model_birth(model, task);
	const char *name = birth_name(birth.flags);

	fprintf(out, "%d: ", model->tasks[task].pid);
	if (!birth.pid) {
		assert_int_equal(birth.creator, NO_TASK);
		fputs("unknown\n", out);
		return;
	}
	fprintf(out, "by %d%s with 0x%" PRIx64 "%s%s", birth.pid,
		birth.creator == NO_TASK ? ", not in the snapshot," : "",
		birth.flags, name ? ", like " : "", name ? name : "");
	if (birth.creator != NO_TASK)
		assert_int_equal(model->tasks[birth.creator].pid, birth.pid);
	if (birth.was_thread)
		fputs(", was a thread", out);
	if (birth.took_over)
		fputs(", or by the leader before it", out);
	add_set(out, "parted", birth.parted);
	add_set(out, "joined", birth.joined);
	add_set(out, "chosen", birth.chosen);
	fputc('\n', out);
}

GOLDEN_TEST(test_births, "core/birth")
{
	struct taskmap_record *rows = fixture_births();
	struct fixture fixture;

	fixture_init(&fixture, rows, fixture_births_count);
	for (unsigned int i = 0; i < fixture.model.count; i++)
		add_birth(to->file, &fixture.model, i);
	fixture_free(&fixture);
	free(rows);
}

/* Dead tasks hold nothing, which is not a change. */
TEST(test_dead)
{
	struct taskmap_record *rows = fixture_births();
	struct fixture fixture;
	struct birth birth;

	rows[9] = zombie(rows[9]);
	rows[9].ids[TASKMAP_PID_NS] = 0;
	fixture_init(&fixture, rows, fixture_births_count);
	birth = model_birth(&fixture.model, 9);
	assert_int_equal(birth.pid, 600);
	assert_int_equal(birth.parted | birth.joined | birth.chosen, 0);
	fixture_free(&fixture);
	free(rows);
}

/* A file of a module that did not record births. */
TEST(test_older_file)
{
	struct taskmap_record *rows = fixture_births();
	struct snapshot snap = fixture_snapshot_of(rows, fixture_births_count,
						   &fixture_older);
	struct model model;

	assert_int_equal(model_init(&model, &snap), 0);
	assert_int_equal(model.births_ns, 0);
	for (unsigned int i = 0; i < model.count; i++)
		assert_int_equal(model_birth(&model, i).pid, 0);
	model_free(&model);
	snapshot_free(&snap);
	free(rows);
}

TEST(test_resources)
{
	uint32_t all = 0;

	for (unsigned int bit = 0; bit < 64; bit++) {
		uint32_t set = birth_resources(1ULL << bit);

		assert_int_equal(set & (set - 1), 0);
		assert_int_equal(set & all, 0);
		all |= set;
		if (set)
			assert_string_equal(resources[__builtin_ctz(set)].flag,
					    clone_flag(bit));
	}
	for_each_resource(r)
		assert_int_equal(!resources[r].flag, !(all & BIT(r)));
}

int main(void)
{
	return run_all("birth", NULL, NULL);
}
