// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The model of all tasks: groups, numbers and the tree; and filters.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* The model of fixture_system(). */
static struct fixture whole;
static const struct model *const model = &whole.model;

static int setup(void **state)
{
	struct taskmap_record *rows = fixture_system();

	(void)state;
	fixture_init(&whole, rows, fixture_system_count);
	free(rows);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_free(&whole);
	return 0;
}

static unsigned int number(const struct fixture *set, int pid,
			   enum taskmap_resource resource)
{
	return model_number(&set->model, model_find(&set->model, pid),
			    resource);
}

TEST(test_find)
{
	assert_int_equal(model_find(model, 1), 0);
	assert_int_equal(model_find(model, 702), fixture_system_count - 1);
	assert_int_equal(model_find(model, 4), NO_TASK);
	assert_int_equal(model_find(model, 0), NO_TASK);
	assert_int_equal(model_find(model, 100000), NO_TASK);
}

TEST(test_threads)
{
	unsigned int leader = model_find(model, 200);
	unsigned int member = model_find(model, 203);

	assert_int_equal(model_threads(model, leader).count, 4);
	assert_ptr_equal(model_threads(model, leader).tasks,
			 model_threads(model, member).tasks);
	assert_int_equal(model_leader(model, member), leader);
	assert_int_equal(model_leader(model, leader), leader);
	assert_int_equal(model_parent(model, member), model_find(model, 100));
}

TEST(test_groups)
{
	const struct group server =
		model_group(model, model_find(model, 201), TASKMAP_MM);
	struct members members = server.holders;

	/* Tasks 200 to 203, and the kernel thread that borrows the mm. */
	assert_int_equal(server.users.count, 1);
	assert_int_equal(server.users.lowest[0], 200);
	assert_int_equal(members.count, 5);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(members.tasks[i],
				 model_find(model, 200 + (int)i));
	assert_int_equal(model_run(model, members, 1).count, 3);
	assert_int_equal(model_run(model, members, 4).count, 1);
}

TEST(test_none_is_no_group)
{
	unsigned int kthreadd = model_find(model, 2);

	assert_int_equal(model_group(model, kthreadd, TASKMAP_MM).holders.count, 0);
	assert_int_equal(model->holders[TASKMAP_SYSVSEM].count, 0);
	assert_false(model_same(model, kthreadd, model_find(model, 3),
				TASKMAP_MM));
}

/* Numbers are in the order of pids, whatever the ids are. */
TEST(test_short_ids_against_id_order)
{
	struct taskmap_record rows[4];
	struct fixture set;

	for (int i = 0; i < 4; i++) {
		rows[i] = process(10 + i, 0, "x");
		rows[i].ids[TASKMAP_MM] = 1000U - (unsigned int)i;
	}
	rows[3].ids[TASKMAP_MM] = 1000;
	fixture_init(&set, rows, 4);
	assert_int_equal(number(&set, 10, TASKMAP_MM), 1);
	assert_int_equal(number(&set, 11, TASKMAP_MM), 2);
	assert_int_equal(number(&set, 12, TASKMAP_MM), 3);
	assert_int_equal(number(&set, 13, TASKMAP_MM), 1);
	fixture_free(&set);
}

/* Numbers do not depend on the order of requests, and do not change. */
TEST(test_numbers_alone)
{
	struct model again;

	assert_int_equal(model_init(&again, &whole.snap), 0);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(model_number_all(&again, BIT(TASKMAP_MM)), 0);
		for (unsigned int i = 0; i < again.count; i++)
			assert_int_equal(model_number(&again, i, TASKMAP_MM),
					 model_number(model, i, TASKMAP_MM));
		assert_null(again.holders[TASKMAP_FS].number);
		if (round == 1)
			assert_int_equal(model_group_all(&again,
							 BIT(TASKMAP_MM)), 0);
	}
	assert_int_equal(model_group(&again, model_find(&again, 201),
				     TASKMAP_MM).holders.count, 5);
	model_free(&again);
}

/*
 * A thread group is one user, wherever its threads are. Kernel threads are not
 * users.
 */
