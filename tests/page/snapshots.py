# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Snapshots of invented tasks: ten of them, or thousands."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "live"))

import image  # noqa: E402 pylint: disable=wrong-import-position

KINDS = {name: number for number, name in image.KINDS.items()}
IDS_OFFSET = image.RECORD.size
REFS_OFFSET = IDS_OFFSET + 8 * len(image.RESOURCES)
RECORD_SIZE = (REFS_OFFSET + 4 * len(image.RESOURCES) + 7) // 8 * 8
# The objects that a process has alone. It shares all others with the whole system.
OWN = "mm files fs sighand signal cred".split()
# The page's default resources, without those that no task has here.
DRAWN = "mm files fs sighand signal".split()


class Task:
    """A task and its objects. An object's number is the pid of its first holder."""

    def __init__(self, pid, name, kind="process", leader=None, /, **holds):
        self.pid = pid
        self.tgid = leader.tgid if leader else pid
        self.name = name
        self.kind = kind
        if leader:
            self.holds = dict(leader.holds)
        else:
            self.holds = {resource: pid if resource in OWN else 1
                          for resource in image.RESOURCES}
            self.holds.update(active_mm=0, io=0, sysvsem=0, seccomp=0)
        self.holds.update(holds)
        self.dead = False
        self.start = pid * 1000
        self.birth = 0, 0       # the creator's pid, and the flags

    def record(self):
        fields = image.RECORD.pack(
            0, self.start, self.pid, self.tgid, 0, self.pid, 0, 17, 1, 0,
            0, KINDS[self.kind], ord("Z" if self.dead else "S"), 0, 0,
            os.fsencode(self.name), self.birth[1], 0, self.birth[0],
            *[0] * 8, b"", 0, 1, b"")
        # A namespace for children is the task's own if it has the same number.
        ids = b"".join((number and (1 + image.RESOURCES.index(
                           name.removesuffix("_children"))) << 56 | number)
                       .to_bytes(8, "little")
                       for name, number in ((name, self.holds[name])
                                            for name in image.RESOURCES))
        refs = bytes(4 * len(image.RESOURCES))
        return (fields + ids + refs).ljust(RECORD_SIZE, b"\0")


def kthread(pid, name):
    return Task(pid, name, "kthread", mm=0, files=2, fs=1)


def ten():
    """Threads, one of which shares less than the others; a vfork child; a task with
    an odd name; a dead task; and kernel threads."""
    server = Task(20, "server", "main")
    shell = Task(30, "sh")
    linuxthreads = Task(40, "</script><b>x")
    dead = Task(50, "gone", mm=0, files=0, fs=0)
    dead.dead = True
    vfork = Task(31, "sh", mm=30)
    vfork.birth = 30, 0x4100
    return [
        Task(1, "init"), kthread(2, "kthreadd"), kthread(3, "kworker/0:0H"),
        server,
        Task(21, "server", "thread", server),
        Task(22, "server", "thread", server, files=22, fs=22),
        shell,
        vfork,
        linuxthreads,
        dead,
    ]


def series():
    """Three snapshots, with a container in which a name is written from right to
    left. From the first to the second, 31 goes, 70 comes, 62 dies, and 21 gets other
    files. The third is like the second, but 70 is another task with that pid."""
    inside = {"pid": 60, "mnt": 60, "nsproxy": 60, "pid_children": 60}
    snaps = []
    for step in range(3):
        tasks = ten()
        nginx = Task(61, "nginx", "main", **inside)
        tasks += [Task(60, "\u05e9\u05dc\u05d5\u05dd 12", **inside), nginx,
                  Task(62, "nginx", "thread", nginx)]
        if step:
            tasks = [task for task in tasks if task.pid != 31]
            tasks[4].holds["files"] = 21
            tasks[-1].dead = True
            tasks.append(Task(70, "newcomer"))
            tasks[-1].start += step
        snaps.append(tasks)
    return snaps


def crowd(count):
    """Kernel threads; servers of forty threads each, some with a thread that has its
    own files; and processes that share nothing."""
    tasks = [Task(1, "init")] + [kthread(pid, f"kworker/{pid}")
                                 for pid in range(2, 102)]
    pid = 102
    while pid < count * 4 // 5:
        leader = Task(pid, f"server{pid}", "main")
        tasks.append(leader)
        tasks += [Task(pid + i, f"worker{i}", "thread", leader)
                  for i in range(1, 40)]
        if pid % 3 == 1:
            tasks[-1].holds["files"] = pid + 39
        pid += 40
    names = '<img src=x>', '"\\</script>', "&amp;", "a\nb", "sh"
    tasks += [Task(pid, names[pid % len(names)])
              for pid in range(pid, count + 1)]
    return tasks


def write(tasks, path):
    header = image.HEADER.pack(
        image.MAGIC, 1, image.HEADER.size, RECORD_SIZE, image.WALKED,
        len(tasks), len(image.RESOURCES), IDS_OFFSET, REFS_OFFSET, 0, 1, 1, 2,
        b"6.1.0-test", 0, 0, 0, (1 << len(image.RESOURCES)) - 1, 0, 0,
        b"node")
    with open(path, "wb") as file:
        file.write(header)
        file.writelines(task.record() for task in tasks)
