# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Compares the real output of commands with a page.

Every character must be the same, except:

 - The number of blanks between words, because numbers can be wider or narrower.
 - Pids, which differ in each run. Within a page, they map one to one: every 301 of
   the page must be the same number, and no other number of the page may be that one.
 - Ranges of numbers: 301-303 is the same as 301,302,303, because a kernel thread can get
   the pid between those of two threads.
 - Ids: mm#3, 16 hexadecimal digits, and net:[4026532177]. They map one to one within
   the output of one command.

A number, decimal or 0x, is a pid only if a task got it while the page was typed. All
other numbers must be equal.
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
RANGE = re.compile(r"(?<![\w.:/#-])([0-9]{1,7})-([0-9]{1,7})(?![\w.-])")
LONGEST_RANGE = 1000
KINDS = ("id", "short", "inode")
# The fixed inode numbers of the initial namespaces (proc_ns.h).
BOOTED = range(0xEFFFFFF8, 0xF0000000)


def members(found):
    """The numbers in a range, separated by commas."""
    first, last = map(int, found.groups())
    if not first < last < first + LONGEST_RANGE:
        return found[0]
    return ",".join(map(str, range(first, last + 1)))


def tokens(line):
    """Splits the line into pairs of a kind and a text."""
    for found in TOKEN.finditer(RANGE.sub(members, " ".join(line.split()))):
        kind, text = found.lastgroup, found[0]
        if kind == "short":
            kind, _ = text.split("#")
        elif kind == "inode":
            kind = text.split(":")[0] + ":"
            if int(text[len(kind) + 1:-1]) in BOOTED:
                kind = "other"
        yield kind, text


class Names:
    """A one-to-one mapping between names in a page and names in real output."""

    def __init__(self):
        self.there = {}
        self.back = {}

    def agree(self, kind, shown, seen):
        """Whether SHOWN of the page can be SEEN. Remembers the pair if it is new."""
        shown, seen = (kind, shown), (kind, seen)
        return (self.there.setdefault(shown, seen) == seen and
                self.back.setdefault(seen, shown) == shown)


class Comparer:
    """Compares the output of one page. PIDS is the range that tasks got meanwhile."""

    def __init__(self, pids):
        self.pids = pids
        self.names = Names()
        self.ids = Names()

    def is_pid(self, kind, text):
        """Whether the number is a pid. Pids have no leading zeros."""
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
        """Lines about a difference in the next command's output; none if equal."""
        self.ids = Names()
        for number, pair in enumerate(zip(shown, seen)):
            if not self.same_line(*pair):
                return [f"line {number + 1} of the output",
                        f"shown: {pair[0]}", f"seen:  {pair[1]}"]
        if len(shown) != len(seen):
            return [f"the page has {len(shown)} lines, the output {len(seen)}",
                    *(f"seen:  {line}" for line in seen)]
        return []
