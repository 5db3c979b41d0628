"""Publishing and fetching, on both databases: who may, under which name, and that every fetch leaves word first."""

from __future__ import annotations

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.adapters.database import tables
from backend.contract.faults import GOING_DOWN, Refused
from backend.contract.messages import Publication
from backend.core import reading
from backend.core.actor import Actor
from backend.core.catalogue_text import parse, shipped
from backend.core.downloads import Downloads
from backend.core.publications import Published
from backend.core.publishing import Publishing
from tests.publishing import NAME, by_sftp, contents, listed_in, publish
from tests.submitting import broken_invariants, listed, objects, refused_with, staged_files
from tests.world import World, open_world


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


@pytest.fixture
def operator(any_world: World) -> Actor:
    return any_world.actor("OPER01")


@pytest.fixture
def publishing(any_world: World) -> Publishing:
    return any_world.services.publishing


@pytest.fixture
def downloads(any_world: World) -> Downloads:
    return any_world.services.downloads


# ── published, fetched, withdrawn ────────────────────────────────────────────────────────────────────────────────


def test_a_published_file_is_found_fetched_and_said_to_be(
    any_world: World, chan: Actor, operator: Actor, downloads: Downloads
) -> None:
    one = publish(any_world, b"a,b\r\n")
    (there,) = listed_in(downloads.published(chan, "01234", "RPT-TRD"))
    assert (there.file_name, there.state) == (NAME, "published")
    found = downloads.find(chan, "01234", "RPT-TRD", NAME)
    assert found == one
    assert contents(downloads.open(chan, found)) == b"a,b\r\n"
    assert downloads.one(chan, found.log_index).state == "fetched"
    assert downloads.find(by_sftp(any_world.actor("ACMEBOT1")), "01234", "RPT-TRD", NAME).state == "published"
    assert listed(any_world, chan, folder="RPT-TRD") == [("published", 1, None), ("fetched", None, None)]
    any_world.services.publishing.withdraw(operator, "RPT-TRD", "01234", NAME, "the prices of another day")
    with any_world.platform.store.reading() as rows:
        withdrawal = rows.activity(rows.head().size - 1)
    assert withdrawal is not None and withdrawal.note == "the prices of another day"
    assert refused_with(downloads.open, chan, found) == 2001
    assert refused_with(downloads.find, chan, "01234", "RPT-TRD", NAME) == 2001
    assert listed_in(downloads.published(chan, "01234", "RPT-TRD")) == []
    assert listed(any_world, chan) == [("withdrawn", 1, None), ("fetched", None, None), ("withdrawn", 1, None)]
    assert listed(any_world, any_world.actor("HO01")) == listed(any_world, any_world.actor("TAI09")) == []
    assert broken_invariants(any_world) == [] and objects(any_world) == 1, "its bytes are kept"


def test_versions_go_on_through_replacing_and_withdrawing_and_the_same_bytes_make_none(
    any_world: World, operator: Actor, publishing: Publishing
) -> None:
    first = publish(any_world, b"one")
    assert publish(any_world, b"one", who=operator) == first
    assert objects(any_world) == 1
    second = publish(any_world, b"two", who=any_world.actor("OPER02"))
    assert (second.version, second.log_index > first.log_index) == (2, True)
    publishing.withdraw(operator, "RPT-TRD", "01234", NAME, "wrong day")
    assert refused_with(publishing.withdraw, operator, "RPT-TRD", "01234", NAME, "wrong day") == 2001
    again = publish(any_world, b"two", who=operator)
    assert again.version == 3, "it was gone: these bytes are a publication of their own"
    assert [it.version for it in listed_in(publishing.published(operator, "RPT-TRD", "01234"))] == [3]
    assert publishing.find(operator, "RPT-TRD", "01234", NAME) == again
    assert [state for state, *_ in listed(any_world, operator)] == ["superseded", "withdrawn", "withdrawn", "published"]
    assert broken_invariants(any_world) == [] and staged_files(any_world) == 0


