"""Signing in on both databases, one after the other and all at once: limits, locks, codes, tickets and sessions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from backend.adapters.database import tables
from backend.contract.faults import Refused
from backend.contract.messages import SignIn, Ticket
from tests.world import World

WRONG = "wrong-password-wrong"


class Counted:
    """A hasher that counts its verifications."""

    def __init__(self, hasher: Any) -> None:
        self._hasher = hasher
        self._lock = threading.Lock()
        self.nobody = 0
        self.verified = 0

    def hash(self, password: str) -> str:
        hashed: str = self._hasher.hash(password)
        return hashed

    def verify(self, password: str, hashed: str | None) -> bool:
        with self._lock:
            self.verified += 1
            self.nobody += hashed is None
        right: bool = self._hasher.verify(password, hashed)
        return right


@pytest.fixture
def hasher(any_world: World) -> Counted:
    counted = Counted(any_world.platform.hasher)
    any_world.services.sign_in._hasher = counted
    return counted


def outcome(action: Callable[[], Any]) -> int:
    """0, or the fault's number."""
    try:
        action()
    except Refused as refused:
        return refused.number
    return 0


def tried(world: World, form: SignIn, source: str = "192.0.2.1") -> int:
    return outcome(lambda: world.services.sign_in.sign_in(form, "console", source))


def all_at_once(world: World, forms: Iterable[SignIn]) -> list[int]:
    """The outcomes of sign-ins that start together, each from a source of its own."""
    told = list(forms)
    together = threading.Barrier(len(told))

    def one(number: int) -> int:
        together.wait(10)
        return tried(world, told[number], f"192.0.2.{number}")

    with ThreadPoolExecutor(len(told)) as threads:
        return list(threads.map(one, range(len(told))))


def lock(world: World, login_id: str) -> None:
    for _ in range(5):
        assert tried(world, world.form(login_id, password=WRONG) if login_id in world.people else nobody(world)) == 1001


def guess(world: World) -> SignIn:
    """A wrong form; the clock stands still for it."""
    return world.form("CHAN01", password=WRONG, otp="000000")


def nobody(world: World, login_id: str = "NOBODY99") -> SignIn:
    form = guess(world)
    return form.model_copy(update={"login_id": login_id})


# ── one after the other ──────────────────────────────────────────────────────────────────────────────────────────


def test_all_three_right_open_a_session_and_nothing_less_does(any_world: World, hasher: Counted) -> None:
    assert tried(any_world, any_world.form("CHAN01")) == 0
    assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
    assert tried(any_world, any_world.form("CHAN01", otp="000000")) == 1001
    assert tried(any_world, any_world.form("CHAN01").model_copy(update={"login_id": "LEE02"})) == 1001
    assert tried(any_world, nobody(any_world)) == 1001
    assert hasher.verified == 5, "the same work each time"


@pytest.mark.parametrize("login_id", ["chan01", " CHAN01 ", "Chan01"])
def test_a_login_id_is_taken_in_any_case_and_with_spaces_around(any_world: World, login_id: str) -> None:
    assert tried(any_world, any_world.form("CHAN01").model_copy(update={"login_id": login_id})) == 0


@pytest.mark.parametrize(
    "login_id", ["", "RECOVER", "x" * 200, "' OR 1=1 --", "\x00", "CHAN01\x00", "陳大文", "%", "CH\ud800AN"]
)
def test_no_login_id_whatever_breaks_signing_in(any_world: World, login_id: str) -> None:
    form = any_world.form("CHAN01").model_copy(update={"login_id": login_id})
    assert tried(any_world, form) == 1001


def test_right_and_wrong_unknown_and_suspended_all_read_the_same(any_world: World) -> None:
    def words(form: SignIn) -> str:
        with pytest.raises(Refused) as refused:
            any_world.services.sign_in.sign_in(form, "console", "192.0.2.1")
        return str(refused.value)

    any_world.services.access.suspend(any_world.actor("WONGDA1"), "LEE02")
    spent = any_world.form("CHAN01")
    any_world.services.sign_in.sign_in(spent, "console", "192.0.2.9")
    again = any_world.form("CHAN01", otp=spent.otp)
    said = {
        words(any_world.form("CHAN01", password=WRONG)),
        words(any_world.form("CHAN01", otp="000000")),
        words(again),
        words(nobody(any_world)),
        words(any_world.form("LEE02", password=WRONG)),
    }
    assert len(said) == 1 and "existing ECP" in said.pop()