TEST(test_users)
{
	struct taskmap_record rows[6] = { process(5, 0, "x"), process(6, 0, "y") };
	struct fixture set;
	struct group group;

	rows[2] = thread(&rows[0], 7);
	rows[3] = thread(&rows[1], 8);
	rows[4] = kthread(9, "z");
	rows[5] = thread(&rows[0], 10);
	for (int i = 0; i < 6; i++)
		rows[i].ids[TASKMAP_MM] = 77;
	fixture_init(&set, rows, 6);
	group = model_group(&set.model, 0, TASKMAP_MM);
	assert_int_equal(group.holders.count, 6);
	assert_int_equal(group.users.count, 2);
	assert_int_equal(group.users.lowest[0], 5);
	assert_int_equal(group.users.lowest[1], 6);
	assert_int_equal(model_others(&set.model, 4, TASKMAP_MM).count, 2);
	assert_int_equal(model_others(&set.model, 4, TASKMAP_MM).tgid, 5);
	assert_int_equal(model_others(&set.model, 5, TASKMAP_MM).count, 1);
	assert_int_equal(model_others(&set.model, 5, TASKMAP_MM).tgid, 6);
	assert_int_equal(model_others(&set.model, 3, TASKMAP_MM).tgid, 5);
	assert_int_equal(model_others(&set.model, 3, TASKMAP_IO).count, 0);
	fixture_free(&set);
}

/*
 * A vfork child and its threads, even with lower pids, do not share the mm as
 * equals. They do share other objects as equals.
 */
TEST(test_equals)
{
	const uint32_t both = BIT(TASKMAP_MM) | BIT(TASKMAP_FILES);
	struct taskmap_record rows[4] = {
		[1] = process(5, 1, "x"),
		[2] = process(6, 1, "y"),
		[3] = process(7, 5, "z"),
	};
	struct others others;
	struct fixture set;

	rows[3].marks = TASKMAP_MARK_VFORK;
	rows[0] = thread(&rows[3], 3);
	rows[0].marks = 0;
	for (int i = 0; i < 4; i++) {
		rows[i].ids[TASKMAP_MM] = 77;
		rows[i].ids[TASKMAP_FILES] = 88;
	}
	fixture_init(&set, rows, 4);
	assert_int_equal(model_equals(&set.model, 0, TASKMAP_MM).count, 0);
	assert_int_equal(model_equals(&set.model, 3, TASKMAP_MM).count, 0);
	assert_int_equal(model_equals(&set.model, 3, TASKMAP_FILES).count, 2);
	assert_int_equal(model_alike(&set.model, 1, both, model_others,
				     &others), both);
	assert_int_equal(others.count, 2);
	assert_int_equal(others.tgid, 6);
	assert_int_equal(model_alike(&set.model, 1, both, model_equals,
				     &others), BIT(TASKMAP_MM));
	assert_int_equal(others.count, 1);
	assert_int_equal(others.tgid, 6);
	assert_int_equal(model_alike(&set.model, 1, 0, model_equals,
				     &others), 0);
	fixture_free(&set);
}

/* The leader has ended and is missing: its pid is lower than all others. */
TEST(test_order_without_leader)
{
	struct taskmap_record rows[3] = {
		process(10, 0, "a"), process(20, 0, "b"), process(50, 0, "c"),
	};
	struct group first;
	struct fixture set;

	rows[2].tgid = 2;
	rows[2].kind = TASKMAP_THREAD;
	rows[2].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	/* In the order of ids it would be the first. */
	rows[1].ids[TASKMAP_MM] = 1;
	fixture_init(&set, rows, 3);
	assert_int_equal(set.model.holders[TASKMAP_MM].count, 2);
	assert_int_equal(number(&set, 10, TASKMAP_MM), 1);
	assert_int_equal(number(&set, 20, TASKMAP_MM), 2);
	assert_int_equal(number(&set, 50, TASKMAP_MM), 1);
	first = model_group(&set.model, 0, TASKMAP_MM);
	assert_int_equal(first.earliest, 0);
	assert_int_equal(first.users.lowest[0], 2);
	assert_int_equal(*first.holders.tasks, 2);
	fixture_free(&set);
}

