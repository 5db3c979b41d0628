"""The front of a session: what it is for is known once the client has asked, and decides who serves it."""

from __future__ import annotations

import shlex
from typing import Any, Final, Protocol

from asyncssh import SSHServerChannel, SSHServerSession

from backend.contract.faults import GOING_DOWN, NOT_UNDERSTOOD, UNEXPECTED, Exit, Refused
from backend.contract.served import Served
from backend.core.seats import Seat
from backend.doors.ssh.commands import NO_SHELL, NOT_A_COMMAND, Said
from backend.doors.ssh.console import Console
from backend.doors.ssh.consoles import Consoles
from backend.doors.ssh.house import House
from backend.doors.ssh.people import Seated
from backend.doors.ssh.replies import unexpected
from backend.doors.ssh.session import Host, Session
from backend.doors.ssh.terminals import bounded, described
from backend.listeners import COMMANDS, CONSOLE, SFTP

_LONGEST_COMMAND: Final = 10_000
NO_TERMINAL: Final = (
    "The console needs a terminal: add -t to ssh. Or name a command: ssh HOST help lists them.",
    Exit.USAGE,
)
NOT_SERVED: Final = ("This is not served at this address.", Exit.REFUSED)
NO_COMMANDS: Final = ("Recovery has pages and no commands: ssh RECOVER@HOST, and nothing after it.", Exit.USAGE)
NO_SFTP: Final = (
    "SFTP takes and gives files with a registered key, and not with a password: see SFTP access in the console. "
    "Without a key, files go by a one-time ticket: Submit, then F8.",
    Exit.REFUSED,
)


class Visitor(Host, Protocol):
    """Whose connection it is, and how they came in."""

    services: tuple[str, ...]

    @property
    def seated(self) -> Seated | None:
        """By password, or to recover; `None` by key."""
        ...

    @property
    def recovering(self) -> bool: ...

    @property
    def consoles(self) -> Consoles | None: ...

    @property
    def facts(self) -> tuple[int, str]:
        """The port they came to, and the fingerprint of the server's key."""
        ...

    def seat(self) -> Seat:
        """Where they sit."""
        ...


