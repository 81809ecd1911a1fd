// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap drift: each rule reports what deviates, and nothing else.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "command/drift.c"

#define WALKED	false
#define EXACT	true

/* Ids that no fixture uses, one for each @n. */
#define OTHER(n)	(0x7700000000000000ULL + (unsigned int)(n))

/*
 * Adds the findings about rows whose pid or tgid is @pid (0: all), one line for
 * each: "PID RULE WHAT TASKS: REASON". Returns their number.
 */
static size_t add_findings(FILE *out, const struct taskmap_record *rows,
			   size_t count, bool exact, int pid)
{
	struct snapshot snap = fixture_snapshot(rows, count);
	struct wanted wanted = { .pid = pid };
	const struct filter filter = { .tasks = &wanted, .task_count = pid != 0 };
	struct chosen chosen;
	struct model model;
	struct drift drift;

	assert_int_equal(model_init(&model, &snap), 0);
	assert_int_equal(filter_apply(&filter, &model, &chosen), 0);
	assert_int_equal(chosen.missing_count, 0);
	drift_init(&drift, &model, exact, chosen.tasks);
	for (size_t i = 0; i < drift.count; i++) {
		const struct finding *finding = &drift.findings[i];
		char *what = resource_words(finding->resources, ",",
					    RESOURCE_NAME);

		fprintf(out, "\t%d %s %s %u: %s\n",
			snap.tasks[finding->task].pid, drift_rules[finding->rule],
			*what ? what : "-", finding->tasks, finding->reason);
		free(what);
	}
	drift_free(&drift);
	free(chosen.tasks);
	free(chosen.missing);
	model_free(&model);
	snapshot_free(&snap);
	return drift.count;
}

static void tell_of(struct transcript *to, const char *what,
		    const struct taskmap_record *rows, size_t count,
		    bool exact, int pid)
{
	fprintf(to->file, "%s\n", what);
	add_findings(to->file, rows, count, exact, pid);
}

static void tell(struct transcript *to, const char *what,
		 const struct taskmap_record *rows, size_t count)
{
	tell_of(to, what, rows, count, WALKED, 0);
}

/* The expected refs by the kernel's rules, written out for each kind of count. */
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

/* Gives all objects the refs of their holders. */
static void count_refs(struct taskmap_record *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
			rows[i].refs[r] = rows[i].ids[r] ?
				refs_of(rows, count, rows[i].ids[r], r) : 0;
	}
}

/* A process, and @count - 1 threads like those of pthread_create(3). */
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
	/* Each task that reads a disk has its own I/O context. */
	rows[5].ids[TASKMAP_IO] = OTHER(1);
	rows[6].ids[TASKMAP_IO] = OTHER(2);
	rows[8] = process(200, 1, "shell");
	rows[9] = process(201, 200, "child");
	rows[10] = zombie(process(202, 200, "dead"));
	/* A kernel thread that borrows the mm of the last process on its CPU. */
	rows[11] = kthread(300, "kworker/1:0");
	rows[11].ids[TASKMAP_ACTIVE_MM] = rows[8].ids[TASKMAP_MM];
}

GOLDEN_TEST(test_textbook, "command/drift-textbook")
{
	struct taskmap_record rows[TEXTBOOK];

	make_textbook(rows);
	tell(to, "the textbook", rows, TEXTBOOK);
	count_refs(rows, TEXTBOOK);
	tell_of(to, "the textbook, exact", rows, TEXTBOOK, EXACT, 0);
	tell(to, "nothing", NULL, 0);
	tell_of(to, "nothing, exact", NULL, 0, EXACT, 0);
}

/* Threads that differ from their leader */

GOLDEN_TEST(test_own, "command/drift-own")
{
	struct taskmap_record rows[4];

	for_each_resource(r) {
		make_group(rows, 3, 100);
		rows[2].ids[r] = OTHER(1);
		tell(to, resources[r].name, rows, 3);
	}
	make_group(rows, 2, 100);
	rows[1].ids[TASKMAP_NSPROXY] = OTHER(1);
	rows[1].ids[TASKMAP_NET_NS] = OTHER(2);
	tell(to, "a new nsproxy is no news beside a new namespace", rows, 2);
	make_group(rows, 3, 100);
	rows[2].ids[TASKMAP_FILES] = OTHER(1);
	tell(to, "without the leader", rows + 1, 2);
	make_group(rows, 3, 100);
	rows[0].ids[TASKMAP_IO] = rows[2].ids[TASKMAP_IO] = OTHER(1);
	tell(to, "io of the leader", rows, 3);
}

