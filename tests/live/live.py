# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Helpers of the live tests, for the module, its files, and tasks."""

import contextlib
import ctypes
import errno
import os
import re
import signal
import subprocess
import tempfile
import unittest

from image import Snapshot

DEBUGFS = "/sys/kernel/debug/taskmap"
PROCFS = "/proc/taskmap"
EXACT_MAX = "/sys/module/taskmap/parameters/exact_max"
MODULE = os.environ.get("TASKMAP_MODULE", "")
READER = os.environ.get("TASKMAP_READER", "")
PROGRAMS = os.environ.get("TASKMAP_PROGRAMS", "")
SAVED = os.environ.get("TASKMAP_SAVED", "")
EFFORT = os.environ.get("TASKMAP_EFFORT", "check")
IMAGES = ("snapshot", "exact")
NAMES = ("tasks", *IMAGES)
LIBC = ctypes.CDLL(None, use_errno=True)
# What begins each line of the kernel's log: its level.
LEVEL = re.compile(r"^<[0-9]+>")

# Resources that no task holds on this kernel: 32-bit ARM has no time namespaces.
ABSENT = (set() if os.path.exists("/proc/self/ns/time") else
          {"time", "time_children"})


def effort(**of):
    """
    Chooses an amount by TASKMAP_EFFORT: effort(check=10, sanitizer=100, soak=1000).
    The tests are the same; only the amount differs.
    """
    return of[EFFORT]


def watches_itself():
    """Whether this is a sanitizer kernel, which is ten times slower."""
    return os.uname().release.endswith(("-kasan", "-kcsan", "-kcfi"))


def program(name):
    """The path of a program built for these tests."""
    return os.path.join(PROGRAMS, name)


def in_virtual_machine():
    """Whether a module may be loaded: never into a kernel that somebody works on."""
    return os.path.exists("/run/taskmap-vm")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, **options)


def release():
    """The release of the running kernel, as (major, minor)."""
    return tuple(map(int, os.uname().release.split(".")[:2]))


def load(image_of_module, parameters=""):
    """Loads the module. Returns 0 or an error number."""
    failed = LIBC.init_module(image_of_module,
                              ctypes.c_ulong(len(image_of_module)),
                              parameters.encode())
    return ctypes.get_errno() if failed else 0


def insmod(*parameters):
    """
    Like insmod(8), in this process: another process takes a second on kasan. Returns 0
    or an error number.
    """
    return load(read_all(MODULE), " ".join(parameters))


def rmmod():
    """Like rmmod(8). Returns 0 or an error number."""
    failed = LIBC.delete_module(b"taskmap", os.O_NONBLOCK)
    return ctypes.get_errno() if failed else 0


def loaded():
    return os.path.isdir("/sys/module/taskmap")


def where():
    """The directory of the module's files, in debugfs if it is usable."""
    return DEBUGFS if os.path.isdir(DEBUGFS) else PROCFS


def read_all(path):
    with open(path, "rb", buffering=0) as file:
        return file.readall()


def write(path, value, flags=os.O_TRUNC):
    fd = os.open(path, os.O_WRONLY | flags)
    try:
        os.write(fd, value if isinstance(value, bytes) else
                 str(value).encode())
    finally:
        os.close(fd)


@contextlib.contextmanager
def settings(values):
    """
    Writes VALUES to the files that name them, in order, and restores the files in
    reverse order at the end. So a setting that limits another can come before it.
    Yields the names of files that this kernel does not have.
    """
    before = {path: read_all(path) for path in values if os.path.exists(path)}
    try:
        for path in before:
            write(path, values[path])
        yield [path for path in values if path not in before]
    finally:
        for path, value in reversed(before.items()):
            write(path, value)


def call(function, *arguments):
    """Calls a function of the C library that Python does not have."""
    if function(*arguments):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def try_to_open(path):
    """Calls open(2) once; Python's open() would retry after EINTR."""
    fd = LIBC.open(path.encode(), os.O_RDONLY)
    if fd < 0:
        return ctypes.get_errno()
    os.close(fd)
    return 0


def snapshot(name="snapshot"):
    return Snapshot(read_all(f"{where()}/{name}"))


