// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What the reader concludes from all tasks: groups, SHARES, NOTE, the tree.
 */
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "fixture.h"
#include "model.h"
#include "notes.h"
#include "tree.h"

struct set {
	struct snapshot snap;
	struct model model;
};

static void set_init(struct set *set, const struct taskmap_record *rows,
		     size_t count)
{
	set->snap = fixture_snapshot(rows, count);
	model_init(&set->model, &set->snap);
}

static void set_free(struct set *set)
{
	model_free(&set->model);
	snapshot_free(&set->snap);
}

static int setup(void **state)
{
	struct set *set = xcalloc(1, sizeof(*set));
	struct taskmap_record *rows = fixture_system();

	set_init(set, rows, fixture_system_count);
	free(rows);
	*state = set;
	return 0;
}

static int teardown(void **state)
{
	set_free(*state);
	free(*state);
	return 0;
}

static void expect_shares(struct set *set, int pid, const char *want)
{
	char text[NOTES_SIZE];

	notes_shares(&set->model, model_find(&set->model, pid), text);
	assert_string_equal(text, want);
}

static void expect_note(struct set *set, int pid, const char *want)
{
	char text[NOTES_SIZE];

	notes_oddities(&set->model, model_find(&set->model, pid), text);
	assert_string_equal(text, want);
}

static unsigned int number(struct set *set, int pid,
			   enum taskmap_resource resource)
{
	return model_holders(&set->model, resource)
		->number[model_find(&set->model, pid)];
}

static void test_find(void **state)
{
	const struct model *model = &((struct set *)*state)->model;

	assert_int_equal(model_find(model, 1), 0);
	assert_int_equal(model_find(model, 702), fixture_system_count - 1);
	assert_int_equal(model_find(model, 4), NO_TASK);
	assert_int_equal(model_find(model, 0), NO_TASK);
	assert_int_equal(model_find(model, 100000), NO_TASK);
}

static void test_threads(void **state)
{
	const struct model *model = &((struct set *)*state)->model;
	unsigned int leader = model_find(model, 200);
	unsigned int member = model_find(model, 203);

	assert_int_equal(model_threads(model, leader)->count, 4);
	assert_ptr_equal(model_threads(model, leader),
			 model_threads(model, member));
	assert_int_equal(model_leader(model, member), leader);
	assert_int_equal(model_leader(model, leader), leader);
	assert_int_equal(model_parent(model, member), model_find(model, 100));
}

static void test_groups(void **state)
{
	struct set *set = *state;
	const struct grouping *mm = model_holders(&set->model, TASKMAP_MM);
	const struct group *server = grouping_of(mm, model_find(&set->model, 201));

	/* 200 to 203, and the kernel thread that borrows it. */
	assert_int_equal(server->count, 5);
	assert_int_equal(server->users, 1);
	assert_int_equal(server->lowest[0], 200);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(mm->members[server->first + i],
				 model_find(&set->model, 200 + (int)i));
}

static void test_none_is_no_group(void **state)
{
	struct set *set = *state;
	unsigned int kthreadd = model_find(&set->model, 2);

	assert_null(grouping_of(model_holders(&set->model, TASKMAP_MM),
				kthreadd));
	assert_int_equal(model_holders(&set->model, TASKMAP_SYSVSEM)->count, 0);
	assert_false(model_same(&set->model, kthreadd,
				model_find(&set->model, 3), TASKMAP_MM));
}

/* In order of pid, whatever the ids are. */
static void test_short_ids(void **state)
{
	struct set *set = *state;

	assert_int_equal(number(set, 1, TASKMAP_MM), 1);
	assert_int_equal(number(set, 2, TASKMAP_MM), 0);
	assert_int_equal(number(set, 100, TASKMAP_MM), 2);
	assert_int_equal(number(set, 200, TASKMAP_MM), 3);
	assert_int_equal(number(set, 600, TASKMAP_MM), 3);
	assert_int_equal(number(set, 300, TASKMAP_MM), 4);
	assert_int_equal(number(set, 1, TASKMAP_NET_NS), 1);
	assert_int_equal(number(set, 202, TASKMAP_NET_NS), 2);
}

