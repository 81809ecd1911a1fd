# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Opens files until memory is exhausted, on the system or in a cgroup. Then an open must
fail, no process is killed, and all memory is released.
"""

import contextlib
import errno
import os
import re
import subprocess
import tempfile

import trace
from fire import Crowd, kernel_memory
from live import NAMES, Loaded, log, program, read_all, where, write

TASKS = 2000
EVERY = (*NAMES, "events")
EVENTS_SIZE = 1 << 20   # bytes: the parameter events_kb
PART = 8            # all open files hold at most one such part of the memory (manual)
ROOM = 16 << 20     # the limit of a cgroup, in bytes
TRIES = 20          # attempts to measure memory while other tasks release some


def memory():
    """The memory that the kernel can use for itself, in bytes."""
    found = dict(re.findall(rb"^(\w+): +(\d+)", read_all("/proc/meminfo"), re.M))
    # 32-bit kernels cannot use all of it, and tell the two apart.
    return 1024 * int(found.get(b"LowTotal", found[b"MemTotal"]))


def kills():
    """The number of processes that the OOM killer has reported."""
    counted = re.search(rb"^oom_kill (\d+)$", read_all("/proc/vmstat"), re.M)
    said = [line for line in log() if "oom-kill" in line or
            "Out of memory" in line or "out of memory" in line]
    return len(said), int(counted[1]) if counted else None


def event(group, name):
    """A counter in memory.events."""
    return int(re.search(rb"^%s (\d+)$" % name,
                         read_all(group + "/memory.events"), re.M)[1])


@contextlib.contextmanager
def hoard(path, **options):
    """Opens the file until that fails. Returns the number of opens, and the error."""
    with subprocess.Popen([program("hoard"), path], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, **options) as process:
        words = process.stdout.readline().split()
        yield (int(words[0]), words[1]) if words else None
        process.stdin.close()


class Memory(Loaded):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(Crowd("processes", TASKS))
        with open(where() + "/snapshot", "rb", buffering=0) as file:
            cls.size = file.seek(0, os.SEEK_END)

    def setUp(self):
        self.kills = kills()

    def tearDown(self):
        self.assertEqual(kills(), self.kills)

    def size_of(self, name):
        return EVENTS_SIZE if name == "events" else self.size

    def comes_back(self, measure, before):
        """Retries until less than one snapshot is left; other tasks use memory, too."""
        for _ in range(TRIES):
            left = measure() - before
            if left < self.size:
                break
        self.assertLess(left, self.size)

    def test_all_opens_have_a_part_of_the_memory(self):
        before = kernel_memory()
        with hoard(where() + "/snapshot") as (opens, error):
            held = kernel_memory() - before
            self.assertEqual(error, b"ENOMEM")
            print(f"# {opens} opens of {self.size} bytes held {held} of "
                  f"{memory()}")
            # The last chunk of a snapshot is not full.
            self.assertGreater((opens + 2) * self.size,
                               memory() // PART * 9 // 10)
            self.assertLess(opens * self.size, memory() // PART)
            self.assertLess(held, 2 * memory() // PART)
            self.assertIn("together hold 1/8 of the memory",
                          "".join(log()[-5:]))
            for name in EVERY:
                with self.assertRaises(OSError) as caught:
                    read_all(f"{where()}/{name}")
                self.assertEqual(caught.exception.errno, errno.ENOMEM)
        self.comes_back(kernel_memory, before)
        for name in NAMES:
            self.assertTrue(read_all(f"{where()}/{name}"))

    @contextlib.contextmanager
    def cgroup(self):
        """Creates a cgroup with limited memory, below the root of the hierarchy."""
        with contextlib.ExitStack() as held:
            top = held.enter_context(tempfile.TemporaryDirectory())
            subprocess.run(["mount", "-t", "cgroup2", "cgroup2", top],
                           check=True)
            held.callback(subprocess.run, ["umount", top], check=True)
            if b"memory" not in read_all(top + "/cgroup.controllers").split():
                self.skipTest("this kernel does not limit a cgroup's memory")
            write(top + "/cgroup.subtree_control", "+memory")
            held.callback(write, top + "/cgroup.subtree_control", "-memory")
            group = top + "/taskmap"
            os.mkdir(group)
            held.callback(os.rmdir, group)
            write(group + "/memory.max", ROOM)
            yield group

    def test_events_have_the_same_part(self):
        before = kernel_memory()
        with hoard(where() + "/events") as (opens, error):
            self.assertEqual(error, b"ENOMEM")
            self.assertGreater((opens + 2) * EVENTS_SIZE,
                               memory() // PART * 9 // 10)
            self.assertLess(opens * EVENTS_SIZE, memory() // PART)
            # Opens use the rest of the part.
            with self.assertRaises(OSError) as caught:
                with open(where() + "/snapshot", "rb", buffering=0) as one, \
                        open(where() + "/snapshot", "rb", buffering=0) as two:
                    one.readall()
                    two.readall()
            self.assertEqual(caught.exception.errno, errno.ENOMEM)
        self.comes_back(kernel_memory, before)
        self.assertTrue(read_all(where() + "/snapshot"))

    def test_cgroup(self):
        for name in EVERY:
            size = self.size_of(name)
            with self.cgroup() as group:
                def join(group=group):
                    write(group + "/cgroup.procs", 0)

                def measure(group=group):
                    return int(read_all(group + "/memory.current"))

                with hoard(f"{where()}/{name}", preexec_fn=join) as outcome:
                    full = measure()
                    self.assertEqual(event(group, b"oom_kill"), 0)
                    self.assertIsNotNone(outcome)
                    opens, error = outcome
                    self.assertEqual(error, b"ENOMEM")
                    self.assertGreater(opens, 2)
                    self.assertGreater(event(group, b"max"), 0)
                    print(f"# {name}: {opens} opens of {size} bytes made "
                          f"{full} of {ROOM} in a cgroup")
                    # All memory that an open takes is charged.
                    self.assertGreater(full + size, opens * size)
                self.comes_back(measure, full - opens * size)

    def test_no_allocation_kills(self):
        """Allocations may fail, and those that remain are charged to the opener."""
        events = [name for name in
                  ("kmem/kmalloc", "kmem/kmem_cache_alloc", "kmem/kmalloc_node",
                   "kmem/kmem_cache_alloc_node")
                  if os.path.exists(trace.file("events") + "/" + name)]
        for name in EVERY:
            with trace.events(*events) as lines:
                os.close(os.open(f"{where()}/{name}", os.O_RDONLY))
                ours = [line for line in lines() if "[taskmap]" in line]
            self.assertGreater(len(ours), self.size_of(name) // 65536)
            for line in ours:
                self.assertIn("__GFP_RETRY_MAYFAIL", line)
                self.assertRegex(line, "GFP_(KERNEL_)?ACCOUNT")
