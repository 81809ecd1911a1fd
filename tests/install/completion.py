#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Tests completion as a user types it, in a bash on a terminal. Unlike the unit tests,
this includes the way in which readline breaks words.

    completion.py READER-DIRECTORY COMPLETION-DIRECTORY

Prints a line for each unexpected result.
"""

import os
import pty
import re
import select
import sys
import tempfile

PATIENCE = 120      # seconds for an answer, enough on a busy machine

# The line before the Tab key is pressed, and the line after it.
TYPED = {
    "taskmap gra": "taskmap graph ",
    "taskmap graph --sv": "taskmap graph --svg ",
    "taskmap graph --resources=sigh": "taskmap graph --resources=sighand",
    "taskmap --output=PI": "taskmap --output=PID",
    "taskmap --output=PID,TGI": "taskmap --output=PID,TGID",
    "taskmap --output=+PPI": "taskmap --output=+PPID",
    "taskmap -o pid,tgi": "taskmap -o PID,TGID",
    "taskmap --kind=wor": "taskmap --kind=worker",
    "taskmap --kind=main,wor": "taskmap --kind=main,worker",
    "taskmap --kind=main gro": "taskmap --kind=main groups ",
    "taskmap diff --compare=THREAD": "taskmap diff --compare=THREADS",
    "taskmap groups sigh": "taskmap groups sighand ",
    "taskmap save a\\ na": "taskmap save a\\ name ",
    "taskmap --input=a\\ na": "taskmap --input=a\\ name ",
    "taskmap -i dir": "taskmap -i directory/",
    "taskmap diff dir": "taskmap diff directory/",
    "taskmap-zoo cost --svg=dir": "taskmap-zoo cost --svg=directory/",
    "taskmap-zoo --guide linuxt": "taskmap-zoo --guide linuxthreads ",
}


def start(programs, completions, home):
    """Starts a bash that prints and clears its input line on Control-X."""
    rcfile = os.path.join(home, ".rc")
    with open(rcfile, "w", encoding="utf-8") as file:
        file.write("""
            for file in "$COMPLETIONS"/*; do . "$file"; done
            bind 'set enable-bracketed-paste off'
            bind -x '"\\C-x": printf "\\n<%s>\\n" "$READLINE_LINE"; READLINE_LINE='
            echo '<ready>'
        """)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home)
        os.environ.update(PATH=f"{programs}:{os.environ['PATH']}", HOME=home,
                          COMPLETIONS=completions, TERM="dumb", PS1="", HISTFILE="",
                          LC_ALL="C.UTF-8")
        os.execvp("bash", ["bash", "--noprofile", "--rcfile", rcfile, "-i"])
    return terminal


def answer(terminal):
    """The next line that bash prints for Control-X."""
    seen = ""
    while not (line := re.search(r"^<(.*)>\r?$\n", seen, re.M)):
        if not select.select([terminal], [], [], PATIENCE)[0]:
            sys.exit(f"no answer, but {seen!r}")
        try:
            seen += os.read(terminal, 65536).decode()
        except OSError:
            sys.exit(f"bash ended: {seen!r}")
    return line.group(1)


def main():
    programs, completions = map(os.path.abspath, sys.argv[1:])
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(os.path.join(home, "directory"))
        with open(os.path.join(home, "a name"), "w", encoding="utf-8"):
            pass
        terminal = start(programs, completions, home)
        answer(terminal)
        for typed, expected in TYPED.items():
            os.write(terminal, typed.encode() + b"\t\x18")
            got = answer(terminal)
            if got != expected:
                print(f"{typed!r} became {got!r} instead of {expected!r}")
        os.close(terminal)


main()
