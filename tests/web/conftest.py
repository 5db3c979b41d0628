"""A platform as of now, and the browser edition before it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.databases import Prepared
from tests.doors.http.conftest import Served, serving
from tests.web.edition import Edition, open_edition, running_world


@pytest.fixture
def backend(prepared_sqlite: Prepared, tmp_path: Path) -> Iterator[Served]:
    """With `ecp web` as its trusted proxy, so that browsers keep their own addresses."""
    data_dir = tmp_path / "data"
    shutil.copytree(prepared_sqlite.folder, data_dir)
    with running_world(prepared_sqlite, data_dir) as world, serving(world, trusted_proxy="127.0.0.1") as made:
        yield made


@pytest_asyncio.fixture
async def edition(backend: Served, tmp_path: Path) -> AsyncIterator[Edition]:
    async with open_edition(backend.world, backend.url, tmp_path) as made:
        yield made