def test_home_names_what_waits_until_this_account_has_fetched_it(
    any_world: World, chan: Actor, downloads: Downloads
) -> None:
    home = any_world.services.home
    publish(any_world, name="TRD_01234_20220518.csv")
    any_world.clock.move(days=8)
    chan, lee = any_world.actor("CHAN01"), any_world.actor("LEE02")
    assert home.home(chan).downloads == (), "what is older than seven days is not new"
    one = publish(any_world)
    publish(any_world, identity_code="01235", name="TRD_01235_20220520.csv")

    def waiting(who: Actor) -> list[str]:
        return [it.file_name for it in home.home(who).downloads]

    assert waiting(chan) == ["TRD_01235_20220520.csv", NAME]
    assert waiting(lee) == [NAME], "her identity's alone"
    downloads.open(chan, one).close()
    assert (waiting(chan), waiting(lee)) == (["TRD_01235_20220520.csv"], [NAME])
    assert isinstance(home.home(lee).downloads[0], Publication)
    assert {it.folder: it.files for it in home.folders(chan)}["RPT-TRD"] == 3


# ── names and places ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("TRD_09999_20220520.csv", 4505),
        ("TRD_01235_20220520.csv", 4505),
        ("TRD_01234_20220540.csv", 4505),
        ("trd_01234_20220520.csv", 4505),
        ("LOPO_01234_20220520.csv", 4505),
        ("../TRD_01234_20220520.csv", 4505),
        ("TRD_01234_20220520.csv\n", 4505),
        ("TRD_0123٤_20220520.csv", 4505),
        ("", 4505),
        ("x" * 5000, 4505),
    ],
)
def test_a_name_that_is_not_the_folders_or_not_the_identitys_is_refused_at_once(
    any_world: World, operator: Actor, publishing: Publishing, name: str, number: int
) -> None:
    assert refused_with(publishing.begin, operator, "RPT-TRD", "01234", name) == number
    draft = publishing.begin(operator, "RPT-TRD", "01234", "x.filepart")
    assert refused_with(publishing.named, operator, draft, "RPT-TRD", "01234", name) == number
    draft.staging.abandon()
    assert (objects(any_world), staged_files(any_world), listed(any_world, operator)) == (0, 0, [])


def test_nothing_is_published_but_into_download_folders_for_who_holds_their_user_type(
    any_world: World, operator: Actor, publishing: Publishing
) -> None:
    wrong = [
        ("SD-1", "01234", 4501),
        ("NONE", "01234", 4501),
        ("RPT-TRD", "HBR01", 2001),
        ("RPT-TRD", "ACM01", 2001),
        ("RPT-TRD", "99999", 2001),
        ("RPT-TRD", "01234 ", 2001),
        ("RPT-TRD", "", 2001),
    ]
    for folder, identity_code, number in wrong:
        for ask in (publishing.begin, publishing.find, partial(publishing.withdraw, reason="wrong day")):
            assert refused_with(ask, operator, folder, identity_code, NAME) == number
        assert refused_with(_published, publishing, operator, folder, identity_code) == number
    assert publishing.folders(operator) == ["RPT-TRD", "RPT-CLP", "RPT-BCN", "RPT-LOP", "RPT-CLR"]
    assert publishing.identities(operator, "RPT-TRD") == ["01234", "01235", "09999"]
    assert publishing.identities(operator, "RPT-CLR") == ["ACM01", "HBR01", "HBR02"]
    now = any_world.clock.now()
    upload = publishing.begin(operator, "RPT-TRD", "01235", "TRD_01235_20220520.csv")
    upload.write(0, b"x")
    any_world.platform.store.write(lambda unit: unit.remove_identity("01235", now))
    any_world.platform.store.write(lambda unit: unit.close_company("TAIMAN", now))
    assert publishing.identities(operator, "RPT-TRD") == ["01234"]
    assert refused_with(publishing.finish, operator, upload, 1) == 2001, "the gate is asked again at commit"
    assert refused_with(publishing.begin, operator, "RPT-TRD", "09999", "TRD_09999_20220520.csv") == 2001
    assert (objects(any_world), staged_files(any_world)) == (0, 0)


