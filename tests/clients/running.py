"""Running the programs of the matrix beside the server's loop, to their end or until they are killed."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.clients.commands import Client, Command, Server
from tests.clients.expected import Seen
from tests.databases import REQUIRED
from tests.sftp_world import Ran, SftpWorld, installed

_SECONDS = 40


def there(client: Client) -> Client:
    """Skips, or fails where clients are required, without its programs."""
    for program in client.programs:
        installed(program)
    if "curl" in client.programs and b"sftp" not in subprocess.run(["curl", "-V"], capture_output=True).stdout:
        reason = "this curl was built without libssh2"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return client


def at(sftp_world: SftpWorld, port: int | None = None) -> Server:
    door, home = sftp_world.door, sftp_world.folder / "home"
    home.mkdir(exist_ok=True)
    return Server(port or door.port, door.host_key, door.fingerprint, Path(sftp_world.key("CHAN01")), home)


@asynccontextmanager
async def started(command: Command) -> AsyncIterator[asyncio.subprocess.Process]:
    """In a process group of its own, which is killed at the end."""
    process = await asyncio.create_subprocess_exec(
        *command.argv,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **command.environment},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def ran(command: Command) -> Ran:
    async with started(command) as process, asyncio.timeout(_SECONDS):
        said, _ = await process.communicate(command.typed.encode())
    return Ran(process.returncode or 0, said.decode(errors="backslashreplace"))


async def killed(command: Command, when: asyncio.Event) -> None:
    async with started(command) as process, asyncio.timeout(_SECONDS):
        assert process.stdin is not None
        process.stdin.write(command.typed.encode())
        process.stdin.close()
        await when.wait()


def saw(one: Ran, seen: Seen) -> bool:
    """Whether a user saw that. An `…` stands for anything, and 255 for the end by a signal, too."""
    code = 255 if one.code < 0 else one.code
    return code == seen.code and any(_says(one, words) for words in (seen.words, seen.or_words or seen.words))


def _says(one: Ran, words: str) -> bool:
    return re.search(".*".join(map(re.escape, words.split("…"))), one.said, re.DOTALL) is not None


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


async def all_left(sftp_world: SftpWorld) -> None:
    """Until the door has noticed that everybody is gone, and has put away what they left."""
    await until(lambda: not (sftp_world.door._visits or sftp_world.door._work))
