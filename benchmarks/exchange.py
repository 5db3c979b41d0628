"""The exchange's side over 100,000 and a million activities: board, obligations, arrivals and inbox of 500 firms."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert

from backend.adapters.database import tables
from backend.adapters.passwords import Argon2Passwords
from backend.contract.messages import InboxFilter, ObligationFilter
from backend.core.actor import Actor
from backend.core.client_connect.standing import actor_for
from backend.settings import Settings
from backend.wiring import Platform, initialise, open_platform
from benchmarks.databases import postgres
from benchmarks.enquiry import settle
from benchmarks.history import COMPANIES, LATEST, add_people, company_code, load
from benchmarks.measure import Table, median, ms, p95, ratio, timed

_FILERS: Final = 500
_PAGE: Final = 100
_CHEAP: Final = Argon2Passwords(memory_kib=64, passes=1)
Taken = dict[str, tuple[float, float]]
"""By question: its median and its 95th percentile, in seconds."""


def _add_filers(connection: Connection) -> None:
    """More identities in the same firms, until there are so many of them."""
    made = [
        {
            "code": f"{number:05d}",
            "company": company_code(number % COMPANIES),
            "user_type": "SEHK",
            "name": f"F{number}",
        }
        for number in range(COMPANIES, _FILERS)
    ]
    connection.execute(insert(tables.identities), made)


def _questions(platform: Platform, operator: Actor) -> dict[str, Callable[[], object]]:
    obligations, inbox = platform.services.obligations, platform.services.inbox
    friday = LATEST.date()
    line = ObligationFilter(folder="SD-1", input_date=friday)
    return {
        f"board of {_FILERS} identities": lambda: obligations.board(operator),
        "what is open, its first page": lambda: obligations.page(operator, ObligationFilter(), None, _PAGE),
        "one line of the board, everybody": lambda: obligations.page(operator, line, None, _FILERS),
        "arrivals of a line": lambda: obligations.arrivals(operator, "SD-1", friday),
        "one firm, ten days": lambda: obligations.page(
            operator, ObligationFilter(company=company_code(7), days=10), None, _PAGE
        ),
        "inbox, first page": lambda: inbox.page(operator, InboxFilter(), None, _PAGE),
        "inbox of one folder and date": lambda: inbox.page(
            operator, InboxFilter(folder="SD-1", input_date=friday), None, _PAGE
        ),
    }


def _answered(folder: Path, count: int, database_url: str, times: int) -> Taken:
    settings = Settings(data_dir=folder, database_url=database_url)
    initialise(settings)
    platform = open_platform(settings, hasher=_CHEAP)
    try:
        with platform.store.engine.connect() as connection, connection.begin():
            add_people(connection)
            _add_filers(connection)
        load(platform.store.engine, count)
        settle(platform)
        with platform.store.reading() as rows:
            account = rows.account("OPER01")
            assert account is not None
            operator = actor_for(rows, account.id, "console", "127.0.0.1")
        taken = {words: timed(act, times) for words, act in _questions(platform, operator).items()}
        return {words: (median(some), p95(some)) for words, some in taken.items()}
    finally:
        platform.close()


def measure(quick: bool = False) -> list[Table]:
    small, large, times = (10_000, 50_000, 10) if quick else (100_000, 1_000_000, 50)
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
        for name in databases:
            before, now = runs[name, small][words], runs[name, large][words]
            row += [ms(before[0]), ms(now[0]), ms(now[1]), ratio(now[0], before[0])]
        rows.append((*row, ratio(runs["PostgreSQL", large][words][0], runs["SQLite", large][words][0])))
    columns = [f"{name}, {what}" for name in databases for what in (f"{small:,}", f"{large:,}", "p95", "growth")]
    return [
        Table(
            f"The exchange's side, {small:,} and {large:,} activities",
            ("question", *columns, "PostgreSQL / SQLite"),
            tuple(rows),
            f"{COMPANIES} firms with {_FILERS} identities of one user type, asked by an operator through the service, "
            "without HTTP. A board asks the same few questions however many identities file.",
        )
    ]


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
