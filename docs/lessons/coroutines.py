# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""As many coroutines as it is told, that wait until the end of the input."""

import asyncio
import os
import sys


async def sleeper(end):
    await end.wait()


async def main(count):
    end = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        sleepers = [group.create_task(sleeper(end)) for _ in range(count)]
        # Each of them runs once before this goes on.
        await asyncio.sleep(0)
        print(f"python {os.getpid()} {os.getpid()}")
        print(len(sleepers), "are asleep\nready", flush=True)
        # This stops all, which is nothing to those who sleep.
        sys.stdin.read()
        end.set()


asyncio.run(main(int(sys.argv[1])))
