"""Activity Enquiry on both databases: pages, filters, totals, search, and the attacks on each."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any, get_args

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import State
from backend.core.actor import Actor
from backend.core.rows import Unit
from tests.adapters.filing import LEDGER, NAMES, asked, file, names_of, paged
from tests.world import World

pytestmark = pytest.mark.databases


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


def test_a_state_filters_what_the_column_shows(any_world: World, chan: Actor) -> None:
    """Each state finds exactly the rows that bear its word, for a company and for all."""
    acts = (
        "accepted",
        "refused",
        "published",
        "fetched",
        "withdrawn",
        "collected",
        "replayed",
        "returned",
        "explained",
    )
    for number, act in enumerate(acts * 2):
        file(any_world, (f"{act}{number}.csv",), act=act, input_date=date(2022, 5, 1 + number))
    names = tuple(f"{number}.csv" for number in range(6))
    (gone, read, old, stands, back, out) = file(any_world, names, input_date=date(2022, 4, 1))
    (report,) = file(any_world, ("r.csv",), act="published", input_date=date(2022, 4, 1))

    def unit(unit: Unit) -> None:
        unit.mark_collected(read.log_index, by=1)
        unit.mark_collected(old.log_index, by=1)
        unit.mark_collected(out.log_index, by=1)
        unit.supersede(back.log_index, by=1, ended="returned")
        unit.supersede(out.log_index, by=1, ended="withdrawn")
        for row in (gone, old, report):
            unit.supersede(row.log_index, by=stands.log_index)

    any_world.platform.store.write(unit)
    for who in (chan, any_world.actor("OPER01"), any_world.actor("WONGDA1")):
        shown = {item.log_index: item.state for item in asked(any_world, who, limit=500).items}
        assert [shown[row.log_index] for row in (gone, read, old, stands, report, back, out)] == [
            "superseded",
            "collected",
            "superseded",
            "accepted",
            "superseded",
            "returned",
            "withdrawn",
        ]
        for state in get_args(State):
            right = sorted((place for place, its in shown.items() if its == state), reverse=True)
            assert right and paged(any_world, who, 2, state=state) == right
            assert asked(any_world, who, state=state).total == len(right)


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


def test_the_first_and_the_last_day_there_are_mean_no_beginning_and_no_end(any_world: World, chan: Actor) -> None:
    file(any_world, ("one.csv",))
    assert names_of(asked(any_world, chan, from_date=date.min, to_date=date.max)) == ["one.csv"]
    assert names_of(asked(any_world, chan, from_date=date.max)) == []


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


@pytest.mark.parametrize("who", ["CHAN01", "WONGDA1", "OPER01"])
def test_a_name_is_found_anywhere_whatever_its_case_and_signs(any_world: World, who: str) -> None:
    file(any_world, NAMES)
    actor = any_world.actor(who)
    for wanted, found in FOUND.items():
        assert found == {name for name in NAMES if wanted.lower() in name.lower()}, "the story is told right"
        assert set(names_of(asked(any_world, actor, name=wanted))) == found, wanted
        assert asked(any_world, actor, name=wanted).total == len(found)


@pytest.mark.parametrize("value", ["a\x00b", "\x00", "abc\x00def"])
def test_a_filter_with_a_nul_in_it_finds_nothing_and_breaks_nothing(any_world: World, chan: Actor, value: str) -> None:
    file(any_world, NAMES)
    for field in ("name", "folder", "identity_code", "login_id"):
        wanted: dict[str, Any] = {field: value}
        assert asked(any_world, chan, **wanted).items == ()


@pytest.mark.parametrize("who", ["CHAN01", "OPER01"])
def test_days_find_their_files_even_where_the_clock_was_set_back(any_world: World, who: str) -> None:
    """Compared with looking at every file, for clocks that jump, on every span of these days."""
    jumps = random.Random(7)  # noqa: S311 - the same jumps each time
    actor, began = any_world.actor(who), any_world.clock.now()
    filed: list[tuple[int, date, str]] = []
    for number in range(60):
        any_world.clock.move(hours=jumps.choice([0, 1, 5, 9, 14, -3, -30]))
        named = f"{jumps.choice(['alpha', 'beta'])}{number}.csv"
        (row,) = file(any_world, (named,))
        filed.append((row.log_index, (row.at + timedelta(hours=8)).date(), named))
    any_world.clock.at = max(began, any_world.clock.now())
    days = sorted({day for _, day, _ in filed})
    spans: list[tuple[date | None, date | None]] = [(None, None)]
    spans += [(start, None) for start in days] + [(None, end) for end in days]
    spans += [(start, end) for start in days for end in days if start <= end]
    for start, end in spans:
        for name in (None, "alpha"):
            page = asked(any_world, actor, from_date=start, to_date=end, name=name, limit=500)
            right = [
                log_index
                for log_index, day, file_name in reversed(filed)
                if (start is None or day >= start) and (end is None or day <= end) and (name or "") in file_name
            ]
            assert [item.log_index for item in page.items] == right, (start, end, name)
            assert page.total == len(right)
