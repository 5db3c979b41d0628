"""The audit log read by people: each as far as they may see, on both databases, whatever they ask for."""

from __future__ import annotations

from datetime import date

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import ChangeUser, LogFilter, LogLine, LogPage, NewExport, NewRequest
from backend.contract.rules.merkle import head_of
from backend.contract.rules.receipts import leaf_hash
from backend.core.actor import Actor
from tests.publishing import publish
from tests.submitting import submitted
from tests.world import World

STAFF = ("OPER01", "AUDIT01")


@pytest.fixture
def filed(any_world: World) -> World:
    """Two companies file, an administrator asks for a change, and the operator publishes."""
    submitted(any_world, any_world.actor("CHAN01"), b"one\n")
    other = any_world.actor("TAI09")
    identity = next(iter(other.identities))
    submitted(any_world, other, b"two\n", identity_code=identity, file_name=f"SD1_{identity}_20220519.csv")
    publish(any_world, b"for all\n")
    account = any_world.account("CHAN01")
    change = ChangeUser(login_id="CHAN01", name="Chan", email=account.email, phone=account.phone)
    any_world.services.requests.make(any_world.actor("WONGDA1"), NewRequest(proposal=change))
    any_world.clock.move(minutes=1)
    return any_world


def read(world: World, who: Actor, limit: int = 500, **wanted: object) -> list[LogLine]:
    """All pages."""
    found: list[LogLine] = []
    cursor: str | None = None
    while True:
        page: LogPage = world.services.audit_trail.page(who, LogFilter.model_validate(wanted), cursor, limit)
        assert len(page.entries) <= limit
        found += page.entries
        cursor = page.cursor
        if cursor is None:
            return found


@pytest.mark.databases
def test_everybody_reads_what_is_theirs_newest_first_and_nothing_else(filed: World) -> None:
    for staff in STAFF:
        who = filed.actor(staff)
        everything = read(filed, who, limit=3)
        with filed.platform.store.reading() as rows:
            size = rows.head().size
        assert [one.log_index for one in everything] == list(range(size - 1, -1, -1))
        assert all(one.source for one in everything if one.login_id is not None)
    wong, chan = filed.actor("WONGDA1"), filed.actor("CHAN01")
    company = read(filed, wong)
    assert {one.company for one in company} == {"ACME"}
    assert {"CHAN01", "WONGDA1"} <= {one.login_id for one in company}
    assert {one.act for one in company} >= {"signed-in", "accepted", "request-requested"}
    own = read(filed, chan)
    assert own and all("CHAN01" in (one.login_id, one.subject) and one.company == "ACME" for one in own)
    assert len(own) < len(company) < len(everything)
    assert not [one for one in own if one.login_id == "WONGDA1" and one.subject != "CHAN01"]


@pytest.mark.databases
def test_no_filter_no_number_and_no_page_mark_leads_to_what_is_not_theirs(filed: World) -> None:
    trail = filed.services.audit_trail
    everything = read(filed, filed.actor("OPER01"))
    for login_id in ("CHAN01", "WONGDA1", "TAI09"):
        who = filed.actor(login_id)
        mine = {one.log_index for one in read(filed, who)}
        for other in ("ACME", "TAIMAN", "TAI09", "OPER01", "accepted", "signed-in", "SD-1", "two", "%", "_", "\\"):
            for name in ("company", "login_id", "subject", "act", "folder", "channel", "text"):
                assert {one.log_index for one in read(filed, who, 500, **{name: other})} <= mine
        for one in everything:
            if one.log_index in mine:
                assert trail.one(who, one.log_index).line.log_index == one.log_index
                continue
            for ask in (trail.one, trail.proof):
                with pytest.raises(Refused, match="2001"):
                    ask(who, one.log_index)
        with pytest.raises(Refused, match="2001"):
            trail.one(who, 1 << 50)
    mark = trail.page(filed.actor("OPER01"), LogFilter(), None, 1).cursor
    for who, wanted in ((filed.actor("CHAN01"), LogFilter()), (filed.actor("OPER01"), LogFilter(act="accepted"))):
        with pytest.raises(Refused, match="9002"):
            trail.page(who, wanted, mark, 1)