# Commands of syslog(2): read all, and get the size of the buffer.
SYSLOG_READ_ALL, SYSLOG_SIZE = 3, 10


def log():
    """
    The lines of the kernel's log, without those that CONFIG_DEBUG_STACK_USAGE prints
    when a process ends. Like dmesg(1), in this process: another takes seconds on kasan.
    """
    text = ctypes.create_string_buffer(LIBC.klogctl(SYSLOG_SIZE, None, 0))
    size = LIBC.klogctl(SYSLOG_READ_ALL, text, len(text))
    if size < 0:
        raise OSError(ctypes.get_errno(), "syslog(2)")
    lines = text.raw[:size].decode(errors="replace").splitlines()
    return [LEVEL.sub("", line) for line in lines
            if "greatest stack depth" not in line]


def error_of_open(path, prefix):
    """The error of open(2) in a dd(1) run by PREFIX, or None if it succeeds."""
    result = run(*prefix, "dd", f"if={path}", "count=0", "status=none",
                 env={**os.environ, "LC_ALL": "C"})
    if not result.returncode:
        return None
    for number in (errno.EACCES, errno.EPERM, errno.ENOENT):
        if os.strerror(number).encode() in result.stderr:
            return number
    raise AssertionError(result.stderr)


class Loaded(unittest.TestCase):
    """
    A class of tests for which the module is loaded with PARAMETERS, and the zoo holds
    tasks of SHAPES. The module is unloaded last, even if setUpClass() fails later.
    """

    PARAMETERS = ()
    SHAPES = ()

    @classmethod
    def setUpClass(cls):
        error = insmod(*cls.PARAMETERS)
        if error:
            raise RuntimeError(f"insmod: {os.strerror(error)}")
        cls.addClassCleanup(cls.unload)
        if cls.SHAPES:
            cls.shapes = cls.enterClassContext(Shapes(*cls.SHAPES))

    @staticmethod
    def unload():
        error = rmmod()
        if error:
            raise RuntimeError(f"rmmod: {os.strerror(error)}")


def symbols(*names):
    """
    Addresses of the kernel's functions and of most objects, by name, for root with
    the right to read them.
    """
    found = {}
    for line in read_all("/proc/kallsyms").decode().splitlines():
        address, _, name = line.split()[:3]
        if name in names:
            found[name] = int(address, 16)
    return found


class Addresses:
    """
    What the kernel's addresses look like here. In a 64-bit address space whose upper
    half is the kernel's, they begin with ones; others, in 64 bits, with zeros.
    """

    def __init__(self):
        (start,) = symbols("_stext").values()
        self.beginning = 0xFF if start >> 56 == 0xFF else 0
        # A part of an address reveals as much as the whole. These are the bytes of
        # the part, and the number of bits below it.
        self.part_size, self.part_shift = (5, 24) if self.beginning else (4, 0)

    def like(self, number):
        """Whether the number can be an address; one random number in 256 can."""
        return number >> 56 == self.beginning

    def alike(self, number):
        """The number of leading bits that are the same as in addresses."""
        if self.beginning:
            number ^= (1 << 64) - 1
        return 64 - number.bit_length()

    def part(self, number):
        """The upper 40 bits, or if most of these are zero, the lower 32."""
        return number >> self.part_shift & (1 << 8 * self.part_size) - 1


def zoo(*arguments):
    """The command line of taskmap-zoo, which is beside the reader."""
    return [os.path.join(os.path.dirname(READER), "taskmap-zoo"), *arguments]


def words(cell, separator):
    return set() if cell == "-" else set(cell.split(separator))


class Row:
    """A line of taskmap-zoo list --all."""

    def __init__(self, line):
        self.name, flags, shared, apart, self.what = [
            cell.strip() for cell in line.split("  ") if cell.strip()]
        self.flags = words(flags, "|")
        self.shared = words(shared, ",")
        self.apart = words(apart, ",")

    def few(self):
        """The name of the shape, with a small number of tasks if it has very many."""
        return {"chain": "chain:50",
                "zombies": "zombies:20"}.get(self.name, self.name)


