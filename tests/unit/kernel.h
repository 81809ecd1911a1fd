/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What module/text.c takes from the kernel, for it to be tested outside: put in
 * front of it. The kernel's headers of the same names are empty for programs.
 */
#ifndef TEST_KERNEL_H
#define TEST_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define __must_check

#endif /* TEST_KERNEL_H */
