#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Examines a student's module inside the virtual machine.

    exam MODULE SOURCE LOST PHASE...

LOST is a list like "2,5" of rows that earlier boots have judged. Runs the phases in
order, each in a process with a time limit, and prints a line of JSON for each thing that
it sees: {"begin": phase}, {"lost": row, "seen": text}, {"problem": text} and {"end":
phase}. Skips the other phases, and prints {"spoilt": reason}, if the kernel can show no
more mistakes. The phase "leaks" is always the last.
"""

import collections
import ctypes
import errno
import itertools
import json
import os
import re
import select
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
LIVE = os.path.join(os.path.dirname(HERE), "live")
sys.path[:0] = HERE, LIVE, os.path.dirname(HERE)

# pylint: disable=wrong-import-position
import kernellog  # noqa: E402
import live  # noqa: E402
from fire import Crowd, storm  # noqa: E402
from test_faults import KINDS, NTH, SETTINGS, setting  # noqa: E402
import verdict  # noqa: E402

FILE = "/proc/tasks"
PARAMETER = "/sys/module/tasks/parameters/pid"
TRACING = "/sys/kernel/debug/tracing"
MOST = 4 << 20          # bytes of the file
MOST_LOG = 20000        # lines of the log
TASKS = 2000            # in the phase "many"
READS = 10              # of each reader in a storm
MOST_IN_RCU = 1000      # tasks in one RCU section
SYNCHRONIZE_RCU = 1     # MEMBARRIER_CMD_GLOBAL
# The boot takes twelve seconds on a quiet host. A slower host gets more time, up to
# four times as much: else a phase that hangs would take too long to be noticed.
with open("/proc/uptime", encoding="ascii") as uptime:
    SLOW = min(4, max(1, float(uptime.read().split()[0]) / 12))
LIMIT = 40 * SLOW       # seconds for a phase
PATIENCE = 5 * SLOW     # seconds for a process to die

MODULE, SOURCE = sys.argv[1:3]
HANGS = "a process hangs in the kernel and cannot be killed"


def say(**words):
    # One write(2): lines of several processes do not mix.
    os.write(1, (json.dumps(words) + "\n").encode())


def lose(row, seen):
    say(lost=row, seen=seen)


# Files and modules

def read_file(fd=None, size=1 << 16, first=()):
    """
    The text of the file, read with these sizes FIRST and then with SIZE. Ends with an
    error if it is too long.
    """
    opened = os.open(FILE, os.O_RDONLY) if fd is None else fd
    parts, length = [], 0
    try:
        for size in itertools.chain(first, itertools.repeat(size)):
            part = os.read(opened, size)
            if not part:
                return b"".join(parts).decode("latin-1")
            parts.append(part)
            length += len(part)
            if length > MOST:
                raise verdict.Malformed(
                    f"it never ends: it is longer than {MOST >> 20} MiB, and begins "
                    f"with {verdict.show(parts[0][:80].decode('latin-1'))}")
    finally:
        if fd is None:
            os.close(opened)


def read_until(fd, wanted, size=512):
    """Reads until a line of a task in WANTED is there. Returns the bytes."""
    text = b""
    while part := os.read(fd, size):
        text += part
        pids = {line.split(b" ", 1)[0] for line in text.split(b"\n")[:-1]}
        if not {b"%d" % pid for pid in wanted} - pids or len(text) > MOST:
            break
    return text


def pids_of(text):
    return collections.Counter(
        line.split(None, 1)[0] for line in verdict.lines_of(text) if line.strip())


def line_of(text, pid):
    """The line of a task, as it is, also if others are malformed."""
    found = [line for line in verdict.lines_of(text) if line.split(None, 1)[:1] == [str(pid)]]
    return found[0] if found else None


def command(*words):
    """Runs a command. Returns its error message, or "" if it succeeds."""
    result = subprocess.run(words, capture_output=True, text=True, errors="replace",
                            check=False)
    return result.stderr.strip() if result.returncode else ""


def load():
    return command("insmod", MODULE)


def unload():
    return command("rmmod", "tasks")


def is_loaded():
    return os.path.isdir("/sys/module/tasks")


class Module:
    """The module is loaded within a with statement. The caller of the phase unloads it."""

    def __enter__(self):
        if error := load():
            say(problem=f"it cannot be loaded: {verdict.show(error)}")
            sys.exit(1)

    def __exit__(self, kind, *_):
        if not kind and (error := unload()):
            lose(27, f"rmmod fails while no program has the file open: {error}")


class Log:
    """The lines of the kernel's log since this was made."""

    def __init__(self):
        self.fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.fd, 0, os.SEEK_END)
        self.overrun = False

    def lines(self):
        lines = []
        while len(lines) < MOST_LOG:
            try:
                record = os.read(self.fd, 1 << 13).decode("latin-1")
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.EPIPE:
                    raise
                self.overrun = True
                continue
            lines.append(record.partition(";")[2].partition("\n")[0])
        return lines