class Front(SSHServerSession[bytes]):
    """Serves files itself to nobody: it passes a session on, or says why not in one line."""

    def __init__(self, house: House, visitor: Visitor) -> None:
        self._house = house
        self._visitor = visitor
        self._channel: SSHServerChannel[bytes] | None = None
        self.files: Session | None = None
        self._console: Console | None = None
        self._arguments: list[str] | None = None
        self._instead: Said | None = None
        self._size: tuple[int, int] | None = None
        self._choked = self.over = False

    @property
    def uploading(self) -> bool:
        """Whether a file is on its way, or may be."""
        busy = self._console is not None and not self._console.over and not self._console.interactive
        return busy or (self.files is not None and self.files.uploading)

    @property
    def interactive(self) -> bool:
        return self._console is not None and self._console.interactive

    # ── what it is for ───────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, chan: SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: tuple[int, int, int, int], term_modes: Any) -> bool:
        self._size = bounded(*term_size[:2])
        return self._visitor.consoles is not None

    def shell_requested(self) -> bool:
        if self._size is not None:
            return self._serve_console(CONSOLE)
        if self._visitor.seated is None:
            return self._say(NO_SHELL, NOT_A_COMMAND)
        return self._say(*NO_TERMINAL)

    def exec_requested(self, command: str) -> bool:
        if self._visitor.seated is None:
            return self._serve_files().exec_requested(command)
        if self._visitor.recovering:
            return self._say(*NO_COMMANDS)
        try:
            self._arguments = shlex.split(_whole(command)) or ["--help"]
        except ValueError as error:
            return self._say(str(Refused(NOT_UNDERSTOOD, what=f"{error}.")), Exit.USAGE)
        return self._serve_console(COMMANDS)

    def subsystem_requested(self, subsystem: str) -> bool:
        if subsystem != SFTP:
            return False
        if self._visitor.seated is not None:
            return self._say(*NO_SFTP)
        return SFTP in self._visitor.services and self._serve_files().subsystem_requested(subsystem)

    def session_started(self) -> None:
        channel = self._channel
        if channel is None:
            return
        if self.files is not None:
            self.files.session_started()
        elif self._instead is not None:
            line_end = "\r\n" if channel.get_terminal_type() else "\n"
            channel.write_stderr(f"{self._instead.error}{line_end}".encode())
            channel.exit(self._instead.code)
        else:
            self._open(channel)

    def _serve_files(self) -> Session:
        self.files = Session(self._house, self._visitor)
        self.files.choke(self._choked)
        if self._channel is not None:
            self.files.connection_made(self._channel)
        return self.files

    def _serve_console(self, service: str) -> bool:
        return service in self._visitor.services or self._say(*NOT_SERVED)

    def _say(self, words: str, code: int) -> bool:
        self._instead = Said(error=words, code=code)
        return True

    def _open(self, channel: SSHServerChannel[bytes]) -> None:
        visitor, consoles = self._visitor, self._visitor.consoles
        try:
            if consoles is None:
                raise RuntimeError("nothing runs consoles here")
            if not self._house.taking():
                raise Refused(GOING_DOWN)
            seat, seated = visitor.seat(), visitor.seated
            port, fingerprint = visitor.facts
            opening = Served(
                server=consoles.server,
                seat=seat.token,
                token=seated.token if seated else None,
                login_id=seat.login_id,
                page="recover" if seat.kind == "recovery" else "console" if seated else "sign_in",
                host=consoles.host,
                port=port,
                fingerprint=fingerprint,
                terminal=described(channel.get_terminal_type(), channel.get_environment()),
                arguments=None if self._arguments is None else tuple(self._arguments),
                tty=self._size is not None,
            )
            self._console = Console(consoles, channel, opening, seat.source, self._size)
            self._console.choke("line", self._choked)
        except Exception as error:
            refused = error if isinstance(error, Refused) else unexpected(error)
            self._say(str(refused), refused.fault.exit if isinstance(error, Refused) else UNEXPECTED.exit)
            self.session_started()

    # ── what is passed on ────────────────────────────────────────────────────────────────────────────────────

    def data_received(self, data: bytes | memoryview, datatype: int | None) -> None:
        if self.files is not None:
            self.files.data_received(data, datatype)
        elif self._console is not None:
            self._console.data_received(data)

    def eof_received(self) -> bool:
        if self.files is not None:
            return self.files.eof_received()
        if self._console is not None:
            self._console.eof_received()
        return True

    def pause_writing(self) -> None:
        if self.files is not None:
            self.files.pause_writing()
        elif self._console is not None:
            self._console.choke("channel", True)

    def resume_writing(self) -> None:
        if self.files is not None:
            self.files.resume_writing()
        elif self._console is not None:
            self._console.choke("channel", False)

    def choke(self, choked: bool) -> None:
        """For the whole connection."""
        self._choked = choked
        if self.files is not None:
            self.files.choke(choked)
        elif self._console is not None:
            self._console.choke("line", choked)

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        if self._console is not None:
            self._console.resized(*bounded(width, height))
        elif self._size is not None:
            self._size = bounded(width, height)

    def signal_received(self, signal: str) -> None:
        if self._console is not None:
            self._console.signalled(signal)

    def connection_lost(self, exc: Exception | None) -> None:
        self._channel = None
        self.over = True
        if self.files is not None:
            self.files.connection_lost(exc)
        if self._console is not None:
            self._console.gone()

    def end(self, refused: Refused) -> bool:
        """Ends a console or a command, in words; false where there is none."""
        if self._console is None or self.over:
            return False
        self._console.end(refused)
        return True


def _whole(command: str) -> str:
    """The command as it came: what is left of one that was cut may say something else."""
    if len(command) > _LONGEST_COMMAND:
        raise ValueError(f"A command has at most {_LONGEST_COMMAND:,} characters")
    return command
