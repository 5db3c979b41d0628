"""A disk that fills or breaks, a line that breaks, a sweep: what they may not do to submissions."""

from __future__ import annotations

import errno
import os
import secrets
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from backend.contract.faults import Refused
from backend.contract.messages import ActivityFilter, Receipt
from backend.core.actor import Actor
from backend.core.claims import Upload
from backend.core.sweep import sweep
from tests.submitting import begun, broken_invariants, claim, listed, objects, refused_with, staged_files, submitted
from tests.world import World

pytestmark = pytest.mark.databases

ID = "0" * 32


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


def test_a_full_disk_refuses_with_4516_and_the_version_before_stands(
    any_world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = submitted(any_world, chan, b"one")
    for call in ("pwrite", "fsync", "rename"):
        with monkeypatch.context() as broken:

            def full(*args: Any) -> int:
                raise OSError(errno.ENOSPC, "No space left on device")

            upload = any_world.services.submissions.begin(chan, claim(size=3))
            assert isinstance(upload, Upload)
            broken.setattr(os, call, full)
            with pytest.raises(Refused) as refused:
                upload.write(0, b"two")
                any_world.services.submissions.finish(chan, upload)
        assert refused.value.number == 4516
        upload.staging.abandon()
    assert listed(any_world, chan) == [("accepted", 1, None)]
    assert any_world.services.activity.one(chan, first.activity.log_index).receipt == first.receipt
    assert broken_invariants(any_world) == [] and (objects(any_world), staged_files(any_world)) == (1, 0)


def test_a_broken_disk_leaves_no_staged_bytes_and_no_row(
    any_world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begun(any_world, chan, b"one")
    assert isinstance(upload, Upload)

    def broken(*args: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as disk, pytest.raises(OSError, match="Input/output"):
        disk.setattr(os, "fsync", broken)
        any_world.services.submissions.finish(chan, upload)
    assert listed(any_world, chan) == [] and (objects(any_world), staged_files(any_world)) == (0, 0)


def test_a_commit_whose_answer_was_lost_still_has_its_bytes_and_its_receipt(
    any_world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database took the commit and the line broke: whoever asks again is told what stands."""
    upload = begun(any_world, chan, b"one", ID)
    assert isinstance(upload, Upload)
    dialect, writer = any_world.platform.store.engine.dialect, any_world.platform.store._writer._thread
    commit, lost = dialect.do_commit, iter([True])

    def losing(connection: Any) -> None:
        """Not a commit of those who only read, such as the watch: their line holds."""
        commit(connection)
        shelved = os.path.exists(any_world.platform.vault.path(kept[-1]) if kept else "")
        if shelved and threading.current_thread() is writer and next(lost, False):
            raise OperationalError("COMMIT", None, Exception("the line broke"))

    kept: list[str] = []
    keep = upload.staging.keep

    def keeping() -> str:
        kept.append(keep())
        return kept[-1]

    monkeypatch.setattr(upload.staging, "keep", keeping)
    monkeypatch.setattr(dialect, "do_commit", losing)
    assert refused_with(any_world.services.submissions.finish, chan, upload) == 9003
    assert next(lost, None) is None, "the answer was lost"
    receipt = submitted(any_world, chan, b"one", ID)
    assert receipt.replayed and receipt.activity.version == 1 and listed(any_world, chan) == [("accepted", 1, None)]
    assert broken_invariants(any_world) == [] and objects(any_world) == 1


def test_a_database_that_fails_for_good_accepts_nothing_and_keeps_what_may_be_needed(
    any_world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begun(any_world, chan, b"one", ID)
    assert isinstance(upload, Upload)

    def failing(connection: Any) -> None:
        raise OperationalError("COMMIT", None, Exception("the line broke"))

    with monkeypatch.context() as broken:
        broken.setattr(any_world.platform.store.engine.dialect, "do_commit", failing)
        with pytest.raises((Refused, OperationalError)):
            any_world.services.submissions.finish(chan, upload)
    assert listed(any_world, chan) == [] and broken_invariants(any_world) == []
    assert objects(any_world) == 1, "nobody knows yet whether a row stands on it"
    assert submitted(any_world, chan, b"one", ID).activity.version == 1
    any_world.clock.move(hours=24, days=7000)
    assert any_world.platform.sweep() == 1
    assert broken_invariants(any_world) == [] and objects(any_world) == 1


def test_sweeping_spares_what_rows_stand_on_and_what_is_young(any_world: World, chan: Actor) -> None:
    for number in range(3):
        submitted(any_world, chan, str(number).encode())
    orphan = any_world.platform.vault.stage()
    orphan.write(0, b"orphan")
    orphan.keep()
    stale = any_world.platform.vault.stage()
    services, vault = any_world.services, any_world.platform.vault
    newest = max(path.stat().st_mtime for path in any_world.platform.settings.data_dir.glob("vault/??/*"))
    any_world.clock.at = any_world.clock.at.fromtimestamp(newest, any_world.clock.at.tzinfo) + timedelta(hours=23)
    assert sweep(services.store, vault, services.clock) == 0
    any_world.clock.move(hours=1, seconds=1)
    assert sweep(services.store, vault, services.clock) == 2
    assert objects(any_world) == 3 and broken_invariants(any_world) == []
    stale.abandon()


def test_an_id_can_be_any_of_its_form(any_world: World, chan: Actor) -> None:
    receipts = {submitted(any_world, chan, b"x", secrets.token_hex(16)).activity.log_index for _ in range(3)}
    assert len(receipts) == 1 and isinstance(submitted(any_world, chan, b"y"), Receipt)


def test_a_database_that_cut_all_lines_is_taken_up_again(any_world: World, chan: Actor) -> None:
    engine = any_world.platform.store.engine
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no lines to cut")
    upload = begun(any_world, chan, b"one")
    assert isinstance(upload, Upload)
    with engine.connect() as connection:
        others = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(others)
    assert any_world.services.submissions.finish(chan, upload).activity.version == 1
    assert listed(any_world, chan) == [("accepted", 1, None)] and broken_invariants(any_world) == []


def test_lines_cut_while_units_run_hurt_nothing_that_was_accepted(any_world: World, chan: Actor) -> None:
    engine = any_world.platform.store.engine
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no lines to cut")
    accepted: list[int] = []

    def many() -> None:
        for number in range(40):
            try:
                accepted.append(submitted(any_world, chan, str(number).encode()).activity.log_index)
            except Refused as refused:
                assert refused.number == 9003

    filing = threading.Thread(target=many)
    filing.start()
    while filing.is_alive():
        with engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        filing.join(0.05)
    assert broken_invariants(any_world) == []
    kept = {item.log_index for item in any_world.services.activity.page(chan, ActivityFilter(), None, 500).items}
    assert set(accepted) <= kept, "what was answered as accepted stands"
