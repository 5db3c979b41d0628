"""A child of the host: becomes a process of its own with nothing but its session, and runs what that opens."""

from __future__ import annotations

import fcntl
import gc
import io
import os
import resource
import signal
import socket
import sys
import termios
from contextlib import suppress
from typing import Final, NoReturn

from textual.css.stylesheet import Stylesheet

from ecp_tui.host.confine import make_unreadable, only_server
from ecp_tui.host.mishaps import tell
from ecp_tui.host.opening import read_opening
from ecp_tui.host.session import run_session

_SESSION: Final = 3
"""Where every child finds its session socket."""
_LIMITS: Final = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NOFILE: 64,
    resource.RLIMIT_DATA: 512 << 20,
}
_FAILED: Final = 1


def run_child(session: socket.socket, standard: list[int], sheet: Stylesheet | None) -> NoReturn:
    """Never returns, whatever happens: nothing of the host's own may run twice."""
    code = _FAILED
    try:
        session = _become(session, standard)
        code = _run(session, sheet)
    except BaseException as error:
        sys.stderr.write(f"{tell(session, error)}\n")
    finally:
        os._exit(code)


def _run(session: socket.socket, sheet: Stylesheet | None) -> int:
    served = read_opening(session)
    if served is None:  # the backend thought better of it
        return _FAILED
    only_server(served.server)
    os.environ.clear()
    os.environ.update(served.terminal)
    code = run_session(served, session, sheet)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # whoever was to read it has gone
            stream.flush()
    return code


def _become(session: socket.socket, standard: list[int]) -> socket.socket:
    """A session of its own, on its own terminal or pipes; everything else that the host has open is closed."""
    signal.set_wakeup_fd(-1)
    for heard in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(heard, signal.SIG_DFL)
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    os.setsid()
    kept = fcntl.fcntl(session.detach(), fcntl.F_DUPFD, 16)
    for number, handle in enumerate([fcntl.fcntl(one, fcntl.F_DUPFD, 16) for one in standard]):
        os.dup2(handle, number)
    os.dup2(kept, _SESSION)
    os.closerange(_SESSION + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])  # the host has bounded them
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        _no_suspending()
    _open_streams()
    for limit, most in _LIMITS.items():
        with suppress(ValueError, OSError):  # a lower one is in force already
            resource.setrlimit(limit, (most, most))
    make_unreadable()
    gc.enable()
    return socket.socket(fileno=_SESSION)


def _no_suspending() -> None:
    """Nobody could bring back what ctrl+z puts to sleep here."""
    attributes = termios.tcgetattr(0)
    attributes[6][termios.VSUSP] = b"\0"
    termios.tcsetattr(0, termios.TCSANOW, attributes)


def _open_streams() -> None:
    """Python's own, on what stands behind them now; the host's were made for what stood there before."""
    output = [
        io.TextIOWrapper(os.fdopen(number, "wb", closefd=False), "utf-8", errors, line_buffering=True)
        for number, errors in ((1, "replace"), (2, "backslashreplace"))
    ]
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False), "utf-8", "surrogateescape")  # type: ignore[misc]  # replaced as a whole, before anybody has them
    sys.stdout = sys.__stdout__ = output[0]  # type: ignore[misc]  # the same
    sys.stderr = sys.__stderr__ = output[1]  # type: ignore[misc]  # the same
