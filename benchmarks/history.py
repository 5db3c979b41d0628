"""A million activities, written straight into the tables: what the platform holds after some years."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, text

from backend.adapters.database import tables
from benchmarks.people import add_account

COMPANIES: Final = 50
FOLDERS: Final = ("SD-1", "LOP", "LOPA", "BCAN", "NBCAN", "CPM")
_WEIGHTS: Final = (60, 20, 5, 10, 4, 1)
LATEST: Final = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
_DAYS: Final = 1000
_BATCH: Final = 10_000
_REFUSED: Final = {
    "reason": "input_date",
    "in_name": "2026-11-19",
    "chosen": "2026-11-20",
    "what": "The name says 2026-11-19, the input date says 2026-11-20.",
    "fix": "Set the input date to 2026-11-19.",
}


def company_code(number: int) -> str:
    return f"C{number:03d}"


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Rows over a thousand days, oldest first; a twelfth of them refused. The same rows for the same count."""
    made = random.Random(count)
    step = timedelta(days=_DAYS) / count
    for index in range(count):
        company = made.randrange(COMPANIES)
        folder = made.choices(FOLDERS, _WEIGHTS)[0]
        at = LATEST - step * (count - index)
        day = at.date()
        identity = f"{company:05d}"
        refused = index % 12 == 0
        yield {
            "log_index": index,
            "origin": "bench",
            "act": "refused" if refused else "accepted",
            "at": at,
            "channel": ("console", "http", "sftp")[index % 3],
            "company": company_code(company),
            "login_id": f"USER{company:03d}",
            "folder": folder,
            "identity_code": identity,
            "input_date": day,
            "file_name": f"{folder.replace('-', '')}_{identity}_{day:%Y%m%d}_{index}.csv",
            "size": None if refused else made.randrange(1000, 1 << 20),
            "sha256": None if refused else f"{made.getrandbits(256):064x}",
            "version": None if refused else 1,
            "supersedes": None,
            "received_start": None if refused else at,
            "submission": f"{index:032x}",
            "fault": 4505 if refused else None,
            "object_key": None if refused else f"{index:032x}",
        }


def load(engine: Engine, count: int) -> None:
    """Fills an empty activity table, its names and its head."""
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "sqlite":
            connection.execute(text("PRAGMA cache_size = -400000"))
        fill = _copy if engine.dialect.name == "postgresql" else _insert
        batch: list[dict[str, Any]] = []
        for row in rows(count):
            batch.append(row)
            if len(batch) == _BATCH:
                fill(connection, batch)
                batch.clear()
        if batch:
            fill(connection, batch)
        if engine.dialect.name == "sqlite":
            connection.execute(text("INSERT INTO activity_names(activity_names) VALUES ('rebuild')"))
        frontier = b"\0" * 32 * count.bit_count()
        connection.execute(tables.log_head.update().values(size=count, frontier=frontier))


def add_people(connection: Connection) -> None:
    """One business user and one administrator in each company; nobody of them can sign in."""
    for number in range(COMPANIES):
        company = company_code(number)
        facts = {"code": company, "name": f"Firm {number}", "state": "active", "used": 2, "cc_das": 2, "ecp_das": 2}
        connection.execute(insert(tables.companies).values(**facts))
        codes = [(f"{number:05d}", "SEHK"), (f"GC{number:03d}", "GCP")]
        held = [{"code": code, "company": company, "user_type": kind, "name": code} for code, kind in codes]
        connection.execute(insert(tables.identities), held)
        user = add_account(connection, f"USER{number:03d}", "business", company)
        granted = [("EU_SD1", f"{number:05d}"), ("EU_LOP", f"{number:05d}"), ("EU_CPM", f"GC{number:03d}")]
        grants = [{"account_id": user, "function": one, "identity_code": code} for one, code in granted]
        connection.execute(insert(tables.grants), grants)
        administrator = add_account(connection, f"ADMIN{number:03d}", "da", company)
        rights = [{"account_id": administrator, "service": one} for one in ("client_connect", "ecp")]
        connection.execute(insert(tables.administrator_rights), rights)
    add_account(connection, "OPER01", "operator", None)


def _insert(connection: Connection, batch: list[dict[str, Any]]) -> None:
    connection.execute(insert(tables.activity), batch)
    connection.execute(insert(tables.activity_details), [_details(row) for row in batch])


def _copy(connection: Connection, batch: list[dict[str, Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    for table, some in ((tables.activity, batch), (tables.activity_details, [_details(row) for row in batch])):
        names = list(some[0])
        with driver.cursor().copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
            for row in some:
                copy.write_row([_plain(value) for value in row.values()])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value - tables.EPOCH) // timedelta(milliseconds=1)
    return json.dumps(value) if isinstance(value, dict) else value


def _details(row: dict[str, Any]) -> dict[str, Any]:
    return {"log_index": row["log_index"], "source": "10.1.2.3", "fault_values": _REFUSED if row["fault"] else None}
