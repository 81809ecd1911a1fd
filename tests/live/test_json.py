# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""The JSON of every command, of the running system, matches docs/taskmap.schema.json."""

import tempfile
import unittest

import schema
from live import READER, Loaded, effort, run

# What is validated, because that takes most of the time: these tasks and objects, or all.
TASKS = effort(check=["1,2,self"], sanitizer=[], soak=[])
OBJECTS = effort(check=["mm", "netns"], sanitizer=[], soak=[])


@unittest.skipIf(schema.MISSING, schema.MISSING)
class Json(Loaded):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.schema = schema.Schema()

    def check(self, entry, *arguments):
        """Everything printed must match the schema, and the first line ENTRY."""
        result = run(READER, *arguments)
        # 1: drift, diff and verify found something.
        self.assertIn(result.returncode, (0, 1), result.stderr)
        found = self.schema.check_all(result.stdout.decode())
        self.assertEqual(found[0][0], entry)
        return found

    def test_commands(self):
        for options in ((), ("--exact",), ("--proc",)):
            self.check("list", "list", "-J", "--output-all", *options, *TASKS)
            self.check("groups", "groups", "-J", "--all", *options, *OBJECTS)
            self.check("drift", "drift", "-J", *options)
            self.check("explain", "explain", "-J", "1,2,self", *options)
            self.check("compare", "compare", "-J", "1,2,self", *options)
            self.check("graph", "graph", "-J", "1,2,self", *options)
        self.check("verify", "verify", "-J", "1,2")

    def test_lines(self):
        self.assertGreater(len(self.check("lines_header", "-J", "--lines")), 10)

    def test_diff(self):
        with tempfile.NamedTemporaryFile() as one, tempfile.NamedTemporaryFile() as two:
            for file in one, two:
                run(READER, "save", file.name, check=True)
            self.check("diff", "diff", "-J", one.name, two.name)

    def test_watch(self):
        """The header, the birth, exec and exit of COMMAND, and the summary."""
        found = self.check("lines_header", "watch", "-J", "--", "sh", "-c", "true & wait")
        self.assertLessEqual({"exec", "exit", "birth", "summary"},
                             {document.get("event") for _, document in found})
