"""Requests in any order: accepted means bytes, row and receipt, exactly once, and all that is shown agrees with it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from struct import pack, unpack
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backend.core.activity_row import ActivityRow
from backend.core.actor import Actor
from backend.core.client_connect.standing import actor_for
from backend.core.ports import Staging
from backend.doors.ssh import inflow
from backend.doors.ssh.desk import Desk
from backend.doors.ssh.handles import Handle
from backend.doors.ssh.house import House
from backend.doors.ssh.inflow import Inflow
from backend.doors.ssh.operations import Operations
from backend.doors.ssh.spots import spot
from backend.doors.ssh.submitting import Open
from backend.doors.ssh.wire import Op, Status
from tests.doors.ssh.raw import string
from tests.sftp_world import RECEIPTS, SUBMIT
from tests.world import World

T = TypeVar("T")
KINDS = ("today", "temporary", "today", "yesterday", "wrong")
CUT = 8
"""A cut upload is kept up to a multiple of it: a small one here, so that few bytes are needed."""
SIZES = st.sampled_from((3 * CUT, CUT + 1, CUT, 1))
WRITE, CREAT = Open.WRITE, Open.WRITE | Open.CREAT
HOW = (CREAT | Open.TRUNC, CREAT, CREAT | Open.APPEND, WRITE, CREAT | Open.TRUNC, CREAT | Open.EXCL)
SESSION, NAME = st.integers(0, 1), st.sampled_from(KINDS)
OPENED = precondition(lambda self: any(self.handles))


@dataclass
class Model:
    """The bytes of one staging as its clients wrote them; None where nobody wrote."""

    content: list[int | None] = field(default_factory=list)
    appending: bool = False
    going_on: bool = False
    cut: bool = False
    """Its connection ended, and nothing came since."""

    def write(self, offset: int, data: bytes) -> None:
        at = len(self.content) if self.appending else offset
        if self.going_on:
            self.content, self.going_on = self.content[:at], False
        self.resize(max(len(self.content), at + len(data)))
        self.content[at : at + len(data)] = data

    def resize(self, size: int) -> None:
        self.cut = False
        self.content = self.content[:size] + [None] * (size - len(self.content))

    @property
    def sha256(self) -> str | None:
        written = [byte for byte in self.content if byte is not None]
        return hashlib.sha256(bytes(written)).hexdigest() if len(written) == len(self.content) else None


@dataclass
class Somebody:
    actor: Actor


async def at_once(work: Callable[..., T], *args: Any) -> T:
    return work(*args)


class AnyOrder(RuleBasedStateMachine):
    """Two sessions of one account ask whatever comes to mind."""

    world: World

    @initialize()
    def enter(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.world.clock.move(days=7)  # names that nothing stands under yet
        today = self.world.clock.now().date()
        self.days = {f"SD1_01234_{day:%Y%m%d}.csv": day for day in (today, today - timedelta(days=1))}
        final = tuple(self.days)
        self.names = dict(zip(KINDS[1:], (f"{final[0]}.filepart", *final, "wrong.csv"), strict=True))
        with self.world.platform.store.reading() as rows:
            account = rows.account("CHAN01")
            assert account is not None
            self.guest = Somebody(actor_for(rows, account.id, "sftp", "127.0.0.1"))
        self.desk = Desk()
        self.house = House.of(self.world.services, self.desk, at_once, lambda: True)
        self.sessions = [Operations(self.house, self.guest) for _ in range(2)]
        self.handles: list[list[bytes]] = [[], []]
        self.models: dict[Staging, Model] = {}
        self.standing = self._accepted()
        self.fed = 0

    def teardown(self) -> None:
        for session in self.sessions:
            self._do(session.abandon())
        for draft in self.desk.clear():
            draft.upload.staging.abandon()
        self.loop.close()
        assert len(self.world.services.submissions.stagings) == 0, "whatever does not stand is let go of"

    # ── what is asked ────────────────────────────────────────────────────────────────────────────────────────

    @rule(which=SESSION, name=NAME, how=st.sampled_from(HOW))
    def open(self, which: int, name: str, how: Open) -> None:
        kind, body = self._ask(which, Op.OPEN, self._path(self.names[name]) + pack(">II", how, 0))
        if kind == Op.HANDLE:
            assert name != "wrong"
            self.handles[which].append(body[4:])
            model = self.models.setdefault(self._inflow(which, body[4:]).upload.staging, Model())
            model.appending, model.going_on = Open.APPEND in how, bool(model.content)
        self._same_stand()

    @OPENED
    @rule(pick=st.integers(0, 9), offset=st.none() | SIZES, size=SIZES)
    def write(self, pick: int, offset: int | None, size: int) -> None:
        which, handle, model = self._picked(pick)
        self.fed += 1
        data, at = bytes([self.fed % 256]) * size, len(model.content) if offset is None else offset
        if self._status(which, Op.WRITE, string(handle) + pack(">Q", at) + string(data)) == Status.OK:
            model.write(at, data)
        self._same_stand()

    @OPENED
    @rule(pick=st.integers(0, 9), size=SIZES | st.just(0))
    def resize(self, pick: int, size: int) -> None:
        which, handle, model = self._picked(pick)
        if self._status(which, Op.FSETSTAT, string(handle) + pack(">IQ", 1, size)) == Status.OK:
            model.resize(size)
        self._same_stand()

    @OPENED
    @rule(pick=st.integers(0, 9))
    def close(self, pick: int) -> None:
        which, handle, model = self._picked(pick)
        self.handles[which].remove(handle)
        name = self._inflow(which, handle).where.name
        self._told(name, model, self._status(which, Op.CLOSE, string(handle)))

    @rule(
        which=SESSION,
        name=NAME,
        how=st.sampled_from(HOW),
        at=st.none() | SIZES,
        sizes=st.lists(SIZES, min_size=1, max_size=3),
        ends=st.booleans(),
    )
    def put(self, which: int, name: str, how: Open, at: int | None, sizes: list[int], ends: bool) -> None:
        """As clients do, in one go; or the connection ends amid it."""
        before = len(self.handles[which])
        self.open(which, name, how)
        if len(self.handles[which]) == before:
            return
        last = sum(map(len, self.handles[: which + 1])) - 1
        for number, size in enumerate(sizes):
            self.write(last, None if number else at, size)
        if ends:
            self.close(last)
        else:
            self.drop(which)

    @rule(which=SESSION, old=NAME, new=NAME)
    def rename(self, which: int, old: str, new: str) -> None:
        self._rename(which, self.names[old], self.names[new])

    def _rename(self, which: int, old: str, new: str) -> None:
        draft = self.desk.draft("CHAN01", spot(f"{SUBMIT}/{old}".encode()))
        code = self._status(which, Op.RENAME, self._path(old) + self._path(new))
        assert draft is not None or code != Status.OK, "only drafts are renamed"
        self._told(new, self.models[draft.upload.staging] if draft else Model(), code)

    @precondition(lambda self: self._drafts())
    @rule(which=SESSION, pick=st.integers(0, 9), new=NAME)
    def name_it(self, which: int, pick: int, new: str) -> None:
        drafts = self._drafts()
        self._rename(which, drafts[pick % len(drafts)], self.names[new])

    @rule(which=SESSION, name=NAME)
    def remove(self, which: int, name: str) -> None:
        if self._status(which, Op.REMOVE, self._path(self.names[name])) == Status.OK:
            assert self._size(self.names[name]) is None
        self._same_stand()

    @rule(which=SESSION)
    def drop(self, which: int) -> None:
        """The connection is gone, and another one comes."""
        self._do(self.sessions[which].abandon())
        self.sessions[which], self.handles[which] = Operations(self.house, self.guest), []
        for _, draft in self.desk.drafts_in("CHAN01", spot(SUBMIT.encode())):
            model = self.models[draft.upload.staging]
            assert draft.whole or draft.size % CUT == 0
            model.resize(draft.size)
            model.cut = not draft.whole
        self._same_stand()

    # ── what has to be true ──────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def what_is_shown_agrees(self) -> None:
        listed, receipts = self._listed(SUBMIT), self._listed(RECEIPTS)
        for name in self.days:
            row, where = self.standing.get(name), spot(f"{SUBMIT}/{name}".encode())
            draft = self.desk.draft("CHAN01", where)
            seen = row.size if row is not None and not self.desk.hidden("CHAN01", where) else draft and draft.size
            assert self._size(name) == listed.get(name) == seen, "STAT, READDIR and Activity Enquiry agree"
            assert (f"{name}.receipt" in receipts) is (row is not None)
            assert draft is None or not draft.whole
            if row is not None:
                kept = self.world.platform.vault.read(row.object_key or "")
                assert kept is not None and hashlib.sha256(kept.read(0, kept.size)).hexdigest() == row.sha256
                kept.close()

    def _told(self, name: str, model: Model, code: int) -> None:
        """Accepted exactly if the client was told so, and then what it wrote, as one more version."""
        if code != Status.OK or name not in self.days:
            assert code != Status.OK or name != "wrong.csv"
            return self._same_stand()
        before, now = self.standing.get(name), self._accepted()
        assert now[name].sha256 == model.sha256 and not model.cut
        repeated = before is not None and before.sha256 == model.sha256
        assert now[name].version == (before.version or 0 if before else 0) + (0 if repeated else 1)
        self.standing = {**self.standing, name: now[name]}
        return self._same_stand()

    def _same_stand(self) -> None:
        assert self._accepted() == self.standing, "nothing else was accepted, nothing was lost"

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _accepted(self) -> dict[str, ActivityRow]:
        with self.world.platform.store.reading() as rows:
            found = [rows.current("SD-1", "01234", day, name) for name, day in self.days.items()]
        return {row.file_name or "": row for row in found if row is not None}

    def _do(self, work: Awaitable[T]) -> T:
        async def done() -> T:
            return await work

        return self.loop.run_until_complete(done())

    def _ask(self, which: int, kind: int, body: bytes) -> tuple[int, bytes]:
        packet = pack(">BI", kind, 1) + body

        async def asked() -> tuple[int, bytes]:
            session = self.sessions[which]
            return session.at_once(kind, packet) or await session.answer(kind, packet)

        replied, answer = self.loop.run_until_complete(asked())
        assert b"9000 " not in answer
        return replied, answer

    def _status(self, which: int, kind: int, body: bytes) -> int:
        replied, answer = self._ask(which, kind, body)
        assert replied == Op.STATUS
        return int(unpack(">I", answer[:4])[0])

    def _path(self, name: str) -> bytes:
        return string(f"{SUBMIT}/{name}")

    def _size(self, name: str) -> int | None:
        kind, body = self._ask(0, Op.STAT, self._path(name))
        return unpack(">Q", body[4:12])[0] if kind == Op.ATTRS else None

    def _listed(self, folder: str) -> dict[str, int]:
        where, drops = spot(folder.encode()), self.sessions[0]._drops
        pages = drops.pages(where) if where.is_drop else self.house.tree.pages(self.guest.actor, where)
        return {entry.name: entry.attributes.size for page in pages for entry in page}

    def _inflow(self, which: int, handle: bytes) -> Inflow:
        found: Handle | None = self.sessions[which]._handles.get(handle)
        assert isinstance(found, Inflow)
        return found

    def _drafts(self) -> list[str]:
        return [name for name, _ in self.desk.drafts_in("CHAN01", spot(SUBMIT.encode()))]

    def _picked(self, pick: int) -> tuple[int, bytes, Model]:
        opened = [(which, handle) for which in range(2) for handle in self.handles[which]]
        which, handle = opened[pick % len(opened)]
        return which, handle, self.models[self._inflow(which, handle).upload.staging]


def run(world: World, monkeypatch: pytest.MonkeyPatch, examples: int, steps: int) -> None:
    monkeypatch.setattr(inflow, "_CUT", CUT)

    class Here(AnyOrder):
        pass

    Here.world = world
    asked = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Here, settings=asked)


def test_in_any_order_accepted_is_what_was_said_to_be(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run(world, monkeypatch, examples=10, steps=25)


@pytest.mark.slow
def test_in_very_many_orders_accepted_is_what_was_said_to_be(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run(world, monkeypatch, examples=60, steps=50)
