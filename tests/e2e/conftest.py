"""Fixtures for real clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.ssh_terminal import SshWorld, ssh_world
from tests.sftp_world import SftpWorld, open_door
from tests.world import World


@pytest_asyncio.fixture
async def sftp_world(world: World, tmp_path: Path) -> AsyncIterator[SftpWorld]:
    async with open_door(world, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshWorld]:
    with ssh_world(tmp_path_factory.mktemp("ssh")) as opened:
        yield opened


@pytest.fixture
def served(program: SshWorld) -> Iterator[SshWorld]:
    yield program
    program.close_all()


@pytest.fixture(scope="module")
def line(program: SshWorld) -> Iterator[Path]:
    """CHAN01 has signed in; several sessions share it."""
    with program.signed_in("CHAN01") as path:
        yield path
