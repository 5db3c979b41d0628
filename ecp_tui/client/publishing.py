"""Publishing, an endpoint a method; for the operator's staff."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Final

import httpx

from backend.contract import paths
from backend.contract.messages import (
    NewPublication,
    PublishCheck,
    PublishCheckRequest,
    PublishedDetail,
    PublishedPage,
    PublishOptions,
    PublishOutcome,
    TicketedPublication,
    Withdrawal,
    WithdrawNamed,
)
from ecp_tui.client.filing import CHUNK
from ecp_tui.client.transport import Transport, cleaned
from ecp_tui.digest import as_checked
from ecp_tui.draft import Upload

_WHOLE_FILE: Final = httpx.Timeout(120.0, connect=5.0)


class PublishingCalls(Transport):
    """Whom files can be published to, publishing one, whom what stands was for and who fetched it, withdrawing it."""

    async def publish_options(self, *, background: bool = False) -> PublishOptions:
        return await self._get(PublishOptions, paths.PUBLISH_OPTIONS, background=background)

    async def check_publication(self, wanted: PublishCheckRequest) -> PublishCheck:
        """What publishing it would do now, without an upload and without a trace."""
        return await self._ask(PublishCheck, paths.PUBLISH_CHECKS, wanted)

    async def publish(
        self, wanted: NewPublication, blocks: AsyncIterator[bytes], *, size: int | None = None
    ) -> PublishOutcome:
        """Whoever has these bytes already keeps what they have."""
        length = {} if size is None else {"content-length": str(size)}
        answer = await self._send(
            "PUT",
            paths.PUBLISHED,
            params=wanted.model_dump(mode="json"),
            content=blocks,
            headers={"content-type": "application/octet-stream", **length},
            timeout=_WHOLE_FILE,
        )
        return PublishOutcome.model_validate(cleaned(answer.json()))

    async def publish_upload(
        self, upload: Upload, to: str, progress: Callable[[int], None] | None = None
    ) -> PublishOutcome:
        """Publishes a file of this machine, or what came by its ticket; the same again changes nothing."""
        wanted = NewPublication(folder=upload.folder, to=to, file_name=upload.file_name, notice=upload.notice)
        if upload.ticket is not None:
            body = TicketedPublication(**wanted.model_dump())
            return await self._ask(PublishOutcome, paths.ticket_publication(upload.ticket), body, timeout=_WHOLE_FILE)
        return await self.publish(wanted, _heard(upload, progress), size=upload.size)

    async def withdraw(self, wanted: WithdrawNamed) -> None:
        """Nobody addressed finds it any more."""
        await self._send("DELETE", paths.PUBLISHED, params=wanted.model_dump())

    async def editions(
        self, folder: str | None = None, *, cursor: str | None = None, limit: int = 50, background: bool = False
    ) -> PublishedPage:
        """What stands of the last 90 days, newest first."""
        query = {"limit": str(limit)} | ({"folder": folder} if folder else {}) | ({"cursor": cursor} if cursor else {})
        return await self._get(PublishedPage, paths.EDITIONS, params=query, background=background)

    async def edition(self, number: int, *, background: bool = False) -> PublishedDetail:
        """Everybody it stands for, and who fetched it."""
        return await self._get(PublishedDetail, paths.edition(number), background=background)

    async def withdraw_edition(self, number: int, why: Withdrawal) -> None:
        """For everybody, or for the identity named."""
        await self._send("POST", paths.edition_withdrawal(number), json=why.model_dump(exclude_none=True))


async def _heard(upload: Upload, progress: Callable[[int], None] | None) -> AsyncIterator[bytes]:
    sent = 0
    async with aclosing(as_checked(upload.path, upload.size, upload.modified, CHUNK)) as blocks:
        async for block in blocks:
            yield block
            sent += len(block)
            if progress is not None:
                progress(sent)
