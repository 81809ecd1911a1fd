// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <string.h>

#include "kinds.h"

static const char *const names[KINDS + 1] = {
	[TASKMAP_PROCESS] = "process",
	[TASKMAP_MAIN] = "main",
	[TASKMAP_THREAD] = "thread",
	[TASKMAP_WORKER] = "worker",
	[TASKMAP_KTHREAD] = "kthread",
};

const char *kind_name(unsigned int kind)
{
	return kind <= KINDS ? names[kind] : NULL;
}

unsigned int kind_by_name(const char *name, size_t length)
{
	for (unsigned int kind = 1; kind <= KINDS; kind++) {
		if (strlen(names[kind]) == length &&
		    !memcmp(names[kind], name, length))
			return kind;
	}
	return 0;
}
