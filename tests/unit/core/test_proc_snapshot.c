// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Snapshots without the module: of processes of this test, on the kernel that it runs on.
 * live/test_proc compares the zoo with the module.
 */
#include <errno.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "core/proc.h"

/* Counts calls of kcmp(2). @fickle comes after every other task, and before it. */
static unsigned long calls;
static int fickle;

static int counted(int one, int other, enum taskmap_resource resource)
{
	calls++;
	if (resource == TASKMAP_FS && fickle && (one == fickle || other == fickle))
		return 2;
	return kcmp_order(one, other, resource);
}

/* The kernel has no namespaces of this type. */
static enum taskmap_resource absent = TASKMAP_RESOURCES;

static int without(const char *root, int pid, enum taskmap_resource resource,
		   uint64_t *number)
{
	bool is_absent = resource == absent || (absent == TASKMAP_TIME_NS &&
						resource == TASKMAP_TIME_CHILDREN_NS);

	*number = 0;
	return is_absent ? 0 : proc_namespace(root, pid, resource, number);
}

#define kcmp_order	counted
#define proc_namespace	without
#include "core/proc_snapshot.c"
#undef kcmp_order
#undef proc_namespace

/* A child that clone(2) created with @flags and that holds still. */
static int start(unsigned long flags)
{
	int pid = (int)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void stop(int pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static struct snapshot taken(void)
{
	struct error error = { 0 };
	struct snapshot snap;

	if (kcmp_probe()) {
		print_message("# SKIP kcmp(2) cannot be used here\n");
		skip();
	}
	if (proc_snapshot("/proc", &snap, &error))
		fail_msg("%s", error.text);
	return snap;
}

static const struct taskmap_record *of(const struct snapshot *snap, int pid)
{
	for (unsigned int i = 0; i < snap->count; i++) {
		if (snap->tasks[i].pid == pid)
			return &snap->tasks[i];
	}
	fail_msg("no task %d", pid);
	return NULL;
}

/* The resources of which both tasks hold the same object. */
static uint32_t same(const struct taskmap_record *one,
		     const struct taskmap_record *other)
{
	uint32_t set = 0;

	for_each_resource(r) {
		if (one->ids[r] && one->ids[r] == other->ids[r])
			set |= BIT(r);
	}
	return set;
}

#define COMPARED							\
	(BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) | BIT(TASKMAP_FS) |	\
	 BIT(TASKMAP_SIGHAND) | BIT(TASKMAP_IO) | BIT(TASKMAP_SYSVSEM))

/* Each flag shares one resource. Without it, there is none, or another one. */
TEST(test_flags)
{
	static const struct {
		unsigned long flag;
		enum taskmap_resource resource;
	} rows[] = {
		{ 0, TASKMAP_RESOURCES },
		{ CLONE_FILES, TASKMAP_FILES },
		{ CLONE_FS, TASKMAP_FS },
		{ CLONE_SYSVSEM, TASKMAP_SYSVSEM },
	};
	int pids[ARRAY_SIZE(rows)];
	struct snapshot snap;

	skip_without_proc();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		pids[i] = start(rows[i].flag);
	snap = taken();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct taskmap_record *child = of(&snap, pids[i]);
		uint32_t shared = rows[i].flag ? BIT(rows[i].resource) : 0;

		assert_int_equal(same(child, of(&snap, getpid())) & COMPARED, shared);
		assert_int_equal(child->unknown & COMPARED, 0);
		assert_true(child->ids[TASKMAP_MM] && child->ids[TASKMAP_SIGHAND]);
		assert_int_equal(!!child->ids[TASKMAP_SYSVSEM],
				 rows[i].resource == TASKMAP_SYSVSEM);
		assert_int_equal(child->ids[TASKMAP_ACTIVE_MM],
				 child->ids[TASKMAP_MM]);
		assert_int_equal(child->parent, getpid());
		assert_int_equal(child->kind, TASKMAP_PROCESS);
	}
	snapshot_free(&snap);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		stop(pids[i]);
}

static int tid;

static void *hold(void *lock)
{
	tid = (int)syscall(SYS_gettid);
	pthread_barrier_wait(lock);
	pthread_barrier_wait(lock);
	return NULL;
}

TEST(test_thread)
{
	const struct taskmap_record *task;
	pthread_barrier_t lock;
	struct snapshot snap;
	pthread_t id;

	skip_without_proc();
	pthread_barrier_init(&lock, NULL, 2);
	assert_int_equal(pthread_create(&id, NULL, hold, &lock), 0);
	pthread_barrier_wait(&lock);
	snap = taken();
	task = of(&snap, tid);
	assert_int_equal(task->kind, TASKMAP_THREAD);
	assert_int_equal(same(task, of(&snap, getpid())) &
			 (COMPARED | BIT(TASKMAP_SIGNAL)) & ~BIT(TASKMAP_IO),
			 BIT(TASKMAP_SIGNAL) | (COMPARED & ~BIT(TASKMAP_IO)));
	snapshot_free(&snap);
	pthread_barrier_wait(&lock);
	pthread_join(id, NULL);
	pthread_barrier_destroy(&lock);
}

/*
 * Without time namespaces or cgroups, the kernel has no object that a task could hold. A
 * kernel without network namespaces has one network, but does not show it.
 */
