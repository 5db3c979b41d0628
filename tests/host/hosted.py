"""A real host program, and what a person sees of a session in it: a terminal of pyte's, before a real platform."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pyte
import uvicorn

from backend.core.seats import SeatKind
from backend.serving import _privately
from tests.world import World

PATIENCE: Final = 20.0
FINGERPRINT: Final = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
_UNKNOWN_TO_PYTE: Final = re.compile(rb"\x1b\[[<>=][0-9;]*u|\x1b\[\?[0-9;]*\$p")


@dataclass
class Session:
    """One child of the host, as the backend has it: its socket, and the other end of its terminal or pipes."""

    socket: socket.socket
    said: bytes = b""

    def ended(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """The last line on the socket: how it ended."""
        deadline = time.monotonic() + seconds
        while True:
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            more = self.socket.recv(65536)
            if not more:
                break
            self.said += more
        assert self.said, "it ended without a word"
        found: dict[str, Any] = json.loads(self.said.splitlines()[-1])
        return found

    @property
    def over(self) -> bool:
        """Whether it has ended; what it told until then is in `said`."""
        while select.select([self.socket], [], [], 0)[0]:
            if not (more := self.socket.recv(65536)):
                return True
            self.said += more
        return False

    def hang_up(self) -> None:
        """As a client that goes away."""
        self.socket.close()

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.said.splitlines()]


@dataclass
class Screen(Session):
    """A session on a terminal."""

    master: int = -1
    size: tuple[int, int] = (80, 24)
    raw: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._screen = pyte.Screen(*self.size)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def read(self, seconds: float) -> bytes:
        """What comes within so long."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        try:
            data = os.read(self.master, 1 << 16) if ready else b""
        except OSError:  # whoever had the terminal has ended
            data = b""
        self.raw += data
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
        return data

    def sees(self, *words: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while not all(word in self.text for word in words):
            if not self.read(0.1) and (time.monotonic() > deadline or self.over):
                raise AssertionError(f"waited to see {words}; the screen shows:\n{self.text}\n{self.said.decode()}")
        return self.text

    def settles(self, seconds: float = 0.4) -> None:
        while self.read(seconds):
            pass

    def press(self, keys: str | bytes) -> None:
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)

    def resize(self, width: int, height: int) -> None:
        self.size = width, height
        self._screen.resize(height, width)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def hang_up(self) -> None:
        super().hang_up()
        if self.master >= 0:
            os.close(self.master)
            self.master = -1


@dataclass
class Piped(Session):
    """A command without a terminal."""

    input: int = -1
    output: int = -1
    errors: int = -1

    def run(self, data: bytes = b"") -> tuple[int, str, str]:
        """Its exit code, and all it said."""
        if data:
            os.write(self.input, data)
        os.close(self.input)
        said = []
        for handle in (self.output, self.errors):
            with os.fdopen(handle, "rb") as stream:
                said.append(stream.read().decode())
        return self.ended()["exit"], said[0], said[1]


@dataclass
class HostProgram:
    """The program, and the backend's side of it."""

    world: World
    server: str
    process: subprocess.Popen[bytes]
    control: socket.socket
    ready: dict[str, Any]
    opened: list[Session] = field(default_factory=list)

    def opening(self, login_id: str = "CHAN01", *, signed_in: bool = True, **other: Any) -> dict[str, Any]:
        kind: SeatKind = "recovery" if other.get("page") == "recover" else "person"
        seat = self.world.services.seats.open("203.0.113.7", login_id, kind)
        return {
            "server": self.server,
            "seat": seat.token,
            "token": self.world.token(login_id) if signed_in else None,
            "login_id": login_id,
            "page": "console" if signed_in else "sign_in",
            "host": "ecp.example.org",
            "port": 2222,
            "fingerprint": FINGERPRINT,
            "terminal": {"TERM": "xterm-256color", "LANG": "en_GB.UTF-8"},
            "arguments": None,
            "tty": True,
            **other,
        }

    def hand(self, opening: dict[str, Any] | bytes, handles: tuple[int, int, int]) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            ours.sendall(opening if isinstance(opening, bytes) else json.dumps(opening).encode() + b"\n")
            socket.send_fds(self.control, [b"\x01"], [theirs.fileno(), *handles])
        return ours

    def console(self, opening: dict[str, Any] | None = None, size: tuple[int, int] = (80, 24)) -> Screen:
        master, slave = pty.openpty()
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        session = self.hand(opening or self.opening(), (slave, slave, slave))
        os.close(slave)
        self.opened.append(screen := Screen(session, master=master, size=size))
        return screen

    def command(self, *arguments: str, **other: Any) -> Piped:
        pipes = [os.pipe() for _ in range(3)]
        theirs = (pipes[0][0], pipes[1][1], pipes[2][1])
        opening = self.opening(**{"terminal": {}, **other}) | {"arguments": list(arguments), "tty": False}
        session = self.hand(opening, theirs)
        for handle in theirs:
            os.close(handle)
        self.opened.append(piped := Piped(session, input=pipes[0][1], output=pipes[1][0], errors=pipes[2][0]))
        return piped

    def end_all(self) -> None:
        """Whatever a test left open."""
        for session in self.opened:
            session.hang_up()
        self.opened.clear()


@contextmanager
def entrance(world: World) -> Iterator[str]:
    """The private entrance on a real socket, as `ecpd serve` has it."""
    server = uvicorn.Server(_privately(world.platform, world.app))
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        bound.close()


@contextmanager
def hosting(
    world: World, server: str, program: tuple[str, ...] = ("-m", "ecp_tui.host"), *, options: tuple[str, ...] = ()
) -> Iterator[HostProgram]:
    """The host program, as the backend starts it."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-I", *program, *options, str(theirs.fileno())],
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
    try:
        ours.settimeout(PATIENCE)
        yield HostProgram(world, server, process, ours, json.loads(ours.recv(65536)))
    finally:
        ours.close()
        try:
            process.wait(10)
        finally:
            process.kill()
            process.wait()
