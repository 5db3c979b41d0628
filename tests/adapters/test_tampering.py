"""Somebody who owns the database changes the log in every way there is: each is found, and named by its entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.adapters.database import tables
from backend.contract.rules.checkpoints import Checkpoint, read_checkpoint
from backend.contract.rules.details import details_text
from backend.contract.rules.merkle import head_of
from backend.contract.rules.receipts import leaf_hash
from backend.core import auditing
from backend.core.activity_row import ActivityRow
from backend.core.auditing import Audited, audit
from tests.adapters.filing import file
from tests.publishing import publish
from tests.submitting import submitted
from tests.tampering import unguarded
from tests.world import World

rows, details, nodes = tables.activity, tables.activity_details, tables.log_nodes


@pytest.fixture
def filed(any_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Some eighty entries, four of them submissions, one of which was collected; looked at in small pages."""
    monkeypatch.setattr(auditing, "_AT_ONCE", 7)
    chan = any_world.actor("CHAN01")
    for data in (b"one", b"two", b"three"):
        submitted(any_world, chan, data)
        any_world.services.checkpoints.make()
    file(any_world, tuple(f"{number}.csv" for number in range(70)), act="fetched", subject="1")
    publish(any_world, b"prices\n")
    any_world.services.checkpoints.make()
    return any_world


def entries(world: World) -> list[ActivityRow]:
    with world.platform.store.reading() as found:
        return found.entries(0, 1000)


def checkpoint(world: World) -> Checkpoint:
    return read_checkpoint(world.services.checkpoints.latest().text)


def audited(world: World, **told: Any) -> Audited:
    return audit(world.platform.store, **told)


def found(world: World, how: Callable[[Connection], object], **told: Any) -> list[tuple[int, str]]:
    """What is wrong once somebody has done that."""
    with unguarded(world) as connection:
        how(connection)
    return [(one.entry, one.words) for one in audited(world, **told).wrong]


def at(place: int) -> Any:
    return rows.c.log_index == place


def test_a_sound_log_is_found_sound_from_its_start_or_from_any_checkpoint(filed: World) -> None:
    whole = audited(filed)
    assert (whole.wrong, whole.more) == ([], 0)
    assert whole.entries == len(entries(filed)) and whole.signatures == 3 and whole.checkpoints >= 4
    seen: list[tuple[int, int]] = []
    with filed.platform.store.reading() as kept:
        every = [one.checkpoint for one in kept.checkpoints(0, 100)]
    for one in every:
        after = audited(filed, since=one, vouched=every, progress=lambda done, of: seen.append((done, of)))
        assert after.wrong == [] and after.entries == whole.entries - one.size
    assert seen[0][1] == whole.entries


@pytest.mark.parametrize(
    ("column", "value"),
    [("sha256", "0" * 64), ("login_id", "LEE02"), ("at", datetime(2022, 5, 20, tzinfo=UTC)), ("act", "fetched")],
)
def test_a_byte_of_an_entry_flipped_names_that_entry(filed: World, column: str, value: object) -> None:
    place = next(row.log_index for row in entries(filed) if row.version == 2)
    wrong = found(filed, lambda to: to.execute(update(rows).where(at(place)).values({column: value})))
    assert wrong[0][0] == place and f"Entry {place} (" in wrong[0][1] and "was changed" in wrong[0][1]


def test_the_last_entry_dropped_is_missed_with_its_head_and_without(filed: World) -> None:
    last = len(entries(filed)) - 1
    before = head_of(leaf_hash(row.text()) for row in entries(filed)[:-1])

    def drop(to: Connection) -> None:
        to.execute(delete(details).where(details.c.log_index == last))
        to.execute(delete(rows).where(at(last)))

    assert found(filed, drop)[0] == (last, f"Entry {last} is missing.")
    rewound = update(tables.log_head).values(size=before.size, frontier=before.packed())
    wrong = found(filed, lambda to: to.execute(rewound))
    assert wrong[0][0] == last and f"{last + 1} entries were vouched for" in wrong[0][1]
    without = found(filed, lambda to: to.execute(delete(tables.checkpoints).where(tables.checkpoints.c.size > last)))
    assert without == [], "in the database alone nothing tells of it any more"


def test_the_last_entry_dropped_with_every_trace_is_told_by_the_anchor(filed: World) -> None:
    anchor = checkpoint(filed)
    last = anchor.size - 1
    before = head_of(leaf_hash(row.text()) for row in entries(filed)[:-1])

    def drop(to: Connection) -> None:
        to.execute(delete(details).where(details.c.log_index == last))
        to.execute(delete(rows).where(at(last)))
        to.execute(update(tables.log_head).values(size=before.size, frontier=before.packed()))
        to.execute(delete(tables.checkpoints).where(tables.checkpoints.c.size > last))

    wrong = found(filed, drop, vouched=[anchor])
    assert wrong[0][0] == last and f"{anchor.size} entries were vouched for" in wrong[0][1]


