"""Activity Enquiry over 100,000 and a million activities, on SQLite and on PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import text

from backend.adapters.passwords import Argon2Passwords
from backend.contract.messages import ActivityFilter, ActivityPage
from backend.core.actor import Actor
from backend.core.client_connect.standing import actor_for
from backend.settings import Settings
from backend.wiring import Platform, initialise, open_platform
from benchmarks.databases import postgres
from benchmarks.history import COMPANIES, LATEST, add_people, load
from benchmarks.measure import Table, median, ms, p95, ratio, timed

_PAGE: Final = 100
_USER: Final = "USER007"
_CHEAP: Final = Argon2Passwords(memory_kib=64, passes=1)


@dataclass(frozen=True, slots=True)
class Answered:
    """The median and the 95th percentile of one question, in seconds."""

    median: float
    p95: float


def _next_page(platform: Platform, actor: Actor) -> Callable[[], ActivityPage]:
    enquiry = platform.services.activity
    cursor = enquiry.page(actor, ActivityFilter(), None, _PAGE).cursor
    return lambda: enquiry.page(actor, ActivityFilter(), cursor, _PAGE)


def _questions(platform: Platform, actor: Actor) -> dict[str, Callable[[], object]]:
    """Every question as a person of one company asks it."""
    day = LATEST.date()
    with platform.store.engine.connect() as connection:
        wanted = (
            "SELECT sha256, file_name FROM activity WHERE login_id = :who AND folder = 'SD-1' AND sha256 IS NOT NULL"
        )
        rows = connection.execute(text(f"{wanted} ORDER BY log_index LIMIT 2"), {"who": _USER}).all()
    old_hash, old_name = rows[1]
    asked = {
        "first page": ActivityFilter(),
        "folder with 60 % of the files": ActivityFilter(folder="SD-1"),
        "folder with 1 % of the files": ActivityFilter(folder="CPM"),
        "SHA-256 prefix of 8 digits": ActivityFilter(sha256=old_hash[:8]),
        "10 days, two years ago": ActivityFilter(from_date=day - timedelta(740), to_date=day - timedelta(730)),
        "refused files": ActivityFilter(state="refused"),
        "one user's files": ActivityFilter(login_id=_USER),
        "in the name: what one old file has": ActivityFilter(name=old_name[10:-4]),
        "in the name: what all have (csv)": ActivityFilter(name="csv"),
        "in the name: what none has": ActivityFilter(name="zzzz"),
    }
    acts: dict[str, Callable[[], object]] = {
        words: lambda one=one: platform.services.activity.page(actor, one, None, _PAGE)  # type: ignore[misc]  # bound now
        for words, one in asked.items()
    }
    acts["next page"] = _next_page(platform, actor)
    acts["home"] = lambda: platform.services.home.home(actor)
    acts["folders, with figures"] = lambda: platform.services.home.folders(actor)
    return acts


def _answered(folder: Path, count: int, database_url: str, times: int) -> dict[str, Answered]:
    settings = Settings(data_dir=folder, database_url=database_url)
    initialise(settings)
    platform = open_platform(settings, hasher=_CHEAP)
    try:
        with platform.store.engine.connect() as connection, connection.begin():
            add_people(connection)
        load(platform.store.engine, count)
        settle(platform)
        with platform.store.reading() as rows:
            account = rows.account(_USER)
            assert account is not None
            actor = actor_for(rows, account.id, "console", "127.0.0.1")
        answered = {}
        for words, act in _questions(platform, actor).items():
            taken = timed(act, times)
            answered[words] = Answered(median(taken), p95(taken))
        return answered
    finally:
        platform.close()


def settle(platform: Platform) -> None:
    """What autovacuum does by itself within a minute, done now."""
    if platform.store.engine.dialect.name == "postgresql":
        with platform.store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))


def measure(quick: bool = False) -> list[Table]:
    small, large, times = (10_000, 100_000, 20) if quick else (100_000, 1_000_000, 100)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        fresh = stack.enter_context(postgres())
        databases: dict[str, Callable[[], str]] = {"SQLite": str, "PostgreSQL": fresh}
        runs = {
            (name, count): _answered(folder / f"{name}-{count}", count, url(), times)
            for name, url in databases.items()
            for count in (small, large)
        }
    rows = []
    for words in runs["SQLite", large]:
        row = [words]
        for name in ("SQLite", "PostgreSQL"):
            before, now = runs[name, small][words], runs[name, large][words]
            row += [ms(before.median), ms(now.median), ms(now.p95), ratio(now.median, before.median)]
        rows.append((*row, ratio(runs["PostgreSQL", large][words].median, runs["SQLite", large][words].median)))
    columns = [f"{name}, {what}" for name in ("SQLite", "PostgreSQL") for what in _columns(small, large)]
    return [
        Table(
            f"Activity Enquiry, {small:,} and {large:,} activities",
            ("question", *columns, "PostgreSQL / SQLite"),
            tuple(rows),
            f"Goals: p95 at most 5 ms warm, 20 ms for text in the name, growth at most 1.3×, PostgreSQL at most 2×. "
            f"{COMPANIES} companies, 1,000 days; pages of {_PAGE} rows with their total (counted to 1,000), asked by a "
            "business user of one company through the service, without HTTP.",
        )
    ]


def _columns(small: int, large: int) -> tuple[str, ...]:
    return (f"{small:,}", f"{large:,}", "p95", "growth")


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