def test_the_sixth_wrong_guess_within_half_an_hour_meets_a_lock(any_world: World, hasher: Counted) -> None:
    lock(any_world, "CHAN01")
    assert hasher.verified == 5
    assert tried(any_world, any_world.form("CHAN01")) == 1002, "even if it is right"
    assert hasher.verified == 5, "and without looking at the password"
    any_world.clock.move(hours=5)
    assert tried(any_world, any_world.form("CHAN01")) == 1002, "a lock does not run out"
    assert tried(any_world, any_world.form("LEE02")) == 0, "others are not held up"


def test_an_unknown_login_id_locks_alike_with_the_same_work(any_world: World, hasher: Counted) -> None:
    lock(any_world, "NOBODY99")
    assert (hasher.verified, hasher.nobody) == (5, 5)
    assert tried(any_world, nobody(any_world)) == 1002
    assert tried(any_world, nobody(any_world, "nobody99 ")) == 1002
    assert hasher.verified == 5


def test_a_right_sign_in_forgives_what_failed_before(any_world: World) -> None:
    for _ in range(3):
        for _ in range(4):
            assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
        assert tried(any_world, any_world.form("CHAN01")) == 0
        any_world.clock.move(minutes=1)


def test_guesses_older_than_half_an_hour_are_forgotten(any_world: World) -> None:
    for _ in range(4):
        tried(any_world, any_world.form("CHAN01", password=WRONG))
    any_world.clock.move(minutes=30)
    for _ in range(4):
        assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
    assert tried(any_world, any_world.form("CHAN01")) == 0


def test_twenty_failures_in_a_row_lock_at_any_pace(any_world: World, hasher: Counted) -> None:
    for _ in range(20):
        assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
        any_world.clock.move(minutes=31)
    assert tried(any_world, any_world.form("CHAN01")) == 1002
    assert hasher.verified == 20


def test_a_lock_stops_sign_ins_and_nothing_else(any_world: World) -> None:
    token = any_world.token("CHAN01")
    lock(any_world, "CHAN01")
    assert any_world.services.sessions.actor(token, "console", "x", background=False).login_id == "CHAN01"


def test_attempts_whose_process_died_count_as_failures_after_a_minute(any_world: World) -> None:
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            any_world.services.sign_in._hasher = Dying()
            any_world.services.sign_in.sign_in(any_world.form("CHAN01"), "console", "192.0.2.1")
        any_world.clock.move(seconds=-30)
    any_world.services.sign_in._hasher = any_world.platform.hasher
    assert tried(any_world, any_world.form("CHAN01")) == 1007, "five are still being looked at"
    any_world.clock.move(minutes=1)
    assert tried(any_world, any_world.form("CHAN01")) == 1002
    assert "locked" in acts(any_world)


class Dying:
    """A hasher whose process is killed."""

    def hash(self, password: str) -> str:
        raise KeyboardInterrupt

    def verify(self, password: str, hashed: str | None) -> bool:
        raise KeyboardInterrupt


def acts(world: World) -> list[str]:
    with world.platform.store.engine.connect() as connection:
        return list(connection.scalars(text("SELECT act FROM activity ORDER BY log_index")))


def test_every_outcome_of_a_sign_in_leaves_its_entry(any_world: World) -> None:
    tried(any_world, any_world.form("CHAN01"))
    tried(any_world, any_world.form("LEE02", password=WRONG))
    lock(any_world, "TAI09")
    assert acts(any_world) == ["signed-in", "sign-in-refused", *["sign-in-refused"] * 5, "locked"]
    with any_world.platform.store.reading() as rows:
        entry = rows.activity(1)
        assert entry is not None and entry.login_id == "LEE02" and entry.fault == 1001
        assert "192.0.2.1" not in entry.text() and entry.source == "192.0.2.1"


