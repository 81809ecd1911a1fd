# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Eight concurrent readers while the system changes as fast as it can. Other tasks hold
still: each of these is in every snapshot exactly once, unchanged, and shares nothing.
Every "exact" snapshot shows one instant; watch.c says how this is checked.
"""

import tempfile

from fire import Crowd, Watch, storm
from live import Loaded, effort

KINDS = ("fork", "exec", "exit", "unshare", "setns", "setresuid", "name")
READERS = 8
# Reads of three files in turn.
READS = effort(check=6, sanitizer=21, soak=90)
ALONE = 16      # stopped processes that share nothing
BESIDE = 700    # more tasks, so that a walk has several RCU sections


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


# For every change, there is only the storm that mixes all kinds.
ALONE_TOO = effort(check=False, sanitizer=True, soak=True)
for each_kind in (*(KINDS if ALONE_TOO else ()), "mix"):
    setattr(Storm, f"test_{each_kind}",
            lambda self, kind=each_kind: self.blow(kind))
