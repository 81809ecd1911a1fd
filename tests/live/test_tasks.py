# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Tasks that the zoo does not create: kernel threads, and tasks with unusual parents and
users.
"""

import ctypes
import os
import threading

import image
from live import (LIBC, Loaded, call, child, fork, read_all, snapshot, stat,
                  where)

PF_KTHREAD = 0x00200000
PTRACE_ATTACH = 16


# The number of exit(2), which ends only the calling thread and is not in libc.
SYS_EXIT = {"x86_64": 60, "aarch64": 93}.get(os.uname().machine, 1)


def leave_before_a_thread():
    """The leader exits with one status, and then the whole process with another."""
    def outlive():
        while stat(os.getpid())[0] != b"Z":
            os.sched_yield()
        os._exit(7)

    threading.Thread(target=outlive).start()
    LIBC.syscall(ctypes.c_long(SYS_EXIT), ctypes.c_long(5))


def tasks_of(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return []


def tasks_of_proc():
    return {int(tid) for pid in os.listdir("/proc") if pid.isdigit()
            for tid in tasks_of(pid)}


class Tasks(Loaded):
    def test_kernel_threads(self):
        """/proc shows the kernel's flag, which decides, and not mm or name."""
        seen = 0
        for task in snapshot().tasks:
            try:
                fields = stat(task.tgid, task.pid)
            except (FileNotFoundError, ProcessLookupError):
                continue
            flag = bool(int(fields[6]) & PF_KTHREAD)
            self.assertEqual(task.kind == "kthread", flag, task.comm)
            seen += flag
        self.assertGreater(seen, 10)

    def test_parent_is_a_process(self):
        """PPID of a thread's child is the pid of the thread's process."""
        seen = []

        def fork_and_look():
            with child(lambda: None) as pid:
                seen.append(snapshot().by_pid[pid].ppid)

        thread = threading.Thread(target=fork_and_look)
        thread.start()
        thread.join()
        self.assertEqual(seen, [os.getpid()])

    def test_parent_is_not_the_tracer(self):
        def trace(pid):
            call(LIBC.ptrace, PTRACE_ATTACH, pid, None, None)
            os.waitpid(pid, 0)

        with child(lambda: None) as traced, \
                child(lambda: trace(traced)) as tracer:
            task = snapshot().by_pid[traced]
            self.assertEqual((task.ppid, task.state), (os.getpid(), "t"))
            self.assertNotEqual(task.ppid, tracer)

    def test_every_task_of_proc(self):
        """Tasks that /proc has before and after are in the file, and few others."""
        before = tasks_of_proc()
        pids = {task.pid for task in snapshot().tasks}
        after = tasks_of_proc()
        self.assertEqual(before & after - pids, set())
        self.assertEqual(pids - before - after, set())
        rows = image.parse_tasks(read_all(where() + "/tasks"))
        self.assertEqual(before & tasks_of_proc() - {row[0] for row in rows},
                         set())

    def test_exit_codes(self):
        """Exit codes agree with wait(2), which is called last."""
        def leave(status):
            return lambda: os._exit(status)

        for end, code in ((leave(0), 0), (leave(3), 3), (leave(255), 255),
                          (lambda: os.kill(os.getpid(), 9), -9),
                          (lambda: os.kill(os.getpid(), 11), -11),
                          (leave_before_a_thread, 7)):
            pid = fork(end)
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            task = snapshot().by_pid[pid]
            status = os.waitpid(pid, 0)[1]
            self.assertEqual(task.exit_code, status)
            self.assertEqual(os.waitstatus_to_exitcode(status), code)

    def test_user_and_group(self):
        def change():
            os.setresgid(4321, 2, 3)
            os.setresuid(1234, 2, 3)

        with child(change) as pid:
            task = snapshot().by_pid[pid]
        self.assertEqual((task.uid, task.gid), (1234, 4321))
