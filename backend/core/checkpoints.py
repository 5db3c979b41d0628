"""Checkpoints: what the whole log was at one instant, signed; proofs lead from an entry to one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import structlog

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, Refused
from backend.contract.messages import AcceptedLoss, Consistency, Proof, SignedCheckpoint
from backend.contract.rules import signers, sshsig
from backend.contract.rules.checkpoints import Checkpoint, checkpoint_text, signed_text
from backend.contract.rules.log_proofs import consistency_path, inclusion_path
from backend.contract.rules.proof_documents import proof_size, proof_text
from backend.contract.rules.signers import SigningKey
from backend.core.activity import milliseconds, seen_file, signature_of
from backend.core.activity_row import ActivityRow
from backend.core.actor import Actor
from backend.core.gate import refuse_inactive
from backend.core.log import KeptCheckpoint, roots
from backend.core.ports import Clock, Store
from backend.core.rows import Rows, Unit
from backend.core.signing import Signing

_log = structlog.get_logger(__name__)


class Checkpoints:
    """One is made when somebody wants a proof that none covers, and every so often while the log grows."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        origin: str,
        signing: Signing,
        kept: Callable[[str], None] = lambda signed: None,
        holds: Callable[[], bool] = lambda: True,
        refuse: Callable[[], None] = lambda: None,
    ) -> None:
        """`kept` hears of the newest each time; none is made while the log does not hold what it held before.

        `refuse` says so to whoever wants a proof that would need one.
        """
        self._store = store
        self._clock = clock
        self._origin = origin
        self._signing = signing
        self._kept = kept
        self._holds = holds
        self._refuse = refuse

    def make(self) -> None:
        """One over the whole log, as of now; the newest is kept elsewhere too, whoever made it."""
        if self._holds() and (newest := self._store.write(self._make)) is not None:
            self._kept(newest)

    def close(self) -> None:
        """The last one before the end."""
        try:
            self.make()
        except Refused as refused:
            _log.warning("no last checkpoint was made", fault=refused.fault.number)

    def latest(self) -> SignedCheckpoint:
        """The newest, made now if the log has grown; 2001 while there is none."""
        self.make()
        with self._store.reading() as rows:
            return _shown(rows, _found(rows.latest_checkpoint()))

    def one(self, actor: Actor, size: int | None) -> SignedCheckpoint:
        """The newest, or that of this very size."""
        refuse_inactive(actor.account)
        if size is None:
            return self.latest()
        with self._store.reading() as rows:
            return _shown(rows, _found(rows.checkpoint(size)))

    def consistency(self, actor: Actor, old: int, new: int) -> Consistency:
        """That the log of `new` entries begins with the `old` ones; 2001 for more than there are."""
        refuse_inactive(actor.account)
        if not 0 < old <= new:
            raise Refused(NOT_UNDERSTOOD, what="The older size comes first, and is not 0.")
        with self._store.reading() as rows:
            if new > rows.head().size:
                raise Refused(NOT_FOUND)
            hashes = roots(rows, consistency_path(old, new))
        return Consistency(old=old, new=new, hashes=tuple(one.hex() for one in hashes))

    def proof(self, actor: Actor, log_index: int) -> Proof:
        """Of an act on a file; 2001 if it is not the actor's to see."""
        with self._store.reading() as rows:
            row = seen_file(rows, actor, rows.catalogue(), log_index)
        return self.proof_of(row)

    def proof_of(self, row: ActivityRow) -> Proof:
        """Of an entry that its reader may see."""
        text = self.document(row.log_index)
        return Proof(log_index=row.log_index, receipt=row.text(), signature=signature_of(row), proof=text)

    def document(self, log_index: int) -> str:
        """The proof that this entry is in the log, as a text; the same whenever it is asked for.

        But for a key that was revoked since: then it leads to a checkpoint by another one.
        """
        if self.length(log_index) is None:
            self.make()
            self._refuse()
        with self._store.reading() as rows:
            keys = rows.signing_keys()
            kept = _found(rows.covering(log_index, _revoked(keys)))
            hashes = roots(rows, inclusion_path(log_index, kept.checkpoint.size))
        return proof_text(log_index, hashes, signed_checkpoint(kept, keys))

    def length(self, log_index: int) -> int | None:
        """How many bytes that document has; `None` where no checkpoint covers the entry yet."""
        return self.lengths([log_index])[log_index]

    def lengths(self, log_indexes: Sequence[int], *, make: bool = False) -> dict[int, int | None]:
        """Of each; `make` has what no checkpoint covers covered first."""
        if not log_indexes:
            return {}
        with self._store.reading() as rows:
            keys = rows.signing_keys()
            covers = rows.covers(log_indexes, _revoked(keys))
        if make and None in covers.values():
            self.make()
            return self.lengths(log_indexes)
        signed = {
            kept.checkpoint.size: len(signed_checkpoint(kept, keys)) for kept in covers.values() if kept is not None
        }
        return {
            log_index: None
            if kept is None
            else proof_size(log_index, kept.checkpoint.size, signed[kept.checkpoint.size])
            for log_index, kept in covers.items()
        }

    def allowed_signers(self) -> str:
        """Every key that ever signed, as OpenSSH reads them; those revoked, too."""
        with self._store.reading() as rows:
            return signers.allowed_signers(self._origin, list(rows.signing_keys().values()))

    def revoked_keys(self) -> str:
        with self._store.reading() as rows:
            return signers.revoked_keys(list(rows.signing_keys().values()))

    def _make(self, unit: Unit) -> str | None:
        head, latest = unit.head(), unit.latest_checkpoint()
        if latest is not None and latest.checkpoint.size >= head.size:
            return signed_checkpoint(latest, unit.signing_keys())
        if head.size == 0:
            return None
        self._signing.refuse_ended(unit)
        checkpoint = Checkpoint(origin=self._origin, size=head.size, root=head.root, at=milliseconds(self._clock.now()))
        signature = self._signing.of_checkpoint(checkpoint_text(checkpoint))
        kept = KeptCheckpoint(checkpoint, self._signing.key, signature)
        unit.add_checkpoint(kept)
        return signed_checkpoint(kept, unit.signing_keys())


def _revoked(keys: dict[int, SigningKey]) -> list[int]:
    return [number for number, key in keys.items() if key.revoked is not None]


def _found(kept: KeptCheckpoint | None) -> KeptCheckpoint:
    if kept is None:
        raise Refused(NOT_FOUND)
    return kept


def _armour(kept: KeptCheckpoint, keys: dict[int, SigningKey]) -> str:
    return sshsig.armour(sshsig.blob_of(keys[kept.signed_by].public_key), sshsig.CHECKPOINTS, kept.signature)


def signed_checkpoint(kept: KeptCheckpoint, keys: dict[int, SigningKey]) -> str:
    """As a file: its text and its signature."""
    return signed_text(checkpoint_text(kept.checkpoint), _armour(kept, keys))


def _shown(rows: Rows, kept: KeptCheckpoint) -> SignedCheckpoint:
    one = kept.checkpoint
    text, armour = checkpoint_text(one), _armour(kept, rows.signing_keys())
    losses = tuple(
        AcceptedLoss(**{**asdict(lost), "anchor_root": lost.anchor_root.hex(), "root": lost.root.hex()})
        for lost in rows.losses()
    )
    told = {"origin": one.origin, "size": one.size, "root": one.root.hex(), "at": one.at}
    return SignedCheckpoint(**told, text=text, signature=armour, signed=signed_text(text, armour), losses=losses)
