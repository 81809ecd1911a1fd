// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The cross-check, against a directory that stands for /proc and a function
 * that stands for kcmp(2). Both are made of rows that are the truth; the module
 * tells rows of its own, which a test makes wrong in one thing or another.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "kcmp.h"
#include "resources.h"
#include "verify.h"

#define NOBODY	32000
#define COUNT	20	/* rows of fixture_system() */
#define THREAD	5	/* a row: 201, a thread of 200 */
#define SHELL	3	/* 100, a process of its own */
#define FIRST_PID_NS	4026531836U
#define FIRST_TIME_NS	4026531834U

struct world {
	char *root;
	struct taskmap_record truth[COUNT + 1];
	struct taskmap_record told[COUNT + 1];
	unsigned int truths, tolds;
	unsigned int takes;
	/* Called before each snapshot is taken, if any */
	void (*before)(struct world *world, unsigned int take);
	int fail_take;		/* the one that fails, 0 for none */
	int kcmp_error;		/* for whoever has */
	int kcmp_error_pid;	/* this pid */
	struct verify_system system;
	struct filter filter;
	struct verification result;
};

/* kcmp_same() has no data of its own. */
static struct world *current;

/* A directory for /proc */

static void put(const struct world *world, int pid, const char *name,
		const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/task/%d/%s", pid, pid, name);
	free(fixture_file(world->root, path, text, strlen(text)));
}

static void put_link(const struct world *world, const char *path,
		     uint64_t number)
{
	char *full, text[32];

	assert_true(asprintf(&full, "%s/%s", world->root, path) > 0);
	snprintf(text, sizeof(text), "some:[%" PRIu64 "]", number);
	unlink(full);
	assert_int_equal(symlink(text, full), 0);
	free(full);
}

static void put_stat(const struct world *world,
		     const struct taskmap_record *row, const char *comm)
{
	char *text;

	assert_true(asprintf(&text, "%d (%s) %c %d 1 1 0 -1 %u 0 0 0 0 0 0 0 0 "
			     "20 0 1 0 %" PRIu64 " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
			     "0 %d 0 0 0 0\n", row->pid, comm, row->state,
			     row->ppid, row->flags,
			     (uint64_t)row->start_ns / 10000000,
			     row->exit_signal) > 0);
	put(world, row->pid, "stat", text);
	free(text);
}

static void put_status(const struct world *world,
		       const struct taskmap_record *row)
{
	bool memory = row->ids[TASKMAP_MM] && row->kind != TASKMAP_KTHREAD;
	char *text;

	assert_true(asprintf(&text, "Name:\tx\\nTgid:\t7\nTgid:\t%d\nPid:\t%d\n"
			     "PPid:\t%d\nUid:\t%u\t7\t7\t7\nGid:\t%u\t7\t7\t7\n"
			     "NSpid:\t%d\t%d\n%sThreads:\t%u\n", row->tgid,
			     row->pid, row->ppid, row->uid, row->gid, row->pid,
			     row->ns_pid, memory ? "VmSize:\t8 kB\n" : "",
			     row->threads) > 0);
	put(world, row->pid, "status", text);
	free(text);
}

static void put_comm(const struct world *world, int pid, const char *comm)
{
	char *text;

	assert_true(asprintf(&text, "%s\n", comm) > 0);
	put(world, pid, "comm", text);
	free(text);
}

static void put_namespaces(const struct world *world,
			   const struct taskmap_record *row)
{
	char path[64];

	put(world, row->pid, "ns/x", "");
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		snprintf(path, sizeof(path), "%d/task/%d/ns/%s", row->pid,
			 row->pid, resources[r].name);
		if (resources[r].ns && row->ids[r])
			put_link(world, path, (uint32_t)row->ids[r]);
	}
}

static void put_task(const struct world *world,
		     const struct taskmap_record *row)
{
	put_stat(world, row, row->comm);
	put_status(world, row);
	put_comm(world, row->pid, row->comm);
	put_namespaces(world, row);
}

static void remove_task(const struct world *world, int pid)
{
	char *path;

	assert_true(asprintf(&path, "%s/%d", world->root, pid) > 0);
	fixture_remove(path);
}

