"""The inbox and Activity's newer states at ten thousand files, on both databases: by pages, each by its own index."""

from __future__ import annotations

import time
from datetime import date
from functools import partial
from typing import Any, get_args

import pytest
from sqlalchemy import event, insert, text

from backend.adapters.database import tables
from backend.contract.messages import ActivityFilter, InboxFilter, InboxState
from tests.inbox import inbox
from tests.world import World

pytestmark = pytest.mark.databases
MANY = 10_000
FIRST = 1000
DAY = date(2022, 5, 19)
_SCAN = ("SCAN activity USING INDEX ix_activity_files", "SCAN activity\n", "Seq Scan on activity ")


@pytest.fixture
def many(any_world: World) -> World:
    """Ten thousand waiting files in two folders, as many collected ones, and a few that were returned."""
    with any_world.platform.store.engine.begin() as connection:
        files = [_row(any_world, number) for number in range(2 * MANY)]
        connection.execute(insert(tables.activity), files)
        connection.execute(insert(tables.activity), [_collection(row) for row in files if row["collected"]])
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE activity"))
    return any_world


def _row(world: World, number: int) -> dict[str, Any]:
    place = FIRST + 2 * number
    ended = "returned" if number % 1000 == 999 else None
    return {
        "log_index": place,
        "origin": "test",
        "act": "accepted",
        "at": world.clock.now(),
        "channel": "sftp",
        "company": "ACME",
        "login_id": "CHAN01",
        "folder": "SD-1" if number % 3 else "LOP",
        "identity_code": "01234",
        "input_date": DAY,
        "file_name": f"f{number}.csv",
        "size": 1,
        "sha256": "0" * 64,
        "version": 1,
        "collected": None if number % 2 else place + 1,
        "superseded_by": place + 1 if ended else None,
        "ended": ended,
    }


def _collection(row: dict[str, Any]) -> dict[str, Any]:
    """The act that collected it."""
    made = {"log_index": row["collected"], "act": "collected", "login_id": "OPER01", "subject": str(row["log_index"])}
    return row | made | {"collected": None, "superseded_by": None, "ended": None, "version": None}


def plans(world: World, work: Any) -> list[str]:
    """How the database goes about each question that the work asks of the ledger."""
    asked: list[tuple[str, Any]] = []
    engine = world.platform.store.engine

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM activity" in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        told = [connection.exec_driver_sql(f"{explain} {one}", values).all() for one, values in asked]
    return ["\n".join(str(line[-1]) for line in plan) for plan in told]


def test_ten_thousand_waiting_files_are_paged_by_cursor_each_once(many: World) -> None:
    who = many.actor("OPER01")
    began = time.monotonic()
    found = [it.activity.log_index for it in inbox(many, who, limit=500)]
    assert time.monotonic() - began < 20, "some seconds on a busy machine, not minutes"
    assert len(found) == len(set(found)) == MANY - 20
    half = len([it for it in inbox(many, who, limit=500, state="collected", folder="LOP")])
    assert half == len(range(0, 2 * MANY, 6))
    page = many.services.inbox.page(who, InboxFilter(), None, 1)
    assert [one.waiting for one in page.folders if one.waiting] == [1000, 1000], "counted to 1,000"


def test_each_question_walks_its_own_index_and_sorts_nothing(many: World) -> None:
    chan, oper = many.actor("CHAN01"), many.actor("OPER01")
    inbox_, activity = many.services.inbox.page, many.services.activity.page
    for state in get_args(InboxState):
        mark = inbox_(oper, InboxFilter(state=state), None, 50).cursor
        for plan in plans(many, partial(inbox_, oper, InboxFilter(state=state), mark, 50)):
            assert "Sort" not in plan and "TEMP B-TREE" not in plan and not scans(plan), plan
            assert any(index in plan for index in ("ix_activity_inbox", "pk_activity", "PRIMARY KEY")), plan
    for who in (chan, oper):
        for act in ("returned", "withdrawn", "replayed"):
            wanted = ActivityFilter.model_validate({"state": act})
            assert activity(who, wanted, None, 50).total == (20 if act == "returned" else 0)
            for plan in plans(many, partial(activity, who, wanted, None, 50)):
                assert "TEMP B-TREE" not in plan and not scans(plan), plan
                assert any(f"ix_activity_{index}" in plan for index in ("company", "ended", "act", "folder")), plan

    def looked_up() -> None:
        many.services.activity.one(chan, FIRST)
        with many.platform.store.reading() as rows:
            rows.version_before("SD-1", "01234", DAY, "f999.csv")
            rows.last_handed_out("collected", "OPER01", FIRST, "console", "127.0.0.1", None)

    told = plans(many, looked_up)
    assert not any(map(scans, told)), told
    assert sum("ix_activity_on_file" in plan for plan in told) == 2 and "ix_activity_gone" in "".join(told)


def scans(plan: str) -> bool:
    """Whether it walks the whole log."""
    return any(scan in f"{plan}\n" for scan in _SCAN)
