"""Where a closed account's acts came from goes after 90 days: by an entry that says so, and in no other way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, update
from sqlalchemy.exc import DBAPIError

from backend.adapters.database import tables
from backend.contract.rules.details import without
from backend.contract.rules.evidence import Evidence, judge
from backend.core.activity_row import SOURCES_ERASED, ActivityRow
from backend.core.auditing import audit
from backend.core.client_connect import forgetting
from backend.core.client_connect.forgetting import Forgetting
from tests.asked_together import Desk, sql
from tests.submitting import submitted
from tests.tampering import unguarded
from tests.world import World

pytestmark = pytest.mark.databases
HOME, OTHER = "203.0.113.7", "203.0.113.8"
details = tables.activity_details


@pytest.fixture
def world(any_world: World) -> World:
    """CHAN01 and LEE02 have filed, each from home; then CHAN01's account was closed."""
    for who, source, data in (("CHAN01", HOME, b"one"), ("CHAN01", HOME, b"two"), ("LEE02", OTHER, b"three")):
        signing_in = any_world.services.sign_in.sign_in(any_world.form(who), "console", source)
        token = any_world.services.sessions.open(signing_in.ticket, source).token
        submitted(any_world, any_world.services.sessions.actor(token, "console", source, background=False), data)
    desk = Desk(any_world)
    closed = desk.approve("LEEDA2", desk.request("WONGDA1", kind="close-user", login_id="CHAN01"))
    assert closed.is_success, closed.text
    return any_world


def rows_of(world: World) -> list[ActivityRow]:
    with world.platform.store.reading() as rows:
        return rows.entries(0, 1000)


def later(world: World, days: int = 91) -> list[ActivityRow]:
    """So many days on; the entries that say what was erased."""
    world.clock.move(days=days)
    world.platform.sweep()
    return [row for row in rows_of(world) if row.act == SOURCES_ERASED]


def told(world: World) -> list[str]:
    return [one.words for one in audit(world.platform.store).wrong]


def known(world: World) -> list[str]:
    """Every address that the database still has of anybody at home."""
    kept = [*sql(world, "SELECT source FROM activity_details"), *sql(world, "SELECT last_source FROM accounts")]
    return sorted({source for (source,) in kept if source in (HOME, OTHER)})


def test_after_90_days_they_are_gone_and_receipts_and_proofs_are_what_they_were(world: World) -> None:
    mine = [row for row in rows_of(world) if row.source == HOME]
    assert len(mine) >= 4 and later(world, 89) == [] and known(world) == [HOME, OTHER]
    (entry,) = later(world, 2)
    assert known(world) == [OTHER] and told(world) == []
    assert (entry.subject, entry.count, entry.login_id) == ("CHAN01", len(mine), None)
    assert entry.object == str(mine[-1].log_index) and HOME not in entry.text()
    after = {row.log_index: row for row in rows_of(world)}
    assert all(after[row.log_index].text() == row.text() for row in mine)
    assert {row.erased for row in after.values()} == {frozenset(), frozenset({"source"})}
    checkpoints = world.services.checkpoints
    proof = checkpoints.proof_of(next(row for row in mine if row.act == "accepted"))
    held = Evidence(proof.receipt.encode(), proof.signature, proof.proof, checkpoints.allowed_signers())
    assert judge(held).holds
    assert later(world, 400) == [entry], "once"


def test_no_bytes_of_what_was_erased_stay_in_the_file(world: World) -> None:
    engine = world.platform.store.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps them until the table is vacuumed")
    file, gone = Path(str(engine.url.database)), (HOME.encode(), b"Chan Tai Man", b"chan01@acme.example")

    def found() -> list[bytes]:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return [one for one in gone if one in file.read_bytes()]

    assert found() == [*gone]
    later(world)
    assert found() == []


def test_what_a_crash_leaves_is_sound_and_gone_on_with(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", 2)
    write, done = world.platform.store.write, []

    def dies(unit: Any) -> Any:
        done.append(unit)
        if len(done) > 1:
            raise KeyboardInterrupt
        return write(unit)

    world.clock.move(days=91)
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(world.platform.store, "write", dies)
        Forgetting(world.platform.store, world.clock, world.platform.ledger).forget()
    (first,) = (row for row in rows_of(world) if row.act == SOURCES_ERASED)
    assert first.count == 2 and told(world) == [] and known(world) == [HOME, OTHER]
    entries = later(world, 0)
    assert len(entries) > 1 and told(world) == [] and known(world) == [OTHER]


def test_two_backends_that_sweep_at_once_leave_one_entry(world: World) -> None:
    world.clock.move(days=91)
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: world.platform.sweep(), range(2)))
    assert len(later(world, 0)) == 1 and told(world) == []