static void test_short_ids_against_id_order(void **state)
{
	struct taskmap_record rows[4];
	struct set set;

	(void)state;
	for (int i = 0; i < 4; i++) {
		rows[i] = process(10 + i, 0, "x");
		rows[i].ids[TASKMAP_MM] = 1000U - (unsigned int)i;
	}
	rows[3].ids[TASKMAP_MM] = 1000;
	set_init(&set, rows, 4);
	assert_int_equal(number(&set, 10, TASKMAP_MM), 1);
	assert_int_equal(number(&set, 11, TASKMAP_MM), 2);
	assert_int_equal(number(&set, 12, TASKMAP_MM), 3);
	assert_int_equal(number(&set, 13, TASKMAP_MM), 1);
	set_free(&set);
}

static void test_shares(void **state)
{
	struct set *set = *state;

	expect_shares(set, 1, "");	/* its parent is not there */
	expect_shares(set, 2, "");
	expect_shares(set, 3, "files,fs");
	expect_shares(set, 100, "");
	expect_shares(set, 201, "vm,files,fs,sighand,thread");
	expect_shares(set, 202, "vm,sighand,thread");
	expect_shares(set, 203, "vm,files,fs,sighand,thread");
	expect_shares(set, 301, "vm");
	expect_shares(set, 401, "sighand,thread");
	expect_shares(set, 501, "vm,files,fs,sighand");
}

static void test_shares_all(void **state)
{
	struct taskmap_record rows[2] = { process(5, 0, "x") };
	struct set set;

	(void)state;
	rows[0].ids[TASKMAP_IO] = 77;
	rows[0].ids[TASKMAP_SYSVSEM] = 78;
	rows[1] = thread(&rows[0], 6);
	set_init(&set, rows, 2);
	expect_shares(&set, 6, "vm,files,fs,sighand,thread,io,sysvsem");
	set_free(&set);
}

static void test_notes(void **state)
{
	struct set *set = *state;

	expect_note(set, 1, "");
	expect_note(set, 3, "");
	expect_note(set, 200, "");
	expect_note(set, 201, "");
	expect_note(set, 202, "own files; own fs; own net ns");
	expect_note(set, 203, "");
	expect_note(set, 300, "mm shared with 301");
	expect_note(set, 301, "vfork, borrows mm of 300");
	expect_note(set, 400, "leader dead, 2 threads live");
	expect_note(set, 401, "");
	expect_note(set, 600, "borrowed mm");
}

static void test_linuxthreads(void **state)
{
	struct set *set = *state;

	expect_note(set, 500, "mm,files,fs shared with 501 and 1 more");
	expect_note(set, 502, "mm,files,fs shared with 500 and 1 more");
}

static void test_own_everything(void **state)
{
	struct taskmap_record rows[2] = { process(5, 0, "x") };
	struct set set;

	(void)state;
	rows[1] = thread(&rows[0], 6);
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
		rows[1].ids[r] ^= r == TASKMAP_IO || r == TASKMAP_SYSVSEM ? 0 : 1;
	set_init(&set, rows, 2);
	expect_note(&set, 6, "own files; own fs; own cred; own uts ns; "
		    "own ipc ns; own mnt ns; own pid ns; own net ns; "
		    "own time ns; own cgroup ns; own user ns");
	set_free(&set);
}

/* The parent was chosen by CLONE_PARENT and has nothing to do with the mm. */
static void test_vfork_clone_parent(void **state)
{
	struct taskmap_record rows[3] = {
		process(5, 0, "shell"), process(6, 5, "make"),
		process(7, 5, "make"),
	};
	struct set set;

	(void)state;
	rows[2].ids[TASKMAP_MM] = rows[1].ids[TASKMAP_MM];
	rows[2].marks = TASKMAP_MARK_VFORK;
	set_init(&set, rows, 3);
	expect_note(&set, 7, "vfork, borrows mm of 6");
	expect_note(&set, 6, "mm shared with 7");
	set_free(&set);
}

static void test_vfork_parent_missing(void **state)
{
	struct taskmap_record row = process(7, 5, "make");
	struct set set;

	(void)state;
	row.marks = TASKMAP_MARK_VFORK;
	set_init(&set, &row, 1);
	expect_note(&set, 7, "vfork, borrows mm of 5");
	set_free(&set);
}

/* A vfork child made another: each borrows from its own parent. */
static void test_vfork_chain(void **state)
{
	struct taskmap_record rows[3] = {
		process(5, 0, "a"), process(6, 5, "b"), process(7, 6, "c"),
	};
	struct set set;

	(void)state;
	for (int i = 1; i < 3; i++) {
		rows[i].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
		rows[i].marks = TASKMAP_MARK_VFORK;
	}
	set_init(&set, rows, 3);
	expect_note(&set, 6, "vfork, borrows mm of 5");
	expect_note(&set, 7, "vfork, borrows mm of 6");
	set_free(&set);
	/* Its parent not seen, nothing says that it was another. */
	rows[1] = rows[2];
	set_init(&set, rows, 2);
	expect_note(&set, 7, "vfork, borrows mm of 6");
	set_free(&set);
}

