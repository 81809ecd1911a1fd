// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What explain and compare find out, and the words for it.
 */
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "explain.h"
#include "fixture.h"
#include "kinds.h"
#include "resources.h"
#include "wrap.h"

struct system {
	struct snapshot snap;
	struct model model;
};

static void load(struct system *system, const struct taskmap_record *rows,
		 size_t count)
{
	system->snap = fixture_snapshot(rows, count);
	model_init(&system->model, &system->snap);
}

static void unload(struct system *system)
{
	model_free(&system->model);
	snapshot_free(&system->snap);
}

static int setup(void **state)
{
	struct taskmap_record *rows = fixture_system();
	struct system *system = xcalloc(1, sizeof(*system));

	load(system, rows, fixture_system_count);
	free(rows);
	*state = system;
	return 0;
}

static int teardown(void **state)
{
	unload(*state);
	free(*state);
	return 0;
}

static unsigned int find(struct system *system, int pid)
{
	unsigned int task = model_find(&system->model, pid);

	assert_int_not_equal(task, NO_TASK);
	return task;
}

/* Relations */

static struct relation relation_of(struct system *system, int pid, int other)
{
	return relate(&system->model, find(system, pid), find(system, other));
}

static void expect_flags(const struct relation *relation, const char *want)
{
	char *flags = relation_flags(relation->flags | relation->needed, "|");

	assert_string_equal(flags, want);
	free(flags);
}

static void expect_untold(const struct relation *relation, const char *want)
{
	char *flags = relation_flags(relation->untold, "|");

	assert_string_equal(flags, want);
	free(flags);
}

static void expect_name(const struct relation *relation, const char *want)
{
	const char *name = relation_name(relation);

	assert_string_equal(name ? name : "none", want);
}

static void test_thread(void **state)
{
	struct system *system = *state;
	struct relation relation;

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		/* As every POSIX thread has it. */
		if (r == TASKMAP_SYSVSEM)
			system->snap.tasks[find(system, 200)].ids[r] =
			system->snap.tasks[find(system, 201)].ids[r] = 77;
	}
	relation = relation_of(system, 201, 200);
	expect_flags(&relation, "CLONE_VM|CLONE_FILES|CLONE_FS|CLONE_SIGHAND|"
		     "CLONE_THREAD|CLONE_SYSVSEM");
	expect_untold(&relation, "CLONE_IO");
	expect_name(&relation, "pthread_create(3)");
	assert_int_equal(relation.beyond, 0);
	assert_int_equal(relation.needed, 0);
	assert_true(relation.possible);
	assert_false(relation.borrowed);
}

static void test_fork(void **state)
{
	struct relation relation = relation_of(*state, 200, 100);

	expect_flags(&relation, "");
	expect_untold(&relation, "CLONE_IO");
	expect_name(&relation, "fork(2)");
	assert_true(relation.possible);
	assert_int_equal(relation.beyond, 0);
	assert_true(relation.apart & BIT(TASKMAP_CRED));
	assert_true(relation.same & BIT(TASKMAP_NSPROXY));
}

static void test_vfork_and_linuxthreads(void **state)
{
	struct relation relation = relation_of(*state, 301, 300);

	expect_flags(&relation, "CLONE_VM");
	expect_name(&relation, "vfork(2)");
	relation = relation_of(*state, 501, 500);
	expect_flags(&relation, "CLONE_VM|CLONE_FILES|CLONE_FS|CLONE_SIGHAND");
	expect_name(&relation, "LinuxThreads");
}

/* A thread of which three things are its own, and one a namespace. */
static void test_thread_apart(void **state)
{
	struct relation relation = relation_of(*state, 202, 200);

	expect_flags(&relation,
		     "CLONE_VM|CLONE_SIGHAND|CLONE_THREAD|CLONE_NEWNET");
	expect_name(&relation, "none");
	assert_true(relation.possible);
	/* The fixture has one nsproxy of which two nets are said to be. */
	assert_int_equal(relation.beyond, BIT(TASKMAP_NSPROXY));
}

