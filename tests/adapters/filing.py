"""How tests fill Activity Enquiry and ask it."""

from __future__ import annotations

from datetime import date
from typing import Any

from backend.contract.messages import ActivityFilter, ActivityPage
from backend.core.activity import Ledger
from backend.core.activity_row import ActivityRow
from backend.core.actor import Actor
from backend.core.rows import Unit
from tests.world import World

LEDGER = Ledger("test")
NAMES = (
    "SD_01234_20220512.csv",
    "SD_01234_20220513.csv",
    "SD1_01235_20220513.csv",
    "Report 100% done.csv",
    "Report_100x_done.csv",
    'say "cheese".csv',
    "it's.csv",
    "a-b.csv",
    "陳大文.csv",
    "x\\x1b.csv",
)


def file(world: World, names: tuple[str, ...], **facts: Any) -> list[ActivityRow]:
    """Accepted files of ACME in SD-1, but for what `facts` says."""
    usual = {"company": "ACME", "login_id": "CHAN01", "folder": "SD-1", "identity_code": "01234", "size": 1}

    def unit(unit: Unit) -> list[ActivityRow]:
        now = world.clock.now()
        made = []
        for name in names:
            told = {**usual, "file_name": name, "input_date": date(2022, 5, 12), "sha256": "0" * 64, **facts}
            made.append(LEDGER.record(unit, told.pop("act", "accepted"), now, told.pop("channel", "console"), **told))
        return made

    return world.platform.store.write(unit)


def asked(world: World, who: Actor, cursor: str | None = None, *, limit: int = 100, **wanted: Any) -> ActivityPage:
    return world.services.activity.page(who, ActivityFilter(**wanted), cursor, limit)


def names_of(page: ActivityPage) -> list[str | None]:
    return [item.file_name for item in page.items]


def paged(world: World, who: Actor, limit: int, **wanted: Any) -> list[int]:
    """The log indexes of all pages."""
    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = asked(world, who, cursor, limit=limit, **wanted)
        assert len(page.items) <= limit
        seen += [item.log_index for item in page.items]
        cursor = page.cursor
        if cursor is None:
            return seen
