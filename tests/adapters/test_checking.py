"""Checking, and lists that go on beyond a page, on both databases."""

from __future__ import annotations

import pytest

from backend.contract.messages import ChangeUser, Decision, NewRequest
from backend.core import auditing
from backend.core.checking import check
from backend.core.client_connect import request_views
from tests.publishing import publish
from tests.submitting import submitted
from tests.world import World


def test_the_log_and_its_files_are_found_sound_whatever_the_database(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "_AT_ONCE", 2)
    actor = any_world.actor("CHAN01")
    for data in (b"a\n", b"b\n", b"b\n"):
        submitted(any_world, actor, data)
    one = publish(any_world, b"c\n")
    platform = any_world.platform
    found = check(platform.store, platform.vault, any_world.clock)
    assert (found.log, found.damaged, found.orphans, found.aside) == ([], [], 0, 0)
    assert (found.files, found.bytes) == (3, 6)
    assert found.entries == one.log_index + 1
    with platform.store.reading() as rows:
        row = rows.activity(one.log_index)
    assert row is not None and row.object_key is not None
    platform.vault.delete(row.object_key)
    (damage,) = check(platform.store, platform.vault, any_world.clock).damaged
    assert damage.startswith(f"Entry {one.log_index}, {one.file_name}: its bytes are not there")


def test_change_requests_are_all_shown_once_open_ones_first(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_views, "LARGEST_PAGE", 2)
    wong, requests = any_world.actor("WONGDA1"), any_world.services.requests
    for number in range(5):
        account = any_world.account("CHAN01")
        changed = ChangeUser(login_id="CHAN01", name=f"Chan {number}", email=account.email, phone=account.phone)
        made = requests.make(wong, NewRequest(proposal=changed))
        if number % 2:
            requests.decide(wong, made.id, "withdraw", Decision(rev=made.rev))
    shown, cursor, pages = list[tuple[str, int]](), None, 0
    while pages == 0 or cursor is not None:
        page = requests.views.page(wong, cursor=cursor)
        shown += [(one.state, one.id) for one in page.items]
        cursor, pages = page.cursor, pages + 1
    states = [state for state, _ in shown]
    assert states == ["submitted"] * 3 + ["withdrawn"] * 2 and pages == 3
    assert [number for _, number in shown] == [5, 3, 1, 4, 2]
