# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Tests the file "events": it has every birth, exec and exit, in order, like the kernel's
own tracing; how reads work; and that events are counted if nobody reads them.
"""

import collections
import contextlib
import ctypes
import errno
import mmap
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import trace
from live import (DEBUGFS, LIBC, MODULE, PROCFS, READER, Loaded, Shapes, child,
                  effort, fork, insmod, load, loaded, process, program, read_all,
                  rmmod, settings, stat, where, write, zoo)
from stream import (BIRTH, EVENTS, EXEC, EXIT, HEADER, LOST, Brood, Stream,
                    events_kb, snapshot_records)
from test_queue import POWER

MIXES = effort(check=8, sanitizer=24, soak=2000)        # of twelve births
VFORKS = effort(check=400, sanitizer=800, soak=100000)
ROUNDS = effort(check=3, sanitizer=5, soak=50)
LOADS = effort(check=2, sanitizer=20, soak=200)
PROGRAMS = [zoo("fork", "vfork", "threads:9", "linuxthreads"),
            ["sh", "-c", "date | cat | (sleep 0; cat) | wc -c"]]
PROGRAMS += effort(check=[], sanitizer=[], soak=[
    zoo("--all"),
    ["make", "-s", "-j4", "-C",
     os.path.dirname(os.path.dirname(READER)), "reader", "O=/tmp/built"],
    ["stress-ng", "--fork", "2", "--fork-ops", "2000",
     "--vfork", "2", "--vfork-ops", "2000", "--clone", "1", "--clone-ops", "500",
     "--pthread", "2", "--pthread-ops", "500"],
])
# In KiB. One mebibyte holds some 2,200 events, and takes a while to allocate.
LARGE = effort(check=4096, sanitizer=4096, soak=65536)
LEAST = 32

# The flag of clone(2) that shares each resource, or that replaces it.
SHARED = {"mm": 0x100, "fs": 0x200, "files": 0x400, "sighand": 0x800,
          "signal": 0x10000}
NEW = {"mnt": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000,
       "ipc": 0x8000000, "user": 0x10000000, "net": 0x40000000}
CLONE_THREAD = SHARED["signal"]


def bear(count=1):
    """Creates COUNT children, which exit."""
    for _ in range(count):
        os.waitpid(fork(lambda: 0), 0)


@contextlib.contextmanager
def one_processor():
    """Limits this process, and the processes that it creates, to one CPU."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def read_now(fd, size=1 << 20):
    """Calls read(2). Returns the bytes, or the error."""
    try:
        return os.read(fd, size)
    except OSError as error:
        return error.errno


def family(events, root):
    """The events of all descendants of ROOT, in order, and of no other tasks."""
    pids = {root}
    ours = []
    for event in events:
        kind, pid, _, caller, old_pid = event
        if kind == BIRTH and caller in pids:
            pids.add(pid)
        elif kind == EXEC and old_pid in pids:
            pids.remove(old_pid)
            pids.add(pid)
        elif kind == EXIT and pid in pids:
            pids.remove(pid)
        else:
            continue
        ours.append(event)
    return ours


def module_account(events):
    return [(event.type, event.pid, event.flags, event.caller, event.old_pid)
            for event in events]


LINE = re.compile(
    r"-(\d+) +(?:\( *[-\d]+\) +)?\[\d+\] .*?: "
    r"(?:task_newtask: pid=(?P<born>\d+) comm=(?s:.{0,15}) "
    r"clone_flags=(?P<flags>\w+) "
    r"|sched_process_exec: .* pid=(?P<execs>\d+) old_pid=(?P<old>\d+)"
    r"|sched_process_exit: comm=(?s:.{0,15}) pid=(?P<exits>\d+) prio=)")


def kernel_account(lines):
    found = []
    # A task's name can contain newlines.
    for match in LINE.finditer("\n".join(lines)):
        if match["born"]:
            found.append((BIRTH, int(match["born"]), int(match["flags"], 16),
                          int(match[1]), 0))
        elif match["execs"]:
            found.append((EXEC, int(match["execs"]), 0, 0, int(match["old"])))
        else:
            found.append((EXIT, int(match["exits"]), 0, 0, 0))
    return found


def by_pid(events):
    """
    The events of each pid, in order. This order does not depend on the CPU: a pid is
    used again only after the exit of its task.
    """
    lists = collections.defaultdict(list)
    for event in events:
        lists[event[1]].append(event)
    return lists


