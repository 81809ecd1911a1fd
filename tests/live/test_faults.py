# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Makes every allocation and every user copy fail in turn, in every operation on the files
and on the module. Needs a kernel with fault injection.
"""

import os
import re
import unittest

from fire import Crowd
from live import (DEBUGFS, MODULE, PROCFS, effort, insmod, loaded, program,
                  read_all, rmmod, run, settings, snapshot)
from test_births import CLONE_VM, NONE, SLAB, births

# One allocation fails; or one and every later one. The first failure is the same.
ONE, REST = "one", "rest"
MODES = effort(check=(ONE,), sanitizer=(ONE, REST), soak=(ONE, REST))

# A load makes hundreds of allocations, most of them in the kernel. Births would add a
# thousand that are all alike, and those of BIRTHS_NEED.
LOADS = effort(
    check=[(REST, "births=0")],
    sanitizer=[(REST, "births=0"), (ONE, "births=0 procfs=1 ids=raw")],
    soak=[(mode, "births=0" + parameters) for mode in (ONE, REST)
          for parameters in ("", " procfs=1", " ids=raw",
                             " procfs=1 ids=raw")])

# For every change, only allocations of module_init() fail. do_init_module() in
# kernel/module/main.c calls it.
OF_INIT = effort(check="do_init_module", sanitizer=None, soak=None)

# Each page of the ring of "events" is an allocation. A small ring has few.
RING = effort(check="events_kb=32", sanitizer="events_kb=1024", soak="events_kb=1024")

# The functions of the kernel in which the preparations for births can fail, and how
# often the module calls each: there are two probes. A fault while the slab cache is
# created makes the kernel itself print an error and leak the name of the cache (6.12),
# so test_load skips that function instead.
BIRTHS_NEED = {"__kvmalloc_node_noprof": 1, "tracepoint_probe_register": 2}

# More births than the module has spare entries for on one CPU, and a few.
BIRTHS = effort(check=1100, sanitizer=1500, soak=1500)
LATER_BIRTHS = 200

# procfs and debugfs differ only in who calls open(2)'s handler.
DIRECTORIES = effort(check=(DEBUGFS,), sanitizer=(DEBUGFS, PROCFS),
                     soak=(DEBUGFS, PROCFS))

NTH = "/proc/thread-self/fail-nth"
CONTROL = "/sys/kernel/debug"
KINDS = ("failslab", "fail_page_alloc", "fail_usercopy")

# Settings of all kinds of faults: also in allocations that may sleep, and without
# messages in the log.
SETTINGS = {"verbose": "0", "task-filter": "1", "times": "-1",
            "interval": "1", "probability": "0", "ignore-gfp-wait": "N",
            "ignore-gfp-highmem": "N", "min-order": "0"}


# The least number of faults in each operation on each file. A read of "tasks" allocates
# a buffer, and copies it each time that it is full. lseek(2) in a binary file cannot
# fail.
LEAST = {
    "open": {"tasks": 5, "snapshot": 5, "exact": 5},
    "read": {"tasks": 2, "snapshot": 4, "exact": 4},
    "later": {"tasks": 2, "snapshot": 4, "exact": 4},
    "pread": {"tasks": 2, "snapshot": 2, "exact": 2},
    "lseek": {"tasks": 1, "snapshot": 0, "exact": 0},
    "close": {"tasks": 0, "snapshot": 0, "exact": 0},
    "events-open": {"events": 5},
    "events-header": {"events": 1},
    "events-read": {"events": 2},
    "events-close": {"events": 0},
}


def only_in(function):
    """
    Settings that make only allocations in this function of the kernel fail, or all
    without one.
    """
    if not function:
        return {}
    starts = sorted((int(address, 16), name) for address, _, name, *_ in
                    map(str.split, read_all("/proc/kallsyms").decode().splitlines()))
    at = [name for _, name in starts].index(function)
    end = next(start for start, _ in starts[at:] if start > starts[at][0])
    return {"require-start": hex(starts[at][0]), "require-end": hex(end)}


def setting(kinds, values):
    return settings({f"{CONTROL}/{kind}/{name}": value for kind in kinds
                     for name, value in values.items()})


class Faults(unittest.TestCase):
    # Several chunks of tasks, so that a read crosses their boundaries.
    TASKS = effort(check=160, sanitizer=200, soak=200)

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(NTH):
            raise unittest.SkipTest("this kernel has no fault injection")
        missing = [kind for kind in KINDS
                   if not os.path.isdir(f"{CONTROL}/{kind}")]
        if missing:
            raise unittest.SkipTest(f"this kernel has no {missing}")
        cls.enterClassContext(setting(KINDS, SETTINGS))
        cls.enterClassContext(Crowd("threads", cls.TASKS))

    def tearDown(self):
        if loaded():
            self.assertEqual(rmmod(), 0)
        self.assertFalse(os.path.exists(DEBUGFS))
        self.assertFalse(os.path.exists(PROCFS))

    def inject(self, mode, operation, *arguments, least=1):
        values = {"probability": "100"} if mode == REST else {}
        with self.subTest(mode=mode), setting(KINDS[:2], values):
            result = run(program("faults"), mode, operation, *arguments)
            out = (result.stdout + result.stderr).decode()
            self.assertEqual(result.returncode, 0, out)
            print(out, end="", flush=True)
            self.assertGreaterEqual(int(out.split(": ")[1].split()[0]), least)
            return out

    def inject_files(self, operation):
        self.assertEqual(insmod("procfs=1", RING), 0)
        for directory in DIRECTORIES:
            for name, faults in LEAST[operation].items():
                for mode in MODES:
                    with self.subTest(file=f"{directory}/{name}"):
                        self.inject(mode, operation, f"{directory}/{name}",
                                    least=faults)
        self.assertEqual(rmmod(), 0)

    def test_read(self):
        for operation in ("read", "later", "pread"):
            self.inject_files(operation)

    def test_other_calls(self):
        for operation in ("open", "lseek", "close"):
            self.inject_files(operation)

    def test_events(self):
        """Opens, reads the header and events, and closes."""
        for operation in ("open", "header", "read", "close"):
            self.inject_files(f"events-{operation}")

    def test_load(self):
        for mode, parameters in LOADS:
            with setting(KINDS, only_in(OF_INIT)):
                self.inject(mode, "load", MODULE, parameters,
                            least=20 if OF_INIT else 100)

    def test_load_with_births(self):
        for function, calls in BIRTHS_NEED.items():
            with self.subTest(function), setting(KINDS, only_in(function)):
                out = self.inject(REST, "load", MODULE)
                failed = re.search(r", (\d+) ENOMEM", out)
                self.assertGreaterEqual(int(failed[1]), calls)
                self.assertFalse(os.path.exists(SLAB))

    def test_unload(self):
        for mode in MODES:
            self.inject(mode, "unload", MODULE, "procfs=1")

    def test_births(self):
        """
        Without memory for more births, tasks can still be created. Known births are
        right.
        """
        self.assertEqual(insmod(), 0)
        with setting(KINDS[:1], {"cache-filter": "1", "task-filter": "0",
                                 "probability": "100"}), \
                settings({"/sys/kernel/slab/taskmap_birth/failslab": "1"}):
            with Crowd("processes", BIRTHS) as crowd:
                found = births(snapshot())
        known = [pid for pid in crowd.pids if found[pid] != NONE]
        self.assertLess(len(known), BIRTHS)
        self.assertGreater(len(known), 0)
        for pid in known:
            self.assertEqual(found[pid][0], CLONE_VM)
        with Crowd("processes", LATER_BIRTHS) as crowd:
            found = births(snapshot())
        print(f"# {BIRTHS - len(known)} of {BIRTHS} births are unknown without "
              f"memory, "
              f"{sum(found[pid] == NONE for pid in crowd.pids)} of {LATER_BIRTHS} "
              "then")
