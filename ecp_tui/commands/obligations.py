"""`ecp obligations`: who must file what by when, and how it stands; more time, and who need not file."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args
from zoneinfo import ZoneInfo

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import DueState, Exempt, ExtendCutOff, Obligation
from ecp_tui import wording
from ecp_tui.commands.call import Call, Day, command
from ecp_tui.commands.change_requests import moment, propose
from ecp_tui.commands.nouns import Noun, asked, note_option
from ecp_tui.commands.rows import table
from ecp_tui.obligation_records import obligation_record
from ecp_tui.pastes import find_moment

_folder = click.argument("folder", metavar="FOLDER")
_input_date = click.argument("input_date", type=Day(), metavar="DATE")
_reason = click.option("--reason", metavar="TEXT", required=True, help="Why; firms read it.")


@click.group(cls=Noun)
def obligations() -> None:
    """List obligations, extend a cut-off, exempt identities.

    Firms see their own; operators and auditors see everybody's, and operators propose changes of them.

    \b
    Examples:
      ecp obligations
      ecp obligations --folder SD-1 --state due --json
      ecp obligations extend SD-1 2026-11-23 --until 22:00 \\
          --reason "Typhoon signal no. 8"
    """


@obligations.command("list")
@click.option("--folder", metavar="CODE", help="Of this folder.")
@click.option("--input-date", type=Day(), metavar="DATE", help="For this input date.")
@click.option("--days", type=click.IntRange(1, 20), help="For the input dates of so many trading days.")
@click.option("--identity", "identity_code", metavar="CODE", help="Of this identity code.")
@click.option("--company", metavar="CODE", help="Of this company.")
@click.option("--state", "states", type=click.Choice(get_args(DueState)), multiple=True, help="In this state; repeat.")
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="At most so many.")
@click.option("--cursor", metavar="TEXT", help="Go on where an answer with this cursor ended.")
@command
async def list_(call: Call, /, **wanted: Any) -> Exit:
    """List obligations, the next cut-off first.

    Those that are open, unless a date or days are named.

    \b
    Examples:
      ecp obligations --state missing
      ecp obligations list --company ACME --days 10 --json
    """
    async with call.client() as client:
        page = await client.obligations(**wanted)
    data = {"items": [obligation_record(one) for one in page.items], "total": page.total, "cursor": page.cursor}
    call.answer(data, _lines(page.items) if page.items else ())
    if not page.items:
        call.note("There is none.")
    elif page.cursor and not call.json:
        call.note(f"{len(page.items)} of {wording.count(page.total)} shown; the next ones: --cursor {page.cursor}")
    return Exit.OK


@obligations.command()
@_folder
@_input_date
@click.option("--until", metavar="TIME", required=True, help="22:00, or 2026-11-23 22:00, in the server's time zone.")
@click.option("--identity", "codes", metavar="CODE", multiple=True, help="For this one alone; repeat. Else for all.")
@_reason
@note_option
@command
async def extend(
    call: Call, /, folder: str, input_date: date, until: str, codes: tuple[str, ...], reason: str, note: str
) -> Exit:
    """Propose a later cut-off, for somebody else to check.

    \b
    Examples:
      ecp obligations extend SD-1 2026-11-23 --until 22:00 \\
          --reason "Typhoon signal no. 8"
      ecp obligations extend SD-1 2026-11-23 --until "2026-11-24 09:00" \\
          --identity 01234 --reason "Line to the exchange down" --json
    """
    async with call.client() as client:
        zone = ZoneInfo((await client.landing()).timezone)
        stands = (await client.obligations(folder=folder.upper(), input_date=input_date, limit=1)).items
        near = stands[0].cut_off.astimezone(zone) if stands else None
        at = find_moment(until, near) if near is not None else None
        if near is None or at is None:
            what = f"--until takes 22:00 or 2026-11-23 22:00, not {until!r}." if near else "Nobody files there."
            raise Refused(NOT_UNDERSTOOD, what=what)
        facts = {"folder": folder, "input_date": input_date, "until": at, "identity_codes": codes}
        return await propose(call, client, asked(ExtendCutOff, **facts, reason=reason, note=note))


@obligations.command()
@_folder
@_input_date
@click.argument("codes", metavar="IDENTITY...", nargs=-1, required=True)
@_reason
@note_option
@command
async def exempt(call: Call, /, folder: str, input_date: date, codes: tuple[str, ...], reason: str, note: str) -> Exit:
    """Propose that these identities need not file for DATE.

    \b
    Examples:
      ecp obligations exempt SD-1 2026-11-23 01234 --reason "Ceased trading"
      ecp obligations exempt SD-1 2026-11-23 01234 01235 \\
          --reason "Ceased trading" --json
    """
    facts = {"folder": folder, "input_date": input_date, "identity_codes": codes}
    async with call.client() as client:
        return await propose(call, client, asked(Exempt, **facts, reason=reason, note=note))


def _lines(items: tuple[Obligation, ...]) -> Any:
    rows = [("CUT-OFF", "FOLDER", "INPUT DATE", "IDENTITY", "STATE", "RECEIVED", "NAME")]
    for one in items:
        state = f"{one.state}, extended" if one.extended and one.state in ("due", "missing") else one.state
        facts = (moment(one.cut_off), one.folder, one.input_date.isoformat(), one.identity_code)
        rows.append((*facts, state, moment(one.received), one.identity_name))
    return table(rows)