/* Of a dead leader signal handlers and group are left, and the rest is needed. */
static void test_dead(void **state)
{
	struct relation relation = relation_of(*state, 401, 400);

	assert_int_equal(relation.flags,
			 BIT(TASKMAP_SIGHAND) | BIT(TASKMAP_SIGNAL));
	assert_int_equal(relation.needed, BIT(TASKMAP_MM));
	expect_untold(&relation, "CLONE_FILES|CLONE_FS|CLONE_IO|CLONE_SYSVSEM|"
		      "CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWNS|CLONE_NEWNET|"
		      "CLONE_NEWTIME|CLONE_NEWCGROUP");
	expect_name(&relation, "none");
	assert_true(relation.possible);
}

/* None and none is not the same, and of a kernel thread no flag made the mm. */
static void test_kernel_threads(void **state)
{
	struct relation relation = relation_of(*state, 3, 2);

	expect_flags(&relation, "CLONE_FILES|CLONE_FS");
	expect_untold(&relation, "CLONE_VM|CLONE_IO");
	assert_false(relation.borrowed);
	relation = relation_of(*state, 600, 200);
	assert_true(relation.borrowed);
	assert_true(relation.same & BIT(TASKMAP_MM));
	expect_flags(&relation, "");
}

/* Two tasks of which the second differs as @change says. */
static struct relation relation_after(void (*change)(struct taskmap_record *maker,
						     struct taskmap_record *task),
				      bool as_thread)
{
	struct taskmap_record rows[2] = { process(10, 1, "maker") };
	struct relation relation;
	struct system system;

	rows[1] = as_thread ? thread(&rows[0], 11) : process(11, 10, "task");
	change(&rows[0], &rows[1]);
	load(&system, rows, 2);
	relation = relation_of(&system, 11, 10);
	unload(&system);
	return relation;
}

static void change_cred(struct taskmap_record *maker,
			struct taskmap_record *task)
{
	task->ids[TASKMAP_CRED] = maker->ids[TASKMAP_CRED] ^ 1;
}

static void same_cred(struct taskmap_record *maker, struct taskmap_record *task)
{
	task->ids[TASKMAP_CRED] = maker->ids[TASKMAP_CRED];
}

static void change_nsproxy(struct taskmap_record *maker,
			   struct taskmap_record *task)
{
	task->ids[TASKMAP_NSPROXY] = maker->ids[TASKMAP_NSPROXY] ^ 1;
}

static void change_pid_ns(struct taskmap_record *maker,
			  struct taskmap_record *task)
{
	task->ids[TASKMAP_PID_NS] = maker->ids[TASKMAP_PID_NS] ^ 1;
}

static void change_user_ns(struct taskmap_record *maker,
			   struct taskmap_record *task)
{
	task->ids[TASKMAP_USER_NS] = maker->ids[TASKMAP_USER_NS] ^ 1;
}

static void change_pid_ns_whole(struct taskmap_record *maker,
				struct taskmap_record *task)
{
	change_pid_ns(maker, task);
	change_nsproxy(maker, task);
}

static void change_cgroups(struct taskmap_record *maker,
			   struct taskmap_record *task)
{
	task->ids[TASKMAP_CGROUPS] = maker->ids[TASKMAP_CGROUPS] ^ 1;
}

static void share_fs_not_mnt(struct taskmap_record *maker,
			     struct taskmap_record *task)
{
	task->ids[TASKMAP_FS] = maker->ids[TASKMAP_FS];
	task->ids[TASKMAP_MNT_NS] = maker->ids[TASKMAP_MNT_NS] ^ 1;
	change_nsproxy(maker, task);
}

static void share_fs_not_user(struct taskmap_record *maker,
			      struct taskmap_record *task)
{
	task->ids[TASKMAP_FS] = maker->ids[TASKMAP_FS];
	change_user_ns(maker, task);
}

static void share_undos_not_ipc(struct taskmap_record *maker,
				struct taskmap_record *task)
{
	maker->ids[TASKMAP_SYSVSEM] = task->ids[TASKMAP_SYSVSEM] = 5;
	task->ids[TASKMAP_IPC_NS] = maker->ids[TASKMAP_IPC_NS] ^ 1;
	change_nsproxy(maker, task);
}

/* By which of its rules clone(2) refuses what, is seen one by one. */
static void own_fs_and_user(struct taskmap_record *maker,
			    struct taskmap_record *task)
{
	task->ids[TASKMAP_FS] = maker->ids[TASKMAP_FS] ^ 1;
	change_user_ns(maker, task);
}

/* A thread that would have another mm than who made it. */
static void tear_mm(struct taskmap_record *maker, struct taskmap_record *task)
{
	task->ids[TASKMAP_MM] = maker->ids[TASKMAP_MM] ^ 1;
}