def test_two_entries_swapped_are_both_named(filed: World) -> None:
    one, two = 30, 31

    def swap(to: Connection) -> None:
        names = [column.name for column in rows.c if column.name not in ("log_index", "leaf_hash")]
        said = {place: to.execute(select(rows).where(at(place))).mappings().one() for place in (one, two)}
        for place, other in ((one, two), (two, one)):
            to.execute(update(rows).where(at(place)).values({name: said[other][name] for name in names}))

    assert [entry for entry, _ in found(filed, swap)][:2] == [one, two]


def test_what_stands_beside_an_entry_cannot_be_edited_added_or_removed(filed: World) -> None:
    place = next(row.log_index for row in entries(filed) if row.act == "accepted")
    beside = details.c.log_index == place
    edited = found(filed, lambda to: to.execute(update(details).where(beside).values(cut_off=datetime.now(UTC))))
    assert edited[0] == (place, f"Entry {place} (accepted): what stands beside it was changed or removed.")
    removed = found(filed, lambda to: to.execute(delete(details).where(beside)))
    assert removed[0][0] == place
    bare = next(row.log_index for row in entries(filed) if row.source is None and row.act == "fetched")
    added = found(filed, lambda to: to.execute(insert(details).values(log_index=bare, note="it was agreed")))
    assert bare in [entry for entry, _ in added]


def test_an_entry_rewritten_with_all_hashes_is_told_by_its_signature_and_the_checkpoints(filed: World) -> None:
    place = next(row.log_index for row in entries(filed) if row.version == 2)

    def rewrite(to: Connection) -> None:
        to.execute(update(rows).where(at(place)).values(sha256="0" * 64))

    found(filed, rewrite)
    again = [leaf_hash(row.text()) for row in entries(filed)]

    def follow(to: Connection) -> None:
        to.execute(update(rows).where(at(place)).values(leaf_hash=again[place]))
        for node in to.execute(select(nodes)).all():
            under = head_of(again[node.place << node.level : (node.place + 1) << node.level])
            these = (nodes.c.level == node.level, nodes.c.place == node.place)
            to.execute(update(nodes).where(*these).values(hash=under.root))
        head = head_of(again)
        to.execute(update(tables.log_head).values(size=head.size, frontier=head.packed()))

    wrong = found(filed, follow, vouched=[checkpoint(filed)])
    assert wrong[0] == (place, f"Entry {place}: its receipt's signature is not of this receipt.")
    assert any("are not those of the checkpoint" in words for _, words in wrong)


def test_a_root_a_signature_a_checkpoint_and_a_key_changed_are_each_found(filed: World) -> None:
    place = next(row.log_index for row in entries(filed) if row.version == 1)
    size = checkpoint(filed).size
    last = tables.checkpoints.c.size == size
    cases: dict[str, tuple[Any, str]] = {
        "node": (
            update(nodes).where(nodes.c.level == 5, nodes.c.place == 1).values(hash=bytes(32)),
            "Entries 32 to 63",
        ),
        "signature": (update(rows).where(at(place)).values(signature=bytes(64)), "signature is not of this receipt"),
        "unsigned": (update(rows).where(at(place)).values(signature=None), "signature is not of this receipt"),
        "root": (update(tables.checkpoints).where(last).values(root=bytes(32)), "not those of the checkpoint"),
        "seal": (update(tables.checkpoints).where(last).values(signature=bytes(64)), "is not signed by its key"),
        "key": (update(tables.signing_keys).values(public_key="ssh-ed25519 A"), "signature is not of this receipt"),
        "no key": (update(tables.signing_keys).values(public_key=""), "is not signed by its key"),
        "leaf": (update(rows).where(at(40)).values(leaf_hash=bytes(32)), "Entry 40 (fetched) was changed"),
    }
    for name, (statement, words) in cases.items():
        with filed.platform.store.engine.connect() as connection:
            kept = {table: connection.execute(select(table)).mappings().all() for table in (nodes, tables.checkpoints)}
            row = connection.execute(select(rows)).mappings().all()
            public_key = connection.execute(select(tables.signing_keys.c.public_key)).scalar_one()
        wrong = found(filed, lambda to, statement=statement: to.execute(statement))  # type: ignore[misc]
        assert any(words in said for _, said in wrong), (name, wrong)
        with unguarded(filed) as to:
            for table, before in kept.items():
                to.execute(delete(table))
                to.execute(insert(table), [dict(one) for one in before])
            for one in row:
                again = {key: one[key] for key in ("leaf_hash", "signature")}
                to.execute(update(rows).where(at(one["log_index"])).values(again))
            to.execute(update(tables.signing_keys).values(public_key=public_key))
    assert audited(filed).wrong == []


