"""Signing in, folders, submissions and Activity Enquiry, an endpoint a method."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Final

import httpx

from backend.contract import paths
from backend.contract.messages import (
    ActivityFilter,
    ActivityPage,
    Check,
    CheckRequest,
    Folder,
    Home,
    Landing,
    LoginTransaction,
    Me,
    NewExplanation,
    NewSession,
    Receipt,
    SubmissionProgress,
    Ticket,
)
from ecp_tui.client.transport import Transport, cleaned, fingerprint_of
from ecp_tui.digest import as_checked
from ecp_tui.draft import Upload

CHUNK: Final = 512 * 1024


class FilingCalls(Transport):
    """What ECP itself answers."""

    # ── before signing in ────────────────────────────────────────────────────────────────────────────────────

    async def landing(self) -> Landing:
        answer = await self._send("GET", paths.LANDING)
        self.fingerprint = fingerprint_of(answer)
        return Landing.model_validate(cleaned(answer.json()))

    async def begin_sign_in(self) -> LoginTransaction:
        return await self._post(LoginTransaction, paths.LOGIN_TRANSACTIONS)

    async def sign_in(self, transaction: str, login_id: str, password: str, otp: str) -> Ticket:
        body = {"transaction": transaction, "login_id": login_id, "password": password, "otp": otp}
        return await self._post(Ticket, paths.SIGN_IN, body)

    async def open_session(self, ticket: str) -> Me:
        """Uses the ticket; from here on the session's token goes with every request."""
        session = await self._post(NewSession, paths.SESSIONS, {"ticket": ticket})
        self.token = session.token
        return session.me

    # ── signed in ────────────────────────────────────────────────────────────────────────────────────────────

    async def me(self, *, background: bool = True) -> Me:
        return await self._get(Me, paths.OWN_SESSION, background=background)

    async def sign_out(self) -> None:
        """Ends the session on the server, if it answers, and forgets the token in any case."""
        try:
            await self._send("DELETE", paths.OWN_SESSION)
        finally:
            self.token = None

    async def home(self, *, background: bool = False) -> Home:
        return await self._get(Home, paths.HOME, background=background)

    async def folders(self, *, background: bool = False) -> list[Folder]:
        answer = await self._send("GET", paths.FOLDERS, background=background)
        return [Folder.model_validate(row) for row in cleaned(answer.json())]

    async def check(self, request: CheckRequest) -> Check:
        return await self._post(Check, paths.CHECKS, request.model_dump(mode="json"))

    async def submit(self, upload: Upload, progress: Callable[[int], None] | None = None) -> Receipt:
        """Streams the file, from where an earlier attempt got to; `progress` hears the bytes that are there so far.

        The same id always has the same outcome.
        """
        kept = 0
        if upload.again:
            stands = await self._get(SubmissionProgress, paths.submission(upload.submission_id))
            if stands.receipt is not None:
                return stands.receipt
            kept = stands.kept
            if progress is not None:
                progress(kept)
        query = {
            "folder": upload.folder,
            "identity_code": upload.identity_code,
            "input_date": upload.input_date.isoformat(),
            "file_name": upload.file_name,
            "sha256": upload.sha256,
            **({"explanation": upload.explanation} if upload.explanation else {}),
        }
        answer = await self._send(
            "PUT",
            paths.submission(upload.submission_id),
            params=query,
            content=_chunks(upload, kept, progress),
            timeout=httpx.Timeout(120.0, connect=5.0),
            headers={"content-type": "application/octet-stream", **_part(upload.size, kept)},
        )
        return Receipt.model_validate(cleaned(answer.json()))

    async def let_go(self, submission_id: str) -> SubmissionProgress:
        """The server keeps nothing of it any more, unless it is accepted already."""
        answer = await self._send("DELETE", paths.submission(submission_id))
        return SubmissionProgress.model_validate(cleaned(answer.json()))

    async def activity(
        self,
        wanted: ActivityFilter | None = None,
        *,
        cursor: str | None = None,
        limit: int = 100,
        background: bool = False,
    ) -> ActivityPage:
        query: dict[str, str] = {"limit": str(limit)}
        if wanted is not None:
            query |= {name: str(value) for name, value in wanted.model_dump(mode="json", exclude_none=True).items()}
        if cursor is not None:
            query["cursor"] = cursor
        return await self._get(ActivityPage, paths.ACTIVITY, params=query, background=background)

    async def one_activity(self, log_index: int) -> Receipt:
        """One activity with the text of its leaf; for an accepted submission that text is its receipt."""
        return await self._get(Receipt, paths.activity(log_index))

    async def explain(self, log_index: int, explanation: str) -> Receipt:
        """Says why what was found in an accepted file is right; returns the entry of the log."""
        return await self._ask(Receipt, paths.explanation(log_index), NewExplanation(explanation=explanation))


def _part(size: int, kept: int) -> dict[str, str]:
    """The headers of what is still to be sent."""
    length = {"content-length": str(size - kept)}
    if not kept:
        return length
    return {**length, "content-range": f"bytes {f'{kept}-{size - 1}' if kept < size else '*'}/{size}"}


async def _chunks(upload: Upload, sent: int, progress: Callable[[int], None] | None) -> AsyncIterator[bytes]:
    async with aclosing(as_checked(upload.path, upload.size, upload.modified, CHUNK, sent)) as chunks:
        async for chunk in chunks:
            sent += len(chunk)
            yield chunk
            if progress is not None:
                progress(sent)