GOLDEN_TEST(test_none_is_not_own, "command/drift-none")
{
	struct taskmap_record rows[3];

	/* A thread is not created without it, but a worker is. */
	make_group(rows, 3, 100);
	rows[2].ids[TASKMAP_SYSVSEM] = 0;
	tell(to, "a thread has no sysvsem", rows, 3);
	make_group(rows, 3, 100);
	rows[0].ids[TASKMAP_SYSVSEM] = 0;
	tell(to, "the leader has no sysvsem", rows, 3);
	rows[1].ids[TASKMAP_SYSVSEM] = rows[2].ids[TASKMAP_SYSVSEM] = 0;
	tell(to, "nobody has a sysvsem", rows, 3);
	/* An ending task releases objects one by one, and so does a leader. */
	make_group(rows, 3, 100);
	rows[2] = zombie(rows[2]);
	rows[2].ids[TASKMAP_SYSVSEM] = 0;
	tell(to, "a dead thread", rows, 3);
	make_group(rows, 2, 100);
	rows[0] = zombie(rows[0]);
	rows[0].ids[TASKMAP_SYSVSEM] = 0;
	rows[0].ids[TASKMAP_CGROUPS] = OTHER(1);
	tell(to, "a dead leader", rows, 2);
}

/* A deviating task, and tasks that share with their parent */
#define CROWD	8

/* Makes process 1, and a group of seven tasks that share everything. */
static void make_crowd(struct taskmap_record rows[CROWD])
{
	rows[0] = process(1, 0, "init");
	make_group(&rows[1], CROWD - 1, 22);
}

GOLDEN_TEST(test_odd_leader, "command/drift-leader")
{
	struct taskmap_record rows[CROWD];

	for_each_resource(r) {
		make_crowd(rows);
		rows[1].ids[r] = OTHER(1);
		tell(to, resources[r].name, rows, CROWD);
	}
	make_crowd(rows);
	rows[1].ids[TASKMAP_NET_NS] = OTHER(1);
	rows[4].ids[TASKMAP_NET_NS] = OTHER(2);
	tell(to, "the leader, and a thread in a third place", rows, CROWD);
	make_crowd(rows);
	rows[1].ids[TASKMAP_NET_NS] = OTHER(1);
	rows[7].kind = TASKMAP_WORKER;
	tell(to, "a worker counts apart", rows, CROWD);
	tell_of(to, "the text does not depend on which tasks are shown", rows,
		CROWD, WALKED, 25);
	make_crowd(rows);
	rows[1].ids[TASKMAP_CRED] = OTHER(1);
	rows[1].uid = rows[1].euid = rows[1].fsuid = 1000;
	tell(to, "cred of the leader", rows, CROWD);
	for (int i = 2; i < CROWD; i++) {
		rows[i] = zombie(rows[i]);
		rows[i].ids[TASKMAP_CRED] = OTHER(i);
	}
	tell(to, "the dead say nothing about what is usual", rows, CROWD);
}

GOLDEN_TEST(test_either, "command/drift-either")
{
	struct taskmap_record rows[4];

	for_each_resource(r) {
		rows[0] = process(1, 0, "init");
		make_group(&rows[1], 3, 22);
		rows[1].ppid = 0;
		rows[0].ids[r] = OTHER(1);
		rows[2].ids[r] = OTHER(2);
		tell(to, resources[r].name, rows, 4);
	}
	rows[0] = process(1, 0, "init");
	make_group(&rows[1], 3, 22);
	rows[2].ids[TASKMAP_NET_NS] = rows[3].ids[TASKMAP_NET_NS] = OTHER(1);
	tell(to, "the leader is where process 1 is", rows, 4);
	rows[0].ids[TASKMAP_NET_NS] = OTHER(1);
	tell(to, "and here the threads are", rows, 4);
	rows[3].ids[TASKMAP_NET_NS] = OTHER(2);
	tell(to, "only one of them", rows, 4);
	make_group(&rows[1], 3, 22);
	rows[1].flags |= FLAG_DUMPCORE;
	rows[1].ids[TASKMAP_FILES] = OTHER(1);
	tell(to, "the leader dumps core", rows, 4);
	make_group(&rows[1], 3, 22);
	rows[3].flags |= FLAG_DUMPCORE;
	rows[3].ids[TASKMAP_FILES] = OTHER(1);
	tell(to, "a thread dumps core", rows, 4);
}

