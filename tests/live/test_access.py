# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Who may open the files, and that they show no addresses."""

import contextlib
import errno
import math
import os
import sys
import unittest

import image
import trace
from live import (IMAGES, PROCFS, Addresses, Loaded, Shapes,
                  error_of_open, exit_code, fork, insmod, read_all, rmmod,
                  settings, snapshot, symbols, where)

NAMES = ("tasks", *IMAGES, "events")


def without(*capabilities):
    names = ",".join("-" + name for name in capabilities)
    return ["setpriv", f"--bounding-set={names}", f"--inh-caps={names}"]


def held_by(task):
    return {task.task, *task.ids.values()} - {0}


def numbers(shot):
    """The set of all ids in a snapshot."""
    return {number for task in shot.tasks for number in held_by(task)}


def contents(name):
    """All bytes of a file; for a stream, the events of one process."""
    path = f"{where()}/{name}"
    if name != "events":
        return read_all(path)
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        exit_code(fork(lambda: 0))
        return os.read(fd, 1 << 20)
    finally:
        os.close(fd)


@contextlib.contextmanager
def module(*parameters):
    """Loads the module within a with statement."""
    if insmod(*parameters):
        raise RuntimeError("insmod")
    try:
        yield
    finally:
        if rmmod():
            raise RuntimeError("rmmod")


ADDRESSES = Addresses()


def objects(*names):
    """Addresses of objects by name. Skips the test if the kernel has no names."""
    found = symbols(*names)
    if not found:
        raise unittest.SkipTest("this kernel has no CONFIG_KALLSYMS_ALL")
    return found


class Access(Loaded):
    def test_modes(self):
        self.assertEqual(os.stat(where()).st_mode & 0o7777, 0o500)
        for name in NAMES:
            mode = os.stat(f"{where()}/{name}").st_mode
            self.assertEqual(mode & 0o7777, 0o400)

    def test_not_root(self):
        for name in NAMES:
            self.assertEqual(error_of_open(
                f"{where()}/{name}", ["setpriv", "--reuid=65534",
                                      "--clear-groups"]), errno.EACCES)

    def test_root_without_capability(self):
        for name in NAMES:
            path = f"{where()}/{name}"
            self.assertEqual(error_of_open(path, without("sys_ptrace")),
                             errno.EPERM)
            self.assertIsNone(error_of_open(path, without("syslog",
                                                          "sys_rawio")))

    def test_root_of_another_user_namespace(self):
        for name in NAMES:
            self.assertEqual(error_of_open(f"{where()}/{name}",
                                           ["unshare", "--user",
                                            "--map-root-user"]), errno.EPERM)

    def test_not_for_writing(self):
        """Not even by root, whom the mode does not stop. No write is accepted."""
        self.assertEqual(rmmod(), 0)
        self.assertEqual(insmod("procfs=1"), 0)
        with trace.calls("taskmap:taskmap_snapshot_take") as calls:
            for path in (f"{directory}/{name}"
                         for directory in {where(), PROCFS} for name in NAMES):
                for flags in (os.O_WRONLY, os.O_RDWR, os.O_ACCMODE):
                    with self.subTest(path=path, flags=flags):
                        with self.assertRaises(OSError) as caught:
                            os.close(os.open(path, flags))
                        self.assertEqual(caught.exception.errno, errno.EACCES)
                self.assertEqual(calls(), [])
            snapshot()
            self.assertEqual(len(calls()), 1)

    def test_ids_are_no_addresses(self):
        """By chance, one hash in 256 looks like an address."""
        for name in IMAGES:
            ids = numbers(snapshot(name))
            likely = sum(map(ADDRESSES.like, ids))
            self.assertLess(likely, 5 + len(ids) / 25)

    def test_ids_are_not_those_of_known_objects(self):
        ids = numbers(snapshot())
        known = objects("init_task", "init_nsproxy", "init_cred", "init_files",
                        "init_fs", "init_user_ns", "init_net", "init_pid_ns",
                        "init_uts_ns", "init_ipc_ns")
        self.assertGreater(len(known), 5)
        self.assertEqual(ids & set(known.values()), set())

    def test_reload_makes_other_ids(self):
        one, same = snapshot(), snapshot()
        self.assertEqual(one.fingerprint, same.fingerprint)
        for pid in (1, 2):
            self.assertEqual(one.by_pid[pid].ids["files"],
                             same.by_pid[pid].ids["files"])
        self.assertEqual(rmmod(), 0)
        self.assertEqual(insmod(), 0)
        other = snapshot()
        self.assertNotEqual(one.fingerprint, other.fingerprint)
        self.assertEqual(numbers(one) & numbers(other), set())


