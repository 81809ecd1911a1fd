// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap verify, with a directory as /proc and a function as kcmp(2). Both
 * show the true rows. The module has its own rows, in which each test makes
 * something wrong.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "core/resources.h"
#include "command/verify.c"

#define ZOMBIE	32000

/* Rows of fixture_system() */
#define INIT	0	/* 1 */
#define KWORKER	2	/* 3 */
#define SHELL	3	/* 100, a single process */
#define SERVER	4	/* 200, a process of four threads */
#define THREAD	5	/* 201, one of them */
#define APART	6	/* 202, another one with a few own objects */
#define WORKER	7	/* 203, another one that the kernel created */
#define UNDEAD	10	/* 400, a leader that is dead while its threads live */
#define LINUX	13	/* 500, the first of three processes that share much */
#define LAST	19	/* 702 */
#define COUNT	20

struct world {
	char *root;
	struct taskmap_record truth[COUNT + 1];
	struct taskmap_record told[COUNT + 1];
	unsigned int truths, tolds;
	const struct shape *shape;	/* shape of the module's file */
	unsigned int takes;
	const struct story *story;
	unsigned int fail_take;	/* number of the failing snapshot, 0 for none */
	int kcmp_error;		/* errno of kcmp(2) for 201 */
	struct verify_system system;
	struct wanted wanted[2];
	struct filter filter;
	struct verification result;
};

/* Changes before each snapshot, and the expected result. */
struct story {
	void (*before)(struct world *world, unsigned int take);
	const char *what;	/* disagreement about 100; NULL: a race */
	unsigned int takes;	/* number of snapshots, or of races; 0: any */
	unsigned int races;
	int pid;		/* argument of verify, 0: all tasks */
};

/* A global, because kcmp_same() has no argument for data. */
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

	assert_true(asprintf(&text, "%d (%s) %c %d %d %d 0 -1 %u 0 0 0 0 0 0 0 "
			     "0 20 0 %u 0 %" PRIu64 " 0 0 0 0 0 0 0 0 0 0 0 0 "
			     "0 0 0 %d 0 0 0 0 0 0 0 0 0 0 0 0 0 %d\n",
			     row->pid, comm, row->state, row->ppid, row->pgrp,
			     row->session, row->flags, row->threads,
			     (uint64_t)row->start_ns / 10000000,
			     row->exit_signal, row->exit_code) > 0);
	put(world, row->pid, "stat", text);
	free(text);
}

/* Writes the exit code of the group of @pid, which is in another file than a task's. */
static void put_group(const struct world *world, int pid, int exit_code)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "%d/stat", pid);
	snprintf(text, sizeof(text), "all else and %d\n", exit_code);
	free(fixture_file(world->root, path, text, strlen(text)));
}

/* The pids of @row, also those that a record cannot have. The caller frees the text. */
static char *numbers_of(const struct taskmap_record *row)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	fprintf(stream, "\t%d", row->pid);
	for (unsigned int i = 0; i + 2 < row->ns_levels; i++)
		fprintf(stream, "\t%d",
			i < TASKMAP_NS_PIDS ? row->ns_pids[i] : 777);
	if (row->ns_levels > 1)
		fprintf(stream, "\t%d", row->ns_pid);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void put_status(const struct world *world,
		       const struct taskmap_record *row)
{
	bool memory = row->ids[TASKMAP_MM] && row->kind != TASKMAP_KTHREAD;
	char *numbers = numbers_of(row);
	char *text;

	assert_true(asprintf(&text, "Name:\tx\\nTgid:\t7\nTgid:\t%d\nPid:\t%d\n"
			     "PPid:\t%d\nTracerPid:\t%d\nUid:\t%u\t%u\t7\t%u\n"
			     "Gid:\t%u\t7\t7\t7\nNSpid:%s\n%sThreads:\t%u\n"
			     "Seccomp:\t%u\n", row->tgid, row->pid, row->ppid,
			     row->tracer, row->uid, row->euid, row->fsuid,
			     row->gid, numbers,
			     memory ? "VmSize:\t8 kB\n" : "", row->threads,
			     row->seccomp) > 0);
	put(world, row->pid, "status", text);
	free(text);
	free(numbers);
}