static void only_one_io(struct taskmap_record *maker,
			struct taskmap_record *task)
{
	(void)task;
	maker->ids[TASKMAP_IO] = 5;
}

static void both_same_io(struct taskmap_record *maker,
			 struct taskmap_record *task)
{
	maker->ids[TASKMAP_IO] = task->ids[TASKMAP_IO] = 5;
}

static void nothing(struct taskmap_record *maker, struct taskmap_record *task)
{
	(void)maker;
	(void)task;
}

static const struct {
	void (*change)(struct taskmap_record *maker,
		       struct taskmap_record *task);
	bool as_thread;
	const char *flags;
	const char *untold;
	uint32_t beyond;
	bool possible;
} changes[] = {
#define THREAD	"CLONE_VM|CLONE_FILES|CLONE_FS|CLONE_SIGHAND|CLONE_THREAD"
	{ nothing, false, "", "CLONE_IO", 0, true },
	{ nothing, true, THREAD, "CLONE_IO", 0, true },
	{ change_cred, true, THREAD, "CLONE_IO", BIT(TASKMAP_CRED), true },
	{ same_cred, false, "", "CLONE_IO", BIT(TASKMAP_CRED), true },
	{ change_nsproxy, true, THREAD, "CLONE_IO", BIT(TASKMAP_NSPROXY), true },
	{ change_nsproxy, false, "", "CLONE_IO", BIT(TASKMAP_NSPROXY), true },
	{ change_pid_ns, false, "CLONE_NEWPID", "CLONE_IO",
	  BIT(TASKMAP_NSPROXY), true },
	{ change_pid_ns_whole, false, "CLONE_NEWPID", "CLONE_IO", 0, true },
	{ change_pid_ns_whole, true, THREAD "|CLONE_NEWPID", "CLONE_IO", 0,
	  false },
	{ change_user_ns, false, "CLONE_NEWUSER", "CLONE_IO", 0, true },
	{ change_user_ns, true, THREAD "|CLONE_NEWUSER", "CLONE_IO", 0, false },
	{ own_fs_and_user, true, "CLONE_VM|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|"
	  "CLONE_NEWUSER", "CLONE_IO", 0, false },
	{ change_cgroups, true, THREAD, "CLONE_IO", BIT(TASKMAP_CGROUPS),
	  true },
	{ share_fs_not_mnt, false, "CLONE_FS|CLONE_NEWNS", "CLONE_IO", 0,
	  false },
	{ share_fs_not_user, false, "CLONE_FS|CLONE_NEWUSER", "CLONE_IO", 0,
	  false },
	{ share_undos_not_ipc, false, "CLONE_SYSVSEM|CLONE_NEWIPC", "CLONE_IO",
	  0, false },
	{ tear_mm, true, THREAD, "CLONE_IO", 0, false },
	{ only_one_io, false, "", "", 0, true },
	{ both_same_io, false, "CLONE_IO", "", 0, true },
};

static void test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct relation relation = relation_after(changes[i].change,
							  changes[i].as_thread);

		print_message("# change %zu\n", i);
		expect_flags(&relation, changes[i].flags);
		expect_untold(&relation, changes[i].untold);
		assert_int_equal(relation.beyond, changes[i].beyond);
		assert_int_equal(relation.possible, changes[i].possible);
	}
}

/* Each flag of the table is one that the help names. */
static void test_flags_of_all(void **state)
{
	char *all = relation_flags(BIT(TASKMAP_RESOURCES) - 1, " ");
	char *none = relation_flags(BIT(TASKMAP_CRED) | BIT(TASKMAP_NSPROXY),
				    " ");

	(void)state;
	assert_string_equal(none, "");
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		assert_non_null(resources[r].noun);
		if (resources[r].flag) {
			assert_non_null(strstr(all, resources[r].flag));
			assert_non_null(strstr(resources[r].help,
					       resources[r].flag));
		} else {
			assert_null(resources[r].shared);
			assert_false(resources[r].ns);
		}
	}
	free(all);
	free(none);
}

/* Sentences */

