"""Receipt keys: another one takes over, or one counts no more. At the server itself; who must know of it is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.public_keys import fingerprint_of
from backend.contract.rules.shown import shown
from backend.contract.rules.signers import SigningKey
from backend.contract.rules.sshsig import blob_of
from backend.core.activity import Ledger, milliseconds
from backend.core.client_connect.mails import Mailer
from backend.core.client_connect.operators import told_of_break_glass
from backend.core.ports import Clock, Store
from backend.core.rows import Rows, Unit

ROTATED: Final = "receipt-key-rotated"
"""`subject` signs no more, and `object` does from then on; fingerprints."""
REVOKED: Final = "receipt-key-revoked"
"""What `subject`, a fingerprint, signed counts no more by itself."""
KeyEntry = tuple[str, str | None, str | None, datetime]
"""Act, subject, object and instant."""
LONGEST_REASON: Final = 200
_CHANNEL: Final = "server"


class ReceiptKeys:
    """For whoever has the server's own machine, while no ecpd runs."""

    def __init__(self, store: Store, clock: Clock, ledger: Ledger, mailer: Mailer) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._mailer = mailer

    def rotate(self, public_key: str) -> SigningKey:
        """From now on this key signs; the one before signs no more. 9002 for a key that was one of ours before."""

        def unit(unit: Unit) -> SigningKey | Refused:
            now, keys = milliseconds(self._clock.now()), unit.signing_keys()
            if any(one.public_key == public_key for one in keys.values()):
                return Refused(NOT_UNDERSTOOD, what="This key has signed here already: make a new one.")
            if now <= _last_signed(unit):
                return Refused(NOT_UNDERSTOOD, what="The clock lies behind the log: set it right, see ecpd doctor.")
            self._taken_over(unit, public_key, now)
            return unit.signing_keys()[max(keys, default=0) + 1]

        return self._store.write(unit)

    def revoke(self, fingerprint: str, reason: str) -> None:
        """9002 for a key that is none of ours, counts no more already, or is the one that signs: rotate first."""

        def unit(unit: Unit) -> Refused | None:
            now, keys = milliseconds(self._clock.now()), unit.signing_keys()
            found = [number for number, one in keys.items() if fingerprint_of(blob_of(one.public_key)) == fingerprint]
            if not found:
                return Refused(NOT_UNDERSTOOD, what=f"No key here has the fingerprint {shown(fingerprint, 80)}.")
            if keys[found[0]].revoked is not None:
                return Refused(NOT_UNDERSTOOD, what="This key was revoked before.")
            if found[0] == max(keys):
                return Refused(NOT_UNDERSTOOD, what="This key signs now: let another one take over first.")
            unit.revoke_signing_key(found[0], now, reason)
            self._ledger.record(unit, REVOKED, now, _CHANNEL, subject=fingerprint, note=reason)
            words = (
                f"The receipt key {fingerprint} was revoked at the server itself: {reason}. Signatures by it count no "
                "more; receipts it signed are proved by the log, under the key that signs now. Fetch allowed_signers "
                "and revoked_keys again."
            )
            told_of_break_glass(unit, self._mailer, "a receipt key was revoked", words, now)
            return None

        self._store.write(unit)

    def _taken_over(self, unit: Unit, public_key: str, now: datetime) -> None:
        keys = unit.signing_keys()
        last, new = max(keys, default=0), fingerprint_of(blob_of(public_key))
        before = fingerprint_of(blob_of(keys[last].public_key)) if last else None
        if last:
            unit.retire_signing_key(last, now)
        unit.add_signing_key(last + 1, public_key, now)
        self._ledger.record(unit, ROTATED, now, _CHANNEL, subject=before, object=new)
        words = (
            f"From {now:%Y-%m-%d %H:%M} UTC on receipts are signed by the key {new}; {before} signs no more. "
            "Compare it with what the operator publishes elsewhere, and fetch allowed_signers again. If nobody told "
            "you why, ask the operator at once."
        )
        told_of_break_glass(unit, self._mailer, "receipts are signed by another key", words, now)


def _last_signed(rows: Rows) -> datetime:
    """The latest instant that a key may have signed at."""
    head, latest = rows.head(), rows.latest_checkpoint()
    last = rows.activity(head.size - 1) if head.size else None
    never = datetime.min.replace(tzinfo=UTC)
    return max(last.at if last is not None else never, latest.checkpoint.at if latest is not None else never)


def _name(key: SigningKey) -> str:
    """Its fingerprint; what is no key at all goes by its text."""
    try:
        return fingerprint_of(blob_of(key.public_key))
    except (ValueError, IndexError):
        return shown(key.public_key, 80)


def unexplained(signing_keys: Mapping[int, SigningKey], entries: Mapping[int, KeyEntry]) -> list[tuple[int, str]]:
    """Where keys and the entries about them disagree, by entry; of each its act, subject, object and instant."""
    keys = {_name(one): one for one in signing_keys.values()}
    retired = {one: key.until for one, key in keys.items() if key.until is not None}
    revoked = {one: key.revoked for one, key in keys.items() if key.revoked is not None}
    begun = {one: key.since for one, key in keys.items() if key.since is not None}
    wrong: list[tuple[int, str]] = []
    for place, (act, subject, other, at) in entries.items():
        if act == REVOKED and revoked.pop(subject or "", None) != at:
            wrong.append((place, f"Entry {place:,} revoked the receipt key {subject}, and the key does not say so."))
        if act == ROTATED and (begun.pop(other or "", None) != at or (subject and retired.pop(subject, None) != at)):
            wrong.append((place, f"Entry {place:,} let {other} sign for {subject}, and the keys do not say so."))
    left = {**retired, **revoked, **begun}
    wrong += [(0, f"The receipt key {one} was ended, revoked or begun, and no entry says so.") for one in sorted(left)]
    return wrong
