/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * A graph as one page of HTML, which needs nothing but itself.
 */
#ifndef TASKMAP_PAGE_H
#define TASKMAP_PAGE_H

#include "graph.h"

/* The page as it is in its file, with a place for the data. */
extern const char page_text[] __attribute__((visibility("hidden")));

/**
 * page_print() - write the page to standard output
 * @graph: what it shows
 * @header: of the snapshot it is of
 *
 * What names tasks give themselves is only in the page's JSON, in which there is
 * no "<": no name can end the element that it is in.
 */
void page_print(const struct graph *graph,
		const struct taskmap_header *header);

#endif /* TASKMAP_PAGE_H */
