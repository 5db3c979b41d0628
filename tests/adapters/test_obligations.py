"""Obligations: due, received, late, missing, exempt; extended by a pair; whose they are to see."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import (
    ActivityFilter,
    CloseMarket,
    Exempt,
    ExtendCutOff,
    Holiday,
    ObligationFilter,
    SetHolidays,
)
from tests.submitting import submitted
from tests.tui.administrators import settles
from tests.world import World

FRIDAY = date(2022, 5, 20)
MONDAY = date(2022, 5, 23)
SD1 = ObligationFilter(folder="SD-1", input_date=FRIDAY)


def hong_kong(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02d}:{minute:02d}:00+08:00")


def states(world: World, wanted: ObligationFilter = SD1, who: str = "OPER01") -> dict[str, str]:
    page = world.services.obligations.page(world.actor(who), wanted, None, 500)
    return {one.identity_code: one.state for one in page.items}


def files(world: World, who: str, code: str, day: date = FRIDAY, data: bytes = b"a\n") -> None:
    facts: dict[str, Any] = {"identity_code": code, "input_date": day, "file_name": f"SD1_{code}_{day:%Y%m%d}.csv"}
    submitted(world, world.actor(who), data, **facts)


async def test_an_obligation_is_due_then_received_late_or_missing(any_world: World) -> None:
    world = any_world
    assert states(world) == {"01234": "due", "01235": "due", "09999": "due"}
    files(world, "CHAN01", "01234")
    world.clock.at = hong_kong(FRIDAY, 20, 1)
    files(world, "TAI09", "09999")
    assert states(world) == {"01234": "received", "01235": "missing", "09999": "late"}
    files(world, "CHAN01", "01234", data=b"b\n")
    assert states(world)["01234"] == "received", "a correction makes nothing late"
    [line] = [
        one
        for one in world.services.obligations.board(world.actor("OPER01")).lines
        if one.input_date == FRIDAY and one.folder == "SD-1"
    ]
    assert (line.received, line.late, line.missing, line.due) == (1, 1, 1, 0)
    row = world.services.activity.page(world.actor("TAI09"), ActivityFilter(), None, 5).items[0]
    assert row.late and row.counts == "completion" and row.cut_off == hong_kong(FRIDAY, 20)


async def test_a_pair_of_operators_extends_a_cut_off_for_all_or_for_some(any_world: World) -> None:
    world = any_world
    world.clock.at = hong_kong(FRIDAY, 19, 30)
    until = hong_kong(FRIDAY, 22)
    await settles(world, "OPER01", "OPER02", extend(until))
    world.clock.at = hong_kong(FRIDAY, 21)
    assert set(states(world).values()) == {"due"}
    assert [one.cut_off for one in world.services.home.home(world.actor("CHAN01")).due if one.folder == "SD-1"] == [
        until
    ] * 2
    files(world, "CHAN01", "01234")
    assert states(world)["01234"] == "received"
    await settles(world, "OPER01", "OPER02", extend(hong_kong(FRIDAY, 23), "09999"))
    world.clock.at = hong_kong(FRIDAY, 22, 30)
    assert states(world) == {"01234": "received", "01235": "missing", "09999": "due"}


async def test_no_cut_off_is_made_earlier_and_none_of_a_folder_without_one(any_world: World) -> None:
    for proposal in (
        extend(hong_kong(FRIDAY, 19)),
        extend(hong_kong(FRIDAY, 20)),
        extend(hong_kong(FRIDAY, 22), "HBR01"),
        extend(hong_kong(FRIDAY, 22), "NOBODY"),
        ExtendCutOff(folder="LOPA", input_date=FRIDAY, until=hong_kong(FRIDAY, 22), reason="x"),
        ExtendCutOff(folder="NONE", input_date=FRIDAY, until=hong_kong(FRIDAY, 22), reason="x"),
    ):
        with pytest.raises(Refused) as refused:
            await settles(any_world, "OPER01", "OPER02", proposal)
        assert refused.value.number in (9002, 2001)


async def test_a_closed_day_is_exempt_and_the_cut_offs_on_it_move_to_the_next_one(any_world: World) -> None:
    world = any_world
    world.clock.at = hong_kong(MONDAY, 8)
    lop = ObligationFilter(folder="LOP", input_date=FRIDAY)
    before = world.services.obligations.page(world.actor("OPER01"), lop, None, 9).items[0].cut_off
    assert before == hong_kong(MONDAY, 12)
    await settles(world, "OPER01", "OPER02", CloseMarket(day=MONDAY, reason="Typhoon signal no. 8"))
    [first, *_] = world.services.obligations.page(world.actor("OPER01"), lop, None, 9).items
    assert first.cut_off == hong_kong(MONDAY + timedelta(days=1), 12)
    monday = ObligationFilter(folder="SD-1", input_date=MONDAY)
    assert set(states(world, monday).values()) == {"exempt"}
    due = [one for one in world.services.home.home(world.actor("TAI09")).due if one.folder == "SD-1"]
    assert [(one.state, one.reason) for one in due] == [("exempt", "Typhoon signal no. 8")]
    with pytest.raises(Refused, match="trading days"):
        files(world, "TAI09", "09999", MONDAY)
    await settles(world, "OPER01", "OPER02", CloseMarket(day=MONDAY, reopen=True, reason="It passed"))
    assert set(states(world, monday).values()) == {"due"}
    files(world, "TAI09", "09999", MONDAY)


async def test_holidays_do_not_trade_and_nothing_was_ever_due_on_them(any_world: World) -> None:
    world = any_world
    holiday = SetHolidays(year=2022, holidays=(Holiday(day=MONDAY, name="A day off"),))
    await settles(world, "OPER01", "OPER02", holiday)
    world.clock.at = hong_kong(MONDAY, 9)
    board = world.services.obligations.board(world.actor("AUDIT01"))
    assert MONDAY not in {line.input_date for line in board.lines}
    year = world.services.obligations.year(world.actor("CHAN01"), 2022)
    assert year.listed and [(one.day, one.name) for one in year.closed] == [(MONDAY, "A day off")]
    with pytest.raises(Refused, match="these already"):
        await settles(world, "OPER01", "OPER02", holiday)
    with pytest.raises(Refused, match="not in 2023"):
        await settles(world, "OPER01", "OPER02", SetHolidays(year=2023, holidays=holiday.holidays))


async def test_the_exempt_need_not_file_and_what_they_file_counts_all_the_same(any_world: World) -> None:
    world = any_world
    why = Exempt(folder="SD-1", input_date=FRIDAY, identity_codes=("01235", "09999"), reason="No trades")
    await settles(world, "OPER01", "OPER02", why)
    assert states(world) == {"01234": "due", "01235": "exempt", "09999": "exempt"}
    files(world, "TAI09", "09999")
    world.clock.at = hong_kong(FRIDAY, 20, 30)
    assert states(world) == {"01234": "missing", "01235": "exempt", "09999": "received"}


def test_firms_see_their_own_obligations_and_nobody_elses(world: World) -> None:
    assert states(world, who="CHAN01") == {"01234": "due", "01235": "due"}
    assert states(world, who="LEE02") == {"01234": "due"}
    assert states(world, ObligationFilter(folder="SD-1", input_date=FRIDAY, company="TAIMAN"), who="CHAN01") == {}
    services, chan = world.services.obligations, world.actor("CHAN01")
    for asked in (lambda: services.board(chan), lambda: services.arrivals(chan, "SD-1", FRIDAY)):
        with pytest.raises(Refused) as refused:
            asked()
        assert refused.value.number == 2002
    with pytest.raises(Refused) as refused:
        states(world, who="WONGDA1")
    assert refused.value.number == 2000


def test_the_list_pages_and_a_mark_is_good_for_its_list_alone(world: World) -> None:
    services, operator = world.services.obligations, world.actor("OPER01")
    first = services.page(operator, SD1, None, 2)
    assert len(first.items) == 2 and first.total == 3 and first.cursor
    assert len(services.page(operator, SD1, first.cursor, 2).items) == 1
    with pytest.raises(Refused, match="another list"):
        services.page(operator, ObligationFilter(folder="LOP"), first.cursor, 2)


def test_arrivals_are_counted_up_to_the_cut_off_and_what_is_ahead_is_said(world: World) -> None:
    files(world, "CHAN01", "01234")
    found = world.services.obligations.arrivals(world.actor("OPER01"), "SD-1", FRIDAY)
    assert sum(found.bins) == found.filed == 1 and found.owed == 3
    assert 0 < found.ahead < len(found.bins)
    world.clock.at = hong_kong(FRIDAY, 21)
    files(world, "TAI09", "09999")
    later = world.services.obligations.arrivals(world.actor("OPER01"), "SD-1", FRIDAY)
    assert sum(later.bins) == 2 and later.ahead == 0


def extend(until: datetime, *codes: str) -> ExtendCutOff:
    return ExtendCutOff(
        folder="SD-1", input_date=FRIDAY, until=until, identity_codes=codes, reason="Typhoon signal no. 8"
    )
