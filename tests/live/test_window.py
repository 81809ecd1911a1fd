# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Opens a file while the module goes away, in rmmod or at the end of a load that fails
late. The module and its memory are freed before the VFS drops the pointers that the
open left in the file. window/window.c explains how this is done.

Only the kernel can notice a mistake, when it accesses freed memory.
"""

import contextlib
import errno
import os
import re
import unittest

from live import (DEBUGFS, MODULE, NAMES, PROCFS, effort, exit_code, fork, load,
                  loaded, read_all, rmmod, run, settings, symbols, write)

WINDOW = os.path.join(os.path.dirname(os.path.dirname(MODULE)),
                      "window", "window.ko")
PARAMETERS = "/sys/module/window/parameters"
ROUNDS = effort(check=2, sanitizer=2, soak=100)

# The stages of window.c.
IDLE, INSIDE, HELD, LEFT, PASSED = range(5)

CONTROLLER, OPENER = 0, 1   # the CPUs

# The functions that open and remove a module's files, and the function in between after
# which the open knows about the removal. Names differ between kernels; the first one
# that exists is used.
OPENS = {
    DEBUGFS: ("debugfs_remove", ("open_proxy_open",),
              ("__debugfs_file_get", "debugfs_file_get")),
    PROCFS: ("proc_remove", ("proc_reg_open",),
             ("kmem_cache_alloc_noprof", "kmem_cache_alloc")),
}

# The first function that the VFS calls after a successful open, and after a failed one.
DONE, FAILED = "file_ra_state_init", "module_put"


def stage():
    return int(read_all(f"{PARAMETERS}/stage"))


def wait_for(wanted):
    while stage() < wanted:
        os.sched_yield()


def call_oneself(name):
    write("/proc/self/comm", name)


def of_kernel(name):
    """The pid of a kernel thread."""
    return next(int(pid) for pid in os.listdir("/proc") if pid.isdigit()
                and read_all(f"/proc/{pid}/comm") == name.encode() + b"\n")


@contextlib.contextmanager
def busy_cpu():
    """
    Allows one task to hold the CPU for a long time. Softirqs get a higher priority,
    because without them no RCU grace period would end there.
    """
    softirqs = of_kernel(f"ksoftirqd/{OPENER}")
    with settings({"/proc/sys/kernel/sched_rt_runtime_us": -1}):
        os.sched_setscheduler(softirqs, os.SCHED_FIFO, os.sched_param(99))
        try:
            yield
        finally:
            os.sched_setscheduler(softirqs, os.SCHED_OTHER, os.sched_param(0))


def open_as_opener(path):
    """The error of open(2), or of the first read(2) after it, or 0."""
    os.sched_setaffinity(0, {OPENER})
    while not os.path.exists(path):
        os.sched_yield()
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    call_oneself("opener")
    try:
        os.read(os.open(path, os.O_RDONLY), 1)
    except OSError as error:
        return error.errno
    return 0


@contextlib.contextmanager
def opener(path):
    """Opens in a process. Returns a function that waits for its end and returns the
    error."""
    pid = fork(lambda: open_as_opener(path))
    try:
        yield lambda: exit_code(pid)
    except BaseException:
        write(f"{PARAMETERS}/held", "N")
        raise


def lacking():
    """The feature that this boot does not have, or nothing."""
    if "preempt=full" not in read_all("/proc/cmdline").decode().split():
        return "not booted with preempt=full"
    if not re.search("PREEMPT(?!_RT)", os.uname().version):
        return "this kernel knows no preempt=full"
    if os.cpu_count() < 2:
        return "wants two CPUs"
    if not os.path.exists(WINDOW):
        return "this kernel has no kretprobes"
    return ""


@unittest.skipIf(lacking(), lacking())
class Window(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.module = read_all(MODULE)
        cls.enterClassContext(busy_cpu())
        cls.addClassCleanup(os.sched_setaffinity, 0, os.sched_getaffinity(0))
        os.sched_setaffinity(0, {CONTROLLER})
        cls.names = symbols(*(name for _, *names in OPENS.values()
                              for group in names for name in group))

    def tearDown(self):
        if os.path.isdir(PARAMETERS):
            self.assertEqual(run("rmmod", "window").returncode, 0)
        if loaded():
            self.assertEqual(rmmod(), 0)

    def known(self, names):
        """The first of these functions that the kernel has."""
        return next(name for name in names if name in self.names)

    def widen(self, directory, put, fail="proc_mkdir_mode"):
        remove, opens, gets = OPENS[directory]
        result = run("insmod", WINDOW, f"cpu={OPENER}", f"remove={remove}",
                     f"open={self.known(opens)}", f"get={self.known(gets)}",
                     f"put={put}", f"fail={fail}")
        self.assertEqual(result.returncode, 0, result.stderr)

    def lose(self, path, go, loads):
        """
        Runs one round. go() makes the module go away, which may only happen while the
        opener is held; a load that fails waits for this by itself. Returns the opener's
        error, and whether the module went away inside the window.
        """
        write(f"{PARAMETERS}/stage", IDLE)
        with opener(path) as end:
            if not loads:
                wait_for(HELD)
            go()
            self.assertFalse(loaded())
            wait_for(LEFT)
            inside = stage() == LEFT
            write(f"{PARAMETERS}/held", "N")
            return end(), inside

    def rounds(self, path, go, loads, error):
        counted = 0
        for _ in range(ROUNDS):
            if not loads:
                self.assertEqual(load(self.module, "procfs=1"), 0)
            seen, inside = self.lose(path, go, loads)
            self.assertEqual(seen, error, os.strerror(seen))
            counted += inside
        print(f"# {path}: {counted} of {ROUNDS} inside the window", flush=True)
        self.assertEqual(counted, ROUNDS)

    def unloaded(self, directory, names, put, error):
        self.widen(directory, put)
        for name in names:
            self.rounds(f"{directory}/{name}",
                        lambda: self.assertEqual(rmmod(), 0), False, error)

    def not_loaded(self, directory, names, fail, nth):
        def go():
            write(f"{PARAMETERS}/nth", nth)
            self.assertEqual(load(self.module, "procfs=1"), errno.ENOMEM)

        self.widen(directory, FAILED, fail)
        call_oneself("loader")
        for name in names:
            self.rounds(f"{directory}/{name}", go, True, errno.ENXIO)

    def test_unload(self):
        self.unloaded(DEBUGFS, NAMES, FAILED, errno.ENXIO)

    def test_unload_of_procfs(self):
        """The open succeeds, and the read fails."""
        self.unloaded(PROCFS, NAMES[:2], DONE, errno.EIO)

    def test_load_that_fails(self):
        """The load fails at the directory in procfs, when debugfs has all files."""
        self.not_loaded(DEBUGFS, NAMES, "proc_mkdir_mode", 1)

    def test_procfs_of_a_load_that_fails(self):
        """The load fails at the last file in procfs."""
        self.not_loaded(PROCFS, NAMES[:1], "proc_create", 3)
