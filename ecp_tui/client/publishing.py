"""Publishing, an endpoint a method; for the operator's staff."""

from __future__ import annotations

from collections.abc import AsyncIterator
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
    Withdrawal,
    WithdrawNamed,
)
from ecp_tui.client.transport import Transport, cleaned

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
