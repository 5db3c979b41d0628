"""`ecp ls` and `ecp get`: what the operator published, and the files themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from hashlib import sha256
from pathlib import Path
from typing import Final

import click

from backend.contract.faults import DAMAGED, NOT_FOUND, NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import Fetchable, Publication, PublicationFilter
from backend.contract.rules.receipts import instant_text
from backend.contract.rules.shown import shown
from ecp_tui import wording
from ecp_tui.client import EcpClient
from ecp_tui.commands.by_sftp import Asked, by_sftp
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.local import STANDARD, LocalFile, served
from ecp_tui.commands.rows import table
from ecp_tui.downloads import Download, Downloads, Fetch
from ecp_tui.records import publication_record
from ecp_tui.saving import file_name

_PAGE: Final = 500


@click.command()
@click.argument("folder", required=False)
@click.option("--identity", "identity_code", metavar="CODE", help="For this identity code.")
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="At most so many.")
@click.option("--cursor", metavar="TEXT", help="Go on where an answer with this cursor ended.")
@by_sftp
@command
async def ls(
    call: Call, folder: str | None, identity_code: str | None, limit: int, cursor: str | None, door: Asked | None
) -> Exit:
    """List published files, newest first; in FOLDER alone where one is named.

    \b
    Examples:
      ecp ls RPT-TRD
      ecp ls --identity 01234 --json
    """
    if door is not None:
        from ecp_tui.commands.unattended import listed  # what speaks SSH is loaded only to do so

        return await listed(call, door, folder, identity_code, limit, cursor)
    async with call.client() as client:
        wanted = PublicationFilter(folder=folder, identity_code=identity_code)
        page = await client.publications(wanted, cursor=cursor, limit=limit)
    data = {"items": [publication_record(one) for one in page.items], "cursor": page.cursor}
    call.answer(data, publication_lines(page.items) if page.items else ())
    if not page.items:
        call.note("Nothing was published there for your identities.")
    elif page.cursor and not call.json:
        call.note(f"{len(page.items)} shown; the next ones: --cursor {page.cursor}")
    return Exit.OK


@click.command()
@click.argument("wanted", metavar="NAME")
@click.option("--output", "-o", type=LocalFile(writes=True), metavar="PATH", help="Where to; - is standard output.")
@click.option("--folder", metavar="CODE", help="In this folder; else wherever the name is.")
@click.option("--identity", "identity_code", metavar="CODE", help="For this identity code; else for any of yours.")
@click.option("--replace", is_flag=True, help="Write over a file that lies there.")
@by_sftp
@command
async def get(
    call: Call,
    wanted: str,
    output: Path | None,
    folder: str | None,
    identity_code: str | None,
    *,
    replace: bool,
    door: Asked | None,
) -> Exit:
    """Fetch a published file, by its name or its log index, into this folder.

    The file gets its name only when all of it is here and its SHA-256 is the published one. Over SSH it goes to
    standard output: ssh -p 2222 CHAN01@HOST get NAME > NAME

    \b
    Examples:
      ecp get TRD_01234_20261120.csv --json
      ecp get 4711 --output - | head
    """
    if door is not None:
        from ecp_tui.commands.unattended import got  # what speaks SSH is loaded only to do so

        return await got(call, door, wanted, output, folder, identity_code, replace=replace)
    async with call.client() as client:
        publication = await _found(client, wanted, PublicationFilter(folder=folder, identity_code=identity_code))
        if output == STANDARD or (output is None and served() is not None):
            await printed(call, client, publication)
            return Exit.OK
        done = await fetched(call, client.fetch, publication, output, replace=replace)
    call.answer(publication_record(publication) | {"path": str(done.target)}, saved_lines(publication, done))
    return Exit.OK


async def _found(client: EcpClient, wanted: str, there: PublicationFilter) -> Publication:
    """The newest of that name, or the one at that place in the log; 2001 where there is none."""
    cursor = None
    while True:
        page = await client.publications(there, cursor=cursor, limit=_PAGE)
        for one in page.items:
            if wanted in (one.file_name, str(one.log_index)) and one.state != "withdrawn":
                return one
        cursor = page.cursor
        if cursor is None:
            raise Refused(NOT_FOUND)


async def fetched(call: Call, fetch: Fetch, wanted: Fetchable, output: Path | None, *, replace: bool) -> Download:
    """Whole at `output`, in that folder or, where neither is named, in this one; or raises the fault."""
    target = output or Path(file_name(wanted.file_name))
    if target.is_dir():
        target /= file_name(wanted.file_name)
    downloads = Downloads(fetch, backoff=(1.0, 2.0, 4.0))
    downloads.listen(lambda download: _progress(call, download))
    try:
        download = downloads.start(wanted, target, replace=replace)
        await download.wait()
    except FileExistsError as error:
        words = f"{shown(str(target), 200)} exists already; --replace writes over it, --output names another place."
        raise Refused(NOT_UNDERSTOOD, what=words) from error
    finally:
        await downloads.close()
    if download.fault is not None:
        raise download.fault
    return download


async def printed(call: Call, client: EcpClient, wanted: Fetchable) -> None:
    """Straight to standard output: whoever reads it hears by the exit code whether all of it was right."""
    if call.json:
        raise Refused(NOT_UNDERSTOOD, what="--json and --output - both want standard output.")
    seen = sha256()
    async with aclosing(client.fetch(wanted, 0)) as chunks:
        async for chunk in chunks:
            seen.update(chunk)
            sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
    if seen.hexdigest() != wanted.sha256:
        raise Refused(DAMAGED, file_name=shown(wanted.file_name, 80))


def _progress(call: Call, download: Download) -> None:
    """One line that rewrites itself, where a person watches standard error."""
    if not call.json and sys.stderr.isatty():
        click.echo(f"\r\x1b[K{download.words if download.running else ''}", nl=False, err=True)


def saved_lines(wanted: Fetchable, done: Download) -> Iterator[str]:
    yield f"saved     {done.target}"
    yield f"  size      {wording.size_exact(wanted.size)}"
    yield f"  SHA-256   {wanted.sha256}"


def publication_lines(publications: Sequence[Publication], *, told: bool = True) -> Iterator[str]:
    """A heading and one line each; by SFTP place in the log and input date are not told."""
    rows = [("LOG INDEX", "PUBLISHED", "STATE", "FOLDER", "IDENTITY", "INPUT DATE", "SIZE", "FILE")]
    for one in publications:
        at, day = f"{instant_text(one.at)[:19]}Z", one.input_date.isoformat() if told else "–"
        facts = (one.state, one.folder, one.identity_code, day, str(one.size), one.file_name)
        rows.append((str(one.log_index) if told else "–", at, *facts))
    yield from table(rows)
