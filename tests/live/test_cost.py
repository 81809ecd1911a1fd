# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Runs taskmap-zoo cost on this kernel, as an unprivileged user and where the kernel
refuses to create tasks. unit/zoo/test_cost checks the figures.
"""

import contextlib
import json
import os
import subprocess
import sys
import unittest

from live import effort, run, settings, zoo

NUMBER = 100
ROUNDS = effort(check=1, sanitizer=3, soak=3)
NOBODY = 65534
PID_MAX = "/proc/sys/kernel/pid_max"

# Executes a descriptor, because an unprivileged user may not reach the program's path.
AS_NOBODY = f"""
import os, resource, sys
tasks, program = int(sys.argv[1]), os.open(sys.argv[2], os.O_RDONLY)
resource.setrlimit(resource.RLIMIT_NPROC, (tasks, tasks))
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
os.execve(program, ["taskmap-zoo"] + sys.argv[3:], os.environ)
"""


def as_nobody(tasks, *arguments):
    """Runs taskmap-zoo as nobody, with a limit on the number of tasks."""
    return run(sys.executable, "-c", AS_NOBODY, str(tasks), *zoo(*arguments),
               stdin=subprocess.DEVNULL)


def tasks_of(uid):
    """The processes of a user."""
    pids = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(FileNotFoundError):
            if os.stat("/proc/" + pid).st_uid == uid:
                pids.append(pid)
    return pids


class Cost(unittest.TestCase):
    """Checks the output, and that no process remains."""

    def test_measured(self):
        """An unprivileged user can run it."""
        result = as_nobody(10 * NUMBER, "cost", "--json", "--number",
                           str(NUMBER), "--rounds", str(ROUNDS))
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual(tasks_of(NOBODY), [])
        self.assertEqual(json.loads(result.stdout)["cost"]["release"],
                         os.uname().release)

    def test_no_more_processes(self):
        """Prints one line, which names the limit, and ends all its processes."""
        result = as_nobody(20, "cost", "--number", "1000", "--rounds", "1")
        self.assertEqual((result.returncode, result.stdout), (1, b""))
        self.assertRegex(
            result.stderr.decode(),
            r"\Ataskmap-zoo: fork: cannot create task \d+ of 1000: "
            r"Resource temporarily unavailable; .*ulimit -u 20, .*\n\Z")
        self.assertEqual(tasks_of(NOBODY), [])

    def test_no_more_pids(self):
        """The same for root, for whom another limit counts."""
        with settings({PID_MAX: 500}):
            result = run(*zoo("cost", "--number", "1000", "--rounds", "1"),
                         stdin=subprocess.DEVNULL)
        self.assertEqual((result.returncode, result.stdout), (1, b""))
        self.assertRegex(result.stderr.decode(),
                         r"\A.*: fork: cannot create task \d+ of 1000: .*"
                         r"kernel\.pid_max 500, .*\n\Z")
