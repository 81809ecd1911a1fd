/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What the command line asked for, and the commands that it can ask for.
 */
#ifndef TASKMAP_OPTIONS_H
#define TASKMAP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "columns.h"
#include "error.h"
#include "filter.h"
#include "source.h"
#include "util.h"

enum format {
	FORMAT_TABLE,
	FORMAT_TREE,
	FORMAT_RAW,
	FORMAT_PAIRS,
	FORMAT_JSON,
	FORMAT_SVG,	/* of a graph, which is DOT if none is named */
	FORMAT_HTML,
};

struct options {
	const char *input;	/* NULL: the running system */
	const struct source *source;	/* how to take a snapshot of that */
	enum format format;
	bool noheadings;
	bool full_ids;
	const char *output;	/* NULL: the default columns */
	bool output_all;
	struct selection selection;	/* the columns that this makes */
	struct filter filter;
	const char *compare;	/* NULL: the columns that seldom change */
	struct selection compared;	/* the columns that this makes */
	bool all;		/* also objects that one task holds */
	uint32_t resources;	/* bit 1 << resource for each that is shown */
	char **args;		/* what follows the command */
	uint64_t seed;		/* for what is chosen at random */
	bool seeded;		/* it was given */
};

/* Each returns an enum exit_status, or -1 with @error set. */
int compare_command(const struct options *options, struct error *error);
int explain_command(const struct options *options, struct error *error);
int list_command(const struct options *options, struct error *error);
int diff_command(const struct options *options, struct error *error);
int drift_command(const struct options *options, struct error *error);
int graph_command(const struct options *options, struct error *error);
int groups_command(const struct options *options, struct error *error);
int save_command(const struct options *options, struct error *error);
int verify_command(const struct options *options, struct error *error);

/* What --list-columns does, in place of the command. */
int list_columns(const struct options *options);

#endif /* TASKMAP_OPTIONS_H */
