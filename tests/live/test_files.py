# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Operations on the files: however they are read, the bytes are the same."""

import contextlib
import ctypes
import errno
import mmap
import os
import subprocess
import sys
import threading
import time

import image
from live import (IMAGES, LIBC, NAMES, Loaded, child, read_all, run, snapshot,
                  where)

# Sizes of reads. Reads of one byte are slow, so they only cross one boundary of chunks.
SIZES = (1, 7, 1000, 4096, 65536, 1 << 20)


def read_in(fd, size):
    parts = []
    while True:
        part = os.read(fd, size)
        if not part:
            return b"".join(parts)
        parts.append(part)


class Opened(Loaded):
    def open(self, name):
        fd = os.open(f"{where()}/{name}", os.O_RDONLY)
        self.addCleanup(os.close, fd)
        return fd


class Example(Opened):
    """The program of docs/formats.md, which reads both binary files."""

    PROGRAM = os.path.join(os.path.dirname(__file__), "../../docs/snapshot.py")

    def test_says_what_tasks_says(self):
        rows = {row[0]: row
                for row in image.parse_tasks(read_in(self.open("tasks"),
                                                     1 << 20))}
        for name in IMAGES:
            result = run(sys.executable, self.PROGRAM, f"{where()}/{name}",
                         check=True)
            told = {int(line.split()[0]): line
                    for line in result.stdout.splitlines()}
            for pid in (1, 2, os.getpid()):
                _, tgid, _, _, _, (mm, files, _, _), comm = rows[pid]
                ids = [b"%016x" % id if id else b"-" for id in (mm, files)]
                self.assertEqual(told[pid], b" ".join(
                    [b"%d" % pid, b"%d" % tgid, *ids, comm]))

    def test_refuses_other_files(self):
        result = run(sys.executable, self.PROGRAM, f"{where()}/tasks")
        self.assertEqual((result.returncode, result.stdout), (1, b""))
        self.assertRegex(result.stderr, rb"\A.*/tasks: no snapshot .*\n\Z")


