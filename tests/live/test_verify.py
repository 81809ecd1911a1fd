# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
taskmap verify: no disagreement where the module is right, however the system
changes meanwhile; and each one found that is put into a snapshot.

Such a snapshot stands in place of the module's file for one command, in a mount
namespace of its own.
"""

import ctypes
import json
import os
import platform
import re
import struct
import subprocess
import tempfile

from fire import Crowd
from image import RESOURCES, Snapshot
from live import (ABSENT, EXACT_MAX, READER, Loaded, Shapes, effort, program,
                  read_all, run, snapshot, where, zoo)
from oracle import KCMP, NAMESPACES
from oracle import NUMBER as SYS_KCMP

CROWD = effort(check=3000, sanitizer=3000, soak=10000)
STORMS = effort(check=3, sanitizer=2, soak=10)
SUMMARY = re.compile(r"(\d+) tasks, (\d+) pairs compared; (\d+) races; "
                     r"(\d+) disagreements; seed (\d+)")

# How those of very many are asked for, where a few serve as well.
FEW = {"chain": "chain:50", "zombies": "zombies:20"}

# Where the fields of a record are, how they are packed, and a value that is
# that of no task here; what verify calls it, if not by its name.
FIELDS = {
    "start_ns": (8, "=Q", 1, "start"),
    "tgid": (20, "=i", 1, "tgid"),
    "ppid": (24, "=i", 2, "ppid"),
    "ns_pid": (28, "=i", 3, "ns_pid"),
    "flags": (32, "=I", 0x40, "flags"),
    "exit_signal": (36, "=i", 9, "exit_signal"),
    "threads": (40, "=I", 77, "threads"),
    "uid": (44, "=I", 4711, "uid"),
    "gid": (48, "=I", 4711, "gid"),
    "kind": (52, "=B", 4, "kind"),
    "state": (53, "=c", b"Z", "state"),
    "comm": (56, "=16s", b"somebody else", "comm"),
}


def without_kcmp():
    """As in a kernel that was built without: seccomp(2) says ENOSYS to it."""
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in (
        (0x20, 0, 0, 0),                    # load the number of the call
        (0x15, 0, 1, SYS_KCMP),             # if it is not that, skip one
        (0x06, 0, 0, 0x00050000 | 38),      # return ENOSYS
        (0x06, 0, 0, 0x7fff0000)))          # allow
    memory = ctypes.create_string_buffer(code)
    filter_program = Program(4, ctypes.addressof(memory))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, ctypes.byref(filter_program), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


class Verify(Loaded):
    def verify(self, *arguments, status=0, prefix=(), **options):
        result = run(*prefix, READER, "verify", *arguments, **options)
        self.assertEqual(result.returncode, status,
                         (result.stdout + result.stderr).decode())
        return result.stdout.decode()

    def figures(self, *arguments, **options):
        """Tasks, pairs, races, disagreements, seed."""
        last = self.verify(*arguments, **options).splitlines()[-1]
        match = SUMMARY.fullmatch(last)
        self.assertTrue(match, last)
        return [int(number) for number in match.groups()]

    def test_zoo(self):
        names = [FEW.get(name, name) for name in (
            line.split()[0] for line in
            run(*zoo("list", "--all")).stdout.decode().splitlines()[1:])]
        with Shapes(*names) as shapes:
            made = sum(map(len, shapes.tasks.values()))
            for options in ((), ("--exact",)):
                tasks, pairs, races, disagreements, _ = self.figures(*options)
                print(f"# {tasks} tasks, {pairs} pairs, {races} races")
                self.assertGreater(tasks, made)
                self.assertGreater(pairs, tasks)
                self.assertEqual(disagreements, 0)

    def blow(self, *options):
        with subprocess.Popen([program("storm"), "mix"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as storm:
            self.assertEqual(storm.stdout.readline(), b"ready\n")
            try:
                seen = [self.figures(*options) for _ in range(STORMS)]
            finally:
                storm.communicate()
        print("#", "; ".join(f"{tasks} tasks, {pairs} pairs, {races} races"
                             for tasks, pairs, races, _, _ in seen))
        self.assertEqual(sum(figures[3] for figures in seen), 0)
        self.assertGreater(sum(figures[2] for figures in seen), 0)

    def test_storm(self):
        self.blow()

    def test_storm_exact(self):
        self.blow("--exact")

    def test_crowds(self):
        for shape, count in ("threads", CROWD), ("forks", CROWD // 4):
            with Crowd(shape, count):
                tasks, pairs, races, disagreements, _ = self.figures()
            print(f"# {shape}: {tasks} tasks, {pairs} pairs, {races} races")
            self.assertGreaterEqual(tasks, count)
            self.assertGreater(pairs, tasks)
            self.assertEqual(disagreements, 0)

    def test_pids(self):
        """A process is all its threads; another pid may be given, too."""
        with Shapes("threads", "fork") as shapes:
            pid, _ = shapes.tasks["threads"][0]
            _, other = shapes.one("fork")
            count = len([task for task in snapshot().tasks
                         if task.tgid == pid])
            self.assertEqual(self.figures(str(pid))[0], count)
            self.assertEqual(self.figures(str(pid), str(other))[0], count + 1)
        result = run(READER, "verify", "1", str(2**22 + 1))
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"no task {2**22 + 1}".encode(), result.stderr)
        self.assertIn(b"\n1 tasks, ", b"\n" + result.stdout)

    def test_seed(self):
        self.assertEqual(self.figures("--seed", "12345", "1")[4], 12345)
        first = self.json("1")["verify"]["seed"]
        self.assertNotEqual(self.json("1")["verify"]["seed"], first)

    def json(self, *arguments, **options):
        return json.loads(self.verify("-J", *arguments, **options))

    def test_json(self):
        found = self.json("--exact", "1")
        self.assertEqual(found["disagreements"], [])
        self.assertTrue(found["taskmap"]["exact"])
        self.assertGreater(found["taskmap"]["pause_ns"], 0)
        self.assertEqual(found["verify"]["tasks"], 1)
        self.assertTrue(found["verify"]["kcmp"])

    def test_without_kcmp(self):
        if platform.machine() != "x86_64":
            self.skipTest("the filter is for x86_64")
        # pylint: disable=subprocess-popen-preexec-fn
        result = run(READER, "verify", preexec_fn=without_kcmp)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(b"only /proc", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1)
        self.assertIn(b" 0 pairs ", result.stdout)

    def test_other_pids(self):
        for option in ["--pid"] if "time" in ABSENT else ["--pid", "--time"]:
            result = run("unshare", option, "--fork", "--mount-proc", READER,
                         "verify")
            self.assertEqual(result.returncode, 3, result.stdout)
            self.assertIn(b"container", result.stderr)

    def test_without_proc(self):
        result = run("unshare", "--mount", "sh", "-c",
                     'mount -t tmpfs none /proc && exec "$0" verify', READER)
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertIn(b"cannot read /proc/self", result.stderr)


class Doctored(Loaded):
    """Snapshots that are wrong in one thing, of tasks that hold still."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shapes = Shapes("threads", "fork", "zombie", "clone-newuts")
        cls.image = read_all(where() + "/snapshot")
        cls.shot = Snapshot(cls.image)

    @classmethod
    def tearDownClass(cls):
        cls.shapes.__exit__()
        super().tearDownClass()

    def verify(self, image, *pids):
        """What is found if that were what the module says."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(image)
            file.flush()
            script = f'mount --bind {file.name} {where()}/snapshot && ' \
                     'exec "$0" verify -J "$@"'
            result = run("unshare", "--mount", "sh", "-c", script, READER,
                         *map(str, pids))
        self.assertIn(result.returncode, (0, 1), result.stderr)
        found = json.loads(result.stdout)["disagreements"]
        self.assertEqual(result.returncode, 1 if found else 0)
        return found

    def doctored(self, pid, offset, packing, value, image=None):
        (index,) = [i for i, task in enumerate(self.shot.tasks)
                    if task.pid == pid]
        image = bytearray(image or self.image)
        struct.pack_into(packing, image, self.shot.at(index) + offset, value)
        return bytes(image)

    def expect(self, image, pid, *whats):
        """What is found is about PID, and is all of WHATS and no more."""
        found = self.verify(image, pid)
        for one in found:
            self.assertIn(pid, (one["pid"], one["other"]))
        self.assertEqual({one["what"] for one in found}, set(whats))

    def thread(self):
        return self.shapes.tasks["threads"][1][1]

    def test_untouched(self):
        pids = [tid for tasks in self.shapes.tasks.values()
                for _, tid in tasks]
        self.assertEqual(self.verify(self.image, *pids), [])

    def test_fields(self):
        """All at once of one task: each is told of."""
        pid = self.thread()
        image = self.image
        for name, (offset, packing, value, _) in FIELDS.items():
            if name != "start_ns":
                image = self.doctored(pid, offset, packing, value, image)
        self.expect(image, pid, *(what for _, _, _, what in FIELDS.values()
                                  if what != "start"))

    def test_start(self):
        """By which a task is known: nothing else is told of that one."""
        pid = self.thread()
        self.expect(self.doctored(pid, 8, "=Q", 1), pid, "start")

    def test_one_bit_of_flags(self):
        """PF_SUPERPRIV, which is no mark of anything else."""
        pid = self.thread()
        flags = self.shot.by_pid[pid].flags
        self.expect(self.doctored(pid, 32, "=I", flags ^ 0x100), pid, "flags")

    def test_resources(self):
        """Another object than it is, none at all, and another task's."""
        pid = self.thread()
        own = self.shot.by_pid[pid]
        other = self.shot.by_pid[self.shapes.one("clone-newuts")[1]]
        for values in ({}, dict.fromkeys(RESOURCES, 0), other.ids):
            image, wrong = self.image, set()
            for name in sorted({*KCMP, *NAMESPACES} - ABSENT):
                value = values.get(name, 1234567)
                if value != own.ids[name]:
                    wrong.add(name)
                    image = self.doctored(
                        pid, 72 + 8 * RESOURCES.index(name), "=Q", value,
                        image)
            self.assertGreater(len(wrong), 5)
            self.expect(image, pid, *wrong)

    def test_vfork(self):
        _, pid = self.shapes.one("fork")
        self.expect(self.doctored(pid, 54, "=B", 1), pid, "vfork")

    def test_dead(self):
        _, pid = self.shapes.one("zombie")
        image = self.doctored(pid, 53, "=c", b"S")
        self.expect(self.doctored(pid, 72, "=Q", 9, image), pid, "state", "mm")

    def test_task_that_is_not_there(self):
        """It is the last one, under a higher pid."""
        last = self.shot.tasks[-1].pid
        pid = last + 1000
        self.expect(self.doctored(last, 16, "=i", pid), pid, "task")

    def test_task_that_is_missing(self):
        pid = self.thread()
        image = bytearray(self.image)
        (index,) = [i for i, task in enumerate(self.shot.tasks)
                    if task.pid == pid]
        del image[self.shot.at(index):self.shot.at(index + 1)]
        struct.pack_into("=Q", image, 24, self.shot.count - 1)
        found = self.verify(bytes(image))
        self.assertIn((pid, "task"), {(one["pid"], one["what"])
                                      for one in found})


