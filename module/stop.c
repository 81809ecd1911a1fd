// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The one place that stops the machine: every processor is held, with its
 * interrupts disabled, while one of them looks. Nothing here knows what at.
 *
 * One at a time, and not all the time
 * -----------------------------------
 * Callers queue, in the order of a mutex. After a stop there is none for nine
 * times as long as it took, from asking for the processors to having let them
 * go. So programs that open files in a loop, however many there are, leave nine
 * tenths of the time to everybody else.
 *
 * The rest is never longer than a second, because the measured time has no
 * bound: it includes CPU hotplug, which stop_machine() waits for, and any time
 * in which a hypervisor did not run the machine. After a stop of more than a
 * ninth of a second others get less than nine tenths.
 *
 * Any signal ends the wait, in the queue and in the rest. open(2) is then
 * restarted or fails with EINTR, like that of a FIFO (wait_for_partner() in
 * fs/pipe.c). The freezers interrupt a process with a fake signal (freeze_task()
 * in kernel/freezer.c, cgroup_freeze_task() in kernel/cgroup/freezer.c). The
 * process then leaves the system call, freezes, and restarts the call when it
 * thaws. So any number of waiting callers can be frozen, and the machine can be
 * suspended.
 *
 * A caller prepares only when it has its turn: then what it finds is new, and
 * callers in the queue hold no memory.
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
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/stop_machine.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>

#include "taskmap.h"

/* How long a rest is: times the length of the stop, and at most, in ns. */
#define REST		9
#define LONGEST_REST	NSEC_PER_SEC

/* The owner may stop the machine. Protects not_before. */
static DEFINE_MUTEX(turn);

/* No stop before this, in ns of ktime_get_ns(). */
static u64 not_before;

/* No caller may stop the machine any more. Set once; resting is woken then. */
static bool ended;
static DECLARE_WAIT_QUEUE_HEAD(resting);

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

/*
 * The timer has no slack: prctl(2) can make the caller's slack as long as it
 * likes, and all callers in the queue would wait for that.
 */
static int rest(void)
{
	ktime_t until = ns_to_ktime(not_before);
	int error;

	error = ___wait_event(resting,
			      READ_ONCE(ended) || ktime_get_ns() >= not_before,
			      TASK_INTERRUPTIBLE, 0, 0,
			      schedule_hrtimeout(&until, HRTIMER_MODE_ABS));
	return READ_ONCE(ended) ? -ENOENT : error;
}

static int stop_and_look(struct look *look)
{
	u64 start_ns = ktime_get_ns();
	int error = stop_machine(look_stopped, look, NULL);
	u64 end_ns = ktime_get_ns();

	not_before = end_ns + min_t(u64, REST * (end_ns - start_ns),
				    LONGEST_REST);
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
 * Return: 0; -ERESTARTSYS if a signal interrupted the wait, or -ENOENT if
 * taskmap_stop_end() did: then neither @prepare nor @look was called; the error
 * of @prepare; or that of stop_machine().
 */
int taskmap_stop(int (*prepare)(void *data), void (*look)(void *data),
		 void *data, __u64 *pause_ns)
{
	struct look this = { .look = look, .data = data };
	int error;

	if (mutex_lock_interruptible(&turn))
		return -ERESTARTSYS;
	error = rest();
	if (!error)
		error = prepare(data);
	if (!error)
		error = stop_and_look(&this);
	mutex_unlock(&turn);
	*pause_ns = this.pause_ns;
	return error;
}

/**
 * taskmap_stop_end() - make all waiting calls of taskmap_stop() fail
 *
 * Removing a file from procfs waits until no open(2) of it is running
 * (proc_entry_rundown() in fs/proc/inode.c). Without this, rmmod would wait for
 * the whole queue. A stop that has begun is finished.
 *
 * Context: any that may take a spinlock. Later calls of taskmap_stop() fail, too.
 */
void taskmap_stop_end(void)
{
	WRITE_ONCE(ended, true);
	wake_up_all(&resting);
}
