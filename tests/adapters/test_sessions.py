"""Sessions: when they end, by whom, and how fast that is noticed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

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


def test_a_clock_that_is_set_back_does_not_lengthen_a_session(any_world: World) -> None:
    sessions, token = any_world.services.sessions, any_world.token("CHAN01")
    any_world.clock.move(minutes=-4)
    assert outcome(lambda: sessions.me(token)) == 0, "clocks of several machines are never quite the same"
    any_world.clock.move(days=-30)
    assert outcome(lambda: sessions.me(token)) == 1005
    assert outcome(lambda: sessions.actor(token, "console", "x", background=False)) == 1005
