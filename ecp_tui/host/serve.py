"""The host's loop: takes sessions from the backend, forks a child for each, says how it ended, ends what was left."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from textual.css.stylesheet import Stylesheet

from ecp_tui.host.child import run_child

HANDLES: Final = 4
"""That a session comes with: its socket, and its three of input, output and errors."""
_SILENT: Final = getattr(select, "POLLRDHUP", 0)
"""That the other end says no more: it may still listen for how it ended. Where that is not told, that it is closed."""
PATIENCE: Final = 3.0
"""Seconds between being asked to end and being ended."""


@dataclass
class _Session:
    pid: int
    socket: socket.socket
    ends_at: float | None = None
    """When it is killed; `None` until it was asked to end."""


class Host:
    """Forks; parses nothing that anybody said, and holds nothing of a session but its socket and its process."""

    def __init__(self, control: socket.socket, sheet: Stylesheet | None) -> None:
        """`sheet`: of all pages, for consoles to begin with."""
        self._control: socket.socket | None = control
        self._sheet = sheet
        self._sessions: dict[int, _Session] = {}
        """By the number of their sockets."""
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._woken, waker = socket.socketpair()
        self._woken.setblocking(False)
        waker.setblocking(False)
        self._poll.register(self._woken, select.POLLIN)
        self._waker = waker

    def run(self) -> None:
        """Until the backend has gone and every session with it."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for stop in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(stop, signal.SIG_IGN)  # it lives as long as the backend's end of the control socket
        while self._control is not None or self._sessions:
            for handle, _ in self._poll.poll(self._until_next()):
                self._meet(handle)
            self._reap()
            self._kill_the_late()

    def _meet(self, handle: int) -> None:
        if self._control is not None and handle == self._control.fileno():
            self._take()
        elif handle == self._woken.fileno():
            with suppress(BlockingIOError):
                self._woken.recv(512)
        elif handle in self._sessions:
            self._hang_up(self._sessions[handle])

    def _take(self) -> None:
        assert self._control is not None  # noqa: S101 - whoever calls has just heard from it
        try:
            said, handles, _, _ = socket.recv_fds(self._control, 1, HANDLES)
        except OSError:
            said, handles = b"", []
        if not said:
            self._end()
        elif len(handles) == HANDLES:
            self._fork(socket.socket(fileno=handles[0]), handles[1:])
        else:
            for handle in handles:
                os.close(handle)

    def _fork(self, session: socket.socket, standard: list[int]) -> None:
        try:
            pid = os.fork()
        except OSError:  # no process is to be had: the session ends as if it had failed
            pid = -1
        if pid == 0:
            run_child(session, standard, self._sheet)
        for handle in standard:
            os.close(handle)
        if pid < 0:
            _tell(session, {"exit": 1})
            session.close()
            return
        self._sessions[session.fileno()] = _Session(pid, session)
        self._poll.register(session, _SILENT)

    def _hang_up(self, session: _Session) -> None:
        if session.ends_at is None:
            self._poll.unregister(session.socket)
            session.ends_at = time.monotonic() + PATIENCE
            os.kill(session.pid, signal.SIGHUP)

    def _end(self) -> None:
        """The backend has gone: so does everything."""
        if self._control is not None:
            self._poll.unregister(self._control)
            self._control.close()
            self._control = None
        for session in self._sessions.values():
            self._hang_up(session)

    def _reap(self) -> None:
        ended = {}
        with suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                ended[found[0]] = os.waitstatus_to_exitcode(found[1])
        for handle, session in list(self._sessions.items()):
            if session.pid in ended:
                code = ended[session.pid]
                _tell(session.socket, {"exit": code} if code >= 0 else {"signal": -code})
                if session.ends_at is None:
                    self._poll.unregister(session.socket)
                session.socket.close()
                del self._sessions[handle]

    def _kill_the_late(self) -> None:
        now = time.monotonic()
        for session in self._sessions.values():
            if session.ends_at is not None and session.ends_at <= now:
                os.kill(session.pid, signal.SIGKILL)

    def _until_next(self) -> float | None:
        """Milliseconds until somebody is to be killed."""
        ends = [session.ends_at for session in self._sessions.values() if session.ends_at is not None]
        return max(0.0, min(ends) - time.monotonic()) * 1000 + 1 if ends else None


def _tell(session: socket.socket, what: dict[str, int]) -> None:
    """Without waiting, and without a word if nobody listens any more."""
    with suppress(OSError):
        session.send(json.dumps(what).encode() + b"\n", socket.MSG_DONTWAIT)