def rows():
    """The shapes that taskmap-zoo can create."""
    lines = run(*zoo("list", "--all"), check=True).stdout.decode()
    return [Row(line) for line in lines.splitlines()[1:]]


def add_row_tests(case, but=()):
    """Adds a method to CASE for each shape, which calls check_row()."""
    for row in rows():
        if row.name not in but:
            setattr(case, f"test_row_{row.name}",
                    lambda self, row=row: self.check_row(row))


def held(one, other, names):
    """The resources in NAMES that both tasks hold and share."""
    return {name for name in names
            if one.ids[name] and one.ids[name] == other.ids[name]}


def await_state(pid, states, tid=None):
    while stat(pid, tid)[0] not in states:
        os.sched_yield()


def settle(tasks):
    """Waits until all (pid, tid) sleep: a task reports itself before it does."""
    for pid, tid in tasks:
        await_state(pid, b"SDTtZI", tid)


@contextlib.contextmanager
def cgroups():
    """
    Mounts the hierarchy of cgroups. If this kernel has none, the zoo skips the shape
    in a cgroup.
    """
    mount = tempfile.mkdtemp()
    run("mount", "-t", "cgroup2", "none", mount)
    try:
        yield
    finally:
        run("umount", "-l", mount)


class Shapes:
    """
    Tasks of known shapes, which taskmap-zoo creates and holds until this is closed.
    Has the (pid, tid) of each task by the name of its shape, and of their parents by
    that name with "-parent".
    """

    def __init__(self, *names, under=()):
        """UNDER is a command that runs taskmap-zoo, such as strace(1)."""
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen([*under, *zoo(*names or ["--all"])],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.tasks = {}
        self.skipped = {}
        for line in self.process.stdout:
            words = line.decode().split()
            if words == ["ready"]:
                for tasks in self.tasks.values():
                    settle(tasks)
                return
            if words[0] == "skip":
                self.skipped[words[1]] = " ".join(words[2:])
            else:
                self.tasks.setdefault(words[0], []).append(
                    (int(words[1]), int(words[2])))
        raise RuntimeError("taskmap-zoo could not create its tasks")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def all(self, name):
        """The (pid, tid) of each task. Skips the test if the zoo skipped the shape."""
        if name.removesuffix("-parent") in self.skipped:
            raise unittest.SkipTest(self.skipped[name.removesuffix("-parent")])
        return self.tasks[name]

    def one(self, name):
        """The (pid, tid) of a shape with one task."""
        (task,) = self.all(name)
        return task


def fork(function):
    """Forks a process that exits with the result of function(), or 255. Returns its
    pid."""
    pid = os.fork()
    if pid == 0:
        status = 255
        try:
            status = int(function() or 0)
        except BaseException as error:  # pylint: disable=broad-except
            os.write(2, f"# {error!r}\n".encode())
        finally:
            os._exit(status)
    return pid


def exit_code(pid):
    """Waits for a process. A negative result is the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    return exit_code(pid)


@contextlib.contextmanager
def process(function):
    """A process that calls function() and is killed at the end."""
    pid = fork(function)
    try:
        yield pid
    finally:
        kill(pid)


@contextlib.contextmanager
def child(function):
    """A process that calls function() and then holds still. Yields its pid."""
    done_read, done_write = os.pipe()
    end_read, end_write = os.pipe()

    def call_and_hold_still():
        os.close(end_write)
        function()
        os.write(done_write, b".")
        os.read(end_read, 1)
        return 0

    pid = fork(call_and_hold_still)
    os.close(done_write)
    os.close(end_read)
    try:
        if os.read(done_read, 1) != b".":
            raise RuntimeError("the child failed")
        yield pid
    finally:
        os.close(end_write)
        os.close(done_read)
        os.waitpid(pid, 0)


def stat(pid, tid=None):
    """The fields of /proc/PID/stat after the name; [0] is the state."""
    path = f"/proc/{pid}/task/{tid or pid}/stat"
    return read_all(path).rpartition(b")")[2].split()


def status(task):
    """The fields of /proc/TASK/status by name. TASK can be a path."""
    text = read_all(f"/proc/{task}/status").decode(errors="replace")
    return dict(line.split(":\t", 1) for line in text.split("\n")
                if ":\t" in line)