class Many(Opened):
    """Several times the number of tasks in one chunk of the module (35)."""

    THREADS = 200

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pid = cls.enterClassContext(child(cls.start_threads))

    @classmethod
    def start_threads(cls):
        threading.stack_size(max(64 * 1024,
                                 os.sysconf("SC_THREAD_STACK_MIN")))
        end = threading.Event()
        for _ in range(cls.THREADS):
            threading.Thread(target=end.wait, daemon=True).start()

    def test_all_are_there(self):
        tids = set(map(int, os.listdir(f"/proc/{self.pid}/task")))
        self.assertEqual(len(tids), self.THREADS + 1)
        shots = [image.Snapshot(read_in(self.open(name), 1 << 24))
                 for name in IMAGES]
        for shot in shots:
            self.assertEqual({task.pid for task in shot.tasks
                              if task.tgid == self.pid}, tids)
        rows = image.parse_tasks(read_in(self.open("tasks"), 1 << 24))
        self.assertEqual({row[0] for row in rows if row[1] == self.pid}, tids)
        for pids in (*([task.pid for task in shot.tasks] for shot in shots),
                     [row[0] for row in rows]):
            self.assertEqual(pids, sorted(set(pids)))

    def test_read_sizes_do_not_matter(self):
        for name in NAMES:
            fd = self.open(name)
            whole = read_in(fd, 1 << 24)
            for size in SIZES:
                os.lseek(fd, 0, os.SEEK_SET)
                start = b"".join(os.read(fd, size)
                                 for _ in range(-(-20000 // size)))
                self.assertEqual(start + read_in(fd, 65536), whole,
                                 f"{name} in reads of {size}")

    def test_reads_across_the_pieces(self):
        for name in IMAGES:
            fd = self.open(name)
            whole = read_in(fd, 1 << 24)
            for piece in range(1, 4):
                edge = 256 + piece * 35 * 464
                for start, end in ((-1, 1), (-400, 10), (0, 5), (-7, 0)):
                    self.assertEqual(os.pread(fd, end - start, edge + start),
                                     whole[edge + start:edge + end])

    def test_bad_buffer(self):
        """A read up to a fault returns the bytes before it, and loses no others."""
        page = mmap.PAGESIZE
        with mmap.mmap(-1, 2 * page) as memory:
            start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
            self.assertEqual(LIBC.mprotect(ctypes.c_void_p(start + page),
                                           ctypes.c_size_t(page), 0), 0)
            for name in NAMES:
                fd = self.open(name)
                whole = read_in(fd, 1 << 24)
                os.lseek(fd, 0, os.SEEK_SET)
                got = LIBC.read(fd, ctypes.c_void_p(start + page - 100),
                                ctypes.c_size_t(4096))
                if got < 0:
                    self.assertEqual(ctypes.get_errno(), errno.EFAULT)
                else:
                    self.assertEqual(ctypes.string_at(start + page - 100, got),
                                     whole[:got])
                self.assertEqual(read_in(fd, 4096), whole[max(got, 0):])
            LIBC.mprotect(ctypes.c_void_p(start), ctypes.c_size_t(2 * page), 3)


class Files(Opened):
    def test_seek_and_pread(self):
        for name in NAMES:
            fd = self.open(name)
            whole = read_in(fd, 1 << 24)
            for position in (5, len(whole) // 2, 1, len(whole) - 1):
                self.assertEqual(os.pread(fd, 3, position),
                                 whole[position:position + 3])
            self.assertEqual(os.pread(fd, 1, len(whole)), b"")
            self.assertEqual(os.pread(fd, 1, len(whole) + 1000), b"")

    def test_images_know_their_end(self):
        for name in IMAGES:
            fd = self.open(name)
            end = os.lseek(fd, 0, os.SEEK_END)
            self.assertEqual(end, len(os.pread(fd, 1 << 24, 0)))
            with self.assertRaises(OSError):
                os.lseek(fd, end + 1, os.SEEK_SET)
            with self.assertRaises(OSError):
                os.lseek(fd, -1, os.SEEK_SET)

    def test_dd(self):
        for name in NAMES:
            out = subprocess.run(
                ["dd", f"if={where()}/{name}", "bs=1000", "status=none"],
                stdout=subprocess.PIPE, check=True).stdout
            if name == "tasks":
                image.parse_tasks(out)
            else:
                self.assertEqual(image.Snapshot(out).magic, image.MAGIC)

    def test_opens_are_independent(self):
        one = self.open("tasks")
        two = os.open(where() + "/tasks", os.O_RDONLY)
        start = os.read(one, 100)
        self.assertEqual(os.read(two, 100), start)
        os.close(two)
        image.parse_tasks(start + read_in(one, 4096))

    def test_tasks_that_are_gone(self):
        """A snapshot outlives its tasks, also while it is being read."""
        for name in NAMES:
            with contextlib.ExitStack() as held:
                pids = {held.enter_context(child(lambda: None))
                        for _ in range(10)}
                fd = self.open(name)
                image_of = os.read(fd, 500)
            for pid in pids:
                self.assertFalse(os.path.exists(f"/proc/{pid}"))
            image_of += read_in(fd, 100)
            if name == "tasks":
                seen = {row[0] for row in image.parse_tasks(image_of)}
            else:
                seen = set(image.Snapshot(image_of).by_pid)
            self.assertLessEqual(pids, seen)

    def test_reader_in_a_pid_namespace(self):
        """Pids are from the initial namespace, whoever reads."""
        text = subprocess.run(["unshare", "--pid", "--fork", "cat",
                               where() + "/tasks"], check=True,
                              stdout=subprocess.PIPE).stdout
        (reader,) = [row for row in image.parse_tasks(text)
                     if row[6] == b"cat"]
        me = next(row for row in image.parse_tasks(text)
                  if row[0] == os.getpid())
        self.assertGreater(reader[0], me[0])

    def test_nothing_can_be_written(self):
        for name in NAMES:
            with self.assertRaises(OSError):
                with open(f"{where()}/{name}", "wb", buffering=0) as file:
                    file.write(b"x")

    def test_headers_of_images(self):
        for name, flags in zip(IMAGES, (image.WALKED, 0)):
            shot = snapshot(name)
            self.assertEqual(shot.magic, image.MAGIC)
            self.assertEqual(shot.version, 1)
            self.assertEqual(shot.flags, flags)
            self.assertEqual(shot.header_size, 256)
            self.assertEqual(shot.record_size, 464)
            self.assertEqual(len(shot.image),
                             shot.header_size + shot.count * shot.record_size)
            self.assertEqual(shot.release.rstrip(b"\0").decode(),
                             os.uname().release)
            self.assertLess(shot.start_ns, shot.end_ns)
            self.assertEqual((shot.reserved, shot.event_size,
                              shot.event_record), (0, 0, 0))
            self.assertEqual(shot.resources, (1 << len(image.RESOURCES)) - 1)
            self.assertEqual(shot.node.rstrip(b"\0").decode(),
                             os.uname().nodename)

    def test_times_of_images(self):
        """The clocks in the header are between times before and after the open."""
        for name in IMAGES:
            before = self.clocks()
            shot = snapshot(name)
            after = self.clocks()
            for early, told, late in zip(before, (shot.start_ns, shot.wall_ns),
                                         after):
                self.assertLessEqual(early, told)
                self.assertLessEqual(told, late)

    @staticmethod
    def clocks():
        return (time.clock_gettime_ns(time.CLOCK_BOOTTIME),
                time.clock_gettime_ns(time.CLOCK_REALTIME))

    def test_padding_is_zero(self):
        for name in IMAGES:
            shot = snapshot(name)
            for task in shot.tasks:
                self.assertEqual(task.reserved, 0)
                self.assertEqual(task.comm_rest.strip(b"\0"), b"")
                self.assertEqual(task.unknown, 0)
                unused = task.ns_pids[4 * max(task.ns_levels - 2, 0):]
                self.assertEqual(unused.strip(b"\0"), b"")