TEST(test_leader_missing)
{
	struct taskmap_record rows[2] = { process(5, 0, "x") };
	struct fixture set;

	rows[1] = thread(&rows[0], 7);
	rows[0] = thread(&rows[0], 6);
	fixture_init(&set, rows, 2);
	assert_int_equal(model_leader(&set.model, 0), NO_TASK);
	assert_int_equal(model_threads(&set.model, 1).count, 2);
	fixture_free(&set);
}

/* A parent that is not a leader is ignored: only an inconsistent set has one. */
TEST(test_parent_is_thread)
{
	struct taskmap_record rows[3] = { process(5, 0, "x") };
	struct fixture set;

	rows[1] = thread(&rows[0], 6);
	rows[2] = process(7, 6, "y");
	fixture_init(&set, rows, 3);
	assert_int_equal(model_parent(&set.model, 2), NO_TASK);
	fixture_free(&set);
}

static void expect_parents(const struct taskmap_record rows[4],
			   const bool shown[4], const unsigned int want[4])
{
	unsigned int *parents;
	struct fixture set;

	fixture_init(&set, rows, 4);
	parents = tree_parents(&set.model, shown);
	assert_non_null(parents);
	for (unsigned int i = 0; i < 4; i++) {
		if (shown[i])
			assert_int_equal(parents[i], want[i]);
	}
	free(parents);
	fixture_free(&set);
}

TEST(test_tree)
{
	const unsigned int complete[] = { NO_TASK, 0, 1, 1 };
	const unsigned int part[] = { NO_TASK, 0, NO_TASK, NO_TASK };
	const bool all[] = { true, true, true, true };
	const bool some[] = { true, false, true, true };
	struct taskmap_record rows[4] = {
		process(1, 0, "init"), process(5, 1, "x"),
	};

	rows[2] = thread(&rows[1], 6);
	rows[3] = process(7, 5, "child");
	expect_parents(rows, all, complete);
	expect_parents(rows, some, part);
}

TEST(test_tree_rings)
{
	/* 1 is its own parent, 2 and 3 are each other's, 4 is a child of that ring */
	const struct taskmap_record rows[] = {
		process(1, 1, "self"), process(2, 3, "a"),
		process(3, 2, "b"), process(4, 2, "c"),
	};
	const bool all[] = { true, true, true, true };
	const unsigned int want[] = { NO_TASK, 2, NO_TASK, 1 };

	expect_parents(rows, all, want);
}

static unsigned int depth_of(const unsigned int *parents, unsigned int task)
{
	unsigned int depth = 1;

	for (; parents[task] != NO_TASK; task = parents[task])
		depth++;
	return depth;
}

TEST(test_tree_deep)
{
	enum { COUNT = 2000 };
	struct taskmap_record *rows = xcalloc(COUNT, sizeof(*rows));
	bool *all = xcalloc(COUNT, sizeof(*all));
	unsigned int *parents;
	struct fixture set;

	for (int i = 0; i < COUNT; i++) {
		rows[i] = process(i + 1, i, "x");
		all[i] = true;
	}
	fixture_init(&set, rows, COUNT);
	parents = tree_parents(&set.model, all);
	assert_int_equal(depth_of(parents, 5), 6);
	assert_int_equal(depth_of(parents, TREE_DEPTH - 1), TREE_DEPTH);
	assert_int_equal(depth_of(parents, COUNT - 1), TREE_DEPTH);
	free(parents);
	fixture_free(&set);
	free(all);
	free(rows);
}

/* Expects exactly the tasks of @pids, which end with 0, and then @missing pids. */
static void expect_chosen(const struct fixture *set, const struct filter *filter,
			  const int *pids, const int *missing)
{
	struct chosen chosen;
	size_t m = 0;

	assert_int_equal(filter_apply(filter, &set->model, &chosen), 0);
	for (unsigned int i = 0; i < set->model.count; i++) {
		bool want = *pids == set->model.tasks[i].pid;

		assert_int_equal(chosen.tasks[i], want);
		pids += want;
	}
	assert_int_equal(*pids, 0);
	for (; missing[m]; m++)
		assert_int_equal(chosen.missing[m]->pid, missing[m]);
	assert_int_equal(chosen.missing_count, m);
	free(chosen.tasks);
	free(chosen.missing);
}

