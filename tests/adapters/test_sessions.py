"""Sessions: when they end, by whom, and how fast that is noticed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from backend.adapters.database import tables
from tests.adapters.signing_in import (
    acts,
    outcome,
    ticket,
)
from tests.world import World


@pytest.mark.parametrize(
    ("login_id", "idle", "longest"), [("CHAN01", 30, 12), ("WONGDA1", 15, 8), ("OPER01", 15, 8), ("AUDIT01", 30, 12)]
)
def test_a_session_ends_when_idle_and_at_its_longest(any_world: World, login_id: str, idle: int, longest: int) -> None:
    sessions, began = any_world.services.sessions, any_world.clock.now()
    token = any_world.token(login_id)

    def alive(background: bool = False) -> bool:
        return outcome(lambda: sessions.actor(token, "console", "x", background=background)) == 0

    any_world.clock.move(minutes=idle - 1)
    assert alive(background=True), "polling does not extend it"
    any_world.clock.move(minutes=1)
    assert not alive()
    token = any_world.token(login_id)
    began = any_world.clock.now()
    while any_world.clock.now() - began < timedelta(hours=longest) - timedelta(minutes=10):
        any_world.clock.move(minutes=10)
        assert alive()
    any_world.clock.move(minutes=10)
    assert not alive()


def test_signing_out_ends_the_session_for_good(any_world: World) -> None:
    sessions = any_world.services.sessions
    token = any_world.token("CHAN01")
    sessions.end(token, "console", "x")
    assert outcome(lambda: sessions.actor(token, "console", "x", background=False)) == 1005
    assert outcome(lambda: sessions.end(token, "console", "x")) == 1005
    assert acts(any_world)[-1] == "signed-out"


@pytest.mark.parametrize("forged", ["", "x", "é", "\x00", "A" * 44, "A" * 5000, "\ud800"])
def test_a_forged_token_is_an_ended_session(any_world: World, forged: str) -> None:
    sessions = any_world.services.sessions
    assert outcome(lambda: sessions.actor(forged, "console", "x", background=False)) == 1005
    assert outcome(lambda: sessions.me(forged)) == 1005
    assert outcome(lambda: sessions.end(forged, "console", "x")) == 1005


def test_neither_token_nor_ticket_is_kept_as_it_is(any_world: World) -> None:
    handed = ticket(any_world)
    token = any_world.token("LEE02")
    with any_world.platform.store.engine.connect() as connection:
        kept = repr([connection.execute(select(table)).all() for table in (tables.tickets, tables.sessions)])
    assert token not in kept and handed.ticket not in kept


def test_the_last_sign_in_and_its_source_are_told(any_world: World) -> None:
    assert any_world.services.sessions.me(any_world.token("CHAN01")).last_sign_in is None
    at = any_world.clock.now()
    me = any_world.services.sessions.me(any_world.token("CHAN01"))
    assert me.last_sign_in == at and me.last_source == "127.0.0.1"


def test_suspending_ends_sessions_at_once_and_is_noticed(any_world: World) -> None:
    token, heard = any_world.token("CHAN01"), threading.Event()
    any_world.services.access_watch.listen(heard.set)
    threading.Event().wait(0.6)
    any_world.services.access.suspend(any_world.actor("WONGDA1"), "CHAN01")
    assert outcome(lambda: any_world.services.sessions.actor(token, "console", "x", background=False)) == 1005
    assert heard.wait(2), "every process hears it within a second"


def test_nobody_suspends_beyond_their_company_or_role(any_world: World) -> None:
    suspend = any_world.services.access.suspend
    assert outcome(lambda: suspend(any_world.actor("WONGDA1"), "TAI09")) == 2001
    assert outcome(lambda: suspend(any_world.actor("WONGDA1"), "NOBODY99")) == 2001
    assert outcome(lambda: suspend(any_world.actor("CHAN01"), "LEE02")) == 2002
    assert outcome(lambda: suspend(any_world.actor("AUDIT01"), "LEE02")) == 2002
    assert outcome(lambda: suspend(any_world.actor("OPER01"), "TAI09")) == 0


def test_an_administrator_who_was_suspended_meanwhile_suspends_nobody(any_world: World) -> None:
    wong = any_world.actor("WONGDA1")
    any_world.services.access.suspend(any_world.actor("LEEDA2"), "WONGDA1")
    assert outcome(lambda: any_world.services.access.suspend(wong, "LEEDA2")) == 1016


def test_ones_sessions_are_listed_newest_first_with_place_channel_and_end(any_world: World) -> None:
    sessions, began = any_world.services.sessions, any_world.clock.now()
    by_program = sessions.open(ticket(any_world).ticket, "192.0.2.7", "http").token
    own = sessions.actor(any_world.token("CHAN01"), "console", "127.0.0.1", background=False)
    any_world.token("LEE02")
    newest, oldest = sessions.own(own)
    assert (newest.own, newest.channel, newest.source) == (True, "console", "127.0.0.1")
    assert (oldest.own, oldest.channel, oldest.source) == (False, "http", "192.0.2.7")
    assert oldest.ends == oldest.seen + timedelta(minutes=30) and oldest.created > began
    any_world.clock.move(minutes=28)
    assert outcome(lambda: sessions.actor(by_program, "http", "x", background=False)) == 0
    any_world.clock.move(minutes=3)
    assert [row.channel for row in sessions.own(own)] == ["http"], "those whose time is over are none"


def test_ending_sessions_leaves_an_entry_each_and_moves_the_epoch(any_world: World) -> None:
    sessions, store = any_world.services.sessions, any_world.platform.store
    own = any_world.actor("CHAN01")
    for _ in range(3):
        any_world.token("CHAN01")
    with store.reading() as rows:
        before = rows.access_epoch()
    strange = next(row.id for row in sessions.own(own) if not row.own)
    sessions.end_one(own, strange)
    sessions.end_others(own)
    sessions.end_others(own)
    with store.reading() as rows:
        one, all_others = rows.activity(rows.head().size - 2), rows.activity(rows.head().size - 1)
        assert rows.access_epoch() == before + 2
    assert one is not None and (one.act, one.object) == ("session-ended", strange)
    assert all_others is not None and (all_others.act, all_others.count) == ("sessions-ended", 2)
    assert [row.own for row in sessions.own(own)] == [True]


def test_keys_that_expire_within_30_days_are_told_and_those_revoked_are_not(any_world: World) -> None:
    def told() -> int:
        return any_world.services.sessions.me(any_world.token("ACMEBOT1")).keys_expiring

    keys = tables.sftp_keys
    with any_world.platform.store.engine.begin() as connection:
        connection.execute(update(keys).values(expires=any_world.clock.now() + timedelta(days=31)))
    assert told() == 0
    any_world.clock.move(days=2)
    assert told() == 1
    any_world.clock.move(days=40)
    assert told() == 1, "an expired one more so"
    with any_world.platform.store.engine.begin() as connection:
        connection.execute(update(keys).values(revoked=any_world.clock.now()))
    assert told() == 0


def test_a_clock_that_is_set_back_does_not_lengthen_a_session(any_world: World) -> None:
    sessions, token = any_world.services.sessions, any_world.token("CHAN01")
    any_world.clock.move(minutes=-4)
    assert outcome(lambda: sessions.me(token)) == 0, "clocks of several machines are never quite the same"
    any_world.clock.move(days=-30)
    assert outcome(lambda: sessions.me(token)) == 1005
    assert outcome(lambda: sessions.actor(token, "console", "x", background=False)) == 1005
