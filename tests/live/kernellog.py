# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
The last tests of every boot. They fail if the kernel reported an error during the other
tests, or if memory has leaked.
"""

import errno
import os
import re
import time
import unittest

import live

# Messages of the boot are older than this line and do not count.
BEGIN = "taskmap's live tests begin"

# The words of all the kernel's error messages, from kernel/locking, kernel/rcu,
# kernel/panic.c, kernel/watchdog.c, kernel/workqueue.c, lib/debugobjects.c,
# kernel/cfi.c, lib/ubsan.c, mm/kasan, mm/kmemleak.c, mm/slub.c and so on. Lockdep
# prints WARNING for most reports; KASAN, KCSAN, SLUB and the scheduler print BUG.
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

# Bits 12 and 13: every module that was built outside the kernel and is not signed
# causes "module verification failed" and "taints kernel".
EXPECTED_TAINT = 1 << 12 | 1 << 13

STAMP = re.compile(r"^\[ *[0-9.]+\] ?")
RULER = "=" * 66
FRAME = re.compile(r"^ \S+\+0x[0-9a-f]+/0x[0-9a-f]+")

# hrtimer_active() reads a timer without its lock, under a seqcount (kernel/time/hrtimer.c).
# The module is a caller, by schedule_hrtimeout(), and not one of the sides.
UNLOCKED = re.compile(r"BUG: KCSAN: data-race in (\w*hrtimer\w* / hrtimer_active|"
                      r"hrtimer_active / \w*hrtimer\w*)")


# Messages about allocations that tests/live/faults makes fail. The kernel prints a
# stack trace (warn_alloc() in mm/page_alloc.c), kmemleak that it stops tracking
# objects, and sysfs that memory is exhausted (ENOMEM is 12).
FAILURE = re.compile(r"^faults: (vmalloc error: |page allocation failure: )")
TRACE = "Call Trace:"
TRACE_WITHIN = 8    # the trace begins within so many lines (dump_stack_print_info())
EXPECTED = re.compile(
    r"kmemleak: Cannot allocate a scan area, scanning the full object|"
    r"kobject: kobject_add_internal failed for \w+ "
    r"\(error: -12 parent: (module|taskmap)\)")


def begin():
    with open("/dev/kmsg", "w", encoding="ascii") as log:
        log.write(BEGIN + "\n")


def races(lines):
    """
    The reports of KCSAN, as lists of the indices of their lines. Each is between two
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
    """The indices of messages about allocations that tests made fail."""
    for number, line in enumerate(lines):
        if EXPECTED.fullmatch(line):
            yield number
        if not FAILURE.match(line):
            continue
        after = range(number + 1, min(number + TRACE_WITHIN, len(lines)))
        yield from [at for at in after if lines[at] == TRACE][:1]


def judge(lines):
    """
    Returns the errors, and the titles of races outside the module.

    KCSAN also finds races in the kernel itself. A race is an error only if the module
    is one of its two sides. For other races, only the title and the frames are
    removed, because another CPU may have printed lines in between.
    """
    others = []
    aside = set(expected(lines))
    for report in races(lines):
        if not UNLOCKED.fullmatch(lines[report[0]]) and \
                any("taskmap" in lines[number] for number in report):
            continue
        others.append(lines[report[0]])
        aside.add(report[0])
        aside.update(number for number in report if FRAME.match(lines[number]))
    complaints = [line for number, line in enumerate(lines)
                  if number not in aside and COMPLAINT.search(line)]
    return complaints, others


class KernelLog(unittest.TestCase):
    """The kernel's messages since the tests began."""

    def test_no_complaint(self):
        lines = [STAMP.sub("", line) for line in live.log()]
        begun = max(number for number, line in enumerate(lines) if BEGIN in line)
        complaints, others = judge(lines[begun:])
        for title in sorted(set(others)):
            print(f"# note: {others.count(title)} times {title}, outside the module",
                  flush=True)
        if complaints:
            self.fail("\n".join(complaints))

    def test_no_taint(self):
        taint = int(live.read_all("/proc/sys/kernel/tainted"))
        self.assertEqual(taint & ~EXPECTED_TAINT, 0)


KMEMLEAK = "/sys/kernel/debug/kmemleak"
# kmemleak does not report younger objects (MSECS_MIN_AGE in mm/kmemleak.c), and reports
# an object only at the second scan that finds it. A scan takes seconds.
KMEMLEAK_SECONDS = 5


def kmemleak(word):
    """Writes WORD to kmemleak. Returns whether kmemleak=on is on the command line."""
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
    """Memory to which no pointer exists."""

    def test_none(self):
        self.assertTrue(kmemleak("scan"), "kmemleak turned itself off")
        time.sleep(KMEMLEAK_SECONDS)
        kmemleak("scan")
        found = live.read_all(KMEMLEAK).decode(errors="replace")
        if found:
            self.fail(found)


def tests():
    """
    The classes of these tests. Call this before the first test: errors and leaks that
    exist already do not count.
    """
    begin()
    classes = [KernelLog]
    # Its own scans, every ten minutes, would only make the tests slower.
    if kmemleak("scan=off"):
        kmemleak("scan")
        kmemleak("scan")
        kmemleak("clear")
        # This test comes first, because kmemleak also writes to the log.
        classes.insert(0, Leaks)
    return classes