TEST(test_absent_namespace)
{
	static const struct {
		enum taskmap_resource absent;
		uint32_t unknown;
	} rows[] = {
		{ TASKMAP_TIME_NS, 0 },
		{ TASKMAP_CGROUP_NS, 0 },
		{ TASKMAP_NET_NS, BIT(TASKMAP_NET_NS) },
		{ TASKMAP_UTS_NS, BIT(TASKMAP_UTS_NS) },
	};
	uint32_t spaces = ALL_NAMESPACES | BIT(TASKMAP_TIME_CHILDREN_NS);
	struct snapshot snap;

	skip_without_proc();
	snap = taken();
	spaces &= snap.header.resources;
	snapshot_free(&snap);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		absent = rows[i].absent;
		snap = taken();
		absent = TASKMAP_RESOURCES;
		assert_int_equal(of(&snap, getpid())->unknown & spaces,
				 rows[i].unknown & spaces);
		assert_int_equal(of(&snap, getpid())->ids[rows[i].absent], 0);
		assert_int_equal(snap.header.resources & spaces,
				 spaces & ~rows[i].unknown);
		snapshot_free(&snap);
	}
}

/* A dead task holds none, and shares with no other that holds none. */
TEST(test_zombie)
{
	const struct taskmap_record *task;
	struct snapshot snap;
	int zombie;

	skip_without_proc();
	zombie = kcmp_zombie();
	assert_true(zombie > 0);
	snap = taken();
	task = of(&snap, zombie);
	assert_int_equal(task->state, 'Z');
	assert_int_equal(task->ids[TASKMAP_MM] | task->ids[TASKMAP_FILES] |
			 task->ids[TASKMAP_FS] | task->ids[TASKMAP_NSPROXY] |
			 task->ids[TASKMAP_NET_NS], 0);
	assert_int_equal(task->unknown & (COMPARED | BIT(TASKMAP_NSPROXY)), 0);
	assert_true(task->ids[TASKMAP_SIGHAND]);
	snapshot_free(&snap);
	kcmp_zombie_free(zombie);
}

/* Its own zombies are not shown, and none is left. */
TEST(test_no_trace)
{
	struct snapshot snap;

	skip_without_proc();
	snap = taken();
	for (unsigned int i = 0; i < snap.count; i++)
		assert_int_not_equal(snap.tasks[i].ppid, getpid());
	snapshot_free(&snap);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/*
 * Of tasks that the caller may not inspect, what they hold is unknown. The test is
 * process 1 for nobody.
 */
TEST(test_not_permitted)
{
	int status, pid;

	skip_without_proc();
	if (geteuid()) {
		print_message("# SKIP not root\n");
		skip();
	}
	pid = fork();
	if (!pid) {
		const struct taskmap_record *own, *other;
		struct error error = { 0 };
		struct snapshot snap;

		if (setgid(65534) || setuid(65534) ||
		    proc_snapshot("/proc", &snap, &error))
			_exit(1);
		own = of(&snap, getpid());
		other = of(&snap, 1);
		_exit(own->unknown & BIT(TASKMAP_SIGNAL) ||
		      (COMPARED | ALL_NAMESPACES) & ~other->unknown ||
		      other->ids[TASKMAP_MM] || other->ids[TASKMAP_NET_NS] ? 2 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The fewest calls of several snapshots: tasks that come, go or exec cause more. */
static unsigned long fewest_calls(unsigned int *tasks)
{
	unsigned long fewest = ULONG_MAX;

	for (int i = 0; i < 5; i++) {
		struct snapshot snap;

		calls = 0;
		snap = taken();
		if (calls < fewest) {
			fewest = calls;
			*tasks = snap.count;
		}
		snapshot_free(&snap);
	}
	return fewest;
}

/* n log n calls: a resource takes each task as many as two halves take, and a few. */
TEST(test_calls)
{
	enum { FEW = 50, MANY = 400 };
	static int pids[MANY];
	unsigned long few, many;
	unsigned int others;

	skip_without_proc();
	for (int i = 0; i < FEW; i++)
		pids[i] = start(0);
	few = fewest_calls(&others);
	others -= FEW;
	for (int i = FEW; i < MANY; i++)
		pids[i] = start(0);
	many = fewest_calls(&(unsigned int){ 0 });
	for (int i = 0; i < MANY; i++)
		stop(pids[i]);
	/* 11 calls for each task, and 4 sorts of less than 2^10 objects. */
	if (others >= 600) {
		print_message("# SKIP too many other tasks\n");
		skip();
	}
	assert_true(many - few < (MANY - FEW) * (11 + 4 * 10) + 10 * others);
}

/* A task that changes all the time makes the resource unknown, and nothing wrong. */
TEST(test_changes)
{
	struct snapshot snap;

	skip_without_proc();
	fickle = start(0);
	snap = taken();
	for (unsigned int i = 0; i < snap.count; i++) {
		assert_true(snap.tasks[i].unknown & BIT(TASKMAP_FS));
		assert_int_equal(snap.tasks[i].ids[TASKMAP_FS], 0);
	}
	assert_false(snap.header.resources & BIT(TASKMAP_FS));
	assert_true(of(&snap, getpid())->ids[TASKMAP_FILES]);
	snapshot_free(&snap);
	stop(fickle);
	fickle = 0;
}

/* What is saved is what is read. */
TEST(test_saved)
{
	struct error error = { 0 };
	struct snapshot snap;
	struct buffer copy;

	skip_without_proc();
	assert_int_equal(source_copy(&source_proc, NULL, &copy, &error), 0);
	assert_int_equal(fixture_read(copy.bytes, copy.size, &snap, &error), 0);
	assert_true(snap.header.flags & TASKMAP_PROC);
	assert_int_equal(of(&snap, getpid())->tgid, getpid());
	snapshot_free(&snap);
	free(copy.bytes);
}

int main(void)
{
	return run_all("proc_snapshot", NULL, NULL);
}
