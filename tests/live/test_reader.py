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

    def test_names(self):
        """A name means all tasks with it, and self the reader."""
        result = run("sh", "-c", "echo $$; exec \"$0\" -rn -o PID,COMM self", READER)
        pid, row = result.stdout.splitlines()
        self.assertEqual(row, pid + b" taskmap")
        result = run(READER, "-rn", "-o", "PID", "kthreadd")
        self.assertEqual(result.stdout, b"2\n")
        result = run(READER, "kthreaddd")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"did you mean 'kthreadd'?", result.stderr)

    def test_refused(self):
        self.refused(("setpriv", "--reuid=65534", "--clear-groups"), b"root")
        self.refused(without("sys_ptrace"), b"CAP_SYS_PTRACE")
        self.refused(NOT_MOUNTED, b"mount -t debugfs")


class Elsewhere(Loaded):
    """In a pid namespace of its own, of which /proc is or is not mounted."""

    SHOWN = b"taskmap: the pids shown are those of the initial pid namespace"
    GIVEN = SHOWN + b"; the pids given were taken as those of this one\n"

    def inside(self, script):
        """What SCRIPT does as process 1, where $1 is the reader."""
        for options in ((), ("--mount-proc",)):
            yield run("unshare", "--pid", "--fork", *options, "sh", "-c",
                      script, "sh", READER)

    def test_pids_given(self):
        """Process 2 is not kthreadd there."""
        for result in self.inside("sleep 1000 & \"$1\" -n -p $!,1 "
                                  "-o PID,NSPID,COMM; kill $!"):
            rows = [line.split() for line in result.stdout.splitlines()]
            self.assertEqual([row[1:] for row in rows],
                             [[b"1", b"sh"], [b"2", b"sleep"]])
            self.assertNotIn(rows[1][0], (b"1", b"2"))
            self.assertEqual(result.stderr, self.GIVEN)

    def test_explain(self):
        for result in self.inside("sleep 1000 & \"$1\" explain --long $!; "
                                  "kill $!"):
            self.assertRegex(result.stdout, rb"^[0-9]{2,} \(sleep\): ")
            self.assertIn(b"In a /proc that was mounted in the initial",
                          result.stdout)
            self.assertEqual(result.stderr, self.GIVEN)

    def test_names(self):
        """A name also means tasks of other namespaces; self is here."""
        for result in self.inside("\"$1\" -rn -o COMM -k process,kthread self kthreadd"):
            self.assertEqual(result.stdout, b"kthreadd\ntaskmap\n")
            self.assertEqual(result.stderr, self.GIVEN)

    def test_not_there(self):
        """A task of the namespace above is none here."""
        for result in self.inside(f'"$1" explain {os.getpid()}'):
            self.assertEqual((result.returncode, result.stdout), (1, b""))
            self.assertRegex(result.stderr,
                             rb"^%s.*no task %d of this pid namespace" %
                             (self.GIVEN, os.getpid()))

    def test_all(self):
        for result in self.inside("\"$1\" -n -o PID"):
            self.assertIn(b"1", result.stdout.split())
            self.assertEqual(result.stderr,
                             self.SHOWN + b", not of this one\n")

    def test_watched_command(self):
        """Its pid is one of this namespace, and those of events are not."""
        for result in self.inside("\"$1\" watch -- sh -c 'exit 3'"):
            self.assertEqual(result.returncode, 3, result.stderr)
            self.assertIn(b"exec", result.stdout)
            self.assertEqual(result.stderr,
                             self.SHOWN + b", not of this one\n")

    def test_no_proc(self):
        result = run("unshare", "--pid", "--fork", "--mount", "sh", "-c",
                     'mount -t tmpfs none /proc && exec "$1" -n -p 2',
                     "sh", READER)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(b"kthreadd", result.stdout)
        self.assertIn(b"the pid namespace of this process is unknown", result.stderr)


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
        self.assertEqual(insmod("procfs=1"), 0)
        result = run(*NOT_MOUNTED, READER, "-n", "-p", "1")
        self.assertEqual(rmmod(), 0)
        self.assertEqual(result.returncode, 0, result.stderr)
