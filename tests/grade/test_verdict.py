#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Tests the grader without a kernel: its judgement, and what ends its boots."""

import contextlib
import glob
import importlib.machinery
import io
import json
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = HERE, os.path.dirname(HERE)

# pylint: disable=wrong-import-position
import rows  # noqa: E402
import tap  # noqa: E402
import verdict  # noqa: E402

grade = importlib.machinery.SourceFileLoader(
    "grade", os.path.join(HERE, "grade")).load_module()

GOOD = verdict.HEADER + "\n1 1 0 user 0 672 0022 3f6d90c1a2b4e587 90a1f0d3c7b26e54 a  b \n" \
    "7 7 1 user 0 - - - - \n"
KASAN = "BUG: KASAN: slab-use-after-free in tasks_show+0x5c/0x3a0 [tasks]"
SOURCE = "a\nuid = __task_cred(task)->uid;\nlist_for_each_entry_rcu();\n"


def freed(cache):
    return [KASAN, "Read of size 4 at addr ffff888005a1c9d8 by task cat/123",
            f"The buggy address belongs to the object at ffff888005a1c500\n which "
            f"belongs to the cache {cache} of size 3264"]


class Table(unittest.TestCase):
    def test_columns(self):
        one, other = verdict.parse(GOOD)
        self.assertEqual((one.pid, one.kind, one.vsz, one.name),
                         (1, "user", "672", "a  b "))
        self.assertEqual(one.ids, ("3f6d90c1a2b4e587", "90a1f0d3c7b26e54"))
        self.assertEqual((other.ids, other.name), (("-", "-"), ""))

    def test_what_is_no_table(self):
        for text, why in (("", "empty"), ("\x1b[2J rubbish\n", "not the header"),
                          (GOOD[:-1], "no end"), (GOOD + "rubbish\n", "ten columns"),
                          (GOOD + "x 7 1 user 0 - - - - a\n", "ten columns")):
            with self.assertRaisesRegex(verdict.Malformed, why):
                verdict.parse(text)

    def test_wrong_lines_can_be_left_out(self):
        self.assertEqual(len(verdict.parse(GOOD + "rubbish\n", strict=False)), 2)

    def test_rubbish_is_shown_on_a_short_line(self):
        shown = verdict.show("\x1b[2J\xff\n" * 1000)
        self.assertTrue(shown.isprintable())
        self.assertLess(len(shown), 200)

    def test_escapes(self):
        self.assertEqual(verdict.escaped(b"a \\\n\xff~"), "a \\134\\012\\377~")


class Reports(unittest.TestCase):
    def of(self, lines, phase="storm", source=""):
        return [row for row, _ in verdict.reports(lines, phase, source)]

    def test_freed_objects(self):
        for cache, row in verdict.CACHES.items():
            self.assertEqual(self.of(freed(cache)), [row])
        self.assertEqual(self.of(freed("task_struct"), "gone"), [5])

    def test_titles(self):
        for line, row in (
                ("seq_file: buggy .next function tasks_next [tasks] did not update position "
                 "index", 8),
                ("BUG: sleeping function called from invalid context at mm/slab.h:337", 2),
                ("BUG: scheduling while atomic: cat/123/0x00000002", 2),
                ("WARNING: lock held when returning to user space!", 3),
                ("BUG: KASAN: stack-out-of-bounds in vsnprintf+0x1/0x2", 21),
                ("Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: "
                 "tasks_show", 21),
                ("BUG: TASK stack guard page was hit at 00000000", 22),
                ("proc_dir_entry '/proc/tasks' already registered", 27)):
            self.assertEqual(self.of([line]), [row], line)

    def test_null_by_phase(self):
        line = "Oops: general protection fault, probably for non-canonical address 0xdf"
        for phase, row in (("first", 11), ("zombies", 12), ("pid", 25)):
            self.assertEqual(self.of([line], phase), [row])

    def test_rcu_by_source(self):
        lines = ["WARNING: suspicious RCU usage",
                 "/srv/build/grade/tmp1/tasks.c:2 suspicious rcu_dereference_check() usage!"]
        self.assertEqual(self.of(lines, source=SOURCE), [14])
        lines[1] = lines[1].replace(":2 ", ":3 ")
        self.assertEqual(self.of(lines, source=SOURCE), [1])

    def test_locks(self):
        title = "WARNING: possible recursive locking detected"
        self.assertEqual(self.of([title, "(&p->alloc_lock){+.+.}-{2:2}"]), [24])
        self.assertEqual(self.of([title, "(&other){+.+.}-{2:2}"]), [3])

    def test_a_slow_host_is_no_stall(self):
        title = "watchdog: BUG: soft lockup - CPU#1 stuck for 61s! [cat:123]"
        self.assertEqual(self.of([title, " _raw_spin_lock+0x1/0x2"]), [])
        self.assertEqual(self.of([title, " tasks_show+0x1/0x2 [tasks]"]), [30])

    def test_consequences_do_not_count(self):
        self.assertEqual(self.of(freed("task_struct") +
                                 ["BUG: sleeping function called from invalid context"]), [1])

    def test_leaks(self):
        block = ["unreferenced object 0xffff888003a1c9d8 (size 144):", "  alloc_pid+0x1/0x2"]
        self.assertEqual(verdict.row_of(block[0], block, "leaks"), 25)
        block[1] = "  tasks_open+0x1/0x2 [tasks]"
        self.assertEqual(verdict.row_of(block[0], block, "leaks"), 3)

    def test_own_lines(self):
        lines = ["tasks: loading out-of-tree module taints kernel.", "hello"]
        self.assertEqual(verdict.own_lines(lines), ["hello"])


