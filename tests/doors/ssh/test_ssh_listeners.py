"""Several listeners: SFTP where it is to be, and one account everywhere."""

from __future__ import annotations

import socket

import asyncssh
import pytest

from backend.doors.ssh import SshDoor, server, start_ssh
from backend.listeners import Listener
from backend.settings import SettingsError
from tests.sftp_world import SftpWorld


async def second_door(sftp_world: SftpWorld, *listeners: Listener) -> SshDoor:
    path = sftp_world.world.platform.settings.secrets / "ssh_host_key"
    return await start_ssh(sftp_world.world.services, listeners, path)


async def listed(sftp_world: SftpWorld, port: int) -> bool:
    async with asyncssh.connect(
        "127.0.0.1", port, username="CHAN01", client_keys=[sftp_world.key("CHAN01")], known_hosts=None, config=None
    ) as connection:
        try:
            async with connection.start_sftp_client() as sftp:
                return bool(await sftp.listdir("/"))
        except asyncssh.ChannelOpenError:
            return False


async def test_sftp_is_served_where_it_is_to_be_and_nowhere_else_and_people_are_sent_there(
    sftp_world: SftpWorld,
) -> None:
    door = await second_door(sftp_world, Listener("127.0.0.1", 0, ()), Listener("127.0.0.1", 0))
    try:
        elsewhere, here = (one.port for one in door.listeners)
        assert await listed(sftp_world, here) and not await listed(sftp_world, elsewhere)
        page = sftp_world.world.services.sftp_setup.page(sftp_world.actor())
        assert page.ssh_port == door.port == here
    finally:
        await door.close(grace=0)


async def test_the_connections_of_an_account_are_counted_over_all_listeners(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_VISITS", 1)
    door = await second_door(sftp_world, Listener("127.0.0.1", 0), Listener("127.0.0.1", 0))
    try:
        key = sftp_world.key("CHAN01")
        one, other = (
            asyncssh.connect("127.0.0.1", at.port, username="CHAN01", client_keys=[key], known_hosts=None, config=None)
            for at in door.listeners
        )
        async with one:
            with pytest.raises(asyncssh.PermissionDenied):
                await other
    finally:
        await door.close(grace=0)


async def test_a_listener_that_is_taken_is_named_and_those_before_it_close(sftp_world: SftpWorld) -> None:
    with socket.socket() as taken, socket.socket() as probe:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        probe.bind(("127.0.0.1", 0))
        free, port = probe.getsockname()[1], taken.getsockname()[1]
        probe.close()
        with pytest.raises(SettingsError, match=f"Cannot listen on 127.0.0.1 port {port}"):
            await second_door(sftp_world, Listener("127.0.0.1", free), Listener("127.0.0.1", port))
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", free))
