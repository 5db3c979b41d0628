"""Confirming inside a session: what counts, what does not, and what five wrong tries end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from backend.contract.faults import Refused
from backend.core.actor import Actor
from backend.core.client_connect.confirmation import refuse_unconfirmed, session_id
from tests.adapters.signing_in import outcome
from tests.world import World

WRONG = "000000"


def again(world: World, token: str) -> Actor:
    return world.services.sessions.actor(token, "console", "127.0.0.1", background=True)


def confirmed(world: World, actor: Actor, otp: str) -> int:
    return outcome(lambda: world.services.confirmation.confirm(actor, otp))


def unconfirmed(world: World, actor: Actor) -> int:
    return outcome(lambda: refuse_unconfirmed(actor, world.clock.now()))


def test_signing_in_confirms_for_five_minutes_and_an_otp_for_five_more(any_world: World) -> None:
    token = any_world.token("WONGDA1")
    assert unconfirmed(any_world, again(any_world, token)) == 0
    any_world.clock.move(minutes=5, milliseconds=1)
    stale = again(any_world, token)
    assert unconfirmed(any_world, stale) == 1006
    until = any_world.services.confirmation.confirm(stale, any_world.otp("WONGDA1")).until
    assert until == any_world.clock.now() + timedelta(minutes=5)
    assert unconfirmed(any_world, again(any_world, token)) == 0
    any_world.clock.move(minutes=5, milliseconds=1)
    assert unconfirmed(any_world, again(any_world, token)) == 1006


def test_an_otp_confirms_the_session_it_was_given_in_and_no_other(any_world: World) -> None:
    one, other = any_world.token("WONGDA1"), any_world.token("WONGDA1")
    any_world.clock.move(minutes=6)
    assert confirmed(any_world, again(any_world, one), any_world.otp("WONGDA1")) == 0
    assert unconfirmed(any_world, again(any_world, other)) == 1006


def test_whoever_comes_by_key_is_never_confirmed(any_world: World) -> None:
    actor = any_world.actor("CHAN01")
    bare = Actor(actor.account, actor.identities, "sftp", actor.source)
    assert unconfirmed(any_world, bare) == 1006
    assert confirmed(any_world, bare, any_world.fresh_otp("CHAN01")) == 1005


@pytest.mark.parametrize("otp", [WRONG, "", "x" * 64, "\uff11\uff12\uff13\uff14\uff15\uff16", "\ud800", "\x00"])
def test_a_wrong_otp_is_refused_and_four_of_them_end_nothing(any_world: World, otp: str) -> None:
    actor = any_world.actor("WONGDA1")
    for _ in range(4):
        assert confirmed(any_world, actor, otp) == 1006
    assert confirmed(any_world, actor, any_world.fresh_otp("WONGDA1")) == 0
    for _ in range(4):
        assert confirmed(any_world, actor, otp) == 1006, "a right one forgives those before it"


def test_the_fifth_wrong_otp_in_a_row_ends_the_session_and_says_so_in_the_log(any_world: World) -> None:
    token = any_world.token("WONGDA1")
    actor = again(any_world, token)
    assert [confirmed(any_world, actor, WRONG) for _ in range(5)] == [1006] * 4 + [1005]
    assert outcome(lambda: again(any_world, token)) == 1005
    assert confirmed(any_world, actor, any_world.fresh_otp("WONGDA1")) == 1005, "even if it is right"
    with any_world.platform.store.reading() as rows:
        entry = rows.activity(rows.head().size - 1)
    assert entry is not None and actor.session is not None
    assert (entry.act, entry.fault, entry.count) == ("confirmation-refused", 1006, 5)
    assert entry.object == session_id(actor.session)


@pytest.mark.databases
def test_of_twenty_wrong_otps_at_once_five_are_looked_at(any_world: World) -> None:
    token = any_world.token("WONGDA1")
    actor, together = again(any_world, token), threading.Barrier(20)

    def one(_: int) -> int:
        together.wait(10)
        return confirmed(any_world, actor, WRONG)

    with ThreadPoolExecutor(20) as threads:
        outcomes = sorted(threads.map(one, range(20)))
    assert outcomes == [1005] * 16 + [1006] * 4
    assert outcome(lambda: again(any_world, token)) == 1005


def test_a_spent_otp_is_1004_and_does_not_count(any_world: World) -> None:
    otp = any_world.fresh_otp("WONGDA1")
    form = any_world.form("WONGDA1", otp=otp)
    ticket = any_world.services.sign_in.sign_in(form, "console", "127.0.0.1")
    actor = again(any_world, any_world.services.sessions.open(ticket.ticket, "127.0.0.1").token)
    assert [confirmed(any_world, actor, otp) for _ in range(8)] == [1004] * 8
    assert confirmed(any_world, actor, any_world.fresh_otp("WONGDA1")) == 0


@pytest.mark.databases
def test_of_one_otp_thirty_times_at_once_one_is_taken_and_the_session_lives(any_world: World) -> None:
    actor, together = any_world.actor("WONGDA1"), threading.Barrier(30)
    otp = any_world.fresh_otp("WONGDA1")

    def one(_: int) -> int:
        together.wait(10)
        return confirmed(any_world, actor, otp)

    with ThreadPoolExecutor(30) as threads:
        assert sorted(threads.map(one, range(30))) == [0] + [1004] * 29
    assert confirmed(any_world, actor, any_world.fresh_otp("WONGDA1")) == 0


def test_the_otp_of_somebody_else_is_a_wrong_one(any_world: World) -> None:
    actor = any_world.actor("WONGDA1")
    any_world.clock.move(seconds=30)
    assert confirmed(any_world, actor, any_world.otp("LEEDA2")) == 1006


def test_the_words_of_1006_name_what_is_wrong_and_what_to_do(any_world: World) -> None:
    with pytest.raises(Refused) as refused:
        any_world.services.confirmation.confirm(any_world.actor("WONGDA1"), WRONG)
    assert "not right" in refused.value.what and "authenticator" in refused.value.remedy
