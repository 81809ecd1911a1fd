# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
The judgement of the grader, without a kernel: what a report of the kernel means, what a
table says, and how many points that makes.
"""

import re
import textwrap

import rows

HEADER = "PID TGID PPID KIND UID VSZ UMASK MM FILES COMM"
ADDRESS = re.compile(r"\bffff[0-9a-f]{12}\b")
SHOWN = 160     # characters of what was seen


class Malformed(Exception):
    """The file is not the table that the exercise describes."""


class Line:
    """A line of the table."""

    def __init__(self, text):
        # A name may be empty or contain blanks.
        fields = text.split(" ", 9) if "  " not in text else text.split(None, 9)
        fields += [""] * (len(fields) == 9)
        if len(fields) != 10 or not all(
                re.fullmatch(r"-?\d+", fields[i]) for i in (0, 1, 2, 4)):
            raise Malformed(f"this line does not have the ten columns: {show(text)}")
        self.pid, self.tgid, self.ppid, self.uid = (
            int(fields[i]) for i in (0, 1, 2, 4))
        self.kind, self.vsz, self.umask, self.mm, self.files, self.name = (
            fields[i] for i in (3, 5, 6, 7, 8, 9))

    @property
    def ids(self):
        return self.mm, self.files


def show(text):
    """TEXT as a report can show it: on one line, and not too long."""
    text = ascii(text)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def lines_of(text):
    """The lines of the table, except headers, one by one."""
    return [line for line in text.split("\n") if line and line != HEADER]


def parse(text, strict=True):
    """The table as a list of Line. Raises Malformed, or leaves out a wrong line."""
    first = text.partition("\n")[0]
    if not text:
        raise Malformed("the file is empty")
    if first.split() != HEADER.split():
        raise Malformed(f"the first line is not the header: {show(first)}")
    if not text.endswith("\n"):
        raise Malformed(f"the last line has no end: {show(text[-80:])}")
    lines = []
    for line in text.split("\n")[1:-1]:
        try:
            lines.append(Line(line))
        except Malformed:
            if strict:
                raise
    return lines


def escaped(name):
    """The bytes of a name as the exercise wants them printed."""
    return "".join(chr(byte) if 0x20 <= byte <= 0x7e and byte != 0x5c else
                   f"\\{byte:03o}" for byte in name)


# What belongs to a slab cache, by the row of the mistake
CACHES = {"task_struct": 1, "mm_struct": 11, "files_cache": 12, "fs_cache": 12,
          "sighand_cache": 12, "signal_cache": 12, "nsproxy": 12, "cred_jar": 14,
          "vm_area_struct": 15, "maple_node": 15, "pid": 25}
FREED = re.compile(r"KASAN: .*(use-after-free|double-free|invalid-free)|refcount_t: ")
NULL = re.compile(r"null-ptr-deref|NULL pointer dereference|"
                  r"Oops: general protection|[Uu]nable to handle|general protection fault")
FATAL = re.compile(r"KASAN|Oops|[Uu]nable to handle|general protection|stack guard|"
                   r"stack overflow|Kernel panic")

# The row of a mistake by the first line of the kernel's report. The first match counts.
REPORTS = [
    (r"buggy \.next function", 8),
    (r"stack guard page|kernel stack overflow|corrupted stack end|double fault", 22),
    (r"KASAN: .*out-of-bounds|stack is corrupted|buffer overflow|UBSAN: array", 21),
    (r"sleeping function called|scheduling while atomic|Voluntary context switch|"
     r"Illegal context switch", 2),
    (r"lock held when returning|still has locks held|bad unlock|exited with|imbalance|"
     r"unreferenced object", 3),
    (r"already registered|removing non-empty|leaking at least", 27),
    (r"mmap_lock\.h|maple_tree", 15),
    (r"[Ss]tall|lockup|hung task|blocked for more|stuck for|starved", 30),
]
# The row of a report that says nothing more, and of a hang, by the phase in which it came.
# A module that does not survive its gate earns nothing, which needs no row.
GATE = ("load", "first")
PHASES = {"load": 0, "first": 11, "read": 11, "zombies": 12, "names": 21, "gone": 5, "many": 10,
          "chain": 22, "pid": 25, "nested": 26, "faults": 3, "storm": 1, "unload": 27,
          "leaks": 3}
SUSPICIOUS = "suspicious RCU usage"
TITLE = re.compile("|".join(pattern for pattern, _ in REPORTS) +
                   "|" + FREED.pattern + "|" + NULL.pattern +
                   f"|{SUSPICIOUS}|possible (recursive|circular|irq)|inconsistent lock|"
                   r"invalid wait context|^BUG: |KASAN: |UBSAN: |WARNING: ")
BLOCK = 80      # lines of a report


def row_of(title, block, phase, source=""):
    """
    The row of the mistake that the kernel reports, or None if the report is not about
    the module. BLOCK is the report, SOURCE the module's source.
    """
    text = "\n".join(block)
    for pattern, row in REPORTS:
        if re.search(pattern, title):
            if row == 30 and "[tasks]" not in text:
                return None     # the host is slow
            if row == 3 and "unreferenced" in title and "alloc_pid" in text:
                return 25
            return row
    if FREED.search(title):
        cache = re.search(r"belongs to the cache (\w+)", text)
        row = CACHES.get(cache and cache[1], PHASES[phase])
        return 5 if row == 1 and phase == "gone" else row
    if SUSPICIOUS in title:
        place = re.search(r"tasks\.c:(\d+) suspicious", text)
        lines = source.split("\n")
        if place and int(place[1]) <= len(lines) and re.search(
                "cred|uid", lines[int(place[1]) - 1]) or "include/linux/cred.h" in text:
            return 14
        return 15 if "maple_tree" in text else 1
    if "possible recursive" in title:
        return 24 if "alloc_lock" in text else 3
    if re.search("possible|inconsistent|invalid wait", title):
        return 3
    return PHASES[phase]


def reports(lines, phase, source=""):
    """
    The mistakes that the kernel's LOG shows, as a list of (row, title). After a report
    about memory, later ones may be its consequences.
    """
    found = {}
    for number, line in enumerate(lines):
        if not TITLE.search(line):
            continue
        row = row_of(line, lines[number:number + BLOCK], phase, source)
        if row is not None:
            found.setdefault(row, line.strip())
        if row is not None and FATAL.search(line):
            break
    return list(found.items())


# Lines that every load of such a module causes, and lines of the kernel's own
EXPECTED = re.compile(r"out-of-tree module taints|module verification failed|"
                      r"greatest stack depth|taskmap-grade: |kmemleak|random: ")


def own_lines(lines):
    """The lines of the log that the module itself has printed."""
    return [line for line in lines if line and not EXPECTED.search(line)]


def judge_source(text, warnings=""):
    """What the source and sparse's WARNINGS show, as a list of (row, seen)."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
    found = []
    if match := re.search(r"\b(do_each_thread|while_each_thread)\b", code):
        found.append((4, f"source: it uses {match[1]}()"))
    if match := re.search(r"\b(LINUX_VERSION_CODE|KERNEL_VERSION|RHEL_RELEASE_CODE)\b",
                          code):
        found.append((16, f"source: it tests {match[1]}"))
    lines = text.split("\n")
    for number, what in re.findall(
            r"tasks\.c:(\d+):\d+: warning: (dereference of noderef.*)", warnings):
        if re.search("cred", lines[int(number) - 1]):
            found.append((14, f"sparse: line {number}: {what}: "
                          f"{show(lines[int(number) - 1].strip())}"))
            break
    return found