static void put_self(const struct world *world)
{
	char path[32];

	free(fixture_file(world->root, "self/stat", "", 0));
	free(fixture_file(world->root, "self/ns/x", "", 0));
	free(fixture_file(world->root, "not-a-pid", "", 0));
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		snprintf(path, sizeof(path), "self/ns/%s", resources[r].name);
		if (resources[r].ns)
			put_link(world, path, r == TASKMAP_TIME_NS ?
				 FIRST_TIME_NS : FIRST_PID_NS);
	}
}

/* A function for kcmp(2) */

static const struct taskmap_record *true_row(int pid)
{
	static const struct taskmap_record nothing;

	if (pid == NOBODY)
		return &nothing;
	for (unsigned int i = 0; i < current->truths; i++) {
		if (current->truth[i].pid == pid)
			return &current->truth[i];
	}
	return NULL;
}

static int fake_same(int one, int other, enum taskmap_resource resource)
{
	const struct taskmap_record *a = true_row(one), *b = true_row(other);

	assert_true(kcmp_knows(resource));
	if (current->kcmp_error && (one == current->kcmp_error_pid ||
				    other == current->kcmp_error_pid))
		return -current->kcmp_error;
	if (!a || !b)
		return -ESRCH;
	return a->ids[resource] == b->ids[resource];
}

/* And the module */

static int fake_take(const void *data, struct snapshot *snap,
		     struct error *error)
{
	struct world *world = (struct world *)data;

	world->takes++;
	if ((int)world->takes == world->fail_take)
		return error_set(error, ERROR_UNLOADED, "unloaded");
	if (world->before)
		world->before(world, world->takes);
	*snap = fixture_snapshot(world->told, world->tolds);
	return 0;
}

static void no_rest(unsigned int round)
{
	assert_true(round > 0);
}

static void check_progress(unsigned int done, unsigned int all)
{
	assert_true(done > 0 && done <= all);
}

static int setup(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));
	struct taskmap_record *rows = fixture_system();

	assert_int_equal(fixture_system_count, COUNT);
	rows[7].flags |= 0x10;	/* PF_IO_WORKER */
	memcpy(world->truth, rows, COUNT * sizeof(*rows));
	memcpy(world->told, rows, COUNT * sizeof(*rows));
	free(rows);
	world->truths = world->tolds = COUNT;
	world->root = fixture_dir();
	put_self(world);
	for (unsigned int i = 0; i < COUNT; i++)
		put_task(world, &world->truth[i]);
	world->system = (struct verify_system){
		.take = fake_take, .data = world, .proc = world->root,
		.same = fake_same, .nobody = NOBODY, .rest = no_rest,
		.progress = check_progress,
	};
	current = world;
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	filter_free(&world->filter);
	verification_free(&world->result);
	fixture_remove(world->root);
	free(world);
	return 0;
}

static const struct verification *check(struct world *world)
{
	struct error error = { 0 };

	verification_free(&world->result);
	if (verify(&world->system, &world->filter, 4711, &world->result, &error))
		fail_msg("%s", error.text);
	return &world->result;
}

static void show(const struct verification *result)
{
	for (size_t i = 0; i < result->count; i++)
		print_message("%d %d %s: %s, %s says %s\n",
			      result->list[i].pid, result->list[i].other,
			      result->list[i].what,
			      result->list[i].answer.module,
			      result->list[i].witness,
			      result->list[i].answer.witness);
}

static void expect_peace(struct world *world)
{
	const struct verification *result = check(world);

	show(result);
	assert_int_equal(result->count, 0);
	assert_int_equal(result->unchecked, 0);
}

/* At least one disagreement, all of them about @what of @pid. */
static void expect(struct world *world, int pid, const char *what,
		   const char *witness)
{
	const struct verification *result = check(world);
	const struct disagreement *found = result->list;

	show(result);
	if (!result->count)
		fail_msg("%s of %d: nothing found", what, pid);
	for (size_t i = 0; i < result->count; i++, found++) {
		assert_true(found->pid == pid || found->other == pid);
		assert_string_equal(found->what, what);
		assert_string_equal(found->witness, witness);
		assert_string_not_equal(found->answer.module,
					found->answer.witness);
	}
	assert_int_equal(result->races, 0);
}