/* Creates a cgroup. Its inode number is that of its directory. */
static uint64_t make_cgroup(const struct world *world, const char *name)
{
	struct stat st;
	char *path;

	assert_true(asprintf(&path, "%s%s", world->system.cgroups, name) > 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(stat(path, &st), 0);
	free(path);
	return st.st_ino;
}

static void put_cgroup(const struct world *world, int pid, const char *name)
{
	char *text;

	assert_true(asprintf(&text, "2:cpu:/0::/not-this\n1:name=systemd:/\n"
			     "0::%s\n", name) > 0);
	put(world, pid, "cgroup", text);
	free(text);
}

static void put_namespaces(const struct world *world,
			   const struct taskmap_record *row)
{
	char path[64];

	put(world, row->pid, "ns/x", "");
	for_each_resource_in(ALL_NAMESPACES | CHILD_NAMESPACES, r) {
		snprintf(path, sizeof(path), "%d/task/%d/ns/%s", row->pid,
			 row->pid, resources[r].link);
		if (row->ids[r])
			put_link(world, path, (uint32_t)row->ids[r]);
	}
}

/* Numbers namespaces like put_namespaces(), except the mount namespace. */
static void number_namespaces(struct taskmap_record *row)
{
	for (unsigned int i = 0; i < TASKMAP_NAMESPACES; i++)
		row->ns_inodes[i] = (uint32_t)row->ids[TASKMAP_UTS_NS + i];
	row->ns_inodes[TASKMAP_MNT_NS - TASKMAP_UTS_NS] = 0;
}

static void put_task(const struct world *world,
		     const struct taskmap_record *row)
{
	put_stat(world, row, row->comm);
	put_status(world, row);
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
	for_each_resource_in(ALL_NAMESPACES | CHILD_NAMESPACES, r) {
		snprintf(path, sizeof(path), "self/ns/%s", resources[r].link);
		put_link(world, path, r == TASKMAP_TIME_NS ? FIRST_TIME_NS :
							     FIRST_PID_NS);
	}
}

/* A function for kcmp(2) */

static const struct taskmap_record *true_row(int pid)
{
	static const struct taskmap_record nothing;

	if (pid == ZOMBIE)
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
	if (current->kcmp_error && (one == 201 || other == 201))
		return -current->kcmp_error;
	if (!a || !b)
		return -ESRCH;
	return a->ids[resource] == b->ids[resource];
}

/* Replacements of the module and the rest of the system */

static int fake_take(const struct source *source, const char *path,
		     struct snapshot *snap, struct error *error)
{
	struct world *world = current;

	assert_ptr_equal(source, &source_exact);
	assert_null(path);
	world->takes++;
	if (world->takes == world->fail_take)
		return error_set(error, "unloaded");
	if (world->story)
		world->story->before(world, world->takes);
	*snap = fixture_snapshot_of(world->told, world->tolds, world->shape);
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
	uint64_t cgroup;
	char *cgroups;

	assert_int_equal(fixture_system_count, COUNT);
	rows[WORKER].flags |= FLAG_IO_WORKER;
	rows[APART].ns_levels = 4;
	rows[APART].ns_pids[0] = 30;
	rows[APART].ns_pids[1] = 4;
	rows[APART].ns_pid = 2;
	/* As many levels and as long pids as Linux allows. */
	rows[SERVER].ns_levels = 33;
	for (unsigned int i = 0; i < TASKMAP_NS_PIDS; i++)
		rows[SERVER].ns_pids[i] = 4194303;
	rows[SERVER].ns_pid = 4194303;
	rows[UNDEAD].exit_code = 9;
	world->root = fixture_dir();
	assert_true(asprintf(&cgroups, "%s/cgroups", world->root) > 0);
	world->system = (struct verify_system){
		.take = fake_take, .source = &source_exact,
		.proc = world->root, .cgroups = cgroups,
		.same = fake_same, .zombie = ZOMBIE,
		.rest = no_rest, .progress = check_progress,
	};
	cgroup = make_cgroup(world, "/");
	for (unsigned int i = 0; i < COUNT; i++) {
		rows[i].cgroup = cgroup;
		put_cgroup(world, rows[i].pid, "/");
		number_namespaces(&rows[i]);
	}
	rows[SHELL].cgroup = make_cgroup(world, "/a b");
	put_cgroup(world, rows[SHELL].pid, "/a b");
	memcpy(world->truth, rows, COUNT * sizeof(*rows));
	memcpy(world->told, rows, COUNT * sizeof(*rows));
	free(rows);
	world->truths = world->tolds = COUNT;
	put_self(world);
	for (unsigned int i = 0; i < COUNT; i++)
		put_task(world, &world->truth[i]);
	world->filter.tasks = world->wanted;
	world->story = *state;
	current = world;
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	free(world->result.list);
	free((char *)world->system.cgroups);
	fixture_remove(world->root);
	free(world);
	return 0;
}

static const struct verification *check(struct world *world)
{
	struct error error = { 0 };

	free(world->result.list);
	world->takes = 0;
	if (verify(&world->system, &world->filter, 4711, &world->result, &error))
		fail_msg("%s", error.text);
	print_text(&world->result);
	return &world->result;
}

static void expect_peace(struct world *world)
{
	assert_int_equal(check(world)->count, 0);
	assert_int_equal(world->result.unchecked, 0);
}

/* There must be disagreements, all of them about @what of @pid. */
static void expect(struct world *world, int pid, const char *what,
		   const char *source)
{
	const struct verification *result = check(world);

	if (!result->count)
		fail_msg("%s of %d: no disagreement found", what, pid);
	for (size_t i = 0; i < result->count; i++) {
		const struct suspicion *found = &result->list[i];

		assert_true(found->one.pid == pid || found->other.pid == pid);
		assert_string_equal(what_of(found), what);
		assert_string_equal(found->check->source, source);
		assert_string_not_equal(found->answer.module,
					found->answer.source);
	}
	assert_int_equal(result->races, 0);
	assert_int_equal(world->takes, 1 + STEADY);
}

static void expect_unchecked(struct world *world, uint64_t questions)
{
	assert_int_equal(check(world)->count, 0);
	assert_int_equal(world->result.unchecked, questions);
}

static void tell_truth(struct world *world)
{
	memcpy(world->told, world->truth, sizeof(world->told));
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

/* One wrong field of a record */

#define MEMBER(member)	(((struct taskmap_record *)NULL)->member)
#define WRONG(what, row, source, member, ...)				\
	{ what, source, row, offsetof(struct taskmap_record, member),	\
	  sizeof(MEMBER(member)),					\
	  &(const __typeof__(MEMBER(member))){ __VA_ARGS__ } }

static const struct {
	const char *what, *source;
	unsigned int row;
	size_t offset, size;
	const void *value;
} wrongs[] = {
	WRONG("start", THREAD, "/proc", start_ns, 211000000),
	WRONG("tgid", THREAD, "/proc", tgid, 100),
	/* The parent of a vfork child then seems to have another thread. */
	WRONG("tgid", SERVER, "/proc", tgid, 300),
	WRONG("ppid", THREAD, "/proc", ppid, 1),
	WRONG("nspid", THREAD, "/proc", ns_pid, 3),
	WRONG("kind", THREAD, "/proc", kind, TASKMAP_WORKER),
	WRONG("kind", THREAD, "/proc", kind, 99),
	WRONG("kind", WORKER, "/proc", kind, TASKMAP_THREAD),
	WRONG("kind", SERVER, "/proc", kind, TASKMAP_PROCESS),
	WRONG("kind", KWORKER, "/proc", kind, TASKMAP_PROCESS),
	WRONG("s", THREAD, "/proc", state, 'T'),
	WRONG("s", THREAD, "/proc", state, 't'),
	WRONG("s", THREAD, "/proc", state, '?'),
	WRONG("s", THREAD, "/proc", state, 'X'),
	WRONG("s", UNDEAD, "/proc", state, 'S'),
	WRONG("nlwp", THREAD, "/proc", threads, 5),
	WRONG("flags", THREAD, "/proc", flags, 0x00400140),
	WRONG("exit_signal", THREAD, "/proc", exit_signal, 0),
	WRONG("uid", THREAD, "/proc", uid, 0xffffffff),
	WRONG("gid", THREAD, "/proc", gid, 7),
	WRONG("comm", THREAD, "/proc", comm, "serves"),
	WRONG("comm", THREAD, "/proc", comm, "serve"),
	WRONG("tracer", THREAD, "/proc", tracer, 100),
	WRONG("pgid", THREAD, "/proc", pgrp, 0),
	WRONG("sid", THREAD, "/proc", session, 200),
	WRONG("euid", SHELL, "/proc", euid, 0),
	WRONG("fsuid", SHELL, "/proc", fsuid, 0),
	WRONG("seccomp_mode", THREAD, "/proc", seccomp, 2),
	WRONG("nspids", APART, "/proc", ns_pids[1], 5),
	WRONG("nspids", APART, "/proc", ns_levels, 3),
	WRONG("nspids", SERVER, "/proc", ns_levels, 32),
	WRONG("nspids", THREAD, "/proc", ns_levels, 2),
	WRONG("nspids", THREAD, "/proc", ns_levels, 0),
	WRONG("exit_code", UNDEAD, "/proc", exit_code, 11),
	WRONG("cgroup_id", SHELL, "/proc", cgroup, 1ULL << 40),
	WRONG("cgroup_id", SHELL, "/proc", cgroup, 0),
	WRONG("utsns_inode", THREAD, "/proc", ns_inodes[0], 5),
	WRONG("timens_children_inode", INIT, "/proc",
	      ns_inodes[TASKMAP_TIME_CHILDREN_NS - TASKMAP_UTS_NS], 5),
	WRONG("vfork", SERVER, "kcmp", marks, TASKMAP_MARK_VFORK),
	/* The finding names the odd one, even if it is the first. */
	WRONG("utsns", INIT, "/proc", ids[TASKMAP_UTS_NS], 99),
	/* Its id is that of the others, but its link is not. */
	WRONG("netns", APART, "/proc", ids[TASKMAP_NET_NS],
	      (0xa0ULL + TASKMAP_NET_NS) << 56 | 1),
};

static void tell_wrong(struct world *world, size_t wrong)
{
	tell_truth(world);
	memcpy((char *)&world->told[wrongs[wrong].row] + wrongs[wrong].offset,
	       wrongs[wrong].value, wrongs[wrong].size);
}

static void test_fields(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		const struct taskmap_record *row = &world->told[wrongs[i].row];

		tell_wrong(world, i);
		expect(world, row->pid, wrongs[i].what, wrongs[i].source);
		assert_int_equal(world->result.count, 1);
		assert_int_equal(world->result.list[0].one.pid, row->pid);
	}
}

/* Fields that can change at any moment are not compared. */
static void test_not_compared(void **state)
{
	struct world *world = *state;

	world->told[THREAD].state = 'R';
	world->told[THREAD].flags ^= 0x00000800;	/* PF_MEMALLOC */
	world->told[THREAD].start_ns += 9999999 - 201000000 % 10000000;
	expect_peace(world);
	assert_int_equal(world->takes, 1);
}

/* Exit codes of tasks and of their thread groups. */
static void test_exit_codes(void **state)
{
	static const struct {
		unsigned int row;
		int proc, group, told;
		bool good;
	} codes[] = {
		{ UNDEAD, 0x300, 0x300, 0x300, true },
		/* The leader called exit(2), and then the others were killed. */
		{ UNDEAD, 0x300, 9, 9, true },
		{ UNDEAD, 0x300, 9, 0x300, true },
		{ UNDEAD, 0x300, 9, 0x100, false },
		{ UNDEAD, 0x300, 9, 0, false },
		/* The reader may not see the exit code. */
		{ UNDEAD, 0, 0, 9, true },
		/* A thread's exit code is not that of its group. */
		{ THREAD, 0x300, 9, 9, false },
		{ THREAD, 0x300, 9, 0x300, true },
	};
	struct world *world = *state;

	world->truth[THREAD].state = 'Z';
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		struct taskmap_record *row = &world->truth[codes[i].row];

		row->exit_code = codes[i].proc;
		put_task(world, &world->truth[THREAD]);
		put_task(world, row);
		put_group(world, row->tgid, codes[i].group);
		tell_truth(world);
		world->told[codes[i].row].exit_code = codes[i].told;
		if (codes[i].good)
			expect_peace(world);
		else
			expect(world, row->pid, "exit_code", "/proc");
	}
	/* A living task has an exit code while a tracer has stopped it. */
	world->truth[SHELL].exit_code = 5;
	put_task(world, &world->truth[SHELL]);
	tell_truth(world);
	world->told[SHELL].exit_code = 0;
	expect_peace(world);
}

