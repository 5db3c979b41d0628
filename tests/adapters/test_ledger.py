"""The ledger in the database, on both: signed receipts, proofs that hold, checkpoints, and nothing that changes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from backend.adapters.database import tables
from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import Consistency, SignedCheckpoint
from backend.contract.rules import sshsig
from backend.contract.rules.checkpoints import read_checkpoint
from backend.contract.rules.details import details_hash, details_text
from backend.contract.rules.log_proofs import extends, proven
from backend.contract.rules.merkle import head_of
from backend.contract.rules.proof_documents import read_proof
from backend.contract.rules.receipts import leaf_hash
from backend.core.activity_row import ActivityRow
from backend.core.actor import Actor
from backend.core.log import LOWEST_KEPT
from tests.adapters.filing import file
from tests.submitting import submitted
from tests.world import World


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


def rows_of(world: World) -> list[ActivityRow]:
    with world.platform.store.reading() as rows:
        return rows.entries(0, 10_000)


def signing_key(world: World) -> str:
    with world.platform.store.reading() as rows:
        return rows.signing_keys()[1].public_key


def test_a_receipt_is_signed_by_the_key_outside_the_database(any_world: World, chan: Actor) -> None:
    receipt = submitted(any_world, chan, b"one")
    key = signing_key(any_world)
    data = receipt.receipt.encode("ascii")
    assert sshsig.signed_by(receipt.signature, data, sshsig.RECEIPTS, [key]) == key
    assert sshsig.signed_by(receipt.signature, data + b"\n", sshsig.RECEIPTS, [key]) is None
    assert sshsig.fingerprint(key) == receipt.signed_by
    private = any_world.platform.settings.secrets / "receipt_key"
    assert private.stat().st_mode & 0o777 == 0o600
    with any_world.platform.store.engine.connect() as connection:
        kept = repr(connection.execute(select(tables.signing_keys)).all())
    assert key in kept and "PRIVATE" not in kept


def test_the_same_bytes_again_get_the_same_receipt_and_signature(any_world: World, chan: Actor) -> None:
    first, again = submitted(any_world, chan, b"one"), submitted(any_world, chan, b"one")
    assert again.replayed and (again.receipt, again.signature) == (first.receipt, first.signature)


def test_every_entry_is_proven_by_the_checkpoint_that_covers_it(any_world: World, chan: Actor) -> None:
    file(any_world, tuple(f"{number}.csv" for number in range(75)))
    submitted(any_world, chan, b"one")
    rows = rows_of(any_world)
    checkpoints = any_world.services.checkpoints
    for row in rows:
        document = read_proof(checkpoints.document(row.log_index))
        checkpoint = read_checkpoint(document.checkpoint_text)
        assert sshsig.signed_by(
            document.armour, document.checkpoint_text.encode(), sshsig.CHECKPOINTS, [signing_key(any_world)]
        )
        assert checkpoint.root == head_of(leaf_hash(one.text()) for one in rows[: checkpoint.size]).root
        leaf = leaf_hash(row.text())
        assert proven(row.log_index, checkpoint.size, leaf, document.hashes, checkpoint.root)
        assert len(checkpoints.document(row.log_index).encode()) == checkpoints.length(row.log_index)


def test_a_proof_is_the_same_whenever_it_is_asked_for(any_world: World, chan: Actor) -> None:
    one = submitted(any_world, chan, b"one").activity.log_index
    before = any_world.services.checkpoints.document(one)
    submitted(any_world, chan, b"two")
    any_world.services.checkpoints.make()
    assert any_world.services.checkpoints.document(one) == before


def test_a_later_checkpoint_begins_with_an_earlier_one(any_world: World, chan: Actor) -> None:
    checkpoints = any_world.services.checkpoints

    def taken() -> SignedCheckpoint:
        file(any_world, tuple(f"{any_world.clock.now():%H%M%S}-{number}.csv" for number in range(21)))
        any_world.clock.move(seconds=1)
        return checkpoints.latest()

    found = [taken() for _ in range(4)]
    for old in found:
        for new in found:
            if old.size > new.size:
                continue
            answer: Consistency = checkpoints.consistency(chan, old.size, new.size)
            hashes = [bytes.fromhex(one) for one in answer.hashes]
            roots = bytes.fromhex(old.root), bytes.fromhex(new.root)
            assert extends(old.size, roots[0], new.size, roots[1], hashes)
            if old.size < new.size:
                assert not extends(old.size, bytes(32), new.size, roots[1], hashes)


def test_no_checkpoint_is_made_twice_and_none_of_an_empty_log(any_world: World, chan: Actor) -> None:
    checkpoints = any_world.services.checkpoints
    submitted(any_world, chan, b"one")
    first, again = checkpoints.latest(), checkpoints.latest()
    assert first == again
    assert checkpoints.one(chan, first.size) == first
    with pytest.raises(Refused) as refused:
        checkpoints.one(chan, first.size + 1)
    assert refused.value.fault is NOT_FOUND
    with pytest.raises(Refused) as refused:
        checkpoints.consistency(chan, 1, first.size + 1)
    assert refused.value.fault is NOT_FOUND


def test_a_proof_of_another_company_s_file_is_not_there(any_world: World, chan: Actor) -> None:
    one = submitted(any_world, chan, b"one").activity.log_index
    assert any_world.services.checkpoints.proof(chan, one).signature
    stranger = any_world.actor("TAI09")
    with pytest.raises(Refused) as refused:
        any_world.services.checkpoints.proof(stranger, one)
    assert refused.value.fault is NOT_FOUND


def test_subtrees_are_kept_from_one_level_up_and_make_the_head(any_world: World, chan: Actor) -> None:
    file(any_world, tuple(f"{number}.csv" for number in range(70)))
    with any_world.platform.store.engine.connect() as connection:
        nodes = connection.execute(select(tables.log_nodes)).all()
        hashes = list(connection.scalars(select(tables.activity.c.leaf_hash).order_by(tables.activity.c.log_index)))
    assert {node.level for node in nodes} >= {LOWEST_KEPT, LOWEST_KEPT + 1}
    assert min(node.level for node in nodes) == LOWEST_KEPT
    for node in nodes:
        under = hashes[node.place << node.level : (node.place + 1) << node.level]
        assert len(under) == 1 << node.level and head_of(under).root == node.hash
    assert hashes == [leaf_hash(row.text()) for row in rows_of(any_world)]


def test_what_stands_beside_an_entry_is_bound_to_it(any_world: World, chan: Actor) -> None:
    submitted(any_world, chan, b"one")
    row = rows_of(any_world)[-1]
    assert row.details_hold and f"details: {row.details}\n" in row.text()
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    assert details_hash(values | {"counts": "start" if row.counts != "start" else None}, row.personal) != row.details
    assert details_hash(values | {"source": "203.0.113.9"}, row.personal) != row.details


def test_an_address_that_is_erased_leaves_the_entry_whole(any_world: World, chan: Actor) -> None:
    submitted(any_world, chan, b"one")
    row = next(row for row in rows_of(any_world) if row.source is not None)
    assert row.source is not None and row.source not in row.text()
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    stands_for = details_text(values, row.personal).split("source: ")[1].split("\n")[0]
    left = {**row.personal, "source": {"hash": stands_for}}
    assert details_hash(values | {"source": None}, left) == row.details
    assert details_hash(values | {"source": "203.0.113.9"}, left) != row.details, "no address takes its place"


@pytest.mark.parametrize("column", ["origin", "act", "login_id", "sha256", "leaf_hash", "details", "signature", "at"])
def test_an_entry_cannot_be_changed(any_world: World, chan: Actor, column: str) -> None:
    submitted(any_world, chan, b"one")
    wrong: dict[str, Any] = {"leaf_hash": b"x", "signature": b"x", "at": any_world.clock.now()}
    change = update(tables.activity).values({column: wrong.get(column, "x")})
    refused(any_world, change)


def test_no_entry_takes_the_place_of_another(any_world: World, chan: Actor) -> None:
    submitted(any_world, chan, b"one")
    submitted(any_world, chan, b"two")
    any_world.services.checkpoints.make()
    rows = tables.activity
    if any_world.platform.store.engine.dialect.name == "sqlite":
        for table in (rows, tables.activity_details, tables.checkpoints, tables.signing_keys):
            again = insert(table).prefix_with("OR REPLACE").from_select(table.c.keys(), select(table).limit(1))
            refused(any_world, again)
        one = select(rows.c.object_key).where(rows.c.version == 1).scalar_subquery()
        refused(any_world, update(rows).prefix_with("OR REPLACE").where(rows.c.version == 2).values(object_key=one))
    else:
        anew = "INSERT INTO activity SELECT * FROM activity LIMIT 1 ON CONFLICT (log_index) DO UPDATE SET sha256 = 'x'"
        refused(any_world, text(anew))


def test_nothing_of_the_log_can_be_removed_or_set_back(any_world: World, chan: Actor) -> None:
    file(any_world, tuple(f"{number}.csv" for number in range(20)))
    submitted(any_world, chan, b"one")
    any_world.services.checkpoints.make()
    log = (tables.activity_details, tables.activity, tables.log_nodes, tables.checkpoints, tables.signing_keys)
    for table in (*log, tables.log_head):
        refused(any_world, delete(table))
        if any_world.platform.store.engine.dialect.name == "postgresql":
            refused(any_world, text(f"TRUNCATE {table.name} CASCADE"))
    refused(any_world, update(tables.log_head).values(size=1))
    refused(any_world, update(tables.log_nodes).values(hash=b"x"))
    refused(any_world, update(tables.checkpoints).values(root=b"x"))
    refused(any_world, update(tables.signing_keys).values(public_key="x"))
    refused(any_world, update(tables.activity_details).values(source="x"))
    refused(any_world, update(tables.activity_details).values(findings=[], cut_off=any_world.clock.now()))


def refused(world: World, statement: Any) -> None:
    with (
        pytest.raises(DBAPIError, match="only added to"),
        world.platform.store.engine.connect() as connection,
        connection.begin(),
    ):
        connection.execute(statement)
