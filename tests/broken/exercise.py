# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
What makes a broken module show its bug, without minding what it says of tasks:
the verdict is the kernel's. tests/live/run runs these, too.
"""

import os
import threading
import unittest

import live
from test_load import load, unload

ROUNDS = 10
# Each sets some watchpoints, of which only few are on the word that is raced for;
# in one run of many, 30 rounds came to none that two readers met at.
RACE_ROUNDS = 600


class Reads(live.Loaded):
    """
    Each read is by a process of its own, which has ended before the next. It
    may take its bug along: a lock that it keeps is not kept by the tests. There
    is a thread among the tasks, which has no exit signal.
    """

    def setUp(self):
        end = threading.Event()
        thread = threading.Thread(target=end.wait)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(end.set)

    def test_reads(self):
        for _ in range(ROUNDS):
            for name in live.NAMES:
                live.run("cat", os.path.join(live.where(), name))


class Events(unittest.TestCase):
    """More events than there is room for, and some after the module is gone."""

    BIRTHS = 100

    def bear(self):
        for _ in range(self.BIRTHS):
            os.waitpid(live.fork(lambda: 0), 0)

    def test_events(self):
        self.assertEqual(load(live.read_all(live.MODULE), "events_kb=32"), 0)
        with open(live.where() + "/events", "rb", buffering=0):
            self.bear()
        self.assertEqual(unload(), 0)
        self.bear()


class Race(live.Loaded):
    """
    Two readers at the same time, with more and longer watchpoints than a boot
    and Python could bear.
    """

    KCSAN = "/sys/module/kcsan/parameters"

    def test_race(self):
        with live.settings({self.KCSAN + "/skip_watch": 500,
                            self.KCSAN + "/udelay_task": 1000}):
            pid = live.fork(self.read)
            self.read()
            os.waitpid(pid, 0)

    @staticmethod
    def read():
        for _ in range(RACE_ROUNDS):
            live.read_all(live.where() + "/snapshot")


class FailedLoads(unittest.TestCase):
    """
    A load in which the n-th directory entry cannot be had, for every n.

    No other allocation fails: that of a kobject, say, makes the kernel complain
    by itself. Nor do copies from and to user memory, which count as well
    (should_fail_ex() in lib/fault-inject.c) unless certain callers are wanted.
    """

    DEBUG = "/sys/kernel/debug"
    SETTINGS = (
        (DEBUG + "/failslab/verbose", b"0"),
        (DEBUG + "/failslab/ignore-gfp-wait", b"N"),
        (DEBUG + "/failslab/cache-filter", b"Y"),
        ("/sys/kernel/slab/dentry/failslab", b"1"),
        (DEBUG + "/fail_usercopy/require-start", b"1"),
        (DEBUG + "/fail_usercopy/require-end", b"2"),
    )

    def test_failed_loads(self):
        for path, value in self.SETTINGS:
            live.write(path, value)
        module = live.read_all(live.MODULE)
        entry = 0
        failed = True
        while failed:
            entry += 1
            error, failed = self.load_failing(module, entry)
            if not error:
                self.assertEqual(unload(), 0)
        # The directory and the files, and the one too many.
        self.assertGreaterEqual(entry, 2 + len(live.NAMES))

    @staticmethod
    def load_failing(module, entry):
        """The error of the load, and whether an entry did fail."""
        file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        try:
            os.write(file, b"%d" % entry)
            error = load(module)
            failed = os.pread(file, 16, 0) == b"0\n"
            os.pwrite(file, b"0", 0)
        finally:
            os.close(file)
        return error, failed