@pytest.mark.parametrize("who", ["CHAN01", "WONGDA1", "ACMEBOT1", "AUDIT01"])
def test_nobody_but_operators_publishes_withdraws_or_looks_at_what_they_may_publish(
    any_world: World, publishing: Publishing, who: str
) -> None:
    publish(any_world)
    actor = any_world.actor(who)
    assert refused_with(publishing.folders, actor) == 2002
    assert refused_with(publishing.identities, actor, "RPT-TRD") == 2002
    for ask in (publishing.begin, publishing.find, partial(publishing.withdraw, reason="wrong day")):
        assert refused_with(ask, actor, "RPT-TRD", "01234", NAME) == 2002
    upload = publishing.begin(any_world.actor("OPER01"), "RPT-TRD", "01234", NAME)
    upload.write(0, b"x")
    assert refused_with(publishing.finish, actor, upload, 1) == 2002
    assert (objects(any_world), staged_files(any_world)) == (1, 0)


def test_an_operator_suspended_on_the_way_publishes_nothing(any_world: World, publishing: Publishing) -> None:
    operator = any_world.actor("OPER01")
    upload = publishing.begin(operator, "RPT-TRD", "01234", NAME)
    upload.write(0, b"x")
    any_world.services.access.suspend(any_world.actor("OPER02"), "OPER01")
    assert refused_with(publishing.finish, operator, upload, 1) == 1016
    assert refused_with(publishing.withdraw, operator, "RPT-TRD", "01234", NAME, "wrong day") == 1016
    assert (objects(any_world), staged_files(any_world)) == (0, 0)


@pytest.mark.parametrize(("data", "size", "number"), [(b"", 0, 4512), (b"abc", 4, 4515), (b"abc", 2, 4515)])
def test_an_empty_or_an_incomplete_file_is_not_published(
    any_world: World, operator: Actor, publishing: Publishing, data: bytes, size: int, number: int
) -> None:
    upload = publishing.begin(operator, "RPT-TRD", "01234", NAME)
    upload.write(0, data)
    assert refused_with(publishing.finish, operator, upload, size) == number
    hole = publishing.begin(operator, "RPT-TRD", "01234", NAME)
    hole.write(5, b"abc")
    assert refused_with(publishing.finish, operator, hole, 8) == 4515
    assert (objects(any_world), staged_files(any_world)) == (0, 0)


def test_a_folder_without_patterns_takes_plain_names_for_the_day_and_shows_the_newest(tmp_path: Path) -> None:
    catalogue = parse(shipped())
    free = replace(catalogue.folders["RPT-TRD"], patterns=())
    folders = {**catalogue.folders, "RPT-TRD": free}
    with open_world(tmp_path / "data", catalogue=replace(catalogue, folders=folders)) as world:
        publish(world, b"one", "Any name.csv")
        world.clock.move(days=1)
        second = publish(world, b"two", "Any name.csv")
        assert str(second.input_date) == "2022-05-21" and second.version == 1
        chan, downloads = world.actor("CHAN01"), world.services.downloads
        assert [it.sha256 for it in listed_in(downloads.published(chan, "01234", "RPT-TRD"))] == [second.sha256]
        assert downloads.find(chan, "01234", "RPT-TRD", "Any name.csv").log_index == second.log_index
        for name in ("a/b", "..", "a\x1b", "Ä.csv", " x", "x" * 201, ""):
            assert (
                refused_with(world.services.publishing.begin, world.actor("OPER01"), "RPT-TRD", "01234", name) == 4505
            )
        world.services.publishing.withdraw(world.actor("OPER01"), "RPT-TRD", "01234", "Any name.csv", "wrong day")
        there = listed_in(downloads.published(chan, "01234", "RPT-TRD"))
        assert there == [], "nor is the file of the day before found again"
        publish(world, b"three", "Any name.csv")
        world.clock.move(days=91)
        assert listed_in(downloads.published(world.actor("CHAN01"), "01234", "RPT-TRD")) == []


