"""Submissions of 50 KB with ledger and signatures beside the same without, in the core and by HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Final

from backend.contract.messages import Receipt
from backend.core.actor import Actor
from backend.core.claims import Claim
from backend.core.client_connect.standing import actor_for
from backend.settings import Settings
from backend.wiring import Platform, initialise, open_platform
from benchmarks.databases import postgres
from benchmarks.measure import Table, median, ms, ratio
from benchmarks.people import Filer, add_filers
from benchmarks.served import Served, ecpd
from benchmarks.submissions import CLIENTS, SIZE, body, rush, submitting, today
from benchmarks.unledgered import unledgered

_WITH: Final = "with"
_WITHOUT: Final = "without"


@dataclass(frozen=True, slots=True)
class _Rate:
    a_second: float
    cpu: float
    """CPU seconds of a submission: in the core of the whole process, by HTTP of the server."""


@dataclass(frozen=True, slots=True)
class _Firm:
    """Somebody who files in the core, without a door."""

    platform: Platform
    actor: Actor
    filer: Filer

    def submits(self, number: int) -> None:
        data, code = body(), self.filer.identity_codes[number % 4]
        day = today() - timedelta(days=number // 4 % 10)
        name, sha256 = f"SD1_{code}_{day:%Y%m%d}.csv", hashlib.sha256(data).hexdigest()
        claim = Claim(secrets.token_hex(16), "SD-1", code, day, name, SIZE, sha256)
        submissions = self.platform.services.submissions
        upload = submissions.begin(self.actor, claim)
        assert not isinstance(upload, Receipt)
        upload.write(0, data)
        submissions.finish(self.actor, upload)

    def submits_until(self, end: float) -> int:
        for number in count(1):
            self.submits(number)
            if time.perf_counter() > end:
                return number
        raise AssertionError


@contextmanager
def _firms(folder: Path, url: str) -> Iterator[list[_Firm]]:
    settings = Settings(data_dir=folder, database_url=url, every_day_trades=True)
    initialise(settings)
    platform = open_platform(settings)
    try:
        filers = add_filers(platform, CLIENTS)
        with platform.store.reading() as rows:
            accounts = [rows.account(filer.login_id) for filer in filers]
            actors = [actor_for(rows, one.id, "http", "127.0.0.1") for one in accounts if one is not None]
        yield [_Firm(platform, actor, filer) for actor, filer in zip(actors, filers, strict=True)]
    finally:
        platform.close()


def _filing(firms: list[_Firm], seconds: float) -> _Rate:
    """All at once, each in a thread of its own, as the doors' threads call the core."""
    cpu, start = time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        done = sum(pool.map(lambda one: one.submits_until(start + seconds), firms))
    return _Rate(done / (time.perf_counter() - start), (time.process_time() - cpu) / done)


def _sending(served: Served, seconds: float) -> _Rate:
    sent = asyncio.run(rush(served, submitting, served.filers, seconds))
    return _Rate(sent.a_second, sent.cpu)


def measure(quick: bool = False) -> list[Table]:
    times, seconds = (2, 1.0) if quick else (15, 1.0)
    runs: dict[tuple[str, str], list[_Rate]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        fresh = stack.enter_context(postgres())
        databases: dict[str, Callable[[], str]] = {"SQLite": str, "PostgreSQL": fresh}
        for name, url in databases.items():
            acts = _acts(stack, folder / name, name, url, seconds)
            for turn in range(times):
                for key in sorted(acts, key=lambda key: key[1], reverse=bool(turn % 2)):
                    runs.setdefault(key, []).append(acts[key]())
    works = list(dict.fromkeys(work for work, _ in runs))
    return [
        Table(
            "Submissions of 50 KB with ledger and signatures, and without",
            ("work", "with, a second", "without", "with / without", "CPU each: with, without", "CPU ratio"),
            tuple(_row(work, runs[work, _WITH], runs[work, _WITHOUT]) for work in works),
            "Goal: at least 0.8×. Without: rows are numbered and written as they are, but no leaf is written or "
            "hashed, nor the details beside it; there is no root, no signature, no checkpoint. All else is the same: "
            f"files, folders and commits are synced. {CLIENTS} clients, {times} turns of each; the ratio is the median "
            "of the turns'. In the core: 16 threads without a door, CPU of the whole process; by HTTP: CPU of the "
            "server, on the same two cores as its clients.",
        )
    ]


def _acts(
    stack: ExitStack, folder: Path, database: str, url: Callable[[], str], seconds: float
) -> dict[tuple[str, str], Callable[[], _Rate]]:
    acts: dict[tuple[str, str], Callable[[], _Rate]] = {}
    for which in (_WITH, _WITHOUT):
        with unledgered() if which == _WITHOUT else nullcontext():
            firms = stack.enter_context(_firms(folder / f"core-{which}", url()))
        program = "benchmarks.unledgered" if which == _WITHOUT else "backend"
        served = stack.enter_context(ecpd(folder / f"http-{which}", CLIENTS, url(), program=program))
        acts[f"in the core, {database}", which] = lambda firms=firms: _filing(firms, seconds)  # type: ignore[misc]  # bound now
        acts[f"by HTTP, {database}", which] = lambda served=served: _sending(served, seconds)  # type: ignore[misc]  # bound now
    return acts


def _row(work: str, ours: list[_Rate], peer: list[_Rate]) -> tuple[str, ...]:
    speeds = [median([one.a_second for one in some]) for some in (ours, peer)]
    cpus = [median([one.cpu for one in some]) for some in (ours, peer)]
    turns = median([one.a_second / other.a_second for one, other in zip(ours, peer, strict=True)])
    told = f"{ms(cpus[0])}, {ms(cpus[1])}"
    return (work, f"{speeds[0]:.0f}", f"{speeds[1]:.0f}", f"{turns:.2f}×", told, ratio(*cpus))


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
