"""Guessing at somebody and at nobody: whether the time of an answer tells which login IDs exist."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from backend.contract import paths
from backend.core.client_connect.sign_in import MOST_ATTEMPTS
from benchmarks.load import Caller, caller
from benchmarks.measure import Table, median, ms, p95, ratio
from benchmarks.served import Served, ecpd

_GUESSES: Final = MOST_ATTEMPTS + 2
_WORK: Final = ("the first guess", *["a guess after it"] * (MOST_ATTEMPTS - 2), "the guess that locks", "once locked")


class _Guesser:
    """Signs in wrongly, each time from another source."""

    def __init__(self, connection: Caller) -> None:
        self._connection = connection
        self._sources = 0

    async def guess(self, login_id: str) -> float:
        """The seconds that the refusal took."""
        self._sources += 1
        source = {"X-Forwarded-For": f"10.2.{self._sources // 250}.{self._sources % 250 + 1}"}
        begun = await self._connection.json("POST", paths.LOGIN_TRANSACTIONS, headers=source)
        form = {"transaction": begun["transaction"], "login_id": login_id, "password": "wrong-password-wrong"}
        start = time.perf_counter()
        try:
            await self._connection.json("POST", paths.SIGN_IN, {**form, "otp": "000000"}, source)
        except AssertionError:
            return time.perf_counter() - start
        raise RuntimeError("a wrong password signed in")


async def _both(served: Served) -> dict[str, tuple[list[float], list[float]]]:
    """By kind of guess: the seconds for somebody, and for nobody, taking turns."""
    taken: dict[str, tuple[list[float], list[float]]] = {work: ([], []) for work in dict.fromkeys(_WORK)}
    async with caller(served.port) as connection:
        guesser = _Guesser(connection)
        await guesser.guess("WARMUP00")
        for number, filer in enumerate(served.filers):
            names = (filer.login_id, f"NOBODY{number:03d}")
            for at in range(_GUESSES):
                for which in (0, 1) if (number + at) % 2 else (1, 0):
                    taken[_WORK[min(at, len(_WORK) - 1)]][which].append(await guesser.guess(names[which]))
    return taken


def measure(quick: bool = False) -> list[Table]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        served = stack.enter_context(ecpd(folder / "data", 8 if quick else 40))
        taken = asyncio.run(_both(served))
    return [
        Table(
            "Somebody or nobody",
            ("guess", "somebody", "nobody", "ratio", "p95", "somebody slower"),
            tuple(
                (
                    work,
                    ms(median(somebody)),
                    ms(median(nobody)),
                    ratio(median(somebody), median(nobody)),
                    f"{ms(p95(somebody))}, {ms(p95(nobody))}",
                    f"{sum(one > other for one, other in zip(somebody, nobody, strict=True)) / len(nobody):.0%}",
                )
                for work, (somebody, nobody) in taken.items()
            ),
            "Goal: no difference that stands out from the noise, so a ratio near 1 and about half of the pairs slower. "
            "Wrong passwords, one at a time, taking turns: for login IDs that exist, and for as many that do not. That "
            "statements, hashes and bytes are the same is a test, tests/attacks/test_sign_in_attacks.py.",
        )
    ]


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