# ── whose it is ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_listing_goes_on_beyond_a_page_and_shows_each_name_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("publications", "downloads", "publishing"):
        monkeypatch.setattr(f"backend.core.{module}.PAGE", 2)
    catalogue = parse(shipped())
    free = replace(catalogue.folders["RPT-TRD"], patterns=())
    folders = {**catalogue.folders, "RPT-TRD": free}
    with open_world(tmp_path / "data", catalogue=replace(catalogue, folders=folders)) as world:
        for name in ("a.csv", "b.csv", "c.csv", "d.csv"):
            publish(world, b"one", name)
        world.clock.move(days=1)
        later = publish(world, b"two", "a.csv")
        chan, services = world.actor("CHAN01"), world.services
        pages = [*services.downloads.published(chan, "01234", "RPT-TRD")]
        assert [[one.file_name for one in page] for page in pages] == [["a.csv", "d.csv"], ["c.csv", "b.csv"], []]
        assert pages[0][0].log_index == later.log_index
        assert len(listed_in(services.publishing.published(world.actor("OPER01"), "RPT-TRD", "01234"))) == 4
        begun = services.downloads.published(
            replace(chan, until=world.clock.now() + timedelta(hours=1)), "01234", "RPT-TRD"
        )
        next(begun)
        world.clock.move(hours=2)
        assert refused_with(next, begun) == 1005, "the gate is asked for each page"


def test_a_name_that_its_folder_takes_no_more_at_the_commit_is_not_published(
    any_world: World, operator: Actor, publishing: Publishing
) -> None:
    upload = publishing.begin(operator, "RPT-TRD", "01234", NAME)
    upload.write(0, b"a,b")
    with any_world.platform.store.engine.begin() as connection:
        folders, platform = tables.folders, tables.platform
        (facts,) = connection.scalars(select(folders.c.facts).where(folders.c.code == "RPT-TRD"))
        other = facts | {"patterns": ["OTHER_{identity}_{date:YYYYMMDD}.csv"]}
        connection.execute(update(folders).where(folders.c.code == "RPT-TRD").values(facts=other))
        connection.execute(update(platform).values(catalogue_revision=platform.c.catalogue_revision + 1))
    assert refused_with(publishing.finish, operator, upload, 3) == 4505
    assert listed(any_world, operator) == [] and broken_invariants(any_world) == []
    assert staged_files(any_world) == 0


def _published(publishing: Publishing, *where: Any) -> list[Published]:
    return listed_in(publishing.published(*where))


def test_what_is_not_yours_is_not_there(any_world: World, chan: Actor, downloads: Downloads) -> None:
    theirs = publish(any_world, name="TRD_09999_20220520.csv", identity_code="09999")
    bcan = publish(any_world, folder="RPT-BCN", name="BCANRES_01234_20220520.csv")
    find = downloads.find
    for one in (theirs, bcan):
        assert refused_with(downloads.open, chan, one) == refused_with(downloads.one, chan, one.log_index) == 2001
        assert refused_with(downloads.open, chan, replace(one, identity_code="01234", folder="RPT-TRD")) == 2001
    assert refused_with(find, chan, "09999", "RPT-TRD", theirs.file_name) == 2001
    assert refused_with(find, chan, "99999", "RPT-TRD", theirs.file_name) == 2001
    assert refused_with(find, chan, "01234", "RPT-BCN", bcan.file_name) == 4501
    assert refused_with(find, chan, "01234", "NONE", bcan.file_name) == 4501
    assert refused_with(find, chan, "01234", "SD-1", NAME) == 4501
    assert refused_with(find, any_world.actor("ACMEBOT1"), "01234", "RPT-TRD", NAME) == 2000, "SFTP alone"
    assert refused_with(find, any_world.actor("WONGDA1"), "01234", "RPT-TRD", NAME) == 2000
    for who in ("OPER01", "AUDIT01"):
        assert refused_with(downloads.one, any_world.actor(who), theirs.log_index) == 2001
    assert listed(any_world, any_world.actor("OPER01"), state="fetched") == []


