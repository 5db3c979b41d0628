"""Collecting, on both databases: operators read what stands, everybody sees that they did, nobody else may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.contract.faults import GOING_DOWN, Refused
from backend.core.actor import Actor
from backend.core.collecting import Collecting
from backend.core.ports import Stored
from tests.publishing import contents
from tests.submitting import NAME, THURSDAY, broken_invariants, listed, refused_with, submitted
from tests.world import World

WRONG = "SD1_01234_20220518.csv"


@pytest.fixture
def operator(any_world: World) -> Actor:
    return any_world.actor("OPER01")


@pytest.fixture
def collecting(any_world: World) -> Collecting:
    return any_world.services.collecting


def test_an_operator_finds_what_stands_reads_it_and_leaves_word_once(
    any_world: World, operator: Actor, collecting: Collecting
) -> None:
    chan = any_world.actor("CHAN01")
    first = submitted(any_world, chan, b"one").activity
    assert collecting.folders(operator) == ["SD-1", "LOP", "LOPA", "BCAN", "NBCAN", "CPM", "DECL"]
    assert collecting.identities(operator, "SD-1") == ["01234"]
    assert collecting.identities(operator, "LOP") == []
    assert collecting.dates(operator, "SD-1", "01234") == [THURSDAY]
    (found,) = collecting.files(operator, "SD-1", "01234", THURSDAY)
    assert (found.name, found.size, found.sha256, found.collected) == (NAME, 3, first.sha256, False)
    for _ in range(5):
        assert contents(collecting.open(operator, "SD-1", "01234", THURSDAY, NAME)) == b"one"
    assert collecting.find(operator, "SD-1", "01234", THURSDAY, NAME).collected
    assert listed(any_world, chan) == [("collected", 1, None), ("collected", None, None)]
    assert listed(any_world, chan, state="accepted") == []
    assert any_world.services.activity.one(chan, first.log_index).receipt.startswith("receipt-v1\n")
    act = any_world.services.activity.one(operator, first.log_index + 1)
    assert (act.activity.login_id, act.activity.company, act.activity.file_name) == ("OPER01", "ACME", NAME)
    assert f"subject: {first.log_index}\n" in act.receipt and f"sha256: {first.sha256}\n" in act.receipt


def test_a_correction_is_there_to_be_collected_and_the_version_before_is_not(
    any_world: World, operator: Actor, collecting: Collecting
) -> None:
    chan = any_world.actor("CHAN01")
    submitted(any_world, chan, b"one")
    collecting.open(operator, "SD-1", "01234", THURSDAY, NAME).close()
    submitted(any_world, chan, b"corrected")
    assert contents(collecting.open(any_world.actor("OPER02"), "SD-1", "01234", THURSDAY, NAME)) == b"corrected"
    assert [it.version for it in collecting.files(operator, "SD-1", "01234", THURSDAY)] == [2]
    states = [state for state, *_ in listed(any_world, chan)]
    assert states == ["superseded", "collected", "collected", "collected"]
    with any_world.platform.store.reading() as rows:
        head = rows.head().size
        marks = {row.collected for row in map(rows.activity, range(head)) if row is not None and row.act == "accepted"}
    assert len(marks) == 2 and None not in marks, "each version has its own first collection"
    assert broken_invariants(any_world) == []


def test_a_version_replaced_while_it_was_being_opened_is_not_handed_out(
    any_world: World, operator: Actor, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    chan = any_world.actor("CHAN01")
    submitted(any_world, chan, b"one")
    open_there = any_world.platform.vault.read

    def replaced_first(key: str) -> Stored | None:
        monkeypatch.undo()
        submitted(any_world, chan, b"corrected")
        return open_there(key)

    monkeypatch.setattr(any_world.platform.vault, "read", replaced_first)
    assert refused_with(collecting.open, operator, "SD-1", "01234", THURSDAY, NAME) == 2001
    assert [state for state, *_ in listed(any_world, chan)] == ["superseded", "accepted"]


def test_a_collection_hides_no_refusal_and_makes_no_obligation_late(
    any_world: World, operator: Actor, collecting: Collecting
) -> None:
    chan = any_world.actor("CHAN01")
    submitted(any_world, chan, b"one")
    assert refused_with(submitted, any_world, chan, b"two", file_name=WRONG) == 4505
    assert refused_with(submitted, any_world, chan, b"", size=0) == 4512
    before = any_world.services.home.home(chan)
    documents = list(any_world.services.outcomes.documents(chan, "01234", "SD-1"))
    collecting.open(operator, "SD-1", "01234", THURSDAY, NAME).close()
    after = any_world.services.home.home(chan)
    assert len(after.refused) == 2 and after.refused == before.refused and after.due == before.due
    assert list(any_world.services.outcomes.documents(chan, "01234", "SD-1")) == documents != []
    assert {it.folder: it.files for it in any_world.services.home.folders(chan)}["SD-1"] == 1


def test_participants_and_auditors_never_read_a_submission(any_world: World, collecting: Collecting) -> None:
    submitted(any_world, any_world.actor("CHAN01"), b"one")
    for who, number in (("CHAN01", 2001), ("WONGDA1", 2001), ("ACMEBOT1", 2001), ("HO01", 2001), ("AUDIT01", 4520)):
        actor = any_world.actor(who)
        assert refused_with(collecting.folders, actor) == number
        assert refused_with(collecting.identities, actor, "SD-1") == number
        assert refused_with(collecting.dates, actor, "SD-1", "01234") == number
        assert refused_with(collecting.files, actor, "SD-1", "01234", THURSDAY) == number
        for ask in (collecting.find, collecting.open):
            assert refused_with(ask, actor, "SD-1", "01234", THURSDAY, NAME) == number
            assert refused_with(ask, actor, "SD-1", "01234", THURSDAY, "nothing.csv") == number
    assert listed(any_world, any_world.actor("AUDIT01"), state="collected") == []


def test_what_does_not_stand_is_not_there(any_world: World, operator: Actor, collecting: Collecting) -> None:
    chan = any_world.actor("CHAN01")
    assert refused_with(submitted, any_world, chan, b"two", file_name=WRONG) == 4505
    places: list[tuple[str, str, Any, str, int]] = [
        ("SD-1", "01234", THURSDAY, NAME, 2001),
        ("SD-1", "01234", THURSDAY, WRONG, 2001),
        ("SD-1", "99999", THURSDAY, NAME, 2001),
        ("SD-1", "01234", THURSDAY - timedelta(days=1), NAME, 2001),
        ("RPT-TRD", "01234", THURSDAY, NAME, 4501),
        ("NONE", "01234", THURSDAY, NAME, 4501),
    ]
    for *place, number in places:
        assert refused_with(collecting.open, operator, *place) == number
    assert refused_with(collecting.dates, operator, "SD-1", "01234") == 2001
    assert refused_with(collecting.files, operator, "SD-1", "01234", THURSDAY) == 2001
    assert refused_with(collecting.identities, operator, "RPT-TRD") == 4501


def test_no_byte_goes_out_without_its_row_or_to_who_is_suspended(
    any_world: World, operator: Actor, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(any_world, any_world.actor("CHAN01"), b"one")

    def broken(work: Any) -> None:
        raise Refused(GOING_DOWN)

    with monkeypatch.context() as failing:
        failing.setattr(any_world.platform.store, "write", broken)
        assert refused_with(collecting.open, operator, "SD-1", "01234", THURSDAY, NAME) == 9003
    any_world.services.access.suspend(any_world.actor("OPER02"), "OPER01")
    assert refused_with(collecting.open, operator, "SD-1", "01234", THURSDAY, NAME) == 1016
    assert len(collecting._handing_out._readings) == 0
    assert listed(any_world, any_world.actor("AUDIT01")) == [("accepted", 1, None)]
