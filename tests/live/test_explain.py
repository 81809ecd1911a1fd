# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Checks the facts that explain and compare report about every task, including the whole
zoo, against /proc and kcmp(2). Unit tests check the sentences.
"""

import itertools
import json
import os
import re
import tempfile

import oracle
from image import key_of
from live import READER, Loaded, rows, run, stat, status

SHARING = {"CLONE_VM", "CLONE_FILES", "CLONE_FS", "CLONE_SIGHAND",
           "CLONE_THREAD", "CLONE_IO", "CLONE_SYSVSEM"}
# Flags that C libraries add, and the kernel for its workers.
ADDED = {"CLONE_SETTLS", "CLONE_PARENT_SETTID", "CLONE_CHILD_SETTID",
         "CLONE_CHILD_CLEARTID", "CLONE_UNTRACED"}
TRACELESS = {"CLONE_VFORK", "CLONE_PARENT"}
# Prefixes of shapes in which the task or its creator changed what it shares, or the
# namespaces of its children.
CHANGED = ("unshare-", "setns-", "close-range", "leader-apart", "ending-init")
# Shapes whose creator has ended; their -parent is another task.
ORPHANS = {"orphan", "memory-heir"}
PF_IO_WORKER, PF_WQ_WORKER, PF_KTHREAD = 0x10, 0x20, 0x200000


def explain(*arguments):
    """The output of explain -J for each task, by pid."""
    result = run(READER, "explain", "-J", *map(str, arguments))
    return {said["pid"]: said for said in json.loads(result.stdout)["explain"]}


def compare(*arguments):
    result = run(READER, "compare", "-J", *map(str, arguments))
    return json.loads(result.stdout)


def link(pid, name):
    """The link in /proc; None for dead tasks, of which /proc does not show all."""
    try:
        return os.readlink(f"/proc/{pid}/ns/{name}")
    except FileNotFoundError:
        return None


class Explain(Loaded):
    """Every task of the system, while the zoo holds still."""

    ROWS = rows()
    SHAPES = [row.few() for row in ROWS]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        directory = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.path = directory + "/exact"
        run(READER, "save", "--exact", cls.path, check=True)
        pids = [task["pid"] for task in json.loads(
            run(READER, "-J", "-o", "PID", "-i", cls.path).stdout)["tasks"]]
        # The kernel ends workers that were idle for five minutes.
        cls.pids = [pid for pid in pids if os.path.exists(f"/proc/{pid}")
                    and not int(stat(pid)[6]) & PF_WQ_WORKER]
        cls.all = explain("-i", cls.path, *cls.pids)

    def every(self):
        self.assertEqual(list(self.all), self.pids)
        self.assertGreater(len(self.pids), 200)
        return self.all.items()

    def none(self, pid, name):
        """Whether it holds no object; a zombie has released all of these."""
        zombie = self.shapes.one("zombie")[1]
        return name != "sighand" and oracle.same(pid, zombie, name)

    def test_task(self):
        """/proc shows all pids of a task; the last one is its own."""
        nested = 0
        for pid, said in self.every():
            fields, flags = status(pid), int(stat(pid)[6])
            numbers = fields["NSpid"].split()
            leader = said["with_leader"] and said["with_leader"]["with"]
            parent = said["with_parent"] and said["with_parent"]["with"]
            self.assertEqual((leader or pid, parent or 0),
                             (int(fields["Tgid"]), int(fields["PPid"])))
            self.assertEqual((said["gettid"], said["getpid"]),
                             (int(numbers[-1]),
                              int(fields["NStgid"].split()[-1])))
            self.assertEqual(said["initial_pidns"], len(numbers) == 1)
            self.assertEqual(said["dead"], fields["State"][0] in "ZX")
            self.assertEqual(said["kernel_thread"],
                             "yes" if flags & PF_KTHREAD else
                             "inside" if flags & PF_IO_WORKER else "no")
            nested += len(numbers) > 1
        self.assertGreaterEqual(nested, 3)

    def test_proc(self):
        listed = set(os.listdir("/proc"))
        self.addCleanup(os.chdir, os.getcwd())
        for pid, said in self.every():
            self.assertEqual(said["listed"], str(pid) in listed)
            own = status(pid)["Pid"]
            for place in (f"/proc/{pid}", said["path"]):
                os.chdir(place)
                self.assertEqual(status("self/cwd")["Pid"], own, place)

    def shared(self, one, two):
        """Two sets of resources, by kcmp(2) and /proc: shared, and not shared."""
        same, apart = set(), set()
        for name in oracle.KCMP:
            if self.none(one, name) or self.none(two, name):
                continue
            (same if oracle.same(one, two, name) else apart).add(name)
        for name in oracle.NAMESPACES:
            links = [link(pid, name) for pid in (one, two)]
            if None not in links:
                (same if links[0] == links[1] else apart).add(
                    key_of(name))
        tgids = {status(pid)["Tgid"] for pid in (one, two)}
        (same if len(tgids) == 1 else apart).add("signal")
        return same, apart

    def test_relations(self):
        """Dead tasks have pid and user namespaces that /proc does not show."""
        told = {"signal", *oracle.KCMP, *map(key_of, oracle.NAMESPACES)} - {
            "pidns", "userns"}
        checked = 0
        for pid, said in self.every():
            for relation in (said["with_leader"], said["with_parent"]):
                if not relation:
                    continue
                for seen, real in zip(
                        (set(relation["same"]), set(relation["apart"])),
                        self.shared(pid, relation["with"])):
                    self.assertEqual(seen & told, real & told, said["title"])
                    self.assertLessEqual(real & {"pidns", "userns"}, seen)
                self.assertTrue(relation["possible"], said["title"])
                checked += 1
        self.assertGreater(checked, 200)

    def relation(self, task, maker):
        """The relation to a leader or parent by explain, or to others by compare."""
        for about in ("with_leader", "with_parent"):
            relation = self.all[task][about]
            if relation and relation["with"] == maker:
                return relation
        (pair,) = compare("-i", self.path, maker, task)["pairs"]
        self.assertEqual((pair["pid"], pair["with"]), (task, maker))
        return pair

    def test_flags_of_shapes(self):
        """
        The zoo knows with which flags it created a task. explain reports none but
        these. It reports all of them, or that they are unknown, unless the task gave
        up objects that it shared.
        """
        for row in self.ROWS:
            if row.name in self.shapes.skipped or row.name in ORPHANS:
                continue
            maker = self.shapes.one(row.name + "-parent")[1]
            for _, tid in self.shapes.all(row.name)[:3]:
                pair = self.relation(tid, maker)
                flags = set(pair["clone_flags"])
                if row.name.startswith(CHANGED):
                    self.assertLessEqual(flags & SHARING, row.flags, row.name)
                    continue
                self.assertLessEqual(flags, row.flags, row.name)
                self.assertLessEqual(row.flags - TRACELESS,
                                     flags | set(pair["unknown_flags"]), row.name)

    def test_births_of_shapes(self):
        """
        The zoo knows the creator of a task and its flags; flags that a library adds
        share nothing. explain names causes for everything that differs now.
        """
        parted = set()
        for row in self.ROWS:
            if row.name in self.shapes.skipped or row.name in ORPHANS:
                continue
            maker = self.shapes.one(row.name + "-parent")[1]
            for _, tid in self.shapes.all(row.name)[:3]:
                birth = self.all[tid]["birth"]
                flags = set(birth["birth_flags"])
                self.assertEqual((birth["birth_pid"], birth["found"]),
                                 (maker, True), row.name)
                self.assertLessEqual(row.flags, flags, row.name)
                self.assertLessEqual(flags - row.flags, ADDED, row.name)
                changed = birth["parted"] + birth["joined"]
                text = " ".join(one["text"] for one in self.all[tid]["sentences"]
                                if one["about"] == "birth")
                self.assertEqual(len(re.findall(
                    r"It was created with(?:out)? .*?, but .*?since then\.",
                    text)), len(changed), text)
                parted.update(f"{row.name} {name}" for name in changed)
        print(f"# {sorted(parted)}")

    def test_vfork(self):
        """
        The creator waits, and explain names each of the two to the other. test_said
        checks which thread of a process waits.
        """
        maker, task = (self.shapes.one(name)[1]
                       for name in ("vfork-parent", "vfork"))
        self.assertEqual((self.all[maker]["borrower"],
                          self.all[task]["lender"]), (task, maker))
        for pid, said in self.every():
            if said["lender"]:
                group = status(said["lender"])["Tgid"]
                self.assertEqual(group, status(pid)["PPid"])
                self.assertTrue(oracle.same(pid, said["lender"], "mm"))
                self.assertIn(b"D", [stat(group, tid)[0] for tid in
                                     os.listdir(f"/proc/{group}/task")])

    def test_exec(self):
        """A task with another program than its parent has called exec(2)."""
        of_zoo = {tid for tasks in self.shapes.tasks.values()
                  for _, tid in tasks}
        of_zoo.remove(self.shapes.one("parent-exec-parent")[1])
        checked = 0
        for pid, said in self.every():
            text = " ".join(one["text"] for one in said["sentences"]
                            if one["about"] == "parent")
            if "exec(2)" not in text or not said["with_parent"]:
                continue
            if pid in of_zoo:
                self.assertIn("It has not called exec(2)", text)
            elif len({os.readlink(f"/proc/{task}/exe") for task
                      in (pid, said["with_parent"]["with"])}) > 1:
                self.assertIn("It has called exec(2)", text)
                checked += 1
        self.assertGreater(checked, 0)

    def test_compare(self):
        """Letters are equal if kcmp(2) reports equality, and "-" for no object."""
        pids = sorted({tasks[0][1] for tasks in self.shapes.tasks.values()})
        pids = list(dict.fromkeys(pids[::4] + [1, 2] + [
            tid for name in ("worker", "zombie")
            for _, tid in self.shapes.tasks.get(name, [])]))
        matrix = compare("-i", self.path, *pids)
        self.assertEqual(matrix["pids"], pids)
        letters = {row["resource"]: dict(zip(pids, row["letters"]))
                   for row in matrix["compare"]}
        for name in oracle.KCMP:
            for pid in pids:
                self.assertEqual(letters[name][pid] is None,
                                 self.none(pid, name))
            for one, two in itertools.combinations(pids, 2):
                self.assertEqual(letters[name][one] == letters[name][two],
                                 oracle.same(one, two, name))

    def test_live(self):
        """Reads the live file, also with --exact."""
        for options in ((), ("--exact",)):
            said = explain(*options, 1, os.getpid())
            self.assertEqual(said[os.getpid()]["with_parent"]["with"], os.getppid())
            matrix = compare(*options, os.getpid(), os.getppid())
            self.assertEqual(matrix["compare"][0],
                             {"resource": "mm", "letters": ["A", "B"]})
