# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Starts the given number of coroutines, which wait until the end of the input."""

import asyncio
import os
import sys


async def sleeper(end):
    await end.wait()


async def main(count):
    end = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        sleepers = [group.create_task(sleeper(end)) for _ in range(count)]
        # Each coroutine runs once before this continues.
        await asyncio.sleep(0)
        print(f"python {os.getpid()} {os.getpid()}")
        print(len(sleepers), "are asleep\nready", flush=True)
        # This blocks the task, and with it every coroutine; all of them sleep.
        sys.stdin.read()
        end.set()


asyncio.run(main(int(sys.argv[1])))
