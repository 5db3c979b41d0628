"""The attacker's desk, on either database."""

from __future__ import annotations

import pytest

from tests.asked_together import Desk
from tests.world import World


@pytest.fixture
def desk(any_world: World) -> Desk:
    return Desk(any_world)
