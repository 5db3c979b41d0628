"""The log in the database: roots of subtrees, checkpoints, and signing keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, exists, func, insert, or_, select, update

from backend.adapters.database import tables
from backend.contract.rules.checkpoints import Checkpoint
from backend.contract.rules.signers import SigningKey
from backend.core.log import AcceptedLoss, KeptCheckpoint, Place

_nodes, _checkpoints, _keys, _activity = tables.log_nodes, tables.checkpoints, tables.signing_keys, tables.activity
_losses = tables.losses
_ONES: Final = select(_checkpoints)
_LAST_KEY: Final = select(func.max(_keys.c.id))


class LogRows:
    _connection: Connection

    def nodes(self, wanted: Sequence[Place]) -> dict[Place, bytes]:
        if not wanted:
            return {}
        places: dict[int, list[int]] = {}
        for level, place in wanted:
            places.setdefault(level, []).append(place)
        # By level: SQLite reads the whole table where pairs are asked for.
        each = (and_(_nodes.c.level == level, _nodes.c.place.in_(some)) for level, some in places.items())
        these = select(_nodes).where(or_(*each))
        return {(row.level, row.place): row.hash for row in self._connection.execute(these)}

    def leaf_hashes(self, start: int, until: int) -> list[bytes]:
        within = (_activity.c.log_index >= start, _activity.c.log_index < until)
        return list(
            self._connection.scalars(select(_activity.c.leaf_hash).where(*within).order_by(_activity.c.log_index))
        )

    def signing_keys(self) -> dict[int, SigningKey]:
        found = self._connection.execute(select(_keys).order_by(_keys.c.id))
        return {
            row.id: SigningKey(public_key=row.public_key, since=row.since, until=row.until, revoked=row.revoked)
            for row in found
        }

    def last_signing_key(self) -> int:
        return self._connection.scalar(_LAST_KEY) or 0

    def latest_checkpoint(self) -> KeptCheckpoint | None:
        return self._checkpoint(_ONES.order_by(_checkpoints.c.size.desc()).limit(1))

    def checkpoints(self, after: int, limit: int) -> list[KeptCheckpoint]:
        some = _ONES.where(_checkpoints.c.size > after).order_by(_checkpoints.c.size).limit(limit)
        return [_kept(row) for row in self._connection.execute(some)]

    def checkpoint(self, size: int) -> KeptCheckpoint | None:
        return self._checkpoint(_ONES.where(_checkpoints.c.size == size))

    def covering(self, log_index: int, besides: Sequence[int]) -> KeptCheckpoint | None:
        these = (_checkpoints.c.size > log_index, _checkpoints.c.signed_by.not_in(besides))
        return self._checkpoint(_ONES.where(*these).order_by(_checkpoints.c.size).limit(1))

    def covers(self, log_indexes: Sequence[int], besides: Sequence[int]) -> dict[int, KeptCheckpoint | None]:
        over = (_checkpoints.c.size > _activity.c.log_index, _checkpoints.c.signed_by.not_in(besides))
        first = select(func.min(_checkpoints.c.size)).where(*over).correlate(_activity).scalar_subquery()
        asked = select(_activity.c.log_index, first).where(_activity.c.log_index.in_(log_indexes))
        sizes: dict[int, int | None] = {place: size for place, size in self._connection.execute(asked)}
        ones = self._connection.execute(_ONES.where(_checkpoints.c.size.in_({*sizes.values()} - {None})))
        found = {row.size: _kept(row) for row in ones}
        return {log_index: None if size is None else found[size] for log_index, size in sizes.items()}

    def loss_accepted(self, vouched: Checkpoint) -> bool:
        exactly = and_(_losses.c.anchor_size == vouched.size, _losses.c.anchor_root == vouched.root)
        within = and_(_losses.c.size < vouched.size, vouched.size < _losses.c.anchor_size, _activity.c.at > vouched.at)
        these = (_activity.c.log_index == _losses.c.entry, or_(exactly, within))
        return self._connection.scalar(select(exists().where(*these))) or False

    def losses(self) -> list[AcceptedLoss]:
        found = self._connection.execute(select(_losses).order_by(_losses.c.entry))
        return [AcceptedLoss(row.entry, row.anchor_size, row.anchor_root, row.size, row.root) for row in found]

    def _checkpoint(self, question: Select[Any]) -> KeptCheckpoint | None:
        row = self._connection.execute(question).one_or_none()
        return None if row is None else _kept(row)


class LogUnit:
    _connection: Connection

    def add_checkpoint(self, kept: KeptCheckpoint) -> None:
        one = kept.checkpoint
        told = {"origin": one.origin, "size": one.size, "root": one.root, "at": one.at}
        signed = {"signed_by": kept.signed_by, "signature": kept.signature}
        self._connection.execute(insert(_checkpoints).values(told | signed))

    def add_signing_key(self, number: int, public_key: str, since: datetime) -> None:
        self._connection.execute(insert(_keys).values(id=number, public_key=public_key, since=since))

    def retire_signing_key(self, number: int, until: datetime) -> None:
        self._connection.execute(update(_keys).where(_keys.c.id == number).values(until=until))

    def revoke_signing_key(self, number: int, at: datetime, reason: str) -> None:
        self._connection.execute(update(_keys).where(_keys.c.id == number).values(revoked=at, reason=reason))

    def accept_loss(self, entry: int, anchor: Checkpoint, size: int, root: bytes) -> None:
        lost = {"anchor_size": anchor.size, "anchor_root": anchor.root, "size": size, "root": root}
        self._connection.execute(insert(_losses).values(entry=entry, **lost))


def _kept(row: Row[Any]) -> KeptCheckpoint:
    return KeptCheckpoint(
        Checkpoint(origin=row.origin, size=row.size, root=row.root, at=row.at), row.signed_by, row.signature
    )
