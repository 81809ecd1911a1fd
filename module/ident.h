/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What of ident.c has to be inline: the way of a pointer through a record. No
 * record leaves the kernel with one in it.
 */
#ifndef _TASKMAP_IDENT_H
#define _TASKMAP_IDENT_H

#include <linux/types.h>

/*
 * An object's address, in the place of its id for as long as there is no time to
 * make that.
 */
static inline __u64 taskmap_ident_address(const void *object)
{
	return (unsigned long)object;
}

#endif /* _TASKMAP_IDENT_H */
