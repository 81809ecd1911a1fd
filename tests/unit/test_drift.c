// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap drift: that each rule tells of what deviates, and of nothing else.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "command.h"
#include "drift.h"
#include "filter.h"
#include "fixture.h"
#include "resources.h"

#define WALKED	false
#define EXACT	true

/* Ids that no fixture has, one for each @n. */
#define OTHER(n)	(0x7700000000000000ULL + (unsigned int)(n))

/*
 * The findings about the rows with the pids and tgids in @pids (NULL: all), a
 * line each: "PID RULE WHAT TASKS: REASON". To be freed.
 */
static char *drift_lines(const struct taskmap_record *rows, size_t count,
			 bool exact, const char *pids)
{
	struct snapshot snap = fixture_snapshot(rows, count);
	struct filter filter = { 0 };
	unsigned int missing;
	struct model model;
	struct drift drift;
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);
	bool *shown;

	assert_non_null(out);
	model_init(&model, &snap);
	if (pids)
		assert_null(filter_add_pids(&filter, pids, &size));
	shown = filter_apply(&filter, &model, &missing);
	assert_int_equal(missing, 0);
	drift_init(&drift, &model, exact, shown);
	for (size_t i = 0; i < drift.count; i++) {
		const struct finding *finding = &drift.findings[i];

		fprintf(out, "%d %s ", snap.tasks[finding->task].pid,
			drift_rule_name(finding->rule));
		for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
			if (finding->resources >> r & 1)
				fprintf(out, "%s,", resources[r].name);
		}
		fprintf(out, " %u: %s\n", finding->tasks, finding->reason);
	}
	drift_free(&drift);
	free(shown);
	filter_free(&filter);
	model_free(&model);
	snapshot_free(&snap);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void expect_of(const struct taskmap_record *rows, size_t count,
		      bool exact, const char *pids, const char *want)
{
	char *text = drift_lines(rows, count, exact, pids);

	assert_string_equal(text, want);
	free(text);
}

static void expect(const struct taskmap_record *rows, size_t count,
		   const char *want)
{
	expect_of(rows, count, WALKED, NULL, want);
}

/* What the kernel's rules say, for each kind of count in as many words. */
static uint32_t refs_of(const struct taskmap_record *rows, size_t count,
			uint64_t id, unsigned int r)
{
	uint32_t tasks = 0, proxies = 0, creds = 0;

	for (size_t i = 0; i < count; i++) {
		bool proxy = true, cred = true;

		if (rows[i].ids[r] != id)
			continue;
		tasks++;
		for (size_t j = 0; j < i; j++) {
			if (rows[j].ids[r] != id)
				continue;
			proxy &= rows[j].ids[TASKMAP_NSPROXY] !=
				 rows[i].ids[TASKMAP_NSPROXY];
			cred &= rows[j].ids[TASKMAP_CRED] !=
				rows[i].ids[TASKMAP_CRED];
		}
		proxies += proxy;
		creds += cred;
	}
	switch (r) {
	case TASKMAP_ACTIVE_MM:
		return 1;
	case TASKMAP_SYSVSEM:
	case TASKMAP_MNT_NS:
		return 0;
	case TASKMAP_CRED:
		return 2 * tasks;
	case TASKMAP_UTS_NS:
	case TASKMAP_IPC_NS:
	case TASKMAP_NET_NS:
	case TASKMAP_TIME_NS:
	case TASKMAP_CGROUP_NS:
		return proxies;
	case TASKMAP_USER_NS:
		return creds;
	default:
		return tasks;
	}
}

/* Gives all objects the refs that their holders make up. */
static void count_refs(struct taskmap_record *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
			rows[i].refs[r] = rows[i].ids[r] ?
				refs_of(rows, count, rows[i].ids[r], r) : 0;
	}
}

/* A process, and @count - 1 threads as pthread_create(3) makes them. */
static void make_group(struct taskmap_record *rows, size_t count, int tgid)
{
	rows[0] = process(tgid, 1, "group");
	rows[0].kind = TASKMAP_MAIN;
	rows[0].threads = (uint32_t)count;
	rows[0].ids[TASKMAP_SYSVSEM] = OTHER(tgid);
	for (size_t i = 1; i < count; i++)
		rows[i] = thread(&rows[0], tgid + (int)i);
}

#define TEXTBOOK	12

static void make_textbook(struct taskmap_record rows[TEXTBOOK])
{
	rows[0] = process(1, 0, "init");
	rows[1] = kthread(2, "kthreadd");
	rows[2] = kthread(3, "kworker/0:0");
	rows[3] = kthread(4, "kworker/0:1");
	make_group(&rows[4], 4, 100);
	/* What all have that read a disk, each its own. */
	rows[5].ids[TASKMAP_IO] = OTHER(1);
	rows[6].ids[TASKMAP_IO] = OTHER(2);
	rows[8] = process(200, 1, "shell");
	rows[9] = process(201, 200, "child");
	rows[10] = zombie(process(202, 200, "dead"));
	/* A kernel thread on a processor that a process left. */
	rows[11] = kthread(300, "kworker/1:0");
	rows[11].ids[TASKMAP_ACTIVE_MM] = rows[8].ids[TASKMAP_MM];
}

