# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
The output of explain, compare, drift and NOTE about tasks with a known history:
shapes of the zoo and a few more. said/SHAPE contains the whole output. SAID has the
sentences that are required and those that would be false, independent of the wording.

In these texts, the tasks of a shape have names instead of pids: TASK for the line
"SHAPE PID TID" of taskmap-zoo, TASK1, TASK2... if there are several, PARENT for
"SHAPE-parent", OTHER_PARENT for "SHAPE-other-parent", and ANOTHER for any other task.

"GOLDEN=write make check-live-said" writes said/SHAPE.
"""

import contextlib
import fcntl
import json
import os
import platform
import pty
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import tty

from live import (READER, Loaded, Shapes, await_state, fork, kill, read_all, run,
                  snapshot, stat, status, watches_itself, write)

TEXTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "said")
GOLDEN = os.environ.get("GOLDEN")
# Pids start here, so that they cannot be confused with smaller numbers in the texts.
FIRST_PID = 20001
WIDTH = 2000

BY_LEADER = r"\bby LEADER\b|\bLEADER( \(.*?\))? (created|forked|made)\b"
# A sentence that is marked as inferred or begins with "If" claims nothing.
BY_PARENT = r"^(?!If |.*\binferred).*(?:" + BY_LEADER.replace("LEADER", "PARENT") + ")"
# A claim that the flag was used. "no" and "without" claim the opposite.
NEWNET = r"(?<!no )(?<!without )\bCLONE_NEWNET\b"
SAME_USER = r"same uid and gid"

# The required and the forbidden sentences of each shape, as "PART: REGEX". PART is
# "explain TASK", "note TASK", "compare" or "drift"; REGEX is searched for in each of
# its lines. "recorded" and "unrecorded" are for tasks that were created while the
# module was loaded, and before.
SAID = {
    "fork": {
        "recorded": [r"explain TASK: PARENT.* created it|created by PARENT",
                     r"compare: ^ *TASK .*like fork\(2\)"],
        "never": [r"explain TASK: vfork", r"note TASK: own|shared"],
    },
    "vfork": {
        "said": [r"explain TASK: vfork\(2\)", r"explain PARENT: \bTASK\b",
                 r"drift: ^ *TASK .* vfork .*PARENT"],
    },
    "threads": {
        "said": [r"explain TASK1: thread of process PARENT"],
        "recorded": [r"explain TASK3: PARENT.* created it|created by PARENT"],
        "never": [r"note TASK1: own", r"drift: TASK"],
    },
    "linuxthreads": {
        "said": [r"drift: mm,files,fs,sighand"],
        "never": [r"explain TASK: thread of process"],
    },
    "worker": {
        "said": [r"explain TASK: io_uring|kernel (made|created|started)",
                 r"explain PARENT: \b(one|1) thread\b"],
        "never": [r"explain PARENT: of 2 threads"],
    },
    "zombie": {
        "said": [r"explain TASK: zombie"],
        "never": [r"explain TASK: runs its program"],
    },
    "zombie-leader": {
        "said": [r"explain PARENT: zombie|has ended", r"drift: ^ *PARENT .*leader"],
    },
    "stopped": {
        "said": [r"explain TASK: (?i)stopped"],
    },
    "traced": {
        "said": [r"explain TASK: (?i)trac.*PARENT|PARENT.*trac"],
    },
    "traced-stop": {
        "said": [r"explain TASK: (?i)stopped.*TRACER|TRACER.*stopped",
                 r"explain TRACER: (?i)trac.*TASK"],
        "never": [r"explain TASK: (?i)\bit is (sleeping|running)"],
    },
    "by-thread": {
        "said": [r"explain TASK: [Pp]arent.*\bPARENT\b.*LEADER"],
        "recorded": [r"explain TASK: PARENT.* created it|created by .*PARENT"],
        "never": ["explain TASK: " + BY_LEADER, "note TASK: " + BY_LEADER],
    },
    "by-thread-net": {
        "said": [r"explain TASK: [Pp]arent.*\bPARENT\b.*LEADER"],
        "recorded": [r"explain TASK: PARENT.* created it|created by .*PARENT"],
        "never": ["explain TASK: " + BY_LEADER, "explain TASK: " + NEWNET,
                  r"compare: ^ *TASK [^:]*" + NEWNET, "note TASK: own net",
                  "drift: ^ *TASK .*own .*net"],
    },
    "seteuid": {
        "said": [r"explain TASK: (euid|[Ee]ffective).*1000",
                 r"drift: ^ *TASK .*(euid|effective).*1000"],
        "never": [part + SAME_USER for part in
                  ("explain TASK: ", "drift: ", "note TASK: ", "compare: ")],
    },
    "setfsuid-only": {
        "said": [r"explain TASK: (fsuid|file).*1001",
                 r"drift: ^ *TASK .*(fsuid|file).*1001"],
        "never": [part + SAME_USER for part in
                  ("explain TASK: ", "drift: ", "note TASK: ", "compare: ")],
    },
    "setuid": {
        "said": [r"note TASK: uid 1000, its parent has 0: set after the fork"],
    },
    "seccomp-filter": {
        "said": [r"explain TASK: seccomp", r"drift: ^ *TASK .*seccomp"],
    },
    "close-range": {
        "said": [r"drift: ^ *TASK .*files.*close_range\(2\)"],
    },
    "setns-ipc-same": {
        "said": [r"drift: ^ *TASK .*sysvsem.*setns\(2\)"],
    },
    "leader-apart": {
        "said": [r"drift: ^ *PARENT .*\bnet\b", r"note PARENT: net"],
        "never": [f"{part} TASK{number}: {what}" for number in range(1, 7)
                  for part, what in (("note", r"\bown\b"), ("explain",
                                     r"set for itself|own net namespace"))] +
                 [r"drift: ^ *TASK\d .*\bown\b"],
    },
    "parent-exec": {
        "said": [r"explain TASK: (PARENT|parent).*exec"],
        "recorded": [r"explain TASK: like fork\(2\)"],
        "unrecorded": [r"explain TASK: exec(ve)?\(2\)"],
        "never": [r"explain TASK: runs cat\b|program of (cat|its parent)\b",
                  r"explain TASK: goes on with the program of"],
        "never unrecorded": [r"compare: ^ *TASK .*like fork\(2\)",
                             r"explain TASK: without any flag"],
    },
    "orphan": {
        "said": [r"explain TASK: (?i)adopt|reparent|subreaper"],
        "never": ["explain TASK: " + BY_PARENT, "note TASK: " + BY_PARENT,
                  r"explain TASK: ^(?!.*adopt).*clone\(2\).*CLONE_NEWUTS"],
    },
    "memory-heir": {
        "said": [r"explain TASK: no mm, files or fs with another process"],
        "recorded": [r"explain TASK: KILLED.* created it|created by .*KILLED"],
        "never": ["explain TASK: " + BY_PARENT, "note TASK: " + BY_PARENT],
        "never unrecorded": [r"explain TASK: ^(?!.*adopt).*like fork\(2\)"],
    },
    "two-vforks": {
        "said": [r"explain PARENT: vfork.*\bTASK\b",
                 r"explain OTHER_PARENT: vfork.*\bOTHER\b",
                 r"explain TASK: vfork.*\bPARENT\b",
                 r"drift: ^ *OTHER .* vfork .* 2 .*mm of LEADER"],
        "never": [r"explain PARENT: vfork.*\bOTHER\b",
                  r"explain OTHER_PARENT: vfork.*\bTASK\b",
                  r"explain TASK: vfork.*\bOTHER", "explain TASK: " + BY_LEADER,
                  r"note TASK: vfork.*\bOTHER", "note TASK: " + BY_LEADER],
    },
    "zombie-no-signal": {
        "said": [r"explain TASK: __WALL|__WCLONE"],
        "never": [r"explain TASK: is notified when it ends"],
    },
    "cannot-fork": {
        "said": [r"explain TASK: children in .*pid ns"],
        "never": [r"explain TASK: clone\(2\).*CLONE_NEWPID",
                  r"compare: ^ *TASK .*CLONE_NEWPID"],
    },
    "ending-init": {
        "said": [r"explain TASK: Ending; it no longer runs",
                 r"explain TASK: \bINSIDE\b"],
        "never": [r"explain TASK: (?<!no longer )runs its program|core",
                  r"explain TASK: not yet, or not any more"],
    },
    "unshare-time-child": {
        "said": [r"explain TASK: unshare\(2\)"],
        "recorded": [r"explain TASK: like fork\(2\)"],
        "never": [r"explain TASK: clone\(2\)[^.;]*CLONE_NEWTIME",
                  r"compare: ^ *TASK .*CLONE_NEWTIME"],
    },
    "setns-net-process": {
        "said": [r"explain TASK: setns\(2\)"],
        "recorded": [r"explain TASK: like fork\(2\)"],
        "never": ["explain TASK: " + NEWNET, r"compare: ^ *TASK [^:]*" + NEWNET],
    },
    "setns-pid-child": {
        "said": [r"explain TASK: getppid\(\).*\b0\b"],
        "never": [r"explain TASK: clone\(2\).*CLONE_NEWPID",
                  r"compare: ^ *TASK .*CLONE_NEWPID"],
    },
}

# Forbidden for tasks without a recorded birth.
NEVER_UNRECORDED = r"recorded at its birth|\b(Process|Thread|Task) \w+ .*created it"


def on_terminal(*arguments):
    """The output of the reader on a terminal that is wide enough for each line."""
    ours, its = pty.openpty()
    tty.setraw(its)
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("4H", 0, WIDTH, 0, 0))
    with subprocess.Popen([READER, *arguments], stdin=subprocess.DEVNULL,
                          stdout=its, stderr=subprocess.STDOUT,
                          env={**os.environ, "NO_COLOR": "1"}) as process:
        os.close(its)
        parts = []
        # EIO: the reader has closed its end.
        with contextlib.suppress(OSError):
            while part := os.read(ours, 1 << 16):
                parts.append(part)
        os.close(ours)
    assert process.returncode in (0, 1), b"".join(parts)
    return b"".join(parts).decode()


def roles_of(tasks):
    """The names of the tasks, by shape and pid."""
    roles = {shape: {} for shape in SAID}
    for name, pids in tasks.items():
        # "by-thread-net" is a shape, and not a task of "by-thread".
        shape = max((shape for shape in SAID if f"{name}-".startswith(shape + "-")),
                    key=len)
        role = name[len(shape) + 1:].upper().replace("-", "_") or "TASK"
        for number, tid in enumerate(sorted(tid for _, tid in pids), 1):
            roles[shape][tid] = role + (str(number) if len(pids) > 1 else "")
    return {shape: dict(sorted(tasks.items())) for shape, tasks in roles.items()
            if tasks}


def named(text, roles):
    """TEXT with names for pids, and without values that vary between runs."""
    def name(match):
        number = int(match[0])
        return roles.get(number, "ANOTHER" if number >= FIRST_PID else match[0])

    text = re.sub(r"\b\d+\b", name, text)
    text = re.sub(r"#\d+", "#", text)
    text = re.sub(r"\b0x[0-9a-f]+", "0x", text)
    return re.sub(r"(?<=\S)  +", "  ", text).replace(" \n", "\n")


def sections(text, pids):
    """The parts of TEXT about each of PIDS, in this order, by pid."""
    starts = [re.search(rf"^{pid} \(", text, re.M).start() for pid in pids]
    return {pid: text[start:end] for pid, start, end
            in zip(pids, starts, [*starts[1:], len(text)])}


def words_of(path, roles, last):
    """
    The whole output about the snapshot PATH, by shape and PART. LAST is explained
    last, because the text that concerns all tasks follows it.
    """
    pids = [pid for tasks in roles.values() for pid in tasks]
    explained = sections(on_terminal("explain", "-i", path, *map(str, pids),
                                     str(last)), [*pids, last])
    notes = dict(re.findall(r'PID="(\d+)" (NOTE=.*)\n', on_terminal(
        "list", "-P", "-o", "PID,NOTE", "-i", path)))
    words = {}
    for shape, tasks in roles.items():
        own = list(map(str, tasks))
        parts = {f"explain {role}": explained[pid]
                 for pid, role in tasks.items()}
        parts["compare"] = on_terminal("compare", "-i", path, *own)
        parts["drift"] = on_terminal("drift", "-i", path, "-p", ",".join(own))
        parts.update((f"note {role}", notes[str(pid)])
                     for pid, role in tasks.items())
        words[shape] = {part: named(text, tasks).strip("\n") + "\n"
                        for part, text in parts.items()}
    return words


def sentences_of(path, roles):
    """The sentences of "explain --json", one a line, by shape and PART."""
    pids = [str(pid) for tasks in roles.values() for pid in tasks]
    result = run(READER, "explain", "-J", "-i", path, *pids, check=True)
    texts = {one["pid"]: "".join(
        f"{sentence['text']}  {sentence['fact'] or ''}\n" for sentence
        in [{"text": one["title"], "fact": ""}, *one["sentences"]])
             for one in json.loads(result.stdout)["explain"]}
    return {shape: {f"explain {role}": named(texts[pid], tasks)
                    for pid, role in tasks.items()}
            for shape, tasks in roles.items()}


def unwrapped(text):
    """The sentences of a wrapped text, one a line."""
    paragraphs = re.split(r"\n\s*\n|\n(?=  (?:created|shares|doing|unusual) )",
                          text)
    return "\n".join(re.sub(r"\.\s(?=[A-Z0-9])", ".\n", " ".join(lines.split()))
                     for lines in paragraphs)


def faults(parts, rules, kinds):
    """Yield the violations of RULES of KINDS. "never" kinds forbid sentences."""
    for kind in kinds:
        for rule in rules.get(kind, ()):
            part, pattern = rule.split(": ", 1)
            found = [line for line in parts[part].splitlines()
                     if re.search(pattern, line)]
            if kind.startswith("never"):
                yield from (f"{part} says: {line.strip()}\n\tfalse: {pattern}"
                            for line in found)
            elif not found:
                yield f"{part} does not say: {pattern}"


@contextlib.contextmanager
def saved():
    with tempfile.NamedTemporaryFile() as file:
        run(READER, "save", "--exact", file.name, check=True)
        yield file.name


def pids_from_first():
    """Set the next pid, if the kernel allows it. Only said/ depends on it."""
    with contextlib.suppress(OSError):
        write("/proc/sys/kernel/ns_last_pid", FIRST_PID - 1)


def await_read(pid):
    """Wait until a program reads its standard input after exec(2)."""
    while not re.match(rb"\d+ 0x0 ", read_all(f"/proc/{pid}/syscall")):
        os.sched_yield()


class Checked(Loaded):
    """The shapes. add_tests() adds a method for each."""

    RECORDED = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        await_read(cls.shapes.one("parent-exec-parent")[1])
        roles = roles_of(cls.shapes.tasks)
        with saved() as path:
            cls.words = words_of(path, roles, cls.shapes.process.pid)
            cls.sentences = sentences_of(path, roles)

    def skip_if_skipped(self, shape):
        if shape in self.shapes.skipped:
            self.skipTest(self.shapes.skipped[shape])

    def check(self, shape):
        self.skip_if_skipped(shape)
        parts = {part: unwrapped(text) if part.startswith("explain") else text
                 for part, text in self.words[shape].items()}
        for part, text in self.sentences[shape].items():
            parts[part] += "\n" + text
        found = list(faults(parts, SAID[shape],
                            ("said", "recorded", "never") if self.RECORDED else
                            ("said", "unrecorded", "never", "never unrecorded")))
        if not self.RECORDED:
            found += [f"{part} says: {line.strip()}"
                      for part, text in parts.items()
                      for line in text.splitlines()
                      if re.search(NEVER_UNRECORDED, line)]
        if found:
            self.fail("\n".join(dict.fromkeys(found)))


class Recorded(Checked):
    """The shapes, created while the module was loaded."""

    SHAPES = tuple(SAID)
    RECORDED = True

    @classmethod
    def setUpClass(cls):
        pids_from_first()
        super().setUpClass()

    def check_text(self, shape):
        self.skip_if_skipped(shape)
        if not os.uname().release.startswith("6.1.") or watches_itself() or \
                platform.machine() != "x86_64":
            self.skipTest("the texts are those on Linux 6.1 of x86_64")
        path = f"{TEXTS}/{shape}"
        text = "".join(f"== {part}\n{text}\n"
                       for part, text in self.words[shape].items())
        if GOLDEN:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        self.maxDiff = None
        self.assertEqual(read_all(path).decode(), text)


class Unrecorded(Checked):
    """The shapes, created before the module was loaded."""

    RECORDED = False

    @classmethod
    def setUpClass(cls):
        pids_from_first()
        cls.shapes = cls.enterClassContext(Shapes(*SAID))
        super().setUpClass()


def add_tests():
    for shape in SAID:
        for case, name, check in ((Recorded, "text", Recorded.check_text),
                                  (Recorded, "said", Recorded.check),
                                  (Unrecorded, "said", Unrecorded.check)):
            setattr(case, f"test_{name}_{shape}", lambda self, shape=shape,
                    check=check: check(self, shape))


add_tests()


def kernel_threads():
    """The pids of kernel threads, by name. Equal names keep one pid."""
    return {task.comm.decode(): task.pid for task in snapshot().tasks
            if task.kind == "kthread"}


def exec_in_thread(ready, go):
    """Start a thread that writes its tid to READY, and calls exec(2) after GO."""
    def become():
        os.write(ready, struct.pack("i", threading.get_native_id()))
        os.read(go, 1)
        os.execvp("cat", ["cat"])

    threading.Thread(target=become).start()
    threading.Event().wait()


def dump_core():
    """Dump core with three threads. The dump is larger than a pipe's buffer."""
    for _ in range(2):
        threading.Thread(target=threading.Event().wait).start()
    os.abort()


