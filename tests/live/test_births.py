# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Compares births with the kernel's own tracing, and with the report of the program that
created the tasks; test_strace compares them with strace(1). A birth may be unknown but never wrong. Here there
is enough memory, so it is known.
"""

import collections
import json
import os
import random
import re
import struct
import subprocess
import threading
import time

import trace
from fire import Crowd
from live import (READER, Loaded, Shapes, child, effort, fork, program,
                  read_all, run, snapshot, stat)

SEED = int(os.environ.get("TASKMAP_SEED", 0)) or random.randrange(1, 1 << 31)
FAMILIES = effort(check=500, sanitizer=500, soak=3000)
WRAPS = effort(check=4, sanitizer=4, soak=100)
QUICK = os.cpu_count() * effort(check=3000, sanitizer=3000, soak=50000)
CROWD = effort(check=1000, sanitizer=1000, soak=3000)

CLONE_VM, CLONE_THREAD, CLONE_UNTRACED = 0x100, 0x10000, 0x800000
KTHREADD = 2
NONE = (0, 0)

HEADER_BIRTHS = struct.Struct("=160xQ")
RECORD_BIRTH = struct.Struct("=72xQ8xi")


def births_ns(shot):
    return HEADER_BIRTHS.unpack_from(shot.image)[0]


def births(shot):
    """The births of a snapshot by pid: (flags, caller), or NONE."""
    return {task.pid: RECORD_BIRTH.unpack_from(shot.image, shot.at(index))
            for index, task in enumerate(shot.tasks)}


def births_of_reader(*pids):
    """The header, and the tasks by pid, from "taskmap list -J"."""
    result = run(READER, "list", "--json", "-o", "PID,BIRTH_PID,BIRTH_FLAGS",
                 *(["-p", ",".join(map(str, pids))] if pids else []))
    if result.returncode:
        raise AssertionError(result.stderr)
    whole = json.loads(result.stdout)
    return whole["taskmap"], {task["pid"]: task for task in whole["tasks"]}


class Maker:
    """A process of births(1), which creates tasks and reports how."""

    def __init__(self, living):
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            [program("births"), str(SEED), str(living)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def create(self, families):
        """Creates tasks. Returns (flags, caller) by pid; flags can be None."""
        self.process.stdin.write(f"{families}\n")
        self.process.stdin.flush()
        told = {}
        for line in self.process.stdout:
            if line == "ready\n":
                return told
            pid, caller, flags = line.split()
            told[int(pid)] = (None if flags == "-" else int(flags, 16),
                              int(caller))
        raise RuntimeError("births could not create its tasks")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def differences(told, found):
    """The births in TOLD, by the program, that differ from those FOUND."""
    for pid, (flags, caller) in told.items():
        # 32-bit kernels before 6.18 do not report the higher bits.
        known = found[pid][0] if flags is None else flags
        if struct.calcsize("P") == 4:
            known &= 0xFFFFFFFF
        if found[pid] != (known, caller):
            yield f"{pid} was born {(flags, caller)}, not {found[pid]}"


NEWTASK = re.compile(r".*-(\d+) +\[\d+\] .* task_newtask: "
                     r"pid=(\d+) comm=.* clone_flags=([0-9a-f]+) ")
EXEC = re.compile(r".* sched_process_exec: .*pid=(\d+) old_pid=(\d+)")


def traced_births(lines):
    """The births by pid in the kernel's own tracing."""
    traced = {}
    for line in lines:
        if match := NEWTASK.match(line):
            caller, pid, flags = match.groups()
            traced[int(pid)] = (int(flags, 16), int(caller))
        elif match := EXEC.match(line):
            pid, old = map(int, match.groups())
            traced[pid] = traced.get(old, NONE)
    return traced


def lost_events():
    stats = trace.file("per_cpu")
    return sum(int(count) for cpu in os.listdir(stats)
               for count in re.findall(
                   r"(?:overrun|dropped events): (\d+)",
                   read_all(f"{stats}/{cpu}/stats").decode()))


