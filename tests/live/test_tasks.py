# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""What the files say of tasks, held against what the tasks are."""

import ctypes
import os
import subprocess
import threading

import image
from image import RESOURCES
from live import ABSENT, Loaded, Shapes, child, read_all, snapshot, stat, where

PF_KTHREAD = 0x00200000
PF_IO_WORKER = 0x10

# Bytes of a task's name, by the shape that has it.
NAMES = {
    "name-newline": b"new\nline",
    "name-tab": b"tab\there",
    "name-backslash": b"back\\slash\\012",
    "name-escape": b"\x1b[31mred",
    "name-quote": b"\"quo'te\"",
    "name-blank": b" a  b ",
    "name-parenthesis": b") R 1 (",
    "name-latin1": b"caf\xe9",
    "name-cut-utf8": b"ab\xe2\x82",
    "name-utf8": b"na\xc3\xafve",
    "name-empty": b"",
    "name-longest": b"123456789012345",
}


def tasks_of(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return []


def held(one, other, *names):
    """Which of the resources named both hold, and hold in common."""
    return {name for name in names
            if one.ids[name] and one.ids[name] == other.ids[name]}


class Tasks(Loaded):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shapes = Shapes("fork", "threads", "linuxthreads", "vfork",
                            "zombie", "zombie-leader", "worker", "stopped",
                            *NAMES)

    @classmethod
    def tearDownClass(cls):
        cls.shapes.__exit__()
        super().tearDownClass()

    def pair(self, name):
        shot = snapshot()
        return (shot.by_pid[self.shapes.one(name)[1]],
                shot.by_pid[self.shapes.one(name + "-parent")[1]])

    def test_fork_shares_nothing_of_its_own(self):
        task, parent = self.pair("fork")
        self.assertEqual(task.kind, "process")
        self.assertEqual(task.ppid, parent.pid)
        self.assertEqual(held(task, parent, "mm", "files", "fs", "sighand",
                              "signal", "cred"), set())
        self.assertEqual(held(task, parent, "nsproxy", "mnt", "pid", "user"),
                         {"nsproxy", "mnt", "pid", "user"})
        self.assertEqual(task.refs["mm"], 1)
        self.assertEqual(task.marks, 0)

    def test_threads_share_all(self):
        shot = snapshot()
        leader = shot.by_pid[self.shapes.one("threads-parent")[1]]
        tasks = [leader] + [shot.by_pid[tid] for _, tid
                            in self.shapes.all("threads")]
        # CLONE_SYSVSEM, which POSIX threads are made with, makes the list.
        everything = set(RESOURCES) - {"io"} - ABSENT
        self.assertEqual(leader.kind, "main")
        for task in tasks:
            self.assertEqual(task.threads, len(tasks))
            self.assertEqual(held(task, leader, *everything), everything)
            self.assertEqual(task.refs["mm"], len(tasks))
            self.assertEqual(task.refs["sighand"], len(tasks))
            self.assertEqual(task.refs["signal"], len(tasks))
            self.assertEqual(task.refs["files"], len(tasks))
            self.assertEqual(task.refs["fs"], len(tasks))
            if task is not leader:
                self.assertEqual(task.kind, "thread")
                self.assertEqual(task.exit_signal, -1)

    def test_linuxthreads_share_but_are_no_group(self):
        task, parent = self.pair("linuxthreads")
        self.assertEqual(task.kind, "process")
        self.assertEqual(task.tgid, task.pid)
        self.assertEqual(held(task, parent, "mm", "files", "fs", "sighand",
                              "signal"), {"mm", "files", "fs", "sighand"})
        self.assertEqual(task.marks, 0)

    def test_vfork_borrows_mm(self):
        task, parent = self.pair("vfork")
        self.assertEqual(held(task, parent, "mm", "files", "fs", "sighand"),
                         {"mm"})
        self.assertEqual((task.marks, parent.marks), (1, 0))
        self.assertEqual(parent.state, "D")

    def test_zombie_holds_nothing(self):
        _, tid = self.shapes.one("zombie")
        task = snapshot().by_pid[tid]
        self.assertEqual((task.kind, task.state), ("process", "Z"))
        self.assertEqual([name for name in ("mm", "files", "fs", "nsproxy",
                                            "io") if task.ids[name]], [])
        self.assertNotEqual(task.ids["sighand"], 0)

    def test_leader_dead_before_its_threads(self):
        thread, leader = self.pair("zombie-leader")
        self.assertEqual((leader.kind, leader.state), ("main", "Z"))
        self.assertEqual((thread.kind, thread.state), ("thread", "S"))
        self.assertEqual(leader.ids["mm"], 0)
        self.assertNotEqual(thread.ids["mm"], 0)
        self.assertEqual(held(leader, thread, "sighand", "signal"),
                         {"sighand", "signal"})

    def test_stopped(self):
        task, _ = self.pair("stopped")
        self.assertEqual((task.kind, task.state), ("process", "T"))

    def test_worker_is_its_own_kind(self):
        pid, tid = self.shapes.one("worker")
        shot = snapshot()
        worker, owner = shot.by_pid[tid], shot.by_pid[pid]
        self.assertEqual(worker.kind, "worker")
        self.assertEqual(worker.tgid, pid)
        self.assertTrue(worker.flags & PF_IO_WORKER)
        self.assertFalse(worker.flags & PF_KTHREAD)
        self.assertEqual(held(worker, owner, "mm", "files", "signal"),
                         {"mm", "files", "signal"})
        self.assertEqual(owner.kind, "main")

    def test_names_survive(self):
        rows = {row[0]: row for row in
                image.parse_tasks(read_all(where() + "/tasks"))}
        shot = snapshot()
        for shape, name in NAMES.items():
            with self.subTest(shape=shape):
                _, tid = self.shapes.one(shape)
                self.assertEqual(rows[tid][6], name)
                self.assertEqual(shot.by_pid[tid].comm, name)

    def test_kernel_threads(self):
        """By the kernel's own flag, in /proc, and neither by mm nor by name."""
        shot = snapshot()
        seen = 0
        for task in shot.tasks:
            try:
                fields = stat(task.tgid, task.pid)
            except (FileNotFoundError, ProcessLookupError):
                continue
            flag = bool(int(fields[6]) & PF_KTHREAD)
            self.assertEqual(task.kind == "kthread", flag, task.comm)
            seen += flag
        self.assertGreater(seen, 10)

    def test_rows_of_a_group_are_its_tasks(self):
        groups = {}
        for task in snapshot().tasks:
            groups.setdefault(task.tgid, set()).add(task.pid)
        for shape in ("threads", "zombie-leader", "fork", "worker"):
            if shape in self.shapes.skipped:
                continue    # the worker's own test says so
            tgid = self.shapes.all(shape)[0][0]
            self.assertEqual(groups[tgid], set(map(int, os.listdir(
                f"/proc/{tgid}/task"))), shape)

    def test_against_proc(self):
        """Every field that /proc has too, for tasks that hold still."""
        shot = snapshot()
        hertz = os.sysconf("SC_CLK_TCK")
        for tasks in self.shapes.tasks.values():
            for pid, tid in tasks:
                task = shot.by_pid[tid]
                fields = stat(pid, tid)
                status = dict(
                    line.split(b":\t", 1) for line in read_all(
                        f"/proc/{pid}/task/{tid}/status").splitlines())
                self.assertEqual(task.tgid, pid)
                self.assertEqual(task.state, fields[0].decode())
                self.assertEqual(task.ppid, int(fields[1]))
                self.assertEqual(task.flags, int(fields[6]))
                self.assertEqual(task.start_ns * hertz // 10**9,
                                 int(fields[19]))
                self.assertEqual(task.exit_signal, int(fields[35]))
                self.assertEqual(task.uid, int(status[b"Uid"].split()[0]))
                self.assertEqual(task.gid, int(status[b"Gid"].split()[0]))
                self.assertEqual(task.ns_pid,
                                 int(status[b"NSpid"].split()[-1]))
                self.assertEqual(task.threads, int(status[b"Threads"]))

    def test_parent_is_a_process(self):
        """Of a child that a thread made, PPID is that of its process."""
        seen = []

        def fork_and_look():
            with child(lambda: None) as pid:
                seen.append(snapshot().by_pid[pid].ppid)

        thread = threading.Thread(target=fork_and_look)
        thread.start()
        thread.join()
        self.assertEqual(seen, [os.getpid()])

    def test_parent_is_not_the_tracer(self):
        libc = ctypes.CDLL(None, use_errno=True)

        def trace(pid):
            if libc.ptrace(16, pid, None, None):    # PTRACE_ATTACH
                raise OSError("ptrace")
            os.waitpid(pid, 0)

        with child(lambda: None) as traced, \
                child(lambda: trace(traced)) as tracer:
            task = snapshot().by_pid[traced]
            self.assertEqual((task.ppid, task.state), (os.getpid(), "t"))
            self.assertNotEqual(task.ppid, tracer)

    def test_every_task_of_proc(self):
        """What /proc had before and after is there, and little else."""
        def listed():
            return {int(tid) for pid in os.listdir("/proc") if pid.isdigit()
                    for tid in tasks_of(pid)}

        before = listed()
        pids = {task.pid for task in snapshot().tasks}
        after = listed()
        self.assertEqual(before & after - pids, set())
        self.assertEqual(pids - before - after, set())
        rows = image.parse_tasks(read_all(where() + "/tasks"))
        self.assertEqual(before & listed() - {row[0] for row in rows}, set())

    def test_user_and_group(self):
        def change():
            os.setresgid(4321, 2, 3)
            os.setresuid(1234, 2, 3)

        with child(change) as pid:
            task = snapshot().by_pid[pid]
        self.assertEqual((task.uid, task.gid), (1234, 4321))

    def test_namespaces(self):
        """Each alone: a new one for it, and the old ones for the others."""
        flags = {"uts": 0x04000000, "ipc": 0x08000000, "mnt": 0x00020000,
                 "net": 0x40000000, "cgroup": 0x02000000}
        libc = ctypes.CDLL(None, use_errno=True)

        def unshare(flag):
            if libc.unshare(flag):
                raise OSError("unshare")

        for name, flag in flags.items():
            with self.subTest(namespace=name), \
                    child(lambda flag=flag: unshare(flag)) as pid:
                shot = snapshot()
                task, me = shot.by_pid[pid], shot.by_pid[os.getpid()]
                self.assertEqual(held(task, me, *flags, "pid", "user", "time"),
                                 {*flags, "pid", "user", "time"} - {name} -
                                 ABSENT)
                self.assertNotEqual(task.ids[name], 0)
                self.assertEqual(held(task, me, "nsproxy"), set())
                if name != "mnt":
                    self.assertGreater(task.refs[name], 0)

    def test_pid_namespace(self):
        """The namespace that the task lives in, and its pid there."""
        with subprocess.Popen(["unshare", "--pid", "--fork", "sh", "-c",
                               "echo; read x"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as outer:
            outer.stdout.readline()
            shot = snapshot()
            (inner,) = [t for t in shot.tasks if t.ppid == outer.pid]
            task = shot.by_pid[outer.pid]
            outer.stdin.close()
        self.assertEqual(inner.ns_pid, 1)
        self.assertNotEqual(inner.ids["pid"], task.ids["pid"])
        self.assertEqual(task.ids["pid"],
                         shot.by_pid[os.getpid()].ids["pid"])

    def test_no_object_is_never_an_id(self):
        """NULL is 0 for all, and kernel threads have no mm."""
        for task in snapshot().tasks:
            for name in RESOURCES:
                if not task.ids[name]:
                    self.assertEqual(task.refs[name], 0)
            if task.kind == "kthread":
                self.assertEqual(task.ids["mm"], 0, task.comm)
            for name in ABSENT:
                self.assertEqual(task.ids[name], 0, name)
            self.assertNotEqual(task.task, 0)


class Churn(Loaded):
    """Tasks that stay, among tasks that come and go: as long as it takes."""

    READS = 40

    def test_each_that_stays_is_there_once(self):
        with Shapes("threads", "fork", "linuxthreads", "vfork",
                    "zombie-leader") as stay, \
                subprocess.Popen(["sh", "-c", "while :; do (:); done"]) as storm:
            stable = {tid for tasks in stay.tasks.values() for _, tid in tasks}
            stable |= {1, 2, os.getpid(), storm.pid}
            blown, reads = set(), 0
            while reads < self.READS or len(blown) < 2:
                reads += 1
                tasks = snapshot().tasks
                blown |= {task.pid for task in tasks if task.ppid == storm.pid}
                pids = [task.pid for task in tasks]
                self.assertEqual(len(pids), len(set(pids)))
                self.assertLessEqual(stable, set(pids))
            storm.kill()