def test_rights_that_end_between_finding_and_opening_end_the_fetch(any_world: World, downloads: Downloads) -> None:
    one = publish(any_world)
    lee, chan = any_world.actor("LEE02"), any_world.actor("CHAN01")
    robot = replace(by_sftp(any_world.actor("ACMEBOT1")), until=any_world.clock.now() + timedelta(hours=1))
    downloads.open(robot, one).close()
    account = any_world.account("LEE02").id

    def taken(unit: Any) -> None:
        unit.set_grants(account, (), None)
        unit.bump_access_epoch()

    any_world.platform.store.write(taken)
    assert refused_with(downloads.open, lee, one) == 2000
    downloads.refuse_no_longer(chan, one)
    any_world.services.access.suspend(any_world.actor("WONGDA1"), "CHAN01")
    assert refused_with(downloads.open, chan, one) == 1016
    assert refused_with(downloads.refuse_no_longer, chan, one) == 1016
    any_world.clock.move(hours=2)
    assert refused_with(downloads.open, robot, one) == 1005, "the key has expired"
    assert len(listed(any_world, any_world.actor("OPER01"), state="fetched")) == 1


# ── never a byte without a row ───────────────────────────────────────────────────────────────────────────────────


def test_a_fetch_whose_row_cannot_be_committed_gives_nothing_to_read(
    any_world: World, chan: Actor, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = publish(any_world)

    def broken(work: Any) -> None:
        raise Refused(GOING_DOWN)

    with monkeypatch.context() as failing:
        failing.setattr(any_world.platform.store, "write", broken)
        assert refused_with(downloads.open, chan, one) == 9003
    assert len(downloads._handing_out._readings) == 0
    assert listed(any_world, chan, state="fetched") == []


def test_a_thousand_openings_leave_one_row_a_minute_for_each_who_where_and_how(
    any_world: World, chan: Actor, downloads: Downloads
) -> None:
    one, robot = publish(any_world), by_sftp(any_world.actor("ACMEBOT1"))

    def rows() -> int:
        return len(listed(any_world, chan, state="fetched"))

    for _ in range(1000 if any_world.platform.store.engine.dialect.name == "sqlite" else 50):
        downloads.open(chan, one).close()
    assert rows() == 1
    downloads.open(by_sftp(chan), one).close()
    downloads.open(robot, one).close()
    downloads.open(replace(robot, source="192.0.2.7"), one).close()
    assert rows() == 4
    any_world.clock.move(seconds=59)
    downloads.open(replace(robot, source="192.0.2.7"), one).close()
    assert rows() == 4
    any_world.clock.move(seconds=1)
    downloads.open(replace(robot, source="192.0.2.7"), one).close()
    assert rows() == 5
    any_world.clock.move(seconds=-30)
    downloads.open(replace(robot, source="192.0.2.7"), one).close()
    assert rows() == 6, "a clock set back hides no fetch"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: downloads.open(chan, one).close(), range(40)))
    assert rows() == 6
    any_world.clock.move(minutes=5)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: downloads.open(chan, one).close(), range(40)))
    assert rows() == 7, "at the same time too"
    for _ in range(5):
        for who in (chan, by_sftp(chan), replace(chan, source="192.0.2.8")):
            downloads.open(who, one).close()
    assert rows() == 9, "nor does it help to take turns"


def test_another_version_is_another_fetch(any_world: World, chan: Actor, downloads: Downloads) -> None:
    downloads.open(chan, publish(any_world, b"one")).close()
    second = publish(any_world, b"two")
    assert downloads.find(chan, "01234", "RPT-TRD", NAME).state == "published"
    downloads.open(chan, second).close()
    assert len(listed(any_world, chan, state="fetched")) == 2


