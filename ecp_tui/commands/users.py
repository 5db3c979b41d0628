"""`ecp users`: the accounts of a company, or the operator's staff; one account, and suspending it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import click

from backend.contract.faults import Exit
from backend.contract.messages import Act, FunctionName, Suspend, User, UserPage, Users
from backend.contract.rules.forms import SERVICE_NAMES
from ecp_tui import wording
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.change_requests import fact_lines, moment, open_lines
from ecp_tui.commands.nouns import Noun, asked, company_option, login_id_argument
from ecp_tui.commands.rows import table
from ecp_tui.commands.user_requests import REQUESTS

_WIDTH: Final = 80
_LEAST: Final = 10
_VERBS: Final = {
    "change-user": "change",
    "grant-functions": "grant",
    "close-user": "close",
    "unlock-user": "unlock",
    "reset-otp": "reset-otp",
    "reinvite": "reinvite",
    "lift-suspension": "lift",
    "suspend": "suspend",
}
"""What the kinds of change requests are called here."""


@click.group(cls=Noun)
def users() -> None:
    """List users, show one, ask for changes, suspend.

    Whatever gives a right or changes an authenticator is a change request: it is printed as its checker sees it, and
    holds once somebody else approves it. Suspending alone is done by one person, at once.

    \b
    Examples:
      ecp users
      ecp users show CHAN01 --json
      ecp users create KWOK03 --name "Kwok Wing" --email kwok03@acme.example \\
          --phone 85221000000 --grant EU_SD1=01234,01235
    """


@users.command("list")
@company_option
@command
async def list_(call: Call, company: str | None) -> Exit:
    """List the users of your company, and how many it may have.

    \b
    Examples:
      ecp users
      ecp users --company ACME --json
    """
    async with call.client() as client:
        found = await client.users(company)
    data = found.model_dump(mode="json")
    call.answer({"items": data.pop("users"), **data}, _list_lines(found))
    return Exit.OK


@users.command()
@login_id_argument
@click.option("--before", type=click.IntRange(min=0), metavar="INDEX", help="The history before this log index.")
@command
async def show(call: Call, login_id: str, before: int | None) -> Exit:
    """Show one account: facts, open requests, history.

    \b
    Examples:
      ecp users show CHAN01
      ecp users show CHAN01 --json
    """
    async with call.client() as client:
        page = await client.user(login_id, before=before)
    call.answer(page.model_dump(mode="json"), _page_lines(page))
    if page.more and not call.json:
        call.note(f"Older entries: --before {page.history[-1].log_index}")
    return Exit.OK


@users.command()
@login_id_argument
@click.option("--reason", metavar="TEXT", required=True, help="Why; it stands in the history.")
@command
async def suspend(call: Call, login_id: str, reason: str) -> Exit:
    """Suspend an account at once; it takes two people to lift it.

    Its sessions and SFTP connections end within a second.

    \b
    Examples:
      ecp users suspend CHAN01 --reason "left the company"
      ecp users suspend CHAN01 --reason "lost laptop" --json
    """
    wish = asked(Suspend, login_id=login_id, reason=reason)
    async with call.client() as client:
        await client.suspend(wish.login_id, wish.reason)
    lifted = f"{login_id} is suspended. Two people lift it again: ecp users lift {login_id}"
    call.answer({"state": "suspended", "login_id": login_id, "reason": wish.reason}, [lifted])
    return Exit.OK


for _request in REQUESTS:
    users.add_command(_request)


def _list_lines(found: Users) -> Iterator[str]:
    whose = found.company_name or "The operator's staff"
    if found.used is not None and found.quota is not None:
        yield f"{whose}: {found.used} of {wording.count(found.quota, 'user')}"
    else:
        yield f"{whose}: {wording.count(len(found.users), 'user')}"
    yield ""
    rows = [("LOGIN ID", "NAME", "KIND", "STATE", "SIGNED IN"), *map(_row, found.users)]
    room = _WIDTH - sum(max(wording.cells(row[column]) + 2 for row in rows) for column in range(len(rows[0])))
    functions = ["FUNCTIONS", *(_few(user.functions, max(room, _LEAST)) for user in found.users)]
    yield from table([(*row, cell) for row, cell in zip(rows, functions, strict=True)])


def _row(user: User) -> tuple[str, str, str, str, str]:
    signed_in = f"{user.last_sign_in:%Y-%m-%d}" if user.last_sign_in else "–"
    return user.login_id, user.name, user.kind, state_words(user), signed_in


def state_words(user: User) -> str:
    return f"{user.state}, locked" if user.locked else user.state


def _few(functions: Sequence[FunctionName], room: int) -> str:
    """As many of them as there is room for, and how many more there are."""
    names = [held.function for held in functions]
    for shown in range(len(names), 0, -1):
        words = ", ".join(names[:shown]) + (f" +{len(names) - shown}" if shown < len(names) else "")
        if len(words) <= room or shown == 1:
            return words
    return "–"


def _page_lines(page: UserPage) -> Iterator[str]:
    user = page.user
    yield f"{user.login_id}  {user.name}{f', {user.company_name}' if user.company_name else ''}  ({user.kind})"
    yield from fact_lines(_facts(page))
    yield from open_lines(page.requests)
    yield ""
    yield "History"
    rows = [(moment(act.at), act.login_id or "–", _said(act)) for act in page.history]
    yield from (f"  {line}" for line in (table(rows) if rows else ["nothing yet"]))


def _said(act: Act) -> str:
    return f"{act.words}: {act.note}" if act.note else act.words


def _facts(page: UserPage) -> Iterator[tuple[str, str]]:
    user = page.user
    by = f" by the {user.suspended_by}" if user.suspended_by else ""
    until = f", invitation until {moment(user.invited_until)}" if user.invited_until else ""
    yield "state", f"{state_words(user)}{by}{until}"
    yield "e-mail", f"{user.email} ({user.email_kind})"
    yield "telephone", user.phone
    if user.services:
        yield "administers", ", ".join(SERVICE_NAMES[one] for one in user.services)
    for place, held in enumerate(user.functions):
        yield "" if place else "functions", f"{held.function}  {', '.join(held.identity_codes)}"
    if not user.functions:
        yield "functions", "none"
    if user.sftp_folders is not None:
        yield "SFTP reaches", ", ".join(user.sftp_folders) or "no folder"
    yield "SFTP keys", str(user.keys)
    yield "signed in", moment(user.last_sign_in)
    if may := [_VERBS[kind] for kind in page.may if kind in _VERBS]:
        yield "you may", ", ".join(may)
