# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""taskmap metrics: figures of the running system, and counters of its events."""

import re
import signal
import subprocess
import threading
import unittest

from live import READER, Loaded, Shapes, run

SERIES = re.compile(r'taskmap_(\w+?)(?:\{(\w+)="([^"]*)"[^}]*\})? (\S+)')


def figures(text):
    """Each series: (name, value of its first label) and its figure."""
    assert text.endswith("# EOF\n"), text[-80:]
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, _, value, figure = SERIES.fullmatch(line).groups()
            found[name, value] = found.get((name, value), 0) + float(figure)
    return found


def printed(*options):
    return figures(run(READER, "metrics", *options, check=True).stdout.decode())


def exports(lines):
    """The text of each export, up to "# EOF"."""
    text = ""
    for line in lines:
        text += line
        if line == "# EOF\n":
            yield text
            text = ""


class Metrics(Loaded):
    def test_snapshot(self):
        before = printed()["deviating_threads", "cred"]
        with Shapes("threads", "setresuid") as shapes:
            found = printed()
            self.assertEqual(found["deviating_threads", "cred"], before + 1)
            self.assertGreaterEqual(found["tasks", "thread"],
                                    len(shapes.all("threads")))
        self.assertEqual(found["snapshot_pause_seconds", None], 0)
        self.assertGreater(found["snapshot_duration_seconds", None], 0)
        self.assertNotIn(("execs_total", None), found)
        for (name, resource), figure in found.items():
            if name == "objects":
                self.assertLessEqual(figure, found["holders", resource])
                self.assertEqual(found["unknown_holders", resource], 0)

    def test_exact(self):
        self.assertGreater(printed("--exact")["snapshot_pause_seconds", None], 0)

    def test_proc(self):
        found = printed("--proc")
        self.assertGreater(found["tasks", "kthread"], 0)
        self.assertGreater(found["objects", "mm"], 0)

    def test_counters(self):
        """Sooner or later they include everything that happened meanwhile."""
        with subprocess.Popen([READER, "metrics", "--interval", "1"],
                              stdout=subprocess.PIPE, text=True) as exporter:
            each = exports(exporter.stdout)
            begun = figures(next(each))
            for _ in range(7):
                thread = threading.Thread(target=int)
                thread.start()
                thread.join()
            for _ in range(5):
                run("/bin/true", check=True)
            wanted = {("births_total", "thread"): 7, ("execs_total", None): 5,
                      ("exits_total", "thread"): 7,
                      ("exits_total", "process"): 5}
            found = begun
            while any(found[key] < begun[key] + count
                      for key, count in wanted.items()):
                text = next(each)
                found = figures(text)
            self.assertLessEqual(len(re.findall("^taskmap_", text, re.M)), 200)
            exporter.send_signal(signal.SIGTERM)
            exporter.stdout.read()
            self.assertEqual(exporter.wait(), 0)


if __name__ == "__main__":
    unittest.main()
