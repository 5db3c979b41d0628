"""People at the SSH door: who types password and One-Time-Password, and what they see."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from backend.doors.ssh import Consoles, Hosting, start_ssh
from backend.listeners import Listener
from tests.sftp_world import SftpWorld
from tests.world import World

STAND_IN = (sys.executable, "-I", str(Path(__file__).with_name("stand_in.py")))


class Fingers(asyncssh.SSHClient):
    """Types what it was given, as often as it is asked; keeps what it is told."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.prompts: list[list[str]] = []
        self.told: list[str] = []

    def auth_banner_received(self, msg: str, lang: str) -> None:
        self.told.append(" ".join(msg.split()))

    def kbdint_auth_requested(self) -> str | None:
        return "" if self.answers else None

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str]:
        self.prompts.append([prompt for prompt, _ in prompts])
        return list(self.answers.pop(0))


@dataclass
class Screen:
    """A session on a terminal: all that it has shown."""

    process: asyncssh.SSHClientProcess[bytes]
    shown: bytes = b""

    async def until(self, *wanted: str) -> str:
        """Waits until the screen has shown all of these."""
        async with asyncio.timeout(10):
            while not all(one.encode() in self.shown for one in wanted):
                more = await self.process.stdout.read(1 << 16)
                assert more, self.shown[-2000:]
                self.shown += more
        return self.shown.decode("latin-1")

    async def rest(self) -> str:
        async with asyncio.timeout(10):
            self.shown += await self.process.stdout.read()
        return self.shown.decode("latin-1")

    async def opening(self) -> dict[str, Any]:
        text = (await self.until("\r\n")).partition("\x1b[?1049h")[2]
        return dict(json.loads(text.partition("\r\n")[0]))

    def type(self, keys: bytes) -> None:
        self.process.stdin.write(keys)


@dataclass
class PeopleWorld(SftpWorld):
    """A door that serves people, too."""

    hosting: Hosting = field(default_factory=lambda: Hosting(STAND_IN))

    def right(self, login_id: str = "CHAN01") -> tuple[str, str]:
        return self.world.people[login_id].password, self.world.fresh_otp(login_id)

    @asynccontextmanager
    async def typing(
        self, login_id: str = "CHAN01", *answers: Sequence[str], **options: Any
    ) -> AsyncIterator[asyncssh.SSHClientConnection]:
        """A connection by password: the right one, where nothing else is said."""
        fingers = options.pop("fingers", None) or Fingers(*(answers or [self.right(login_id)]))
        chosen = {"client_keys": None, "public_key_auth": False, "password_auth": False, **options}
        async with asyncssh.connect(
            "127.0.0.1",
            chosen.pop("port", self.door.port),
            username=login_id,
            known_hosts=None,
            config=None,
            agent_path=None,
            client_factory=lambda: fingers,
            **chosen,
        ) as connection:
            yield connection


@asynccontextmanager
async def at_screen(connection: asyncssh.SSHClientConnection, **options: Any) -> AsyncIterator[Screen]:
    chosen = {"term_type": "xterm-256color", "term_size": (80, 24), "encoding": None, **options}
    async with connection.create_process(**chosen) as process:
        yield Screen(process)


async def told(connection: asyncssh.SSHClientConnection, command: str, **options: Any) -> tuple[int | None, str, str]:
    """How a command ended, what it said, and what it said of errors."""
    done = await connection.run(command, encoding=None, timeout=10, **options)
    out, error = (one if isinstance(one, bytes) else b"" for one in (done.stdout, done.stderr))
    return done.returncode, out.decode("latin-1"), error.decode()


@asynccontextmanager
async def people_world(world: World, folder: Path, *listeners: Listener, most: int = 64) -> AsyncIterator[PeopleWorld]:
    hosting = Hosting(STAND_IN)
    hosting.start()
    consoles = Consoles(hosting, "http://127.0.0.1:9", "ecp.example", most)
    path = world.platform.settings.secrets / "ssh_host_key"
    door = await start_ssh(world.services, listeners or [Listener("127.0.0.1", 0)], path, consoles)
    try:
        yield PeopleWorld(world, door, folder, hosting)
    finally:
        await door.close(grace=1)
        hosting.close()
