# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Prints whether a statement about the results of "taskmap-zoo cost --json" is true:

    says.py FILE 'fork.create > 2 * pthread.create'
"""

import json
import sys
import types

with open(sys.argv[1], encoding="utf-8") as file:
    found = json.load(file)
ways = {}
for each in found["ways"]:
    name = each["way"].replace("+", "").replace(" ", "_")
    ways[name] = types.SimpleNamespace(**{
        key: value["median"] for key, value in each.items()
        if isinstance(value, dict)})
print("yes" if eval(sys.argv[2], {}, ways) else "no")
