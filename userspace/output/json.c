// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/output.h"
#include "util.h"

static struct json_object *must(struct json_object *object)
{
	need_memory(!object);
	return object;
}

struct json_object *json_new_object(void)
{
	return must(json_object_new_object());
}

struct json_object *json_new_array(void)
{
	return must(json_object_new_array());
}

struct json_object *json_text(const char *text)
{
	return text ? must(json_object_new_string(text)) : NULL;
}

struct json_object *json_number(int64_t number)
{
	return must(json_object_new_int64(number));
}

/* Is printed as @digits: json-c would print seventeen, more than are known. */
struct json_object *json_real(double number, const char *digits)
{
	return must(json_object_new_double_s(number, digits));
}

void json_add(struct json_object *object, const char *key,
	      struct json_object *value)
{
	need_memory(json_object_object_add(object, key, value));
}

void json_add_text(struct json_object *object, const char *key,
		   const char *text)
{
	json_add(object, key, json_text(text));
}

void json_add_number(struct json_object *object, const char *key,
		     int64_t number)
{
	json_add(object, key, json_number(number));
}

static struct json_object *digits(uint64_t number)
{
	char text[NUMBER_SIZE];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return json_text(text);
}

void json_add_wide(struct json_object *object, const char *key,
		   uint64_t number)
{
	json_add(object, key, digits(number));
}

void json_add_bool(struct json_object *object, const char *key, bool truth)
{
	json_add(object, key, must(json_object_new_boolean(truth)));
}

void json_append(struct json_object *array, struct json_object *value)
{
	need_memory(json_object_array_add(array, value));
}

struct json_object *json_resources(uint32_t set, bool flags)
{
	struct json_object *array = json_new_array();

	for_each_resource_in(set, r)
		json_append(array, json_text(flags ? resources[r].flag :
						     resources[r].key));
	return array;
}

/* Splits the text of a list. */
static struct json_object *array_of_words(const struct value *value)
{
	const char separator[] = { value->separator, '\0' };
	struct json_object *array = json_new_array();
	const char *word = value->text;

	for (unsigned int i = 0; i < value->word_count; i++) {
		size_t length = strcspn(word, separator);
		bool unknown = length == 1 && *word == '?';

		json_append(array, unknown ? NULL :
			    must(json_object_new_string_len(word, (int)length)));
		word += length + 1;
	}
	return array;
}

void json_add_call(struct json_object *object, int pid, uint64_t flags)
{
	struct value value;

	value_set_clone_flags(&value, flags);
	json_add_number(object, "birth_pid", pid);
	json_add(object, "birth_flags", array_of_words(&value));
}

void json_add_birth(struct json_object *object, const struct birth *birth)
{
	struct json_object *member;

	if (!birth->pid) {
		json_add(object, "birth", NULL);
		return;
	}
	member = json_new_object();
	json_add_call(member, birth->pid, birth->flags);
	json_add_bool(member, "found", birth->creator != NO_TASK);
	json_add(member, "parted", json_resources(birth->parted, false));
	json_add(member, "joined", json_resources(birth->joined, false));
	json_add(member, "chosen", json_resources(birth->chosen, false));
	json_add(object, "birth", member);
}

static void add_fingerprint(struct json_object *object,
			    const struct taskmap_header *header)
{
	char text[ID_DIGITS + 1];

	put_id(text, header->fingerprint);
	json_add_text(object, "fingerprint", text);
}

static void add_node(struct json_object *object,
		     const struct taskmap_header *header)
{
	char text[ESCAPED_SIZE(TASKMAP_NODE_LEN)];

	json_add_text(object, "node", header_has(header, node) ?
		      escape(header->node, text) : NULL);
}

static void add_wall(struct json_object *object,
		     const struct taskmap_header *header)
{
	if (header_has(header, wall_ns))
		json_add_wide(object, "wall_ns", header->wall_ns);
	else
		json_add(object, "wall_ns", NULL);
}

struct json_object *json_header(const struct taskmap_header *header)
{
	struct json_object *object = json_new_object();
	char release[ESCAPED_SIZE(TASKMAP_RELEASE_LEN)];

	json_add_number(object, "format", header->version);
	json_add_number(object, "count", (int64_t)header->count);
	json_add_bool(object, "exact", !(header->flags & TASKMAP_WALKED));
	json_add_bool(object, "raw_ids", header->flags & TASKMAP_RAW_IDS);
	json_add_bool(object, "proc", header->flags & TASKMAP_PROC);
	json_add_bool(object, "nested", header->flags & TASKMAP_NESTED);
	add_fingerprint(object, header);
	json_add_wide(object, "start_ns", header->start_ns);
	json_add_wide(object, "end_ns", header->end_ns);
	json_add_text(object, "release", escape(header->release, release));
	if (header_has(header, pause_ns))
		json_add_number(object, "pause_ns", (int64_t)header->pause_ns);
	else
		json_add(object, "pause_ns", NULL);
	add_wall(object, header);
	/* 0: the module does not record births. */
	if (header->births_ns)
		json_add_wide(object, "births_ns", header->births_ns);
	else
		json_add(object, "births_ns", NULL);
	add_node(object, header);
	json_add(object, "resources",
		 json_resources((uint32_t)header->resources & ALL_RESOURCES,
				false));
	return object;
}

/*
 * If there is not enough memory, json-c omits parts, and only errno shows this.
 */
const char *json_line(struct json_object *object, size_t *length)
{
	const char *text;

	errno = 0;
	text = json_object_to_json_string_length(object,
						 JSON_C_TO_STRING_PLAIN |
						 JSON_C_TO_STRING_NOSLASHESCAPE,
						 length);
	need_memory(!text || errno == ENOMEM);
	return text;
}

