/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of what a task can be; enum taskmap_kind says what each means.
 */
#ifndef TASKMAP_KINDS_H
#define TASKMAP_KINDS_H

#include <stddef.h>

#include "uapi/taskmap.h"

/* Kinds are numbered from 1 to this. */
#define KINDS	TASKMAP_KTHREAD

/* The name of @kind, NULL if a newer module made it up. */
const char *kind_name(unsigned int kind);

/* The kind that is called by the first @length bytes of @name, 0 if none. */
unsigned int kind_by_name(const char *name, size_t length);

#endif /* TASKMAP_KINDS_H */