/* All that is said of a task, a line a sentence, its fact behind a bar. */
/* Of the rows as they are now: tests change them. */
static char *said_of(struct system *system, int pid)
{
	struct explanation explanation;
	char *said;

	model_free(&system->model);
	model_init(&system->model, &system->snap);
	explanation = explain(&system->model, find(system, pid));
	said = xasprintf("%s\n", explanation.title);
	for (size_t i = 0; i < explanation.count; i++) {
		const struct sentence *sentence = &explanation.sentences[i];
		char *more;

		assert_true(!i || sentence->topic >= sentence[-1].topic);
		more = xasprintf("%s%s: %s|%s\n", said,
				 topic_key(sentence->topic), sentence->text,
				 sentence->fact ? sentence->fact : "");
		free(said);
		said = more;
	}
	explanation_free(&explanation);
	return said;
}

static void expect_said(struct system *system, int pid, const char *words)
{
	char *said = said_of(system, pid);

	if (!strstr(said, words))
		fail_msg("\"%s\" is not in: %s", words, said);
	free(said);
}

static void expect_not_said(struct system *system, int pid, const char *words)
{
	char *said = said_of(system, pid);

	if (strstr(said, words))
		fail_msg("\"%s\" is in: %s", words, said);
	free(said);
}

static struct taskmap_record *record_of(struct system *system, int pid)
{
	return &system->snap.tasks[find(system, pid)];
}

static const struct {
	int pid;
	const char *words;
} said[] = {
	{ 1, "1 (init): a process of one thread\n" },
	{ 1, "kind: It is the first process (init)." },
	{ 1, "parent: It has none: the kernel made it at boot, out of its idle task." },
	{ 1, "all have pid 0, and no list shows them.|PPID 0\n" },
	{ 2, "2 (kthreadd): a kernel thread\n" },
	{ 2, "kind: It is kthreadd, which makes the other kernel threads.|PID 2" },
	{ 2, "|PF_KTHREAD is set in 0x00208040\n" },
	{ 3, "kind: It has no address space, and now that it does not run" },
	{ 3, "kernel_thread: Yes, if that means a thread that the kernel" },
	{ 3, "kernel_thread: Yes, if that means a task that belongs to the kernel alone." },
	{ 3, "numbers: It makes no system calls" },
	{ 3, "gettid() would return 3" },
	{ 3, "getpid() would return 3: each kernel thread is by itself" },
	{ 3, "proc: It is /proc/3, and \"ls /proc\" shows it" },
	{ 3, "parent: Its parent is 2 (kthreadd)" },
	{ 3, "parent: It was not made by clone(2)" },
	{ 3, "parent: clone(2) by 2 with these flags gives that.|CLONE_FILES | CLONE_FS\n" },
	{ 3, "parent: Not to be told, for one of the two has none: address space, I/O context.|CLONE_VM | CLONE_IO\n" },
	{ 100, "kind: A process that has one thread: this task." },
	{ 100, "|PID = TGID = 100, 1 thread\n" },
	{ 100, "kernel_thread: No, if that means a task of the kernel alone: this one is of a process, and runs its program.|PF_KTHREAD is not set in 0x00400040\n" },
	{ 100, "numbers: gettid() returns 100 to it: the number of the task.|PID 100\n" },
	{ 100, "numbers: getpid() returns 100, too: the number of its process, which is that of its leader.|TGID 100\n" },
	{ 100, "parent: Its parent is 1 (init): who is told when it ends, and mostly who made it.|PPID 1\n" },
	{ 100, "parent: The same: cgroups (limits), all namespaces.|cgroups#1\n" },
	{ 100, "parent: clone(2) by 1 without any flag to share things gives that, like fork(2).|no such flag\n" },
	{ 100, "parent: It has not called exec(2)" },
	{ 200, "200 (server): the leader of a process of 4 threads\n" },
	{ 200, "kind: The leader of a process of 4 threads, mostly called its main thread." },
	{ 200, "proc: All threads of its process, itself too, are in /proc/200/task.|4 threads\n" },
	{ 201, "201 (server): a thread of process 200\n" },
	{ 201, "kind: A thread of process 200, and not its leader" },
	{ 201, "|PID 201 is not TGID 200, 4 threads\n" },
	{ 201, "gettid() returns 201" },
	{ 201, "getpid() returns 200, as to all threads of its process: the number of its leader.|TGID 200\n" },
	{ 201, "proc: It is /proc/200/task/201.|PID 201 is not TGID 200\n" },
	{ 201, "\"cd /proc/201\" works all the same" },
	{ 201, "leader: Its leader is 200 (server).|TGID 200\n" },
	{ 201, "leader: The same: address space, open files, root and working directory, signal handlers, thread group, credentials (user and groups), cgroups (limits), all namespaces.|mm#" },
	{ 201, "leader: clone(2) by 200 with these flags gives that.|CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD\n" },
	{ 201, "parent: Its parent is 100 (shell), as that of all threads of its process.|PPID 100\n" },
	{ 202, "leader: Not the same: open files, root and working directory, net namespace.|files#" },
	{ 202, "the other namespaces" },
	{ 203, "203 (iou-wrk-200): a thread of the kernel in process 200\n" },
	{ 203, "kernel_thread: Half, if that means a task of the kernel alone: it never leaves the kernel, but it is part of process 200" },
	{ 203, "gettid() would return 203" },
	{ 203, "leader: It was not made by clone(2)" },
	{ 300, "kind: It called vfork(2) and stands still: its child 301 runs in its address space, until that calls exec or ends.|mm of 301 is this one, state D\n" },
	{ 301, "kind: A child of vfork(2): it still runs in the address space of process 300" },
	{ 301, "parent: clone(2) by 300 with these flags gives that, like vfork(2).|CLONE_VM\n" },
	{ 400, "400 (undead): the leader of a process of 3 threads, dead\n" },
	{ 400, "kind: It has ended, but its process has not: 2 threads live on." },
	{ 400, "|state Z, 2 live threads\n" },
	{ 400, "gettid() returned 400" },
	{ 400, "kernel_thread: It was, if that means a thread" },
	{ 400, "and ran its program" },
	{ 400, "parent: It has none of these: address space, open files, root and working directory, other namespaces.|100 has them\n" },
	{ 400, "parent: With which flags of clone(2) it was made cannot be told" },
	{ 400, "parent: The same: cgroups (limits), pid namespace, user namespace." },
	{ 401, "leader: It alone has: address space, open files, root and working directory.|400 has none\n" },
	{ 401, "leader: clone(2) with these flags, and others that cannot be told any more, gives that.|CLONE_VM | CLONE_SIGHAND | CLONE_THREAD\n" },
	{ 501, "kind: 2 other processes, 500 for one, use the same address space" },
	{ 501, "gives that, like LinuxThreads.|" },
	{ 600, "kind: It uses the address space of process 200 for a while, to work for it.|mm is that of 200\n" },
	{ 700, "700 (tab\\011nl\\012esc\\033\\134): a process" },
	{ 701, "701 (caf\303\251 \\377): a process" },
	{ 702, "702 (): a process" },
};