static void print(struct json_object *object)
{
	size_t length;
	const char *text = json_line(object, &length);

	fwrite(text, 1, length, stdout);
}

static void print_and_free(struct json_object *object)
{
	print(object);
	json_object_put(object);
}

void json_print_version(FILE *out)
{
	fprintf(out, "{\"json_version\":%d", JSON_VERSION);
}

void json_begin(struct json *json, const struct taskmap_header *headers,
		size_t count)
{
	json->separator = json->lines ? "," : ",\n";
	json->end = "}\n";
	json_print_version(stdout);
	fputs(!count ? "" : count > 1 ? ",\"taskmap\":[" : ",\"taskmap\":",
	      stdout);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? json->separator : "", stdout);
		print_and_free(json_header(&headers[i]));
	}
	fputs(count > 1 ? "]" : "", stdout);
}

void json_member(struct json *json, const char *key, struct json_object *value)
{
	printf("%s\"%s\":", json->separator, key);
	print_and_free(value);
}

void json_begin_rows(struct json *json, const char *key)
{
	printf(json->lines ? "%s\"rows\":\"%s\"}" : "%s\"%s\":[",
	       json->separator, key);
	json->separator = "\n";
	json->end = json->lines ? "\n" : "\n]}\n";
}

void json_row(struct json *json, struct json_object *row)
{
	fputs(json->separator, stdout);
	print_and_free(row);
	json->separator = json->lines ? "\n" : ",\n";
}

void json_end(struct json *json)
{
	fputs(json->end, stdout);
}

/*
 * All rows are printed from one object, whose members change: creating an
 * object for each row takes longer than printing it. A member has its own
 * reference to its value, because the object drops its reference if a column
 * was selected twice.
 */
struct member {
	char *key;
	struct json_object *value;	/* NULL is null */
};

static struct json_object *new_value(const struct column *column,
				     const struct value *value)
{
	struct json_object *array;

	switch (value->type) {
	case VALUE_NUMBER:
		return column->wide ? digits((uint64_t)value->number) :
				      json_number(value->number);
	case VALUE_TEXT:
		return json_text(value->text);
	case VALUE_PIDS:
		array = json_new_array();
		for (unsigned int i = 0; i < value->pid_count; i++)
			json_append(array, value->pids[i] ?
					   json_number(value->pids[i]) : NULL);
		return array;
	case VALUE_WORDS:
		return array_of_words(value);
	case VALUE_NONE:
	case VALUE_UNKNOWN:
		break;
	}
	return NULL;
}

/*
 * Changes @object to @value. Returns false if it has another type, also because the
 * column's numbers are strings in JSON, or if @value is an empty text: json-c 0.16 finds the storage of a text by the sign of its
 * length, which is 0 then, and would leak the old text.
 */
static bool change(struct json_object *object, const struct value *value)
{
	switch (value->type) {
	case VALUE_NUMBER:
		return object && json_object_set_int64(object, value->number);
	case VALUE_TEXT:
		return object && value->text[0] &&
		       json_object_set_string(object, value->text);
	case VALUE_NONE:
	case VALUE_UNKNOWN:
		return !object;
	case VALUE_PIDS:
	case VALUE_WORDS:
		break;
	}
	return false;
}

/* change() also fails if there is not enough memory. Then new_value() exits. */
static void set_member(struct json_object *object, struct member *member,
		       const struct column *column, const struct value *value)
{
	if (change(member->value, value))
		return;
	json_object_put(member->value);
	member->value = new_value(column, value);
	json_add(object, member->key, json_object_get(member->value));
}

static void set_row(struct json_object *object, struct member *members,
		    const struct selection *columns, const struct row *row)
{
	struct cell cell = { .row = row, .full_ids = true };
	struct value value;

	for (size_t i = 0; i < columns->count; i++) {
		cell.column = &columns->columns[i];
		cell_fill(&cell, &value);
		set_member(object, &members[i], cell.column, &value);
		free(value.pids);
	}
}

struct json_object *json_of_row(const struct selection *columns,
				const struct row *row)
{
	struct cell cell = { .row = row, .full_ids = true };
	struct json_object *object = json_new_object();

	for (size_t i = 0; i < columns->count; i++) {
		char *key = column_key(&columns->columns[i]);
		struct value value;

		cell.column = &columns->columns[i];
		cell_fill(&cell, &value);
		json_add(object, key, new_value(cell.column, &value));
		free(value.pids);
		free(key);
	}
	return object;
}

void json_print_rows(const struct output *output, const char *key,
		     const struct taskmap_header *headers, size_t header_count,
		     const struct rows *rows)
{
	const struct selection *columns = &output->columns;
	struct member *members = xcalloc(columns->count, sizeof(*members));
	struct json_object *object = json_new_object();
	struct json json = { .lines = output->lines };

	/* So each line says where it is from, also among those of other machines. */
	if (output->lines) {
		const struct taskmap_header *last = &headers[header_count - 1];

		add_node(object, last);
		add_fingerprint(object, last);
		add_wall(object, last);
	}
	for (size_t i = 0; i < columns->count; i++) {
		members[i].key = column_key(&columns->columns[i]);
		/* This fixes the order of the members. */
		json_add(object, members[i].key, NULL);
	}
	json_begin(&json, headers, header_count);
	json_begin_rows(&json, key);
	for (size_t i = 0; i < rows->count; i++) {
		const struct row row = rows->at(rows, i);

		set_row(object, members, columns, &row);
		json_row(&json, json_object_get(object));
	}
	json_end(&json);
	for (size_t i = 0; i < columns->count; i++) {
		json_object_put(members[i].value);
		free(members[i].key);
	}
	free(members);
	json_object_put(object);
}
