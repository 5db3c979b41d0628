"""`ecp publish`: operators put a file into a download folder for one or for many, see who fetched it, withdraw it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import click

from backend.contract.faults import EMPTY, FILE_CHANGED, Exit, Refused
from backend.contract.messages import NewPublication, PublishedDetail, PublishedFile, PublishOutcome, WithdrawNamed
from backend.contract.rules.receipts import instant_text
from backend.contract.rules.shown import shown
from ecp_tui import wording
from ecp_tui.client import CHUNK, EcpClient
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.local import STANDARD, LocalFile
from ecp_tui.commands.nouns import Noun
from ecp_tui.commands.piped import blocks, name_option, named
from ecp_tui.commands.rows import table
from ecp_tui.digest import as_checked, digest
from ecp_tui.publishing_wording import fetched, identities, whom
from ecp_tui.records import published_record, recipient_record

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
    to = "To an identity CODE, ALL, COMPANY-CODE or TYPE-CODE."
    run = click.option("--to", metavar="WHOM", required=True, help=to)(run)
    return click.option("--folder", metavar="CODE", required=True, help="The download folder.")(run)


@click.group(cls=_Publish)
def publish() -> None:
    """Publish a file to one or to many, see who fetched it, withdraw it: for operators.

    One person is enough. Whoever it is published to finds the file at once; the same name again is its next version.

    \b
    Examples:
      ecp publish CLP_20261120.csv --folder RPT-CLP --to ALL --notice
      ecp publish TRD_01234_20261120.csv --folder RPT-TRD --to 01234
      ecp publish list --folder RPT-CLP --json
      ecp publish show 1204
      ecp publish withdraw CLP_20261120.csv --folder RPT-CLP --to ALL \\
          --reason "prices of another day"
    """


@publish.command("file")
@click.argument("file", type=LocalFile(), metavar="FILE")
@_place
@click.option("--notice", is_flag=True, help="Mail those who can fetch it.")
@name_option
@command
async def file_(call: Call, file: Path, folder: str, to: str, notice: bool, name: str | None) -> Exit:
    """Publish FILE; where it is -, standard input. To all of them, or to nobody.

    \b
    Examples:
      ecp publish CLP_20261120.csv --folder RPT-CLP --to TYPE-SEHK
      ecp publish - --name TRD_01234_20261120.csv --folder RPT-TRD \\
          --to 01234 --json < report.csv
    """
    path = named([file], name)
    wanted = NewPublication(folder=folder, to=to, file_name=path.name, notice=notice)
    async with call.client() as client:
        if file == STANDARD:
            done = await client.publish(wanted, blocks())
        else:
            done = await _sent(client, path.expanduser(), wanted)
    counts = done.model_dump(include={"reached", "new", "notices"})
    call.answer(published_record(done.publication) | counts, _lines(done))
    return Exit.OK


@publish.command("list")
@click.option("--folder", metavar="CODE", help="This download folder alone.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many.")
@click.option("--cursor", metavar="CURSOR", help="What the page before said comes next.")
@command
async def list_(call: Call, folder: str | None, limit: int, cursor: str | None) -> Exit:
    """List what stands, newest first, and who fetched it.

    \b
    Examples:
      ecp publish list
      ecp publish list --folder RPT-CLP --json
    """
    async with call.client() as client:
        page = await client.editions(folder, cursor=cursor, limit=limit)
    data = {"items": [published_record(one) for one in page.items], "cursor": page.cursor}
    call.answer(data, _listed(page.items) if page.items else ())
    if not page.items:
        call.note("Nothing stands there.")
    elif page.cursor is not None:
        call.note(f"There are more: --cursor {page.cursor}")
    return Exit.OK


@publish.command()
@click.argument("log_index", type=click.IntRange(0), metavar="LOG_INDEX")
@click.option("--not-fetched", is_flag=True, help="Only those who have not fetched it.")
@command
async def show(call: Call, log_index: int, not_fetched: bool) -> Exit:
    """Show whom a publication stands for, and who has fetched it.

    \b
    Examples:
      ecp publish show 1204
      ecp publish show 1204 --not-fetched --json
    """
    async with call.client() as client:
        found = await client.edition(log_index)
    mine = [one for one in found.recipients if not (not_fetched and one.state == "fetched")]
    found = found.model_copy(update={"recipients": tuple(mine)})
    recipients = {"recipients": [recipient_record(one) for one in found.recipients]}
    call.answer(published_record(found.publication) | recipients, _detail(found))
    return Exit.OK


@publish.command()
@click.argument("file_name", metavar="NAME")
@_place
@click.option("--reason", metavar="TEXT", required=True, help="Why: whoever it was published to reads that.")
@command
async def withdraw(call: Call, file_name: str, folder: str, to: str, reason: str) -> Exit:
    """Withdraw what stands under NAME: nobody finds it any more.

    \b
    Examples:
      ecp publish withdraw TRD_01234_20261120.csv --folder RPT-TRD \\
          --to 01234 --reason "wrong day"
      ecp publish withdraw CLP_20261120.csv --folder RPT-CLP --to ALL \\
          --reason "prices of another day" --json
    """
    async with call.client() as client:
        await client.withdraw(WithdrawNamed(folder=folder, to=to, file_name=file_name, reason=reason))
    data = {"state": "withdrawn", "folder": folder, "to": to, "file_name": shown(file_name, 200)}
    call.answer(data, [f"Withdrew {data['file_name']} of {folder} for {whom(to)}."])
    return Exit.OK


async def _sent(client: EcpClient, path: Path, wanted: NewPublication) -> PublishOutcome:
    """The file as it was when it was looked at, or nothing."""
    found = await digest(path)
    if not found.size:
        raise Refused(EMPTY, file_name=shown(path.name, 80))
    checked = as_checked(path, found.size, found.modified, CHUNK)
    done = await client.publish(wanted, checked, size=found.size)
    if done.publication.sha256 != found.sha256:
        what = f"{shown(path.name, 60)} arrived as other bytes: {done.publication.sha256}."
        raise Refused(FILE_CHANGED, what=what)
    return done


def _lines(done: PublishOutcome) -> Iterator[str]:
    one = done.publication
    told = f", {wording.count(done.notices, 'account')} told by mail" if done.notices else ""
    yield f"published  {one.file_name}  {one.folder}  version {one.version}"
    yield f"  to        {identities(done.reached)}, new for {wording.count(done.new)}{told}"
    yield f"  size      {wording.size_exact(one.size)}"
    yield f"  SHA-256   {one.sha256}"
    yield f"  log index {one.edition}"


def _listed(found: tuple[PublishedFile, ...]) -> Iterator[str]:
    rows = [("LOG INDEX", "PUBLISHED", "FOLDER", "TO", "FETCHED", "FILE")]
    for one in found:
        how_far, at = fetched(one.fetched, one.identities), f"{instant_text(one.at)[:19]}Z"
        rows.append((str(one.edition), at, one.folder, " ".join(one.to), how_far, one.file_name))
    yield from table(rows)


def _detail(found: PublishedDetail) -> Iterator[str]:
    one = found.publication
    yield f"{one.file_name}  {one.folder}  version {one.version}  to {' '.join(one.to)}"
    yield f"  fetched by {wording.count(one.fetched)} of {identities(one.identities)}"
    rows = [("IDENTITY", "COMPANY", "STATE", "FETCHED", "BY", "NAME")]
    for to in found.recipients:
        at = f"{instant_text(to.fetched_at)[:19]}Z" if to.fetched_at else "–"
        rows.append((to.identity_code, to.company, to.state, at, to.fetched_by or "–", to.name))
    yield from table(rows)