/* Threads of server 600, some with recorded births, that share all but @resource. */
GOLDEN_TEST(test_ways, "command/drift-ways")
{
	struct taskmap_record *rows = fixture_births();
	const int files = TASKMAP_FILES, net = TASKMAP_NET_NS;

	rows[4] = thread(&rows[3], 602);
	rows[5] = thread(&rows[3], 603);
	rows[4].birth_pid = rows[5].birth_pid = 600;
	rows[2].ids[net] = rows[2].ids[files] = OTHER(1);
	tell_of(to, "clone(2) did not do it", rows, 6, WALKED, 600);
	rows[5].birth_pid = 599;
	tell_of(to, "or that is not known", rows, 6, WALKED, 600);
	rows[2].ids[net] = rows[3].ids[net];
	rows[2].ids[files] = rows[3].ids[files];
	rows[4].ids[net] = rows[4].ids[files] = OTHER(1);
	tell_of(to, "created by the leader", rows, 6, WALKED, 602);
	rows[4].birth_pid = 601;
	tell_of(to, "created by a thread that has what the leader has", rows, 6,
		WALKED, 602);
	rows[3].ids[net] = rows[3].ids[files] = OTHER(2);
	tell_of(to, "created by a thread without it", rows, 6, WALKED, 602);
	rows[4].birth_flags = (rows[4].birth_flags | 0x40000000) & ~0x400ULL;
	tell_of(to, "so created", rows, 6, WALKED, 602);
	free(rows);
}

GOLDEN_TEST(test_cred, "command/drift-cred")
{
	struct taskmap_record rows[8];

	/* Like xrootd and Samba, and with capset(2). */
	rows[0] = process(1, 0, "init");
	make_group(&rows[1], 7, 100);
	for (int i = 2; i < 8; i++)
		rows[i].ids[TASKMAP_CRED] = OTHER(i);
	rows[2].euid = rows[2].fsuid = 1000;
	rows[3].fsuid = 1001;
	rows[4].uid = rows[4].euid = rows[4].fsuid = 1002;
	rows[5].gid = 4294967294U;
	tell(to, "threads that act as others", rows, 8);
	rows[1].ppid = 99;
	rows[1].euid = rows[1].fsuid = 7;
	rows[0].euid = 8;
	tell(to, "nothing tells who is the usual one", rows, 8);
	rows[0] = process(1, 0, "init");
	rows[1] = process(100, 1, "other user");
	rows[1].uid = rows[1].euid = rows[1].fsuid = 1000;
	tell(to, "a process of another user than its parent", rows, 2);
}

GOLDEN_TEST(test_seccomp, "command/drift-seccomp")
{
	struct taskmap_record rows[4];

	rows[0] = process(1, 0, "init");
	make_group(&rows[1], 3, 100);
	rows[3].seccomp = 2;
	rows[3].ids[TASKMAP_SECCOMP] = OTHER(1);
	tell(to, "one thread has a filter", rows, 4);
	rows[3].ids[TASKMAP_SECCOMP] = 0;
	tell(to, "which an older module does not tell", rows, 4);
	rows[3].flags |= FLAG_EXITING;
	tell(to, "or which it has let go of", rows, 4);
	make_group(&rows[1], 3, 100);
	for (int i = 1; i < 4; i++) {
		rows[i].seccomp = 2;
		rows[i].ids[TASKMAP_SECCOMP] = OTHER(1);
	}
	tell(to, "all have one, as with SECCOMP_FILTER_FLAG_TSYNC", rows, 4);
	rows[2].ids[TASKMAP_SECCOMP] = OTHER(2);
	tell(to, "one has another", rows, 4);
	rows[1].seccomp = rows[1].ids[TASKMAP_SECCOMP] = 0;
	rows[2].ids[TASKMAP_SECCOMP] = OTHER(1);
	rows[0].seccomp = 2;
	rows[0].ids[TASKMAP_SECCOMP] = OTHER(1);
	tell(to, "the leader has none", rows, 4);
}

