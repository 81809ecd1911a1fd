# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Validates what "taskmap --json" prints against docs/taskmap.schema.json.

Programs are to ignore keys that they do not know, so the schema allows them. Here they
are errors: the schema of a version describes all its keys.
"""

import copy
import json
import os

# The packages of Debian for other architectures are not installed in their guests.
try:
    import jsonschema
except ImportError:
    jsonschema = None

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs",
                    "taskmap.schema.json")
MISSING = None if jsonschema else "python3-jsonschema is not installed"

# The key that only the documents of one entry of the schema have, and that entry
ENTRIES = {"rows": "lines_header", "event": "line_of_events", "tasks": "list",
           "groups": "groups", "drift": "drift", "changes": "diff",
           "explain": "explain", "compare": "compare", "verify": "verify",
           "snapshots": "graph", "columns": "columns", "sql": "sql"}


def documents(text):
    """The JSON documents of TEXT, one after the other."""
    decoder, at = json.JSONDecoder(), 0
    while (at := at + len(text[at:]) - len(text[at:].lstrip())) < len(text):
        document, at = decoder.raw_decode(text, at)
        yield document


def forbid_others(schema):
    """Makes every other key than those of SCHEMA an error, in all objects below."""
    for name, part in schema.items():
        if name in ("properties", "$defs"):
            for below in part.values():
                forbid_others(below)
                if name == "properties" and "additionalProperties" not in below:
                    below["unevaluatedProperties"] = False
        elif name == "items":
            forbid_others(part)
            part["unevaluatedProperties"] = False
        elif name in ("anyOf", "allOf"):
            for below in part:
                forbid_others(below)


class Schema:
    """The schema, with a validator for each of its entries."""

    def __init__(self):
        with open(PATH, encoding="utf-8") as file:
            self.whole = json.load(file)
        base = jsonschema.Draft202012Validator
        base.check_schema(self.whole)
        strict = copy.deepcopy(self.whole)
        forbid_others(strict)
        self.validators = {
            name: base({"$defs": strict["$defs"], "$ref": "#/$defs/" + name,
                        "unevaluatedProperties": False})
            for name in self.whole["$defs"]}

    def keys(self, name):
        """The keys of an entry, and those of the entries that it includes."""
        entry = self.whole["$defs"][name]
        found = set(entry.get("properties", ()))
        for part in entry.get("allOf", ()):
            found |= self.keys(part["$ref"].removeprefix("#/$defs/"))
        return found

    def check(self, name, document):
        """Raises ValueError if DOCUMENT does not match the entry NAME."""
        # The deepest one: it also makes each object around it an error.
        errors = sorted(self.validators[name].iter_errors(document),
                        key=lambda error: len(error.path))
        if errors:
            error = errors[-1]
            raise ValueError(f"{name}: {error.json_path}: {error.message[:500]}")

    def check_all(self, text):
        """
        Checks all documents of TEXT, which can be lines. Returns them, with the name of
        the entry of each.
        """
        found, line = [], None
        for document in documents(text):
            keys = [key for key in ENTRIES if key in document]
            name = ENTRIES[keys[0]] if keys and "json_version" in document \
                else line or "line_of_events"
            if name == "lines_header":
                line = "line_of_" + document["rows"]
            self.check(name, document)
            found.append((name, document))
        return found
