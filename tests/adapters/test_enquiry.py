"""Activity Enquiry on both databases: pages, filters, totals, search, and the attacks on each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from backend.contract.faults import Refused
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


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("limit", [1, 3, 7, 8, 500])
def test_pages_show_every_file_once_newest_first(any_world: World, chan: Actor, limit: int) -> None:
    rows = file(any_world, tuple(f"f{number}.csv" for number in range(7)), input_date=date(2022, 5, 1))
    assert paged(any_world, chan, limit) == [row.log_index for row in reversed(rows)]


def test_files_that_arrive_while_paging_do_not_shift_the_pages(any_world: World, chan: Actor) -> None:
    rows = file(any_world, tuple(f"f{number}.csv" for number in range(6)))
    first = asked(any_world, chan, limit=3)
    file(any_world, ("late1.csv", "late2.csv"))
    second = asked(any_world, chan, first.cursor, limit=3)
    assert names_of(first) + names_of(second) == [row.file_name for row in reversed(rows)]


def test_totals_are_counted_to_a_thousand_and_then_said_to_be_more(any_world: World, chan: Actor) -> None:
    file(any_world, tuple(f"f{number}.csv" for number in range(1000)))
    page = asked(any_world, chan, limit=1)
    assert (page.total, page.total_is_more) == (1000, False)
    file(any_world, ("one more.csv",))
    page = asked(any_world, chan, limit=1)
    assert (page.total, page.total_is_more) == (1000, True)
    assert asked(any_world, chan, name="one more").total == 1


def test_no_page_is_longer_than_500(any_world: World, chan: Actor) -> None:
    file(any_world, tuple(f"f{number}.csv" for number in range(501)))
    assert len(asked(any_world, chan, limit=10_000).items) == 500
    assert len(asked(any_world, chan, limit=-5).items) == 1


def test_a_cursor_belongs_to_its_filter_its_company_and_its_maker(any_world: World, chan: Actor) -> None:
    file(any_world, ("a.csv", "b.csv", "c.csv"))
    cursor = asked(any_world, chan, limit=1).cursor
    assert cursor is not None
    forged = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    attacks: list[tuple[Actor, str, dict[str, Any]]] = [
        (chan, cursor, {"name": "a"}),
        (any_world.actor("HO01"), cursor, {}),
        (any_world.actor("OPER01"), cursor, {}),
        (chan, forged, {}),
        (chan, "", {}),
        (chan, "é", {}),
        (chan, "A" * 200, {}),
        (chan, "not base64!", {}),
        (chan, cursor[: len(cursor) // 2], {}),
    ]
    for who, tried, wanted in attacks:
        with pytest.raises(Refused) as refused:
            asked(any_world, who, tried, **wanted)
        assert refused.value.number == 9002


# ── filters ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_filter_finds_its_own(any_world: World, chan: Actor) -> None:
    file(any_world, ("a.csv",))
    file(any_world, ("lop.csv",), folder="LOP")
    file(any_world, ("other.csv",), identity_code="01235")
    file(any_world, ("lee.csv",), login_id="LEE02")
    file(any_world, ("sftp.csv",), channel="sftp")
    file(any_world, ("no.csv",), act="refused", fault=4505)
    file(any_world, ("hash.csv",), sha256="abc" + "0" * 61)
    assert names_of(asked(any_world, chan, folder="LOP")) == ["lop.csv"]
    assert names_of(asked(any_world, chan, identity_code="01235")) == ["other.csv"]
    assert names_of(asked(any_world, chan, login_id="LEE02")) == ["lee.csv"]
    assert names_of(asked(any_world, chan, channel="sftp")) == ["sftp.csv"]
    assert names_of(asked(any_world, chan, state="refused")) == ["no.csv"]
    assert names_of(asked(any_world, chan, sha256="abc")) == ["hash.csv"]
    assert names_of(asked(any_world, chan, sha256="ABC" + "0" * 61)) == ["hash.csv"]
    assert names_of(asked(any_world, chan, sha256="abd")) == []
    assert names_of(asked(any_world, chan, state="collected")) == []
    assert len(asked(any_world, chan, state="accepted").items) == 6
    assert names_of(asked(any_world, chan, folder="LOP", channel="sftp")) == []


def test_a_superseded_file_is_found_as_superseded(any_world: World, chan: Actor) -> None:
    def unit(unit: Unit) -> None:
        told = {"company": "ACME", "folder": "SD-1", "identity_code": "01234", "file_name": "a.csv"}
        now = any_world.clock.now()
        old = LEDGER.record(unit, "accepted", now, "console", **told, input_date=date(2022, 5, 12), version=1)
        unit.supersede(old.log_index, old.log_index + 1)
        LEDGER.record(unit, "accepted", now, "console", **told, input_date=date(2022, 5, 12), version=2)

    any_world.platform.store.write(unit)
    assert [item.version for item in asked(any_world, chan, state="superseded").items] == [1]
    assert [item.version for item in asked(any_world, chan, state="accepted").items] == [2]


def test_days_are_those_of_hong_kong_and_both_ends_count(any_world: World, chan: Actor) -> None:
    any_world.clock.at = any_world.clock.at.replace(hour=15, minute=59, second=59)
    file(any_world, ("before midnight.csv",))
    any_world.clock.move(seconds=1)
    file(any_world, ("at midnight.csv",))
    friday, saturday = date(2022, 5, 20), date(2022, 5, 21)
    assert names_of(asked(any_world, chan, from_date=friday, to_date=friday)) == ["before midnight.csv"]
    assert names_of(asked(any_world, chan, from_date=saturday)) == ["at midnight.csv"]
    assert names_of(asked(any_world, chan, to_date=friday)) == ["before midnight.csv"]
    assert len(asked(any_world, chan, from_date=friday, to_date=saturday).items) == 2
    assert names_of(asked(any_world, chan, from_date=saturday, to_date=friday)) == []


def test_dates_out_of_range_are_said_so_and_never_break(any_world: World, chan: Actor) -> None:
    assert asked(any_world, chan, from_date=date.min).items == ()
    with pytest.raises(Refused) as refused:
        asked(any_world, chan, to_date=date.max)
    assert refused.value.number == 9002


# ── search ───────────────────────────────────────────────────────────────────────────────────────────────────────


FOUND: dict[str, set[str]] = {
    "20220513": {NAMES[1], NAMES[2]},
    "sd1_": {NAMES[2]},
    "SD1_": {NAMES[2]},
    "d_0": {NAMES[0], NAMES[1]},
    "report 100": {NAMES[3]},
    "100%": {NAMES[3]},
    "0% ": {NAMES[3]},
    "%%%": set(),
    "100_": set(),
    "___": set(),
    "%": {NAMES[3]},
    "_": {NAMES[0], NAMES[1], NAMES[2], NAMES[4]},
    "1_": {NAMES[2]},
    '"': {NAMES[5]},
    '"cheese"': {NAMES[5]},
    '""': set(),
    "'": {NAMES[6]},
    "it's": {NAMES[6]},
    "-": {NAMES[7]},
    "a-b": {NAMES[7]},
    "-b.c": {NAMES[7]},
    "陳": {NAMES[8]},
    "陳大": {NAMES[8]},
    "陳大文": {NAMES[8]},
    "\\": {NAMES[9]},
    "\\x1b": {NAMES[9]},
    "A-B": {NAMES[7]},
    "sd_ or report": set(),
    "sd*": set(),
    "/": set(),
    "NEAR(sd)": set(),
    "'; DROP TABLE activity; --": set(),
    "file_name:sd": set(),
    ".csv": set(NAMES),
    "x" * 200: set(),
}


def test_a_name_is_found_anywhere_whatever_its_case_and_signs(any_world: World, chan: Actor) -> None:
    file(any_world, NAMES)
    for wanted, found in FOUND.items():
        assert found == {name for name in NAMES if wanted.lower() in name.lower()}, "the story is told right"
        assert set(names_of(asked(any_world, chan, name=wanted))) == found, wanted


@pytest.mark.parametrize("value", ["a\x00b", "\x00", "abc\x00def"])
def test_a_filter_with_a_nul_in_it_finds_nothing_and_breaks_nothing(any_world: World, chan: Actor, value: str) -> None:
    file(any_world, NAMES)
    for field in ("name", "folder", "identity_code", "login_id"):
        wanted: dict[str, Any] = {field: value}
        assert asked(any_world, chan, **wanted).items == ()


# ── whose ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_sees_another_companys_files(any_world: World) -> None:
    file(any_world, ("acme.csv",))
    row = file(any_world, ("tai.csv",), company="TAIMAN", identity_code="09999", login_id="TAI09")[0]
    file(any_world, ("harbour.csv",), company="HARBOUR", folder="CPM", identity_code="HBR01")
    seen = {
        login_id: set(names_of(asked(any_world, any_world.actor(login_id))))
        for login_id in ("CHAN01", "TAI09", "HO01", "WONGDA1", "OPER01", "AUDIT01")
    }
    assert seen["CHAN01"] == {"acme.csv"} == seen["WONGDA1"]
    assert seen["TAI09"] == {"tai.csv"} and seen["HO01"] == {"harbour.csv"}
    assert seen["OPER01"] == seen["AUDIT01"] == {"acme.csv", "tai.csv", "harbour.csv"}
    for nobody in (row.log_index, 10**6):
        with pytest.raises(Refused) as refused:
            any_world.services.activity.one(any_world.actor("CHAN01"), nobody)
        assert refused.value.number == 2001


def test_naming_another_company_in_the_filter_shows_nothing_of_it(any_world: World, chan: Actor) -> None:
    file(any_world, ("tai.csv",), company="TAIMAN", identity_code="09999", login_id="TAI09")
    assert asked(any_world, chan, login_id="TAI09").items == ()
    assert asked(any_world, chan, identity_code="09999").total == 0


def test_a_folder_that_is_not_granted_is_not_seen_in_activity_either(any_world: World) -> None:
    row = file(any_world, ("lop.csv",), folder="LOP")[0]
    lee = any_world.actor("LEE02")
    assert asked(any_world, lee).items == ()
    assert asked(any_world, lee, folder="LOP").items == ()
    with pytest.raises(Refused) as refused:
        any_world.services.activity.one(lee, row.log_index)
    assert refused.value.number == 2001


def test_sign_ins_are_no_file_acts_and_are_shown_to_nobody_here(any_world: World, chan: Actor) -> None:
    operator = any_world.actor("OPER01")
    assert asked(any_world, operator).items == () and asked(any_world, operator).total == 0
    with pytest.raises(Refused) as refused:
        any_world.services.activity.one(operator, 0)
    assert refused.value.number == 2001


def test_one_activity_comes_with_the_text_of_its_leaf(any_world: World, chan: Actor) -> None:
    row = file(any_world, (NAMES[0],))[0]
    receipt = any_world.services.activity.one(chan, row.log_index)
    assert receipt.receipt == row.text() and receipt.activity.state == "accepted"
    assert replace(row, superseded_by=99).text() == row.text(), "superseding changes no leaf"


# ── home ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def refusals(world: World, login_id: str) -> list[str | None]:
    return [row.file_name for row in world.services.home.home(world.actor(login_id)).refused]


def test_a_refusal_stands_on_home_until_the_same_name_is_accepted(any_world: World) -> None:
    file(any_world, ("a.csv", "b.csv"), act="refused", fault=4505)
    assert refusals(any_world, "CHAN01") == ["b.csv", "a.csv"]
    file(any_world, ("a.csv",))
    assert refusals(any_world, "CHAN01") == ["b.csv"]
    any_world.clock.move(days=7, seconds=1)
    assert refusals(any_world, "CHAN01") == []


def test_choosing_the_right_identity_afterwards_clears_the_refusal(any_world: World) -> None:
    file(any_world, ("a.csv",), act="refused", fault=4505, identity_code="01235")
    file(any_world, ("a.csv",), identity_code="01234")
    assert refusals(any_world, "CHAN01") == []


def test_an_acceptance_elsewhere_does_not_clear_a_refusal(any_world: World) -> None:
    file(any_world, ("a.csv",), act="refused", fault=4505)
    file(any_world, ("a.csv",), folder="LOP")
    file(any_world, ("a.csv",), company="TAIMAN", identity_code="09999")
    assert refusals(any_world, "CHAN01") == ["a.csv"]


def test_folders_count_the_files_of_thirty_days(any_world: World) -> None:
    file(any_world, ("old.csv",))
    any_world.clock.move(days=30, seconds=1)
    file(any_world, ("new.csv",))
    sd1 = any_world.services.home.folders(any_world.actor("CHAN01"))[0]
    assert (sd1.folder, sd1.files) == ("SD-1", 1)
    assert sd1.latest is not None and any_world.clock.now() - sd1.latest < timedelta(minutes=1)