GOLDEN_TEST(test_kthreads, "command/drift-kthreads")
{
	struct taskmap_record rows[6];

	rows[0] = process(1, 0, "init");
	rows[1] = kthread(2, "kthreadd");
	for (int i = 2; i < 6; i++)
		rows[i] = kthread(10 + i, "kthread");
	rows[2].ids[TASKMAP_MNT_NS] = rows[2].ids[TASKMAP_FS] = OTHER(1);
	rows[2].ids[TASKMAP_NSPROXY] = OTHER(1);
	rows[3].ids[TASKMAP_CGROUPS] = rows[4].ids[TASKMAP_CGROUPS] = OTHER(2);
	rows[5].euid = rows[5].fsuid = 65534;
	tell(to, "as kdevtmpfs, two in a cgroup, and one of another user", rows, 6);
	rows[1] = kthread(3, "kthread");
	rows[4] = kthread(14, "kthread");
	rows[5] = kthread(15, "kthread");
	tell(to, "without kthreadd most of them decide", rows, 6);
	rows[1].ids[TASKMAP_CGROUPS] = OTHER(3);
	tell(to, "if they do not agree nothing is said", rows, 6);
	rows[1] = kthread(2, "kthreadd");
	rows[2] = kthread(12, "kthread");
	rows[3] = kthread(13, "kthread");
	rows[1].ids[TASKMAP_FS] = rows[2].ids[TASKMAP_FS] =
	rows[4].ids[TASKMAP_FS] = rows[5].ids[TASKMAP_FS] = OTHER(4);
	tell(to, "one borrows the fs of process 1", rows, 6);
}

GOLDEN_TEST(test_helpers, "command/drift-helpers")
{
	struct taskmap_record rows[6];

	rows[0] = process(1, 0, "init");
	rows[1] = kthread(2, "kthreadd");
	rows[2] = kthread(3, "kworker/u4:0");
	rows[3] = process(100, 2, "modprobe");
	rows[4] = process(101, 2, "core-helper");
	rows[4].birth_pid = 3;
	rows[4].birth_flags = 0x808000;
	rows[5] = process(102, 2, "its child");
	rows[5].birth_pid = 101;
	rows[5].birth_flags = 0x8000;
	tell(to, "of an unknown birth, of a known one, and by CLONE_PARENT",
	     rows, 6);
}

/* Thread groups that share */

