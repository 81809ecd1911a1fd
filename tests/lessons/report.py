#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Compares the output of commands of lessons with their pages.

    report.py [--update] TRANSCRIPTS PAGE...

Prints TAP, a line per command, and at the end "N passed, N failed, N skipped".
--update writes different output into the pages. This is not a failure, unless a page
could not be typed to its end.
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

    def page(self, name, text, seen, update):
        """Reports on a page. Returns whether it must be updated."""
        if not seen:
            self.say(name, ["the page was not typed to its end"])
            return False
        if seen["missing"]:
            self.skip(name, seen["missing"])
            return False
        update = update and not seen["stuck"]
        changed = False
        comparer = Comparer(range(seen["first"], seen["last"] + 1))
        for step, output in zip(steps_of(text), seen["outputs"]):
            difference = comparer.difference(step.output, output)
            changed = changed or bool(difference)
            self.say(f"{name}:{step.at}: {step.command[0]}",
                     [] if update else difference)
        if seen["stuck"]:
            self.say(name, [f"command does not end: {seen['stuck']}"])
        return update and changed


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
        seen = load(os.path.join(transcripts, name + ".json"))
        if report.page(name, text, seen, update):
            try:
                text = updated(text, seen["outputs"])
            except Malformed as error:
                sys.exit(f"{path}: {error}")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            print(f"# {name} updated")
    sys.exit(report.finish())


main()