def test_what_became_of_a_file_is_what_later_entries_say(filed: World) -> None:
    versions = [row.log_index for row in entries(filed) if row.act == "accepted"]
    with pytest.raises(IntegrityError):
        found(filed, lambda to: to.execute(update(rows).where(at(versions[1])).values(superseded_by=None)))
    ended = update(rows).where(at(versions[2])).values(superseded_by=30, ended="returned")
    wrong = found(filed, lambda to: to.execute(ended))
    assert wrong[0][0] == versions[2] and "ended by entry 30, which does not say so" in wrong[0][1]
    collected = update(rows).where(at(versions[0])).values(collected=31)
    wrong = found(filed, lambda to: to.execute(collected))
    assert wrong[0][0] == versions[0] and "collected by entry 31, which does not say so" in wrong[0][1]


def test_nothing_is_put_where_something_was_erased_and_nothing_is_erased_in_silence(filed: World) -> None:
    row = next(row for row in entries(filed) if row.act == "accepted")
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    stands_for = details_text(values, row.personal).split("source: ")[1].split("\n")[0]
    beside, gone = details.c.log_index == row.log_index, {**row.personal, "source": {"hash": stands_for}}
    forged = update(details).where(beside).values(source="203.0.113.9", personal=gone)
    wrong = found(filed, lambda to: to.execute(forged), vouched=[checkpoint(filed)])
    assert wrong[0] == (
        row.log_index,
        f"Entry {row.log_index} (accepted): what stands beside it was changed or removed.",
    )
    wrong = found(filed, lambda to: to.execute(update(details).where(beside).values(source=None)))
    assert wrong == [
        (row.log_index, f"Entry {row.log_index} (accepted): something beside it was erased, and no entry says so.")
    ]


@pytest.mark.parametrize("act", ["withdraw", "give_back"])
def test_what_was_ended_cannot_be_made_to_stand_again(filed: World, act: str) -> None:
    place = max(row.log_index for row in entries(filed) if row.act == "accepted")
    done = getattr(filed.services.inbox, act)(filed.actor("OPER01"), place, "of another firm").activity.log_index
    assert audited(filed).wrong == []
    wrong = found(filed, lambda to: to.execute(update(rows).where(at(place)).values(superseded_by=None, ended=None)))
    assert wrong[0][0] == done and f"entry {place}, to which it was done, does not say so" in wrong[0][1]
    wrong = found(filed, lambda to: to.execute(update(rows).where(at(place)).values(ended="withdrawn")))
    assert any(f"entry {place}, to which" in words or "by no entry" in words for _, words in wrong)


def test_a_publication_that_was_withdrawn_is_held_to_it_too(filed: World) -> None:
    one = publish(filed, b"other prices\n")
    filed.services.publishing.withdraw_edition(filed.actor("OPER01"), one.log_index, "wrong day")
    assert audited(filed).wrong == []
    stands = update(rows).where(at(one.log_index)).values(superseded_by=None, ended=None)
    assert "to which it was done" in found(filed, lambda to: to.execute(stands))[0][1]


def test_an_explanation_that_nobody_gave_is_found(filed: World) -> None:
    place = max(row.log_index for row in entries(filed) if row.act == "accepted")
    invented = update(details).where(details.c.log_index == place).values(explanation="it was agreed")
    wrong = found(filed, lambda to: to.execute(invented))
    assert wrong[0][0] == place and "explanation is not the one" in wrong[0][1]


def test_signatures_outside_the_time_of_their_key_are_found(filed: World) -> None:
    keys = tables.signing_keys
    for column in ("until", "revoked"):
        ended = {column: datetime(2020, 1, 1, tzinfo=UTC)}
        wrong = found(filed, lambda to, ended=ended: to.execute(update(keys).values(ended)))  # type: ignore[misc]
        assert any("receipt did not count then" in words for _, words in wrong)
        assert any("checkpoint of" in words and "did not count then" in words for _, words in wrong)
        with unguarded(filed) as to:
            to.execute(update(keys).values({column: None}))
    assert audited(filed).wrong == []


def test_a_checkpoint_kept_elsewhere_counts_although_the_audit_begins_after_it(filed: World) -> None:
    with filed.platform.store.reading() as kept:
        older, *_, newest = [one.checkpoint for one in kept.checkpoints(0, 100)]
    assert audited(filed, since=newest, vouched=[older]).wrong == []
    other = replace(older, root=bytes(32))
    (wrong,) = audited(filed, since=newest, vouched=[other]).wrong
    assert f"The first {older.size} entries are not those" in wrong.words
