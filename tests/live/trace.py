# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""What a test sees of the kernel's own doings, by its tracing."""

import contextlib
import os
import re
import unittest

from live import read_all, run, write

TRACEFS = "/sys/kernel/tracing"


def file(name):
    """A file of tracefs, which is mounted if nobody did."""
    if not os.path.exists(TRACEFS + "/trace"):
        run("mount", "-t", "tracefs", "tracefs", TRACEFS)
    path = f"{TRACEFS}/{name}"
    if not os.path.exists(path):
        raise unittest.SkipTest(f"this kernel has no tracing of {name}")
    return path


def lines():
    """Names of tasks, which can be any bytes, are not decoded."""
    text = read_all(file("trace")).decode("latin-1")
    return [line for line in text.split("\n") if not line.startswith("#")]


@contextlib.contextmanager
def recorded(folders, condition):
    """
    Gives a function that tells the lines of these events so far, with the time
    of CLOCK_MONOTONIC.
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
    """The same for events of this process."""
    folders = [os.path.dirname(file(f"events/{name}/enable"))
               for name in names]
    return recorded(folders, f"common_pid == {os.getpid()}")


@contextlib.contextmanager
def occupied(*names):
    """
    Two probes on the tracepoint of each of these events. One that comes and goes
    beside them changes a list, and no code of the kernel. Where it is the first,
    the kernel patches its code, and a CPU of qemu that translates it meanwhile
    can keep the breakpoint which stood there, and run into it for ever (7.2,
    without KVM). With one CPU that cannot happen, and the code is patched.
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
    Gives a function that tells which of the kernel's FUNCTIONS (or MODULE:FUNCTION)
    were called so far, in order, by anybody.
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
