#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Runs QEMU with its serial port on stdin and stdout, and answers MokManager.

    drive.py LOG SECONDS QEMU-ARGUMENT...

Ends the virtual machine when its init has run twice, or after SECONDS. Prints the
screens of MokManager that it answered.
"""
import os
import pty
import re
import select
import subprocess
import sys
import time
import tty

DOWN = b"\x1b[B"
# What each screen shows, and the keys for it. The first entry of a menu is selected.
SCREENS = [
    ("Press any key to perform MOK", b"\r"),
    ("Enroll MOK", DOWN + b"\r"),
    ("Continue", DOWN + b"\r"),
    ("Yes", DOWN + b"\r"),
    ("[Pp]assword", b"secret\r"),
    ("Reboot", b"\r"),
]
# A screen is complete if nothing more comes for so long. The firmware queues keys,
# so one that comes too early is not lost.
QUIET_S = 1


def drive(log, seconds, command):
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    screens = list(SCREENS)
    seen = everything = b""
    end = time.monotonic() + seconds
    with subprocess.Popen(command, stdin=theirs, stdout=theirs) as machine:
        os.close(theirs)
        while everything.count(b"MARK end") < 2 and time.monotonic() < end:
            if select.select([ours], [], [], QUIET_S)[0]:
                try:
                    data = os.read(ours, 65536)
                except OSError:     # QEMU has ended
                    break
                log.write(data)
                seen += data
                everything += data
            elif screens and re.search(screens[0][0].encode(), seen):
                text, keys = screens.pop(0)
                print("answered", text)
                seen = b""
                os.write(ours, keys)
        machine.kill()


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        drive(file, int(sys.argv[2]), sys.argv[3:])
