// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Reads "snapshot", "tasks" and "exact" again and again, and checks everything.
 *
 *	watch READS CROWD DIRECTORY [PID...]
 *
 * Reads READS times, the files in turn. Every snapshot must be whole, and every
 * record must be possible. The PIDs are stopped processes that share no mm,
 * files, fs, sighand or signal with any other task. Each must occur once,
 * unchanged since the first read, and no other task may ever hold one of their
 * objects. CROWD is a file of lines "PID TGID". These tasks also hold still:
 * each must occur once, without other tasks of their thread groups.
 *
 * "exact" must show one instant. Each thread group has the size that it states,
 * a leader, and an existing parent. All holders of an object state the same
 * refs, no fewer than the number of holders. If only tasks that hold still hold
 * it, the numbers are equal.
 *
 * Prints its counts as a line "# N reads ...". Prints a mistake and the number
 * of the read, and exits with status 1, if it finds one.
 */
#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../module/uapi/taskmap.h"

#define READ_SIZE	(1 << 20)

/* From include/linux/sched.h. The second has this meaning since 5.12. */
#define KTHREAD		0x00200000
#define IO_WORKER	0x00000010
#define USER_WORKER	0x00004000

static const char heading[] =
	"    PID    TGID    PPID KIND    S MM               FILES            "
	"FS               SIGHAND          COMM\n";

static const char * const kinds[] = {
	[TASKMAP_PROCESS] = "process",
	[TASKMAP_MAIN] = "main   ",
	[TASKMAP_THREAD] = "thread ",
	[TASKMAP_WORKER] = "worker ",
	[TASKMAP_KTHREAD] = "kthread",
};

#define KINDS		(sizeof(kinds) / sizeof(kinds[0]))

/* The objects that a stopped process does not share; "tasks" shows the first four. */
static const enum taskmap_resource owned[] = {
	TASKMAP_MM, TASKMAP_FILES, TASKMAP_FS, TASKMAP_SIGHAND, TASKMAP_SIGNAL,
};

#define OWNED		5
#define SHOWN		4

/*
 * Objects in whose refs each holder counts, and how often. Kernel threads can
 * borrow the mm of a process (kthread_use_mm() in kernel/kthread.c). nsproxies
 * and creds hold namespaces, not tasks.
 */
static const struct counted {
	enum taskmap_resource resource;
	unsigned int times;
} counted[] = {
	{ TASKMAP_MM, 1 }, { TASKMAP_FILES, 1 }, { TASKMAP_FS, 1 },
	{ TASKMAP_SIGHAND, 1 }, { TASKMAP_SIGNAL, 1 }, { TASKMAP_IO, 1 },
	{ TASKMAP_CRED, 2 }, { TASKMAP_NSPROXY, 1 },
};

#define COUNTED		(sizeof(counted) / sizeof(counted[0]))

/* The fields of a task that are compared, from either file. */
struct seen {
	__s32 pid, tgid, ppid;
	__u8 kind;
	char state;
	__u64 ids[OWNED];
};

struct held {
	__s32 pid;
	struct seen first;
	struct taskmap_record record;
};

struct member {
	__s32 pid, tgid;
};

struct object {
	__u64 id;
	const struct held *holder;
};

static struct held *helds;
static struct object *objects;
static struct member *crowd;
static size_t held_count, object_count, crowd_size;

static char *bytes;
static size_t length;
static unsigned long number;	/* number of this read, from 0 */
static const char *name;	/* name of the file being read */

static struct taskmap_record *before;
static size_t before_count;
static unsigned long records, came, changed;
static __u64 longest;		/* longest pause, in ns */

/* A task that holds an object, or belongs to a thread group. */
struct member_of {
	__u64 key;
	const struct taskmap_record *record;
};

static struct member_of *members;
static size_t stills;		/* objects that only still tasks hold */

static __attribute__((noreturn, format(printf, 1, 2)))
void wrong(const char *format, ...)
{
	va_list arguments;

	printf("read %lu, of %s: ", number, name);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	exit(1);
}