def test_a_login_id_nobody_has_is_not_written_down(any_world: World) -> None:
    """Somebody may have typed a password there."""
    tried(any_world, nobody(any_world, "HUNTER2HUNTER2"))
    with any_world.platform.store.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM activity")).all()
        assert "HUNTER2" not in repr(rows) + repr(connection.execute(text("SELECT * FROM throttles")).all())


# ── transactions, codes and tickets ──────────────────────────────────────────────────────────────────────────────


def test_a_login_transaction_lives_five_minutes(any_world: World) -> None:
    form = any_world.form("CHAN01", otp="000000")
    any_world.clock.move(minutes=4, seconds=59.999)
    assert tried(any_world, form.model_copy(update={"otp": any_world.otp("CHAN01")})) == 0
    form = any_world.form("CHAN01", otp="000000")
    any_world.clock.move(minutes=5)
    assert tried(any_world, form.model_copy(update={"otp": any_world.otp("CHAN01")})) == 1003


def test_a_login_transaction_signs_in_once(any_world: World) -> None:
    form = any_world.form("CHAN01")
    assert tried(any_world, form) == 0
    assert tried(any_world, form.model_copy(update={"otp": any_world.fresh_otp("CHAN01")})) == 1003
    assert tried(any_world, any_world.form("LEE02", transaction=form.transaction)) == 1003


def test_a_wrong_guess_does_not_use_up_the_transaction(any_world: World) -> None:
    form = any_world.form("CHAN01")
    assert tried(any_world, form.model_copy(update={"password": WRONG})) == 1001
    assert tried(any_world, form) == 0


@pytest.mark.parametrize("forged", ["", "x", "A" * 72, "!" * 72, "é", "\ud800", "A" * 200])
def test_a_forged_transaction_is_an_expired_one(any_world: World, forged: str, hasher: Counted) -> None:
    assert tried(any_world, any_world.form("CHAN01").model_copy(update={"transaction": forged})) == 1003
    assert hasher.verified == 0


def test_a_transaction_whose_life_was_prolonged_is_refused(any_world: World) -> None:
    form = any_world.form("CHAN01")
    for at in range(0, len(form.transaction) - 2, 7):
        changed = form.transaction[:at] + ("B" if form.transaction[at] != "B" else "C") + form.transaction[at + 1 :]
        assert tried(any_world, form.model_copy(update={"transaction": changed})) == 1003


def test_a_code_works_once_and_spends_those_before_it(any_world: World) -> None:
    any_world.clock.move(minutes=1)
    assert tried(any_world, any_world.form("CHAN01", otp=any_world.otp("CHAN01"))) == 0
    assert tried(any_world, any_world.form("CHAN01", otp=any_world.otp("CHAN01"))) == 1001
    assert tried(any_world, any_world.form("CHAN01", otp=any_world.otp("CHAN01", -1))) == 1001
    assert tried(any_world, any_world.form("CHAN01", otp=any_world.otp("CHAN01", 1))) == 0
    assert tried(any_world, any_world.form("CHAN01", otp=any_world.otp("CHAN01"))) == 1001


def test_a_spent_code_with_the_right_password_does_not_count_towards_the_lock(any_world: World) -> None:
    used = any_world.form("CHAN01")
    assert tried(any_world, used) == 0
    for _ in range(8):
        assert tried(any_world, any_world.form("CHAN01", otp=used.otp)) == 1001
    assert tried(any_world, any_world.form("CHAN01")) == 0


def ticket(world: World, login_id: str = "CHAN01") -> Ticket:
    return world.services.sign_in.sign_in(world.form(login_id), "console", "192.0.2.1")


