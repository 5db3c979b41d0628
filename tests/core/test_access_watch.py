"""The watch over rights: what it says of a database that cannot be read."""

from __future__ import annotations

from typing import Any

from backend.core.client_connect.access import BLIND_AFTER, AccessWatch


class Unreadable:
    """A store whose database is gone."""

    def write(self, work: Any) -> Any:
        raise OSError("gone")

    def reading(self) -> Any:
        raise OSError("gone")


def test_nothing_is_taken_once_the_database_was_unreadable_for_five_seconds_whatever_the_clock_says() -> None:
    passed = [100.0]
    watch = AccessWatch(Unreadable(), lambda: passed[0])
    passed[0] += BLIND_AFTER - 0.01
    assert watch.taking
    passed[0] += 0.01
    assert not watch.taking
