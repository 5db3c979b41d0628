"""Downloads under way: published files on their way to this computer, several at once, whole or not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from backend.contract.faults import DAMAGED, GOING_DOWN, NOT_UNDERSTOOD, UNEXPECTED, UNREACHABLE, Refused
from backend.contract.messages import Publication
from backend.contract.rules.shown import shown
from ecp_tui import wording
from ecp_tui.pace import Pace
from ecp_tui.saving import Arriving

DownloadState = Literal["waiting", "fetching", "retrying", "saved", "refused", "cancelled"]
Fetch = Callable[[Publication, int], AsyncGenerator[bytes]]
"""The bytes of a publication from an offset on."""

BACKOFF: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
AT_ONCE: Final = 3
_PASSING: Final = (UNREACHABLE, GOING_DOWN)


@dataclass(slots=True, eq=False)
class Download:
    """One file on its way here, and what became of it."""

    publication: Publication
    target: Path
    replace: bool = False
    state: DownloadState = "waiting"
    fault: Refused | None = None
    retry_at: float | None = None
    """When the next attempt begins, on the monotonic clock."""
    pace: Pace = field(init=False)
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.pace = Pace(self.publication.size)

    @property
    def key(self) -> str:
        return f"download/{self.publication.log_index}/{self.target}"

    @property
    def running(self) -> bool:
        return self.state in {"waiting", "fetching", "retrying"}

    @property
    def progress(self) -> str:
        """43 %, 2.1 MB/s, 12 s left; or what it waits for; or how it ended."""
        if self.state == "retrying":
            again = f"again in {wording.eta(self.retry_at - time.monotonic() + 1)}" if self.retry_at else "trying now"
            return f"waiting for the line{self._kept_words}, {again}"
        if self.state == "fetching":
            return self.pace.words
        return f"{self.fault.number} {self.fault.title}" if self.fault else self.state

    @property
    def brief(self) -> str:
        """The same where there is less room."""
        return f"waiting{self._kept_words}" if self.state == "retrying" else self.progress

    @property
    def _kept_words(self) -> str:
        return f", {wording.part(self.pace.done, self.pace.size)} kept" if self.pace.done else ""

    @property
    def words(self) -> str:
        return f"{shown(self.publication.file_name, 60)}: {self.progress}"

    def cancel(self) -> None:
        if self.running and self._task is not None:
            self._task.cancel()

    async def wait(self) -> None:
        """Until it has ended, one way or another."""
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.shield(self._task)


class Downloads:
    """All downloads of this session; a listener hears of each that moved."""

    def __init__(self, fetch: Fetch, *, at_once: int = AT_ONCE, backoff: Sequence[float] = BACKOFF) -> None:
        self.items: list[Download] = []
        self._fetch = fetch
        self._places = asyncio.Semaphore(at_once)
        self._backoff = backoff
        self._listeners: list[Callable[[Download], None]] = []

    @property
    def running(self) -> list[Download]:
        return [one for one in self.items if one.running]

    def listen(self, listener: Callable[[Download], None]) -> Callable[[], None]:
        """Calls `listener` whenever a download moves; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def start(self, publication: Publication, target: Path, *, replace: bool = False) -> Download:
        """Raises `FileExistsError` where something lies there that it may not replace."""
        if not replace and target.expanduser().exists():
            raise FileExistsError(target)
        download = Download(publication, target.expanduser().absolute(), replace)
        self.items.append(download)
        self._run(download)
        return download

    def retry(self, download: Download) -> None:
        if not download.running and download.state != "saved":
            download.state, download.fault = "waiting", None
            self._run(download)

    async def close(self) -> None:
        """Cancels what is running, and waits until it has left nothing behind."""
        tasks = [one._task for one in self.running if one._task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def forget(self) -> None:
        """Cancels what is running, and knows nothing any more."""
        for one in self.running:
            one.cancel()
        self.items.clear()

    def _run(self, download: Download) -> None:
        download._task = asyncio.create_task(self._deliver(download))
        download._task.add_done_callback(lambda _: self._ended(download))
        self._tell(download)

    def _ended(self, download: Download) -> None:
        if download.running:  # cancelled, perhaps before its first step
            download.state = "cancelled"
        self._tell(download)

    async def _deliver(self, download: Download) -> None:
        try:
            async with self._places:
                await self._saved(download)
            download.state = "saved"
        except Refused as refused:
            download.state, download.fault = "refused", refused
        except OSError as error:
            download.state = "refused"
            download.fault = Refused(UNEXPECTED, reference=error.strerror or type(error).__name__)

    async def _saved(self, download: Download) -> None:
        arriving = await asyncio.to_thread(Arriving, download.target)
        try:
            await self._until_here(download, arriving)
            if (arriving.size, arriving.sha256) != (download.publication.size, download.publication.sha256):
                raise _damaged(download)
            await asyncio.to_thread(_kept, arriving, replace=download.replace)
        finally:
            await asyncio.shield(asyncio.to_thread(arriving.abandon))

    async def _until_here(self, download: Download, arriving: Arriving) -> None:
        """Goes on where the line broke, waiting longer each time it does so without a byte, then gives up."""
        pauses = iter(self._backoff)
        while True:
            before = arriving.size
            download.state, download.retry_at = "fetching", None
            download.pace.begin(before)
            self._tell(download)
            try:
                await self._receive(download, arriving)
                return
            except Refused as refused:
                if refused.fault not in _PASSING:
                    raise
                pauses = iter(self._backoff) if arriving.size > before else pauses
                pause = next(pauses, None)
                if pause is None:
                    raise
                download.state, download.retry_at = "retrying", time.monotonic() + pause
                self._tell(download)
            await asyncio.sleep(pause)

    async def _receive(self, download: Download, arriving: Arriving) -> None:
        async with aclosing(self._fetch(download.publication, arriving.size)) as chunks:
            async for chunk in chunks:
                if arriving.size + len(chunk) > download.publication.size:
                    raise _damaged(download)
                await asyncio.to_thread(arriving.add, chunk)
                download.pace.heard(arriving.size)
                self._tell(download)

    def _tell(self, download: Download) -> None:
        for listener in list(self._listeners):
            listener(download)


def _damaged(download: Download) -> Refused:
    return Refused(DAMAGED, file_name=shown(download.publication.file_name, 80))


def _kept(arriving: Arriving, *, replace: bool) -> None:
    try:
        arriving.keep(replace=replace)
    except FileExistsError as error:
        name = shown(arriving.target.name, 80)
        raise Refused(
            NOT_UNDERSTOOD, what=f"{name} exists already; it was not there when the download began."
        ) from error
