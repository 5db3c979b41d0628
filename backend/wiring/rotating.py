"""Receipt keys at the server itself: a crash between any two steps leaves a key that signs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.adapters.anchor_file import AnchorFile
from backend.adapters.clock import SystemClock
from backend.adapters.database import DatabaseStore, check_schema, refuse_others, sole_process
from backend.adapters.seals import KeyedSeals
from backend.adapters.signing_agent import SigningAgent
from backend.adapters.signing_key import SigningKeyFile, new_signing_key
from backend.contract.rules.public_keys import fingerprint_of
from backend.contract.rules.signers import SigningKey
from backend.contract.rules.sshsig import blob_of
from backend.core.activity import Ledger
from backend.core.checkpoints import Checkpoints
from backend.core.client_connect.mails import Mailer
from backend.core.continuity import Continuity
from backend.core.ports import Clock
from backend.core.receipt_keys import ReceiptKeys
from backend.durable import sync_folder
from backend.settings import Settings, SettingsError
from backend.wiring.keys import (
    NEW_RECEIPT_KEY,
    RECEIPT_KEY,
    opened_engine,
    right_keys,
    right_signing_key,
    settle_rotation,
)


@contextmanager
def opened_keys(settings: Settings, clock: Clock | None = None) -> Iterator[tuple[DatabaseStore, ReceiptKeys]]:
    """Needs no receipt key, for it may be the one that was lost. Raises `SettingsError` while an ecpd runs."""
    with sole_process(settings.url), opened_engine(settings) as engine:
        check_schema(engine)
        refuse_others(engine)
        seed = right_keys(settings, engine)["seed_key"]
        store = DatabaseStore(engine)
        try:
            continuity = Continuity(AnchorFile(settings.data_dir / "anchor"))
            continuity.holds(store)
            ledger = Ledger(settings.origin, None, continuity)
            yield store, ReceiptKeys(store, clock or SystemClock(), ledger, Mailer(KeyedSeals(seed)))
        finally:
            store.close()


def rotate(settings: Settings, public_key: Path | None, clock: Clock | None = None) -> SigningKey:
    """A new key in `secrets`, or the one of this public half, which the `receipt_agent` holds, signs from now on."""
    with opened_keys(settings, clock) as (store, keys):
        if settings.receipt_agent is not None:
            line = _public_line(public_key, settings.receipt_agent)
            SigningAgent(settings.receipt_agent, line)
            signs = keys.rotate(line)
            for name in (RECEIPT_KEY, NEW_RECEIPT_KEY):
                (settings.secrets / name).unlink(missing_ok=True)
            sync_folder(settings.secrets)
            return signs
        if public_key is not None:
            raise SettingsError("A public key is named where an ssh-agent signs: set receipt_agent to its socket.")
        with store.reading() as rows:
            known = rows.signing_keys()
        settle_rotation(settings, known[max(known)].public_key if known else "")
        new_signing_key(settings.secrets / NEW_RECEIPT_KEY)  # one that a cut left there is as good
        line = SigningKeyFile(settings.secrets / NEW_RECEIPT_KEY).public_key
        signs = keys.rotate(line)
        settle_rotation(settings, line)
        return signs


def revoke(settings: Settings, fingerprint: str, reason: str, clock: Clock | None = None) -> SigningKey | None:
    """Returns the key that took over first, where the revoked one was the one that signed."""
    with opened_keys(settings) as (store, _), store.reading() as rows:
        known = rows.signing_keys()
    signs = known[max(known)] if known else None
    took_over = None
    if signs is not None and signs.revoked is None and fingerprint_of(blob_of(signs.public_key)) == fingerprint:
        if settings.receipt_agent is not None:
            raise SettingsError("The ssh-agent signs with this key. Add another one, and run ecpd keys rotate first.")
        took_over = rotate(settings, None, clock)
    with opened_keys(settings, clock) as (store, keys):
        vouching = _vouching(settings, store, clock or SystemClock())
        keys.revoke(fingerprint, reason)
        vouching.make()
    return took_over


def _vouching(settings: Settings, store: DatabaseStore, clock: Clock) -> Checkpoints:
    """What the key that signs now says of the log, also of what a revoked one signed; kept as the anchor, too."""
    continuity = Continuity(AnchorFile(settings.data_dir / "anchor"))
    signing = right_signing_key(settings, store)
    return Checkpoints(store, clock, settings.origin, signing, continuity.keep, lambda: continuity.holds(store))


def _public_line(path: Path | None, socket: Path) -> str:
    if path is None:
        raise SettingsError(f"The ssh-agent at {socket} signs: name the new key with --public-key FILE.pub.")
    words = path.read_text("utf-8", "replace").split()
    if len(words) < 2 or words[0] != "ssh-ed25519":  # noqa: PLR2004 - its type and itself; a comment may follow
        raise SettingsError(f"{path} is no Ed25519 public key: make one with ssh-keygen -t ed25519.")
    return f"{words[0]} {words[1]}"
