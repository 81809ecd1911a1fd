# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Decodes "snapshot" and "tasks", written from the formats' descriptions and
not from the reader's code, so that two readings of the manual meet here."""

import re
import struct

MAGIC = 0x1A70616D6B736174
WALKED, RAW_IDS = 1, 2
KINDS = {1: "process", 2: "main", 3: "thread", 4: "worker", 5: "kthread"}
RESOURCES = ("mm active_mm files fs sighand signal io sysvsem cred nsproxy "
             "cgroups uts ipc mnt pid net time cgroup user pid_children "
             "time_children seccomp").split()
NAMESPACES = RESOURCES[RESOURCES.index("uts"):RESOURCES.index("seccomp")]

HEADER = struct.Struct("=QIIIIQIIIIQQQ72sQQQQ72s")
RECORD = struct.Struct("=QQiiiiIiIIIBBBB16sQQ6i3I10II")


class Snapshot:
    def __init__(self, image):
        (self.magic, self.version, self.header_size, self.record_size,
         self.flags, self.count, self.resource_count, self.ids_offset,
         self.refs_offset, self.reserved, self.fingerprint, self.start_ns,
         self.end_ns, self.release, self.pause_ns, self.wall_ns,
         self.births_ns, self.resources,
         self.node) = HEADER.unpack_from(image)
        self.image = image
        self.tasks = [Task(self, i) for i in range(self.count)]
        self.by_pid = {task.pid: task for task in self.tasks}

    def at(self, index):
        return self.header_size + index * self.record_size


class Task:
    def __init__(self, snapshot, index):
        at = snapshot.at(index)
        (self.task, self.start_ns, self.pid, self.tgid, self.ppid,
         self.ns_pid, self.flags, self.exit_signal, self.threads, self.uid,
         self.gid, kind, state, self.marks, self.reserved,
         comm, self.birth_flags, self.cgroup, self.birth_pid, self.parent,
         self.tracer, self.pgrp, self.session, self.exit_code, self.euid,
         self.fsuid, self.seccomp, *inodes,
         self.reserved2) = RECORD.unpack_from(snapshot.image, at)
        self.inodes = dict(zip(NAMESPACES, inodes))
        self.kind = KINDS[kind]
        self.state = chr(state)
        self.comm, self.comm_rest = comm.split(b"\0", 1)
        count = snapshot.resource_count
        self.ids = dict(zip(RESOURCES, struct.unpack_from(
            f"={count}Q", snapshot.image, at + snapshot.ids_offset)))
        self.refs = dict(zip(RESOURCES, struct.unpack_from(
            f"={count}I", snapshot.image, at + snapshot.refs_offset)))


LINE = re.compile(
    rb" *(\d+) +(\d+) +(\d+) (process|main   |thread |worker |kthread) "
    rb"([RSDTtXZPI]) " + rb"([0-9a-f]{16}|-               ) " * 4 +
    rb"((?:[ -\[\]-~]|\\[0-7]{3})*)\n")


HEADING = (b"    PID    TGID    PPID KIND    S MM               FILES            "
           b"FS               SIGHAND          COMM\n")
HEADING_STARTS = [HEADING.index(word) for word in
                  (b"KIND", b"S ", b"MM", b"FILES", b"FS ", b"SIGHAND",
                   b"COMM")]


def parse_tasks(text):
    """The rows of "tasks"; raises ValueError unless all of it is as promised."""
    lines = text.splitlines(keepends=True)
    if lines[0] != HEADING:
        raise ValueError(f"not the header: {lines[0]!r}")
    rows = []
    for line in lines[1:]:
        match = LINE.fullmatch(line)
        if not match:
            raise ValueError(f"not a line of a task: {line!r}")
        pid, tgid, ppid, kind, state, *ids, comm = match.groups()
        starts = [match.start(group) for group in range(4, 11)]
        if starts != HEADING_STARTS:
            raise ValueError(f"not below the heading: {line!r}")
        rows.append((int(pid), int(tgid), int(ppid), kind.strip().decode(),
                     state.decode(),
                     [0 if i.strip() == b"-" else int(i, 16) for i in ids],
                     unescape(comm)))
    return rows


def unescape(comm):
    return re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), comm)
