// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Makes a function of the kernel fail that fault injection does not reach: if a
 * task with the name "skipper" calls it, it returns 0 without running.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>

static char *function;
module_param(function, charp, 0444);

/* Number of calls that were skipped */
static unsigned int calls;
module_param(calls, uint, 0444);

static unsigned long nothing(void)
{
	return 0;
}

static int on_call(struct kprobe *probe, struct pt_regs *regs)
{
	if (!in_task() || strcmp(current->comm, "skipper"))
		return 0;
	calls++;
	instruction_pointer_set(regs, (unsigned long)nothing);
	return 1;
}

/* kprobes only lets the other handler change the flow if this one exists. */
static void after_call(struct kprobe *probe, struct pt_regs *regs,
		       unsigned long flags)
{
}

static struct kprobe probe = {
	.pre_handler = on_call,
	.post_handler = after_call,
};

static int __init skip_init(void)
{
	probe.symbol_name = function;
	return register_kprobe(&probe);
}

static void __exit skip_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(skip_init);
module_exit(skip_exit);

MODULE_DESCRIPTION("Makes a function of the kernel fail");
MODULE_AUTHOR("The taskmap authors");
MODULE_LICENSE("GPL");