static void test_said(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		expect_said(*state, said[i].pid, said[i].words);
}

static const struct {
	int pid;
	const char *words;
} unsaid[] = {
	{ 2, "system calls. " }, { 3, "exec(2)" }, { 3, "A child of vfork" },
	{ 100, "leader:" }, { 100, "task/100" }, { 100, "vfork" },
	{ 201, "exec(2)" }, { 201, "parent: clone(2)" },
	{ 200, "other process" }, { 300, "nother process" },
	{ 301, "nother process" }, { 400, "exec(2)" }, { 400, "all namespaces" },
	{ 201, "all namespaces, " }, { 600, "no mm" },
	{ 400, "Not to be told" }, { 1, "the same numbers" }, { 100, "These are its numbers" },
};

static void test_unsaid(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(unsaid); i++)
		expect_not_said(*state, unsaid[i].pid, unsaid[i].words);
}

/* Which bit decides, the flags of the record say. */
static void test_bits(void **state)
{
	struct system *system = *state;

	record_of(system, 203)->flags = 0x00404050;
	expect_said(system, 203, "io_uring does I/O by it.|PF_IO_WORKER is set in 0x00404050\n");
	record_of(system, 203)->flags = 0x00404040;
	expect_said(system, 203, "as vhost does for the devices of virtual machines.|PF_USER_WORKER is set in 0x00404040\n");
	record_of(system, 3)->flags = 0x00208060;
	expect_said(system, 3, "It works off a queue of jobs of the kernel");
	expect_not_said(system, 3, "io_uring");
	record_of(system, 3)->flags = 0x00208050;
	expect_said(system, 3, "It works for io_uring, which has kernel threads for that before Linux 5.12");
	record_of(system, 100)->flags = 0x00400000;
	expect_said(system, 100, "parent: It has called exec(2), and got a new address space");
	record_of(system, 100)->kind = 77;
	expect_said(system, 100, "100 (shell): of a kind that this reader does not know\n");
}

