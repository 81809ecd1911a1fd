#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Compares the output of commands of lessons with their pages.

    report.py [--update] TRANSCRIPTS PAGE...

Prints TAP, a line per command, and at the end "N passed, N failed, N skipped".
--update writes different output into the pages.
"""

import json
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = HERE, os.path.dirname(HERE)

# pylint: disable=wrong-import-position
import tap  # noqa: E402
from compare import Comparer  # noqa: E402
from pages import Malformed, steps_of, updated  # noqa: E402


class Report(tap.Tap):
    """Reports on pages."""

    def say(self, name, difference):
        if difference:
            self.not_ok(name, difference)
        else:
            self.ok(name)

    def page(self, name, text, seen):
        """Reports on a page. Returns whether it can be updated."""
        if not seen:
            self.say(name, ["the page was not typed to its end"])
            return False
        if seen["missing"]:
            self.skip(name, seen["missing"])
            return False
        comparer = Comparer(range(seen["first"], seen["last"] + 1))
        steps = steps_of(text)
        for step, output in zip(steps, seen["outputs"]):
            self.say(f"{name}:{step.at}: {step.command[0]}",
                     comparer.difference(step.output, output))
        if seen["stuck"]:
            self.say(name, [f"command does not end: {seen['stuck']}"])
        return not seen["stuck"]


def load(path):
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    update = sys.argv[1] == "--update"
    transcripts, *pages = sys.argv[1 + update:]
    report = Report()
    for path in pages:
        name = os.path.basename(path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        failed = report.failed
        seen = load(os.path.join(transcripts, name + ".json"))
        whole = report.page(name, text, seen)
        if update and whole and report.failed > failed:
            try:
                text = updated(text, seen["outputs"])
            except Malformed as error:
                sys.exit(f"{path}: {error}")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            print(f"# {name} updated")
    sys.exit(report.finish())


main()
