"""A local file is read once, in constant memory, and its SHA-256 is that of every other tool."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tracemalloc
from pathlib import Path

import pytest

from backend.contract.faults import Refused
from ecp_tui.digest import BLOCK, digest


async def test_the_digest_is_that_of_every_other_tool(tmp_path: Path) -> None:
    content = os.urandom(2 * BLOCK + 17)
    (tmp_path / "a.csv").write_bytes(content)
    heard: list[int] = []
    found = await digest(tmp_path / "a.csv", heard.append)
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.size == len(content)
    assert heard == [BLOCK, 2 * BLOCK, 2 * BLOCK + 17]


@pytest.mark.parametrize(("content", "rows"), [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"a\r\nb\r\n", 2)])
async def test_rows_are_counted_with_or_without_a_last_line_feed(tmp_path: Path, content: bytes, rows: int) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert (await digest(tmp_path / "a.csv")).rows == rows


async def test_a_large_file_grows_no_process(tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(64 * BLOCK)
    tracemalloc.start()
    await digest(tmp_path / "large.csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * BLOCK


async def test_cancelling_stops_the_reading(tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(4096 * BLOCK)
    heard: list[int] = []
    task = asyncio.create_task(digest(tmp_path / "large.csv", heard.append))
    while not heard:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard[-1] < 4096 * BLOCK


async def test_what_is_no_file_is_refused_in_words(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in [
        (tmp_path / "absent.csv", "There is no file"),
        (tmp_path, "is a folder, not a file"),
        (tmp_path / "pipe", "is a device or pipe"),
        (tmp_path / "nul\x00.csv", "cannot be read"),
        (tmp_path / ("n" * 300), "cannot be read"),
    ]:
        with pytest.raises(Refused) as refused:
            await digest(path)
        assert words in refused.value.what
        assert "\x00" not in refused.value.what
