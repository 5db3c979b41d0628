"""Figures from the database: what came since the process began, what waits, whether it is ready; cheap, of nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, text

from backend.core import readiness, watching
from backend.core.figures import Figure, Times
from backend.core.readiness import ReadinessService
from backend.core.stagings import RESERVE
from backend.core.watching import LogFigures
from tests.publishing import contents, publish
from tests.submitting import NAME, THURSDAY, claim, refused_with, submitted
from tests.world import World

pytestmark = pytest.mark.databases


def values(found: list[Figure]) -> dict[str, float | Times]:
    """Each figure as Prometheus would write it, without `_total`."""
    return {
        one.measure.name + "".join(f" {label}" for label in labels): value
        for one in found
        for labels, value in one.values.items()
    }


def gathered(world: World) -> dict[str, float | Times]:
    return values(world.services.figures.gathered())


def test_what_came_since_the_process_began_is_counted_once(any_world: World) -> None:
    before = gathered(any_world)
    assert before["ecp_submissions SD-1 ok"] == 0, "what was there when it began is counted by nobody"
    chan, operator = any_world.actor("CHAN01"), any_world.actor("OPER01")
    submitted(any_world, chan, b"one")
    submitted(any_world, chan, b"three")
    for wrong in ({"file_name": "x.csv"}, {"file_name": "y.csv"}, {"folder": "NO-SUCH"}):
        refused_with(any_world.services.submissions.begin, chan, claim(size=3, **wrong))
    one = publish(any_world, who=operator)
    contents(any_world.services.downloads.open(chan, one))
    contents(any_world.services.collecting.open(operator, "SD-1", "01234", THURSDAY, NAME))
    for _ in range(2):
        now = gathered(any_world)
        assert now["ecp_submissions SD-1 ok"] == 2
        assert now["ecp_submitted_bytes SD-1"] == 8
        assert now["ecp_submissions SD-1 4505"] == 2
        assert now["ecp_publications RPT-TRD"] == now["ecp_fetches RPT-TRD"] == now["ecp_collections SD-1"] == 1
    assert now["ecp_sign_ins console ok"] == 2
    assert now["ecp_log_size"] == now["ecp_log_counted"]
    assert not any("NO-SUCH" in name for name in now), "a stranger's word is no label"


def test_refusals_that_were_only_counted_are_counted_when_the_log_has_them(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.core.refusing.MOST_REFUSALS_AN_HOUR", 2)
    chan = any_world.actor("CHAN01")
    for number in range(5):
        refused_with(any_world.services.submissions.begin, chan, claim(size=3, file_name=f"{number}.csv"))
    any_world.clock.move(hours=2)
    refused_with(any_world.services.submissions.begin, any_world.actor("CHAN01"), claim(size=3, file_name="x.csv"))
    assert gathered(any_world)["ecp_submissions SD-1 4505"] == 6


def test_one_reading_counts_only_so_many_entries_and_the_next_goes_on(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = LogFigures(any_world.platform.store)
    counted.begin()
    chan = any_world.actor("CHAN01")
    for number in range(5):
        submitted(any_world, chan, b"%d" % number)
    monkeypatch.setattr(watching, "MOST_AT_ONCE", 4)
    seen = [values([*counted.figures()])["ecp_submissions SD-1 ok"] for _ in range(4)]
    assert seen[-1] == 5 and seen[0] != 5


def test_a_database_that_was_put_back_counts_nothing_twice(any_world: World) -> None:
    """The log is shorter than what was counted: nothing is taken back, and no entry is missing that is no counter."""
    counted = LogFigures(any_world.platform.store)
    counted._counted = 10_000
    found = values([*counted.figures()])
    assert found["ecp_log_counted"] == found["ecp_log_size"] and found["ecp_submissions SD-1 ok"] == 0


def test_no_question_of_a_scrape_reads_all_activity(any_world: World) -> None:
    engine = any_world.platform.store.engine
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    submitted(any_world, any_world.actor("CHAN01"), b"one")
    event.listen(engine, "before_cursor_execute", note)
    gathered(any_world)
    event.remove(engine, "before_cursor_execute", note)
    of_activity = [one for one in asked if "FROM activity" in one[0]]
    assert len(of_activity) == 1
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {of_activity[0][0]}", of_activity[0][1]).all()
            assert "USING INTEGER PRIMARY KEY" in str(plan), plan
        else:
            connection.execute(text("SET enable_seqscan = off"))
            plan = connection.exec_driver_sql(f"EXPLAIN {of_activity[0][0]}", of_activity[0][1]).all()
            assert "Index" in str(plan) and "log_index" in str(plan), plan


def test_what_waits_is_what_stands_there(any_world: World) -> None:
    before = gathered(any_world)
    any_world.token("CHAN01")
    any_world.issue("CHAN01", "reset")
    any_world.clock.move(seconds=90)
    now = gathered(any_world)
    assert now["ecp_sessions_open"] == before["ecp_sessions_open"] + 1  # type: ignore[operator]  # no times
    assert now["ecp_mails_waiting"] in (0, before["ecp_mails_waiting"] + 1)  # type: ignore[operator]  # it may be sent
    for _ in range(5):
        refused_with(any_world.services.sign_in.sign_in, any_world.form("LEE02", otp="000000"), "console", "x")
    assert gathered(any_world)["ecp_accounts_locked"] == 1
    assert gathered(any_world)["ecp_sign_ins console 1001"] == 5
    any_world.clock.move(hours=1)
    assert gathered(any_world)["ecp_sessions_open"] == 0


# ── readiness ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def ready(any_world: World) -> Iterator[ReadinessService]:
    """Whose answers hold for no time."""
    service = ReadinessService(any_world.platform.store, any_world.platform.vault)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readiness, "KEPT", 0.0)
        yield service
    service.close()


def test_readiness_says_in_one_word_what_is_missing(
    any_world: World, ready: ReadinessService, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = type(any_world.platform.vault)
    assert ready.state().state == "ready"
    with monkeypatch.context() as full:
        full.setattr(vault, "room", lambda self: RESERVE)
        assert ready.state().state == "room"

    def gone(self: object) -> int:
        raise FileNotFoundError("/vault")

    with monkeypatch.context() as away:
        away.setattr(vault, "room", gone)
        assert ready.state().state == "vault"
    assert ready.state().state == "ready"
    ready.drain()
    assert ready.state().state == "stopping"


def test_a_writer_that_hangs_is_not_ready_and_nobody_hangs_behind_it(
    any_world: World, ready: ReadinessService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "SECONDS", 0.05)
    release = threading.Event()
    hanging = threading.Thread(target=lambda: any_world.platform.store.write(lambda unit: release.wait(30) and None))
    hanging.start()
    try:
        for _ in range(5):
            assert ready.state().state == "database"
        waiting = any_world.platform.store._writer.waiting
        assert waiting <= 1, "one question waits, however often it is asked"
        assert gathered(any_world)["ecp_writer_queue"] == waiting
    finally:
        release.set()
        hanging.join()
    assert ready.state().state == "ready"


def test_strangers_who_ask_cost_one_question_a_second(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    write = any_world.platform.store.write

    def noted(work: Any) -> Any:
        asked.append(work)
        return write(work)

    monkeypatch.setattr(any_world.platform.store, "write", noted)
    at = [100.0]
    service = ReadinessService(any_world.platform.store, any_world.platform.vault, clock=lambda: at[0])
    for _ in range(50):
        assert service.state().state == "ready"
    at[0] += 1.0
    service.state()
    service.close()
    assert len(asked) == 2


def test_figures_that_cannot_be_read_keep_back_no_other(any_world: World) -> None:
    def broken() -> Iterator[Figure]:
        raise RuntimeError("hunter2")

    any_world.services.figures.add(broken)
    now = gathered(any_world)
    assert now["ecp_figure_sources_failed"] == 1 and now["ecp_ready ready"] == 1
