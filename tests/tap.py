# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
The output of tests written in Python: TAP (a line per test, and a plan at the end),
then the counts, which other scripts add up.
"""

import re
import sys
import time
import unittest

REASON = 200    # characters


class Tap:
    """Prints verdicts as they come, and counts them."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def ok(self, name):
        self.passed += 1
        print(f"ok - {name}", flush=True)

    def not_ok(self, name, why=()):
        self.failed += 1
        print(f"not ok - {name}", flush=True)
        for line in why:
            print("#", line, flush=True)

    def skip(self, name, why):
        self.skipped += 1
        print(f"ok - {name} # SKIP {why}", flush=True)

    def finish(self):
        """Prints plan and counts. Returns an exit status."""
        print(f"1..{self.passed + self.failed + self.skipped}")
        print(f"{self.passed} passed, {self.failed} failed, "
              f"{self.skipped} skipped", flush=True)
        return 1 if self.failed else 0


class Result(unittest.TestResult):
    """Prints a line for each test when it ends."""

    def __init__(self):
        super().__init__()
        self.tap = Tap()
        self.ran = 0
        self.started = time.monotonic()
        self.absent = set()     # classes that were skipped as a whole

    def name(self, test):
        took = time.monotonic() - self.started
        return (test.id().replace("__main__.", "").replace("test_", "") +
                f" ({took:.1f} s)")

    def startTest(self, test):
        super().startTest(test)
        self.ran += 1
        self.started = time.monotonic()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.tap.ok(self.name(test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.tap.skip(self.name(test), reason)
        # A skip by setUpClass() is for no test: its id is "setUpClass (module.Class)".
        if not isinstance(test, unittest.TestCase):
            self.absent.update(re.findall(r"\((.*)\)", test.id()))

    def say_failed(self, test, err):
        """The verdict has the reason too, because a CI may show only verdicts."""
        reason = " ".join(f"{err[0].__name__}: {err[1]}".split())
        self.tap.not_ok(f"{self.name(test)}: {reason[:REASON]}",
                        self._exc_info_to_string(err, test).splitlines())

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.say_failed(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.say_failed(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.say_failed(subtest, err)


def tests_of(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


def run(suite):
    """Runs every test of @suite, and returns an exit status."""
    result = Result()
    classes = [unittest.util.strclass(type(test)) for test in tests_of(suite)]
    suite.run(result)
    expected = sum(name not in result.absent for name in classes)
    if result.ran < expected:
        result.tap.not_ok(f"only {result.ran} of {expected} tests ran")
    sys.stdout.flush()
    return result.tap.finish()
