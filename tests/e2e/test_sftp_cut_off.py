"""Whatever takes the right to SFTP away cuts OpenSSH's open connection at once, amid an upload too."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import pytest

from backend.contract import paths
from backend.core.actor import Actor
from backend.core.claims import Judged, Upload
from backend.core.submissions import Submissions
from tests.asked_together import Desk
from tests.sftp_world import SUBMIT, TODAY, SftpWorld, installed
from tests.ssh_keys import Pair, address_registered, new_pair, registered

AT_MOST = 4.0
"""Seconds from the answer to whoever took the right away until the client has noticed: one, where nothing else runs."""
Act = Callable[[Desk, str], None]


def _revoke_the_key(desk: Desk, fingerprint: str) -> None:
    assert desk.ask("LEEDA2", "POST", paths.KEY_REVOCATIONS, {"fingerprint": fingerprint}).status_code == 204


def _remove_the_address(desk: Desk, fingerprint: str) -> None:
    removal = {"login_id": "CHAN01", "network": "127.0.0.1/32"}
    assert desk.ask("CHAN01", "POST", paths.ADDRESS_REMOVALS, removal).status_code == 204


def _suspend(desk: Desk, fingerprint: str) -> None:
    assert desk.ask("WONGDA1", "POST", paths.SUSPENSIONS, {"login_id": "CHAN01"}).status_code == 204


def _close(desk: Desk, fingerprint: str) -> None:
    made = desk.request("WONGDA1", kind="close-user", login_id="CHAN01")
    assert desk.approve("LEEDA2", made).json()["state"] == "applied"


def _take_the_function(desk: Desk, fingerprint: str) -> None:
    left = [{"function": "EU_SD1", "identity_codes": ["01234"]}]
    made = desk.request("WONGDA1", kind="grant-functions", login_id="CHAN01", grants=left)
    assert desk.approve("LEEDA2", made).json()["state"] == "applied"


TAKING = [_revoke_the_key, _remove_the_address, _suspend, _close, _take_the_function]


@asynccontextmanager
async def _connected(sftp_world: SftpWorld, key: Path | None = None) -> AsyncIterator[asyncio.subprocess.Process]:
    """OpenSSH's sftp, connected, with its standard input open."""
    options = sftp_world.options()
    if key is not None:
        options = [part.replace(sftp_world.key("CHAN01"), str(key)) for part in options]
    process = await asyncio.create_subprocess_exec(
        *(installed("sftp"), *options, "-P", str(sftp_world.door.port), "-b", "-", "CHAN01@127.0.0.1"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        await _says(process, "pwd", "working directory: /")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _says(process: asyncio.subprocess.Process, command: str, words: str, seconds: float = 10) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{command}\n".encode())
    await _hears(process, words, seconds)


async def _hears(process: asyncio.subprocess.Process, words: str, seconds: float) -> None:
    assert process.stdout is not None
    heard = ""
    try:
        async with asyncio.timeout(seconds):
            while words not in heard:
                heard += (await process.stdout.read(1000)).decode() or pytest.fail(f"it ended: {heard}")
    except TimeoutError:
        pytest.fail(f"it said only: {heard}")


async def _ends(process: asyncio.subprocess.Process) -> None:
    """It goes on asking until it finds itself cut off; what it says then depends on what it had read before."""
    assert process.stdin is not None
    async with asyncio.timeout(AT_MOST):
        while process.returncode is None:
            process.stdin.write(b"ls /\n")
            await asyncio.sleep(0.05)
    assert process.returncode != 0


async def _does(desk: Desk, act: Act, fingerprint: str) -> None:
    await asyncio.to_thread(act, desk, fingerprint)


@pytest.mark.parametrize("act", TAKING, ids=lambda act: act.__name__.strip("_"))
async def test_an_open_connection_ends_within_a_second_or_a_few(sftp_world: SftpWorld, act: Act) -> None:
    fingerprint = Pair(Path(sftp_world.key("CHAN01"))).fingerprint
    desk = Desk(sftp_world.world)
    for who in ("CHAN01", "WONGDA1", "LEEDA2"):
        await asyncio.to_thread(desk.token, who)
    async with _connected(sftp_world) as process:
        await _does(desk, act, fingerprint)
        await _ends(process)
        assert not sftp_world.door._visits
    ran = await sftp_world.sftp("ls /")
    assert ran.code == 255 and "Permission denied" in ran.said, "nor does it come back"


@pytest.mark.parametrize("act", TAKING, ids=lambda act: act.__name__.strip("_"))
async def test_what_was_being_uploaded_is_not_submitted(sftp_world: SftpWorld, act: Act) -> None:
    fingerprint = Pair(Path(sftp_world.key("CHAN01"))).fingerprint
    desk = Desk(sftp_world.world)
    await asyncio.to_thread(desk.token, "WONGDA1")
    async with sftp_world.connected() as connection, connection.start_sftp_client() as sftp:
        file = await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        await file.write(b"half of it")
        await _does(desk, act, fingerprint)
        started = time.monotonic()
        await connection.wait_closed()
        assert time.monotonic() - started < AT_MOST
    assert not sftp_world.activities(state="accepted")
    async with asyncio.timeout(5):
        while sftp_world.staging:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("act", TAKING, ids=lambda act: act.__name__.strip("_"))
async def test_a_file_whose_close_is_held_meanwhile_is_not_submitted_either(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    fingerprint = Pair(Path(sftp_world.key("CHAN01"))).fingerprint
    desk = Desk(sftp_world.world)
    await asyncio.to_thread(desk.token, "WONGDA1")
    look_at = Submissions._judged

    def slowly(self: Submissions, actor: Actor, upload: Upload) -> Judged:
        judged = look_at(self, actor, upload)
        act(desk, fingerprint)
        return judged

    monkeypatch.setattr(Submissions, "_judged", slowly)
    async with sftp_world.connected() as connection, connection.start_sftp_client() as sftp:
        file = await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        await file.write(b"all of it")
        with pytest.raises((asyncssh.SFTPError, asyncssh.ConnectionLost)):
            await file.close()
        async with asyncio.timeout(AT_MOST):
            await connection.wait_closed()
    assert not sftp_world.activities(state="accepted")
    async with asyncio.timeout(5):
        while sftp_world.staging:
            await asyncio.sleep(0.02)


async def test_connections_by_another_key_and_of_others_go_on(sftp_world: SftpWorld, tmp_path: Path) -> None:
    desk, second = Desk(sftp_world.world), new_pair(tmp_path, "second")
    await asyncio.to_thread(registered, desk, second)
    revoked = Pair(Path(sftp_world.key("CHAN01"))).fingerprint
    async with (
        _connected(sftp_world) as first,
        _connected(sftp_world, second.path) as other,
        sftp_world.client("ACMEBOT1") as bot,
    ):
        await _does(desk, _revoke_the_key, revoked)
        await _ends(first)
        await _says(other, "pwd", "working directory: /")
        assert await bot.listdir("/")
        await asyncio.sleep(1)
        await _says(other, "ls -1 /", "01234")


async def test_narrowing_the_folders_takes_effect_on_an_open_connection(sftp_world: SftpWorld) -> None:
    desk = Desk(sftp_world.world)

    def narrow() -> None:
        grants = [{"function": "EU_ECPSFTP", "identity_codes": ["01234"]}]
        asked = {"kind": "grant-functions", "login_id": "CHAN01", "grants": grants, "sftp_folders": ["LOP"]}
        made = desk.request("WONGDA1", **asked)
        assert desk.approve("LEEDA2", made).json()["state"] == "applied"

    async with sftp_world.client() as sftp:
        assert "SD-1" in await sftp.listdir("/01234")
        await asyncio.to_thread(narrow)
        async with asyncio.timeout(AT_MOST):
            while "SD-1" in await sftp.listdir("/01234"):
                await asyncio.sleep(0.02)
        assert [name for name in await sftp.listdir("/01234") if name not in {".", ".."}] == ["LOP"]
        assert not await sftp.exists(SUBMIT)


async def test_a_key_and_an_address_registered_now_let_in_at_once(sftp_world: SftpWorld, tmp_path: Path) -> None:
    desk, new = Desk(sftp_world.world), new_pair(tmp_path, "new")
    await _does(desk, _remove_the_address, "")
    await asyncio.to_thread(registered, desk, new)
    ran = await sftp_world.sftp("ls /")
    assert ran.code == 255
    await asyncio.to_thread(address_registered, desk, "127.0.0.0/24")
    async with _connected(sftp_world, new.path) as process:
        await _says(process, "ls -1 /", "01234")
    page = await asyncio.to_thread(lambda: desk.ask("CHAN01", "GET", paths.SFTP_ACCESS).json())
    assert [step["state"] for step in page["steps"]] == ["done"] * 5
    assert page["ssh_port"] == sftp_world.door.port and page["host_key_fingerprint"] == sftp_world.door.fingerprint
