/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/* wants: tasklist_lock is not exported */

#include <linux/sched/task.h>

static void * __used wrong_symbol(void)
{
	return &tasklist_lock;
}