/* The files */

static void read_whole(int directory)
{
	static size_t room;
	ssize_t got;
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", name);
	length = 0;
	do {
		if (room - length < READ_SIZE) {
			room += 2 * READ_SIZE;
			bytes = realloc(bytes, room);
			if (!bytes)
				errx(1, "out of memory");
		}
		got = read(fd, bytes + length, READ_SIZE);
		if (got < 0)
			err(1, "%s", name);
		length += got;
	} while (got);
	close(fd);
}

/* Checks of both formats */

static int compare_pid(const void *one, const void *other)
{
	__s32 a = *(const __s32 *)one, b = *(const __s32 *)other;

	return a < b ? -1 : a > b;
}

static int compare_record(const void *pid, const void *record)
{
	return compare_pid(pid, &((const struct taskmap_record *)record)->pid);
}

static int compare_object(const void *one, const void *other)
{
	__u64 a = ((const struct object *)one)->id;
	__u64 b = ((const struct object *)other)->id;

	return a < b ? -1 : a > b;
}

static bool is_leader_of_crowd(__s32 tgid)
{
	const struct member *member = bsearch(&tgid, crowd, crowd_size,
					      sizeof(*crowd), compare_pid);

	return member && member->tgid == tgid;
}

static void check_crowd(const struct seen *task, size_t *member)
{
	if (*member < crowd_size && task->pid == crowd[*member].pid) {
		if (task->tgid != crowd[*member].tgid)
			wrong("task %d has tgid %d, not %d", task->pid,
			      task->tgid, crowd[*member].tgid);
		(*member)++;
	} else if (is_leader_of_crowd(task->tgid)) {
		wrong("task %d was never made, or is there twice", task->pid);
	}
}

static void check_held(const struct seen *task, const struct held *held,
		       size_t shown)
{
	const struct seen *first = &held->first;
	size_t i;

	if (task->tgid != first->tgid || task->ppid != first->ppid ||
	    task->kind != first->kind || task->state != first->state)
		wrong("task %d is stopped, and changed: tgid %d ppid %d kind %d state %c, was %d %d %d %c",
		      task->pid, task->tgid, task->ppid, task->kind,
		      task->state, first->tgid, first->ppid, first->kind,
		      first->state);
	for (i = 0; i < shown; i++)
		if (task->ids[i] != first->ids[i])
			wrong("task %d is stopped, and its object %zu changed from %llx to %llx",
			      task->pid, i, first->ids[i], task->ids[i]);
}

static void check_stranger(const struct seen *task, size_t shown)
{
	size_t i;

	for (i = 0; i < shown; i++) {
		struct object key = { .id = task->ids[i] };
		const struct object *object;

		object = bsearch(&key, objects, object_count, sizeof(*objects),
				 compare_object);
		if (object)
			wrong("task %d has object %zu of task %d, which is stopped and shares nothing",
			      task->pid, i, object->holder->pid);
	}
}

static void check_seen(const struct seen *task, size_t *held, size_t *member,
		       size_t shown)
{
	check_crowd(task, member);
	if (*held < held_count && task->pid == helds[*held].pid)
		check_held(task, &helds[(*held)++], shown);
	else
		check_stranger(task, shown);
}

static void check_all_seen(size_t held, size_t member)
{
	if (held < held_count)
		wrong("task %d is not there", helds[held].pid);
	if (member < crowd_size)
		wrong("task %d is not there", crowd[member].pid);
}

/* "snapshot" */

