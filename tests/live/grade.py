#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Grades what the reader prints about tasks with a known history: each sentence that
names a cause or a creator is right, unknown or false.

    grade.py READER DIRECTORY

For each family, DIRECTORY contains a snapshot, NAME.raw, and the lines of family.c,
NAME.log. For taskmap-zoo it contains NAME.trace (see history.py) and the output of
taskmap-zoo, NAME.tasks, instead of the log. Each snapshot is graded twice, with and
without its births.

A sentence is right if its claim is true; if it lists possible causes, one of them must
be true. It is unknown if it is marked as inferred and its condition is not met. Every
other sentence is false, also one that mentions a cause but matches no rule.
"""

import collections
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = HERE, os.path.dirname(HERE)

# pylint: disable=wrong-import-position
import image  # noqa: E402
from history import CLONE, Family, from_trace  # noqa: E402
from tap import Tap  # noqa: E402

RIGHT, UNKNOWN, FALSE, NO_RULE = "right", "unknown", "false", "no rule"

# The clone(2) flag of each resource, by its name, its noun, and the terms of drift.
FLAGS = {
    "mm": "VM", "address space": "VM", "files": "FILES", "open files": "FILES",
    "file table": "FILES", "fs": "FS", "root and working directory": "FS",
    "sighand": "SIGHAND", "signal handlers": "SIGHAND", "signal": "THREAD",
    "thread group": "THREAD", "io": "IO", "I/O context": "IO",
    "sysvsem": "SYSVSEM", "list of semaphores to undo": "SYSVSEM",
    "semaphore undo list": "SYSVSEM", "mnt": "NEWNS",
    **{name: "NEW" + name.upper()
       for name in "uts ipc pid net time cgroup user".split()},
}
NAMES = {"address space": "mm", "open files": "files", "file table": "files",
         "root and working directory": "fs", "signal handlers": "sighand",
         "thread group": "signal", "I/O context": "io",
         "list of semaphores to undo": "sysvsem",
         "semaphore undo list": "sysvsem", "credentials": "cred",
         "seccomp filter": "seccomp", "seccomp mode": "seccomp"}

NAMES_OF_KEYS = {image.key_of(name): name for name in image.RESOURCES}

SHARING = sum(CLONE[name] for name in (
    "VM FS FILES SIGHAND THREAD SYSVSEM NEWNS NEWCGROUP NEWUTS NEWIPC NEWUSER "
    "NEWPID NEWNET NEWTIME".split()))
STORED = sum(CLONE[name] for name in (
    "SETTLS PARENT_SETTID CHILD_SETTID CHILD_CLEARTID PIDFD".split()))
THREADS = sum(CLONE[name] for name in "VM FS FILES SIGHAND".split())
CALLED = {0: "fork(2)", CLONE["VM"] | CLONE["VFORK"]: "vfork(2)",
          THREADS: "LinuxThreads",
          THREADS | CLONE["THREAD"] | CLONE["SYSVSEM"]: "pthread_create(3)"}


def name_of(words):
    """The name of the resource in WORDS, such as "net namespace for children"."""
    words = NAMES.get(words, words)
    children = words.endswith(" for children")
    return words.removesuffix(" for children").removesuffix(" namespace") + (
        "_children" if children else "")


def bit_of(resource):
    return CLONE[FLAGS[resource]]


def is_namespace(resource):
    return FLAGS[resource].startswith("NEW")


def flags_in(words):
    """The value of flags such as "CLONE_VM|CLONE_FS"; 0 for "no flags"."""
    return sum(CLONE[name] for name in re.findall(r"CLONE_(\w+)", words))


def pids_in(words):
    """The pids of a list such as "3,12-15"."""
    for part in words.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def right_if(good):
    return RIGHT if good else FALSE


def is_own(member, resource):
    """Whether the clone flags of MEMBER gave it its own object of RESOURCE."""
    return bool(member.flags & bit_of(resource)) == is_namespace(resource)


def calls_in(text):
    """The system calls in a list of possible causes."""
    found = set(re.findall(r"\b(unshare|setns|close_range|clone|seccomp|prctl|"
                           r"setuid)\(2\)", text))
    if re.search(r"\bexec\(2\)(?! of )", text):
        found.add("exec")
    return found


class Case:
    """A task in a snapshot, and the history of its family."""

    def __init__(self, family, shot):
        self.family = family
        self.shot = shot
        self.named = family.named()
        self.task = None        # a Member
        self.guess = None       # the creator that the reader infers
        self.fact = ""          # the fact beside the sentence

    @property
    def record(self):
        return self.shot.by_pid[self.task.tid]

    def at(self, pid):
        return self.named.get(int(pid))

    def is_creator(self, pid):
        return self.task.creator is self.at(pid)

    def both_did(self, resource, other=None):
        """The calls since the birth that can have changed RESOURCE of either task."""
        other = other or self.task.creator
        return self.task.did(resource) | other.did(resource, self.task.born)

    def unchanged(self):
        """Whether neither the task nor its creator has changed since the birth."""
        creator = self.task.creator
        return self.task.alive and creator.alive and not self.task.calls and \
            not any(time > self.task.born for time, _, _ in creator.calls)

    def lineage(self):
        """The task, and its creators within its thread group."""
        member = self.task
        yield member
        while member.flags & CLONE["THREAD"]:
            member = member.creator
            yield member

    def group(self, pid):
        """All members of this thread group, also those that have ended."""
        return [member for member in self.family.members
                if member.pid == int(pid)]


RULES = []


def rule(*patterns):
    def add(judge):
        RULES.extend((re.compile(pattern), judge) for pattern in patterns)
        return judge
    return add


WHO = (r"(?:[Pp]rocess|[Tt]hread|[Tt]ask|[Kk]ernel (?:worker|thread)) (?P<who>\d+) "
       r"\((?P<name>.*)\)")
GONE = "ended, or renumbered by exec(2)"
TAKEN = "before or after a thread took over that PID by exec(2)"


def judge_creator(case, found):
    """Check the creator, the flags, and the name of the function that uses them."""
    task, who = case.task, int(found["who"])
    if found["name"] == TAKEN:
        now = case.at(who)
        good = who == task.creator_tid and now.flags & CLONE["THREAD"] and \
            now.called("exec")
    elif found["name"] == GONE:
        good = who == task.creator_tid and (not task.creator.alive or
                                            task.creator.tid != who)
    else:
        good = case.is_creator(who)
    flags = flags_in(found["flags"])
    return right_if(good and flags == task.flags and
                    (found["like"] or None) == CALLED.get(flags & ~STORED))


rule(f"^{WHO} created it with (?P<flags>.*?)(?:, like (?P<like>.*))?\\.$",
     f"^created: by {WHO} with (?P<flags>.*?)(?:, like (?P<like>.*))?$"
     )(judge_creator)


@rule(r"^It was created as a thread\. When it called exec\(2\), ",
      r"^created: became the leader by exec\(2\)$", "^was a thread, then exec$",
      r"^compare: a leader since exec\(2\)$")
def judge_thread_that_execed(case, _):
    return right_if(case.task.flags & CLONE["THREAD"] and
                    case.task.called("exec"))


@rule(r"^It was created (?P<how>with|without) CLONE_(?P<flag>\w+), but the two do "
      r"not share their (?P<what>.*) now: (?P<ways>.*) by (?P<by>.*) since then\.$")
def judge_parted(case, found):
    resource = name_of(found["what"])
    by = {"one of the two": case.both_did(resource),
          "this task": case.task.did(resource),
          "its creator": case.task.creator.did(resource, case.task.born)}
    return right_if(
        bool(case.task.flags & CLONE[found["flag"]]) == (found["how"] == "with")
        and found["flag"] == FLAGS[resource]
        and by[found["by"]] & calls_in(found["ways"]))


@rule(r"^It was created with CLONE_(?P<flag>\w+), but the two share their (?P<what>"
      r".*) now: setns\(2\) by one of the two since then\.$",
      r"^compare: (?P<what>\w+) shared since by setns\(2\)$",
      r"^created: the same as its creator's by setns\(2\): (?P<what>.*)$")
def judge_joined(case, found):
    return right_if(all(
        case.task.flags & bit_of(name_of(resource)) and
        "setns" in case.both_did(name_of(resource))
        for resource in found["what"].split(", ")))


@rule(r"^created: no longer the same as its creator's: (?P<what>.*)$",
      r"^compare: (?P<what>\w+) no longer shared$")
def judge_no_longer(case, found):
    return right_if(all(not is_own(case.task, resource) and
                        case.both_did(resource)
                        for resource in found["what"].split(", ")))


@rule(r"^Before that, its creator had chosen the pid namespace for its children with "
      r"unshare\(2\) or setns\(2\)\.$")
def judge_chosen_pid(case, _):
    creator, born = case.task.creator, case.task.born
    return right_if(not case.task.flags & CLONE["NEWPID"] and any(
        time < born and "pid_children" in changed
        for time, _, changed in creator.calls))


@rule(r"^The two are in different time namespaces: its creator had chosen one for its "
      r"children before, or since then one of the two called setns\(2\), or exec\(2\) "
      r"after unshare\(2\)\.$")
def judge_chosen_time(case, _):
    return right_if(not case.task.flags & CLONE["NEWTIME"] and (
        case.task.creator.did("time_children") or
        case.both_did("time") & {"setns"} or
        any(member.called("exec") and member.did("time_children")
            for member in (case.task, case.task.creator))))


@rule(r"^The two do not share their credentials: setuid\(2\) or a similar call by "
      r"one of the two since then, or a keyring of the creator's thread\.$")
def judge_credentials(case, _):
    return right_if(case.task.flags & CLONE["THREAD"] and case.both_did("cred"))


@rule(r"^Its ids are not those of (?P<who>\d+) \(.*?\)\. A new task has the ids of "
      r"its creator: (?P<ways>.*), by one of the two since then\.$")
def judge_ids(case, found):
    if "another task created it" in found["ways"] and \
            not case.is_creator(found["who"]):
        return RIGHT
    return right_if(case.is_creator(found["who"]) and
                    case.both_did("cred") & calls_in(found["ways"]))


@rule(r"^(?:\w+(?:/\w+)* \d+, its (?:parent|creator (?P<who>\d+)) has \d+ and )*"
      r"\w+(?:/\w+)* \d+, its (?:parent|creator (?P<creator>\d+)) has \d+: set after "
      r"the fork(?P<unless>, unless another task created it)?$")
def judge_ids_of_process(case, found):
    names = [found["creator"]] if found["creator"] else [case.record.parent,
                                                         case.record.ppid]
    named = any(map(case.is_creator, names))
    if found["unless"] and not named:
        return RIGHT
    return right_if(named and case.both_did("cred"))


@rule(r"^Since then, one of the two was moved to other cgroups\.$")
def judge_moved(case, _):
    return right_if(case.both_did("cgroups"))


@rule(r"^The cgroups are not the same\. Possible causes: one of the two was moved, or "
      r"CLONE_INTO_CGROUP of clone3\(2\)\.$")
def judge_cgroups(case, _):
    return right_if(case.task.flags & CLONE["INTO_CGROUP"] or
                    case.both_did("cgroups", case.guess))


@rule(r"^CLONE_INTO_CGROUP put it into other cgroups\.$")
def judge_into_cgroup(case, _):
    return right_if(case.task.flags & CLONE["INTO_CGROUP"])


@rule(f"^Its creator is unknown: its parent, {WHO}, was created later and adopted ",
      r"^created: (?P<who>\d+) is younger and adopted it$",
      r"^Its parent adopted it when its former parent ended\.$")
def judge_adopted(case, _):
    """A process is adopted whole: exec may have made another task its leader."""
    return right_if(any(member.adopted for member in case.group(case.task.pid)))


@rule(f"^Its creator is inferred: {WHO}, because of the threads of that process ")
def judge_fit(case, found):
    case.guess = case.at(found["who"])
    return RIGHT if case.is_creator(found["who"]) else UNKNOWN


@rule(f"^Its creator is inferred: its parent, {WHO}, unless that adopted it"
      r"(?P<unless>.*)\.$")
def judge_parent(case, found):
    task, case.guess = case.task, case.at(found["who"])
    return right_if(int(found["who"]) == case.record.parent and (
        case.is_creator(found["who"]) or task.adopted or
        task.flags & CLONE["PARENT"] or "thread before exec" in found["unless"]
        and task.flags & CLONE["THREAD"] and task.called("exec")))


@rule(f"^Its creator is inferred: its leader, {WHO}, or another thread of its proc")
def judge_leader(case, found):
    case.guess = case.at(found["who"])
    return right_if(case.task.flags & CLONE["THREAD"] and
                    case.task.creator.pid == case.task.pid == case.guess.tid)


@rule(r"^Its parent adopted it when its creator (?P<who>\d+) ended, or is its "
      r"creator and got another PID by exec\(2\)\.$",
      r"^created: its parent (?P<parent>\d+) adopted it, unless it is that task$")
def judge_adopted_or_renumbered(case, found):
    named = found.groupdict()
    return right_if(
        int(named.get("who") or case.task.creator_tid) == case.task.creator_tid and
        int(named.get("parent") or case.record.ppid) == case.record.ppid and
        (case.task.adopted and not case.task.creator.alive or
         case.is_creator(case.record.parent)))


def judge_flags(case, flags, like):
    """Check inferred flags. They are conditional: nothing has changed since."""
    if not case.unchanged():
        return UNKNOWN
    joined = sum({bit_of(resource) for resource in FLAGS
                  if is_namespace(resource) and any(
                      "setns" in member.did(resource, case.task.born)
                      for member in case.family.members)})
    wrong = (flags ^ case.task.flags) & SHARING
    if wrong and not wrong & ~joined and not like:
        return UNKNOWN      # another task has joined that namespace
    # Without CLONE_VM, CLONE_VFORK leaves no trace.
    seen = SHARING | (CLONE["VFORK"] if case.task.flags & CLONE["VM"] else 0)
    return right_if(not wrong and like in (None,
                                           CALLED.get(case.task.flags & seen)))


@rule(r"^If (?P<who>\d+) created it.* and nothing changed since, it called "
      r"clone3?\(2\) with [\w ]*?(?:, like (?P<like>.*))?\.$")
def judge_condition(case, found):
    if not case.is_creator(found["who"]):
        return UNKNOWN
    return judge_flags(case, flags_in(case.fact), found["like"])


@rule(f"^created: inferred: by {WHO} with (?P<flags>[^,]*)(?:, like (?P<like>"
      r"\S+))?, unless (?P<unless>.*)$")
def judge_inferred(case, found):
    if not case.is_creator(found["who"]):
        return UNKNOWN if "another task" in found["unless"] else FALSE
    return judge_flags(case, flags_in(found["flags"]), found["like"])


@rule(f"^created: inferred creator: {WHO}$")
def judge_guess(case, found):
    return RIGHT if case.is_creator(found["who"]) else UNKNOWN


@rule(r"^If (?P<who>\d+) created it, these flags were among those of the call\. ")
def judge_some_flags(case, found):
    if not case.is_creator(found["who"]) or case.task.calls or \
            any(time > case.task.born for time, _, _ in case.task.creator.calls):
        return UNKNOWN
    return right_if(not flags_in(case.fact) & ~case.task.flags)


@rule(r"^No single clone\(2\) call creates such a task, .*: something changed later",
      r"^compare: no single call does this$")
def judge_impossible(case, _):
    return right_if(not case.unchanged())


@rule(r"^The children of (?P<who>\d+) live in that (?P<what>.*), by an earlier "
      r"unshare\(2\) or setns\(2\): no flag was needed\.$")
def judge_children(case, found):
    resource, member = name_of(found["what"]) + "_children", case.at(found["who"])
    # A task can inherit the choice of its creator.
    while member and not member.did(resource):
        member = member.creator
    return right_if(member)


@rule(r"^It is not the first task of its pid namespace: before it was created, its ")
def judge_not_first(case, _):
    return right_if(not case.task.flags & CLONE["NEWPID"])


@rule(r"^An older task is in its (?P<what>.*)\. Possible causes: (?P<ways>.*)\.$")
def judge_entered(case, found):
    resource = name_of(found["what"])
    other = case.at(re.search(r"by (\d+)", found["ways"])[1])
    if case.task.creator is not other and "another" in found["ways"]:
        return RIGHT
    ids = [record.pid for record in case.shot.tasks
           if record.ids[resource] == case.record.ids[resource]]
    inside = [case.at(pid) for pid in ids if case.at(pid)]
    inside += [member.creator for member in inside if member.creator]
    return right_if(other.did(resource) or other.did(resource + "_children") or
                    any("setns" in member.did(resource) for member in inside))


@rule(r"^The credentials are not the same, and threads start with those of their "
      r"creator\. Possible causes: another thread created it; setuid\(2\) or a similar "
      r"call by one of the two; a keyring of the creator's thread\.$")
def judge_thread_credentials(case, _):
    return right_if(case.task.creator is not case.guess or case.both_did("cred"))


@rule(r"^The credentials are the same, and clone\(2\) did not cause this: ")
def judge_copied_credentials(case, _):
    return right_if(not case.task.flags & CLONE["THREAD"])


@rule(r"^Its set of namespaces is its own, but contains the same .*\. Possible causes: "
      r"(?P<ways>.*)\.$")
def judge_set_of_namespaces(case, found):
    if "another" in found["ways"] and case.task.creator is not case.guess:
        return RIGHT
    return right_if(case.both_did("nsproxy", case.guess))


@rule(r"^Unknown: whether it was created with these flags, or with CLONE_VFORK\. They "
      r"leave no trace after exec\(2\), which one of the two has called\.$")
def judge_hidden_by_exec(case, _):
    """The task or its inferred creator called exec, perhaps before the history."""
    return right_if(case.task.called("exec") or case.guess.called("exec") or
                    case.guess in case.family.outside)


@rule(r"^It has not called exec\(2\), so it runs the program that its creator ran ",
      r"^created: has not called exec\(2\)$")
def judge_no_exec(case, _):
    return right_if(not case.task.called("exec"))


@rule(r"^It has called exec\(2\), which gave it a new address space, ",
      r"^created: has called exec\(2\)$")
def judge_exec(case, _):
    return right_if(case.task.called("exec"))


@rule(r"^shares: (?:no namespace and no|namespaces and) cgroups with its (?P<role>"
      r"(?:inferred )?creator|parent) (?P<who>\d+)")
def judge_role(case, found):
    if found["role"] == "parent":
        return right_if(int(found["who"]) in (case.record.parent,
                                              case.record.ppid))
    if case.is_creator(found["who"]):
        return RIGHT
    return UNKNOWN if "inferred" in found["role"] else FALSE


@rule(r"^Waits in vfork\(2\) until its child (?P<who>\d+) calls exec\(2\) or ends\.$")
def judge_waits(case, found):
    return right_if(case.task.waits_for(case.at(found["who"])))


@rule(r"^(?P<who>\d+), a vfork\(2\) child of its process, borrows its address ")
def judge_lent(case, found):
    child = case.at(found["who"])
    return right_if(child and child.creator.pid == case.task.pid and
                    child.creator.waits_for(child))


@rule(r"^It uses the address space of (?P<who>\d+) after vfork\(2\), until it calls "
      r"exec\(2\) or ends\.$",
      r"^vfork, borrows mm of (?P<who>\d+)$",
      r"^drift: borrows the mm of (?P<who>\d+) until it execs or ends$")
def judge_borrows(case, found):
    creator = case.task.creator
    return right_if(creator.waits_for(case.task) and
                    creator.pid == int(found["who"]))


@rule(r"^Traced by (?P<who>\d+) \(")
def judge_tracer(case, found):
    return right_if(case.task.tracer is case.at(found["who"]) and
                    case.task.tracer)


@rule(r"^zombie until tracer (?P<who>\d+) waits for it or ends$",
      r"^Zombie: it has ended, and its tracer (?P<who>\d+) must take its exit ")
def judge_zombie(case, found):
    return right_if(not case.task.alive and
                    case.record.tracer == int(found["who"]))


@rule(r"^Stopped by a signal\.$")
def judge_stopped(case, _):
    return right_if(case.task.stopped)


@rule(r"^Stopped for its tracer\.$")
def judge_stopped_for_tracer(case, _):
    return right_if(case.task.tracer)


@rule(r"^own (?P<what>\w+)(?: ns)? since birth$")
def judge_own_since_birth(case, found):
    return right_if(case.task.flags & CLONE["THREAD"] and
                    is_own(case.task, found["what"]))


@rule(r"^created by (?P<who>\d+) with CLONE_PARENT$")
def judge_clone_parent(case, found):
    return right_if(case.task.flags & CLONE["PARENT"] and
                    case.task.creator_tid == int(found["who"]))


@rule(r"^created by thread (?P<who>\d+)$")
def judge_by_thread(case, found):
    return right_if(case.is_creator(found["who"]) and
                    case.task.creator.tid != case.task.creator.pid)


@rule(r"^A thread that the kernel made in process (?P<who>\d+)",
      r"^drift: created by the kernel in thread group (?P<who>\d+), for io_uring ")
def judge_worker(case, found):
    return right_if(case.task.worker and case.task.creator.pid ==
                    int(found["who"]) == case.task.pid)


@rule(r"^compare: created by (?P<who>\d+)(?P<taken>, before or after exec\(2\) by "
      r"a thread)?(?:, like (?P<like>.*))?$")
def judge_compared(case, found):
    now, creator = case.at(found["who"]), case.task.creator
    return right_if(case.task.creator_tid == int(found["who"]) and
                    (found["taken"] or now in (None, creator) or
                     not creator.alive and now is case.task) and
                    (found["like"] or None) ==
                    CALLED.get(case.task.flags & ~STORED))


@rule(r"^compare: relation (?P<first>\d+) (?P<kin>.*) \d+$")
def judge_kinship(case, found):
    """Check only the creators: the snapshot records parents and thread groups."""
    first, task = case.at(found["first"]), case.task
    child = task.creator.pid == first.pid != task.pid
    parent = first.creator.pid == task.pid != first.pid
    if found["kin"] == "child of":
        return right_if(child or case.record.ppid == first.pid)
    if found["kin"] == "parent of":
        return right_if(parent or
                        case.shot.by_pid[first.tid].ppid == task.pid)
    return None


@rule(r"^compare: recorded (?P<flags>.*)$")
def judge_recorded_flags(case, found):
    return right_if(flags_in(found["flags"]) == case.task.flags)


@rule(r"^compare: flags (?P<first>\d+) (?P<flags>.*?)(?:; like (?P<like>.*))?$")
def judge_inferred_flags(case, found):
    if found["flags"] == "-":
        return None
    if not case.is_creator(found["first"]):
        return UNKNOWN
    return judge_flags(case, flags_in(found["flags"]), found["like"])


@rule(r"^compare: (?P<what>\w+) not by a flag$")
def judge_not_by_a_flag(case, found):
    resource = found["what"]
    if resource not in FLAGS:
        return None
    return right_if(not case.task.flags & bit_of(resource) or
                    not case.unchanged())


@rule(r"^drift: .* (?:than|unlike) leader (?P<leader>\d+): (?P<way>.*)$",
      r"^drift: \w+ and leader (?P<leader>\d+) differ in their .*: (?P<way>.*)$",
      r"^drift: leader (?P<leader>\d+) has .* (?:than|unlike) .*: (?P<way>.*)$")
def judge_drift(case, found):
    """For a thread, a thread and its leader, or a leader and its threads."""
    way, resource = found["way"], case.fact
    if resource == "cred":
        return None
    task, leader = case.task, case.at(found["leader"])
    if way == "the thread has that of the thread that created it":
        own = is_own(task, resource) if resource in FLAGS else \
            task.did(resource)
        return right_if(not own or "setns" in case.both_did(resource))
    created = re.match(r"created (with|without) CLONE_(\w+)(?:, then (.*))?$", way)
    if created:
        good = bool(task.flags & CLONE[created[2]]) == (created[1] == "with")
        return right_if(good and (
            is_own(task, resource) if not created[3] else
            case.both_did(resource, leader) & calls_in(created[3])))
    members = case.group(leader.pid) if task is leader else \
        [*case.lineage(), leader]
    happened = {name for member in members for name in member.did(resource)}
    if resource in FLAGS and any(is_own(member, resource) for member in members
                                 if member.flags & CLONE["THREAD"]):
        happened.add("clone")
    return right_if(happened & calls_in(way))


@rule(r"^drift: with thread group .*: (?P<who>\d+) created (?P<made>\d+) with "
      r"(?P<flags>\S+)$")
def judge_shared(case, found):
    made = case.at(found["made"])
    return right_if(made.creator is case.at(found["who"]) and
                    not flags_in(found["flags"]) & ~made.flags)


@rule(r"^drift: with thread group .*: clone\(2\) without CLONE_THREAD$")
def judge_shared_somehow(case, _):
    return right_if(any(not member.flags & CLONE["THREAD"]
                        for member in case.lineage()))


@rule(r"^drift: with leader \d+: CLONE_IO, which pthread_create\(3\) does not use$")
def judge_shared_io(case, _):
    return right_if(case.task.flags & CLONE["IO"])


# Sentences that match MENTIONS, but name no cause or creator. They state what is
# possible, or what the snapshot contains.
NOTHING = re.compile("|".join((
    r"^Unknown: .*because one of the two tasks has nothing to compare",
    r"^How it was created is unknown", r"^This snapshot does not record",
    r"^It was created before the module was", r"^The kernel creates such tasks itself",
    r"^A thread that the kernel created in process \d+",
    r"^created: (not recorded|before the module was loaded)$",
    r"^Its parent is .*(notified when it ends|, like that of all threads)",
    r"^(getppid|gettid|getpid)\(\) ", r"^Its leader is \d+ \(",
    r"^Zombie: it has ended, and remains until its parent ", r"^Signal \d+ killed it",
    r"^children in a pid ns without init: ", r"^compare: unknown: ",
    r"^It is the init of its pid namespace, ",
    r"^drift: \d+ more held by something other than a task, ",
)))
MENTIONS = re.compile(
    r"CLONE_|\b(creat|adopt|inferr|since|chang|chose|exec|vfork|trac|fork|made|"
    r"birth|moved|joined|killed|stopp|dump|lent|borrow|unshare|setns|setuid|"
    r"close_range|parent|started|by \d)", re.I)


def judge(case, sentence):
    for pattern, function in RULES:
        found = pattern.search(sentence)
        if found:
            return function(case, found)
    if MENTIONS.search(sentence) and not NOTHING.search(sentence):
        return NO_RULE
    return None


class Reader:
    """The output of the reader about some tasks in a snapshot."""

    def __init__(self, program, path):
        self.program, self.path = program, path

    def run(self, *arguments):
        result = subprocess.run([self.program, *arguments, "-i", self.path],
                                capture_output=True, check=False, text=True)
        assert result.returncode in (0, 1), result.stderr
        return result.stdout

    def rows(self, command, *arguments):
        told = json.loads(self.run(command, "-J", *arguments))
        return told["tasks" if command == "list" else command]

    def explained(self, pids):
        """Yield (pid, sentence, fact) from the long form and from the five lines."""
        for one in self.rows("explain", *map(str, pids)):
            for sentence in one["sentences"]:
                if sentence["about"] != "unusual":      # the same as NOTE
                    yield one["pid"], sentence["text"], sentence["fact"] or ""
            for line, text in ((said["about"], said["text"])
                               for said in one["summary"]):
                if line not in ("created", "shares"):
                    continue
                for part in text.split("; "):
                    yield one["pid"], f"{line}: {part}", ""

    def noted(self, pids):
        for row in self.rows("list", "-o", "PID,NOTE", "-p",
                             ",".join(map(str, pids))):
            for part in (row["note"] or "").split("; "):
                yield row["pid"], part, ""

    def drifted(self, pids):
        for row in self.rows("drift", "-p", ",".join(map(str, pids))):
            for pid in row["pids"]:
                yield (pid, "drift: " + row["reason"],
                       ",".join(NAMES_OF_KEYS[key] for key in row["what"]))

    def compared(self, first, pids):
        others = [pid for pid in pids if pid != first]
        if not others:
            return
        text = self.run("compare", *map(str, [first, *others]))
        heading, *lines = text.splitlines()[-len(others) - 1:]
        starts = [heading.find(name) for name in ("RELATION", "RECORDED",
                                                  "FLAGS", "NOTE")]
        for line in lines:
            pid = int(line.split()[0])
            kin, recorded, flags, note = (
                line[start:end].strip() for start, end in
                zip(starts, [*starts[1:], None]))
            yield pid, f"compare: relation {first} {kin}", ""
            like = re.search(r"(?:^|; )(like [^;]*)", note)
            if recorded == "yes":
                yield pid, f"compare: recorded {flags}", ""
            else:
                yield pid, f"compare: flags {first} {flags}" + (
                    "; " + like[1] if like else ""), ""
            for part in note.split("; "):
                if not part.startswith("like "):
                    yield pid, "compare: " + part, ""

    def all(self, pids, groups):
        yield from self.explained(pids)
        yield from self.noted(pids)
        yield from self.drifted(pids)
        for group in groups:
            for first in group:
                yield from self.compared(first, group)


def place(layout, names, name):
    """The offset and size of a field of image.py."""
    codes = re.findall(r"\d*[A-Za-z]", layout.format)
    index = names.index(name)
    return (struct.calcsize("=" + "".join(codes[:index])),
            struct.calcsize("=" + codes[index]))


def without_births(data):
    """The snapshot as if the module had recorded no births."""
    shot = image.Snapshot(data)
    data = bytearray(data)
    at, size = place(image.HEADER, image.HEADER_NAMES, "births_ns")
    data[at:at + size] = bytes(size)
    for name in "birth_pid", "birth_flags":
        at, size = place(image.RECORD, image.RECORD_NAMES, name)
        for index in range(shot.count):
            start = shot.at(index) + at
            data[start:start + size] = bytes(size)
    return bytes(data)


def read(path, mode="r"):
    with open(path, mode, encoding=None if "b" in mode else "latin-1") as file:
        return file.read()


def family_of(path):
    """The family, and its groups of pids. PATH has no suffix."""
    if os.path.exists(path + ".log"):
        family = Family(read(path + ".log").splitlines())
        return family, [[pid for pid, member in family.named().items()
                         if member not in family.outside]]
    tasks = collections.defaultdict(list)
    first, *lines = read(path + ".tasks").splitlines()
    for line in lines:
        name, _, tid = line.split()
        tasks[re.sub("-(parent|first|other.*|leader|killed|tracer|inside)$", "",
                     name)].append(int(tid))
    family = Family(from_trace(read(path + ".trace"), int(first)))
    return family, list(tasks.values())


def other_pid(case, sentence):
    """Replace each pid in the sentence by the next pid of the family."""
    pids = [pid for pid, member in case.named.items()
            if member.creator and pid in case.shot.by_pid]
    following = dict(zip(map(str, pids), map(str, [*pids[1:], pids[0]])))
    return re.sub(r"\b\d+\b", lambda pid: following.get(pid[0], pid[0]), sentence)


def swapped(one, other):
    def swap(_, sentence):
        return re.sub(f"{re.escape(one)}|{re.escape(other)}",
                      lambda found: other if found[0] == one else one, sentence)
    return swap


# Changes that make a right sentence false, in all or nearly all cases.
LIES = {
    "another task": other_pid,
    "another flag": swapped("CLONE_VM", "CLONE_PTRACE"),
    "with and without": swapped("created with ", "created without "),
    "the other of the two": swapped("by this task", "by its creator"),
    "another call": swapped("exec(2)", "unshare(2)"),
    "exec or not": swapped("has not called exec(2)", "has called exec(2)"),
}


class Grades:
    """The number of sentences by grade, and the false sentences."""

    def __init__(self):
        self.counts = collections.Counter()
        self.wrong = []
        self.lies = collections.Counter()
        self.detected = collections.Counter()

    def grade(self, program, path, family, groups):
        case = Case(family, image.Snapshot(read(path, "rb")))
        pids = [pid for group in groups for pid in group
                if pid in case.shot.by_pid]
        groups = [[pid for pid in group if pid in pids] for group in groups]
        told = dict.fromkeys(Reader(program, path).all(pids, groups))
        for pid, sentence, case.fact in told:
            case.task = case.at(pid)
            verdict = judge(case, sentence)
            if not verdict:
                continue
            self.counts[verdict] += 1
            self.detect(case, sentence)
            if verdict in (FALSE, NO_RULE):
                self.wrong.append(f"{pid}: {verdict}: {sentence} [{case.fact}]")

    def detect(self, case, sentence):
        """Check that the rules detect false variants of the sentence."""
        guess = case.guess
        for lie, change in LIES.items():
            changed = change(case, sentence)
            if changed != sentence:
                self.lies[lie] += 1
                self.detected[lie] += judge(case, changed) in (FALSE, NO_RULE)
                case.guess = guess

    def __str__(self):
        total = self.counts.total()
        return ", ".join(f"{name} {self.counts[name]}" for name in (
            RIGHT, UNKNOWN, FALSE, NO_RULE)) + (
                f", {100 * self.counts[RIGHT] / max(total, 1):.2f} % right")

    def enough(self):
        return self.counts[RIGHT] > .99 * self.counts.total()


def grade_all(program, directory, tap):
    names = sorted(name.removesuffix(".raw") for name in os.listdir(directory)
                   if name.endswith(".raw"))
    grades = {"births recorded": Grades(), "births unknown": Grades()}
    with tempfile.NamedTemporaryFile() as bare:
        for name in names:
            path = os.path.join(directory, name)
            family, groups = family_of(path)
            bare.seek(0)
            bare.truncate()
            bare.write(without_births(read(path + ".raw", "rb")))
            bare.flush()
            for (title, graded), file in zip(grades.items(),
                                             (path + ".raw", bare.name)):
                before = len(graded.wrong)
                graded.grade(program, file, family, groups)
                if graded.wrong[before:]:
                    tap.not_ok(f"{name}, {title}",
                               graded.wrong[before:] + family.lines)
    for title, graded in grades.items():
        print(f"# {len(names)} families, {title}: {graded}")
    graded = grades["births recorded"]
    for good, title in (
            (graded.enough(), "of the sentences more than 99 % are right"),
            (all(graded.detected[lie] for lie in graded.lies), "lies are detected: " +
             ", ".join(f"{lie} {graded.detected[lie]} of {graded.lies[lie]}"
                       for lie in LIES))):
        (tap.ok if good else tap.not_ok)(title)


def main():
    tap = Tap()
    grade_all(sys.argv[1], sys.argv[2], tap)
    sys.exit(tap.finish())


if __name__ == "__main__":
    main()
