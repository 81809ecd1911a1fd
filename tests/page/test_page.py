# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Tests the page of taskmap graph --html in browsers, by mouse and keyboard events.
The cells that must be lit are computed independently, from the tasks of the
snapshot."""

import json
import os
import shutil
import subprocess
import sys
import unicodedata
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = HERE, os.path.dirname(HERE)

# pylint: disable=wrong-import-position
import snapshots  # noqa: E402
import tap  # noqa: E402
from browser import Chromium, Firefox  # noqa: E402

READER = os.environ["TASKMAP_READER"]
OUTPUT = os.environ["TASKMAP_OUTPUT"]
WATCHER = os.environ["TASKMAP_WATCHER"]     # writes a page of watch
AXE = os.environ.get("TASKMAP_AXE")     # axe.min.js
SIZES = (1920, 1080), (1280, 720)
TASK = "task"
COLUMNS = [TASK, "tgid", "parent"] + snapshots.DRAWN

# The places of the cells that match a selector: [[pid, column], ...]. A heading of a
# container has pid 0.
PLACES = """((selector) => [...document.querySelectorAll(selector)].map(cell => {
  const row = [...cell.parentElement.children];
  return [Number(row[0].querySelector(".pid")?.textContent || 0), row.indexOf(cell)];
}))"""
# The center of an element, for the mouse.
MIDDLE = """(element => {
  element.scrollIntoView({ block: "center" });
  const box = element.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})"""


class Page:
    """A page in the browser, and the tasks that it must show."""

    def __init__(self, browser, name, snaps, options=()):
        """@snaps: the tasks of each snapshot. The last ones are the tasks."""
        self.browser, self.name, self.tasks = browser, name, snaps[-1]
        self.by_pid = {task.pid: task for task in self.tasks}
        self.path = os.path.join(OUTPUT, name + ".html")
        files = []
        for number, tasks in enumerate(snaps):
            files.append(f"{self.path}.{number}")
            snapshots.write(tasks, files[-1])
        self.files = files
        with open(self.path, "wb") as file:
            subprocess.run([READER, "graph", "--html", *options,
                            *(files if len(files) > 1 else ["-i", *files])],
                           stdout=file, check=True)

    def open(self, size=SIZES[0], fragment=""):
        self.browser.resize(*size)
        self.browser.move(0, 0)
        self.browser.open(self.path, fragment)

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

    def panel(self):
        """The text of the panel, or None if it is hidden."""
        return self.js("document.getElementById('panel').hidden ? null :"
                       " document.getElementById('panel').innerText")

    def press_button(self, selector):
        self.browser.click(*self.js(
            f"{MIDDLE}(document.querySelector({selector!r}))"))

    def headings(self):
        return self.js("[...document.querySelectorAll('thead th')]"
                       ".map(e => e.firstChild.textContent)")

    def reader(self, *arguments):
        """The output of the reader for the last snapshot."""
        return subprocess.run([READER, *arguments, "-i", self.files[-1]],
                              stdout=subprocess.PIPE, text=True, check=True).stdout

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

    def search_without_reading(self, text):
        self.focus_search()
        self.browser.type(text)
        self.settle()

    def settle(self):
        """Waits until the search has an answer."""
        while self.js("document.getElementById('grid').ariaBusy") == "true":
            pass


class PageTest(unittest.TestCase):
    """The tests of one page share a browser. Each test reloads the page."""

    BROWSER = Chromium
    TASKS = []
    BEFORE = []     # the tasks of earlier snapshots
    NAME = ""
    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        if not cls.BROWSER.program():
            raise unittest.SkipTest(f"{cls.BROWSER.NAMES[0]} is not installed")
        cls.browser = cls.BROWSER(*SIZES[0])
        cls.page = Page(cls.browser, cls.NAME, [*cls.BEFORE, cls.TASKS],
                        cls.OPTIONS)

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
        self.assertLessEqual(set(self.browser.requests),
                             {"file://" + os.path.abspath(self.page.path)})
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

    def test_escape_keeps_the_focus(self):
        self.page.focus_grid()
        self.browser.key("ArrowDown")
        here = self.page.focused()
        self.browser.key("Enter")
        self.browser.key("Escape")
        self.assertEqual(self.page.focused(), here)
        # Also if the search is cleared, which brings back other rows.
        self.page.search("sh")
        self.browser.key("ArrowDown")
        here = self.page.focused()
        self.browser.key("Escape")
        self.assertEqual(len(self.page.rows()), 10)
        self.assertEqual(self.page.focused(), here)

    def test_what_is_kept_is_marked(self):
        self.page.hover(30, "mm")
        marked = ("[...document.querySelectorAll('tbody [aria-selected=true]')].map("
                  "e => getComputedStyle(e).outlineStyle)")
        self.assertEqual(self.page.js(marked), [])
        self.page.click(30, "mm")
        self.assertEqual(self.page.js(marked), ["double", "double"])
        self.page.click(30, "mm")
        self.assertEqual(self.page.js(marked), [])

    def test_explains(self):
        """The panel has the words of the reader."""
        for pid in 31, 22, 50, 2:
            self.page.click(pid, TASK)
            want = self.page.reader("explain", str(pid)).split()
            self.assertEqual(self.page.panel().split()[:len(want)], want)
        self.browser.key("Escape")
        self.assertIsNone(self.page.panel())

    def test_compares(self):
        """By keyboard alone: the letters and words are those of the reader."""
        self.page.search("sh")
        self.browser.key("ArrowDown")
        self.browser.key("Enter")
        self.browser.type("c")
        self.browser.key("ArrowDown")
        self.browser.key("Enter")
        panel = self.page.panel()
        answer = json.loads(self.page.reader("compare", "-J", "30", "31"))
        letters = {row["resource"]: [letter or "-" for letter in row["letters"]]
                   for row in answer["compare"]}
        shown = {words[0]: words[1:3] for words in map(str.split, panel.split("\n"))
                 if words and words[0] in letters}
        self.assertEqual(shown, {name: letters[name] for name in shown})
        self.assertEqual(shown["mm"], ["A", "A"])
        self.assertEqual(shown["files"], ["A", "B"])
        for words in "CLONE_VM|CLONE_VFORK", "created by 30, like vfork(2)":
            self.assertIn(words, self.page.reader("compare", "30", "31"))
            self.assertIn(words, panel)

    def test_fragment(self):
        self.page.open(fragment="#search=sh&task=30&with=31")
        self.assertEqual(self.page.rows(), [30, 31])
        self.assertIn("30 sh and 31 sh", self.page.panel())
        self.browser.key("Escape")
        self.page.click(22, TASK)
        self.assertEqual(self.page.js("location.hash"), "#task=22")
        self.page.click(2, "files")
        name = self.page.js("location.hash")
        self.page.open(fragment=name)
        self.assertEqual(self.page.lit(), self.page.wanted(2, "files"))
        self.page.open(fragment="#bare&columns=mm,netns")
        self.assertEqual(self.page.headings(), ["task", "mm", "netns"])
        self.assertEqual(self.page.js(
            "['header', 'footer'].map(e => getComputedStyle("
            "document.querySelector(e)).display)"), ["none", "none"])

    def test_columns(self):
        self.assertEqual(self.page.headings(), COLUMNS)
        self.page.press_button("summary")
        self.page.press_button("[data-preset=namespaces]")
        self.assertEqual(self.page.headings()[3:],
                         "utsns ipcns mntns pidns netns timens cgroupns userns".split())
        self.page.press_button("#boxes input")
        self.assertEqual(self.page.headings()[1], "parent")
        self.page.press_button("[data-preset=all]")
        self.assertIn("cred", self.page.headings())
        self.page.press_button("[data-preset=first]")
        self.assertEqual(self.page.headings(), COLUMNS)

    def test_headings_explain_themselves(self):
        self.page.focus_grid()
        for _ in range(3):
            self.browser.key("ArrowRight")
        self.browser.key("ArrowUp")
        self.assertEqual(self.page.js(
            "document.activeElement.closest('thead') && document.activeElement"
            ".getAttribute('aria-describedby')"), "said")
        self.assertEqual(self.page.said(), "mm: address space (CLONE_VM)")

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
        self.assertEqual(self.text(22, "netns"), "netns#1")

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
        self.browser.key("End", ctrl=True)
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
        self.browser.key("End", ctrl=True)
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

    def test_link_to_a_folded_task(self):
        self.page.open(fragment="#task=1000")
        self.assertIn(1000, self.page.rows())
        self.assertIn((1000, TASK), self.page.lit())

    def test_names_of_objects_fit(self):
        self.assertTrue(self.page.js(
            "[...document.querySelectorAll('td.shared span')].every("
            "e => e.scrollWidth <= e.clientWidth)"))

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


class Series(PageTest):
    """Several snapshots; and a container, which all of them have."""

    NAME = "series"
    BEFORE = snapshots.series()[:2]
    TASKS = snapshots.series()[2]

    def events(self):
        """What happened to tasks since the previous snapshot."""
        return {tuple(pair) for pair in self.page.js(
            "[...document.querySelectorAll('tbody .event')].map(e => [Number("
            "e.closest('tr').querySelector('.pid').textContent), e.textContent])")}

    SECOND = {(21, "changed"), (31, "went"), (70, "came"), (62, "died")}

    def test_buttons(self):
        self.assertEqual(self.events(), set())
        self.page.press_button("#later")
        self.assertEqual(self.events(), self.SECOND)
        self.assertEqual(self.page.places("tbody .changed"), {(21, "files")})
        self.assertIn("was files#", self.page.js(
            self.page.cell(21, "files") + ".ariaDescription"))
        # Another task with the same pid is another row, in both directions.
        self.page.press_button("#later")
        self.assertEqual(self.events(), {(70, "came"), (70, "went")})
        self.assertEqual(self.page.js("document.getElementById('later').disabled"),
                         True)
        self.page.press_button("#earlier")
        self.assertEqual(self.events(), self.SECOND)

    def test_keys(self):
        self.browser.type("n")
        self.assertEqual(self.events(), self.SECOND)
        self.browser.type("p")
        self.assertEqual(self.events(), set())
        self.page.js("document.getElementById('step').focus()")
        self.browser.key("ArrowRight")
        self.assertEqual(self.events(), self.SECOND)
        self.browser.key("ArrowLeft")
        self.page.js("document.activeElement.blur()")
        self.browser.key("ArrowRight")
        self.assertEqual(self.events(), self.SECOND)

    def test_focus_stays_with_its_task(self):
        self.page.focus_grid()
        for _ in range(3):
            self.browser.key("ArrowDown")
        self.assertEqual(self.page.focused(), (21, TASK))
        for key in "nnpp":
            self.browser.type(key)
            self.assertEqual(self.page.focused(), (21, TASK))

    def test_a_task_stays_selected(self):
        self.page.open(fragment="#task=21")
        self.assertIn("everything that both hold", self.page.panel())
        self.browser.type("n")
        self.assertIn("everything except files", self.page.panel())
        self.assertEqual(self.page.js("location.hash"), "#step=1&task=21")

    def test_container(self):
        self.assertEqual(self.page.js(
            "[...document.querySelectorAll('tbody .container')].map("
            "e => e.textContent.slice(2))"),
            ["pid namespace pidns#1: 10 tasks", "pid namespace pidns#2: 3 tasks"])
        self.assertEqual(self.page.rows()[-3:], [60, 61, 62])
        self.page.press_button("tbody tr:nth-last-child(4) th")
        self.assertEqual(self.page.rows()[-1:], [3])
        self.browser.key("Enter")
        self.assertEqual(self.page.rows()[-3:], [60, 61, 62])

    # The left edges of some words in the sentence.
    LEFTS = """(words => words.map(word => {
      const walker = document.createTreeWalker(document.getElementById("said"), 4);
      while (walker.nextNode()) {
        const at = walker.currentNode.data.lastIndexOf(word), range = new Range();
        if (at < 0)
          continue;
        range.setStart(walker.currentNode, at);
        range.setEnd(walker.currentNode, at + word.length);
        return range.getBoundingClientRect().left;
      }
    }))"""

    def test_name_from_right_to_left(self):
        """The pids of a sentence stay where they are."""
        self.page.open(fragment="#columns=pidns")
        self.page.js("document.querySelectorAll('tbody tr')"
                     "[document.querySelectorAll('tbody tr').length - 1].children[1]"
                     ".dispatchEvent(new Event('mouseover', { bubbles: true }))")
        self.assertIn("60 \u05e9\u05dc\u05d5\u05dd 12, 61 nginx", self.page.said())
        lefts = self.page.js(self.LEFTS +
                             "(['60 ', '\u05e9\u05dc\u05d5\u05dd', ' 12', '61 nginx'])")
        self.assertEqual(lefts, sorted(lefts))
        self.assertEqual(self.page.js(
            "[...document.querySelectorAll('.comm')].filter(e => e.querySelector('bdi'))"
            ".map(e => e.innerHTML)"), ["<bdi>\u05e9\u05dc\u05d5\u05dd</bdi> 12"])


class Faults(PageTest):
    """Small windows, large zoom, paper, forced and dark colors, and axe, with more
    columns than fit. At 400 % zoom, a window has a quarter of its width and height."""

    NAME = "faults"
    TASKS = snapshots.series()[2]
    BEFORE = snapshots.series()[:2]
    OPTIONS = "--resources", "+cred,nsproxy,cgroups,uts,ipc,mnt,pid,net,time,user"

    def setUp(self):
        self.browser.emulate()
        super().setUp()

    VISIBLE = """(() => {
      const box = document.activeElement.getBoundingClientRect();
      /* The heading of a container is wider than the window, which can have a scrollbar. */
      const { left } = document.getElementById("main").getBoundingClientRect();
      const main = { left, right: left + document.getElementById("main").clientWidth };
      return [[Math.max(box.left, main.left) + 6, box.top + 6],
              [Math.min(box.right, main.right) - 6, box.bottom - 6]].every(at => {
        const top = document.elementFromPoint(...at);
        return top && document.activeElement.contains(top) });
    })()"""

    def test_focus_is_not_hidden(self):
        self.page.open((800, 430))
        self.page.focus_grid()
        for key, times in (("ArrowDown", 14), ("ArrowRight", 16), ("ArrowUp", 12),
                           ("ArrowLeft", 14)):
            for time in range(times):
                self.browser.key(key)
                self.assertTrue(self.page.js(self.VISIBLE), f"{key} {time}")
        self.page.js("document.getElementById('main').scrollLeft = 500")
        self.assertGreater(self.page.js(
            "document.querySelector('.container span').getBoundingClientRect().left"), 0)

    def test_small_window_and_large_zoom(self):
        for width, height in (400, 700), (320, 180), (640, 360):
            self.page.open((width, height))
            self.assertEqual(self.page.js(
                "(() => { const box = document.querySelector('tbody .comm')"
                ".getBoundingClientRect(); return [document.documentElement.scrollWidth"
                " <= innerWidth, document.getElementById('main').clientHeight"
                " / innerHeight > .9, box.right < innerWidth] })()"),
                [True, True, True])
            self.page.focus_grid()
            self.assertTrue(self.page.js(self.VISIBLE))
            # The panel does not cover the row that it explains.
            for key in ["ArrowDown"] * 4 + ["Enter"]:
                self.browser.key(key)
            self.assertIn("22 (server)", self.page.panel())
            self.assertTrue(self.page.js(self.VISIBLE))

    def test_print(self):
        self.page.open(SIZES[1])
        self.browser.emulate(media="print")
        self.assertEqual(self.page.js(
            "[document.getElementById('grid').offsetWidth <= innerWidth,"
            " getComputedStyle(document.querySelector('footer')).display,"
            " getComputedStyle(document.getElementById('main')).overflow]"),
            [True, "flex", "visible"])

    def test_paper(self):
        """All columns, tasks and the legend are on paper, even if the window is small,
        and nothing of what only a screen needs."""
        if not shutil.which("pdftotext"):
            self.skipTest("pdftotext is not installed: apt install poppler-utils")
        self.page.open((640, 360))
        headings = self.page.headings()
        text = subprocess.run(["pdftotext", "-", "-"], input=self.browser.pdf(),
                              stdout=subprocess.PIPE, check=True).stdout.decode()
        words = set(unicodedata.normalize("NFKC", text).split())     # no ligatures
        self.assertLessEqual({*headings, "kthread", "worker", "own:"}, words)
        self.assertLessEqual({str(task.pid) for task in self.BEFORE[0]}, words)
        self.assertNotIn("Esc", words)

    # Whether the text of each element differs from what is behind it.
    READABLE = """(selector => [...document.querySelectorAll(selector)].every(
      element => getComputedStyle(element).color !== getComputedStyle(element).backgroundColor))"""

    def test_forced_colours(self):
        self.browser.emulate(forced_colors="active")
        self.page.open(SIZES[1], "#step=1&task=21")
        self.assertTrue(self.page.js(
            self.READABLE + "('td.lit span, th.lit, .kind, .event')"))
        self.assertNotEqual(*self.page.js(
            "['stroke', 'fill'].map(name => getComputedStyle("
            "document.querySelector('main svg circle'))[name])"))

    def test_dark(self):
        self.browser.emulate(prefers_color_scheme="dark")
        self.page.open()
        self.assertEqual(self.page.js(
            "[getComputedStyle(document.body).backgroundColor,"
            " getComputedStyle(document.body).color]"),
            ["rgb(18, 18, 18)", "rgb(242, 242, 242)"])

    def test_axe(self):
        """axe finds nothing."""
        if not AXE:
            self.skipTest("axe-core is not there, and npm cannot download it")
        with open(AXE, encoding="utf-8") as file:
            axe = file.read()
        for scheme in "light", "dark":
            self.browser.emulate(prefers_color_scheme=scheme)
            for state, act in {
                "idle": lambda: None, "hovered": lambda: self.page.hover(20, "mm"),
                "selected": lambda: self.page.click(21, TASK),
                "compared": lambda: (self.browser.type("c"), self.page.click(20, TASK)),
                "searched": lambda: self.page.search("nginx"),
                "columns": lambda: self.page.press_button("summary"),
                "stepped": lambda: self.browser.type("p"),
            }.items():
                if state == "idle":
                    self.page.open()
                    self.browser.run(axe)
                act()
                found = self.browser.js(
                    "axe.run().then(result => result.violations.map(violation =>"
                    " [violation.id, violation.nodes[0].html,"
                    " violation.nodes[0].failureSummary]))")
                self.assertEqual(found, [], f"{state}, {scheme}")


class Scale(unittest.TestCase):
    """What a page makes does not depend on the number of tasks, except for its data:
    ten thousand may take five times that of a hundred."""

    def work(self, count):
        """Nodes made by unfolding and by a keystroke, nodes in the document, and by how
        much unfolding increases the memory."""
        browser = Chromium(*SIZES[1])
        try:
            page = Page(browser, f"scale{count}", [snapshots.crowd(count)])
            page.open(SIZES[1])
            page.js("document.getElementById('fold').checked = true, document"
                    ".getElementById('fold').dispatchEvent(new Event('change'))")
            page.js("globalThis.made = 0; new MutationObserver(changes => {"
                    " for (const change of changes) for (const node of change.addedNodes)"
                    " made += 1 + (node.querySelectorAll ?"
                    " node.querySelectorAll('*').length : 0) }).observe("
                    "document.documentElement, { childList: true, subtree: true })")
            before = browser.metrics()
            page.js("document.getElementById('fold').click()")
            unfolded = page.js("made")
            after = browser.metrics()
            page.js("made = 0")
            page.search_without_reading("s")
            typed = page.js("made")
            return {"unfolded": unfolded, "typed": typed,
                    "nodes": page.js("document.querySelectorAll('*').length"),
                    "all nodes": after["Nodes"]}, \
                after["JSHeapUsedSize"] / before["JSHeapUsedSize"]
        finally:
            browser.close()

    def test_scale(self):
        if not Chromium.program():
            self.skipTest("chromium is not installed")
        few, _ = self.work(100)
        many, increase = self.work(10000)
        print("#", few, many, increase)
        for name in few:
            with self.subTest(name):
                self.assertLess(many[name], 5 * max(few[name], few["unfolded"]))
        # The list of rows is small beside the data.
        self.assertLess(increase, 1.5)


class SeriesInFirefox(Series):
    BROWSER = Firefox


class TenInFirefox(Ten):
    BROWSER = Firefox


class CrowdInFirefox(Crowd):
    BROWSER = Firefox


class FaultsInFirefox(Faults):
    BROWSER = Firefox

    def test_print(self):
        self.skipTest("Firefox cannot emulate a medium: test_paper reads what it prints")


class Watched(PageTest):
    """A page of watch, whose events are those of unit/command/test_watch.c."""

    NAME = "watched"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run([WATCHER, "page", cls.page.path], check=True)

    def words(self):
        return self.page.js("document.getElementById('when').textContent")

    def events(self):
        return Series.events(self)

    def test_steps(self):
        """Each event has a step, forwards and back."""
        steps = [
            ("before the first event", [200, 201], set()),
            ("0.002000 s: 205 (make), vfork by 201: mm; 1 came", [200, 201, 205],
             {(205, "came")}),
            ("0.003000 s: 205 (cc), exec; 1 changed", [200, 201, 205],
             {(205, "changed")}),
            ("thread by 205", [200, 201, 205, 206], {(205, "changed"), (206, "came")}),
            ("205 (cc), exit: status 0", [200, 201, 205, 206],
             {(200, "changed"), (201, "changed"), (205, "died")}),
            ("205 (</script>), exec: was 206", [200, 201, 205, 206],
             {(205, "changed"), (206, "went")}),
            ("3 events lost; nothing changed", [200, 201, 205], set()),
            ("exit: status 1; 1 went", [200, 201, 205], {(205, "went")}),
            ("fork by 201", [200, 201, 205], {(205, "came")}),
            ("SIGKILL", [200, 201, 205], {(205, "went")}),
            ("201 (make), exit", [200, 201], {(200, "changed"), (201, "went")}),
            ("12 of 12: 0.014000 s: 200 (make), exit: status 0; 1 went", [200],
             {(200, "went")}),
        ]
        for words, rows, events in steps:
            self.assertIn(words, self.words())
            self.assertEqual((self.page.rows(), self.events()), (rows, events), words)
            self.browser.type("n")
        for words, rows, events in reversed(steps):
            self.assertIn(words, self.words())
            self.assertEqual((self.page.rows(), self.events()), (rows, events), words)
            self.browser.type("p")

    def test_link(self):
        """A link leads to a step, a task and what explain says of it then."""
        self.page.open(fragment="#step=3&task=206")
        self.assertIn("206 (cc)", self.page.panel())
        self.assertIn("like pthread_create(3)", self.page.panel())
        self.browser.type("n")
        self.browser.type("n")
        self.assertIn("It has ended.", self.page.panel())
        self.assertIn("went in this step", self.page.said())

    def test_objects(self):
        """The child of vfork borrows the mm of make, until it calls exec."""
        self.page.open(fragment="#step=1&task=205")
        holders = {(pid, place) for pid in (200, 201, 205) for place in (TASK, "mm")}
        self.page.click(205, "mm")
        self.assertEqual(self.page.lit(), holders)
        self.browser.type("n")
        self.assertEqual(self.page.lit(), {(200, TASK), (201, TASK), (200, "mm"), (201, "mm")})

    def test_says_what_it_cannot_show(self):
        self.assertIn("unshare", self.page.js(
            "document.getElementById('watched').innerText"))
        # What make holds is unknown after a stranger got the table that it had.
        self.page.open(fragment="#step=4")
        self.assertEqual(self.page.js(self.page.cell(200, "files") + ".innerText"), "?")


class WatchedInFirefox(Watched):
    BROWSER = Firefox


def main():
    names = ["Ten", "All", "Crowd", "Series", "Faults", "Watched", "Scale", "TenInFirefox",
             "SeriesInFirefox", "WatchedInFirefox"]
    if os.environ.get("TASKMAP_EFFORT") != "check":
        names += ["CrowdInFirefox", "FaultsInFirefox"]
    suite = unittest.defaultTestLoader.loadTestsFromNames(
        sys.argv[1:] or names, sys.modules[__name__])
    sys.exit(tap.run(suite))


main()
