// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* Compares tasks as /proc shows them with records. */
#include <inttypes.h>

#include "command/verify.h"

/* The fields of the module and of /proc */

/*
 * Flags that a task only has during a call: VCPU, MEMALLOC* and similar,
 * FROZEN, LOCAL_THROTTLE, and some that had other names.
 */
#define FLAGS_BRIEF	0x719d0801U

static void put(char *out, const char *word)
{
	snprintf(out, ANSWER_SIZE, "%s", word ? word : "unknown");
}

static void put_start(const struct taskmap_record *record, char *out)
{
	snprintf(out, ANSWER_SIZE, "%" PRIu64 " ticks",
		 (uint64_t)record->start_ns / proc_tick_ns());
}

static void put_ns_pids(const struct taskmap_record *record, char *out)
{
	char *pids = ns_pids_text(record);

	put(out, pids);
	free(pids);
}

static void put_kind(const struct taskmap_record *record, char *out)
{
	put(out, kind_name(record->kind));
}

/*
 * Only distinguish states that last: a task can start or stop running at any
 * moment.
 */
static void put_state(const struct taskmap_record *record, char *out)
{
	static const char *const words[UCHAR_MAX + 1] = {
		['Z'] = "dead", ['X'] = "dead",
		['T'] = "stopped", ['t'] = "traced",
		['R'] = "live", ['S'] = "live", ['D'] = "live",
		['I'] = "live", ['P'] = "live",
	};

	put(out, words[record->state]);
}

static void put_flags(const struct taskmap_record *record, char *out)
{
	snprintf(out, ANSWER_SIZE, "0x%08" PRIx32,
		 (uint32_t)record->flags & ~FLAGS_BRIEF);
}

static void put_comm(const struct taskmap_record *record, char *out)
{
	put(out, record->comm);
}

/* /proc does not show an mm that a kernel thread borrows. */
static void put_mm(const struct taskmap_record *record, char *out)
{
	put(out, some(record->ids[TASKMAP_MM] &&
		      record->kind != TASKMAP_KTHREAD));
}

static void put_sighand(const struct taskmap_record *record, char *out)
{
	put(out, some(record->ids[TASKMAP_SIGHAND]));
}

static void put_exit_code(const struct taskmap_record *record, char *out)
{
	snprintf(out, ANSWER_SIZE, "0x%04" PRIx32, record_is_dead(record) ?
		 (uint32_t)record->exit_code : 0);
}

static void put_cgroup(const struct taskmap_record *record, char *out)
{
	snprintf(out, ANSWER_SIZE, "%" PRIu64, (uint64_t)record->cgroup);
}

/* Before Linux 6.4, the flag of user workers had another meaning. */
static void amend_kind(const struct taskmap_record *record,
		       const struct proc_task *task, char *source)
{
	if (record->kind == TASKMAP_WORKER &&
	    task->record.kind != TASKMAP_KTHREAD &&
	    task->record.flags & FLAG_USER_WORKER)
		put_kind(record, source);
}

/*
 * /proc has longer names for kernel threads: names that the kernel truncated,
 * and for a workqueue's worker, after + or -, its current or last work.
 */
static void amend_comm(const struct taskmap_record *record,
		       const struct proc_task *task, char *source)
{
	size_t length = strlen(record->comm);
	char next = task->name[length];

	if (task->record.kind == TASKMAP_KTHREAD &&
	    !strncmp(task->name, record->comm, length) &&
	    (length == TASKMAP_COMM_LEN - 1 || next == '+' || next == '-'))
		put(source, record->comm);
	else
		put(source, task->name);
}

/*
 * For a leader, the module reports how its thread group ended, if it has. This
 * differs from how the leader ended only if the leader called exit(2) before
 * the others, and so was not killed by a signal. /proc shows this since 2d18f7f45620
 * ("exit: Use the correct exit_code in /proc/<pid>/stat"), 5.17. It shows 0 if the
 * caller may not trace the task.
 */