static void test_textbook(void **state)
{
	struct taskmap_record rows[TEXTBOOK];

	(void)state;
	make_textbook(rows);
	expect_of(rows, TEXTBOOK, WALKED, NULL, "");
	count_refs(rows, TEXTBOOK);
	expect_of(rows, TEXTBOOK, EXACT, NULL, "");
}

static void test_nothing(void **state)
{
	(void)state;
	expect_of(NULL, 0, WALKED, NULL, "");
	expect_of(NULL, 0, EXACT, NULL, "");
}

/* Threads that differ from their leader */

static void expect_own(unsigned int resource, const char *want)
{
	struct taskmap_record rows[3];

	make_group(rows, 3, 100);
	rows[2].ids[resource] = OTHER(1);
	expect(rows, 3, want);
}

static void test_own(void **state)
{
	(void)state;
	expect_own(TASKMAP_FILES, "102 own files, 1: not that of leader 100: unshare(2), or clone(2) without CLONE_FILES\n");
	expect_own(TASKMAP_FS, "102 own fs, 1: not that of leader 100: unshare(2), or clone(2) without CLONE_FS\n");
	expect_own(TASKMAP_SYSVSEM, "102 own sysvsem, 1: not that of leader 100: unshare(2), or clone(2) without CLONE_SYSVSEM\n");
	expect_own(TASKMAP_CGROUPS, "102 own cgroups, 1: not that of leader 100: a threaded cgroup, or one of cgroups version 1\n");
	expect_own(TASKMAP_NSPROXY, "102 own nsproxy, 1: not that of leader 100: the same namespaces, but its children may be in others\n");
	expect_own(TASKMAP_MM, "102 own mm, 1: not that of leader 100: which the kernel never allows\n");
	expect_own(TASKMAP_SIGHAND, "102 own sighand, 1: not that of leader 100: which the kernel never allows\n");
	expect_own(TASKMAP_SIGNAL, "102 own signal, 1: not that of leader 100: which the kernel never allows\n");
	expect_own(TASKMAP_ACTIVE_MM, "");
	expect_own(TASKMAP_IO, "");
}

static void test_own_namespaces(void **state)
{
	(void)state;
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		char *want;

		if (!resources[r].ns)
			continue;
		assert_true(asprintf(&want, "102 own %s, 1: not that of leader 100: setns(2) or unshare(2)\n",
				     resources[r].name) > 0);
		expect_own(r, want);
		free(want);
	}
}

/* A new nsproxy is no news beside the new namespace in it. */
static void test_own_nsproxy_of_namespace(void **state)
{
	struct taskmap_record rows[2];

	(void)state;
	make_group(rows, 2, 100);
	rows[1].ids[TASKMAP_NSPROXY] = OTHER(1);
	rows[1].ids[TASKMAP_NET_NS] = OTHER(2);
	expect(rows, 2, "101 own net, 1: not that of leader 100: setns(2) or unshare(2)\n");
}

static void test_own_cred(void **state)
{
	struct taskmap_record rows[4];

	(void)state;
	make_group(rows, 4, 100);
	rows[1].ids[TASKMAP_CRED] = OTHER(1);
	rows[2].ids[TASKMAP_CRED] = OTHER(2);
	rows[2].uid = 1234;
	rows[3].ids[TASKMAP_CRED] = OTHER(3);
	rows[3].gid = 4294967294U;
	expect(rows, 4, "101 own cred, 1: not that of leader 100: set for itself, with the same uid and gid\n"
	       "102 own cred, 1: not that of leader 100: set for itself, uid 1234 gid 0 and not uid 0 gid 0\n"
	       "103 own cred, 1: not that of leader 100: set for itself, uid 0 gid 4294967294 and not uid 0 gid 0\n");
}

/* One that never had any, which a thread is not made without, or the leader. */
static void test_no_sysvsem(void **state)
{
	struct taskmap_record rows[3];

	(void)state;
	make_group(rows, 3, 100);
	rows[2].ids[TASKMAP_SYSVSEM] = 0;
	expect(rows, 3, "102 own sysvsem, 1: not that of leader 100: unshare(2), or clone(2) without CLONE_SYSVSEM\n");
	make_group(rows, 3, 100);
	rows[0].ids[TASKMAP_SYSVSEM] = 0;
	expect(rows, 3, "101 own sysvsem, 2: not that of leader 100: unshare(2), or clone(2) without CLONE_SYSVSEM\n");
	rows[1].ids[TASKMAP_SYSVSEM] = rows[2].ids[TASKMAP_SYSVSEM] = 0;
	expect(rows, 3, "");
}

