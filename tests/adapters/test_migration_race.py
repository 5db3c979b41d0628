"""The instant of a batch: many submit at both sides while it passes, and each file is taken by exactly one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from backend.adapters.clock import SystemClock
from backend.adapters.database import DatabaseStore
from backend.adapters.database.engine import open_engine
from backend.contract.faults import Refused
from backend.contract.messages import Receipt
from backend.core.actor import Actor
from backend.core.catalogue import Catalogue
from backend.core.claims import Claim, Upload
from backend.core.existing import existing_actor, existing_as_of_now
from backend.core.migrating import Batch, ExistingAccount
from backend.core.migration import switch_due
from backend.core.ports import Clock
from backend.core.submissions import Submissions
from tests.submitting import broken_invariants, objects, refused_with, staged_files
from tests.world import SetClock, World

pytestmark = pytest.mark.databases

THERE: Final = "ACME-OPS"
"""An account of the existing ECP."""
INSTANT: Final = datetime(2022, 5, 20, 8, 30, tzinfo=UTC)
THURSDAY: Final = date(2022, 5, 19)


def catalogue_of(world: World) -> Catalogue:
    with world.platform.store.reading() as rows:
        return rows.catalogue()


class Sides:
    """Both systems over one platform; DECL moves with batch 3."""

    def __init__(self, world: World, clock: Clock, at: datetime) -> None:
        platform = world.platform
        self.world, self.clock = world, clock
        ledger = platform.services.submissions._ledger
        calendar = replace(platform.services.submissions._calendar, every_day=True)
        self.store = self._of_another_process()
        shared = (platform.vault, clock, calendar, ledger)
        self.here = Submissions(platform.store, *shared, lambda rows, actor: actor)
        self.there = Submissions(self.store, *shared, existing_as_of_now)
        self.chan = world.actor("CHAN01")
        account = ExistingAccount(THERE, "ACME", "Operations", "-", ("01234", "01235"))
        platform.store.write(lambda unit: unit.add_existing_account(account))
        platform.store.write(lambda unit: unit.put_batch(Batch("3", at)))
        declarations = replace(catalogue_of(world).folders["DECL"], trading_days_back=400)
        platform.store.write(lambda unit: unit.put_folder(declarations))
        with platform.store.reading() as rows:
            self.old = existing_actor(rows, THERE, "192.0.2.7")

    def _of_another_process(self) -> DatabaseStore:
        """Where a database may belong to several, the existing ECP is served by another one."""
        settings, store = self.world.platform.settings, self.world.platform.store
        return DatabaseStore(open_engine(settings.url)) if settings.database_url else store

    def close(self) -> None:
        if self.store is not self.world.platform.store:
            self.store.close()

    def side(self, name: str) -> tuple[Submissions, Actor]:
        return (self.here, self.chan) if name == "here" else (self.there, self.old)

    def submit(self, name: str, claim: Claim, data: bytes) -> Receipt:
        submissions, actor = self.side(name)
        upload = submissions.begin(actor, claim)
        assert isinstance(upload, Upload)
        upload.write(0, data)
        return submissions.finish(actor, upload)

    def takers(self) -> dict[str, list[str]]:
        """By file name: the channels that took it, and in which order of the log."""
        found: dict[str, list[str]] = {}
        with self.world.platform.store.reading() as rows:
            for row in rows.entries(0, rows.head().size):
                if row.act == "accepted":
                    found.setdefault(row.file_name or "", []).append(row.channel)
        return found

    def log(self) -> list[str]:
        """The channel of every acceptance, and the switch, in the order of the log."""
        with self.world.platform.store.reading() as rows:
            entries = rows.entries(0, rows.head().size)
        return [
            row.act if row.act == "batch-switched" else row.channel
            for row in entries
            if row.act in ("batch-switched", "accepted")
        ]


def declaration(number: int, submission: str, day: date = THURSDAY) -> Claim:
    """Each number is a file of its own: another identity, another day."""
    code = ("01234", "01235")[number % 2]
    when = day - timedelta(days=number // 2)
    return Claim(submission, "DECL", code, when, f"DECL_{code}_{when:%Y%m%d}.pdf")


@contextmanager
def both_sides(world: World, clock: Clock, at: datetime) -> Iterator[Sides]:
    made = Sides(world, clock, at)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def sides(any_world: World) -> Iterator[Sides]:
    with both_sides(any_world, any_world.clock, INSTANT) as made:
        yield made


def test_before_its_instant_a_batch_is_there_and_from_it_on_here(sides: Sides) -> None:
    clock = sides.clock
    assert isinstance(clock, SetClock)
    clock.at = INSTANT - timedelta(milliseconds=1)
    assert refused_with(sides.submit, "here", declaration(0, "a" * 32), b"%PDF-1") == 4510
    assert sides.submit("there", declaration(0, "b" * 32), b"%PDF-1").activity.channel == "existing"
    clock.at = INSTANT
    with pytest.raises(Refused) as refused:
        sides.submit("there", declaration(1, "c" * 32), b"%PDF-1")
    assert refused.value.number == 4510 and "moved to ECP 2.0" in refused.value.what
    assert "Client Connect" in refused.value.remedy
    assert sides.submit("here", declaration(1, "d" * 32), b"%PDF-1").activity.channel == "console"


def test_a_file_in_flight_over_the_switch_is_kept_by_nobody_and_then_taken_here(sides: Sides) -> None:
    clock, (there, old) = sides.clock, sides.side("there")
    assert isinstance(clock, SetClock)
    clock.at = INSTANT - timedelta(seconds=1)
    upload = there.begin(old, declaration(0, "a" * 32))
    assert isinstance(upload, Upload)
    upload.write(0, b"%PDF-1")
    clock.at = INSTANT
    before = objects(sides.world)
    assert refused_with(there.finish, old, upload) == 4510
    assert (objects(sides.world), staged_files(sides.world)) == (before, 0)
    assert sides.submit("here", declaration(0, "b" * 32), b"%PDF-1").activity.version == 1
    assert sides.takers() == {"DECL_01234_20220519.pdf": ["console"]}
    assert broken_invariants(sides.world) == []


def test_a_clock_that_is_behind_finds_the_batch_moved_where_another_has_moved_it(sides: Sides) -> None:
    clock = sides.clock
    assert isinstance(clock, SetClock)
    clock.at = INSTANT
    sides.submit("here", declaration(0, "a" * 32), b"%PDF-1")
    clock.at = INSTANT - timedelta(minutes=5)
    assert refused_with(sides.submit, "there", declaration(0, "b" * 32), b"%PDF-2") == 4510
    assert sides.submit("here", declaration(0, "c" * 32), b"%PDF-2").activity.version == 2


def test_the_switch_is_one_entry_and_happens_once(sides: Sides) -> None:
    store, ledger = sides.world.platform.store, sides.here._ledger
    assert not store.write(lambda unit: switch_due(unit, ledger, INSTANT - timedelta(milliseconds=1)))
    switched = [store.write(lambda unit: switch_due(unit, ledger, INSTANT)) for _ in range(3)]
    assert switched == [True, False, False]
    with store.reading() as rows:
        said = [row for row in rows.entries(0, rows.head().size) if row.act == "batch-switched"]
        assert [(row.subject, row.object, row.at) for row in said] == [("3", "DECL", INSTANT)]
        assert rows.catalogue().folders["DECL"].route == "ecp2" and rows.next_switch() is None
        assert rows.batches()["3"].switched == INSTANT


class Skewed:
    """The clock of another machine."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._by = clock, timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._clock.now() + self._by


