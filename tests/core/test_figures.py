"""Figures in memory: counted and timed by many threads at once, and gathered whatever one source does."""

from __future__ import annotations

import threading

import pytest

from backend.contract.faults import LOCKED, Refused
from backend.core.figures import BOUNDS, SIGN_INS, WRITER_SECONDS, Measure, Tally, Times


def test_counts_of_many_threads_add_up() -> None:
    tally, measure = Tally(), Measure("ecp_x", "X.", "counter", ("who",))

    def count() -> None:
        for _ in range(1000):
            tally.add(measure, "a")
            tally.time(WRITER_SECONDS, 0.001)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted, timed = tally.figures()
    assert counted.values == {("a",): 8000}
    times = timed.values[()]
    assert isinstance(times, Times) and times.counts[0] == sum(times.counts) == 8000
    assert times.seconds == pytest.approx(8.0)


def test_a_time_falls_into_the_first_bound_that_holds_it_and_a_long_one_beyond_all() -> None:
    assert Times().and_one(BOUNDS[0]).counts[0] == 1
    assert Times().and_one(BOUNDS[-1] + 1).counts[-1] == 1


def test_an_outcome_is_ok_or_the_number_of_what_refused_it() -> None:
    tally = Tally()
    with tally.outcome(SIGN_INS, "console"):
        pass
    with pytest.raises(Refused), tally.outcome(SIGN_INS, "console"):
        raise Refused(LOCKED)
    with pytest.raises(ZeroDivisionError), tally.outcome(SIGN_INS, "console"):
        raise ZeroDivisionError
    (figure,) = tally.figures()
    assert figure.values == {("console", outcome): 1 for outcome in ("ok", "1002", "9000")}