@contextlib.contextmanager
def kernel_records():
    """Yields a function that returns the kernel's own record of events."""
    folders = [os.path.dirname(trace.file(f"events/{name}/enable"))
               for name in ("task/task_newtask", "sched/sched_process_exec",
                            "sched/sched_process_exit")]
    size = trace.file("buffer_size_kb")
    trace.write(size, str(effort(check=4096, sanitizer=4096, soak=131072)))
    try:
        with trace.recorded(folders, "0") as lines:
            yield lambda: kernel_account(lines())
    finally:
        trace.write(size, "1408")


class Account(Loaded):
    PARAMETERS = (f"events_kb={LARGE}",)

    def same(self, ours, theirs, events):
        """Compares both. Returns the number of events of each type."""
        self.assertEqual([event for event in events if event.type == LOST], [])
        times = [event.time_ns for event in events]
        self.assertEqual(times, sorted(times))
        self.assertEqual(by_pid(ours), by_pid(theirs))
        return collections.Counter(event[0] for event in ours)

    def compare(self, kind, rounds, workers, read=Brood.read_after):
        """Both records are the same, and agree with the counts of brood(1)."""
        with kernel_records() as kernel, Stream() as stream:
            start = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
            brood = Brood(kind, rounds, workers)
            events, counts = read(brood, stream)
            end = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
            theirs = family(kernel(), brood.pid)
        self.assertLessEqual(stream.header.start_ns, start)
        ours = family(module_account(events), brood.pid)
        mine = {event.pid: event.time_ns for event in events}[brood.pid]
        self.assertTrue(start < mine < end)
        seen = self.same(ours, theirs, events)
        # brood(1) does not count its own exec and exit.
        self.assertEqual([seen[BIRTH], seen[EXEC], seen[EXIT]],
                         [counts[0], counts[1] + 1, counts[2] + 1])
        print(f"# {kind}: {dict(seen)} of {len(events)} events")
        return ours, theirs

    def test_mix_on_all_processors(self):
        ours, _ = self.compare("mix", MIXES // 4, 4)
        self.assertTrue([event for event in ours if event[0] == EXEC
                         and event[1] != event[4]], "no exec by a thread")

    def test_mix_on_one_processor(self):
        """On one CPU, all events are in the same order."""
        with one_processor():
            ours, theirs = self.compare("mix", MIXES // 2, 1)
        if "PREEMPT_RT" in os.uname().version:
            self.skipTest("a task can be preempted between the two records")
        self.assertEqual(ours, theirs)

    def test_many_births(self):
        self.compare("vfork", VFORKS // 4, 4, Brood.read_meanwhile)

    def test_programs(self):
        """Events of ordinary programs."""
        for command in PROGRAMS:
            with self.subTest(command):
                if not shutil.which(command[0]):
                    self.skipTest(f"{command[0]} is not installed")
                with kernel_records() as kernel, Stream() as stream, \
                        subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL) as process:
                    self.assertEqual(process.wait(), 0)
                    events = stream.drain()
                    theirs = family(kernel(), process.pid)
                ours = family(module_account(events), process.pid)
                seen = self.same(ours, theirs, events)
                print(f"# {' '.join(command)}: {dict(seen)}")
                self.assertGreater(seen[BIRTH], 0)


class Records(Loaded):
    """The record of an event shows the task at that moment."""

    PARAMETERS = (f"events_kb={LARGE}",)

    # These can change without an event, or at their first use.
    CHANGING = ("active_mm", "io", "sysvsem")
    SAME = ("task start_ns pid tgid ppid ns_pid exit_signal uid gid euid fsuid "
            "birth_flags birth_pid cgroup parent pgrp session seccomp "
            "ns_inodes reserved unknown ns_levels ns_pids").split()

    def check_birth(self, event, caller):
        born = event.record
        flags = event.flags
        self.assertEqual((born.birth_flags, born.birth_pid),
                         (flags, event.caller))
        self.assertEqual(born.parent, caller.parent if flags & CLONE_THREAD
                         else caller.pid)
        self.assertEqual((born.uid, born.gid, born.euid, born.fsuid),
                         (caller.uid, caller.gid, caller.euid, caller.fsuid))
        self.assertEqual((born.cgroup, born.pgrp, born.session, born.comm),
                         (caller.cgroup, caller.pgrp, caller.session,
                          caller.comm))
        self.assertNotEqual(born.task, caller.task)
        self.assertEqual(born.exit_code, 0)
        for name, flag in SHARED.items():
            self.assertEqual(born.ids[name] == caller.ids[name],
                             bool(flags & flag), (name, hex(flags)))
        for name, flag in NEW.items():
            self.assertEqual(born.ids[name] == caller.ids[name],
                             not flags & flag, (name, hex(flags)))
        for name in ("cgroups", "pid", "time"):
            self.assertEqual(born.ids[name], caller.ids[name], name)

    def check_exec(self, event, before):
        after = event.record
        self.assertEqual(after.task, before.task)
        self.assertEqual(after.birth_flags, before.birth_flags)
        self.assertEqual(after.tgid, after.pid)
        self.assertEqual(after.threads, 1)
        self.assertNotEqual(after.ids["mm"], before.ids["mm"])
        for name in ("signal", "fs", *NEW):
            self.assertEqual(after.ids[name], before.ids[name], name)

    def check_exit(self, event, before):
        after = event.record
        for name in ("task", "start_ns", "pid", "tgid", "birth_flags",
                     "birth_pid", "uid", "comm"):
            self.assertEqual(getattr(after, name), getattr(before, name), name)
        self.assertIn(after.ids["mm"], (0, before.ids["mm"]))
        for name in ("files", "fs", "sighand", "signal", *NEW):
            self.assertEqual(after.ids[name], before.ids[name], name)
        self.assertTrue(after.flags & 4)      # PF_EXITING

    def test_records_follow_from_each_other(self):
        """Each record follows from the task's last one, or from its creator's."""
        with Stream() as stream:
            brood = Brood("mix", MIXES // 4, 2)
            events, _ = brood.read_after(stream)
        last = {}
        checked = collections.Counter()
        for event in events:
            pid = event.pid
            if event.type == BIRTH:
                if event.caller in last:
                    self.check_birth(event, last[event.caller])
                last[pid] = event.record
            elif event.type == EXEC and event.old_pid in last:
                self.check_exec(event, last.pop(event.old_pid))
                last[pid] = event.record
            elif event.type == EXIT and pid in last:
                self.check_exit(event, last.pop(pid))
            else:
                continue
            checked[event.type] += 1
        self.assertGreater(checked[BIRTH], 40)
        self.assertGreater(checked[EXEC], 4)

    def test_a_snapshot_says_the_same(self):
        """For tasks that do nothing after they were created."""
        shapes = ("fork", "vfork", "threads", "linuxthreads", "clone-newuts",
                  "clone-newipc", "clone-newnet", "clone-newpid",
                  "clone-newcgroup", "clone-files", "clone-vm+sighand+thread")
        with Stream() as stream, Shapes(*shapes) as made:
            _, shown = snapshot_records()
            events = {event.pid: event.record for event in stream.drain()
                      if event.type == BIRTH}
            pids = {tid for name in shapes if name in made.tasks
                    for _, tid in made.all(name)}
        self.assertGreater(len(pids), 5)
        for pid in pids:
            event, record = events[pid], shown[pid]
            for name in self.SAME:
                self.assertEqual(getattr(event, name), getattr(record, name),
                                 name)
            for name, ident in record.ids.items():
                if name not in self.CHANGING:
                    self.assertEqual(event.ids[name], ident, name)

    def test_header(self):
        with Stream() as stream:
            bear()
            header = stream.header
            other, _ = snapshot_records()
            events = stream.drain()
        self.assertEqual((header.flags, header.count), (EVENTS, 0))
        for name in ("magic", "version", "header_size", "record_size",
                     "resource_count", "ids_offset", "refs_offset", "release",
                     "fingerprint", "births_ns", "resources", "node"):
            self.assertEqual(getattr(header, name), getattr(other, name), name)
        self.assertEqual((other.event_size, other.event_record), (0, 0))
        self.assertLess(header.start_ns, events[0].time_ns)
        self.assertLess(events[0].time_ns, other.start_ns)
        for event in events:
            self.assertEqual((event.reserved, event.lost), (0, 0))

    def exit_code_of(self, function):
        """The exit code of a child from wait(2), and those in events of its tasks."""
        with Stream() as stream:
            pid = fork(function)
            status = os.waitpid(pid, 0)[1]
            return status, {event.pid - pid: event.record.exit_code
                            for event in stream.drain() if event.type == EXIT
                            and event.record.tgid == pid}

    def test_exit_codes(self):
        def signal_self(number):
            os.kill(os.getpid(), number)

        self.assertEqual(self.exit_code_of(lambda: 3), (0x300, {0: 0x300}))
        for number in (signal.SIGKILL, signal.SIGTERM):
            self.assertEqual(
                self.exit_code_of(lambda number=number: signal_self(number)),
                (number, {0: number}))

    def test_exit_codes_of_threads(self):
        def thread_ends():
            thread = threading.Thread(target=lambda: None)
            thread.start()
            thread.join()
            # The exit event of a thread can come after join().
            while len(os.listdir("/proc/self/task")) > 1:
                os.sched_yield()
            return 5

        def thread_ends_all():
            threading.Thread(target=lambda: os._exit(7)).start()
            while True:
                signal.pause()

        status, codes = self.exit_code_of(thread_ends)
        self.assertEqual((status, sorted(codes.values())), (0x500, [0, 0x500]))
        status, codes = self.exit_code_of(thread_ends_all)
        self.assertEqual((status, sorted(codes.values())),
                         (0x700, [0x700, 0x700]))


class Complete(Loaded):
    """A snapshot taken after open, plus the events, gives every later snapshot."""

    PARAMETERS = (f"events_kb={LARGE}",)

    @staticmethod
    def alive(records):
        return {(record.pid, record.start_ns) for record in records.values()
                if record.state not in b"ZX"}

    @staticmethod
    def apply(events, tasks):
        """TASKS after EVENTS. Only an exec changes the key of a task."""
        start_of = {}
        for pid, start in tasks:
            start_of[pid] = start
        for event in events:
            if event.type == EXEC:
                start_of.pop(event.old_pid, None)
            if event.type == EXIT:
                start_of.pop(event.pid, None)
            else:
                start_of[event.pid] = event.record.start_ns
        return set(start_of.items())

    def test_events_complete_a_snapshot(self):
        compared = changes = 0
        while compared < ROUNDS:
            with Stream() as stream, contextlib.ExitStack() as held:
                before = Brood("mix", 1)
                before.begin()
                header, records = snapshot_records()
                first = self.alive(records)
                for _ in range(3):
                    held.enter_context(child(lambda: None))
                before.end()
                later, records = snapshot_records()
                bear()
                events = stream.drain()
            # A snapshot is not one instant. Retry if other processes come or go.
            if [event for event in events
                    if later.start_ns <= event.time_ns <= later.end_ns]:
                continue
            past = [event for event in events
                    if event.time_ns < later.start_ns]
            self.assertEqual(self.apply(past, first), self.alive(records))
            changes += len([event for event in past
                            if event.time_ns > header.end_ns])
            compared += 1
        self.assertGreater(changes, 0)


class Reading(Loaded):
    def open(self, flags=0):
        fd = os.open(where() + "/events", os.O_RDONLY | flags)
        self.addCleanup(os.close, fd)
        return fd

    def stream(self):
        stream = Stream()
        self.addCleanup(stream.close)
        return stream

    @staticmethod
    def quiet(stream):
        """Waits until no more events come."""
        while stream.drain():
            os.sched_yield()

    def test_header_is_there_at_once(self):
        fd = self.open()
        self.assertEqual(len(os.read(fd, HEADER.size)), HEADER.size)

    def test_nothing_yet(self):
        stream = self.stream()
        self.quiet(stream)
        self.assertEqual(read_now(stream.fd), errno.EAGAIN)
        self.assertEqual(os.read(stream.fd, 0), b"")

    def test_no_seeking(self):
        fd = self.open()
        for whence in (os.SEEK_SET, os.SEEK_CUR, os.SEEK_END):
            with self.assertRaises(OSError) as caught:
                os.lseek(fd, 0, whence)
            self.assertEqual(caught.exception.errno, errno.ESPIPE)
        with self.assertRaises(OSError) as caught:
            os.pread(fd, 1 << 20, 0)
        self.assertEqual(caught.exception.errno, errno.ESPIPE)

    def test_whole_events(self):
        """Reads of any size return whole events. Too small reads lose nothing."""
        all_events, stream = self.stream(), self.stream()
        size = stream.header.event_size
        bear(3)
        keys = [event.key() for event in all_events.drain()]
        parts = []
        for length, whole in ((size - 1, 0), (size, 1), (size * 3 // 2, 1),
                              (1, 0), (2 * size - 1, 1), (2 * size, 2)):
            got = read_now(stream.fd, length)
            if whole:
                self.assertEqual(len(got), whole * size)
                parts.append(got)
            else:
                self.assertEqual(got, errno.EINVAL)
        self.assertEqual([event.key() for event in
                          stream.decode(b"".join(parts)) + stream.drain()]
                         [:len(keys)], keys)

    def test_buffer_for_less_than_the_header(self):
        fd = self.open()
        for length in (0, 1, HEADER.size - 1):
            self.assertEqual(read_now(fd, length), errno.EINVAL)
        self.assertEqual(len(os.read(fd, HEADER.size + 1)), HEADER.size)

    def test_bad_buffer(self):
        """Events that do not fit before a fault are not lost, nor is the header."""
        all_events = self.stream()
        fd = self.open(os.O_NONBLOCK)
        bear(2)
        keys = [event.key() for event in all_events.drain()]
        header, size = all_events.header, all_events.header.event_size
        page = mmap.PAGESIZE
        with mmap.mmap(-1, 2 * page) as memory:
            start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
            edge = start + page
            self.assertEqual(LIBC.mprotect(ctypes.c_void_p(edge),
                                           ctypes.c_size_t(page), 0), 0)

            def read_to(address):
                got = LIBC.read(fd, ctypes.c_void_p(address),
                                ctypes.c_size_t(page))
                return -ctypes.get_errno() if got < 0 else \
                    ctypes.string_at(address, got)

            self.assertEqual(read_to(edge - HEADER.size + 1), -errno.EFAULT)
            got = read_to(edge - HEADER.size)
            self.assertEqual(len(got), HEADER.size)
            self.assertEqual(read_to(edge - size + 1), -errno.EFAULT)
            got = read_to(edge - size * 3 // 2)
            self.assertEqual(len(got), size)
            LIBC.mprotect(ctypes.c_void_p(start), ctypes.c_size_t(2 * page), 3)
        events = all_events.decode(got + os.read(fd, 1 << 20))
        self.assertEqual([event.key() for event in events][:len(keys)], keys)
        self.assertEqual(header.event_size, size)

    def test_waiting(self):
        """poll, select and epoll report nothing, and then an event."""
        def by_poll(fd):
            poll = select.poll()
            poll.register(fd, select.POLLIN)
            return lambda wait: bool(poll.poll(-1 if wait else 0))

        def by_select(fd):
            return lambda wait: bool(
                select.select([fd], [], [], None if wait else 0)[0])

        def by_epoll(fd, flags=0):
            epoll = select.epoll()
            self.addCleanup(epoll.close)
            epoll.register(fd, select.EPOLLIN | flags)
            return lambda wait: bool(epoll.poll(-1 if wait else 0))

        def by_edges(fd):
            return by_epoll(fd, select.EPOLLET)

        for kind in (by_poll, by_select, by_epoll, by_edges):
            with self.subTest(kind=kind.__name__), Stream() as stream:
                ready = kind(stream.fd)
                for _ in range(ROUNDS):
                    pid = fork(self.end_after_the_parent_slept(os.getpid()))
                    while ready(False):
                        self.quiet(stream)
                    self.assertTrue(ready(True))
                    os.waitpid(pid, 0)
                    self.assertIn((EXIT, pid), [(event.type, event.pid)
                                                for event in stream.drain()])

    @staticmethod
    def end_after_the_parent_slept(parent):
        def wait_and_end():
            while stat(parent)[0] != b"S":
                os.sched_yield()
            return 0
        return wait_and_end

    def test_header_makes_it_ready(self):
        fd = self.open()
        self.assertEqual(select.select([fd], [], [], 0)[0], [fd])

    @staticmethod
    def await_sleep(pid):
        """Waits until the process sleeps; it only does so in read(2)."""
        while stat(pid)[0] != b"S":
            os.sched_yield()

    def sleeping_reader(self, restart):
        """
        Starts a process that reads when there are no events. Returns a pipe from it,
        and its pid. After a signal, it writes the result of read(2), 0 or an error.
        """
        fd = self.open()
        told, tell = os.pipe()
        self.addCleanup(os.close, told)
        self.addCleanup(os.close, tell)

        def read_on():
            signal.signal(signal.SIGUSR1, lambda *_: None)
            signal.siginterrupt(signal.SIGUSR1, not restart)
            buffer = ctypes.create_string_buffer(1 << 20)
            LIBC.read(fd, buffer, ctypes.c_size_t(HEADER.size))
            # Skip its own birth and events of other tasks.
            os.write(tell, b"ready\n")
            while True:
                got = LIBC.read(fd, buffer, ctypes.c_size_t(1 << 20))
                os.write(tell, b"%d\n" % (ctypes.get_errno() if got < 0
                                          else 0))
        return read_on, told

    def test_signals(self):
        """Signals interrupt a read. With SA_RESTART it continues."""
        for restart in (False, True):
            function, told = self.sleeping_reader(restart)
            with self.subTest(restart=restart), process(function) as pid:
                self.assertEqual(os.read(told, 6), b"ready\n")
                self.assertEqual(os.read(told, 2), b"0\n")
                self.await_sleep(pid)
                os.kill(pid, signal.SIGUSR1)
                if restart:
                    # It sleeps again, and has written nothing.
                    while self.pending(pid):
                        os.sched_yield()
                    self.await_sleep(pid)
                    self.assertFalse(select.select([told], [], [], 0)[0])
                    bear()
                said = os.read(told, 64).split()
                self.assertEqual(b"%d" % errno.EINTR in said, not restart)

    @staticmethod
    def pending(pid):
        return re.search(rb"^ShdPnd:\s*0*[1-9a-f]",
                         read_all(f"/proc/{pid}/status"), re.M)

    def test_killed_readers(self):
        fd = self.open()
        os.read(fd, HEADER.size)
        for _ in range(ROUNDS):
            function, told = self.sleeping_reader(False)
            with process(function) as pid:
                self.assertEqual(os.read(told, 6), b"ready\n")
                self.await_sleep(pid)
        self.assertTrue(os.read(fd, 1 << 20))

    def test_readers_of_one_open_file(self):
        """Each event goes to exactly one reader."""
        all_events, stream = self.stream(), self.stream()
        got = [[] for _ in range(3)]
        end = threading.Event()

        def read_some(mine):
            while True:
                last = end.is_set()
                part = stream.read(3 * stream.header.event_size)
                if part:
                    mine.append(part)
                elif last:
                    return
                else:
                    select.select([stream], [], [], 0.01)

        threads = [threading.Thread(target=read_some, args=(mine,))
                   for mine in got]
        for thread in threads:
            thread.start()
        brood = Brood("vfork", 100)
        brood.begin()
        brood.end()
        # Before the threads end.
        wanted = all_events.drain()
        end.set()
        for thread in threads:
            thread.join()
        keys = [event.key() for mine in got for part in mine
                for event in stream.decode(part)]
        self.assertEqual(len(keys), len(set(keys)))
        wanted = {event.key() for event in wanted[len(threads):]}
        self.assertGreater(len(wanted), 200)
        self.assertLessEqual(wanted, set(keys))

    def test_opens_are_independent(self):
        streams = [self.stream() for _ in range(3)]
        Loss.breed("mix", 3)
        keys = [[event.key() for event in stream.drain()]
                for stream in streams]
        shortest = min(map(len, keys))
        self.assertGreater(shortest, 50)
        last = keys[-1][:50]
        for each in keys:
            at = each.index(last[0])
            self.assertEqual(each[at:at + 50], last)

    def freeze(self, kind, options, switch, frozen):
        """A sleeping reader is frozen, and continues with the events afterwards."""
        with contextlib.ExitStack() as held:
            top = held.enter_context(tempfile.TemporaryDirectory())
            if subprocess.run(["mount", "-t", kind, "-o", options, kind, top],
                              stderr=subprocess.DEVNULL,
                              check=False).returncode:
                self.skipTest(f"this kernel's {kind} cannot freeze")
            held.callback(subprocess.run, ["umount", top], check=True)
            group = top + "/taskmap"
            os.mkdir(group)
            held.callback(os.rmdir, group)
            function, told = self.sleeping_reader(False)
            pid = held.enter_context(process(function))
            held.callback(write, f"{group}/{switch}", frozen[3])
            write(group + "/cgroup.procs", str(pid))
            self.assertEqual(os.read(told, 6), b"ready\n")
            self.await_sleep(pid)
            write(f"{group}/{switch}", frozen[0])
            while frozen[2] not in read_all(f"{group}/{frozen[1]}"):
                os.sched_yield()
            bear()
            write(f"{group}/{switch}", frozen[3])
            while frozen[2] in read_all(f"{group}/{frozen[1]}"):
                os.sched_yield()
            bear()
            self.await_sleep(pid)
            self.assertEqual(set(os.read(told, 1024).split()), {b"0"})

    def test_freezer_of_cgroup_1(self):
        self.freeze("cgroup", "freezer", "freezer.state",
                    ("FROZEN", "freezer.state", b"FROZEN", "THAWED"))

    def test_freezer_of_cgroup_2(self):
        self.freeze("cgroup2", "defaults", "cgroup.freeze",
                    ("1", "cgroup.events", b"frozen 1", "0"))

    def test_suspend(self):
        """Suspends only up to the freezing of all processes."""
        if not os.path.exists(POWER + "pm_test"):
            self.skipTest("this kernel cannot test suspend")
        function, told = self.sleeping_reader(False)
        with process(function) as pid, \
                settings({"/sys/module/suspend/parameters/pm_test_delay": 0}):
            self.assertEqual(os.read(told, 6), b"ready\n")
            self.await_sleep(pid)
            write(POWER + "pm_test", "freezer")
            try:
                write(POWER + "state", "freeze")
            finally:
                write(POWER + "pm_test", "none")
            bear()
            self.await_sleep(pid)
            self.assertEqual(set(os.read(told, 1024).split()), {b"0"})


class Loss(Loaded):
    """
    Compares the smallest possible ring, which is not read or is read too slowly, with a
    ring that holds every event. Lost events must be counted where they are missing.
    """

    def setUp(self):
        with events_kb(LEAST):
            self.small = Stream()
        self.addCleanup(self.small.close)
        with events_kb(LARGE):
            self.large = Stream()
        self.addCleanup(self.large.close)

    @staticmethod
    def breed(kind, rounds, workers=1):
        brood = Brood(kind, rounds, workers)
        brood.begin()
        return brood.end()

    def check(self, events):
        """
        The small ring has the events of the large one, with gaps of the reported sizes.
        All tasks ran on one CPU: with several CPUs, two rings can have the same events
        in different orders.
        """
        every = [event.key() for event in self.large.drain()]
        self.assertNotIn(LOST, [key[0] for key in every])
        if events[0].key() not in every:
            # This event happened before the large ring existed.
            del events[0]
        at = every.index(events[0].key())
        lost = 0
        for event in events:
            if event.type == LOST:
                self.check_lost(event)
                at += event.lost
                lost += event.lost
            else:
                self.assertEqual(event.key(), every[at])
                at += 1
        # Other tasks can have come and gone since the last read.
        self.assertLess(len(every) - at, 10)
        return lost

    def check_lost(self, event):
        header, image, at = event.source
        self.assertGreater(event.lost, 0)
        self.assertEqual((event.flags, event.caller, event.old_pid), (0, 0, 0))
        self.assertEqual(image[at:at + header.record_size],
                         bytes(header.record_size))

    def check_number(self, events, counts):
        """Read and lost events add up to the number of events."""
        gaps = [event for event in events if event.type == LOST]
        read = [event.key() for event in events if event.type != LOST]
        lost = sum(event.lost for event in gaps)
        times = [event.time_ns for event in events]
        every = {event.key() for event in self.large.drain()}
        print(f"# {len(read)} read, {lost} lost in {len(gaps)} gaps, of "
              f"{len(every)} events, {sum(counts)} of them made here")
        self.assertEqual(times, sorted(times))
        self.assertGreater(lost, 0)
        self.assertLess(len(set(read) - every), 10)
        self.assertGreaterEqual(len(read) + lost, sum(counts))
        self.assertLess(abs(len(read) + lost - len(every)), 10)

    def test_gap(self):
        """The gap is where the ring was full, and events follow it."""
        with one_processor():
            self.breed("vfork", 100)
            size = self.small.header.event_size
            events = self.small.decode(self.small.read(40 * size))
            self.breed("vfork", 1)
            events += self.small.drain()
            self.breed("mix", 1)
            events += self.small.drain()
        (at,) = [index for index, event in enumerate(events)
                 if event.type == LOST]
        self.assertGreater(at, 40)
        self.assertLess(at, len(events) - 10)
        self.assertGreater(self.check(events), 100)

    def test_loss_at_the_end(self):
        """The loss is reported once, without waiting for another event."""
        with one_processor():
            self.breed("vfork", 100)
            events = self.small.drain()
            (lost,) = [event for event in events if event.type == LOST]
            self.assertIn(lost, events[-3:])
            self.breed("vfork", 2)
            later = self.small.drain()
        self.assertNotIn(LOST, [event.type for event in later])
        self.assertGreater(len(later), 6)
        self.assertGreater(self.check(events + later), 100)

    def test_loss_makes_it_ready(self):
        """poll(2) reports a ring that contains only a loss."""
        self.breed("vfork", 100)
        size = self.small.header.event_size
        while (event := self.small.decode(self.small.read(size))[0]).type \
                != LOST:
            self.assertEqual(select.select([self.small], [], [], 0)[0],
                             [self.small])
        self.assertGreater(event.lost, 100)

    def test_slow_reader(self):
        """A storm runs on all CPUs, and the reader starts late, so it loses events."""
        early = self.breed("vfork", 100)
        brood = Brood("vfork", VFORKS // 4, 4)
        brood.begin()
        size = self.small.header.event_size
        parts = []
        while brood.process.poll() is None:
            parts.append(self.small.read(3 * size) or b"")
        counts = brood.end()
        parts.append(b"".join(iter(lambda: self.small.read(size) or b"",
                                   b"")))
        self.check_number(self.small.decode(b"".join(parts)), early + counts)

    def test_nobody_reads(self):
        counts = self.breed("vfork", VFORKS // 4, 4)
        self.check_number(self.small.drain(), counts)


class Attached(unittest.TestCase):
    """Probes are registered while the file is open, and at no other time."""

    def tearDown(self):
        if loaded():
            rmmod()

    def test_only_while_open(self):
        self.assertEqual(insmod("births=0"), 0)
        with trace.calls("taskmap:probe_exec") as calls:
            subprocess.run("true", check=True)
            self.assertEqual(calls(), [])
            one, two = Stream(), Stream()
            subprocess.run("true", check=True)
            self.assertEqual(len(calls()), 1)
            one.close()
            subprocess.run("true", check=True)
            self.assertEqual(len(calls()), 2)
            two.close()
            subprocess.run("true", check=True)
            self.assertEqual(len(calls()), 2)
            with Stream():
                subprocess.run("true", check=True)
            self.assertEqual(len(calls()), 3)

    def test_without_births(self):
        """With births=0, events still have the flags."""
        self.assertEqual(insmod("births=0"), 0)
        with Stream() as stream:
            pid = fork(lambda: 0)
            os.waitpid(pid, 0)
            (event,) = [event for event in stream.drain()
                        if event.type == BIRTH and event.pid == pid]
        self.assertEqual(event.caller, os.getpid())
        self.assertNotEqual(event.flags, 0)
        self.assertEqual((event.record.birth_flags, event.record.birth_pid),
                         (0, 0))
        self.assertEqual(stream.header.births_ns, 0)

    def test_rmmod_is_refused(self):
        """Also in procfs, where open files do not keep a module by themselves."""
        self.assertEqual(insmod("procfs=1"), 0)
        for directory in (DEBUGFS, PROCFS):
            with Stream(directory + "/events") as stream:
                self.assertEqual(rmmod(), errno.EWOULDBLOCK)
                pid = fork(lambda: 0)
                os.waitpid(pid, 0)
                self.assertIn(pid, [event.pid for event in stream.drain()])
        self.assertEqual(rmmod(), 0)

    def test_rmmod_under_a_storm(self):
        """No probe remains when the module's code is freed."""
        module = read_all(MODULE)
        with trace.occupied("task/task_newtask", "sched/sched_process_free",
                            "sched/sched_process_exec",
                            "sched/sched_process_exit"), \
                subprocess.Popen([program("storm"), "fork"],
                                 stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE) as storm:
            self.assertEqual(storm.stdout.readline(), b"ready\n")
            for number in range(LOADS):
                self.assertEqual(load(module, f"procfs=1 births={number % 2}"),
                                 0)
                directory = (DEBUGFS, PROCFS)[number % 2]
                with Stream(directory + "/events") as stream:
                    with Stream():
                        pass
                    select.select([stream], [], [])
                    self.assertTrue(stream.read(1 << 16))
                self.assertEqual(rmmod(), 0)
            storm.communicate()
        self.assertEqual(storm.returncode, 0)
