"""`ecp receipts`: the receipts of what was accepted, listed, shown and saved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import Activity, ActivityFilter, Receipt
from backend.contract.rules.shown import shown
from ecp_tui.client import EcpClient
from ecp_tui.commands.call import Call, Day, command
from ecp_tui.commands.local import STANDARD, LocalFile, served
from ecp_tui.commands.nouns import Noun
from ecp_tui.commands.rows import table
from ecp_tui.records import activity_record, receipt_record
from ecp_tui.saving import file_name, save

_PAGE: Final = 500
_index = click.IntRange(min=0)


@click.group(cls=Noun)
def receipts() -> None:
    """List receipts, show one, save some.

    A receipt is a text: who submitted which bytes for what, when, and where that stands in the server's log.

    \b
    Examples:
      ecp receipts --folder SD-1
      ecp receipts save 4711 4712 --output receipts/
      ecp receipts show 4711 --json
    """


@receipts.command("list")
@click.option("--from", "from_date", type=Day(), metavar="DATE", help="Received on this date or later.")
@click.option("--to", "to_date", type=Day(), metavar="DATE", help="Received on this date or earlier.")
@click.option("--folder", metavar="CODE", help="Of this folder.")
@click.option("--identity", "identity_code", metavar="CODE", help="For this identity code.")
@click.option("--name", metavar="TEXT", help="With this anywhere in the file name.")
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="At most so many.")
@command
async def list_(call: Call, /, limit: int, **wanted: Any) -> Exit:
    """List what was accepted, newest first.

    \b
    Examples:
      ecp receipts
      ecp receipts list --from 2026-11-01 --json
    """
    async with call.client() as client:
        items, more = await _accepted(client, ActivityFilter.model_validate(wanted), limit)
    rows = [("LOG INDEX", "RECEIVED", "VERSION", "FOLDER", "IDENTITY", "FILE")]
    for one in items:
        at, version = f"{one.at:%Y-%m-%d %H:%M}Z", str(one.version or "–")
        rows.append(
            (str(one.log_index), at, version, one.folder or "–", one.identity_code or "–", one.file_name or "–")
        )
    call.answer({"items": [activity_record(one) for one in items], "more": more}, table(rows) if items else ())
    if not items:
        call.note("There is no receipt of that kind.")
    elif more and not call.json:
        call.note(f"{len(items)} shown; there are older ones: --limit, or --to DATE.")
    return Exit.OK


@receipts.command()
@click.argument("log_index", type=_index, metavar="LOG_INDEX")
@command
async def show(call: Call, log_index: int) -> Exit:
    """Show one receipt as it was issued.

    \b
    Examples:
      ecp receipts show 4711
      ecp receipts show 4711 --json
    """
    async with call.client() as client:
        receipt = await _receipt(client, log_index)
    call.answer(receipt_record(receipt), [receipt.receipt.rstrip("\n")])
    return Exit.OK


@receipts.command("save")
@click.argument("log_indexes", type=_index, nargs=-1, required=True, metavar="LOG_INDEX...")
@click.option(
    "--output",
    "-o",
    type=LocalFile(writes=True),
    metavar="PATH",
    help="A folder, or for one receipt a file; - is standard output.",
)
@click.option("--replace", is_flag=True, help="Write over a file that lies there.")
@command
async def save_(call: Call, log_indexes: Sequence[int], output: Path | None, *, replace: bool) -> Exit:
    """Save receipts, byte for byte.

    They are called NAME.receipt, of older versions NAME.vN.receipt. Over SSH they go to standard
    output, one after the other.

    \b
    Examples:
      ecp receipts save 4711
      ecp receipts save 4711 4712 --output receipts/ --json
    """
    printed = output == STANDARD or (output is None and served() is not None)
    if printed and call.json:
        raise Refused(NOT_UNDERSTOOD, what="--json and --output - both want standard output.")
    async with call.client() as client:
        found = [await _receipt(client, log_index) for log_index in dict.fromkeys(log_indexes)]
    if printed:
        click.echo("".join(one.receipt for one in found), nl=False)
        return Exit.OK
    paths = [_written(one, _target(one, output, single=len(found) == 1), replace=replace) for one in found]
    items = [receipt_record(one) | {"path": str(path)} for one, path in zip(found, paths, strict=True)]
    call.answer({"state": "saved", "items": items}, [f"saved  {path}" for path in paths])
    return Exit.OK


async def _accepted(client: EcpClient, wanted: ActivityFilter, limit: int) -> tuple[list[Activity], bool]:
    """So many of those that have a receipt, and whether there are more."""
    found: list[Activity] = []
    cursor = None
    while True:
        page = await client.activity(wanted, cursor=cursor, limit=_PAGE)
        found += [one for one in page.items if one.version is not None and one.act == "accepted"]
        cursor = page.cursor
        if cursor is None or len(found) > limit:
            return found[:limit], len(found) > limit


async def _receipt(client: EcpClient, log_index: int) -> Receipt:
    """2001 for what has a place in the log, and no receipt."""
    receipt = await client.one_activity(log_index)
    if receipt.activity.act != "accepted":
        raise Refused(NOT_FOUND)
    return receipt


def _target(receipt: Receipt, output: Path | None, *, single: bool) -> Path:
    activity = receipt.activity
    version = f".v{activity.version}" if activity.state == "superseded" else ""
    name = file_name(f"{activity.file_name or activity.log_index}{version}.receipt")
    if output is None:
        return Path(name)
    folder = output.expanduser()
    return folder if single and not folder.is_dir() else folder / name


def _written(receipt: Receipt, target: Path, *, replace: bool) -> Path:
    try:
        return save(target, receipt.receipt.encode("ascii"), replace=replace)
    except FileExistsError as error:
        words = f"{shown(str(target), 200)} exists already; --replace writes over it, --output names another place."
        raise Refused(NOT_UNDERSTOOD, what=words) from error