static void check_header(const struct taskmap_header *header)
{
	if (length < sizeof(*header))
		wrong("%zu bytes", length);
	if (header->magic != TASKMAP_MAGIC ||
	    header->version != TASKMAP_FORMAT ||
	    header->header_size != sizeof(struct taskmap_header) ||
	    header->record_size != sizeof(struct taskmap_record) ||
	    header->resource_count != TASKMAP_RESOURCES ||
	    header->ids_offset != offsetof(struct taskmap_record, ids) ||
	    header->refs_offset != offsetof(struct taskmap_record, refs) ||
	    header->flags & ~(TASKMAP_WALKED | TASKMAP_RAW_IDS) ||
	    header->reserved ||
	    header->resources != (1 << TASKMAP_RESOURCES) - 1 ||
	    !memchr(header->node, 0, TASKMAP_NODE_LEN))
		wrong("the header is not one");
	if (header->start_ns > header->end_ns)
		wrong("it ended before it began");
	if (!(header->flags & TASKMAP_WALKED) != !strcmp(name, "exact"))
		wrong("its flags are %x", header->flags);
	if (length != sizeof(*header) +
		      header->count * sizeof(struct taskmap_record))
		wrong("%zu bytes for %llu records", length, header->count);
}

static enum taskmap_kind kind_of(const struct taskmap_record *record)
{
	if (record->flags & KTHREAD)
		return TASKMAP_KTHREAD;
	if (record->flags & (IO_WORKER | USER_WORKER))
		return TASKMAP_WORKER;
	if (record->pid != record->tgid)
		return TASKMAP_THREAD;
	return record->threads > 1 ? TASKMAP_MAIN : TASKMAP_PROCESS;
}

static bool all_zero(const char *from, const char *end)
{
	for (; from < end; from++)
		if (*from)
			return false;
	return true;
}

/* Every task has a signal, a cred and so on, and each holder counts in its refs. */
static void check_refs(const struct taskmap_record *record)
{
	static const enum taskmap_resource known[] = {
		TASKMAP_MM, TASKMAP_FILES, TASKMAP_FS, TASKMAP_SIGHAND,
		TASKMAP_SIGNAL, TASKMAP_IO, TASKMAP_CRED, TASKMAP_NSPROXY,
		TASKMAP_CGROUPS, TASKMAP_UTS_NS, TASKMAP_IPC_NS,
		TASKMAP_PID_NS, TASKMAP_NET_NS, TASKMAP_TIME_NS,
		TASKMAP_CGROUP_NS, TASKMAP_USER_NS,
		TASKMAP_PID_CHILDREN_NS, TASKMAP_TIME_CHILDREN_NS,
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!record->ids[known[i]] != !record->refs[known[i]])
			wrong("task %d: resource %d has id %llx and %u refs",
			      record->pid, known[i], record->ids[known[i]],
			      record->refs[known[i]]);
	for (i = 0; i < TASKMAP_RESOURCES; i++)
		if (!record->ids[i] && record->refs[i])
			wrong("task %d: %u refs of no resource %zu",
			      record->pid, record->refs[i], i);
	if (!record->ids[TASKMAP_SIGNAL] || !record->ids[TASKMAP_CRED] ||
	    !record->ids[TASKMAP_PID_NS] || !record->ids[TASKMAP_USER_NS])
		wrong("task %d lacks what every task has", record->pid);
}

/* A namespace has a number, except a mount namespace, which modules cannot read. */
static void check_inodes(const struct taskmap_record *record)
{
	int i;

	for (i = 0; i < TASKMAP_NAMESPACES; i++) {
		bool none = !record->ids[TASKMAP_UTS_NS + i] ||
			    TASKMAP_UTS_NS + i == TASKMAP_MNT_NS;

		if (none != !record->ns_inodes[i])
			wrong("task %d: resource %d has id %llx and inode %u",
			      record->pid, TASKMAP_UTS_NS + i,
			      record->ids[TASKMAP_UTS_NS + i],
			      record->ns_inodes[i]);
	}
}

/* The fields about other tasks: parent and tracer, and the exit code. */
static void check_relatives(const struct taskmap_record *record)
{
	bool dead = record->state == 'Z' || record->state == 'X';

	if (record->parent < 0 || !record->parent != !record->ppid ||
	    record->tracer < 0 || record->pgrp < 0 || record->session < 0)
		wrong("task %d: parent %d tracer %d pgrp %d session %d",
		      record->pid, record->parent, record->tracer,
		      record->pgrp, record->session);
	if (record->exit_code && !dead)
		wrong("task %d is in state %c and has ended with %x",
		      record->pid, record->state, record->exit_code);
	if (record->birth_pid < 0 || (record->birth_flags && !record->birth_pid))
		wrong("task %d was made by %d with flags %llx", record->pid,
		      record->birth_pid, record->birth_flags);
}

