// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The columns of tasks. Each resource gives two, its id and its refs, made from
 * the table of resources.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "fill.h"
#include "kinds.h"
#include "resources.h"
#include "util.h"

static const struct taskmap_record *record_of(const struct row *row)
{
	return &row->model->tasks[row->task];
}

/* A fill function for a number that is in the record itself. */
#define FILL_FIELD(function, field)					\
	FILL(function)							\
	{								\
		const struct taskmap_record *tasks = row->model->tasks;	\
									\
		value_set_number(value, (int64_t)tasks[row->task].field); \
	}

FILL_FIELD(fill_pid, pid)
FILL_FIELD(fill_tgid, tgid)
FILL_FIELD(fill_ppid, ppid)
FILL_FIELD(fill_nspid, ns_pid)
FILL_FIELD(fill_nlwp, threads)
FILL_FIELD(fill_start, start_ns)
FILL_FIELD(fill_exit_signal, exit_signal)
FILL_FIELD(fill_uid, uid)
FILL_FIELD(fill_gid, gid)

FILL(fill_kind)
{
	const char *name = kind_name(record_of(row)->kind);

	if (name)
		value_set_text(value, name);
}

FILL(fill_state)
{
	unsigned char state = record_of(row)->state;

	if (!isascii(state) || !isalpha(state))
		return;
	value->type = VALUE_TEXT;
	value->text[0] = (char)state;
	value->text[1] = '\0';
}

FILL(fill_threads)
{
	value_set_number(value, model_threads(row->model, row->task)->count);
}

FILL(fill_flags)
{
	value->type = VALUE_TEXT;
	snprintf(value->text, sizeof(value->text), "0x%08" PRIx32,
		 (uint32_t)record_of(row)->flags);
}

FILL(fill_comm)
{
	value_set_comm(value, style, record_of(row)->comm);
}

FILL(fill_task)
{
	value_set_id(value, record_of(row)->task);
}

FILL(fill_shares)
{
	notes_shares(row->model, row->task, value->text);
	value->type = value->text[0] ? VALUE_TEXT : VALUE_NONE;
}

FILL(fill_note)
{
	notes_oddities(row->model, row->task, value->text);
	value->type = value->text[0] ? VALUE_TEXT : VALUE_NONE;
}

FILL(fill_object)
{
	value_set_object(value, style, row->model, row->task,
			 column->resource);
}

FILL(fill_refs)
{
	uint32_t refs = record_of(row)->refs[column->resource];

	if (refs)
		value_set_number(value, refs);
}

/* The columns that are not of a resource. */
static const struct column own_columns[] = {
	NUMBER("PID", fill_pid, "what gettid() returns to the task"),
	NUMBER("TGID", fill_tgid, "what getpid() returns: pid of the leader of its thread group"),
	NUMBER("PPID", fill_ppid, "tgid of its parent, 0 if it has none"),
	NUMBER("NSPID", fill_nspid, "its pid in its own pid namespace"),
	TEXT("KIND", fill_kind, "process, main, thread, worker or kthread"),
	TEXT("S", fill_state, "state, as in ps(1)"),
	NUMBER("THREADS", fill_threads, "tasks of its thread group in this snapshot"),
	NUMBER("NLWP", fill_nlwp, "tasks of its thread group by the kernel's own count"),
	TEXT("FLAGS", fill_flags, "PF_ flags of the kernel, in hex"),
	NUMBER("START", fill_start, "when it was created, in ns since boot"),
	NUMBER("EXIT_SIGNAL", fill_exit_signal, "what its parent is sent when it dies, -1 for a thread"),
	NUMBER("UID", fill_uid, "real user id"),
	NUMBER("GID", fill_gid, "real group id"),
	TEXT("COMM", fill_comm, "name"),
	TEXT("TASK", fill_task, "id of the task itself"),
	TEXT("SHARES", fill_shares, "what it shares with its leader, a leader with its parent"),
	PROSE("NOTE", fill_note, "what is not the textbook case about it"),
};

static struct column task_column(size_t index)
{
	const struct resource *resource;
	struct column column = { 0 };

	if (index < ARRAY_SIZE(own_columns))
		return own_columns[index];
	index -= ARRAY_SIZE(own_columns);
	column.resource = (enum taskmap_resource)(index / 2);
	resource = &resources[column.resource];
	if (index % 2) {
		column.name = resource->refs_column;
		column.type = VALUE_NUMBER;
		column.help = resource->refs_help;
		column.fill = fill_refs;
	} else {
		column.name = resource->column;
		column.type = VALUE_TEXT;
		column.help = resource->help;
		column.fill = fill_object;
	}
	return column;
}

const struct columns task_columns = {
	.defaults = "PID,TGID,PPID,KIND,S,MM,FILES,FS,SIGHAND,SHARES,COMM,NOTE",
	.own_count = ARRAY_SIZE(own_columns) + 2 * TASKMAP_RESOURCES,
	.own = task_column,
};
