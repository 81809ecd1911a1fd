# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Very many tasks, and the largest pid. TASKMAP_TASKS sets the number of tasks, whatever
TASKMAP_EFFORT is; 100,000 need 6 GB of memory.
"""

import os
import sys
import tempfile
import time
import unittest

import image
from fire import Crowd, Watch, kernel_memory
from live import (EXACT_MAX, NAMES, READER, Loaded, child, effort, read_all, run,
                  settings, snapshot, where, write)

TASKS = int(os.environ.get("TASKMAP_TASKS",
                           effort(check=4000, sanitizer=8000, soak=100000)))
ICOUNT = "TASKMAP_ICOUNT" in os.environ     # whether the clock counts instructions
READS = 6       # two for each file
TRIES = 20      # attempts, because the kernel does other things meanwhile
# PID_MAX_LIMIT of include/linux/threads.h, on 64 bits and on 32.
PID_MAX = 4194304 if sys.maxsize > 2**32 else 32768

SYSCTL = "/proc/sys/kernel/"

# The shortest limits of watchdogs: two seconds for a CPU that does not schedule, three
# for an RCU section, and ten for a waiting task. Only if a second is a number of
# instructions (5 * 10^8): a busy machine can stop a guest for as long.
IMPATIENT = {
    SYSCTL + "watchdog_thresh": "1",
    SYSCTL + "hung_task_timeout_secs": "10",
    "/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout": "3",
}


class Scale(Loaded):
    def crowd_is_seen(self, shape):
        most = TASKS + 10000
        limits = {SYSCTL + "threads-max": most, SYSCTL + "pid_max": most,
                  EXACT_MAX: most}
        with settings({path: value for path, value in limits.items()
                       if int(read_all(path)) < value}), \
                Crowd(shape, TASKS) as crowd, \
                tempfile.NamedTemporaryFile() as file:
            file.write(crowd.pairs)
            file.flush()
            started = time.monotonic()
            with settings(IMPATIENT if ICOUNT else {}) as missing:
                seen = Watch(READS, file.name).result()
            print(f"# {TASKS} {shape}: {seen[0]} reads of {seen[1]} records "
                  f"in {time.monotonic() - started:.1f} s; "
                  f"{'shortest' if ICOUNT else 'usual'} limits of watchdogs, without "
                  f"{missing or 'nothing'}", flush=True)
            self.assertEqual(seen[0], READS)
            self.assertGreaterEqual(seen[1], READS * TASKS)
            self.memory_comes_back()

    def memory_comes_back(self):
        """
        A snapshot is held exactly from open to close. Memory of ended tasks is still
        being released, so this measures until nothing else changes, at most TRIES
        times.
        """
        for _ in range(TRIES):
            size, held, left = self.measure()
            if held > size * 3 // 4 and left < size // 4:
                break
        self.assertGreater(held, size * 3 // 4)
        self.assertLess(left, size // 4)

    @staticmethod
    def measure():
        """The size of a snapshot, the memory held while it is open, and the memory left
        after close."""
        path = where() + "/snapshot"
        with open(path, "rb", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
        before = kernel_memory()
        fd = os.open(path, os.O_RDONLY)
        held = kernel_memory() - before
        os.close(fd)
        for name in NAMES:
            read_all(f"{where()}/{name}")
        left = kernel_memory() - before
        print(f"# a snapshot of {size} bytes held {held} and left {left} bytes")
        return size, held, left

    def test_processes(self):
        self.crowd_is_seen("processes")

    def test_threads(self):
        self.crowd_is_seen("threads")


class Pids(Loaded):
    ORPHANS = 600       # more than BATCH_VISITS, the pids in one RCU section

    def test_walk_goes_on_over_pids_without_tasks(self):
        """Process groups keep the pids of leaders that have ended, in a long row."""
        with Crowd("orphans", self.ORPHANS) as crowd:
            shot = snapshot()
            self.assertLessEqual(set(crowd.pids), set(shot.by_pid))
            leaders = {os.getpgid(pid) for pid in crowd.pids}
            self.assertEqual(len(leaders), len(crowd.pids))
            self.assertEqual(leaders & set(shot.by_pid), set())

    def test_largest(self):
        """The largest pid has 7 digits, or 5 on 32 bits, and the smallest has 1."""
        last = "/proc/sys/kernel/ns_last_pid"
        if not os.path.exists(last):
            raise unittest.SkipTest("this kernel cannot choose a pid")
        with settings({SYSCTL + "pid_max": PID_MAX}):
            for _ in range(TRIES):
                write(last, PID_MAX - 2)
                with child(lambda: None) as pid:
                    # The kernel can make a thread of its own in between.
                    if pid == PID_MAX - 1:
                        write(last, 300)
                        self.largest_is_seen(pid)
                        return
            self.fail(f"no process got pid {PID_MAX - 1}")

    def largest_is_seen(self, pid):
        rows = image.parse_tasks(read_all(where() + "/tasks"))
        self.assertEqual([row[:2] for row in rows if row[0] in (1, pid)],
                         [(1, 1), (pid, pid)])
        self.assertEqual(rows[-1][0], pid)
        shot = snapshot()
        self.assertEqual(shot.tasks[-1].pid, pid)
        self.assertEqual(shot.tasks[-1].ppid, os.getpid())
        listed = run(READER, "-n", "-p", str(pid), "-o", "PID,TGID")
        self.assertEqual(listed.stdout.split(), [str(pid).encode()] * 2,
                         listed.stderr)
