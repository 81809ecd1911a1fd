# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
How many different values are in each column of a table of which the first
column is the name of a program; of the rows of that program alone:

    count.py PROGRAM <TABLE
"""

import sys

heads, *rows = (line.split() for line in sys.stdin)
rows = [row for row in rows if row[0] == sys.argv[1]]
print(", ".join(f"{len({row[i] for row in rows}):,} {heads[i]}"
                for i in range(1, len(heads))))
