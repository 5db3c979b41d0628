"""`ecp check` and `ecp submit`: the verdict on a file, and the file itself."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from backend.contract.faults import Exit, Refused
from backend.contract.messages import Check, Receipt
from backend.contract.rules.expectations import Unexpected, explanation_of, refuse_unexplained
from backend.contract.rules.receipts import instant_text
from ecp_tui import wording
from ecp_tui.client import EcpClient
from ecp_tui.commands.by_sftp import Asked, by_sftp
from ecp_tui.commands.call import Call, Day, command
from ecp_tui.commands.local import STANDARD, LocalFile
from ecp_tui.commands.piped import name_option, named, piped
from ecp_tui.commands.rows import finding_lines, receipt_lines
from ecp_tui.digest import digest, size_of
from ecp_tui.draft import Draft, Upload, propose
from ecp_tui.records import activity_record, receipt_record
from ecp_tui.transfers import Transfer, Transfers, upload_of

BACKOFF: Final = (1.0, 2.0, 4.0)
_folder = click.option("--folder", metavar="CODE", help="The folder; else the one whose file names fit.")
_identity = click.option("--identity", "identity_code", metavar="CODE", help="The identity code; else the name's.")
_input_date = click.option("--input-date", type=Day(), metavar="DATE", help="The input date; else the name's.")


@click.command()
@click.argument("file", type=LocalFile())
@_folder
@_identity
@_input_date
@name_option
@command
async def check(call: Call, /, file: Path, name: str | None, **chosen: Any) -> Exit:
    """Say what would become of FILE if it were submitted now, and submit nothing.

    What is not as the folder expects is listed, and the exit code 5: such a file needs ecp submit --explain.
    Where FILE is - it is standard input: that goes to the server to be judged there, and is not kept.

    \b
    Examples:
      ecp check SD1_01234_20261120.csv
      ecp check return.csv --folder SD-1 --identity 01234 --json
    """
    path = named([file], name)
    async with call.client() as client:
        draft = propose(path, await client.folders(), **chosen)
        if file == STANDARD:
            async with piped(client, draft) as came:
                verdict, arrived = await came.check(), came.arrived
            sizes = {"size": arrived.size, "rows": arrived.rows, "sha256": arrived.sha256}
            return _checked(call, verdict, sizes, verdict.findings)
        draft.request(size_of(file))
        found = await digest(file, None, draft.content, draft.input_date)
        verdict = await client.check(draft.request(found.size, found.sha256))
    sizes = {"size": found.size, "rows": found.rows, "sha256": found.sha256}
    return _checked(call, verdict, sizes, found.unexpected)


@click.command()
@click.argument("files", type=LocalFile(), nargs=-1, required=True, metavar="FILE...")
@_folder
@_identity
@_input_date
@name_option
@click.option("--explain", metavar="TEXT", help="Why what is found in them is right all the same.")
@by_sftp
@command
async def submit(
    call: Call,
    files: Sequence[Path],
    folder: str | None,
    identity_code: str | None,
    input_date: date | None,
    name: str | None,
    explain: str | None,
    door: Asked | None,
) -> Exit:
    """Submit files; folder, identity and input date are read from each name where they are not given.

    With --json one object is written for each file, one a line, in the order of the files. The exit code is that of
    the first file that was not accepted; the others are submitted all the same. Where FILE is - it is standard input.

    A file that is not as its folder expects is refused (4524) unless --explain says why it is right; where nothing was
    found, that is not kept.

    \b
    Examples:
      ecp submit SD1_01234_20261120.csv
      ecp submit *.csv --folder SD-1 --json
      ecp submit - --name SD1_01234_20261120.csv < return.csv
      ecp submit SD1_01234_20261120.csv --sftp --login CHAN01 --key KEY --json
    """
    if door is not None:
        if explain is not None:
            raise click.UsageError("--explain does not go with --sftp: such files are explained later, by ecp explain.")
        from ecp_tui.commands.unattended import submitted  # what speaks SSH is loaded only to do so

        return await submitted(call, door, files, folder, identity_code, input_date)
    path = named(files, name)
    explain = explanation_of(explain) if explain is not None else None
    async with call.client() as client:
        folders = await client.folders()
        if STANDARD in files:
            draft = propose(path, folders, folder=folder, identity_code=identity_code, input_date=input_date)
            receipt = await _sent_piped(call, client, draft, explain)
            call.answer(receipt_record(receipt), receipt_lines(receipt))
            return Exit.OK

        async def sent(file: Path) -> Transfer:
            draft = propose(file, folders, folder=folder, identity_code=identity_code, input_date=input_date)
            return await _sent(call, client, draft, explain)

        return await each(call, files, sent)


async def _sent_piped(call: Call, client: EcpClient, draft: Draft, explanation: str | None) -> Receipt:
    """What standard input held, checked and submitted as a file would be."""
    async with piped(client, draft) as came:
        _note_replaced(call, draft, await came.check())
        return await came.submit(explanation)


def _note_replaced(call: Call, draft: Draft, verdict: Check) -> None:
    if verdict.replaces is not None and not verdict.unchanged:
        call.note(f"{draft.file_name} replaces version {verdict.replaces.version} ({verdict.replaces.sha256}).")


async def _sent(call: Call, client: EcpClient, draft: Draft, explanation: str | None) -> Transfer:
    """Checks, then sends under one id for all attempts; returns with a receipt or raises the fault."""
    draft.request(size_of(draft.path))
    found = await digest(draft.path, None, draft.content, draft.input_date)
    verdict = await client.check(draft.request(found.size, found.sha256))
    _note_replaced(call, draft, verdict)
    if explanation is None and not verdict.unchanged:
        refuse_unexplained(found.unexpected)
    upload = upload_of(draft, found, explanation=explanation)
    return await delivered(call, Transfers(client.submit, client.let_go, backoff=BACKOFF), upload)


async def each(call: Call, files: Sequence[Path], sent: Callable[[Path], Awaitable[Transfer]]) -> Exit:
    """Every file has its answer; the exit code is that of the first that was not accepted."""
    codes: list[Exit] = []
    for file in files:
        try:
            transfer = await sent(file)
        except Refused as refused:
            if len(files) == 1:
                raise
            call.fault(refused, about=file.name)
            codes.append(refused.fault.exit)
            continue
        if transfer.receipt is not None:
            call.answer(receipt_record(transfer.receipt), receipt_lines(transfer.receipt))
    return codes[0] if codes else Exit.OK


async def delivered(call: Call, transfers: Transfers, upload: Upload) -> Transfer:
    """One file, its progress shown; with its receipt, or raises the fault."""
    transfers.listen(lambda transfer: _progress(call, transfer))
    transfer = transfers.start(upload)
    try:
        await transfer.wait()
    finally:
        await transfers.close()
    if transfer.fault is not None and transfer.receipt is None:
        raise transfer.fault
    return transfer


def _progress(call: Call, transfer: Transfer) -> None:
    """One line that rewrites itself where a person watches standard error; elsewhere a line for each time it waits."""
    if call.json or not sys.stderr.isatty():
        if transfer.retry_at is not None and transfer.running:
            call.note(transfer.words)
        return
    if not transfer.running:
        click.echo("\r\x1b[K", nl=False, err=True)
        return
    click.echo(f"\r\x1b[K{transfer.words}", nl=False, err=True)


def _checked(call: Call, verdict: Check, sizes: dict[str, Any], findings: Sequence[Unexpected]) -> Exit:
    """The exit code says whether it would be accepted as it is."""
    state = "unchanged" if verdict.unchanged else "needs-explanation" if findings else "acceptable"
    data = {"state": state, **_check_data(verdict), **sizes, "findings": [asdict(one) for one in findings]}
    call.answer(data, _check_lines(verdict, state, sizes, findings))
    return Exit.NOT_ACCEPTABLE if state == "needs-explanation" else Exit.OK


def _check_data(verdict: Check) -> dict[str, Any]:
    return {
        "folder": verdict.folder,
        "identity_code": verdict.identity_code,
        "input_date": verdict.input_date.isoformat(),
        "file_name": verdict.file_name,
        "replaces": activity_record(verdict.replaces) if verdict.replaces else None,
        "unchanged": verdict.unchanged,
        "cut_off": instant_text(verdict.cut_off) if verdict.cut_off else None,
    }


def _check_lines(verdict: Check, state: str, sizes: dict[str, Any], findings: Sequence[Unexpected]) -> Iterator[str]:
    said = "needs an explanation" if state == "needs-explanation" else "acceptable"
    yield f"{said}  {verdict.file_name}  {verdict.folder}  {verdict.identity_code}  {verdict.input_date}"
    yield f"  size      {wording.size_exact(sizes['size'])}"
    yield f"  SHA-256   {sizes['sha256']}"
    if verdict.unchanged:
        yield "  The same bytes were accepted before: submitting answers with their receipt."
    elif verdict.replaces is not None:
        before = verdict.replaces
        yield f"  It would replace version {before.version} of {instant_text(before.at)}."
    if verdict.cut_off is not None:
        yield f"  cut-off   {instant_text(verdict.cut_off)}"
    yield from finding_lines(findings)