def judge_build(errors):
    """The mistakes that explain why a module does not compile."""
    found = []
    if re.search(r"do_each_thread|while_each_thread", errors):
        found.append((4, "it does not compile: do_each_thread() does not exist"))
    if re.search(r"no member named .mmap\b", errors):
        found.append((15, "it does not compile: mm->mmap does not exist"))
    return found


class Marks:
    """What is known about each row."""

    def __init__(self):
        self.lost = {}          # what was seen, by row
        self.ended = set()      # phases
        self.crashes = {}       # why a phase did not end
        self.problem = None     # why nothing can be graded

    def lose(self, row, seen):
        """Notes a mistake; row 0 is none of the thirty."""
        # An address or %p is also the same after a reload, and a pointer that is kept
        # is also freed in a storm. Each of these is one mistake.
        if not row or row == 19 and ({17, 18} & self.lost.keys()) or row == 1 and 5 in self.lost:
            return
        self.lost.setdefault(row, seen)

    def verdict(self, row):
        """"yes", "lost" or "not reached"."""
        if row in self.lost:
            return "lost"
        if self.problem or set(rows.ROWS[row].phases.split()) - self.ended:
            return "not reached"
        return "yes"

    def why_not(self, row):
        """Why a row was not reached."""
        for phase in rows.ROWS[row].phases.split():
            if phase in self.crashes:
                return self.crashes[phase]
        return "time was over" if not self.problem else ""

    @property
    def points(self):
        return sum(self.verdict(row) == "yes" for row in rows.ROWS)


def wrapped(text, indent="      "):
    return textwrap.wrap(text, 78, initial_indent=indent,
                         subsequent_indent=indent + "  ")


def report(marks, name):
    """The lines of the report that a student reads."""
    titles = rows.titles()
    verdicts = {row: marks.verdict(row) for row in rows.ROWS}
    lines = [f"{name}: {marks.points} of {len(rows.ROWS)} points"]
    if marks.problem:
        lines += ["", *wrapped("It could not be graded: " + marks.problem, "")]
    for wanted, heading in (("lost", "Mistakes:"), ("not reached", "Not reached:")):
        chosen = [row for row in rows.ROWS if verdicts[row] == wanted]
        if chosen:
            lines += ["", heading]
        if wanted == "not reached" and marks.problem:
            lines += wrapped("rows " + ", ".join(map(str, chosen)), "  ")
            continue
        for row in chosen:
            lines += wrapped(f"{row:2}. {titles[row]}", "  ")
            if wanted == "lost":
                lines += wrapped(f"seen: {marks.lost[row]}")
                lines += wrapped(f"how it is judged: {rows.ROWS[row].how}")
                lines += wrapped(f"read on: {rows.ROWS[row].read}")
            else:
                lines += wrapped(f"why: {marks.why_not(row)}")
    good = [row for row in rows.ROWS if verdicts[row] == "yes"]
    if good:
        lines += ["", "No sign of these mistakes:"]
        for row in good:
            lines += wrapped(f"{row:2}. {titles[row]}", "  ")
    return lines
