# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
The page of "watch --html": its steps are what happened, and its tasks hold what the
flags of clone(2) make them hold.
"""

import json
import os
import re
import signal
import subprocess
import tempfile

from live import READER, Loaded, child, run

# The threads and the child end one after another, each on request.
THREADS = """
import os, threading
ends = [threading.Event() for _ in range(3)]
threads = [threading.Thread(target=end.wait) for end in ends]
for thread in threads: thread.start()
for end, thread in zip(ends, threads): end.set(); thread.join()
pid = os.fork()
os._exit(0) if not pid else os.waitpid(pid, 0)
"""
SHARED_BY_THREADS = "mm", "files", "fs", "sighand", "signal", "sysvsem"


class Page:
    """A page, whose steps are replayed from what each of them changes."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.size = len(text)
        self.data = json.loads(re.search(
            '<script type="application/json" id="data">(.*?)</script>', text,
            re.DOTALL)[1])
        self.names = [resource["name"] for resource in self.data["resources"]]
        self.words = [step["head"]["step"] for step in self.data["snapshots"]]

    def steps(self):
        """Yield the words of each step, and its tasks by pid."""
        tasks = {}
        for step in self.data["snapshots"]:
            for key in step["gone"]:
                del tasks[key]
            for task in step["tasks"]:
                tasks[f"{task['pid']}.{task['start']}"] = task
            yield step["head"]["step"], {task["pid"]: task
                                         for task in tasks.values()}

    def holds(self, task):
        return dict(zip(self.names, self.data["pool"][task["holds"]]))


class Watched(Loaded):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "page.html")

    def watch(self, *command):
        return run(READER, "watch", "--html", self.path, "--", *command, text=True)

    def test_command(self):
        """A step for each line, and nobody is left."""
        result = self.watch("sh", "-c", "ls / | wc -l; (exit 1); exit 3")
        self.assertEqual((result.returncode, result.stderr), (3, ""))
        events = [line.split() for line in result.stdout.splitlines()
                  if re.match(r" +\d+\.\d+ ", line)]
        page = Page(self.path)
        self.assertEqual(
            [(at, pid, event) for at, event, pid, *_ in events],
            re.findall(r"^(\S+) s: (\d+) \(.*\), (\w+)", "\n".join(page.words),
                       re.MULTILINE))
        *_, (_, tasks) = page.steps()
        self.assertEqual(tasks, {})

    def test_objects(self):
        """A thread holds what its leader holds, and a process does not."""
        result = self.watch("python3", "-c", THREADS)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        page = Page(self.path)
        most = threads = 0
        for words, tasks in page.steps():
            found = re.search(r": (\d+) \(.*\), (thread|fork) by (\d+)", words)
            most = max(most, len(tasks))
            for task in tasks.values():
                leader = tasks[task["tgid"]]
                threads += task is not leader
                self.assertEqual(task["kind"], "thread" if task is not leader else
                                 "main" if any(other["tgid"] == task["pid"] != pid
                                               for pid, other in tasks.items())
                                 else "process", words)
                for name in SHARED_BY_THREADS:
                    self.assertEqual(page.holds(task)[name],
                                     page.holds(leader)[name], (words, name))
            if found and found[2] == "fork" and int(found[3]) in tasks:
                for name in SHARED_BY_THREADS[:-1]:
                    self.assertNotEqual(page.holds(tasks[int(found[1])])[name],
                                        page.holds(tasks[int(found[3])])[name])
        self.assertGreaterEqual(most, 2)
        self.assertGreater(threads, 0)

    def test_running(self):
        """A process that runs already is in the first step, until SIGINT."""
        with child(lambda: None) as pid:
            with subprocess.Popen(
                    [READER, "watch", "--html", self.path, "-p", str(pid)],
                    stdout=subprocess.PIPE, text=True) as watch:
                self.assertIn("TIME", watch.stdout.readline())
                watch.send_signal(signal.SIGINT)
                watch.communicate()
            self.assertEqual(watch.returncode, 0)
            page = Page(self.path)
            self.assertEqual(page.words, ["before the first event"])
            [(_, tasks)] = page.steps()
            self.assertEqual(list(tasks), [pid])
            self.assertTrue(page.holds(tasks[pid])["mm"])

    def test_many(self):
        """A step takes a kilobyte, however many tasks there are beside."""
        result = self.watch("sh", "-c", "for i in $(seq 5); do ls / | wc -l; done")
        self.assertEqual(result.returncode, 0)
        page = Page(self.path)
        print("#", len(page.words), "steps,", page.size, "bytes")
        self.assertGreater(len(page.words), 30)
        self.assertLess(page.size, 1000 * len(page.words) + 120000)
