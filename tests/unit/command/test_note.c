// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The column NOTE: what it states, and what it does not.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "command/command.h"

/* Ids that no fixture uses, one for each @n. */
#define OTHER(n)	(0x7700000000000000ULL + (unsigned int)(n))

/* Adds a line "PID: NOTE" for each task with a note. */
static void add_notes(struct transcript *to, const struct snapshot *snap)
{
	struct model model;
	char note[VALUE_SIZE];

	assert_int_equal(model_init(&model, snap), 0);
	assert_int_equal(model_group_all(&model, NOTED), 0);
	for (unsigned int i = 0; i < model.count; i++) {
		note_oddities(&model, i, note);
		assert_in_range(strlen(note), 0, VALUE_SIZE - 1);
		if (*note)
			fprintf(to->file, "\t%d: %s\n", model.tasks[i].pid, note);
	}
	model_free(&model);
}

static void tell_of(struct transcript *to, const char *what,
		    const struct taskmap_record *rows, size_t count,
		    const struct shape *shape)
{
	struct snapshot snap = fixture_snapshot_of(rows, count, shape);

	fprintf(to->file, "%s\n", what);
	add_notes(to, &snap);
	snapshot_free(&snap);
}

static void tell(struct transcript *to, const char *what,
		 const struct taskmap_record *rows, size_t count)
{
	tell_of(to, what, rows, count, NULL);
}

/* Makes process 1, and a group of @count - 1 tasks that share everything. */
static void make(struct taskmap_record *rows, size_t count)
{
	rows[0] = process(1, 0, "init");
	rows[1] = process(22, 1, "leader");
	rows[1].kind = TASKMAP_MAIN;
	for (size_t i = 2; i < count; i++)
		rows[i] = thread(&rows[1], 21 + (int)i);
}

#define CROWD	8

GOLDEN_TEST(test_threads, "command/note-threads")
{
	struct taskmap_record rows[CROWD];

	make(rows, CROWD);
	rows[1].ids[TASKMAP_NET_NS] = OTHER(1);
	rows[1].ids[TASKMAP_CRED] = OTHER(1);
	rows[1].uid = rows[1].euid = rows[1].fsuid = 1000;
	tell(to, "the leader is the odd one", rows, CROWD);
	make(rows, CROWD);
	rows[3].ids[TASKMAP_FILES] = OTHER(1);
	rows[4].ids[TASKMAP_FS] = OTHER(1);
	rows[4].ids[TASKMAP_MNT_NS] = OTHER(1);
	tell(to, "single threads are", rows, CROWD);
	rows[3].birth_pid = 22;
	rows[3].birth_flags = 0x00010000;
	tell(to, "one of them was created so", rows, CROWD);
	make(rows, CROWD);
	rows[1].ids[TASKMAP_FILES] = OTHER(1);
	rows[1].birth_pid = 1;
	rows[1].birth_flags = 0x01200000;
	tell(to, "a leader that fork(2) created", rows, CROWD);
	make(rows, 3);
	rows[2].ids[TASKMAP_FILES] = OTHER(1);
	tell(to, "nothing tells who is", rows, 3);
	rows[2].ids[TASKMAP_FS] = OTHER(1);
	tell(to, "in more than one resource", rows, 3);
	make(rows, 3);
	rows[2].ids[TASKMAP_FS] = OTHER(1);
	tell(to, "in one of another name", rows, 3);
}

GOLDEN_TEST(test_ids, "command/note-ids")
{
	struct taskmap_record rows[6];

	make(rows, 6);
	for (int i = 2; i < 6; i++)
		rows[i].ids[TASKMAP_CRED] = OTHER(i);
	rows[2].euid = rows[2].fsuid = 1000;
	rows[3].fsuid = 1001;
	rows[4].uid = rows[4].euid = rows[4].fsuid = 1002;
	rows[5].gid = 4294967294U;
	tell(to, "threads", rows, 6);
	tell_of(to, "which an older module does not tell", rows, 6,
		&fixture_older);
	rows[1] = process(100, 1, "sudo");
	rows[1].uid = 1000;
	rows[2] = process(101, 1, "user");
	rows[2].uid = rows[2].euid = rows[2].fsuid = 1000;
	tell(to, "a set-user-ID program, and another user", rows, 3);
	tell_of(to, "and that, too", rows, 3, &fixture_older);
}

