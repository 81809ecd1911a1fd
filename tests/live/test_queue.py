# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Many tasks wait for "exact": they can be killed and frozen, few stops suffice for that,
and they do not delay rmmod.

For one CPU. The kernel patches its code for probes on a function (trace.calls()), and
for the freezers (freezer_active, a static key in kernel/freezer.c), while the openers
run that code. trace.occupied() says why a second CPU of qemu can hang then.
"""

import contextlib
import errno
import os
import subprocess
import tempfile
import unittest

import trace
from fire import Crowd, Openers
from live import (PROCFS, Loaded, await_state, insmod, loaded, read_all, rmmod,
                  settings, snapshot, where, write)

READERS = 60
TASKS = 700             # enough that a rest is longer than the rest of an open
POWER = "/sys/power/"
# The kernel's functions.
STOP, FREEZE, THAW = "stop_machine", "freeze_processes", "thaw_processes"


class Queue(Loaded):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(Crowd("threads", TASKS))
        cls.path = where() + "/exact"

    def test_killed_while_they_wait(self):
        """Killed openers do not wait for their turn, and do not delay later ones."""
        with Openers(self.path, READERS), self.few_stops():
            pass
        self.assertIn(os.getpid(), snapshot("exact").by_pid)

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


class Rmmod(unittest.TestCase):
    def test_openers_do_not_hold_it(self):
        """rmmod waits for all opens in procfs; waiting openers end."""
        with Crowd("threads", TASKS):
            self.assertEqual(insmod("procfs=1"), 0)
            try:
                with Openers(PROCFS + "/exact", READERS) as openers, \
                        trace.calls(STOP) as calls:
                    self.assertEqual(rmmod(), 0)
                    taken = calls().count(STOP)
                    self.assertEqual(openers.result(), errno.ENOENT)
                    self.assertLess(taken, READERS // 2)
            finally:
                rmmod()
        self.assertFalse(loaded())
