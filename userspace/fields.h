/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The fields of a record that /proc has, too.
 */
#ifndef TASKMAP_FIELDS_H
#define TASKMAP_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "answer.h"
#include "proc.h"
#include "uapi/taskmap.h"

#define FIELD_START	0	/* when it was created, which makes the task */

/* Fields are named by 0 to this less one. */
size_t field_count(void);
const char *field_name(unsigned int field);

/* Fills in what both say of @field, as words, and whether that agrees. */
bool field_compare(unsigned int field, const struct taskmap_record *record,
		   const struct proc_task *task, struct answer *answer);

/* Whether it is the same task, and not another one that got its pid. */
bool field_same_task(const struct taskmap_record *record,
		     const struct proc_task *task);

#endif /* TASKMAP_FIELDS_H */