/* What only a torn set has: whose mm it was is gone, or never was. */
static void test_vfork_alone(void **state)
{
	struct taskmap_record rows[2] = {
		process(5, 0, "shell"), process(7, 5, "make"),
	};
	struct set set;

	(void)state;
	rows[1].marks = TASKMAP_MARK_VFORK;
	set_init(&set, rows, 2);
	expect_note(&set, 7, "vfork, borrows mm of 5");
	set_free(&set);
	rows[1].kind = TASKMAP_KTHREAD;
	rows[0].ids[TASKMAP_MM] = rows[1].ids[TASKMAP_MM];
	set_init(&set, rows, 2);
	expect_note(&set, 7, "vfork, borrows mm of 5; borrowed mm");
	set_free(&set);
}

/* Objects that are shared with the same, but not with the same number. */
static void test_shared_with_others(void **state)
{
	struct taskmap_record rows[3] = {
		process(5, 0, "x"), process(6, 0, "x"), process(7, 0, "x"),
	};
	struct set set;

	(void)state;
	rows[1].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	rows[1].ids[TASKMAP_FILES] = rows[0].ids[TASKMAP_FILES];
	rows[2].ids[TASKMAP_FILES] = rows[0].ids[TASKMAP_FILES];
	rows[2].ids[TASKMAP_FS] = rows[0].ids[TASKMAP_FS];
	set_init(&set, rows, 3);
	expect_note(&set, 5, "mm shared with 6; files shared with 6 and 1 more; "
		    "fs shared with 7");
	expect_note(&set, 6, "mm shared with 5; files shared with 5 and 1 more");
	expect_note(&set, 7, "files shared with 5 and 1 more; fs shared with 5");
	set_free(&set);
}

/* A thread group is one user, however its threads are spread; no kernel thread is. */
static void test_users(void **state)
{
	struct taskmap_record rows[6] = { process(5, 0, "x"), process(6, 0, "y") };
	struct set set;
	const struct group *group;

	(void)state;
	rows[2] = thread(&rows[0], 7);
	rows[3] = thread(&rows[1], 8);
	rows[4] = kthread(9, "z");
	rows[5] = thread(&rows[0], 10);
	for (int i = 0; i < 6; i++)
		rows[i].ids[TASKMAP_MM] = 77;
	set_init(&set, rows, 6);
	group = grouping_of(model_holders(&set.model, TASKMAP_MM), 0);
	assert_int_equal(group->count, 6);
	assert_int_equal(group->users, 2);
	assert_int_equal(group->lowest[0], 5);
	assert_int_equal(group->lowest[1], 6);
	assert_int_equal(model_others(&set.model, 4, TASKMAP_MM).count, 2);
	assert_int_equal(model_others(&set.model, 4, TASKMAP_MM).tgid, 5);
	assert_int_equal(model_others(&set.model, 5, TASKMAP_MM).count, 1);
	assert_int_equal(model_others(&set.model, 5, TASKMAP_MM).tgid, 6);
	assert_int_equal(model_others(&set.model, 3, TASKMAP_MM).tgid, 5);
	assert_int_equal(model_others(&set.model, 3, TASKMAP_IO).count, 0);
	set_free(&set);
}

/* The leader died and was not seen: its pid is lower than all in the set. */
static void test_order_without_leader(void **state)
{
	struct taskmap_record rows[3] = {
		process(10, 0, "a"), process(20, 0, "b"), process(50, 0, "c"),
	};
	struct set set;
	const struct grouping *mm;

	(void)state;
	rows[2].tgid = 2;
	rows[2].kind = TASKMAP_THREAD;
	rows[2].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	/* By id it would be the first. */
	rows[1].ids[TASKMAP_MM] = 1;
	set_init(&set, rows, 3);
	mm = model_holders(&set.model, TASKMAP_MM);
	assert_int_equal(mm->count, 2);
	assert_int_equal(number(&set, 10, TASKMAP_MM), 1);
	assert_int_equal(number(&set, 20, TASKMAP_MM), 2);
	assert_int_equal(number(&set, 50, TASKMAP_MM), 1);
	assert_int_equal(mm->groups[0].earliest, 0);
	assert_int_equal(mm->groups[0].lowest[0], 2);
	assert_int_equal(mm->members[mm->groups[0].first], 2);
	set_free(&set);
}

