// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Finds the task that deviates in a thread group. test_drift checks the
 * sentences.
 */
#include "fixture.h"

#define OTHER(n)	(0x7700000000000000ULL + (unsigned int)(n))

#define CROWD	8

/* Makes process 1, leader 22, and threads from 23 on that share everything. */
static void make(struct taskmap_record *rows, size_t count)
{
	rows[0] = process(1, 0, "init");
	rows[1] = process(22, 1, "leader");
	for (size_t i = 2; i < count; i++)
		rows[i] = thread(&rows[1], 21 + (int)i);
}

static enum odd odd_of(const struct taskmap_record *rows, size_t count,
		       int pid, enum taskmap_resource resource)
{
	struct fixture fixture;
	enum odd odd;

	fixture_init(&fixture, rows, count);
	odd = model_odd(&fixture.model, model_find(&fixture.model, pid),
			resource);
	fixture_free(&fixture);
	return odd;
}

TEST(test_majority)
{
	struct taskmap_record rows[CROWD];

	make(rows, CROWD);
	for (int pid = 22; pid < 29; pid++)
		assert_int_equal(odd_of(rows, CROWD, pid, TASKMAP_FILES), ODD_NONE);
	rows[2].ids[TASKMAP_FILES] = OTHER(1);
	assert_int_equal(odd_of(rows, CROWD, 23, TASKMAP_FILES), ODD_TASK);
	assert_int_equal(odd_of(rows, CROWD, 24, TASKMAP_FILES), ODD_NONE);
	assert_int_equal(odd_of(rows, CROWD, 22, TASKMAP_FILES), ODD_NONE);
	/* The leader deviates from the others, and 23 from all of them. */
	rows[1].ids[TASKMAP_FILES] = OTHER(2);
	assert_int_equal(odd_of(rows, CROWD, 22, TASKMAP_FILES), ODD_LEADER);
	assert_int_equal(odd_of(rows, CROWD, 23, TASKMAP_FILES), ODD_TASK);
	assert_int_equal(odd_of(rows, CROWD, 24, TASKMAP_FILES), ODD_LEADER);
	assert_int_equal(odd_of(rows, CROWD, 24, TASKMAP_FS), ODD_NONE);
}

/* Two halves; and three tasks of which only two agree. */
TEST(test_no_majority)
{
	struct taskmap_record rows[CROWD];

	make(rows, CROWD - 1);
	for (int i = 1; i < 4; i++)
		rows[i].ids[TASKMAP_FILES] = OTHER(1);
	for (int pid = 25; pid < 28; pid++)
		assert_int_equal(odd_of(rows, CROWD - 1, pid, TASKMAP_FILES),
				 ODD_EITHER);
	rows[4].kind = TASKMAP_WORKER;
	assert_int_equal(odd_of(rows, CROWD - 1, 26, TASKMAP_FILES), ODD_TASK);
	make(rows, 4);
	rows[2].ids[TASKMAP_FILES] = OTHER(1);
	assert_int_equal(odd_of(rows, 4, 23, TASKMAP_FILES), ODD_EITHER);
	assert_int_equal(odd_of(rows, 4, 22, TASKMAP_FILES), ODD_NONE);
}

/* Dead tasks, and tasks that have released their objects, do not count. */
TEST(test_not_counted)
{
	struct taskmap_record rows[CROWD];

	make(rows, CROWD);
	rows[2].ids[TASKMAP_CRED] = OTHER(1);
	for (int i = 3; i < CROWD; i++)
		rows[i] = zombie(rows[i]);
	assert_int_equal(odd_of(rows, CROWD, 23, TASKMAP_CRED), ODD_EITHER);
	make(rows, 3);
	rows[1].ids[TASKMAP_SYSVSEM] = OTHER(1);
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_SYSVSEM), ODD_EITHER);
	rows[2].flags |= FLAG_EXITING;
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_SYSVSEM), ODD_NONE);
	rows[2].ids[TASKMAP_CGROUPS] = OTHER(1);
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_CGROUPS), ODD_NONE);
}

