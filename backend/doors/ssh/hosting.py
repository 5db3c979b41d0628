"""Hosting: the program that runs consoles and commands. It is started before anybody comes, and again if it died.

Each gets a session socket: what it is to open goes in as one JSON line, how it ended comes out as one. Whoever closes
the backend's end of it ends it.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from threading import Thread
from typing import IO, Any, Final

import structlog

from backend.contract.rules.shown import shown
from backend.contract.served import LONGEST, Served

STARTED_EVERY: Final = 1.0
"""Seconds at least between two starts: one that cannot start is not started for everybody who comes."""
_ENDED_WITHIN: Final = 5.0
_LONGEST_LINE: Final = 1000
_log = structlog.get_logger(__name__)


def _listen(spoken: IO[bytes]) -> None:
    """What the program says beside its work goes into the log, a line an event."""
    with spoken:
        for line in iter(partial(spoken.readline, _LONGEST_LINE), b""):
            said = shown(line.decode("utf-8", "replace").rstrip(), _LONGEST_LINE)
            _log.warning("the program that runs consoles says", said=said)


class NotHosted(Exception):
    """The program that runs consoles is not there."""


class Hosting:
    """For one thread at a time; nothing here waits."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._program: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._started = -STARTED_EVERY

    @classmethod
    def of_consoles(cls, user: str = "") -> Hosting:
        """The real one, as that user of this machine where one is named."""
        as_user = ("--user", user) if user else ()
        return cls((sys.executable, "-I", "-m", "ecp_tui.host", *as_user))

    @property
    def pid(self) -> int | None:
        return self._program.pid if self._program is not None and self._program.poll() is None else None

    def start(self) -> None:
        """With nothing of our environment; it keeps its end of the control socket, whose number it is told."""
        self._let_go()
        self._started = time.monotonic()
        ours, theirs = socket.socketpair()
        with theirs:
            command = [*self._command, str(theirs.fileno())]
            try:
                self._program = subprocess.Popen(  # noqa: S603 - our own program
                    command,
                    env={},
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,  # ctrl+c in our terminal is ours to hear
                )
            except OSError as error:
                ours.close()
                raise NotHosted(f"{command[0]}: {error.strerror}") from error
        ours.setblocking(False)
        self._control = ours
        if self._program.stderr is not None:
            Thread(target=_listen, args=(self._program.stderr,), name="console-host", daemon=True).start()

    def hand(self, opening: Served, handles: tuple[int, int, int]) -> socket.socket:
        """Opens a session on these three; the socket says how it ends. `NotHosted` where nobody takes it."""
        line = opening.written()
        if len(line) > LONGEST:
            raise NotHosted("the opening is too long")
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            with theirs:
                ours.sendall(line)
                self._send([theirs.fileno(), *handles])
        except OSError as error:
            ours.close()
            raise NotHosted(str(error)) from error
        except NotHosted:
            ours.close()
            raise
        return ours

    def close(self) -> None:
        """Ends the program, and with it whatever it runs."""
        program = self._program
        self._let_go()
        if program is not None and program.poll() is None:
            try:
                program.wait(_ENDED_WITHIN)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()

    def _send(self, handles: list[int]) -> None:
        if self.pid is None:
            self._start_again()
        try:
            self._send_once(handles)
        except (BrokenPipeError, ConnectionResetError):
            self._start_again()
            self._send_once(handles)

    def _send_once(self, handles: list[int]) -> None:
        if self._control is None:
            raise NotHosted("it was never started")
        socket.send_fds(self._control, [b"\x01"], handles)

    def _start_again(self) -> None:
        if time.monotonic() - self._started < STARTED_EVERY:
            raise NotHosted("it has just died")
        code: Any = self._program.poll() if self._program is not None else None
        _log.error("the program that runs consoles died and is started again", code=code)
        self.start()

    def _let_go(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        self._program = None