/* A task has a pid in each namespace between the initial one and its own. */
static void check_levels(const struct taskmap_record *record)
{
	unsigned int i;

	if (!record->ns_levels ||
	    (record->ns_levels == 1 && record->ns_pid != record->pid))
		wrong("task %d: pid %d at level %u", record->pid,
		      record->ns_pid, record->ns_levels);
	for (i = 0; i < TASKMAP_NS_PIDS; i++)
		if (i + 2 < record->ns_levels ? record->ns_pids[i] <= 0 :
						record->ns_pids[i] != 0)
			wrong("task %d: pid %d between %u levels", record->pid,
			      record->ns_pids[i], record->ns_levels);
}

static void check_record(const struct taskmap_record *record)
{
	const char *end = memchr(record->comm, 0, TASKMAP_COMM_LEN);

	if (record->pid <= 0 || record->tgid <= 0 || record->ppid < 0 ||
	    record->ns_pid <= 0 || !record->task)
		wrong("task %d: tgid %d ppid %d ns_pid %d task %llx",
		      record->pid, record->tgid, record->ppid, record->ns_pid,
		      record->task);
	if (record->kind != kind_of(record))
		wrong("task %d is of kind %d, with flags %x, tgid %d and %u threads",
		      record->pid, record->kind, record->flags, record->tgid,
		      record->threads);
	if (!record->state || !strchr("RSDTtXZPI", record->state))
		wrong("task %d is in state %d", record->pid, record->state);
	if (!end || !all_zero(end, record->comm + TASKMAP_COMM_LEN))
		wrong("task %d: its name does not end", record->pid);
	if (record->reserved || record->unknown ||
	    record->marks & ~TASKMAP_MARK_VFORK)
		wrong("task %d: padding is not zero", record->pid);
	check_levels(record);
	check_relatives(record);
	check_inodes(record);
	check_refs(record);
}

static void seen_in_record(struct seen *task,
			   const struct taskmap_record *record)
{
	size_t i;

	task->pid = record->pid;
	task->tgid = record->tgid;
	task->ppid = record->ppid;
	task->kind = record->kind;
	task->state = record->state;
	for (i = 0; i < OWNED; i++)
		task->ids[i] = record->ids[owned[i]];
}

/* Only refs that others hold can change in a stopped process. */
static void check_unchanged(const struct taskmap_record *record)
{
	const struct held *held = bsearch(&record->pid, helds, held_count,
					  sizeof(*helds), compare_pid);
	struct taskmap_record now = *record;

	if (!held)
		return;
	memcpy(now.refs, held->record.refs, sizeof(now.refs));
	if (memcmp(&now, &held->record, sizeof(now)))
		wrong("task %d is stopped, and its record changed",
		      record->pid);
}

/* Counts tasks that have appeared or changed since the last read. */
static void compare_with_before(const struct taskmap_record *now, size_t count)
{
	const struct taskmap_record *then = before, *end = then + before_count;
	size_t i;

	for (i = 0; i < count && number; i++) {
		while (then < end && then->pid < now[i].pid)
			then++;
		if (then == end || then->pid != now[i].pid ||
		    then->start_ns != now[i].start_ns)
			came++;
		else if (memcmp(then->ids, now[i].ids, sizeof(now->ids)) ||
			 memcmp(then->comm, now[i].comm, TASKMAP_COMM_LEN))
			changed++;
	}
	before = realloc(before, count * sizeof(*before));
	if (!before)
		errx(1, "out of memory");
	memcpy(before, now, count * sizeof(*before));
	before_count = count;
}

