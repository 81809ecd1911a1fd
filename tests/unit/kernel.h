/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The kernel's definitions that module/text.c uses, for a test without a
 * kernel. It is included before text.c. The kernel's headers of these names are
 * empty in programs.
 */
#ifndef TEST_KERNEL_H
#define TEST_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define __must_check

#endif /* TEST_KERNEL_H */
