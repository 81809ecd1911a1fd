#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Tests completion as a user types it, in a shell on a terminal. Unlike the unit tests,
this includes the way in which the shell breaks words.

    completion.py SHELL READER-DIRECTORY COMPLETION-DIRECTORY

SHELL is bash, zsh or fish. Prints a line for each unexpected result.
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
    "taskmap --output=PPI": "taskmap --output=PPID",
    "taskmap --output=PID,TGI": "taskmap --output=PID,TGID",
    "taskmap --output=+PPI": "taskmap --output=+PPID",
    "taskmap -o pid,tgi": "taskmap -o pid,tgid",
    "taskmap groups -rno outs": "taskmap groups -rno outside",
    "taskmap --kind=wor": "taskmap --kind=worker",
    "taskmap --kind=main,wor": "taskmap --kind=main,worker",
    "taskmap --kind=main gro": "taskmap --kind=main groups ",
    "taskmap diff --compare=SIGH": "taskmap diff --compare=SIGHAND",
    "taskmap groups sigh": "taskmap groups sighand ",
    "taskmap save a\\ na": "taskmap save a\\ name ",
    "taskmap --input=a\\ na": "taskmap --input=a\\ name ",
    "taskmap -i dir": "taskmap -i directory/",
    "taskmap diff dir": "taskmap diff directory/",
    "taskmap watch -- cat dir": "taskmap watch -- cat directory/",
    "taskmap-zoo qu": "taskmap-zoo quiz ",
    "taskmap-zoo quiz --se": "taskmap-zoo quiz --seed ",
    "taskmap-zoo quiz --seed 7 --ver": "taskmap-zoo quiz --seed 7 --version ",
    "taskmap-zoo cost --svg=dir": "taskmap-zoo cost --svg=directory/",
    "taskmap-zoo cost --svg dir": "taskmap-zoo cost --svg directory/",
    "taskmap-zoo --guide linuxt": "taskmap-zoo --guide linuxthreads ",
    "taskmap-zoo vfork two-v": "taskmap-zoo vfork two-vforks ",
}

# Where each shell reads its setup, how it is started, and what prints and clears its
# input line on Control-X.
SHELLS = {
    "bash": (".rc", ["--noprofile", "--rcfile", ".rc", "-i"], """
        for file in "$COMPLETIONS"/bash/*; do . "$file"; done
        bind 'set enable-bracketed-paste off'
        bind -x '"\\C-x": printf "\\n<%s>\\n" "$READLINE_LINE"; READLINE_LINE='
        """),
    "zsh": (".zshrc", ["-d", "-i"], """
        fpath=("$COMPLETIONS/zsh" $fpath)
        autoload -Uz compinit
        compinit -u
        unset zle_bracketed_paste
        show() { print -rn -- $'\\n'"<$BUFFER>"$'\\r\\n'; BUFFER= }
        zle -N show
        bindkey '^X' show
        PS1=
        """),
    "fish": (".config/fish/config.fish", ["-i"], """
        set -g fish_greeting
        set -p fish_complete_path "$COMPLETIONS/fish"
        set -g fish_autosuggestion_enabled 0
        function fish_prompt; end
        bind \\cx 'printf "\\n<%s>\\r\\n" (commandline); commandline ""'
        """),
}


def start(shell, programs, completions, home):
    """Starts the shell."""
    path, arguments, setup = SHELLS[shell]
    path = os.path.join(home, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{setup}\necho '<ready>'\n")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home)
        os.environ.update(PATH=f"{programs}:{os.environ['PATH']}", HOME=home, ZDOTDIR=home,
                          XDG_CONFIG_HOME=os.path.join(home, ".config"),
                          COMPLETIONS=completions, TERM="dumb", PS1="", HISTFILE="",
                          LC_ALL="C.UTF-8")
        os.execvp(shell, [shell, *arguments])
    return terminal


def answer(terminal):
    """The next line that the shell prints for Control-X."""
    seen = ""
    while not (line := re.search(r"^<(.*)>\r*$\n", seen, re.M)):
        if not select.select([terminal], [], [], PATIENCE)[0]:
            sys.exit(f"no answer, but {seen!r}")
        try:
            seen += os.read(terminal, 65536).decode()
        except OSError:
            sys.exit(f"the shell ended: {seen!r}")
    return line.group(1)


def main():
    shell = sys.argv[1]
    programs, completions = map(os.path.abspath, sys.argv[2:])
    # fish adds a blank after each word, also in a list.
    normal = str.rstrip if shell == "fish" else str
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(os.path.join(home, "directory"))
        with open(os.path.join(home, "a name"), "w", encoding="utf-8"):
            pass
        terminal = start(shell, programs, completions, home)
        answer(terminal)
        for line, expected in TYPED.items():
            os.write(terminal, line.encode() + b"\t\x18")
            got = answer(terminal)
            if normal(got) != normal(expected):
                print(f"{line!r} became {got!r} instead of {expected!r}")
        os.close(terminal)


main()
