#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Makes a snapshot of a machine that is dead, from a crash dump of its kernel, so that
every command of taskmap works on it. Without -c, makes one of the running machine
from /proc/kcore, for which the module need not be loaded. Needs drgn, and debug
information of the kernel.

    vmcore.py -c /var/crash/vmcore dead.tm; taskmap -i dead.tm drift
    drgn -c /var/crash/vmcore vmcore.py dead.tm

The fields are those of the module: module/uapi/taskmap.h describes them, and walk.c
is what this script repeats. Ids are addresses, and births are unknown.
"""

import argparse
import os
import secrets
import stat
import struct
import sys
import time

try:
    import drgn
    from drgn.helpers.linux.idr import idr_for_each
    from drgn.helpers.linux.pid import find_pid, pid_task
except ImportError:
    drgn = None     # --help works without it.

STATUS_INCOMPLETE, STATUS_USAGE, STATUS_CANNOT, STATUS_INTERRUPTED = 1, 2, 3, 130

# The format; see module/uapi/taskmap.h
MAGIC, FORMAT = 0x1A70616D6B736174, 1
WALKED, RAW_IDS = 1, 2
HEADER = struct.Struct("=QIIIIQIIIIQQQ72sQQQQII72s")
RECORD = struct.Struct("=QQiiiiIiIIIBBBB16sQQiiiiiiIII10III7i22Q22I")
IDS_OFFSET = struct.calcsize("=QQiiiiIiIIIBBBB16sQQiiiiiiIII10III7i")
NS_PIDS = 7
MARK_VFORK = 1
PROCESS, MAIN, THREAD, WORKER, KTHREAD = range(1, 6)

# For each resource: how a task_struct leads to the object, and the member that counts
# references. That of a namespace has this name before Linux 5.11. If a kernel lacks a
# member on the way, the resource is unknown. None: see Record.
RESOURCES = {
    "mm": ("mm", "mm_users"),
    "active_mm": ("active_mm", None),
    "files": ("files", "count"),
    "fs": ("fs", "users"),
    "sighand": ("sighand", "count"),
    "signal": ("signal", "sigcnt"),
    "io": ("io_context", "active_ref"),
    "sysvsem": ("sysvsem.undo_list", None),
    "cred": ("real_cred", "usage"),
    "nsproxy": ("nsproxy", "count"),
    "cgroups": ("cgroups", "refcount"),
    "uts": ("nsproxy.uts_ns", "kref"),
    "ipc": ("nsproxy.ipc_ns", "count"),
    "mnt": ("nsproxy.mnt_ns", None),
    "pid": (None, "kref"),
    "net": ("nsproxy.net_ns", "count"),
    "time": ("nsproxy.time_ns", "kref"),
    "cgroup": ("nsproxy.cgroup_ns", "count"),
    "user": ("real_cred.user_ns", "count"),
    "pid_children": ("nsproxy.pid_ns_for_children", "kref"),
    "time_children": ("nsproxy.time_ns_for_children", "kref"),
    "seccomp": ("seccomp.filter", None),
}
NAMES = list(RESOURCES)
ALL = (1 << len(NAMES)) - 1
NAMESPACES = NAMES[NAMES.index("uts"):NAMES.index("seccomp")]

# Macros of the kernel, which debug information does not have. They are the same in all
# kernels, except that bits beyond the first ones of a state were unused in old kernels.
PF_IO_WORKER, PF_USER_WORKER, PF_KTHREAD = 0x10, 0x4000, 0x200000
SIGNAL_GROUP_EXIT = 4
TASK_REPORT, TASK_IDLE, TASK_REPORT_IDLE = 0x7F, 0x402, 0x80
TASK_UNINTERRUPTIBLE, TASK_RTLOCK_WAIT, TASK_FROZEN = 2, 0x1000, 0x8000
STATES = b"RSDTtXZPI"

# How often the record of a task is read that does not hold still, on a live machine
TRIES = 10


class Error(Exception):
    """Something that the user should know, in one line."""


class Missing(Exception):
    """The kernel does not have this member."""


def member(obj, name):
    """A member of a structure, or of one that a pointer leads to."""
    try:
        return getattr(obj, name)
    except AttributeError as error:
        raise Missing(f"this kernel has no member {name}") from error


def has(obj, name):
    try:
        member(obj, name)
    except Missing:
        return False
    return True


def count_of(counter):
    """The value of a reference count of any type: atomic_t, refcount_t, struct kref."""
    for name in "refcount", "refs", "counter":
        if has(counter, name):
            counter = member(counter, name)
    return min(counter.value_() & ((1 << 8 * drgn.sizeof(counter)) - 1), 0xFFFFFFFF)


def ns_count(namespace, before):
    """Namespaces have had a common count since Linux 5.11, by another name since 6.18."""
    for name in "__ns_ref", "count":
        if has(namespace.ns, name):
            return count_of(member(namespace.ns, name))
    return count_of(member(namespace, before))


def number_of(pid):
    return pid.numbers[0].nr.value_() if pid else 0


def state_of(task):
    """The letter for task->__state, which was task->state before Linux 5.14."""
    state = member(task, "__state" if has(task, "__state") else "state").value_()
    report = (state | task.exit_state.value_()) & TASK_REPORT
    if state & TASK_IDLE == TASK_IDLE:
        report = TASK_REPORT_IDLE
    if state & (TASK_RTLOCK_WAIT | TASK_FROZEN):
        report = TASK_UNINTERRUPTIBLE
    return STATES[report.bit_length()]


def exit_code_of(task):
    if not task.exit_state:
        return 0
    if task.exit_signal.value_() >= 0 and task.signal.flags & SIGNAL_GROUP_EXIT:
        return task.signal.group_exit_code.value_()
    return task.exit_code.value_()


class Record:
    """The record of one task. FaultError if memory that it needs is not in the dump."""
    # pylint: disable=too-many-instance-attributes

    def __init__(self, kernel, number, pid, pointer):
        self.kernel = kernel
        self.unknown = 0
        self.ids = dict.fromkeys(RESOURCES, 0)
        self.refs = dict.fromkeys(RESOURCES, 0)
        self.inodes = dict.fromkeys(NAMESPACES, 0)
        self.address = pointer.value_()
        # One copy: on a live machine, all pointers are of one moment.
        self.task = task = pointer[0].read_()
        self.pid = number
        self.tgid = task.tgid.value_()
        self.flags = task.flags.value_()
        self.threads = task.signal.nr_threads.value_()
        self.torn = (task.thread_pid.value_() != pid.value_() or
                     task.pid.value_() != self.pid)
        for resource in RESOURCES:
            self.hold(resource, pid)
        self.image = self.pack(pid)

    def follow(self, path):
        obj = self.task
        for name in path.split("."):
            obj = member(obj, name)
            if obj.type_.kind == drgn.TypeKind.POINTER and not obj:
                return None
        return obj

    def hold(self, resource, pid):
        """Finds the object. Its count can be unreadable, and then is unknown."""
        path, counter = RESOURCES[resource]
        try:
            if resource == "fs" and has(self.task, "real_fs"):
                path = "real_fs"
            obj = pid.numbers[pid.level].ns if path is None else self.follow(path)
            if obj is None:
                return
            self.ids[resource] = obj.value_()
        except (Missing, drgn.FaultError):
            self.unknown |= 1 << NAMES.index(resource)
            return
        if resource == "active_mm" and obj.value_() == self.ids["mm"]:
            counter = "mm_count"
        if counter is None:
            return
        try:
            if resource in NAMESPACES:
                self.refs[resource] = ns_count(obj, counter)
                self.inodes[resource] = obj.ns.inum.value_()
            else:
                self.refs[resource] = count_of(member(obj, counter))
        except (Missing, drgn.FaultError):
            pass

    def kind(self):
        if self.flags & PF_KTHREAD:
            return KTHREAD
        if self.flags & (PF_IO_WORKER | self.kernel.user_worker):
            return WORKER
        if self.pid != self.tgid:
            return THREAD
        return MAIN if self.threads > 1 else PROCESS

    def marks(self):
        task = self.task
        borrows = (task.vfork_done and task.mm and not self.flags & PF_KTHREAD and
                   task.real_parent.mm == task.mm)
        return MARK_VFORK if borrows else 0

    def cgroup(self):
        if not has(self.task, "cgroups"):
            return 0
        return self.task.cgroups.dfl_cgrp.kn.id.value_() & self.kernel.largest_long

    def seccomp(self):
        mode = self.task.seccomp
        return mode.mode.value_() if has(mode, "mode") else 0

    def pack(self, pid):
        task, kernel = self.task, self.kernel
        level = pid.level.value_()
        between = [pid.numbers[i].nr.value_()
                   for i in range(1, min(level, NS_PIDS + 1))]
        groups = task.signal.pids
        cred = task.real_cred
        return RECORD.pack(
            self.address, task.start_boottime.value_(), self.pid, self.tgid,
            task.real_parent.tgid.value_(), pid.numbers[level].nr.value_(),
            self.flags, task.exit_signal.value_(), self.threads,
            cred.uid.val.value_(), cred.gid.val.value_(), self.kind(),
            state_of(task), self.marks(), 0, task.comm.string_()[:15], 0,
            self.cgroup(), 0, task.real_parent.pid.value_(),
            task.parent.pid.value_() if task.ptrace else 0,
            number_of(groups[kernel.pgid]), number_of(groups[kernel.sid]),
            exit_code_of(task), cred.euid.val.value_(), cred.fsuid.val.value_(),
            self.seccomp(), *self.inodes.values(), self.unknown, level + 1,
            *between, *[0] * (NS_PIDS - len(between)),
            *self.ids.values(), *self.refs.values())


class Kernel:
    """The kernel of a dump, or the running one."""

    def __init__(self, prog):
        self.prog = prog
        self.live = bool(prog.flags & drgn.ProgramFlags.IS_LIVE)
        release = prog["UTS_RELEASE"].string_()
        try:
            self.name = prog["init_uts_ns"].name.read_()
        except LookupError as error:
            raise Error(f"no debug information of Linux {release.decode()} found: "
                        "install it, or give the name of its vmlinux to -s") from error
        if self.name.release.string_() != release:
            raise Error("the debug information is of another kernel than "
                        f"Linux {release.decode()}")
        self.pgid = prog["PIDTYPE_PGID"].value_()
        self.sid = prog["PIDTYPE_SID"].value_()
        self.largest_long = (1 << 8 * prog.type("unsigned long").size) - 1
        # 54e6842d0775 ("fork/vm: Move common PF_IO_WORKER behavior to new flag"), 6.4
        # added the flag, whose bit had another meaning before, and this member.
        members = prog.type("struct kernel_clone_args").members
        self.user_worker = (PF_USER_WORKER if "user_worker" in
                            [each.name for each in members] else 0)

    def clocks(self):
        """
        CLOCK_BOOTTIME and CLOCK_REALTIME. For a dead machine these are the times of
        the last tick, which can be some milliseconds before its end.
        """
        if self.live:
            return time.clock_gettime_ns(time.CLOCK_BOOTTIME), time.time_ns()
        try:
            clock = self.prog["tk_core"].timekeeper
        except KeyError:    # since Linux 6.17
            clock = self.prog["timekeeper_data"][0].timekeeper
        base = clock.tkr_mono
        wall = (clock.xtime_sec.value_() * 10**9 +
                (base.xtime_nsec.value_() >> base.shift.value_()))
        ahead = clock.wall_to_monotonic
        return (wall + ahead.tv_sec.value_() * 10**9 + ahead.tv_nsec.value_() +
                clock.offs_boot.value_()), wall

    def pids(self):
        """All numbers, in ascending order. The walk can fail on a live machine."""
        for _ in range(TRIES if self.live else 1):
            try:
                return [number for number, _ in
                        idr_for_each(self.prog["init_pid_ns"].idr.address_of_())]
            except drgn.FaultError as error:
                reason = error
        raise Error(f"cannot read the pids: {reason}")

    def read(self, number):
        """The record of the task that has this pid, or None."""
        pid = find_pid(self.prog, number)
        task = pid and pid_task(pid, self.prog["PIDTYPE_PID"])
        return Record(self, number, pid, task) if task else None

    def record(self, number):
        """
        The same, also coherent on a live machine. There, a task can end and its memory
        be used for another one meanwhile, so it is read until nothing has changed.
        """
        if not self.live:
            return self.read(number)
        before = None
        for _ in range(TRIES):
            try:
                record = self.read(number)
            except drgn.FaultError:
                before = None
                continue
            if not record or (before and before.image == record.image):
                return record
            before = record
        raise drgn.FaultError("the task does not hold still", number)

    def records(self):
        """Returns all records, and how many tasks could not be read."""
        records, lost = [], 0
        for number in self.pids():
            try:
                record = self.record(number)
            except drgn.FaultError:
                lost += 1
                continue
            if record:
                records.append(record)
        return records, lost


def is_complete(records):
    """
    Whether each thread group is whole. A CPU can have died while it was changing one.
    """
    return (not any(record.torn for record in records) and
            len(records) == sum(record.threads for record in records
                                if record.pid == record.tgid))


def snapshot(kernel):
    """The snapshot, and how many tasks it lacks because they cannot be read."""
    start, wall = kernel.clocks()
    records, lost = kernel.records()
    end, _ = kernel.clocks()
    unknown = ALL
    for record in records:
        unknown &= record.unknown
    flags = RAW_IDS
    if kernel.live or lost or not is_complete(records):
        flags |= WALKED
    header = HEADER.pack(
        MAGIC, FORMAT, HEADER.size, RECORD.size, flags, len(records), len(NAMES),
        IDS_OFFSET, IDS_OFFSET + 8 * len(NAMES), 0, secrets.randbits(64), start, end,
        kernel.name.release.string_(), 0, wall, 0, ALL & ~unknown, 0, 0,
        kernel.name.nodename.string_())
    return header + b"".join(record.image for record in records), lost


def open_program(arguments):
    """The program that drgn runs this script for, or that the options name."""
    if "prog" in globals():
        if arguments.core or arguments.symbols:
            raise Error("give -c and -s to drgn, before the name of this script")
        return globals()["prog"]
    prog = drgn.Program()
    if arguments.core:
        prog.set_core_dump(arguments.core)
    else:
        prog.set_kernel()
    if not prog.flags & drgn.ProgramFlags.IS_LINUX_KERNEL:
        raise Error(f"{arguments.core} is not a dump of a Linux kernel with VMCOREINFO")
    try:
        if arguments.symbols:
            prog.load_debug_info(arguments.symbols)
        else:
            prog.load_default_debug_info()
    except drgn.MissingDebugInfoError:
        pass    # Modules may lack it.
    return prog


class Target:
    """
    The file to write, which nobody else can read. Root may write where other users can
    create any kind of file. So it gets its name when it is complete, and replaces
    only a regular file of the same user.
    """

    def __init__(self, path):
        self.path = path
        directory, self.name = os.path.split(path)
        self.directory = os.open(directory or ".", os.O_PATH | os.O_DIRECTORY)
        try:
            old = os.lstat(self.name or ".", dir_fd=self.directory)
        except FileNotFoundError:
            return
        if not stat.S_ISREG(old.st_mode) or old.st_uid != os.geteuid():
            raise Error(f"cannot write {path}: it is not a regular file of this user; "
                        "choose another name, or use - and redirect the output")

    def write(self, image):
        try:
            self.replace(image)
        except OSError as error:
            raise Error(f"cannot write {self.path}: {error.strerror}") from error

    def replace(self, image):
        temporary = f".taskmap-{secrets.token_hex(8)}"
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL |
                       os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=self.directory)
        try:
            with open(file, "wb") as output:
                output.write(image)
                output.flush()
                os.fsync(file)
            os.rename(temporary, self.name, src_dir_fd=self.directory,
                      dst_dir_fd=self.directory)
        except BaseException:
            os.unlink(temporary, dir_fd=self.directory)
            raise


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(STATUS_USAGE, f'{self.prog}: {message}; try "{self.prog} --help"\n')


def parse():
    parser = Parser(
        prog="vmcore.py", usage="%(prog)s [-c VMCORE] [-s FILE]... OUTPUT",
        description="Make a taskmap snapshot of a kernel crash dump, or of the running "
        "kernel from /proc/kcore.",
        epilog="All commands of taskmap read it: taskmap --input OUTPUT. Ids are "
        "addresses of the kernel. Births are unknown. Exit status: 0 success, 1 some "
        "tasks cannot be read and are missing, 2 wrong usage, 3 nothing was written.")
    parser.add_argument("-c", "--core", metavar="VMCORE",
                        help="read this dump (default: /proc/kcore, which needs root)")
    parser.add_argument("-s", "--symbols", metavar="FILE", action="append",
                        help="debug information: vmlinux; can be repeated (default: "
                        "where drgn finds it)")
    parser.add_argument("output", metavar="OUTPUT",
                        help='file to create, with mode 0600; "-" is standard output')
    return parser.parse_args()


def run(arguments):
    if drgn is None:
        raise Error("drgn not found: install python3-drgn")
    target = None if arguments.output == "-" else Target(arguments.output)
    image, lost = snapshot(Kernel(open_program(arguments)))
    if target:
        target.write(image)
    else:
        with open(sys.stdout.fileno(), "wb", closefd=False) as output:
            output.write(image)
    if lost:
        print(f"vmcore.py: tasks that cannot be read and are missing: {lost}",
              file=sys.stderr)
    return STATUS_INCOMPLETE if lost else 0


def reason_of(error):
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(filter(None, [error.filename, error.strerror]))
    return " ".join(str(error).split()) or type(error).__name__


def main():
    arguments = parse()
    try:
        return run(arguments)
    except KeyboardInterrupt:
        return STATUS_INTERRUPTED
    except Exception as error:  # pylint: disable=broad-except
        # A broken dump, or a kernel that this script does not know, can cause any.
        print("vmcore.py:", reason_of(error), file=sys.stderr)
        return STATUS_CANNOT


if __name__ == "__main__":
    sys.exit(main())