TEST(test_filter)
{
	struct wanted asked[] = {
		{ .pid = 4712 }, { .pid = 200 }, { .pid = 401 }, { .pid = 8 },
	};
	const struct filter filter = {
		.tasks = asked, .task_count = ARRAY_SIZE(asked),
		.kinds = BIT(TASKMAP_MAIN) | BIT(TASKMAP_THREAD),
	};

	/* Without worker 203, and 401 without its group. */
	expect_chosen(&whole, &filter, (int[]){ 200, 201, 202, 401, 0 },
		      (int[]){ 4712, 8, 0 });
}

/* A thread can match two pids, one of them that of its missing leader. */
TEST(test_filter_without_leader)
{
	struct taskmap_record row = process(5, 0, "x");
	struct wanted asked[] = { { .pid = 5 }, { .pid = 7 } };
	const struct filter filter = { .tasks = asked, .task_count = 2 };
	struct fixture set;

	row = thread(&row, 7);
	fixture_init(&set, &row, 1);
	expect_chosen(&set, &filter, (int[]){ 7, 0 }, (int[]){ 0 });
	fixture_free(&set);
}

/* Names, also of one thread, with all conditions together. */
TEST(test_filter_names)
{
	struct taskmap_record rows[5] = {
		process(1, 0, "init"), process(2, 1, "shell"),
		process(5, 1, "kworker/0:1"), process(6, 1, "shell"),
	};
	struct wanted asked[] = {
		{ .name = "shell" }, { .name = "kworker/0:1" }, { .name = "sh" },
	};
	uint32_t user = 1000;
	struct filter filter = { .tasks = asked, .task_count = 3 };
	struct chosen chosen;
	struct fixture set;

	rows[4] = thread(&rows[1], 7);
	strcpy(rows[4].comm, "helper");
	rows[3].euid = user;
	fixture_init(&set, rows, 5);
	assert_int_equal(filter_apply(&filter, &set.model, &chosen), 0);
	assert_int_equal(chosen.missing_count, 1);
	assert_ptr_equal(chosen.missing[0], &asked[2]);
	free(chosen.tasks);
	free(chosen.missing);

	/* A name stands for pids, so it includes threads with other names. */
	filter.task_count = 2;
	expect_chosen(&set, &filter, (int[]){ 2, 5, 6, 7, 0 }, (int[]){ 0 });
	filter.names = asked;
	filter.name_count = 1;
	expect_chosen(&set, &filter, (int[]){ 2, 6, 0 }, (int[]){ 0 });
	filter.users = &user;
	filter.user_count = 1;
	expect_chosen(&set, &filter, (int[]){ 6, 0 }, (int[]){ 0 });
	set.model.scalars = offsetof(struct taskmap_record, euid);
	expect_chosen(&set, &filter, (int[]){ 0 }, (int[]){ 0 });
	fixture_free(&set);
}

/* A kind without a name matches no filter. */
TEST(test_filter_unknown_kind)
{
	const struct filter filter = {
		.kinds = BIT(TASKMAP_PROCESS) | BIT(TASKMAP_KTHREAD),
	};
	struct taskmap_record rows[3] = {
		process(1, 0, "x"), process(2, 0, "y"), process(3, 0, "z"),
	};
	struct fixture set;

	rows[1].kind = TASKMAP_KTHREAD + 1;
	/* A shift by this kind would wrap to the bit of process. */
	rows[2].kind = TASKMAP_PROCESS + 32;
	fixture_init(&set, rows, 3);
	expect_chosen(&set, &filter, (int[]){ 1, 0 }, (int[]){ 0 });
	fixture_free(&set);
}

int main(void)
{
	return run_all("model", setup, teardown);
}
