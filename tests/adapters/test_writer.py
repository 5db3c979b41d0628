"""The one writer: groups, savepoints, refusals that leave traces, and what an error may not hurt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from backend.adapters.database.engine import WRITING
from backend.adapters.database.writer import LARGEST_GROUP
from backend.contract.faults import GOING_DOWN, LOCKED, NOT_FOUND, Refused
from backend.contract.rules.merkle import head_of
from backend.contract.rules.receipts import leaf_hash
from backend.core.activity import Ledger
from backend.core.rows import Unit
from tests.world import World

pytestmark = pytest.mark.databases

LEDGER = Ledger("test")


def noted(world: World, name: str) -> Callable[[Unit], int]:
    """A unit that leaves one act of that name."""
    return lambda unit: LEDGER.record(unit, name, world.clock.now(), "console").log_index


def acts(world: World) -> list[str]:
    with world.platform.store.engine.connect() as connection:
        return list(connection.scalars(text("SELECT act FROM activity ORDER BY log_index")))


@contextmanager
def queued(world: World, *units: Callable[[Unit], Any]) -> Iterator[list[Future[Any]]]:
    """Units that come while the writer is busy, in this order, and then run as one group."""
    busy, free = threading.Event(), threading.Event()
    writer = world.platform.store._writer

    def hold(_: Unit) -> None:
        busy.set()
        assert free.wait(10)

    with ThreadPoolExecutor(len(units) + 1) as threads:
        threads.submit(world.platform.store.write, hold)
        assert busy.wait(10)
        answers: list[Future[Any]] = []
        for number, unit in enumerate(units, start=1):
            answers.append(threads.submit(world.platform.store.write, unit))
            while writer._queue.qsize() < number:
                threading.Event().wait(0.001)
        free.set()
        yield answers


def transactions(world: World) -> list[str]:
    """Grows by one with every commit of the writer."""
    commits: list[str] = []

    def committed(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITING):
            commits.append("commit")

    event.listen(world.platform.store.engine, "commit", committed)
    return commits


def test_units_that_wait_share_a_transaction_sixteen_at_most(any_world: World) -> None:
    commits = transactions(any_world)
    with queued(any_world, *(noted(any_world, f"act-{number:02}") for number in range(20))) as answers:
        indexes = [answer.result(10) for answer in answers]
    assert indexes == list(range(indexes[0], indexes[0] + 20)), "in the order they came"
    assert len(commits) == 3, f"the one that held, {LARGEST_GROUP}, and the rest"


def test_a_refused_unit_undoes_itself_and_only_itself(any_world: World) -> None:
    def refused(unit: Unit) -> None:
        noted(any_world, "undone")(unit)
        raise Refused(NOT_FOUND)

    with queued(any_world, noted(any_world, "first"), refused, noted(any_world, "third")) as (first, second, third):
        with pytest.raises(Refused):
            second.result(10)
        assert third.result(10) == first.result(10) + 1
    assert acts(any_world)[-2:] == ["first", "third"]


def test_a_refusal_that_is_returned_keeps_what_it_leaves_behind(any_world: World) -> None:
    def counted(unit: Unit) -> Refused:
        noted(any_world, "kept")(unit)
        return Refused(LOCKED)

    with pytest.raises(Refused) as refused:
        any_world.platform.store.write(counted)
    assert refused.value.fault is LOCKED
    assert acts(any_world)[-1] == "kept"


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyError("a bug"), RuntimeError("a bug")])
def test_a_bug_in_one_unit_reaches_its_caller_and_nobody_else(any_world: World, error: Exception) -> None:
    def broken(unit: Unit) -> None:
        noted(any_world, "undone")(unit)
        raise error

    with queued(any_world, noted(any_world, "first"), broken, noted(any_world, "third")) as (_, second, third):
        with pytest.raises(type(error)):
            second.result(10)
        third.result(10)
    assert acts(any_world)[-2:] == ["first", "third"]


def test_a_database_error_in_one_unit_does_not_hurt_its_neighbours(any_world: World) -> None:
    def twice(unit: Unit) -> None:
        noted(any_world, "undone")(unit)
        for _ in range(2):
            unit.add_ticket(b"same", 1, any_world.clock.now())

    with queued(any_world, noted(any_world, "first"), twice, noted(any_world, "third")) as (first, second, third):
        with pytest.raises(DBAPIError):
            second.result(10)
        assert third.result(10) == first.result(10) + 1
    assert acts(any_world)[-2:] == ["first", "third"]


def test_a_group_whose_commit_was_not_answered_is_not_run_again(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect, writer = any_world.platform.store.engine.dialect, any_world.platform.store._writer
    commit, lost = dialect.do_commit, iter([True])

    def losing(connection: Any) -> None:
        """Not a commit of those who only read, such as the watch: their line holds."""
        commit(connection)
        if threading.current_thread() is writer._thread and busy_done.is_set() and next(lost, False):
            raise OperationalError("COMMIT", None, Exception("the line broke"))

    busy_done = threading.Event()
    monkeypatch.setattr(dialect, "do_commit", losing)

    def first_of_group(unit: Unit) -> int:
        busy_done.set()
        return noted(any_world, "first")(unit)

    with queued(any_world, first_of_group, noted(any_world, "second")) as answers:
        for answer in answers:
            with pytest.raises(Refused) as refused:
                answer.result(10)
            assert refused.value.fault is GOING_DOWN
    assert acts(any_world).count("first") == acts(any_world).count("second") == 1
    assert any_world.platform.store.write(noted(any_world, "third")) == len(acts(any_world)) - 1


def test_closing_finishes_what_is_queued_and_takes_nothing_new(any_world: World) -> None:
    store = any_world.platform.store
    with queued(any_world, *(noted(any_world, "queued") for _ in range(20))) as answers:
        closing = threading.Thread(target=store._writer.close)
        closing.start()
        assert len({answer.result(10) for answer in answers}) == 20
        closing.join(10)
    assert not closing.is_alive()
    with pytest.raises(Refused) as refused:
        store.write(noted(any_world, "late"))
    assert refused.value.fault is GOING_DOWN
    assert "late" not in acts(any_world)


def test_parallel_acts_make_one_log_without_gaps_whose_root_can_be_recomputed(any_world: World) -> None:
    store = any_world.platform.store
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: store.write(noted(any_world, f"act-{number}")), range(60)))
    with store.reading() as rows:
        head = rows.head()
        found = [rows.activity(number) for number in range(head.size)]
    assert all(row is not None for row in found)
    assert head == head_of(leaf_hash(row.text()) for row in found if row is not None)


def test_a_reader_keeps_its_snapshot_while_others_write(any_world: World) -> None:
    store = any_world.platform.store
    with store.reading() as rows:
        before = rows.head().size
        store.write(noted(any_world, "meanwhile"))
        assert rows.head().size == before
    with store.reading() as rows:
        assert rows.head().size == before + 1


def test_a_reader_cannot_write(any_world: World) -> None:
    if any_world.platform.store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no read-only transaction; readers have no method that writes")
    with any_world.platform.store.reading() as rows, pytest.raises(DBAPIError):
        rows._connection.execute(text("UPDATE platform SET access_epoch = 7"))  # type: ignore[attr-defined]  # the attack