static void set_ids(struct taskmap_record *row, uint32_t uid, uint32_t gid)
{
	row->uid = row->euid = row->fsuid = uid;
	row->gid = gid;
}

/* Of six children: the same, dropped, half dropped, sudo, and two of another. */
GOLDEN_TEST(test_new_ids, "command/note-new-ids")
{
	struct taskmap_record rows[9];

	rows[0] = process(1, 0, "init");
	rows[1] = process(20, 1, "parent");
	rows[1].kind = TASKMAP_MAIN;
	rows[1].threads = 2;
	rows[2] = thread(&rows[1], 21);
	for (int i = 3; i < 9; i++)
		rows[i] = process(20 + i, 20, "child");
	set_ids(&rows[4], 1000, 1000);
	set_ids(&rows[5], 1000, 100);
	rows[6].euid = rows[6].fsuid = 1000;
	set_ids(&rows[7], 1000, 1000);
	set_ids(&rows[8], 1000, 1000);
	rows[7].start_ns = 1;	/* before its parent */
	rows[8].parent = 21;
	tell(to, "without births", rows, 9);
	for (int i = 3; i < 9; i++)
		rows[i].birth_pid = 20;
	rows[7].birth_pid = 22;	/* which has ended */
	rows[8].birth_pid = 24;
	rows[8].birth_flags = 0x8000;
	rows[8].uid = rows[8].euid = rows[8].fsuid = 0;
	tell(to, "with births", rows, 9);
	rows[8].parent = rows[8].birth_pid = 21;
	rows[8].birth_flags = 0;
	set_ids(&rows[8], 0, 1000);
	set_ids(&rows[2], 1000, 0);
	tell(to, "by a thread with ids of its own", rows, 9);
	set_ids(&rows[4], 0, 0);
	set_ids(&rows[1], 1000, 0);
	tell(to, "the parent dropped them", rows, 5);
}

GOLDEN_TEST(test_seccomp, "command/note-seccomp")
{
	struct taskmap_record rows[CROWD];

	make(rows, CROWD);
	rows[3].seccomp = 2;
	rows[3].ids[TASKMAP_SECCOMP] = OTHER(1);
	rows[4].seccomp = 1;
	tell(to, "one has a filter, one is in strict mode", rows, CROWD);
	make(rows, CROWD);
	rows[1].seccomp = 2;
	rows[1].ids[TASKMAP_SECCOMP] = OTHER(1);
	tell(to, "the leader has a filter", rows, CROWD);
	for (int i = 2; i < CROWD; i++) {
		rows[i].seccomp = 2;
		rows[i].ids[TASKMAP_SECCOMP] = OTHER(1);
	}
	tell(to, "all have it", rows, CROWD);
}

GOLDEN_TEST(test_ends, "command/note-ends")
{
	struct taskmap_record rows[5];

	make(rows, 5);
	rows[0] = process(1, 0, "init");
	for (int i = 1; i < 5; i++)
		rows[i].flags |= FLAG_POSTCOREDUMP;
	rows[3].flags |= FLAG_DUMPCORE;
	rows[3].ids[TASKMAP_FILES] = OTHER(1);
	tell(to, "a thread dumps core", rows, 5);
	make(rows, 5);
	rows[1].flags |= FLAG_EXITING;
	rows[2] = zombie(rows[2]);
	rows[2].flags |= FLAG_EXITING;
	tell(to, "one is ending, another one is dead", rows, 5);
	make(rows, 5);
	rows[1] = zombie(rows[1]);
	rows[4].kind = TASKMAP_WORKER;
	tell(to, "a dead leader", rows, 5);
	rows[2].kind = rows[3].kind = TASKMAP_WORKER;
	tell(to, "and of the threads only workers", rows, 5);
	make(rows, 2);
	rows[2] = process(100, 22, "silent");
	rows[2].exit_signal = 0;
	rows[3] = process(101, 22, "other");
	rows[3].exit_signal = SIGUSR1;
	rows[4] = kthread(102, "kthread");
	rows[4].exit_signal = 0;
	tell(to, "other exit signals", rows, 5);
	rows[2] = zombie(process(100, 22, "dead"));
	rows[2].tracer = 101;
	rows[3] = process(101, 1, "tracer");
	rows[4] = zombie(process(103, 22, "dead"));
	rows[4].tracer = 22;
	tell(to, "zombies that another process traces, and that the parent does",
	     rows, 5);
	rows[2].tracer = 4711;
	tell(to, "a tracer that is not there", rows, 5);
}

