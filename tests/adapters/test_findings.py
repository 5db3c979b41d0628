"""Findings that may be explained: what is asked for, what is kept, who may explain, and what nobody can make of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import CheckRequest, Home
from backend.core.actor import Actor
from backend.core.explaining import MOST_EXPLANATIONS
from backend.core.rows import Unit
from tests.adapters.test_submissions import take_grants
from tests.sftp_world import told_in
from tests.submitting import broken_invariants, listed, objects, refused_with, staged_files, submitted
from tests.ticketing import arrived, file, submission
from tests.world import World

HEAD = b"account,series,long,short\n"
LARGE = HEAD + b"A1,HSI2205,250000,0\nA1,HHI2205,1,0\nA2,HSI2205,-7,100001\n"
RIGHT = HEAD + b"A1,HSI2205,2500,0\n"
LOP: dict[str, Any] = {"folder": "LOP", "file_name": "LOP_01234_20220520.csv", "input_date": date(2022, 5, 20)}
WHY = "Positions of the new fund, told to Listing on Thursday"


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


def by_sftp(actor: Actor) -> Actor:
    return replace(actor, channel="sftp")


def home(world: World, actor: Actor) -> Home:
    return world.services.home.home(actor)


def test_a_file_that_is_not_as_expected_needs_an_explanation_and_is_accepted_with_one(
    any_world: World, chan: Actor
) -> None:
    with pytest.raises(Refused) as refused:
        submitted(any_world, chan, LARGE, "a" * 32, **LOP)
    assert (refused.value.number, refused.value.fault.exit) == (4524, 5)
    assert refused.value.findings == (
        'Row 2, column 3 (long): "250000", expected 0 to 100,000; 1 more row',
        'Row 4, column 4 (short): "100001", expected 0 to 100,000',
    )
    assert refused.value.values["codes"] == "range.long,range.short"
    assert (listed(any_world, chan), objects(any_world)) == ([], 0), "it is no verdict: the id may be used again"
    receipt = submitted(any_world, chan, LARGE, "a" * 32, explanation=WHY, **LOP)
    assert receipt.activity.state == "accepted" and receipt.activity.explanation == WHY
    assert [one.code for one in receipt.activity.findings] == ["range.long", "range.short"]
    assert "finding" not in receipt.receipt and WHY not in receipt.receipt, "the receipt's keys are fixed"
    stands = any_world.services.activity.one(any_world.actor("OPER01"), receipt.activity.log_index)
    assert stands.activity.findings == receipt.activity.findings and stands.activity.explanation == WHY
    assert stands.activity.reason is None and home(any_world, chan).unexplained == ()
    assert broken_invariants(any_world) == []


def test_an_explanation_that_no_file_needs_is_not_kept(any_world: World, chan: Actor) -> None:
    receipt = submitted(any_world, chan, RIGHT, explanation=WHY, **LOP)
    assert receipt.activity.findings == () and receipt.activity.explanation is None
    with pytest.raises(Refused, match="wants an explanation") as refused:
        any_world.services.explaining.explain(chan, receipt.activity.log_index, WHY)
    assert refused.value.number == 4525


def test_what_is_wrong_is_said_before_what_is_only_unexpected(any_world: World, chan: Actor) -> None:
    assert refused_with(submitted, any_world, chan, LARGE + b"A9,X,x,0\n", explanation=WHY, **LOP) == 4514


def test_by_sftp_it_is_accepted_unexplained_and_explained_later(any_world: World, chan: Actor) -> None:
    services = any_world.services
    receipt = submitted(any_world, by_sftp(chan), LARGE, **LOP)
    place = receipt.activity.log_index
    assert receipt.activity.explanation is None and len(receipt.activity.findings) == 2
    assert [one.log_index for one in home(any_world, chan).unexplained] == [place]
    name = "LOP_01234_20220520.csv.findings.txt"
    document = services.outcomes.document(by_sftp(chan), "01234", "LOP", name)
    assert document is not None and f'ecp explain {place} "' in document.text
    assert 'Row 2, column 3 (long): "250000", expected 0 to 100,000; 1 more row' in document.text
    names = [one.name for page in services.outcomes.documents(by_sftp(chan), "01234", "LOP") for one in page]
    assert told_in(names) == sorted(["LOP_01234_20220520.csv.receipt", name])
    entry = services.explaining.explain(chan, place, WHY)
    assert (entry.activity.state, entry.activity.explanation) == ("explained", WHY)
    assert f"subject: {place}\n" in entry.receipt and WHY not in entry.receipt
    assert home(any_world, chan).unexplained == ()
    assert services.outcomes.document(by_sftp(chan), "01234", "LOP", name) is None
    one = services.activity.one(chan, place)
    assert one.activity.explanation == WHY and one.receipt == receipt.receipt
    assert listed(any_world, chan) == [("accepted", 1, None), ("explained", 1, None)]


def test_each_explanation_is_an_entry_and_the_latest_counts(any_world: World, chan: Actor) -> None:
    services = any_world.services
    place = submitted(any_world, chan, LARGE, explanation=WHY, **LOP).activity.log_index
    services.explaining.explain(chan, place, "Corrected: of the old fund")
    again = services.explaining.explain(chan, place, "Corrected: of the old fund")
    assert again.replayed, "the same words of the same person, sent twice"
    one = services.activity.one(chan, place)
    assert one.activity.explanation == "Corrected: of the old fund"
    assert [said.explanation for said in one.explanations] == ["Corrected: of the old fund"]
    with any_world.platform.store.reading() as rows:
        row = rows.activity(place)
    assert row is not None and row.note == WHY, "the first words stay"
    for number in range(MOST_EXPLANATIONS - 1):
        services.explaining.explain(chan, place, f"once more {number}")
    with pytest.raises(Refused, match="20 times") as refused:
        services.explaining.explain(chan, place, "and more")
    assert refused.value.number == 4525


def test_nobody_explains_what_does_not_stand_or_is_not_theirs(any_world: World, chan: Actor) -> None:
    explain = any_world.services.explaining.explain
    place = submitted(any_world, by_sftp(chan), LARGE, **LOP).activity.log_index
    assert refused_with(explain, any_world.actor("TAI09"), place, WHY) == 2001, "another company"
    assert refused_with(explain, any_world.actor("OPER01"), place, WHY) == 2002
    assert refused_with(explain, any_world.actor("WONGDA1"), place, WHY) == 2002, "administers, and submits nothing"
    assert refused_with(explain, chan, place + 1000, WHY) == 2001
    later = submitted(any_world, by_sftp(chan), LARGE + b"A3,HSI2205,1,1\n", **LOP).activity.log_index
    with pytest.raises(Refused, match="submitted again") as refused:
        explain(chan, place, WHY)
    assert refused.value.number == 4525
    any_world.services.inbox.give_back(any_world.actor("OPER01"), later, "Please explain")
    with pytest.raises(Refused, match="it was returned") as refused:
        explain(chan, later, WHY)
    assert home(any_world, chan).unexplained == ()
    assert any_world.services.outcomes.document(chan, "01234", "LOP", "LOP_01234_20220520.csv.findings.txt") is None


def test_the_same_bytes_again_with_an_explanation_explain_what_stands(any_world: World, chan: Actor) -> None:
    place = submitted(any_world, by_sftp(chan), LARGE, **LOP).activity.log_index
    silent = submitted(any_world, chan, LARGE, **LOP)
    assert silent.replayed and silent.activity.explanation is None, "nothing new is accepted, so nothing is asked"
    said = submitted(any_world, chan, LARGE, explanation=WHY, **LOP)
    assert said.replayed and (said.activity.log_index, said.activity.explanation) == (place, WHY)
    assert any_world.services.activity.one(chan, place).activity.explanation == WHY
    assert home(any_world, chan).unexplained == () and staged_files(any_world) == 0


def test_a_check_without_the_file_says_nothing_of_what_it_holds(any_world: World, chan: Actor) -> None:
    request = CheckRequest(identity_code="01234", size=len(LARGE), **LOP)
    assert any_world.services.submissions.check(chan, request).findings == ()


def test_what_came_by_a_ticket_waits_for_its_explanation(any_world: World, chan: Actor) -> None:
    tickets, ticket = any_world.services.tickets, arrived(any_world, chan, LARGE)
    said = LOP | {"identity_code": "01234"}
    codes = [one.code for one in tickets.check(chan, ticket.id, file(**said)).findings]
    assert codes == ["range.long", "range.short"]
    assert refused_with(tickets.submit, chan, ticket.id, submission("a" * 32, **said)) == 4524
    receipt = tickets.submit(chan, ticket.id, submission("a" * 32, explanation=WHY, **said))
    assert receipt.activity.explanation == WHY and staged_files(any_world) == 0


def test_two_explain_at_once_and_each_is_an_entry_in_their_order(any_world: World, chan: Actor) -> None:
    place = submitted(any_world, by_sftp(chan), LARGE, **LOP).activity.log_index
    explain = any_world.services.explaining.explain
    with ThreadPoolExecutor(4) as pool:
        entries = list(pool.map(lambda number: explain(chan, place, f"reason {number}"), range(4)))
    one = any_world.services.activity.one(chan, place)
    assert len({entry.activity.log_index for entry in entries}) == len(one.explanations) == 4
    assert one.activity.explanation == one.explanations[0].explanation


def test_a_grant_that_is_taken_away_takes_the_explaining_with_it(any_world: World, chan: Actor) -> None:
    place = submitted(any_world, by_sftp(chan), LARGE, **LOP).activity.log_index
    take_grants(any_world)
    assert refused_with(any_world.services.explaining.explain, chan, place, WHY) in (2000, 2001, 2002)
    assert any_world.services.activity.one(any_world.actor("OPER01"), place).activity.explanation is None


def test_a_rule_that_expects_nothing_any_more_asks_for_nothing(any_world: World, chan: Actor) -> None:
    """What was found stays with the file; the rule of today judges the file of today."""
    place = submitted(any_world, chan, LARGE, explanation=WHY, **LOP).activity.log_index

    def unit(unit: Unit) -> None:
        lop = unit.catalogue().folders["LOP"]
        assert lop.content is not None
        unit.put_folder(replace(lop, content=replace(lop.content, expect=())))

    any_world.platform.store.write(unit)
    later = submitted(any_world, chan, LARGE + b"A3,HSI2205,999999,0\n", explanation=WHY, **LOP)
    assert later.activity.findings == () and later.activity.explanation is None
    assert len(any_world.services.activity.one(chan, place).activity.findings) == 2
