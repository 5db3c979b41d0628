"""`ecp receipts keys`: who signs receipts; and the two files that verify them, saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.rules.signers import ALLOWED_SIGNERS, REVOKED_KEYS
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.local import STANDARD, LocalFile
from ecp_tui.commands.rows import table
from ecp_tui.holdings import Signers, save_signers
from ecp_tui.receipt_keys import ReceiptKey, receipt_keys


@click.command("keys")
@click.option(
    "--output",
    "-o",
    type=LocalFile(writes=True),
    metavar="PATH",
    help="Save allowed_signers there, and revoked_keys beside it; - is standard output, for the first.",
)
@command
async def keys(call: Call, output: Path | None) -> Exit:
    """Show which keys sign receipts; save them.

    Nobody needs to be signed in. Compare the fingerprints once with those that the exchange publishes elsewhere: who
    takes the keys from the exchange whenever they are needed trusts it each time. A file that has other keys than the
    server shows is not written over.

    \b
    Examples:
      ecp receipts keys
      ecp receipts keys --output allowed_signers
      ecp receipts keys --json
    """
    if output == STANDARD and call.json:
        raise Refused(NOT_UNDERSTOOD, what="--json and --output - both want standard output.")
    async with call.client(signed_in=False) as client:
        files = Signers(await client.allowed_signers(), await client.revoked_keys())
    if output == STANDARD:
        click.echo(files.allowed, nl=False)
        return Exit.OK
    path = ""
    if output is not None:
        folder = output.expanduser()
        path = str(save_signers(folder / ALLOWED_SIGNERS if folder.is_dir() else folder, files))
    found = receipt_keys(files, datetime.now(UTC))
    texts = {ALLOWED_SIGNERS: files.allowed, REVOKED_KEYS: files.revoked}
    call.answer({"items": [_item(one) for one in found], **texts, "path": path}, _lines(found, path))
    return Exit.OK


def _item(one: ReceiptKey) -> dict[str, Any]:
    since, until = one.signer.after, one.signer.before
    return {
        "state": one.state,
        "fingerprint": one.fingerprint,
        "public_key": one.signer.public_key,
        "origin": one.signer.origin,
        "since": since and since.isoformat(),
        "until": until and until.isoformat(),
    }


def _lines(found: Sequence[ReceiptKey], path: str) -> Iterator[str]:
    rows = [("STATE", "FINGERPRINT", "SINCE", "UNTIL")]
    rows += [(one.state, one.fingerprint, _day(one.signer.after), _day(one.signer.before)) for one in found]
    yield from table(rows) if found else ("This server shows no key: nothing that it says is signed.",)
    if path:
        yield f"saved  {path}"


def _day(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d}" if instant is not None else "–"
