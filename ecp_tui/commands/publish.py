"""`ecp publish`: operators put a file into a download folder for an identity, and withdraw it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import click

from backend.contract.faults import EMPTY, FILE_CHANGED, Exit, Refused
from backend.contract.messages import Publication
from backend.contract.rules.shown import shown
from ecp_tui import wording
from ecp_tui.client import CHUNK, EcpClient
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.downloads import publication_lines
from ecp_tui.commands.local import STANDARD, LocalFile
from ecp_tui.commands.nouns import Noun
from ecp_tui.commands.piped import blocks, name_option, named
from ecp_tui.digest import as_checked, digest
from ecp_tui.records import publication_record

_Run = TypeVar("_Run", bound=Callable[..., Any])


class _Publish(Noun):
    """Publishes what is named where no verb is."""

    DEFAULT: ClassVar[str] = "file"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [self.DEFAULT, *args]
        return super().parse_args(ctx, args)


def _place(run: _Run) -> _Run:
    """Where to, and for whom."""
    for option in (
        click.option("--identity", "identity_code", metavar="CODE", required=True, help="For this identity code."),
        click.option("--folder", metavar="CODE", required=True, help="The download folder."),
    ):
        run = option(run)
    return run


@click.group(cls=_Publish)
def publish() -> None:
    """Publish a file for an identity, list what stands, withdraw it: for operators.

    One person is enough. The identity's users find the file at once; the same name again is its next version.

    \b
    Examples:
      ecp publish TRD_01234_20261120.csv --folder RPT-TRD --identity 01234
      ecp publish list --folder RPT-TRD --identity 01234 --json
      ecp publish withdraw TRD_01234_20261120.csv --folder RPT-TRD \\
          --identity 01234
    """


@publish.command("file")
@click.argument("file", type=LocalFile(), metavar="FILE")
@_place
@name_option
@command
async def file_(call: Call, file: Path, folder: str, identity_code: str, name: str | None) -> Exit:
    """Publish FILE; where it is -, standard input.

    \b
    Examples:
      ecp publish TRD_01234_20261120.csv --folder RPT-TRD --identity 01234
      ecp publish - --name TRD_01234_20261120.csv --folder RPT-TRD \\
          --identity 01234 --json < report.csv
    """
    path = named([file], name)
    async with call.client() as client:
        if file == STANDARD:
            done = await client.publish(folder, identity_code, path.name, blocks())
        else:
            done = await _sent(client, path.expanduser(), folder, identity_code)
    call.answer(publication_record(done), _lines(done))
    return Exit.OK


@publish.command("list")
@_place
@command
async def list_(call: Call, folder: str, identity_code: str) -> Exit:
    """List what stands there of the last 90 days, newest first.

    \b
    Examples:
      ecp publish list --folder RPT-TRD --identity 01234
      ecp publish list --folder RPT-TRD --identity 01234 --json
    """
    async with call.client() as client:
        found = await client.published(folder, identity_code)
    call.answer({"items": [publication_record(one) for one in found]}, publication_lines(found) if found else ())
    if not found:
        call.note("Nothing stands there.")
    return Exit.OK


@publish.command()
@click.argument("file_name", metavar="NAME")
@_place
@click.option("--reason", metavar="TEXT", default="", help="Why; it stands in the log.")
@command
async def withdraw(call: Call, file_name: str, folder: str, identity_code: str, reason: str) -> Exit:
    """Withdraw what stands under NAME: nobody finds it any more.

    \b
    Examples:
      ecp publish withdraw TRD_01234_20261120.csv --folder RPT-TRD \\
          --identity 01234
      ecp publish withdraw TRD_01234_20261120.csv --folder RPT-TRD \\
          --identity 01234 --reason "wrong day" --json
    """
    async with call.client() as client:
        await client.withdraw(folder, identity_code, file_name, reason)
    data = {"state": "withdrawn", "folder": folder, "identity_code": identity_code, "file_name": shown(file_name, 200)}
    call.answer(data, [f"Withdrew {data['file_name']} of {folder} for {identity_code}."])
    return Exit.OK


async def _sent(client: EcpClient, path: Path, folder: str, identity_code: str) -> Publication:
    """The file as it was when it was looked at, or nothing."""
    found = await digest(path)
    if not found.size:
        raise Refused(EMPTY, file_name=shown(path.name, 80))
    checked = as_checked(path, found.size, found.modified, CHUNK)
    done = await client.publish(folder, identity_code, path.name, checked, size=found.size)
    if done.sha256 != found.sha256:
        raise Refused(FILE_CHANGED, what=f"{shown(path.name, 60)} arrived as other bytes: {done.sha256}.")
    return done


def _lines(done: Publication) -> list[str]:
    return [
        f"published  {done.file_name}  {done.folder}  {done.identity_code}  version {done.version}",
        f"  size      {wording.size_exact(done.size)}",
        f"  SHA-256   {done.sha256}",
    ]
