# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Decodes "snapshot" and "tasks". Written from the descriptions of the formats and not
from the reader's code, so that two implementations of the manual are compared."""

import functools
import re
import struct

MAGIC = 0x1A70616D6B736174
WALKED, RAW_IDS = 1, 2
KINDS = {1: "process", 2: "main", 3: "thread", 4: "worker", 5: "kthread"}
RESOURCES = ("mm active_mm files fs sighand signal io sysvsem cred nsproxy "
             "cgroups uts ipc mnt pid net time cgroup user pid_children "
             "time_children seccomp").split()
NAMESPACES = RESOURCES[RESOURCES.index("uts"):RESOURCES.index("seccomp")]


def key_of(name):
    """The reader's word for a resource: "utsns" for "uts"."""
    if name not in NAMESPACES:
        return name
    kind, children, _ = name.partition("_children")
    return kind + "ns" + children


HEADER = struct.Struct("=QIIIIQIIIIQQQ72sQQQQII72s")
HEADER_NAMES = ("magic version header_size record_size flags count "
                "resource_count ids_offset refs_offset reserved fingerprint "
                "start_ns end_ns release pause_ns wall_ns births_ns resources "
                "event_size event_record node").split()
RECORD = struct.Struct("=QQiiiiIiIIIBBBB16sQQiiiiiiIII40sII28s")
RECORD_NAMES = ("task start_ns pid tgid ppid ns_pid flags exit_signal threads "
                "uid gid kind state marks reserved comm birth_flags cgroup "
                "birth_pid parent tracer pgrp session exit_code euid fsuid "
                "seccomp ns_inodes unknown ns_levels ns_pids").split()


class Header:
    # pylint: disable=too-few-public-methods
    def __init__(self, image):
        self.__dict__.update(zip(HEADER_NAMES, HEADER.unpack_from(image)))


class Record:
    """The fields of a record, as stored."""

    def __init__(self, header, image, at):
        self.__dict__.update(zip(RECORD_NAMES, RECORD.unpack_from(image, at)))
        self.source = header, image, at

    def numbers(self, kind, offset):
        """Decodes an array by resource, on demand: many tests need it for few tasks."""
        header, image, at = self.source
        return dict(zip(RESOURCES, struct.unpack_from(
            f"={header.resource_count}{kind}", image, at + offset)))

    @functools.cached_property
    def ids(self):
        return self.numbers("Q", self.source[0].ids_offset)

    @functools.cached_property
    def refs(self):
        return self.numbers("I", self.source[0].refs_offset)


class Snapshot(Header):
    def __init__(self, image):
        super().__init__(image)
        self.image = image
        self.tasks = [Task(self, i) for i in range(self.count)]
        self.by_pid = {task.pid: task for task in self.tasks}

    def at(self, index):
        return self.header_size + index * self.record_size


class Task(Record):
    """A record with fields in the form that tests compare."""

    def __init__(self, snapshot, index):
        super().__init__(snapshot, snapshot.image, snapshot.at(index))
        self.inodes = dict(zip(NAMESPACES,
                               struct.unpack("=10I", self.ns_inodes)))
        self.kind = KINDS[self.kind]
        self.state = chr(self.state)
        self.comm, self.comm_rest = self.comm.split(b"\0", 1)

    @property
    def pids(self):
        """From the initial pid namespace to its own. None: not reported."""
        between = self.ns_levels - 2
        known = struct.unpack("=7i", self.ns_pids)[:max(between, 0)]
        own = [self.ns_pid] if self.ns_levels > 1 else []
        return [self.pid, *known, *[None] * (between - len(known)), *own]


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
    """The rows of "tasks". Raises ValueError if a line does not have the format."""
    lines = text.splitlines(keepends=True)
    if lines[0] != HEADING:
        raise ValueError(f"not a header: {lines[0]!r}")
    rows = []
    for line in lines[1:]:
        match = LINE.fullmatch(line)
        if not match:
            raise ValueError(f"not a line for a task: {line!r}")
        pid, tgid, ppid, kind, state, *ids, comm = match.groups()
        starts = [match.start(group) for group in range(4, 11)]
        if starts != HEADING_STARTS:
            raise ValueError(f"not aligned with the header: {line!r}")
        rows.append((int(pid), int(tgid), int(ppid), kind.strip().decode(),
                     state.decode(),
                     [0 if i.strip() == b"-" else int(i, 16) for i in ids],
                     unescape(comm)))
    return rows


def unescape(comm):
    return re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), comm)
