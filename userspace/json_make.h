/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What JSON is made with: json-c, for which there is always enough memory, or
 * the program ends.
 */
#ifndef TASKMAP_JSON_MAKE_H
#define TASKMAP_JSON_MAKE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "util.h"

static inline struct json_object *must(struct json_object *object)
{
	if (!object)
		die(STATUS_FAILED, "not enough memory");
	return object;
}

/* @value is consumed; NULL is null. */
static inline void add(struct json_object *object, const char *key,
		       struct json_object *value)
{
	if (json_object_object_add(object, key, value))
		die(STATUS_FAILED, "not enough memory");
}

static inline void add_text(struct json_object *object, const char *key,
			    const char *text)
{
	add(object, key, must(json_object_new_string(text)));
}

static inline void add_unsigned(struct json_object *object, const char *key,
				uint64_t number)
{
	add(object, key, must(json_object_new_uint64(number)));
}

static inline void add_bool(struct json_object *object, const char *key, bool truth)
{
	add(object, key, must(json_object_new_boolean(truth)));
}

/* Appends @value, which is consumed, to @array. */
static inline void append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value))
		die(STATUS_FAILED, "not enough memory");
}

/*
 * @object on one line of @length bytes, for as long as it is there. json-c leaves out what it
 * finds no memory for and says nothing; only errno tells.
 */
static inline const char *json_text(struct json_object *object,
				    size_t *length)
{
	const char *text;

	errno = 0;
	text = json_object_to_json_string_length(object,
						 JSON_C_TO_STRING_PLAIN |
						 JSON_C_TO_STRING_NOSLASHESCAPE,
						 length);
	if (!text || errno == ENOMEM)
		die(STATUS_FAILED, "not enough memory");
	return text;
}

#endif /* TASKMAP_JSON_MAKE_H */
