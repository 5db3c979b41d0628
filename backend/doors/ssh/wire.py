"""SFTP version 3 on the wire: the fields of requests, the bodies of replies."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Final

from backend.contract.rules.file_names import LONGEST_NAME

LONGEST_WRITE: Final = 255 * 1024
LONGEST_PACKET: Final = 256 * 1024 + 1024
"""Bytes after the length: a full write, its fields, and the bytes that old rclone puts behind it."""
MOST_HANDLES: Final = 32
_NUMBER, _LONG, _HEAD = Struct(">I"), Struct(">Q"), Struct(">IBI")
_SIZE, _OWNER, _MODE, _TIMES = 1, 2, 4, 8
_FRAGMENT: Final = 512
_READ_ONLY, _NO_SETUID = 1, 2
_RECENT_SECONDS: Final = 180 * 24 * 3600


class Op(IntEnum):
    """Requests, and the replies to them."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    FSTAT = 8
    SETSTAT = 9
    FSETSTAT = 10
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    RMDIR = 15
    REALPATH = 16
    STAT = 17
    RENAME = 18
    READLINK = 19
    SYMLINK = 20
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200
    EXTENDED_REPLY = 201


class Status(IntEnum):
    """What a status reply can say."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    OP_UNSUPPORTED = 8


class Malformed(Exception):
    """A packet that ends before its fields do."""


class Fields:
    """Reads the fields of one request in order. What follows the last one is left alone."""

    def __init__(self, packet: bytes | memoryview, start: int = 0) -> None:
        self._packet = memoryview(packet)
        self._at = start

    def number(self) -> int:
        return self._unpacked(_NUMBER)

    def long(self) -> int:
        return self._unpacked(_LONG)

    def string(self) -> bytes:
        return bytes(self.view())

    def view(self) -> memoryview:
        """A string where it lies."""
        start = self._at + _NUMBER.size
        length = self.number()
        if start + length > len(self._packet):
            raise Malformed
        self._at = start + length
        return self._packet[start : self._at]

    def declared_size(self) -> int | None:
        """The size in an attribute block; the rest of the block is of no interest."""
        return self.long() if self.number() & _SIZE else None

    def _unpacked(self, struct: Struct) -> int:
        if self._at + struct.size > len(self._packet):
            raise Malformed
        value: int = struct.unpack_from(self._packet, self._at)[0]
        self._at += struct.size
        return value


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a file or folder looks like; `at` in seconds since 1970, 0 where there is nothing to say."""

    mode: int
    size: int = 0
    at: int = 0

    def encoded(self) -> bytes:
        times = (self.at, self.at) if self.at else ()
        flags = _SIZE | _OWNER | _MODE | (_TIMES if times else 0)
        numbers = (0, 0, self.mode, *times)
        return _NUMBER.pack(flags) + _LONG.pack(self.size) + b"".join(map(_NUMBER.pack, numbers))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a listing."""

    name: str
    attributes: Attributes

    def encoded(self) -> bytes:
        seen = self.attributes
        line = f"{stat.filemode(seen.mode)} 1 ecp      ecp      {seen.size:>12} {_when(seen.at):12} {self.name}"
        return string(self.name.encode()) + string(line.encode()) + seen.encoded()


def _when(at: int) -> str:
    """As `ls` has it: the time of day, or the year of what is long past."""
    if not at:
        return ""
    recent = 0 <= time.time() - at < _RECENT_SECONDS
    return time.strftime("%b %d %H:%M" if recent else "%b %d  %Y", time.gmtime(at))


Reply = tuple[Op, bytes]
EXTENSIONS: Final = {
    b"posix-rename@openssh.com": b"1",
    b"fsync@openssh.com": b"1",
    b"limits@openssh.com": b"1",
    b"statvfs@openssh.com": b"2",
    b"fstatvfs@openssh.com": b"2",
}
"""What is said to work besides version 3, and in which version of its own."""


def string(value: bytes) -> bytes:
    return _NUMBER.pack(len(value)) + value


def framed(reply: Reply, request: int) -> bytes:
    kind, body = reply
    return _HEAD.pack(len(body) + 5, kind, request) + body


def version() -> bytes:
    """The answer to INIT, which bears no request number: version 3 and the extensions that work."""
    body = _NUMBER.pack(3) + b"".join(string(name) + string(number) for name, number in EXTENSIONS.items())
    return _NUMBER.pack(len(body) + 1) + bytes([Op.VERSION]) + body


def status(code: int, message: str = "") -> Reply:
    return Op.STATUS, _NUMBER.pack(code) + string(message.encode()) + string(b"en")


def handle(name: bytes) -> Reply:
    return Op.HANDLE, string(name)


def data(chunk: bytes) -> Reply:
    return Op.DATA, string(chunk)


def names(entries: Iterable[Entry]) -> Reply:
    lines = [entry.encoded() for entry in entries]
    return Op.NAME, _NUMBER.pack(len(lines)) + b"".join(lines)


def attributes(seen: Attributes) -> Reply:
    return Op.ATTRS, seen.encoded()


def limits() -> Reply:
    """Longest packet, read and write in bytes, and the open handles of one session."""
    figures = (256 * 1024, LONGEST_WRITE, LONGEST_WRITE, MOST_HANDLES)
    return Op.EXTENDED_REPLY, b"".join(_LONG.pack(figure) for figure in figures)


def room(limit: int, free: int) -> Reply:
    """The figures of a file system: in all as many bytes as one file may have, and how many of them there is room for.

    A folder that takes no files is one that is full, and read-only.
    """
    blocks, free_blocks = limit // _FRAGMENT, free // _FRAGMENT
    flags = _NO_SETUID | (0 if limit else _READ_ONLY)
    figures = (_FRAGMENT, _FRAGMENT, blocks, free_blocks, free_blocks, 0, 0, 0, 0, flags, LONGEST_NAME)
    return Op.EXTENDED_REPLY, b"".join(map(_LONG.pack, figures))


OK: Final = status(Status.OK)
EOF: Final = status(Status.EOF)
