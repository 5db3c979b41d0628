"""Every story about the store runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.adapters.signing_in import Counted
from tests.world import World


@pytest.fixture
def hasher(any_world: World) -> Counted:
    """The platform's own hasher, counted."""
    counted = Counted(any_world.platform.hasher)
    for service in (any_world.services.sign_in, any_world.services.recovery, any_world.services.enrolment):
        service._hasher = counted
    return counted