/* Of what the dead leader has no more, no thread has one of its own. */
static void test_own_of_dead_leader(void **state)
{
	struct taskmap_record rows[2] = { process(5, 0, "x") };
	struct set set;

	(void)state;
	rows[1] = thread(&rows[0], 6);
	rows[1].ids[TASKMAP_FILES] = 99;
	rows[1].ids[TASKMAP_UTS_NS] = 99;
	rows[0].ids[TASKMAP_FILES] = 0;
	set_init(&set, rows, 2);
	expect_note(&set, 6, "own uts ns");
	set_free(&set);
	rows[0].ids[TASKMAP_FILES] = 98;
	rows[1].ids[TASKMAP_FILES] = 0;
	set_init(&set, rows, 2);
	expect_note(&set, 6, "own uts ns");
	set_free(&set);
}

static void test_dead(void **state)
{
	struct taskmap_record rows[3] = {
		zombie(process(5, 0, "one")), process(6, 0, "two"),
	};
	struct set set;

	(void)state;
	/* A zombie alone is the textbook case; so is one whose threads died. */
	set_init(&set, rows, 1);
	expect_note(&set, 5, "");
	set_free(&set);
	rows[2] = thread(&rows[1], 7);
	rows[1] = zombie(rows[1]);
	set_init(&set, rows + 1, 2);
	expect_note(&set, 6, "leader dead, 1 thread live");
	set_free(&set);
	rows[2].state = 'X';
	set_init(&set, rows + 1, 2);
	expect_note(&set, 6, "");
	/* Nor is a thread that died before the others. */
	expect_note(&set, 7, "");
	set_free(&set);
	rows[1].state = 'S';
	set_init(&set, rows + 1, 2);
	expect_note(&set, 7, "");
	set_free(&set);
}

static void test_leader_missing(void **state)
{
	struct taskmap_record rows[2] = { process(5, 0, "x") };
	struct set set;

	(void)state;
	rows[1] = thread(&rows[0], 7);
	rows[0] = thread(&rows[0], 6);
	set_init(&set, rows, 2);
	assert_int_equal(model_leader(&set.model, 0), NO_TASK);
	assert_int_equal(model_threads(&set.model, 1)->count, 2);
	expect_shares(&set, 6, "");
	expect_note(&set, 6, "");
	set_free(&set);
}

/* A parent that is no leader is not the parent: only a torn set has one. */
static void test_parent_is_thread(void **state)
{
	struct taskmap_record rows[3] = { process(5, 0, "x") };
	struct set set;

	(void)state;
	rows[1] = thread(&rows[0], 6);
	rows[2] = process(7, 6, "y");
	set_init(&set, rows, 3);
	assert_int_equal(model_parent(&set.model, 2), NO_TASK);
	set_free(&set);
}

static void expect_parents(const struct model *model, const bool *shown,
			   const unsigned int *want)
{
	unsigned int *parents = tree_parents(model, shown);

	for (unsigned int i = 0; i < model->count; i++) {
		if (shown[i])
			assert_int_equal(parents[i], want[i]);
	}
	free(parents);
}

static void test_tree(void **state)
{
	const unsigned int whole[] = { NO_TASK, 0, 1, 1 };
	const unsigned int part[] = { NO_TASK, 0, NO_TASK, NO_TASK };
	const bool all[] = { true, true, true, true };
	const bool some[] = { true, false, true, true };
	struct taskmap_record rows[4] = {
		process(1, 0, "init"), process(5, 1, "x"),
	};
	struct set set;

	(void)state;
	rows[2] = thread(&rows[1], 6);
	rows[3] = process(7, 5, "child");
	set_init(&set, rows, 4);
	expect_parents(&set.model, all, whole);
	expect_parents(&set.model, some, part);
	set_free(&set);
}

static void test_tree_rings(void **state)
{
	/* 1 its own parent; 2 and 3 each other's; 4 hangs on that ring */
	const struct taskmap_record rows[] = {
		process(1, 1, "self"), process(2, 3, "a"),
		process(3, 2, "b"), process(4, 2, "c"),
	};
	const bool all[] = { true, true, true, true };
	const unsigned int want[] = { NO_TASK, 2, NO_TASK, 1 };
	struct set set;

	(void)state;
	set_init(&set, rows, 4);
	expect_parents(&set.model, all, want);
	set_free(&set);
}

