# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Tests that kernellog.py recognizes errors in the kernel's log."""

import unittest

from kernellog import COMPLAINT, FRAME, RULER, judge

# One error message of each kind, in the kernel's words.
COMPLAINTS = """
BUG: KASAN: slab-use-after-free in fill+0x1/0x2 [taskmap]
BUG: kernel NULL pointer dereference, address: 0000000000000008
BUG: unable to handle page fault for address: ffffffffc0000000
BUG: sleeping function called from invalid context at mm/slab.h:330
BUG: scheduling while atomic: cat/99/0x00000002
BUG: workqueue leaked atomic, lock or RCU: kworker/0:1[9]
BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 45s!
BUG: Bad page state in process cat  pfn:00001
BUG: using smp_processor_id() in preemptible [00000000] code: cat/99
BUG: MAX_LOCKDEP_ENTRIES too low!
BUG kmalloc-64 (Tainted: G O): Poison overwritten
[ BUG: Invalid wait context ]
watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [cat:99]
watchdog: Watchdog detected hard LOCKUP on cpu 0
kernel BUG at lib/list_debug.c:29!
list_add corruption. prev->next should be next (0000), but was 0001.
UBSAN: shift-out-of-bounds in module/walk.c:230:30
kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
kmemleak: Kernel memory leak detector disabled
WARNING: possible circular locking dependency detected
WARNING: possible recursive locking detected
WARNING: possible irq lock inversion dependency detected
WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected
WARNING: inconsistent lock state
WARNING: bad unlock balance detected!
WARNING: held lock freed!
WARNING: lock held when returning to user space!
WARNING: Nested lock was not taken
WARNING: suspicious RCU usage
WARNING: cat/99 still has locks held!
WARNING: CPU: 0 PID: 99 at lib/refcount.c:28 refcount_warn_saturate+0x1/0x2
------------[ cut here ]------------
refcount_t: saturated; leaking memory.
turning off the locking correctness validator.
INFO: lockdep is turned off.
INFO: trying to register non-static key.
INFO: task cat:99 blocked for more than 60 seconds.
rcu: INFO: rcu_preempt self-detected stall on CPU
rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { P99 }
rcu: rcu_preempt kthread starved for 2100 jiffies! g1 f0x0 RCU_GP_WAIT_FQS
ODEBUG: free active (active state 0) object: 0000 object type: timer_list
ODEBUG: Out of memory. ODEBUG disabled
Oops: general protection fault, probably for non-canonical address 0x1
note: cat[99] exited with preempt_count 1
CFI failure at seq_read_iter+0x1/0x2 (target: tasks_stop+0x0/0x2 [taskmap]; expected type: 0x00000001)
debugfs: Directory 'taskmap' with parent '/' already present!
debugfs: 'taskmap' already exists in '/'
proc_dir_entry 'taskmap/tasks' already registered
remove_proc_entry: removing non-empty directory '/proc/taskmap'
sysfs: cannot create duplicate filename '/module/taskmap'
seq_file: buggy .next function tasks_next [taskmap] did not update position
do_init_module: 'taskmap'->init suspiciously returned 1
cat: page allocation failure: order:4, Call Trace:
""".strip().splitlines()

FINE = """
taskmap: loading out-of-tree module taints kernel.
taskmap: module verification failed: signature and/or required key missing
taskmap: 0.1.0, keyed ids, files in debugfs and /proc/taskmap
taskmap: `cooked' invalid for parameter `ids'
random: crng init done
""".strip().splitlines()


def race(one, other, between=()):
    """A report of KCSAN."""
    return [RULER, f"BUG: KCSAN: data-race in {one} / {other}", "",
            "write to 0xffff888001 of 8 bytes by task 99 on cpu 0:",
            f" {one.replace(' ', '+0x1/0x2 ', 1)}", *between,
            " kmemleak_alloc+0x1/0x2", "",
            "read to 0xffff888001 of 8 bytes by task 98 on cpu 1:",
            f" {other}+0x1/0x2", "", "value changed: 0x1 -> 0x2", "",
            "Reported by Kernel Concurrency Sanitizer on:",
            "CPU: 1 PID: 98 Comm: cat Not tainted 6.12", RULER]


class Judged(unittest.TestCase):
    def test_complaints(self):
        for line in COMPLAINTS:
            with self.subTest(line=line):
                self.assertRegex(line, COMPLAINT)

    def test_fine(self):
        for line in FINE:
            with self.subTest(line=line):
                self.assertNotRegex(line, COMPLAINT)

    def test_frames(self):
        self.assertRegex(" kmemleak_alloc+0x1/0x2", FRAME)
        self.assertNotRegex("watchdog: BUG: soft lockup", FRAME)

    def test_race_of_ours(self):
        complaints, others = judge(race("fill [taskmap]", "exit_files"))
        self.assertEqual(others, [])
        self.assertIn("BUG: KCSAN: data-race in fill [taskmap] / exit_files",
                      complaints)

    def test_race_of_others(self):
        lines = race("exit_mm", "exit_files") + race("tick", "tick")
        complaints, others = judge(lines)
        self.assertEqual(complaints, [])
        self.assertEqual(others, [
            "BUG: KCSAN: data-race in exit_mm / exit_files",
            "BUG: KCSAN: data-race in tick / tick"])

    def test_race_of_timers(self):
        """The module may be their caller, but not one of the sides."""
        caller = [" taskmap_stop+0x1/0x2 [taskmap]"]
        for one, other in (("__hrtimer_run_queues", "hrtimer_active"),
                           ("hrtimer_active", "hrtimer_interrupt")):
            complaints, others = judge(race(one, other, caller))
            self.assertEqual((complaints, len(others)), ([], 1))
        for one, other in (("__hrtimer_run_queues", "hrtimer_start"),
                           ("hrtimer_active", "taskmap_stop [taskmap]")):
            complaints, others = judge(race(one, other, caller))
            self.assertIn("BUG: KCSAN: ", complaints[0])
            self.assertEqual(others, [])

    def test_nothing_hides_in_a_race_of_others(self):
        said = "WARNING: suspicious RCU usage"
        for lines in (race("exit_mm", "exit_files", [said]),
                      race("exit_mm", "exit_files")[:6] + [said]):
            complaints, others = judge(lines)
            self.assertEqual(complaints, [said])
            self.assertEqual(len(others), 1)

    def test_failures_that_were_asked_for(self):
        trace = ["faults: vmalloc error: size 65536, vm_struct allocation "
                 "failed, mode:0x400cc0(GFP_KERNEL_ACCOUNT)",
                 "CPU: 0 UID: 0 PID: 797 Comm: faults Tainted: G O",
                 "Tainted: [O]=OOT_MODULE", "Hardware name: QEMU",
                 "Call Trace:", " <TASK>"]
        self.assertEqual(judge(trace), ([], []))
        self.assertEqual(judge(trace + ["Call Trace:"])[0], ["Call Trace:"])
        others = ["cat" + trace[0][len("faults"):]] + trace[1:]
        self.assertEqual(judge(others)[0], ["Call Trace:"])
        said = ("kobject: kobject_add_internal failed for notes "
                "(error: {} parent: taskmap)")
        self.assertEqual(judge([said.format(-12)]), ([], []))
        self.assertEqual(judge([said.format(-17)])[0], [said.format(-17)])
