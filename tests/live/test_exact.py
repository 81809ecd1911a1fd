# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
The cost of "exact" for the rest of the system: it stops the CPUs for one open at a
time, with a rest after each stop, and not at all if there are too many tasks.
test_storm checks its contents under load.
"""

import concurrent.futures
import errno
import os
import threading
import time

from fire import Crowd
from image import Snapshot
from live import (EXACT_MAX, Loaded, effort, log, read_all, snapshot, try_to_open,
                  watches_itself, where, write)
from skip import as_skipper, skipped

OPENERS = 4
OPENS = effort(check=4 if watches_itself() else 10, sanitizer=10, soak=50)
TRIES = 8       # as the manual says
REST = 9        # a rest is so many times as long as its stop, as the manual says
LONGEST_REST = 10**9    # the most ns of a rest
BURST, INTERVAL = 10, 5     # the limit of lines in the log, and its seconds


def path():
    return where() + "/exact"


class Turns(Loaded):
    TASKS = 700     # enough that a pause is longer than the rest of an open

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(Crowd("threads", cls.TASKS))

    @staticmethod
    def take(openers):
        """Snapshots by concurrent openers, each of which opens again at once."""
        together = threading.Barrier(openers)

        def open_some(_):
            together.wait()
            return [os.open(path(), os.O_RDONLY) for _ in range(OPENS)]

        with concurrent.futures.ThreadPoolExecutor(openers) as pool:
            fds = sum(pool.map(open_some, range(openers)), [])
        shots = []
        for fd in fds:
            with open(fd, "rb", buffering=0) as file:
                shots.append(Snapshot(file.readall()))
        return sorted(shots, key=lambda shot: shot.start_ns)

    def check_turns(self, openers):
        shots = self.take(openers)
        self.assertEqual(len(shots), openers * OPENS)
        for one, other in zip(shots, shots[1:]):
            self.assertGreater(other.start_ns - one.end_ns,
                               min(REST * one.pause_ns, LONGEST_REST))
        pauses = [shot.pause_ns for shot in shots]
        print(f"# {shots[0].count} tasks: {len(pauses)} pauses of "
              f"{min(pauses)} to {max(pauses)} ns")

    def test_one_at_a_time(self):
        self.check_turns(OPENERS)

    def test_rest(self):
        self.check_turns(1)

    def test_pause(self):
        """The header has the pause, and the snapshot was taken during it."""
        before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        shot = snapshot("exact")
        after = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        self.assertGreater(shot.pause_ns, 0)
        self.assertGreaterEqual(shot.pause_ns, shot.end_ns - shot.start_ns)
        self.assertLess(shot.pause_ns, after - before)
        self.assertLess(shot.end_ns, after)
        self.assertEqual(snapshot().pause_ns, 0)

    def test_all_tries_fail(self):
        """Without a stop, every try lacks tasks, as if many had been created before."""
        with skipped("stop_machine") as calls:
            self.assertEqual(as_skipper(lambda: try_to_open(path())), errno.EAGAIN)
            self.assertEqual(calls(), TRIES)
        self.assertEqual(try_to_open(path()), 0)

    def test_default_of_the_limit(self):
        self.assertEqual(read_all(EXACT_MAX), b"100000\n")


class TooMany(Loaded):
    PARAMETERS = ("exact_max=1",)

    def setUp(self):
        write(EXACT_MAX, 1)

    @staticmethod
    def lines(before):
        return [line for line in log()[before:] if "exact_max" in line]

    def test_refused_with_few_lines_in_the_log(self):
        before = len(log())
        started = time.monotonic()
        for _ in range(10 * BURST):
            self.assertEqual(try_to_open(path()), errno.EFBIG)
        bursts = 2 + (time.monotonic() - started) / INTERVAL
        lines = self.lines(before)
        self.assertGreater(len(lines), 0)
        self.assertLessEqual(len(lines), bursts * BURST)
        self.assertRegex(lines[0], r"taskmap: \d+ tasks exceed exact_max: "
                                   r"the machine is not stopped")

    def test_the_others_can_be_opened(self):
        for name in ("tasks", "snapshot"):
            self.assertTrue(read_all(f"{where()}/{name}"))

    def test_limit(self):
        """A limit of the current number is enough; a few tasks come and go."""
        count = snapshot().count
        for limit, error in ((count // 2, errno.EFBIG), (2 * count, 0)):
            write(EXACT_MAX, limit)
            self.assertEqual(try_to_open(path()), error)
