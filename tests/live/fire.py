# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Helpers of the tests under load: crowds of tasks, storms, and readers."""

import contextlib
import os
import signal
import subprocess
import threading

from live import (await_state, exit_code, fork, kill, program, read_all,
                  stat, try_to_open, where, write)


def kernel_memory():
    """The bytes of memory that the kernel has allocated for itself."""
    with contextlib.suppress(OSError):
        write("/proc/sys/vm/stat_refresh", 1)
    values = dict(line.split()[:2] for line in
                  read_all("/proc/meminfo").decode().splitlines())
    return 1024 * sum(int(values[name]) for name in
                      ("SUnreclaim:", "VmallocUsed:"))


class Crowd:
    """Many tasks of one shape, which crowd(1) holds until this is closed."""

    def __init__(self, shape, count):
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen([program("crowd"), shape, str(count)],
                                        stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        lines = self.process.stdout.read1(1 << 16)
        while not lines.endswith(b"ready\n"):
            more = self.process.stdout.read1(1 << 16)
            if not more:
                self.__exit__()
                raise RuntimeError(f"crowd could not create {count} {shape}")
            lines += more
        self.pairs = lines[:-len(b"ready\n")]
        self.pids = [int(line.split()[0]) for line in self.pairs.splitlines()]

    def stop(self):
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)
        for pid in self.pids:
            await_state(pid, b"T")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Kills stopped processes, which do not notice the end of the pipe."""
        for pid in getattr(self, "pids", []):
            os.kill(pid, signal.SIGCONT)
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Watch:
    """A reader, which is a process of watch(1)."""

    def __init__(self, reads, crowd, *pids):
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            [program("watch"), str(reads), crowd, where(), *map(str, pids)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def result(self):
        """
        The numbers that it counted: [reads, records, came, changed, instants, the
        longest pause in ns]. Raises an exception if it found a mistake.
        """
        out = self.process.communicate()[0].decode(errors="replace")
        if self.process.returncode:
            raise AssertionError(out)
        return [int(words.split()[0]) for words in out[2:].split(",")]


@contextlib.contextmanager
def storm(kind):
    """Runs a storm within a with statement. Yields a list, which then has the number
    of each operation."""
    counts = []
    with subprocess.Popen([program("storm"), kind], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        try:
            yield counts
        finally:
            counts += process.communicate()[0].splitlines()
    assert process.returncode == 0


class Openers:
    """
    A process whose threads open a file again and again until that fails. It joins a
    cgroup first, if one is named. All threads wait when the constructor returns.
    """

    def __init__(self, path, count, cgroup=None):
        def join_and_open():
            if cgroup:
                write(cgroup + "/cgroup.procs", "0")
            return self.open_in_threads(path, count)

        self.pid = fork(join_and_open)
        seen = set()
        while len(tids := self.threads()) < count:
            seen |= tids
            if len(seen) >= count or stat(self.pid)[0] == b"Z":
                raise RuntimeError(f"an opener of {path} has ended")
            os.sched_yield()
        for tid in tids:
            await_state(self.pid, b"SD", tid)

    @staticmethod
    def open_in_threads(path, count):
        """The error of all threads, or 254 if their errors differ."""
        errors = set()

        def open_on():
            while not (error := try_to_open(path)):
                pass
            errors.add(error)

        threads = [threading.Thread(target=open_on) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return errors.pop() if len(errors) == 1 else 254

    def threads(self):
        return set(map(int, os.listdir(f"/proc/{self.pid}/task"))) - {self.pid}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            kill(self.pid)

    def result(self):
        """Waits for the process. Returns its exit status."""
        pid, self.pid = self.pid, 0
        return exit_code(pid)
