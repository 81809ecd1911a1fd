# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Random families of tasks, and the truth about each: who created it with which
flags, and who changed what since then. family.c says what the events are.

Here the truth is held against the records; it is there to judge sentences.
"""

import os
import random
import subprocess

from live import Loaded, effort, program, snapshot, stat
from test_births import births

SEED = int(os.environ.get("TASKMAP_SEED", 0)) or random.randrange(1, 1 << 31)
FAMILIES = int(os.environ.get("TASKMAP_FORESTS", 0)) or effort(
    check=20, sanitizer=20, soak=500)


class Member:
    """A task, and the events that it had a part in, in order."""

    def __init__(self, pid, tid, creator=None, flags=None):
        self.pid, self.tid = pid, tid
        self.creator = creator      # its pid at that time
        self.flags = flags
        self.alive = True
        self.stopped = False
        self.tracer = None
        self.uid = self.fsuid = 0
        self.events = []


class Family:
    """What the lines of family.c say of a family."""

    def __init__(self):
        self.members = []
        self.lines = []

    def read(self, line):
        self.lines.append(line)
        what, *words = line.split()
        act = getattr(self, f"do_{what}", None)
        if what in ("task", "clone"):
            act(*words)
            return
        if what == "refused":
            return
        member = self.members[int(words[0])]
        member.events.append(line)
        if act:
            act(member, *words[1:])

    def do_task(self, _, pid, tid):
        self.members.append(Member(int(pid), int(tid)))

    def do_clone(self, by, number, flags, creator, pid, tid):
        assert int(number) == len(self.members)
        made = Member(int(pid), int(tid), int(creator), int(flags, 16))
        maker = self.members[int(by)]
        made.uid, made.fsuid = maker.uid, maker.fsuid
        self.members.append(made)

    def do_setresuid(self, member, uid):
        member.uid = member.fsuid = int(uid)

    def do_setfsuid(self, member, uid):
        member.fsuid = int(uid)

    def do_trace(self, member, number):
        self.members[int(number)].tracer = member

    def do_stop(self, member):
        for other in self.members:
            if other.alive and other.pid == member.pid:
                other.stopped = True

    def do_exec(self, member, pid, tid):
        member.pid, member.tid = int(pid), int(tid)
        # execve(2) sets the id for files to the effective one.
        member.fsuid = member.uid

    def do_end(self, member):
        member.alive = False
        for other in self.members:
            if other.tracer is member:
                other.tracer = None

    def living(self):
        return [member for member in self.members if member.alive]


def families(process):
    """Each family while it is held."""
    family = None
    for line in process.stdout:
        if line.startswith("family"):
            family = Family()
        elif line == "ready\n":
            yield family
            process.stdin.write("\n")
            process.stdin.flush()
        else:
            family.read(line.rstrip())


class Families(Loaded):
    def check(self, family, shot):
        found = births(shot)
        for member in family.living():
            task = shot.by_pid[member.tid]
            self.assertEqual(task.tgid, member.pid)
            if member.creator:
                self.assertEqual(found[member.tid],
                                 (member.flags, member.creator))
            self.assertEqual((task.uid, task.euid, task.fsuid),
                             (member.uid, member.uid, member.fsuid))
            self.assertEqual(task.tracer, member.tracer.tid
                             if member.tracer else 0)
            if member.tracer:
                self.assertEqual(stat(member.pid, member.tid)[0], b"t")
            elif member.stopped:
                self.assertEqual(task.state, "T")

    def test_families(self):
        print(f"# TASKMAP_SEED={SEED}")
        events = checked = 0
        with subprocess.Popen([program("family"), str(SEED), str(FAMILIES)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as process:
            for family in families(process):
                with self.subTest("\n".join(family.lines)):
                    self.check(family, snapshot())
                events += len(family.lines)
                checked += len(family.living())
        self.assertGreater(checked, FAMILIES)
        print(f"# {FAMILIES} families, {events} events, {checked} tasks alive")