GOLDEN_TEST(test_kernel, "command/note-kernel")
{
	struct taskmap_record rows[6];

	rows[0] = process(1, 0, "init");
	rows[1] = kthread(2, "kthreadd");
	rows[2] = kthread(20, "kdevtmpfs");
	rows[2].ids[TASKMAP_FS] = rows[2].ids[TASKMAP_MNT_NS] = OTHER(1);
	rows[3] = kthread(21, "kauditd");
	rows[3].ids[TASKMAP_CGROUPS] = OTHER(1);
	rows[4] = kthread(22, "kthread");
	rows[4].uid = 1;
	rows[5] = process(100, 2, "modprobe");
	tell(to, "of an unknown birth", rows, 6);
	rows[5].birth_pid = 22;
	rows[5].birth_flags = 0x8000;
	tell(to, "created by a kernel thread", rows, 6);
	rows[5].birth_pid = 1;
	tell(to, "created by a process with CLONE_PARENT", rows, 6);
}

GOLDEN_TEST(test_children, "command/note-children")
{
	struct taskmap_record rows[4];

	make(rows, 3);
	rows[1].ids[TASKMAP_PID_CHILDREN_NS] = OTHER(1);
	rows[1].ids[TASKMAP_TIME_CHILDREN_NS] = OTHER(1);
	tell(to, "nobody lives there", rows, 3);
	rows[3] = process(100, 22, "init");
	rows[3].ids[TASKMAP_PID_NS] = OTHER(1);
	rows[3].ids[TASKMAP_PID_CHILDREN_NS] = OTHER(1);
	tell(to, "somebody does", rows, 4);
	rows[3] = zombie(rows[3]);
	tell(to, "who is dead", rows, 4);
	tell(to, "in a part of a system that is not known", rows + 1, 2);
	rows[1].ids[TASKMAP_PID_CHILDREN_NS] = 0;
	rows[1].ids[TASKMAP_TIME_CHILDREN_NS] = 0;
	tell(to, "the module does not tell", rows, 3);
}

/* The longest possible note. */
GOLDEN_TEST(test_all, "command/note-all")
{
	struct taskmap_record rows[12];

	make(rows, 4);
	rows[2].uid = rows[2].euid = 4294967294U;
	rows[2].fsuid = 1;
	for_each_resource(r) {
		rows[2].ids[r] = OTHER(r);
		rows[3].ids[r] = OTHER(100 + r);
	}
	rows[2].ids[TASKMAP_SECCOMP] = rows[3].ids[TASKMAP_SECCOMP];
	rows[2].seccomp = 2;
	for (int i = 0; i < 6; i++)
		rows[4 + i] = process(1000 + i, 1, "other");
	rows[4].ids[TASKMAP_MM] = rows[2].ids[TASKMAP_MM];
	rows[5].ids[TASKMAP_FILES] = rows[2].ids[TASKMAP_FILES];
	rows[6].ids[TASKMAP_FS] = rows[2].ids[TASKMAP_FS];
	rows[2].flags |= FLAG_DUMPCORE;
	tell(to, "a thread in all of which most is odd", rows, 7);
}

int main(void)
{
	return run_all("note", NULL, NULL);
}
