"""Uploads under way: each an object with state, rate and time left, sent in the background, several at once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, Union, cast

from backend.contract.faults import BEGUN_AGAIN, GOING_DOWN, INCOMPLETE_UPLOAD, UNEXPECTED, UNREACHABLE, Refused
from ecp_tui.digest import Digest
from ecp_tui.draft import Draft, Upload
from ecp_tui.moving import AT_ONCE, BACKOFF, AllMoving, Moving
from ecp_tui.pace import Pace

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import PublishOutcome, Receipt

TransferState = Literal["waiting", "sending", "confirming", "retrying", "accepted", "refused", "cancelled"]
Answer = Union["Receipt", "PublishOutcome"]
"""Of what was submitted its receipt; of what was published whom it reached."""
Send = Callable[[Upload, Callable[[int], None] | None], Awaitable[Answer]]
LetGo = Callable[[str], Awaitable[object]]
"""Tells the server that nobody goes on with a submission id."""

_LETTING_GO: Final = 2.0
"""Seconds that a cancelled upload takes at most to say so."""
_PASSING: Final = frozenset(fault.number for fault in (UNREACHABLE, GOING_DOWN, INCOMPLETE_UPLOAD, BEGUN_AGAIN))
"""The last two where an earlier attempt, whose line is gone, is still heard by the server: nobody else has its id."""


def new_submission_id() -> str:
    """One id an attempt: every retry bears it, so that the server can only answer with that attempt's outcome."""
    return secrets.token_hex(16)


def upload_of(draft: Draft, found: Digest, ticket: str | None = None, explanation: str | None = None) -> Upload:
    """One attempt to submit these bytes, with an id that all its retries bear; `ticket`: what they came by."""
    folder, identity_code, input_date = draft.complete()
    return Upload(
        submission_id=new_submission_id(),
        folder=folder.folder,
        identity_code=identity_code,
        input_date=input_date,
        file_name=draft.file_name,
        path=draft.path,
        size=found.size,
        sha256=found.sha256,
        modified=found.modified,
        ticket=ticket,
        explanation=explanation or None,
    )


@dataclass(slots=True, eq=False)
class Transfer(Moving):
    """One file on its way to the server, and what became of it."""

    upload: Upload
    state: TransferState = "waiting"
    kept: int = 0
    """What the server said it has, as the last attempt began."""
    receipt: Receipt | None = None
    published: PublishOutcome | None = None
    fault: Refused | None = None
    retry_at: float | None = None
    pace: Pace = field(init=False)
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.pace = Pace(self.upload.size)

    @property
    def name(self) -> str:
        return self.upload.file_name

    @property
    def running(self) -> bool:
        return self.state in {"waiting", "sending", "confirming", "retrying"}

    @property
    def done(self) -> bool:
        return self.state == "accepted"

    def ended(self, answer: Answer) -> None:
        """Notes what became of it."""
        if self.upload.to is None:
            self.receipt = cast("Receipt", answer)
        else:
            self.published = cast("PublishOutcome", answer)

    def heard(self, sent: int) -> None:
        """Notes progress: the bytes that are there so far; the first of an attempt are those kept before."""
        if not self.pace.begun:
            self.kept = sent
        self.pace.heard(sent)
        self.state = "confirming" if sent >= self.upload.size else "sending"

    def begin(self) -> Upload:
        """What is sent in the next attempt. Only the first one moves at once, others are told first where to go on."""
        upload, self.retry_at = self.upload, None
        self.state = "retrying"
        self.pace.wait()
        if not upload.again:
            self.state = "sending"
            self.pace.begin()
            self.upload = replace(upload, again=True)
        return upload


class Transfers(AllMoving[Transfer]):
    """All uploads of this session; a retry bears the same id: what was accepted meanwhile is answered, not stored."""

    def __init__(
        self,
        send: Send,
        let_go: LetGo | None = None,
        *,
        at_once: int = AT_ONCE,
        backoff: Sequence[float] | None = None,
    ) -> None:
        super().__init__(at_once)
        self._send = send
        self._let_go = let_go
        self._backoff = BACKOFF if backoff is None else backoff

    def start(self, upload: Upload) -> Transfer:
        transfer = Transfer(upload)
        self.items.append(transfer)
        self._run(transfer)
        return transfer

    def start_all(self, uploads: Iterable[Upload]) -> list[Transfer]:
        return [self.start(upload) for upload in uploads]

    async def _deliver(self, transfer: Transfer, before: asyncio.Task[None] | None) -> None:
        if before is not None:  # it may still be letting go of the same id
            await asyncio.wait([before])
        try:
            async with self._places:
                transfer.ended(await self._until_answered(transfer))
            transfer.state, transfer.pace.done = "accepted", transfer.upload.size
        except Refused as refused:
            transfer.state, transfer.fault = "refused", refused
        except OSError as error:
            transfer.state = "refused"
            transfer.fault = Refused(UNEXPECTED, reference=error.strerror or type(error).__name__)
        except asyncio.CancelledError:
            await self._abandon(transfer)
            raise

    async def _abandon(self, transfer: Transfer) -> None:
        """Cancelled is cancelled, whether the server hears of it or not: what it keeps goes by itself in time."""
        transfer.state, transfer.pace.done = "cancelled", 0
        self._tell(transfer)
        if self._let_go is not None and transfer.upload.again and transfer.upload.to is None:
            with suppress(Refused, TimeoutError):
                async with asyncio.timeout(_LETTING_GO):
                    await self._let_go(transfer.upload.submission_id)

    async def _until_answered(self, transfer: Transfer) -> Answer:
        """Tries again while the line is away, each time later, and from where it got to; then gives up with its fault.

        An attempt of which the server kept something begins the waiting anew.
        """
        pauses, kept = iter(self._backoff), 0
        while True:
            upload = transfer.begin()
            self._tell(transfer)
            try:
                return await self._send(upload, lambda sent: self._heard(transfer, sent))
            except Refused as refused:
                if transfer.kept > kept:
                    pauses, kept = iter(self._backoff), transfer.kept
                pause = next(pauses, None)
                if refused.number not in _PASSING or pause is None:
                    raise
                transfer.pause(pause)
                self._tell(transfer)
            await asyncio.sleep(pause)

    def _heard(self, transfer: Transfer, sent: int) -> None:
        transfer.heard(sent)
        self._tell(transfer)