static void test_agreement(void **state)
{
	struct world *world = *state;

	expect_peace(world);
	assert_int_equal(world->result.tasks, COUNT);
	assert_true(world->result.pairs > COUNT);
	assert_int_equal(world->result.races, 0);
	assert_int_equal(world->takes, 1);
	assert_int_equal(world->result.header.count, COUNT);
}

/* Each field of a record */

static void wrong_start(struct taskmap_record *row)
{
	row->start_ns += 10000000;
}

static void wrong_tgid(struct taskmap_record *row)
{
	row->tgid = 100;
}

static void wrong_ppid(struct taskmap_record *row)
{
	row->ppid = 1;
}

static void wrong_ns_pid(struct taskmap_record *row)
{
	row->ns_pid = 3;
}

static void wrong_kind(struct taskmap_record *row)
{
	row->kind = TASKMAP_WORKER;
}

static void no_kind(struct taskmap_record *row)
{
	row->kind = 99;
}

static void wrong_state(struct taskmap_record *row)
{
	row->state = 'T';
}

static void no_state(struct taskmap_record *row)
{
	row->state = '?';
}

static void wrong_threads(struct taskmap_record *row)
{
	row->threads++;
}

static void wrong_flags(struct taskmap_record *row)
{
	row->flags ^= 0x100;
}

static void wrong_exit_signal(struct taskmap_record *row)
{
	row->exit_signal = 0;
}

static void wrong_uid(struct taskmap_record *row)
{
	row->uid = 0xffffffff;
}

static void wrong_gid(struct taskmap_record *row)
{
	row->gid = 7;
}

static void wrong_comm(struct taskmap_record *row)
{
	strcpy(row->comm, "serves");
}

static void shorter_comm(struct taskmap_record *row)
{
	strcpy(row->comm, "serve");
}

static const struct {
	const char *what;
	void (*spoil)(struct taskmap_record *row);
} wrongs[] = {
	{ "start", wrong_start },
	{ "tgid", wrong_tgid },
	{ "ppid", wrong_ppid },
	{ "ns_pid", wrong_ns_pid },
	{ "kind", wrong_kind },
	{ "kind", no_kind },
	{ "state", wrong_state },
	{ "state", no_state },
	{ "threads", wrong_threads },
	{ "flags", wrong_flags },
	{ "exit_signal", wrong_exit_signal },
	{ "uid", wrong_uid },
	{ "gid", wrong_gid },
	{ "comm", wrong_comm },
	{ "comm", shorter_comm },
};

static void test_fields(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		world->told[THREAD] = world->truth[THREAD];
		wrongs[i].spoil(&world->told[THREAD]);
		expect(world, 201, wrongs[i].what, "/proc");
		assert_int_equal(world->result.count, 1);
	}
}

static void test_dead(void **state)
{
	struct world *world = *state;

	world->told[10].state = 'S';	/* the leader that is dead */
	expect(world, 400, "state", "/proc");
}

/* What is another at any moment is no matter. */
static void test_not_compared(void **state)
{
	struct world *world = *state;

	world->told[THREAD].state = 'R';
	world->told[THREAD].flags ^= 0x00000800;	/* PF_MEMALLOC */
	world->told[THREAD].start_ns += 9999999 - 201000000 % 10000000;
	expect_peace(world);
	assert_int_equal(world->takes, 1);
}

/* A thread that vhost made is one by a bit that meant something else once. */
static void test_user_worker(void **state)
{
	struct world *world = *state;

	world->truth[THREAD].flags |= 0x4000;
	world->told[THREAD].flags |= 0x4000;
	put_task(world, &world->truth[THREAD]);
	expect_peace(world);
	world->told[THREAD].kind = TASKMAP_WORKER;
	expect_peace(world);
	world->told[SHELL].kind = TASKMAP_WORKER;
	expect(world, 100, "kind", "/proc");
}