def test_a_missing_a_short_or_a_shrinking_object_is_9000_and_leaves_no_fetch(
    any_world: World, chan: Actor, downloads: Downloads
) -> None:
    one = publish(any_world, b"0123456789")
    with any_world.platform.store.reading() as rows:
        row = rows.activity(one.log_index)
    assert row is not None
    kept = any_world.platform.vault.path(row.object_key or "")
    opened = downloads.open(chan, one)
    os.truncate(kept, 5)
    assert opened.read(0, 5) == b"01234"
    assert refused_with(opened.read, 3, 4) == 9000
    opened.close()
    any_world.clock.move(minutes=2)
    assert refused_with(downloads.open, chan, one) == 9000
    kept.unlink()
    assert refused_with(downloads.open, chan, one) == 9000
    assert len(listed(any_world, chan, state="fetched")) == 1
    assert len(downloads._handing_out._readings) == 0


def test_reading_beyond_the_ends_is_harmless_and_closing_twice_too(
    any_world: World, chan: Actor, downloads: Downloads
) -> None:
    opened = downloads.open(chan, publish(any_world, b"0123456789"))
    assert [opened.read(8, 100), opened.read(10, 1), opened.read(1 << 62, 1 << 62), opened.read(0, -5)] == [
        b"89",
        b"",
        b"",
        b"",
    ]
    opened.close()
    opened.close()
    with pytest.raises(ValueError, match="closed"):
        opened.read(0, 1)
    assert len(downloads._handing_out._readings) == 0


def test_one_account_cannot_hold_all_descriptors(
    any_world: World, chan: Actor, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = publish(any_world)
    held = [downloads.open(chan, one) for _ in range(reading.MOST_OF_ACCOUNT)]
    assert refused_with(downloads.open, chan, one) == 5005
    other = downloads.open(any_world.actor("LEE02"), one)
    for opened in (*held, other):
        opened.close()
    downloads.open(chan, one).close()
    assert len(downloads._handing_out._readings) == 0


# ── at the same time, and whatever breaks ────────────────────────────────────────────────────────────────────────


@pytest.mark.databases
def test_several_who_publish_one_name_at_once_make_one_chain_of_versions(any_world: World, operator: Actor) -> None:
    start = threading.Barrier(6)

    def one(number: int) -> int:
        start.wait()
        return publish(any_world, b"%d" % number, who=operator).version

    with ThreadPoolExecutor(6) as threads:
        versions = sorted(threads.map(one, range(6)))
    assert versions == [1, 2, 3, 4, 5, 6]
    assert [state for state, *_ in listed(any_world, operator)] == ["superseded"] * 5 + ["published"]
    assert broken_invariants(any_world) == [] and objects(any_world) == 6


@pytest.mark.databases
def test_whatever_breaks_on_the_way_published_means_its_bytes_are_there(
    any_world: World, operator: Actor, publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, store, vault = random.Random(4), any_world.platform.store, any_world.platform.vault  # noqa: S311 - the same each time
    stands: bytes | None = None

    def broken(*_: Any, **__: Any) -> None:
        raise OSError("broken")

    for step in range(60):
        what, data = chance.choice(["publish", "again", "withdraw", "fsync", "write", "unit"]), b"%d" % step
        data = stands if what == "again" and stands is not None else data
        with monkeypatch.context() as failing:
            if what == "fsync":
                failing.setattr(os, "fsync", broken)
            if what == "write":
                failing.setattr(store, "write", broken)
            if what == "unit":
                failing.setattr(publishing._ledger, "record", broken)
            try:
                if what == "withdraw":
                    publishing.withdraw(operator, "RPT-TRD", "01234", NAME, "wrong day")
                    stands = None
                else:
                    publish(any_world, data, who=operator)
                    stands = data
            except (OSError, Refused) as error:
                assert what in {"fsync", "write", "unit"} or (what == "withdraw" and stands is None), error
        assert broken_invariants(any_world) == [] and staged_files(any_world) == 0
        found = listed_in(publishing.published(operator, "RPT-TRD", "01234"))
        assert [it.size for it in found] == ([] if stands is None else [len(stands)])
    assert vault.room() > 0
