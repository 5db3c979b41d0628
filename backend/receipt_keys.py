"""The keys that sign receipts, by ecpd's commands: listed, rotated, revoked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from backend.contract.rules.public_keys import fingerprint_of
from backend.contract.rules.signers import SigningKey
from backend.contract.rules.sshsig import blob_of
from backend.core.receipt_keys import LONGEST_REASON
from backend.options import OPTIONS, in_words, with_
from backend.settings import load
from backend.wiring.keys import opened_store
from backend.wiring.rotating import revoke, rotate


@click.group("keys")
def keys_group() -> None:
    """The keys that sign receipts: list them, let another one take over, revoke one."""


@keys_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@with_(OPTIONS)
@in_words
def list_keys(as_json: bool, **flags: Any) -> None:
    """Which keys signed, from when until when, the newest first; ecpd may run.

    Publish the fingerprint of the one that signs where firms can compare it: on the exchange's own page, in a letter.
    """
    with opened_store(load(flags)) as store, store.reading() as rows:
        keys = rows.signing_keys()
    told = [_told(number, one, keys) for number, one in sorted(keys.items(), reverse=True)]
    if as_json:
        click.echo(json.dumps({"keys": told}))
        return
    for one in told:
        click.echo(f"{one['state']:<8} {one['fingerprint']}  {one['since'] or 'the first'} – {one['until'] or 'now'}")


@keys_group.command("rotate")
@click.option(
    "--public-key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Where an agent signs."
)
@with_(OPTIONS)
@in_words
def rotate_key(public_key: Path | None, **flags: Any) -> None:
    """Let a new key sign from now on. Stop ecpd first.

    The old private key is removed; what it signed goes on to count. It leaves an entry in the audit log, and all
    operators and delegated administrators are told by mail. Back up the secrets folder afterwards.
    """
    signs = rotate(load(flags), public_key)
    click.echo(_took_over(signs))
    click.echo("All operators and delegated administrators are told by mail once ecpd serves again.")


@keys_group.command("revoke")
@click.argument("fingerprint", metavar="SHA256:…")
@click.option("--reason", required=True, help=f"What happened; up to {LONGEST_REASON} characters, everybody reads it.")
@with_(OPTIONS)
@in_words
def revoke_key(fingerprint: str, reason: str, **flags: Any) -> None:
    """Revoke a key that somebody else may have: what it signed counts no more by itself. Stop ecpd first.

    If it is the one that signs, a new one takes over first. Receipts it signed are proved by the log, under the new
    key. It leaves an entry in the audit log, and all operators and delegated administrators are told by mail.
    """
    if not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise click.UsageError(f"--reason takes 1 to {LONGEST_REASON} characters.")
    signs = revoke(load(flags), fingerprint, reason.strip())
    if signs is not None:
        click.echo(
            f"From now on {fingerprint_of(blob_of(signs.public_key))} signs. Publish it, and back up the secrets."
        )
    click.echo(f"{fingerprint} counts no more. Firms fetch revoked_keys again: by HTTP, in SFTP, by ecp receipts keys.")


def _took_over(signs: SigningKey) -> str:
    return f"From now on {fingerprint_of(blob_of(signs.public_key))} signs. Publish it, and back up the secrets."


def _told(number: int, key: SigningKey, keys: Mapping[int, SigningKey]) -> dict[str, str | None]:
    signs = number == max(keys) and key.until is None and key.revoked is None
    return {
        "state": "revoked" if key.revoked is not None else "signs" if signs else "ended",
        "fingerprint": fingerprint_of(blob_of(key.public_key)),
        "public_key": key.public_key,
        "since": _stamp(key.since),
        "until": _stamp(key.until),
        "revoked": _stamp(key.revoked),
    }


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%SZ}"
