#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
contrib/vmcore.py against the module: the guest stops right after it has read "exact",
with ids=raw, and its memory is dumped. The snapshot of the dump must have the same
records.
"""

import json
import os
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = os.path.join(TOP, "tests"), os.path.join(TOP, "tests/live")

# pylint: disable=wrong-import-position
import tap  # noqa: E402
from image import (HEADER_NAMES, NAMESPACES, RAW_IDS, RECORD_NAMES,  # noqa: E402
                   RESOURCES, WALKED, Snapshot)

SCRIPT = os.path.join(TOP, "contrib/vmcore.py")
READER = os.path.join(TOP, "userspace/taskmap")
MODULE = os.environ["TASKMAP_MODULE"]
VMLINUX = os.environ["TASKMAP_VMLINUX"]
SHARE = os.environ["TASKMAP_SHARE"]
DUMP, EXACT = os.path.join(SHARE, "dump"), os.path.join(SHARE, "exact")
# Seconds for a boot. Only a failure takes so long.
LIMIT = 600
INCOMPLETE, USAGE, CANNOT = 1, 2, 3

# An address where nothing is, which is not canonical
NOWHERE = 0x0123456789ABCDE0

# No more than a task_struct has, in bytes
TASK_SIZE = 4096

# The task that stopped the machine, and the one that stopped it for "exact"
FREEZE, STOPPER = b"freeze", b"migration/0"


def run(*command):
    return subprocess.run(command, capture_output=True, check=False)


def vmcore(*arguments):
    return run(SCRIPT, *arguments)


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Monitor:
    """The monitor of qemu; see docs/interop/qmp-spec of qemu."""

    def __init__(self, listener):
        connection, _ = listener.accept()
        connection.settimeout(LIMIT)
        self.stream = connection.makefile("rw")
        self.read()     # the greeting
        self.execute("qmp_capabilities")

    def read(self):
        line = self.stream.readline()
        if not line:
            raise EOFError("the virtual machine ended early")
        return json.loads(line)

    def execute(self, command, **arguments):
        self.stream.write(json.dumps({"execute": command, "arguments": arguments}))
        self.stream.flush()
        while True:
            answer = self.read()
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']}")
            if "return" in answer:
                return

    def await_event(self, name):
        while self.read().get("event") != name:
            pass


def machine(*arguments, options=()):
    return subprocess.Popen(
        [os.path.join(TOP, "tests/vm/run"), "--timeout", str(LIMIT), "--share", SHARE,
         *options, "--", os.path.join(TOP, "tests/vmcore/guest"), MODULE, SHARE,
         *arguments],
        cwd=TOP, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def check_status(process):
    if process.wait():
        raise RuntimeError(f"tests/vm/run: exit status {process.returncode}")


def make_dump():
    """
    Has the guest save "exact", and dumps its memory at that moment. Callbacks of RCU,
    which drop references, would run in interrupts; with rcu_nocbs a task runs them,
    which cannot run before the dump.
    """
    path = os.path.join(SHARE, "qmp")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(LIMIT)
        listener.bind(path)
        listener.listen()
        with machine(options=("--memory", "512", "--append", "rcu_nocbs=0",
                              "--qmp", path)) as guest:
            try:
                monitor = Monitor(listener)
                monitor.await_event("GUEST_PANICKED")
                # With virtual addresses, because Debian's drgn cannot find the page
                # table itself.
                monitor.execute("dump-guest-memory", paging=True,
                                protocol=f"file:{DUMP}")
                monitor.execute("cont")
            except (OSError, EOFError, RuntimeError):
                guest.terminate()
                raise
            check_status(guest)


def offset_of(dump, address):
    """Where a kernel address is in the dump, an ELF file."""
    dump.seek(32)
    (start,) = struct.unpack("=Q", dump.read(8))
    dump.seek(54)
    size, count = struct.unpack("=HH", dump.read(4))
    dump.seek(start)
    headers = dump.read(size * count)
    for i in range(count):
        offset, virtual, _, length = struct.unpack_from("=8x4Q", headers, i * size)
        if virtual <= address < virtual + length:
            return offset + address - virtual
    raise LookupError(f"{address:#x} is not in the dump")


def fields(task):
    """All fields of a record that a snapshot without births has."""
    yield from ((name, getattr(task, name)) for name in (*RECORD_NAMES, "comm_rest")
                if not name.startswith("birth_"))
    for name in RESOURCES:
        yield f"id of {name}", task.ids[name]
        yield f"refs of {name}", task.refs[name]


def is_due(task, name, old, new):
    """
    Whether a field may have changed while FREEZE read the file: an interrupt can wake
    a task, and STOPPER ran, with the mm of FREEZE.
    """
    if name == "state" and old in "SDI" and new == "R":
        return True
    return (task.comm, name) in (
        (STOPPER, "state"), (STOPPER, "id of active_mm"), (FREEZE, "state"),
        (FREEZE, "refs of active_mm"))


class Line(unittest.TestCase):
    """Errors are one line, and create nothing."""

    def check(self, result, status, text):
        self.assertEqual((result.returncode, result.stdout), (status, b""))
        self.assertRegex(result.stderr.decode(), rf"\Avmcore\.py: .*{text}.*\n\Z")


class Arguments(Line):
    def test_usage(self):
        self.check(vmcore(), USAGE, "OUTPUT")
        self.check(vmcore("-x", "-"), USAGE, "-x")
        self.assertEqual(vmcore("--help").returncode, 0)

    def test_input(self):
        self.check(vmcore("-c", "/nonexistent", "-"), CANNOT, "/nonexistent: No such")
        self.check(vmcore("-c", SCRIPT, "-"), CANNOT, "ELF")

    def test_output(self):
        with tempfile.TemporaryDirectory() as folder:
            link = os.path.join(folder, "link")
            os.symlink("nowhere", link)
            for path in "/dev/null", folder, folder + "/", link:
                self.check(vmcore("-c", "/nonexistent", path), CANNOT,
                           "not a regular file")
            self.check(vmcore(os.path.join(folder, "a/b")), CANNOT, "No such file")
            self.assertEqual(os.listdir(folder), ["link"])


class Dead(Line):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(lambda: os.path.exists(DUMP) and os.unlink(DUMP))
        make_dump()
        cls.exact = Snapshot(read(EXACT))
        result = vmcore("-c", DUMP, "-s", VMLINUX, "-")
        if result.returncode or result.stderr:
            raise RuntimeError(result.stderr.decode())
        cls.dead = Snapshot(result.stdout)

    def test_records(self):
        """All fields of all tasks are those of the module."""
        self.assertEqual(list(self.dead.by_pid), list(self.exact.by_pid))
        wrong = [f"{old.pid} {old.comm}: {name} is {value!r} and not {was!r}"
                 for old, new in zip(self.exact.tasks, self.dead.tasks)
                 for (name, was), (_, value) in zip(fields(old), fields(new))
                 if was != value and not is_due(old, name, was, value)]
        self.assertEqual(wrong, [])
        self.assertTrue(all(not task.birth_pid and not task.birth_flags
                            for task in self.dead.tasks))

    def test_shapes(self):
        """The tasks differ in what they show, so that the comparison means something."""
        tasks = self.dead.tasks
        self.assertEqual({task.kind for task in tasks},
                         {"process", "main", "thread", "worker", "kthread"})
        self.assertLessEqual(set("RSTtZI"), {task.state for task in tasks})
        for name in ("marks", "exit_code", "tracer", "seccomp", "cgroup", "pgrp",
                     "session"):
            self.assertTrue(any(getattr(task, name) for task in tasks), name)
        self.assertGreaterEqual(max(task.ns_levels for task in tasks), 4)
        for name in RESOURCES:
            self.assertGreater(len({task.ids[name] for task in tasks}), 1, name)

    def test_header(self):
        same = set(HEADER_NAMES) - {"fingerprint", "start_ns", "end_ns", "pause_ns",
                                    "wall_ns", "births_ns"}
        for name in same:
            self.assertEqual(getattr(self.dead, name), getattr(self.exact, name), name)
        self.assertEqual(self.dead.flags, RAW_IDS)
        self.assertEqual((self.dead.births_ns, self.dead.pause_ns), (0, 0))
        # The module was loaded seconds before, and nobody has set the clock.
        self.assertGreater(self.dead.start_ns, self.exact.births_ns)
        ahead = self.dead.wall_ns - self.dead.start_ns
        self.assertAlmostEqual(ahead, self.exact.wall_ns - self.exact.start_ns,
                               delta=10**9)

    def test_under_drgn(self):
        """drgn can run the script."""
        result = run("drgn", "-q", "-c", DUMP, "-s", VMLINUX, SCRIPT, "-")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        start = self.dead.header_size
        self.assertEqual(result.stdout[start:], self.dead.image[start:])
        result = run("drgn", "-q", "-c", DUMP, "-s", VMLINUX, SCRIPT, "-c", DUMP, "-")
        self.check(result, CANNOT, "give -c and -s to drgn")

    def test_file(self):
        """The file is private, and replaces an older one."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "dead.tm")
            for _ in range(2):
                result = vmcore("-c", DUMP, "-s", VMLINUX, path)
                self.assertEqual((result.returncode, result.stdout, result.stderr),
                                 (0, b"", b""))
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            self.assertEqual(os.listdir(folder), ["dead.tm"])
            self.check_reader(path)

    def check_reader(self, path):
        pid = str(self.dead.tasks[-1].pid)
        for command in (["list"], ["groups"], ["drift"], ["explain", pid],
                        ["compare", "1", pid], ["metrics"], ["graph", "--html"]):
            result = run(READER, "-i", path, *command)
            # drift has findings.
            self.assertEqual((result.returncode, result.stderr),
                             (command == ["drift"], b""), command)
            self.assertTrue(result.stdout)

    def test_no_debug_information(self):
        self.check(vmcore("-c", DUMP, "-s", "/bin/true", "-"), CANNOT,
                   r"no debug information of Linux \d")

    def test_full(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run([SCRIPT, "-c", DUMP, "-s", VMLINUX, "-"],
                                    stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual((result.returncode, result.stderr.count(b"\n")), (CANNOT, 1))

    def broken(self, task, resource):
        """The snapshot of the dump while a task's pointer is overwritten."""
        pointer = struct.pack("=Q", task.ids[resource])
        with open(DUMP, "r+b", buffering=0) as file:
            start = offset_of(file, task.task)
            place = start + os.pread(file.fileno(), TASK_SIZE, start).index(pointer)
            os.pwrite(file.fileno(), struct.pack("=Q", NOWHERE), place)
            result = vmcore("-c", DUMP, "-s", VMLINUX, "-")
            os.pwrite(file.fileno(), pointer, place)
        return result, Snapshot(result.stdout)

    def victim(self):
        """A task that shares no nsproxy."""
        return next(task for task in self.dead.tasks if task.refs["nsproxy"] == 1)

    def test_unknown(self):
        """What cannot be read is unknown, and everything else is as before."""
        task = self.victim()
        result, shot = self.broken(task, "nsproxy")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        lost = set(NAMESPACES) - {"pid", "user"}
        expected = {"id of nsproxy", "refs of nsproxy", "ns_inodes", "unknown",
                    *(f"id of {name}" for name in lost),
                    *(f"refs of {name}" for name in lost - {"mnt"})}
        for old, new in zip(self.dead.tasks, shot.tasks):
            changed = {name for (name, was), (_, value) in zip(fields(old), fields(new))
                       if was != value}
            self.assertEqual(changed, expected if new.pid == task.pid else set())
        broken = shot.by_pid[task.pid]
        self.assertEqual(broken.unknown,
                         sum(1 << RESOURCES.index(name) for name in lost))
        self.assertEqual(broken.ids["nsproxy"], NOWHERE)
        self.assertEqual(broken.refs["nsproxy"], 0)
        for name in lost:
            self.assertEqual((broken.ids[name], broken.refs[name], broken.inodes[name]),
                             (0, 0, 0))

    def test_missing(self):
        """A task that cannot be read is missing, and the snapshot is not called exact."""
        task = self.victim()
        result, shot = self.broken(task, "signal")
        self.assertEqual(result.returncode, INCOMPLETE)
        self.assertRegex(result.stderr.decode(), r"\Avmcore\.py: .*are missing: 1\n\Z")
        self.assertEqual(self.dead.by_pid.keys() - shot.by_pid.keys(), {task.pid})
        self.assertEqual(shot.flags, RAW_IDS | WALKED)

    def test_truncated(self):
        """No half answer passes for a whole one."""
        size = os.path.getsize(DUMP)
        for part in 4096, size // 100, size // 2:
            # The guest can have used none of the memory that is cut off.
            with self.subTest(part), tempfile.TemporaryDirectory(dir=SHARE) as folder:
                path = os.path.join(folder, "dump")
                with open(DUMP, "rb") as whole, open(path, "wb") as half:
                    os.sendfile(half.fileno(), whole.fileno(), 0, part)
                self.check_truncated(vmcore("-c", path, "-s", VMLINUX, "-"))

    def check_truncated(self, result):
        start = self.dead.header_size
        if result.returncode == CANNOT:
            self.check(result, CANNOT, "")
        elif result.returncode == INCOMPLETE:
            self.assertTrue(Snapshot(result.stdout).flags & WALKED)
        else:
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(result.stdout[start:], self.dead.image[start:])


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with machine(VMLINUX) as guest:
            check_status(guest)
        cls.before, cls.live, cls.after = (
            Snapshot(read(os.path.join(SHARE, name)))
            for name in ("before", "live", "after"))

    def test_records(self):
        """
        What the module says before and after about a task in user space, the script
        says as well. The script itself holds references to what all tasks share.
        """
        shared = [f"refs of {name}" for name in
                  ("active_mm", "cred", "nsproxy", "cgroups", *NAMESPACES)]
        compared, wrong = 0, []
        for old in self.before.tasks:
            if old.kind == "kthread" or old.pid not in self.after.by_pid:
                continue
            self.assertIn(old.pid, self.live.by_pid)
            values = zip(*(fields(shot.by_pid[old.pid])
                           for shot in (self.before, self.live, self.after)))
            for (name, was), (_, value), (_, then) in values:
                if was == then and name not in shared:
                    compared += 1
                    if value != was and not is_due(old, name, was, value):
                        wrong.append(f"{old.pid} {old.comm}: {name} is {value!r} "
                                     f"and not {was!r}")
        self.assertEqual(wrong, [])
        self.assertGreater(compared, 200 * len(RESOURCES))

    def test_header(self):
        self.assertEqual(self.live.flags, RAW_IDS | WALKED)
        self.assertGreater(self.live.start_ns, self.before.end_ns)
        self.assertGreater(self.live.end_ns, self.live.start_ns)
        self.assertGreater(self.after.start_ns, self.live.end_ns)
        self.assertTrue(self.before.wall_ns < self.live.wall_ns < self.after.wall_ns)


if __name__ == "__main__":
    loader = unittest.defaultTestLoader
    module = sys.modules[__name__]
    sys.exit(tap.run(loader.loadTestsFromNames(sys.argv[1:], module)
                     if sys.argv[1:] else loader.loadTestsFromModule(module)))
