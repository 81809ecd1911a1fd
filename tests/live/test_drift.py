# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
taskmap drift: each shape of the zoo gives the findings that follow from how it
was made, and no other; and what nobody made odd gives none.

What is expected of a row is worked out from the row, by the rules of the manual
and not by the reader's code.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import tempfile
import unittest

from image import Snapshot
from live import DEBUGFS, READER, Loaded, Shapes, child, read_all, run, zoo

NAMESPACES = {"uts", "ipc", "mnt", "pid", "net", "time", "cgroup", "user"}
VHOST_SET_OWNER = 0xAF01

# What it takes beside the flags of clone(2) for a worker to be one.
WORKERS = {"worker", "worker-as-other"}
# Shapes of which more is odd than the one task and who made it.
APART = {"chain", "zombies", "zombie-leader"}


def words(cell, separator):
    return set() if cell == "-" else set(cell.split(separator))


class Row:
    """A line of taskmap-zoo list --all."""

    def __init__(self, line):
        self.name, flags, shared, apart, _ = [
            cell.strip() for cell in line.split("  ") if cell.strip()]
        self.flags = words(flags, "|")
        self.shared = words(shared, ",")
        self.apart = words(apart, ",")

    def of_thread(self):
        """What a thread has of its own that its leader also has."""
        own = self.apart & {"files", "fs", "cred", "sysvsem", *NAMESPACES}
        if not own & NAMESPACES and "nsproxy" in self.apart:
            own.add("nsproxy")
        # A worker cannot have what CLONE_SYSVSEM alone shares.
        if self.name in WORKERS:
            own.discard("sysvsem")
        for flag, name in (("CLONE_FILES", "files"), ("CLONE_FS", "fs")):
            if flag not in self.flags:
                own.add(name)
        found = {("own", name) for name in own}
        if "io" in self.shared and self.name not in WORKERS:
            found.add(("shared", "io"))
        if self.name in WORKERS:
            found.add(("worker", None))
        return found

    def findings(self, borrows):
        """(RULE, WHAT) of the task, and of who made it."""
        if "CLONE_THREAD" in self.flags:
            return self.of_thread(), set()
        shared = [name for name in ("mm", "files", "fs", "sighand", "io")
                  if name in self.shared]
        found = set()
        if borrows:
            found.add(("vfork", "mm"))
            shared.remove("mm")
        if not shared:
            return found, set()
        both = ("shared", ",".join(shared))
        return found | {both}, {both}


ROWS = [Row(line) for line
        in run(*zoo("list", "--all")).stdout.decode().splitlines()[1:]]


def drift(*arguments):
    """The findings, and the exit status."""
    result = run(READER, "drift", "-J", *arguments)
    return json.loads(result.stdout)["drift"], result.returncode


class Drift(Loaded):
    """All shapes, held still, in a picture of one instant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shapes = Shapes()
        # pylint: disable=consider-using-with
        cls.directory = tempfile.TemporaryDirectory()
        cls.path = cls.directory.name + "/exact"
        with open(cls.path, "wb") as file:
            file.write(read_all(DEBUGFS + "/exact"))
        cls.shot = Snapshot(read_all(cls.path))

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()
        cls.shapes.__exit__()
        super().tearDownClass()

    def of(self, *pids):
        """(RULE, WHAT) of what is said of all tasks with one of these pids."""
        found, status = drift("-i", self.path, "-p",
                              ",".join(map(str, pids)))
        self.assertEqual(status, int(bool(found)))
        return [(one["rule"], one["what"]) for one in found]

    def of_task(self, name):
        """The same of one task alone: a leader's threads are left out."""
        _, tid = self.shapes.one(name)
        found, _ = drift("-i", self.path, "-p", str(tid), "-o",
                         "PID,RULE,WHAT,TASKS")
        return sorted(((one["rule"], one["what"]) for one in found
                       if one["pid"] == tid), key=str)

    def check_row(self, row):
        _, tid = self.shapes.all(row.name)[0]
        borrows = self.shot.by_pid[tid].marks & 1
        task, maker = row.findings(borrows)
        if len(self.shapes.all(row.name)) > 1:
            self.assertEqual((task, maker), (set(), set()))
            self.assertEqual(self.of(*[t for _, t in
                                       self.shapes.all(row.name)]), [])
        else:
            self.assertEqual(self.of_task(row.name), sorted(task, key=str))
        self.assertEqual(self.of_task(row.name + "-parent"),
                         sorted(maker, key=str))

    def test_threads_are_textbook(self):
        pid, _ = self.shapes.all("threads")[0]
        self.assertEqual(self.of(pid), [])

    def test_zombies_are_textbook(self):
        self.assertEqual(self.of(*[tid for _, tid in
                                   self.shapes.all("zombies")]), [])

    def test_leader(self):
        pid, _ = self.shapes.one("zombie-leader")
        found, _ = drift("-i", self.path, "-p", str(pid))
        self.assertEqual([(one["pid"], one["rule"], one["reason"])
                          for one in found],
                         [(pid, "leader", "dead, while 1 thread of it lives")])

    def test_chain(self):
        """Very many that share all are two lines: of the lowest, and theirs."""
        self.shapes.one("chain")    # skips, where it cannot be had
        first, _ = self.shapes.one("chain-first")
        chain = sorted(task.pid for task in self.shot.tasks if
                       task.ids["mm"] == self.shot.by_pid[first].ids["mm"])
        found, _ = drift("-i", self.path)
        found = [(one["pid"], one["what"], one["tasks"]) for one in found
                 if one["pid"] in chain]
        self.assertEqual(found, [
            (chain[0], "mm,files,fs,sighand", 1),
            (chain[1], "mm,files,fs,sighand", len(chain) - 1)])

    def test_kernel_threads_are_textbook(self):
        """They, process 1 and who looks: nobody made them odd."""
        found, status = drift("-i", self.path, "-k", "kthread")
        self.assertEqual((found, status), ([], 0))
        self.assertEqual(self.of(1, 2, os.getpid()), [])

    def test_no_refs_but_of_tasks(self):
        """In all of the system, what the zoo did not make included."""
        found, _ = drift("-i", self.path)
        self.assertEqual([one for one in found if one["rule"] == "refs"], [])

    def test_cred_of_each(self):
        """The reason says which user it is."""
        _, tid = self.shapes.one("setresuid")
        ((one,), _) = drift("-i", self.path, "-p", str(tid))
        self.assertIn("uid 1234", one["reason"])

    def test_table(self):
        """Names that break programs do not break lines."""
        for name in ("linuxthreads", "name-newline", "name-escape"):
            _, tid = self.shapes.one(name)
            result = run(READER, "drift", "-n", "-i", self.path, "-p",
                         str(tid))
            self.assertEqual(len(result.stdout.splitlines()),
                             int(name == "linuxthreads"))


