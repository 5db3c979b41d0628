"""`ecp explain`: why what was found in an accepted file is right all the same."""

from __future__ import annotations

import click

from backend.contract.faults import Exit
from backend.contract.rules.expectations import explanation_of
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.rows import receipt_lines
from ecp_tui.records import receipt_record


@click.command()
@click.argument("log_index", type=click.IntRange(min=0), metavar="LOG_INDEX")
@click.argument("explanation", metavar="TEXT")
@command
async def explain(call: Call, /, log_index: int, explanation: str) -> Exit:
    """Say why the findings in an accepted file are right: for whoever submits there, until it is replaced.

    Each explanation is an entry of the log; the latest one is what the exchange reads first. Files that came by SFTP
    are explained so, for nobody could be asked.

    \b
    Examples:
      ecp explain 4711 "The new fund's positions, told to Listing on Thursday"
      ecp explain 4711 "Checked with the desk: a block trade" --json
    """
    words = explanation_of(explanation)
    async with call.client() as client:
        entry = await client.explain(log_index, words)
    call.answer(receipt_record(entry), receipt_lines(entry))
    return Exit.OK