/* Names of kernel threads, which are longer in /proc */
static void test_kthread_names(void **state)
{
	static const struct {
		const char *told, *proc;
		bool good;
	} names[] = {
		{ "kworker/0:0H", "kworker/0:0H", true },
		{ "kworker/0:0H", "kworker/0:0H-events", true },
		{ "kworker/0:0H", "kworker/0:0H+events", true },
		{ "kworker/0:0H", "kworker/0:0Hx", false },
		{ "kworker/0:0H", "kworker/0:0", false },
		{ "a-name-that-is-", "a-name-that-is-longer", true },
		{ "a-name-that-is-", "a-name-that-is_longer", false },
		{ "a-name-that-is", "a-name-that-is-longer", true },
		{ "a-name-that-i", "a-name-that-is-longer", false },
	};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		strcpy(world->told[2].comm, names[i].told);
		put_comm(world, 3, names[i].proc);
		if (names[i].good)
			expect_peace(world);
		else
			expect(world, 3, "comm", "/proc");
	}
	/* Nobody else's is. */
	put_comm(world, 3, world->told[2].comm);
	put_comm(world, 100, "shell-more");
	expect(world, 100, "comm", "/proc");
}

/* Resources */

static void test_other_objects(void **state)
{
	struct world *world = *state;

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (!kcmp_knows(r) && !resources[r].ns)
			continue;
		/* One that nobody has, and one that somebody else has. */
		for (unsigned int i = 0; i < 2; i++) {
			uint64_t id = i ? world->truth[SHELL].ids[r] : 77;

			if (!id || id == world->truth[THREAD].ids[r])
				continue;
			world->told[THREAD] = world->truth[THREAD];
			world->told[THREAD].ids[r] = id;
			expect(world, 201, resources[r].name,
			       resources[r].ns ? "/proc" : "kcmp");
		}
	}
}

static void test_no_objects(void **state)
{
	struct world *world = *state;

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		bool proc = resources[r].ns || r == TASKMAP_SIGHAND;

		/* That an mm is there both tell. */
		if ((!kcmp_knows(r) && !resources[r].ns) || r == TASKMAP_MM)
			continue;
		world->told[SHELL] = world->truth[SHELL];
		world->told[SHELL].ids[r] = !world->truth[SHELL].ids[r];
		expect(world, 100, resources[r].name, proc ? "/proc" : "kcmp");
	}
}

static void test_no_mm(void **state)
{
	struct world *world = *state;
	bool proc = false, kcmp = false;

	world->told[SHELL].ids[TASKMAP_MM] = 0;
	check(world);
	for (size_t i = 0; i < world->result.count; i++) {
		assert_string_equal(world->result.list[i].what, "mm");
		proc |= !strcmp(world->result.list[i].witness, "/proc");
		kcmp |= !strcmp(world->result.list[i].witness, "kcmp");
	}
	assert_true(proc && kcmp);
}

/* None and none: kcmp(2) takes them for equal, and nobody shares anything. */
static void test_none_by_pairs_alone(void **state)
{
	struct world *world = *state;

	world->system.nobody = -EAGAIN;
	expect_peace(world);
	world->told[THREAD].ids[TASKMAP_IO] = 9;
	expect(world, 201, "io", "kcmp");
}

/* Who is told of is the odd one, although it comes first. */
static void test_odd_namespace(void **state)
{
	struct world *world = *state;

	world->told[0].ids[TASKMAP_UTS_NS] = 99;
	expect(world, 1, "uts", "/proc");
	assert_int_equal(world->result.count, 1);
	world->told[0].ids[TASKMAP_UTS_NS] = world->truth[0].ids[TASKMAP_UTS_NS];
	/* The same by id as the others, and elsewhere by its link. */
	world->told[6].ids[TASKMAP_NET_NS] = world->truth[0].ids[TASKMAP_NET_NS];
	expect(world, 202, "net", "/proc");
	assert_int_equal(world->result.count, 1);
}

static void test_vfork(void **state)
{
	struct world *world = *state;

	world->told[THREAD - 1].marks = TASKMAP_MARK_VFORK;
	expect(world, 200, "vfork", "kcmp");
	assert_int_equal(world->result.list[0].other, 100);
}

/* Of a process whose leader is dead another thread lends. */
static void test_vfork_of_dead_leader(void **state)
{
	struct world *world = *state;
	struct taskmap_record *row = &world->truth[13];

	row->ppid = 400;
	row->marks = TASKMAP_MARK_VFORK;
	for (int i = 13; i < 16; i++) {
		world->truth[i].ids[TASKMAP_MM] = world->truth[11].ids[TASKMAP_MM];
		world->told[i] = world->truth[i];
	}
	put_task(world, row);
	expect_peace(world);
}

