"""Downloads go on in the background: they go on where the line broke, and leave a whole file or none."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from backend.contract.faults import GOING_DOWN, NOT_FOUND, UNREACHABLE, Refused
from backend.contract.messages import PickUp, Publication
from ecp_tui.downloads import Download, Downloads

BYTES = bytes(range(256)) * 40


def publication(content: bytes = BYTES, size: int | None = None) -> Publication:
    return Publication(
        log_index=7,
        at=datetime.now(UTC),
        state="published",
        folder="RPT-TRD",
        folder_title="Trade File",
        identity_code="01234",
        input_date=date(2022, 5, 20),
        file_name="TRD_01234_20220520.csv",
        size=len(content) if size is None else size,
        sha256=hashlib.sha256(content).hexdigest(),
        version=1,
    )


class Door:
    """What stands where the server would: sends so many bytes at each attempt, then refuses as it is told."""

    def __init__(self, *attempts: tuple[int, Refused | None], content: bytes = BYTES) -> None:
        self.attempts = list(attempts)
        self.content = content
        self.asked: list[int] = []
        self.open = asyncio.Event()
        self.open.set()

    async def fetch(self, _: Publication | PickUp, offset: int) -> AsyncGenerator[bytes]:
        self.asked.append(offset)
        await self.open.wait()
        length, refused = self.attempts.pop(0) if self.attempts else (len(self.content), None)
        for at in range(offset, min(offset + length, len(self.content)), 1000):
            yield self.content[at : min(at + 1000, offset + length)]
        if refused is not None:
            raise refused


def gone() -> Refused:
    return Refused(UNREACHABLE, server="s", why="no answer")


async def ended(door: Door, target: Path, *, wanted: Publication | None = None, replace: bool = False) -> Download:
    downloads = Downloads(door.fetch, backoff=(0.0, 0.0))
    download = downloads.start(wanted or publication(), target, replace=replace)
    await download.wait()
    return download


async def test_a_file_arrives_whole_under_its_name_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    done = await ended(Door(), tmp_path / "file.csv")
    assert done.state == "saved" and done.pace.share == 1.0
    assert (tmp_path / "file.csv").read_bytes() == BYTES
    assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]


async def test_it_goes_on_where_the_line_broke_as_often_as_it_breaks(tmp_path: Path) -> None:
    door = Door((3000, gone()), (10, Refused(GOING_DOWN)), (4000, gone()), (0, gone()))
    done = await ended(door, tmp_path / "file.csv")
    assert (done.state, door.asked) == ("saved", [0, 3000, 3010, 7010, 7010])
    assert (tmp_path / "file.csv").read_bytes() == BYTES


async def test_a_line_that_never_comes_back_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    done = await ended(Door((50, gone()), (0, gone()), (0, gone()), (0, gone())), tmp_path / "file.csv")
    assert done.state == "refused" and done.fault is not None and done.fault.fault is UNREACHABLE
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "door",
    [Door(content=BYTES[:-1] + b"?"), Door(content=BYTES + b"more"), Door((9000, None))],
    ids=["other", "too many", "too few"],
)
async def test_bytes_that_are_not_those_that_were_published_are_never_kept(tmp_path: Path, door: Door) -> None:
    done = await ended(door, tmp_path / "file.csv")
    assert done.fault is not None and done.fault.number == 4518
    assert not list(tmp_path.iterdir())


async def test_a_file_that_lies_there_is_replaced_only_by_one_that_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "file.csv"
    target.write_bytes(b"before")
    with pytest.raises(FileExistsError):
        await ended(Door(), target)
    assert (await ended(Door((5, Refused(NOT_FOUND))), target, replace=True)).state == "refused"
    assert target.read_bytes() == b"before"
    assert (await ended(Door(), target, replace=True)).state == "saved"
    assert target.read_bytes() == BYTES


async def test_a_name_taken_while_the_bytes_came_is_not_written_over(tmp_path: Path) -> None:
    door, target = Door(), tmp_path / "file.csv"
    door.open.clear()
    downloads = Downloads(door.fetch)
    download = downloads.start(publication(), target)
    await asyncio.sleep(0)
    target.write_bytes(b"somebody else's")
    door.open.set()
    await download.wait()
    assert download.state == "refused" and "exists already" in str(download.fault)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file.csv", b"somebody else's")]


async def test_cancelling_one_leaves_nothing_and_the_others_go_on(tmp_path: Path) -> None:
    door = Door()
    door.open.clear()
    downloads = Downloads(door.fetch, at_once=2)
    first, second = (downloads.start(publication(), tmp_path / name) for name in ("one.csv", "two.csv"))
    await asyncio.sleep(0.05)
    first.cancel()
    await first.wait()
    door.open.set()
    await second.wait()
    assert (first.state, second.state) == ("cancelled", "saved")
    assert [path.name for path in tmp_path.iterdir()] == ["two.csv"]
    downloads.retry(first)
    await first.wait()
    assert first.state == "saved" and (tmp_path / "one.csv").read_bytes() == BYTES


async def test_a_folder_that_is_not_there_is_said_before_anything_is_fetched(tmp_path: Path) -> None:
    door = Door()
    done = await ended(door, tmp_path / "missing" / "file.csv")
    assert done.state == "refused" and "cannot be written" in str(done.fault)
    assert not door.asked
