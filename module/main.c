// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap shows, for every task, who it is and which kernel objects it shares.
 * See taskmap.h for what each source file does.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "taskmap.h"

static int __init taskmap_init(void)
{
	int error;

	error = taskmap_ident_init();
	if (error)
		return error;
	error = taskmap_birth_init();
	if (error)
		return error;
	error = taskmap_fs_init();
	if (error)
		taskmap_birth_exit();
	return error;
}

static void __exit taskmap_exit(void)
{
	taskmap_fs_exit();
	taskmap_birth_exit();
}

module_init(taskmap_init);
module_exit(taskmap_exit);

MODULE_DESCRIPTION("Show tasks and the kernel objects they share");
MODULE_AUTHOR("The taskmap authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(TASKMAP_VERSION);