TEST(test_parents)
{
	struct taskmap_record rows[5];

	make(rows, 3);
	rows[2].ids[TASKMAP_NET_NS] = OTHER(1);
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_NET_NS), ODD_TASK);
	rows[0].ids[TASKMAP_NET_NS] = OTHER(1);
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_NET_NS), ODD_LEADER);
	assert_int_equal(odd_of(rows, 3, 22, TASKMAP_NET_NS), ODD_LEADER);
	rows[0].ids[TASKMAP_NET_NS] = OTHER(2);
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_NET_NS), ODD_EITHER);
	/* For cred the uids and gids count, because fork copies the object. */
	rows[2].ids[TASKMAP_CRED] = OTHER(1);
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_CRED), ODD_EITHER);
	rows[2].fsuid = 1000;
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_CRED), ODD_TASK);
	rows[0].fsuid = 1000;
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_CRED), ODD_LEADER);
	/* Two have no undo list; a child does not inherit it. */
	rows[1].ids[TASKMAP_SYSVSEM] = OTHER(1);
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_SYSVSEM), ODD_EITHER);
	/* A child does inherit a seccomp filter. */
	rows[2].seccomp = 2;
	assert_int_equal(odd_of(rows, 3, 23, TASKMAP_SECCOMP), ODD_TASK);
}

TEST(test_births)
{
	struct taskmap_record rows[4];

	make(rows, 4);
	rows[3].ids[TASKMAP_FILES] = OTHER(1);
	rows[3].birth_pid = 23;
	rows[3].birth_flags = resources[TASKMAP_FILES].bit;
	/* The creator holds the same object as the leader. */
	assert_int_equal(odd_of(rows, 4, 24, TASKMAP_FILES), ODD_TASK);
	rows[2].ids[TASKMAP_FILES] = OTHER(2);
	assert_int_equal(odd_of(rows, 4, 24, TASKMAP_FILES), ODD_EITHER);
	rows[3].birth_flags = 0;
	assert_int_equal(odd_of(rows, 4, 24, TASKMAP_FILES), ODD_TASK);
	/* The leader created it, and either of the two can have changed. */
	rows[3].birth_pid = 22;
	rows[3].birth_flags = resources[TASKMAP_FILES].bit;
	assert_int_equal(odd_of(rows, 4, 24, TASKMAP_FILES), ODD_EITHER);
}

TEST(test_dumps)
{
	struct taskmap_record rows[4];

	make(rows, 4);
	rows[3].ids[TASKMAP_FILES] = rows[3].ids[TASKMAP_FS] = OTHER(1);
	rows[3].flags |= FLAG_DUMPCORE;
	assert_int_equal(odd_of(rows, 4, 24, TASKMAP_FILES), ODD_TASK);
	assert_int_equal(odd_of(rows, 4, 24, TASKMAP_FS), ODD_EITHER);
	rows[1].flags |= FLAG_DUMPCORE;
	assert_int_equal(odd_of(rows, 4, 24, TASKMAP_FILES), ODD_EITHER);
	rows[3].flags &= ~FLAG_DUMPCORE;
	assert_int_equal(odd_of(rows, 4, 24, TASKMAP_FILES), ODD_LEADER);
}

/* Without the leader there is nothing to compare with. */
TEST(test_no_leader)
{
	struct taskmap_record rows[4];

	make(rows, 4);
	rows[3].ids[TASKMAP_FILES] = OTHER(1);
	assert_int_equal(odd_of(rows + 2, 2, 24, TASKMAP_FILES), ODD_NONE);
}

TEST(test_kthreads)
{
	struct taskmap_record rows[4] = {
		kthread(2, "kthreadd"), kthread(10, "a"), kthread(11, "b"),
		process(20, 2, "helper"),
	};
	struct fixture fixture;

	rows[1].ids[TASKMAP_MNT_NS] = rows[1].ids[TASKMAP_NSPROXY] = OTHER(1);
	rows[2].ids[TASKMAP_CGROUPS] = rows[2].gid = 1;
	fixture_init(&fixture, rows, 4);
	assert_int_equal(model_odd_kthread(&fixture.model, 0), 0);
	assert_int_equal(model_odd_kthread(&fixture.model, 1),
			 BIT(TASKMAP_MNT_NS));
	assert_int_equal(model_odd_kthread(&fixture.model, 2),
			 BIT(TASKMAP_CGROUPS) | BIT(TASKMAP_CRED));
	assert_int_equal(model_odd_kthread(&fixture.model, 3), 0);
	assert_int_equal(model_helper(&fixture.model, 3), HELPER_LIKELY);
	assert_int_equal(model_helper(&fixture.model, 2), HELPER_NOT);
	fixture_free(&fixture);
}

int main(void)
{
	return run_all("norm", NULL, NULL);
}
