# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Reads the commands of a lesson and their output from its page.

A page is Markdown. Commands are in blocks like this:

    ```console
    # first line of a command
    > its next line, if it has more than one
    its output
    ```

A page that needs additional programs names them in its first lines:
<!-- needs: java, jcmd -->
"""

import re

FENCE = "```"
OPEN = "```console"
PROMPT = "# "
MORE = "> "


class Malformed(Exception):
    """The page has a mistake in its blocks."""


class Step:
    """A command, as lines, and its output. AT is the line of the page before it."""

    def __init__(self, command, at):
        self.command = [command]
        self.output = []
        self.at = at

    @property
    def typed(self):
        return "\n".join(self.command)


def blocks(lines):
    """Yields the range of lines of each block with commands."""
    inside = None
    for number, line in enumerate(lines):
        if not line.startswith(FENCE):
            continue
        if inside is None:
            inside = (number + 1, line.rstrip() == OPEN)
        else:
            if inside[1]:
                yield range(inside[0], number)
            inside = None
    if inside is not None:
        raise Malformed(f"line {inside[0]}: block has no end")


def steps_of(text):
    """The commands of a page, in order."""
    lines = text.splitlines()
    steps = []
    for block in blocks(lines):
        step = None
        for number in block:
            line = lines[number]
            if line.startswith(PROMPT):
                step = Step(line[len(PROMPT):], number + 1)
                steps.append(step)
            elif step is None:
                raise Malformed(f"line {number + 1}: output without a command")
            elif line.startswith(MORE) and not step.output:
                step.command.append(line[len(MORE):])
                step.at = number + 1
            else:
                step.output.append(line)
    return steps


def needs_of(text):
    """The additional programs that the page needs."""
    found = re.search(r"^<!-- needs: (.*) -->$", text, re.MULTILINE)
    return found[1].split(", ") if found else []


def updated(text, outputs):
    """The page with new outputs, a list of lines for each step."""
    lines = text.splitlines()
    steps = steps_of(text)
    for step, output in reversed(list(zip(steps, outputs, strict=True))):
        for line in output:
            if line.startswith((PROMPT, MORE, FENCE)):
                raise Malformed(f"{step.typed}: its output looks like a "
                                f"command: {line}")
        lines[step.at:step.at + len(step.output)] = map(str.rstrip, output)
    return "\n".join(lines) + "\n"
