"""`ecp activity`: Activity Enquiry for programs and pipes."""

from __future__ import annotations

from typing import Any, get_args

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import ActivityFilter, State
from ecp_tui import wording
from ecp_tui.commands.call import Call, Day, command
from ecp_tui.commands.rows import activity_lines
from ecp_tui.records import activity_record


@click.command()
@click.option("--from", "from_date", type=Day(), metavar="DATE", help="Received on this date or later.")
@click.option("--to", "to_date", type=Day(), metavar="DATE", help="Received on this date or earlier.")
@click.option("--folder", metavar="CODE", help="Of this folder.")
@click.option("--identity", "identity_code", metavar="CODE", help="For this identity code.")
@click.option("--user", "login_id", metavar="LOGIN_ID", help="By this login ID.")
@click.option("--channel", type=click.Choice(["console", "http", "sftp"]), help="By this way.")
@click.option("--state", type=click.Choice(get_args(State)), metavar="STATE", help="In this state only.")
@click.option("--name", metavar="TEXT", help="With this anywhere in the file name.")
@click.option("--sha256", metavar="PREFIX", help="With a SHA-256 that begins so.")
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="At most so many.")
@click.option("--cursor", metavar="TEXT", help="Go on where an answer with this cursor ended.")
@command
async def activity(call: Call, /, limit: int, cursor: str | None, **wanted: Any) -> Exit:
    """List activities, newest first, with the SHA-256 of every accepted file.

    Of each SHA-256 the first 8 digits are listed; --json has all 64.

    \b
    Examples:
      ecp activity --folder SD-1 --from 2026-11-01
      ecp activity --state refused --json
    """
    try:
        asked = ActivityFilter.model_validate(wanted)
    except ValueError as error:
        raise Refused(NOT_UNDERSTOOD, what="--sha256 takes 1 to 64 digits, 0 to 9 and a to f.") from error
    async with call.client() as client:
        page = await client.activity(asked, cursor=cursor, limit=limit)
    data = {
        "items": [activity_record(item) for item in page.items],
        "cursor": page.cursor,
        "total": page.total,
        "total_is_more": page.total_is_more,
    }
    call.answer(data, activity_lines(page.items) if page.items else ())
    if not page.items:
        call.note("No activity is of that kind.")
    elif page.cursor and not call.json:
        total = wording.count(page.total, more=page.total_is_more)
        call.note(f"{len(page.items)} of {total} shown; the next ones: --cursor {page.cursor}")
    return Exit.OK