static unsigned int depth_of(const unsigned int *parents, unsigned int task)
{
	unsigned int depth = 1;

	while (parents[task] != NO_TASK) {
		task = parents[task];
		depth++;
	}
	return depth;
}

static void test_tree_deep(void **state)
{
	enum { COUNT = 2000 };
	struct taskmap_record *rows = xcalloc(COUNT, sizeof(*rows));
	bool *all = xcalloc(COUNT, sizeof(*all));
	unsigned int *parents;
	struct set set;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		rows[i] = process(i + 1, i, "x");
		all[i] = true;
	}
	set_init(&set, rows, COUNT);
	parents = tree_parents(&set.model, all);
	assert_int_equal(depth_of(parents, 5), 6);
	assert_int_equal(depth_of(parents, TREE_DEPTH - 1), TREE_DEPTH);
	assert_int_equal(depth_of(parents, COUNT - 1), TREE_DEPTH);
	free(parents);
	set_free(&set);
	free(all);
	free(rows);
}

static void test_filter(void **state)
{
	struct set *set = *state;
	struct filter filter = { 0 };
	unsigned int missing, shown_count = 0;
	size_t length;
	bool *shown;

	assert_null(filter_add_pids(&filter, "200,401,200", &length));
	assert_null(filter_add_kinds(&filter, "main,thread", &length));
	shown = filter_apply(&filter, &set->model, &missing);
	for (unsigned int i = 0; i < set->model.count; i++)
		shown_count += shown[i];
	/* 200, 201, 202, but not the worker 203; and 401 alone. */
	assert_int_equal(shown_count, 4);
	assert_true(shown[model_find(&set->model, 401)]);
	assert_false(shown[model_find(&set->model, 203)]);
	assert_int_equal(missing, 0);
	free(shown);
	filter_free(&filter);
}

/* One thread can be what two pids asked for, that of its leader among them. */
static void test_filter_without_leader(void **state)
{
	struct taskmap_record row = process(5, 0, "x");
	struct filter filter = { 0 };
	struct set set;
	unsigned int missing;
	size_t length;
	bool *shown;

	(void)state;
	row = thread(&row, 7);
	set_init(&set, &row, 1);
	assert_null(filter_add_pids(&filter, "5,7", &length));
	shown = filter_apply(&filter, &set.model, &missing);
	assert_int_equal(missing, 0);
	assert_true(shown[0]);
	free(shown);
	filter_free(&filter);
	set_free(&set);
}

static void test_filter_words(void **state)
{
	static const char *const bad[] = {
		"", "0", "-1", "+1", "x", "1,", ",1", "1,,2", " 1", "0x1",
		"2147483648", "99999999999999999999", "1 2",
	};
	struct filter filter = { 0 };
	size_t length;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_non_null(filter_add_pids(&filter, bad[i], &length));
	assert_null(filter_add_pids(&filter, "2147483647", &length));
	assert_non_null(filter_add_kinds(&filter, "main,mai", &length));
	assert_int_equal(length, 3);
	assert_non_null(filter_add_kinds(&filter, "", &length));
	filter_free(&filter);
}

#define SET_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SET_TEST(test_find),
		SET_TEST(test_threads),
		SET_TEST(test_groups),
		SET_TEST(test_none_is_no_group),
		SET_TEST(test_short_ids),
		cmocka_unit_test(test_short_ids_against_id_order),
		SET_TEST(test_shares),
		cmocka_unit_test(test_shares_all),
		SET_TEST(test_notes),
		SET_TEST(test_linuxthreads),
		cmocka_unit_test(test_own_everything),
		cmocka_unit_test(test_vfork_clone_parent),
		cmocka_unit_test(test_vfork_parent_missing),
		cmocka_unit_test(test_vfork_chain),
		cmocka_unit_test(test_vfork_alone),
		cmocka_unit_test(test_shared_with_others),
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_order_without_leader),
		cmocka_unit_test(test_own_of_dead_leader),
		cmocka_unit_test(test_dead),
		cmocka_unit_test(test_leader_missing),
		cmocka_unit_test(test_parent_is_thread),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_tree_rings),
		cmocka_unit_test(test_tree_deep),
		SET_TEST(test_filter),
		cmocka_unit_test(test_filter_without_leader),
		cmocka_unit_test(test_filter_words),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
