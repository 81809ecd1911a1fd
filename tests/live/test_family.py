# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Random families of tasks with a known history: which task created which other task
with which flags, and what each changed since then. family.c describes the events.

This test compares the records with the history, and saves both for grade.py, which
grades each sentence outside the virtual machine. The history of the shapes of
taskmap-zoo comes from the kernel's own tracing.
"""

import os
import random
import subprocess

import trace
from history import EVENTS, Family
from image import Snapshot
from live import (SAVED, Loaded, Shapes, cgroups, effort, program, read_all,
                  rows, stat, where, write)
from test_births import births

# The same families for every change; new ones in soak.
SEED = int(os.environ.get("TASKMAP_SEED", 0)) or effort(
    check=1, sanitizer=1, soak=random.randrange(1, 1 << 31))
FAMILIES = int(os.environ.get("TASKMAP_FORESTS", 0)) or effort(
    check=20, sanitizer=20, soak=1000)


def families(process):
    """Yield each family while its tasks wait."""
    family = None
    for line in process.stdout:
        if line.startswith("family"):
            family = Family([line.rstrip()])
        elif line == "ready\n":
            yield family
            process.stdin.write("\n")
            process.stdin.flush()
        else:
            family.read(line.rstrip())


def save(name, content):
    write(f"{SAVED}/{name}", content, os.O_CREAT)


class Families(Loaded):
    def check(self, family, shot):
        found = births(shot)
        for member in family.living():
            task = shot.by_pid[member.tid]
            self.assertEqual(task.tgid, member.pid)
            self.assertEqual(found[member.tid],
                             (member.flags, member.creator_tid))
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
                image = read_all(f"{where()}/snapshot")
                if SAVED:
                    name = family.lines[0].replace(" ", "-")
                    save(name + ".raw", image)
                    save(name + ".log", "\n".join(family.lines))
                with self.subTest("\n".join(family.lines)):
                    self.check(family, Snapshot(image))
                events += len(family.lines)
                checked += len(family.living())
        self.assertGreater(checked, FAMILIES)
        print(f"# {FAMILIES} families, {events} events, {checked} tasks alive")


class Zoo(Loaded):
    """Saves all shapes, and the kernel's trace of them, for grade.py."""

    def test_shapes(self):
        if not SAVED:
            self.skipTest("nothing leaves this machine: nobody would grade it")
        folders = [os.path.dirname(trace.file(f"events/{name}/enable"))
                   for name in EVENTS]
        with trace.recorded(folders, "0") as lines, cgroups(), \
                Shapes(*(row.few() for row in rows())) as shapes:
            save("zoo.raw", read_all(f"{where()}/snapshot"))
            save("zoo.trace", "\n".join(lines()).encode("latin-1"))
        save("zoo.tasks", "\n".join([str(os.getpid()), *(
            f"{name} {pid} {tid}" for name, tasks in shapes.tasks.items()
            for pid, tid in tasks)]))
