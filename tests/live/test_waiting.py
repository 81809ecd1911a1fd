# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Tests the wait for "exact": signals end it, and the rest after a stop is bounded,
however long the stop took. Needs two CPUs. test_queue tests the rest on one.
"""

import contextlib
import errno
import os
import re
import signal
import time

import trace
from fire import Crowd, Openers
from live import (Loaded, await_state, process, settings, stat, try_to_open,
                  where, write)

TASKS = 700             # enough that a rest is longer than the rest of an open
TRIES = 10
LONGEST_REST = 10**9    # ns, as the manual says
REST = 9                # a rest is so many times as long as its stop
STRETCH = 0.3           # seconds of a long stop: its rest would exceed LONGEST_REST
SPARE_CPU = 1
ONLINE = f"/sys/devices/system/cpu/cpu{SPARE_CPU}/online"


def spin():
    os.sched_setaffinity(0, {SPARE_CPU})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    while True:
        pass


def stretched_stop():
    """
    Makes one stop take STRETCH or longer. Taking a CPU offline needs work on that CPU,
    which a process that cannot be preempted delays, and stop_machine() waits for it.
    Some schedulers let other tasks run even then. Returns False if the stop was short.
    """
    server = f"/sys/kernel/debug/sched/fair_server/cpu{SPARE_CPU}/runtime"
    with contextlib.ExitStack() as held:
        held.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
        os.sched_setaffinity(0, os.sched_getaffinity(0) - {SPARE_CPU})
        held.enter_context(settings(
            {"/proc/sys/kernel/sched_rt_runtime_us": -1, server: 0}))
        held.callback(write, ONLINE, 1)
        with process(lambda: try_to_open(where() + "/exact")) as opener, \
                contextlib.ExitStack() as until:
            os.kill(opener, signal.SIGSTOP)
            await_state(opener, b"T")
            spinner = until.enter_context(process(spin))
            while (os.sched_getscheduler(spinner) != os.SCHED_FIFO
                   or stat(spinner)[36] != b"%d" % SPARE_CPU):
                os.sched_yield()
            offline = until.enter_context(
                process(lambda: write(ONLINE, 0)))
            until.callback(os.kill, spinner, signal.SIGKILL)
            await_state(offline, b"DZ")
            os.kill(opener, signal.SIGCONT)
            await_state(opener, b"DZ")
            time.sleep(STRETCH)     # the length of the stop, not a synchronization
            lasted = stat(opener)[0] == b"D"
            until.close()
            await_state(opener, b"Z")
    return lasted


class Waiting(Loaded):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(Crowd("threads", TASKS))
        cls.path = where() + "/exact"

    def on_alarm(self, restart):
        """Counts SIGALRM. Each arm() causes one."""
        seen = []
        before = signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
        signal.siginterrupt(signal.SIGALRM, not restart)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        return seen

    def open_until_alarm(self, seen):
        """
        The errors of opens during which the signal came, in TRIES tries. It comes later
        in each: on a slow machine the first ones can come before the open.
        """
        errors = set()
        for done in range(TRIES):
            signal.setitimer(signal.ITIMER_REAL, 1e-3 * 2**done)
            errors.add(try_to_open(self.path))
            while len(seen) == done:
                errors.add(try_to_open(self.path))
        return errors

    def test_signals_interrupt(self):
        """An open usually waits, so one of many signals arrives during a wait."""
        seen = self.on_alarm(restart=False)
        with Openers(self.path, 3):
            self.assertEqual(self.open_until_alarm(seen) - {0},
                             {errno.EINTR})

    def test_signals_that_restart(self):
        seen = self.on_alarm(restart=True)
        with Openers(self.path, 1):
            self.assertEqual(self.open_until_alarm(seen), {0})

    @staticmethod
    def rests(lines):
        """The timeouts of sleeps, in ns."""
        found = [re.search(r" ([0-9.]+): .*=hrtimer_wakeup.* expires=(\d+)",
                           line) for line in lines]
        return [int(match[2]) - round(float(match[1]) * 1e9)
                for match in found if match]

    def test_rest_is_bounded(self):
        """The timer of a rest is bounded, however long the stop; see module/stop.c."""
        if not os.path.exists(ONLINE):
            self.skipTest("this kernel cannot take a CPU offline")
        self.assertGreater(REST * STRETCH * 1e9, LONGEST_REST)
        rests = []
        with trace.events("timer/hrtimer_start") as lines:
            for _ in range(TRIES):
                if not stretched_stop():
                    continue
                before = len(lines())
                self.assertEqual(try_to_open(self.path), 0)
                rests = self.rests(lines()[before:])
                if rests:
                    break
        if not rests:
            self.skipTest("no stop was long enough, or all rests were over "
                          "before the next one")
        print(f"# after a stop of {STRETCH} s or more: {rests} ns")
        # The trace has a resolution of one microsecond.
        self.assertLessEqual(max(rests), LONGEST_REST + 1000)