/* What ends has let go of one after the other, and so has a dead leader. */
static void test_none_is_not_own(void **state)
{
	struct taskmap_record rows[3];

	(void)state;
	make_group(rows, 3, 100);
	rows[2] = zombie(rows[2]);
	rows[2].ids[TASKMAP_SYSVSEM] = 0;
	expect(rows, 3, "");
	make_group(rows, 2, 100);
	rows[0] = zombie(rows[0]);
	rows[0].ids[TASKMAP_SYSVSEM] = 0;
	rows[0].ids[TASKMAP_CGROUPS] = OTHER(1);
	expect(rows, 2, "100 leader  1: dead, while 1 thread of it lives\n");
}

static void test_own_without_leader(void **state)
{
	struct taskmap_record rows[3];

	(void)state;
	make_group(rows, 3, 100);
	rows[2].ids[TASKMAP_FILES] = OTHER(1);
	expect(rows + 1, 2, "");
}

static void test_shared_io(void **state)
{
	struct taskmap_record rows[3];

	(void)state;
	make_group(rows, 3, 100);
	rows[0].ids[TASKMAP_IO] = rows[2].ids[TASKMAP_IO] = OTHER(1);
	expect(rows, 3, "102 shared io, 1: with leader 100: CLONE_IO, which threads are made without\n");
}

/* Thread groups that share */