static void keep_held(const struct taskmap_record *all, size_t count)
{
	size_t i, j;

	for (i = 0; i < held_count; i++) {
		struct held *held = &helds[i];
		const struct taskmap_record *record;

		record = all;
		while (record < all + count && record->pid != held->pid)
			record++;
		if (record == all + count)
			wrong("task %d is not there", held->pid);
		held->record = *record;
		seen_in_record(&held->first, record);
		for (j = 0; j < OWNED; j++) {
			objects[object_count].id = held->first.ids[j];
			objects[object_count++].holder = held;
		}
	}
	qsort(objects, object_count, sizeof(*objects), compare_object);
	for (i = 0; i < object_count; i++)
		if (!objects[i].id || (i && objects[i].id == objects[i - 1].id))
			wrong("task %d shares an object, or has none",
			      objects[i].holder->pid);
}

/* One instant */

static int compare_member_of(const void *one, const void *other)
{
	const struct member_of *a = one, *b = other;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return compare_pid(&a->record->pid, &b->record->pid);
}

/* Sorts the records whose key is not 0 by this key; returns their number. */
static size_t sort_by(const struct taskmap_record *all, size_t count,
		      __u64 (*key)(const struct taskmap_record *record,
				   unsigned int argument),
		      unsigned int argument)
{
	size_t i, found = 0;

	members = realloc(members, (count + 1) * sizeof(*members));
	if (!members)
		errx(1, "out of memory");
	for (i = 0; i < count; i++) {
		members[found].key = key(&all[i], argument);
		members[found].record = &all[i];
		found += !!members[found].key;
	}
	qsort(members, found, sizeof(*members), compare_member_of);
	return found;
}

/* The number of members, from @first on, with the same key. */
static size_t run_of(const struct member_of *first, size_t count)
{
	size_t i = 1;

	while (i < count && first[i].key == first->key)
		i++;
	return i;
}

static __u64 key_group(const struct taskmap_record *record,
		       unsigned int unused)
{
	(void)unused;
	return record->tgid;
}

static void check_group(const struct member_of *first, size_t count)
{
	const struct taskmap_record *leader = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct taskmap_record *record = first[i].record;

		if (record->threads != count)
			wrong("task %d: %zu tasks are there of the %u in its group %d",
			      record->pid, count, record->threads,
			      record->tgid);
		if (record->ids[TASKMAP_SIGNAL] !=
		    first->record->ids[TASKMAP_SIGNAL])
			wrong("task %d has another signal than task %d of its group",
			      record->pid, first->record->pid);
		if (record->pid == record->tgid)
			leader = record;
	}
	if (!leader)
		wrong("group %d has no leader", first->record->tgid);
}

static void check_groups(const struct taskmap_record *all, size_t count)
{
	size_t i, run, found = sort_by(all, count, key_group, 0);

	for (i = 0; i < found; i += run) {
		run = run_of(&members[i], found - i);
		check_group(&members[i], run);
	}
}

/* A parent is not removed before its children have another. */
static void check_parent(const struct taskmap_record *record,
			 const struct taskmap_record *all, size_t count)
{
	const struct taskmap_record *parent =
		bsearch(&record->ppid, all, count, sizeof(*all),
			compare_record);

	if (record->ppid && !parent)
		wrong("task %d has parent %d, who is not there", record->pid,
		      record->ppid);
}

static __u64 key_resource(const struct taskmap_record *record,
			  unsigned int resource)
{
	return record->ids[resource];
}

static bool counts(const struct taskmap_record *record,
		   enum taskmap_resource resource)
{
	return resource != TASKMAP_MM || !(record->flags & KTHREAD);
}

static bool holds_still(const struct taskmap_record *record)
{
	return is_leader_of_crowd(record->tgid) ||
	       bsearch(&record->pid, helds, held_count, sizeof(*helds),
		       compare_pid);
}

static bool is_owned(enum taskmap_resource resource)
{
	size_t i = 0;

	while (i < OWNED && owned[i] != resource)
		i++;
	return i < OWNED;
}

