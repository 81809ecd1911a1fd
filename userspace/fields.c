// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "kinds.h"
#include "util.h"

/*
 * Those that a task has for the length of one call: VCPU, MEMALLOC and its
 * kin, FROZEN, LOCAL_THROTTLE, and some that had other names.
 */
#define FLAGS_BRIEF		0x719d0801U

struct both {
	const struct taskmap_record *record;
	const struct proc_task *task;
	struct answer *answer;
};

static void say(struct both *both, const char *module, const char *witness)
{
	answer_set(both->answer, module, witness);
}

static void say_numbers(struct both *both, int64_t module, int64_t witness)
{
	snprintf(both->answer->module, sizeof(both->answer->module),
		 "%" PRId64, module);
	snprintf(both->answer->witness, sizeof(both->answer->witness),
		 "%" PRId64, witness);
}

/* A function for a number that both have by this name. */
#define NUMBER(function, field)						\
	static void function(struct both *both)				\
	{								\
		const struct taskmap_record record = *both->record;	\
		const struct proc_task task = *both->task;		\
									\
		say_numbers(both, record.field, task.field);		\
	}

NUMBER(say_tgid, tgid)
NUMBER(say_ppid, ppid)
NUMBER(say_ns_pid, ns_pid)
NUMBER(say_exit_signal, exit_signal)
NUMBER(say_threads, threads)
NUMBER(say_uid, uid)
NUMBER(say_gid, gid)

/* In clock ticks, to which /proc rounds down. */
static uint64_t start_of(const struct taskmap_record *record)
{
	return record->start_ns / (1000000000 / proc_ticks());
}

static void say_start(struct both *both)
{
	snprintf(both->answer->module, sizeof(both->answer->module),
		 "%" PRIu64 " ticks", start_of(both->record));
	snprintf(both->answer->witness, sizeof(both->answer->witness),
		 "%" PRIu64 " ticks", both->task->start);
}

static void say_flags(struct both *both)
{
	snprintf(both->answer->module, sizeof(both->answer->module),
		 "0x%08" PRIx32, (uint32_t)both->record->flags & ~FLAGS_BRIEF);
	snprintf(both->answer->witness, sizeof(both->answer->witness),
		 "0x%08" PRIx32, both->task->flags & ~FLAGS_BRIEF);
}

/* Asleep or running is another matter at any moment. */
static const char *lasting_state(unsigned char state)
{
	switch (state) {
	case 'Z':
	case 'X':
		return "dead";
	case 'T':
		return "stopped";
	case 't':
		return "traced";
	case 'R':
	case 'S':
	case 'D':
	case 'I':
	case 'P':
		return "live";
	default:
		return "unknown";
	}
}

static void say_state(struct both *both)
{
	say(both, lasting_state(both->record->state),
	    lasting_state((unsigned char)both->task->state));
}

static const char *shown_kind(unsigned int kind)
{
	const char *name = kind_name(kind);

	return name ? name : "unknown";
}

/* What /proc's flags and numbers make of it. */
static unsigned int kind_of(const struct both *both)
{
	const struct proc_task *task = both->task;

	if (task->flags & FLAG_KTHREAD)
		return TASKMAP_KTHREAD;
	if (task->flags & FLAG_IO_WORKER)
		return TASKMAP_WORKER;
	/* Before Linux 6.4 this bit was another, and nobody's mark. */
	if (task->flags & FLAG_USER_WORKER &&
	    both->record->kind == TASKMAP_WORKER)
		return TASKMAP_WORKER;
	if (task->pid != task->tgid)
		return TASKMAP_THREAD;
	return task->threads > 1 ? TASKMAP_MAIN : TASKMAP_PROCESS;
}

static void say_kind(struct both *both)
{
	say(both, shown_kind(both->record->kind), shown_kind(kind_of(both)));
}

/*
 * The names of kernel threads are longer in /proc: all of what was cut off, and
 * behind + or - what a worker of a workqueue does or did.
 */
static bool is_longer_name(const struct both *both)
{
	const char *name = both->record->comm;
	size_t length = strlen(name);
	char next;

	if (!(both->task->flags & FLAG_KTHREAD) ||
	    strncmp(both->task->comm, name, length))
		return false;
	next = both->task->comm[length];
	return length == TASKMAP_COMM_LEN - 1 || next == '+' || next == '-';
}

static void say_comm(struct both *both)
{
	const char *name = both->record->comm;

	say(both, name, is_longer_name(both) ? name : both->task->comm);
}

/* A kernel thread that has one for a while is not told of. */
static void say_memory(struct both *both)
{
	bool memory = both->record->ids[TASKMAP_MM] &&
		      both->record->kind != TASKMAP_KTHREAD;

	say(both, some(memory), some(both->task->memory));
}

/* Of a task without, which is being released, /proc counts no threads. */
static void say_sighand(struct both *both)
{
	say(both, some(both->record->ids[TASKMAP_SIGHAND]),
	    some(both->task->threads));
}

static const struct {
	const char *name;
	void (*say)(struct both *both);
} fields[] = {
	[FIELD_START] = { "start", say_start },
	{ "tgid", say_tgid },
	{ "ppid", say_ppid },
	{ "ns_pid", say_ns_pid },
	{ "kind", say_kind },
	{ "state", say_state },
	{ "threads", say_threads },
	{ "flags", say_flags },
	{ "exit_signal", say_exit_signal },
	{ "uid", say_uid },
	{ "gid", say_gid },
	{ "comm", say_comm },
	{ "mm", say_memory },
	{ "sighand", say_sighand },
};

size_t field_count(void)
{
	return ARRAY_SIZE(fields);
}

const char *field_name(unsigned int field)
{
	return fields[field].name;
}

bool field_compare(unsigned int field, const struct taskmap_record *record,
		   const struct proc_task *task, struct answer *answer)
{
	struct both both = { record, task, answer };

	fields[field].say(&both);
	return answer_agrees(answer);
}

bool field_same_task(const struct taskmap_record *record,
		     const struct proc_task *task)
{
	return start_of(record) == task->start;
}
