"""`ecp receipts`: the receipts of what was accepted, listed, shown and saved, with all that verifies them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import Activity, ActivityFilter, Receipt
from backend.contract.rules.shown import shown
from ecp_tui.client import EcpClient
from ecp_tui.commands.call import Call, Day, command
from ecp_tui.commands.local import STANDARD, LocalFile, read_local, served
from ecp_tui.commands.nouns import Noun
from ecp_tui.commands.receipt_keys import keys
from ecp_tui.commands.rows import table
from ecp_tui.holdings import Signers, bundle, receipt_names, save_all, script, verify_line
from ecp_tui.records import activity_record, receipt_record
from ecp_tui.saving import save

_PAGE: Final = 500
_index = click.IntRange(min=0)


@click.group(cls=Noun)
def receipts() -> None:
    """List receipts, show one, save some.

    A receipt is a text that the exchange has signed: who submitted which bytes for what, when, and where that stands in
    its log. Saved with its signature and its proof it can be verified by anybody, without the exchange: ecp verify.

    \b
    Examples:
      ecp receipts --folder SD-1
      ecp receipts save 4711 4712 --output receipts/
      ecp receipts bundle 4711 --file SD1_01234_20261120.csv
      ecp receipts show 4711 --json
      ecp receipts keys
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
    """Save receipts, byte for byte, with signature and proof.

    They are called NAME.receipt, NAME.receipt.sig and NAME.proof, of older versions NAME.vN.receipt, and where two
    would be called the same NAME.LOG_INDEX.receipt; allowed_signers and revoked_keys lie beside them. To standard
    output, and over SSH, go the receipts alone, one after the other.

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
        proofs = [await client.proof(one.activity.log_index) for one in found]
        signers = await _signers(client)
    targets = [_target(name, output, single=len(found) == 1) for name in receipt_names(found)]
    paths: list[Path] = []
    for target, proof in zip(targets, proofs, strict=True):
        with _asking_to_replace():
            paths += save_all(target, proof, signers, replace=replace)
    verify = [verify_line(target.name, proof) for target, proof in zip(targets, proofs, strict=True)]
    items = [
        receipt_record(one) | {"path": str(target.absolute()), "verify": line}
        for one, target, line in zip(found, targets, verify, strict=True)
    ]
    lines = [*(f"saved  {path}" for path in paths), *(f"verify with  {line}" for line in verify if line)]
    call.answer({"state": "saved", "items": items}, lines)
    return Exit.OK


@receipts.command("bundle")
@click.argument("log_indexes", type=_index, nargs=-1, required=True, metavar="LOG_INDEX...")
@click.option("--output", "-o", type=LocalFile(writes=True), metavar="PATH", help="A file; - is standard output.")
@click.option(
    "--file", "submitted", type=LocalFile(dash=False), multiple=True, metavar="PATH", help="Put this file in, too."
)
@click.option("--replace", is_flag=True, help="Write over a file that lies there.")
@command
async def bundle_(
    call: Call, /, log_indexes: Sequence[int], output: Path | None, submitted: Sequence[Path], *, replace: bool
) -> Exit:
    """Save receipts and all that verifies them as one tar.

    In it are receipts, signatures, proofs, the exchange's keys, a script for sh and openssl, and words on how to use
    them on a computer without a network. Over SSH it goes to standard output.

    \b
    Examples:
      ecp receipts bundle 4711 --file SD1_01234_20261120.csv
      ecp receipts bundle 4711 4712 --output evidence.tar --json
    """
    printed = output == STANDARD or (output is None and served() is not None)
    if printed and call.json:
        raise Refused(NOT_UNDERSTOOD, what="--json and --output - both want standard output.")
    contents = {file.name: read_local(file) for file in submitted}
    if len(contents) < len(submitted):
        raise Refused(NOT_UNDERSTOOD, what="Two of the files have the same name.")
    async with call.client() as client:
        found = [await _receipt(client, log_index) for log_index in dict.fromkeys(log_indexes)]
        named = zip(receipt_names(found), found, strict=True)
        held = {name: await client.proof(one.activity.log_index) for name, one in named}
        tar = bundle(held, await _signers(client), contents)
    if printed:
        click.echo(tar, nl=False)
        return Exit.OK
    target = (output or Path(f"{next(iter(held))}.evidence.tar")).expanduser()
    with _asking_to_replace():
        path = save(target, tar, replace=replace)
    call.answer(
        {"state": "saved", "items": [receipt_record(one) | {"path": str(path)} for one in found]}, [f"saved  {path}"]
    )
    return Exit.OK


@receipts.command("script")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
def script_(*, as_json: bool) -> None:
    """Print the script that verifies with sh and openssl.

    It needs neither ecp nor a network: sh verify.sh NAME.receipt FILE.

    \b
    Examples:
      ecp receipts script > verify.sh
      ecp receipts script --json
    """
    text = script().decode("ascii")
    click.echo(json.dumps({"script": text}) if as_json else text, nl=as_json)


receipts.add_command(keys)


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


def _target(name: str, output: Path | None, *, single: bool) -> Path:
    if output is None:
        return Path(f"{name}.receipt")
    folder = output.expanduser()
    return folder if single and not folder.is_dir() else folder / f"{name}.receipt"


async def _signers(client: EcpClient) -> Signers:
    return Signers(await client.allowed_signers(), await client.revoked_keys())


@contextmanager
def _asking_to_replace() -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        there = shown(str(error.args[0]), 200)
        words = f"{there} exists already; --replace writes over it, --output names another place."
        raise Refused(NOT_UNDERSTOOD, what=words) from error
