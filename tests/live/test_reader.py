# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""The reader on the live files: what it says, and how it says it cannot."""

import json
import os
import subprocess
import tempfile
import unittest

from live import (DEBUGFS, READER, Addresses, Loaded, Shapes, insmod, loaded,
                  read_all, rmmod, run)


class Reader(Loaded):
    def json(self, *arguments):
        result = run(READER, "-J", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_lists_every_task(self):
        tasks = self.json()["tasks"]
        pids = {task["pid"] for task in tasks}
        self.assertLessEqual({1, 2, os.getpid()}, pids)
        self.assertEqual(len(pids), len(tasks))

    def test_what_it_says_of_shapes(self):
        with Shapes("threads", "vfork", "linuxthreads",
                    "zombie-leader") as shapes:
            tasks = {task["pid"]: task for task in
                     self.json("-o", "+THREADS")["tasks"]}
        for pid, tid in shapes.tasks["threads"]:
            self.assertEqual(tasks[tid]["threads"], 4)
            if pid != tid:
                self.assertEqual(tasks[tid]["shares"],
                                 "vm,files,fs,sighand,thread,sysvsem")
        _, tid = shapes.one("vfork")
        parent, _ = shapes.one("vfork-parent")
        self.assertEqual(tasks[tid]["shares"], "vm")
        self.assertIn(f"vfork, borrows mm of {parent}", tasks[tid]["note"])
        _, tid = shapes.one("linuxthreads")
        parent, _ = shapes.one("linuxthreads-parent")
        self.assertEqual(tasks[tid]["shares"], "vm,files,fs,sighand")
        self.assertIn(f"mm,files,fs shared with {parent}", tasks[tid]["note"])
        leader, _ = shapes.tasks["zombie-leader"][0]
        self.assertIn("leader dead", tasks[leader]["note"])

    def test_save_and_input(self):
        with tempfile.NamedTemporaryFile() as file:
            result = run(READER, "save", file.name)
            self.assertEqual(result.returncode, 0, result.stderr)
            shown = run(READER, "--input", file.name)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn(b"kthreadd", shown.stdout)
            self.assertEqual(read_all(file.name),
                             run(READER, "save", "-", "--input",
                                 file.name).stdout)

    def test_tree_has_every_task(self):
        with tempfile.NamedTemporaryFile() as file:
            run(READER, "save", file.name, check=True)
            flat = run(READER, "-n", "-i", file.name).stdout
            tree = run(READER, "-n", "--tree", "-i", file.name).stdout
        self.assertEqual(len(flat.splitlines()), len(tree.splitlines()))

    def test_missing_pid(self):
        result = run(READER, "-p", f"1,{2**22 + 1}")
        self.assertEqual(result.returncode, 1)
        self.assertIn(str(2**22 + 1).encode(), result.stderr)

    def test_not_root(self):
        result = run("setpriv", "--reuid=65534", "--clear-groups", READER)
        self.assertEqual(result.returncode, 3)
        self.assertIn(b"root", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1)

    def test_root_without_capability(self):
        result = run("setpriv", "--bounding-set=-sys_ptrace",
                     "--inh-caps=-sys_ptrace", READER)
        self.assertEqual(result.returncode, 3)
        self.assertIn(b"CAP_SYS_PTRACE", result.stderr)

    def test_debugfs_not_mounted(self):
        script = 'umount -R /sys/kernel/debug && exec "$0"'
        result = run("unshare", "--mount", "sh", "-c", script, READER)
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertIn(b"mount -t debugfs", result.stderr)


class RawReader(Loaded):
    PARAMETERS = ("ids=raw",)

    def test_raw_refused(self):
        result = run("setpriv", "--bounding-set=-syslog", "--inh-caps=-syslog",
                     READER)
        self.assertEqual(result.returncode, 3)
        self.assertIn(b"CAP_SYSLOG", result.stderr)

    def test_raw_shown(self):
        result = run(READER, "-J", "-p", "1")
        document = json.loads(result.stdout)
        self.assertTrue(document["taskmap"]["raw_ids"])
        self.assertTrue(Addresses().like(int(document["tasks"][0]["mm"], 16)))


class NotLoaded(unittest.TestCase):
    def test_says_how_to_load(self):
        self.assertFalse(loaded())
        result = run(READER)
        self.assertEqual(result.returncode, 3)
        self.assertIn(b"modprobe taskmap", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1)
        self.assertEqual(result.stdout, b"")

    def test_falls_back_to_procfs(self):
        self.assertEqual(insmod("procfs=1").returncode, 0)
        script = 'umount -R /sys/kernel/debug && exec "$0" -n -p 1'
        result = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script, READER],
            capture_output=True, check=False)
        self.assertEqual(rmmod().returncode, 0)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertFalse(os.path.exists(DEBUGFS))
