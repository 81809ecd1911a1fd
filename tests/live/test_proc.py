# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Compares "taskmap --proc" with the module: all shapes of the zoo, and random forests.
What it knows must be what the module says; what it does not know is listed here.
"""

import os
import subprocess
import time
import unittest

import oracle
from image import RECORD_NAMES, RESOURCES, WALKED, Snapshot
from live import (ABSENT, READER, Loaded, Shapes, cgroups, effort, release, rows, run,
                  settle, snapshot, watches_itself, zoo)
from test_oracle import Forest

FORESTS = int(os.environ.get("TASKMAP_FORESTS", 0)) or effort(
    check=10 if watches_itself() else 25, sanitizer=30, soak=500)
PROC, NESTED = 8, 16
HIDDEN = {"active_mm", "cred", "nsproxy", "cgroups"}
OF_KCMP = {*oracle.KCMP}
OF_LINKS = {*oracle.LINKS}
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
# /proc shows these in another way, or not at all.
OTHERWISE = {"task", "start_ns", "marks", "reserved", "birth_flags", "birth_pid",
             "ns_inodes", "unknown"}
FIELDS = [name for name in RECORD_NAMES if name not in OTHERWISE]
COMMANDS = (["list"], ["list", "--tree"], ["list", "--json"], ["groups", "--all"],
            ["drift"], ["graph"])


def proc(*prefix):
    """The snapshot that --proc makes."""
    return Snapshot(run(*prefix, READER, "--proc", "save", "-", check=True).stdout)


def unknown(task):
    """The resources that are unknown of a task."""
    return {name for bit, name in enumerate(RESOURCES)
            if task.unknown >> bit & 1}


def expected(task):
    """The resources that must be unknown; TASK is the module's record."""
    released = not task.ids["nsproxy"]
    names = {"cred", "cgroups"}
    if not task.ids["mm"]:
        names.add("active_mm")
    if not released:
        names.add("nsproxy")
    if task.seccomp == 2:
        names.add("seccomp")
    # The namespace is hidden until it has its first task.
    if not released and not oracle.link(task, "pid_children"):
        names.add("pid_children")
    return names


def check_ids(pairs):
    """Yields where known ids do not form the same groups as those of the module."""
    for name in RESOURCES:
        there, here = {0: 0}, {0: 0}
        for told, task in pairs:
            if name in unknown(task):
                if task.ids[name]:
                    yield f"{name} of {task.pid} is unknown, but has an id"
                continue
            one, other = told.ids[name], task.ids[name]
            if (there.setdefault(one, other) != other or
                    here.setdefault(other, one) != one):
                yield f"{name} of {task.pid}: other groups than the module's"


def check_fields(told, task):
    for name in FIELDS:
        ours, its = getattr(task, name), getattr(told, name)
        if name == "parent" and not ours and told.ppid:
            continue
        if name == "cgroup" and not ours and not oracle.cgroup_of(task):
            continue
        if name == "comm" and told.kind == "kthread":
            continue
        # Before Linux 5.17, /proc did not show the exit code of a thread group.
        if name == "exit_code" and ours == -1 and release() < (5, 17) and \
                task.pid == task.tgid:
            continue
        if ours != its:
            yield f"{name} of {task.pid} is {ours}, the module says {its}"
    tick = 10**9 // os.sysconf("SC_CLK_TCK")
    if task.start_ns != told.start_ns // tick * tick:
        yield f"start of {task.pid} is {task.start_ns}, not {told.start_ns}"
    if task.marks or task.birth_pid or any(task.refs.values()):
        yield f"{task.pid} has marks, a birth or refs"


def check(pids, shot, ours):
    """Compares the tasks with PIDS, all of which hold still, in two snapshots."""
    pairs = [(shot.by_pid[pid], ours.by_pid[pid]) for pid in pids]
    yield from check_ids(pairs)
    for told, task in pairs:
        yield from check_fields(told, task)
        if unknown(task) != expected(told):
            yield (f"unknown of {task.pid}: {sorted(unknown(task))}, not "
                   f"{sorted(expected(told))}")


