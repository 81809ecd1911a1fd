# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Checks taskmap drift: each shape of the zoo causes the findings that follow from its
creation and no others, and ordinary tasks cause none.

The expected findings are derived from the row of a shape, by the rules of the manual
and not by the reader's code.
"""

import contextlib
import fcntl
import json
import os
import tempfile
import threading

import oracle
from image import RESOURCES, Snapshot, key_of
from live import (LIBC, READER, Loaded, add_row_tests, cgroups, child, read_all,
                  rows, run, where)

NAMESPACES = set(oracle.NAMESPACES)
VHOST_SET_OWNER = 0xAF01
CLONE_NEWNET = 0x40000000

# Workers of io_uring, which differ from threads in more than flags of clone(2).
WORKERS = {"worker", "worker-as-other"}
# Shapes in which more tasks are odd than the task and its creator.
APART = {"chain", "zombie-leader", "by-thread-net", "leader-apart"}


def of_thread(row):
    """The resources of which both the thread and its leader have their own object."""
    own = row.apart & {"files", "fs", "cred", "sysvsem", *NAMESPACES}
    # The new namespace is for children of the thread, or is the same as before.
    if not own & NAMESPACES and "nsproxy" in row.apart:
        children = row.name.rpartition("-")[2] + "_children"
        own.add(children if children in RESOURCES else "nsproxy")
    if row.name == "seccomp-filter":
        own.add("seccomp")
    # A worker cannot hold the object that only CLONE_SYSVSEM shares.
    if row.name in WORKERS:
        own.discard("sysvsem")
    for flag, name in (("CLONE_FILES", "files"), ("CLONE_FS", "fs")):
        if flag not in row.flags:
            own.add(name)
    found = {("own", key_of(name)) for name in own}
    if "io" in row.shared and row.name not in WORKERS:
        found.add(("shared", "io"))
    if row.name in WORKERS:
        found.add(("worker", ""))
    return found


def expected(row, borrows):
    """The (RULE, WHAT) expected for the task, and for its creator."""
    if "CLONE_THREAD" in row.flags:
        return of_thread(row), set()
    shared = [name for name in ("mm", "files", "fs", "sighand", "io")
              if name in row.shared]
    found = set()
    if borrows:
        found.add(("vfork", "mm"))
        shared.remove("mm")
    if not shared:
        return found, set()
    both = ("shared", ",".join(shared))
    return found | {both}, {both}


@contextlib.contextmanager
def instant():
    """Yields a snapshot of one instant, and its file."""
    image = read_all(where() + "/exact")
    with tempfile.NamedTemporaryFile() as file:
        file.write(image)
        file.flush()
        yield Snapshot(image), file.name


def drift(path, *arguments):
    result = run(READER, "drift", "-J", "-i", path, *arguments)
    found = json.loads(result.stdout)["drift"]
    assert result.returncode == bool(found)
    return found


class Drift(Loaded):
    """All shapes, while they hold still."""

    SHAPES = [row.name for row in rows()]

    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(cgroups())
        super().setUpClass()
        cls.shot, cls.path = cls.enterClassContext(instant())
        cls.found = drift(cls.path)

    def of(self, *pids):
        """The findings about these processes and their threads."""
        return drift(self.path, "-p", ",".join(map(str, pids)))

    def of_tasks(self, *tids):
        """
        The (RULE, WHAT) for these tasks, without the threads of a leader. There is one
        finding for all children of vfork(2) that borrow one mm.
        """
        return {(one["rule"], ",".join(one["what"])) for one in self.found
                if one["pid"] in tids or
                one["rule"] == "vfork" and not set(one["pids"]).isdisjoint(tids)}

    def of_task(self, name):
        _, tid = self.shapes.one(name)
        return self.of_tasks(tid)

    def check_row(self, row):
        tids = [tid for _, tid in self.shapes.all(row.name)]
        borrows = self.shot.by_pid[tids[0]].marks & 1
        task, maker = expected(row, borrows)
        if len(tids) > 1:
            self.assertEqual((task, maker), (set(), set()))
            self.assertEqual(self.of_tasks(*tids), set())
        else:
            self.assertEqual(self.of_task(row.name), task)
        self.assertEqual(self.of_task(row.name + "-parent"), maker)

    def test_dead_leader(self):
        pid, _ = self.shapes.one("zombie-leader")
        self.assertEqual([(one["pid"], one["rule"]) for one in self.of(pid)],
                         [(pid, "leader")])

    def test_kernel_threads_are_textbook(self):
        """
        Kernel threads, process 1 and the reader are ordinary. Only kdevtmpfs, if it
        exists, has its own mount namespace, for devtmpfs.
        """
        expected = [(task.pid, "own", ["fs", "mntns"]) for task in self.shot.tasks
                    if task.comm == b"kdevtmpfs"]
        self.assertEqual([(one["pid"], one["rule"], one["what"])
                          for one in drift(self.path, "-k", "kthread")], expected)
        self.assertEqual(self.of(1, 2, os.getpid()), [])

    def test_no_refs_but_of_tasks(self):
        """On the whole system, including tasks that the zoo did not create."""
        self.assertEqual([one for one in self.found if one["rule"] == "refs"], [])

    def test_of_one_process(self):
        """What drift says about it does not depend on the others it is asked about."""
        for name in ("seccomp-filter", "clone-vm+files", "clone-vfork"):
            pid, _ = self.shapes.one(name)
            with self.subTest(name):
                self.assertEqual(self.of(pid), [one for one in self.found
                                                if one["tgid"] == pid])


add_row_tests(Drift, APART)


def move(pid, cgroup):
    with open(cgroup + "/cgroup.procs", "w", encoding="ascii") as file:
        file.write(str(pid))


class Odd(Loaded):
    """Findings about a task that differs from the rest of its group or system."""

    def test_leader(self):
        """One finding for the leader that left, and none for the other threads."""
        def leave_threads():
            for _ in range(3):
                threading.Thread(target=threading.Event().wait,
                                 daemon=True).start()
            if LIBC.unshare(CLONE_NEWNET):
                raise OSError("unshare")

        pid = self.enterContext(child(leave_threads))
        _, path = self.enterContext(instant())
        (one,) = drift(path, "-p", str(pid), "-k", "main,thread")
        self.assertEqual((one["pid"], one["rule"], one["what"], one["pids"]),
                         (pid, "own", ["netns"], [pid]))
        self.assertIn("than the 3 other threads: unshare(2) or setns(2)",
                      one["reason"])

    def test_kernel_thread_in_a_cgroup(self):
        """It keeps the cgroup from being removed, and is not in a container."""
        mount = tempfile.mkdtemp()
        run("mount", "-t", "cgroup2", "none", mount)
        box = mount + "/taskmap-test"
        os.mkdir(box)
        shot, _ = self.enterContext(instant())
        pid = next(task.pid for task in shot.tasks if task.comm == b"oom_reaper")
        try:
            move(pid, box)
            _, path = self.enterContext(instant())
            found = drift(path, "-p", str(pid))
        finally:
            move(pid, mount)
            os.rmdir(box)
            run("umount", "-l", mount)
        self.assertEqual([(one["rule"], one["what"]) for one in found],
                         [("own", ["cgroups"])])


class Refs(Loaded):
    """References that something other than a task holds."""

    def test_vhost(self):
        """
        A vhost device holds the mm of its owner, in addition to its worker there or,
        before 6.4, to a kernel thread that borrows the mm.
        """
        run("modprobe", "vhost_vsock")
        run("modprobe", "vhost_net")
        for device in ("/dev/vhost-vsock", "/dev/vhost-net"):
            if os.path.exists(device):
                break
        else:
            self.skipTest("this kernel has no vhost device")

        pid = self.enterContext(child(lambda: fcntl.ioctl(
            os.open(device, os.O_RDWR), VHOST_SET_OWNER)))
        shot, path = self.enterContext(instant())
        mm, refs = shot.by_pid[pid].ids["mm"], shot.by_pid[pid].refs["mm"]
        (other,) = [task for task in shot.tasks
                    if task.ids["mm"] == mm and task.pid != pid]
        (one,) = [one for one in drift(path, "-o", "+HOLDERS,REFS")
                  if one["what"] == ["mm"]]
        if other.kind == "kthread":
            self.assertEqual((one["rule"], one["pid"], refs),
                             ("borrowed", other.pid, 2))
        else:
            self.assertEqual((one["rule"], one["pid"], one["holders"],
                              one["refs"], refs), ("refs", pid, 2, 3, 3))
