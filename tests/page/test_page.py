# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Tests the page of taskmap graph --html in a browser, by mouse and keyboard events.
The cells that must be lit are computed independently, from the tasks of the
snapshot."""

import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = HERE, os.path.dirname(HERE)

# pylint: disable=wrong-import-position
import snapshots  # noqa: E402
import tap  # noqa: E402
from browser import Browser  # noqa: E402

READER = os.environ["TASKMAP_READER"]
OUTPUT = os.environ["TASKMAP_OUTPUT"]
SIZES = (1920, 1080), (1280, 720)
TASK = "task"
COLUMNS = [TASK, "tgid", "parent"] + snapshots.DRAWN

# The places of the cells that match a selector: [[pid, column], ...].
PLACES = """((selector) => [...document.querySelectorAll(selector)].map(cell => {
  const row = [...cell.parentElement.children];
  return [Number(row[0].querySelector(".pid").textContent), row.indexOf(cell)];
}))"""
# The center of an element, for the mouse.
MIDDLE = """(element => {
  element.scrollIntoView({ block: "center" });
  const box = element.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})"""


class Page:
    """A page in the browser, and the tasks that it must show."""

    def __init__(self, browser, name, tasks, options=()):
        self.browser, self.name, self.tasks = browser, name, tasks
        self.by_pid = {task.pid: task for task in tasks}
        self.path = os.path.join(OUTPUT, name + ".html")
        snapshot = os.path.join(OUTPUT, name + ".snapshot")
        snapshots.write(tasks, snapshot)
        with open(self.path, "wb") as file:
            subprocess.run([READER, "graph", "--html", "-i", snapshot,
                            *options], stdout=file, check=True)

    def open(self, size=SIZES[0]):
        self.browser.resize(*size)
        self.browser.move(0, 0)
        self.browser.open(self.path)

    def js(self, expression):
        return self.browser.js(expression)

    def places(self, selector):
        """The places of cells: {(pid, resource or "task"), ...}."""
        return {(pid, COLUMNS[column])
                for pid, column in self.js(f"{PLACES}({selector!r})")}

    def lit(self):
        return self.places("tbody .lit")

    def cell(self, pid, column):
        """The JavaScript expression for a cell in the row of a pid."""
        index = COLUMNS.index(column)
        return ("[...document.querySelectorAll('tbody .pid')]"
                f".find(e => e.textContent === '{pid}').closest('tr')"
                f".children[{index}]")

    def middle(self, pid, column):
        return self.js(f"{MIDDLE}({self.cell(pid, column)})")

    def hover(self, pid, column):
        self.browser.move(*self.middle(pid, column))

    def click(self, pid, column):
        self.browser.click(*self.middle(pid, column))

    def focused(self):
        return next(iter(self.places("tbody :focus")), None)

    def said(self):
        return self.js("document.getElementById('said').textContent")

    def holders(self, resource, number):
        return [task.pid for task in self.tasks
                if number and task.holds[resource] == number]

    def wanted(self, pid, column):
        """The cells that must be lit when the mouse is over this one, if all tasks have
        rows: the holders of an object, or the objects of a task."""
        task = self.by_pid[pid]
        if column not in snapshots.DRAWN or not task.holds[column]:
            return {(pid, TASK)} | {
                (holder, resource) for resource in snapshots.DRAWN
                for holder in self.holders(resource, task.holds[resource])}
        return {(holder, place)
                for holder in self.holders(column, task.holds[column])
                for place in (TASK, column)}

    def rows(self):
        return self.js("[...document.querySelectorAll('tbody .pid')]"
                       ".map(e => Number(e.textContent))")

    def all_rows(self):
        """The pids of all rows: scrolls through them."""
        pids = {}
        at = 0
        while True:
            bottom, height = self.scroll(at)
            pids.update(dict.fromkeys(self.rows()))
            if at >= bottom - height:
                break
            at += height // 2
        self.scroll(0)
        return list(pids)

    def scroll(self, top):
        """Scrolls the table, and returns its height and that of the window."""
        return self.js(
            "(() => { const main = document.getElementById('main');"
            f" main.scrollTop = {top}; main.dispatchEvent(new Event('scroll'));"
            " return [main.scrollHeight, main.clientHeight] })()")

    def focus_search(self):
        self.js("document.getElementById('search').focus()")

    def focus_grid(self):
        """Presses Tab until the grid has the focus."""
        self.focus_search()
        while not self.focused():
            self.browser.key("Tab")

    def search(self, text):
        self.browser.key("Escape")
        self.focus_search()
        self.browser.type(text)
        self.settle()
        return sorted(self.all_rows())

    def settle(self):
        """Waits until the search has an answer."""
        while self.js("document.getElementById('grid').ariaBusy") == "true":
            pass


class PageTest(unittest.TestCase):
    """The tests of one page share a browser. Each test reloads the page."""

    TASKS = []
    NAME = ""
    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser(*SIZES[0])
        cls.page = Page(cls.browser, cls.NAME, cls.TASKS, cls.OPTIONS)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def setUp(self):
        self.page.open()

    def tearDown(self):
        self.assertEqual(self.browser.complaints, [])

    def expect_lit(self, pid, column):
        """Only the rows in the document can be checked."""
        there = set(self.page.rows())
        self.assertEqual(self.page.lit(),
                         {place for place in self.page.wanted(pid, column)
                          if place[0] in there}, f"{column} of {pid}")


class Ten(PageTest):
    NAME = "ten"
    TASKS = snapshots.ten()

    def test_loads_itself_and_nothing_else(self):
        self.assertEqual(self.browser.requests,
                         ["file://" + os.path.abspath(self.page.path)])
        self.assertEqual(sorted(self.page.rows()),
                         [task.pid for task in self.TASKS])
        self.assertEqual(self.page.js("document.title"),
                         "taskmap: 10 tasks, Linux 6.1.0-test")
        self.assertEqual(self.page.lit(), set())

    def test_mouse(self):
        for task in self.TASKS:
            for column in COLUMNS:
                self.page.hover(task.pid, column)
                self.expect_lit(task.pid, column)
        self.browser.move(0, 0)
        self.assertEqual(self.page.lit(), set())

    def test_keyboard_does_what_the_mouse_does(self):
        rows = self.page.rows()
        self.page.focus_grid()
        self.assertEqual(self.page.focused(), (rows[0], TASK))
        for number, pid in enumerate(rows):
            columns = COLUMNS[:]
            # Odd rows are visited from right to left.
            if number % 2:
                columns.reverse()
            for step, column in enumerate(columns):
                if step:
                    self.browser.key("ArrowLeft" if number % 2 else
                                     "ArrowRight")
                self.assertEqual(self.page.focused(), (pid, column))
                self.expect_lit(pid, column)
            self.browser.key("ArrowDown")
        self.browser.key("Home")
        self.assertEqual(self.page.focused(), (rows[-1], TASK))
        self.browser.key("End")
        self.assertEqual(self.page.focused(),
                         (rows[-1], snapshots.DRAWN[-1]))

    def test_grid_is_one_stop_of_tab(self):
        self.page.focus_grid()
        self.browser.key("Tab")
        self.assertIsNone(self.page.focused())
        self.assertEqual(self.page.lit(), set())

    def test_focus_is_visible(self):
        self.page.focus_grid()
        self.assertEqual(
            self.page.js("getComputedStyle(document.activeElement).outlineStyle"
                         " + parseInt(getComputedStyle(document.activeElement)"
                         ".outlineWidth)"), "solid4")

    def test_escape_clears(self):
        self.page.click(20, "mm")
        self.browser.move(0, 0)
        self.expect_lit(20, "mm")
        self.browser.key("Escape")
        self.assertEqual(self.page.lit(), set())
        self.assertEqual(self.page.search("sh"), [30, 31])
        self.browser.key("Escape")
        self.assertEqual(len(self.page.rows()), 10)
        self.assertEqual(self.page.js("document.getElementById('search').value"),
                         "")

    def test_click_stays(self):
        self.page.click(1, "fs")
        self.page.hover(20, "mm")
        self.expect_lit(1, "fs")
        self.page.click(20, "mm")
        self.page.hover(1, "fs")
        self.expect_lit(20, "mm")
        self.page.click(20, "mm")
        self.page.hover(1, "fs")
        self.expect_lit(1, "fs")

    def test_enter_stays(self):
        self.page.focus_grid()
        pid, column = self.page.focused()
        self.browser.key("Enter")
        self.page.hover(20, "mm")
        self.expect_lit(pid, column)

    def test_search(self):
        for text, want in {
                "21": [21], "20": [20, 21, 22], "SERVER": [20, 21, 22],
                "kthread": [2, 3], "main": [20], "kworker": [3],
                "server thread": [21, 22], "server 31": [],
                "mm": [20, 21, 22, 30, 31], "fs": [1, 2, 3, 20, 21, 22],
                "dead": [50], "shared": [30, 31], "drift:own": [22],
                "</script>": [40], "zebra": [],
        }.items():
            with self.subTest(text):
                self.assertEqual(self.page.search(text), want)
                self.assertTrue(self.page.js(
                    "document.getElementById('found').textContent")
                    .startswith(f"{len(want)} task"))

    def test_search_by_id(self):
        name = self.page.js(self.page.cell(30, "mm") + ".textContent")
        self.assertRegex(name, r"^mm#\d+$")
        self.assertEqual(self.page.search(name), [30, 31])

    def test_search_by_slash_and_down(self):
        self.browser.type("/")
        self.browser.type("sh")
        self.browser.key("ArrowDown")
        self.assertEqual(self.page.focused(), (30, TASK))

    def test_only_these(self):
        self.page.click(2, "fs")
        self.browser.type("o")
        self.assertEqual(sorted(self.page.rows()), [1, 2, 3])
        self.browser.key("Escape")
        self.page.click(30, "mm")
        self.browser.click(*self.page.js(
            MIDDLE + "(document.getElementById('only'))"))
        self.assertEqual(sorted(self.page.rows()), [30, 31])

    def test_what_is_lit_is_said(self):
        self.page.hover(30, "mm")
        self.assertRegex(self.page.said(), r"^mm#\d+: address space "
                         r"\(CLONE_VM\); 2 holders: 30 sh, 31 sh$")
        self.page.hover(22, TASK)
        self.assertRegex(self.page.said(), r"^22 server: thread of 20; .*"
                         r"shares mm#\d+, sighand#\d+, signal#\d+ with 2 other tasks; "
                         r"own files#\d+, fs#\d+")
        self.assertNotIn("created by", self.page.said())
        self.page.hover(31, TASK)
        self.assertIn("created by 30 with CLONE_VM|CLONE_VFORK",
                      self.page.said())
        self.page.hover(50, TASK)
        self.assertIn("process, dead", self.page.said())

    def test_roles(self):
        counts = [len(self.TASKS), len(self.TASKS) * (len(COLUMNS) - 1)]
        self.assertEqual(self.page.js(
            "['rowheader', 'gridcell'].map(role => document.querySelectorAll("
            "`[role=grid] tbody [role=${role}]`).length)"), counts)
        self.assertEqual(self.page.js("document.getElementById('grid').ariaLabel"),
                         "Tasks and the objects that they hold")

    def test_sentence_is_read_once(self):
        """The focused cell refers to the sentence, which is not a live region."""
        self.page.focus_grid()
        self.browser.key("ArrowDown")
        self.assertEqual(self.page.js(
            "[...document.querySelectorAll('[aria-describedby=said]')]"
            ".map(e => e === document.activeElement)"), [True])
        self.assertEqual(self.page.js(
            "[document.getElementById('said').role, document.getElementById('said').ariaLive,"
            " document.querySelectorAll('tbody [aria-label]:not(.kind)').length]"),
            [None, None, 0])

    def test_lit_without_colour(self):
        """Lit cells are white on black and kinds are letters: color is not needed."""
        self.page.hover(20, "mm")
        self.assertEqual(self.page.js(
            "[...document.querySelectorAll('tbody td.lit')].every(cell => "
            "getComputedStyle(cell.firstChild).color === 'rgb(255, 255, 255)' && "
            "getComputedStyle(cell.firstChild).backgroundColor === 'rgb(0, 0, 0)')"),
            True)
        self.assertEqual(self.page.js(
            "[...document.querySelectorAll('tbody .kind')].map("
            "e => e.textContent).sort().join('')"), "KKMPPPPPTT")

    def test_lines_join_holders(self):
        """A line joins the first and the last holder if other rows are between them."""
        self.page.hover(2, "fs")
        self.assertEqual(self.page.js(
            "[document.querySelectorAll('main svg path').length,"
            " document.querySelectorAll('main svg circle').length]"), [1, 3])
        self.page.hover(50, "sighand")
        self.assertEqual(self.page.js(
            "document.querySelectorAll('main svg path').length"), 0)

    def test_names_are_text(self):
        self.assertEqual(self.page.js(self.page.cell(40, TASK) + ".textContent"),
                         "P40</script><b>x")
        self.assertEqual(self.page.js(
            "[document.scripts.length, document.querySelectorAll('body > b').length]"),
            [2, 0])

    def test_fits_a_projector(self):
        for size in SIZES:
            self.page.open(size)
            main = "document.getElementById('main')"
            self.assertEqual(self.page.js(
                f"[{main}.scrollWidth <= {main}.clientWidth,"
                f" {main}.scrollHeight <= {main}.clientHeight]"), [True, True])
            self.assertGreaterEqual(self.page.js(
                f"parseFloat(getComputedStyle({main}).fontSize)"),
                size[1] / 45)


class All(PageTest):
    """With --all, objects of one holder have ids; more resources than fit."""

    NAME = "all"
    TASKS = snapshots.ten()
    OPTIONS = ("--all", "--resources",
               "+active_mm,cred,nsproxy,cgroups,uts,ipc,mnt,pid,net,time,user")

    def text(self, pid, column):
        """The text of a cell, by the heading of its column."""
        return self.page.js(
            "(() => { const heads = [...document.querySelectorAll('thead th')];"
            f" return {self.page.cell(pid, TASK)}.parentElement.children["
            f"heads.findIndex(e => e.firstChild.textContent === {column!r})].textContent }})()")

    def test_ids(self):
        self.assertEqual(self.text(1, "mm"), "mm#1")
        self.assertEqual(self.text(22, "files"), "files#4")
        self.assertEqual(self.text(50, "mm"), "–")
        self.assertEqual(self.text(22, "net"), "netns#1")

    def test_names_stay_in_sight(self):
        self.page.open(SIZES[1])
        self.page.js("document.getElementById('main').scrollLeft = 200")
        self.assertEqual(self.page.js("document.getElementById('main').scrollLeft"),
                         200)
        self.assertEqual(self.page.js(
            self.page.cell(20, TASK) + ".getBoundingClientRect().left"), 0)


class Crowd(PageTest):
    NAME = "crowd"
    TASKS = snapshots.crowd(2000)

    def unfold_all(self):
        self.browser.click(*self.page.js(
            MIDDLE + "(document.getElementById('fold'))"))

    def test_is_folded(self):
        rows = self.page.all_rows()
        self.assertLess(len(rows), 70)
        self.assertEqual(rows[0], 1)
        self.unfold_all()
        self.assertEqual(sorted(self.page.all_rows()),
                         [task.pid for task in self.TASKS])
        self.unfold_all()
        self.assertEqual(self.page.all_rows(), rows)

    def test_only_rows_near_the_window_are_in_the_document(self):
        self.unfold_all()
        self.assertLess(len(self.page.rows()), 100)
        self.assertEqual(self.page.js(
            "document.getElementById('grid').getAttribute('aria-rowcount')"),
            str(len(self.TASKS) + 1))
        # The first row is 2, because the headings are row 1.
        numbers = ("[...document.querySelectorAll('tbody tr[aria-rowindex]')]"
                   ".map(e => Number(e.getAttribute('aria-rowindex')))")
        first = self.page.js(numbers)
        self.assertEqual(first, list(range(2, 2 + len(first))))
        self.page.focus_grid()
        self.browser.key("End", modifiers=2)
        last = self.page.js(numbers)
        self.assertEqual(last[-1], len(self.TASKS) + 1)
        # The rows in the document are where they would be among all rows.
        self.assertEqual(self.page.js(
            "(() => { const main = document.getElementById('main');"
            " return main.scrollHeight - main.scrollTop - main.clientHeight })()"), 0)

    def test_focus_stays_when_its_row_leaves_the_window(self):
        self.unfold_all()
        self.page.focus_grid()
        self.browser.key("ArrowDown")
        here = self.page.focused()
        self.page.scroll(20000)
        self.assertEqual(self.page.focused(), here)
        self.assertGreater(len(self.page.rows()), 20)
        self.browser.key("ArrowDown")
        self.assertEqual(self.page.focused()[0], self.page.rows()[
            self.page.rows().index(here[0]) + 1])
        self.assertLess(self.page.js("document.getElementById('main').scrollTop"),
                        100)

    def test_mouse(self):
        self.unfold_all()
        for pid, column in (1, "fs"), (102, TASK), (110, "mm"):
            self.page.hover(pid, column)
            self.expect_lit(pid, column)

    def test_keyboard(self):
        self.unfold_all()
        self.page.focus_grid()
        self.browser.key("End", modifiers=2)
        last = self.page.rows()[-1]
        self.assertEqual(self.page.focused(), (last, snapshots.DRAWN[-1]))
        self.expect_lit(*self.page.focused())
        self.assertEqual(self.page.js(
            "(() => { const box = document.activeElement.getBoundingClientRect();"
            " return box.top > 0 && box.bottom < innerHeight })()"), True)

    def test_object_of_folded_tasks(self):
        """The rows of folded holders are lit."""
        self.page.search("fs#1")
        self.browser.key("Escape")
        self.page.hover(1, "fs")
        self.assertEqual(self.page.lit(), {(1, TASK), (1, "fs")})
        self.assertIn("101 holders", self.page.said())
        self.page.scroll(100000)
        self.page.hover(2, "fs")
        self.assertLessEqual({(2, TASK), (2, "fs")}, self.page.lit())

    def test_unfold_by_mouse_and_keyboard(self):
        rows = self.page.all_rows()
        expanded = self.page.cell(102, TASK) + ".ariaExpanded"
        self.assertEqual(self.page.js(expanded), "false")
        self.page.click(102, TASK)
        self.assertEqual(self.page.js(expanded), "true")
        self.assertEqual(len(self.page.all_rows()), len(rows) + 39)
        self.browser.key("Enter")
        self.assertEqual(self.page.all_rows(), rows)
        self.assertEqual(self.page.focused(), (102, TASK))

    def test_search(self):
        for text in "141", "142", "server142", "worker39", "img", "kworker":
            with self.subTest(text):
                self.assertEqual(self.page.search(text), [
                    task.pid for task in self.TASKS
                    if text in (str(task.pid), str(task.tgid)) or
                    text in task.name])
        self.assertEqual(self.page.search("kthread"), list(range(2, 102)))
        self.assertEqual(len(self.page.search("worker39 thread")), 38)


def main():
    suite = unittest.defaultTestLoader.loadTestsFromNames(
        sys.argv[1:] or ["Ten", "All", "Crowd"], sys.modules[__name__])
    sys.exit(tap.run(suite))


main()
