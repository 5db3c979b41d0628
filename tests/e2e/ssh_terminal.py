"""A person at a terminal with OpenSSH's `ssh`: a pseudo-terminal, pyte's screen, fingers that type what is asked."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from base64 import b32decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyte

from backend.adapters.one_time_codes import code, step_at
from tests.sftp_world import Ran, installed

PATIENCE: Final = 30.0
_UNKNOWN_TO_PYTE: Final = re.compile(rb"\x1b\[[<>=][0-9;]*u|\x1b\[\?[0-9;]*\$p")


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *command: str, size: tuple[int, int] = (80, 24), env: Mapping[str, str]) -> None:
        self.master, slave = pty.openpty()
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = bytearray()
        self.resize(*size)
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=dict(env), start_new_session=True, preexec_fn=_own
        )
        os.close(slave)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def cursor_hidden(self) -> bool:
        return bool(self._screen.cursor.hidden)

    def read(self, seconds: float) -> bool:
        """Whether anything came within so long."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        try:
            data = os.read(self.master, 1 << 16) if ready else b""
        except OSError:  # whoever had the terminal has ended
            return False
        self.raw += data
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
        return bool(data)

    def sees(self, *words: str, but: str = "\0") -> str:
        """Waits until all of these stand on the screen, and `but` does not."""
        deadline = time.monotonic() + PATIENCE
        while not all(word in self.text for word in words) or but in self.text:
            if not self.read(0.1) and time.monotonic() > deadline:
                raise AssertionError(f"waited to see {words}; the screen shows:\n{self.text}")
        return self.text

    def settles(self, seconds: float = 0.5) -> str:
        while self.read(seconds):
            pass
        return self.text

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def resize(self, width: int, height: int) -> None:
        self._screen.resize(height, width)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def ends(self) -> int:
        """Its exit code; all it said is on the screen."""
        deadline = time.monotonic() + PATIENCE
        while self.read(0.2) or self.process.poll() is None:
            assert time.monotonic() < deadline, self.text
        return self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)


def _own() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@dataclass
class SshWorld:
    """The demo, served by a process of its own, and a folder to work in."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]
    folder: Path
    spent: dict[str, int] = field(default_factory=dict)
    """The last time step whose code each account has given."""
    opened: list[Terminal] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.ready["ssh"]["port"])

    def account(self, login_id: str) -> dict[str, Any]:
        return next(one for one in self.ready["accounts"] if one["login_id"] == login_id)

    def otp(self, login_id: str) -> str:
        """One that was not used yet; waits for it where need be."""
        step = max(self.spent.get(login_id, 0) + 1, step_at(datetime.now(UTC)) - 1)
        while step > step_at(datetime.now(UTC)) + 1:
            time.sleep(0.5)
        self.spent[login_id] = step
        return code(b32decode(self.account(login_id)["otp_secret"]), step)

    def options(self, *more: str) -> list[str]:
        hosts = self.folder / "known_hosts"
        hosts.write_text(f"[127.0.0.1]:{self.port} {self.ready['ssh']['host_key']}\n")
        said = [f"UserKnownHostsFile={hosts}", "IdentityAgent=none", "IdentitiesOnly=yes", f"Port={self.port}"]
        said += ["SendEnv=LANG COLORTERM NO_COLOR ACCESSIBLE", *more]
        return ["-F", "none", *(part for one in said for part in ("-o", one))]

    def ssh(
        self, who: str, *command: str, options: tuple[str, ...] = (), env: Mapping[str, str] | None = None
    ) -> Terminal:
        """`ssh` on a terminal."""
        environ = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": str(self.folder), **(env or {})}
        program = [installed("ssh"), *self.options(*options), f"{who}@127.0.0.1", *command]
        self.opened.append(terminal := Terminal(*program, env=environ))
        return terminal

    def close_all(self) -> None:
        """Whatever a test left open."""
        while self.opened:
            self.opened.pop().close()

    @contextmanager
    def signed_in(self, login_id: str) -> Iterator[Path]:
        """One sign-in, typed at the prompts, that several sessions then share."""
        path = self.folder / f"master-{login_id}"
        options = (f"ControlPath={path}", "ControlMaster=yes", "PubkeyAuthentication=no")
        program = [installed("ssh"), *self.options(*options), "-N", f"{login_id}@127.0.0.1"]
        master = Terminal(*program, env={"TERM": "xterm"})
        try:
            self.sign_in(master, login_id)
            deadline = time.monotonic() + PATIENCE
            while not path.exists():
                master.read(0.1)
                assert time.monotonic() < deadline, master.text
            yield path
        finally:
            master.close()

    def sign_in(self, terminal: Terminal, login_id: str) -> None:
        """Types what is asked."""
        terminal.sees("Password:")
        terminal.press(f"{self.account(login_id)['password']}\n")
        terminal.sees("One-Time-Password:")
        terminal.press(f"{self.otp(login_id)}\n")

    def run(self, who: str, *command: str, options: tuple[str, ...] = (), data: bytes = b"") -> Ran:
        """`ssh` without a terminal."""
        program = [installed("ssh"), *self.options(*options), f"{who}@127.0.0.1", "--", *command]
        done = subprocess.run(
            program, input=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False
        )
        return Ran(done.returncode, done.stdout.decode(errors="backslashreplace"))

    def sample(self, pattern: str) -> Path:
        return max(Path(self.ready["samples"]).glob(pattern))


def on(line: Path) -> tuple[str, ...]:
    """The options of a session on a line where somebody has signed in."""
    return (f"ControlPath={line}", "ControlMaster=no")


@contextmanager
def ssh_world(folder: Path) -> Iterator[SshWorld]:
    command = [sys.executable, "-m", "backend", "demo", "--json", "--data-dir", str(folder / "world")]
    errors = folder / "ecpd.log"
    with errors.open("wb") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        assert process.stdout is not None
        try:
            yield SshWorld(process, json.loads(process.stdout.readline()), folder)
        finally:
            process.terminate()
            process.wait(30)
