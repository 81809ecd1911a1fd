# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Eight readers at once while the system changes under them as fast as it can,
beside tasks that are held still: each of those is in every picture once, as it
was, and shares with nobody. Every picture of one instant is one: see watch.c.
"""

import tempfile

from fire import Crowd, Watch, storm
from live import Loaded, effort

KINDS = ("fork", "exec", "exit", "unshare", "setns", "setresuid", "name")
READERS = 8
READS = effort(check=9, sanitizer=21, soak=90)     # of three files in turn
ALONE = 16      # processes that are stopped and have all to themselves
BESIDE = 700    # tasks that make a walk of several pieces


class Storm(Loaded):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alone = cls.enterClassContext(Crowd("forks", ALONE))
        beside = cls.enterClassContext(Crowd("threads", BESIDE))
        cls.alone.stop()
        cls.file = cls.enterClassContext(tempfile.NamedTemporaryFile())
        cls.file.write(cls.alone.pairs + beside.pairs)
        cls.file.flush()

    def blow(self, kind):
        with storm(kind) as blown:
            watches = [Watch(READS, self.file.name, *self.alone.pids)
                       for _ in range(READERS)]
            *seen, pauses = zip(*(watch.result() for watch in watches))
            seen = list(map(sum, seen))
        print(f"# {kind}: {seen[0]} reads of {seen[1]} records, "
              f"{seen[2]} came, {seen[3]} changed, "
              f"{seen[4]} instants of up to {max(pauses)} ns; "
              + ", ".join(blown))
        counts = [int(line.split()[1]) for line in blown]
        self.assertEqual(len(counts), len(KINDS) if kind == "mix" else 1)
        self.assertNotIn(0, counts, "the storm did not blow")
        self.assertGreater(seen[2] + seen[3], 0, "nobody saw the storm")
        self.assertEqual(seen[4], READERS * READS // 3)


for each_kind in (*KINDS, "mix"):
    setattr(Storm, f"test_{each_kind}",
            lambda self, kind=each_kind: self.blow(kind))
