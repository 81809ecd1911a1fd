/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * A graph in the language of Graphviz, and drawn by it.
 */
#ifndef TASKMAP_DOT_H
#define TASKMAP_DOT_H

#include <stdio.h>

#include "error.h"
#include "graph.h"

/**
 * dot_print() - write DOT
 * @graph: what is drawn
 * @header: of the snapshot it is of
 * @out: where to
 *
 * Whatever names tasks give themselves, they end up in quoted strings and
 * nowhere else.
 */
void dot_print(const struct graph *graph, const struct taskmap_header *header,
	       FILE *out);

/**
 * dot_draw() - write SVG to standard output
 * @graph: what is drawn
 * @header: of the snapshot it is of
 * @error: is set if that fails
 *
 * dot(1) is run for it. Nothing is written unless it drew all.
 *
 * Return: 0, or -1 with @error set.
 */
int dot_draw(const struct graph *graph, const struct taskmap_header *header,
	     struct error *error);

#endif /* TASKMAP_DOT_H */
