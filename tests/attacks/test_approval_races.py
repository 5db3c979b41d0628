"""Approvals in parallel, late, and of something else than what was shown."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from backend.contract import paths
from backend.contract.faults import Refused
from backend.contract.messages import Approval, Decision, NewRequest, Revision
from tests.asked_together import Desk, acts, new_user, sql, state_of
from tests.doors.http.asking import number_of
from tests.world import World


@pytest.mark.databases
def test_20_parallel_approvals_apply_a_request_once(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    path, body = paths.request_act(made["id"], "approve"), desk.approval(made)
    numbers = [number_of(one) for one in desk.together([("LEEDA2", "POST", path, body)] * 20)]
    assert sorted(numbers) == [0] + [3007] * 19
    assert acts(desk.world).count("request-applied") == 1
    assert sql(desk.world, "SELECT count(*) FROM accounts WHERE login_id = 'KWOK03'").scalar_one() == 1


@pytest.mark.databases
def test_40_parallel_approvals_at_17_of_20_make_three_users(desk: Desk) -> None:
    sql(desk.world, "UPDATE companies SET used = 17 WHERE code = 'ACME'")
    made = [desk.request("WONGDA1", **new_user(f"KWOK{at:02}")) for at in range(10, 50)]
    asked = [("LEEDA2", "POST", paths.request_act(one["id"], "approve"), desk.approval(one)) for one in made]
    answers = desk.together(asked)
    assert sorted(map(number_of, answers)) == [0] * 3 + [3001] * 37
    refused = next(one for one in answers if number_of(one) == 3001)
    assert "20 of 20 users" in refused.json()["detail"]
    assert sql(desk.world, "SELECT used FROM companies WHERE code = 'ACME'").scalar_one() == 20


def test_the_database_itself_refuses_the_twenty_first_user(desk: Desk) -> None:
    with pytest.raises(Exception, match="quota"):
        sql(desk.world, "UPDATE companies SET used = 21 WHERE code = 'ACME'")


def test_an_edit_after_it_was_shown_makes_the_approval_stale(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    edited = new_user(grants=[{"function": "EU_LOP", "identity_codes": ["01235"]}])
    assert desk.ask("WONGDA1", "PUT", paths.request(made["id"]), {"rev": 1, "proposal": edited}).is_success
    answer = desk.approve("LEEDA2", made)
    assert number_of(answer) == 3004 and "revision 2" in answer.json()["detail"]
    assert state_of(desk, "KWOK03") == "none"
    assert desk.approve("LEEDA2", desk.seen("LEEDA2", made)).json()["state"] == "applied"


def test_an_approval_with_the_digest_of_another_request_applies_nothing(desk: Desk) -> None:
    shown, other = desk.request("WONGDA1", **new_user()), desk.request("WONGDA1", **new_user("KWOK04"))
    assert number_of(desk.approve("LEEDA2", {**other, "digest": shown["digest"]})) == 3004
    assert number_of(desk.approve("LEEDA2", {**other, "digest": "0" * 64})) == 3004


def test_a_subject_that_changed_since_voids_the_request(desk: Desk) -> None:
    wish = {"function": "EU_LOP", "identity_codes": ["01234"]}
    first = desk.request("WONGDA1", kind="grant-functions", login_id="LEE02", grants=[wish])
    second = desk.request(
        "WONGDA1",
        kind="grant-functions",
        login_id="LEE02",
        grants=[{"function": "EU_SD1", "identity_codes": ["01235"]}],
    )
    assert desk.approve("LEEDA2", first).is_success
    assert desk.seen("LEEDA2", second)["stale"]
    assert number_of(desk.approve("LEEDA2", second)) == 3004
    assert desk.seen("LEEDA2", second)["state"] == "void"
    assert acts(desk.world)[-1] == "request-voided"


def test_a_maker_who_lost_the_right_meanwhile_has_no_request_applied(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    sql(
        desk.world,
        "DELETE FROM administrator_rights WHERE account_id = (SELECT id FROM accounts WHERE login_id = 'WONGDA1')",
    )
    assert number_of(desk.approve("LEEDA2", made)) == 3004
    assert state_of(desk, "KWOK03") == "none"


def test_a_request_expires_after_a_week(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    desk.world.clock.move(days=7)
    desk.tokens.clear()
    assert desk.seen("LEEDA2", made)["state"] == "expired"
    answer = desk.approve("LEEDA2", made)
    assert number_of(answer) == 3007 and "7 days" in answer.json()["detail"]


def outcome(action: Callable[[], object]) -> int:
    """0, or the fault's number."""
    try:
        action()
    except Refused as refused:
        return refused.number
    return 0


def functions_of(world: World, login_id: str) -> set[str]:
    with world.platform.store.reading() as rows:
        account = rows.account(login_id)
    return {grant.function for grant in account.grants} if account else set()


@pytest.mark.parametrize("races", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_what_races_with_an_edit_applied_is_always_what_was_shown(world: World, races: int) -> None:
    """The checker approves revision 1 while the maker replaces it; whoever wins, only what was shown is applied."""
    maker, checker = world.actor("WONGDA1"), world.actor("LEEDA2")
    requests, won = world.services.requests, {"maker": 0, "checker": 0}
    small = ({"function": "EU_SD1", "identity_codes": ["01234"]},)
    large = (*small, {"function": "EU_LOP", "identity_codes": ["01234", "01235"]})
    with ThreadPoolExecutor(2) as threads:
        for race in range(races):
            wish = {"kind": "grant-functions", "login_id": "LEE02", "sftp_folders": [["SD-1"], []][won["checker"] % 2]}
            made = requests.make(maker, NewRequest.model_validate({"proposal": {**wish, "grants": small}}))
            hidden = Revision.model_validate({"rev": 1, "proposal": {**wish, "grants": large}})
            edit = partial(requests.revise, maker, made.id, hidden)
            approve = partial(requests.approve, checker, made.id, Approval(rev=1, digest=made.digest))
            first, second = (edit, approve) if race % 2 else (approve, edit)
            told = dict(zip((first, second), threads.map(outcome, (first, second)), strict=True))
            assert functions_of(world, "LEE02") == {"EU_SD1"}, f"race {race}: nobody was shown what was applied"
            assert (told[edit], told[approve]) in {(3007, 0), (0, 3004)}
            won["checker" if told[approve] == 0 else "maker"] += 1
            if told[edit] == 0:
                requests.decide(maker, made.id, "withdraw", Decision(rev=2))
    assert all(won.values()), "a race that one side always wins shows nothing"
