# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Owns a vhost device, as QEMU does for the network card of a virtual machine, and
makes the kernel create the thread that would carry the packets.
"""

import fcntl
import os
import sys

VHOST_SET_OWNER = 0xAF01

device = os.open("/dev/vhost-net", os.O_RDWR)
fcntl.ioctl(device, VHOST_SET_OWNER)
print("owner", os.getpid(), os.getpid())
print("ready", flush=True)
sys.stdin.read()
