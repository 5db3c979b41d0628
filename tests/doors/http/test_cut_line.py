"""The console's own client on a line that is cut again and again: accepted once, and every byte is sent once."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path

from ecp_tui.client import EcpClient
from ecp_tui.draft import Upload
from ecp_tui.transfers import Transfer, Transfers, new_submission_id
from tests.doors.http.conftest import Served
from tests.submitting import NAME, broken_invariants, listed, objects, staged_files
from tests.world import World

MIB = 1 << 20


class CutLine:
    """A line to the server that is cut after so many bytes, once for each of `cuts`."""

    def __init__(self, served: Served, cuts: list[int]) -> None:
        self._served = served
        self._cuts = cuts
        self.carried = 0
        self._running: list[asyncio.Task[None] | None] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._running.append(asyncio.current_task())
        there, onward = await asyncio.open_connection(self._served.host, self._served.port)
        back = asyncio.create_task(self._carry(there, writer))
        left = self._cuts[0] if self._cuts else 0
        if await self._carry(reader, onward, left, counted=True):
            self._cuts.pop(0)
            onward.close()
            while not self._noticed():
                await asyncio.sleep(0.005)
        back.cancel()
        await asyncio.wait([back])
        for end in (writer, onward):
            end.close()
            with suppress(ConnectionError):
                await end.wait_closed()

    def _noticed(self) -> bool:
        """Whether the server knows that the line is gone: before, nobody can say what will be kept."""
        lines = list(self._served.world.services.unfinished._lines.values())
        return bool(lines) and all(line.off_since is not None for line in lines)

    async def ended(self) -> None:
        await asyncio.gather(*(task for task in self._running if task is not None))

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int = 0, *, counted: bool = False
    ) -> bool:
        """Whether it carried as much as it may."""
        left = most
        with suppress(ConnectionError):
            while data := await reader.read(min(65536, left) if most else 65536):
                writer.write(data)
                await writer.drain()
                self.carried += len(data) if counted else 0
                left -= len(data)
                if left == 0:
                    return True
        return False


@asynccontextmanager
async def sending(served: Served, path: Path, line: CutLine) -> AsyncIterator[tuple[Transfers, Transfer]]:
    """The file on its way over that line."""
    size, sha256 = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
    token = await asyncio.to_thread(served.world.token, "CHAN01")
    async with await asyncio.start_server(line, "127.0.0.1", 0) as proxy:
        client = EcpClient(f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}", token=token)
        transfers = Transfers(client.submit, client.let_go, backoff=(0.05, 0.1))
        upload = Upload(
            new_submission_id(), "SD-1", "01234", date(2022, 5, 19), NAME, path, size, sha256, path.stat().st_mtime_ns
        )
        try:
            yield transfers, transfers.start(upload)
        finally:
            await transfers.close()
            await client.close()
            await line.ended()


def accepted(world: World) -> list[tuple[str, int | None, int | None]]:
    return listed(world, world.actor("CHAN01"))


async def test_a_large_file_cut_five_times_is_accepted_once_and_hardly_a_byte_goes_twice(
    served: Served, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    path.write_bytes(secrets.token_bytes(64 * MIB))
    line = CutLine(served, [MIB, 10 * MIB, 5 * MIB + 1, 12 * MIB, 17 * MIB])
    kept = [0]
    async with sending(served, path, line) as (transfers, transfer):
        transfers.listen(lambda moved: kept.append(moved.kept) if moved.kept != kept[-1] else None)
        await transfer.wait()
    assert transfer.state == "accepted", transfer.fault
    assert transfer.receipt is not None
    assert transfer.receipt.activity.sha256 == transfer.upload.sha256
    assert transfer.receipt.activity.size == 64 * MIB
    assert line.carried < 66 * MIB
    assert kept == sorted(kept) and len(kept) == 6
    world = served.world
    assert accepted(world) == [("accepted", 1, None)]
    assert (objects(world), staged_files(world), broken_invariants(world)) == (1, 0, [])


async def test_a_file_that_changes_while_the_line_is_away_is_4517_and_nothing_of_it_is_accepted(
    served: Served, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    path.write_bytes(secrets.token_bytes(4 * MIB))
    async with sending(served, path, CutLine(served, [2 * MIB])) as (transfers, transfer):

        def changes(moved: Transfer) -> None:
            if moved.state == "retrying":
                path.write_bytes(b"x" * 4 * MIB)

        transfers.listen(changes)
        await transfer.wait()
    assert transfer.fault is not None and transfer.fault.number == 4517
    assert (accepted(served.world), objects(served.world)) == ([], 0)


async def test_cancelling_while_the_line_is_away_leaves_nothing_on_the_server(served: Served, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(secrets.token_bytes(4 * MIB))
    async with sending(served, path, CutLine(served, [2 * MIB])) as (_, transfer):
        while transfer.retry_at is None:
            await asyncio.sleep(0.005)
        transfer.cancel()
        await transfer.wait()
    assert transfer.state == "cancelled"
    assert (accepted(served.world), objects(served.world), staged_files(served.world)) == ([], 0, 0)


async def test_the_lines_for_curl_in_the_guide_go_on_where_the_line_broke(served: Served, tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "automate.md").read_text("utf-8")
    lines = page.split("### curl over HTTP\n\n```sh\n")[1].split("```")[0]
    path = tmp_path / NAME
    path.write_bytes(secrets.token_bytes(4 * MIB))
    line = CutLine(served, [2 * MIB])
    token = await asyncio.to_thread(served.world.token, "CHAN01")
    async with await asyncio.start_server(line, "127.0.0.1", 0) as proxy:
        lines = lines.replace("https://ecp.example.org:8443", f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
        run = await asyncio.create_subprocess_exec(
            *("sh", "-c", lines.replace("2026-11-20", "2022-05-19"), "submit", str(path)),
            cwd=tmp_path,
            env={**os.environ, "TOKEN": token, "ID": secrets.token_hex(16)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, _ = await asyncio.wait_for(run.communicate(), 30)
        await line.ended()
    assert run.returncode == 0, out
    assert '"state":"accepted"' in (tmp_path / f"{NAME}.json").read_text()
    assert line.carried < 5 * MIB
    assert accepted(served.world) == [("accepted", 1, None)]
