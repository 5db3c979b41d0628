"""Limits: how often a source may try, and how much waits at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from backend.contract.faults import GOING_DOWN, TOO_MANY_ATTEMPTS, Refused
from backend.core.client_connect.source_limit import MOST_A_MINUTE, SourceLimit
from backend.core.pool import BoundedPool
from tests.world import SetClock


def tried(limit: SourceLimit, source: str, times: int) -> int:
    """How many of so many tries were let through."""
    passed = 0
    for _ in range(times):
        try:
            limit.refuse_beyond(source)
        except Refused as refused:
            assert refused.fault is TOO_MANY_ATTEMPTS
        else:
            passed += 1
    return passed


def test_a_source_may_try_thirty_times_a_minute() -> None:
    clock = SetClock()
    limit = SourceLimit(clock)
    assert tried(limit, "192.0.2.1", 40) == MOST_A_MINUTE == 30
    clock.move(seconds=59)
    assert tried(limit, "192.0.2.1", 1) == 0
    clock.move(seconds=1)
    assert tried(limit, "192.0.2.1", 40) == 30


def test_another_source_is_not_held_up() -> None:
    limit = SourceLimit(SetClock())
    tried(limit, "192.0.2.1", 40)
    assert tried(limit, "192.0.2.2", 30) == 30


def test_trying_while_refused_does_not_prolong_the_wait() -> None:
    clock = SetClock()
    limit = SourceLimit(clock, most=1)
    assert tried(limit, "a", 1) == 1
    clock.move(seconds=50)
    assert tried(limit, "a", 5) == 0
    clock.move(seconds=10)
    assert tried(limit, "a", 1) == 1


def test_a_quiet_source_is_forgotten() -> None:
    clock = SetClock()
    limit = SourceLimit(clock)
    for number in range(1000):
        limit.refuse_beyond(f"source {number}")
    clock.move(minutes=1)
    limit.refuse_beyond("another")
    assert len(limit._seen) == 1


def test_addresses_of_one_ipv6_subscriber_are_one_source() -> None:
    limit = SourceLimit(SetClock(), most=2)
    assert [tried(limit, f"2001:db8::{number}", 1) for number in range(1, 4)] == [1, 1, 0]
    assert tried(limit, "2001:db8:0:1::1", 1) == 1
    assert tried(limit, "::ffff:192.0.2.1", 1) + tried(limit, "192.0.2.1", 2) == 2


def test_only_so_many_sources_are_kept_and_the_quietest_goes_first() -> None:
    limit = SourceLimit(SetClock(), most=2, most_sources=2)
    for source in ("a", "b", "a", "c"):
        limit.refuse_beyond(source)
    assert list(limit._seen) == ["a", "c"]


def test_parallel_tries_do_not_outrun_the_limit() -> None:
    limit = SourceLimit(SetClock())
    with ThreadPoolExecutor(8) as threads:
        passed = sum(threads.map(lambda _: tried(limit, "192.0.2.1", 20), range(8)))
    assert passed == 30


def submitted(pool: BoundedPool, work: Callable[[], int]) -> Future[int]:
    """Waits for room, which comes back a moment after a result does."""
    while True:
        try:
            return pool.submit(work)
        except Refused:
            threading.Event().wait(0.001)


@pytest.fixture
def full_pool() -> Iterator[tuple[BoundedPool, threading.Event]]:
    """One thread busy, one piece of work waiting."""
    pool, free = BoundedPool(threads=1, queue=1), threading.Event()
    pool.submit(free.wait)
    pool.submit(free.wait)
    yield pool, free
    free.set()
    pool.close()


def test_what_does_not_fit_the_queue_is_refused_at_once(full_pool: tuple[BoundedPool, threading.Event]) -> None:
    with pytest.raises(Refused) as refused:
        full_pool[0].submit(lambda: None)
    assert refused.value.fault is TOO_MANY_ATTEMPTS


def test_room_comes_back_when_work_is_done_or_fails(full_pool: tuple[BoundedPool, threading.Event]) -> None:
    pool, free = full_pool
    free.set()
    for _ in range(20):
        with pytest.raises(ZeroDivisionError):
            submitted(pool, lambda: 1 // 0).result(5)
    assert submitted(pool, lambda: 7).result(5) == 7


def test_no_more_run_at_once_than_there_are_threads() -> None:
    pool, lock = BoundedPool(threads=3, queue=64), threading.Lock()
    running = most = 0

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.002)
        with lock:
            running -= 1

    for future in [pool.submit(work) for _ in range(40)]:
        future.result(5)
    pool.close()
    assert most == 3


def test_a_pool_that_is_closed_says_that_the_server_is_going_down() -> None:
    pool = BoundedPool(threads=1, queue=1)
    pool.close()
    for _ in range(5):
        with pytest.raises(Refused) as refused:
            pool.submit(lambda: None)
        assert refused.value.fault is GOING_DOWN
