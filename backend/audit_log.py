"""The audit log by ecpd's commands: recomputed, and given out whole. Reads only, and while ecpd serves as well."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

import click

from backend.adapters.anchor_file import AnchorFile
from backend.adapters.database import DatabaseStore
from backend.contract.rules.checkpoints import Checkpoint, read_checkpoint, read_signed
from backend.contract.rules.evidence import judge_checkpoint
from backend.contract.rules.signers import (
    SigningKey,
    allowed_signers,
    read_allowed_signers,
    read_revoked_keys,
    revoked_keys,
)
from backend.core.activity import signature_of
from backend.core.auditing import Audited, audit
from backend.options import OPTIONS, in_words, with_
from backend.settings import Settings, SettingsError, load
from backend.wiring.keys import opened_store, signed_head

_AT_ONCE: Final = 500
_RESTORE: Final = "Keep this database as it is, and compare it with a backup: docs/operate.md, 9101."


@click.group("audit")
def audit_group() -> None:
    """The audit log: verify it, export it. ecpd may run."""


@audit_group.command("verify")
@click.option(
    "--since",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A signed checkpoint kept elsewhere: it must hold, and what came after it is recomputed.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@with_(OPTIONS)
@in_words
def verify_log(since: Path | None, as_json: bool, **flags: Any) -> None:
    """Recompute the log from its entries, and name the first that is not what it was; exit 1 where one is.

    Entries, what stands beside them, roots, signatures, checkpoints, and the anchor are held against one another.
    """
    settings = load(flags)
    progress = _progress if sys.stderr.isatty() and not as_json else _silent
    with opened_store(settings) as store:
        with store.reading() as rows:
            keys = list(rows.signing_keys().values())
        anchor = _anchor(settings, keys)
        kept = None
        if since is not None:
            kept = _checkpoint(since.read_text("ascii", "replace"), str(since), keys)
        vouched = [one for one in (anchor, kept) if one is not None]
        found = audit(store, since=kept, vouched=vouched, progress=progress)
    click.echo(json.dumps(_data(found), ensure_ascii=False) if as_json else "\n".join(_lines(found)))
    click.get_current_context().exit(int(bool(found.wrong)))


@audit_group.command("export")
@click.argument("file", type=click.File("x", encoding="utf-8", lazy=True))
@with_(OPTIONS)
@in_words
def export_log(file: TextIO, **flags: Any) -> None:
    """Write the log into a new FILE; - is standard output. An export by ecp audit export is recorded, too.

    A line of JSON an entry: its text, whose hash is the leaf, and the signature of a receipt. The last line has a
    checkpoint over all of them, signed, and the keys: ecp audit verify FILE takes it anywhere.
    """
    settings = load(flags)
    with opened_store(settings) as store:
        count = _export(settings, store, file)
    if file.name != "-":
        click.echo(f"{count:,} entries are in {file.name}.")


def _export(settings: Settings, store: DatabaseStore, file: TextIO) -> int:
    signed = signed_head(settings, store, datetime.now(UTC))
    checkpoint = read_checkpoint(read_signed(signed)[0])
    size = checkpoint.size
    for start in range(0, size, _AT_ONCE):
        with store.reading() as rows:
            for row in rows.entries(start, min(_AT_ONCE, size - start)):
                told = {"log_index": row.log_index, "text": row.text(), "signature": signature_of(row) or None}
                file.write(json.dumps(told) + "\n")
    with store.reading() as rows:
        keys = list(rows.signing_keys().values())
    signers = {"allowed_signers": allowed_signers(checkpoint.origin, keys), "revoked_keys": revoked_keys(keys)}
    file.write(json.dumps({"checkpoint": signed, **signers}) + "\n")
    return size


def _lines(found: Audited) -> Iterator[str]:
    said = f"{found.entries:,} entries, {found.signatures:,} signed receipts, {found.checkpoints:,} checkpoints"
    if not found.wrong:
        yield f"SOUND  {said}"
    else:
        yield f"NOT SOUND  {said}; the first that is wrong is entry {found.wrong[0].entry:,}."
        yield from (f"  {one.words}" for one in found.wrong)
    if found.more:
        yield f"  and {found.more:,} more"
    if found.unsigned:
        yield f"  {found.unsigned:,} receipts are from before receipts were signed"
    if found.wrong:
        yield f"  {_RESTORE}"


def _data(found: Audited) -> dict[str, Any]:
    return {
        "state": "not-sound" if found.wrong else "sound",
        "entries": found.entries,
        "signatures": found.signatures,
        "checkpoints": found.checkpoints,
        "unsigned": found.unsigned,
        "first_wrong": found.wrong[0].entry if found.wrong else None,
        "wrong": [{"entry": one.entry, "what": one.words} for one in found.wrong],
        "more": found.more,
    }


def _anchor(settings: Settings, keys: Sequence[SigningKey]) -> Checkpoint | None:
    signed = AnchorFile(settings.data_dir / "anchor").read()
    return None if signed is None else _checkpoint(signed, "The anchor", keys)


def _checkpoint(signed: str, what: str, keys: Sequence[SigningKey]) -> Checkpoint:
    """As it was signed by a key of this platform: what anybody may have written vouches for nothing."""
    try:
        text, armour = read_signed(signed)
        checkpoint = read_checkpoint(text)
    except ValueError as error:
        raise SettingsError(f"{what} is not a signed checkpoint.") from error
    signers = read_allowed_signers(allowed_signers(checkpoint.origin, keys))
    judged = judge_checkpoint(checkpoint, armour, signers, read_revoked_keys(revoked_keys(keys)))
    if judged.state != "ok":
        raise SettingsError(f"{what} cannot be relied on. {judged.words}")
    return checkpoint


def _progress(done: int, of: int) -> None:
    click.echo(f"\r{done:,} of {of:,} entries", nl=done == of, err=True)


def _silent(done: int, of: int) -> None:
    """Nobody looks on."""