static void amend_exit_code(const struct taskmap_record *record,
			    const struct proc_task *task, char *source)
{
	int code = task->group_exit_code;

	if (!code || code == record->exit_code ||
	    (record->pid == record->tgid && !(code & 0x7f) && !proc_since(5, 17)))
		put_exit_code(record, source);
}

/* If the hierarchy is not mounted, the cgroup is unknown. */
static void amend_cgroup(const struct taskmap_record *record,
			 const struct proc_task *task, char *source)
{
	if (!task->record.cgroup)
		put_cgroup(record, source);
}

#define FIELD(name_, key_, signed_)					\
	{								\
		.key = key_,						\
		.offset = offsetof(struct taskmap_record, name_),	\
		.is_signed = signed_,					\
	}
#define SIGNED(name, key)	FIELD(name, key, true)
#define UNSIGNED(name, key)	FIELD(name, key, false)
#define LATER(name_, key_)						\
	{								\
		.key = key_,						\
		.offset = offsetof(struct taskmap_record, name_),	\
		.put = put_##name_,					\
		.amend = amend_##name_,					\
	}

static const struct {
	const char *key;	/* of the column of list */
	/* Offset in struct taskmap_record; 0 if all modules report the field */
	size_t offset;
	/* For numbers of 32 bits */
	bool is_signed;
	/*
	 * For other fields: writes the value as text, at most ANSWER_SIZE bytes
	 */
	void (*put)(const struct taskmap_record *record, char *out);
	/* Replaces the text of /proc where it means the same; or NULL */
	void (*amend)(const struct taskmap_record *record,
		      const struct proc_task *task, char *source);
} fields[] = {
	[FIELD_START] = { "start", .put = put_start },
	SIGNED(tgid, "tgid"),
	SIGNED(ppid, "ppid"),
	SIGNED(ns_pid, "nspid"),
	{ "kind", .put = put_kind, .amend = amend_kind },
	{ "s", .put = put_state },
	UNSIGNED(threads, "nlwp"),
	{ "flags", .put = put_flags },
	SIGNED(exit_signal, "exit_signal"),
	UNSIGNED(uid, "uid"),
	UNSIGNED(gid, "gid"),
	{ "comm", .put = put_comm, .amend = amend_comm },
	{ "mm", .put = put_mm },
	{ "sighand", .put = put_sighand },
	SIGNED(tracer, "tracer"),
	SIGNED(pgrp, "pgid"),
	SIGNED(session, "sid"),
	UNSIGNED(euid, "euid"),
	UNSIGNED(fsuid, "fsuid"),
	UNSIGNED(seccomp, "seccomp_mode"),
	{ "nspids", offsetof(struct taskmap_record, ns_pids), .put = put_ns_pids },
	LATER(exit_code, "exit_code"),
	LATER(cgroup, "cgroup_id"),
};

const char *field_key(unsigned int field)
{
	return field < ARRAY_SIZE(fields) ? fields[field].key : NULL;
}

bool field_is_reported(unsigned int field, const struct taskmap_header *header)
{
	return fields[field].offset < snapshot_scalars(header);
}

static void put_field(unsigned int field, const struct taskmap_record *record,
		      char *out)
{
	uint32_t number;

	if (fields[field].put) {
		fields[field].put(record, out);
		return;
	}
	memcpy(&number, (const char *)record + fields[field].offset,
	       sizeof(number));
	snprintf(out, ANSWER_SIZE, "%" PRId64, fields[field].is_signed ?
		 (int64_t)(int32_t)number : (int64_t)number);
}

bool field_compare(unsigned int field, const struct taskmap_record *record,
		   const struct proc_task *task, struct answer *answer)
{
	put_field(field, record, answer->module);
	put_field(field, &task->record, answer->source);
	if (fields[field].amend)
		fields[field].amend(record, task, answer->source);
	return answer_agrees(answer);
}
