"""One-time tickets, an endpoint a method: files that come from where this program cannot read them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import httpx

from backend.contract import paths
from backend.contract.messages import (
    Check,
    FileTicket,
    FileTicketProgress,
    NewFileTicket,
    Receipt,
    TicketedFile,
    TicketedSubmission,
    TicketPurpose,
)
from ecp_tui.client.transport import Transport, cleaned
from ecp_tui.draft import Upload

_JUDGING: Final = httpx.Timeout(120.0, connect=5.0)


class TicketCalls(Transport):
    """Making a ticket, seeing what comes of it, and submitting what came."""

    async def make_ticket(self, purpose: TicketPurpose = "submit", file_name: str | None = None) -> FileTicket:
        """One more to send one file by. The name is told to whoever sends it."""
        return await self._ask(FileTicket, paths.TICKETS, NewFileTicket(purpose=purpose, file_name=file_name))

    async def ticket_progress(self, ticket_id: str, *, background: bool = True) -> FileTicketProgress:
        """What has become of it; 2001 once nobody remembers it."""
        return await self._get(FileTicketProgress, paths.ticket(ticket_id), background=background)

    async def check_ticketed(self, ticket_id: str, file: TicketedFile) -> Check:
        """The verdict that submitting what came would get, its content included."""
        return await self._ask(Check, paths.ticket_check(ticket_id), file, timeout=_JUDGING)

    async def submit_ticketed(self, ticket_id: str, submission: TicketedSubmission) -> Receipt:
        """Submits what came. The same submission id always has the same outcome."""
        return await self._ask(Receipt, paths.ticket_submission(ticket_id), submission, timeout=_JUDGING)

    async def submit_arrived(self, upload: Upload) -> Receipt:
        """The same for an upload whose bytes came by a ticket."""
        names = ("folder", "identity_code", "input_date", "file_name", "explanation")
        said = {name: getattr(upload, name) for name in names}
        return await self.submit_ticketed(
            str(upload.ticket), TicketedSubmission(submission=upload.submission_id, **said)
        )

    async def drop_ticket(self, ticket_id: str) -> None:
        """Nothing is taken for it any more, and nothing of it kept; what was submitted stands."""
        await self._send("DELETE", paths.ticket(ticket_id))

    async def send_ticketed(
        self, ticket: str, content: AsyncIterator[bytes], *, size: int | None = None, file_name: str | None = None
    ) -> FileTicketProgress:
        """Sends a file by its ticket alone, with no session."""
        headers = {
            "authorization": f"{paths.TICKET_SCHEME} {ticket}",
            "content-type": "application/octet-stream",
            **({} if size is None else {"content-length": str(size)}),
        }
        query = {} if file_name is None else {"file_name": file_name}
        answer = await self._send(
            "PUT", paths.TICKETED, content=content, params=query, headers=headers, timeout=_JUDGING
        )
        return FileTicketProgress.model_validate(cleaned(answer.json()))
