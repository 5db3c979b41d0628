"""Downloads under way: files on their way to this computer, several at once, whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from backend.contract.faults import DAMAGED, GOING_DOWN, NOT_UNDERSTOOD, UNEXPECTED, UNREACHABLE, Refused
from backend.contract.rules.shown import shown
from ecp_tui.moving import AT_ONCE, BACKOFF, AllMoving, Moving
from ecp_tui.pace import Pace
from ecp_tui.saving import Arriving

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import Fetchable

DownloadState = Literal["waiting", "fetching", "retrying", "saved", "refused", "cancelled"]
Fetch = Callable[["Fetchable", int], AsyncGenerator[bytes]]
"""The bytes of a file from an offset on."""

_PASSING: Final = (UNREACHABLE, GOING_DOWN)


@dataclass(slots=True, eq=False)
class Download(Moving):
    """One file on its way here, and what became of it."""

    wanted: Fetchable
    target: Path
    replace: bool = False
    state: DownloadState = "waiting"
    fault: Refused | None = None
    retry_at: float | None = None
    pace: Pace = field(init=False)
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.pace = Pace(self.wanted.size)

    @property
    def key(self) -> str:
        return f"download/{self.wanted.log_index}/{self.target}"

    @property
    def name(self) -> str:
        return self.wanted.file_name

    @property
    def running(self) -> bool:
        return self.state in {"waiting", "fetching", "retrying"}

    @property
    def done(self) -> bool:
        return self.state == "saved"


class Downloads(AllMoving[Download]):
    """All downloads of this session."""

    def __init__(self, fetch: Fetch, *, at_once: int = AT_ONCE, backoff: Sequence[float] = BACKOFF) -> None:
        super().__init__(at_once)
        self._fetch = fetch
        self._backoff = backoff

    def start(self, wanted: Fetchable, target: Path, *, replace: bool = False) -> Download:
        """Raises `FileExistsError` where something lies there that it may not replace."""
        if not replace and target.expanduser().exists():
            raise FileExistsError(target)
        download = Download(wanted, target.expanduser().absolute(), replace)
        self.items.append(download)
        self._run(download)
        return download

    async def _deliver(self, download: Download, before: asyncio.Task[None] | None) -> None:
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
            if (arriving.size, arriving.sha256) != (download.wanted.size, download.wanted.sha256):
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
                download.pause(pause)
                self._tell(download)
            await asyncio.sleep(pause)

    async def _receive(self, download: Download, arriving: Arriving) -> None:
        async with aclosing(self._fetch(download.wanted, arriving.size)) as chunks:
            async for chunk in chunks:
                if arriving.size + len(chunk) > download.wanted.size:
                    raise _damaged(download)
                await asyncio.to_thread(arriving.add, chunk)
                download.pace.heard(arriving.size)
                self._tell(download)


def _damaged(download: Download) -> Refused:
    return Refused(DAMAGED, file_name=shown(download.wanted.file_name, 80))


def _kept(arriving: Arriving, *, replace: bool) -> None:
    try:
        arriving.keep(replace=replace)
    except FileExistsError as error:
        name = shown(arriving.target.name, 80)
        raise Refused(
            NOT_UNDERSTOOD, what=f"{name} exists already; it was not there when the download began."
        ) from error
