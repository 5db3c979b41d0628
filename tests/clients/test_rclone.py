"""What rclone does beside putting: it compares, by the hashes that it asks for over exec."""

from __future__ import annotations

import pytest

from tests.clients.rclone import CurrentRclone, Rclone
from tests.clients.running import at, ran, there
from tests.publishing import NAME as PUBLISHED
from tests.publishing import publish
from tests.sftp_world import SUBMIT, TODAY, SftpWorld

RETURN = b"trade,amount\n1,100\n"


@pytest.mark.parametrize("client", [Rclone(), CurrentRclone()], ids=["Debian's", "today's"])
async def test_check_compares_published_files_by_hash_and_submitted_ones_by_size(
    client: Rclone, sftp_world: SftpWorld
) -> None:
    there(client)
    server = at(sftp_world)
    path = sftp_world.file(TODAY, RETURN)
    assert (await ran(client.put(server, path, SUBMIT))).code == 0
    done = await ran(client.check(server, path, SUBMIT))
    assert done.code == 0 and "0 differences found" in done.said, done.said
    path.write_bytes(RETURN * 2)
    done = await ran(client.check(server, path, SUBMIT))
    assert done.code == 1 and "sizes differ" in done.said, done.said

    publish(sftp_world.world, RETURN)
    path = sftp_world.file(PUBLISHED, RETURN)
    done = await ran(client.check(server, path, "/01234/RPT-TRD/download"))
    assert done.code == 0 and "could not be checked" not in done.said, done.said
    path.write_bytes(RETURN[::-1])
    done = await ran(client.check(server, path, "/01234/RPT-TRD/download"))
    assert done.code == 1 and "md5 differ" in done.said, done.said


async def test_todays_compares_what_was_submitted_by_sha256_if_it_is_asked_to(sftp_world: SftpWorld) -> None:
    there(client := CurrentRclone())
    server, path = at(sftp_world), sftp_world.file(TODAY, RETURN)
    assert (await ran(client.put(server, path, SUBMIT))).code == 0
    check = client.check(server, path, SUBMIT)
    check.argv.extend(["--sftp-hashes=sha256", "--sftp-sha256sum-command=sha256sum"])
    done = await ran(check)
    assert done.code == 0 and "could not be checked" not in done.said, done.said
    path.write_bytes(RETURN[::-1])
    done = await ran(check)
    assert done.code == 1 and "sha256 differ" in done.said, done.said
