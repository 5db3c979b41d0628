"""Every story about the store runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.adapters.signing_in import Counted
from tests.world import World


@pytest.fixture
def hasher(any_world: World) -> Counted:
    """The platform's own hasher, counted."""
    counted = Counted(any_world.platform.hasher)
    any_world.services.sign_in._hasher = counted
    any_world.services.recovery.hasher = any_world.services.enrolment.hasher = counted
    return counted