/* If /proc does not show the cgroup, it is not compared. */
static void test_unknown_cgroup(void **state)
{
	struct world *world = *state;
	char *cgroups = (char *)world->system.cgroups;

	world->told[SHELL].cgroup = 4711;
	put_cgroup(world, 100, "/a b (deleted)");
	expect_peace(world);
	put(world, 100, "cgroup", "1:name=systemd:/0::/\n");
	expect_peace(world);
	put_cgroup(world, 100, "/a b");
	world->system.cgroups = NULL;
	expect_peace(world);
	world->system.cgroups = cgroups;
	expect(world, 100, "cgroup_id", "/proc");
}

/* The root of cgroups has the inode number that /proc has, too. */
static void test_cgroup_mount(void **state)
{
	static const struct {
		uint64_t ns;
		const char *mounts, *found;
	} cases[] = {
		{ 0xeffffffb, "none / cgroup 1 0 0\nnone /tmp cgroup2 x 0 0\n"
			      "none /proc cgroup2 rw 0 0\n", "/proc" },
		{ 4026532000, "none /proc cgroup2 rw 0 0\n", NULL },
		{ 0xeffffffb, "none /proc cgroup rw 0 0\n", NULL },
		{ 0xeffffffb, "none /tmp cgroup2 rw 0 0\n", NULL },
		{ 0xeffffffb, "none /nowhere cgroup2 rw 0 0\n", NULL },
		{ 0xeffffffb, "", NULL },
	};
	struct world *world = *state;

	if (access("/proc/self", F_OK)) {
		print_message("# SKIP /proc is not mounted\n");
		skip();
	}
	assert_null(proc_cgroups(world->root));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *found;

		put_link(world, "self/ns/cgroup", cases[i].ns);
		free(fixture_file(world->root, "self/mounts", cases[i].mounts,
				  strlen(cases[i].mounts)));
		found = proc_cgroups(world->root);
		if (cases[i].found)
			assert_string_equal(found, cases[i].found);
		else
			assert_null(found);
		free(found);
	}
}

