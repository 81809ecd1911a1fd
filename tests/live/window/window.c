// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Widens the window between the failure of an open and the moment when the VFS
 * drops the file's operations, so that a module can be unloaded inside it.
 *
 * The window lasts microseconds. But a preemptible kernel can preempt the
 * opener inside it; then it lasts as long as the CPU runs something more
 * important. Here, this is a kthread with real-time priority, bound to the
 * opener's CPU. The return of the functions that the parameters name wakes it.
 * The opener is the task with the name "opener". It must be bound to this CPU,
 * and have a lower real-time priority. In another scheduling class, the fair
 * server of newer kernels would let it run.
 *
 * A round goes through these stages:
 *
 *	INSIDE	the opener has entered the function "open"
 *	HELD	it has returned from "get" and is held, until a task calls
 *		"remove"; it can then see that the module is going away
 *	LEFT	it has returned from "open" and is held, until "held" is cleared
 *	PASSED	it has called "put": the window is closed
 *
 * So a module that was freed at the stage LEFT was freed inside the window.
 *
 * To make a load fail late, the N-th call of "fail" by a task with the name
 * "loader" returns NULL, but not before the opener is held.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

enum stage { IDLE, INSIDE, HELD, LEFT, PASSED };

static char *open;
module_param(open, charp, 0444);

static char *get;
module_param(get, charp, 0444);

static char *remove;
module_param(remove, charp, 0444);

static char *put;
module_param(put, charp, 0444);

static char *fail;
module_param(fail, charp, 0444);

static int stage;
module_param(stage, int, 0644);

static bool held;
module_param(held, bool, 0644);

static unsigned int nth;
module_param(nth, uint, 0644);

static unsigned int cpu = 1;
module_param(cpu, uint, 0444);

static struct task_struct *holder;
static DECLARE_COMPLETION(opener_held);

static bool by(const char *name)
{
	return in_task() && !strcmp(current->comm, name);
}

/* Moves the opener to the next stage, if it is at the stage before it. */
static bool advance(enum stage from, enum stage to)
{
	if (READ_ONCE(stage) != from || !by("opener"))
		return false;
	WRITE_ONCE(stage, to);
	return true;
}

/* Nothing else runs on the CPU while @held, except interrupts. */
static int hold_cpu(void *unused)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		if (!READ_ONCE(held)) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		while (READ_ONCE(held))
			cpu_relax();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static void hold(void)
{
	WRITE_ONCE(held, true);
	wake_up_process(holder);
}

static int on_open(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	return !advance(IDLE, INSIDE);
}

static int on_opened(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (advance(HELD, LEFT))
		hold();
	return 0;
}

static int on_get(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	return READ_ONCE(stage) != INSIDE || !by("opener");
}

static int on_got(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (advance(INSIDE, HELD)) {
		hold();
		complete(&opener_held);
	}
	return 0;
}

static int on_remove(struct kprobe *probe, struct pt_regs *regs)
{
	if (READ_ONCE(stage) == HELD)
		WRITE_ONCE(held, false);
	return 0;
}

static int on_put(struct kprobe *probe, struct pt_regs *regs)
{
	advance(LEFT, PASSED);
	return 0;
}

/* Runs instead of the function that must fail, and waits like an allocation. */
static void *no_memory(void)
{
	wait_for_completion(&opener_held);
	return NULL;
}

static int on_fail(struct kprobe *probe, struct pt_regs *regs)
{
	if (!by("loader") || !nth || --nth)
		return 0;
	instruction_pointer_set(regs, (unsigned long)no_memory);
	return 1;
}

/* kprobes only lets the other handler change the flow if this one exists. */
static void after_fail(struct kprobe *probe, struct pt_regs *regs,
		       unsigned long flags)
{
}

static struct kretprobe open_probe = {
	.entry_handler = on_open,
	.handler = on_opened,
};

static struct kretprobe get_probe = {
	.entry_handler = on_get,
	.handler = on_got,
};

static struct kprobe remove_probe = { .pre_handler = on_remove };
static struct kprobe put_probe = { .pre_handler = on_put };

static struct kprobe fail_probe = {
	.pre_handler = on_fail,
	.post_handler = after_fail,
};

static struct kretprobe *returns[] = { &open_probe, &get_probe };
static struct kprobe *calls[] = { &remove_probe, &put_probe, &fail_probe };

static int __init window_init(void)
{
	int error;

	holder = kthread_create(hold_cpu, NULL, "window");
	if (IS_ERR(holder))
		return PTR_ERR(holder);
	kthread_bind(holder, cpu);
	sched_set_fifo(holder);
	wake_up_process(holder);

	open_probe.kp.symbol_name = open;
	get_probe.kp.symbol_name = get;
	remove_probe.symbol_name = remove;
	put_probe.symbol_name = put;
	fail_probe.symbol_name = fail;
	error = register_kretprobes(returns, ARRAY_SIZE(returns));
	if (error)
		goto stop;
	error = register_kprobes(calls, ARRAY_SIZE(calls));
	if (error)
		goto unregister;
	return 0;

unregister:
	unregister_kretprobes(returns, ARRAY_SIZE(returns));
stop:
	kthread_stop(holder);
	return error;
}

static void __exit window_exit(void)
{
	unregister_kprobes(calls, ARRAY_SIZE(calls));
	unregister_kretprobes(returns, ARRAY_SIZE(returns));
	WRITE_ONCE(held, false);
	kthread_stop(holder);
}

module_init(window_init);
module_exit(window_exit);

MODULE_DESCRIPTION("Widens the window in which an open can lose a race");
MODULE_AUTHOR("The taskmap authors");
MODULE_LICENSE("GPL");
