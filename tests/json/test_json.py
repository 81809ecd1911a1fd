# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""The JSON of every command, of invented snapshots, matches the schema."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = TESTS, os.path.join(TESTS, "page")

# pylint: disable=wrong-import-position
import schema  # noqa: E402
import snapshots  # noqa: E402 pylint: disable=import-error
import tap  # noqa: E402
from snapshots import image  # noqa: E402 pylint: disable=import-error

READER = os.environ["TASKMAP_READER"]
EXPECTED = os.path.join(TESTS, "unit", "expected")
# More than a double can hold, and the largest number of 64 bits
LARGE = 2**53 + 1
LARGEST = 2**64 - 1


def reader(*arguments):
    result = subprocess.run([READER, *arguments], capture_output=True,
                            check=False, text=True)
    # 1: drift and diff found something.
    assert result.returncode in (0, 1) and not result.stderr, result.stderr
    return result.stdout


def columns(command):
    (document,) = schema.documents(reader(command, "-H", "-J"))
    return {column["name"]: column["type"] for column in document["columns"]}


def resource_table():
    """The reader's words for resources: each has a column of ids, and one of refs."""
    names = columns("list")
    return {name for name in names if name + "_refs" in names}


def in_sql(row):
    """The values of ROW as texts and numbers."""
    return {key: ("|" if key == "birth_flags" else ",").join(map(str, value))
            if isinstance(value, list) else int(value)
            if isinstance(value, bool) else value for key, value in row.items()}