static void test_loaded(void **state)
{
	struct system *system = *state;
	struct taskmap_record *kthread = record_of(system, 3);

	kthread->ids[TASKMAP_ACTIVE_MM] = record_of(system, 100)->ids[TASKMAP_MM];
	expect_said(system, 3, "On its processor that of process 100, which ran before, is still loaded");
	expect_said(system, 3, "|no mm; active_mm is the mm of 100\n");
	kthread->ids[TASKMAP_ACTIVE_MM] = 4711;
	expect_said(system, 3, "|no mm; active_mm is nobody's mm\n");
	kthread->ids[TASKMAP_MM] = 4711;
	expect_said(system, 3, "of one that is not in this snapshot.|it has an mm\n");
}

/* A kernel thread that uses a mm, too, is not its owner. */
static void test_loaded_is_of_a_process(void **state)
{
	struct system *system = *state;
	uint64_t mm = record_of(system, 200)->ids[TASKMAP_MM];

	record_of(system, 2)->ids[TASKMAP_MM] = mm;
	record_of(system, 3)->ids[TASKMAP_ACTIVE_MM] = mm;
	expect_said(system, 3, "|no mm; active_mm is the mm of 200\n");
}

/* What was lent by vfork(2) and is not there any more. */
static void test_no_loan(void **state)
{
	struct system *system = *state;

	record_of(system, 301)->ids[TASKMAP_MM] = 77;
	expect_not_said(system, 300, "vfork(2)");
}

static void test_dead_kernel_thread(void **state)
{
	struct system *system = *state;

	record_of(system, 3)->state = 'Z';
	expect_said(system, 3, "getpid() returned 3: each kernel thread is by itself");
	expect_said(system, 3, "kind: It has ended");
	expect_not_said(system, 3, "makes no system calls");
	expect_not_said(system, 3, "no address space");
}

static void test_states(void **state)
{
	struct system *system = *state;

	*record_of(system, 100) = zombie(*record_of(system, 100));
	expect_said(system, 100, "It has ended and is a zombie: it gave back what it held, and what is left tells its parent, 1, how it ended");
	expect_said(system, 201, "Not to be told");
	expect_said(system, 200, "cannot be told: one of the two is dead");
	record_of(system, 100)->state = 'X';
	expect_said(system, 100, "It has ended, and is being removed right now.");
	record_of(system, 201)->state = 'Z';
	expect_said(system, 201, "a thread stays only until whoever traces it");
	record_of(system, 300)->state = 'S';
	expect_said(system, 300, "Its address space is lent to 301");
	record_of(system, 701)->ids[TASKMAP_MM] = 0;
	expect_said(system, 701, "It has no address space: not yet, or not any more.|no mm\n");
}

static void test_one_beside(void **state)
{
	struct system *system = *state;

	record_of(system, 502)->ids[TASKMAP_MM] = 77;
	expect_said(system, 501, "Another process, 500, uses the same address space");
}

/* In a pid namespace of its own, where the leader is number 1. */
static void test_namespaces(void **state)
{
	struct system *system = *state;

	for (int pid = 200; pid < 204; pid++) {
		record_of(system, pid)->ids[TASKMAP_PID_NS] = 99;
		record_of(system, pid)->ns_pid = pid - 199;
	}
	expect_said(system, 200, "gettid() returns 1 to it: the number of the task.|NSPID 1\n");
	expect_said(system, 200, "getpid() returns 1, too: the number of its process, which is that of its leader.|NSPID 1 of 200\n");
	expect_said(system, 200, "In the initial one, whose numbers all others here are, it is task 200 of process 200.|PID 200, TGID 200\n");
	expect_said(system, 200, "It is the first process (init) of its pid namespace");
	expect_said(system, 201, "gettid() returns 2");
	expect_said(system, 201, "getpid() returns 1, as to all threads");
	expect_said(system, 201, "it is /proc/1/task/2.|NSPID 2\n");
	expect_not_said(system, 201, "It is the first process");
	expect_said(system, 200, "parent: clone(2) by 100 with these flags gives that.|CLONE_NEWPID\n");
	expect_said(system, 200, "CLONE_NEWPID was not needed for that");
	expect_said(system, 200, "pidns#2!=#1");
	record_of(system, 200)->state = 'Z';
	expect_not_said(system, 200, "It is the first process (init) of its");
	record_of(system, 201)->ns_pid = 0;
	expect_said(system, 201, "What gettid() returned to it cannot be told");
	/* Its leader is elsewhere, which cannot be: nothing is claimed. */
	record_of(system, 200)->ids[TASKMAP_PID_NS] = 98;
	expect_said(system, 201, "What getpid() returns to it cannot be told");
}

