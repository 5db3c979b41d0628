"""The board's questions, on both databases: by the index that keeps versions unique, not by a walk over the ledger."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, text

from backend.adapters.database import tables
from backend.contract.messages import ObligationFilter
from tests.adapters.test_inbox_plans import _row as filed
from tests.adapters.test_inbox_plans import plans
from tests.world import World

pytestmark = pytest.mark.databases
MANY = 6000
INDEX = "uq_activity_current"


@pytest.fixture
def years(any_world: World) -> World:
    """Files of two years, and the few days that a board looks at."""
    rows = [filed(any_world, number) for number in range(MANY)]
    for number, row in enumerate(rows):
        day = date(2022, 5, 19) - timedelta(days=number % 700)
        row |= {"input_date": day, "folder": "SD-1", "identity_code": f"{number // 700:05d}", "superseded_by": None}
    with any_world.platform.store.engine.begin() as connection:
        connection.execute(insert(tables.activity), rows)
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE activity"))
    return any_world


def test_boards_lists_and_homes_find_what_was_filed_by_its_index(years: World) -> None:
    operator, chan = years.actor("OPER01"), years.actor("CHAN01")
    obligations = years.services.obligations
    for work in (
        lambda: obligations.board(operator),
        lambda: obligations.page(operator, ObligationFilter(company="ACME", days=10), None, 100),
        lambda: obligations.arrivals(operator, "SD-1", date(2022, 5, 20)),
        lambda: obligations.page(chan, ObligationFilter(), None, 100),
    ):
        asked = [plan for plan in plans(years, work) if INDEX in plan or "activity" in plan]
        assert any(INDEX in plan for plan in asked), asked
        assert not [plan for plan in asked if "Seq Scan on activity" in plan or "SCAN activity\n" in plan], asked
