# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Loading and unloading, which must leave nothing behind."""

import collections
import errno
import itertools
import os
import struct
import subprocess
import sys
import threading
import unittest

import image
import trace
from live import (DEBUGFS, IMAGES, MODULE, NAMES, PROCFS, effort, exit_code, fork,
                  insmod, load, loaded, log, program, read_all, release, rmmod,
                  snapshot, try_to_open, watches_itself, where)
from skip import as_skipper, skipped

EVERY = (*NAMES, "events")
# A load takes seconds on kasan.
LOOPS = effort(check=10 if watches_itself() else 25, sanitizer=1000, soak=1000)
FORK_LOOPS = effort(check=3 if watches_itself() else 10, sanitizer=50, soak=1000)
BAD = ("ids=", "ids", "ids=cooked", "ids=keyed,raw", "ids=KEYED", "procfs=perhaps",
       "procfs=2", "births=maybe", "births=2", "exact_max=", "exact_max=-1",
       "exact_max=many", "exact_max=4294967296", "events_kb=", "events_kb=31",
       "events_kb=65537", "events_kb=-32", "events_kb=x", "events_kb=4294967328")[
           ::effort(check=4 if watches_itself() else 1, sanitizer=1, soak=1)]
# In two of so many loops there is also a reader of "exact", and the module records
# births: allocating spare entries makes a load take twice as long.
EXACT_LOOPS = 10


class Reader(threading.Thread):
    """
    Opens one file in an endless loop, in debugfs and procfs in turn, whether or not it
    exists. While the gate is closed it waits.
    """

    def __init__(self, stop, gate, name):
        super().__init__()
        self.stop = stop
        self.gate = gate
        self.name = name
        self.paths = itertools.cycle((f"{DEBUGFS}/{name}", f"{PROCFS}/{name}"))
        self.snapshots = 0
        self.errors = collections.Counter()
        self.broken = []

    def run(self):
        while not self.stop.is_set():
            self.gate.wait()
            try:
                self.check(read_all(next(self.paths)))
            except OSError as error:
                self.errors[error.errno] += 1
            except (ValueError, struct.error, AssertionError) as error:
                self.broken.append(repr(error))

    def check(self, whole):
        if self.name == "tasks":
            image.parse_tasks(whole)
        else:
            shot = image.Snapshot(whole)
            assert len(whole) == shot.at(shot.count)
        self.snapshots += 1

    def __str__(self):
        errors = " ".join(f"{count} {errno.errorcode[error]}"
                          for error, count in self.errors.items())
        return f"{self.name}: {self.snapshots} snapshots {errors}"