def exec_in_thread():
    """Executes cat(1) in a thread that is not the leader."""
    def become():
        os.execvp("cat", ["cat"])

    threading.Thread(target=become).start()
    threading.Event().wait()


class Births(Loaded):
    @classmethod
    def setUpClass(cls):
        cls.old = {int(pid): stat(pid)[19] for pid in os.listdir("/proc")
                   if pid.isdigit()}
        super().setUpClass()
        print(f"# TASKMAP_SEED={SEED}")

    def assert_told(self, told, found):
        self.assertEqual(list(differences(told, found)), [],
                         f"TASKMAP_SEED={SEED}")

    def test_older_tasks(self):
        shot = snapshot()
        self.assertGreater(births_ns(shot), 0)
        self.assertLess(births_ns(shot), shot.start_ns)
        found = births(shot)
        old = [pid for pid, start in self.old.items()
               if pid in found and stat(pid)[19] == start]
        self.assertIn(1, old)
        for pid in old:
            self.assertEqual(found[pid], NONE, pid)
        header, tasks = births_of_reader(1)
        self.assertEqual(int(header["births_ns"]), births_ns(shot))
        self.assertIsNone(tasks[1]["birth_pid"])
        self.assertIsNone(tasks[1]["birth_flags"])

    def test_tracepoint(self):
        """Checks the tasks that this test creates, and all others."""
        with trace.recorded([os.path.dirname(trace.file(f"events/{name}/enable"))
                             for name in ("task/task_newtask",
                                          "sched/sched_process_exec")],
                            "0") as lines, Maker(FAMILIES) as maker:
            told = maker.create(FAMILIES)
            shot = snapshot()
            traced = traced_births(lines())
            self.assertEqual(lost_events(), 0, "the trace has gaps")
        found = births(shot)
        self.assert_told(told, found)
        self.assertLess(set(told), set(traced))
        known = {pid: birth for pid, birth in found.items()
                 if pid in traced and (pid in told or birth != NONE)}
        self.assertEqual(known, {pid: traced[pid] for pid in known})
        self.assertGreater(len(known), FAMILIES)
        flags = collections.Counter(flags for flags, _ in known.values())
        print(f"# {len(known)} births of {len(flags)} sets of flags, "
              f"{len(traced)} traced")

    def test_pids_are_used_again(self):
        """A small pid_max makes the kernel use each pid for many tasks in turn."""
        room, living, path = 200, 30, "/proc/sys/kernel/pid_max"
        pid_max = read_all(path)
        self.addCleanup(trace.write, path, pid_max.decode())
        trace.write(path, str(300 + room))
        seen, again = set(), 0
        with Maker(living) as maker:
            for _ in range(WRAPS):
                told = maker.create(room // 2)
                self.assert_told(told, births(snapshot()))
                again += len(seen & set(told))
                seen |= set(told)
        self.assertGreater(again, 0, "no pid was used again")
        print(f"# {WRAPS} times {room} pids, {again} of them seen before")

    def test_exec_by_a_thread(self):
        """After exec, the task has the leader's pid and the thread's birth."""
        read, write = os.pipe()

        def become():
            os.dup2(read, 0)
            os.close(write)
            exec_in_thread()

        pid = fork(become)
        self.addCleanup(os.waitpid, pid, 0)
        self.addCleanup(os.close, write)
        os.close(read)
        while read_all(f"/proc/{pid}/comm") != b"cat\n":
            os.sched_yield()
        flags, caller = births(snapshot())[pid]
        self.assertTrue(flags & CLONE_THREAD, f"born with {flags:#x}")
        self.assertEqual(caller, pid)

    def test_kernel_thread(self):
        """The kernel creates a thread for a trigger of pressure stalls."""
        try:
            trigger = os.open("/proc/pressure/cpu", os.O_RDWR)
        except OSError as error:
            self.skipTest(f"/proc/pressure/cpu: {error}")
        self.addCleanup(os.close, trigger)
        os.write(trigger, b"some 150000 1000000\0")
        shot = snapshot()
        found = births(shot)
        threads = [task.pid for task in shot.tasks
                   if task.comm == b"psimon" and task.pid not in self.old]
        self.assertEqual(len(threads), 1)
        flags, caller = found[threads[0]]
        self.assertEqual(caller, KTHREADD)
        self.assertEqual(flags & (CLONE_VM | CLONE_UNTRACED),
                         CLONE_VM | CLONE_UNTRACED)

    def test_worker(self):
        """An io_uring worker is created by a thread of its process."""
        with Shapes("worker") as shapes:
            _, pid = shapes.one("worker")
            shot = snapshot()
            flags, caller = births(shot)[pid]
            self.assertTrue(flags & CLONE_THREAD, f"born with {flags:#x}")
            self.assertEqual(shot.by_pid[caller].tgid, shot.by_pid[pid].tgid)

    def test_zombie(self):
        with Shapes("zombie") as shapes:
            _, pid = shapes.one("zombie")
            shot = snapshot()
            self.assertEqual(shot.by_pid[pid].state, "Z")
            flags, caller = births(shot)[pid]
            self.assertEqual(caller, shot.by_pid[pid].ppid)
            self.assertEqual(flags & (CLONE_VM | CLONE_THREAD), 0)


SLAB = "/sys/kernel/slab/taskmap_birth"
ENTRY = 64          # the most bytes that a birth may take
SPARE_PER_CPU = 2 * 1024
PATIENCE = 180      # seconds until the last RCU callback, enough on a busy machine


class Memory(Loaded):
    def setUp(self):
        if not os.path.isdir(SLAB) or os.path.islink(SLAB):
            self.skipTest("the kernel merges slab caches, or does not show "
                          "them: boot with slab_nomerge")

    @staticmethod
    def entries():
        """The number of entries, after the free ones of each CPU are released."""
        trace.write(SLAB + "/shrink", "1")
        return int(read_all(SLAB + "/objects").split()[0])

    def spare(self):
        """The number of entries that belong to no task."""
        entries = self.entries()
        return entries - sum(birth != NONE
                             for birth in births(snapshot()).values())

    def assert_few_spare(self):
        """Waits for this: RCU callbacks and a worker may have to run first."""
        most = SPARE_PER_CPU * os.cpu_count()
        end = time.monotonic() + PATIENCE
        while (spare := self.spare()) > most and time.monotonic() < end:
            os.sched_yield()
        self.assertLessEqual(spare, most, "births are kept")
        return spare

    def test_one_after_another(self):
        self.assertGreater(QUICK, SPARE_PER_CPU * os.cpu_count())
        self.assertEqual(run(program("births"), "--quick",
                             str(QUICK)).returncode, 0)
        print(f"# after {QUICK} births: {self.assert_few_spare()} spare")

    def test_many_at_once(self):
        self.assertLessEqual(int(read_all(SLAB + "/object_size")), ENTRY)
        with Crowd("processes", CROWD) as crowd:
            found = births(snapshot())
            for pid in crowd.pids:
                self.assertEqual(found[pid][0], CLONE_VM)
            during = self.assert_few_spare()
        print(f"# {during} spare beside {CROWD} births, "
              f"{self.assert_few_spare()} after")


class Off(Loaded):
    PARAMETERS = ("births=0",)

    def test_no_birth_is_known(self):
        with child(lambda: None) as pid:
            shot = snapshot()
            header, tasks = births_of_reader(pid)
        self.assertEqual(births_ns(shot), 0)
        self.assertEqual(set(births(shot).values()), {NONE})
        self.assertIn(pid, shot.by_pid)
        self.assertIsNone(header["births_ns"])
        self.assertIsNone(tasks[pid]["birth_pid"])
        self.assertFalse(os.path.lexists(SLAB))
