# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Snapshots that are carried between machines of two architectures. TASKMAP_CARRIED
is the directory for them; see carried.sh.
"""

import os
import sys

from live import READER, Loaded, read_all, run

CARRIED = os.environ.get("TASKMAP_CARRIED", "")

# The host is little-endian.
SAME_ORDER = sys.byteorder == "little"

LISTINGS = {"raw": ("-r", "--full-ids"), "json": ("-J",)}
CANNOT_READ = 3


def path_of(name):
    return os.path.join(CARRIED, name)


class Carried(Loaded):
    def read(self, home, listing):
        result = run(READER, "-i", path_of(home + ".taskmap"),
                     *LISTINGS[listing])
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_from_there(self):
        """A snapshot of the host reads the same here, or its byte order is refused."""
        if SAME_ORDER:
            for listing in LISTINGS:
                self.assertEqual(self.read("here", listing),
                                 read_all(path_of("here." + listing)))
            return
        path = path_of("here.taskmap")
        for listing in LISTINGS.values():
            result = run(READER, "-i", path, *listing)
            self.assertEqual(result.returncode, CANNOT_READ)
            self.assertEqual(result.stdout, b"")
            self.assertEqual(
                result.stderr.decode(),
                f"taskmap: {path}: written on a machine with the other byte "
                "order: read it there\n")

    def test_to_there(self):
        """Saves a snapshot for the host, with the output of our reader."""
        result = run(READER, "save", path_of("there.taskmap"))
        self.assertEqual(result.returncode, 0, result.stderr)
        for listing in LISTINGS:
            listed = self.read("there", listing)
            self.assertIn(b"kthreadd", listed)
            with open(path_of("there." + listing), "wb") as file:
                file.write(listed)
