// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdlib.h>
#include <string.h>

#include "output/output.h"
#include "util.h"

void value_set_number(struct value *value, int64_t number)
{
	value->type = VALUE_NUMBER;
	value->number = number;
}

void value_set_text(struct value *value, const char *text)
{
	value->type = *text ? VALUE_TEXT : VALUE_NONE;
	value->text[0] = '\0';
	strncat(value->text, text, sizeof(value->text) - 1);
}

void value_set_words(struct value *value, const char *text, char separator)
{
	value_set_text(value, text);
	value->type = VALUE_WORDS;
	value->separator = separator;
	value->word_count = *text ? 1 : 0;
	for (const char *c = value->text; *c; c++)
		value->word_count += *c == separator;
}

void value_set_clone_flags(struct value *value, uint64_t flags)
{
	char *text = clone_flags(flags, "|");

	value_set_words(value, text, '|');
	/* The text "0" means none. */
	if (!flags)
		value->word_count = 0;
	free(text);
}

void value_set_id(struct value *value, uint64_t id)
{
	if (!id)
		return;
	value->type = VALUE_TEXT;
	put_id(value->text, id);
}

void value_set_object(struct value *value, const struct cell *cell,
		      enum taskmap_resource resource)
{
	const struct model *model = cell->row->model;
	unsigned int task = cell->row->task;
	uint64_t id = model->tasks[task].ids[resource];
	char *end;

	if (model->tasks[task].unknown & BIT(resource)) {
		value->type = VALUE_UNKNOWN;
		return;
	}
	if (cell->color && id)
		value->color = model_group(model, task, resource).shared;
	if (cell->full_ids || !id) {
		value_set_id(value, id);
		return;
	}
	value->type = VALUE_TEXT;
	end = stpcpy(value->text, resources[resource].key);
	*end++ = '#';
	put_number(end, model_number(model, task, resource));
}

/* MAX_PID_NS_LEVEL + 1 (include/linux/pid_namespace.h) */
#define MOST_LEVELS	33

void value_set_ns_pids(struct value *value,
		       const struct taskmap_record *record)
{
	unsigned int count = record->ns_levels;

	if (!count || count > MOST_LEVELS)
		return;
	value->type = VALUE_PIDS;
	value->pid_count = count;
	value->pids = xcalloc(count, sizeof(*value->pids));
	for (unsigned int i = 0; i + 2 < count && i < TASKMAP_NS_PIDS; i++)
		value->pids[i + 1] = record->ns_pids[i];
	value->pids[count - 1] = record->ns_pid;
	value->pids[0] = record->pid;
}

/* The address of the column's field. */
static const void *field_of(const struct cell *cell)
{
	const struct row *row = cell->row;
	const void *whole = cell->column->of_record ?
			    &row->model->tasks[row->task] : row->of;

	return (const char *)whole + cell->column->offset;
}

/* Whether the snapshot lacks the field, because an older module made it. */
static bool lacks(const struct cell *cell)
{
	size_t offset = cell->column->offset;

	return cell->column->of_record &&
	       offset >= cell->row->model->scalars &&
	       offset < offsetof(struct taskmap_record, ids);
}

void fill_s32(const struct cell *cell, struct value *value)
{
	if (!lacks(cell))
		value_set_number(value, *(const int32_t *)field_of(cell));
}

void fill_u32(const struct cell *cell, struct value *value)
{
	if (!lacks(cell))
		value_set_number(value, *(const uint32_t *)field_of(cell));
}

void fill_u64(const struct cell *cell, struct value *value)
{
	if (!lacks(cell))
		value_set_number(value, *(const int64_t *)field_of(cell));
}

void fill_known(const struct cell *cell, struct value *value)
{
	if (*(const uint32_t *)field_of(cell))
		fill_u32(cell, value);
}

/* An empty name is also a value. */
void fill_comm(const struct cell *cell, struct value *value)
{
	const char *comm = cell->row->model->tasks[cell->row->task].comm;

	_Static_assert(sizeof(value->text) >= ESCAPED_SIZE(TASKMAP_COMM_LEN),
		       "any name fits");
	value->type = VALUE_TEXT;
	if (cell->names_as_bytes)
		strcpy(value->text, comm);
	else
		escape(comm, value->text);
}

size_t column_count(const struct columns *columns)
{
	return columns->own_count +
	       (columns->more ? column_count(columns->more) : 0);
}

struct column column_at(const struct columns *columns, size_t index)
{
	if (index < columns->own_count)
		return columns->own ? columns->own[index] : columns->make(index);
	return column_at(columns->more, index - columns->own_count);
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
	switch (column->type) {
	case VALUE_NUMBER:
		return column->wide ? "digits" : "number";
	case VALUE_PIDS:
		return "numbers";
	case VALUE_WORDS:
		return "strings";
	default:
		return "string";
	}
}

void cell_fill(const struct cell *cell, struct value *value)
{
	value->type = VALUE_NONE;
	value->pids = NULL;
	value->ranges = false;
	value->color = 0;
	cell->column->fill(cell, value);
}

/* The index of the column that the first @length bytes of @name name, or -1. */
static int find_column(const struct columns *columns, const char *name,
		       size_t length)
{
	for (size_t i = 0; i < column_count(columns); i++) {
		if (same_word(column_at(columns, i).name, name, length))
			return (int)i;
	}
	return -1;
}

static void append(struct selection *selection, struct column column)
{
	selection->columns = xgrow(selection->columns, selection->count,
				   sizeof(*selection->columns));
	selection->columns[selection->count++] = column;
}

bool selection_add(struct selection *selection, const char *name, size_t length)
{
	int index = find_column(selection->of, name, length);

	if (index >= 0)
		append(selection, column_at(selection->of, (size_t)index));
	return index >= 0;
}

static void append_all(struct selection *selection)
{
	for (size_t i = 0; i < column_count(selection->of); i++)
		append(selection, column_at(selection->of, i));
}

void selection_defaults(struct selection *selection)
{
	size_t length;

	selection_parse(selection, selection->of->defaults, &length);
}

void selection_all(struct selection *selection)
{
	selection_free(selection);
	append_all(selection);
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
		*length = strcspn(list, ",");
		if (same_word("ALL", list, *length))
			append_all(selection);
		else if (!selection_add(selection, list, *length))
			return list;
		if (!list[*length])
			return NULL;
		list += *length + 1;
	}
}

void selection_prepare(const struct selection *selection, bool short_ids,
		       struct model *model)
{
	uint32_t numbers = 0, groups = 0;

	for (size_t i = 0; i < selection->count; i++) {
		numbers |= selection->columns[i].numbers;
		groups |= selection->columns[i].groups;
	}
	need_memory(model_group_all(model, groups));
	if (short_ids)
		need_memory(model_number_all(model, numbers));
}

void selection_free(struct selection *selection)
{
	free(selection->columns);
	selection->columns = NULL;
	selection->count = 0;
}

bool column_is_default(const struct columns *columns, const char *name)
{
	struct selection defaults = { .of = columns };
	bool found = false;

	selection_defaults(&defaults);
	for (size_t i = 0; i < defaults.count; i++)
		found |= !strcmp(defaults.columns[i].name, name);
	selection_free(&defaults);
	return found;
}