/* Only fields that an older module has are compared. */
static void test_older_module(void **state)
{
	struct world *world = *state;
	struct taskmap_record *row = &world->truth[THREAD];

	row->tracer = 1;
	row->seccomp = 2;
	put_task(world, row);
	world->shape = &fixture_older;
	expect_peace(world);
	world->told[THREAD].ids[TASKMAP_USER_NS] = 5;
	expect(world, 201, "userns", "/proc");
	tell_truth(world);
	world->told[THREAD].uid = 5;
	expect(world, 201, "uid", "/proc");
}

/* /proc shows this namespace only after the first child. */
static void test_no_children_yet(void **state)
{
	struct world *world = *state;
	char *path;

	world->told[THREAD].ids[TASKMAP_PID_CHILDREN_NS] = 77;
	expect(world, 201, "pidns_children", "/proc");
	assert_true(asprintf(&path, "%s/201/task/201/ns/pid_for_children",
			     world->root) > 0);
	unlink(path);
	free(path);
	expect_peace(world);
}

/* The flag of vhost's threads had another meaning in older kernels. */
static void test_user_worker(void **state)
{
	struct world *world = *state;

	world->truth[THREAD].flags |= FLAG_USER_WORKER;
	world->told[THREAD].flags |= FLAG_USER_WORKER;
	put_task(world, &world->truth[THREAD]);
	expect_peace(world);
	world->told[THREAD].kind = TASKMAP_WORKER;
	expect_peace(world);
	world->told[SHELL].kind = TASKMAP_WORKER;
	expect(world, 100, "kind", "/proc");
}

