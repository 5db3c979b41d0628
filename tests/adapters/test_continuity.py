"""An older database put back: it is noticed, sign-in goes on, all else stops, and two operators accept the loss."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from backend.adapters.anchor_file import AnchorFile
from backend.adapters.database import tables
from backend.contract.faults import LOG_ROLLED_BACK, Refused
from backend.contract.messages import AcceptLoss, Approval, ChangeRequest, ChangeUser, LogFilter, NewRequest
from backend.contract.rules.checkpoints import checkpoint_text, read_checkpoint, read_signed, signed_text
from backend.core.continuity import Continuity, Loss
from backend.settings import SettingsError
from tests.databases import Prepared
from tests.databases import reopened_world as world_of
from tests.publishing import publish
from tests.submitting import submitted
from tests.tampering import unguarded
from tests.world import World, open_world


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[World]:
    """Yesterday's database under today's anchor: of two submissions it has the first alone."""
    data_dir, yesterday = tmp_path / "data", tmp_path / "yesterday.db"
    with open_world(data_dir) as world:
        submitted(world, world.actor("CHAN01"), b"one")
        people = world.people
    shutil.copy(data_dir / "ecp.db", yesterday)
    prepared = Prepared(data_dir, "", people)
    with reopened_world(prepared, data_dir) as world:
        submitted(world, world.actor("CHAN01"), b"two")
    for name in ("ecp.db-wal", "ecp.db-shm"):
        (data_dir / name).unlink(missing_ok=True)
    shutil.copy(yesterday, data_dir / "ecp.db")
    with reopened_world(prepared, data_dir) as world:
        yield world


@contextmanager
def reopened_world(prepared: Prepared, data_dir: Path) -> Iterator[World]:
    """Later than it was left, by an hour for each time."""
    _hours.append(1)
    with world_of(prepared, data_dir) as world:
        world.clock.move(hours=len(_hours))
        yield world


_hours: list[int] = []


def anchor(world: World) -> int:
    signed = (world.platform.settings.data_dir / "anchor").read_text()
    return read_checkpoint(read_signed(signed)[0]).size


def loss(world: World) -> Loss:
    found = world.services.continuity.loss
    assert found is not None
    return found


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(Refused) as said:
        yield
    assert said.value.fault is LOG_ROLLED_BACK and said.value.remedy


def accepting(world: World) -> AcceptLoss:
    told = loss(world).shown.model_dump(exclude={"anchor_at"})
    return AcceptLoss(**told, reason="The disk of last night is gone.")


def test_the_anchor_follows_the_log_and_a_log_ahead_of_it_is_normal(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with open_world(data_dir) as world:
        submitted(world, world.actor("CHAN01"), b"one")
        people, before = world.people, anchor_text(data_dir)
    with reopened_world(Prepared(data_dir, "", people), data_dir) as world:
        assert world.services.continuity.loss is None
        size = anchor(world)
        submitted(world, world.actor("CHAN01"), b"two")
        assert anchor(world) == size
        world.services.checkpoints.make()
        assert anchor(world) > size
    if before is not None:  # the older one is a beginning of the log still
        (data_dir / "anchor").write_text(before)
    with reopened_world(Prepared(data_dir, "", people), data_dir) as world:
        assert world.services.continuity.loss is None


def anchor_text(data_dir: Path) -> str | None:
    path = data_dir / "anchor"
    return path.read_text() if path.exists() else None


def test_sign_in_goes_on_and_everything_that_would_change_something_is_refused(lost: World) -> None:
    before = anchor(lost)
    assert loss(lost).size < loss(lost).anchor.size == before
    assert lost.token("CHAN01")
    wong = lost.actor("WONGDA1")
    with refused():
        submitted(lost, lost.actor("CHAN01"), b"three")
    with refused():
        publish(lost, b"c\n")
    account = lost.account("CHAN01")
    changed = ChangeUser(login_id="CHAN01", name="Chan", email=account.email, phone="+85291112222")
    with refused():
        lost.services.requests.make(wong, NewRequest(proposal=changed))
    lost.services.checkpoints.make()
    lost.platform.sweep()
    assert anchor(lost) == before, "what the anchor vouches for is not forgotten"
    assert lost.services.readiness.state().state == "rolled-back"
    assert any("9101" in notice for notice in lost.services.continuity.landing(lost.services.landing).notices)


def test_a_pair_accepts_the_loss_and_filing_goes_on(lost: World) -> None:
    found, requests = loss(lost), lost.services.requests
    assert lost.token("OPER01") and lost.token("OPER02"), "entries that are added meanwhile change nothing"
    made = requests.make(lost.actor("OPER01"), NewRequest(proposal=accepting(lost)))
    with refused():
        submitted(lost, lost.actor("CHAN01"), b"three")
    approval = Approval(rev=made.rev, digest=made.digest)
    with pytest.raises(Refused):
        requests.approve(lost.actor("OPER01"), made.id, approval)
    assert requests.approve(lost.actor("OPER02"), made.id, approval).state == "applied"
    lost.services.checkpoints.make()
    assert lost.services.continuity.loss is None
    receipt = submitted(lost, lost.actor("CHAN01"), b"three")
    lost.services.checkpoints.make()
    assert anchor(lost) == receipt.activity.log_index + 1
    with lost.platform.store.reading() as rows:
        entries = rows.entries(0, 1000)
    (entry,) = (one for one in entries if one.kind == "accept-loss" and one.act == "request-applied")
    assert entry.object == f"{found.anchor.size} {found.anchor.root.hex()} {found.size} {found.root.hex()}"


def test_other_heads_than_those_found_are_no_loss_and_firms_accept_none(lost: World) -> None:
    proposal = accepting(lost)
    for wrong in ({"size": proposal.size + 1}, {"anchor_root": "0" * 64}, {"root": "0" * 64}, {"anchor_size": 1}):
        with pytest.raises(Refused) as said:
            lost.services.requests.make(lost.actor("OPER01"), NewRequest(proposal=proposal.model_copy(update=wrong)))
        assert said.value.number == 9002
    for who in (
        "WONGDA1",
        "CHAN01",
    ):
        with pytest.raises(Refused) as said:
            lost.services.requests.make(lost.actor(who), NewRequest(proposal=proposal))
        assert said.value.number in (2001, 2002)


def test_where_nothing_is_lost_there_is_nothing_to_accept(world: World) -> None:
    proposal = AcceptLoss(anchor_size=1, anchor_root="0" * 64, size=0, root="0" * 64, reason="x")
    with pytest.raises(Refused) as said:
        world.services.requests.make(world.actor("OPER01"), NewRequest(proposal=proposal))
    assert said.value.number == 9002


def test_a_rewritten_log_of_the_same_length_is_noticed_too(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with open_world(data_dir) as world:
        submitted(world, world.actor("CHAN01"), b"one")
        people = world.people
    text, armour = read_signed((data_dir / "anchor").read_text())
    other = replace(read_checkpoint(text), root=bytes(32))
    (data_dir / "anchor").write_text(signed_text(checkpoint_text(other), armour))
    with reopened_world(Prepared(data_dir, "", people), data_dir) as world:
        assert loss(world).size == loss(world).anchor.size
        with refused():
            submitted(world, world.actor("CHAN01"), b"two")


def test_entries_that_are_missing_below_the_anchor_are_a_loss_and_no_traceback(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with open_world(data_dir) as world:
        submitted(world, world.actor("CHAN01"), b"one")
        world.services.checkpoints.make()
        people = world.people
        with unguarded(world) as to:
            to.execute(delete(tables.activity_details).where(tables.activity_details.c.log_index == 1))
            to.execute(delete(tables.activity).where(tables.activity.c.log_index == 1))
    with reopened_world(Prepared(data_dir, "", people), data_dir) as world:
        with refused():
            submitted(world, world.actor("CHAN01"), b"two")
        assert world.services.readiness.state().state == "rolled-back"


def test_the_anchor_is_never_moved_back_and_a_damaged_one_is_not_passed_over(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with open_world(data_dir) as world:
        submitted(world, world.actor("CHAN01"), b"one")
        older = world.services.checkpoints.latest().signed
        submitted(world, world.actor("CHAN01"), b"two")
        world.services.checkpoints.make()
        size, people = anchor(world), world.people
        world.services.continuity.keep(older)
        assert anchor(world) == size
        (data_dir / "anchor").write_text(older)
    with reopened_world(Prepared(data_dir, "", people), data_dir) as world:
        world.services.checkpoints.make()
        assert anchor(world) == size, "one that a kill left behind catches up"
    (data_dir / "anchor").write_text("torn")
    with pytest.raises(SettingsError, match="damaged"), reopened_world(Prepared(data_dir, "", people), data_dir):
        pass


def test_operators_can_be_invited_while_entries_are_missing(lost: World) -> None:
    assert [one.login_id for one in lost.platform.operators.invite({"OPER02": None})] == ["OPER02"]


def test_a_restart_between_the_two_operators_changes_nothing(lost: World) -> None:
    made = lost.services.requests.make(lost.actor("OPER01"), NewRequest(proposal=accepting(lost)))
    settings, people = lost.platform.settings, lost.people
    lost.platform.close()
    with reopened_world(Prepared(settings.data_dir, "", people), settings.data_dir) as again:
        assert loss(again).size > made.id
        approval = Approval(rev=made.rev, digest=made.digest)
        assert again.services.requests.approve(again.actor("OPER02"), made.id, approval).state == "applied"
        again.services.checkpoints.make()
        assert again.services.continuity.loss is None
        (told,) = again.services.checkpoints.latest().losses
        assert (told.anchor_size, told.size) == (anchor_before(made), loss_size(made))


def anchor_before(made: ChangeRequest) -> int:
    (line,) = (one for one in made.lines if one.label == "Entries")
    return int(line.before.replace(",", ""))


def loss_size(made: ChangeRequest) -> int:
    (line,) = (one for one in made.lines if one.label == "Entries")
    return int(line.after.replace(",", ""))


def test_the_anchors_of_other_backends_are_explained_by_the_same_loss_and_no_others(lost: World) -> None:
    requests, found = lost.services.requests, loss(lost)
    made = requests.make(lost.actor("OPER01"), NewRequest(proposal=accepting(lost)))
    requests.approve(lost.actor("OPER02"), made.id, Approval(rev=made.rev, digest=made.digest))
    for size, explained in ((found.anchor.size, True), (found.size + 1, True), (found.anchor.size + 1000, False)):
        vouched = replace(found.anchor, size=size)
        other = Continuity(_Kept(signed_text(checkpoint_text(vouched), "-----BEGIN SSH SIGNATURE-----\n")))
        assert other.holds(lost.platform.store) is explained


@dataclass
class _Kept:
    """Another backend's anchor."""

    signed: str

    def read(self) -> str:
        return self.signed

    def write(self, signed: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_an_anchor_that_cannot_be_written_fails_nobody_and_is_written_again(world: World) -> None:
    world.services.continuity._anchor = _Kept("")
    submitted(world, world.actor("CHAN01"), b"one")
    assert world.services.checkpoints.latest().size
    world.services.continuity._anchor = AnchorFile(world.platform.settings.data_dir / "anchor")
    submitted(world, world.actor("CHAN01"), b"two")
    world.services.checkpoints.make()
    assert anchor(world) == world.services.checkpoints.latest().size


def test_a_proof_that_cannot_be_made_meanwhile_says_why(lost: World) -> None:
    chan = lost.actor("CHAN01")
    mine = lost.services.audit_trail.page(chan, LogFilter(act="signed-in"), None, 1).entries[0]
    with refused():
        lost.services.audit_trail.proof(chan, mine.log_index)


def test_a_second_older_database_is_noticed_although_a_longer_loss_was_accepted(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    def put_back(copy: Path) -> None:
        for name in ("ecp.db-wal", "ecp.db-shm"):
            (data_dir / name).unlink(missing_ok=True)
        shutil.copy(copy, data_dir / "ecp.db")

    with open_world(data_dir) as world:
        submitted(world, world.actor("CHAN01"), b"one")
        people = world.people
    prepared = Prepared(data_dir, "", people)
    shutil.copy(data_dir / "ecp.db", tmp_path / "first.db")
    with reopened_world(prepared, data_dir) as world:
        for number in range(20):
            submitted(world, world.actor("CHAN01"), b"lost %d" % number)
    put_back(tmp_path / "first.db")
    with reopened_world(prepared, data_dir) as world:
        requests = world.services.requests
        made = requests.make(world.actor("OPER01"), NewRequest(proposal=accepting(world)))
        requests.approve(world.actor("OPER02"), made.id, Approval(rev=made.rev, digest=made.digest))
        world.services.checkpoints.make()
        assert world.services.continuity.loss is None
    shutil.copy(data_dir / "ecp.db", tmp_path / "second.db")
    with reopened_world(prepared, data_dir) as world:
        for number in range(3):
            submitted(world, world.actor("CHAN01"), b"new %d" % number)
        world.services.checkpoints.make()
    put_back(tmp_path / "second.db")
    with reopened_world(prepared, data_dir) as world:
        assert loss(world).size < loss(world).anchor.size
        with refused():
            submitted(world, world.actor("CHAN01"), b"more")