class Situations(Loaded):
    """Cases without a shape: two snapshots, kernel threads, a core dump."""

    def say(self, roles, *arguments):
        return unwrapped(named(on_terminal(*arguments), roles))

    def diff(self, roles, change):
        """The output of diff about a change between two snapshots."""
        with saved() as before:
            change()
            with saved() as after:
                return named(on_terminal("diff", before, after), roles)

    def check_pids(self, pid, pids):
        """The output about the task PID with PIDS, where ? is not reported."""
        text = run(READER, "list", "-P", "-p", str(pid), "-o",
                   "PID,NSPIDS").stdout.decode()
        self.assertEqual(text, f'PID="{pid}" NSPIDS="{",".join(pids)}"\n')
        text = on_terminal("explain", "--long", str(pid))
        self.assertIn(f" are {','.join(pids)}.", text)
        self.assertEqual("those marked ?" in text, "?" in pids)
        self.assertEqual(run(READER, "verify", str(pid)).returncode, 0)

    def test_pids_of_all_levels(self):
        """A container in a container in a container."""
        with Shapes("nested-pid-deep") as shapes:
            pid = shapes.one("nested-pid-deep")[1]
            pids = status(pid)["NSpid"].split()
            self.assertEqual(len(pids), 4)
            self.check_pids(pid, pids)

    def test_pids_of_too_many_levels(self):
        """A record has the pids of the first eight levels and of the last."""
        process = subprocess.Popen([  # pylint: disable=consider-using-with
            *["unshare", "--pid", "--kill-child"] * 11, "sleep", "1000"])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        found = []
        while not found:
            found = [task for task in snapshot().tasks
                     if task.ns_levels == 12 and task.comm == b"sleep"]
        pids = status(found[0].pid)["NSpid"].split()
        self.assertEqual(len(pids), 12)
        self.check_pids(found[0].pid, [*pids[:8], "?", "?", "?", pids[-1]])

    def test_diff_of_states(self):
        """One task dies and is not reaped, another one is stopped."""
        ends, stops = fork(signal.pause), fork(signal.pause)
        self.addCleanup(kill, stops)
        self.addCleanup(os.waitpid, ends, 0)

        def change():
            os.kill(ends, signal.SIGKILL)
            os.kill(stops, signal.SIGSTOP)
            await_state(ends, b"Z")
            await_state(stops, b"T")

        text = self.diff({ends: "ENDS", stops: "STOPS"}, change)
        self.assertRegex(text, r"(?m)^died +ENDS\b")
        self.assertRegex(text, r"(?m)^stopped +STOPS\b")

    def test_diff_of_exec_by_a_thread(self):
        """The thread has not ended: exec(2) made it the leader."""
        ready, report = os.pipe()
        going, go = os.pipe()
        held, hold = os.pipe()

        def become():
            os.dup2(held, 0)
            os.close(hold)
            exec_in_thread(report, going)

        leader = fork(become)
        self.addCleanup(os.waitpid, leader, 0)
        for fd in ready, report, going, go, held, hold:
            self.addCleanup(os.close, fd)
        (execs,) = struct.unpack("i", os.read(ready, 4))

        def change():
            os.write(go, b".")
            while read_all(f"/proc/{leader}/comm") != b"cat\n":
                os.sched_yield()

        text = self.diff({leader: "LEADER", execs: "EXECS"}, change)
        self.assertRegex(text, r"(?m)^.*\bEXECS\b.*(exec|\bLEADER\b)|"
                         r"^.*\bLEADER\b.*\bEXECS\b")

    def test_kdevtmpfs(self):
        """A kernel thread with its own mount namespace."""
        pid = kernel_threads().get("kdevtmpfs")
        if not pid:
            self.skipTest("this kernel has no kdevtmpfs")
        for arguments in (("list", "-P", "-o", "NOTE"), ("drift",)):
            self.assertRegex(self.say({pid: "KDEVTMPFS"}, *arguments, "-p",
                                      str(pid)), r"\bmnt\b", arguments)

    def test_kernel_thread_in_a_cgroup(self):
        """A kernel thread outside the cgroups of the other kernel threads."""
        mount = self.enterContext(tempfile.TemporaryDirectory())
        if run("mount", "-t", "cgroup2", "none", mount).returncode:
            self.skipTest("no hierarchy of cgroups can be mounted")
        self.addCleanup(run, "umount", "-l", mount)
        os.mkdir(mount + "/taskmap-said")
        self.addCleanup(os.rmdir, mount + "/taskmap-said")
        for pid in kernel_threads().values():
            # Kernel threads that are bound to a CPU cannot be moved.
            with contextlib.suppress(OSError):
                write(mount + "/taskmap-said/cgroup.procs", pid)
                break
        else:
            self.skipTest("no kernel thread can be moved")
        self.addCleanup(write, mount + "/cgroup.procs", pid)
        for arguments in (("explain", str(pid)), ("drift", "-p", str(pid))):
            self.assertRegex(self.say({pid: "KTHREAD"}, *arguments),
                             r"(?i)(own|other|moved|differ|not the same).*cgroup",
                             arguments)

    def test_inode_of_a_thread(self):
        """The namespace has the number that lsns(8) shows."""
        with Shapes("by-thread-net") as shapes:
            pid, tid = shapes.one("by-thread-net-parent")
            link = os.readlink(f"/proc/{pid}/task/{tid}/ns/net")
            text = run(READER, "list", "-P", "-p", str(tid), "-o",
                       "PID,NETNS_INODE").stdout.decode()
        self.assertIn(f'PID="{tid}" NETNS_INODE="{link[5:-1]}"', text)

    def test_core_dump(self):
        """
        The dump lasts until the helper has read it, which this helper does not do. The
        helper is not a kernel thread, although its parent is one.
        """
        path = "/proc/sys/kernel/core_pattern"
        self.addCleanup(write, path, read_all(path))
        write(path, f"|{shutil.which('sleep')} 1000")
        dumping = fork(dump_core)
        self.addCleanup(os.waitpid, dumping, 0)
        helpers = []
        while not helpers:
            self.assertNotEqual(stat(dumping)[0], b"Z", "no helper was started")
            helpers = [task for task in snapshot().tasks
                       if task.comm == b"sleep" and task.ppid == 2]
        helper = helpers[0].pid
        self.addCleanup(os.kill, helper, signal.SIGKILL)
        roles = {helper: "HELPER", dumping: "DUMPING"}
        for number, tid in enumerate(os.listdir(f"/proc/{dumping}/task"), 1):
            roles.setdefault(int(tid), f"THREAD{number}")
        for pid, role in roles.items():
            text = self.say(roles, "explain", str(pid))
            if role == "HELPER":
                self.assertRegex(text, r"(?i)the kernel (start|creat)|helper")
                continue
            with self.subTest(role):
                self.assertRegex(text, r"(?i)\bcore\b")
                self.assertNotRegex(text, "(?<!no longer )runs its program")
