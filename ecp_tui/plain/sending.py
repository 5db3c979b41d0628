"""Files over SSH in accessible mode: a one-time ticket, the line to type where the file is, and what arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from backend.contract.faults import TICKET_ENDED, Refused, refusal
from backend.contract.messages import (
    FileTicket,
    FileTicketProgress,
    Folder,
    TicketedFile,
    TicketedSubmission,
    TicketPurpose,
)
from backend.contract.rules.shown import shown
from ecp_tui import wording
from ecp_tui.draft import Draft
from ecp_tui.lines import lines
from ecp_tui.pastes import last_part
from ecp_tui.plain.drafting import Wanted, agreeing, changed
from ecp_tui.plain.receipts import activity_lines
from ecp_tui.plain.review import agreed, explained, review_lines, sure
from ecp_tui.plain.visit import Visit
from ecp_tui.transfers import new_submission_id

_NAME: Final = "the name of the file, such as SD1_01234_20261120.csv; it says folder, identity and input date."
_PAUSE: Final = 1.0
_SIZE_BEFORE: Final = 1
"""What is checked of a name whose file has not come yet: as if it held something."""


def submit_by_ticket(visit: Visit, folders: Sequence[Folder], wanted: Wanted) -> None:
    """Its name first, for that is checked before anything is sent; then its bytes; then the question."""
    draft = _named(visit, folders, wanted)
    with by_ticket(visit, "submit", draft.file_name) as (ticket, arrived):
        size, sha256 = arrived.size or 0, arrived.sha256 or ""
        while True:
            verdict = visit.ask(visit.client.check_ticketed, ticket.id, _file(draft))
            visit.talk.say(*review_lines(visit, draft, size, arrived.rows or 0, sha256, verdict))
            if sure(visit, verdict):
                break
            draft = agreeing(visit.talk, changed(visit.talk, draft, folders), size)
        said = _file(draft).model_dump() | {"explanation": explained(visit, verdict.findings, verdict)}
        submission = TicketedSubmission(submission=new_submission_id(), **said)
        receipt = visit.ask(visit.client.submit_ticketed, ticket.id, submission)
        visit.talk.say(*activity_lines(visit, receipt))


def _named(visit: Visit, folders: Sequence[Folder], wanted: Wanted) -> Draft:
    while True:
        path = Path(last_part(visit.talk.ask("Name of the file?", _NAME)))
        try:
            return agreed(visit, path, folders, wanted, _SIZE_BEFORE)
        except Refused as refused:
            visit.talk.fault(refused)


def _file(draft: Draft) -> TicketedFile:
    folder, identity_code, input_date = draft.complete()
    return TicketedFile(
        folder=folder.folder, identity_code=identity_code, input_date=input_date, file_name=draft.file_name
    )


@contextmanager
def by_ticket(visit: Visit, purpose: TicketPurpose, name: str) -> Iterator[tuple[FileTicket, FileTicketProgress]]:
    """A file that has arrived; whatever becomes of it, nothing is kept for a ticket that was left."""
    ticket = visit.ask(visit.client.make_ticket, purpose, name)
    try:
        visit.talk.say(*_lines(visit, ticket, name))
        yield ticket, visit.ask(_arrived, visit, ticket)
    finally:
        with suppress(Refused):
            visit.run(visit.client.drop_ticket, ticket.id)


def _lines(visit: Visit, ticket: FileTicket, name: str) -> Iterator[str]:
    served = visit.config.served
    where = f"ssh -p {served.port} {ticket.ticket}@{served.host}" if served is not None else ticket.ticket
    yield "Open another terminal where the file is, and type one of these two lines."
    typed = lines(where, "<", name)
    yield f"Linux, macOS: {typed.shell}"
    yield f"Windows: {typed.powershell}"
    yield (
        f"The ticket works once, until {visit.when(ticket.expires)}. Nothing is submitted before you say so here. "
        "Waiting for the file; Ctrl-C goes back."
    )


async def _arrived(visit: Visit, ticket: FileTicket) -> FileTicketProgress:
    """Says once that it comes; raises why it does not."""
    began = False
    while True:
        stands = await visit.client.ticket_progress(ticket.id)
        if stands.state == "arrived":
            visit.talk.say(f"Arrived: {wording.size_exact(stands.size or 0)}.")
            return stands
        if stands.fault is not None:
            raise refusal(stands.fault.number, stands.fault.values)
        if stands.state in ("expired", "refused", "used"):
            raise Refused(TICKET_ENDED)
        if stands.state == "receiving" and not began:
            began = True
            visit.talk.say(f"The file is coming: {shown(stands.file_name or '', 80)}".rstrip(": "))
        await asyncio.sleep(_PAUSE)
