# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""A kernel booted with debugfs=off has the same files in procfs."""

import os
import unittest

import image
from live import (DEBUGFS, PROCFS, READER, insmod, log, read_all, rmmod, run,
                  snapshot)


class WithoutDebugfs(unittest.TestCase):
    def test_files_are_in_procfs(self):
        self.assertEqual(insmod(), 0)
        said = [line for line in log() if "taskmap: " in line]
        self.assertIn("files in /proc/taskmap", said[-1])
        self.assertFalse(os.path.exists(DEBUGFS))
        self.assertEqual(sorted(os.listdir(PROCFS)),
                         ["events", "exact", "snapshot", "tasks"])
        for name in ("snapshot", "exact"):
            self.assertIn(os.getpid(), snapshot(name).by_pid)
        image.parse_tasks(read_all(PROCFS + "/tasks"))
        result = run(READER, "-n", "-p", str(os.getpid()))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(len(result.stdout.splitlines()), 1)
        self.assertEqual(rmmod(), 0)
        self.assertFalse(os.path.exists(PROCFS))
