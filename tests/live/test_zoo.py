# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
The zoo: every row of its table against the records of its tasks, and every
field of the records against something that is not this module.

Which test would fail if a field were wrong (T: test_tasks, F: test_files, A:
test_access; O: test_oracle has it for random tasks):

task            test_ids_of_tasks
start_ns        test_proc, O
pid, tgid       test_proc, rows, test_groups, O
ppid            test_proc, rows, test_chain; T: not of tracers, nor threads
ns_pid, ns_levels, ns_pids      test_proc, test_nested_pid, O
flags           test_proc; T: kernel threads
exit_signal     test_proc, rows, O
threads         test_proc, O
uid, gid        test_proc, test_real_user; T: user and group
euid, fsuid     test_proc, test_users, O
pgrp, session   test_proc, test_groups_of_processes, O
tracer          test_proc, test_tracer
parent          test_parent, O
exit_code       test_proc, test_exit_codes; T: what wait(2) says
seccomp         test_proc, test_seccomp
cgroup          test_proc, test_cgroup
ns_inodes       test_proc, test_pid_namespace_is_not_that_for_children, O
kind            rows, test_kinds; T: kernel threads
state           test_proc, test_kinds
marks           rows
comm            test_proc, test_names, O
ids: mm files fs sighand io sysvsem     rows, test_kcmp, O
ids: signal cred nsproxy                rows, O; real_cred: worker-as-other
ids: uts ipc mnt pid net time cgroup user   rows, test_namespaces, O
ids: pid_children time_children             test_namespaces, O
ids: seccomp    test_seccomp
ids: active_mm  test_active_mm, O; of kernel threads: BorrowedMm
ids: cgroups    test_cgroups
refs            test_refs, test_refs_of_namespaces, and of time namespaces,
                test_active_mm, test_cgroups, test_no_object
