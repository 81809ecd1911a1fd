#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Tests the handouts and slides that pandoc makes of the lessons: whether a handout asks for
everything and tells nothing, and whether the slides need no network and cut no line.

    test_class.py TOP
"""

import glob
import html.parser
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = HERE, os.path.dirname(HERE)

# pylint: disable=wrong-import-position
import tap  # noqa: E402
from pages import steps_of  # noqa: E402

NOTE = re.compile(r"<!-- (predict|check|slide): (.*?)\s+-->", re.DOTALL)
BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
WITHOUT_END = "meta", "link", "img", "br"


def words(text):
    """The words of some text, without the marks of Markdown."""
    return " ".join(re.sub(r"\]\([^)]*\)|[\[*`]", "", text).split())


def pieces(text):
    """The sentences of some Markdown, long enough to be no coincidence."""
    text = BLOCK.sub("\n\n", re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
    for paragraph in re.split(r"\n\s*\n|^[-|#]+", text, flags=re.MULTILINE):
        for sentence in re.split(r"(?<=[.?!:]) ", words(paragraph)):
            if sentence.count(" ") >= 3:
                yield sentence


class Lesson:
    """A lesson, in parts."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.name = os.path.basename(path)[:-len(".md")]
        self.opening, *parts = text.split("\n## ")
        self.parts = [part.split("\n", 1) for part in parts]
        self.notes = NOTE.findall(text)
        self.exercise, self.solution = (part[1] for part in self.parts[-2:])
        self.text = text

    def sections(self):
        """Title and text of each section that has commands, without the last two."""
        return [(title, text) for title, text in (["Prepare", self.opening], *self.parts[:-2])
                if "```console" in text]

    def answers(self):
        """Sentences that a handout must not have."""
        told = [re.sub(r"^# .*?$|^\*.*?\*$", "", self.opening, flags=re.DOTALL | re.MULTILINE),
                self.solution]
        told += [text for _, text in self.parts[:-2]]
        told += [note for _, text in self.parts[:-2]
                 for kind, note in NOTE.findall(text) if kind == "slide"]
        return {each for text in told for each in pieces(text)}


class Page(html.parser.HTMLParser):
    """The blocks of a page: (name of the element, its class, text)."""

    BLOCKS = "p", "pre", "h1", "h2", "td", "th", "li", "section", "div"

    def __init__(self, path):
        super().__init__()
        self.open = []          # the elements that data is in, each with its text
        self.blocks = []
        self.urls = []
        self.styles = []
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.urls += [found[key] for key in ("src", "href") if key in found]
        if tag in WITHOUT_END:
            return
        if tag in self.BLOCKS:
            text = []
            self.blocks.append((tag, found.get("class"), text))
            self.styles += [found["style"]] if "style" in found and tag == "pre" else []
        elif tag in ("head", "style") or not self.open:
            text = []
        else:
            text = self.open[-1][1]
        self.open.append((tag, text))

    def handle_endtag(self, tag):
        while self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.open:
            self.open[-1][1].append(data)

    def texts(self, tag):
        return ["".join(text) for each, _, text in self.blocks if each == tag]

    def all(self):
        """All text but what is typed."""
        return words(" ".join("".join(text) for tag, _, text in self.blocks
                              if tag not in ("pre", "th")))


def typed(page):
    return [line for text in page.texts("pre") for line in text.splitlines()]


def commands(text):
    return [line for step in steps_of(text)
            for line in (f"# {step.command[0]}", *(f"> {each}" for each in step.command[1:]))]


class Class(unittest.TestCase):
    """Pages made once for all tests."""

    TOP = "."

    @classmethod
    def setUpClass(cls):
        cls.made = tempfile.TemporaryDirectory()
        for what in "handouts", "slides":
            subprocess.run([f"{cls.TOP}/docs/lessons/class/make", what, cls.made.name],
                           stdout=subprocess.DEVNULL, check=True)
        cls.lessons = [Lesson(path) for path in
                       sorted(glob.glob(f"{cls.TOP}/docs/lessons/[1-9]-*.md"))]

    @classmethod
    def tearDownClass(cls):
        cls.made.cleanup()

    def page(self, name):
        return Page(os.path.join(self.made.name, f"{name}.html"))


