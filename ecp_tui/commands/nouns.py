"""Commands of several verbs: a noun without a verb lists, and what several of them take."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar, get_args

import click
from pydantic import ValidationError

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.messages import Message, RequestState
from ecp_tui.commands.local import LocalFile
from ecp_tui.digest import content_of

_LOGIN_ID: Final = re.compile(r"[A-Z0-9]{4,20}", re.ASCII)
_WRONG: Final = {
    "name": "--name takes 1 to 80 characters.",
    "email": "--email takes an address such as name@company.com.",
    "phone": "--phone takes a number such as 85221000000, country code first.",
    "note": "--note takes 500 characters at most.",
    "reason": "--reason takes 500 characters at most.",
    "grants": "--grant takes a function and identity codes, such as EU_SD1=01234,01235.",
    "sftp_folders": "--sftp-folder takes the code of a folder, such as SD-1.",
}
_Asked = TypeVar("_Asked", bound=Message)


class Noun(click.Group):
    """Lists where no verb follows; its verbs stand in the order they were written in."""

    DEFAULT: ClassVar[str] = "list"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        lists = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        if lists and not ctx.resilient_parsing:  # while a shell completes, a verb may follow
            args = [self.DEFAULT, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


class LoginIdType(click.ParamType[str]):
    """A login ID, in whatever case."""

    name = "login_id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        login_id = str(value).strip().upper()
        if _LOGIN_ID.fullmatch(login_id) is None:
            self.fail(f"{value!r} is not a login ID: 4 to 20 letters and digits", param, ctx)
        return login_id


company_option = click.option(
    "--company",
    metavar="CODE",
    callback=lambda _ctx, _param, code: code.strip().upper() if code else None,
    help="Of this company, for operators and auditors.",
)
state_option = click.option(
    "--state",
    type=click.Choice(("open", *get_args(RequestState), "all")),
    metavar="STATE",
    default="open",
    callback=lambda _ctx, _param, state: None if state == "all" else state,
    help="Those open (without this option), all, or in one state: submitted, returned, applied, rejected and others.",
)
file_type = LocalFile()
login_id_argument = click.argument("login_id", type=LoginIdType(), metavar="LOGIN_ID")
login_id_option = click.option(
    "--login-id", type=LoginIdType(), metavar="LOGIN_ID", help="Of this account, for administrators; else your own."
)
note_option = click.option("--note", metavar="TEXT", default="", help="A note to the checker.")


def content(file: Path, most: int) -> bytes:
    """A small file, or standard input where it is called -; more than `most` bytes are refused."""
    if str(file) != "-":
        return content_of(file.expanduser(), most)
    data = sys.stdin.buffer.read(most + 1)
    if len(data) > most:
        raise Refused(NOT_UNDERSTOOD, what=f"Standard input has more than {most:,} bytes; it is something else.")
    return data


def asked(kind: type[_Asked], **facts: Any) -> _Asked:
    """What is to be sent; 9002 names the option whose value cannot be."""
    try:
        return kind(**facts)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise Refused(NOT_UNDERSTOOD, what=_WRONG.get(field, f"{field} is not what it can be.")) from error
