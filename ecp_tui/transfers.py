"""Uploads under way: each an object with state, rate and time left, sent in the background, several at once."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from backend.contract.faults import BEGUN_AGAIN, GOING_DOWN, INCOMPLETE_UPLOAD, UNEXPECTED, UNREACHABLE, Refused
from backend.contract.messages import Receipt
from backend.contract.rules.shown import shown
from ecp_tui import wording
from ecp_tui.client import Upload
from ecp_tui.digest import Digest
from ecp_tui.draft import Draft

TransferState = Literal["waiting", "sending", "confirming", "retrying", "accepted", "refused", "cancelled"]
Send = Callable[[Upload, Callable[[int], None] | None], Awaitable[Receipt]]
LetGo = Callable[[str], Awaitable[object]]
"""Tells the server that nobody goes on with a submission id."""

BACKOFF: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
AT_ONCE: Final = 3
_WINDOW: Final = 5.0
_SILENCE: Final = 5.0
"""Seconds without a byte sent after which rate and time left would be guesses."""
_LETTING_GO: Final = 2.0
"""Seconds that a cancelled upload takes at most to say so."""
_PASSING: Final = frozenset(fault.number for fault in (UNREACHABLE, GOING_DOWN, INCOMPLETE_UPLOAD, BEGUN_AGAIN))
"""The last two where an earlier attempt, whose line is gone, is still heard by the server: nobody else has its id."""


def new_submission_id() -> str:
    """One id an attempt: every retry bears it, so that the server can only answer with that attempt's outcome."""
    return secrets.token_hex(16)


def upload_of(draft: Draft, found: Digest) -> Upload:
    """One attempt to submit these bytes, with an id that all its retries bear."""
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
    )


@dataclass(slots=True, eq=False)
class Transfer:
    """One file on its way to the server, and what became of it."""

    upload: Upload
    state: TransferState = "waiting"
    sent: int = 0
    kept: int = 0
    """What the server said it has, as the last attempt began."""
    receipt: Receipt | None = None
    fault: Refused | None = None
    retry_at: float | None = None
    """When the next attempt begins, on the monotonic clock."""
    _marks: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=64))
    _task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self.state in {"waiting", "sending", "confirming", "retrying"}

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.sent / self.upload.size if self.upload.size else 0.0

    @property
    def rate(self) -> float | None:
        """Bytes a second over the last seconds; `None` until there is something to tell."""
        if not self._marks or self.state != "sending":
            return None
        (begun, before), (now, after) = self._marks[0], self._marks[-1]
        return (after - before) / (now - begun) if now > begun else None

    @property
    def eta(self) -> float | None:
        """Seconds left at the present rate."""
        rate = self.rate
        return (self.upload.size - self.sent) / rate if rate else None

    @property
    def progress(self) -> str:
        """43 %, 2.1 MB/s, 12 s left; or what it waits for."""
        if self.state == "waiting":
            return "waiting"
        if self.state == "retrying":
            again = f"again in {wording.eta(self.retry_at - time.monotonic() + 1)}" if self.retry_at else "trying now"
            return f"waiting for the line{self._kept_words}, {again}"
        if self.state == "confirming":
            return "all sent, waiting for the receipt"
        if self.state != "sending":
            return f"{self.fault.number} {self.fault.title}" if self.fault else self.state
        silent = time.monotonic() - self._marks[-1][0] if self._marks else 0.0
        if silent > _SILENCE:
            return f"waiting for the server for {wording.duration(silent)}"
        rate = f", {wording.rate(self.rate)}" if self.rate else ""
        left = f", {wording.eta(self.eta)} left" if self.eta else ""
        return f"{wording.share(self.sent, self.upload.size)}{rate}{left}"

    @property
    def brief(self) -> str:
        """The same where there is less room."""
        return f"waiting{self._kept_words}" if self.state == "retrying" else self.progress

    @property
    def _kept_words(self) -> str:
        return f", {wording.part(self.sent, self.upload.size)} kept" if self.sent else ""

    @property
    def words(self) -> str:
        return f"{shown(self.upload.file_name, 60)}: {self.progress}"

    def cancel(self) -> None:
        if self.running and self._task is not None:
            self._task.cancel()

    async def wait(self) -> None:
        """Until it has ended, one way or another."""
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.shield(self._task)

    def heard(self, sent: int) -> None:
        """Notes progress: the bytes that are there so far; the first of an attempt are those kept before."""
        now = time.monotonic()
        if not self._marks:
            self.kept = sent
        self.sent = sent
        self.state = "confirming" if sent >= self.upload.size else "sending"
        self._marks.append((now, sent))
        while now - self._marks[0][0] > _WINDOW:
            self._marks.popleft()

    def begin(self) -> Upload:
        """What is sent in the next attempt. Only the first one moves at once, others are told first where to go on."""
        upload, self.retry_at = self.upload, None
        self._marks.clear()
        self.state = "retrying"
        if not upload.again:
            self.state, self.sent = "sending", 0
            self._marks.append((time.monotonic(), 0))
            self.upload = replace(upload, again=True)
        return upload

    def pause(self, seconds: float) -> None:
        """Until the next attempt."""
        self.state = "retrying"
        self.retry_at = time.monotonic() + seconds