class Load(unittest.TestCase):
    def tearDown(self):
        if loaded():
            rmmod()

    def test_a_line_in_the_log(self):
        before = len(log())
        self.assertEqual(insmod(), 0)
        self.assertEqual(rmmod(), 0)
        lines = [line for line in log()[before:] if "taskmap" in line
                 and "taint" not in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("files in debugfs", lines[0])
        self.assertFalse(os.path.exists(DEBUGFS))
        self.assertFalse(os.path.exists(PROCFS))

    def test_bad_parameters(self):
        module = read_all(MODULE)
        for parameter in BAD:
            with self.subTest(parameter=parameter):
                before = len(log())
                self.assertEqual(load(module, parameter), errno.EINVAL)
                lines = [line for line in log()[before:]
                         if "taskmap" in line]
                self.assertEqual(len(lines), 1, lines)
                self.assertFalse(loaded())
                self.assertFalse(os.path.exists(DEBUGFS))

    def test_bounds_of_events_kb(self):
        """The parameter can also be changed later, within its bounds."""
        path = "/sys/module/taskmap/parameters/events_kb"
        for value in ("32", "65536"):
            self.assertEqual(load(read_all(MODULE), "events_kb=" + value), 0)
            self.assertEqual(read_all(path).decode(), value + "\n")
            for other in (b"31", b"65537", b"x"):
                with self.assertRaises(OSError) as caught, \
                        open(path, "wb", buffering=0) as file:
                    file.write(other)
                self.assertEqual(caught.exception.errno, errno.EINVAL)
            self.assertEqual(read_all(path).decode(), value + "\n")
            self.assertEqual(rmmod(), 0)

    def load_without(self, *functions):
        """Loads the module while the kernel's function fails. Returns the error, and
        the new lines in the log."""
        module, before = read_all(MODULE), len(log())
        with skipped(*functions) as calls:
            error = as_skipper(lambda: load(module))
            self.assertGreater(calls(), 0)
        return error, "".join(log()[before:])

    def test_without_random_numbers(self):
        error, lines = self.load_without("rng_is_initialized")
        self.assertEqual(error, errno.EAGAIN)
        self.assertIn("random number generator is not ready", lines)

    def test_without_a_slab_cache(self):
        error, _ = self.load_without("__kmem_cache_create_args", "kmem_cache_create")
        self.assertEqual(error, errno.ENOMEM)
        self.assertFalse(os.path.exists(DEBUGFS))
        self.assertEqual(insmod(), 0)

    def test_without_tracepoints(self):
        """The module works, without births and events."""
        error, lines = self.load_without("for_each_kernel_tracepoint")
        self.assertEqual(error, 0)
        self.assertIn("births are not recorded", lines)
        self.assertEqual(snapshot().births_ns, 0)
        with skipped("for_each_kernel_tracepoint"):
            self.assertEqual(as_skipper(lambda: try_to_open(f"{DEBUGFS}/events")),
                             errno.EOPNOTSUPP)
        self.assertEqual(try_to_open(f"{DEBUGFS}/events"), 0)

    def test_twice(self):
        self.assertEqual(insmod(), 0)
        self.assertEqual(insmod(), errno.EEXIST)
        snapshot()

    def test_procfs_beside_debugfs(self):
        self.assertEqual(insmod("procfs=1"), 0)
        self.assertEqual(os.stat(PROCFS).st_mode & 0o7777, 0o500)
        self.assertEqual(sorted(os.listdir(PROCFS)), sorted(EVERY))
        for directory in (DEBUGFS, PROCFS):
            for name in IMAGES:
                shot = image.Snapshot(read_all(f"{directory}/{name}"))
                self.assertIn(os.getpid(), shot.by_pid)
            image.parse_tasks(read_all(directory + "/tasks"))
        self.assertEqual(rmmod(), 0)
        self.assertFalse(os.path.exists(PROCFS))

    def test_rmmod_while_open_is_refused(self):
        self.assertEqual(insmod(), 0)
        for name in NAMES:
            with open(f"{DEBUGFS}/{name}", "rb", buffering=0) as file:
                start = file.read(50)
                self.assertEqual(rmmod(), errno.EWOULDBLOCK)
                self.assertTrue(start + file.readall())
        self.assertEqual(rmmod(), 0)

    def test_rmmod_ends_open_files_of_procfs(self):
        for name in NAMES:
            self.assertEqual(insmod("procfs=1"), 0)
            with open(f"{PROCFS}/{name}", "rb", buffering=0) as file:
                self.assertEqual(len(file.read(50)), 50)
                self.assertEqual(rmmod(), 0)
                with self.assertRaises(OSError) as caught:
                    file.read(50)
                self.assertEqual(caught.exception.errno, errno.EIO)

    def test_descriptor_that_outlives_the_module(self):
        """
        A descriptor of O_PATH holds the inode but not the module. The first open
        through it must fail, without a look at freed memory.
        """
        directories = [PROCFS]
        if release() <= (6, 12):
            directories.append(DEBUGFS)
        self.assertEqual(insmod("procfs=1"), 0)
        paths = [f"{directory}/{name}" for directory in directories
                 for name in EVERY]
        held = [os.open(path, os.O_PATH) for path in paths]
        for file in held:
            self.addCleanup(os.close, file)
        self.assertEqual(rmmod(), 0)
        for path, file in zip(paths, held):
            with self.subTest(path=path):
                with self.assertRaises(OSError) as caught:
                    os.open(f"/proc/self/fd/{file}", os.O_RDONLY)
                self.assertEqual(caught.exception.errno, errno.ENOENT)
        if DEBUGFS not in directories:
            self.skipTest("after 6.12, debugfs itself reads freed operations "
                          "(__debugfs_file_get())")

    def test_load_and_unload_under_readers(self):
        """Readers get whole snapshots, or errors that the manual names."""
        stop = threading.Event()
        gates = {name: threading.Event() for name in NAMES}
        readers = [Reader(stop, gates[name], name) for name in NAMES]
        image_of_module = read_all(MODULE)
        # The default interval would delay the loop once for each reader.
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-4)
        for name, reader in zip(NAMES, readers):
            gates[name].set()
            reader.start()
        try:
            for i in range(LOOPS):
                # A reader that waits for "exact" delays rmmod for a long time.
                rare = i % EXACT_LOOPS < 2
                if rare:
                    gates["exact"].set()
                else:
                    gates["exact"].clear()
                self.assertEqual(load(image_of_module,
                                      f"procfs={i % 2} births={rare:d}"), 0)
                while (error := rmmod()) == errno.EWOULDBLOCK:
                    os.sched_yield()
                self.assertEqual(error, 0)
                self.assertFalse(loaded())
        finally:
            stop.set()
            gates["exact"].set()
            for reader in readers:
                reader.join()
        print(f"# {LOOPS} loads,", ", ".join(map(str, readers)))
        for reader in readers:
            self.assertEqual(reader.broken, [])
            self.assertLessEqual(set(reader.errors),
                                 {errno.ENOENT, errno.ENXIO, errno.EIO,
                                  errno.ENODEV})
        self.assertGreater(sum(reader.snapshots for reader in readers), 0)
        self.assertFalse(os.path.exists(DEBUGFS))
        self.assertFalse(os.path.exists(PROCFS))

    def test_load_and_unload_under_forks(self):
        """Probes for births are registered and unregistered during forks and exits."""
        image_of_module = read_all(MODULE)
        with trace.occupied("task/task_newtask", "sched/sched_process_free"), \
                subprocess.Popen([program("storm"), "fork"],
                                 stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE) as storm:
            self.assertEqual(storm.stdout.readline(), b"ready\n")
            try:
                for _ in range(FORK_LOOPS):
                    self.assertEqual(load(image_of_module), 0)
                    self.assertGreater(snapshot().count, 0)
                    self.assertEqual(rmmod(), 0)
            finally:
                out = storm.communicate()[0].decode()
        self.assertEqual(storm.returncode, 0)
        print(f"# {FORK_LOOPS} loads, {out}", end="")

    def test_memory_comes_back(self):
        """Memory of files that processes leave open at exit is released."""
        def open_all():
            for i in range(20):
                os.open(f"{where()}/{IMAGES[i % 2]}", os.O_RDONLY)

        self.assertEqual(insmod(), 0)
        for _ in range(4):
            self.assertEqual(exit_code(fork(open_all)), 0)
        self.assertEqual(rmmod(), 0)
