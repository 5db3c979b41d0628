"""A world with its SSH door open on loopback, asyncssh's client and OpenSSH's programs to knock on it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from backend.contract.messages import Activity, ActivityFilter
from backend.core.actor import Actor
from backend.core.client_connect.standing import actor_for
from backend.doors.ssh import SshDoor, start_ssh
from backend.doors.ssh.front import Front
from backend.doors.ssh.session import Session
from backend.doors.ssh.visit import Visit
from backend.listeners import Listener
from tests.world import World

SUBMIT = "/01234/SD-1/submit"
RECEIPTS = "/01234/SD-1/receipts"
TODAY = "SD1_01234_20220520.csv"
YESTERDAY = "SD1_01234_20220519.csv"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended, and all it said."""

    code: int
    said: str


@dataclass
class SftpWorld:
    """The world, its open door, and a folder to work in."""

    world: World
    door: SshDoor
    folder: Path

    @property
    def staging(self) -> list[Path]:
        return list((self.world.platform.settings.data_dir / "staging").iterdir())

    def key(self, login_id: str) -> str:
        path = self.world.people[login_id].ssh_key
        assert path is not None
        return path

    def file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def activities(self, **wanted: str) -> list[Activity]:
        """What Activity Enquiry shows to the account's company, newest first."""
        page = self.world.services.activity.page(
            self.actor("WONGDA1"), ActivityFilter.model_validate(wanted), None, 100
        )
        return list(page.items)

    def actor(self, login_id: str = "CHAN01") -> Actor:
        """Somebody at the console, without a sign-in."""
        with self.world.platform.store.reading() as rows:
            account = rows.account(login_id)
            assert account is not None
            return actor_for(rows, account.id, "console", "127.0.0.1")

    @asynccontextmanager
    async def connected(
        self, login_id: str = "CHAN01", **options: object
    ) -> AsyncIterator[asyncssh.SSHClientConnection]:
        chosen: dict[str, object] = {"username": login_id, "known_hosts": None, "config": None, "agent_path": None}
        chosen |= options or {"client_keys": [self.key(login_id)]}
        async with asyncssh.connect("127.0.0.1", self.door.port, **chosen) as connection:
            yield connection

    @asynccontextmanager
    async def client(self, login_id: str = "CHAN01") -> AsyncIterator[asyncssh.SFTPClient]:
        async with self.connected(login_id) as connection, connection.start_sftp_client() as sftp:
            yield sftp

    def options(self, login_id: str = "CHAN01") -> list[str]:
        hosts = self.folder / "known_hosts"
        hosts.write_text(f"[127.0.0.1]:{self.door.port} {self.door.host_key}\n")
        said = {
            "UserKnownHostsFile": hosts,
            "IdentityFile": self.key(login_id),
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "BatchMode": "yes",
        }
        return ["-F", "none", *(part for name, value in said.items() for part in ("-o", f"{name}={value}"))]

    async def sftp(self, *lines: str, login_id: str = "CHAN01") -> Ran:
        """OpenSSH's sftp with a batch of commands; a line with `-` before it may fail."""
        batch = self.file("batch", "\n".join([*lines, ""]).encode())
        program = installed("sftp")
        where = ["-P", str(self.door.port), "-b", str(batch), f"{login_id}@127.0.0.1"]
        return await run(program, *self.options(login_id), *where)

    async def ssh(self, *command: str, login_id: str = "CHAN01", options: tuple[str, ...] = ()) -> Ran:
        where = ["-p", str(self.door.port), *options, f"{login_id}@127.0.0.1", *command]
        return await run(installed("ssh"), *self.options(login_id), *where)

    async def scp(self, *arguments: str, login_id: str = "CHAN01") -> Ran:
        return await run(installed("scp"), *self.options(login_id), "-P", str(self.door.port), *arguments)


@asynccontextmanager
async def open_door(world: World, folder: Path) -> AsyncIterator[SftpWorld]:
    key_path = world.platform.settings.secrets / "ssh_host_key"
    door = await start_ssh(world.services, [Listener("127.0.0.1", 0)], key_path)
    try:
        yield SftpWorld(world, door, folder)
    finally:
        await door.close(grace=2)


def told_in(names: Iterable[object]) -> list[str]:
    """What a folder says, without what goes with each receipt: its signature and its proof, and nobody else's."""
    found = {str(name) for name in names}
    receipts = {name for name in found if name.endswith(".receipt")}
    beside = {f"{name}.sig" for name in receipts} | {name.removesuffix("receipt") + "proof" for name in receipts}
    assert beside <= found and beside == {name for name in found if name.endswith((".sig", ".proof"))}
    return sorted(found - beside)


def identities_in(names: Iterable[object]) -> list[str]:
    """What lies at the root, without the two files about signing keys."""
    found = {str(name) for name in names}
    assert {"allowed_signers", "revoked_keys"} <= found
    return sorted(found - {"allowed_signers", "revoked_keys"})


def files_of(visit: Visit) -> Session:
    """The session that serves files, of a connection that has opened one."""
    front = visit._sessions[0]
    assert isinstance(front, Front) and front.files is not None
    return front.files


def installed(program: str) -> str:
    """The program's path; a test without it is skipped, unless clients are required."""
    path = shutil.which(program)
    if path is None:
        reason = f"{program} is not on this machine"
        if os.environ.get("ECP_REQUIRE_CLIENTS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


async def run(program: str, *arguments: str, seconds: float = 60) -> Ran:
    """Runs a program beside the server's loop."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return Ran(process.returncode or 0, said.decode(errors="backslashreplace"))
