#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Types lessons in the virtual machine.

    typist.py TRANSCRIPTS PAGE...

Each page has its own shell and terminal. The next command is typed when the prompt
appears. The output is written to TRANSCRIPTS/PAGE.json:

    {"first": PID, "last": PID,      the range of pids that tasks got meanwhile
     "outputs": [["line", ...]],     the output of each command
     "missing": "..." | null,        a program that the page needs
     "stuck": "..." | null}          a command that did not end
"""

import fcntl
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
from pages import needs_of, steps_of  # noqa: E402

PROMPT = "<what next?>"
COLUMNS = 100
PATIENCE = 900      # seconds for one command, enough on a busy machine
LAST_PID = "/proc/sys/kernel/ns_last_pid"
# Every page starts with the same pids, of three digits.
FIRST_PID = 301


class Stuck(Exception):
    """The prompt does not come back."""


def terminal():
    """A new terminal: our end, and the shell's, without echo or conversions."""
    ours, theirs = os.openpty()
    mode = termios.tcgetattr(theirs)
    mode[1] &= ~termios.OPOST
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, mode)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 50, COLUMNS, 0, 0))
    return ours, theirs


class Shell:
    """A bash on a terminal."""

    def __init__(self):
        self.end, theirs = terminal()
        self.process = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "--noediting", "-i"],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "PS1": PROMPT, "PS2": "", "HISTFILE": "",
                 "NO_COLOR": "1"})
        os.close(theirs)
        self.until_prompt()

    def read(self, deadline):
        """More output, or nothing if every process on the terminal has ended."""
        ready, _, _ = select.select([self.end], [], [],
                                    max(0, deadline - time.monotonic()))
        if not ready:
            raise Stuck
        try:
            return os.read(self.end, 65536)
        except OSError:
            return b""

    def until_prompt(self):
        deadline = time.monotonic() + PATIENCE
        seen = b""
        while not seen.endswith(PROMPT.encode()):
            more = self.read(deadline)
            if not more:
                raise Stuck
            seen += more
        text = seen.decode(errors="replace")[:-len(PROMPT)]
        return text.splitlines()

    def type(self, text):
        os.write(self.end, text.encode() + b"\n")
        return self.until_prompt()

    def leave(self):
        """Ends the shell, and waits for all processes that it started."""
        deadline = time.monotonic() + PATIENCE
        os.write(self.end, b"exit\n")
        try:
            while self.read(deadline):
                pass
        except Stuck:
            os.killpg(self.process.pid, signal.SIGKILL)
        os.close(self.end)
        self.process.wait()


def missing(text):
    for program in needs_of(text):
        if not shutil.which(program):
            return f"{program} is not installed"
    return None


def last_pid():
    with open(LAST_PID, encoding="ascii") as file:
        return int(file.read())


def type_page(text):
    seen = {"first": FIRST_PID, "last": FIRST_PID, "outputs": [],
            "missing": missing(text), "stuck": None}
    if seen["missing"]:
        return seen
    with open(LAST_PID, "w", encoding="ascii") as file:
        file.write(str(FIRST_PID - 1))
    shell = Shell()
    for step in steps_of(text):
        try:
            seen["outputs"].append(shell.type(step.typed))
        except Stuck:
            seen["stuck"] = step.typed
            break
    seen["last"] = last_pid()
    shell.leave()
    return seen


def main():
    if not os.path.exists("/run/taskmap-vm"):
        sys.exit("taskmap: lessons are only typed in the virtual machine of "
                 "tests/vm")
    for page in sys.argv[2:]:
        with open(page, encoding="utf-8") as file:
            seen = type_page(file.read())
        name = os.path.basename(page) + ".json"
        with open(os.path.join(sys.argv[1], name), "w",
                  encoding="utf-8") as file:
            json.dump(seen, file)


main()