def add_row_test(row):
    def test(self):
        self.check_row(row)

    setattr(Drift, f"test_row_{row.name}", test)


for each_row in ROWS:
    if each_row.name not in APART:
        add_row_test(each_row)


class Refs(Loaded):
    """Of whom else than tasks there are refs."""

    def test_vhost(self):
        """
        A vhost device holds the mm of its owner: beside the worker that it
        makes there, or by a kernel thread that borrows it (before 6.4).
        """
        with contextlib.ExitStack() as stack:
            run("modprobe", "vhost_vsock")
            run("modprobe", "vhost_net")
            for path in ("/dev/vhost-vsock", "/dev/vhost-net"):
                if os.path.exists(path):
                    break
            else:
                self.skipTest("no vhost device")

            def own():
                fd = os.open(path, os.O_RDWR)
                fcntl.ioctl(fd, VHOST_SET_OWNER)

            pid = stack.enter_context(child(own))
            file = stack.enter_context(tempfile.NamedTemporaryFile())
            file.write(read_all(DEBUGFS + "/exact"))
            file.flush()
            shot = Snapshot(read_all(file.name))
            found, _ = drift("-i", file.name, "-o", "+HOLDERS,REFS")
            (mm,) = {shot.by_pid[pid].ids["mm"]}
            holders = [task for task in shot.tasks if task.ids["mm"] == mm]
            refs = shot.by_pid[pid].refs["mm"]
        ((rule, one),) = {(one["rule"], one["pid"]): one for one in found
                          if one["what"] == "mm"}.items()
        (other,) = [task for task in holders if task.pid != pid]
        if other.kind == "kthread":
            self.assertEqual(rule, ("borrowed", other.pid))
            self.assertEqual(refs, 2)
        else:
            self.assertEqual(rule, ("refs", pid))
            self.assertEqual((one["holders"], one["refs"], refs), (2, 3, 3))

    def test_walked_judges_none(self):
        found, _ = drift("-p", "1")
        self.assertEqual(found, [])

    def test_exit_status(self):
        with Shapes("fork", "linuxthreads") as shapes:
            _, fork = shapes.one("fork")
            _, odd = shapes.one("linuxthreads")
            for pid, status, lines in ((fork, 0, 0), (odd, 1, 2)):
                result = run(READER, "drift", "-p", str(pid))
                self.assertEqual(result.returncode, status)
                self.assertEqual(len(result.stdout.splitlines()), lines)
        result = run("setpriv", "--reuid=65534", "--clear-groups", READER,
                     "drift")
        self.assertEqual((result.returncode, result.stdout), (3, b""))


class NotLoaded(unittest.TestCase):
    def test_says_how_to_load(self):
        result = subprocess.run([READER, "drift"], capture_output=True,
                                check=False)
        self.assertEqual((result.returncode, result.stdout), (3, b""))
        self.assertIn(b"modprobe taskmap", result.stderr)