/* Tasks that only one of them has */

static void test_no_such_task(void **state)
{
	struct world *world = *state;

	world->told[COUNT] = process(800, 1, "ghost");
	world->tolds++;
	expect(world, 800, "task", "/proc");
	assert_string_equal(world->result.list[0].answer.module, "some");
}

static void test_missing_task(void **state)
{
	struct world *world = *state;

	world->tolds--;
	expect(world, 702, "task", "/proc");
	assert_string_equal(world->result.list[0].answer.module, "none");
	/* Nobody asked for it. */
	filter_add_pids(&world->filter, "100", &(size_t){ 0 });
	expect_peace(world);
	assert_int_equal(world->result.tasks, 1);
}

/* Races */

static void after_the_first(struct world *world, unsigned int take)
{
	if (take > 1)
		memcpy(world->told, world->truth, sizeof(world->told));
}

static void expect_race(struct world *world)
{
	expect_peace(world);
	assert_true(world->result.races > 0);
}

static void test_changed_meanwhile(void **state)
{
	struct world *world = *state;

	world->before = after_the_first;
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		memcpy(world->told, world->truth, sizeof(world->told));
		wrongs[i].spoil(&world->told[THREAD]);
		world->takes = 0;
		expect_race(world);
		assert_int_equal(world->takes, 2);
	}
	world->told[SHELL].ids[TASKMAP_FILES] = 5;
	world->told[SHELL].ids[TASKMAP_MNT_NS] = 5;
	world->told[SHELL].ids[TASKMAP_IO] = 5;
	world->takes = 0;
	expect_race(world);
}

/* Right only in the last of all those that it takes. */
static void late(struct world *world, unsigned int take)
{
	world->told[SHELL].uid = take == 7 ? 1000 : 5;
}

static void test_changed_late(void **state)
{
	struct world *world = *state;

	world->before = late;
	expect_race(world);
	assert_int_equal(world->takes, 7);
}

static void each_time(struct world *world, unsigned int take)
{
	world->told[SHELL].uid = 5 + take;
	world->told[SHELL].ids[TASKMAP_FILES] = 5 + take;
	world->told[SHELL].ids[TASKMAP_NET_NS] = 5 + take;
}

static void test_never_still(void **state)
{
	struct world *world = *state;

	world->before = each_time;
	expect_race(world);
}

/* The other way round: the witness is who changes. */
static void proc_each_time(struct world *world, unsigned int take)
{
	struct taskmap_record row = world->truth[SHELL];

	row.uid = 5 + take;
	put_status(world, &row);
}

static void test_witness_never_still(void **state)
{
	struct world *world = *state;

	world->before = proc_each_time;
	expect_race(world);
}

/* It holds still at last: then it is one. */
static void still_at_last(struct world *world, unsigned int take)
{
	world->told[SHELL].uid = take < 5 ? take : 5;
}

static void test_still_at_last(void **state)
{
	struct world *world = *state;

	world->before = still_at_last;
	expect(world, 100, "uid", "/proc");
	assert_string_equal(world->result.list[0].answer.module, "5");
}

static void gone_after_the_first(struct world *world, unsigned int take)
{
	if (take > 1)
		world->tolds = COUNT - 1;
}

static void test_gone(void **state)
{
	struct world *world = *state;

	remove_task(world, 702);
	world->truths--;
	world->before = gone_after_the_first;
	expect_race(world);
	assert_int_equal(world->result.races, 1);
}

/* A new task has the pid, and is not the old one. */
static void reused(struct world *world, unsigned int take)
{
	world->told[SHELL].start_ns = 1000000000 + (take > 1) * 5000000000;
	world->told[SHELL].uid = take > 1 ? 1000 : 55;
	world->told[SHELL].ids[TASKMAP_FS] = 55;
}

static void test_reused_pid(void **state)
{
	struct world *world = *state;

	world->before = reused;
	world->truth[SHELL].start_ns = 6000000000;
	put_task(world, &world->truth[SHELL]);
	expect_race(world);
}

static void born(struct world *world, unsigned int take)
{
	world->tolds = take > 1 ? COUNT : COUNT - 1;
}

static void test_born_meanwhile(void **state)
{
	struct world *world = *state;

	world->before = born;
	expect_race(world);
	assert_int_equal(world->result.races, 1);
}