/* /proc has longer names for kernel threads only. */
static void test_longer_names(void **state)
{
	static const struct {
		unsigned int row;
		const char *told, *proc;
		bool good;
	} names[] = {
		{ KWORKER, "kworker/0:0H", "kworker/0:0H", true },
		{ KWORKER, "kworker/0:0H", "kworker/0:0H-events", true },
		{ KWORKER, "kworker/0:0H", "kworker/0:0H+events", true },
		{ KWORKER, "kworker/0:0H", "kworker/0:0Hx", false },
		{ KWORKER, "kworker/0:0H", "kworker/0:0", false },
		{ KWORKER, "a-name-that-is-", "a-name-that-is-longer", true },
		{ KWORKER, "a-name-that-is-", "a-name-that-is_longer", false },
		{ KWORKER, "a-name-that-is", "a-name-that-is-longer", true },
		{ KWORKER, "a-name-that-i", "a-name-that-is-longer", false },
		{ SHELL, "shell", "shell-more", false },
		{ SHELL, "a) R 7 7 (", "a) R 7 7 (", true },
	};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct taskmap_record *row = &world->truth[names[i].row];

		tell_truth(world);
		strcpy(world->told[names[i].row].comm, names[i].told);
		put_stat(world, row, names[i].proc);
		if (names[i].good) {
			expect_peace(world);
		} else {
			expect(world, row->pid, "comm", "/proc");
			assert_string_equal(world->result.list[0].answer.source,
					    names[i].proc);
		}
		put_task(world, row);
	}
}

/* Objects */

static bool is_checked(unsigned int resource)
{
	return kcmp_knows(resource) || resources[resource].link;
}

static void expect_wrong_id(struct world *world, unsigned int task,
			    unsigned int resource, uint64_t id)
{
	/* Only /proc shows whether there are signal handlers. */
	bool proc = resources[resource].link ||
		    (resource == TASKMAP_SIGHAND && !id);

	tell_truth(world);
	world->told[task].ids[resource] = id;
	expect(world, world->told[task].pid, resources[resource].key,
	       proc ? "/proc" : "kcmp");
}

