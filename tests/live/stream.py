# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Decodes "events". Written from the description of the format in the header file."""

import functools
import os
import select
import struct
import subprocess

from image import HEADER, Header, Record
from live import program, read_all, settings, where

BIRTH, EXEC, EXIT, LOST = 1, 2, 3, 4
EVENTS = 4      # in the header's flags

EVENT = struct.Struct("=QQQIiiI")


class Event:
    def __init__(self, header, image, at):
        (self.time_ns, self.flags, self.lost, self.type, self.caller,
         self.old_pid, self.reserved) = EVENT.unpack_from(image, at)
        self.source = header, image, at + header.event_record

    @functools.cached_property
    def record(self):
        return Record(*self.source)

    @functools.cached_property
    def pid(self):
        return self.record.pid

    def key(self):
        """A key that is equal for the same event in every open file."""
        record = self.record
        return (self.type, record.task, record.start_ns, record.pid,
                self.old_pid)


def snapshot_records():
    """(header, records by pid) of the file "snapshot"."""
    image = read_all(where() + "/snapshot")
    header = Header(image)
    records = [Record(header, image, header.header_size +
                      index * header.record_size)
               for index in range(header.count)]
    return header, {record.pid: record for record in records}


class Stream:
    """A nonblocking open of the file "events"."""

    def __init__(self, path=None):
        self.fd = os.open(path or where() + "/events",
                          os.O_RDONLY | os.O_NONBLOCK)
        self.header = Header(os.read(self.fd, HEADER.size))

    def fileno(self):
        return self.fd

    def close(self):
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read(self, size):
        """The bytes of one read(2), or None if there are none yet."""
        try:
            return os.read(self.fd, size)
        except BlockingIOError:
            return None

    def decode(self, image):
        size = self.header.event_size
        if len(image) % size:
            raise AssertionError(f"{len(image)} bytes end within an event")
        return [Event(self.header, image, at)
                for at in range(0, len(image), size)]

    def drain(self):
        """All events that can be read now."""
        parts = []
        while (part := self.read(1 << 20)) is not None:
            parts.append(part)
        return self.decode(b"".join(parts))


class Brood:
    """A process of brood(1), which waits for a signal to begin."""

    def __init__(self, kind, rounds, workers=1):
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            [program("brood"), kind, str(rounds), str(workers)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = self.process.pid

    def begin(self):
        self.process.stdin.write(b"\n")
        self.process.stdin.close()

    def end(self):
        """Waits for its end. Returns [births, execs, exits] of its descendants."""
        with self.process.stdout:
            counts = [int(word) for word in self.process.stdout.read().split()]
        if self.process.wait() or len(counts) != 3:
            raise AssertionError("brood failed")
        return counts

    def read_after(self, stream):
        """Lets it run. Returns the events until its end, and the result of end()."""
        self.begin()
        counts = self.end()
        return stream.drain(), counts

    def read_meanwhile(self, stream):
        """Like read_after(), but reads events while it runs."""
        parts = []
        poll = select.poll()
        poll.register(stream, select.POLLIN)
        poll.register(self.process.stdout, select.POLLIN)
        self.begin()
        while self.process.stdout.fileno() not in dict(poll.poll()):
            parts.append(stream.read(1 << 20) or b"")
        counts = self.end()
        return stream.decode(b"".join(parts)) + stream.drain(), counts


def events_kb(value):
    """Sets the parameter events_kb within a with statement."""
    return settings({"/sys/module/taskmap/parameters/events_kb": value})