class Exact(Loaded):
    """What the reader says where there is no picture of one instant."""

    def refused(self, *command):
        result = run(*command)
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertEqual(len(result.stderr.splitlines()), 1)
        return result.stderr.decode()

    def test_exact(self):
        header = json.loads(run(READER, "-J", "--exact").stdout)["taskmap"]
        self.assertTrue(header["exact"])
        self.assertGreater(header["pause_ns"], 0)
        header = json.loads(run(READER, "-J").stdout)["taskmap"]
        self.assertFalse(header["exact"])
        self.assertEqual(header["pause_ns"], 0)

    def test_save(self):
        image = run(READER, "save", "--exact", "-", check=True).stdout
        self.assertEqual(Snapshot(image).flags, 0)

    def test_too_many(self):
        before = read_all(EXACT_MAX)
        try:
            with open(EXACT_MAX, "w", encoding="ascii") as file:
                file.write("5")
            words = self.refused(READER, "--exact")
        finally:
            with open(EXACT_MAX, "wb") as file:
                file.write(before)
        self.assertRegex(words, r"^taskmap: \d+ tasks are more than ")
        self.assertIn(EXACT_MAX, words)

    def test_older_module(self):
        """One that has the other files only."""
        script = f'mkdir /tmp/old && cat {where()}/snapshot >/tmp/old/' \
                 f'snapshot && mount --bind /tmp/old {where()} && ' \
                 'exec "$0" --exact'
        words = self.refused("unshare", "--mount", "sh", "-c", script, READER)
        self.assertIn("too old for --exact", words)
        self.assertTrue(os.path.exists(where() + "/exact"))
