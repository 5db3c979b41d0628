"""One SSH session that serves files: the `sftp` subsystem in order and within bounds, or one command."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, Protocol

from asyncssh import SSHServerChannel, SSHServerSession

from backend.doors.ssh import wire
from backend.doors.ssh.commands import Command, Said
from backend.doors.ssh.house import Guest, House
from backend.doors.ssh.operations import Operations
from backend.doors.ssh.wire import Op, Reply

_MOST_WAITING: Final = 2 << 20
_MOST_REPLIES: Final = 64 << 10
_LINGER: Final = 30.0
"""Seconds after which a client that met a refusal and says nothing more is let go: some hang there for ever."""
_LENGTH: Final = 4
_MOST_PIECES: Final = 256
_WEIGHT: Final = 100
"""Bytes that a waiting packet takes besides its own."""


class Host(Guest, Protocol):
    """The connection a session belongs to."""

    def drop(self, why: str) -> None:
        """Ends the connection."""
        ...

    def remember(self, work: asyncio.Task[None]) -> None:
        """Keeps work that has to end before the door closes."""
        ...


class Session(SSHServerSession[bytes]):
    """Requests are served one after another; while many bytes wait, nothing more is read."""

    def __init__(self, house: House, host: Host) -> None:
        self._host = host
        self._house = house
        self._command: Command | None = None
        self._operations = Operations(house, host)
        self._loop = asyncio.get_running_loop()
        self._channel: SSHServerChannel[bytes] | None = None
        self._is_sftp = False
        self._arrived: list[bytes | memoryview] = []
        self._arrived_size = 0
        self._awaited = _LENGTH
        self._waiting: deque[memoryview] = deque()
        self._waiting_size = 0
        self._replies = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._paused = False
        self._choked = False
        self._line_choked = False
        self._ended = False
        self.over = False
        self._linger: asyncio.TimerHandle | None = None

    @property
    def uploading(self) -> bool:
        """Whether a file is on its way."""
        return (self._command is None and self._task is not None) or self._operations.uploading

    # ── what asyncssh calls ──────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, chan: SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def exec_requested(self, command: str) -> bool:
        self._command = Command(self._house, self._host, command)
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        self._is_sftp = subsystem == "sftp"
        return self._is_sftp

    def session_started(self) -> None:
        if self._command is not None:
            self._task = self._loop.create_task(self._run(self._command))

    def data_received(self, data: bytes | memoryview, datatype: int | None) -> None:
        if self._command is not None:
            self._command.came()
        if not self._is_sftp or self._ended:
            return
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        self._arrived.append(data)
        self._arrived_size += len(data)
        if len(self._arrived) >= _MOST_PIECES:  # a byte at a time, each would weigh as much as hundreds
            self._arrived = [b"".join(self._arrived)]
        if self._arrived_size >= self._awaited:
            self._take_packets()
            self._serve()

    def pause_writing(self) -> None:
        """The client asks and does not listen: nothing more is served until it does."""
        self._choked = True

    def resume_writing(self) -> None:
        self._choked = False
        self._serve()

    def choke(self, choked: bool) -> None:
        """The same for the whole connection: however wide its window, it does not take what was sent."""
        self._line_choked = choked
        if not choked:
            self._serve()

    def eof_received(self) -> bool:
        """The client says no more. That is no CLOSE; it wants to hear that all it asked for went well."""
        self._ended = True
        if self._command is not None:
            self._command.ended()
        self._serve()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._channel = None
        self._ended = self.over = True
        self._waiting.clear()
        if self._linger is not None:
            self._linger.cancel()
        if self._command is not None:
            self._command.gone()
        self._host.remember(self._loop.create_task(self._abandon()))

    # ── commands ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _run(self, command: Command) -> None:
        said = await command.run()
        self._task = None
        self._say(said)

    def _say(self, said: Said) -> None:
        if self._channel is not None and not self._channel.is_closing():
            end = "\r\n" if self._channel.get_terminal_type() else "\n"
            self._channel.write(said.out.replace("\n", end).encode())
            self._channel.write_stderr(said.error.replace("\n", end).encode())
            self._channel.exit(said.code)

    # ── packets ──────────────────────────────────────────────────────────────────────────────────────────────

    def _take_packets(self) -> None:
        """Cuts what has arrived into packets, where it lies; what is left waits for as many bytes as it lacks."""
        arrived, at, size = memoryview(b"".join(self._arrived)), 0, self._arrived_size
        self._awaited = _LENGTH
        while size - at >= _LENGTH:
            length = int.from_bytes(arrived[at : at + _LENGTH], "big")
            if not 1 + _LENGTH <= length <= wire.LONGEST_PACKET:
                self._ended = True
                self._waiting.clear()
                self._host.drop("packet of a length that is not taken")
                return
            if size - at - _LENGTH < length:
                self._awaited = _LENGTH + length
                break
            self._waiting.append(arrived[at + _LENGTH : at + _LENGTH + length])
            self._waiting_size += length + _WEIGHT
            at += _LENGTH + length
        self._arrived, self._arrived_size = [bytes(arrived[at:])] if at < size else [], size - at

    def _serve(self) -> None:
        if self._command is not None:
            return
        while self._waiting and self._task is None and not (self._choked or self._line_choked):
            packet = self._waiting.popleft()
            self._waiting_size -= len(packet) + _WEIGHT
            if packet[0] == Op.INIT:
                self._replies += wire.version()
                continue
            reply = self._operations.at_once(packet[0], packet)
            if reply is None:
                self._task = self._loop.create_task(self._answer(packet))
            else:
                self._reply(packet, reply)
            if len(self._replies) > _MOST_REPLIES:
                self._send()
        self._send()
        self._pause_or_resume()
        if self._ended and not self._waiting and self._task is None and self._channel is not None:
            self._channel.exit(0)

    async def _answer(self, packet: memoryview) -> None:
        reply = await self._operations.answer(packet[0], packet)
        self._task = None
        self._reply(packet, reply)
        if packet[0] == Op.WRITE and reply is not wire.OK and self._channel is not None:
            self._linger = self._loop.call_later(_LINGER, self._host.drop, "nothing came after a refusal")
        self._serve()

    def _reply(self, packet: memoryview, reply: Reply) -> None:
        self._replies += wire.framed(reply, int.from_bytes(packet[1 : 1 + _LENGTH], "big"))

    def _send(self) -> None:
        """Everything answered in one go leaves in one write."""
        if self._replies and self._channel is not None and not self._channel.is_closing():
            self._channel.write(bytes(self._replies))
        self._replies.clear()

    def _pause_or_resume(self) -> None:
        paused = self._waiting_size > _MOST_WAITING
        if self._channel is None or paused is self._paused:
            return
        self._paused = paused
        if paused:
            self._channel.pause_reading()
        else:
            self._channel.resume_reading()

    async def _abandon(self) -> None:
        if self._task is not None:
            await asyncio.wait({self._task})
        await self._operations.abandon()
