# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Tests the wait for "exact": signals end it, it can be frozen, and it does not delay
rmmod. The rest after a stop is bounded, however long the stop took. Needs two CPUs.
"""

import contextlib
import errno
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import trace
from fire import Crowd
from live import (PROCFS, Loaded, await_state, exit_code, fork, insmod, kill,
                  loaded, process, read_all, rmmod, settings, snapshot, stat,
                  try_to_open, where, write)

READERS = 60
TASKS = 700             # enough that a rest is longer than the rest of an open
TRIES = 10
LONGEST_REST = 10**9    # ns, as the manual says
REST = 9                # a rest is so many times as long as its stop
STRETCH = 0.3           # seconds of a long stop: its rest would exceed LONGEST_REST
SPARE_CPU = 1
ONLINE = f"/sys/devices/system/cpu/cpu{SPARE_CPU}/online"
POWER = "/sys/power/"
# The kernel's functions.
STOP, FREEZE, THAW = "stop_machine", "freeze_processes", "thaw_processes"


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


class Openers:
    """
    A process whose threads open a file again and again until that fails. It joins a
    cgroup first, if one is named. All threads wait when the constructor returns.
    """

    def __init__(self, path, count, cgroup=None):
        def join_and_open():
            if cgroup:
                write(cgroup + "/cgroup.procs", "0")
            return self.open_in_threads(path, count)

        self.pid = fork(join_and_open)
        while len(tids := self.threads()) < count:
            os.sched_yield()
        for tid in tids:
            await_state(self.pid, b"SD", tid)

    @staticmethod
    def open_in_threads(path, count):
        """The error of all threads, or 254 if their errors differ."""
        errors = set()

        def open_on():
            while not (error := try_to_open(path)):
                pass
            errors.add(error)

        threads = [threading.Thread(target=open_on) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return errors.pop() if len(errors) == 1 else 254

    def threads(self):
        return set(map(int, os.listdir(f"/proc/{self.pid}/task"))) - {self.pid}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            kill(self.pid)

    def result(self):
        """Waits for the process. Returns its exit status."""
        pid, self.pid = self.pid, 0
        return exit_code(pid)


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
        """The errors of opens during which the signal came, in TRIES tries."""
        errors = set()
        for done in range(TRIES):
            signal.setitimer(signal.ITIMER_REAL, 1e-3)
            while len(seen) == done:
                errors.add(try_to_open(self.path))
        return errors

    def test_signals_interrupt(self):
        """An open usually waits, so one of many signals arrives during a wait."""
        seen = self.on_alarm(restart=False)
        with Openers(self.path, 3):
            self.assertEqual(self.open_until_alarm(seen) - {0},
                             {errno.EINTR})

    def test_killed_while_they_wait(self):
        """Killed openers do not wait for their turn, and do not delay later ones."""
        with Openers(self.path, READERS), self.few_stops():
            pass
        self.assertIn(os.getpid(), snapshot("exact").by_pid)

    def test_signals_that_restart(self):
        seen = self.on_alarm(restart=True)
        with Openers(self.path, 1):
            self.assertEqual(self.open_until_alarm(seen), {0})

    @contextlib.contextmanager
    def few_stops(self):
        """Waiting openers end without a stop of their own."""
        with trace.calls(STOP) as calls:
            yield
            self.assertLess(calls().count(STOP), READERS // 2)

    def goes_on(self, openers):
        """After a thaw all openers still run: none got an error."""
        for tid in openers.threads():
            await_state(openers.pid, b"SD", tid)
        self.assertEqual(len(openers.threads()), READERS)

    def freeze_cgroup(self, kind, options, freeze, thaw, frozen):
        with contextlib.ExitStack() as held:
            top = held.enter_context(tempfile.TemporaryDirectory())
            if subprocess.run(["mount", "-t", kind, "-o", options, kind, top],
                              stderr=subprocess.DEVNULL,
                              check=False).returncode:
                self.skipTest(f"this kernel's {kind} cannot freeze")
            held.callback(subprocess.run, ["umount", top], check=True)
            group = top + "/taskmap"
            os.mkdir(group)
            held.callback(os.rmdir, group)
            openers = held.enter_context(Openers(self.path, READERS, group))
            held.callback(write, f"{group}/{thaw[0]}", thaw[1])
            with self.few_stops():
                write(f"{group}/{freeze[0]}", freeze[1])
                while frozen[1] not in read_all(f"{group}/{frozen[0]}"):
                    os.sched_yield()
            write(f"{group}/{thaw[0]}", thaw[1])
            while frozen[1] in read_all(f"{group}/{frozen[0]}"):
                os.sched_yield()
            self.goes_on(openers)

    def test_freezer_of_cgroup_1(self):
        """Version 1 uses the freezer of suspend."""
        self.freeze_cgroup("cgroup", "freezer", ("freezer.state", "FROZEN"),
                           ("freezer.state", "THAWED"),
                           ("freezer.state", b"FROZEN"))

    def test_freezer_of_cgroup_2(self):
        self.freeze_cgroup("cgroup2", "defaults", ("cgroup.freeze", "1"),
                           ("cgroup.freeze", "0"),
                           ("cgroup.events", b"frozen 1"))

    def test_suspend(self):
        """Suspends only up to the freezing of all processes."""
        if not os.path.exists(POWER + "pm_test"):
            self.skipTest("this kernel cannot test suspend")
        with Openers(self.path, READERS) as openers, \
                settings({"/sys/module/suspend/parameters/pm_test_delay": 0}), \
                trace.calls(FREEZE, THAW, STOP) as calls:
            write(POWER + "pm_test", "freezer")
            try:
                write(POWER + "state", "freeze")
            finally:
                write(POWER + "pm_test", "none")
            seen = calls()
            self.goes_on(openers)
        frozen = seen[seen.index(FREEZE):seen.index(THAW)]
        self.assertLess(frozen.count(STOP), READERS // 2)

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


class Rmmod(unittest.TestCase):
    def test_openers_do_not_hold_it(self):
        """rmmod waits for all opens in procfs; waiting openers end."""
        with Crowd("threads", TASKS):
            self.assertEqual(insmod("procfs=1").returncode, 0)
            try:
                with Openers(PROCFS + "/exact", READERS) as openers, \
                        trace.calls(STOP) as calls:
                    result = rmmod()
                    taken = calls().count(STOP)
                    self.assertEqual(result.returncode, 0, result.stderr)
                    self.assertEqual(openers.result(), errno.ENOENT)
                    self.assertLess(taken, READERS // 2)
            finally:
                rmmod()
        self.assertFalse(loaded())