def test_an_address_of_the_staff_is_not_for_the_companies(filed: World) -> None:
    mine = read(filed, filed.actor("WONGDA1"))
    assert all(one.source == "127.0.0.1" for one in mine if one.login_id == "CHAN01")
    assert all(one.source is None for one in mine if one.login_id in (None, "OPER01", "OPER02"))


@pytest.mark.databases
def test_what_is_looked_for_is_found_and_nothing_beside_it(filed: World) -> None:
    oper = filed.actor("OPER01")
    (accepted,) = read(filed, oper, act="accepted", company="ACME")
    assert (accepted.login_id, accepted.folder, accepted.channel) == ("CHAN01", "SD-1", "console")
    assert "SD1_01234_20220519.csv" in accepted.summary and "SHA-256" in accepted.summary
    assert read(filed, oper, text="sd1_01234_2022") == read(filed, oper, text="SD1_01234_2022") == [accepted]
    assert read(filed, oper, subject="SD1_01234_20220519.csv") == [accepted]
    assert accepted in read(filed, oper, from_date=date(2022, 5, 20), to_date=date(2022, 5, 20))
    assert read(filed, oper, from_date=date(2022, 5, 21)) == read(filed, oper, text="nobody says this") == []
    assert read(filed, oper, text="a\0b") == read(filed, oper, act="a\0b") == []
    (asked,) = read(filed, oper, act="request-requested")
    assert asked.title == "requested the change of details (request 1)" and asked.subject == "CHAN01"


def test_an_entry_is_shown_as_it_was_hashed_and_proved(filed: World) -> None:
    chan, trail = filed.actor("CHAN01"), filed.services.audit_trail
    for line in read(filed, chan):
        entry, proof = trail.one(chan, line.log_index), trail.proof(chan, line.log_index)
        assert leaf_hash(entry.text).hex() == entry.leaf_hash and proof.receipt == entry.text
        assert proof.proof.startswith("c2sp.org/tlog-proof@v1\n") and entry.erased == ()


@pytest.mark.databases
def test_the_whole_log_goes_out_to_the_staff_alone_and_never_unrecorded(filed: World) -> None:
    trail, audit = filed.services.audit_trail, filed.actor("AUDIT01")
    for login_id in ("CHAN01", "WONGDA1"):
        who = filed.actor(login_id)
        with pytest.raises(Refused, match="2002"):
            trail.export(who, NewExport(whole=True))
        own = trail.export(who, NewExport(wanted=LogFilter(act="accepted")))
        assert read(filed, who, act="exported")[0].log_index == own.log_index
        with pytest.raises(Refused, match="2002"):
            trail.leaves(who, own.log_index, 0, 10)
    with pytest.raises(Refused, match="2001"):  # no export was begun
        trail.leaves(audit, 0, 0, 10)
    begun = trail.export(audit, NewExport(whole=True))
    texts: list[str] = []
    while page := trail.leaves(audit, begun.log_index, len(texts), 4).texts:
        texts += page
    with filed.platform.store.reading() as rows:
        assert head_of(map(leaf_hash, texts)).root == rows.head().root
    assert "act: exported\n" in texts[-1]
    with pytest.raises(Refused, match="2001"):  # another's
        trail.leaves(filed.actor("OPER01"), begun.log_index, 0, 10)
    with pytest.raises(Refused, match="2001"):  # a filtered one
        trail.leaves(audit, trail.export(audit, NewExport()).log_index, 0, 10)
    filed.clock.move(hours=2)
    with pytest.raises(Refused, match="2001"):  # yesterday's
        trail.leaves(audit, begun.log_index, 0, 10)


def test_the_log_holds_no_secret(filed: World) -> None:
    audit = filed.actor("AUDIT01")
    whole = "".join(one.model_dump_json() for one in read(filed, audit))
    for who in filed.people.values():
        assert who.password not in whole and who.otp_secret not in whole
