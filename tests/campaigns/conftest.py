"""After the campaigns their figures are written, where that was asked for."""

from __future__ import annotations

import pytest

from tests.campaigns import figures


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == 0:
        figures.write()