def full():
    """A leader and its thread, which hold all resources; and a process on its own."""
    every = {name: 9 for name in image.RESOURCES}
    leader = snapshots.Task(10, "leader", "main", **every)
    other = snapshots.Task(20, "other", **dict.fromkeys(image.RESOURCES, 20))
    for task in (leader, other):
        task.start = LARGE + task.pid
    thread = snapshots.Task(11, "thread", "thread", leader)
    thread.birth = 10, 0x8000000003d0f00
    return [snapshots.Task(1, "init"), leader, thread, other]


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.schema = schema.Schema()
        cls.files = {}
        later = full()
        for name in image.RESOURCES:
            later[1].holds[name] = later[2].holds[name] = 30
        for name, tasks in (("full", full()), ("later", later),
                            ("ten", snapshots.ten()),
                            *((f"step{i}", tasks) for i, tasks
                              in enumerate(snapshots.series()))):
            cls.files[name] = os.path.join(folder, name)
            snapshots.write(tasks, cls.files[name])

    def check(self, entry, *arguments):
        """The only document that the reader prints, which must match ENTRY."""
        ((name, document),) = self.schema.check_all(reader(*arguments))
        self.assertEqual(name, entry)
        return document

    def of(self, name, *arguments):
        """The document that a command prints of the snapshot NAME."""
        entry = arguments[0]
        return self.check(entry, *arguments, "-J", "-i", self.files[name])

    def test_every_command(self):
        for name in self.files:
            pid = str({"full": 11, "later": 11}.get(name, 21))
            for options in ((), ("--output-all",)):
                self.of(name, "list", *options)
                self.of(name, "groups", "--all", *options)
                self.of(name, "drift", *options)
            self.of(name, "explain", pid, "1")
            self.of(name, "compare", pid, "1")
            self.of(name, "graph")
            self.of(name, "graph", "--all", pid)
        self.check("diff", "diff", "-J", self.files["step0"], self.files["step1"])
        self.check("diff", "diff", "-J", "--output-all", self.files["step1"],
                   self.files["step2"])
        self.check("graph", "graph", "-J", *(self.files[f"step{i}"]
                                             for i in range(3)))

    def test_lines(self):
        """A header, and for each row of the document an object that begins alike."""
        for command, key, *options in (
                ("list", "tasks", "--output-all"), ("groups", "groups", "--all"),
                ("drift", "drift")):
            rows = self.of("ten", command, *options)[key]
            text = reader(command, *options, "-J", "--lines", "-i",
                          self.files["ten"])
            self.check_lines(text, key, rows)
        files = self.files["step0"], self.files["step1"]
        rows = self.check("diff", "diff", "-J", *files)["changes"]
        self.check_lines(reader("diff", "-J", "--lines", *files), "changes", rows)

    def sql(self, query, *names):
        return self.check("sql", "sql", "-J", query,
                          *(self.files[name] for name in names))["sql"]

    def test_sql(self):
        """Tables have the columns and values of list, groups, drift and headers."""
        for name in self.files:
            listed = self.of(name, "list", "--output-all")
            tasks = self.sql("SELECT * FROM tasks", name)
            for task in tasks:
                del task["snapshot"], task["unknown"]
            self.assertEqual(tasks, [in_sql(task) for task in listed["tasks"]])

            groups = self.of(name, "groups", "--all", *resource_table(), "--output-all")
            objects = self.sql("SELECT * FROM objects ORDER BY resource, id", name)
            for one in objects:
                del one["snapshot"]
            self.assertEqual(objects, sorted(
                (in_sql(group) for group in groups["groups"]),
                key=lambda group: (group["resource"], group["id"])))

            found = [{"pid": pid, **{key: in_sql(one)[key]
                                     for key in ("rule", "what", "reason")}}
                     for one in self.of(name, "drift")["drift"] for pid in one["pids"]]
            self.assertEqual(
                self.sql("SELECT pid, rule, what, reason FROM drift", name), found)

            (header,) = self.sql("SELECT * FROM snapshots", name)
            self.assertEqual(header.pop("snapshot"), 1)
            self.assertEqual(header.pop("path"), self.files[name])
            self.assertEqual(header, in_sql(listed["taskmap"]))

    def test_lines_of_sql(self):
        query = "SELECT pid, comm, start, pid / 2.0 AS half FROM tasks"
        rows = self.sql(query, "ten")
        found = [document for _, document in self.schema.check_all(
            reader("sql", "-J", "--lines", query, self.files["ten"]))]
        self.assertEqual(found, [{"json_version": 1, "rows": "sql"}, *rows])
        # Only this header may be without those of the snapshots.
        with self.assertRaises(ValueError):
            self.schema.check("lines_header", {**found[0], "rows": "tasks"})
        self.assertIsInstance(rows[0]["start"], str)
        self.assertIsInstance(rows[1]["half"], float)

    def check_lines(self, text, key, rows):
        found = [document for _, document in self.schema.check_all(text)]
        self.assertEqual([json.loads(line) for line in text.splitlines()], found)
        self.assertEqual(found[0]["rows"], key)
        header = found[0]["taskmap"]
        header = header[-1] if isinstance(header, list) else header
        origin = {name: header[name] for name in ("node", "fingerprint", "wall_ns")}
        self.assertEqual(found[1:], [{**origin, **row} for row in rows])

    def test_columns(self):
        """The keys of rows are the columns, and --list-columns knows their types."""
        for command, entry in (("list", "task"), ("groups", "group"),
                               ("diff", "change"), ("drift", "finding")):
            self.check("columns", command, "-H", "-J")
            self.assertEqual(set(columns(command)), self.schema.keys(entry))
        types = {"number": int, "digits": str, "string": str, "numbers": list,
                 "strings": list}
        for name in self.files:
            for task in self.of(name, "list", "--output-all")["tasks"]:
                for key, type_ in columns("list").items():
                    self.assertIsInstance(task[key], (types[type_], type(None)),
                                          key)

    def test_resource_words(self):
        """Each command has the words of the reader's table, and no others."""
        table = resource_table()
        self.assertEqual(len(table), len(image.RESOURCES))
        self.assertEqual(table, {image.key_of(name) for name in image.RESOURCES})
        self.assertEqual(table, set(self.schema.whole["$defs"]["resource"]["enum"]))

        header = self.of("full", "list")["taskmap"]
        self.assertEqual(set(header["resources"]), table)
        self.assertEqual(set(self.of("full", "list", "--output-all")["tasks"][1]) & table,
                         table)
        groups = self.of("full", "groups", "--all", *table)["groups"]
        self.assertEqual({one["resource"] for one in groups}, table)
        (said,) = self.of("full", "explain", "11")["explain"]
        self.assertEqual(set(said["with_leader"]["same"]), table)
        compared = self.of("full", "compare", "11", "10", "20")
        self.assertEqual([one["resource"] for one in compared["compare"]],
                         header["resources"])
        self.assertEqual(set(compared["pairs"][0]["same"]), table)
        self.assertEqual(set(compared["pairs"][1]["apart"]), table)
        drawn = self.of("full", "graph", "--all")
        self.assertEqual([one["name"] for one in drawn["resources"]],
                         header["resources"])
        changes = self.check("diff", "diff", "-J", "--compare", ",".join(table),
                             self.files["full"], self.files["later"])["changes"]
        self.assertEqual({one["what"] for one in changes}, table)

    def test_what_of_drift(self):
        tasks = full()
        for name in image.RESOURCES:
            tasks[2].holds[name] = 11
        tasks[2].holds.update(mm=9, sighand=9, signal=9)
        path = self.files["ten"] + ".drift"
        snapshots.write(tasks, path)
        found = self.check("drift", "drift", "-J", "-i", path)["drift"]
        words = {word for one in found for word in one["what"]}
        self.assertLessEqual({"files", "fs", "cred", "utsns", "netns"}, words)
        self.assertLessEqual(words, resource_table())

    def test_joins(self):
        """The row of an object leads to its holders, and back."""
        document = self.of("step0", "list", "--output-all")
        for one in self.of("step0", "groups", "--all", *resource_table(), "--output-all")[
                "groups"]:
            holders = [task["pid"] for task in document["tasks"]
                       if task[one["resource"]] == one["id"]]
            self.assertEqual(sorted(one["pids"]), holders)

    def test_large_numbers(self):
        """Those that a double cannot hold are strings."""
        task = self.of("full", "list", "--output-all", "-p", "10")["tasks"][0]
        self.assertEqual(task["start"], str(LARGE + 10))
        drawn = self.of("full", "graph")["snapshots"][0]["tasks"]
        self.assertEqual(drawn[1]["start"], str(LARGE + 10))
        with self.assertRaises(ValueError):
            self.schema.check("number", LARGE)
        for number in (LARGE, LARGEST):
            self.schema.check("digits", str(number))

    def test_lists(self):
        thread = self.of("full", "list", "--output-all", "-p", "11")["tasks"][0]
        self.assertEqual(thread["pid"], 11)
        self.assertEqual(thread["shares"], ["mm", "files", "fs", "sighand",
                                            "signal", "io", "sysvsem"])
        self.assertEqual(thread["birth_flags"][:3],
                         ["CLONE_VM", "CLONE_FS", "CLONE_FILES"])
        # The flag without a name
        self.assertEqual(thread["birth_flags"][-1], "0x800000000000000")

    def test_schema_is_strict(self):
        """The schema finds what these tests look for."""
        document = self.of("ten", "list")
        for change in (
                lambda: document.update(more=1),
                lambda: document["tasks"][0].update(uts="0" * 16),
                lambda: document["taskmap"].update(resources=["uts"]),
                lambda: document["taskmap"].update(start_ns=1),
                lambda: document["tasks"][0].update(shares="mm,fs"),
                lambda: document.update(json_version=2)):
            document = self.of("ten", "list")
            change()
            with self.assertRaises(ValueError):
                self.schema.check("list", document)


