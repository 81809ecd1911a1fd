# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Checks taskmap verify. It finds no disagreement if the module is right, however the
system changes meanwhile. It finds every wrong value in a snapshot that replaces the
module's file for one command, in a separate mount namespace.
"""

import ctypes
import json
import platform
import re
import struct
import tempfile

import oracle
from fire import Crowd, storm
from image import RESOURCES, Snapshot, key_of
from live import (ABSENT, LIBC, READER, Loaded, Shapes, call, effort, read_all,
                  rows, run, where)

CROWD = effort(check=1000, sanitizer=3000, soak=10000)
STORMS = effort(check=1, sanitizer=2, soak=10)
SUMMARY = re.compile(r"(\d+) tasks, (\d+) pairs compared; (\d+) races; "
                     r"(\d+) disagreements; seed \d+")
ENOSYS = 38
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2

# The offset and format of each field of a record, and a value that no task has here.
FIELDS = {
    "tgid": (20, "=i", 1),
    "ppid": (24, "=i", 2),
    "nspid": (28, "=i", 3),
    "flags": (32, "=I", 0x40),
    "exit_signal": (36, "=i", 9),
    "nlwp": (40, "=I", 77),
    "uid": (44, "=I", 4711),
    "gid": (48, "=I", 4711),
    "kind": (52, "=B", 4),
    "s": (53, "=c", b"Z"),
    "comm": (56, "=16s", b"somebody else"),
    "cgroup_id": (80, "=Q", 1234567),
    "tracer": (96, "=i", 1),
    "pgid": (100, "=i", 2),
    "sid": (104, "=i", 2),
    "euid": (112, "=I", 4711),
    "fsuid": (116, "=I", 4711),
    "seccomp_mode": (120, "=I", 1),
    "utsns_inode": (124, "=I", 1),
    "nspids": (168, "=I", 3),
}
IDS = {key_of(name): (200 + 8 * RESOURCES.index(name), "=Q", 1234567)
       for name in {*oracle.KCMP, *oracle.NAMESPACES} - ABSENT}


def without_kcmp():
    """Makes kcmp(2) fail with ENOSYS, as in a kernel without it, by seccomp(2)."""
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in (
        (0x20, 0, 0, 0),                    # load the number of the call
        (0x15, 0, 1, oracle.NUMBER),        # if it is not that, skip one
        (0x06, 0, 0, 0x00050000 | ENOSYS),  # return the error
        (0x06, 0, 0, 0x7fff0000)))          # allow
    memory = ctypes.create_string_buffer(code)
    program = Program(4, ctypes.addressof(memory))
    call(LIBC.prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
         ctypes.byref(program), 0, 0)


class Verify(Loaded):
    def figures(self, *options):
        """Checks that nothing disagrees. Returns counts of tasks, pairs and races."""
        result = run(READER, "verify", *options)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        last = result.stdout.decode().splitlines()[-1]
        *found, disagreements = map(int, SUMMARY.fullmatch(last).groups())
        print(f"# {last}")
        self.assertEqual(disagreements, 0)
        return found

    def test_zoo(self):
        with Shapes(*(row.few() for row in rows())) as shapes:
            made = sum(map(len, shapes.tasks.values()))
            for options in ((), ("--exact",)):
                tasks, pairs, _ = self.figures(*options)
                self.assertGreater(tasks, made)
                self.assertGreater(pairs, tasks)

    def test_storm(self):
        for options in ((), ("--exact",)):
            with storm("mix"):
                races = [self.figures(*options)[2] for _ in range(STORMS)]
            self.assertGreater(sum(races), 0)

    def test_crowds(self):
        for shape, count in ("threads", CROWD), ("forks", CROWD // 4):
            with Crowd(shape, count):
                tasks, pairs, _ = self.figures()
            self.assertGreaterEqual(tasks, count)
            self.assertGreater(pairs, tasks)

    def test_without_kcmp(self):
        if platform.machine() != "x86_64":
            self.skipTest("the seccomp filter is only for x86_64")
        # pylint: disable=subprocess-popen-preexec-fn
        result = run(READER, "verify", preexec_fn=without_kcmp)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(b"only /proc", result.stderr)
        self.assertIn(b" 0 pairs ", result.stdout)

    def test_without_cgroups(self):
        if b" cgroup2 " in read_all("/proc/self/mounts"):
            self.skipTest("cgroup2 is mounted")
        result = run(READER, "verify", "-J", "1", check=True)
        self.assertIn(b"cgroups were not compared", result.stderr)
        self.assertFalse(json.loads(result.stdout)["verify"]["cgroups"])

    def test_other_pids(self):
        for option in ["--pid"] if "time" in ABSENT else ["--pid", "--time"]:
            result = run("unshare", option, "--fork", "--mount-proc", READER,
                         "verify")
            self.assertEqual(result.returncode, 3, result.stdout)
            self.assertIn(b"container", result.stderr)


class Doctored(Loaded):
    SHAPES = ("threads", "zombie")

    def found(self, image, pid):
        """
        The findings about PID if the module returned IMAGE. Cgroups are also compared,
        because their hierarchy is mounted.
        """
        with tempfile.TemporaryDirectory() as mount, \
                tempfile.NamedTemporaryFile() as file:
            file.write(image)
            file.flush()
            script = f'mount -t cgroup2 none {mount} && ' \
                     f'mount --bind {file.name} {where()}/snapshot && ' \
                     'exec "$0" verify -J "$@"'
            result = run("unshare", "--mount", "sh", "-c", script, READER,
                         str(pid))
        self.assertTrue(result.stdout, result.stderr)
        found = json.loads(result.stdout)["disagreements"]
        self.assertEqual(result.returncode, int(bool(found)), result.stderr)
        for one in found:
            self.assertIn(pid, (one["pid"], one["with"]))
        return {one["what"] for one in found}

    def test_doctored(self):
        """If all fields of a still task are wrong, each of them is reported."""
        for fields in ({}, FIELDS, IDS):
            image = bytearray(read_all(where() + "/snapshot"))
            shot = Snapshot(image)
            _, pid = self.shapes.tasks["threads"][1]
            at = shot.at(shot.tasks.index(shot.by_pid[pid]))
            for offset, packing, value in fields.values():
                struct.pack_into(packing, image, at + offset, value)
            self.assertEqual(self.found(image, pid), set(fields))
