"""Folders and functions change by a pair of operators, in one unit: the next file is judged by the new rule."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time
from threading import Barrier

import pytest
from sqlalchemy import select

from backend.adapters.database import tables
from backend.contract.faults import Refused
from backend.contract.messages import ChangeFolder, NewRequest, RuleTrial
from backend.core.catalogue import CutOff
from backend.core.gate import folders_for
from tests.cataloguing import Pair
from tests.publishing import publish
from tests.submitting import NAME, claim, submitted
from tests.world import World, open_world

FIRST = '"SD_{identity}_{date:YYYYMMDD}.csv", '
SECOND = ', "SD1_{identity}_{date:YYYYMMDD}.csv"'
NEW = """\
title = "New Return"
direction = "submission"
functions = ["EU_SD1"]
channels = ["console", "http", "sftp"]
user_types = ["SEHK"]
input_date_meaning = "trade date"
patterns = ["NEW_{identity}_{date:YYYYMMDD}.csv"]
"""


@pytest.fixture
def pair(any_world: World) -> Pair:
    return Pair(any_world)


def number_of(pair: Pair, rule: str, folder: str = "SD-1") -> int:
    with pytest.raises(Refused) as refused:
        pair.propose(rule, folder)
    return refused.value.number


def revision(world: World) -> int:
    with world.platform.store.reading() as rows:
        return rows.catalogue_revision()


# ── what is applied ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_next_file_is_judged_by_the_new_rule_and_what_came_before_stays(pair: Pair) -> None:
    world, chan = pair.world, pair.world.actor("CHAN01")
    before = submitted(world, chan, b"1\n")
    moved = revision(world)
    request = pair.change(SECOND, "")
    assert request.state == "applied" and revision(world) > moved
    weighing = [(line.label, line.before, line.weighs) for line in request.lines]
    assert weighing == [("Name pattern", SECOND.strip(', "'), False), ("Past files", "", True)]
    with pytest.raises(Refused) as refused:
        submitted(world, chan, b"2\n")
    assert refused.value.number == 4505
    assert submitted(world, chan, b"2\n", file_name=NAME.replace("SD1", "SD")).activity.state == "accepted"
    page = world.services.activity.one(chan, before.activity.log_index)
    assert page.activity.state == "accepted" and page.receipt == before.receipt


def test_a_folder_that_was_not_there_opens_for_those_whose_functions_say_so(pair: Pair) -> None:
    world, chan = pair.world, pair.world.actor("CHAN01")
    request = pair.approve(pair.propose(NEW, "new-1"))
    assert request.subject == "NEW-1" and request.title == "Change folder NEW-1"
    row = submitted(world, chan, b"1\n", folder="NEW-1", file_name="NEW_01234_20220519.csv")
    assert row.activity.state == "accepted" and row.activity.folder_title == "New Return"
    with world.platform.store.reading() as rows:
        catalogue = rows.catalogue()
        seen = [folder.code for folder, _ in folders_for(chan, catalogue)]
        assert list(catalogue.folders)[-1] == "NEW-1" == seen[-1], "after all others"
        assert (catalogue.folders["NEW-1"].route, catalogue.folders["NEW-1"].batch) == ("ecp2", None)
    by_sftp = replace(world.actor("ACMEBOT1"), channel="sftp")
    with world.platform.store.reading() as rows:
        assert "NEW-1" in [folder.code for folder, _ in folders_for(by_sftp, rows.catalogue())]


def test_a_cut_off_that_closes_holds_from_the_commit_on(pair: Pair) -> None:
    pair.change('"20:00"', '"15:00", closes = true')
    with pair.world.platform.store.reading() as rows:
        assert rows.catalogue().folders["SD-1"].cut_off == CutOff(time(15), closes=True)
    with pytest.raises(Refused) as refused:
        submitted(
            pair.world,
            pair.world.actor("CHAN01"),
            b"1\n",
            input_date=date(2022, 5, 20),
            file_name="SD1_01234_20220520.csv",
        )
    assert refused.value.number == 4513


def test_a_function_loses_a_channel_and_whoever_holds_it_is_outside_at_once(pair: Pair) -> None:
    world = pair.world
    chan = world.actor("CHAN01")
    with world.platform.store.reading() as rows:
        epoch = rows.access_epoch()
    for function in ("EU_SD1", "EU_LOP", "EU_BCAN", "EU_CPM"):
        pair.approve(pair.propose_function(function, 'title = "T"\nchannels = ["http"]\n'))
    with world.platform.store.reading() as rows:
        assert rows.access_epoch() == epoch + 4
    with pytest.raises(Refused) as refused:
        world.services.home.folders(chan)
    assert refused.value.number == 2000
    pair.approve(pair.propose_function("EU_NEW", 'title = "N"\nchannels = ["console"]\n'))
    with world.platform.store.reading() as rows:
        assert rows.access_epoch() == epoch + 4, "nothing was taken from anybody"
        assert rows.catalogue().functions["EU_NEW"].channels == ("console",)


@pytest.mark.parametrize(
    ("old", "new", "taken"),
    [
        (', "sftp"]', "]", True),
        ('user_types = ["SEHK"]', 'user_types = ["GCP"]', True),
        ('functions = ["EU_SD1"]', 'functions = ["EU_LOP"]', True),
        ('functions = ["EU_SD1"]', 'functions = ["EU_SD1", "EU_LOP"]', False),
        ('"trade date"', '"day of trade"', False),
    ],
)
def test_the_access_epoch_moves_where_access_is_taken_and_only_there(
    pair: Pair, old: str, new: str, taken: bool
) -> None:
    def epoch() -> int:
        with pair.world.platform.store.reading() as rows:
            return rows.access_epoch()

    before = epoch()
    pair.change(old, new)
    assert (epoch() > before) == taken


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_that_holds_files_keeps_its_direction(pair: Pair) -> None:
    turned = NEW.replace("submission", "download")
    pair.approve(pair.propose(NEW, "NEW-1"))
    assert number_of(pair, NEW, "NEW-1") == 9002, "nothing would change"
    pair.approve(pair.propose(turned, "NEW-1"))
    publish(pair.world, folder="NEW-1", name="NEW_01234_20220519.csv")
    assert number_of(pair, NEW, "NEW-1") == 9002
    tried = pair.world.services.cataloguing.try_rule(pair.maker, RuleTrial(code="NEW-1", rule=NEW))
    assert "NEW-1 holds files" in tried.errors[0].words and tried.errors[0].line == 2


def test_a_request_made_before_the_first_file_is_void_after_it(pair: Pair) -> None:
    pair.approve(pair.propose(NEW, "NEW-1"))
    turning = pair.propose(NEW.replace("submission", "download"), "NEW-1")
    submitted(pair.world, pair.world.actor("CHAN01"), b"1\n", folder="NEW-1", file_name="NEW_01234_20220519.csv")
    with pytest.raises(Refused) as refused:
        pair.approve(turning)
    assert refused.value.number == 3004
    assert pair.world.services.requests.views.one(pair.checker, turning.id).state == "void"


def test_of_two_requests_for_one_folder_the_second_is_void(pair: Pair) -> None:
    first = pair.propose(pair.rule().replace(FIRST, ""))
    second = pair.propose(pair.rule().replace('"trade date"', '"day"'))
    same = pair.propose(pair.rule().replace(FIRST, ""))
    pair.approve(first)
    assert pair.world.services.requests.views.one(pair.checker, second.id).stale
    for late in (second, same):
        with pytest.raises(Refused) as refused:
            pair.approve(late)
        assert refused.value.number == 3004
        assert pair.world.services.requests.views.one(pair.checker, late.id).state == "void"
    assert FIRST not in pair.rule() and '"trade date"' in pair.rule()


def test_two_approvals_at_once_apply_one(pair: Pair) -> None:
    requests = [pair.propose(pair.rule().replace("20:00", at)) for at in ("18:00", "19:00")]
    start = Barrier(2)

    def approve(number: int) -> int:
        start.wait()
        try:
            pair.approve(requests[number])
        except Refused as refused:
            return refused.number
        return 0

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, range(2))) == [0, 3004]


def test_nobody_but_operators_proposes_and_neither_maker_nor_auditor_approves(pair: Pair) -> None:
    world = pair.world
    rule = pair.rule().replace(FIRST, "")
    for login_id in ("CHAN01", "WONGDA1", "AUDIT01", "ACMEBOT1"):
        with pytest.raises(Refused) as refused:
            world.services.requests.make(
                world.actor(login_id), NewRequest(proposal=ChangeFolder(folder="SD-1", rule=rule))
            )
        assert refused.value.number == 2002, login_id
        if login_id != "AUDIT01":
            with pytest.raises(Refused) as refused:
                world.services.cataloguing.try_rule(world.actor(login_id), RuleTrial(code="SD-1", rule=rule))
            assert refused.value.number == 2002
    request = pair.propose(rule)
    for checker, number in (("OPER01", 3003), ("AUDIT01", 2002), ("WONGDA1", 2001)):
        pair.checker = world.actor(checker)
        with pytest.raises(Refused) as refused:
            pair.approve(request)
        assert refused.value.number == number, checker
    assert FIRST in pair.rule()


def test_a_wrong_rule_is_refused_whoever_says_it_and_all_its_mistakes_are_told(pair: Pair) -> None:
    with pytest.raises(Refused) as refused:
        pair.propose(pair.rule().replace("EU_SD1", "EU_SDI").replace("SEHK", "SEKH"))
    assert refused.value.number == 9002 and len(refused.value.findings) == 2
    assert refused.value.findings[0] == "Line 3: functions: EU_SDI is unknown; did you mean EU_SD1?"


def test_hostile_words_in_a_rule_are_refused_and_never_told_back_as_they_are(pair: Pair) -> None:
    for title in ("\\u001b]52;c;eA==\\u0007", "\\u202egnp.exe", "x" * 81, "a\\nb"):
        with pytest.raises(Refused) as refused:
            pair.propose(pair.rule().replace("Stamp Duty Daily Return", title))
        assert refused.value.number == 9002 and "\x1b" not in str(refused.value)
    tried = pair.world.services.cataloguing.try_rule(pair.maker, RuleTrial(code="SD-1", rule="\x1b[2J = 1"))
    assert tried.errors and all(error.words.isprintable() for error in tried.errors)


# ── what a reader may believe ────────────────────────────────────────────────────────────────────────────────────


def test_a_unit_that_is_undone_leaves_no_catalogue_behind(pair: Pair) -> None:
    """Its revision comes a second time, with other rules: nobody may have kept what it had read."""
    world = pair.world
    store = world.platform.store
    sd1 = store.write(lambda unit: unit.catalogue().folders["SD-1"])

    class Undone(Exception):
        pass

    def undone(unit: object) -> None:
        unit.put_folder(replace(sd1, title="Never"))  # type: ignore[attr-defined]  # the store hands a unit
        assert unit.catalogue().folders["SD-1"].title == "Never"  # type: ignore[attr-defined]  # as above
        raise Undone

    with pytest.raises(Undone):
        store.write(undone)
    pair.change("Stamp Duty Daily Return", "Stamp Duty")
    with store.reading() as rows:
        assert rows.catalogue().folders["SD-1"].title == "Stamp Duty"
    assert store.write(lambda unit: unit.catalogue().folders["SD-1"].title) == "Stamp Duty"


def test_what_is_kept_is_what_was_proposed_to_the_letter(pair: Pair) -> None:
    wished = (
        pair.rule("LOP").replace("content.most_rows = 50_000", "content.most_rows = 7").replace('"12:00"', '"11:30"')
    )
    pair.approve(pair.propose(wished, "LOP"))
    assert pair.rule("LOP") == wished
    with pair.world.platform.store.engine.connect() as connection:
        facts = connection.scalar(select(tables.folders.c.facts).where(tables.folders.c.code == "LOP"))
    assert facts is not None
    assert facts["batch"] == "1" and facts["content"]["most_rows"] == 7


def test_another_process_reads_the_new_rule_without_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_world(tmp_path_factory.mktemp("one")) as world:
        pair = Pair(world)
        other = type(world.platform.store)(world.platform.store.engine)
        with other.reading() as rows:
            assert FIRST in pair.rule() and rows.catalogue().folders["SD-1"].title == "Stamp Duty Daily Return"
        pair.change("Stamp Duty Daily Return", "Duties")
        with other.reading() as rows:
            assert rows.catalogue().folders["SD-1"].title == "Duties"


# ── past files ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_dry_run_finds_what_stands_what_was_refused_and_nothing_older_or_elsewhere(pair: Pair) -> None:
    world, chan = pair.world, pair.world.actor("CHAN01")
    submitted(world, chan, b"1\n")
    submitted(world, chan, b"2\n")
    submitted(world, chan, b"3\n", file_name=NAME.replace("SD1", "SD"))
    with pytest.raises(Refused):
        world.services.submissions.begin(chan, claim(file_name="STAMP_01234_20220519.csv"))
    trial = RuleTrial(code="SD-1", rule=pair.rule().replace('patterns = ["SD_', 'patterns = ["STAMP_'))
    tried = world.services.cataloguing.try_rule(pair.maker, trial)
    assert (tried.stay, tried.refused, tried.admitted) == (1, 1, 1)
    assert tried.refused_names[0].file_name == "SD_01234_20220519.csv"
    assert tried.admitted_names[0].file_name == "STAMP_01234_20220519.csv"
    world.clock.move(days=100)
    maker = world.actor("OPER01")
    tried = world.services.cataloguing.try_rule(maker, trial)
    assert (tried.stay, tried.refused, tried.admitted) == (0, 0, 0)


def test_a_withdrawn_file_still_keeps_its_folder_what_it_is(pair: Pair) -> None:
    world = pair.world
    receipt = submitted(world, world.actor("CHAN01"), b"1\n")
    world.services.inbox.withdraw(pair.maker, receipt.activity.log_index, "wrong firm")
    with world.platform.store.reading() as rows:
        assert rows.holds_files("SD-1") and not rows.holds_files("LOP")