def changed(row: ActivityRow, **values: Any) -> Any:
    return update(details).where(details.c.log_index == row.log_index).values(**values)


def erased(row: ActivityRow) -> Any:
    """As the sweep does it."""
    return changed(row, source=None, personal=without("source", row.source or "", row.personal))


def refused(world: World, statement: Any) -> None:
    with (
        pytest.raises(DBAPIError, match="only added to"),
        world.platform.store.engine.connect() as connection,
        connection.begin(),
    ):
        connection.execute(statement)


def of(world: World, source: str, **facts: object) -> ActivityRow:
    found = (row for row in rows_of(world) if row.source == source)
    return next(row for row in found if all(getattr(row, name) == value for name, value in facts.items()))


def test_the_database_lets_nothing_else_be_erased(world: World) -> None:
    mine, other = of(world, HOME, act="accepted"), of(world, OTHER, act="accepted")
    for statement in (erased(mine), erased(other), changed(mine, source=OTHER), changed(mine, personal={})):
        refused(world, statement)
    (entry,) = later(world)
    gone = next(row for row in rows_of(world) if row.log_index == mine.log_index)
    noted = next(row for row in rows_of(world) if row.log_index > entry.log_index or row.source == OTHER)
    wrong = [erased(other), changed(noted, note="x"), changed(gone, source=HOME), changed(gone, personal=mine.personal)]
    wrong += [changed(gone, personal={}), changed(other, source=None), changed(other, source=HOME)]
    for statement in (*wrong, changed(gone, source=None)):
        refused(world, statement)
    assert told(world) == []


def test_whoever_owns_the_database_is_found_out(world: World) -> None:
    def wrong(*statements: Any) -> list[str]:
        """What the audit says once they were run; then all is as it was."""
        with unguarded(world) as to:
            before = {row.log_index: row for row in rows_of(world)}
            for statement in statements:
                to.execute(statement)
        said = told(world)
        with unguarded(world) as to:
            _put_back(to, before)
        assert told(world) == []
        return said

    mine, other = of(world, HOME, act="accepted"), of(world, OTHER, act="accepted")
    silent = "something beside it was erased, and no entry says so."
    assert [silent in one for one in wrong(erased(mine))] == [True], "before anything was erased"
    later(world)
    gone = next(row for row in rows_of(world) if row.log_index == mine.log_index)
    assert wrong(erased(other)) == [f"Entry {other.log_index} (accepted): {silent}"], "another account's"
    stands = f"Entry {gone.log_index} (accepted): where it came from is said to be erased, and stands."
    assert wrong(changed(gone, source=HOME, personal=mine.personal)) == [stands], "put back"
    beside = f"Entry {gone.log_index} (accepted): what stands beside it was changed or removed."
    assert wrong(changed(gone, source=OTHER)) == [beside] == wrong(changed(gone, source=OTHER, personal=mine.personal))
    assert wrong(changed(gone, personal=None)) == [beside], "as if there had been none"
    noted = world.services.inbox.withdraw(world.actor("OPER01"), other.log_index, "of another firm").activity
    said = next(row for row in rows_of(world) if row.log_index == noted.log_index)
    words = wrong(changed(said, note=None, personal=without("note", said.note or "", said.personal)))
    assert words == [f"Entry {said.log_index} (withdrawn): words beside it were erased, and words never are."]


def test_an_entry_that_says_so_and_an_address_that_stands_is_found(world: World) -> None:
    last = of(world, OTHER, act="accepted")
    record = world.platform.ledger.record
    facts = {"subject": "LEE02", "object": str(last.log_index), "count": 3}
    world.platform.store.write(lambda unit: record(unit, SOURCES_ERASED, world.clock.now(), "server", **facts))
    standing = [row.log_index for row in rows_of(world) if row.login_id == "LEE02" and row.source is not None]
    assert len(told(world)) == len([place for place in standing if place <= last.log_index]) > 1
    assert all(words.endswith("is said to be erased, and stands.") for words in told(world))


def _put_back(to: Connection, before: dict[int, ActivityRow]) -> None:
    for place, row in before.items():
        mine: ColumnElement[bool] = details.c.log_index == place
        to.execute(
            update(details).where(mine).values(source=row.source, note=row.note, personal=dict(row.personal) or None)
        )
