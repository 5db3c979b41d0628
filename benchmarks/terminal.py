"""A program in a pseudo-terminal of 80×24, as a person would have it: keys in, bytes out."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

_ROWS: Final = 24
_COLUMNS: Final = 80
_PATIENCE_SECONDS: Final = 30


class Terminal:
    """The master's side of it."""

    def __init__(self, pid: int, master: int) -> None:
        self.pid = pid
        self._master = master

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def read(self, seconds: float) -> bytes:
        """What comes within so long; empty where nothing does."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        try:
            return os.read(self._master, 1 << 16) if ready else b""
        except OSError:  # Linux says so when the program has ended
            return b""

    def wait_for(self, text: str) -> None:
        """Until the program has painted this text."""
        seen, end = b"", time.monotonic() + _PATIENCE_SECONDS
        while text.encode() not in seen:
            seen += self.read(1)
            assert time.monotonic() < end, f"{text!r} was not painted, but: {seen[-2000:]!r}"

    def settle(self, seconds: float = 0.3) -> int:
        """Waits until nothing has come for so long; returns how many bytes came before."""
        count = 0
        while data := self.read(seconds):
            count += len(data)
        return count


@contextmanager
def terminal(command: Sequence[str], environ: Mapping[str, str]) -> Iterator[Terminal]:
    """Runs the command; kills it at the end."""
    pid, master = pty.fork()
    if pid == 0:
        environ = {**os.environ, "TERM": "xterm-256color", **environ}
        os.execvpe(command[0], list(command), environ)  # noqa: S606  a program in the terminal, not a shell
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    try:
        yield Terminal(pid, master)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(master)