static void test_shared(void **state)
{
	static const struct { unsigned int resource; const char *name; } all[] = {
		{ TASKMAP_MM, "mm" }, { TASKMAP_FILES, "files" },
		{ TASKMAP_FS, "fs" }, { TASKMAP_SIGHAND, "sighand" },
		{ TASKMAP_IO, "io" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct taskmap_record rows[3];
		char *want;

		make_group(rows, 2, 100);
		rows[2] = process(200, 1, "other");
		rows[0].ids[all[i].resource] = OTHER(1);
		rows[1].ids[all[i].resource] = OTHER(i == 4 ? 2 : 1);
		rows[2].ids[all[i].resource] = OTHER(1);
		assert_true(asprintf(&want, "100 shared %s, 1: with thread group 200: clone(2) without CLONE_THREAD\n"
				     "200 shared %s, 1: with thread group 100: clone(2) without CLONE_THREAD\n",
				     all[i].name, all[i].name) > 0);
		expect(rows, 3, want);
		free(want);
	}
}

/* All that is shared with the same is one deviation. */
static void test_shared_together(void **state)
{
	struct taskmap_record rows[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		rows[i] = process(100 + i, 1, "linuxthreads");
	for (int i = 1; i < 4; i++) {
		rows[i].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
		rows[i].ids[TASKMAP_SIGHAND] = rows[0].ids[TASKMAP_SIGHAND];
	}
	rows[3].ids[TASKMAP_FS] = rows[2].ids[TASKMAP_FS];
	expect(rows, 4, "100 shared mm,sighand, 1: with thread group 101 and 2 more: clone(2) without CLONE_THREAD\n"
	       "101 shared mm,sighand, 3: with thread group 100 and 2 more: clone(2) without CLONE_THREAD\n"
	       "102 shared fs, 1: with thread group 103: clone(2) without CLONE_THREAD\n"
	       "103 shared fs, 1: with thread group 102: clone(2) without CLONE_THREAD\n");
}

/* Whoever has it speaks, and not always the leader. */
static void test_shared_by_thread(void **state)
{
	struct taskmap_record rows[5];

	(void)state;
	make_group(rows, 4, 100);
	rows[4] = process(200, 102, "other");
	rows[2].ids[TASKMAP_FILES] = rows[3].ids[TASKMAP_FILES] =
		rows[4].ids[TASKMAP_FILES];
	expect(rows, 5, "102 own files, 2: not that of leader 100: unshare(2), or clone(2) without CLONE_FILES\n"
	       "102 shared files, 1: with thread group 200: clone(2) without CLONE_THREAD\n"
	       "200 shared files, 1: with thread group 100: clone(2) without CLONE_THREAD\n");
}

/* Also fs with process 1, but not if another process does. */
static void test_shared_with_kthreads(void **state)
{
	struct taskmap_record rows[4];

	(void)state;
	rows[0] = process(1, 0, "init");
	rows[1] = kthread(2, "kthreadd");
	rows[2] = kthread(3, "kworker");
	rows[3] = process(100, 1, "helper");
	expect(rows, 4, "");
	rows[3].ids[TASKMAP_FS] = rows[0].ids[TASKMAP_FS];
	expect(rows, 4, "1 shared fs, 1: with thread group 100: clone(2) without CLONE_THREAD\n"
	       "100 shared fs, 1: with thread group 1: clone(2) without CLONE_THREAD\n");
}

/* vfork */

static struct taskmap_record vfork_child(const struct taskmap_record *lender,
					 int pid)
{
	struct taskmap_record row = process(pid, lender->tgid, "vfork");

	row.marks = TASKMAP_MARK_VFORK;
	row.ids[TASKMAP_MM] = row.ids[TASKMAP_ACTIVE_MM] =
		lender->ids[TASKMAP_MM];
	return row;
}

/* The lender does nothing odd: one line for each lender. */
static void test_vfork(void **state)
{
	struct taskmap_record rows[8];

	(void)state;
	make_group(rows, 4, 100);
	for (int i = 4; i < 7; i++)
		rows[i] = vfork_child(&rows[0], 200 + i);
	rows[7] = vfork_child(&rows[4], 300);
	expect(rows, 8, "204 vfork mm, 3: borrows the mm of 100 until it execs or ends\n"
	       "300 vfork mm, 1: borrows the mm of 204 until it execs or ends\n");
}

static void test_vfork_sharing_more(void **state)
{
	struct taskmap_record rows[3];

	(void)state;
	rows[0] = process(100, 1, "lender");
	rows[1] = vfork_child(&rows[0], 200);
	rows[1].ids[TASKMAP_FILES] = rows[0].ids[TASKMAP_FILES];
	rows[2] = process(300, 100, "same mm");
	rows[2].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	expect(rows, 3, "100 shared mm, 1: with thread group 300: clone(2) without CLONE_THREAD\n"
	       "100 shared files, 1: with thread group 200: clone(2) without CLONE_THREAD\n"
	       "200 shared files, 1: with thread group 100: clone(2) without CLONE_THREAD\n"
	       "200 vfork mm, 1: borrows the mm of 100 until it execs or ends\n"
	       "300 shared mm, 1: with thread group 100: clone(2) without CLONE_THREAD\n");
}

/* With CLONE_PARENT it is a sibling of whose mm it borrows. */
static void test_vfork_sibling(void **state)
{
	struct taskmap_record rows[3];

	(void)state;
	rows[0] = process(50, 1, "parent");
	rows[1] = process(100, 50, "lender");
	rows[2] = vfork_child(&rows[1], 200);
	rows[2].ppid = 50;
	expect(rows, 3, "200 vfork mm, 1: borrows the mm of 100 until it execs or ends\n");
}

/* Workers, dead leaders, kernel threads */

static void test_worker(void **state)
{
	struct taskmap_record rows[4];

	(void)state;
	make_group(rows, 4, 100);
	for (int i = 2; i < 4; i++) {
		rows[i].kind = TASKMAP_WORKER;
		/* As for io_uring, and no files as for vhost. */
		rows[i].ids[TASKMAP_SYSVSEM] = 0;
		rows[i].ids[TASKMAP_IO] = rows[0].ids[TASKMAP_IO] = OTHER(1);
		rows[3].ids[TASKMAP_FILES] = 0;
	}
	expect(rows, 4, "102 worker  2: made by the kernel in thread group 100, for io_uring or vhost\n");
}

static void test_worker_apart(void **state)
{
	struct taskmap_record rows[2];

	(void)state;
	make_group(rows, 2, 100);
	rows[1].kind = TASKMAP_WORKER;
	rows[1].ids[TASKMAP_FILES] = OTHER(1);
	expect(rows, 2, "101 own files, 1: not that of leader 100: unshare(2), or clone(2) without CLONE_FILES\n"
	       "101 worker  1: made by the kernel in thread group 100, for io_uring or vhost\n");
}

static void test_leader(void **state)
{
	struct taskmap_record rows[4];

	(void)state;
	make_group(rows, 4, 100);
	rows[0] = zombie(rows[0]);
	rows[0].ids[TASKMAP_SYSVSEM] = 0;
	rows[3] = zombie(rows[3]);
	expect(rows, 4, "100 leader  1: dead, while 2 threads of it live\n");
	rows[1] = zombie(rows[1]);
	rows[2] = zombie(rows[2]);
	expect(rows, 4, "");
}

static void test_borrowed(void **state)
{
	struct taskmap_record rows[3];

	(void)state;
	rows[0] = process(100, 1, "owner");
	rows[1] = kthread(200, "vhost-100");
	rows[1].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	rows[2] = kthread(201, "io_wqe_worker-0");
	rows[2].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	rows[2].ids[TASKMAP_FILES] = rows[0].ids[TASKMAP_FILES];
	expect(rows, 3, "200 borrowed mm, 2: a kernel thread that uses what thread group 100 holds\n"
	       "201 borrowed files, 1: a kernel thread that uses what thread group 100 holds\n");
	expect(rows + 1, 1, "200 borrowed mm, 1: a kernel thread that uses what no process holds any more\n");
}

/* Refs */

#define PAIR	2

/* A process and its thread that alone hold all that they hold. */
static void make_pair(struct taskmap_record rows[PAIR])
{
	make_group(rows, PAIR, 100);
	for (int i = 0; i < PAIR; i++)
		rows[i].ids[TASKMAP_IO] = OTHER(i);
	count_refs(rows, PAIR);
}

static void set_refs(struct taskmap_record rows[PAIR], unsigned int resource,
		     uint32_t refs)
{
	for (int i = 0; i < PAIR; i++)
		rows[i].refs[resource] = refs;
}

/* How many refs the two of make_pair() make up. */
static const uint32_t made_up[TASKMAP_RESOURCES] = {
	[TASKMAP_MM] = 2, [TASKMAP_FILES] = 2, [TASKMAP_FS] = 2,
	[TASKMAP_SIGHAND] = 2, [TASKMAP_SIGNAL] = 2, [TASKMAP_CRED] = 4,
	[TASKMAP_NSPROXY] = 2, [TASKMAP_CGROUPS] = 2, [TASKMAP_UTS_NS] = 1,
	[TASKMAP_IPC_NS] = 1, [TASKMAP_PID_NS] = 2, [TASKMAP_NET_NS] = 1,
	[TASKMAP_TIME_NS] = 1, [TASKMAP_CGROUP_NS] = 1, [TASKMAP_USER_NS] = 1,
};

static void test_refs_fewer(void **state)
{
	(void)state;
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		struct taskmap_record rows[PAIR];
		char *want;

		if (made_up[r] < 2)
			continue;
		make_pair(rows);
		set_refs(rows, r, made_up[r] - 1);
		assert_true(asprintf(&want, "100 refs %s, 1: %s#1 has %u ref%s, and its 2 holders make up %u: fewer than can be\n",
				     resources[r].name, resources[r].prefix,
				     made_up[r] - 1, made_up[r] == 2 ? "" : "s",
				     made_up[r]) > 0);
		expect_of(rows, PAIR, EXACT, NULL, want);
		expect_of(rows, PAIR, WALKED, NULL, "");
		free(want);
	}
}

/* Namespaces are held by nsproxies, and user namespaces by creds. */
static void test_refs_of_namespaces(void **state)
{
	(void)state;
	for (unsigned int r = TASKMAP_UTS_NS; r < TASKMAP_RESOURCES; r++) {
		struct taskmap_record rows[3];
		char *want;

		if (made_up[r] != 1)
			continue;
		make_pair(rows);
		rows[2] = process(200, 1, "other");
		rows[2].ids[TASKMAP_NSPROXY] = OTHER(3);
		count_refs(rows, 3);
		assert_int_equal(rows[2].refs[r], 2);
		expect_of(rows, 3, EXACT, NULL, "");
		for (int i = 0; i < 3; i++)
			rows[i].refs[r] = 1;
		assert_true(asprintf(&want, "100 refs %s, 1: %s#1 has 1 ref, and its 3 holders make up 2: fewer than can be\n",
				     resources[r].name, resources[r].prefix) > 0);
		expect_of(rows, 3, EXACT, NULL, want);
		free(want);
	}
}

static bool nobody_else(unsigned int resource)
{
	return resource == TASKMAP_MM || resource == TASKMAP_FILES ||
	       resource == TASKMAP_FS || resource == TASKMAP_SIGHAND ||
	       resource == TASKMAP_NSPROXY;
}

static void test_refs_more(void **state)
{
	(void)state;
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		struct taskmap_record rows[PAIR];
		const char *others = resources[r].others;
		char *want = NULL;

		if (r == TASKMAP_IO)
			continue;
		make_pair(rows);
		set_refs(rows, r, made_up[r] + 3);
		if (nobody_else(r))
			assert_true(asprintf(&want, "100 refs %s, 1: %s#1 has 5 refs, and its 2 holders make up 2: 3 more by who is no task, as %s%sa task in the making\n",
					     resources[r].name,
					     resources[r].prefix,
					     others ? others : "",
					     others ? " or " : "") > 0);
		expect_of(rows, PAIR, EXACT, NULL, want ? want : "");
		expect_of(rows, PAIR, WALKED, NULL, "");
		free(want);
	}
}

