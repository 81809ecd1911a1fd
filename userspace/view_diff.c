// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap diff: what changed between two saved snapshots.
 */
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "escape.h"
#include "json.h"
#include "options.h"
#include "table.h"

/* The task as it is now, or as it was when it was last seen. */
static struct row row_of(struct diff *diff, const struct change *change)
{
	const bool gone = change->kind == CHANGE_WENT;

	return (struct row){
		.model = gone ? &diff->a : &diff->b,
		.task = gone ? change->a : change->b,
		.change = change,
	};
}

static void print_table(const struct options *options, struct diff *diff)
{
	struct libscols_table *table = table_of_rows(options);

	for (size_t i = 0; i < diff->count; i++) {
		const struct row row = row_of(diff, &diff->changes[i]);

		table_add_row(table, options, &row);
	}
	table_print(table);
}

static void print_json(const struct options *options, struct diff *diff,
		       const struct taskmap_header headers[2])
{
	struct json_rows json;

	json_begin(&json, "changes", &options->selection, headers, 2);
	for (size_t i = 0; i < diff->count; i++) {
		const struct row row = row_of(diff, &diff->changes[i]);

		json_add_row(&json, &row);
	}
	json_end(&json);
}

static int print_diff(const struct options *options, struct snapshot *a,
		      struct snapshot *b)
{
	const struct taskmap_header headers[] = { a->header, b->header };
	unsigned int missing;
	struct diff diff;
	bool differ;

	diff_init(&diff, a, b, &options->compared, &options->filter, &missing);
	differ = diff.count;
	if (options->format == FORMAT_JSON)
		print_json(options, &diff, headers);
	else
		print_table(options, &diff);
	diff_free(&diff);
	return differ || missing ? STATUS_MISSING : STATUS_DONE;
}

/*
 * With another load of the module every id is another, and with another boot so
 * is every pid. What is left would look like an answer and be none.
 */
static int check_same_load(const struct snapshot *a, const struct snapshot *b,
			   char **names, struct error *error)
{
	char *shown[2];

	if (a->header.fingerprint == b->header.fingerprint)
		return 0;
	for (int i = 0; i < 2; i++) {
		shown[i] = xcalloc(ESCAPED_SIZE(strlen(names[i])), 1);
		escape(names[i], shown[i]);
	}
	error_set(error, ERROR_OTHER_LOAD,
		  "%s and %s cannot be compared: they were made by different loads of the module; take both without reloading it or rebooting",
		  shown[0], shown[1]);
	free(shown[0]);
	free(shown[1]);
	return -1;
}

int diff_command(const struct options *options, struct error *error)
{
	struct snapshot a, b;
	int status = -1;

	if (source_read(options->source, options->args[0], &a, error))
		return -1;
	if (source_read(options->source, options->args[1], &b, error)) {
		snapshot_free(&a);
		return -1;
	}
	if (!check_same_load(&a, &b, options->args, error))
		status = print_diff(options, &a, &b);
	snapshot_free(&a);
	snapshot_free(&b);
	return status;
}