class Handouts(Class):
    """What is on paper."""

    def each(self):
        return [(lesson, self.page(lesson.name)) for lesson in self.lessons]

    def test_all_are_made(self):
        names = {os.path.basename(path) for path in glob.glob(f"{self.made.name}/*.html")}
        self.assertEqual(names, {f"{lesson.name}.html" for lesson in self.lessons} |
                         {"slides.html"})

    def test_predict_run_check(self):
        """In this order, in each section with commands, on the page and in the lesson."""
        for lesson, page in self.each():
            with self.subTest(lesson.name):
                kinds = re.compile("predict|run|check")
                found = []
                for tag, kind, text in page.blocks:
                    if tag == "h2":
                        found.append(("".join(text), []))
                    elif found and kinds.fullmatch(kind or ""):
                        found[-1][1].append(kind)
                self.assertEqual([words(title) for title, _ in lesson.sections()] + ["Exercise"],
                                 [words(title) for title, _ in found])
                for title, order in found[:-1]:
                    with self.subTest(title):
                        wanted = "run" if title == "Prepare" else "predict( run)+ check"
                        self.assertRegex(" ".join(order), f"^{wanted}$")

    def test_questions(self):
        for lesson, page in self.each():
            with self.subTest(lesson.name):
                for kind, text in lesson.notes:
                    if kind != "slide":
                        self.assertIn(words(text), page.all())
                for sentence in pieces(lesson.exercise):
                    self.assertIn(sentence, page.all())

    def test_commands(self):
        """All commands of the lesson without its solution, and nothing else."""
        for lesson, page in self.each():
            with self.subTest(lesson.name):
                wanted = [line for _, text in lesson.sections()
                          for line in commands(text)]
                self.assertEqual(typed(page), wanted)

    def test_no_output(self):
        """No output, also not as a row of a table or without blanks."""
        for lesson, page in self.each():
            with self.subTest(lesson.name):
                lines = {words(line) for block in page.blocks for line in
                         "".join(block[2]).splitlines()} - {""}
                output = {words(line) for step in steps_of(lesson.text)
                          for line in step.output} - {""}
                self.assertEqual(lines & output, set())
                for line in output:
                    if line.count(" ") >= 3:
                        self.assertNotIn(line, page.all())
                self.assertEqual({text.strip() for text in page.texts("td")} - {""}, set())

    def test_columns_are_in_a_command(self):
        for lesson, page in self.each():
            with self.subTest(lesson.name):
                for column in page.texts("th"):
                    self.assertRegex("\n".join(typed(page)), rf"-o ([A-Z_,]+,)?{column}\b")

    def test_no_answer(self):
        for lesson, page in self.each():
            with self.subTest(lesson.name):
                asked = " ".join(words(text) for kind, text in lesson.notes if kind != "slide")
                for sentence in lesson.answers():
                    self.assertNotIn(sentence, page.all())
                    self.assertNotIn(sentence, asked)


class Slides(Class):
    """What is on the wall."""

    MOST_COLUMNS = 101      # lessons are typed in a terminal of 100; "# "

    def test_sections(self):
        wanted = {words(title) for lesson in self.lessons for title, text in lesson.parts
                  if "<!-- slide: " in text}
        self.assertGreater(len(wanted), 5)
        self.assertEqual({words(text) for text in self.page("slides").texts("h2")}, wanted)

    def test_lines_are_of_lessons(self):
        lines = {line for lesson in self.lessons for line in lesson.text.splitlines()}
        shown = typed(self.page("slides"))
        self.assertGreater(len(shown), 50)
        for line in shown:
            self.assertIn(line, lines)

    def test_no_line_is_cut(self):
        """The style sheet makes text as small as these numbers say."""
        page = self.page("slides")
        self.assertEqual(len(page.styles), len(page.texts("pre")))
        for style, text in zip(page.styles, page.texts("pre"), strict=True):
            columns, lines = map(int, re.findall(r"\d+", style))
            self.assertLessEqual(max(len(line.expandtabs()) for line in text.splitlines()),
                                 columns)
            self.assertLessEqual(len(text.splitlines()), lines)
            self.assertLessEqual(columns, self.MOST_COLUMNS)
            self.assertLessEqual(lines, 24)

    def test_pictures(self):
        frames = [url for url in self.page("slides").urls if url.startswith("data:")]
        self.assertGreaterEqual(len(frames), 3)
        for url in frames:
            self.assertRegex(url, r"^data:text/html;charset=utf-8,%3C%21[^#]*#bare&\w+=")


class Alone(Class):
    """Both are read without a network."""

    def test_nothing_is_fetched(self):
        for path in glob.glob(f"{self.made.name}/*.html"):
            with self.subTest(os.path.basename(path)):
                page = self.page(os.path.basename(path)[:-len(".html")])
                with open(path, encoding="utf-8") as file:
                    self.assertNotRegex(file.read(), r"url\(|@import|<script|<link")
                for url in page.urls:
                    self.assertRegex(url, "^data:")


def main():
    Class.TOP = sys.argv.pop(1)
    sys.exit(tap.run(unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules["__main__"])))


if __name__ == "__main__":
    main()