static void test_refs_of_one(void **state)
{
	struct taskmap_record rows[PAIR];

	(void)state;
	make_pair(rows);
	rows[1].refs[TASKMAP_IO] = 2;
	expect_of(rows, PAIR, EXACT, NULL, "101 refs io, 1: io#2 has 2 refs, and its 1 holder makes up 1: 1 more by who is no task, as a task in the making\n");
}

/* That of process 1 the kernel itself may keep, once. */
static void test_refs_of_init(void **state)
{
	struct taskmap_record rows[PAIR];

	(void)state;
	make_group(rows, PAIR, 1);
	count_refs(rows, PAIR);
	set_refs(rows, TASKMAP_FS, 3);
	expect_of(rows, PAIR, EXACT, NULL, "");
	set_refs(rows, TASKMAP_FS, 4);
	expect_of(rows, PAIR, EXACT, NULL, "1 refs fs, 1: fs#1 has 4 refs, and its 2 holders make up 2: 2 more by who is no task, as io_uring before Linux 5.12 or a task in the making\n");
	set_refs(rows, TASKMAP_FS, 2);
	set_refs(rows, TASKMAP_FILES, 3);
	expect_of(rows, PAIR, EXACT, NULL, "1 refs files, 1: files#1 has 3 refs, and its 2 holders make up 2: 1 more by who is no task, as io_uring before Linux 5.12 or a task in the making\n");
}

