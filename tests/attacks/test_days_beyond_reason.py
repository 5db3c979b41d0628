"""Days, instants and rules beyond reason: each is refused in words, none is a 9000."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.asked_together import Desk
from tests.world import World

DAYS = ("0001-01-01", "1999-12-31", "2201-01-01", "9999-12-31", "2022-05-20")
INSTANTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2022-05-20T14:00:00", "2022-05-20T14:00:00Z")
RULES = (
    "",
    "x=",
    "[" * 50,
    "a.b.c.d=1",
    "title='x'\n" * 3000,
    'cut_off={at="25:00"}',
    'cut_off={at="20:00",trading_days_after=99999999999999999999}',
    "trading_days_back=999999999",
    "size_limit=-1",
    "patterns=['\\u202e']",
)


def proposals() -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [{"kind": "decommission"}]
    for day, folder in product(DAYS, ("SD-1", "LOP", "CPM")):
        made += [
            {"kind": "extend-cut-off", "folder": folder, "input_date": day, "until": until, "reason": "x"}
            for until in INSTANTS
        ]
        made.append({"kind": "exempt", "folder": folder, "input_date": day, "identity_codes": ["HBR01"], "reason": "x"})
    for day in DAYS:
        made.append({"kind": "close-market", "day": day, "reason": "x"})
        made.append({"kind": "set-holidays", "year": 2022, "holidays": [{"day": day, "name": "x"}]})
    made += [{"kind": "plan-batch", "batch": "9", "folders": ["NBCAN", "NONE"], "at": at} for at in INSTANTS]
    for rule in RULES:
        made += [{"kind": "change-folder", "folder": code, "rule": rule} for code in ("SD-1", "NEW")]
        made.append({"kind": "change-function", "function": "EU_SD1", "rule": rule})
    return made


@pytest.mark.parametrize("who", ["OPER01", "CHAN01"])
def test_no_proposal_whatever_it_says_is_more_than_refused(world: World, who: str) -> None:
    desk = Desk(world)
    for proposal in proposals():
        answer = desk.ask(who, "POST", "/v1/requests", {"proposal": proposal, "submit": False})
        assert answer.status_code < 500, (proposal, answer.text)


@pytest.mark.parametrize("who", ["OPER01", "AUDIT01", "CHAN01", "WONGDA1", "ACMEBOT1"])
def test_no_question_about_any_day_is_more_than_refused(world: World, who: str) -> None:
    desk = Desk(world)
    asked = [f"/v1/calendar?year={year}" for year in (1, 2000, 2200, 9999)]
    asked += ["/v1/board", "/v1/migration", "/v1/catalogue", "/v1/obligations?days=20&limit=500"]
    asked += ["/v1/published/editions/99999999999999999999", "/v1/inbox/99999999999999999999/content?reason=x"]
    for day, folder in product(DAYS, ("SD-1", "LOP", "CPM", "%00")):
        line = f"folder={folder}&input_date={day}"
        asked += [f"/v1/obligations?{line}", f"/v1/obligations/arrivals?{line}", f"/v1/inbox?{line}&state=all"]
    for path in asked:
        answer = desk.ask(who, "GET", path)
        assert answer.status_code < 500, (path, answer.text)
