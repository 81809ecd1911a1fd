# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
taskmap-zoo quiz, played to the end: by a player who looks at the tasks with other
means than the quiz and always answers right, and by one who always answers wrong.
"""

import collections
import json
import os
import pty
import re
import signal
import subprocess
import termios
import time
import unittest

import oracle
from live import READER, Loaded, effort, run, stat, status, watches_itself, zoo

SEEDS = effort(check=4, sanitizer=10, soak=100)
QUESTIONS = 8
RESOURCES = ("mm", "files", "fs", "sighand", "signal")

# What each task can change, and where that is.
EFFECTS = {
    "writes to a global variable": "mm",
    "opens a file": "files",
    "changes its working directory": "fs",
    "changes its umask": "fs",
    "installs a handler": "sighand",
}


class Reader:
    """What the reader says of the tasks, with the module."""

    def __init__(self, pids):
        result = run(READER, "-J", "-o",
                     "PID,TGID,PPID,KIND,S,MM,FILES,FS,SIGHAND,SIGNAL", "-p",
                     ",".join(map(str, pids)), check=True)
        self.tasks = {task["pid"]: task
                      for task in json.loads(result.stdout)["tasks"]}

    def get(self, pid, key):
        return self.tasks[pid][key]

    def share(self, one, other, name):
        ids = {self.tasks[pid][name] for pid in (one, other)}
        return len(ids) == 1 and None not in ids


class Proc:
    """What /proc and kcmp(2) say of them."""

    PF_IO_WORKER = 0x10

    def __init__(self, pids):
        self.fields = {pid: status(pid) for pid in pids}
        self.stats = {pid: stat(pid) for pid in pids}

    def get(self, pid, key):
        if key != "kind":
            return {"tgid": int(self.fields[pid]["Tgid"]), "pid": pid,
                    "ppid": int(self.fields[pid]["PPid"]),
                    "s": self.fields[pid]["State"][0]}[key]
        if int(self.stats[pid][6]) & self.PF_IO_WORKER:
            return "worker"
        if self.get(pid, "tgid") != pid:
            return "thread"
        return "main" if int(self.fields[pid]["Threads"]) > 1 else "process"

    def share(self, one, other, name):
        if name == "signal":
            return self.get(one, "tgid") == self.get(other, "tgid")
        return oracle.same(one, other, name)


class Game:
    """A quiz, from its first line to the last."""

    def __init__(self, seed, source):
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(zoo("quiz", "--seed", str(seed)),
                                        stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.tasks = {}
        self.intro = ""
        for line in self.process.stdout:
            self.intro += line
            if task := re.match(r" ([A-X]) +(\d+)  ", line):
                self.tasks[task.group(1)] = int(task.group(2))
            if line.startswith("The answers"):
                break
        self.told = source(self.tasks.values())
        self.right = 0

    def living(self, but):
        return [letter for letter, pid in self.tasks.items()
                if letter != but and self.told.get(pid, "s") not in "ZX"]

    def answer(self, question):
        """The topic, and the words of the right answer."""
        def get(letter, key):
            return self.told.get(self.tasks[letter], key)

        if match := re.match("What kind of task is (.)", question):
            return "kind", {get(match.group(1), "kind")}
        if match := re.match("Which of these do (.) and (.) share", question):
            one, other = (self.tasks[letter] for letter in match.groups())
            return "share", {name for name in RESOURCES
                             if self.told.share(one, other, name)}
        if match := re.match(r"What does get(\w*)pid\(\) return in (.)", question):
            return "call", {str(get(match.group(2), match.group(1) + "pid")
                                if match.group(1) else get(match.group(2), "tgid"))}
        if match := re.match(r"What does gettid\(\) return in (.)", question):
            return "call", {str(self.tasks[match.group(1)])}
        if match := re.match("In which state is (.)", question):
            return "state", {get(match.group(1), "s")}
        if match := re.match("SIGKILL is sent to (.)", question):
            one = match.group(1)
            return "kill", {letter for letter in self.living(one)
                            if get(letter, "tgid") == get(one, "tgid")}
        if re.match("How many of these", question):
            return "count", {str(sum(get(letter, "tgid") == pid
                                     for letter, pid in self.tasks.items()))}
        (name,) = [name for text, name in EFFECTS.items() if text in question]
        one = question[0]
        return "effect", {letter for letter in self.living(one) if self.told.share(
            self.tasks[one], self.tasks[letter], name)}

    def play(self, wrong):
        """Answers all questions. Yields each topic, and what follows a wrong answer."""
        for line in self.process.stdout:
            if line.strip() == f"{self.right} of {QUESTIONS}":
                break
            if not (question := re.match(r"\d\. (.*)", line)):
                continue
            topic, right = self.answer(question.group(1))
            for line in self.process.stdout:
                if line.startswith("Answer with"):
                    break
            possible = set(re.findall(r"\w+", line.partition("with ")[2]))
            possible -= {"any", "of", "or", "with"}
            if not right <= possible:
                raise AssertionError(f"{question.group(0)}: {right} is not in {line}")
            said = right
            if wrong:
                said = set() if right and "none" in possible else \
                       {min(possible - right - {"none"})}
            self.process.stdin.write(" ".join(sorted(said)) or "none")
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            reply = next(self.process.stdout)
            self.right += reply == "Right.\n"
            yield topic, question.group(0), right, reply

    def end(self):
        self.process.stdin.close()
        rest = self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(), rest


class Played:
    """For both sources."""

    source = None
    names = None

    def check_reply(self, question, right, reply):
        """The right words, then one or two sentences."""
        match = re.match(r"No: ([^.]*)\. (.+\.)\n$", reply)
        self.assertIsNotNone(match, question + reply)
        words = set(re.findall(r"\w+", match.group(1))) - {"and", "none"}
        self.assertEqual(words, right, question + reply)
        self.assertLessEqual(len(re.findall(r"\.( |$)", match.group(2))), 2, reply)

    def play(self, seed, wrong):
        game = Game(seed, self.source)
        where = f"TASKMAP_SEED={seed}\n{game.intro}"
        self.assertIn(self.names, game.intro)
        topics = []
        for topic, question, right, reply in game.play(wrong):
            topics.append(topic)
            if wrong:
                self.check_reply(where + question, right, reply)
            else:
                self.assertEqual(reply, "Right.\n", where + question)
        self.assertEqual(len(topics), QUESTIONS, where)
        self.assertEqual(game.right, 0 if wrong else QUESTIONS, where)
        self.assertEqual(game.end(), (0, ""), where)
        self.gone(game.tasks.values())
        return topics

    def gone(self, pids):
        self.assertEqual([pid for pid in pids if os.path.exists(f"/proc/{pid}")], [])

    def test_players(self):
        first = int(os.environ.get("TASKMAP_SEED", 0)) or time.time_ns()
        topics = collections.Counter()
        for seed in range(first, first + SEEDS):
            right = self.play(seed, False)
            self.assertEqual(self.play(seed, True), right)
            topics.update(right)
        print(f"# {SEEDS} quizzes from seed {first}: {dict(topics)}")

    def test_end_of_input(self):
        """It ends after any number of answers."""
        game = Game(1, self.source)
        next(game.play(False))
        status_and_rest = game.end()
        self.assertEqual(status_and_rest[0], 0)
        self.assertTrue(status_and_rest[1].endswith("\n1 of 8\n"), status_and_rest)
        self.gone(game.tasks.values())

    def test_asks_again(self):
        game = Game(1, self.source)
        game.process.stdin.write("\nperhaps\nnone none perhaps\n")
        code, rest = game.end()
        self.assertEqual(code, 0)
        self.assertEqual(len(set(re.findall("Answer.*", rest))), 1)
        self.assertEqual(len(re.findall("Answer.*", rest)), 4, rest)
        self.assertTrue(rest.endswith("\n0 of 8\n"), rest)


class WithModule(Played, Loaded):
    source = Reader
    names = "the taskmap module"


class Without(Played, unittest.TestCase):
    """The module is not loaded."""

    source = Proc
    names = "/proc and kcmp(2)"

    def end_by(self, end):
        """Plays on a terminal, until a question; then END ends it, given pid and fd."""
        child, terminal = pty.fork()
        if child == 0:
            termios.tcsetwinsize(1, (24, 80))
            os.execv(zoo()[0], zoo("quiz", "--seed", "1"))
        seen = ""
        while "\r\n> " not in seen:
            seen += os.read(terminal, 65536).decode()
        pids = [int(pid) for pid in re.findall(r"^ [A-X] +(\d+) ", seen, re.M)]
        self.assertGreater(len(pids), 8)
        end(child, terminal)
        _, code = os.waitpid(child, 0)
        while any(os.path.exists(f"/proc/{pid}") for pid in pids):
            os.sched_yield()
        try:
            while part := os.read(terminal, 65536):
                seen += part.decode()
        except OSError:
            pass
        os.close(terminal)
        return code, seen

    def test_interrupted(self):
        """Control-C ends it with all its tasks."""
        code, _ = self.end_by(lambda _, terminal: os.write(terminal, b"\x03"))
        self.assertEqual(os.WTERMSIG(code), signal.SIGINT)

    def test_killed(self):
        code, _ = self.end_by(lambda child, _: os.kill(child, signal.SIGKILL))
        self.assertEqual(os.WTERMSIG(code), signal.SIGKILL)

    def test_terminal(self):
        """Control-D ends it as a pipe does, and no line is wider than the terminal."""
        code, seen = self.end_by(lambda _, terminal: os.write(terminal, b"\x04"))
        self.assertEqual(code, 0)
        self.assertTrue(seen.endswith("\n0 of 8\r\n"), seen)
        self.assertLessEqual(max(map(len, seen.splitlines())), 80, seen)

    def test_without_privileges(self):
        """One's own tasks need no root."""
        result = run(*zoo("quiz", "--seed", "1"), stdin=subprocess.DEVNULL,
                     user=65534, group=65534, extra_groups=[])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(result.stdout.endswith(b"\n0 of 8\n"), result.stdout)
