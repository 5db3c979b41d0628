"""`ecp migration`: which folders have moved to ECP 2.0, and when the others do (appendix 7.3)."""

from __future__ import annotations

from collections.abc import Iterator

import click

from backend.contract.faults import Exit
from backend.contract.messages import Migration
from backend.contract.rules.receipts import instant_text
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.rows import table
from ecp_tui.migration_wording import IN_DUE_COURSE


@click.command()
@command
async def migration(call: Call) -> Exit:
    """List the submission folders, where each is served, and when those that have not moved do.

    \b
    Examples:
      ecp migration
      ecp migration --json
    """
    async with call.client() as client:
        found = await client.migration()
    call.answer(found.model_dump(mode="json"), _lines(found))
    return Exit.OK


def _lines(found: Migration) -> Iterator[str]:
    at = {one.batch: one.switched or one.at for one in found.batches}
    rows = [("FOLDER", "SERVED BY", "BATCH", "MOVES", "TITLE")]
    for one in found.folders:
        moves = at.get(one.batch or "")
        when = instant_text(moves)[:19] + "Z" if moves else "–" if one.route == "ecp2" else IN_DUE_COURSE
        there = "ECP 2.0" if one.route == "ecp2" else "existing ECP"
        rows.append((one.folder, there, one.batch or "–", when, one.title))
    yield from table(rows)
    if found.existing_ecp:
        yield f"The existing ECP is at {found.existing_ecp}"
    if found.decommissioned is not None:
        yield f"The existing ECP ended on {instant_text(found.decommissioned)[:19]}Z"
