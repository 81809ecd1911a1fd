// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What it costs, for programs.
 */
#include <stdio.h>

#include "cost.h"
#include "json_make.h"
#include "zoo.h"

#define KEY_SIZE	32

/* A column's name in lower case. */
static const char *key_of(char key[KEY_SIZE], enum cost_column column)
{
	const char *name = cost_column_names[column];
	size_t i;

	for (i = 0; name[i] && i < KEY_SIZE - 1; i++)
		key[i] = lower(name[i]);
	key[i] = '\0';
	return key;
}

static void add_double(struct json_object *object, const char *key,
		       double number)
{
	char text[64];

	/* Not the seventeen digits of json-c, of which the last mean nothing. */
	snprintf(text, sizeof(text), "%.6g", number);
	add(object, key, must(json_object_new_double_s(number, text)));
}

static struct json_object *figure_object(const struct cost_figure *figure)
{
	struct json_object *object;

	if (!figure->there)
		return NULL;
	object = must(json_object_new_object());
	add_double(object, "median", figure->median);
	add_double(object, "low", figure->low);
	add_double(object, "high", figure->high);
	return object;
}

static struct json_object *way_object(const struct cost_way *way,
				      const struct cost_figure figures[])
{
	struct json_object *object = must(json_object_new_object());
	char words[WORDS_SIZE], key[KEY_SIZE];

	add_text(object, "way", way->name);
	if (way->flags)
		add_text(object, "flags", flag_words(words, way->flags));
	else
		add(object, "flags", NULL);
	for (int i = 0; i < COST_COLUMNS; i++)
		add(object, key_of(key, i), figure_object(&figures[i]));
	return object;
}

static struct json_object *header_object(const struct cost_report *report)
{
	struct json_object *object = must(json_object_new_object());

	add_text(object, "release", report->release);
	add_unsigned(object, "number", report->number);
	add_unsigned(object, "rounds", report->rounds);
	add_unsigned(object, "large_mib", COST_LARGE_MIB);
	add_text(object, "base", cost_ways[COST_BASE].name);
	add_double(object, "create_ns", report->create_ns);
	add_double(object, "switch_ns", report->switch_ns);
	add_unsigned(object, "pthread_stack_kib", report->libc_stack_kib);
	return object;
}

static void print(struct json_object *object)
{
	size_t length;
	const char *text = json_text(object, &length);

	fwrite(text, 1, length, stdout);
	json_object_put(object);
}

void cost_print_json(const struct cost_report *report)
{
	fputs("{\"cost\":", stdout);
	print(header_object(report));
	fputs(",\n\"ways\":[", stdout);
	for (int i = 0; i < COST_WAYS; i++) {
		fputs(i ? ",\n" : "\n", stdout);
		print(way_object(&cost_ways[i], report->figures[i]));
	}
	fputs("\n]}\n", stdout);
}
