// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Stopping the machine. Only this file does it: every CPU waits with interrupts
 * disabled while one of them calls a function.
 *
 * Limits
 * ------
 * One caller at a time stops the machine; the others queue on a mutex. After a
 * stop, the next one waits nine times as long as the stop took, measured from
 * the request for the CPUs to their release. So the system keeps nine tenths of
 * the time, however many programs open files.
 *
 * The wait is at most one second, because the measured time is not bounded. It
 * includes CPU hotplug, which stop_machine() waits for, and any time for which
 * a hypervisor did not run the machine. After a stop of more than a ninth of a
 * second, the system gets less than nine tenths.
 *
 * Any signal ends the wait, in the queue and after a stop. open(2) is then
 * restarted or fails with EINTR, as it does for a FIFO (wait_for_partner() in
 * fs/pipe.c). The freezers interrupt a process with a fake signal
 * (freeze_task() in kernel/freezer.c, cgroup_freeze_task() in
 * kernel/cgroup/freezer.c). The process then leaves the system call, freezes,
 * and restarts the call when it thaws. So any number of waiting callers can be
 * frozen, and the machine can be suspended.
 *
 * A caller prepares only when its turn has come, so its count of tasks is
 * recent, and callers in the queue hold no memory.
 *
 * What a function may do while the machine is stopped
 * ---------------------------------------------------
 * Nothing that waits for another task, because all tasks are stopped.
 * stop_machine() runs in the stopper threads, which preempt every other task
 * (kernel/stop_machine.c, kernel/sched/stop_task.c). A task cannot be preempted
 * while it holds a spinlock, unless spinlocks sleep (PREEMPT_RT). It can be
 * preempted while it holds a mutex or is in an RCU section (PREEMPT_RCU). So
 * the function must not take locks or allocate memory, and on PREEMPT_RT it can
 * find a change under a lock half done.
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

/* Rest after a stop, as a multiple of the stop's length, and its limit in ns */
#define REST		9
#define LONGEST_REST	NSEC_PER_SEC

/* Held while waiting for a stop and during it. Protects not_before. */
static DEFINE_MUTEX(turn);

/* Earliest time of the next stop, in ns of ktime_get_ns() */
static u64 not_before;

/* No more stops may begin. Set once; then all waiters on resting are woken. */
static bool ended;
static DECLARE_WAIT_QUEUE_HEAD(resting);

/*
 * Wait until the next stop is allowed. The caller holds the mutex. The timer
 * has no slack: prctl(2) can make the caller's slack arbitrarily long, and the
 * whole queue would wait for that.
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

static int stop_and_call(int (*fn)(void *data), void *data)
{
	u64 start_ns = ktime_get_ns();
	int error = stop_machine(fn, data, NULL);
	u64 end_ns = ktime_get_ns();

	not_before = end_ns + min_t(u64, REST * (end_ns - start_ns),
				    LONGEST_REST);
	return error;
}

/**
 * taskmap_stop() - call a function while the machine is stopped
 * @prepare: called when the caller's turn has come; may sleep. An error ends
 *	the call.
 * @fn: called once, on any CPU, with interrupts disabled on all of them; must
 *	neither sleep nor take a lock; returns 0
 * @data: passed to both functions
 *
 * Context: Process context, may sleep, for as long as others are ahead in the
 * queue.
 * Return: 0; -ERESTARTSYS if a signal, or -ENOENT if taskmap_stop_end()
 * interrupted the wait, both without a call of @prepare or @fn; the error of
 * @prepare; or the error of stop_machine().
 */
int taskmap_stop(int (*prepare)(void *data), int (*fn)(void *data),
		 void *data)
{
	int error;

	if (mutex_lock_interruptible(&turn))
		return -ERESTARTSYS;
	error = rest();
	if (!error)
		error = prepare(data);
	if (!error)
		error = stop_and_call(fn, data);
	mutex_unlock(&turn);
	return error;
}

/**
 * taskmap_stop_end() - make all waiting and later calls of taskmap_stop() fail
 *
 * When a file is removed from procfs, procfs waits for running open(2) calls of
 * it (proc_entry_rundown() in fs/proc/inode.c). Without this function, rmmod
 * would wait for the whole queue. A stop that has begun is finished.
 *
 * Context: Any context that may take a spinlock.
 */
void taskmap_stop_end(void)
{
	WRITE_ONCE(ended, true);
	wake_up_all(&resting);
}