/*
 * There cannot be fewer refs than holders. There can be more (taskmap(8),
 * DRIFT), but not for an object that only still tasks hold.
 */
static void check_object(const struct member_of *first, size_t count,
			 const struct counted *of)
{
	__u32 refs = first->record->refs[of->resource];
	size_t i, holders = 0;
	bool still = is_owned(of->resource);

	for (i = 0; i < count; i++) {
		const struct taskmap_record *record = first[i].record;

		if (record->refs[of->resource] != refs)
			wrong("task %d tells %u refs of resource %d, task %d tells %u of the same",
			      first->record->pid, refs, of->resource,
			      record->pid, record->refs[of->resource]);
		holders += counts(record, of->resource);
		still = still && holds_still(record);
	}
	if (refs < holders * of->times)
		wrong("task %d: resource %d has %zu holders and only %u refs",
		      first->record->pid, of->resource, holders, refs);
	if (still && refs != holders)
		wrong("task %d holds still: resource %d has %zu holders and %u refs",
		      first->record->pid, of->resource, holders, refs);
	stills += still;
}

static void check_objects(const struct taskmap_record *all, size_t count,
			  const struct counted *of)
{
	size_t i, run, found = sort_by(all, count, key_resource, of->resource);

	for (i = 0; i < found; i += run) {
		run = run_of(&members[i], found - i);
		check_object(&members[i], run, of);
	}
}

static void check_instant(const struct taskmap_header *header,
			  const struct taskmap_record *all)
{
	size_t i;

	if (!header->pause_ns ||
	    header->end_ns - header->start_ns > header->pause_ns)
		wrong("it took %llu ns in a pause of %llu",
		      header->end_ns - header->start_ns, header->pause_ns);
	if (header->pause_ns > longest)
		longest = header->pause_ns;
	check_groups(all, header->count);
	stills = 0;
	for (i = 0; i < COUNTED; i++)
		check_objects(all, header->count, &counted[i]);
	if (stills < held_count * OWNED)
		wrong("of %zu tasks that hold still only %zu objects were compared",
		      held_count, stills);
	for (i = 0; i < header->count; i++) {
		const struct taskmap_record *record = &all[i];

		check_parent(record, all, header->count);
		if (record->ids[TASKMAP_MM] &&
		    record->ids[TASKMAP_MM] != record->ids[TASKMAP_ACTIVE_MM])
			wrong("task %d has an mm that is not active",
			      record->pid);
	}
}

/* Binary files */

static void check_image(void)
{
	const struct taskmap_header *header = (void *)bytes;
	const struct taskmap_record *all = (void *)(header + 1);
	size_t i, held = 0, member = 0;
	struct seen task;

	check_header(header);
	if (!number)
		keep_held(all, header->count);
	for (i = 0; i < header->count; i++) {
		if (i && all[i].pid <= all[i - 1].pid)
			wrong("after task %d comes %d", all[i - 1].pid,
			      all[i].pid);
		check_record(&all[i]);
		check_unchanged(&all[i]);
		seen_in_record(&task, &all[i]);
		check_seen(&task, &held, &member, OWNED);
	}
	check_all_seen(held, member);
	if (!(header->flags & TASKMAP_WALKED))
		check_instant(header, all);
	compare_with_before(all, header->count);
	records += header->count;
}

/* "tasks": all columns except the name have a fixed width */

static bool octal(const char *at, int digits)
{
	for (; digits; digits--, at++)
		if (*at < '0' || *at > '7')
			return false;
	return true;
}

static void check_name(const char *at)
{
	int i;

	for (i = 0; *at; i++, at++) {
		if (*at < ' ' || *at > '~')
			wrong("a name has byte %d", *at);
		if (*at != '\\')
			continue;
		if (!octal(at + 1, 3))
			wrong("a name has a lone backslash");
		at += 3;
	}
	if (i >= TASKMAP_COMM_LEN)
		wrong("a name has %d bytes", i);
}