/* Not known, or beyond what the format can say. */
static void test_refs_not_told(void **state)
{
	struct taskmap_record rows[PAIR];

	(void)state;
	make_pair(rows);
	set_refs(rows, TASKMAP_FILES, 0);
	set_refs(rows, TASKMAP_MM, UINT32_MAX);
	expect_of(rows, PAIR, EXACT, NULL, "");
}

/* What a kernel thread holds, or borrows, it does not count like others. */
static void test_refs_of_kthreads(void **state)
{
	struct taskmap_record rows[PAIR + 1];

	(void)state;
	make_pair(rows);
	rows[PAIR] = kthread(200, "kthread");
	memcpy(rows[PAIR].ids, rows[0].ids, sizeof(rows[0].ids));
	rows[PAIR].ids[TASKMAP_MM] = rows[PAIR].ids[TASKMAP_FILES] = 0;
	for (unsigned int r = TASKMAP_FS; r < TASKMAP_RESOURCES; r++) {
		if (r != TASKMAP_IO)
			set_refs(rows, r, r % 2 ? 1 : 99);
	}
	expect_of(rows, PAIR + 1, EXACT, NULL, "");
}

/* What is shown, and in whose name */

static void test_only_shown(void **state)
{
	struct taskmap_record rows[6];

	(void)state;
	make_group(rows, 3, 100);
	rows[1].ids[TASKMAP_FS] = OTHER(1);
	rows[2].ids[TASKMAP_FS] = OTHER(2);
	for (int i = 3; i < 6; i++) {
		rows[i] = process(200 + i, 1, "linuxthreads");
		rows[i].ids[TASKMAP_MM] = OTHER(3);
	}
	expect_of(rows, 6, WALKED, "102", "102 own fs, 1: not that of leader 100: unshare(2), or clone(2) without CLONE_FS\n");
	expect_of(rows, 6, WALKED, "100", "101 own fs, 2: not that of leader 100: unshare(2), or clone(2) without CLONE_FS\n");
	expect_of(rows, 6, WALKED, "205", "205 shared mm, 1: with thread group 203 and 1 more: clone(2) without CLONE_THREAD\n");
}

/* If the first of those who have it is not shown, the next one speaks. */
static void test_speaker(void **state)
{
	struct taskmap_record rows[PAIR + 1];

	(void)state;
	make_pair(rows);
	rows[PAIR] = process(200, 1, "other");
	rows[PAIR].ids[TASKMAP_FILES] = rows[0].ids[TASKMAP_FILES];
	count_refs(rows, PAIR + 1);
	for (int i = 0; i < PAIR + 1; i++)
		rows[i].refs[TASKMAP_FILES] = 2;
	expect_of(rows, PAIR + 1, EXACT, "101", "101 shared files, 1: with thread group 200: clone(2) without CLONE_THREAD\n"
		  "101 refs files, 1: files#1 has 2 refs, and its 3 holders make up 3: fewer than can be\n");
	expect_of(rows, PAIR + 1, EXACT, "200", "200 shared files, 1: with thread group 100: clone(2) without CLONE_THREAD\n"
		  "200 refs files, 1: files#1 has 2 refs, and its 3 holders make up 3: fewer than can be\n");
}

/* Bad and very large input */

/* Few values for each field, so that all there is occurs together. */
static void make_random(struct taskmap_record *rows, size_t count)
{
	memset(rows, 0, count * sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		rows[i].task = OTHER(i);
		rows[i].pid = (int)i + 1;
		rows[i].tgid = rand() % 8 + 1;
		rows[i].ppid = rand() % 8;
		rows[i].kind = (uint8_t)(rand() % 8);
		rows[i].state = rand() % 2 ? 'Z' : 'S';
		rows[i].marks = (uint8_t)(rand() % 4);
		rows[i].uid = rand() % 2;
		for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
			rows[i].ids[r] = rand() % 4;
			rows[i].refs[r] = rand() % 4 ?
				(uint32_t)rand() % 4 : UINT32_MAX;
		}
	}
}