reserved, padding, comm's rest, the header  F, A
"""

import concurrent.futures
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import image
import oracle
from image import RESOURCES
from live import (ABSENT, Loaded, Shapes, add_row_tests, cgroups, child, effort, held,
                  read_all, rows, run, snapshot, status, watches_itself, where,
                  write, zoo)

# A sanitizer kernel of 1 GiB has no memory for the 5,000 of the shape itself.
CHAIN = 500 if watches_itself() else 5000
ZOMBIES = 1000
ROW_RESOURCES = [name for name in RESOURCES
                 if name not in ("active_mm", "cgroups", "pid_children",
                                 "time_children", "seccomp")]


ROWS = rows()
SHAPES = [f"chain:{CHAIN}" if row.name == "chain" else row.name for row in ROWS]

# Of which the guide is tried: the kernel that runs it makes no difference, and each
# takes a second, on one that watches itself several.
GUIDED = ROWS[::10 if watches_itself() else effort(check=4, sanitizer=4, soak=1)]

# By shape the kind and state of its tasks, and those of who made them.
KINDS = {
    "fork": ("process", "S", "process", "S"),
    "vfork": ("process", "S", "process", "D"),
    "threads": ("thread", "S", "main", "S"),
    "linuxthreads": ("process", "S", "process", "S"),
    "stopped": ("process", "T", "process", "S"),
    "zombie": ("process", "Z", "process", "S"),
    "zombie-leader": ("thread", "S", "main", "Z"),
    "worker": ("worker", "S", "main", "S"),
    "worker-as-other": ("worker", "S", "main", "S"),
    "two-vforks": ("process", "S", "thread", "D"),
    "traced-stop": ("process", "t", "process", "S"),
    "memory-heir": ("process", "S", "process", "S"),
}

# Bytes of a task's name, by the shape that has it.
NAMES = {
    "name-newline": b"new\nline",
    "name-tab": b"tab\there",
    "name-backslash": b"back\\slash\\012",
    "name-escape": b"\x1b[31mred",
    "name-quote": b"\"quo'te\"",
    "name-blank": b" a  b ",
    "name-parenthesis": b") R 1 (",
    "name-latin1": b"caf\xe9",
    "name-cut-utf8": b"ab\xe2\x82",
    "name-utf8": b"na\xc3\xafve",
    "name-empty": b"",
    "name-longest": b"123456789012345",
}


class Zoo(Loaded):
    """All shapes, held still, and one picture of them."""

    SHAPES = SHAPES

    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(cgroups())
        super().setUpClass()
        cls.shot = snapshot()

    def all(self, name):
        return [self.shot.by_pid[tid] for _, tid in self.shapes.all(name)]

    def one(self, name):
        (task,) = self.all(name)
        return task

    def every(self):
        """A task of every line, but of the many zombies a few."""
        return [self.shot.by_pid[tid] for tasks in self.shapes.tasks.values()
                for _, tid in tasks[:5]]

    def none(self, disagreements):
        self.assertEqual(list(disagreements), [])

    def check_row(self, row):
        """What a row says, for the row alone: nothing here knows a shape."""
        tasks, parent = self.all(row.name), self.one(row.name + "-parent")
        self.assertEqual(sorted(row.shared | row.apart), sorted(ROW_RESOURCES))
        thread = "CLONE_THREAD" in row.flags
        for task in tasks:
            self.assertEqual(held(task, parent, ROW_RESOURCES),
                             row.shared - ABSENT)
            self.assertEqual(task.kind in ("thread", "worker"), thread)
            self.assertEqual(task.tgid, parent.tgid if thread else task.pid)
            self.assertEqual(task.ppid, parent.ppid
                             if row.flags & {"CLONE_THREAD", "CLONE_PARENT"}
                             else parent.tgid)
            self.assertEqual(task.exit_signal, -1 if thread else
                             0 if row.name == "zombie-no-signal" else 17)
            # A sibling of its maker borrows from that, not from its parent.
            self.assertEqual(task.marks, int(
                {"CLONE_VFORK", "CLONE_VM"} <= row.flags and
                not row.flags & {"CLONE_THREAD", "CLONE_PARENT"}))
            self.assertEqual(parent.marks, 0)
            self.assertEqual(parent.state == "D", "CLONE_VFORK" in row.flags)

    def test_kcmp(self):
        tasks = self.every()
        zombie = self.one("zombie").pid
        self.none(oracle.check_kcmp(tasks, zombie))
        pairs = len(tasks) * (len(tasks) - 1) // 2
        print(f"# zoo: {len(tasks)} tasks, {pairs} pairs, {len(oracle.KCMP)} "
              "resources each by kcmp")

    def test_namespaces(self):
        self.none(oracle.check_namespaces(self.every()))

    def test_proc(self):
        for tasks in self.shapes.tasks.values():
            for _, tid in tasks:
                self.none(oracle.check_proc(self.shot.by_pid[tid]))

    def test_ids_of_tasks(self):
        """One each, equal in two pictures, and of no other task."""
        tasks = {task.pid: task.task for task in snapshot().tasks}
        for task in self.every():
            self.assertEqual(tasks[task.pid], task.task)
        self.assertEqual(len(set(tasks.values())), len(tasks))
        self.assertNotIn(0, tasks.values())

    def test_kinds(self):
        for name in KINDS.keys() - self.shapes.skipped.keys():
            task, parent = self.all(name)[0], self.one(name + "-parent")
            self.assertEqual((task.kind, task.state, parent.kind,
                              parent.state), KINDS[name], name)

    def test_names(self):
        for name, comm in NAMES.items():
            self.assertEqual(self.one(name).comm, comm, name)

    def test_groups(self):
        """In each are its own tasks, and no others."""
        groups = {}
        for task in self.shot.tasks:
            groups.setdefault(task.tgid, set()).add(task.pid)
        for task in self.every():
            self.assertEqual(groups[task.tgid], set(map(int, os.listdir(
                f"/proc/{task.tgid}/task"))))

    def test_text(self):
        """What "tasks" shows is what "snapshot" and "exact" have."""
        lines = {row[0]: row for row in
                 image.parse_tasks(read_all(where() + "/tasks"))}
        exact = snapshot("exact").by_pid
        for pid in [task.pid for task in self.every()] + [1, 2, os.getpid()]:
            for task in self.shot.by_pid[pid], exact[pid]:
                # Process 1, kthreadd and this one do not hold still.
                self.assertEqual(lines[pid][:4] + lines[pid][5:], (
                    pid, task.tgid, task.ppid, task.kind,
                    [task.ids[name] for name
                     in ("mm", "files", "fs", "sighand")], task.comm))

    def test_zombies(self):
        tasks = self.all("zombies")
        self.assertEqual(len(tasks), ZOMBIES)
        for task in tasks:
            self.assertEqual(task.state, "Z")
            self.assertEqual({name for name in RESOURCES if task.ids[name]},
                             {"sighand", "signal", "cred", "cgroups", "pid",
                              "user"})

    def test_chain(self):
        """From the last to the first by PPID alone, and all share."""
        task, parent = self.one("chain"), self.one("chain-parent")
        first = self.one("chain-first")
        self.assertEqual(task.ppid, parent.pid)
        links = [task]
        while task is not first:
            task = self.shot.by_pid[task.ppid]
            links.append(task)
        self.assertEqual(len(links), CHAIN)
        for name in ("mm", "files", "fs", "sighand"):
            self.assertEqual({link.ids[name] for link in links},
                             {first.ids[name]})
            self.assertEqual({link.refs[name] for link in links}, {CHAIN})
        self.assertEqual(len({link.ids["signal"] for link in links}), CHAIN)

    def test_real_user(self):
        """The real id, where it is not the effective one, nor the leader's."""
        task, leader = self.one("setresuid"), self.one("setresuid-parent")
        self.assertEqual((task.uid, leader.uid), (1234, 0))

    def pair(self, name):
        return self.one(name), self.one(name + "-parent")

    def test_users(self):
        """Four ids, of which three differ here, where the leader has root's."""
        task, leader = self.pair("setfsuid")
        self.assertEqual((task.uid, task.euid, task.fsuid), (1234, 1235, 1236))
        self.assertEqual((leader.uid, leader.euid, leader.fsuid), (0, 0, 0))

    def test_tracer(self):
        task, tracer = self.pair("traced")
        self.assertEqual((task.tracer, task.parent), (tracer.pid, tracer.pid))
        self.assertEqual(tracer.tracer, 0)

    def test_orphans(self):
        """Another task is their parent now; its memory nobody else has."""
        for name in ("orphan", "memory-heir"):
            task, parent = self.pair(name)
            self.assertEqual(task.parent, parent.pid, name)
        heir, killed = self.one("memory-heir"), self.one("memory-heir-killed")
        self.assertEqual((heir.refs["mm"], killed.state, killed.ids["mm"]),
                         (1, "Z", 0))

    def test_two_vforks(self):
        """Each borrows from the thread that created it."""
        for name in ("two-vforks", "two-vforks-other"):
            task, parent = self.pair(name)
            self.assertEqual((task.parent, task.marks, parent.state),
                             (parent.pid, 1, "D"), name)
            self.assertNotEqual(parent.pid, parent.tgid)

    def test_ending_init(self):
        """It and a zombie are the last ones in a namespace."""
        init, inside = self.one("ending-init"), self.one("ending-init-inside")
        self.assertEqual((init.ns_pid, inside.state), (1, "Z"))
        self.assertEqual(init.ids["pid"], inside.ids["pid"])

    def test_parent(self):
        """The thread itself, which has the child among its own."""
        task, parent = self.pair("by-thread")
        self.assertEqual((task.parent, task.ppid), (parent.pid, parent.tgid))
        self.assertNotEqual(parent.pid, parent.tgid)
        path = f"/proc/{parent.tgid}/task/{parent.pid}/children"
        if os.path.exists(path):
            self.assertEqual(read_all(path).split(), [b"%d" % task.pid])
        for name in ("fork", "chain", "nested-pid", "nested-pid-deep", "zombie"):
            task, parent = self.pair(name)
            self.assertEqual(task.parent, parent.pid, name)

    def test_groups_of_processes(self):
        task, parent = self.pair("setpgrp")
        self.assertEqual((task.pgrp, task.session), (task.pid, parent.session))
        task, parent = self.pair("setsid")
        self.assertEqual((task.pgrp, task.session), (task.pid, task.pid))
        self.assertNotEqual(parent.session, task.pid)

    def test_exit_codes(self):
        for name, code in (("zombie", 0), ("zombie-status", 3 << 8),
                           ("zombie-killed", 9), ("fork", 0)):
            self.assertEqual(self.one(name).exit_code, code, name)

    def test_seccomp(self):
        """The mode, and whose filter it is; nobody may know its refs."""
        task, leader = self.pair("seccomp-filter")
        self.assertEqual((task.seccomp, leader.seccomp), (2, 0))
        self.assertNotEqual(task.ids["seccomp"], 0)
        self.assertEqual((task.refs["seccomp"], leader.ids["seccomp"]), (0, 0))
        task, parent = self.pair("seccomp-strict")
        self.assertEqual((task.seccomp, parent.seccomp), (1, 0))
        self.assertEqual(task.ids["seccomp"], 0)

    def test_cgroup(self):
        task, parent = self.pair("cgroup")
        self.assertEqual(parent.cgroup, 1)
        self.assertEqual(task.cgroup, oracle.cgroup_of(task))
        self.assertGreater(task.cgroup, 1)

    def test_nested_pid(self):
        """A pid at each level: at the last one, each task is the first."""
        for name, pids in (("fork", []), ("clone-newpid", [1]),
                           ("nested-pid", [2, 1]), ("nested-pid-deep", [3, 2, 1])):
            task = self.one(name)
            self.assertEqual(task.pids, [task.pid, *pids], name)
            numbers = status(task.pid)["NSpid"].split()
            self.assertEqual(task.pids, list(map(int, numbers)), name)
        self.assertEqual(self.one("nested-pid-parent").ns_pid, 1)

    def test_pid_namespace_is_not_that_for_children(self):
        """unshare(2) and setns(2) put the children there, and not the task."""
        for name in ("unshare-pid", "setns-pid"):
            task, leader = self.one(name), self.one(name + "-parent")
            self.assertEqual(task.ids["pid"], leader.ids["pid"])
            self.assertEqual(leader.ids["pid_children"], leader.ids["pid"])
            self.assertNotEqual(task.ids["pid_children"], task.ids["pid"])
        task, owner = self.one("setns-pid"), self.one("setns-pid-owner")
        self.assertEqual(
            os.readlink(f"/proc/{task.tgid}/task/{task.pid}/ns/"
                        "pid_for_children"), oracle.link(owner, "pid"))
        self.assertNotEqual(task.ids["pid"], owner.ids["pid"])
        self.assertEqual(task.ids["pid_children"], owner.ids["pid"])
        self.assertEqual(task.inodes["pid_children"], owner.inodes["pid"])

    def test_time_namespace_is_not_that_for_children(self):
        task = self.one("unshare-time")
        self.assertEqual(task.ids["time"], self.one("fork").ids["time"])
        self.assertNotEqual(task.ids["time"], task.ids["time_children"])
        self.assertNotEqual(
            os.readlink(f"/proc/{task.tgid}/task/{task.pid}/ns/"
                        "time_for_children"), oracle.link(task, "time"))

    def test_setns_joins_the_owner(self):
        joined = 0
        for name in oracle.NAMESPACES:
            if f"setns-{name}" in self.shapes.skipped or name == "pid":
                continue
            task = self.one(f"setns-{name}")
            owner = self.one(f"setns-{name}-owner")
            self.assertEqual(held(task, owner, oracle.NAMESPACES) & {name},
                             {name})
            joined += 1
        self.assertGreater(joined, 0)

    def holders(self, name):
        """By id, the tasks that hold it."""
        holders = {}
        for task in self.shot.tasks:
            holders.setdefault(task.ids[name], []).append(task)
        return holders

    def test_refs(self):
        """
        Where every reference is a task's, it is the number of holders: of
        what the zoo made, while nothing in it runs. By the kernel's rules,
        which hold from 5.10 on (all kernel/fork.c unless it says otherwise):

        mm       copy_mm(), exec; /proc drops its own when it has read
        files    copy_files(); as above
        fs       copy_fs()
        sighand  copy_sighand(); the dead have it until they are reaped
        signal   copy_process(): each thread, until its memory is freed
        io       copy_io(): active_ref
        nsproxy  copy_namespaces() in kernel/nsproxy.c

        cred has a test of its own.
        """
        zoo_tasks = self.every()
        for name in ("mm", "files", "fs", "sighand", "signal", "io",
                     "nsproxy"):
            holders = self.holders(name)
            checked = 0
            for task in zoo_tasks:
                # What all processes were born with is the kernel's, too.
                if not task.ids[name] or any(
                        other.pid in (1, 2, os.getpid())
                        for other in holders[task.ids[name]]):
                    continue
                self.assertEqual(task.refs[name],
                                 len(holders[task.ids[name]]),
                                 f"{name} of {task.pid} {task.comm}")
                checked += 1
            self.assertGreater(checked, 5, name)

    def test_refs_of_cred(self):
        """
        Two of each task, for real_cred and cred (copy_creds() in
        kernel/cred.c), and one of each file that it opened: none did here.
        """
        holders = self.holders("cred")
        for name in ("fork", "threads", "vfork", "linuxthreads", "zombie",
                     "setresuid", "clone-io", "clone-vm+sighand+thread"):
            for task in self.all(name):
                self.assertEqual(task.refs["cred"],
                                 2 * len(holders[task.ids["cred"]]), name)

    def proxies(self, task, name):
        """How many nsproxies lead to the namespace that it holds."""
        return len({one.ids["nsproxy"] for one
                    in self.holders(name)[task.ids[name]]})

    def test_refs_of_namespaces(self):
        """
        An nsproxy is one reference to each of its namespaces. A pid namespace
        is held by each pid in it and each nsproxy that puts children there. A
        user namespace is held by each cred in it, and by as many others as any
        that nobody did more with. Not those that the machine was booted with:
        newer kernels do not count them (include/linux/ns_common.h).
        """
        for name in ("uts", "ipc", "cgroup", "net"):
            for shape in (f"clone-new{name}", f"setns-{name}"):
                task = self.one(shape)
                self.assertEqual(task.refs[name], self.proxies(task, name),
                                 shape)
        self.assertEqual(self.one("clone-newpid").refs["pid"], 2)
        users, others = self.holders("user"), set()
        for shape, creds in (("clone-newuser", 1), ("unshare-user", 1),
                             ("setns-user", 3)):
            task = self.one(shape)
            holders = users[task.ids["user"]]
            self.assertEqual(len({one.ids["cred"] for one in holders}), creds)
            others.add(task.refs["user"] - creds)
        self.assertEqual(len(others), 1)

    def test_refs_of_time_namespaces(self):
        """
        Two of each nsproxy, for its children are in it, too, and one more is
        that of the task that unshared it for its children.
        """
        for shape in ("unshare-time-child", "setns-time"):
            task = self.one(shape)
            self.assertEqual(task.refs["time"],
                             2 * self.proxies(task, "time") + 1, shape)

    def test_active_mm(self):
        """
        A task with an mm has it as its active_mm. The users of an mm have one
        reference together, and so has each CPU: more users add none.
        """
        for task in self.shot.tasks:
            if task.ids["mm"]:
                self.assertEqual(task.ids["active_mm"], task.ids["mm"])
                self.assertGreater(task.refs["active_mm"], 0)
            else:
                self.assertEqual(task.refs["active_mm"], 0)
            if task.state == "Z":
                self.assertEqual(task.ids["active_mm"], 0)
        task = self.one("chain")
        self.assertLess(task.refs["active_mm"], 100)
        self.assertEqual(task.refs["mm"], CHAIN)

    def test_no_object(self):
        """NULL is 0 for all, and so are the counts that a module cannot see."""
        for task in self.shot.tasks:
            if task.kind == "kthread":
                self.assertEqual(task.ids["mm"], 0, task.comm)
            for name in RESOURCES:
                if name in ABSENT:
                    self.assertEqual(task.ids[name], 0, name)
                if not task.ids[name] or name in ("sysvsem", "mnt", "seccomp"):
                    self.assertEqual(task.refs[name], 0, name)
                elif name != "active_mm":
                    self.assertGreater(task.refs[name], 0, name)


