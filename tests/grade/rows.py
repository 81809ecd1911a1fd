# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
How the grader judges each row of tests/MISTAKES.md. This is the only table of it.

A row is worth a point if every phase of the examination that it names has ended and
nothing showed the mistake. Two rows about the tests of taskmap itself mean something
else for a student's module: 16 is judged from the source, and 25 by the parameter pid.
"""

import collections
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
MISTAKES = os.path.join(os.path.dirname(HERE), "MISTAKES.md")

# how: what the grader does, for the report and for teachers
# read: where to read on, in the kernel's Documentation/ unless it names a manual page
Row = collections.namedtuple("Row", "phases how read")

ROWS = {
    1: Row("many storm", "traces rcu_read_lock(); reads while tasks come and go (KASAN)",
           "RCU/listRCU.rst, RCU/whatisRCU.rst"),
    2: Row("read storm", "the kernel's log of every phase (DEBUG_ATOMIC_SLEEP)",
           "RCU/checklist.rst, locking/spinlocks.rst"),
    3: Row("faults leaks", "lets each allocation fail in turn; lockdep, kmemleak",
           "fault-injection/fault-injection.rst, dev-tools/kmemleak.rst"),
    4: Row("read", "builds it for Linux 6.12, which has no do_each_thread()",
           "process/stable-api-nonsense.rst; for_each_process_thread()"),
    5: Row("gone", "lets all tasks end between two reads of an open file (KASAN)",
           "core-api/kref.rst; get_task_struct()"),
    6: Row("read", "reads at and after the end, and opens the file twice",
           "filesystems/seq_file.rst"),
    7: Row("gone storm", "lets tasks end that were read already; the others must follow once",
           "filesystems/seq_file.rst, \"The iterator interface\""),
    8: Row("read", "the kernel's log: buggy .next function",
           "filesystems/seq_file.rst, \"The iterator interface\""),
    9: Row("read", "reads with small buffers and counts the headers",
           "filesystems/seq_file.rst, SEQ_START_TOKEN"),
    10: Row("many", "reads 2,000 tasks, some of which end between open and read",
            "filesystems/seq_file.rst"),
    11: Row("read storm", "reads kernel threads, and tasks that call exec and exit (KASAN)",
            "mm/active_mm.rst; get_task_mm()"),
    12: Row("zombies storm", "reads zombies, and a dead leader whose thread lives (KASAN)",
            "wait(2), \"zombie\"; task_lock()"),
    13: Row("read zombies", "compares KIND with the kernel's own flags",
            "mm/active_mm.rst; PF_KTHREAD"),
    14: Row("storm", "reads while threads change users (PROVE_RCU, KASAN); sparse",
            "security/credentials.rst, \"Accessing task credentials\""),
    15: Row("read storm", "the kernel's log (lockdep)",
            "mm/process_addrs.rst"),
    16: Row("read", "source: looks for tests of the kernel's version",
            "process/stable-api-nonsense.rst"),
    17: Row("read", "looks for addresses in the file and in the log; opens it as another user",
            "core-api/printk-formats.rst, \"Unmodified Addresses\""),
    18: Row("read", "looks for 32-bit ids; compares ids under kptr_restrict=0 and 2",
            "core-api/printk-formats.rst, \"Pointer Types\""),
    19: Row("read", "loads the module again and compares the ids of process 1",
            "security/siphash.rst"),
    20: Row("read", "counts the lines in the log: one at load and one at unload are fine",
            "process/coding-style.rst, \"Printing kernel messages\""),
    21: Row("names", "reads tasks with the longest names and pids (KASAN)",
            "process/deprecated.rst"),
    22: Row("chain", "reads a chain of 1,000 parents and children",
            "mm/vmalloced-kernel-stacks.rst"),
    23: Row("read", "compares the lines of a process with /proc/PID/task", "clone(2), CLONE_THREAD"),
    24: Row("names", "reads tasks whose names contain a newline, a tab, a backslash; lockdep",
            "filesystems/seq_file.rst, seq_escape()"),
    25: Row("pid leaks", "sets the parameter pid to pids that do not exist; kmemleak",
            "find_get_pid(), put_pid(), get_pid_task() in kernel/pid.c"),
    26: Row("nested", "reads the file from inside a pid namespace", "pid_namespaces(7)"),
    27: Row("unload", "unloads it while the file is open, and while programs open it",
            "filesystems/proc.rst; proc_remove()"),
    28: Row("storm", "ids of stopped tasks must stay the same and belong to them alone",
            "kcmp(2), NOTES"),
    29: Row("zombies", "looks at kernel threads and zombies, which have no mm", "mm/active_mm.rst"),
    30: Row("many", "counts RCU sections while it reads 2,000 tasks; the log has no stall",
            "RCU/stallwarn.rst"),
}


def titles():
    """The mistakes of MISTAKES.md by their number."""
    with open(MISTAKES, encoding="utf-8") as file:
        return {int(number): title.replace("`", "") for number, title in
                re.findall(r"^\| (\d+) \| (.*?) \|", file.read(), re.M)}
