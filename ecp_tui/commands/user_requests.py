"""What a maker asks for about users: each is a change request, which somebody else checks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import (
    ChangeUser,
    CloseUser,
    CreateUser,
    GrantFunctions,
    GrantWish,
    LiftSuspension,
    Reinvite,
    ResetOtp,
    UnlockUser,
    User,
)
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.change_requests import propose
from ecp_tui.commands.nouns import asked, login_id_argument, note_option

_GRANT: Final = re.compile(r"([A-Za-z0-9_]{1,40})=([A-Za-z0-9]{1,12}(?:,[A-Za-z0-9]{1,12})*)", re.ASCII)
_STAFF: Final = ("operator", "auditor")


class Grant(click.ParamType[GrantWish]):
    """One function with its identity codes: EU_SD1=01234,01235."""

    name = "grant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> GrantWish:
        if isinstance(value, GrantWish):
            return value
        said = _GRANT.fullmatch(str(value).strip())
        if said is None:
            self.fail(f"{value!r} is not a function with identity codes, such as EU_SD1=01234,01235", param, ctx)
        codes = dict.fromkeys(code.upper() for code in said[2].split(","))
        return GrantWish(function=said[1].upper(), identity_codes=tuple(codes))


_grants = click.option(
    "--grant", "grants", type=Grant(), multiple=True, metavar="FUNCTION=CODE,CODE", help="A function; may be repeated."
)


@click.command()
@login_id_argument
@click.option("--name", metavar="TEXT", required=True, help="The person's name.")
@click.option("--email", metavar="ADDRESS", required=True, help="Where the invitation goes.")
@click.option("--group", is_flag=True, help="Several people read that address.")
@click.option("--phone", metavar="NUMBER", required=True, help="With the country code, such as 85221000000.")
@_grants
@click.option("--as", "role", type=click.Choice(_STAFF), help="Of the operator's staff, for operators.")
@note_option
@command
async def create(call: Call, /, role: str | None, group: bool, **facts: Any) -> Exit:
    """Ask for a new user.

    An invitation, good for 72 hours, goes out by mail once somebody else approves it.

    \b
    Examples:
      ecp users create KWOK03 --name "Kwok Wing" --email kwok03@acme.example \\
          --phone 85221000000 --grant EU_SD1=01234,01235 --grant EU_LOP=01234
      ecp users create OPER03 --name "Fung Yee" --email fung@exchange.example \\
          --phone 85221000001 --as operator --json
    """
    proposal = asked(CreateUser, account_kind=role or "business", email_kind="group" if group else "personal", **facts)
    async with call.client() as client:
        return await propose(call, client, proposal)


@click.command()
@login_id_argument
@click.option("--name", metavar="TEXT", help="The name as it shall be.")
@click.option("--email", metavar="ADDRESS", help="The e-mail address as it shall be.")
@click.option("--group/--personal", default=None, help="Whether several people read that address.")
@click.option("--phone", metavar="NUMBER", help="The telephone as it shall be, with the country code.")
@note_option
@command
async def change(call: Call, /, login_id: str, group: bool | None, note: str, **wanted: str | None) -> Exit:
    """Ask for another name, e-mail or telephone.

    What is not said stays as it is.

    \b
    Examples:
      ecp users change CHAN01 --phone 85221000002
      ecp users change CHAN01 --email ops@acme.example --group --json
    """
    said: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    if group is not None:
        said["email_kind"] = "group" if group else "personal"
    async with call.client() as client:
        user = (await client.user(login_id)).user
        stands = {"name": user.name, "email": user.email, "email_kind": user.email_kind, "phone": user.phone}
        return await propose(call, client, asked(ChangeUser, login_id=login_id, note=note, **{**stands, **said}))


@click.command()
@login_id_argument
@_grants
@click.option("--revoke", "revoked", multiple=True, metavar="FUNCTION", help="Takes a function away.")
@click.option("--sftp-folder", "folders", multiple=True, metavar="CODE", help="All that EU_ECPSFTP is to reach.")
@click.option("--all-sftp-folders", is_flag=True, help="EU_ECPSFTP is to reach every folder it opens.")
@note_option
@command
async def grant(
    call: Call,
    login_id: str,
    grants: Sequence[GrantWish],
    revoked: Sequence[str],
    folders: Sequence[str],
    all_sftp_folders: bool,
    note: str,
) -> Exit:
    """Ask for other functions.

    A function is granted for exactly the identity codes named with it; functions that are not named stay as they are.

    \b
    Examples:
      ecp users grant CHAN01 --grant EU_LOP=01234,01235
      ecp users grant CHAN01 --revoke EU_SD1 --json
    """
    async with call.client() as client:
        user = (await client.user(login_id)).user
        facts: dict[str, Any] = {"grants": _as_they_shall_be(user, grants, revoked), "sftp_folders": user.sftp_folders}
        if folders or all_sftp_folders:
            facts["sftp_folders"] = tuple(folders) or None
        return await propose(call, client, asked(GrantFunctions, login_id=login_id, note=note, **facts))


def _as_they_shall_be(user: User, grants: Sequence[GrantWish], revoked: Sequence[str]) -> tuple[GrantWish, ...]:
    held = {one.function: GrantWish(function=one.function, identity_codes=one.identity_codes) for one in user.functions}
    for function in (name.strip().upper() for name in revoked):
        if held.pop(function, None) is None:
            raise Refused(NOT_UNDERSTOOD, what=f"{user.login_id} does not hold {function}.")
    return tuple((held | {one.function: one for one in grants}).values())


_Short = CloseUser | UnlockUser | ResetOtp | Reinvite | LiftSuspension


def _short(verb: str, kind: type[_Short], words: str) -> click.Command:
    """A request that says nothing but about whom."""

    @click.command(verb, help=f"{words}\n\n\b\nExamples:\n  ecp users {verb} CHAN01\n  ecp users {verb} CHAN01 --json")
    @login_id_argument
    @note_option
    @command
    async def made(call: Call, login_id: str, note: str) -> Exit:
        async with call.client() as client:
            return await propose(call, client, asked(kind, login_id=login_id, note=note))

    return made


REQUESTS: Final = (
    create,
    change,
    grant,
    _short("close", CloseUser, "Ask to close an account for good. Its keys are revoked, and a place is free again."),
    _short("unlock", UnlockUser, "Ask to lift the lock that unsuccessful sign-ins set."),
    _short("reset-otp", ResetOtp, "Ask for a new authenticator. A mail leads its owner through enrolling it."),
    _short("reinvite", Reinvite, "Ask for a new invitation, in place of one that expired."),
    _short("lift", LiftSuspension, "Ask to lift a suspension."),
)
