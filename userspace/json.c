// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "escape.h"
#include "json.h"
#include "util.h"

static struct json_object *must(struct json_object *object)
{
	if (!object)
		die(STATUS_FAILED, "not enough memory");
	return object;
}

/* @value is consumed; NULL is null. */
static void add(struct json_object *object, const char *key,
		struct json_object *value)
{
	if (json_object_object_add(object, key, value))
		die(STATUS_FAILED, "not enough memory");
}

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	add(object, key, must(json_object_new_string(text)));
}

static void add_unsigned(struct json_object *object, const char *key,
			 uint64_t number)
{
	add(object, key, must(json_object_new_uint64(number)));
}

static void add_bool(struct json_object *object, const char *key, bool truth)
{
	add(object, key, must(json_object_new_boolean(truth)));
}

/*
 * Prints @object on one line, and frees it. json-c leaves out what it finds no
 * memory for and says nothing; only errno tells.
 */
static void print(struct json_object *object)
{
	const char *text;

	errno = 0;
	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text || errno == ENOMEM)
		die(STATUS_FAILED, "not enough memory");
	fputs(text, stdout);
	json_object_put(object);
}

static struct json_object *header_object(const struct taskmap_header *header)
{
	struct json_object *object = must(json_object_new_object());
	char release[ESCAPED_SIZE(TASKMAP_RELEASE_LEN)];
	char fingerprint[17];

	snprintf(fingerprint, sizeof(fingerprint), "%016" PRIx64,
		 (uint64_t)header->fingerprint);
	add_unsigned(object, "format", header->version);
	add_unsigned(object, "count", header->count);
	add_bool(object, "exact", !(header->flags & TASKMAP_WALKED));
	add_bool(object, "raw_ids", header->flags & TASKMAP_RAW_IDS);
	add_text(object, "fingerprint", fingerprint);
	add_unsigned(object, "start_ns", header->start_ns);
	add_unsigned(object, "end_ns", header->end_ns);
	add_text(object, "release", escape(header->release, release));
	return object;
}

static struct json_object *value_object(const struct value *value)
{
	switch (value->type) {
	case VALUE_NUMBER:
		return must(json_object_new_int64(value->number));
	case VALUE_TEXT:
		return must(json_object_new_string(value->text));
	case VALUE_NONE:
		break;
	}
	return NULL;
}

static struct json_object *task_object(struct model *model, unsigned int task,
				       const struct selection *selection,
				       char *const *keys)
{
	const struct style style = { .full_ids = true };
	struct json_object *object = must(json_object_new_object());
	struct value value;

	for (size_t i = 0; i < selection->count; i++) {
		column_fill(&selection->columns[i], model, task, &style, &value);
		add(object, keys[i], value_object(&value));
	}
	return object;
}

/*
 * One task at a time: json-c would keep a tree of all of them, which is a
 * gigabyte where there are a million tasks, before it printed the first.
 */
void json_tasks(const struct snapshot *snap, struct model *model,
		const bool *shown, const struct selection *selection)
{
	char **keys = xcalloc(selection->count, sizeof(*keys));
	const char *separator = "\n";

	for (size_t i = 0; i < selection->count; i++)
		keys[i] = column_key(&selection->columns[i]);

	fputs("{\"taskmap\":", stdout);
	print(header_object(&snap->header));
	fputs(",\n\"tasks\":[", stdout);
	for (unsigned int i = 0; i < model->count; i++) {
		if (!shown[i])
			continue;
		fputs(separator, stdout);
		print(task_object(model, i, selection, keys));
		separator = ",\n";
	}
	fputs("\n]}\n", stdout);

	for (size_t i = 0; i < selection->count; i++)
		free(keys[i]);
	free(keys);
}

static struct json_object *column_object(const struct column *column)
{
	struct json_object *object = must(json_object_new_object());
	char *key = column_key(column);

	add_text(object, "name", key);
	add_text(object, "type", column_type_name(column));
	add_bool(object, "default", column_is_default(column->name));
	add_text(object, "description", column->help);
	free(key);
	return object;
}

void json_columns(void)
{
	fputs("{\"columns\":[", stdout);
	for (size_t i = 0; i < column_count(); i++) {
		const struct column column = column_at(i);

		fputs(i ? ",\n" : "\n", stdout);
		print(column_object(&column));
	}
	fputs("\n]}\n", stdout);
}
