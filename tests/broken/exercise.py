# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Exercises that trigger the bugs of broken modules. They do not check the output of the
module, because only the kernel's reports count. tests/live/run runs these tests.
"""

import os
import threading
import unittest

import live
from live import load, rmmod

ROUNDS = 10
# Each round sets some watchpoints, and few of them are at the word with the race. With
# 30 rounds, a run sometimes missed the race.
RACE_ROUNDS = 600


class Reads(live.Loaded):
    """
    Each read runs in its own process, which ends before the next one starts. So a
    lock that the module keeps does not block the tests. One of the tasks is a
    thread, which has no exit signal.
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
    """More events than a ring can hold, and some after the module is unloaded."""

    BIRTHS = 100

    def bear(self):
        for _ in range(self.BIRTHS):
            os.waitpid(live.fork(lambda: 0), 0)

    def test_events(self):
        self.assertEqual(load(live.read_all(live.MODULE), "events_kb=32"), 0)
        with open(live.where() + "/events", "rb", buffering=0):
            self.bear()
        self.assertEqual(rmmod(), 0)
        self.bear()


class Race(live.Loaded):
    """
    Two concurrent readers, with more and longer watchpoints than would be practical
    during boot and while Python starts.
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
    Loads in which the n-th allocation of a directory entry fails, for every n.

    No other allocation fails, because the kernel itself prints errors for some, such
    as that of a kobject. Copies from and to user memory would also count
    (should_fail_ex() in lib/fault-inject.c), so fail_usercopy is limited to callers
    that do not exist.
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
                self.assertEqual(rmmod(), 0)
        # One for the directory, one for each file, and one round without a failure.
        self.assertGreaterEqual(entry, 2 + len(live.NAMES))

    @staticmethod
    def load_failing(module, entry):
        """Returns the error of the load, and whether an allocation failed."""
        file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        try:
            os.write(file, b"%d" % entry)
            error = load(module)
            failed = os.pread(file, 16, 0) == b"0\n"
            os.pwrite(file, b"0", 0)
        finally:
            os.close(file)
        return error, failed