def sent_until_taken(sides: Sides, name: str, number: int, day: date) -> str:
    """To the side it is pointed to, and to where a refusal points; which side took it at last."""
    for attempt in range(400):
        try:
            sides.submit(name, declaration(number, f"{number:016x}{attempt:016x}", day), b"%PDF-1")
        except Refused as refused:
            assert refused.number == 4510
            assert ("ECP 2.0," in refused.remedy) == (name == "there"), "it points to the other side"
            name = "there" if name == "here" else "here"
            time.sleep(0.001)
            continue
        return name
    return "nobody"


def in_flight(sides: Sides, number: int, day: date, passed: threading.Event) -> str:
    """Begun there while that was right, finished once the instant has passed; then sent here."""
    there, old = sides.side("there")
    upload = there.begin(old, declaration(number, f"{number:032x}", day))
    assert isinstance(upload, Upload)
    upload.write(0, b"%PDF-1")
    assert passed.wait(30)
    assert refused_with(there.finish, old, upload) == 4510
    return sent_until_taken(sides, "here", number, day)


@pytest.fixture
def watched() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("skew", [0.0, 0.08, -0.08])
@pytest.mark.parametrize("moved", [True, False], ids=["moved", "real"])
def test_while_the_instant_passes_every_file_is_taken_by_exactly_one_side(
    any_world: World, watched: ExitStack, moved: bool, skew: float
) -> None:
    """`skew`: by how much the clock of the existing ECP's machine is ahead."""
    clock: Clock = any_world.clock if moved else SystemClock()
    instant = INSTANT if moved else clock.now() + timedelta(seconds=1.5)
    sides = watched.enter_context(both_sides(any_world, clock, instant))
    passed, done = threading.Event(), threading.Semaphore(0)
    sides.there._clock = Skewed(clock, skew)
    day, files, waiting = (instant - timedelta(days=1)).date(), 160, 4

    def passing() -> None:
        if isinstance(clock, SetClock):
            for _ in range(files // 2):
                done.acquire()
            clock.at = instant - timedelta(milliseconds=50)  # within the skew: one side is there before the other
            for _ in range(files // 4):
                done.acquire()
            clock.at = instant + timedelta(milliseconds=100)
        else:
            time.sleep((instant - clock.now()).total_seconds() + 0.1)
        passed.set()

    def filed(number: int) -> str:
        if number < waiting:
            return in_flight(sides, number, day, passed)
        if not moved:
            time.sleep(max(0, (instant - clock.now()).total_seconds() - 0.3 + 0.6 * number / files))
        took = sent_until_taken(sides, "here" if number % 2 else "there", number, day)
        done.release()
        return took

    with ThreadPoolExecutor(17) as threads:
        moving = threads.submit(passing)
        took = list(threads.map(filed, range(files)))
        moving.result()
    assert set(took) == {"here", "there"} and took[:waiting] == ["here"] * waiting
    assert sides.takers() == {
        declaration(number, "", day).file_name: ["console" if side == "here" else "existing"]
        for number, side in enumerate(took)
    }
    log = sides.log()
    switch = log.index("batch-switched")
    assert "console" not in log[:switch] and "existing" not in log[switch:]
    assert broken_invariants(any_world) == [] and staged_files(any_world) == 0
