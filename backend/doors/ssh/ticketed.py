"""A session behind `ssh TICKET@host < FILE`: its input is the file, and all it says goes to whoever typed that."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final, Protocol

from asyncssh import SSHServerChannel, SSHServerSession

from backend.contract.faults import Exit, Refused
from backend.contract.messages import FileTicketProgress
from backend.contract.rules.shown import shown
from backend.core.delivery import Delivery
from backend.core.tickets import Tickets
from backend.doors.ssh.inflow import Run
from backend.doors.ssh.replies import unexpected

BLOCK: Final = 1 << 20
_MOST_WAITING: Final = 2 << 20
SILENT: Final = 120.0
TELL_EVERY: Final = 5.0
_LOOK_EVERY: Final = 1.0
"""Seconds: without a byte before it is given up, between two lines of progress, between two looks whether it still
may come."""
_GROUP: Final = 16
USAGE: Final = (
    "A ticket takes one file from its input, and nothing else. Type the line as the console shows it, to its end: "
    "it ends in < FILE; with plink add -T. The ticket is still good."
)


class Host(Protocol):
    """The connection a session belongs to."""

    def remember(self, work: asyncio.Task[None]) -> None:
        """Keeps work that has to end before the door closes."""
        ...


class TicketSession(SSHServerSession[bytes]):
    """Takes the file at the pace of the disk. Input that ends is a file that is whole; a broken line is none."""

    def __init__(self, tickets: Tickets, ticket: str, source: str, run: Run, host: Host) -> None:
        self._tickets = tickets
        self._ticket = ticket
        self._source = source
        self._run = run
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._channel: SSHServerChannel[bytes] | None = None
        self._waiting = bytearray()
        self._moved = asyncio.Event()
        self._whole = False
        self._paused = False
        self._unread = False
        self._typed = False
        self._asks = False
        self.over = False
        self.uploading = False

    # ── what asyncssh calls ──────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, chan: SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def pty_requested(self, *_: Any) -> bool:
        """A terminal is there: nobody gave it a file. Yes, so that the line below is all that is to be read."""
        self._typed = True
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        self._asks = True
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        return False

    def session_started(self) -> None:
        if self._typed or self._asks:
            self._say(USAGE)
            self._leave(Exit.USAGE)
            return
        self.uploading = True
        self._host.remember(self._loop.create_task(self._receive()))

    def data_received(self, data: bytes | memoryview, datatype: int | None) -> None:
        if datatype is None and self.uploading:
            self._waiting += data
            self._moved.set()
            self._pause_or_resume()

    def eof_received(self) -> bool:
        self._whole = True
        self._moved.set()
        return True

    def pause_writing(self) -> None:
        self._unread = True

    def resume_writing(self) -> None:
        self._unread = False

    def choke(self, choked: bool) -> None:
        """Nothing: it says little, and answers nothing."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._channel = None
        self.over = True
        self._moved.set()

    # ── the file ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _receive(self) -> None:
        """Never raises."""
        delivery: Delivery | None = None
        try:
            delivery = await self._run(self._tickets.begin, self._ticket, self._source)
            await self._stream(delivery)
            self._said(await self._run(self._tickets.arrive, delivery))
            self._leave(Exit.OK)
        except Refused as refused:
            self._say(str(refused))
            self._leave(refused.fault.exit)
        except Exception as error:
            failed = unexpected(error)
            if delivery is not None:
                delivery.end("refused", failed)
            self._say(str(failed))
            self._leave(failed.fault.exit)
        finally:
            self.uploading = False

    async def _stream(self, delivery: Delivery) -> None:
        """Until the input ends; raises 4515 where the line does, and whatever else ends the delivery."""
        told = heard = self._loop.time()
        while not (self._whole and not self._waiting):
            if self.over or self._loop.time() - heard > SILENT:
                raise await self._run(delivery.cut)
            if self._waiting:
                heard = self._loop.time()
            block = self._next_block()
            await self._run(delivery.write, block)  # an empty one says whether it still may come
            if self._loop.time() - told > TELL_EVERY and block:
                told = self._loop.time()
                self._say(f"{delivery.received:,} bytes received")
            await self._more()

    def _next_block(self) -> bytes:
        block = bytes(self._waiting[:BLOCK])
        del self._waiting[:BLOCK]
        self._pause_or_resume()
        return block

    async def _more(self) -> None:
        """Waits a while for bytes, or for the end."""
        if self._waiting or self._whole or self.over:
            return
        self._moved.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), _LOOK_EVERY)

    def _pause_or_resume(self) -> None:
        paused = len(self._waiting) > _MOST_WAITING
        if self._channel is None or paused is self._paused:
            return
        self._paused = paused
        if paused:
            self._channel.pause_reading()
        else:
            self._channel.resume_reading()

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────

    def _said(self, progress: FileTicketProgress) -> None:
        sha256, name = progress.sha256 or "", progress.file_name or "The file"
        groups = " ".join(sha256[at : at + _GROUP] for at in range(0, len(sha256), _GROUP))
        self._say(f"{shown(name, 80)}: {progress.size or 0:,} bytes received", f"SHA-256 {groups}")
        if progress.purpose == "compare":
            self._say("Go back to the console: it says whether they are the same. Nothing was kept.")
        else:
            act, done = ("publish", "published") if progress.purpose == "publish" else ("submit", "submitted")
            self._say(f"Go back to the console, compare, and {act} it there. Nothing is {done} yet.")

    def _say(self, *lines: str) -> None:
        end = "\r\n" if self._typed else "\n"
        if self._channel is not None and not self._channel.is_closing() and not self._unread:
            self._channel.write_stderr("".join(line + end for line in lines).encode())

    def _leave(self, code: int) -> None:
        if self._channel is not None and not self._channel.is_closing():
            self._channel.exit(code)
