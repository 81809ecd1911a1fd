// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap diff: what changed between two saved snapshots.
 */
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "escape.h"
#include "options.h"
#include "view.h"

/* Of the task as it is now, or as it was when it was last seen. */
static bool row_at(const struct rows *rows, size_t index, struct row *row)
{
	const struct diff *diff = rows->of;
	const struct change *change = &diff->changes[index];
	const bool gone = change->kind == CHANGE_WENT;

	*row = (struct row){
		.model = gone ? &change->diff->a : &change->diff->b,
		.task = gone ? change->a : change->b,
		.change = change,
	};
	return true;
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
	view_rows(options, "changes", headers, 2, &(struct rows){
		diff.count, row_at, NULL, &diff });
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
