#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
The smallest program that reads a snapshot: for every task its pid, its tgid, the
ids of its address space and of its file table, and its name.

    snapshot.py /sys/kernel/debug/taskmap/snapshot
"""

import struct
import sys

MAGIC = 0x1A70616D6B736174
MM, FILES = 0, 2    # where they are among the resources

with open(sys.argv[1], "rb") as file:
    image = file.read()
(magic, version, header_size, record_size, flags, count, resources,
 ids_offset) = struct.unpack_from("=QIIIIQII", image)
if magic != MAGIC or version != 1:
    sys.exit(f"{sys.argv[1]}: no snapshot of format 1, or of a machine of the "
             "other byte order")
for index in range(count):
    at = header_size + index * record_size
    pid, tgid = struct.unpack_from("=ii", image, at + 16)
    comm = image[at + 56:at + 72].split(b"\0")[0]
    ids = struct.unpack_from(f"={resources}Q", image, at + ids_offset)
    print(pid, tgid, *(f"{ids[i]:016x}" if ids[i] else "-"
                       for i in (MM, FILES)),
          comm.decode(errors="backslashreplace"))