class Sources(unittest.TestCase):
    def test_source(self):
        self.assertEqual(verdict.judge_source("/* KERNEL_VERSION */ int x;\n"), [])
        found = verdict.judge_source("#if LINUX_VERSION_CODE > 1\ndo_each_thread(p, t) {\n")
        self.assertEqual([row for row, _ in found], [4, 16])

    def test_sparse(self):
        warning = "/x/tasks.c:{}:9: warning: dereference of noderef expression"
        self.assertEqual([row for row, _ in
                          verdict.judge_source(SOURCE, warning.format(2))], [14])
        self.assertEqual(verdict.judge_source(SOURCE, warning.format(3)), [])

    def test_build(self):
        self.assertEqual([row for row, _ in verdict.judge_build(
            "error: 'struct mm_struct' has no member named 'mmap'; did you mean")], [15])


class Reporting(unittest.TestCase):
    def setUp(self):
        self.marks = verdict.Marks()
        self.marks.ended = {phase for row in rows.ROWS.values()
                            for phase in row.phases.split()}

    def test_all_points(self):
        self.assertEqual(verdict.report(self.marks, "mine")[0], "mine: 30 of 30 points")

    def test_one_mistake(self):
        self.marks.lose(9, "87 headers")
        text = "\n".join(verdict.report(self.marks, "mine"))
        self.assertIn("29 of 30", text)
        for part in ("9. printing the header in start()", "87 headers", "seq_file.rst"):
            self.assertIn(part, text)

    def test_not_reached(self):
        self.marks.ended.remove("zombies")
        self.marks.crashes["zombies"] = "the kernel panicked"
        self.marks.lose(12, "oops")
        self.assertEqual(self.marks.points, 27)
        self.assertEqual([row for row in rows.ROWS
                          if self.marks.verdict(row) == "not reached"], [13, 29])

    def test_problem(self):
        self.marks.problem = "it does not compile"
        self.assertEqual(self.marks.points, 0)
        self.assertIn("it does not compile", "\n".join(verdict.report(self.marks, "mine")))

    def test_one_mistake_costs_one_point(self):
        for first, second in ((17, 19), (18, 19), (5, 1)):
            marks = verdict.Marks()
            marks.lose(first, "")
            marks.lose(second, "")
            self.assertEqual(list(marks.lost), [first])


