# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Eight readers at once while the system changes under them as fast as it can,
beside tasks that are held still: each of those is in every picture once, as it
was, and shares with nobody. Every picture of one instant is one: see watch.c.
"""

import subprocess
import tempfile

from fire import Crowd, Watch
from live import Loaded, effort, program

READERS = 8
READS = effort(check=9, sanitizer=21, soak=90)     # of three files in turn
ALONE = 16      # processes that are stopped and have all to themselves
BESIDE = 700    # tasks that make a walk of several pieces


class Storm(Loaded):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alone = Crowd("forks", ALONE)
        cls.beside = Crowd("threads", BESIDE)
        cls.alone.stop()
        # pylint: disable=consider-using-with
        cls.file = tempfile.NamedTemporaryFile()
        cls.file.write(cls.alone.pairs + cls.beside.pairs)
        cls.file.flush()

    @classmethod
    def tearDownClass(cls):
        cls.file.close()
        cls.beside.__exit__()
        cls.alone.__exit__()
        super().tearDownClass()

    def blow(self, kind):
        with subprocess.Popen([program("storm"), kind], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as storm:
            self.assertEqual(storm.stdout.readline(), b"ready\n")
            watches = [Watch(*self.alone.pids, reads=READS,
                             crowd=self.file.name) for _ in range(READERS)]
            try:
                *seen, pauses = zip(*(watch.result() for watch in watches))
                seen = list(map(sum, seen))
            finally:
                out = storm.communicate()[0].decode()
        print(f"# {kind}: {seen[0]} reads of {seen[1]} records, "
              f"{seen[2]} came, {seen[3]} changed, "
              f"{seen[4]} instants of up to {max(pauses)} ns; "
              + ", ".join(out.splitlines()))
        self.assertEqual(storm.returncode, 0)
        counts = [int(line.split()[1]) for line in out.splitlines()]
        self.assertEqual(len(counts), 7 if kind == "mix" else 1)
        for count in counts:
            self.assertGreater(count, 0, f"the storm did not blow: {out}")
        self.assertGreater(seen[2] + seen[3], 0, "nobody saw the storm")
        self.assertEqual(seen[4], READERS * READS // 3)

    def test_fork(self):
        self.blow("fork")

    def test_exec(self):
        self.blow("exec")

    def test_exit(self):
        self.blow("exit")

    def test_unshare(self):
        self.blow("unshare")

    def test_setns(self):
        self.blow("setns")

    def test_setresuid(self):
        self.blow("setresuid")

    def test_name(self):
        self.blow("name")

    def test_mix(self):
        self.blow("mix")
