# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Tests under lockdown. They need a boot of their own: a kernel cannot be unlocked."""

import errno
import os
import subprocess

from live import Loaded, error_of_open, where

LOCKDOWN = "/sys/kernel/security/lockdown"


def lock(level):
    with open(LOCKDOWN, "w", encoding="ascii") as file:
        file.write(level)


class Lockdown(Loaded):
    """
    The kernel is locked down after the load, because an unsigned module cannot be
    loaded later. The ids are raw, because only these depend on the level.
    """

    PARAMETERS = ("ids=raw",)

    def test_integrity_reads_and_confidentiality_does_not(self):
        if not os.path.exists(LOCKDOWN):
            subprocess.run(["mount", "-t", "securityfs", "securityfs",
                            os.path.dirname(LOCKDOWN)], check=True)
        if not os.path.exists(LOCKDOWN):
            self.skipTest("this kernel has no lockdown")
        path = where() + "/tasks"
        lock("integrity")
        self.assertIsNone(error_of_open(path, []))
        lock("confidentiality")
        self.assertEqual(error_of_open(path, []), errno.EPERM)
