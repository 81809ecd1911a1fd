// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What two tasks share, and which flags of clone(2) create a task that shares
 * the same.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "core/model.h"
#include "output/output.h"

static void add_set(FILE *out, const char *name, uint32_t set, size_t word)
{
	char *words = resource_words(set, " ", word);

	if (*words)
		fprintf(out, "\t%s: %s\n", name, words);
	free(words);
}

/* Adds the whole relation of @task to @other. */
static void add_relation(FILE *out, struct model *model,
			 unsigned int task, unsigned int other)
{
	struct relation relation;
	const char *name;

	assert_int_equal(relate(model, task, other, &relation), 0);
	name = relation_name(&relation);
	add_set(out, "same", relation.same, RESOURCE_NAME);
	add_set(out, "flags", relation.flags, RESOURCE_FLAG);
	add_set(out, "needed", relation.needed, RESOURCE_FLAG);
	add_set(out, "untold", relation.untold, RESOURCE_FLAG);
	add_set(out, "beyond", relation.beyond, RESOURCE_NAME);
	fprintf(out, "\t%s%s%s%s\n",
		relation.possible ? "possible" : "impossible",
		relation.borrowed ? ", borrowed" : "",
		name ? ", like " : "", name ? name : "");
	/* A resource is shared, or separate, or one of the tasks holds none. */
	for_each_resource(r) {
		uint32_t apart = model_differ(model, task, other, r) ? BIT(r) : 0;

		assert_int_equal(relation.apart & BIT(r), apart);
		assert_false(relation.same & apart);
	}
}

GOLDEN_TEST(test_system, "core/relation-system")
{
	static const struct { int pid, other; } pairs[] = {
		{ 201, 200 }, { 200, 100 }, { 301, 300 }, { 501, 500 },
		{ 202, 200 },	/* has three own objects, one of them a namespace */
		{ 401, 400 },	/* a dead leader keeps signal handlers and group */
		{ 3, 2 },	/* two tasks without an object do not share it */
		{ 600, 200 },	/* no flag makes a kernel thread use an mm */
	};
	struct taskmap_record *rows = fixture_system();
	struct snapshot snap;
	struct model model;

	/* Like every POSIX thread. */
	rows[4].ids[TASKMAP_SYSVSEM] = rows[5].ids[TASKMAP_SYSVSEM] = 77;
	snap = fixture_snapshot(rows, fixture_system_count);
	assert_int_equal(model_init(&model, &snap), 0);
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		fprintf(to->file, "%d to %d\n", pairs[i].pid,
			pairs[i].other);
		add_relation(to->file, &model,
			     model_find(&model, pairs[i].pid),
			     model_find(&model, pairs[i].other));
	}
	model_free(&model);
	snapshot_free(&snap);
	free(rows);
}

/* A new task's objects, compared with those of its creator. */
struct change {
	const char *what;
	uint32_t same;
	uint32_t other;
	uint32_t none;		/* only its creator holds one */
	uint32_t neither;	/* neither holds one */
};

#define B(resource)	BIT(TASKMAP_##resource)

static const struct change changes[] = {
	{ "nothing", 0, 0, 0 },
	{ "other cred", 0, B(CRED), 0 },
	{ "same cred", B(CRED), 0, 0 },
	{ "other nsproxy", 0, B(NSPROXY), 0 },
	{ "other pid", 0, B(PID_NS), 0 },
	{ "other pid and nsproxy", 0, B(PID_NS) | B(NSPROXY), 0 },
	{ "other user", 0, B(USER_NS), 0 },
	/* Each rule by which clone(2) refuses flags. */
	{ "other user and fs", 0, B(USER_NS) | B(FS), 0 },
	{ "other cgroups", 0, B(CGROUPS), 0 },
	{ "same fs, other mnt", B(FS), B(MNT_NS) | B(NSPROXY), 0 },
	{ "same fs, other user", B(FS), B(USER_NS), 0 },
	{ "same sysvsem, other ipc", B(SYSVSEM), B(IPC_NS) | B(NSPROXY), 0 },
	{ "other mm", 0, B(MM), 0 },
	{ "only the maker has io", 0, 0, B(IO) },
	{ "same io", B(IO), 0, 0 },
	{ "other io", 0, B(IO), 0 },
	{ "no time, like its maker", 0, 0, 0, B(TIME_NS) },
	{ "no time nor other namespaces, like its maker", 0, 0, 0, ALL_NAMESPACES },
};

static void apply(const struct change *change, struct taskmap_record *maker,
		  struct taskmap_record *task)
{
	for_each_resource_in(change->same | change->other | change->none, r) {
		if (!maker->ids[r])
			maker->ids[r] = 5;
		task->ids[r] = change->same & BIT(r) ? maker->ids[r] :
			       change->other & BIT(r) ? maker->ids[r] ^ 1 : 0;
	}
	for_each_resource_in(change->neither, r)
		maker->ids[r] = task->ids[r] = 0;
}

GOLDEN_TEST(test_changes, "core/relation-changes")
{
	for (size_t i = 0; i < 2 * ARRAY_SIZE(changes); i++) {
		struct taskmap_record rows[2] = { process(10, 1, "maker") };
		struct snapshot snap;
		struct model model;

		rows[1] = i % 2 ? thread(&rows[0], 11) : process(11, 10, "task");
		apply(&changes[i / 2], &rows[0], &rows[1]);
		snap = fixture_snapshot(rows, 2);
		assert_int_equal(model_init(&model, &snap), 0);
		fprintf(to->file, "a %s with %s\n",
			i % 2 ? "thread" : "process", changes[i / 2].what);
		add_relation(to->file, &model, 1, 0);
		model_free(&model);
		snapshot_free(&snap);
	}
}

/* The help names each flag. A flag shares an object, or creates a namespace. */
TEST(test_flags)
{
	for_each_resource(r) {
		const char *flag = resources[r].flag;
		bool namespace = BIT(r) & ALL_NAMESPACES;

		assert_non_null(resources[r].noun);
		assert_true(!flag || strstr(resources[r].help, flag));
		assert_int_equal(namespace, flag && !resources[r].shared);
		assert_int_equal(!!resources[r].link, namespace ||
				 BIT(r) & CHILD_NAMESPACES);
	}
}

int main(void)
{
	return run_all("relation", NULL, NULL);
}
