# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
explain and compare: whether what they say of every task there is, the whole zoo
among them, is what /proc and kcmp(2) say. What they say is read from their
sentences, too, and not from the fields of JSON alone.
"""

import itertools
import json
import os
import re
import tempfile

import oracle
from live import ABSENT, READER, Loaded, Shapes, read_all, run, zoo

FEW = {"chain": "chain:50", "zombies": "zombies:20"}
SHARING = {"CLONE_VM": "mm", "CLONE_FILES": "files", "CLONE_FS": "fs",
           "CLONE_SIGHAND": "sighand", "CLONE_THREAD": "signal",
           "CLONE_IO": "io", "CLONE_SYSVSEM": "sysvsem"}
PARTING = {"CLONE_NEWUTS": "uts", "CLONE_NEWIPC": "ipc", "CLONE_NEWNS": "mnt",
           "CLONE_NEWPID": "pid", "CLONE_NEWNET": "net",
           "CLONE_NEWTIME": "time", "CLONE_NEWCGROUP": "cgroup",
           "CLONE_NEWUSER": "user"}
TRACELESS = {"CLONE_VFORK", "CLONE_PARENT"}
NOUNS = {"address space": "mm", "open files": "files",
         "root and working directory": "fs", "signal handlers": "sighand",
         "thread group": "signal", "I/O context": "io",
         "list of semaphores to undo": "sysvsem",
         "credentials (user and groups)": "cred", "cgroups (limits)": "cgroups",
         **{f"{name} namespace": name for name in oracle.NAMESPACES}}
PF_IO_WORKER, PF_KTHREAD = 0x10, 0x200000


def explain(*arguments):
    """By pid, what is said of each."""
    result = run(READER, "explain", "-J", *arguments)
    return {said["pid"]: said for said in json.loads(result.stdout)["explain"]}


def compare(*arguments):
    result = run(READER, "compare", "-J", *arguments)
    return json.loads(result.stdout)


def status(pid):
    """/proc/PID/status, by name; the numbers of a task in all namespaces."""
    lines = read_all(f"/proc/{pid}/status").decode(errors="replace")
    return dict(line.split(":\t", 1) for line in lines.splitlines()
                if ":\t" in line)


class Said:
    """What is said of one task, found in its sentences."""

    def __init__(self, said):
        self.said = said
        self.pid = said["pid"]

    def text(self, about):
        return " ".join(sentence["text"] for sentence in self.said["sentences"]
                        if sentence["about"] == about)

    def number(self, pattern, about):
        match = re.search(pattern, self.text(about))
        return int(match[1]) if match else None

    def same(self, about):
        """The other namespaces are all that are not said to be apart."""
        same = self.resources(about, "The same")
        return same - self.apart(about)

    def apart(self, about):
        return self.resources(about, "Not the same")

    def resources(self, about, words):
        """Those that a list of nouns behind WORDS names."""
        found = set()
        for sentence in self.said["sentences"]:
            match = re.fullmatch(words + r": (.*)\.", sentence["text"])
            if sentence["about"] != about or not match:
                continue
            for noun in match[1].split(", "):
                if noun in ("all namespaces", "the other namespaces"):
                    found |= set(oracle.NAMESPACES) - ABSENT
                elif noun != "other namespaces":
                    found.add(NOUNS[noun])
        return found


class Explain(Loaded):
    """Every task that there is while the zoo holds still."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        table = run(*zoo("list", "--all")).stdout.decode().splitlines()[1:]
        cls.flags = {}
        for line in table:
            name, flags, _ = re.split(" {2,}", line, maxsplit=2)
            cls.flags[name] = set(flags.split("|")) - {"-"}
        cls.shapes = Shapes(*(FEW.get(name, name) for name in cls.flags))
        # pylint: disable=consider-using-with
        cls.directory = tempfile.TemporaryDirectory()
        cls.path = cls.directory.name + "/exact"
        run(READER, "save", "--exact", cls.path, check=True)
        pids = [task["pid"] for task in json.loads(
            run(READER, "-J", "-o", "PID", "-i", cls.path).stdout)["tasks"]]
        cls.pids = [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
        cls.all = {pid: Said(said) for pid, said in explain(
            "-i", cls.path, *map(str, cls.pids)).items()}

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()
        cls.shapes.__exit__()
        super().tearDownClass()

    def every(self):
        self.assertEqual(list(self.all), self.pids)
        self.assertGreater(len(self.pids), 200)
        return self.all.values()

    def of_zoo(self):
        return [self.all[tid] for tasks in self.shapes.tasks.values()
                for _, tid in tasks]

    def none(self, pid, name):
        """Whether it holds none, as a zombie does, who gave back all of these."""
        zombie = self.shapes.one("zombie")[1]
        return name != "sighand" and oracle.same(pid, zombie, name)

    def test_kind(self):
        for task in self.every():
            fields = status(task.pid)
            flags = int(read_all(f"/proc/{task.pid}/stat")
                        .rpartition(b")")[2].split()[6])
            text = task.text("kind")
            thread = fields["Tgid"] != str(task.pid)
            kthread = bool(flags & PF_KTHREAD)
            worker = not kthread and bool(flags & PF_IO_WORKER)
            many = int(fields["Threads"]) > 1
            self.assertEqual("A kernel thread:" in text, kthread, text)
            self.assertEqual("A thread that the kernel made" in text, worker)
            self.assertEqual("A thread of process" in text,
                             thread and not worker)
            self.assertEqual("The leader of a process of" in text,
                             many and not thread)
            self.assertEqual("A process that has one thread" in text,
                             not many and not thread and not kthread)
            self.assertEqual("It has ended" in text,
                             fields["State"][0] in "ZX", text)
            if thread:
                self.assertEqual(task.number(r"process (\d+)", "kind"),
                                 int(fields["Tgid"]))

    def test_kernel_thread(self):
        for task in self.every():
            flags = int(read_all(f"/proc/{task.pid}/stat")
                        .rpartition(b")")[2].split()[6])
            one, two = [sentence for sentence in task.said["sentences"]
                        if sentence["about"] == "kernel_thread"]
            self.assertRegex(one["text"], "every task is one")
            if flags & PF_KTHREAD:
                answer = "Yes"
            else:
                answer = "Half" if flags & PF_IO_WORKER else "No"
                self.assertIn("PF_KTHREAD is not set", two["fact"])
            self.assertTrue(two["text"].startswith(answer + ", "), two)

    def test_numbers(self):
        """/proc tells all numbers of a task, the last being its own."""
        elsewhere = 0
        for task in self.every():
            fields = status(task.pid)
            gettid = int(fields["NSpid"].split()[-1])
            getpid = int(fields["NStgid"].split()[-1])
            self.assertEqual(task.number(
                r"gettid\(\) (?:returns|returned|would return) (\d+)",
                "numbers"), gettid)
            self.assertEqual(task.number(
                r"getpid\(\) (?:returns|returned|would return) (\d+)",
                "numbers"), getpid)
            self.assertEqual((task.said["gettid"], task.said["getpid"]),
                             (gettid, getpid))
            nested = len(fields["NSpid"].split()) > 1
            self.assertEqual("These are its numbers in the pid namespace" in
                             task.text("numbers"), nested)
            self.assertEqual(task.said["initial_pidns"], not nested)
            elsewhere += nested
        self.assertGreaterEqual(elsewhere, 3)

    def test_proc(self):
        listed = set(os.listdir("/proc"))
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        for task in self.every():
            text = task.text("proc")
            is_listed = str(task.pid) in listed
            self.assertEqual('"ls /proc" shows it' in text, is_listed)
            self.assertEqual(f'"ls /proc" does not show {task.pid},' in text,
                             not is_listed)
            self.assertEqual(task.said["listed"], is_listed)
            path = re.match(r"It is (/proc/\d+(?:/task/\d+)?)[,.]", text)[1]
            own = status(task.pid)["Pid"]
            for place in (path, f"/proc/{task.pid}", task.said["proc"]):
                os.chdir(place)
                self.assertEqual(status("self/cwd")["Pid"], own, place)

    def shared(self, one, two):
        """What kcmp(2) and /proc say both hold: the same, and not the same."""
        same, apart = set(), set()
        for name in oracle.KCMP:
            if self.none(one, name) or self.none(two, name):
                continue
            (same if oracle.same(one, two, name) else apart).add(name)
        for name in oracle.NAMESPACES:
            links = [self.link(pid, name) for pid in (one, two)]
            if None not in links:
                (same if links[0] == links[1] else apart).add(name)
        tgids = [status(pid)["Tgid"] for pid in (one, two)]
        (same if tgids[0] == tgids[1] else apart).add("signal")
        return same, apart

    @staticmethod
    def link(pid, name):
        try:
            return os.readlink(f"/proc/{pid}/ns/{name}")
        except FileNotFoundError:
            return None

    def check_relation(self, task, about, other):
        """The dead have pid and user namespaces that /proc does not show."""
        same, apart = self.shared(task.pid, other)
        unseen = {"cred", "cgroups", "pid", "user"}
        seen = (task.same(about), task.apart(about))
        self.assertEqual((seen[0] - unseen, seen[1] - unseen),
                         (same - unseen, apart - unseen),
                         f"{task.said['title']}, {about} {other}")
        for name in ("pid", "user"):
            self.assertLessEqual({name} & same, seen[0])
            self.assertLessEqual({name} & apart, seen[1])
        relation = task.said[about]
        self.assertEqual(relation["pid"], other)
        told = set(oracle.KCMP) | set(oracle.NAMESPACES) | {"signal"}
        self.assertEqual(set(relation["same"]) & told, seen[0] & told)
        self.assertEqual(set(relation["apart"]) & told, seen[1] & told)

    def test_leader(self):
        checked = 0
        for task in self.every():
            leader = int(status(task.pid)["Tgid"])
            if leader == task.pid:
                self.assertIsNone(task.said["leader"])
                self.assertEqual(task.text("leader"), "")
                continue
            self.assertEqual(
                task.number(r"Its leader is (\d+) ", "leader"), leader)
            self.check_relation(task, "leader", leader)
            checked += 1
        self.assertGreaterEqual(checked, 20)

    def test_parent(self):
        for task in self.every():
            parent = int(status(task.pid)["PPid"])
            if not parent:
                self.assertIsNone(task.said["parent"])
                self.assertIn("It has none", task.text("parent"))
                continue
            self.assertEqual(
                task.number(r"Its parent is (\d+) ", "parent"), parent)
            self.check_relation(task, "parent", parent)

    def relations(self):
        for task in self.every():
            for about in ("leader", "parent"):
                relation = task.said[about]
                if relation and relation["found"]:
                    yield f"{task.said['title']}, {about}", relation

    def test_flags_make_that(self):
        """What the flags mean is what is, but where that is said."""
        for where, relation in self.relations():
            flags, beyond = set(relation["flags"]), set(relation["beyond"])
            same, apart = set(relation["same"]), set(relation["apart"])
            self.assertTrue(relation["possible"], where)
            self.assertEqual(flags & set(relation["untold"]), set(), where)
            for flag, name in SHARING.items():
                if flag in flags:
                    self.assertNotIn(name, apart, where)
                else:
                    self.assertNotIn(name, same, where)
            for flag, name in PARTING.items():
                self.assertEqual(flag in flags, name in apart, where)
            if "cred" not in beyond:
                self.assertNotIn("cred", same if "CLONE_THREAD" not in flags
                                 else apart, where)
            if "nsproxy" not in beyond:
                new = flags & set(PARTING) - {"CLONE_NEWUSER"}
                self.assertNotIn("nsproxy", same if new else apart, where)

    def relation(self, task, maker):
        """To a leader or a parent it was asked for; to others it is now."""
        for about in ("leader", "parent"):
            relation = self.all[task].said[about]
            if relation and relation["pid"] == maker:
                return relation
        (pair,) = compare("-i", self.path, str(maker), str(task))["pairs"]
        self.assertEqual((pair["pid"], pair["with"]), (task, maker))
        return pair

    def test_flags_of_shapes(self):
        """
        The zoo knows with which flags it made a task. None is told that was not
        given; and all that were, or that they cannot be told, unless the task
        gave up what it shared.
        """
        for name, made in self.flags.items():
            if name in self.shapes.skipped:
                continue
            maker = self.shapes.one(name + "-parent")[1]
            for _, tid in self.shapes.all(name)[:3]:
                pair = self.relation(tid, maker)
                flags = set(pair["flags"])
                if name.startswith(("unshare-", "setns-")):
                    self.assertLessEqual(flags & set(SHARING), made, name)
                    continue
                self.assertLessEqual(flags, made, name)
                self.assertLessEqual(made - TRACELESS,
                                     flags | set(pair["untold"]), name)

    def test_vfork(self):
        """The maker stands still, and both say who is who."""
        maker, task = (self.all[self.shapes.one(name)[1]]
                       for name in ("vfork-parent", "vfork"))
        self.assertTrue(oracle.same(maker.pid, task.pid, "mm"))
        self.assertEqual(status(maker.pid)["State"][0], "D")
        self.assertIn("It called vfork(2) and stands still", maker.text("kind"))
        self.assertEqual((maker.said["borrower"], task.said["lender"]),
                         (task.pid, maker.pid))
        said = [one for one in self.every()
                if "A child of vfork(2)" in one.text("kind")]
        for one in said:
            parent = int(status(one.pid)["PPid"])
            self.assertTrue(oracle.same(one.pid, parent, "mm"))
            self.assertEqual(status(parent)["State"][0], "D")

    def test_exec(self):
        """Whose program is not that of its parent has called exec(2)."""
        checked = 0
        for task in self.every():
            fields = status(task.pid)
            parent = int(fields["PPid"])
            if "exec(2)" not in task.text("parent") or not parent:
                continue
            programs = [os.readlink(f"/proc/{pid}/exe")
                        for pid in (task.pid, parent)]
            if programs[0] != programs[1]:
                self.assertIn("It has called exec(2)", task.text("parent"))
                checked += 1
            if task in self.of_zoo():
                self.assertIn("It has not called exec(2)", task.text("parent"))
        self.assertGreater(checked, 0)

    def test_kernel_threads_have_no_memory(self):
        for task in self.every():
            if "A kernel thread:" in task.text("kind"):
                self.assertEqual("It has no address space" in
                                 task.text("kind"), self.none(task.pid, "mm"))

    def test_compare(self):
        """Letters are equal where kcmp(2) says so, and "-" where it says none."""
        pids = sorted({tasks[0][1] for tasks in self.shapes.tasks.values()})
        pids = pids[::4] + [1, 2] + [
            tid for name in ("worker", "zombie")
            for _, tid in self.shapes.tasks.get(name, [])]
        pids = list(dict.fromkeys(pids))
        matrix = compare("-i", self.path, *map(str, pids))
        self.assertEqual(matrix["pids"], pids)
        rows = {row["resource"]: row["letters"] for row in matrix["compare"]}
        pairs = 0
        for name in oracle.KCMP:
            letters = dict(zip(pids, rows[name]))
            for pid in pids:
                self.assertEqual(letters[pid] is None, self.none(pid, name))
            for one, two in itertools.combinations(pids, 2):
                self.assertEqual(letters[one] == letters[two],
                                 oracle.same(one, two, name))
                pairs += 1
            self.assertEqual([letter for letter in rows[name] if letter][0],
                             "A")
        print(f"# compare: {len(pids)} tasks, {pairs} questions to kcmp")

    def test_lines(self):
        """Text for people: no line is longer than 79, and all tasks are there."""
        result = run(READER, "explain", "-i", self.path,
                     *map(str, self.pids), env={**os.environ,
                                                "LC_ALL": "C.UTF-8"})
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = result.stdout.decode().splitlines()
        # What is wide is not counted as such here, nor is it in the zoo.
        self.assertLessEqual(max(map(len, lines)), 79)
        titles = [line for line in lines if re.match(r"\d+ \(", line)]
        self.assertEqual([int(line.split()[0]) for line in titles], self.pids)

    def test_live(self):
        """Without a file, of one instant, and of who is not there."""
        for options in ((), ("--exact",)):
            said = explain(*options, "1", str(os.getpid()))
            self.assertEqual(list(said), [1, os.getpid()])
            self.assertEqual(said[os.getpid()]["parent"]["pid"], os.getppid())
            matrix = compare(*options, str(os.getpid()), str(os.getppid()))
            self.assertEqual(matrix["compare"][0],
                             {"resource": "mm", "letters": ["A", "B"]})
        for command in ("explain", "compare"):
            result = run(READER, command, "1", str(2**22 + 1))
            self.assertEqual(result.returncode, 1)
            self.assertEqual(result.stderr.decode(), "taskmap: no task "
                             f"{2**22 + 1} in this snapshot\n")
