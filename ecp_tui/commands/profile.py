"""`ecp profile`: one's own account as Client Connect knows it, its sessions, and ending them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import Profile, SessionRow
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.change_requests import moment
from ecp_tui.commands.nouns import Noun
from ecp_tui.commands.rows import table

_FEW: Final = 2


class _Own(Noun):
    DEFAULT: ClassVar[str] = "show"


@click.group(cls=_Own)
def profile() -> None:
    """Show your own account, list its sessions, end them.

    Password, authenticator and recovery codes are changed in the console: there a password never leaves its field.

    \b
    Examples:
      ecp profile --json
      ecp profile sessions
      ecp profile end --others
    """


@profile.command()
@command
async def show(call: Call) -> Exit:
    """Show what Client Connect knows about you.

    \b
    Examples:
      ecp profile show
      ecp profile show --json
    """
    async with call.client() as client:
        found = await client.profile()
    call.answer(found.model_dump(mode="json"), _lines(found))
    if found.recovery_codes <= _FEW and not call.json:
        call.note("Make new recovery codes: Profile in the console.")
    return Exit.OK


@profile.command()
@command
async def sessions(call: Call) -> Exit:
    """List your open sessions; the one that asks is marked.

    \b
    Examples:
      ecp profile sessions
      ecp profile sessions --json
    """
    async with call.client() as client:
        found = await client.sessions()
    call.answer({"items": [_data(one) for one in found]}, _table(found))
    return Exit.OK


@profile.command()
@click.argument("session_id", metavar="SESSION", required=False)
@click.option("--others", is_flag=True, help="All but the one that asks.")
@command
async def end(call: Call, session_id: str | None, others: bool) -> Exit:
    """End one of your sessions, or all others.

    Whoever works in it is signed out at once.

    \b
    Examples:
      ecp profile end 3
      ecp profile end --others --json
    """
    if (session_id is None) == (not others):
        raise Refused(NOT_UNDERSTOOD, what="Name one session, as ecp profile sessions lists them, or add --others.")
    async with call.client() as client:
        if session_id is None:
            await client.end_other_sessions()
        else:
            await client.end_session(session_id)
    said = "All other sessions ended." if session_id is None else f"Session {session_id} ended."
    call.answer({"state": "ended", "session": session_id, "others": others}, [said])
    return Exit.OK


def _lines(found: Profile) -> Iterator[str]:
    yield f"{found.login_id}  {found.name}, {found.company_name}  ({found.kind})"
    yield f"  e-mail          {found.email}{' (group)' if found.email_kind == 'group' else ''}"
    yield f"  phone           {found.phone}"
    yield f"  authenticator   {f'since {moment(found.otp_since)}' if found.otp_since else 'set up'}"
    yield f"  recovery codes  {found.recovery_codes} left"
    if found.last_sign_in is not None:
        yield f"  last sign-in    {moment(found.last_sign_in)} from {found.last_source or '–'}"


def _data(one: SessionRow) -> dict[str, Any]:
    return one.model_dump(mode="json")


def _table(found: list[SessionRow]) -> Iterator[str]:
    rows = [("SESSION", "SINCE", "LAST SEEN", "ENDS", "FROM", "BY", "")]
    for one in found:
        times = (moment(one.created), moment(one.seen), moment(one.ends))
        rows.append((one.id, *times, one.source, one.channel, "this one" if one.own else ""))
    yield from table(rows)
