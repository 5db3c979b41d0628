"""Every client at the door: what it accepts, what its user sees of a refusal, and what an interruption leaves."""

from __future__ import annotations

import hashlib

import pytest

from backend.contract.messages import Activity
from tests.clients.expected import MATRIX, Row
from tests.clients.line import line_to
from tests.clients.running import all_left, at, killed, ran, saw, there
from tests.publishing import NAME as PUBLISHED
from tests.publishing import publish
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld

RETURN = b"trade,amount\n1,100\n"
LARGE = b"".join(b"%08d,%08d\n" % (line, line * 7) for line in range(200_000))
CAUGHT_AT = 1_500_000
POSITIONS = b"account,series,long,short\nA1,HSI2206,10,0\n"
LOP = "LOP_01234_20220520.csv"

each_client = pytest.mark.parametrize("row", MATRIX, ids=str)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def accepted(sftp_world: SftpWorld) -> list[str | None]:
    return [one.sha256 for one in sftp_world.activities(state="accepted")]


async def refusal(sftp_world: SftpWorld, path: str) -> str:
    async with sftp_world.client() as sftp, sftp.open(f"{path}.refused.txt", "r") as file:
        return str(await file.read())


def only(found: list[Activity], fault: int) -> bool:
    return bool(found) and {(one.state, one.fault) for one in found} == {("refused", fault)}


@each_client
async def test_a_put_is_accepted_listed_and_superseded_by_the_next(row: Row, sftp_world: SftpWorld) -> None:
    client, server = there(row.client), at(sftp_world)
    path = sftp_world.file(TODAY, RETURN)
    for version, data in enumerate((RETURN * 20, RETURN[::-1], RETURN), 1):
        path.write_bytes(data)
        done = await ran(client.put(server, path, SUBMIT))
        assert done.code == 0, done.said
        newest = sftp_world.activities()[0]
        assert (newest.state, newest.version, newest.sha256) == ("accepted", version, sha256(data))
        assert (newest.file_name, newest.channel, len(sftp_world.activities())) == (TODAY, "sftp", version)
    listing = client.list(server, SUBMIT)
    if listing is not None:
        done = await ran(listing)
        assert done.code == 0 and TODAY in done.said and str(len(RETURN)) in done.said.split(), done.said
    assert not sftp_world.staging


@each_client
async def test_a_wrong_date_is_refused_by_the_name(row: Row, sftp_world: SftpWorld) -> None:
    client, path = there(row.client), sftp_world.file("SD1_01234_20220231.csv", RETURN)
    done = await ran(client.put(at(sftp_world), path, SUBMIT))
    assert saw(done, row.wrong_name), done
    assert only(sftp_world.activities(), 4505)
    assert (await refusal(sftp_world, f"{RECEIPTS}/{path.name}")).startswith("4505 ")


@each_client
async def test_bad_content_is_refused_at_the_end_whatever_stands_under_the_name(
    row: Row, sftp_world: SftpWorld
) -> None:
    """Of the same size as what stands: a program that only looks at the size must not be content."""
    client, server, path = there(row.client), at(sftp_world), sftp_world.file(LOP, POSITIONS)
    async with sftp_world.client() as sftp:
        await sftp.put(str(path), f"/01234/LOP/submit/{LOP}")
        path.write_bytes(POSITIONS.replace(b"series", b"colour"))
        done = await ran(client.put(server, path, "/01234/LOP/submit"))
        assert saw(done, row.bad_content), done
        assert not await sftp.exists(f"/01234/LOP/submit/{LOP}") and not sftp_world.staging
    why = await refusal(sftp_world, f"/01234/LOP/receipts/{LOP}")
    assert why.startswith("4514 ") and "the column series is missing" in why
    *refused, stands = sftp_world.activities()
    assert only(refused, 4514) and (stands.state, stands.sha256) == ("accepted", sha256(POSITIONS))


@each_client
async def test_receipts_and_published_files_are_got_and_gone_on_with(row: Row, sftp_world: SftpWorld) -> None:
    client, server, target = there(row.client), at(sftp_world), sftp_world.folder / "got"
    async with sftp_world.client() as sftp, sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file:
        await file.write(RETURN)
    done = await ran(client.get(server, f"{RECEIPTS}/{TODAY}.receipt", target))
    assert done.code == 0 and f"sha256: {sha256(RETURN)}\n" in target.read_text(), done.said

    target.unlink()
    publish(sftp_world.world, LARGE)
    done = await ran(client.get(server, f"/01234/RPT-TRD/download/{PUBLISHED}", target))
    assert done.code == 0 and target.read_bytes() == LARGE, done.said
    rest = client.resume_get(server, f"/01234/RPT-TRD/download/{PUBLISHED}", target)
    assert (rest is None) == (row.goes_on_with_a_get == "–")
    if rest is not None:
        have = b"#" * 1_000_000
        target.write_bytes(have)
        done = await ran(rest)
        assert done.code == 0 and target.read_bytes() == have + LARGE[len(have) :], done.said
    assert sftp_world.activities()[0].state == "fetched"


@each_client
async def test_a_client_killed_in_the_middle_leaves_the_version_before_and_may_come_again(
    row: Row, sftp_world: SftpWorld
) -> None:
    client, path = there(row.client), sftp_world.file(TODAY, RETURN)
    async with sftp_world.client() as sftp:
        await sftp.put(str(path), f"{SUBMIT}/{TODAY}")
    path.write_bytes(LARGE)
    async with line_to(sftp_world.door.port, CAUGHT_AT) as (port, line):
        await killed(client.put(at(sftp_world, port), path, SUBMIT), line.dead)
    await all_left(sftp_world)
    assert accepted(sftp_world) == [sha256(RETURN)]
    done = await ran(client.put(at(sftp_world), path, SUBMIT))
    assert done.code == 0, done.said
    assert [(one.state, one.sha256) for one in sftp_world.activities()] == [
        ("accepted", sha256(LARGE)),
        ("superseded", sha256(RETURN)),
    ]


@each_client
async def test_a_line_that_is_cut_submits_nothing_and_the_put_goes_on(row: Row, sftp_world: SftpWorld) -> None:
    client, path = there(row.client), sftp_world.file(TODAY, LARGE)
    async with line_to(sftp_world.door.port, CAUGHT_AT, cut=True) as (port, line):
        done = await ran(client.put(at(sftp_world, port), path, SUBMIT))
        assert saw(done, row.cut), done
    again = client.resume_put(at(sftp_world), path, SUBMIT)
    if row.cut.code == 0:
        assert line.taken == 2
    else:
        await all_left(sftp_world)
        assert not sftp_world.activities()
        if again is not None:
            path.write_bytes(b"#" * 1_000_000 + LARGE[1_000_000:])  # what is on the server already is not sent again
        done = await ran(again or client.put(at(sftp_world), path, SUBMIT))
        assert done.code == 0, done.said
    assert again is not None or "`" not in row.goes_on_with_a_put
    assert [(one.state, one.sha256) for one in sftp_world.activities()] == [("accepted", sha256(LARGE))]
    assert not sftp_world.staging