/* One of a pair is gone: nothing can be said of the other. */
static void other_gone(struct world *world, unsigned int take)
{
	if (take > 1)
		world->tolds = world->truths = THREAD;
}

static void test_pair_gone(void **state)
{
	struct world *world = *state;

	world->before = other_gone;
	world->told[THREAD].ids[TASKMAP_SIGHAND] = 7;
	filter_add_pids(&world->filter, "201", &(size_t){ 0 });
	expect_race(world);
}

/* Witnesses that do not tell */

static void test_without_kcmp(void **state)
{
	struct world *world = *state;

	world->system.same = NULL;
	world->told[THREAD].ids[TASKMAP_FILES] = 5;
	world->told[SHELL].marks = TASKMAP_MARK_VFORK;
	expect_peace(world);
	assert_int_equal(world->result.pairs, 0);
	world->told[THREAD].ids[TASKMAP_UTS_NS] = 5;
	expect(world, 201, "uts", "/proc");
}

static void test_kcmp_forbidden(void **state)
{
	struct world *world = *state;

	world->kcmp_error = EPERM;
	world->kcmp_error_pid = 201;
	world->told[THREAD].ids[TASKMAP_FILES] = 5;
	assert_int_equal(check(world)->count, 0);
	assert_true(world->result.unchecked > 6);
	world->kcmp_error = ESRCH;
	expect_peace(world);
}

static void forbidden_later(struct world *world, unsigned int take)
{
	world->kcmp_error = take > 1 ? EPERM : 0;
	world->kcmp_error_pid = 201;
}

static void test_kcmp_forbidden_later(void **state)
{
	struct world *world = *state;

	world->before = forbidden_later;
	world->told[THREAD].ids[TASKMAP_FILES] = 5;
	assert_int_equal(check(world)->count, 0);
	assert_true(world->result.unchecked > 0);
}

