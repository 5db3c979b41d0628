"""Publishing, an endpoint a method; for operators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import httpx

from backend.contract import paths
from backend.contract.messages import Publication
from ecp_tui.client.transport import Transport, cleaned

_WHOLE_FILE: Final = httpx.Timeout(120.0, connect=5.0)


class PublishingCalls(Transport):
    """What stands in a download folder for an identity, putting a file there, and withdrawing it."""

    async def published(self, folder: str, identity_code: str) -> list[Publication]:
        """One a name, of the last 90 days, newest first."""
        return await self._list(Publication, paths.PUBLISHED, params={"folder": folder, "identity_code": identity_code})

    async def publish(
        self, folder: str, identity_code: str, file_name: str, blocks: AsyncIterator[bytes], *, size: int | None = None
    ) -> Publication:
        """The bytes that stand there already, once more, are the same publication."""
        length = {} if size is None else {"content-length": str(size)}
        answer = await self._send(
            "PUT",
            paths.PUBLISHED,
            params={"folder": folder, "identity_code": identity_code, "file_name": file_name},
            content=blocks,
            headers={"content-type": "application/octet-stream", **length},
            timeout=_WHOLE_FILE,
        )
        return Publication.model_validate(cleaned(answer.json()))

    async def withdraw(self, folder: str, identity_code: str, file_name: str, reason: str = "") -> None:
        """Nobody finds it any more."""
        params = {"folder": folder, "identity_code": identity_code, "file_name": file_name, "reason": reason}
        await self._send("DELETE", paths.PUBLISHED, params=params)
