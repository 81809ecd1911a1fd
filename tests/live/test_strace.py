# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Compares the births of the zoo, as the reader prints them, with strace(1). There is a
test for each shape that strace can follow.
"""

import re
import tempfile
import unittest

from live import (EFFORT, Loaded, Shapes, add_row_tests, cgroups, read_all, rows,
                  run)
from test_births import births_of_reader

STRACE = ["strace", "-f", "--decode-pids=pidns", "-e", "trace=clone,clone3,fork,vfork"]

# A worker is created without a system call, a task can only have one tracer, and the
# creator of the shape two-vforks is killed before vfork(2) returns.
NOT_STRACED = ("worker", "worker-as-other", "traced", "traced-stop", "two-vforks")
# The shapes of a quick check
FEW = ("fork", "vfork", "threads", "linuxthreads", "zombie", "clone-newuts",
       "nested-pid")
ROWS = rows()
STRACED = [row for row in ROWS if row.name not in NOT_STRACED and
           (EFFORT != "check" or row.name in FEW)]

FLAGS = re.compile(r"(\d+) .*\bflags=([A-Z0-9_|]+)")
VFORK = re.compile(r"(\d+) vfork\(")
# A pid in another pid namespace is followed by that in the namespace of strace.
CREATED = re.compile(r"(\d+) .*\b(?:clone3?|vfork)[( ].* = (\d+)"
                     r"(?: /\* (\d+) in strace's PID NS \*/)?$")


def births_in(lines):
    """Births by pid in the output of strace: the names of the flags, and the caller."""
    flags, told = {}, {}
    for line in lines:
        if match := FLAGS.match(line):
            flags[match[1]] = {flag for flag in match[2].split("|")
                               if flag.startswith("CLONE_")}
        elif match := VFORK.match(line):
            flags[match[1]] = {"CLONE_VM", "CLONE_VFORK"}
        if match := CREATED.match(line):
            told[int(match[3] or match[2])] = (flags[match[1]], int(match[1]))
    return told


class Strace(Loaded):
    @classmethod
    def setUpClass(cls):
        if run("sh", "-c", "command -v strace").returncode:
            raise unittest.SkipTest("strace is not installed")
        super().setUpClass()
        cls.enterClassContext(cgroups())
        with tempfile.NamedTemporaryFile() as out:
            with Shapes(*[row.few() for row in STRACED],
                        under=[*STRACE, "-o", out.name]) as cls.shapes:
                _, tasks = births_of_reader()
            # Only now, all calls of vfork(2) have returned.
            cls.told = births_in(read_all(out.name).decode().splitlines())
        cls.found = {pid: (set(task["birth_flags"] or []),
                           task["birth_pid"]) for pid, task in tasks.items()}

    def check_row(self, row):
        for _, tid in self.shapes.all(row.name):
            self.assertEqual(self.found[tid], self.told.get(tid), tid)

    def test_all_tasks(self):
        """Includes the tasks that create those of the shapes."""
        told = {pid: birth for pid, birth in self.told.items() if pid in self.found}
        self.assertGreater(len(told), len(STRACED))
        self.assertEqual({pid: self.found[pid] for pid in told}, told)
        print(f"# {len(told)} births")


add_row_tests(Strace, [row.name for row in ROWS if row not in STRACED])
