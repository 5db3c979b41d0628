"""A console, or one command, at the end of a channel: its terminal or its pipes, and how it ends."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
from typing import Final

from asyncssh import SSHServerChannel

from backend.contract.faults import UNEXPECTED, Refused
from backend.contract.served import Served
from backend.doors.ssh.consoles import Consoles
from backend.doors.ssh.hosting import NotHosted
from backend.doors.ssh.pipes import Drain, Spout
from backend.doors.ssh.replies import unexpected
from backend.doors.ssh.reports import BY_SIGNAL, Reports
from backend.doors.ssh.terminals import RESTORED, set_size

_END_OF_FILE: Final = b"\x04"
_TYPED: Final = {"INT": b"\x03", "QUIT": b"\x1c"}
_SIGNALS: Final = {"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "TERM": 15}
_BLOCK: Final = 16 << 10
_OTHER_SCREEN: Final = b"\x1b[?1049h"
_FIRST_SCREEN: Final = b"\x1b[?1049l"
_LINGER: Final = 1.0
"""Seconds for what is still on a terminal once its program has ended."""


class Console:
    """Between a channel and a program that its host runs; `over` once neither is there any more."""

    def __init__(
        self,
        consoles: Consoles,
        channel: SSHServerChannel[bytes],
        opening: Served,
        source: str,
        size: tuple[int, int] | None,
    ) -> None:
        self._consoles = consoles
        self._channel = channel
        self._whose = (opening.login_id or source, source)
        self._size = size
        self._loop = asyncio.get_running_loop()
        self._choked = {"channel": False, "line": False}
        self._reports = Reports(opening.login_id)
        self._code: int | None = None
        self._ended = self.over = False
        self._last = b""
        self._elsewhere = False
        """Whether the terminal shows its other screen."""
        consoles.take(*self._whose)
        try:
            self._link, (inward, *outward) = _opened(consoles, opening, size)
        except BaseException:
            consoles.give_back(*self._whose)
            raise
        self._drain = Drain(inward, self._full)
        takers = (self._shown, self._complained)
        self._spouts = [Spout(one, take, self._look) for one, take in zip(outward, takers, strict=False)]
        self._loop.add_reader(self._link, self._hear)

    @property
    def interactive(self) -> bool:
        return self._size is not None

    # ── what the channel says ────────────────────────────────────────────────────────────────────────────────

    def data_received(self, data: bytes | memoryview) -> None:
        self._drain.write(data)

    def eof_received(self) -> None:
        if self.interactive:
            self._drain.write(_END_OF_FILE)
        else:
            self._drain.end()

    def resized(self, width: int, height: int) -> None:
        """Already bounded. The program hears of it from its terminal."""
        if self.interactive and not self._spouts[0].over:
            set_size(self._spouts[0].handle, width, height)

    def signalled(self, signal: str) -> None:
        """As its terminal would have it; where it has none, it is ended."""
        if self.interactive and signal in _TYPED:
            self._drain.write(_TYPED[signal])
        elif signal in _SIGNALS:
            self._code = BY_SIGNAL + _SIGNALS[signal]
            self._hang_up()

    def choke(self, by: str, choked: bool) -> None:
        """Nothing more is read from the program while the client does not take what was said."""
        self._choked[by] = choked
        for spout in self._spouts:
            spout.flow(not any(self._choked.values()))

    def gone(self) -> None:
        """The client went."""
        self._ended = True
        self._hang_up()
        self._close()

    # ── how it ends ──────────────────────────────────────────────────────────────────────────────────────────

    def end(self, refused: Refused) -> None:
        """From outside, in words; a terminal is given back as it was."""
        if self._ended:
            return
        self._hang_up()
        self._say(refused, refused.fault.exit)

    def _hear(self) -> None:
        """How it ended, as its host says."""
        try:
            heard = self._link.recv(_BLOCK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            heard = b""
        if heard:
            self._reports.feed(heard)
            return
        self._loop.remove_reader(self._link)
        self._link.close()
        self.over = True
        self._consoles.give_back(*self._whose)
        if not self._ended:
            self._code = self._code if self._code is not None else self._reports.code
            if self.interactive:
                self._loop.call_later(_LINGER, self._give_up)
            self._look()

    def _shown(self, data: bytes) -> None:
        last = self._last + data
        there, back = last.rfind(_OTHER_SCREEN), last.rfind(_FIRST_SCREEN)
        if there != back:
            self._elsewhere = there > back
        self._last = last[-len(_OTHER_SCREEN) :]
        if not self._channel.is_closing():
            self._channel.write(data)

    def _complained(self, data: bytes) -> None:
        if not self._channel.is_closing():
            self._channel.write_stderr(data)

    def _look(self) -> None:
        """Its end, once all that it said has been heard."""
        if self.over and all(spout.over for spout in self._spouts):
            self._finish()

    def _give_up(self) -> None:
        """Whatever else has the terminal open may keep it."""
        if any(self._choked.values()) and not self._ended:
            self._loop.call_later(_LINGER, self._give_up)
        else:
            self._finish()

    def _finish(self) -> None:
        if self._ended:
            return
        if self._code is None or self._elsewhere or (self.interactive and self._code >= BY_SIGNAL):
            told = self._reports.reference
            died = NotHosted(f"a console ended: {self._code if self._code is not None else 'its host died'}")
            refused = Refused(UNEXPECTED, reference=told) if told else unexpected(died)
            self._say(refused, self._code or UNEXPECTED.exit)
            return
        self._ended = True
        self._close()
        if not self._channel.is_closing():
            self._channel.exit(self._code)

    def _say(self, refused: Refused, code: int) -> None:
        self._ended = True
        self._close()
        if self._channel.is_closing():
            return
        if self.interactive:
            self._channel.write(RESTORED + f"\r\n{refused}\r\n".encode())
        else:
            self._channel.write_stderr(f"{refused}\n".encode())
        self._channel.exit(code)

    def _hang_up(self) -> None:
        """Its host ends it; that it has is heard in the end."""
        if not self.over:
            try:
                self._link.shutdown(socket.SHUT_WR)
            except OSError:  # it ended by itself
                return

    def _close(self) -> None:
        for spout in self._spouts:
            spout.close()
        self._drain.close()

    def _full(self, full: bool) -> None:
        if self._channel.is_closing():
            return
        if full:
            self._channel.pause_reading()
        else:
            self._channel.resume_reading()


def _opened(consoles: Consoles, opening: Served, size: tuple[int, int] | None) -> tuple[socket.socket, list[int]]:
    """The session's socket, and the backend's ends: what goes in, what comes out, and what is said of errors."""
    ours, theirs = _terminal(size) if size is not None else _pipes()
    try:
        return consoles.hosting.hand(opening, (theirs[0], theirs[1], theirs[2])), ours
    except BaseException:
        for one in ours:
            os.close(one)
        raise
    finally:
        for one in set(theirs):
            os.close(one)


def _terminal(size: tuple[int, int]) -> tuple[list[int], list[int]]:
    master, slave = os.openpty()
    try:
        set_size(master, *size)
        return [os.dup(master), master], [slave] * 3
    except OSError:
        os.close(master)
        os.close(slave)
        raise


def _pipes() -> tuple[list[int], list[int]]:
    pipes: list[tuple[int, int]] = []
    try:
        for _ in range(3):
            pipes.append(os.pipe())
    except OSError:  # no handle is left: none of these may stay taken
        for one in itertools.chain(*pipes):
            os.close(one)
        raise
    (in_theirs, in_ours), (out_ours, out_theirs), (error_ours, error_theirs) = pipes
    return [in_ours, out_ours, error_ours], [in_theirs, out_theirs, error_theirs]