/* With nobody of the initial namespace there, nothing is said of it. */
static void test_alone(void **state)
{
	struct taskmap_record rows[1] = { process(10, 9, "alone") };
	struct system system;

	(void)state;
	rows[0].ns_pid = 1;
	load(&system, rows, 1);
	expect_said(&system, 10, "gettid() returns 1 to it: the number of the task.|NSPID 1\n");
	expect_not_said(&system, 10, "initial");
	expect_said(&system, 10, "parent: Its parent, 9, is not in this snapshot.|9 is not there\n");
	unload(&system);

	rows[0] = thread(&rows[0], 11);
	load(&system, rows, 1);
	expect_said(&system, 11, "getpid() returns to it cannot be told: its leader, 10, is not in this snapshot");
	expect_said(&system, 11, "leader: Its leader, 10, is not in this snapshot.");
	unload(&system);

	rows[0] = process(10, 0, "none");
	load(&system, rows, 1);
	expect_said(&system, 10, "parent: It has none.|PPID 0\n");
	unload(&system);
}

/* kthreadd tells which the initial namespace is as well as process 1 does. */
static void test_without_init(void **state)
{
	struct taskmap_record rows[2] = {
		kthread(2, "kthreadd"), process(10, 9, "elsewhere"),
	};
	struct system system;

	(void)state;
	rows[1].ns_pid = 5;
	rows[1].ids[TASKMAP_PID_NS] ^= 1;
	load(&system, rows, 2);
	expect_said(&system, 10, "In the initial one, whose numbers all others here are, it is task 10 of process 10.");
	unload(&system);
}

static void test_beyond(void **state)
{
	struct system *system = *state;

	record_of(system, 201)->ids[TASKMAP_CRED] ^= 1;
	expect_said(system, 201, "leader: Its own credentials (user, groups, capabilities) are from later");
	record_of(system, 201)->ids[TASKMAP_NSPROXY] ^= 1;
	expect_said(system, 201, "leader: It has a set of namespaces of its own, with the same ones in it");
	record_of(system, 201)->ids[TASKMAP_CGROUPS] ^= 1;
	expect_said(system, 201, "leader: It was moved to other cgroups");
	record_of(system, 700)->ids[TASKMAP_CRED] =
		record_of(system, 100)->ids[TASKMAP_CRED];
	expect_said(system, 700, "That the credentials are the same is none of clone(2)");
	record_of(system, 201)->ids[TASKMAP_USER_NS] ^= 1;
	expect_said(system, 201, "No one clone(2) gives that");
}

/* Every sentence is one: printable ASCII, a capital or a name, and a full stop. */
static void test_style(void **state)
{
	struct system *system = *state;

	for (unsigned int task = 0; task < system->model.count; task++) {
		struct explanation explanation = explain(&system->model, task);

		for (size_t i = 0; i < explanation.count; i++) {
			const char *text = explanation.sentences[i].text;

			assert_int_equal(text[strlen(text) - 1], '.');
			assert_null(strstr(text, "  "));
			assert_null(strstr(text, "(null)"));
			assert_null(strstr(text, " ,"));
		}
		explanation_free(&explanation);
	}
	for (size_t i = 0; explain_limits[i]; i++)
		assert_null(strstr(explain_limits[i], "  "));
}

/* Flags that leave no trace are all those that the table of resources has not. */
static void test_limits(void **state)
{
	static const char *const traceless[] = {
		"CLONE_VFORK", "CLONE_PARENT", "CLONE_SETTLS",
		"CLONE_PARENT_SETTID", "CLONE_CHILD_SETTID",
		"CLONE_CHILD_CLEARTID", "CLONE_PIDFD", "CLONE_PTRACE",
		"CLONE_UNTRACED", "CLONE_CLEAR_SIGHAND",
	};
	static const char *const later[] = { "exec", "unshare", "setns", "setuid" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(later); i++)
		assert_non_null(strstr(explain_limits[0], later[i]));
	for (size_t i = 0; i < ARRAY_SIZE(traceless); i++)
		assert_non_null(strstr(explain_limits[1], traceless[i]));
	assert_null(explain_limits[2]);
}

