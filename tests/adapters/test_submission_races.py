"""Many submitting at once, and a database that goes away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from backend.contract.faults import Refused
from backend.contract.messages import Activity, ActivityFilter, Receipt
from backend.core.actor import Actor
from backend.core.claims import Upload
from tests.submitting import begun, broken_invariants, objects, staged_files, submitted
from tests.world import World

pytestmark = pytest.mark.databases

ID = "0" * 32


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each returned or was refused with, all started at once."""
    gate = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        gate.wait(10)
        try:
            return work()
        except Refused as refused:
            return refused.number

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(one, works))


def listed(world: World, actor: Actor) -> list[Activity]:
    return list(reversed(world.services.activity.page(actor, ActivityFilter(), None, 500).items))


def finishing(world: World, actor: Actor, data: bytes, submission: str | None = None) -> Callable[[], Receipt]:
    """An upload whose bytes are all there, ready to be finished."""
    upload = begun(world, actor, data, submission)
    assert isinstance(upload, Upload)
    return lambda: world.services.submissions.finish(actor, upload)


def test_the_same_submission_sent_twice_at_once_is_one_row_and_one_receipt(any_world: World, chan: Actor) -> None:
    receipts = together(*(finishing(any_world, chan, b"one", ID) for _ in range(8)))
    assert len({receipt.receipt for receipt in receipts}) == 1
    assert sorted(receipt.replayed for receipt in receipts) == [False, *[True] * 7]
    assert [(item.state, item.version) for item in listed(any_world, chan)] == [("accepted", 1)]
    assert broken_invariants(any_world) == [] and (objects(any_world), staged_files(any_world)) == (1, 0)


def test_the_same_bytes_sent_at_once_under_two_ids_are_one_version(any_world: World, chan: Actor) -> None:
    receipts = together(*(finishing(any_world, chan, b"one") for _ in range(6)))
    assert len({receipt.receipt for receipt in receipts}) == 1
    assert len(listed(any_world, chan)) == 1 and objects(any_world) == 1


def test_different_bytes_of_one_name_at_once_make_versions_in_a_row_and_one_current(
    any_world: World, chan: Actor
) -> None:
    receipts = together(*(finishing(any_world, chan, str(number).encode()) for number in range(8)))
    assert sorted(receipt.activity.version for receipt in receipts) == list(range(1, 9))
    rows = listed(any_world, chan)
    assert [row.version for row in rows] == list(range(1, 9))
    assert [row.state for row in rows] == ["superseded"] * 7 + ["accepted"]
    assert [row.superseded_by for row in rows[:-1]] == [row.log_index for row in rows[1:]]
    assert [row.supersedes for row in rows[1:]] == [row.log_index for row in rows[:-1]]
    assert broken_invariants(any_world) == [] and objects(any_world) == 8


def test_two_people_of_a_company_file_the_same_name_at_once_in_an_order(any_world: World, chan: Actor) -> None:
    lee = any_world.actor("LEE02")
    together(finishing(any_world, chan, b"chan"), finishing(any_world, lee, b"lee"))
    assert [row.version for row in listed(any_world, chan)] == [1, 2]
    assert broken_invariants(any_world) == []


def test_a_suspension_and_an_upload_at_once_come_in_one_order_or_the_other(any_world: World, chan: Actor) -> None:
    finish, wong = finishing(any_world, chan, b"one"), any_world.actor("WONGDA1")
    outcome, _ = together(finish, lambda: any_world.services.access.suspend(wong, "CHAN01"))
    rows = listed(any_world, any_world.actor("LEE02"))
    assert (outcome == 1016 and not rows) or (isinstance(outcome, Receipt) and len(rows) == 1)
    assert broken_invariants(any_world) == []


def test_parallel_refusals_are_never_listed_more_than_sixty_times_an_hour(any_world: World, chan: Actor) -> None:
    def refused() -> Any:
        return [_number(lambda: submitted(any_world, chan, b"", size=0)) for _ in range(16)]

    assert together(*[refused] * 5) == [[4512] * 16] * 5
    assert len(listed(any_world, chan)) == 60


def _number(work: Callable[[], Any]) -> int:
    try:
        work()
    except Refused as refused:
        return refused.number
    return 0


# ── a database that goes away ────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def unreadable(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every question to the database fails, as where its machine is gone."""

    def fails(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("SELECT", None, Exception("server closed the connection"))

    with monkeypatch.context() as broken:
        broken.setattr(world.platform.store.engine.dialect, "do_execute", fails)
        broken.setattr(world.platform.store.engine.dialect, "do_execute_no_params", fails)
        yield


def test_after_five_seconds_without_a_database_nothing_new_is_accepted(
    any_world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = finishing(any_world, chan, b"one", ID)
    with unreadable(any_world, monkeypatch):
        monkeypatch.setattr(any_world.services.access_watch, "_clock", lambda: time.monotonic() + 5)
        assert _number(lambda: begun(any_world, chan, b"two")) == 9003
        assert _number(finish) == 9003
    assert (objects(any_world), staged_files(any_world)) == (0, 0)
    assert submitted(any_world, chan, b"one", ID).activity.version == 1


def test_a_database_out_of_reach_is_said_as_9003_by_everything(
    any_world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, form = any_world.token("CHAN01"), any_world.form("CHAN01")
    services = any_world.services
    with unreadable(any_world, monkeypatch):
        assert _number(lambda: services.sign_in.sign_in(form, "console", "192.0.2.1")) == 9003
        assert _number(lambda: services.sessions.actor(token, "console", "x", background=True)) == 9003
        assert _number(lambda: services.activity.page(chan, ActivityFilter(), None, 10)) == 9003
        assert _number(lambda: services.home.home(chan)) == 9003
        assert not services.access_watch._look()
    assert services.home.home(any_world.actor("CHAN01")).now


def test_the_watch_outlives_a_listener_that_breaks(any_world: World) -> None:
    heard = threading.Event()
    watch = any_world.services.access_watch

    def breaks() -> None:
        raise RuntimeError("a bug in a door")

    watch.listen(breaks)
    stop = watch.listen(heard.set)
    threading.Event().wait(0.6)
    for login_id in ("LEE02", "CHAN01"):
        heard.clear()
        any_world.services.access.suspend(any_world.actor("WONGDA1"), login_id)
        assert heard.wait(2)
    stop()
