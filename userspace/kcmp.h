/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * kcmp(2): what the kernel itself says when it is asked whether two tasks hold
 * the same object.
 */
#ifndef TASKMAP_KCMP_H
#define TASKMAP_KCMP_H

#include <stdbool.h>

#include "uapi/taskmap.h"

/* Whether it can be asked about @resource. */
bool kcmp_knows(enum taskmap_resource resource);

/*
 * Whether two tasks hold the same object, or none both, which kcmp(2) takes for
 * the same: 1 or 0, or a negative errno.
 */
int kcmp_same(int one, int other, enum taskmap_resource resource);

/* 0 if it can be asked at all, or a negative errno. */
int kcmp_probe(void);

/*
 * Makes a task that holds nothing that kcmp(2) knows of but signal handlers: a
 * dead child. Who is the same there holds none. Returns its pid, for
 * kcmp_nobody_free(), or a negative errno.
 */
int kcmp_nobody(void);
void kcmp_nobody_free(int nobody);

#endif /* TASKMAP_KCMP_H */
