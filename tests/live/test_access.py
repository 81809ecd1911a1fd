# SPDX-License-Identifier: GPL-2.0-only
"""Who may look, and what nobody gets to see."""

import errno
import os

import image
from live import (Loaded, error_of_open, insmod, read_all, rmmod, snapshot,
                  where)

NAMES = ("tasks", "snapshot")


def without(*capabilities):
    names = ",".join("-" + name for name in capabilities)
    return ["setpriv", f"--bounding-set={names}", f"--inh-caps={names}"]


def numbers(shot):
    """Every id of a snapshot, once."""
    return ({number for task in shot.tasks for number in task.ids.values()}
            | {task.task for task in shot.tasks}) - {0}


def is_address(number):
    """In the upper half of a 64-bit address space with 5 levels or fewer."""
    return number >> 56 == 0xFF


def symbols(*names):
    """Addresses of the kernel's own objects, for a root that may know them."""
    found = {}
    for line in read_all("/proc/kallsyms").decode().splitlines():
        address, _, name = line.split()[:3]
        if name in names:
            found[name] = int(address, 16)
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
            self.assertIsNone(error_of_open(path, without("syslog")))

    def test_root_of_another_user_namespace(self):
        for name in NAMES:
            self.assertEqual(error_of_open(f"{where()}/{name}",
                                           ["unshare", "--user",
                                            "--map-root-user"]), errno.EPERM)

    def test_ids_are_no_addresses(self):
        """A hash can look like an address, one in 256 does; these do not."""
        ids = numbers(snapshot())
        likely = sum(map(is_address, ids))
        self.assertLess(likely, 5 + len(ids) / 25)
        known = symbols("init_task", "init_nsproxy", "init_cred", "init_files",
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
        self.assertEqual(rmmod().returncode, 0)
        self.assertEqual(insmod().returncode, 0)
        other = snapshot()
        self.assertNotEqual(one.fingerprint, other.fingerprint)
        self.assertEqual(numbers(one) & numbers(other), set())


class RawIds(Loaded):
    PARAMETERS = ("ids=raw",)

    def test_ids_are_addresses(self):
        shot = snapshot()
        self.assertEqual(shot.flags, image.WALKED | image.RAW_IDS)
        self.assertTrue(all(map(is_address, numbers(shot))))
        known = symbols("init_nsproxy", "init_user_ns", "init_pid_ns")
        init = shot.by_pid[1]
        self.assertEqual(init.ids["pid"], known["init_pid_ns"])
        self.assertEqual(init.ids["user"], known["init_user_ns"])

    def test_refused_without_syslog(self):
        for name in NAMES:
            path = f"{where()}/{name}"
            self.assertEqual(error_of_open(path, without("syslog")),
                             errno.EPERM)
            self.assertEqual(error_of_open(path, without("sys_ptrace")),
                             errno.EPERM)
            self.assertIsNone(error_of_open(path, []))

    def test_parameter_can_be_read_and_not_changed(self):
        path = "/sys/module/taskmap/parameters/ids"
        self.assertEqual(read_all(path), b"raw\n")
        self.assertEqual(os.stat(path).st_mode & 0o222, 0)


class KernelPointers(Loaded):
    """The sysctl that hides %pK changes nothing."""

    def test_groups_do_not_depend_on_kptr_restrict(self):
        setting = "/proc/sys/kernel/kptr_restrict"
        before = read_all(setting)

        def held_by_init():
            task = snapshot().by_pid[1]
            text = image.parse_tasks(read_all(where() + "/tasks"))[0]
            return task.ids, text[5]

        try:
            seen = []
            for value in (b"0", b"1", b"2"):
                with open(setting, "wb", buffering=0) as file:
                    file.write(value)
                seen.append(held_by_init())
        finally:
            with open(setting, "wb", buffering=0) as file:
                file.write(before)
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[0], seen[2])
