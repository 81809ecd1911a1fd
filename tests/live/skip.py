# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Lets functions of the kernel fail that fault injection does not reach."""

import contextlib
import os
import unittest

from live import MODULE, exit_code, fork, read_all, run, symbols, write

SKIP = os.path.join(os.path.dirname(os.path.dirname(MODULE)), "window", "skip.ko")


@contextlib.contextmanager
def skipped(*names):
    """
    Makes the first of these functions that the kernel has return 0 to callers in
    as_skipper(). Yields a function that returns the number of such calls so far.
    """
    if not os.path.exists(SKIP):
        raise unittest.SkipTest("this kernel has no kprobes")
    known = symbols(*names)
    name = next(name for name in names if name in known)
    run("insmod", SKIP, f"function={name}", check=True)
    try:
        yield lambda: int(read_all("/sys/module/skip/parameters/calls"))
    finally:
        run("rmmod", "skip", check=True)


def as_skipper(function):
    """Calls a function in a process. Returns its result, an error number."""
    def call():
        write("/proc/self/comm", "skipper")
        return function()

    return exit_code(fork(call))
