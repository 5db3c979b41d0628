"""Attacks on signing in: guessing in parallel, reusing, skipping steps, and telling somebody from nobody.

What is attacked below the HTTP app stands in tests/adapters/test_sign_in*.py, test_tickets.py and test_locks.py.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from backend.contract import paths
from tests.adapters.signing_in import Counted, entries
from tests.attacks.strangers import WRONG, Strangers
from tests.databases import Prepared, reopened_world
from tests.doors.http.asking import number_of
from tests.doors.http.conftest import serving
from tests.world import World


@pytest.fixture
def strangers(any_world: World) -> Strangers:
    any_world.clock.move(seconds=30)
    return Strangers(any_world)


@pytest.fixture
def hasher(any_world: World) -> Counted:
    counted = Counted(any_world.platform.hasher)
    any_world.services.sign_in._hasher = counted
    return counted


# ── guessing ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.databases
@pytest.mark.parametrize("login_id", ["CHAN01", "NOBODY99"])
def test_of_60_parallel_guesses_5_are_looked_at_and_one_lock_is_told(
    strangers: Strangers, hasher: Counted, login_id: str
) -> None:
    numbers = strangers.numbers(*(strangers.form(login_id, password=f"{WRONG}{at}") for at in range(60)))
    assert numbers.count(1001) == hasher.verified == 5
    assert set(numbers) <= {1001, 1002, 1007}
    assert strangers.numbers(strangers.form(login_id)) == [1002], "even if it is right"
    told = [("sign-in-refused", 1001, None), ("locked", 1002, 5)]
    assert entries(strangers.world) == (told if login_id == "CHAN01" else [])


@pytest.mark.databases
def test_4_wrong_ones_and_the_right_one_in_parallel_let_the_right_one_in(strangers: Strangers) -> None:
    for _ in range(5):
        strangers.world.clock.move(seconds=30)
        wrong = [strangers.form("CHAN01", password=WRONG) for _ in range(4)]
        assert strangers.numbers(*wrong[:2], strangers.form("CHAN01"), *wrong[2:]) == [0, 1001, 1001, 1001, 1001]
        strangers.world.clock.move(minutes=31)
    assert "locked" not in [act for act, _, _ in entries(strangers.world)]


@pytest.mark.databases
def test_one_otp_30_times_in_parallel_is_taken_once_and_locks_nobody(strangers: Strangers) -> None:
    numbers = strangers.numbers(*(strangers.form("CHAN01") for _ in range(30)))
    assert numbers.count(0) == 1 and set(numbers) <= {0, 1001, 1007}
    strangers.world.clock.move(seconds=30)
    assert strangers.numbers(strangers.form("CHAN01")) == [0]


@pytest.mark.databases
@pytest.mark.parametrize("attempts", [pytest.param(1, marks=pytest.mark.slow), 5])
def test_a_backend_killed_while_it_looks_at_a_password_has_counted_it(
    prepared: Prepared, database_url: str, tmp_path: Path, attempts: int
) -> None:
    shutil.copytree(prepared.folder, tmp_path / "data")
    form = {"login_id": "CHAN01", "password": WRONG, "otp": "000000"}
    order = {"data_dir": str(tmp_path / "data"), "database_url": database_url, "form": form, "attempts": attempts}
    program = [sys.executable, "-m", "tests.attacks.killed_sign_in"]
    ended = subprocess.run(program, input=json.dumps(order), text=True, cwd=Path(__file__).parents[2], timeout=60)
    assert ended.returncode == -signal.SIGKILL
    with reopened_world(prepared, tmp_path / "data", database_url) as world:
        strangers = Strangers(world)
        if attempts == 5:
            assert strangers.numbers(strangers.form("CHAN01")) == [1007], "five are still being looked at"
        world.clock.move(seconds=60)
        for _ in range(5 - attempts):
            assert strangers.numbers(strangers.form("CHAN01", password=WRONG)) == [1001]
        assert strangers.numbers(strangers.form("CHAN01")) == [1002]
        assert entries(world)[-1] == ("locked", 1002, 5)


@pytest.mark.parametrize(
    "spelled",
    [
        lambda otp: "".join(chr(0xFF10 + int(digit)) for digit in otp),
        lambda otp: "".join(chr(0x660 + int(digit)) for digit in otp),
        lambda otp: f" {otp}",
        lambda otp: f"{otp}\n",
        lambda otp: f"{otp[:3]} {otp[3:]}",
        lambda otp: f"+{otp}",
        lambda otp: f"0{otp}",
    ],
)
def test_an_otp_in_any_other_digits_is_a_wrong_one(strangers: Strangers, spelled: Callable[[str], str]) -> None:
    otp = strangers.world.otp("CHAN01")
    assert strangers.numbers(strangers.form("CHAN01", otp=spelled(otp))) == [1001]
    assert strangers.numbers(strangers.form("CHAN01", otp=otp)) == [0]


def test_the_otp_of_another_account_is_a_wrong_one_and_stays_good_for_its_owner(strangers: Strangers) -> None:
    otp = strangers.world.otp("LEE02")
    assert strangers.numbers(strangers.form("CHAN01", otp=otp)) == [1001]
    assert strangers.numbers(strangers.form("LEE02", otp=otp)) == [0]


def test_a_spent_otp_is_1001_and_not_counted(strangers: Strangers) -> None:
    assert strangers.numbers(strangers.form("CHAN01")) == [0]
    for _ in range(8):
        assert strangers.numbers(strangers.form("CHAN01")) == [1001]
    assert len(entries(strangers.world)) == 1
    strangers.world.clock.move(seconds=30)
    assert strangers.numbers(strangers.form("CHAN01")) == [0]


def test_another_x_forwarded_for_each_time_is_still_one_source(world: World) -> None:
    with serving(world) as served, served.client() as client:
        form = Strangers(world).form("CHAN01", password=WRONG)
        numbers = [
            number_of(
                client.post(
                    paths.SIGN_IN,
                    json={**form, "login_id": f"USER{at:04}"},
                    headers={"x-forwarded-for": f"198.51.100.{at}", "forwarded": f"for=198.51.100.{at}"},
                )
            )
            for at in range(31)
        ]
    assert numbers == [1001] * 30 + [1007]


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_step_of_signing_in_opens_another_or_the_same_twice(strangers: Strangers) -> None:
    form = strangers.form("CHAN01")
    transaction = form["transaction"]
    assert number_of(strangers.one({"ticket": transaction}, paths.SESSIONS)) == 1003, "a ticket without the form"
    ticket = strangers.one(form).json()["ticket"]
    strangers.world.clock.move(seconds=30)
    assert strangers.numbers(strangers.form("CHAN01", transaction=ticket)) == [1003], "a form without a transaction"
    assert strangers.numbers(strangers.form("CHAN01", transaction=transaction)) == [1003], "a transaction twice"
    assert as_token(strangers, ticket) == as_token(strangers, transaction) == 1005, "a token without a session"
    token = strangers.one({"ticket": ticket}, paths.SESSIONS).json()["token"]
    assert number_of(strangers.one({"ticket": ticket}, paths.SESSIONS)) == 1003, "a ticket twice"
    assert number_of(strangers.one({"ticket": token}, paths.SESSIONS)) == 1003, "a ticket out of a token"
    assert as_token(strangers, token) == 0


def as_token(strangers: Strangers, secret: str) -> int:
    actor = strangers.world.services.sessions.actor
    try:
        actor(secret, "http", "192.0.2.1", background=False)
    except Exception as refused:
        return int(getattr(refused, "number", -1))
    return 0


# ── somebody or nobody ───────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """Every statement the database is sent by a sign-in, in order; whether a savepoint is kept or not is one."""
    sent: list[str] = []
    world.platform.mail.stop()
    world.services.checkpoints._holds = lambda: False  # none is made meanwhile

    def executed(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if threading.current_thread().name not in ("access-watch", "background"):
            sent.append(statement.replace("ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT"))

    event.listen(world.platform.store.engine, "before_cursor_execute", executed)
    try:
        yield sent
    finally:
        event.remove(world.platform.store.engine, "before_cursor_execute", executed)


@pytest.mark.parametrize("otp", ["000000", "AAAAA-BBBBB", ""])
def test_an_unknown_login_id_is_the_same_words_and_the_same_work(
    strangers: Strangers, hasher: Counted, otp: str
) -> None:
    """From the first guess, over the lock and its mail, to the guess after it."""
    done: dict[str, list[tuple[object, ...]]] = {"CHAN01": [], "NOBODY99": []}
    for login_id, steps in done.items():
        for _ in range(7):
            verified = hasher.verified
            with statements(strangers.world) as sent:
                answer = strangers.one(strangers.form(login_id, password=WRONG, otp=otp))
            work = (hasher.verified - verified, sent)
            del answer.headers[paths.REFERENCE_HEADER]  # each answer has its own
            steps.append((answer.status_code, answer.headers.raw, answer.content, *work))
    assert done["CHAN01"] == done["NOBODY99"]
    assert [step[0] for step in done["CHAN01"]] == [401] * 5 + [423] * 2


def test_what_cannot_be_a_login_id_is_the_same_work_too(strangers: Strangers, hasher: Counted) -> None:
    with statements(strangers.world) as known:
        right = strangers.one(strangers.form("CHAN01", password=WRONG))
    for login_id in ("RECOVER", "x", "\x00", "' OR 1=1 --", "陳大文", "A" * 200, ""):
        with statements(strangers.world) as unknown:
            odd = strangers.one(strangers.form(login_id, password=WRONG))
        assert known == unknown and right.content == odd.content, login_id
    assert hasher.verified == 8 and hasher.nobody == 7


def test_a_suspended_and_a_closed_account_are_nobody_to_who_guesses(strangers: Strangers, hasher: Counted) -> None:
    world = strangers.world
    world.services.access.suspend(world.actor("WONGDA1"), "CHAN01")
    with world.platform.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE accounts SET state = 'closed' WHERE login_id = 'LEE02'")
    said = {strangers.one(strangers.form(name, password=WRONG)).content for name in ("CHAN01", "LEE02", "NOBODY99")}
    assert len(said) == 1
    assert strangers.numbers(strangers.form("LEE02")) == [1001], "closed is as if it had never been"


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("extra", ["is_da", "state", "maker", "account_id", "__class__"])
def test_a_field_that_nobody_knows_is_refused_and_logged_without_what_it_says(
    strangers: Strangers, hasher: Counted, extra: str
) -> None:
    with capture_logs() as logged:
        answers = [
            strangers.one({**strangers.form("CHAN01"), extra: "hunter2-hunter2"}),
            strangers.one({"ticket": "x", extra: "hunter2-hunter2"}, paths.SESSIONS),
        ]
    assert [(answer.status_code, number_of(answer)) for answer in answers] == [(422, 9002)] * 2
    assert hasher.verified == 0
    told = [one for one in logged if one["event"] == "unknown fields"]
    assert [one["fields"] for one in told] == [[extra]] * 2 and [one["path"] for one in told] == [
        paths.SIGN_IN,
        paths.SESSIONS,
    ]
    assert "hunter2" not in repr(logged) + "".join(answer.text for answer in answers)
