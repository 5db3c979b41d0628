"""Keys that will expire are told of by mail, twice, and each time once."""

from __future__ import annotations

from datetime import timedelta

from tests.world import World


def told(world: World, login_id: str = "CHAN01") -> list[str]:
    return [mail.text for mail in world.mails(login_id) if "expires in" in mail.text]


def at(world: World, days_before: float) -> None:
    with world.platform.store.reading() as rows:
        key = rows.sftp_keys(world.account("CHAN01"))[0]
    world.clock.at = key.expires - timedelta(days=days_before)
    world.platform.sweep()


def test_a_key_is_told_of_thirty_and_seven_days_before_it_expires(any_world: World) -> None:
    at(any_world, 31)
    assert told(any_world) == []
    for days in (30, 29, 20, 8):
        at(any_world, days)
        assert len(told(any_world)) == 1
    for days in (7, 3, 1):
        at(any_world, days)
        assert len(told(any_world)) == 2
    assert "SHA256:" in told(any_world)[0] and "expires in 7 days" in told(any_world)[0]


def test_whoever_can_approve_its_successor_hears_of_it_as_well(any_world: World) -> None:
    at(any_world, 5)
    for login_id in ("WONGDA1", "LEEDA2"):
        assert any("of CHAN01 expires" in text for text in told(any_world, login_id))
    assert told(any_world, "HODA1") == []


def test_a_key_that_was_revoked_is_not_told_of(any_world: World) -> None:
    with any_world.platform.store.reading() as rows:
        key = rows.sftp_keys(any_world.account("CHAN01"))[0]
    any_world.platform.store.write(lambda unit: unit.revoke_key(key.fingerprint, any_world.clock.now()))
    at(any_world, 5)
    assert told(any_world) == []


def test_a_key_that_has_expired_already_is_told_of_by_nobody(any_world: World) -> None:
    at(any_world, -1)
    assert told(any_world) == [] and told(any_world, "TAI09") == []
