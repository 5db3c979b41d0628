"""What the page about SFTP promises is what the door does."""

from __future__ import annotations

import asyncio

import asyncssh
import pytest

from backend.contract.faults import Refused
from backend.contract.rules.public_keys import read_public_key
from backend.doors.ssh.algorithms import acceptable
from tests.sftp_world import SftpWorld, identities_in


@pytest.mark.parametrize(
    ("kind", "bits"),
    [
        *(("ssh-ed25519", None), ("ecdsa-sha2-nistp256", None), ("ecdsa-sha2-nistp384", None), ("ssh-rsa", 3072)),
        *(("ssh-rsa", 2048), ("ssh-dss", None), ("ecdsa-sha2-nistp521", None), ("ssh-ed448", None)),
    ],
)
def test_the_keys_that_are_registered_are_those_that_let_in(kind: str, bits: int | None) -> None:
    key = asyncssh.generate_private_key(kind, key_size=bits) if bits else asyncssh.generate_private_key(kind)
    try:
        read_public_key(key.export_public_key().decode())
        taken = True
    except Refused:
        taken = False
    assert acceptable(key.convert_to_public()) is taken


@pytest.mark.parametrize("login_id", ["CHAN01", "ACMEBOT1", "TAI09"])
async def test_the_tree_on_the_page_is_the_tree_that_sftp_shows(sftp_world: SftpWorld, login_id: str) -> None:
    async def walked(sftp: asyncssh.SFTPClient, path: str, depth: int) -> list[str]:
        if not depth:
            return [path]
        names = sorted(name for name in await sftp.listdir(path) if name not in {".", ".."})
        names = identities_in(names) if path == "/" else names
        return [found for name in names for found in await walked(sftp, f"{path}{name}/", depth - 1)]

    async with sftp_world.client(login_id) as sftp:
        tree = await walked(sftp, "/", 3)
    page = await asyncio.to_thread(sftp_world.world.services.sftp_setup.page, sftp_world.actor(login_id))
    assert sorted(tree) == list(page.tree) != []


async def test_a_connection_is_seen_and_one_that_was_refused_is_not(sftp_world: SftpWorld) -> None:
    setup, chan = sftp_world.world.services.sftp_setup, sftp_world.actor()
    theirs = asyncssh.read_private_key(sftp_world.key("TAI09"))
    with pytest.raises(asyncssh.PermissionDenied):
        async with sftp_world.connected(client_keys=[theirs]):
            pass
    assert setup.page(chan).steps[3].state == "next"
    assert f"sftp -P {sftp_world.door.port} CHAN01@127.0.0.1" in setup.page(chan).steps[3].words
    assert setup.page(sftp_world.actor("TAI09")).steps[3].state == "next"
    async with sftp_world.client():
        async with asyncio.timeout(5):
            while setup.page(chan).steps[3].state != "done":
                await asyncio.sleep(0.01)


async def test_a_connection_is_taken_even_if_it_cannot_be_noted(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(fingerprint: str) -> None:
        raise OSError("disk on fire")

    monkeypatch.setattr(sftp_world.world.services.sftp_access, "connected", broken)
    async with sftp_world.client() as sftp:
        assert await sftp.listdir("/")
