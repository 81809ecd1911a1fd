# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Readers that are killed or interrupted, and open files that are shared. Other readers
get the same bytes, and the module can be unloaded as soon as the readers have ended.
"""

import os
import random
import signal
import socket
import threading
import unittest

from fire import Crowd, kernel_memory
from live import (NAMES, await_state, effort, exit_code, fork, insmod,
                  loaded, rmmod, watches_itself, where)

TASKS = 3000    # about a megabyte, which takes a while to record and to copy
KILLS = effort(check=10 if watches_itself() else 20, sanitizer=60, soak=200)
ROUNDS = 5      # rounds of kills, to find one in which nothing else took memory
SEED = int(os.environ.get("TASKMAP_SEED", random.randrange(1 << 32)))


def path_of(name):
    return f"{where()}/{name}"


def whole_of(fd):
    """Reads an open file from its start to its end, in reads of any length."""
    parts = []
    while part := os.read(fd, 1 << 20):
        parts.append(part)
    os.lseek(fd, 0, os.SEEK_SET)
    return b"".join(parts)


class Process:
    """A child that calls function(tell), which can run forever."""

    def __init__(self, function):
        self.told, write = os.pipe()
        self.pid = fork(lambda: function(lambda: os.write(write, b".")))
        os.close(write)

    def wait_until_it_told(self):
        if os.read(self.told, 1) != b".":
            raise AssertionError("the child ended early")

    def end(self):
        os.close(self.told)
        return exit_code(self.pid)


def yield_some(rng):
    """Lets another process run for a random while."""
    for _ in range(rng.randrange(40)):
        os.sched_yield()


def setUpModule():  # pylint: disable=invalid-name
    """There are enough tasks that opens and reads can be interrupted."""
    unittest.enterModuleContext(Crowd("threads", TASKS))
    print(f"# TASKMAP_SEED={SEED}", flush=True)


class Big(unittest.TestCase):
    def setUp(self):
        self.rng = random.Random(SEED)
        self.assertEqual(insmod(), 0)

    def tearDown(self):
        """Files are closed before the module has to go."""
        self.doCleanups()
        if loaded():
            self.assertEqual(rmmod(), 0)

    def open(self, name):
        fd = os.open(path_of(name), os.O_RDONLY)
        self.addCleanup(os.close, fd)
        return fd, whole_of(fd)


class Killed(Big):
    def test_in_the_middle_of_open_and_read(self):
        """Kills readers beside another reader, which does not notice."""
        other = {name: self.open(name) for name in NAMES}
        # Fewer than a tenth of the readers may seem to leave a snapshot behind. The
        # kernel releases memory of earlier tests and of killed processes at any
        # time, so only a leak shows in every round.
        limit = max(2, KILLS // 10) * len(other["snapshot"][1])
        for _ in range(ROUNDS):
            before = kernel_memory()
            self.kill_readers(other)
            left = kernel_memory() - before
            print(f"# {KILLS} readers left {left} bytes of at most {limit}",
                  flush=True)
            if left < limit:
                break
        self.assertLess(left, limit)
        self.doCleanups()
        self.assertEqual(rmmod(), 0)

    def kill_readers(self, other):
        def read_for_ever(name, tell):
            while True:
                fd = os.open(path_of(name), os.O_RDONLY)
                while os.read(fd, 1 << 20):
                    pass
                os.lseek(fd, 100, os.SEEK_SET)
                os.read(fd, 5000)
                os.close(fd)
                tell()

        for i in range(KILLS):
            name = NAMES[i % len(NAMES)]
            reader = Process(lambda tell, name=name: read_for_ever(name, tell))
            reader.wait_until_it_told()
            yield_some(self.rng)
            os.kill(reader.pid, signal.SIGKILL)
            self.assertEqual(reader.end(), -signal.SIGKILL)
            fd, whole = other[name]
            self.assertTrue(whole_of(fd) == whole)

    def test_with_files_open_in_each_state(self):
        """Files that are new, partly read, at their end, or moved by lseek(2)."""
        def open_all(tell):
            for name in NAMES:
                for reads, position in ((0, 0), (100, 0), (1 << 24, 0),
                                        (0, 5000), (1 << 24, 10)):
                    fd = os.open(path_of(name), os.O_RDONLY)
                    os.read(fd, reads)
                    os.lseek(fd, position, os.SEEK_SET)
            tell()
            signal.pause()

        reader = Process(open_all)
        reader.wait_until_it_told()
        self.assertNotEqual(rmmod(), 0)
        os.kill(reader.pid, signal.SIGKILL)
        reader.end()
        self.assertEqual(rmmod(), 0)


class Interrupted(Big):
    def interrupted(self, interrupt):
        """A reader compares bytes while it is interrupted, until it is stopped."""
        def compare(name, tell):
            over = []
            signal.signal(signal.SIGUSR1, lambda *_: None)
            signal.signal(signal.SIGTERM, lambda *_: over.append(1))
            fd = os.open(path_of(name), os.O_RDONLY)
            whole = whole_of(fd)
            tell()
            while not over:
                os.lseek(fd, 0, os.SEEK_SET)
                got = b""
                while part := os.read(fd, self.rng.randrange(1, 1 << 20)):
                    got += part
                if got != whole:
                    return 3
            return 0

        for name in NAMES:
            with self.subTest(name=name):
                reader = Process(lambda tell, name=name: compare(name, tell))
                reader.wait_until_it_told()
                for _ in range(KILLS):
                    yield_some(self.rng)
                    interrupt(reader)
                os.kill(reader.pid, signal.SIGTERM)
                self.assertEqual(reader.end(), 0)

    def test_by_a_handler(self):
        self.interrupted(lambda reader: os.kill(reader.pid, signal.SIGUSR1))

    def test_by_stop_and_continue(self):
        def stop_and_continue(reader):
            os.kill(reader.pid, signal.SIGSTOP)
            await_state(reader.pid, b"T")
            os.kill(reader.pid, signal.SIGCONT)

        self.interrupted(stop_and_continue)


class Shared(Big):
    """A shared open file has one snapshot and one position."""

    def test_by_dup_and_fork(self):
        for name in NAMES:
            fd, whole = self.open(name)
            copy = os.dup(fd)
            self.assertEqual(os.read(fd, 1000), whole[:1000])
            self.assertEqual(os.read(copy, 1000), whole[1000:2000])
            child = Process(lambda tell, fd=fd, whole=whole:
                            os.read(fd, 1000) != whole[2000:3000])
            self.assertEqual(child.end(), 0)
            self.assertEqual(os.read(copy, 1000), whole[3000:4000])
            os.close(copy)

    def test_by_a_socket(self):
        """Sends the file to a process that may not open it."""
        def receive(end, whole):
            os.setresuid(65534, 65534, 65534)
            _, (fd,), _, _ = socket.recv_fds(end, 1, 1)
            return os.read(fd, 1000) != whole[1000:2000]

        for name in NAMES:
            fd, whole = self.open(name)
            self.assertEqual(os.read(fd, 1000), whole[:1000])
            ours, theirs = socket.socketpair()
            with ours, theirs:
                child = Process(lambda tell, end=theirs, whole=whole:
                                receive(end, whole))
                socket.send_fds(ours, [b"."], [fd])
                self.assertEqual(child.end(), 0)
            self.assertEqual(os.read(fd, 1000), whole[2000:3000])

    def test_in_a_message_that_nobody_reads(self):
        """The module can be unloaded as soon as the socket is closed."""
        ours, theirs = socket.socketpair()
        fd = os.open(path_of("snapshot"), os.O_RDONLY)
        socket.send_fds(ours, [b"."], [fd])
        os.close(fd)
        self.assertNotEqual(rmmod(), 0)
        ours.close()
        theirs.close()
        self.assertEqual(rmmod(), 0)

    def test_by_threads_that_read_and_seek(self):
        """All bytes read are a part of the snapshot."""
        rounds = effort(check=60, sanitizer=200, soak=600)
        for name in NAMES:
            fd, whole = self.open(name)
            broken = []

            def pread(seed, fd=fd, whole=whole, broken=broken):
                rng = random.Random(seed)
                for _ in range(rounds):
                    at = rng.randrange(len(whole))
                    size = rng.randrange(1, 1 << rng.randrange(1, 18))
                    got = os.pread(fd, size, at)
                    if not got or whole[at:at + len(got)] != got:
                        broken.append(f"pread of {size} at {at}")

            def seek_and_read(seed, fd=fd, whole=whole, broken=broken):
                rng = random.Random(seed)
                for _ in range(rounds):
                    os.lseek(fd, rng.randrange(len(whole)), os.SEEK_SET)
                    got = os.read(fd, rng.randrange(1, 3000))
                    if got not in whole:
                        broken.append(f"read of {len(got)}")

            threads = [threading.Thread(target=function, args=(SEED + i,))
                       for i, function in enumerate(
                           [pread, seek_and_read] * 2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(broken, [])
