# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
The history of a family of tasks: which task created which other task with which
flags, and what each task changed since then. family.c describes the events. For
other tasks, such as those of taskmap-zoo, from_trace() turns the kernel's trace into
the same lines, and adds two events:

    call BY NAME RESOURCE...   task BY called NAME, which can change RESOURCE
    worker N                   the kernel created task N, without a system call
"""

import re

CLONE = {
    "VM": 0x100, "FS": 0x200, "FILES": 0x400, "SIGHAND": 0x800, "PIDFD": 0x1000,
    "PTRACE": 0x2000, "VFORK": 0x4000, "PARENT": 0x8000, "THREAD": 0x10000,
    "NEWNS": 0x20000, "SYSVSEM": 0x40000, "SETTLS": 0x80000,
    "PARENT_SETTID": 0x100000, "CHILD_CLEARTID": 0x200000, "UNTRACED": 0x800000,
    "CHILD_SETTID": 0x1000000, "NEWCGROUP": 0x2000000, "NEWUTS": 0x4000000,
    "NEWIPC": 0x8000000, "NEWUSER": 0x10000000, "NEWPID": 0x20000000,
    "NEWNET": 0x40000000, "IO": 0x80000000, "CLEAR_SIGHAND": 0x100000000,
    "INTO_CGROUP": 0x200000000, "NEWTIME": 0x80,
}
# The resources that unshare(2) and setns(2) can change, by flag.
UNSHARED = {
    "FS": "fs", "FILES": "files", "SYSVSEM": "sysvsem", "NEWNS": "mnt fs",
    "NEWIPC": "ipc sysvsem", "NEWUTS": "uts", "NEWNET": "net",
    "NEWPID": "pid_children", "NEWTIME": "time_children",
    "NEWCGROUP": "cgroup", "NEWUSER": "user cred fs",
}
JOINED = {
    "NEWNS": "mnt", "NEWIPC": "ipc sysvsem", "NEWUTS": "uts", "NEWNET": "net",
    "NEWPID": "pid_children", "NEWTIME": "time time_children",
    "NEWCGROUP": "cgroup", "NEWUSER": "user cred",
}
# With some kernels, exec(2) enters the time namespace for children.
BY_EXEC = {"mm", "files", "sighand", "cred", "time", "nsproxy"}


def affected(table, flags):
    """The resources that FLAGS change. A new namespace also changes the nsproxy."""
    changed = {resource for name, words in table.items() if flags & CLONE[name]
               for resource in words.split()}
    return changed | ({"nsproxy"} if changed - {"fs", "files", "sysvsem"}
                      else set())


class Member:
    """A task, and its events in order."""

    # pylint: disable=too-many-instance-attributes
    def __init__(self, pid, tid, creator, flags, born):
        self.pid, self.tid = pid, tid
        self.creator = creator      # a Member; None outside the family
        self.creator_tid = creator.tid if creator else None
        self.flags = flags
        self.born = born            # all times are line numbers
        self.parent = creator.parent if creator and flags & (
            CLONE["PARENT"] | CLONE["THREAD"]) else creator
        self.adopted = False
        self.alive = True
        self.stopped = self.worker = False
        self.tracer = None
        self.uid = self.fsuid = 0
        self.calls = []             # (time, name, resources)

    def did(self, resource, since=0):
        """The names of its calls that can have changed its object of RESOURCE."""
        return {name for time, name, changed in self.calls
                if time > since and resource in changed}

    def called(self, name, since=0):
        return any(name == called for time, called, _ in self.calls
                   if time > since)

    def waits_for(self, other):
        """Whether this task called vfork(2) and waits for OTHER."""
        return bool(other and other.creator is self and other.alive and
                    other.flags & CLONE["VFORK"] and not other.called("exec"))


class Family:
    """A family, as the lines of family.c describe it."""

    def __init__(self, lines=()):
        self.members = []
        self.outside = []           # creators outside the family
        self.lines = []
        for line in lines:
            self.read(line)

    def read(self, line):
        self.lines.append(line)
        what, *words = line.split()
        if what in ("task", "clone"):
            getattr(self, f"do_{what}")(*words)
        elif what not in ("family", "ready", "refused"):
            getattr(self, f"do_{what}")(self.members[int(words[0])], *words[1:])

    def note(self, member, name, changed=()):
        member.calls.append((len(self.lines), name, set(changed)))

    def do_task(self, _, pid, tid, creator):
        creator = Member(int(creator), int(creator), None, 0, 0)
        self.outside.append(creator)
        self.members.append(Member(int(pid), int(tid), creator, 0,
                                   len(self.lines)))

    def do_clone(self, by, number, flags, creator, pid, tid):
        assert int(number) == len(self.members)
        caller = self.members[int(by)]
        assert caller.tid == int(creator)
        child = Member(int(pid), int(tid), caller, int(flags, 16),
                       len(self.lines))
        child.uid, child.fsuid = caller.uid, caller.fsuid
        self.members.append(child)

    def do_worker(self, member):
        member.worker = True

    def do_call(self, member, name, *changed):
        self.note(member, name, changed)

    def do_unshare(self, member, flags):
        self.note(member, "unshare", affected(UNSHARED, int(flags, 16)))

    def do_setns(self, member, flags, _):
        self.note(member, "setns", affected(JOINED, int(flags, 16)))

    def do_setresuid(self, member, uid):
        member.uid = member.fsuid = int(uid)
        self.note(member, "setuid", ["cred"])

    def do_setfsuid(self, member, uid):
        member.fsuid = int(uid)
        self.note(member, "setuid", ["cred"])

    def do_subreaper(self, _):
        pass

    def do_trace(self, member, number):
        self.members[int(number)].tracer = member

    def do_stop(self, member):
        for other in self.members:
            if other.alive and other.pid == member.pid:
                other.stopped = True

    def do_exec(self, member, pid, tid):
        member.pid, member.tid = int(pid), int(tid)
        # execve(2) sets the fsuid to the effective uid.
        member.fsuid = member.uid
        self.note(member, "exec", BY_EXEC)

    def do_end(self, member):
        member.alive = False
        heir = next((other for other in self.members
                     if other.alive and other.pid == member.pid), None)
        for other in self.members:
            if other.tracer is member:
                other.tracer = None
            if other.parent is member:
                other.parent, other.adopted = heir, True

    def living(self):
        return [member for member in self.members if member.alive]

    def named(self):
        """The tasks that can be in a snapshot now, by pid."""
        named = {member.tid: member for member in self.outside}
        for alive in False, True:
            named.update((member.tid, member) for member in self.members
                         if member.alive == alive and
                         (alive or member.tid == member.pid))
        return named


TRACED = re.compile(
    r"-(?P<by>\d+) +(?:\( *[-\d]+\) +)?\[\d+\] [^:]*?: "
    r"(?:task_newtask: pid=(?P<born>\d+) comm=(?s:.{0,15}) "
    r"clone_flags=(?P<flags>\w+) "
    r"|sched_process_exec: .* pid=(?P<execs>\d+) old_pid=(?P<old>\d+)"
    r"|sched_process_exit: comm=(?s:.{0,15}) pid=(?P<exits>\d+) prio="
    r"|signal_generate: sig=19 .* pid=(?P<stops>\d+) grp="
    r"|cgroup_attach_task: .* pid=(?P<moved>\d+) comm="
    r"|sys_(?P<call>\w+)(?:\((?P<words>.*)\)| -> (?P<result>\w+)))")
BIRTHS = ["clone", "clone3", "fork", "vfork"]

CREDENTIALS = ("setuid setgid setreuid setregid setresuid setresgid setfsuid "
               "setfsgid setgroups capset").split()
CALLS = ["unshare", "setns", "ptrace", "prctl", "seccomp", "close_range",
         "add_key", "keyctl", *CREDENTIALS, *BIRTHS]
EVENTS = ["task/task_newtask", "sched/sched_process_exec",
          "sched/sched_process_exit", "signal/signal_generate",
          "cgroup/cgroup_attach_task",
          *(f"syscalls/sys_{when}_{name}" for name in CALLS
            for when in ("enter", "exit"))]
PTRACE_ATTACH = 16, 0x4206
PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER = 22, 36


def event_of_call(by, name, words, numbers):
    """The line for a system call that succeeded."""
    given = [int(word, 16) for word in re.findall(r": (\w+)", words)]
    if name == "unshare":
        return f"unshare {by} {given[0]:x}"
    if name == "setns":
        # With type 0, the namespace can be of any type.
        return f"setns {by} {given[1] or 0x7e020080:x} -"
    if name == "ptrace" and given[0] in PTRACE_ATTACH:
        return f"trace {by} {numbers.get(given[1], by)}"
    if name == "close_range":
        return f"call {by} close_range" + " files" * bool(given[2] & 2)
    if name == "seccomp" or (name == "prctl" and given[0] == PR_SET_SECCOMP):
        return f"call {by} {name} seccomp"
    if name == "prctl" and given[0] == PR_SET_CHILD_SUBREAPER:
        return f"subreaper {by}"
    if name in CREDENTIALS or name in ("add_key", "keyctl"):
        return f"call {by} setuid cred"
    return None


def from_trace(text, first):
    """
    Turn the kernel's trace of EVENTS into the lines of family.c, for the leader FIRST
    and its descendants.
    """
    numbers, groups, entered = {first: 0}, {first: first}, {}
    yield f"task 0 {first} {first} 0"
    count = 1
    for found in TRACED.finditer(text):
        by = int(found["by"])
        if found["born"] and by in numbers:
            tid, flags = int(found["born"]), int(found["flags"], 16)
            groups[tid] = groups[by] if flags & CLONE["THREAD"] else tid
            numbers[tid], count = count, count + 1
            yield (f"clone {numbers[by]} {numbers[tid]} {flags:x} {by} "
                   f"{groups[tid]} {tid}")
            if entered.get(by, ("none",))[0] not in BIRTHS:
                yield f"worker {numbers[tid]}"
        elif found["execs"] and int(found["old"]) in numbers:
            tid = int(found["execs"])
            number = numbers.pop(int(found["old"]))
            numbers[tid], groups[tid] = number, tid
            yield f"exec {number} {tid} {tid}"
        elif found["exits"] and int(found["exits"]) in numbers:
            yield f"end {numbers[int(found['exits'])]}"
        elif found["stops"] and int(found["stops"]) in numbers:
            yield f"stop {numbers[int(found['stops'])]}"
        elif found["moved"] and int(found["moved"]) in numbers:
            yield f"call {numbers[int(found['moved'])]} move cgroups"
        elif found["call"] and by in numbers:
            if found["words"] is not None:
                entered[by] = found["call"], found["words"]
            elif by in entered:
                name, words = entered.pop(by)
                line = event_of_call(numbers[by], name, words, numbers)
                if line and int(found["result"], 16) < 1 << 31:
                    yield line
