/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Who hangs below whom: threads below their leader, leaders below their
 * parent.
 */
#ifndef TASKMAP_TREE_H
#define TASKMAP_TREE_H

#include <stdbool.h>

#include "model.h"

/* How deep a tree can get; whoever is deeper is shown as if this deep. */
#define TREE_DEPTH	128

/*
 * The task that each of the @shown tasks hangs below, or NO_TASK if it is a
 * root, as one is whose leader or parent is not shown. It is a tree whatever
 * the snapshot says. An array to be freed.
 */
unsigned int *tree_parents(const struct model *model, const bool *shown);

#endif /* TASKMAP_TREE_H */