GOLDEN_TEST(test_shared, "command/drift-shared")
{
	struct taskmap_record rows[5];

	for_each_resource(r) {
		make_group(rows, 2, 100);
		rows[2] = process(200, 1, "other");
		rows[0].ids[r] = rows[1].ids[r] = rows[2].ids[r] = OTHER(1);
		if (r == TASKMAP_IO)
			rows[1].ids[r] = OTHER(2);
		tell(to, resources[r].name, rows, 3);
	}
	for (int i = 0; i < 4; i++)
		rows[i] = process(100 + i, 1, "linuxthreads");
	for (int i = 1; i < 4; i++) {
		rows[i].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
		rows[i].ids[TASKMAP_SIGHAND] = rows[0].ids[TASKMAP_SIGHAND];
	}
	rows[3].ids[TASKMAP_FS] = rows[2].ids[TASKMAP_FS];
	tell(to, "all that is shared with the same is one deviation", rows, 4);
	make_group(rows, 4, 100);
	rows[4] = process(200, 102, "other");
	rows[2].ids[TASKMAP_FILES] = rows[3].ids[TASKMAP_FILES] =
		rows[4].ids[TASKMAP_FILES];
	tell(to, "whoever has it speaks, and not always the leader", rows, 5);
	rows[0] = process(1, 0, "init");
	rows[1] = kthread(2, "kthreadd");
	rows[2] = kthread(3, "kworker");
	rows[3] = process(100, 1, "helper");
	tell(to, "kernel threads share fs with process 1", rows, 4);
	rows[3].ids[TASKMAP_FS] = rows[0].ids[TASKMAP_FS];
	tell(to, "and so does another process", rows, 4);
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

GOLDEN_TEST(test_vfork, "command/drift-vfork")
{
	struct taskmap_record rows[8];

	make_group(rows, 4, 100);
	for (int i = 4; i < 7; i++)
		rows[i] = vfork_child(&rows[0], 200 + i);
	rows[7] = vfork_child(&rows[4], 300);
	tell(to, "a line for each lender, who does nothing odd", rows, 8);
	rows[0] = process(100, 1, "lender");
	rows[1] = vfork_child(&rows[0], 200);
	rows[1].ids[TASKMAP_FILES] = rows[0].ids[TASKMAP_FILES];
	rows[2] = process(300, 100, "same mm");
	rows[2].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	tell(to, "a child that shares more, and another that shares mm", rows, 3);
}

/* Workers, dead leaders, kernel threads */

GOLDEN_TEST(test_tasks, "command/drift-tasks")
{
	struct taskmap_record rows[4];

	make_group(rows, 4, 100);
	for (int i = 2; i < 4; i++) {
		rows[i].kind = TASKMAP_WORKER;
		/* Like workers of io_uring, and without files like those of vhost. */
		rows[i].ids[TASKMAP_SYSVSEM] = 0;
		rows[i].ids[TASKMAP_IO] = rows[0].ids[TASKMAP_IO] = OTHER(1);
		rows[3].ids[TASKMAP_FILES] = 0;
	}
	tell(to, "workers", rows, 4);
	make_group(rows, 2, 100);
	rows[1].kind = TASKMAP_WORKER;
	rows[1].ids[TASKMAP_FILES] = OTHER(1);
	tell(to, "a worker with files of its own", rows, 2);
	make_group(rows, 4, 100);
	rows[0] = zombie(rows[0]);
	rows[0].ids[TASKMAP_SYSVSEM] = 0;
	rows[3] = zombie(rows[3]);
	tell(to, "a dead leader and a dead thread", rows, 4);
	rows[1] = zombie(rows[1]);
	rows[2] = zombie(rows[2]);
	tell(to, "all are dead", rows, 4);
	make_group(rows, 4, 100);
	rows[0] = zombie(rows[0]);
	rows[2].kind = TASKMAP_WORKER;
	tell(to, "a dead leader, two threads and a worker", rows, 4);
	rows[1].kind = rows[3].kind = TASKMAP_WORKER;
	tell(to, "a dead leader and workers", rows, 4);
	rows[0] = process(100, 1, "owner");
	rows[1] = kthread(200, "vhost-100");
	rows[1].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	rows[2] = kthread(201, "io_wqe_worker-0");
	rows[2].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	rows[2].ids[TASKMAP_FILES] = rows[0].ids[TASKMAP_FILES];
	tell(to, "kernel threads that borrow", rows, 3);
	tell(to, "whose owner has gone", rows + 1, 1);
}

/* Refs */

#define PAIR	2

/* Makes a process and a thread that share their objects only with each other. */
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

/*
 * Adds findings for exact @rows, with @more refs to their shared object of
 * @resource.
 */
static void tell_refs(struct transcript *to, struct taskmap_record *rows,
		      size_t count, unsigned int resource, int more)
{
	uint32_t refs = rows[0].refs[resource];
	char *what = xasprintf("%s: %u refs", resources[resource].name,
			       refs + (uint32_t)more);

	for (size_t i = 0; i < count; i++)
		rows[i].refs[resource] = refs + (uint32_t)more;
	tell_of(to, what, rows, count, EXACT, 0);
	assert_int_equal(add_findings(to->file, rows, count, WALKED, 0), 0);
	for (size_t i = 0; i < count; i++)
		rows[i].refs[resource] = refs;
	free(what);
}

GOLDEN_TEST(test_refs, "command/drift-refs")
{
	struct taskmap_record rows[PAIR + 1];

	make_pair(rows);
	for_each_resource(r) {
		if (r == TASKMAP_IO)
			continue;
		if (rows[0].refs[r] > 1)
			tell_refs(to, rows, PAIR, r, -1);
		tell_refs(to, rows, PAIR, r, 0);
		tell_refs(to, rows, PAIR, r, 3);
	}
	/* nsproxies hold namespaces, and creds hold user namespaces. */
	rows[2] = process(200, 1, "other");
	rows[2].ids[TASKMAP_NSPROXY] = OTHER(3);
	count_refs(rows, PAIR + 1);
	for (unsigned int r = TASKMAP_UTS_NS; r < TASKMAP_RESOURCES; r++) {
		tell_refs(to, rows, PAIR + 1, r, 0);
		if (rows[0].refs[r])
			tell_refs(to, rows, PAIR + 1, r, -1);
	}
}

GOLDEN_TEST(test_odd_refs, "command/drift-odd-refs")
{
	struct taskmap_record rows[PAIR + 1];

	make_pair(rows);
	rows[1].refs[TASKMAP_IO] = 2;
	tell_of(to, "io of one", rows, PAIR, EXACT, 0);
	make_group(rows, PAIR, 1);
	count_refs(rows, PAIR);
	set_refs(rows, TASKMAP_FS, 3);
	tell_of(to, "the kernel keeps fs of process 1", rows, PAIR, EXACT, 0);
	set_refs(rows, TASKMAP_FS, 4);
	tell_of(to, "but only once", rows, PAIR, EXACT, 0);
	set_refs(rows, TASKMAP_FS, 2);
	set_refs(rows, TASKMAP_FILES, 3);
	tell_of(to, "and not its files", rows, PAIR, EXACT, 0);
	make_pair(rows);
	set_refs(rows, TASKMAP_FILES, 0);
	set_refs(rows, TASKMAP_MM, UINT32_MAX);
	tell_of(to, "not known, and more than there is room for", rows, PAIR,
		EXACT, 0);
	/* Kernel threads do not count like other holders or borrowers. */
	make_pair(rows);
	rows[PAIR] = kthread(200, "kthread");
	memcpy(rows[PAIR].ids, rows[0].ids, sizeof(rows[0].ids));
	rows[PAIR].ids[TASKMAP_MM] = rows[PAIR].ids[TASKMAP_FILES] = 0;
	for (unsigned int r = TASKMAP_FS; r < TASKMAP_RESOURCES; r++) {
		if (r != TASKMAP_IO)
			set_refs(rows, r, r % 2 ? 1 : 99);
	}
	tell_of(to, "held by a kernel thread", rows, PAIR + 1, EXACT, 0);
}

/* Filters, and the task that a finding names */

GOLDEN_TEST(test_shown, "command/drift-shown")
{
	struct taskmap_record rows[6];

	make_group(rows, 3, 100);
	rows[1].ids[TASKMAP_FS] = OTHER(1);
	rows[2].ids[TASKMAP_FS] = OTHER(2);
	for (int i = 3; i < 6; i++) {
		rows[i] = process(200 + i, 1, "linuxthreads");
		rows[i].ids[TASKMAP_MM] = OTHER(3);
	}
	tell_of(to, "only 102", rows, 6, WALKED, 102);
	tell_of(to, "only 100", rows, 6, WALKED, 100);
	tell_of(to, "only 205", rows, 6, WALKED, 205);
	/* If the first holder is not shown, the finding names the next one. */
	make_pair(rows);
	rows[PAIR] = process(200, 1, "other");
	rows[PAIR].ids[TASKMAP_FILES] = rows[0].ids[TASKMAP_FILES];
	count_refs(rows, PAIR + 1);
	for (int i = 0; i < PAIR + 1; i++)
		rows[i].refs[TASKMAP_FILES] = 2;
	tell_of(to, "only 101", rows, PAIR + 1, EXACT, 101);
	tell_of(to, "only 200", rows, PAIR + 1, EXACT, 200);
}

/* Very large input */

#define MANY	100000

/* test_scale counts the steps; this is about what many findings say. */
TEST(test_many)
{
	struct taskmap_record *rows = xcalloc(MANY, sizeof(*rows));
	FILE *nowhere = fopen("/dev/null", "w");

	assert_non_null(nowhere);
	/* All tasks share one object, */
	for (int i = 0; i < MANY; i++) {
		rows[i] = process(i + 1, i, "chain");
		for (unsigned int r = 0; r < TASKMAP_SIGNAL; r++)
			rows[i].ids[r] = OTHER(1);
		rows[i].refs[TASKMAP_CRED] = 2;
	}
	assert_in_range(add_findings(nowhere, rows, MANY, EXACT, 0), 2, 100);
	/* all threads of a group have their own, */
	for (int i = 1; i < MANY; i++) {
		rows[i] = thread(&rows[0], i + 1);
		rows[i].ids[TASKMAP_CRED] = OTHER(i);
		rows[i].uid = (uint32_t)i;
		rows[i].ids[TASKMAP_FILES] = OTHER(i);
	}
	assert_in_range(add_findings(nowhere, rows, MANY, EXACT, 0), MANY,
			10 * MANY);
	/* and all lend their mm. */
	for (int i = 1; i < MANY; i++)
		rows[i] = vfork_child(&rows[i - 1], i + 1);
	assert_in_range(add_findings(nowhere, rows, MANY, EXACT, 0), MANY - 1,
			10 * MANY);
	fclose(nowhere);
	free(rows);
}

/* From outside */

static void exact_file(const char *dir, const char *name,
		       const struct taskmap_record *rows, size_t count)
{
	const struct shape shape = { .exact = true };

	free(fixture_image_file(dir, name, rows, count, &shape));
}

GOLDEN_TEST(test_command, "command/drift-command")
{
	static const char *const lines[] = {
		"$T drift -i $S/textbook",
		"$T drift -r -i $S/textbook",
		"$T drift -i $S/odd -p 1",
		"$T drift -i $S/odd -k process -p 200",
		"$T drift -i $S/odd -p 202 -o PID,TGID,KIND,COMM,RULE,WHAT,TASKS >o; s=$?; awk '{ $1 = $1 } 1' o; exit $s",
		"$T drift -i $S/odd 202 -o PID,RULE,WHAT >o; s=$?; awk '{ $1 = $1 } 1' o; exit $s",
		"$T drift --tree",
		"$T drift -o NO 2>o; s=$?; cut -d ';' -f 1 o; exit $s",
		"$T drift -i /dev/null",
		"$T drift -i $S/odd -p 1,9999",
		"$T drift -n -i $S/folded -o PID,TASKS,PIDS | awk '{ $1 = $1 } 1'",
		"$T drift -J -i $S/folded -o PID,TASKS,PIDS | grep -v taskmap",
		/* A hostile name is escaped like in list, in each format. */
		"$T drift -n -i $S/odd -p 700 -o PID,COMM,RULE,WHAT,TASKS,HOLDERS,REFS | awk '{ $1 = $1 } 1'",
		"$T drift -r -i $S/odd -p 700 -o COMM,WHAT,HOLDERS",
		"$T drift -P -i $S/odd -p 400 -o PID,RULE,WHAT,REFS,REASON",
		"$T drift -J -i $S/odd -p 700",
		"$T drift -J -i $S/textbook | tail -n 2",
		/* The default refs of fixtures differ from their holders. */
		"$T drift -i $S/walked",
		"$T drift -i $S/instant >/dev/null",
		"$T drift -J -i $S/walked",
		NULL
	};
	struct taskmap_record *rows = fixture_system(), textbook[TEXTBOOK];
	char *dir = fixture_dir();

	/* Threads 101, 103, 104, 106, 107 and 108 have their own. */
	make_group(textbook, 10, 100);
	for (int i = 1; i < 9; i++) {
		if (i != 2 && i != 5)
			textbook[i].ids[TASKMAP_FS] = OTHER(i);
	}
	exact_file(dir, "folded", textbook, 10);
	make_textbook(textbook);
	free(fixture_image_file(dir, "walked", textbook, TEXTBOOK, NULL));
	exact_file(dir, "instant", textbook, TEXTBOOK);
	count_refs(textbook, TEXTBOOK);
	exact_file(dir, "textbook", textbook, TEXTBOOK);
	count_refs(rows, fixture_system_count);
	rows[17].refs[TASKMAP_FILES] = 3;
	exact_file(dir, "odd", rows, fixture_system_count);
	free(rows);
	for (const char *const *line = lines; *line; line++)
		transcript_run(to, dir, *line);
	fixture_remove(dir);
}

GOLDEN_TEST(test_births, "command/drift-births")
{
	struct taskmap_record *rows = fixture_births();

	tell(to, "as recorded", rows, fixture_births_count);
	/* A thread that may have got its own files and fs from its creator. */
	rows[5].birth_pid = 599;
	tell_of(to, "the creator of 603 has ended", rows, fixture_births_count,
		WALKED, 603);
	for (size_t i = 0; i < fixture_births_count; i++)
		rows[i].birth_pid = 0;
	tell(to, "births unknown", rows, fixture_births_count);
	free(rows);
}

int main(void)
{
	return run_all("drift", NULL, NULL);
}
