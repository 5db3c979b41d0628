"""One host for all of these tests: its sessions are as far from each other as the tests are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.databases import Prepared, copied_world
from tests.host.hosted import HostProgram, entrance, hosting


@pytest.fixture(scope="module")
def program(prepared_sqlite: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProgram]:
    folder = tmp_path_factory.mktemp("hosted") / "data"
    with copied_world(prepared_sqlite, folder) as world, entrance(world) as server, hosting(world, server) as program:
        world.clock.at = datetime.now(UTC)  # the host has no clock but the machine's
        yield program


@pytest.fixture
def host(program: HostProgram) -> Iterator[HostProgram]:
    yield program
    program.end_all()
