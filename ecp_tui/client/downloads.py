"""Published files, an endpoint a method."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

import httpx

from backend.contract import paths
from backend.contract.faults import UNEXPECTED, Refused
from backend.contract.messages import Fetchable, PickUp, PublicationFilter, PublicationPage
from ecp_tui.client.transport import Transport

_WHOLE: Final = 200
_PARTIAL: Final = 206
_PATIENCE: Final = httpx.Timeout(60.0, connect=5.0)


class DownloadCalls(Transport):
    """What was published, and its bytes."""

    async def publications(
        self,
        wanted: PublicationFilter | None = None,
        *,
        cursor: str | None = None,
        limit: int = 100,
        background: bool = False,
    ) -> PublicationPage:
        query: dict[str, str] = {"limit": str(limit)}
        if wanted is not None:
            query |= {name: str(value) for name, value in wanted.model_dump(exclude_none=True).items()}
        if cursor is not None:
            query["cursor"] = cursor
        return await self._get(PublicationPage, paths.PUBLICATIONS, params=query, background=background)

    async def fetch(self, wanted: Fetchable, offset: int = 0) -> AsyncGenerator[bytes]:
        """The bytes from there on, as they come; 9001 where the line breaks before the last of them.

        Of a submission each time is a pickup, for its reason.
        """
        if 0 < offset >= wanted.size:
            return
        headers = {"accept-encoding": "identity"} | ({"range": f"bytes={offset}-"} if offset else {})
        if isinstance(wanted, PickUp):
            path, params = paths.inbox_content(wanted.log_index), {"reason": wanted.reason}
        else:
            path, params = paths.publication_content(wanted.log_index), {}
        async with self._streamed("GET", path, params=params, headers=headers, timeout=_PATIENCE) as answer:
            begins = f"bytes {offset}-" if offset else ""
            right = answer.status_code == (_PARTIAL if offset else _WHOLE)
            if not right or not answer.headers.get("content-range", "").startswith(begins):
                raise Refused(UNEXPECTED, reference=f"HTTP {answer.status_code} for bytes from {offset}")
            async for block in answer.aiter_bytes():
                yield block
