# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
What the kernel thought of all that: tests that stand last, after all others of
a boot, and fail if it complained of anything meanwhile, or misses memory.
"""

import errno
import os
import re
import time
import unittest

import live

# What the kernel says of itself while it boots is not about us.
BEGIN = "taskmap's live tests begin"

# Every way in which it complains, by the words of kernel/locking, kernel/rcu,
# kernel/panic.c, kernel/watchdog.c, kernel/workqueue.c, lib/debugobjects.c,
# kernel/cfi.c, lib/ubsan.c, mm/kasan, mm/kmemleak.c, mm/slub.c and so on. Lockdep
# calls most of its finds WARNING; KASAN and KCSAN, SLUB and the scheduler say BUG.
COMPLAINT = re.compile(
    r"BUG|WARNING|Oops|Call Trace|cut here|INFO: |"
    r"general protection|[Uu]nable to handle|"
    # memory
    r"KASAN|UBSAN|KCSAN|use-after-free|out-of-bounds|double-free|"
    r"leak|[Bb]ad page|refcount_t|underflow|overflow|corrupt|"
    # locks, RCU, context
    r"possible |suspicious|inconsistent lock|circular|illegally|"
    r"locking correctness validator|still has locks held|"
    r"scheduling while atomic|sleeping function|imbalance|"
    r"exited with (preempt_count|irqs)|"
    # stuck
    r"\b[Ss]tall|lockup|LOCKUP|hung task|blocked for more|stuck for|starved|"
    # calls
    r"CFI failure|"
    # objects and names
    r"ODEBUG|sysfs: cannot|already (registered|present|exists)|"
    r"did not clean up|non-empty directory|kobject_add_internal failed|"
    r"buggy .next")

# "module verification failed" and "taints kernel" are said of any module
# that was built outside the kernel and not signed: bits 12 and 13.
EXPECTED_TAINT = 1 << 12 | 1 << 13

STAMP = re.compile(r"^\[ *[0-9.]+\] ?")
RULER = "=" * 66
FRAME = re.compile(r"^ \S+\+0x[0-9a-f]+/0x[0-9a-f]+")


# What tests/live/faults makes fail: the kernel shows how it got there, see
# warn_alloc() in mm/page_alloc.c, kmemleak says that it can do without, and
# sysfs that it is out of memory (ENOMEM is 12).
FAILURE = re.compile(r"^faults: (vmalloc error: |page allocation failure: )")
TRACE = "Call Trace:"
TRACE_WITHIN = 8    # lines, those of dump_stack_print_info() before it
EXPECTED = re.compile(
    r"kmemleak: Cannot allocate a scan area, scanning the full object|"
    r"kobject: kobject_add_internal failed for \w+ "
    r"\(error: -12 parent: (module|taskmap)\)")


def begin():
    with open("/dev/kmsg", "w", encoding="ascii") as log:
        log.write(BEGIN + "\n")


def races(lines):
    """
    The reports of KCSAN, each a list of the indices of its lines: between two
    rulers, see print_report() in kernel/kcsan/report.c.
    """
    report = []
    for number, line in enumerate(lines):
        if report and line == RULER:
            yield report
            report = []
        elif report:
            report.append(number)
        elif "BUG: KCSAN: " in line:
            report = [number]
    if report:
        yield report


def expected(lines):
    """The indices of what is said of allocations that were made to fail."""
    for number, line in enumerate(lines):
        if EXPECTED.fullmatch(line):
            yield number
        if not FAILURE.match(line):
            continue
        after = range(number + 1, min(number + TRACE_WITHIN, len(lines)))
        yield from [at for at in after if lines[at] == TRACE][:1]


def judge(lines):
    """
    Returns the complaints, and the races that are not about us.

    KCSAN finds races in the kernel itself. They are for others to mend: only
    if the module is on either side is a race ours. Of the others the title and
    the frames are set aside, and nothing else, for another processor may have
    said its own in between.
    """
    others = []
    aside = set(expected(lines))
    for report in races(lines):
        if any("taskmap" in lines[number] for number in report):
            continue
        others.append(lines[report[0]])
        aside.add(report[0])
        aside.update(number for number in report if FRAME.match(lines[number]))
    complaints = [line for number, line in enumerate(lines)
                  if number not in aside and COMPLAINT.search(line)]
    return complaints, others


class KernelLog(unittest.TestCase):
    """What the kernel said since the tests began."""

    def test_no_complaint(self):
        lines = [STAMP.sub("", line) for line in live.log()]
        first = [BEGIN in line for line in lines].index(True)
        complaints, others = judge(lines[first:])
        for title in sorted(set(others)):
            print(f"# note: {others.count(title)} of {title}, not about us",
                  flush=True)
        if complaints:
            self.fail("\n".join(complaints))

    def test_no_taint(self):
        taint = int(live.read_all("/proc/sys/kernel/tainted"))
        self.assertEqual(taint & ~EXPECTED_TAINT, 0)


KMEMLEAK = "/sys/kernel/debug/kmemleak"
# An object that is younger is not told (MSECS_MIN_AGE in mm/kmemleak.c), and
# one that is seen for the first time is given until the next scan.
KMEMLEAK_SECONDS = 5


def kmemleak(word):
    """Returns whether kmemleak, which the command line turns on, is on."""
    try:
        file = os.open(KMEMLEAK, os.O_WRONLY)
        try:
            os.write(file, word.encode())
        finally:
            os.close(file)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.EPERM):
            raise
        return False
    return True


class Leaks(unittest.TestCase):
    """Memory that nobody has a pointer to."""

    def test_none(self):
        since = time.monotonic()
        self.assertTrue(kmemleak("scan"), "kmemleak turned itself off")
        while time.monotonic() < since + KMEMLEAK_SECONDS:
            kmemleak("scan")
        kmemleak("scan")
        found = live.read_all(KMEMLEAK).decode(errors="replace")
        if found:
            self.fail(found)


def tests():
    """
    The names of the classes, for before the first test: what is there already
    is not ours.
    """
    begin()
    classes = [KernelLog]
    if kmemleak("scan"):
        kmemleak("scan")
        kmemleak("clear")
        # What it finds it also says in the log.
        classes.insert(0, Leaks)
    return classes