class Goldens(unittest.TestCase):
    """The expected outputs of the unit tests."""

    def test_goldens(self):
        whole, seen = schema.Schema(), set()
        for folder, _, names in os.walk(EXPECTED):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8", errors="replace") as file:
                    text = file.read()
                try:
                    seen |= self.check(whole, text)
                except ValueError as error:
                    self.fail(f"{path}: {error}")
        self.assertLessEqual({"list", "groups", "diff", "explain", "compare",
                              "columns", "line_of_tasks", "line_of_changes",
                              "line_of_events"}, seen)

    @staticmethod
    def check(whole, text):
        """The entries of the documents in a transcript."""
        seen = set()
        for output in re.split(r"^\$ .*\n", text, flags=re.MULTILINE):
            if output.startswith(('{"json_version', '{"event')):
                # Standard error, and the exit status
                output = re.sub(r"^! .*\n", "", output, flags=re.MULTILINE)
                output = re.sub(r"\n\[\d+\]\n*$", "\n", output)
                seen |= {name for name, _ in whole.check_all(output)}
        return seen


def main():
    suite = unittest.defaultTestLoader.loadTestsFromNames(
        sys.argv[1:] or ["Documents", "Goldens"], sys.modules[__name__])
    sys.exit(tap.run(suite))


main()
