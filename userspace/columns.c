// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "escape.h"
#include "kinds.h"
#include "resources.h"
#include "util.h"

static const char default_columns[] =
	"PID,TGID,PPID,KIND,S,MM,FILES,FS,SIGHAND,SHARES,COMM,NOTE";

/* A fill function; not all of them need all of these. */
#define FILL(function)							\
	static void function(						\
		struct model *model __attribute__((unused)),		\
		unsigned int task __attribute__((unused)),		\
		const struct column *column __attribute__((unused)),	\
		const struct style *style __attribute__((unused)),	\
		struct value *value)

/* A fill function for a number that is in the record itself. */
#define FILL_FIELD(function, field)					\
	FILL(function)							\
	{								\
		set_number(value, (int64_t)model->tasks[task].field);	\
	}

static void set_number(struct value *value, int64_t number)
{
	value->type = VALUE_NUMBER;
	value->number = number;
}

static void set_id(struct value *value, uint64_t id)
{
	if (!id)
		return;
	value->type = VALUE_TEXT;
	snprintf(value->text, sizeof(value->text), "%016" PRIx64, id);
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
	const char *name = kind_name(model->tasks[task].kind);

	if (!name)
		return;
	value->type = VALUE_TEXT;
	snprintf(value->text, sizeof(value->text), "%s", name);
}

FILL(fill_state)
{
	unsigned char state = model->tasks[task].state;

	if (!isascii(state) || !isalpha(state))
		return;
	value->type = VALUE_TEXT;
	value->text[0] = (char)state;
	value->text[1] = '\0';
}

FILL(fill_threads)
{
	set_number(value, model_threads(model, task)->count);
}

FILL(fill_flags)
{
	value->type = VALUE_TEXT;
	snprintf(value->text, sizeof(value->text), "0x%08" PRIx32,
		 (uint32_t)model->tasks[task].flags);
}

FILL(fill_comm)
{
	const char *comm = model->tasks[task].comm;

	_Static_assert(sizeof(value->text) >= ESCAPED_SIZE(TASKMAP_COMM_LEN),
		       "any name fits");
	value->type = VALUE_TEXT;
	if (style->names_as_bytes)
		strcpy(value->text, comm);
	else
		escape(comm, value->text);
}

FILL(fill_task)
{
	set_id(value, model->tasks[task].task);
}

FILL(fill_shares)
{
	notes_shares(model, task, value->text);
	value->type = value->text[0] ? VALUE_TEXT : VALUE_NONE;
}

FILL(fill_note)
{
	notes_oddities(model, task, value->text);
	value->type = value->text[0] ? VALUE_TEXT : VALUE_NONE;
}

FILL(fill_object)
{
	enum taskmap_resource resource = column->resource;
	uint64_t id = model->tasks[task].ids[resource];

	if (style->full_ids || !id) {
		set_id(value, id);
		return;
	}
	value->type = VALUE_TEXT;
	snprintf(value->text, sizeof(value->text), "%s#%u",
		 resources[resource].prefix,
		 model_holders(model, resource)->number[task]);
}

FILL(fill_refs)
{
	uint32_t refs = model->tasks[task].refs[column->resource];

	if (refs)
		set_number(value, refs);
}

#define NUMBER(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_NUMBER, .fill = fill_, .help = help_ }
#define TEXT(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_TEXT, .fill = fill_, .help = help_ }
#define PROSE(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_TEXT, .prose = true, .fill = fill_, \
	  .help = help_ }

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

size_t column_count(void)
{
	return ARRAY_SIZE(own_columns) + 2 * TASKMAP_RESOURCES;
}

struct column column_at(size_t index)
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

/* Not tolower(): what a key is called must not depend on the locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

char *column_key(const struct column *column)
{
	char *key = xstrdup(column->name);

	for (char *c = key; *c; c++)
		*c = lower(*c);
	return key;
}

const char *column_type_name(const struct column *column)
{
	return column->type == VALUE_NUMBER ? "number" : "string";
}

void column_fill(const struct column *column, struct model *model,
		 unsigned int task, const struct style *style,
		 struct value *value)
{
	value->type = VALUE_NONE;
	column->fill(model, task, column, style, value);
}

/* Whether the first @length bytes of @name are @full, but for case. */
static bool names(const char *full, const char *name, size_t length)
{
	if (strlen(full) != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (lower(full[i]) != lower(name[i]))
			return false;
	}
	return true;
}

/* The index of the column that the first @length bytes of @name name, or -1. */
static int find_column(const char *name, size_t length)
{
	for (size_t i = 0; i < column_count(); i++) {
		if (names(column_at(i).name, name, length))
			return (int)i;
	}
	return -1;
}

static void append(struct selection *selection, struct column column)
{
	size_t count = selection->count++;

	selection->columns = xreallocarray(selection->columns,
					   selection->count,
					   sizeof(*selection->columns));
	selection->columns[count] = column;
}

void selection_defaults(struct selection *selection)
{
	size_t length;

	selection_parse(selection, default_columns, &length);
}

void selection_all(struct selection *selection)
{
	selection_free(selection);
	for (size_t i = 0; i < column_count(); i++)
		append(selection, column_at(i));
}

const char *selection_parse(struct selection *selection, const char *list,
			    size_t *length)
{
	selection_free(selection);
	if (*list == '+') {
		selection_defaults(selection);
		list++;
	}
	for (;;) {
		int index;

		*length = strcspn(list, ",");
		index = find_column(list, *length);
		if (index < 0)
			return list;
		append(selection, column_at((size_t)index));
		if (!list[*length])
			return NULL;
		list += *length + 1;
	}
}

void selection_free(struct selection *selection)
{
	free(selection->columns);
	selection->columns = NULL;
	selection->count = 0;
}

bool column_is_default(const char *name)
{
	struct selection defaults = { 0 };
	bool found = false;

	selection_defaults(&defaults);
	for (size_t i = 0; i < defaults.count; i++)
		found |= !strcmp(defaults.columns[i].name, name);
	selection_free(&defaults);
	return found;
}
