"""Submissions of 50 KB by HTTP, durable before they are answered, beside an app that only stores the body."""

from __future__ import annotations

import asyncio
import hashlib
import random
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from backend.contract import paths
from benchmarks.databases import postgres
from benchmarks.load import Caller, caller
from benchmarks.measure import Table, median, ms, p95, process_cpu, ratio
from benchmarks.people import Filer
from benchmarks.served import Served, bare_app, ecpd

SIZE: Final = 50_000
CLIENTS: Final = 16
_OURS: Final = "ecpd on SQLite"
_OTHER: Final = "ecpd on PostgreSQL"
_PEER: Final = "bare FastAPI app"
_SEED = secrets.token_bytes(SIZE)
_number = count()


@dataclass(frozen=True, slots=True)
class Rush:
    """What one run of a rush came to."""

    a_second: float
    cpu: float
    """Server CPU seconds per submission."""
    usual: float
    slow: float
    """The median and the 95th percentile, in seconds."""


def body() -> bytes:
    """50 KB nobody has sent before."""
    return next(_number).to_bytes(8, "big") + _SEED[8:]


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Hong_Kong")).date()


def target_of(filer: Filer, number: int, data: bytes) -> str:
    """The path of filer's `number`th submission: another name until all days and identities are used, then again."""
    identity = filer.identity_codes[number % 4]
    day = today() - timedelta(days=number // 4 % 10)
    query = {
        "folder": "SD-1",
        "identity_code": identity,
        "input_date": day.isoformat(),
        "file_name": f"SD1_{identity}_{day:%Y%m%d}.csv",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    return f"{paths.submission(secrets.token_hex(16))}?{urlencode(query)}"


async def submitting(connection: Caller, filer: Filer) -> AsyncIterator[None]:
    for number in count(random.randrange(40)):
        data = body()
        headers = {"Authorization": f"Bearer {filer.token}"}
        status, answer = await connection.call("PUT", target_of(filer, number, data), data, headers)
        assert status == 200, answer
        yield


async def _storing(connection: Caller, filer: Filer | None) -> AsyncIterator[None]:
    for number in count():
        status, answer = await connection.call("PUT", f"/files/{number}", body())
        assert status == 200, answer
        yield


async def rush(
    served: Served,
    act: Callable[[Caller, Filer], AsyncIterator[None]],
    filers: list[Filer],
    seconds: float,
) -> Rush:
    """So many clients at once, each over a connection of its own, for so long."""
    calls: list[float] = []
    end = time.perf_counter() + seconds

    async def one(filer: Filer) -> None:
        async with caller(served.port) as connection:
            async for _ in act(connection, filer):
                if time.perf_counter() > end:
                    break
            calls.extend(connection.taken)

    cpu, start = process_cpu(served.pid), time.perf_counter()
    await asyncio.gather(*(one(filer) for filer in filers))
    took = time.perf_counter() - start
    return Rush(len(calls) / took, (process_cpu(served.pid) - cpu) / len(calls), median(calls), p95(calls))


def measure(quick: bool = False) -> list[Table]:
    times, seconds = (2, 1.0) if quick else (5, 3.0)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        fresh = stack.enter_context(postgres())
        ours = stack.enter_context(ecpd(folder / "data", CLIENTS))
        other = stack.enter_context(ecpd(folder / "data-pg", CLIENTS, fresh()))
        peer = stack.enter_context(bare_app(folder / "bare"))
        runs: dict[str, list[Rush]] = {_OURS: [], _OTHER: [], _PEER: []}
        alone: list[Rush] = []
        for _ in range(times):
            runs[_OURS].append(asyncio.run(rush(ours, submitting, ours.filers, seconds)))
            runs[_OTHER].append(asyncio.run(rush(other, submitting, other.filers, seconds)))
            runs[_PEER].append(asyncio.run(rush(peer, _storing, ours.filers, seconds)))
            alone.append(asyncio.run(rush(ours, submitting, ours.filers[:1], seconds / 3)))
    return [_table(runs, alone)]


def _table(runs: dict[str, list[Rush]], alone: list[Rush]) -> Table:
    peer = median([one.a_second for one in runs[_PEER]])
    rows = [_row(f"{name}, 16 clients", some, peer) for name, some in runs.items()]
    return Table(
        "HTTP submissions of 50 KB",
        ("work", "a second", "of the bare app", "server CPU each", "median", "p95"),
        (*rows, _row(f"{_OURS}, 1 client", alone, peer)),
        "Goals: at least 0.5× the bare app, and PostgreSQL at least 1× SQLite. ecpd finds the session, checks name, "
        "identity and date, hashes, makes the file and its folder durable, commits one activity row with its Merkle "
        "leaf durably, and answers with the receipt; the bare FastAPI app writes the body and calls fsync once. "
        "Clients and servers share the two cores.",
    )


def _row(words: str, some: list[Rush], peer: float) -> tuple[str, ...]:
    speed, cpu = median([one.a_second for one in some]), median([one.cpu for one in some])
    usual, slow = median([one.usual for one in some]), median([one.slow for one in some])
    return (words, f"{speed:.0f}", ratio(speed, peer), ms(cpu), ms(usual), ms(slow))


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
