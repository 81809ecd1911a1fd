// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The cost of tasks as a table for people, and as JSON for programs.
 */
#include <langinfo.h>
#include <stdio.h>
#include <string.h>

#include "cost.h"
#include "output/output.h"
#include "util.h"
#include "zoo.h"

#define TEXT_SIZE	48

static void check(bool done)
{
	if (!done)
		die(STATUS_FAILED, "not enough memory for the table");
}

/* The plus-minus sign, or its replacement in locales that lack it. */
static const char *plus_minus(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") ? "+-" : "±";
}

/* Format @figure. Times include half of their interquartile range. */
static const char *cell(char text[TEXT_SIZE], enum cost_column column,
			const struct cost_figure *figure)
{
	double half = (figure->high - figure->low) / 2;
	int digits = figure->median >= 100 ? 0 : figure->median >= 10 ? 1 : 2;

	if (!figure->there)
		return "-";
	if (column < COST_STACK)
		snprintf(text, TEXT_SIZE, "%.*f %s%.*f", digits, figure->median,
			 plus_minus(), digits, half);
	else
		snprintf(text, TEXT_SIZE, "%.1f", figure->median);
	return text;
}

static void add_way(struct libscols_table *table, const struct cost_way *way,
		    const struct cost_figure figures[COST_COLUMNS])
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[TEXT_SIZE];

	check(line && !scols_line_set_data(line, 0, way->name));
	for (int i = 0; i < COST_COLUMNS; i++)
		check(!scols_line_set_data(line, (size_t)i + 1,
					   cell(text, i, &figures[i])));
}

static void print_notes(const struct cost_report *report)
{
	printf("\nCREATE: time to create a task that ends at once, and to wait for its end.\n"
	       "CREATE_64M: the same for a creator that has touched %d MiB. Both are multiples\n"
	       "of the CREATE of fork, %.1f us.\n"
	       "SWITCH: half of a round trip between the task and its creator through pipes, on\n"
	       "one CPU, as a multiple of the SWITCH of fork, %.2f us.\n"
	       "STACK, TABLES, OBJECTS: kernel memory per task, in KiB: its kernel stack, page\n"
	       "tables, everything else. TOUCHED: memory that the task has written to, in KiB.\n"
	       "Memory is the growth of the whole system with %u tasks waiting, divided by\n"
	       "their number. It includes whatever else happened in the system.\n"
	       "vfork: the creator is suspended until its child ends, so it cannot switch to the\n"
	       "child, nor create a second one.\n"
	       "A POSIX thread also reserves %zu KiB of addresses for its stack.\n"
	       "Medians of %u rounds; %s is half of the interquartile range. Linux %s.\n",
	       COST_LARGE_MIB, report->create_ns / 1e3,
	       report->switch_ns / 1e3, report->number, report->libc_stack_kib,
	       report->rounds, plus_minus(), report->release);
}

void cost_print_table(const struct cost_report *report)
{
	struct libscols_table *table = scols_new_table();

	/* A terminal wraps long lines; nothing is cut off. */
	check(table &&
	      !scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER));
	check(scols_table_new_column(table, "WAY", 0, 0));
	for (int i = 0; i < COST_COLUMNS; i++)
		check(scols_table_new_column(table, cost_column_names[i], 0,
					     SCOLS_FL_RIGHT));
	for (int i = 0; i < COST_WAYS; i++)
		add_way(table, &cost_ways[i], report->figures[i]);
	check(!scols_print_table(table));
	scols_unref_table(table);
	print_notes(report);
}

/* Six digits: json-c would print seventeen, more than was measured. */
static void add_double(struct json_object *object, const char *key,
		       double number)
{
	struct json_object *value;
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "%.6g", number);
	value = json_object_new_double_s(number, text);
	need_memory(!value);
	json_add(object, key, value);
}

static struct json_object *figure_object(const struct cost_figure *figure)
{
	struct json_object *object;

	if (!figure->there)
		return NULL;
	object = json_new_object();
	add_double(object, "median", figure->median);
	add_double(object, "low", figure->low);
	add_double(object, "high", figure->high);
	return object;
}

static struct json_object *way_object(const struct cost_way *way,
				      const struct cost_figure figures[])
{
	struct json_object *object = json_new_object();
	char words[WORDS_SIZE], key[TEXT_SIZE];

	json_add_text(object, "way", way->name);
	if (way->flags)
		json_add_text(object, "flags", flag_words(words, way->flags));
	else
		json_add(object, "flags", NULL);
	for (int i = 0; i < COST_COLUMNS; i++) {
		snprintf(key, sizeof(key), "%s", cost_column_names[i]);
		for (char *c = key; *c; c++)
			*c = lower(*c);
		json_add(object, key, figure_object(&figures[i]));
	}
	return object;
}

static struct json_object *header_object(const struct cost_report *report)
{
	struct json_object *object = json_new_object();

	json_add_text(object, "release", report->release);
	json_add_number(object, "number", report->number);
	json_add_number(object, "rounds", report->rounds);
	json_add_number(object, "large_mib", COST_LARGE_MIB);
	json_add_text(object, "base", cost_ways[COST_BASE].name);
	add_double(object, "create_ns", report->create_ns);
	add_double(object, "switch_ns", report->switch_ns);
	json_add_number(object, "pthread_stack_kib", report->libc_stack_kib);
	return object;
}

/* Print @before, @object and @after, and free @object. */
static void print(const char *before, struct json_object *object,
		  const char *after)
{
	size_t length;

	printf("%s%s%s", before, json_line(object, &length), after);
	json_object_put(object);
}

void cost_print_json(const struct cost_report *report)
{
	print("{\"cost\":", header_object(report), ",\n\"ways\":[");
	for (int i = 0; i < COST_WAYS; i++)
		print(i ? ",\n" : "\n",
		      way_object(&cost_ways[i], report->figures[i]), "");
	puts("\n]}");
}
