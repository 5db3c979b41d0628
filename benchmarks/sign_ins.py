"""Sign-ins in parallel: bounded by argon2 alone, and what other requests feel of it meanwhile."""

from __future__ import annotations

import asyncio
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from backend.adapters.passwords import Argon2Passwords
from backend.contract import paths
from benchmarks.load import caller
from benchmarks.measure import Table, median, ms, p95, ratio
from benchmarks.people import PASSWORD, Filer
from benchmarks.served import Served, ecpd

_AT_ONCE: Final = 16


async def _sign_in(served: Served, number: int, filer: Filer) -> None:
    source = {"X-Forwarded-For": f"10.1.{number // 250}.{number % 250 + 1}"}
    async with caller(served.port) as connection:
        begun = await connection.json("POST", paths.LOGIN_TRANSACTIONS, headers=source)
        form = {"transaction": begun["transaction"], "login_id": filer.login_id, "password": PASSWORD}
        ticket = await connection.json("POST", paths.SIGN_IN, {**form, "otp": filer.otp()}, source)
        await connection.json("POST", paths.SESSIONS, {"ticket": ticket["ticket"]}, source)


async def _everybody(served: Served) -> tuple[float, list[float]]:
    """Sign-ins a second, and the seconds of small requests beside them."""
    waiting = list(enumerate(served.filers))
    going_on = True

    async def some() -> None:
        while waiting:
            await _sign_in(served, *waiting.pop())

    async def others() -> list[float]:
        async with caller(served.port) as connection:
            headers = {"Authorization": f"Bearer {served.filers[0].token}"}
            while going_on:
                await connection.call("GET", paths.OWN_SESSION, headers=headers)
                await asyncio.sleep(0.02)
            return connection.taken

    beside = asyncio.create_task(others())
    start = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
    took = time.perf_counter() - start
    going_on = False
    return len(served.filers) / took, await beside


def _argon2_alone(count: int) -> float:
    """Verifications a second, four at once and nothing around them."""
    hasher = Argon2Passwords()
    hashed = hasher.hash(PASSWORD)
    with ThreadPoolExecutor(4) as threads:
        start = time.perf_counter()
        assert all(threads.map(lambda _: hasher.verify(PASSWORD, hashed), range(count)))
        return count / (time.perf_counter() - start)


def measure(quick: bool = False) -> list[Table]:
    times, people = (1, 16) if quick else (5, 48)
    ours: list[float] = []
    alone: list[float] = []
    beside: list[float] = []
    for _ in range(times):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
            served = stack.enter_context(ecpd(folder / "data", people))
            speed, felt = asyncio.run(_everybody(served))
        ours.append(speed)
        beside += felt
        alone.append(_argon2_alone(people))
    return [
        Table(
            "Sign-ins",
            ("work", "ecpd", "argon2 alone, 4 at once", "ratio", "other requests meanwhile"),
            (
                (
                    f"whole sign-ins, {_AT_ONCE} at once",
                    f"{median(ours):.1f}/s",
                    f"{median(alone):.1f}/s",
                    ratio(median(ours), median(alone)),
                    f"median {ms(median(beside))}, p95 {ms(p95(beside))}",
                ),
            ),
            "Goal: bounded by argon2 alone (64 MiB, three passes, four at once), and a p95 of at most 20 ms for other "
            "requests. A sign-in is a login transaction, the form, and the session for its ticket. The client runs on "
            "the same two cores.",
        )
    ]


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