add_row_tests(Zoo)


class Program(unittest.TestCase):
    """taskmap-zoo as a program."""

    def test_bad_usage(self):
        for arguments in (["nothing"], ["fork:2"], ["chain:0"], ["chain:x"],
                          ["list", "fork"], ["--list"], [], ["-a", "fork"],
                          ["-a", "-g"], ["-a", "cost"], ["-g"], ["-g", "nothing"],
                          ["--forests"], ["-f", "1"], ["-f", "x", "1"],
                          ["-f", "1", "-1"], ["--what"]):
            result = run(*zoo(*arguments), stdin=subprocess.DEVNULL)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertEqual(result.stdout, b"", arguments)
            self.assertEqual(len(result.stderr.splitlines()), 1, arguments)

    def test_list(self):
        """The short one has the same shapes, and what they are."""
        lines = run(*zoo("list")).stdout.decode().splitlines()
        self.assertEqual([line.split(maxsplit=1) for line in lines],
                         [["SHAPE", "DESCRIPTION"]] +
                         [[row.name, row.what] for row in ROWS])

    def guide(self, shapes, typed):
        """The output of the guide to SHAPES, and of the commands TYPED."""
        result = run(*zoo("--guide", *shapes), input=typed.encode())
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout.decode()

    @staticmethod
    def guided(row):
        """The guide to a shape, and which of its commands print nothing."""
        with subprocess.Popen(zoo("--guide", row.few()),
                              stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            lines = []
            for line in process.stdout:
                lines.append(line.decode())
                if line == b"\n" and len(lines) > 4 or \
                        b"is not available" in line:
                    break
            # Those of taskmap want the module.
            commands = [line for line in lines if re.match("  [a-z]", line)
                        and "taskmap" not in line
                        and not row.what.endswith("flags in its name")]
            silent = [command for command in commands
                      if not run("sh", "-c", command).stdout]
            rest = process.communicate(
                b"echo still here\n\necho and here\n")[0].decode()
        return row, process.returncode, "".join(lines) + rest, silent

    def test_guide_has_every_shape(self):
        """
        All pids in it are filled in, of tasks that are there, and each command
        that it names prints something.
        """
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for row, status, text, silent in pool.map(self.guided, GUIDED):
                self.assertEqual((status, silent), (0, []), text)
                self.assertTrue(
                    text.startswith((f"{row.name}: {row.what}\n",
                                     f"{row.name} is not available here: ")),
                    text)
                self.assertTrue(text.endswith("still here\nand here\n"), text)
                self.assertNotIn("%", text)
                self.assertNotIn(" 0 ", text)

    def test_guide_names_the_tasks(self):
        text = self.guide(["threads"], "ls /proc/[1-9]*/task/*/comm 2>&-\n")
        pid, tid = re.search(r"taskmap compare (\d+) (\d+)\n", text).groups()
        self.assertNotEqual(pid, tid)
        self.assertIn(f"taskmap explain {tid}\n", text)
        self.assertIn(f"/proc/{pid}/task/{tid}/comm\n", text)

    def test_terminal_is_guided(self):
        """
        On a terminal, which script(1) makes, there is a shell. An empty line does not
        end the tasks. Shells with line editing can lose what is typed before they start.
        """
        command = "SHELL=/bin/sh " + " ".join(zoo("fork"))
        typed = b"\necho found: $(ps -C fork -o comm=)\nexit 3\n"
        result = run("script", "-qec", command, "/dev/null", input=typed)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn(b"The tasks end with it", result.stdout)
        self.assertIn(b"found: fork", result.stdout)
        self.assertNotIn(b"ready", result.stdout)

    def test_same_seed_same_forest(self):
        def steps(seed):
            text = run(*zoo("--forests", str(seed), "1"),
                       stdin=subprocess.DEVNULL).stdout.decode()
            return [line.split()[:4] for line in text.splitlines()
                    if not line.startswith("task")]

        self.assertEqual(steps(4711), steps(4711))
        self.assertNotEqual(steps(4711)[1:], steps(4712)[1:])

    def test_without_privileges(self):
        """What takes root is skipped, and all else is made."""
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            program = shutil.copy(zoo()[0], directory)
            names = [row.few() for row in ROWS]
            result = run(program, *names, stdin=subprocess.DEVNULL,
                         user=65534, group=65534, extra_groups=[])
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = [line.split(maxsplit=2) for line
                 in result.stdout.decode().splitlines()]
        self.assertEqual(lines[-1], ["ready"])
        skipped = {line[1] for line in lines if line[0] == "skip"}
        made = {line[0] for line in lines}
        self.assertLessEqual({"setresuid", "clone-newuts", "setns-net"},
                             skipped)
        self.assertLessEqual({"fork", "threads", "vfork", "clone-vm+files",
                              "zombie-leader", "chain"}, made)
        self.assertEqual(skipped & made, set())
        self.assertEqual(skipped | made & {row.name for row in ROWS},
                         {row.name for row in ROWS})

    def test_all_end_with_it(self):
        """Killed, it leaves nobody behind, not even who is stopped."""
        shapes = Shapes("fork", "threads", "linuxthreads", "vfork", "zombie",
                        "zombie-leader", "stopped", "worker", "nested-pid",
                        "chain:50", "setns-pid", "parent-exec", "orphan",
                        "memory-heir", "two-vforks", "traced-stop",
                        "ending-init")
        tids = {tid for tasks in shapes.tasks.values() for _, tid in tasks}
        self.assertGreater(len(tids), 15)
        shapes.process.kill()
        shapes.__exit__()
        while any(os.path.exists(f"/proc/{tid}") for tid in tids):
            os.sched_yield()


class BorrowedMm(Loaded):
    """A kernel thread has an active_mm while it is on a processor only."""

    def test_active_mm_of_a_kernel_thread(self):
        """Found on the other processor, where one copies what dd reads."""
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest("one processor: the reader is on it")
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(tempfile.NamedTemporaryFile())
            file.truncate(64 << 20)
            run("modprobe", "loop")
            loop = run("losetup", "-f", "--show", file.name)
            if loop.returncode:
                self.skipTest(f"no loop device: {loop.stderr.decode()}")
            device = loop.stdout.decode().strip()
            stack.callback(run, "losetup", "-d", device)
            dd = stack.enter_context(subprocess.Popen(
                ["sh", "-c", f"while dd if={device} of=/dev/null bs=1M "
                 "iflag=direct; do :; done"], stderr=subprocess.DEVNULL,
                start_new_session=True))
            stack.callback(os.killpg, dd.pid, 9)
            borrowers = []
            while not borrowers:
                borrowers = [task for task in snapshot().tasks
                             if task.kind == "kthread" and
                             task.ids["active_mm"]]
            for task in borrowers:
                self.assertEqual((task.ids["mm"], task.refs["mm"]), (0, 0))
                self.assertEqual(task.refs["active_mm"], 0)


class Cgroups(Loaded):
    """The set of cgroups, of which a task's place in each hierarchy is one."""

    def test_cgroups(self):
        with contextlib.ExitStack() as stack:
            mount = stack.enter_context(tempfile.TemporaryDirectory())
            result = run("mount", "-t", "cgroup2", "none", mount)
            if result.returncode:
                raise unittest.SkipTest(f"cgroup2: {result.stderr.decode()}")
            stack.callback(subprocess.run, ["umount", mount], check=True)
            cgroup = f"{mount}/taskmap-test"
            os.mkdir(cgroup)
            stack.callback(os.rmdir, cgroup)

            pids = [stack.enter_context(child(
                lambda: write(cgroup + "/cgroup.procs", 0)))
                for _ in range(3)]
            stay = stack.enter_context(child(lambda: None))
            shot = snapshot()
            moved = [shot.by_pid[pid] for pid in pids]
            self.assertEqual(len({task.ids["cgroups"] for task in moved}), 1)
            self.assertEqual([task.refs["cgroups"] for task in moved], [3] * 3)
            self.assertNotEqual(shot.by_pid[stay].ids["cgroups"],
                                moved[0].ids["cgroups"])
            self.compare_all(shot)

    def compare_all(self, shot):
        """Equal sets are equal lines of /proc/PID/cgroup, and the reverse."""
        ids, texts = {}, {}
        for task in shot.tasks:
            try:
                text = read_all(f"/proc/{task.tgid}/task/{task.pid}/cgroup")
            except (FileNotFoundError, ProcessLookupError):
                continue
            number = task.ids["cgroups"]
            self.assertNotEqual(number, 0)
            self.assertEqual(ids.setdefault(text, number), number, text)
            self.assertEqual(texts.setdefault(number, text), text)
        self.assertEqual(len(ids), 2)