def test_a_ticket_opens_one_session_within_a_minute(any_world: World) -> None:
    open_session = any_world.services.sessions.open
    first = ticket(any_world)
    any_world.clock.move(seconds=59.999)
    assert open_session(first.ticket, "x").me.login_id == "CHAN01"
    assert outcome(lambda: open_session(first.ticket, "x")) == 1003
    late = ticket(any_world)
    any_world.clock.move(seconds=60)
    assert outcome(lambda: open_session(late.ticket, "x")) == 1003
    for forged in ("", "x", "é", "A" * 44, late.ticket[:-4]):
        assert outcome(lambda forged=forged: open_session(forged, "x")) == 1003  # type: ignore[misc]


def test_a_ticket_from_before_a_suspension_opens_nothing_after_it(any_world: World) -> None:
    handed = ticket(any_world)
    any_world.services.access.suspend(any_world.actor("WONGDA1"), "CHAN01")
    assert outcome(lambda: any_world.services.sessions.open(handed.ticket, "x")) == 1016
    with any_world.platform.store.engine.connect() as connection:
        mine = text("SELECT count(*) FROM sessions JOIN accounts ON id = account_id WHERE login_id = 'CHAN01'")
        assert connection.execute(mine).scalar_one() == 0


def test_a_suspended_account_hears_so_only_when_all_was_right(any_world: World) -> None:
    any_world.services.access.suspend(any_world.actor("WONGDA1"), "CHAN01")
    assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
    assert tried(any_world, any_world.form("CHAN01", otp="000000")) == 1001
    assert tried(any_world, any_world.form("CHAN01")) == 1016


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── all at once ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_parallel_guesses_never_get_more_than_five_verifications(any_world: World, hasher: Counted) -> None:
    forms = [guess(any_world) for _ in range(16)]
    outcomes = all_at_once(any_world, forms)
    assert hasher.verified <= 5
    assert set(outcomes) <= {1001, 1002, 1007} and outcomes.count(1001) == hasher.verified == 5
    assert tried(any_world, any_world.form("CHAN01")) == 1002


def test_parallel_guesses_at_nobody_are_limited_alike(any_world: World, hasher: Counted) -> None:
    outcomes = all_at_once(any_world, [nobody(any_world) for _ in range(12)])
    assert hasher.verified == outcomes.count(1001) == 5
    assert tried(any_world, nobody(any_world)) == 1002


def test_of_parallel_sign_ins_with_one_code_exactly_one_gets_in(any_world: World, hasher: Counted) -> None:
    otp = any_world.fresh_otp("CHAN01")
    outcomes = all_at_once(any_world, [any_world.form("CHAN01", otp=otp) for _ in range(10)])
    assert outcomes.count(0) == 1 and set(outcomes) <= {0, 1001, 1007}
    assert tried(any_world, any_world.form("CHAN01")) == 0, "the losers counted nothing"


def test_of_parallel_sign_ins_with_one_transaction_exactly_one_gets_in(any_world: World) -> None:
    any_world.clock.move(minutes=2)
    forms = [any_world.form("CHAN01", otp=any_world.otp("CHAN01", step)) for step in (-1, 0, 1)]
    outcomes = all_at_once(any_world, [form.model_copy(update={"transaction": forms[0].transaction}) for form in forms])
    assert outcomes.count(0) == 1 and set(outcomes) <= {0, 1001, 1003}


def test_a_right_sign_in_among_wrong_ones_gets_in_and_forgives_them(any_world: World) -> None:
    wrong = [guess(any_world) for _ in range(4)]
    assert sorted(all_at_once(any_world, [*wrong, any_world.form("CHAN01")])) == [0, 1001, 1001, 1001, 1001]
    for _ in range(4):
        assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001, "at most those that came later count"
        if tried(any_world, any_world.form("CHAN01")) == 0:
            return
    raise AssertionError("locked by guesses that a right sign-in had forgiven")


def test_of_parallel_uses_of_one_ticket_exactly_one_opens_a_session(any_world: World) -> None:
    handed = ticket(any_world)
    with ThreadPoolExecutor(8) as threads:
        use = [threads.submit(outcome, lambda: any_world.services.sessions.open(handed.ticket, "x")) for _ in range(8)]
        outcomes = [one.result(10) for one in use]
    assert sorted(outcomes) == [0, *[1003] * 7]