def mark(phase):
    """Marks the beginning of a phase in the log and on the console."""
    live.write("/dev/kmsg", f"<1>taskmap-grade: begin {phase}")


def grace_period():
    """Waits until RCU has freed what nobody uses; its callbacks come a little later."""
    for _ in range(4):
        live.LIBC.syscall(324, SYNCHRONIZE_RCU, 0, 0)


def crowd(shape, count):
    """A crowd(1) whose dead tasks nobody has to reap."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        return Crowd(shape, count)
    finally:
        signal.signal(signal.SIGCHLD, before)


def kill_all(people, pids):
    """Kills processes of a crowd and waits until they are gone."""
    for pid in pids:
        people.pids.remove(pid)
        os.kill(pid, signal.SIGKILL)
    for pid in pids:
        while os.path.exists(f"/proc/{pid}"):
            os.sched_yield()


def is_kthread(pid):
    return bool(int(live.stat(pid)[6]) & 0x200000)


# Phases

def phase_load():
    """The first half of the gate: it can be loaded and unloaded, and makes the file."""
    with Module():
        if not os.path.exists(FILE):
            say(problem=f"it makes no {FILE}")


def phase_first():
    """The second half: a module that does not list tasks earns nothing."""
    with Module():
        try:
            lines = verdict.parse(read_file())
            missing = {1, 2, os.getpid()} - {line.pid for line in lines}
            if missing:
                raise verdict.Malformed(f"it has no line for the tasks {sorted(missing)}")
        except (verdict.Malformed, OSError) as error:
            say(problem=f"{FILE} is not the file that the exercise describes: {error}")


def check_access():
    mode = os.stat(FILE).st_mode & 0o777
    pid = live.fork(lambda: os.setresuid(1000, 1000, 1000) or
                    live.try_to_open(FILE) == 0)
    if live.exit_code(pid) or mode & 0o077:
        lose(17, f"users other than root can open it: its mode is {mode:04o}")


def check_ids(lines):
    ids = {shown for line in lines for shown in line.ids} - {"-"}
    like = sorted(shown for shown in ids if verdict.ADDRESS.fullmatch(shown))
    if len(like) > len(ids) / 4:
        lose(17, f"ids are addresses, like {like[0]}")
        return
    short = [shown for shown in ids if re.fullmatch("0{8}.*|.{1,8}", shown)]
    if len(short) > len(ids) / 4:
        lose(18, f"ids have 32 bits, like {short[0]}")


def check_restrict(before):
    with live.settings({"/proc/sys/kernel/kptr_restrict": 2}):
        after = {line.pid: line.ids for line in verdict.parse(read_file())}
    if after.get(1) != before.get(1):
        lose(18, f"ids depend on kptr_restrict: {before.get(1)}, with 2 {after.get(1)}")


def check_sizes():
    """All reads of a quiet system say the same, whatever their size."""
    whole = pids_of(read_file())
    for size, first in ((16, ()), (100, (1,) * 300), (4096, ())):
        text = read_file(size=size, first=first)
        headers = text.split("\n").count(verdict.HEADER)
        if headers != 1:
            lose(9, f"with reads of {size} bytes the header comes {headers} times")
        if pids_of(text) != whole:
            lose(6, f"with reads of {size} bytes there are other tasks: "
                 f"{sorted((pids_of(text) - whole) + (whole - pids_of(text)))[:8]}")


def check_end():
    one, other = os.open(FILE, os.O_RDONLY), os.open(FILE, os.O_RDONLY)
    first = os.read(one, 100)
    text = read_file(other)
    rest = read_file(one)
    again = os.read(one, 100)
    os.lseek(one, 0, os.SEEK_SET)
    if again:
        lose(6, f"a read after the end returns {verdict.show(again.decode('latin-1'))}")
    if pids_of(first.decode("latin-1") + rest) != pids_of(text):
        lose(6, "two opens at a time disturb each other")
    if pids_of(read_file(one)) != pids_of(text):
        lose(6, "after lseek to the start there are other tasks")
    os.close(one)
    os.close(other)


def check_threads(people, lines):
    tgids = {line.pid: line.tgid for line in lines}
    for pair in people.pairs.decode().splitlines():
        pid, tgid = map(int, pair.split())
        if tgids.get(pid) != tgid:
            lose(23, f"thread {pid} of process {tgid} has "
                 f"{'no line' if pid not in tgids else f'TGID {tgids[pid]}'}")
            break
    double = [pid for pid, count in
              collections.Counter(line.pid for line in lines).items() if count > 1]
    if double:
        lose(23, f"task {double[0]} has several lines")


def check_kinds(lines):
    for line in lines:
        try:
            kernel = is_kthread(line.pid)
        except OSError:
            continue
        if (line.kind == "kthread") != kernel:
            lose(13, f"{line.pid} ({line.name}) is {'a' if kernel else 'no'} kernel "
                 f"thread, but KIND is {line.kind}")
            break
    none = [line for line in lines if is_task_without_mm(line) and line.mm != "-"]
    if none:
        lose(29, f"kernel thread {none[0].pid} has no mm, but MM is {none[0].mm}")


def is_task_without_mm(line):
    return line.pid == 2 or line.ppid == 2


def phase_read():
    log = Log()
    with crowd("threads", 5) as people, Module():
        lines = verdict.parse(read_file())
        ids = {line.pid: line.ids for line in lines}
        own = verdict.own_lines(log.lines())
        check_log(own, log.overrun)
        check_access()
        check_ids(lines)
        check_restrict(ids)
        check_threads(people, lines)
        check_kinds(lines)
        check_sizes()
        check_end()
    with Module():
        after = {line.pid: line.ids for line in verdict.parse(read_file())}
    if set(after[1]) & set(ids[1]) - {"-"}:
        lose(19, f"process 1 has the id {after[1][0]} after each load")


def check_log(own, overrun):
    """One line at load and one at unload are enough; a report is no line of its own."""
    if overrun:
        lose(20, "the log is full")
    elif len(own) > 2 and not any(verdict.TITLE.search(line) for line in own):
        lose(20, f"after a load and a read, the log has {len(own)} new lines, like "
             f"{verdict.show(own[1])}")
    for line in own:
        if verdict.ADDRESS.search(line) and not verdict.TITLE.search(line):
            lose(17, f"the log has an address: {verdict.show(line)}")
            return


def dead_leader():
    """A process whose leader is dead and whose thread lives. Returns its pid."""
    import threading    # pylint: disable=import-outside-toplevel

    def die():
        threading.Thread(target=signal.pause).start()
        live.LIBC.syscall(60, 0)
    pid = live.fork(die)
    live.await_state(pid, b"Z")
    return pid


def pause_with_umask():
    os.umask(0o123)
    signal.pause()


def phase_zombies():
    zombies = [live.fork(lambda: 0) for _ in range(10)]
    for pid in zombies:
        live.await_state(pid, b"Z")
    leader = dead_leader()
    with live.process(pause_with_umask) as alive, Module():
        while int(live.status(alive)["Umask"], 8) != 0o123:
            os.sched_yield()
        lines = {line.pid: line for line in verdict.parse(read_file())}
        for pid in (*zombies, leader):
            judge_zombie(pid, lines.get(pid))
        line = lines[alive]
        if line.umask.lstrip("0") != "123":
            lose(12, f"UMASK is {line.umask} for a task with umask 0123")
        size = live.read_all(f"/proc/{alive}/statm").split()[0].decode()
        if line.vsz != size:
            lose(11, f"VSZ is {line.vsz} for a task with {size} pages")
    live.kill(leader)
    for pid in zombies:
        os.waitpid(pid, 0)


def judge_zombie(pid, line):
    if not line:
        lose(12, f"zombie {pid} has no line")
        return
    if line.kind == "kthread":
        lose(13, f"KIND of zombie {pid} is kthread: it has no mm, but is no kernel thread")
    if set(line.ids) != {"-"}:
        lose(29, f"zombie {pid} has no mm and no files, but ids {line.ids}")
    if line.vsz != "-" or line.umask != "-":
        lose(12, f"zombie {pid} has VSZ {line.vsz} and UMASK {line.umask}")


NAMES = (b"a\nb", b"\t \\\033", b"\xff" * 15, b"fifteen bytes..", b"", b"a  b ")


def name_self(name):
    live.write("/proc/self/comm", name)
    signal.pause()


def phase_names():
    last = live.read_all("/proc/sys/kernel/ns_last_pid").decode()
    live.write("/proc/sys/kernel/pid_max", 4194304)
    live.write("/proc/sys/kernel/ns_last_pid", 4194280)
    pids = [live.fork(lambda name=name: name_self(name)) for name in NAMES]
    live.write("/proc/sys/kernel/ns_last_pid", last)
    for pid in pids:
        live.await_state(pid, b"S")
    with Module():
        text = read_file()
    for pid, name in zip(pids, NAMES):
        wanted = verdict.escaped(name)
        line = line_of(text, pid)
        shown = line.split(" ", 9)[-1] if line and line.count(" ") >= 9 else line
        if line and shown != wanted and wanted.startswith(shown) and shown:
            lose(24 if shown == name.decode("latin-1").split("\n")[0] else 21,
                 f"the name {wanted} is cut: {verdict.show(shown)}")
        elif shown != wanted:
            lose(24, f"the name {wanted} is shown as {verdict.show(shown or '')}")
        live.kill(pid)


def phase_gone():
    with Module():
        with crowd("forks", 190) as people:
            early, rest = people.pids[:30], people.pids[30:]
            fd = os.open(FILE, os.O_RDONLY)
            text = read_until(fd, early)
            kill_all(people, early)
            text += read_file(fd).encode("latin-1")
            os.close(fd)
            counts = pids_of(text.decode("latin-1"))
            wrong = [pid for pid in rest if counts[str(pid)] != 1]
            if wrong:
                lose(7, f"while others ended, {len(wrong)} of {len(rest)} tasks were not "
                     f"listed once: task {wrong[0]} came {counts[str(wrong[0])]} times")
            fd = os.open(FILE, os.O_RDONLY)
            read_until(fd, rest[:1], 64)
            kill_all(people, rest)
            grace_period()
            read_file(fd, 16)
            os.close(fd)


def rcu_sections():
    """
    How often this process entered an RCU section in the module, and was not in one
    already, since the trace began; and the most sections inside one of these.
    """
    depth = count = nested = most = 0
    inside = False
    for line in live.read_all(f"{TRACING}/trace").decode(errors="replace").splitlines():
        match = re.search(r"__rcu_read_(un)?lock\+\S+ <-(\w+)\S*(.*)", line)
        if not match:
            continue
        if match[1]:
            depth = max(0, depth - 1)
            if inside and not depth:
                count += 1
                most = max(most, nested)
            inside = inside and depth > 0
        else:
            nested = nested + 1 if depth else 0
            depth += 1
            inside |= "[tasks]" in match[3] or match[2] in ("get_pid_task", "find_get_pid")
    return count, most


def count_sections():
    """Reads the file, and returns its text and what rcu_sections() counts."""
    # The kernel takes one name per write.
    live.write(f"{TRACING}/set_ftrace_filter", "__rcu_read_lock\n")
    live.write(f"{TRACING}/set_ftrace_filter", "__rcu_read_unlock\n", os.O_APPEND)
    live.write(f"{TRACING}/set_ftrace_pid", os.getpid())
    live.write(f"{TRACING}/buffer_size_kb", 16384)
    live.write(f"{TRACING}/options/sym-offset", 1)     # which also shows the module
    live.write(f"{TRACING}/trace", "")
    live.write(f"{TRACING}/current_tracer", "function")
    text = read_file()
    live.write(f"{TRACING}/tracing_on", 0)
    sections = rcu_sections()
    live.write(f"{TRACING}/current_tracer", "nop")      # which empties the trace
    live.write(f"{TRACING}/tracing_on", 1)
    return text, sections


def phase_many():
    with crowd("threads", TASKS) as people, Module():
        text, (sections, most) = count_sections()
        counts = pids_of(text)
        wrong = [pid for pid in people.pids if counts[str(pid)] != 1]
        if wrong:
            lose(10, f"{len(wrong)} of {TASKS} threads are not listed once")
        if not sections:
            lose(1, f"it lists {TASKS} tasks without rcu_read_lock()")
        elif sections < TASKS / MOST_IN_RCU or most > MOST_IN_RCU:
            lose(30, f"it lists {TASKS} tasks in {sections} RCU sections; one has {most} "
                 "others inside")
        one, other = (live.fork(signal.pause) for _ in range(2))
        fd = os.open(FILE, os.O_RDONLY)
        live.kill(one)
        first = os.read(fd, 1).decode("latin-1")
        live.kill(other)
        counts = pids_of(first + read_file(fd))
        os.close(fd)
        if counts[str(other)] and not counts[str(one)]:
            lose(10, "the first read of one byte has formatted the whole file")
            # seq_file calls such a show() several times, with larger and larger buffers.
            if sections < TASKS / 100:
                lose(30, f"one show() lists all tasks in one of {sections} RCU sections")


def phase_chain():
    with subprocess.Popen(live.zoo("chain:1000"), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        while (line := process.stdout.readline()) and line != b"ready\n":
            pass
        with Module():
            read_file()
        process.stdin.close()


def listed(value):
    """The pids in the file while the parameter is VALUE."""
    live.write(PARAMETER, value)
    return [int(pid) for pid in pids_of(read_file()) if pid.isdigit()]


def phase_pid():
    gone = live.fork(lambda: 0)
    os.waitpid(gone, 0)
    with Module():
        if not os.path.exists(PARAMETER):
            lose(25, "it has no parameter pid")
            return
        with live.process(signal.pause) as pid:
            for value, wanted in ((pid, [pid]), (gone, []), (-1, []), (2147483647, []),
                                  (2, [2])):
                found = listed(value)
                if found != wanted:
                    lose(25, f"with pid={value} it lists {found[:4]}, not {wanted}")
        if len(listed(0)) < 3:
            lose(25, "with pid=0 it does not list all tasks")
        for _ in range(10):
            with live.process(signal.pause) as pid:
                listed(pid)
        live.write(PARAMETER, 0)


def phase_nested():
    out, into = os.pipe()

    def inside():
        os.write(into, read_file().encode("latin-1"))

    def enter():
        live.call(live.LIBC.unshare, 0x20000000)
        pid = live.fork(inside)
        os.write(into, b"%d\n" % pid)
        return live.exit_code(pid)

    with Module():
        pid = live.fork(enter)
        os.close(into)
        with os.fdopen(out, "rb") as file:
            found = file.read().decode("latin-1").split("\n")
        live.exit_code(pid)
    # The reader's own pid is the line without a blank; it can come late.
    (reader,) = [line for line in found if line.isdigit()]
    pids = {line.split(" ", 1)[0] for line in found if " " in line}
    if not {"1", "2", reader} <= pids:
        lose(26, f"task {reader}, which reads from inside a pid namespace, "
             "does not find its pid of the initial namespace")


def fault(number):
    """
    Opens and reads the file, while allocation NUMBER fails. Returns whether there were so
    many.
    """
    nth = os.open(NTH, os.O_RDWR)
    buffer = bytearray(1 << 16)
    os.pwrite(nth, b"%d" % number, 0)
    try:
        fd = os.open(FILE, os.O_RDONLY)
        while os.readv(fd, [buffer]):
            pass
        os.close(fd)
    except OSError:
        pass
    left = None
    while left is None:
        try:
            left = int(os.pread(nth, 16, 0).strip(b"\0\n") or 0)
            os.pwrite(nth, b"0", 0)
        except OSError:
            left = None
    os.close(nth)
    return left == 0


def phase_faults():
    with setting(KINDS, SETTINGS), Module():
        for number in range(1, 200):
            # In its own process, a lock that is kept does not block the others.
            pid = live.fork(lambda number=number: not fault(number))
            if live.exit_code(pid):
                break


def held(text, pids):
    """The lines of tasks that hold still, and the ids that other tasks also have."""
    lines = verdict.parse(text, strict=False)
    still = {line.pid: line for line in lines if line.pid in pids}
    own = {shown for line in still.values() for shown in line.ids}
    others = {shown for line in lines if line.pid not in pids for shown in line.ids}
    return still, own & others - {"-"}


def read_in_storm(pids):
    """Readers with a low priority are interrupted at any place."""
    os.nice(5)
    before = None
    for _ in range(READS):
        text = read_file(size=4096)
        still, shared = held(text, pids)
        ids = {pid: line.ids for pid, line in still.items()}
        if ids.keys() != set(pids) or any(pids_of(text)[str(pid)] != 1 for pid in pids):
            lose(7, f"of {len(pids)} stopped tasks, {len(ids)} are listed")
        elif before and ids != before or shared:
            lose(28, "the ids of stopped tasks change, or others have them")
        before = ids


def phase_storm():
    with crowd("forks", 5) as people, Module():
        people.stop()
        # "mix" would also unshare, which takes long here.
        with storm("fork"), storm("exec"), storm("exit"), storm("setresuid"), storm("name"):
            readers = [live.fork(lambda: read_in_storm(people.pids)) for _ in range(2)]
            codes = [live.exit_code(pid) for pid in readers]
    if any(codes):
        raise RuntimeError(f"readers in a storm ended with {codes}")


def phase_unload():
    if error := load():
        say(problem=f"it cannot be loaded again: {verdict.show(error)}")
        return
    fd = os.open(FILE, os.O_RDONLY)
    os.read(fd, 1)
    refused = unload()
    try:
        read_file(fd)
    except (OSError, verdict.Malformed):
        pass
    os.close(fd)
    if refused and unload():
        lose(27, "rmmod fails after the file was closed")
        return
    os.listdir("/proc")
    if live.try_to_open(FILE) != errno.ENOENT:
        lose(27, f"{FILE} is still there after rmmod")
        return
    reader = live.fork(open_forever)
    for _ in range(8):
        if error := load():
            lose(27, f"it cannot be loaded again: {verdict.show(error)}")
            break
        while error := unload():    # a module may refuse while the file is open
            if "in use" not in error and "temporarily" not in error:
                lose(27, f"rmmod fails: {verdict.show(error)}")
                break
    live.kill(reader)


def open_forever():
    while True:
        try:
            fd = os.open(FILE, os.O_RDONLY)
        except OSError:
            os.sched_yield()
            continue
        try:
            os.read(fd, 4096)
        except OSError:
            pass
        os.close(fd)


def phase_leaks():
    if not kernellog.kmemleak("scan"):
        return
    since = time.monotonic()
    while time.monotonic() < since + kernellog.KMEMLEAK_SECONDS:
        kernellog.kmemleak("scan")
    kernellog.kmemleak("scan")
    found = live.read_all(kernellog.KMEMLEAK).decode(errors="replace")
    blocks = re.split(r"(?=^unreferenced object)", found, flags=re.M)
    for block in blocks[1:]:
        lines = block.splitlines()
        lose(verdict.row_of(lines[0], lines, "leaks"),
             f"memory that nothing points to: {lines[0]} {' '.join(lines[-8:])[:200]}")


# The examination

def wait(pid, seconds):
    """Waits for a process. Returns None if it does not end in time, or its status."""
    fd = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    ended = poll.poll(seconds * 1000)
    os.close(fd)
    return live.exit_code(pid) if ended else None


def run_phase(phase):
    """
    Runs a phase in a process. Returns whether it ended, and why nothing else can be
    examined, or None.
    """
    def call():
        os.setpgid(0, 0)
        globals()[f"phase_{phase}"]()
    pid = live.fork(call)
    status = wait(pid, LIMIT)
    if status is None:
        try:
            os.killpg(pid, signal.SIGKILL)
        except OSError:
            os.kill(pid, signal.SIGKILL)
        say(lost=verdict.PHASES[phase], hung=True,
            seen=f"it hung: in the phase \"{phase}\" a call did not return")
        if wait(pid, PATIENCE) is None:
            return False, HANGS
    return status == 0, None


def locks_are_checked():
    text = live.read_all("/proc/lockdep_stats").decode() if os.path.exists(
        "/proc/lockdep_stats") else "debug_locks: 1"
    return re.search(r"debug_locks:\s+1", text)


def judge_log(log, phase, source, lost):
    """Judges the log of a phase. Returns whether the kernel can show more mistakes."""
    fresh = locks_are_checked()
    for row, title in verdict.reports(log.lines(), phase, source):
        say(lost=row, seen=f"the kernel's log: {verdict.show(title)}")
        fresh = (fresh and not verdict.FATAL.search(title)) or row in lost
    return fresh


def examine(phase, source, lost):
    """Runs a phase and judges the log. Returns why no other phase makes sense, or None."""
    say(begin=phase)
    mark(phase)
    log = Log()
    ended, reason = run_phase(phase)
    if not judge_log(log, phase, source, lost):
        reason = reason or "the kernel reports no more mistakes after this one"
    if ended:
        say(end=phase)
    if not reason and is_loaded() and (error := unload()):
        reason = f"the module cannot be unloaded: {error}"
    return reason


def main():
    lost = set(map(int, filter(None, sys.argv[3].split(","))))
    with open(SOURCE, encoding="utf-8", errors="replace") as file:
        source = file.read()
    # Without messages below warnings a module cannot delay the system by its console.
    live.write("/proc/sys/kernel/printk", "5")
    kernellog.kmemleak("scan")
    kernellog.kmemleak("clear")
    for phase in sys.argv[4:]:
        reason = examine(phase, source, lost)
        if reason:
            say(spoilt=reason)
            break
    if reason != HANGS:
        examine("leaks", source, lost)


main()