static void test_objects(void **state)
{
	struct world *world = *state;

	for_each_resource(r) {
		uint64_t other = world->truth[SHELL].ids[r];

		if (!is_checked(r))
			continue;
		/* An object of no task, and an object of another task. */
		expect_wrong_id(world, THREAD, r, 77);
		if (other && other != world->truth[THREAD].ids[r])
			expect_wrong_id(world, THREAD, r, other);
		/* No object instead of one, or the other way around. */
		if (r != TASKMAP_MM)
			expect_wrong_id(world, SHELL, r, !other);
	}
	/* Both /proc and kcmp(2) show whether there is an mm. */
	tell_truth(world);
	world->told[SHELL].ids[TASKMAP_MM] = 0;
	assert_int_equal(check(world)->count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(what_of(&world->result.list[i]), "mm");
	assert_ptr_not_equal(world->result.list[0].check,
			     world->result.list[1].check);
}

/* Without a zombie to compare with, pairs still show a missing object. */
static void test_none_by_pairs_alone(void **state)
{
	struct world *world = *state;

	world->system.zombie = -EAGAIN;
	expect_peace(world);
	world->told[THREAD].ids[TASKMAP_IO] = 9;
	expect(world, 201, "io", "kcmp");
}

/* If the leader is dead, the borrowed mm is that of another thread. */
static void test_vfork_of_dead_leader(void **state)
{
	struct world *world = *state;
	struct taskmap_record *row = &world->truth[LINUX];

	row->ppid = 400;
	row->marks = TASKMAP_MARK_VFORK;
	for (int i = LINUX; i < LINUX + 3; i++)
		world->truth[i].ids[TASKMAP_MM] =
			world->truth[UNDEAD + 1].ids[TASKMAP_MM];
	tell_truth(world);
	put_task(world, row);
	expect_peace(world);
	world->truth[LINUX].ids[TASKMAP_MM] = 7;
	world->told[LINUX].ids[TASKMAP_MM] = 7;
	expect(world, 500, "vfork", "kcmp");
	assert_int_equal(world->result.list[0].other.pid, 401);
}

/*
 * With CLONE_PARENT, its parent is not the task that waits for it. The mark is
 * right if the parent also has the mm.
 */
static void test_vfork_of_sibling(void **state)
{
	struct world *world = *state;

	world->told[LINUX + 2].marks = TASKMAP_MARK_VFORK;
	expect_peace(world);
	world->truth[LINUX + 2].ppid = 100;
	put_task(world, &world->truth[LINUX + 2]);
	world->told[LINUX + 2].ppid = 100;
	expect(world, 502, "vfork", "kcmp");
	world->told[LINUX + 2].marks = 0;
	expect_peace(world);
}

/* A task that differs in both link and id is reported once. */
static void test_told_once(void **state)
{
	struct world *world = *state;

	for (int i = LINUX; i < LINUX + 3; i++) {
		world->truth[i].ids[TASKMAP_UTS_NS] = 500;
		number_namespaces(&world->truth[i]);
		put_task(world, &world->truth[i]);
	}
	tell_truth(world);
	world->told[LINUX].ids[TASKMAP_UTS_NS] =
		world->truth[INIT].ids[TASKMAP_UTS_NS];
	expect(world, 500, "utsns", "/proc");
	assert_int_equal(world->result.count, 1);
}

/* Tasks that only the module or only /proc has */

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
	/* This task is not verified, so this is not found either. */
	world->told[APART].ids[TASKMAP_NET_NS] =
		world->truth[INIT].ids[TASKMAP_NET_NS];
	world->told[APART].uid = 1;
	world->wanted[0].pid = 100;
	world->filter.task_count = 1;
	expect_peace(world);
	assert_int_equal(world->result.tasks, 1);
}

/* Races, and errors that look like one */

static void test_changed_meanwhile(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		tell_wrong(world, i);
		expect_peace(world);
		assert_true(world->result.races > 0);
		assert_int_equal(world->takes, 2);
	}
}

static void true_after_the_first(struct world *world, unsigned int take)
{
	if (take > 1)
		tell_truth(world);
}

static void several_at_first(struct world *world, unsigned int take)
{
	static const unsigned int ids[] = {
		TASKMAP_FILES, TASKMAP_MNT_NS, TASKMAP_IO,
	};

	tell_truth(world);
	for (size_t i = 0; i < ARRAY_SIZE(ids) && take == 1; i++)
		world->told[SHELL].ids[ids[i]] = 5;
}

static void true_at_last(struct world *world, unsigned int take)
{
	world->told[SHELL].uid = take == 1 + STEADY ? 1000 : 5;
}

static void module_never_still(struct world *world, unsigned int take)
{
	world->told[SHELL].uid = 5 + take;
	world->told[SHELL].ids[TASKMAP_FILES] = 5 + take;
	world->told[SHELL].ids[TASKMAP_NET_NS] = 5 + take;
}

static void source_never_still(struct world *world, unsigned int take)
{
	struct taskmap_record row = world->truth[SHELL];

	row.uid = 5 + take;
	put_status(world, &row);
}

static void still_at_last(struct world *world, unsigned int take)
{
	world->told[SHELL].uid = take < 5 ? take : 5;
}

static void gone_from_proc_first(struct world *world, unsigned int take)
{
	if (take == 1)
		remove_task(world, 702);
	world->truths = LAST;
	world->tolds = take == 1 ? COUNT : LAST;
}

