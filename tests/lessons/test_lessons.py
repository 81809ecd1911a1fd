#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Tests that wrong pages are found, and that all pages have the same structure.

    test_lessons.py TOP
"""

import glob
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = HERE, os.path.dirname(HERE)

# pylint: disable=wrong-import-position
import tap  # noqa: E402
from compare import Comparer  # noqa: E402
from pages import Malformed, needs_of, steps_of, updated  # noqa: E402

PIDS = range(301, 400)

PAGE = """# A lesson
<!-- needs: java, jcmd -->

```
# not this
```

```console
# echo one
one
# cat <<end
> two
> end
two
# true
```

```c
# nor this
```
"""


class Pages(unittest.TestCase):
    """Which commands are typed."""

    def test_steps(self):
        self.assertEqual([(step.typed, step.output) for step in steps_of(PAGE)],
                         [("echo one", ["one"]),
                          ("cat <<end\ntwo\nend", ["two"]), ("true", [])])

    def test_needs(self):
        self.assertEqual(needs_of(PAGE), ["java", "jcmd"])
        self.assertEqual(needs_of("# A lesson\n"), [])

    def test_output_that_is_no_prompt(self):
        (step,) = steps_of("```console\n# x\nout\n> out\n```\n")
        self.assertEqual(step.output, ["out", "> out"])

    def test_malformed(self):
        for text in ("```console\nout\n```\n", "```console\n# x\n"):
            with self.subTest(text), self.assertRaises(Malformed):
                steps_of(text)

    def test_updated(self):
        page = updated(PAGE, [["uno", "due"], [], ["tre"]])
        self.assertEqual([step.output for step in steps_of(page)],
                         [["uno", "due"], [], ["tre"]])
        self.assertEqual(updated(page, [["one"], ["two"], []]), PAGE)

    def test_update_that_would_be_typed(self):
        for line in ("# out", "> out", "```"):
            with self.subTest(line), self.assertRaises(Malformed):
                updated(PAGE, [[line], [], []])


class Reported(unittest.TestCase):
    """The exit status of report.py, and what becomes of the page."""

    def report(self, *options, stuck=None, wanted=(1, PAGE)):
        seen = {"first": 301, "last": 399, "missing": None, "stuck": stuck,
                "outputs": [["uno"], ["two"], []]}
        with tempfile.TemporaryDirectory() as top:
            page = os.path.join(top, "page.md")
            with open(page, "w", encoding="utf-8") as file:
                file.write(PAGE)
            with open(f"{page}.json", "w", encoding="utf-8") as file:
                json.dump(seen, file)
            status = subprocess.run(
                [os.path.join(HERE, "report.py"), *options, top, page],
                stdout=subprocess.DEVNULL, check=False).returncode
            with open(page, encoding="utf-8") as file:
                self.assertEqual((status, file.read()), wanted)

    def test_difference(self):
        self.report()

    def test_updated(self):
        self.report("--update", wanted=(0, PAGE.replace("\none", "\nuno")))

    def test_not_whole(self):
        self.report("--update", stuck="true")


class Same(unittest.TestCase):
    """Differences between runs that do not matter."""

    def check(self, *pairs):
        comparer = Comparer(PIDS)
        for shown, seen in pairs:
            self.assertEqual(
                comparer.difference(shown.splitlines(), seen.splitlines()), [])

    def test_letters(self):
        self.check(("a  b 12\n\nc", "a b 12\n\nc"))

    def test_pids(self):
        self.check(("threads 145 146", "threads 301 302"),
                   ("/proc/145/task/146 iou-wrk-145",
                    "/proc/301/task/302 iou-wrk-301"))

    def test_pids_with_others_between(self):
        self.check(("324 145-147,150", "324 301,303,304,306"),
                   ("145 146 147 150", "301 303 304 306"))

    def test_pids_in_hexadecimal(self):
        self.check(("145 146", "301 302"), ("nid=0x91 0x92", "nid=0x12d 0x12e"))

    def test_pids_that_change_places(self):
        self.check(("301 302", "302 301"), ("302", "301"))

    def test_ids(self):
        self.check(("mm#5 mm#6 files#5", "mm#9 mm#7 files#9"),
                   ("mm#5 mm#6", "mm#7 mm#8"))

    def test_hexadecimal_ids(self):
        self.check(("1f2a865de14b2811 0805cb2de8267aaf 1f2a865de14b2811",
                    "229ef4cd9b577187 b3b999ab1112718f 229ef4cd9b577187"))

    def test_namespaces(self):
        self.check(("uts:[4026532177] uts:[4026531838]",
                    "uts:[4026532200] uts:[4026531838]"))


class Different(unittest.TestCase):
    """Differences that are mistakes in a page."""

    def check(self, *pairs):
        """Checks that only the last pair differs."""
        comparer = Comparer(PIDS)
        found = [comparer.difference(shown.splitlines(), seen.splitlines())
                 for shown, seen in pairs]
        self.assertEqual(found[:-1], [[]] * (len(pairs) - 1))
        self.assertNotEqual(found[-1], [])

    def test_words(self):
        self.check(("a thread", "a process"))

    def test_numbers(self):
        self.check(("12 threads", "13 threads"))

    def test_fewer_pids(self):
        self.check(("145-147", "301,302"))

    def test_pids_of_a_range(self):
        self.check(("145-147", "301-303"), ("146", "303"))

    def test_number_that_was_no_pid(self):
        self.check(("145 146", "301 1000"))

    def test_kernel_threads(self):
        self.check(("2 kthreadd", "3 kthreadd"))

    def test_more_lines(self):
        self.check(("a", "a\nb"))

    def test_fewer_lines(self):
        self.check(("a\nb", "a"))

    def test_no_output(self):
        self.check(("a", ""))

    def test_one_pid_that_is_two(self):
        self.check(("145 145", "301 302"))

    def test_two_pids_that_are_one(self):
        self.check(("145 146", "301 301"))

    def test_another_pid_later(self):
        self.check(("145 146", "301 302"), ("145", "302"))

    def test_another_pid_in_hexadecimal(self):
        self.check(("145 146", "301 302"), ("0x91", "0x12e"))

    def test_shared_that_is_not(self):
        self.check(("mm#5 mm#5", "mm#5 mm#6"))

    def test_own_that_is_shared(self):
        self.check(("mm#5 mm#6", "mm#5 mm#5"))

    def test_none_that_is_one(self):
        self.check(("-", "mm#5"))

    def test_shared_by_hexadecimal_id(self):
        self.check(("1f2a865de14b2811 1f2a865de14b2811",
                    "1f2a865de14b2811 b3b999ab1112718f"))

    def test_other_resource(self):
        self.check(("mm#5", "fs#5"))

    def test_initial_namespace(self):
        self.check(("uts:[4026532177]", "uts:[4026531838]"))

    def test_flags(self):
        self.check(("0x00400040", "0x00400140"))


class Built(unittest.TestCase):
    """The structure of the pages."""

    TOP = "."

    def texts(self):
        for path in sorted(glob.glob(f"{self.TOP}/docs/lessons/[1-9]-*.md")):
            with open(path, encoding="utf-8") as file:
                yield os.path.basename(path), file.read()

    def test_exercise_and_solution(self):
        for name, text in self.texts():
            with self.subTest(name):
                _, *sections = text.split("\n## ")
                self.assertEqual([each.splitlines()[0]
                                  for each in sections[-2:]],
                                 ["Exercise", "Solution"])

    def test_something_is_typed(self):
        for name, text in self.texts():
            with self.subTest(name):
                self.assertGreater(len(steps_of(text)), 5)

    def test_page_for_teachers_names_all(self):
        with open(f"{self.TOP}/docs/lessons/README.md",
                  encoding="utf-8") as file:
            readme = file.read()
        for name, _ in self.texts():
            with self.subTest(name):
                self.assertIn(f"({name})", readme)


def main():
    Built.TOP = sys.argv.pop(1)
    sys.exit(tap.run(unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules["__main__"])))


if __name__ == "__main__":
    main()
