// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The only file that stops the machine: every CPU is held with interrupts
 * disabled while one of them calls a function.
 *
 * One at a time, and not all the time
 * -----------------------------------
 * Callers queue for a mutex. After a stop the next one waits nine times as long
 * as the stop took, from asking for the CPUs to having released them. So the
 * system keeps nine tenths of the time, however many programs open files.
 *
 * The wait is never longer than a second, because the measured time has no
 * bound: it includes CPU hotplug, which stop_machine() waits for, and any time
 * in which a hypervisor did not run the machine. After a stop of more than a
 * ninth of a second the system gets less than nine tenths.
 *
 * Any signal ends the wait, in the queue and after a stop. open(2) is then
 * restarted or fails with EINTR, like that of a FIFO (wait_for_partner() in
 * fs/pipe.c). The freezers interrupt a process with a fake signal
 * (freeze_task() in kernel/freezer.c, cgroup_freeze_task() in
 * kernel/cgroup/freezer.c). The process then leaves the system call, freezes,
 * and restarts the call when it thaws. So any number of waiting callers can be
 * frozen, and the machine can be suspended.
 *
 * A caller prepares only when it has its turn, so its count is recent, and
 * callers in the queue hold no memory.
 *
 * What may be done while the machine is stopped
 * ---------------------------------------------
 * Nothing that waits for another task, because all of them are stopped.
 * stop_machine() runs in the stopper threads, which preempt every other task
 * (kernel/stop_machine.c, kernel/sched/stop_task.c). A task cannot be preempted
 * while it holds a spinlock, unless spinlocks sleep (PREEMPT_RT). It can be
 * preempted while it holds a mutex or is in an RCU section (PREEMPT_RCU). So
 * nothing may be locked or allocated, and on PREEMPT_RT a change under a lock
 * may be half done.
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

/* How long a rest is: times the length of the stop, but at most so many ns. */
#define REST		9
#define LONGEST_REST	NSEC_PER_SEC

/* Held to wait for the next stop and during it. Protects not_before. */
static DEFINE_MUTEX(turn);

/* The time of the next stop at the earliest, as of ktime_get_ns(). */
static u64 not_before;

/* There are no more stops. Set once; then all waiters in resting are woken. */
static bool ended;
static DECLARE_WAIT_QUEUE_HEAD(resting);

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

static int stop_and_look(int (*look)(void *data), void *data)
{
	u64 start_ns = ktime_get_ns();
	int error = stop_machine(look, data, NULL);
	u64 end_ns = ktime_get_ns();

	not_before = end_ns + min_t(u64, REST * (end_ns - start_ns),
				    LONGEST_REST);
	return error;
}

/**
 * taskmap_stop() - call a function while nothing else runs
 * @prepare: called when it is the caller's turn, and may sleep; an error ends
 *	the call
 * @look: called once, on any CPU, with interrupts disabled on all of them; must
 *	neither sleep nor take a lock; returns 0
 * @data: passed to both
 *
 * Context: process, may sleep, for as long as others are ahead in the queue.
 * Return: 0; -ERESTARTSYS if a signal interrupted the wait, or -ENOENT if
 * taskmap_stop_end() did, both without a call of @prepare or @look; the error
 * of @prepare; or that of stop_machine().
 */
int taskmap_stop(int (*prepare)(void *data), int (*look)(void *data),
		 void *data)
{
	int error;

	if (mutex_lock_interruptible(&turn))
		return -ERESTARTSYS;
	error = rest();
	if (!error)
		error = prepare(data);
	if (!error)
		error = stop_and_look(look, data);
	mutex_unlock(&turn);
	return error;
}

/**
 * taskmap_stop_end() - make all waiting and later calls of taskmap_stop() fail
 *
 * Removing a file from procfs waits until no open(2) of it is running
 * (proc_entry_rundown() in fs/proc/inode.c). Without this, rmmod would wait for
 * the whole queue. A stop that has begun is finished.
 *
 * Context: any that may take a spinlock.
 */
void taskmap_stop_end(void)
{
	WRITE_ONCE(ended, true);
	wake_up_all(&resting);
}
