"""`ecp board`: who has filed and who has not, a line for each folder and input date."""

from __future__ import annotations

import click

from backend.contract.faults import Exit
from ecp_tui import wording
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.change_requests import moment
from ecp_tui.commands.rows import table
from ecp_tui.obligation_wording import counts, filed


@click.command()
@command
async def board(call: Call, /) -> Exit:
    """List what is open, the next cut-off first, with how many have filed: for operators and auditors.

    ecp obligations says who they are.

    \b
    Examples:
      ecp board
      ecp board --json
    """
    async with call.client() as client:
        found = await client.board()
    rows = [("CUT-OFF", "FOLDER", "INPUT DATE", "FILED", "STATES")]
    for line in found.lines:
        said = ", ".join(words for _, words in counts(line)) + (", extended" if line.extended else "")
        rows.append((moment(line.cut_off), line.folder, line.input_date.isoformat(), filed(line), said))
    call.answer(found.model_dump(mode="json"), table(rows) if found.lines else ())
    if not found.lines:
        call.note("Nothing is open.")
    elif missing := sum(line.missing for line in found.lines):
        call.note(f"{wording.count(missing)} missing: ecp obligations --state missing")
    return Exit.OK
