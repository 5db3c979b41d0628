"""`ecp submit|ls|get --sftp`: through the SFTP endpoint with a registered key, for work that runs alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

from backend.contract.faults import DISAGREE, NOT_FOUND, NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import Publication
from ecp_tui.client.sftp import SftpClient
from ecp_tui.client.sftp_places import Tree, place_of, said_date
from ecp_tui.commands.by_sftp import Asked
from ecp_tui.commands.call import Call
from ecp_tui.commands.downloads import fetched, publication_lines, saved_lines
from ecp_tui.commands.submissions import BACKOFF, delivered, each
from ecp_tui.digest import digest, size_of
from ecp_tui.draft import Upload
from ecp_tui.records import publication_record
from ecp_tui.transfers import Transfer, Transfers, new_submission_id

_STREAM: Final = Path("-")
_UNTOLD: Final = {"log_index": None, "input_date": None, "version": None}
"""What SFTP does not tell of a published file."""


@asynccontextmanager
async def _client(call: Call, door: Asked) -> AsyncIterator[SftpClient]:
    client = SftpClient(door.entrance(call.config))
    try:
        yield client
    finally:
        await client.close()


async def submitted(
    call: Call,
    door: Asked,
    files: Sequence[Path],
    folder: str | None,
    identity_code: str | None,
    input_date: date | None,
) -> Exit:
    async with _client(call, door) as client:

        async def sent(file: Path) -> Transfer:
            upload = await _upload(client, file, folder, identity_code, input_date)
            return await delivered(call, Transfers(client.submit, backoff=BACKOFF), upload)

        return await each(call, files, sent)


async def listed(
    call: Call, door: Asked, folder: str | None, identity_code: str | None, limit: int, cursor: str | None
) -> Exit:
    if cursor is not None:
        raise Refused(NOT_UNDERSTOOD, what="--cursor does not go with --sftp: --limit says how many are listed.")
    async with _client(call, door) as client:
        tree = _narrowed(await client.tree(), folder, identity_code)
        found = await client.published(tree, limit=limit)
    data = {"items": [_record(one) for one in found], "cursor": None}
    call.answer(data, publication_lines(found, told=False) if found else ())
    if not found:
        call.note("Nothing was published there for your identities.")
    return Exit.OK


async def got(
    call: Call,
    door: Asked,
    name: str,
    output: Path | None,
    folder: str | None,
    identity_code: str | None,
    *,
    replace: bool,
) -> Exit:
    if output == _STREAM:
        raise Refused(NOT_UNDERSTOOD, what="--output - does not go with --sftp: name a file or a folder.")
    async with _client(call, door) as client:
        found = await client.published(_narrowed(await client.tree(), folder, identity_code), name)
        if not found:
            raise Refused(NOT_FOUND)
        done = await fetched(call, client.fetch, found[0], output, replace=replace)
    call.answer(_record(found[0]) | {"path": str(done.target)}, saved_lines(found[0], done))
    return Exit.OK


async def _upload(
    client: SftpClient, file: Path, folder: str | None, identity_code: str | None, input_date: date | None
) -> Upload:
    """The file is read before a line is opened; what its name decides is decided before it is sent."""
    if file == _STREAM:
        raise Refused(NOT_UNDERSTOOD, what="Standard input does not go with --sftp: name the file.")
    size_of(file)
    found = await digest(file)
    place = place_of(file.name, await client.tree(), folder=folder, identity_code=identity_code)
    return Upload(
        submission_id=new_submission_id(),
        folder=place.folder,
        identity_code=place.identity_code,
        input_date=_input_date(file.name, input_date),
        file_name=file.name,
        path=file,
        size=found.size,
        sha256=found.sha256,
        modified=found.modified,
    )


def _input_date(file_name: str, chosen: date | None) -> date:
    """By SFTP the name alone says it: what was chosen must agree. A name that says none is for the day that is due."""
    said = said_date(file_name)
    if chosen is None or chosen == said:
        return said or date.min
    if said is None:
        raise Refused(NOT_UNDERSTOOD, what="--input-date does not go with --sftp: there the file's name says it.")
    raise Refused(
        DISAGREE,
        reason="input_date",
        in_name=said.isoformat(),
        chosen=chosen.isoformat(),
        what=f"The name says {said}, the input date says {chosen}.",
        fix=f"Set the input date to {said}, or rename the file.",
    )


def _narrowed(tree: Tree, folder: str | None, identity_code: str | None) -> Tree:
    """Of one folder, of one identity; 2001 where there is no such one."""
    found = {
        code: [one for one in folders if folder is None or one.casefold() == folder.casefold()]
        for code, folders in tree.items()
        if identity_code in (None, code)
    }
    if (folder or identity_code) and not any(found.values()):
        raise Refused(NOT_FOUND)
    return found


def _record(one: Publication) -> dict[str, Any]:
    return publication_record(one) | _UNTOLD
