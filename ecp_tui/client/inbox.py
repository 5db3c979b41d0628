"""The inbox, an endpoint a method; for the operator's staff. `fetch` brings the bytes of what is picked up."""

from __future__ import annotations

from typing import Literal

from backend.contract import paths
from backend.contract.messages import InboxFilter, InboxPage, Receipt
from ecp_tui.client.transport import Transport

Handling = Literal["replay", "withdraw", "return"]


class InboxCalls(Transport):
    """What stands to be collected, and what is done with it."""

    async def inbox(
        self,
        wanted: InboxFilter | None = None,
        *,
        cursor: str | None = None,
        limit: int = 100,
        background: bool = False,
    ) -> InboxPage:
        query: dict[str, str] = {"limit": str(limit)}
        if wanted is not None:
            query |= {name: str(value) for name, value in wanted.model_dump(mode="json", exclude_none=True).items()}
        if cursor is not None:
            query["cursor"] = cursor
        return await self._get(InboxPage, paths.INBOX, params=query, background=background)

    async def handle(self, log_index: int, act: Handling, reason: str) -> Receipt:
        """The counter-receipt: what its submitter sees of it."""
        return await self._post(Receipt, paths.inbox_act(log_index, act), {"reason": reason})
