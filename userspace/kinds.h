/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The names of what a task can be; enum taskmap_kind says what each means.
 */
#ifndef TASKMAP_KINDS_H
#define TASKMAP_KINDS_H

#include <stddef.h>

#include "uapi/taskmap.h"

/* Kinds are numbered from 1 to this. */
#define KINDS	TASKMAP_KTHREAD

/* PF_ bits of the kernel that decide on the kind, of include/linux/sched.h. */
#define FLAG_IO_WORKER		0x00000010U
#define FLAG_USER_WORKER	0x00004000U	/* from Linux 6.4 on */
#define FLAG_KTHREAD		0x00200000U

/* Others that are the same bits in all kernels from 5.10 on. */
#define FLAG_WQ_WORKER		0x00000020U
#define FLAG_FORKNOEXEC		0x00000040U

/* The name of @kind, NULL if a newer module made it up. */
const char *kind_name(unsigned int kind);

/* The kind that is called by the first @length bytes of @name, 0 if none. */
unsigned int kind_by_name(const char *name, size_t length);

#endif /* TASKMAP_KINDS_H */
