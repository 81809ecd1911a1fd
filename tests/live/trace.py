# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Lets tests observe the kernel through its own tracing."""

import contextlib
import os
import re
import unittest

from live import read_all, run, write

TRACEFS = "/sys/kernel/tracing"


def file(name):
    """The path of a file in tracefs, which is mounted if necessary."""
    if not os.path.exists(TRACEFS + "/trace"):
        run("mount", "-t", "tracefs", "tracefs", TRACEFS)
    path = f"{TRACEFS}/{name}"
    if not os.path.exists(path):
        raise unittest.SkipTest(f"this kernel cannot trace: no {name}")
    return path


def lines():
    """The lines of the trace, not decoded, because names of tasks can be any bytes."""
    text = read_all(file("trace")).decode("latin-1")
    return [line for line in text.split("\n") if not line.startswith("#")]


@contextlib.contextmanager
def recorded(folders, condition):
    """
    Records these events within a with statement. Yields a function that returns the
    lines so far, with times of CLOCK_MONOTONIC.
    """
    write(file("trace_clock"), "mono")
    write(file("trace"), "")
    for folder in folders:
        write(folder + "/filter", condition)
        write(folder + "/enable", "1")
    try:
        yield lines
    finally:
        for folder in folders:
            write(folder + "/enable", "0")
        write(file("trace_clock"), "local")


def events(*names):
    """Records events of this process."""
    folders = [os.path.dirname(file(f"events/{name}/enable"))
               for name in names]
    return recorded(folders, f"common_pid == {os.getpid()}")


@contextlib.contextmanager
def occupied(*names):
    """
    Keeps two probes on the tracepoint of each of these events. Another probe that is
    added or removed then only changes a list. The first probe would make the kernel
    patch its code. If a CPU of qemu translates this code meanwhile, it can keep the
    temporary breakpoint and hit it forever (7.2, without KVM). With one CPU this cannot
    happen, so the code is patched.
    """
    with contextlib.ExitStack() as held:
        for number in range(2 if os.cpu_count() > 1 else 0):
            instance = file("instances") + f"/occupied{number}"
            os.mkdir(instance)
            held.callback(os.rmdir, instance)
            for name in names:
                event = f"{instance}/events/{name}"
                write(event + "/filter", "common_pid == 0")
                write(event + "/enable", "1")
                held.callback(write, event + "/enable", "0")
        yield


@contextlib.contextmanager
def calls(*functions):
    """
    Yields a function that returns which of FUNCTIONS (or MODULE:FUNCTION) any task has
    called so far, in order.
    """
    probes = file("kprobe_events")
    names = ["calls_" + function.rpartition(":")[2] for function in functions]
    with contextlib.ExitStack() as held:
        for name, function in zip(names, functions):
            write(probes, f"p:{name} {function}", os.O_APPEND)
            held.callback(write, probes, f"-:{name}", os.O_APPEND)
        said = held.enter_context(recorded(
            [os.path.dirname(file(f"events/kprobes/{name}/enable"))
             for name in names], "0"))
        yield lambda: [functions[names.index(match[1])]
                       for match in map(re.compile(
                           r": (calls_\w+): ").search, said()) if match]
