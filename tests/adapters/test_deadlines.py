"""Deadlines at their edges, on both databases: extensions, windows, starts that count, closures, who is bound when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from backend.adapters.database import DatabaseStore, tables
from backend.contract.faults import OUTSIDE_WINDOW, Refused
from backend.contract.messages import ActivityFilter, CloseMarket, ExtendCutOff, ObligationFilter
from backend.core.catalogue import CutOff, FolderRule
from backend.core.claims import Claim, Upload
from tests.adapters.test_obligations import FRIDAY, MONDAY, SD1, files, hong_kong, states
from tests.submitting import submitted
from tests.tampering import unguarded
from tests.tui.administrators import settles
from tests.world import World

pytestmark = pytest.mark.databases
THURSDAY = FRIDAY - timedelta(days=1)


def change(world: World, code: str, how: Callable[[FolderRule], FolderRule]) -> None:
    world.platform.store.write(lambda unit: unit.put_folder(how(unit.catalogue().folders[code])))


def extended(until: datetime, folder: str = "SD-1", day: date = FRIDAY, codes: tuple[str, ...] = ()) -> ExtendCutOff:
    return ExtendCutOff(folder=folder, input_date=day, until=until, identity_codes=codes, reason="Typhoon signal no. 8")


def begin(world: World, at: datetime) -> None:
    """The log has begun then."""
    world.actor("OPER01")
    with unguarded(world) as connection:
        first = update(tables.activity).where(tables.activity.c.log_index == 0)
        connection.execute(first.values(at=at))


def refused_as_outside(world: World, who: str, code: str, day: date = FRIDAY) -> str:
    with pytest.raises(Refused) as refused:
        files(world, who, code, day, data=b"another\n")
    assert refused.value.fault is OUTSIDE_WINDOW
    return refused.value.what


def activity(world: World, who: str, name: str) -> list[tuple[bool, str | None]]:
    found = world.services.activity.page(world.actor(who), ActivityFilter(name=name), None, 50).items
    return [(one.late, one.counts) for one in found if one.act == "accepted"]


# ── extensions ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_extension_holds_where_nothing_is_taken_after_the_cut_off_and_ends_where_it_says(
    any_world: World,
) -> None:
    world = any_world
    change(world, "SD-1", lambda one: replace(one, cut_off=CutOff(time(20), closes=True)))
    world.clock.at = hong_kong(FRIDAY, 19)
    await settles(world, "OPER01", "OPER02", extended(hong_kong(FRIDAY, 22), codes=("09999",)))
    world.clock.at = hong_kong(FRIDAY, 21, 58)
    assert "2022-05-20 20:00" in refused_as_outside(world, "CHAN01", "01234")
    files(world, "TAI09", "09999")
    assert states(world) == {"01234": "missing", "01235": "missing", "09999": "received"}
    world.clock.at = hong_kong(FRIDAY, 22)
    assert "2022-05-20 22:00" in refused_as_outside(world, "TAI09", "09999")


async def test_an_extension_keeps_the_window_and_the_days_open_for_whom_it_was_given(any_world: World) -> None:
    world = any_world
    rule = {"window": (time(7), time(15)), "cut_off": CutOff(time(15)), "trading_days_back": 0}
    change(world, "SD-1", lambda one: replace(one, **rule))  # type: ignore[arg-type]  # fields of one rule
    await settles(world, "OPER01", "OPER02", extended(hong_kong(MONDAY, 10), codes=("09999",)))
    world.clock.at = hong_kong(FRIDAY, 17)
    assert "open from 07:00 to 15:00" in refused_as_outside(world, "CHAN01", "01234")
    world.clock.at = hong_kong(MONDAY, 6)
    files(world, "TAI09", "09999")
    world.clock.at = hong_kong(MONDAY, 10, 1)
    refused_as_outside(world, "TAI09", "09999")


async def test_late_files_are_in_time_once_the_cut_off_is_extended_and_what_was_kept_of_them_stays(
    any_world: World,
) -> None:
    world = any_world
    begin(world, hong_kong(FRIDAY, 9))
    world.clock.at = hong_kong(FRIDAY, 20, 30)
    files(world, "TAI09", "09999")
    assert states(world)["09999"] == "late"
    await settles(world, "OPER01", "OPER02", extended(hong_kong(FRIDAY, 22)))
    assert states(world) == {"01234": "due", "01235": "due", "09999": "received"}
    assert activity(world, "TAI09", "SD1_09999_20220520") == [(True, "completion")]


async def test_what_cannot_be_extended_is_refused_with_why(any_world: World) -> None:
    world = any_world
    for proposal, said in (
        (extended(hong_kong(FRIDAY, 15, 59)), "over already"),
        (extended(hong_kong(FRIDAY, 20)), "not later than the cut-off as it stands, 2022-05-20 20:00"),
        (extended(hong_kong(MONDAY, 22), day=date(2022, 5, 21)), "a weekend"),
        (extended(hong_kong(MONDAY, 22), "CPM", date(2022, 5, 20)), "no month's last day"),
        (extended(hong_kong(MONDAY, 22), "DECL"), "has no cut-off"),
    ):
        with pytest.raises(Refused, match=said):
            await settles(world, "OPER01", "OPER02", proposal)
    await settles(world, "OPER01", "OPER02", extended(hong_kong(FRIDAY, 23)))
    with pytest.raises(Refused, match="23:00"):
        await settles(world, "OPER01", "OPER02", extended(hong_kong(FRIDAY, 22), codes=("01234",)))


# ── which instant counts ─────────────────────────────────────────────────────────────────────────────────────────


def begun(world: World, who: str, code: str, day: date = FRIDAY) -> Callable[[], Any]:
    """An upload whose bytes are there; calling it ends it."""
    actor, services = world.actor(who), world.services
    claim = Claim("ab" * 16, "SD-1", code, day, f"SD1_{code}_{day:%Y%m%d}.csv", 4)
    upload = services.submissions.begin(actor, claim)
    assert isinstance(upload, Upload)
    upload.write(0, b"a,b\n")
    return lambda: services.submissions.finish(actor, upload)


@pytest.mark.parametrize(
    ("counts", "closes", "minutes", "outcome"),
    [
        ("completion", False, 1, "late"),
        ("completion", True, 1, "4513"),
        ("start", False, 14, "received"),
        ("start", True, 14, "received"),
        ("start", False, 16, "4513"),
    ],
)
def test_the_start_counts_where_the_folder_says_so_and_completion_follows(
    any_world: World, counts: Any, closes: bool, minutes: int, outcome: str
) -> None:
    world = any_world
    change(world, "SD-1", lambda one: replace(one, cut_off=CutOff(time(20), closes=closes, counts=counts)))
    world.clock.at = hong_kong(FRIDAY, 19, 58)
    end = begun(world, "TAI09", "09999")
    started = world.clock.at
    world.clock.at = started + timedelta(minutes=minutes + 2 * (counts == "completion"))
    if outcome == "4513":
        with pytest.raises(Refused) as refused:
            end()
        assert refused.value.fault is OUTSIDE_WINDOW and states(world)["09999"] == "missing"
        return
    ended = world.clock.at
    end()
    assert states(world)["09999"] == outcome
    page = world.services.obligations.page(world.actor("OPER01"), SD1, None, 9)
    (one,) = [one for one in page.items if one.identity_code == "09999"]
    assert one.received == (started if counts == "start" else ended)


def test_a_correction_of_what_came_in_time_is_not_late_but_one_of_what_came_late_is(any_world: World) -> None:
    world = any_world
    files(world, "CHAN01", "01234")
    world.clock.at = hong_kong(FRIDAY, 21)
    files(world, "CHAN01", "01234", data=b"b\n")
    files(world, "CHAN01", "01234", data=b"c\n")
    files(world, "TAI09", "09999")
    files(world, "TAI09", "09999", data=b"b\n")
    in_time, late = (False, "completion"), (True, "completion")
    assert activity(world, "CHAN01", "SD1_01234") == [(False, "first"), (False, "first"), in_time]
    assert activity(world, "TAI09", "SD1_09999") == [late, late]
    assert states(world) == {"01234": "received", "01235": "missing", "09999": "late"}


def test_what_operators_give_back_is_due_again_and_missing_after_the_cut_off(any_world: World) -> None:
    world = any_world
    one = submitted(
        world,
        world.actor("TAI09"),
        b"a\n",
        identity_code="09999",
        input_date=FRIDAY,
        file_name="SD1_09999_20220520.csv",
    ).activity.log_index
    assert states(world)["09999"] == "received"
    world.services.inbox.give_back(world.actor("OPER01"), one, "It is of another firm")
    assert states(world)["09999"] == "due"
    board = world.services.obligations.board(world.actor("OPER01"))
    assert [line.received for line in board.lines if (line.folder, line.input_date) == ("SD-1", FRIDAY)] == [0]
    world.clock.at = hong_kong(FRIDAY, 20, 1)
    assert states(world)["09999"] == "missing"


# ── closed days ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_closure_in_the_afternoon_keeps_what_came_and_moves_what_was_over(any_world: World) -> None:
    world, lop = any_world, ObligationFilter(folder="LOP", input_date=THURSDAY)
    begin(world, hong_kong(THURSDAY, 9))
    files(world, "TAI09", "09999")
    assert set(states(world, lop).values()) == {"missing"}, "its cut-off was at noon"
    await settles(world, "OPER01", "OPER02", CloseMarket(day=FRIDAY, reason="Typhoon signal no. 8"))
    assert states(world) == {"01234": "exempt", "01235": "exempt", "09999": "received"}
    assert set(states(world, lop).values()) == {"due"}, "and is at noon of Monday now"
    assert "Typhoon signal no. 8" in refused_as_outside(world, "CHAN01", "01234")
    (due,) = [one for one in world.services.home.home(world.actor("LEE02")).due if one.folder == "SD-1"]
    assert (due.state, due.reason) == ("exempt", "Typhoon signal no. 8")


async def test_month_ends_on_days_that_do_not_trade_are_filed_for_and_closures_move_their_cut_off(
    any_world: World,
) -> None:
    world, april = any_world, date(2022, 4, 30)
    change(world, "CPM", lambda one: replace(one, cut_off=CutOff(time(17), trading_days_after=16)))
    cpm = ObligationFilter(folder="CPM", input_date=april)

    def cut_offs() -> set[datetime]:
        page = world.services.obligations.page(world.actor("OPER01"), cpm, None, 9)
        return {one.cut_off for one in page.items}

    assert cut_offs() == {hong_kong(MONDAY, 17)}
    await settles(world, "OPER01", "OPER02", CloseMarket(day=MONDAY, reason="Rainstorm"))
    assert cut_offs() == {hong_kong(MONDAY + timedelta(days=1), 17)}
    assert "exempt" not in states(world, cpm).values()


# ── who is bound, and since when ─────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_owed_from_before_the_platform_a_folder_or_an_identity_was_there(any_world: World) -> None:
    world, thursday = any_world, ObligationFilter(folder="SD-1", input_date=THURSDAY)
    assert states(world, thursday) == {}, "the log begins on Friday"
    begin(world, hong_kong(THURSDAY, 9))
    with world.platform.store.engine.begin() as connection:
        joined = update(tables.identities).where(tables.identities.c.code == "09999").values(added=world.clock.at)
        connection.execute(joined)
    assert set(states(world, thursday)) == {"01234", "01235"} and "09999" in states(world)
    world.platform.store.write(
        lambda unit: unit.put_folder(
            unit.catalogue()
            .folders["SD-1"]
            .obliging(replace(unit.catalogue().folders["SD-1"], cut_off=None), world.clock.at)
        )
    )
    assert states(world, thursday) == {} and len(states(world)) == 3


def test_closed_companies_removed_identities_and_folders_elsewhere_owe_nothing(any_world: World) -> None:
    world = any_world
    with world.platform.store.engine.begin() as connection:
        gone = update(tables.identities).where(tables.identities.c.code == "01235").values(removed=world.clock.at)
        connection.execute(gone)
        closed = update(tables.companies).where(tables.companies.c.code == world.account("TAI09").company)
        connection.execute(closed.values(state="closed"))
    assert set(states(world)) == {"01234"}
    change(world, "SD-1", lambda one: replace(one, route="existing"))
    assert states(world) == {}
    assert "SD-1" not in {line.folder for line in world.services.obligations.board(world.actor("OPER01")).lines}


# ── processes ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_process_knows_at_once_what_was_decided(any_world: World) -> None:
    world = any_world
    other = DatabaseStore(world.platform.store.engine)
    with other.reading() as rows:
        assert rows.decided().closures == {}
    await settles(world, "OPER01", "OPER02", CloseMarket(day=MONDAY, reason="Rainstorm"))
    await settles(world, "OPER01", "OPER02", extended(hong_kong(FRIDAY, 22)))
    with other.reading() as rows:
        assert rows.decided().closures == {MONDAY: "Rainstorm"}
        assert rows.decided().extensions["SD-1", FRIDAY][""].until == hong_kong(FRIDAY, 22)
    other._writer.close()


def test_a_decision_that_is_undone_is_known_to_nobody(any_world: World) -> None:
    store = any_world.platform.store

    def undone(unit: Any) -> None:
        unit.put_closure(MONDAY, "Rainstorm")
        assert unit.decided().closures
        raise Refused(OUTSIDE_WINDOW, what="x", fix="y")

    with pytest.raises(Refused):
        store.write(undone)
    with store.reading() as rows:
        assert rows.decided().closures == {}


def test_the_board_asks_as_many_questions_whoever_files_and_reads_by_an_index(any_world: World) -> None:
    world = any_world
    asked: list[str] = []
    operator = world.actor("OPER01")

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    def questions() -> int:
        asked.clear()
        world.services.obligations.board(operator)
        return len([one for one in asked if "FROM activity" in one or "FROM identities" in one])

    event.listen(world.platform.store.engine, "before_cursor_execute", note)
    first = questions()
    files(world, "CHAN01", "01234")
    files(world, "TAI09", "09999")
    assert questions() == first + 1, "the line that changed is read"
    assert questions() == first, "and not again"
    event.remove(world.platform.store.engine, "before_cursor_execute", note)