class Proc(Loaded):
    SHAPES = [row.few() for row in rows()]

    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(cgroups())
        super().setUpClass()

    def pids(self):
        return [tid for tasks in self.shapes.tasks.values() for _, tid in tasks]

    def none(self, disagreements):
        self.assertEqual(list(disagreements), [])

    def test_zoo(self):
        self.none(check(self.pids(), snapshot(), proc()))

    def test_parents(self):
        """Which thread is the parent, unless this kernel does not say."""
        if not os.path.exists("/proc/self/task/self/children") and \
           not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
            self.skipTest("the kernel has no CONFIG_PROC_CHILDREN")
        ours = proc()
        for told in snapshot().tasks:
            if told.pid in ours.by_pid and told.pid in self.pids():
                self.assertEqual(ours.by_pid[told.pid].parent, told.parent)

    def test_header(self):
        ours, again = proc(), proc()
        self.assertEqual(ours.flags, WALKED | PROC)
        self.assertEqual(set(RESOURCES) - HIDDEN,
                         {name for bit, name in enumerate(RESOURCES)
                          if ours.resources >> bit & 1} - HIDDEN)
        self.assertNotEqual(ours.fingerprint, again.fingerprint)
        self.assertLessEqual(ours.start_ns, ours.end_ns)
        self.assertEqual(ours.release, snapshot().release)

    def test_beside_a_storm(self):
        """Tasks come, exec and end meanwhile; the zoo holds still."""
        # pylint: disable=consider-using-with
        storms = [subprocess.Popen(["sh", "-c", "while :; do /bin/true & "
                                    "(:) & wait; done"]) for _ in range(3)]
        try:
            for _ in range(effort(check=1, sanitizer=10, soak=100)):
                self.none(check(self.pids(), snapshot(), proc()))
        finally:
            for storm in storms:
                storm.kill()
                storm.wait()

    def test_nobody(self):
        """Others' tasks are unknown, one's own are not, and nothing is wrong."""
        with subprocess.Popen([*NOBODY, "sh", "-c", "exec 3<&0; "
                               "cat <&3 & echo $!; wait"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as own:
            child = int(own.stdout.readline())
            shot = snapshot()
            while {shot.by_pid[own.pid].state, shot.by_pid[child].state} != {"S"}:
                shot = snapshot()
            ours = proc(*NOBODY)
            self.none(check([own.pid, child], shot, ours))
            own.stdin.close()
        self.none(check_ids([(shot.by_pid[pid], ours.by_pid[pid])
                             for pid in (own.pid, child, *self.pids())]))
        for pid in self.pids():
            task = ours.by_pid[pid]
            hidden = OF_LINKS - ABSENT | OF_KCMP
            self.assertEqual(hidden, hidden & unknown(task), pid)
        zombie = ours.by_pid[self.shapes.one("zombie-status")[1]]
        self.assertEqual(zombie.exit_code, -1)

    def test_commands(self):
        """All work, also on a file, and say in one line what they show."""
        pid = str(self.shapes.one("fork")[1])
        for command in *COMMANDS, ["explain", pid], ["compare", pid, "1"]:
            result = run(READER, "--proc", *command)
            self.assertIn(result.returncode, (0, 1), command)
            self.assertEqual(result.stderr.count(b"\n"), 1, command)
            self.assertIn(b"without the module", result.stderr)
        self.assertNotEqual(run(READER, "--proc", "verify").returncode, 0)
        self.assertNotEqual(run(READER, "--proc", "watch").returncode, 0)

    def test_elsewhere(self):
        """Its pids are those of /proc, which must be its own."""
        inside = run("unshare", "--pid", "--fork", "--mount-proc", READER,
                     "--proc", "save", "-", check=True).stdout
        shot = Snapshot(inside)
        self.assertEqual(shot.flags, WALKED | PROC | NESTED)
        self.assertEqual([task.pid for task in shot.tasks], [1])
        result = run("unshare", "--pid", "--fork", READER, "--proc")
        self.assertEqual(result.returncode, 3)
        self.assertIn(b"belongs to another pid namespace", result.stderr)


class Forests(Loaded):
    def test_forests(self):
        seed = int(os.environ.get("TASKMAP_SEED", 0)) or time.time_ns()
        tasks = 0
        with subprocess.Popen(zoo("--forests", str(seed), str(FORESTS)),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as maker:
            for _ in range(FORESTS):
                forest = Forest(maker.stdout)
                settle(forest.names.values())
                pids = [tid for _, tid in forest.names.values()]
                found = list(check(pids, snapshot(), proc()))
                self.assertEqual(found, [], f"TASKMAP_SEED={forest.seed} "
                                 "TASKMAP_FORESTS=1\n" + "\n".join(forest.text))
                tasks += len(pids)
                maker.stdin.write("\n")
                maker.stdin.flush()
            maker.stdin.close()
            self.assertEqual(maker.wait(), 0)
        print(f"# {FORESTS} forests from seed {seed}: {tasks} tasks, "
              f"{len(RESOURCES)} resources each")


class Without(unittest.TestCase):
    """The module is not loaded."""

    def test_offer(self):
        result = run(READER)
        self.assertEqual(result.returncode, 3)
        self.assertIn(b'or try "taskmap --proc"', result.stderr)

    def test_explain(self):
        with Shapes("threads:3") as shapes:
            _, thread = shapes.all("threads")[0]
            result = run(READER, "--proc", "explain", str(thread))
            self.assertEqual(result.returncode, 0)
            self.assertIn(b"pthread_create(3)", result.stdout)
