/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON on standard output, made by json-c.
 */
#ifndef TASKMAP_JSON_H
#define TASKMAP_JSON_H

#include <stdbool.h>

#include "columns.h"
#include "model.h"
#include "snapshot.h"

/* The header of @snap and the selected columns of the @shown tasks. */
void json_tasks(const struct snapshot *snap, struct model *model,
		const bool *shown, const struct selection *selection);

/* What columns there are. */
void json_columns(void);

#endif /* TASKMAP_JSON_H */
