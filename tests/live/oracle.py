# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Compares records with kcmp(2) and /proc.

Each check_* function yields a line for each disagreement with the records.
"""

import ctypes
import itertools
import os
import platform

from live import read_all, stat, status

KCMP = {"mm": 1, "files": 2, "fs": 3, "sighand": 4, "io": 5, "sysvsem": 6}
NAMESPACES = ("uts", "ipc", "mnt", "pid", "net", "time", "cgroup", "user")

# The link in /proc of each resource that is a namespace.
LINKS = {**{name: name for name in NAMESPACES},
         "pid_children": "pid_for_children",
         "time_children": "time_for_children"}

# The number of kcmp(2), for which libc has no function.
NUMBER = {"x86_64": 312, "i686": 349, "aarch64": 272, "armv7l": 378,
          "s390x": 343}[platform.machine()]
LIBC = ctypes.CDLL(None, use_errno=True)


def same(one, other, name):
    """Whether two tasks hold the same object, or both hold none."""
    order = LIBC.syscall(*map(ctypes.c_long,
                              (NUMBER, one, other, KCMP[name], 0, 0)))
    if order < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"kcmp of {one} and {other}, {name}: "
                      f"{os.strerror(error)}")
    return order == 0


def check_kcmp(tasks, zombie):
    """
    Checks all pairs of TASKS: ids must be equal exactly if kcmp(2) reports equality.
    kcmp(2) compares pointers, so two tasks without an object are equal. A task has
    no object if it is equal to ZOMBIE, a dead task.
    """
    for name in KCMP:
        for task in tasks:
            none = name != "sighand" and same(task.pid, zombie, name)
            if none != (task.ids[name] == 0):
                yield (f"{name} of {task.pid} is {task.ids[name]:x}, kcmp "
                       f"says {'none' if none else 'some'}")
        for one, other in itertools.combinations(tasks, 2):
            equal = one.ids[name] == other.ids[name]
            if equal != same(one.pid, other.pid, name):
                yield (f"{name} of {one.pid} and {other.pid}: ids "
                       f"{one.ids[name]:x} {other.ids[name]:x}, kcmp says "
                       f"{'different' if equal else 'equal'}")


def link(task, name):
    """The task's namespace in /proc; None for most links of dead tasks."""
    try:
        return os.readlink(
            f"/proc/{task.tgid}/task/{task.pid}/ns/{LINKS[name]}")
    except FileNotFoundError:
        return None


def check_namespaces(tasks):
    """Checks all TASKS together: links and ids must map one to one."""
    for name in LINKS:
        ids, links = {None: 0}, {0: None}
        for task in tasks:
            number, seen = task.ids[name], link(task, name)
            # /proc does not show a namespace that has had no task yet.
            if name == "pid_children" and seen is None and task.state != "Z":
                continue
            if (ids.setdefault(seen, number) != number or
                    links.setdefault(number, seen) != seen):
                yield (f"{name} of {task.pid}: {number:x} and {seen} were "
                       f"{ids[seen]:x} and {links.get(number)} elsewhere")


def inode(path):
    """The inode number from stat(2), or 0 if there is none."""
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return 0


def check_inodes(task):
    """Checks the inode numbers of namespaces, except that of the mount namespace."""
    for name, file in LINKS.items():
        number = inode(f"/proc/{task.tgid}/task/{task.pid}/ns/{file}")
        if name == "pid_children" and not number and task.ids[name]:
            continue
        if task.inodes[name] != (0 if name == "mnt" else number):
            yield (f"{name} of {task.pid} is {task.inodes[name]}, stat says "
                   f"{number}")


def cgroup_of(task):
    """The inode number of the task's cgroup; None if cgroup2 is not mounted."""
    mounts = [line.split() for line in
              read_all("/proc/self/mounts").decode().splitlines()]
    for _, where, kind, *_ in mounts:
        if kind == "cgroup2":
            text = read_all(f"/proc/{task.tgid}/task/{task.pid}/cgroup")
            (path,) = [line[3:] for line in text.decode().splitlines()
                       if line.startswith("0::")]
            return inode(where + path)
    return None


def check_proc(task):
    """Checks the fields of one record that /proc also shows."""
    directory = f"{task.tgid}/task/{task.pid}"
    fields, told = stat(task.tgid, task.pid), status(directory)
    comm = read_all(f"/proc/{directory}/comm")[:-1]
    expected = {
        "state": fields[0].decode(),
        "ppid": int(fields[1]),
        "pgrp": int(fields[2]),
        "session": int(fields[3]),
        "exit_code": int(fields[49]) if fields[0] in b"ZX" else 0,
        "flags": int(fields[6]),
        "exit_signal": int(fields[35]),
        "tgid": int(told["Tgid"]),
        "pid": int(told["Pid"]),
        "ns_pid": int(told["NSpid"].split()[-1]),
        "pids": list(map(int, told["NSpid"].split())),
        "threads": int(told["Threads"]),
        "tracer": int(told["TracerPid"]),
        "uid": int(told["Uid"].split()[0]),
        "euid": int(told["Uid"].split()[1]),
        "fsuid": int(told["Uid"].split()[3]),
        "seccomp": int(told.get("Seccomp", 0)),
        "gid": int(told["Gid"].split()[0]),
        "comm": comm,
    }
    for name, value in expected.items():
        if getattr(task, name) != value:
            yield (f"{name} of {task.pid} is {getattr(task, name)}, /proc "
                   f"says {value}")
    yield from check_inodes(task)
    cgroup = cgroup_of(task)
    if cgroup is not None and task.cgroup != cgroup:
        yield f"cgroup of {task.pid} is {task.cgroup}, stat says {cgroup}"
    ticks = task.start_ns * os.sysconf("SC_CLK_TCK") // 10**9
    if ticks != int(fields[19]):
        yield (f"start of {task.pid} is {ticks} ticks, /proc says "
               f"{int(fields[19])}")
