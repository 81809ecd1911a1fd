// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The one place that stops the machine: every processor is held, with its
 * interrupts disabled, while one of them looks. Nothing here knows what at.
 *
 * One at a time, and not all the time
 * -----------------------------------
 * Those who ask queue, in the order of a mutex, and may be killed meanwhile.
 * After a stop there is none for nine times as long as it took, from asking for
 * the processors to having let them go. So whatever opens files in a loop,
 * however many do, leaves nine tenths of the time to everybody else.
 *
 * Who has its turn prepares only then, so that what it found is new and those
 * who wait hold no memory for it.
 *
 * What may be done while the machine is stopped
 * ---------------------------------------------
 * Nothing that waits for anybody: whoever could be waited for is stopped, too.
 * stop_machine() runs in the stopper threads, which preempt every other task
 * (kernel/stop_machine.c, kernel/sched/stop_task.c). A task that has a spinlock
 * cannot be preempted; but where spinlocks sleep (PREEMPT_RT) it can, and so can
 * everywhere who has a mutex or is in an RCU section (PREEMPT_RCU). So no lock at
 * all may be taken, nor memory, and what was being changed under a lock may be
 * half changed on PREEMPT_RT.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/stop_machine.h>
#include <linux/timekeeping.h>

#include "taskmap.h"

/* Times the length of a stop. */
#define REST	9

/* Who has it may stop the machine; protects not_before. */
static DEFINE_MUTEX(turn);

/* No stop before this, in ns of ktime_get_ns(). */
static u64 not_before;

struct look {
	void (*look)(void *data);
	void *data;
	u64 pause_ns;
};

/*
 * On one processor, while the others spin. A clock that is read without its
 * seqcount: whoever writes that is not waited for here.
 */
static int look_stopped(void *data)
{
	struct look *look = data;
	u64 start_ns = ktime_get_mono_fast_ns();

	look->look(look->data);
	look->pause_ns = ktime_get_mono_fast_ns() - start_ns;
	return 0;
}

static int rest(void)
{
	u64 now = ktime_get_ns();

	while (now < not_before) {
		schedule_timeout_killable(nsecs_to_jiffies(not_before - now) + 1);
		if (fatal_signal_pending(current))
			return -EINTR;
		now = ktime_get_ns();
	}
	return 0;
}

static int stop_and_look(struct look *look)
{
	u64 start_ns = ktime_get_ns();
	int error = stop_machine(look_stopped, look, NULL);
	u64 end_ns = ktime_get_ns();

	not_before = end_ns + REST * (end_ns - start_ns);
	return error;
}

/**
 * taskmap_stop() - look at something while nothing else runs
 * @prepare: called once it is the caller's turn, and may sleep; an error ends it
 * @look: called once, on any processor, with interrupts disabled there and on
 *	all others; must not sleep, nor take any lock
 * @data: for both
 * @pause_ns: how long @look took, in ns of CLOCK_MONOTONIC
 *
 * Context: process, may sleep, for as long as others queue and rest.
 * Return: 0; -EINTR if the caller is being killed, and then @look was not
 * called; the error of @prepare; or that of stop_machine().
 */
int taskmap_stop(int (*prepare)(void *data), void (*look)(void *data),
		 void *data, __u64 *pause_ns)
{
	struct look this = { .look = look, .data = data };
	int error;

	error = mutex_lock_killable(&turn);
	if (error)
		return error;
	error = rest();
	if (!error)
		error = prepare(data);
	if (!error)
		error = stop_and_look(&this);
	mutex_unlock(&turn);
	*pause_ns = this.pause_ns;
	return error;
}
