"""`ecp folders`: what the account may submit to and download from."""

from __future__ import annotations

import click

from backend.contract.faults import Exit
from backend.contract.messages import Folder
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.rows import table


@click.command()
@command
async def folders(call: Call) -> Exit:
    """List the folders that your functions map to, with their file names and dates.

    \b
    Examples:
      ecp folders
      ecp folders --json
    """
    async with call.client() as client:
        found = await client.folders()
    rows = [("FOLDER", "DIRECTION", "IDENTITIES", "FILE NAME", "TITLE"), *(_row(folder) for folder in found)]
    call.answer({"items": [folder.model_dump(mode="json") for folder in found]}, table(rows))
    if not found:
        call.note("No folders: ask your delegated administrators which functions are granted to you.")
    return Exit.OK


def _row(folder: Folder) -> tuple[str, str, str, str, str]:
    identities = ",".join(identity.identity_code for identity in folder.identities)
    return folder.folder, folder.direction, identities or "–", " ".join(folder.patterns) or "–", folder.title
