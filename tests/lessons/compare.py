# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Whether what was seen is what a page shows.

It must be the same to the letter, but for

 - how many blanks stand between words, since numbers are wider or narrower;
 - pids. Each run has others, but the same task has the same everywhere in a
   page: what the page calls 301 must be one number wherever it stands, and no
   other may be that;
 - ids, that is mm#3, 16 hexadecimal digits and net:[4026532177]: the same holds
   for them, within the output of one command.

What is a pid is not guessed: a number, decimal or 0x, is one if it was given to a
task while the page was typed. All other numbers must be equal.
"""

import re

TOKEN = re.compile(r"""
    (?P<hexadecimal>0x[0-9a-f]+)
  | (?P<id>\b[0-9a-f]{16}\b)
  | (?P<short>\b[a-z_]+\#[0-9]+\b)
  | (?P<inode>\b[a-z_]+:\[[0-9]+\])
  | (?P<number>[0-9]+)
  | (?P<other>.)
""", re.VERBOSE)
KINDS = ("id", "short", "inode")
# Namespaces that the kernel booted with have these for good (proc_ns.h).
BOOTED = range(0xEFFFFFF8, 0xF0000000)


def tokens(line):
    """Pairs of what a piece of the line is and the piece itself."""
    for found in TOKEN.finditer(" ".join(line.split())):
        kind, text = found.lastgroup, found[0]
        if kind == "short":
            kind, _ = text.split("#")
        elif kind == "inode":
            kind = text.split(":")[0] + ":"
            if int(text[len(kind) + 1:-1]) in BOOTED:
                kind = "other"
        yield kind, text


class Names:
    """What is called what, one to one."""

    def __init__(self):
        self.there = {}
        self.back = {}

    def agree(self, kind, shown, seen):
        """Whether SEEN can be what the page calls SHOWN, as far as is known."""
        shown, seen = (kind, shown), (kind, seen)
        return (self.there.setdefault(shown, seen) == seen and
                self.back.setdefault(seen, shown) == shown)


class Comparer:
    """Of one page. PIDS are those that were given to tasks meanwhile."""

    def __init__(self, pids):
        self.pids = pids
        self.names = Names()
        self.ids = Names()

    def is_pid(self, kind, text):
        """No pid has zeros in front."""
        if kind == "number":
            return text[0] != "0" and int(text) in self.pids
        return (kind == "hexadecimal" and text[2] != "0" and
                int(text, 16) in self.pids)

    def same_token(self, shown, seen):
        kind, text = shown
        if kind != seen[0]:
            return False
        if self.is_pid(*seen):
            base = 10 if kind == "number" else 16
            return self.names.agree("pid", int(text, base), int(seen[1], base))
        if kind in TOKEN.groupindex and kind not in KINDS:
            return text == seen[1]
        return self.ids.agree(kind, text, seen[1])

    def same_line(self, shown, seen):
        shown, seen = list(tokens(shown)), list(tokens(seen))
        return len(shown) == len(seen) and all(map(self.same_token, shown, seen))

    def difference(self, shown, seen):
        """
        What to say of the output of the next command: nothing if it is as
        shown.
        """
        self.ids = Names()
        for number, pair in enumerate(zip(shown, seen)):
            if not self.same_line(*pair):
                return [f"line {number + 1} of the output",
                        f"shown: {pair[0]}", f"seen:  {pair[1]}"]
        if len(shown) != len(seen):
            return [f"{len(shown)} lines are shown, {len(seen)} were seen",
                    *(f"seen:  {line}" for line in seen)]
        return []