/* A new task gets the pid; the module sees it later, or at once. */
static void pid_reused(struct world *world, unsigned int take)
{
	world->truth[SHELL].start_ns = 6000000000;
	put_task(world, &world->truth[SHELL]);
	if (take == 1)
		world->told[SHELL].uid = 55;
	else
		tell_truth(world);
}

static void pid_reused_later(struct world *world, unsigned int take)
{
	world->truth[SHELL].start_ns = take * 1000000000ULL;
	put_task(world, &world->truth[SHELL]);
	tell_truth(world);
	world->told[SHELL].uid = 55;
}

/* A different task is missing in each snapshot. */
static void always_another_missing(struct world *world, unsigned int take)
{
	struct taskmap_record row = world->truth[LAST];

	row.start_ns += take * 1000000000ULL;
	put_task(world, &row);
	world->tolds = LAST;
}

static void born_meanwhile(struct world *world, unsigned int take)
{
	world->tolds = take == 1 ? LAST : COUNT;
}

/* The other tasks of both pairs have ended, so nothing is known about this one. */
static void pair_gone(struct world *world, unsigned int take)
{
	world->told[LINUX].ids[TASKMAP_SIGHAND] = 7;
	if (take > 1)
		world->tolds = LINUX + 1;
}

static void test_story(void **state)
{
	struct world *world = *state;
	const struct story *story = world->story;

	world->wanted[0].pid = story->pid;
	world->filter.task_count = !!story->pid;
	if (story->what) {
		assert_int_equal(check(world)->count, 1);
		assert_int_equal(world->result.list[0].one.pid, 100);
		assert_string_equal(what_of(&world->result.list[0]),
				    story->what);
		return;
	}
	expect_peace(world);
	assert_true(story->races ? world->result.races == story->races :
				   world->result.races > 0);
	assert_true(!story->takes || world->takes == story->takes);
}

/* /proc or kcmp(2) fail */

static void test_without_kcmp(void **state)
{
	struct world *world = *state;

	world->system.same = NULL;
	world->told[THREAD].ids[TASKMAP_FILES] = 5;
	world->told[SHELL].marks = TASKMAP_MARK_VFORK;
	expect_peace(world);
	assert_int_equal(world->result.pairs, 0);
	world->told[THREAD].ids[TASKMAP_UTS_NS] = 5;
	expect(world, 201, "utsns", "/proc");
}

static void forbidden_later(struct world *world, unsigned int take)
{
	world->kcmp_error = take > 1 ? EPERM : 0;
}

static void test_kcmp_forbidden(void **state)
{
	static const struct story later = { .before = forbidden_later };
	struct world *world = *state;

	world->kcmp_error = EPERM;
	world->told[THREAD].ids[TASKMAP_FILES] = 5;
	expect_unchecked(world, 5 + 4 * 6);	/* itself, and pairs with it */
	world->kcmp_error = ESRCH;
	expect_peace(world);
	world->story = &later;
	expect_unchecked(world, 1);
}

static void test_broken_proc(void **state)
{
	static const struct {
		const char *name, *text;
	} files[] = {
		{ "stat", "" }, { "stat", "100 (shell) S 1 1" },
		{ "stat", "no parenthesis" }, { "stat", "100 ) in front (" },
		{ "status", "" }, { "status", "Name:\tx\nTgid:\t100\n" },
		{ "status", "Name:\tx\nUid:\t0\nGid:\t0\n" },
		{ "status", "Name:\tx\nTgid:\tx\nUid:\t0\nGid:\t0\n" },
		{ "status", "N\nTgid:\t1\nUid:\t0\t0\t0\t0\nGid:\t0\n" },
		{ "status", "N\nTgid:\t1\nTracerPid:\t0\nUid:\t0\t0\t0\t0\n"
			    "Gid:\t0\nSeccomp:\tx\n" },
	};
	struct world *world = *state;
	char *path;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		put(world, 100, files[i].name, files[i].text);
		expect_unchecked(world, 1);
		put_task(world, &world->truth[SHELL]);
	}
	expect_peace(world);
	assert_true(asprintf(&path, "%s/100/task/100/ns/uts", world->root) > 0);
	unlink(path);
	assert_int_equal(symlink("nothing", path), 0);
	free(path);
	expect_unchecked(world, 1);
}

/* A task in a thousand groups, on a kernel without pid namespaces. */
static void test_long_status(void **state)
{
	struct world *world = *state;
	char *groups = xcalloc(1, 9000), *text;

	memset(groups, '7', 8999);
	assert_true(asprintf(&text, "Name:\tx\nTgid:\t100\nTracerPid:\t0\n"
			     "Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\nGroups:\t%s\nVmSize:\t1 kB\n",
			     groups) > 0);
	put(world, 100, "status", text);
	expect_peace(world);
	free(text);
	free(groups);
}