static void test_random(void **state)
{
	struct taskmap_record rows[24];

	(void)state;
	srand(1);
	for (int i = 0; i < 2000; i++) {
		size_t count = rand() % (ARRAY_SIZE(rows) + 1);
		char *text;

		make_random(rows, count);
		text = drift_lines(rows, count, rand() % 2,
				   count && rand() % 2 ? "1" : NULL);
		free(text);
	}
}

#define MANY	100000

static unsigned int lines_of(const struct taskmap_record *rows, size_t count)
{
	char *text = drift_lines(rows, count, EXACT, NULL);
	unsigned int lines = 0;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	free(text);
	return lines;
}

/* Whatever is more than n log n would take minutes, even without sanitizers. */
static void test_many(void **state)
{
	struct taskmap_record *rows = xcalloc(MANY, sizeof(*rows));
	time_t begun = time(NULL);

	(void)state;
	/* All share, each with all others, ... */
	for (int i = 0; i < MANY; i++) {
		rows[i] = process(i + 1, i, "chain");
		for (unsigned int r = 0; r < TASKMAP_SIGNAL; r++)
			rows[i].ids[r] = OTHER(1);
		rows[i].refs[TASKMAP_CRED] = 2;
	}
	assert_in_range(lines_of(rows, MANY), 2, 100);
	/* ... all have their own in one thread group, ... */
	for (int i = 1; i < MANY; i++) {
		rows[i] = thread(&rows[0], i + 1);
		rows[i].ids[TASKMAP_CRED] = OTHER(i);
		rows[i].uid = (uint32_t)i;
		rows[i].ids[TASKMAP_FILES] = OTHER(i);
	}
	assert_in_range(lines_of(rows, MANY), MANY, 10 * MANY);
	/* ... and all lend their mm. */
	for (int i = 1; i < MANY; i++)
		rows[i] = vfork_child(&rows[i - 1], i + 1);
	assert_in_range(lines_of(rows, MANY), MANY - 1, 10 * MANY);
	assert_in_range(time(NULL) - begun, 0, 60);
	free(rows);
}

/* From outside */

struct system {
	char *dir;
	char *textbook;
	char *odd;	/* fixture_system() as an exact snapshot */
};

static char *exact_file(const char *dir, const char *name,
			const struct taskmap_record *rows, size_t count)
{
	size_t size;
	unsigned char *image = fixture_image(rows, count, NULL, &size);
	char *path;

	memset(image + offsetof(struct taskmap_header, flags), 0, 4);
	path = fixture_file(dir, name, image, size);
	free(image);
	return path;
}

static int setup(void **state)
{
	struct system *system = xcalloc(1, sizeof(*system));
	struct taskmap_record *rows = fixture_system();
	struct taskmap_record textbook[TEXTBOOK];

	system->dir = fixture_dir();
	make_textbook(textbook);
	count_refs(textbook, TEXTBOOK);
	system->textbook = exact_file(system->dir, "textbook", textbook,
				      TEXTBOOK);
	count_refs(rows, fixture_system_count);
	rows[17].refs[TASKMAP_FILES] = 3;
	system->odd = exact_file(system->dir, "odd", rows,
				 fixture_system_count);
	free(rows);
	*state = system;
	return 0;
}

static int teardown(void **state)
{
	struct system *system = *state;

	free(system->textbook);
	free(system->odd);
	fixture_remove(system->dir);
	free(system);
	return 0;
}

static char *output_of(const char *snapshot, const char *line, int status)
{
	struct result result = run(snapshot, line);

	if (result.status != status || (status < 2 && result.err[0]))
		fail_msg("%s: exit %d: %s", line, result.status, result.err);
	free(result.err);
	return result.out;
}

static void expect_output(const char *snapshot, const char *line, int status,
			  const char *want)
{
	char *out = output_of(snapshot, line, status);

	assert_string_equal(out, want);
	free(out);
}

/* The same of a table: what is in its cells. */
static void expect_fields(const char *snapshot, const char *line, int status,
			  const char *want)
{
	char *out = output_of(snapshot, line, status);

	assert_string_equal(fields(out), want);
	free(out);
}

static void test_status(void **state)
{
	const struct system *system = *state;

	expect_output(system->textbook, "$T drift -i $S", 0, "");
	expect_output(system->textbook, "$T drift -r -i $S", 0, "");
	expect_output(system->odd, "$T drift -i $S -p 1", 0, "");
	expect_output(system->odd, "$T drift -i $S -k process -p 200", 0, "");
	expect_fields(system->odd, "$T drift -i $S -p 202 -o PID,TGID,KIND,COMM,RULE,WHAT,TASKS",
		      1, "PID TGID KIND COMM RULE WHAT TASKS\n"
		      "202 200 thread server own files 1\n"
		      "202 200 thread server own fs 1\n"
		      "202 200 thread server own net 1\n");
	expect_output("", "$T drift x", 2, "");
	expect_output("", "$T drift --tree", 2, "");
	expect_output("", "$T drift -o NO", 2, "");
	expect_output("", "$T drift -i /dev/null", 3, "");
	expect_output(system->odd, "$T drift -i $S -p 1,9999 2>/dev/null", 1, "");
}