# A tests/vm/run that plays the next boot of a list. A boot is what the guest prints,
# the console, and an exit status, or None if it hangs.
RUN = """#!/usr/bin/python3
import json, os, signal, sys
here = os.path.dirname(os.path.abspath(__file__))
with open(here + "/boots") as file:
    boots = json.load(file)
lines, console, status = boots.pop(0)
with open(here + "/boots", "w") as file:
    json.dump(boots, file)
with open(sys.argv[sys.argv.index("--console") + 1], "w") as file:
    file.write(console)
for line in lines:
    print(line if isinstance(line, str) else json.dumps(line), flush=True)
while status is None:
    signal.pause()
sys.exit(status)
"""


def phase(name, *seen):
    return [{"begin": name}, *seen, {"end": name}]


def all_but(*names):
    return [line for name in grade.PHASES if name not in names for line in phase(name)]


class Boots(unittest.TestCase):
    """The boots of a module that does what it should not."""

    def play(self, *boots, silent=60):
        marks = verdict.Marks()
        with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
            for name, value in (("VM", directory), ("SILENT_SECONDS", silent)):
                before = getattr(grade, name)
                setattr(grade, name, value)
                stack.callback(setattr, grade, name, before)
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
            with open(directory + "/boots", "w", encoding="utf-8") as file:
                json.dump(boots, file)
            with open(directory + "/run", "w", encoding="utf-8") as file:
                file.write(RUN)
            os.chmod(directory + "/run", 0o755)
            grade.examine(directory, "", marks)
            with open(directory + "/boots", encoding="utf-8") as file:
                self.assertEqual(json.load(file), [])
        return marks

    def test_one_boot(self):
        marks = self.play((all_but() + phase("leaks"), "", 0))
        self.assertEqual(marks.points, 30)

    def test_panic_and_another_boot(self):
        first = [line for name in ("load", "first", "read") for line in phase(name)]
        console = "Oops: of the boot\n[ 1.0] taskmap-grade: begin zombies\n" \
            "[ 2.0] Oops: general protection fault, probably for 0xdf\n"
        marks = self.play((first + [{"begin": "zombies"}], console, 126),
                          (all_but("load", "first", "read", "zombies") +
                           phase("leaks"), "", 0))
        self.assertEqual(list(marks.lost), [12])
        self.assertEqual(marks.points, 27)
        self.assertIn("general protection", marks.why_not(13))

    def test_hang(self):
        marks = self.play((phase("load") + [{"begin": "first"}], "", None), silent=1)
        self.assertIn("hung", marks.problem)
        self.assertEqual(marks.points, 0)

    def test_problem_ends_the_boot(self):
        marks = self.play((phase("load") + [
            {"begin": "first"}, {"problem": "it never ends"}], "", None))
        self.assertEqual(marks.problem, "it never ends")

    def test_rubbish_on_the_console_and_from_the_guest(self):
        lines = ["\x1b[2J rubbish", "[]", "{}", "7", *all_but(), *phase("leaks")]
        self.assertEqual(self.play((lines, "\xff" * 1000, 0)).points, 30)

    def test_no_virtual_machine(self):
        with self.assertRaises(SystemExit) as caught:
            self.play(([], "", 125))
        self.assertEqual(caught.exception.code, grade.UNAVAILABLE)


class Rows(unittest.TestCase):
    def test_thirty(self):
        self.assertEqual(list(rows.titles()), list(rows.ROWS))
        self.assertEqual(list(rows.ROWS), list(range(1, 31)))

    def test_each_phase_exists(self):
        with open(os.path.join(HERE, "exam.py"), encoding="utf-8") as file:
            text = file.read()
        for phase in {phase for row in rows.ROWS.values() for phase in row.phases.split()}:
            self.assertIn(f"def phase_{phase}()", text)
            self.assertIn(phase, verdict.PHASES)

    def test_wrong_modules(self):
        """At least ten modules lose points."""
        firsts = []
        for path in glob.glob(os.path.join(HERE, "wrong", "*.patch")):
            with open(path, encoding="utf-8") as file:
                firsts.append(file.readline())
        if not firsts:
            self.skipTest("the students' archive has no wrong modules")
        self.assertGreaterEqual(sum(line.startswith("loses: ") for line in firsts), 10)
        self.assertTrue(all(line.startswith(("loses: ", "problem: ")) for line in firsts))


sys.exit(tap.run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])))