class RawIds(Loaded):
    PARAMETERS = ("ids=raw",)

    def test_ids_are_addresses(self):
        for name, flags in zip(IMAGES, (image.WALKED, 0)):
            shot = snapshot(name)
            self.assertEqual(shot.flags, flags | image.RAW_IDS)
            self.assertTrue(all(map(ADDRESSES.like, numbers(shot))))

    def test_ids_are_those_of_known_objects(self):
        known = objects("init_user_ns", "init_pid_ns")
        init = snapshot().by_pid[1]
        self.assertEqual(init.ids["pid"], known["init_pid_ns"])
        self.assertEqual(init.ids["user"], known["init_user_ns"])

    def test_refused_without_a_capability(self):
        for name in NAMES:
            path = f"{where()}/{name}"
            for capability in ("syslog", "sys_rawio", "sys_ptrace"):
                self.assertEqual(error_of_open(path, without(capability)),
                                 errno.EPERM)
            self.assertIsNone(error_of_open(path, []))

    def test_parameter_can_be_read_and_not_changed(self):
        path = "/sys/module/taskmap/parameters/ids"
        self.assertEqual(read_all(path), b"raw\n")
        self.assertEqual(os.stat(path).st_mode & 0o222, 0)


def most(expected):
    """
    A limit for the number of random events if EXPECTED is their mean. The probability
    of more events is below 1e-9 (Poisson distribution).
    """
    term = below = math.exp(-expected)
    count = 0
    while 1 - below > 1e-9:
        count += 1
        term *= expected / count
        below += term
    return count


class KernelPointers(unittest.TestCase):
    """
    No file contains the address of an object, whatever the kernel's settings for
    pointers. The addresses are learned with ids=raw, from objects that exist while
    the module is loaded again.
    """

    SETTING = "/proc/sys/kernel/kptr_restrict"

    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(Shapes(
            "fork", "vfork", "threads", "linuxthreads", "worker", "zombie",
            "zombie-leader", "unshare-fs", "unshare-files", "setresuid",
            "clone-newuts", "clone-newipc", "clone-newnet", "clone-newuser"))
        with module("ids=raw"):
            shots = snapshot(), snapshot()
        first, second = (shot.by_pid for shot in shots)
        same = [pid for pid in first if pid in second and
                first[pid].start_ns == second[pid].start_ns]
        cls.addresses = ({number for pid in same
                          for number in held_by(first[pid])}
                         & numbers(shots[1]))

    def test_there_is_something_to_look_for(self):
        self.assertGreater(len(self.addresses), 300)
        self.assertTrue(all(map(ADDRESSES.like, self.addresses)))

    def needles(self):
        """
        Addresses and parts of them, as bytes and as digits; and the probability that a
        random string is one of these.
        """
        size = ADDRESSES.part_size
        parts = set(map(ADDRESSES.part, self.addresses))
        for pack, numbers_of, bytes_of in (
                (lambda n: n.to_bytes(8, "little"), self.addresses, 8),
                (lambda n: n.to_bytes(8, "big"), self.addresses, 8),
                (lambda n: b"%016x" % n, self.addresses, 8),
                (lambda n: n.to_bytes(size, sys.byteorder), parts, size),
                (lambda n: b"%0*x" % (2 * size, n), parts, size)):
            yield set(map(pack, numbers_of)), 2 ** (-8 * bytes_of)

    def search(self, name):
        haystack = contents(name)
        for needles, odds in self.needles():
            found = [needle for needle in needles if needle in haystack]
            self.assertLessEqual(len(found),
                                 most(len(haystack) * len(needles) * odds),
                                 f"in {name}: {found[:5]}")
        if name in IMAGES:
            alike = min(map(ADDRESSES.alike, self.addresses))
            ids = numbers(image.Snapshot(haystack))
            self.assertLessEqual(
                sum(ADDRESSES.alike(number) >= alike for number in ids),
                most(len(ids) * 2 ** -alike))

    def test_no_address_is_shown(self):
        with module():
            for value in range(3):
                with self.subTest(kptr_restrict=value), \
                        settings({self.SETTING: value}):
                    for name in NAMES:
                        self.search(name)

    def test_the_search_finds_addresses(self):
        with module("ids=raw"):
            for name in NAMES:
                with self.assertRaises(AssertionError):
                    self.search(name)

    def test_groups_do_not_depend_on_kptr_restrict(self):
        seen = []
        with module():
            for value in range(3):
                with settings({self.SETTING: value}):
                    task = snapshot().by_pid[1]
                    text = image.parse_tasks(read_all(where() + "/tasks"))[0]
                    seen.append((task.ids, text[5]))
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[0], seen[2])
