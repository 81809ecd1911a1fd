# SPDX-License-Identifier: GPL-2.0-only
"""
taskmap verify: no disagreement where the module is right, however the system
changes; and each one found that is put into a snapshot.

Such a snapshot stands in place of the module's file for one command, in a mount
namespace of its own.
"""

import json
import os
import struct
import subprocess
import tempfile
import time
import unittest

from fire import Crowd
from image import RESOURCES, Snapshot
from live import (READER, Loaded, Shapes, effort, program, read_all, run,
                  snapshot, where)

SUMMARY = (r"^(\d+) tasks, (\d+) pairs compared; (\d+) races; "
           r"(\d+) disagreements; seed (\d+)$")
CROWD = 3000
STORMS = effort(check=2, sanitizer=2, soak=50)
KINDS = ("fork", "exec", "exit", "unshare", "setns", "setresuid", "name",
         "mix")
EVERYTHING = ("fork", "threads", "vfork", "linuxthreads", "zombie",
              "zombie-leader", "stopped", "worker", "nested-pid",
              "chain:50", "setns-pid", "clone-newuts", "clone-newns",
              "clone-newnet", "clone-newuser", "unshare-time-child",
              "setresuid", "clone-io", "vfork+parent")


class Verify(Loaded):
    def verify(self, *arguments, status=0):
        result = run(READER, "verify", *arguments)
        self.assertEqual(result.returncode, status,
                         (result.stdout + result.stderr).decode())
        return result.stdout.decode()

    def json(self, *arguments, status=0):
        return json.loads(self.verify("-J", *arguments, status=status))

    def test_quiet(self):
        print("#", self.verify())
        print("#", self.verify("--exact"))
        print("#", run(READER, "-J", "--exact", "-p", "1").stdout)
