"""What is for a stopped ecpd alone: SQLite's lock says so, PostgreSQL's own list of clients does."""

from __future__ import annotations

import pytest

from backend.adapters.database import open_engine, refuse_others, sole_process
from backend.settings import SettingsError
from tests.world import World


def test_a_running_ecpd_is_noticed_on_either_database_and_a_stopped_one_is_not(any_world: World) -> None:
    settings = any_world.platform.settings

    def look() -> None:
        with sole_process(settings.url):
            engine = open_engine(settings.url)
            try:
                refuse_others(engine)
            finally:
                engine.dispose()

    with pytest.raises(SettingsError, match=r"Another ecpd already runs|Stop every ecpd on it"):
        look()
    any_world.platform.close()
    look()
