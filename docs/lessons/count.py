# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Counts the different values in each column of a table, in the rows whose first column
is PROGRAM:

    count.py PROGRAM <TABLE
"""

import sys

heads, *rows = (line.split() for line in sys.stdin)
rows = [row for row in rows if row[0] == sys.argv[1]]
print(", ".join(f"{len({row[i] for row in rows}):,} {heads[i]}"
                for i in range(1, len(heads))))
