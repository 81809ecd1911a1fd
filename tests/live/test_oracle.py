# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Compares random forests with kcmp(2), /proc and a model. A forest consists of trees of
tasks, created with random valid flags of clone(2), which then unshare and use objects
at random.

The model derives the objects of each task from these steps, so it also covers
resources that kcmp(2) cannot compare. A seed determines the whole forest. To create one
again:

    taskmap-zoo --forests SEED 1

To test it again, set TASKMAP_SEED=SEED TASKMAP_FORESTS=1.
"""

import os
import subprocess
import time

import oracle
from image import RESOURCES
from live import (ABSENT, Loaded, Shapes, effort, settle, snapshot,
                  watches_itself, zoo)

FORESTS = int(os.environ.get("TASKMAP_FORESTS", 0)) or effort(
    check=5 if watches_itself() else 30, sanitizer=60, soak=1000)
NS_FLAGS = {"uts": "CLONE_NEWUTS", "ipc": "CLONE_NEWIPC", "mnt": "CLONE_NEWNS",
            "net": "CLONE_NEWNET", "cgroup": "CLONE_NEWCGROUP"}
OF_PROXY = {*NS_FLAGS.values(), "CLONE_NEWPID", "CLONE_NEWTIME"}


class Thing:
    """An object of the kernel, which is equal only to itself."""


class IoContext(Thing):
    def __init__(self, level):
        self.level = level


class Proxy(Thing):
    """Namespaces by name, including the pid and time namespaces for children."""

    def __init__(self, old=None):
        self.ns = dict(old.ns) if old else {
            name: Thing() for name in (*NS_FLAGS, "pid", "time")}
        self.time = old.time if old else self.ns["time"]

    def renew(self, flags):
        """Models create_new_namespaces(); "pid" and "time" are for children."""
        for name, flag in (*NS_FLAGS.items(), ("pid", "CLONE_NEWPID"),
                           ("time", "CLONE_NEWTIME")):
            if flag in flags:
                self.ns[name] = Thing()


class Model:
    """A task and its objects; None for no object."""

    def __init__(self):
        self.mm, self.files, self.fs = Thing(), Thing(), Thing()
        self.sighand, self.signal, self.cred = Thing(), Thing(), Thing()
        self.io = self.sysvsem = None
        self.proxy = Proxy()
        self.pid_ns, self.user = self.proxy.ns["pid"], Thing()
        self.parent = self.leader = None
        self.parent_task = None  # the task that is the real parent
        self.exit_signal = 17
        self.waited_for = False

    def clone(self, flags):
        """Models the sharing in copy_process() of kernel/fork.c."""
        new = Model()
        thread = "CLONE_THREAD" in flags
        for name, flag in (("mm", "CLONE_VM"), ("files", "CLONE_FILES"),
                           ("fs", "CLONE_FS"), ("sighand", "CLONE_SIGHAND"),
                           ("signal", "CLONE_THREAD"),
                           ("cred", "CLONE_THREAD")):
            if flag in flags:
                setattr(new, name, getattr(self, name))
        if "CLONE_SYSVSEM" in flags:
            self.semop()
            new.sysvsem = self.sysvsem
        if self.io and "CLONE_IO" in flags:
            new.io = self.io
        elif self.io and self.io.level:
            # The child gets a new io_context, with the parent's level.
            new.io = IoContext(self.io.level)
        new.user = Thing() if "CLONE_NEWUSER" in flags else self.user
        self.clone_namespaces(new, flags)
        new.leader = self.leader if thread else new
        sibling = thread or "CLONE_PARENT" in flags
        new.parent = self.leader.parent if sibling else self.leader
        new.parent_task = self.parent_task if sibling else self
        if thread:
            new.exit_signal = -1
        elif sibling:
            new.exit_signal = self.leader.exit_signal
        new.waited_for = "CLONE_VFORK" in flags
        return new

    def clone_namespaces(self, new, flags):
        """Models copy_namespaces() of kernel/nsproxy.c."""
        new.proxy = self.proxy
        apart = self.proxy.ns["time"] is not self.proxy.time
        if flags & OF_PROXY or (apart and "CLONE_VM" not in flags):
            new.proxy = Proxy(self.proxy)
            new.proxy.renew(flags)
            if "CLONE_VM" not in flags:
                new.proxy.time = new.proxy.ns["time"]
        new.pid_ns = new.proxy.ns["pid"]

    def unshare(self, flags):
        """Models ksys_unshare() of kernel/fork.c."""
        if flags & {"CLONE_FS", "CLONE_NEWNS", "CLONE_NEWUSER"}:
            self.fs = Thing()
        if "CLONE_FILES" in flags:
            self.files = Thing()
        if flags & {"CLONE_SYSVSEM", "CLONE_NEWIPC"}:
            self.sysvsem = None
        if "CLONE_NEWUSER" in flags:
            self.cred, self.user = Thing(), Thing()
        if flags & OF_PROXY:
            self.proxy = Proxy(self.proxy)
            self.proxy.renew(flags)

    def semop(self, _=None):
        self.sysvsem = self.sysvsem or Thing()

    def ioprio(self, level):
        if not self.io:
            self.io = IoContext(level)
        self.io.level = level

    def capset(self, _):
        self.cred = Thing()

    def borrows(self):
        """Whether it borrows an mm after vfork(2). With CLONE_PARENT, the parent does
        not wait, but may share its mm."""
        return bool(self.waited_for and self.parent and
                    self.parent.mm is self.mm)

    def holds(self):
        held = {"mm": self.mm, "active_mm": self.mm, "files": self.files,
                "fs": self.fs, "sighand": self.sighand, "signal": self.signal,
                "io": self.io, "sysvsem": self.sysvsem, "cred": self.cred,
                "nsproxy": self.proxy, "cgroups": Model,
                **{name: self.proxy.ns[name] for name in NS_FLAGS},
                "pid": self.pid_ns, "time": self.proxy.time,
                "user": self.user, "pid_children": self.proxy.ns["pid"],
                "time_children": self.proxy.ns["time"], "seccomp": None}
        return {**held, **dict.fromkeys(ABSENT)}


class Forest:
    """The output of taskmap-zoo for one forest, and the model of it."""

    def __init__(self, lines):
        self.text = []
        self.models, self.names = {}, {}
        for line in lines:
            self.text.append(line.rstrip("\n"))
            words = line.split()
            if words == ["ready"]:
                return
            self.step(*words)
        raise RuntimeError("taskmap-zoo created no forest: " + repr(self.text))

    def step(self, action, by, *rest):
        if action == "forest":
            self.seed = int(by)
        elif action == "task":
            self.models[0] = Model()
            self.models[0].leader = self.models[0]
            self.names[0] = tuple(map(int, rest))
        elif action == "clone":
            number, flags, *name = rest
            made = self.models[int(by)].clone(self.flags(flags))
            self.models[int(number)] = made
            self.names[int(number)] = tuple(map(int, name))
        elif action == "unshare":
            self.models[int(by)].unshare(self.flags(rest[0]))
        elif action == "ioprio":
            self.models[int(by)].ioprio(int(rest[0]))
        elif action in ("semop", "capset"):
            getattr(self.models[int(by)], action)(None)
        else:
            raise RuntimeError(f"the kernel or the plan is wrong: "
                               f"{self.text}")

    @staticmethod
    def flags(words):
        return set() if words == "-" else set(words.split("|"))


def check_model(tasks, models):
    """Compares TASKS with MODELS in the same order: ids are equal if objects are."""
    for name in RESOURCES:
        ids, things = {None: 0}, {0: None}
        for task, model in zip(tasks, models):
            number, thing = task.ids[name], model.holds()[name]
            if (ids.setdefault(thing, number) != number or
                    things.setdefault(number, thing) is not thing):
                yield f"{name} of {task.pid}: the model says otherwise"


def check_task(task, model, pids, outside):
    """Compares TASK with its MODEL. PIDS maps models to pids, and OUTSIDE is the
    parent of the forest."""
    threads = sum(1 for other in pids if other.leader is model.leader)
    alone = threads == 1
    expected = {
        "tgid": pids[model.leader],
        "ppid": pids[model.parent] if model.parent else outside,
        "parent": pids[model.parent_task] if model.parent_task else outside,
        "tracer": 0,
        "exit_code": 0,
        "exit_signal": model.exit_signal,
        "marks": int(model.borrows()),
        "threads": threads,
        "kind": ("thread" if model.leader is not model else
                 "process" if alone else "main"),
    }
    for name, value in expected.items():
        if getattr(task, name) != value:
            yield (f"{name} of {task.pid} is {getattr(task, name)}, "
                   f"the model says {value}")


class Forests(Loaded):
    def check(self, forest, zombie, outside):
        settle(forest.names.values())
        shot = snapshot()
        order = sorted(forest.models)
        tasks = [shot.by_pid[forest.names[number][1]] for number in order]
        models = [forest.models[number] for number in order]
        pids = {model: task.pid for task, model in zip(tasks, models)}
        found = [*oracle.check_kcmp(tasks, zombie),
                 *oracle.check_namespaces(tasks),
                 *check_model(tasks, models)]
        for task, model in zip(tasks, models):
            found += check_task(task, model, pids, outside)
            found += oracle.check_proc(task)
        self.assertEqual(found, [], f"TASKMAP_SEED={forest.seed} "
                         f"TASKMAP_FORESTS=1\n" + "\n".join(forest.text))
        return len(tasks)

    def test_forests(self):
        seed = int(os.environ.get("TASKMAP_SEED", 0)) or time.time_ns()
        pairs = tasks = 0
        with Shapes("zombie") as shapes, \
                subprocess.Popen(zoo("--forests", str(seed), str(FORESTS)),
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 text=True) as maker:
            _, zombie = shapes.one("zombie")
            for _ in range(FORESTS):
                count = self.check(Forest(maker.stdout), zombie, maker.pid)
                tasks += count
                pairs += count * (count - 1) // 2
                maker.stdin.write("\n")
                maker.stdin.flush()
            maker.stdin.close()
            self.assertEqual(maker.wait(), 0)
        print(f"# {FORESTS} forests from seed {seed}: {tasks} tasks, {pairs} "
              f"pairs, {len(oracle.KCMP)} resources each by kcmp, "
              f"{len(RESOURCES)} by the model")