/* Parses a line and formats it again, which must give the same bytes. */
static void check_line(const char *line, struct seen *task)
{
	char again[160], kind[8] = "", ids[SHOWN][17] = { "" };
	int i, size;

	if (sscanf(line, "%d %d %d %7c %c %16c %16c %16c %16c", &task->pid,
		   &task->tgid, &task->ppid, kind, &task->state, ids[0], ids[1],
		   ids[2], ids[3]) != 5 + SHOWN)
		wrong("no line of a task: %s", line);
	size = sprintf(again, "%7d %7d %7d %s %c ", task->pid, task->tgid,
			 task->ppid, kind, task->state);
	for (i = 0; i < SHOWN; i++) {
		task->ids[i] = strtoull(ids[i], NULL, 16);
		size += task->ids[i] ?
			sprintf(again + size, "%016llx ", task->ids[i]) :
			sprintf(again + size, "%-16s ", "-");
	}
	for (i = TASKMAP_PROCESS; i < (int)KINDS; i++)
		if (!strcmp(kind, kinds[i]))
			break;
	task->kind = i;
	if (i == KINDS || !strchr("RSDTtXZPI", task->state) ||
	    strncmp(line, again, size))
		wrong("a line is not as promised: %s", line);
	check_name(line + size);
}

static void check_tasks(void)
{
	char *at = bytes, *end = bytes + length, *next;
	size_t held = 0, member = 0;
	__s32 last = 0;

	if (!length || end[-1] != '\n')
		wrong("it does not end with a line");
	if (strncmp(at, heading, sizeof(heading) - 1))
		wrong("it does not begin with the heading");
	for (at += sizeof(heading) - 1; at < end; at = next, records++) {
		struct seen task;

		next = strchr(at, '\n') + 1;
		next[-1] = '\0';
		check_line(at, &task);
		if (task.pid <= last)
			wrong("after task %d comes %d", last, task.pid);
		last = task.pid;
		check_seen(&task, &held, &member, SHOWN);
	}
	check_all_seen(held, member);
}

/* The command */

static void read_crowd(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t room = 0;
	int pid, tgid;

	if (!file)
		err(1, "%s", path);
	while (fscanf(file, "%d %d\n", &pid, &tgid) == 2) {
		if (crowd_size == room) {
			room = room * 2 + 1000;
			crowd = realloc(crowd, room * sizeof(*crowd));
			if (!crowd)
				errx(1, "out of memory");
		}
		crowd[crowd_size++] = (struct member){ pid, tgid };
	}
	if (!crowd_size)
		errx(1, "%s names no tasks", path);
	qsort(crowd, crowd_size, sizeof(*crowd), compare_pid);
	fclose(file);
}

static void get_helds(char **pids, int count)
{
	int i;

	helds = calloc(count + 1, sizeof(*helds));
	objects = calloc(count + 1, sizeof(*objects) * OWNED);
	if (!helds || !objects)
		errx(1, "out of memory");
	for (i = 0; i < count; i++)
		helds[held_count++].pid = atoi(pids[i]);
	qsort(helds, held_count, sizeof(*helds), compare_pid);
}

int main(int argc, char **argv)
{
	static const char * const names[] = { "snapshot", "tasks", "exact" };
	unsigned long reads = 0, exact = 0;
	int directory;

	if (argc < 4)
		errx(2, "usage: watch READS CROWD DIRECTORY [PID...]");
	reads = atol(argv[1]);
	read_crowd(argv[2]);
	directory = open(argv[3], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		err(1, "%s", argv[3]);
	get_helds(argv + 4, argc - 4);

	for (; number < reads; number++) {
		name = names[number % 3];
		read_whole(directory);
		if (number % 3 == 1)
			check_tasks();
		else
			check_image();
		exact += number % 3 == 2;
	}
	printf("# %lu reads, %lu records, %lu came, %lu changed, %lu instants, %llu ns longest\n",
	       number, records, came, changed, exact, longest);
	return 0;
}
