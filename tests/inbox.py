"""The inbox in tests, in few words."""

from __future__ import annotations

from typing import Any

from backend.contract.messages import InboxFilter, InboxItem
from backend.core.actor import Actor
from tests.world import World

WHY = "The file is damaged in our system."


def inbox(world: World, who: Actor | None = None, *, limit: int = 100, **wanted: Any) -> list[InboxItem]:
    """All pages of it."""
    who = who or world.actor("OPER01")
    found: list[InboxItem] = []
    cursor: str | None = None
    while True:
        page = world.services.inbox.page(who, InboxFilter(**wanted), cursor, limit)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found


def told(world: World, who: Actor | None = None, **wanted: Any) -> list[tuple[str | None, int | None, str, str | None]]:
    """File name, version, state, and why it comes again."""
    items = inbox(world, who, **wanted)
    return [(it.activity.file_name, it.activity.version, it.activity.state, it.again) for it in items]
