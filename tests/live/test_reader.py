# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""The reader with the live files, and its errors if it cannot read them."""

import json
import os
import tempfile
import unittest

from image import Snapshot
from live import (READER, Addresses, Loaded, insmod, loaded, read_all, rmmod,
                  run)

NOT_MOUNTED = ("unshare", "--mount", "sh", "-c",
               'umount -R /sys/kernel/debug && exec "$0" "$@"')


def without(capability):
    return ("setpriv", f"--bounding-set=-{capability}",
            f"--inh-caps=-{capability}")


class Refused(Loaded):
    def refused(self, prefix, words):
        result = run(*prefix, READER)
        self.assertEqual((result.returncode, result.stdout), (3, b""))
        self.assertEqual(len(result.stderr.splitlines()), 1)
        self.assertIn(words, result.stderr)


class Reader(Refused):
    def test_every_task(self):
        """Lists and trees, of "snapshot" and of "exact"."""
        for options in ((), ("--exact",)):
            with tempfile.NamedTemporaryFile() as file:
                run(READER, "save", *options, file.name, check=True)
                shot = Snapshot(read_all(file.name))
                listed = json.loads(run(READER, "-J", "-i", file.name).stdout)
                tree = run(READER, "-n", "--tree", "-i", file.name).stdout
            self.assertEqual(bool(shot.pause_ns), "--exact" in options)
            self.assertEqual(listed["taskmap"]["exact"], "--exact" in options)
            self.assertIn(os.getpid(), shot.by_pid)
            self.assertEqual([task["pid"] for task in listed["tasks"]],
                             list(shot.by_pid))
            self.assertEqual(len(tree.splitlines()), shot.count)

    def test_refused(self):
        self.refused(("setpriv", "--reuid=65534", "--clear-groups"), b"root")
        self.refused(without("sys_ptrace"), b"CAP_SYS_PTRACE")
        self.refused(NOT_MOUNTED, b"mount -t debugfs")


class RawReader(Refused):
    PARAMETERS = ("ids=raw",)

    def test_refused(self):
        self.refused(without("syslog"), b"CAP_SYSLOG")

    def test_raw_shown(self):
        document = json.loads(run(READER, "-J", "-p", "1").stdout)
        self.assertTrue(document["taskmap"]["raw_ids"])
        self.assertTrue(Addresses().like(int(document["tasks"][0]["mm"], 16)))


class NotLoaded(unittest.TestCase):
    def test_says_how_to_load(self):
        self.assertFalse(loaded())
        result = run(READER)
        self.assertEqual((result.returncode, result.stdout), (3, b""))
        self.assertIn(b"modprobe taskmap", result.stderr)

    def test_falls_back_to_procfs(self):
        self.assertEqual(insmod("procfs=1").returncode, 0)
        result = run(*NOT_MOUNTED, READER, "-n", "-p", "1")
        self.assertEqual(rmmod().returncode, 0)
        self.assertEqual(result.returncode, 0, result.stderr)