/* compare */

static void expect_letters(const struct comparison *comparison,
			   enum taskmap_resource resource, const char *want)
{
	char letters[LETTERS_SIZE], all[64] = "";

	for (size_t i = 0; i < comparison->count; i++)
		strcat(all, comparison_letters(comparison->numbers[resource][i],
					       letters));
	assert_string_equal(all, want);
}

static void test_comparison(void **state)
{
	static const int pids[] = { 201, 2, 200, 202, 3, 100 };
	struct system *system = *state;
	unsigned int tasks[ARRAY_SIZE(pids)];
	struct comparison comparison;

	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		tasks[i] = find(system, pids[i]);
	comparison_init(&comparison, &system->model, tasks, ARRAY_SIZE(pids));
	expect_letters(&comparison, TASKMAP_MM, "A-AA-B");
	expect_letters(&comparison, TASKMAP_FILES, "ABACBD");
	expect_letters(&comparison, TASKMAP_SIGHAND, "ABAACD");
	expect_letters(&comparison, TASKMAP_IO, "------");
	expect_letters(&comparison, TASKMAP_NET_NS, "AAABAA");
	expect_flags(&comparison.relations[2],
		     "CLONE_VM|CLONE_FILES|CLONE_FS|CLONE_SIGHAND|CLONE_THREAD");
	expect_flags(&comparison.relations[5], "");
	comparison_free(&comparison);
}

static void test_letters(void **state)
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

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(comparison_letters(cases[i].number, out),
				    cases[i].letters);
}

/* wrap */

static void expect_wrapped(const char *text, size_t width, const char *indent,
			   const char *want)
{
	char *lines = wrap(text, width, indent);

	assert_string_equal(lines, want);
	free(lines);
}

static void test_wrap(void **state)
{
	(void)state;
	expect_wrapped("one two three", 7, "", "one two\nthree");
	expect_wrapped("one two three", 6, "", "one\ntwo\nthree");
	expect_wrapped("one two three", 13, "  ", "  one two three");
	expect_wrapped("one two three", 12, "  ", "  one two\n  three");
	expect_wrapped("", 10, "", "");
	expect_wrapped("", 10, "> ", "> ");
	expect_wrapped("unbreakable", 3, " ", " unbreakable");
	expect_wrapped("a unbreakable b", 3, "", "a\nunbreakable\nb");
	/* A name keeps its blanks, but where a line ends. */
	expect_wrapped("a  b   c", 10, "", "a  b   c");
	expect_wrapped("aaaa  b", 5, "", "aaaa\nb");
	/* What is wide is counted as it is shown. */
	expect_wrapped("caf\303\251 b", 6, "", "caf\303\251 b");
	expect_wrapped("\346\274\242\345\255\227 b", 5, "",
		       "\346\274\242\345\255\227\nb");
	expect_wrapped("\377 b", 5, "", "\377\nb");
	expect_wrapped("\377 b", 6, "", "\377 b");
}

#define SYSTEM_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYSTEM_TEST(test_thread),
		SYSTEM_TEST(test_fork),
		SYSTEM_TEST(test_vfork_and_linuxthreads),
		SYSTEM_TEST(test_thread_apart),
		SYSTEM_TEST(test_dead),
		SYSTEM_TEST(test_kernel_threads),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_flags_of_all),
		SYSTEM_TEST(test_said),
		SYSTEM_TEST(test_unsaid),
		SYSTEM_TEST(test_bits),
		SYSTEM_TEST(test_loaded),
		SYSTEM_TEST(test_loaded_is_of_a_process),
		SYSTEM_TEST(test_no_loan),
		SYSTEM_TEST(test_dead_kernel_thread),
		SYSTEM_TEST(test_states),
		SYSTEM_TEST(test_one_beside),
		SYSTEM_TEST(test_namespaces),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_without_init),
		SYSTEM_TEST(test_beyond),
		SYSTEM_TEST(test_style),
		cmocka_unit_test(test_limits),
		SYSTEM_TEST(test_comparison),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_wrap),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