class Transfers:
    """All uploads of this session; a listener hears of each that moved."""

    def __init__(
        self,
        send: Send,
        let_go: LetGo | None = None,
        *,
        at_once: int = AT_ONCE,
        backoff: Sequence[float] | None = None,
    ) -> None:
        self.items: list[Transfer] = []
        self._send = send
        self._let_go = let_go
        self._places = asyncio.Semaphore(at_once)
        self._backoff = BACKOFF if backoff is None else backoff
        self._listeners: list[Callable[[Transfer], None]] = []

    @property
    def running(self) -> list[Transfer]:
        return [transfer for transfer in self.items if transfer.running]

    def listen(self, listener: Callable[[Transfer], None]) -> Callable[[], None]:
        """Calls `listener` whenever a transfer moves; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def start(self, upload: Upload) -> Transfer:
        transfer = Transfer(upload)
        self.items.append(transfer)
        self._run(transfer)
        return transfer

    def start_all(self, uploads: Iterable[Upload]) -> list[Transfer]:
        return [self.start(upload) for upload in uploads]

    def retry(self, transfer: Transfer) -> None:
        """Sends again under the same id: what was accepted meanwhile is answered, never stored twice."""
        if not transfer.running and transfer.state != "accepted":
            transfer.state, transfer.fault = "waiting", None
            self._run(transfer)

    def forget(self) -> None:
        """Cancels what is running, and knows nothing any more."""
        for transfer in self.running:
            transfer.cancel()
        self.items.clear()

    async def close(self) -> None:
        for transfer in self.running:
            transfer.cancel()
        for transfer in self.items:
            await transfer.wait()

    def _run(self, transfer: Transfer) -> None:
        transfer._task = asyncio.create_task(self._deliver(transfer, transfer._task))
        transfer._task.add_done_callback(lambda _: self._ended(transfer))
        self._tell(transfer)

    def _ended(self, transfer: Transfer) -> None:
        if transfer.running:  # cancelled, perhaps before its first step
            transfer.state = "cancelled"
        self._tell(transfer)

    async def _deliver(self, transfer: Transfer, before: asyncio.Task[None] | None) -> None:
        if before is not None:  # it may still be letting go of the same id
            await asyncio.wait([before])
        try:
            async with self._places:
                transfer.receipt = await self._until_answered(transfer)
            transfer.state, transfer.sent = "accepted", transfer.upload.size
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
        transfer.state, transfer.sent = "cancelled", 0
        self._tell(transfer)
        if self._let_go is not None and transfer.upload.again:
            with suppress(Refused, TimeoutError):
                async with asyncio.timeout(_LETTING_GO):
                    await self._let_go(transfer.upload.submission_id)

    async def _until_answered(self, transfer: Transfer) -> Receipt:
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

    def _tell(self, transfer: Transfer) -> None:
        for listener in list(self._listeners):
            listener(transfer)
