// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap graph: tasks and the objects they hold, drawn.
 */
#include <stdlib.h>

#include "dot.h"
#include "options.h"
#include "page.h"

static int print_graph(const struct options *options,
		       const struct graph *graph,
		       const struct taskmap_header *header, struct error *error)
{
	switch (options->format) {
	case FORMAT_SVG:
		return dot_draw(graph, header, error);
	case FORMAT_HTML:
		page_print(graph, header);
		return 0;
	default:
		dot_print(graph, header, stdout);
		return 0;
	}
}

static int print_snapshot(const struct options *options,
			  const struct snapshot *snap, struct error *error)
{
	struct object_filter filter = {
		.resources = options->resources,
		.unshared = options->all,
	};
	struct graph graph;
	struct model model;
	unsigned int missing;
	bool *chosen;
	int ret;

	model_init(&model, snap);
	chosen = filter_apply(&options->filter, &model, &missing);
	filter.chosen = chosen;
	graph_init(&graph, &model, &filter);
	ret = print_graph(options, &graph, &snap->header, error);
	graph_free(&graph);
	free(chosen);
	model_free(&model);
	if (ret)
		return ret;
	return missing ? STATUS_MISSING : STATUS_DONE;
}

int graph_command(const struct options *options, struct error *error)
{
	struct snapshot snap;
	int status;

	if (source_read(options->source, options->input, &snap, error))
		return -1;
	status = print_snapshot(options, &snap, error);
	snapshot_free(&snap);
	return status;
}
