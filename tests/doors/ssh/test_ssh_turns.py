"""Large files take turns at being finished, and nobody else waits for them."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest

from backend.core.drop_box import DropBox
from backend.doors.ssh import turns
from backend.doors.ssh.turns import LARGE, Turns
from tests.sftp_world import SUBMIT, TODAY, SftpWorld


@pytest.mark.parametrize(("accounts", "together"), [(1, 2), (3, 6), (9, 8)])
async def test_two_large_files_of_an_account_and_eight_of_all_are_finished_at_once(
    accounts: int, together: int
) -> None:
    taking, most, now = Turns(), Counter[str](), Counter[str]()

    async def finished(login_id: str) -> None:
        async with taking.taken(login_id, LARGE):
            now.update([login_id, "all"])
            most[login_id] = max(most[login_id], now[login_id])
            most["all"] = max(most["all"], now["all"])
            await asyncio.sleep(0.005)
            now.subtract([login_id, "all"])

    await asyncio.gather(*(finished(f"FILER{number % accounts}") for number in range(45)))
    assert most.pop("all") == together and max(most.values()) <= 2
    assert not len(taking._accounts), "nobody who has left is remembered"


async def test_an_account_with_many_large_files_leaves_threads_for_others(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LARGE", 100)
    go, inside = threading.Event(), Counter[str]()
    finish = DropBox.finish

    def slowly(self: DropBox, actor: object, upload: object, size: int) -> object:
        if size >= turns.LARGE:
            inside["now"] += 1
            go.wait(20)
        return finish(self, actor, upload, size)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(DropBox, "finish", slowly)
    async with sftp_world.connected() as many, sftp_world.client("ACMEBOT1") as other:
        days = [f"SD1_01234_202205{day}.csv" for day in (12, 13, 16, 17, 18, 19)]
        files = [await (await many.start_sftp_client()).open(f"{SUBMIT}/{name}", "wb") for name in days]
        for file in files:
            await file.write(bytes(200))
        closing = asyncio.gather(*(file.close() for file in files))
        while inside["now"] < 2:
            await asyncio.sleep(0.01)
        await other.put(str(sftp_world.file("small", b"a,b\n")), f"{SUBMIT}/{TODAY}")
        assert inside["now"] == 2
        go.set()
        await closing
    assert len(sftp_world.activities(state="accepted")) == len(days) + 1