/* A name that is hostile, as list has it, in each form. */
static void test_formats(void **state)
{
	const struct system *system = *state;
	const char *odd = system->odd;

	expect_fields(odd, "$T drift -n -i $S -p 700 -o PID,COMM,RULE,WHAT,TASKS,HOLDERS,REFS",
		      1, "700 tab\\011nl\\012esc\\033\\134 refs files 1 1 3\n");
	expect_output(odd, "$T drift -r -i $S -p 700 -o COMM,WHAT,HOLDERS",
		      1, "COMM WHAT HOLDERS\ntab\\x09nl\\x0aesc\\x1b\\x5c files 1\n");
	expect_output(odd, "$T drift -P -i $S -p 400 -o PID,RULE,WHAT,REFS,REASON",
		      1, "PID=\"400\" RULE=\"leader\" WHAT=\"-\" REFS=\"-\" REASON=\"dead, while 2 threads of it live\"\n");
}

static void test_json(void **state)
{
	const struct system *system = *state;
	char *out = output_of(system->odd, "$T drift -J -i $S -p 700", 1);
	struct json_object *root = json_tokener_parse(out);
	struct json_object *rows, *row, *value;

	assert_non_null(root);
	assert_true(json_object_object_get_ex(root, "taskmap", &value));
	assert_true(json_object_object_get_ex(value, "exact", &value));
	assert_true(json_object_get_boolean(value));
	assert_true(json_object_object_get_ex(root, "drift", &rows));
	assert_int_equal(json_object_array_length(rows), 1);
	row = json_object_array_get_idx(rows, 0);
	assert_true(json_object_object_get_ex(row, "pid", &value));
	assert_int_equal(json_object_get_int(value), 700);
	assert_true(json_object_object_get_ex(row, "comm", &value));
	assert_string_equal(json_object_get_string(value),
			    "tab\\011nl\\012esc\\033\\134");
	assert_true(json_object_object_get_ex(row, "what", &value));
	assert_string_equal(json_object_get_string(value), "files");
	json_object_put(root);
	free(out);
	expect_output(system->textbook, "$T drift -J -i $S | tail -n 2", 0,
		      "\"drift\":[\n]}\n");
}

/* A snapshot that says itself that it is not one instant. */
static void test_walked(void **state)
{
	struct taskmap_record *rows = fixture_system();
	unsigned char *image;
	size_t size;

	image = fixture_image(rows, 1, NULL, &size);
	assert_true(((struct taskmap_header *)image)->flags & TASKMAP_WALKED);
	free(fixture_file(((struct system *)*state)->dir, "walked", image,
			  size));
	/* Refs that fixtures begin with are not those that tasks make up. */
	setenv("D", ((struct system *)*state)->dir, 1);
	expect_output("", "$T drift -i $D/walked", 0, "");
	expect_output("", "$T drift -i $D/odd -p 700 >/dev/null", 1, "");
	free(image);
	free(rows);
}

#define SYSTEM_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_textbook),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_own_namespaces),
		cmocka_unit_test(test_own_nsproxy_of_namespace),
		cmocka_unit_test(test_own_cred),
		cmocka_unit_test(test_no_sysvsem),
		cmocka_unit_test(test_none_is_not_own),
		cmocka_unit_test(test_own_without_leader),
		cmocka_unit_test(test_shared_io),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_shared_together),
		cmocka_unit_test(test_shared_by_thread),
		cmocka_unit_test(test_shared_with_kthreads),
		cmocka_unit_test(test_vfork),
		cmocka_unit_test(test_vfork_sharing_more),
		cmocka_unit_test(test_vfork_sibling),
		cmocka_unit_test(test_worker),
		cmocka_unit_test(test_worker_apart),
		cmocka_unit_test(test_leader),
		cmocka_unit_test(test_borrowed),
		cmocka_unit_test(test_refs_fewer),
		cmocka_unit_test(test_refs_of_namespaces),
		cmocka_unit_test(test_refs_more),
		cmocka_unit_test(test_refs_of_one),
		cmocka_unit_test(test_refs_of_init),
		cmocka_unit_test(test_refs_not_told),
		cmocka_unit_test(test_refs_of_kthreads),
		cmocka_unit_test(test_only_shown),
		cmocka_unit_test(test_speaker),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_many),
		SYSTEM_TEST(test_status),
		SYSTEM_TEST(test_formats),
		SYSTEM_TEST(test_json),
		SYSTEM_TEST(test_walked),
	};

	return cmocka_run_group_tests_name("drift", tests, NULL, NULL);
}
