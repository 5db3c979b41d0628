"""`ecp inbox` and `ecp collect`: what operators do with submissions, and the files themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args

import click

from backend.contract.faults import NOT_FOUND, Exit, Refused
from backend.contract.messages import InboxAct, InboxFilter, InboxItem, InboxState, PickUp
from backend.contract.rules.receipts import instant_text
from ecp_tui import wording
from ecp_tui.client.inbox import Handling
from ecp_tui.commands.call import Call, Day, command
from ecp_tui.commands.downloads import fetched, printed, saved_lines
from ecp_tui.commands.local import STANDARD, LocalFile, served
from ecp_tui.commands.nouns import Noun, asked
from ecp_tui.commands.rows import receipt_lines, table
from ecp_tui.records import activity_record, inbox_record, receipt_record

_COMES: Final = {
    "collected": "resubmitted after collection",
    "replayed": "replayed",
    "returned": "resubmitted after a return",
    "withdrawn": "resubmitted after a withdrawal",
}
_log_index = click.argument("log_index", type=click.IntRange(min=0), metavar="LOG_INDEX")
_reason = click.option("--reason", metavar="TEXT", required=True, help="Why; the submitter reads it.")


@click.group(cls=Noun)
def inbox() -> None:
    """List submissions that wait to be collected; replay, withdraw or return one: for operators.

    Each act needs a reason and leaves a counter-receipt, which the submitter sees. ecp collect brings the file.

    \b
    Examples:
      ecp inbox
      ecp inbox list --state collected --folder SD-1 --json
      ecp inbox return 4711 --reason "The totals do not add up."
    """


@inbox.command("list")
@click.option(
    "--state",
    type=click.Choice(get_args(InboxState)),
    default="waiting",
    show_default=True,
    help="Waiting, waiting once more (again), collected, or all that stands.",
)
@click.option("--folder", metavar="CODE", help="Of this folder.")
@click.option("--identity", "identity_code", metavar="CODE", help="For this identity code.")
@click.option("--input-date", type=Day(), metavar="DATE", help="For this input date.")
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="At most so many.")
@click.option("--cursor", metavar="TEXT", help="Go on where an answer with this cursor ended.")
@command
async def list_(call: Call, /, limit: int, cursor: str | None, **wanted: Any) -> Exit:
    """List submissions folder by folder, the newest first.

    \b
    Examples:
      ecp inbox
      ecp inbox list --state again --json
    """
    async with call.client() as client:
        page = await client.inbox(asked(InboxFilter, **wanted), cursor=cursor, limit=limit)
    folders = [one.model_dump() for one in page.folders]
    data = {"items": [inbox_record(one) for one in page.items], "cursor": page.cursor, "folders": folders}
    call.answer(data, _lines(page.items) if page.items else ())
    if not page.items:
        call.note("Nothing there.")
    elif page.cursor and not call.json:
        call.note(f"{len(page.items)} shown; the next ones: --cursor {page.cursor}")
    return Exit.OK


def _handling(act: Handling, words: str) -> click.Command:
    """Replaying, withdrawing or returning: by log index, with a reason."""
    name = f'ecp inbox {act} 4711 --reason "damaged on our side"'

    @click.command(act, help=f"{words}\n\n\b\nExamples:\n  {name}\n  {name} --json")
    @_log_index
    @_reason
    @command
    async def handle(call: Call, log_index: int, reason: str) -> Exit:
        why = asked(InboxAct, reason=reason).reason
        async with call.client() as client:
            receipt = await client.handle(log_index, act, why)
        call.answer(receipt_record(receipt), receipt_lines(receipt))
        return Exit.OK

    return handle


inbox.add_command(_handling("replay", "Have a collected file collected once more."))
inbox.add_command(_handling("withdraw", "Withdraw a file: it stands no more, and counts as not filed."))
inbox.add_command(_handling("return", "Return a file: as withdraw, for resubmission."))


@click.command()
@_log_index
@_reason
@click.option("--output", "-o", type=LocalFile(writes=True), metavar="PATH", help="Where to; - is standard output.")
@click.option("--replace", is_flag=True, help="Write over a file that lies there.")
@command
async def collect(call: Call, log_index: int, reason: str, output: Path | None, *, replace: bool) -> Exit:
    """Pick up a submission by its log index, into this folder.

    It is marked collected, and its submitter sees who picked it up and why. The file gets its name only when all of it
    is here and its SHA-256 is the one on its receipt. Over SSH it goes to standard output:
    ssh -p 2222 OPER01@HOST collect 4711 --reason audit > NAME

    \b
    Examples:
      ecp collect 4711 --reason "for the file of the day" --json
      ecp collect 4711 --reason audit --output - > NAME
    """
    why = asked(InboxAct, reason=reason).reason
    async with call.client() as client:
        one = (await client.one_activity(log_index)).activity
        if one.act != "accepted":
            raise Refused(NOT_FOUND)
        wanted = PickUp.model_validate(one.model_dump() | {"reason": why})
        if output == STANDARD or (output is None and served() is not None):
            await printed(call, client, wanted)
            return Exit.OK
        done = await fetched(call, client.fetch, wanted, output, replace=replace)
    call.answer(activity_record(one) | {"path": str(done.target)}, saved_lines(wanted, done))
    return Exit.OK


def _lines(items: tuple[InboxItem, ...]) -> Iterator[str]:
    """A heading and one line each."""
    rows = [("LOG INDEX", "RECEIVED", "FOLDER", "IDENTITY", "INPUT DATE", "SIZE", "FILE", "STATE")]
    for item in items:
        one = item.activity
        comes = (
            _COMES[item.again]
            if item.again is not None
            else "late"
            if one.late and one.supersedes is None
            else "waiting"
        )
        state = f"collected by {item.collected_by}" if item.collected_at is not None else comes
        state += f", {found}" if (found := wording.findings_word(one)) else ""
        at, day = f"{instant_text(one.at)[:19]}Z", one.input_date.isoformat() if one.input_date else "–"
        place = (one.folder or "–", one.identity_code or "–", day)
        rows.append((str(one.log_index), at, *place, wording.size(one.size or 0), one.file_name or "–", state))
    yield from table(rows)
