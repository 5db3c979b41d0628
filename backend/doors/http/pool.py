"""Where passwords are looked at: in the pool that limits how many are at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from backend.core.services import Services

T = TypeVar("T")


async def verified(services: Services, work: Callable[[], T]) -> T:
    """What `work` returns; it goes on where nobody waits for its answer any more."""
    return await asyncio.shield(asyncio.wrap_future(services.sign_in_pool.submit(work)))