/* Files of /proc that are not as they should be */
static void test_broken_proc(void **state)
{
	static const struct {
		const char *name, *text;
	} files[] = {
		{ "stat", "" }, { "stat", "100 (shell) S 1 1" },
		{ "stat", "no parenthesis" }, { "status", "" },
		{ "status", "Name:\tx\nTgid:\t100\nPid:\t100\n" },
		{ "comm", "" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		put(world, 100, files[i].name, files[i].text);
		assert_int_equal(check(world)->count, 0);
		assert_int_equal(world->result.unchecked, 1);
		put_task(world, &world->truth[SHELL]);
	}
	expect_peace(world);
}

static void test_broken_link(void **state)
{
	struct world *world = *state;
	char *path;

	assert_true(asprintf(&path, "%s/100/task/100/ns/uts", world->root) > 0);
	unlink(path);
	assert_int_equal(symlink("nothing", path), 0);
	free(path);
	assert_int_equal(check(world)->count, 0);
	assert_int_equal(world->result.unchecked, 1);
}

/* Of a task of a thousand groups, and one whose name is all of a line. */
static void test_odd_proc(void **state)
{
	struct world *world = *state;
	struct taskmap_record *row = &world->truth[SHELL];
	char *groups = xcalloc(1, 9000), *text;

	memset(groups, '7', 8999);
	assert_true(asprintf(&text, "Name:\tx\nTgid:\t100\nPid:\t100\n"
			     "Uid:\t1000\nGid:\t1000\nGroups:\t%s\n"
			     "VmSize:\t1 kB\nThreads:\t1\n", groups) > 0);
	put(world, 100, "status", text);
	put_stat(world, row, "a) R 7 7 (");
	expect_peace(world);
	free(text);
	free(groups);
}

/* A kernel that was built without some */
static void test_without_namespaces(void **state)
{
	struct world *world = *state;
	char *path;

	assert_true(asprintf(&path, "%s/self/ns/", world->root) > 0);
	fixture_remove(path);
	world->told[THREAD].ids[TASKMAP_UTS_NS] = 5;
	expect_peace(world);
}

/* Where to ask */

static void expect_refusal(struct world *world, const char *words)
{
	struct error error = { 0 };

	assert_int_equal(verify(&world->system, &world->filter, 1,
				&world->result, &error), -1);
	if (!strstr(error.text, words) || strchr(error.text, '\n'))
		fail_msg("\"%s\" has no \"%s\"", error.text, words);
	error_clear(&error);
}

static void test_other_place(void **state)
{
	struct world *world = *state;

	put_link(world, "self/ns/pid", 4026532000);
	expect_refusal(world, "outside of any container");
	put_self(world);
	put_link(world, "self/ns/time", 4026532000);
	expect_refusal(world, "outside of any container");
	put_self(world);
	expect_peace(world);
	world->system.proc = "/nowhere";
	expect_refusal(world, "cannot read /nowhere/self: No such file");
}

static void test_module_fails(void **state)
{
	struct world *world = *state;

	world->fail_take = 1;
	expect_refusal(world, "unloaded");
	world->told[THREAD].uid++;
	world->fail_take = 4;
	world->takes = 0;
	expect_refusal(world, "unloaded");
}

static void test_missing_pid(void **state)
{
	struct world *world = *state;

	filter_add_pids(&world->filter, "200,999", &(size_t){ 0 });
	expect_peace(world);
	assert_int_equal(world->result.tasks, 4);
	assert_int_equal(world->result.missing, 1);
}

/* The number of pairs is all that can be seen of a seed here. */
static void test_seed(void **state)
{
	struct world *world = *state;
	uint64_t first, other = 0;
	struct error error = { 0 };

	first = check(world)->pairs;
	assert_int_equal(check(world)->pairs, first);
	assert_int_equal(world->result.seed, 4711);
	for (uint64_t seed = 0; seed < 50 && (!other || other == first); seed++) {
		verification_free(&world->result);
		assert_int_equal(verify(&world->system, &world->filter, seed,
					&world->result, &error), 0);
		other = world->result.pairs;
	}
	assert_int_not_equal(other, first);
}

/* kcmp(2) itself */

static void test_kcmp(void **state)
{
	int self = getpid();
	int nobody;

	(void)state;
	if (kcmp_probe()) {
		print_message("# SKIP kcmp(2) cannot be used here\n");
		skip();
	}
	nobody = kcmp_nobody();
	assert_true(nobody > 0);
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (!kcmp_knows(r))
			continue;
		assert_int_equal(kcmp_same(self, self, r), 1);
		if (r == TASKMAP_MM || r == TASKMAP_FILES || r == TASKMAP_FS)
			assert_int_equal(kcmp_same(self, nobody, r), 0);
	}
	kcmp_nobody_free(nobody);
	assert_int_equal(kcmp_same(self, nobody, TASKMAP_MM), -ESRCH);
}

#define WORLD_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_agreement),
		WORLD_TEST(test_fields),
		WORLD_TEST(test_dead),
		WORLD_TEST(test_not_compared),
		WORLD_TEST(test_user_worker),
		WORLD_TEST(test_kthread_names),
		WORLD_TEST(test_other_objects),
		WORLD_TEST(test_no_objects),
		WORLD_TEST(test_no_mm),
		WORLD_TEST(test_none_by_pairs_alone),
		WORLD_TEST(test_odd_namespace),
		WORLD_TEST(test_vfork),
		WORLD_TEST(test_vfork_of_dead_leader),
		WORLD_TEST(test_no_such_task),
		WORLD_TEST(test_missing_task),
		WORLD_TEST(test_changed_meanwhile),
		WORLD_TEST(test_changed_late),
		WORLD_TEST(test_never_still),
		WORLD_TEST(test_witness_never_still),
		WORLD_TEST(test_still_at_last),
		WORLD_TEST(test_gone),
		WORLD_TEST(test_reused_pid),
		WORLD_TEST(test_born_meanwhile),
		WORLD_TEST(test_pair_gone),
		WORLD_TEST(test_without_kcmp),
		WORLD_TEST(test_kcmp_forbidden),
		WORLD_TEST(test_kcmp_forbidden_later),
		WORLD_TEST(test_broken_proc),
		WORLD_TEST(test_broken_link),
		WORLD_TEST(test_odd_proc),
		WORLD_TEST(test_without_namespaces),
		WORLD_TEST(test_other_place),
		WORLD_TEST(test_module_fails),
		WORLD_TEST(test_missing_pid),
		WORLD_TEST(test_seed),
		cmocka_unit_test(test_kcmp),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
