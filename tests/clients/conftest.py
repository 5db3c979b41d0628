"""A door for every client and every case."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.sftp_world import SftpWorld, open_door
from tests.world import World


@pytest_asyncio.fixture
async def sftp_world(world: World, tmp_path: Path) -> AsyncIterator[SftpWorld]:
    async with open_door(world, tmp_path) as opened:
        yield opened