/* A kernel built without some namespaces. */
static void test_without_namespaces(void **state)
{
	struct world *world = *state;
	char *path;

	assert_true(asprintf(&path, "%s/self/ns/", world->root) > 0);
	fixture_remove(path);
	world->told[THREAD].ids[TASKMAP_UTS_NS] = 5;
	expect_peace(world);
}

/* Refusals */

static void expect_refusal(struct world *world, const char *words)
{
	struct error error = { 0 };

	world->takes = 0;
	free(world->result.list);
	assert_int_equal(verify(&world->system, &world->filter, 1,
				&world->result, &error), -1);
	if (!strstr(error.text, words) || strchr(error.text, '\n'))
		fail_msg("error \"%s\" does not mention \"%s\"", error.text, words);
	free(error.text);
}

static void test_other_place(void **state)
{
	static const char *const links[] = { "self/ns/pid", "self/ns/time" };
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		put_link(world, links[i], 4026532000);
		expect_refusal(world, "outside of any container");
		put_self(world);
	}
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
	expect_refusal(world, "unloaded");
}

static void test_missing_pid(void **state)
{
	struct world *world = *state;

	world->wanted[0].pid = 200;
	world->wanted[1].pid = 999;
	world->filter.task_count = 2;
	expect_peace(world);
	assert_int_equal(world->result.tasks, 4);
	assert_true(world->result.missing);
}

/* Here, a seed only changes the number of pairs. */
static void test_seed(void **state)
{
	struct world *world = *state;
	size_t first = check(world)->pairs, other = first;
	struct error error = { 0 };

	assert_int_equal(check(world)->pairs, first);
	assert_int_equal(world->result.seed, 4711);
	for (uint64_t seed = 0; seed < 50 && other == first; seed++) {
		free(world->result.list);
		assert_int_equal(verify(&world->system, &world->filter, seed,
					&world->result, &error), 0);
		other = world->result.pairs;
	}
	assert_int_not_equal(other, first);
}

static void test_kcmp(void **state)
{
	int self = getpid(), zombie;

	(void)state;
	if (kcmp_probe()) {
		print_message("# SKIP kcmp(2) cannot be used here\n");
		skip();
	}
	zombie = kcmp_zombie();
	assert_true(zombie > 0);
	for_each_resource(r) {
		if (!kcmp_knows(r))
			continue;
		assert_int_equal(kcmp_same(self, self, r), 1);
		if (r == TASKMAP_MM || r == TASKMAP_FILES || r == TASKMAP_FS)
			assert_int_equal(kcmp_same(self, zombie, r), 0);
	}
	kcmp_zombie_free(zombie);
	assert_int_equal(kcmp_same(self, zombie, TASKMAP_MM), -ESRCH);
}

#define WORLD(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)
#define TOLD(test, before_, ...)					\
	{ #before_, test, setup, teardown,				\
	  &(struct story){ .before = before_, __VA_ARGS__ } }

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(test_agreement),
		WORLD(test_fields),
		WORLD(test_not_compared),
		WORLD(test_exit_codes),
		WORLD(test_unknown_cgroup),
		WORLD(test_cgroup_mount),
		WORLD(test_older_module),
		WORLD(test_no_children_yet),
		WORLD(test_user_worker),
		WORLD(test_longer_names),
		WORLD(test_objects),
		WORLD(test_none_by_pairs_alone),
		WORLD(test_vfork_of_dead_leader),
		WORLD(test_vfork_of_sibling),
		WORLD(test_told_once),
		WORLD(test_no_such_task),
		WORLD(test_missing_task),
		TOLD(test_changed_meanwhile, true_after_the_first),
		TOLD(test_story, several_at_first, .takes = 2),
		TOLD(test_story, true_at_last, .takes = 1 + STEADY),
		TOLD(test_story, module_never_still, .takes = 1 + ROUNDS),
		TOLD(test_story, source_never_still, .takes = 1 + ROUNDS),
		TOLD(test_story, still_at_last, .what = "uid"),
		TOLD(test_story, gone_from_proc_first, .races = 1),
		TOLD(test_story, pid_reused, .races = 1),
		TOLD(test_story, pid_reused_later, .races = 1),
		TOLD(test_story, always_another_missing, .races = 1),
		TOLD(test_story, born_meanwhile, .races = 1),
		TOLD(test_story, pair_gone, .races = 2, .pid = 500),
		WORLD(test_without_kcmp),
		WORLD(test_kcmp_forbidden),
		WORLD(test_broken_proc),
		WORLD(test_long_status),
		WORLD(test_without_namespaces),
		WORLD(test_other_place),
		WORLD(test_module_fails),
		WORLD(test_missing_pid),
		WORLD(test_seed),
		cmocka_unit_test(test_kcmp),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
