// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap explain: what a task is, in plain words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "explain.h"
#include "json.h"
#include "options.h"
#include "table.h"
#include "util.h"
#include "view.h"
#include "wrap.h"

#define INDENT		"  "
#define WIDTH		80	/* where there is no terminal to ask */
#define NARROWEST	60	/* below that words and titles are too long */
#define WIDEST		110	/* longer lines are hard to read */

/* Sentences take as much of the width as this, what decides them the rest. */
#define PART_OF_TEXT(width)	((width) * 5 / 8)

static size_t width_of_output(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH;
	if (size.ws_col < NARROWEST)
		return NARROWEST;
	return size.ws_col > WIDEST ? WIDEST : size.ws_col;
}

/* Sets a cell to the first line of @text; returns what follows that line. */
static const char *set_line(struct libscols_line *line, size_t column,
			    const char *text)
{
	size_t length = strcspn(text, "\n");
	char *first = xasprintf("%.*s", (int)length, text);

	table_set(line, column, first);
	free(first);
	return text + length + (text[length] == '\n');
}

/*
 * Adds the lines of @text, with those of @fact beside them. Not as one row with
 * SCOLS_FL_WRAP: libsmartcols 2.41 crashes there if memory runs out.
 */
static void add_lines(struct libscols_table *table, const char *text,
		      const char *fact)
{
	do {
		struct libscols_line *line = table_add_line(table);

		text = set_line(line, 0, text);
		fact = set_line(line, 1, fact);
	} while (*text || *fact);
}

static void add_sentence(struct libscols_table *table,
			 const struct sentence *sentence, size_t width)
{
	size_t part = PART_OF_TEXT(width);
	char *text = wrap(sentence->text, part - sizeof(INDENT), INDENT);
	char *fact = wrap(sentence->fact ? sentence->fact : "",
			  width - part - 1, "");

	add_lines(table, text, fact);
	free(text);
	free(fact);
}

static void print_text(const struct explanation *explanation)
{
	struct libscols_table *table = table_new(FORMAT_TABLE, true);
	size_t width = width_of_output();
	char *title = wrap(explanation->title, PART_OF_TEXT(width) - 1, "");

	table_add_text_column(table);
	table_add_text_column(table);
	add_lines(table, title, "");
	for (size_t i = 0; i < explanation->count; i++) {
		const struct sentence *sentence = &explanation->sentences[i];

		if (!i || sentence->topic != sentence[-1].topic) {
			add_lines(table, "", "");
			add_lines(table, topic_title(sentence->topic), "");
		}
		add_sentence(table, sentence, width);
	}
	table_print(table);
	free(title);
}

/* Once, below all. */
static void print_limits(void)
{
	size_t width = width_of_output();

	for (size_t i = 0; explain_limits[i]; i++) {
		char *text = wrap(explain_limits[i], width - sizeof(INDENT),
				  INDENT);

		printf("%s%s\n", i ? "" : "\nWhat flags cannot tell\n", text);
		free(text);
	}
}

static void print_all(struct model *model, const unsigned int *tasks,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct explanation explanation = explain(model, tasks[i]);

		fputs(i ? "\n\n" : "", stdout);
		print_text(&explanation);
		explanation_free(&explanation);
	}
	if (count)
		print_limits();
}

static void print_json(const struct snapshot *snap, struct model *model,
		       const unsigned int *tasks, size_t count)
{
	json_explain_begin(&snap->header);
	for (size_t i = 0; i < count; i++) {
		struct explanation explanation = explain(model, tasks[i]);

		json_explain_add(&explanation, !i);
		explanation_free(&explanation);
	}
	json_explain_end();
}

static int print_snapshot(const struct options *options,
			  const struct snapshot *snap)
{
	struct model model;
	unsigned int *tasks;
	size_t count;

	model_init(&model, snap);
	tasks = view_tasks(options, &model, &count);
	if (options->format == FORMAT_JSON)
		print_json(snap, &model, tasks, count);
	else
		print_all(&model, tasks, count);
	free(tasks);
	model_free(&model);
	return count < options->filter.pid_count ? STATUS_MISSING : STATUS_DONE;
}

int explain_command(const struct options *options, struct error *error)
{
	return view_snapshot(options, error, print_snapshot);
}
