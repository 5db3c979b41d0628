"""The one permission gate: the whole table of who may do what, and each attack on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import Channel, Kind
from backend.core.accounts import Account, Grant, Identity
from backend.core.actor import Actor
from backend.core.catalogue_text import parse, shipped
from backend.core.gate import activity_scope, enters_ecp, folder_for, folders_for, may_revoke, may_rotate, may_suspend

CATALOGUE = parse(shipped())
IDENTITIES = {
    code: Identity(code, "ACME", user_type, code)
    for code, user_type in (("01234", "SEHK"), ("01235", "SEHK"), ("ACM01", "GCP"))
}
CHANNELS: tuple[Channel, ...] = ("console", "http", "sftp")


def actor(
    kind: Kind = "business",
    *grants: tuple[str, tuple[str, ...]],
    channel: Channel = "console",
    **facts: Any,
) -> Actor:
    staff = kind in {"operator", "auditor"}
    account = Account(
        id=1,
        login_id="SOMEONE1",
        kind=kind,
        company=None if staff else "ACME",
        company_name="" if staff else "Acme",
        name="Someone",
        state="active",
        password_hash="",
        sealed_seed=b"",
        last_step=0,
        grants=tuple(Grant(function, codes) for function, codes in grants),
        services=("client_connect", "ecp") if kind == "da" else (),
    )
    return Actor(replace(account, **facts), {} if staff else IDENTITIES, channel, "127.0.0.1", ask="WONGDA1")


def number_of(action: Any, *args: Any) -> int | None:
    try:
        action(*args)
    except Refused as refused:
        return refused.number
    return None


def reached(who: Actor) -> dict[str, list[str]]:
    return {folder.code: [one.code for one in mine] for folder, mine in folders_for(who, CATALOGUE)}


SD1 = ("EU_SD1", ("01234",))
SFTP = ("EU_ECPSFTP", ("01234",))


# ── entering ECP ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "number"),
    [
        (actor("business", SD1), None),
        (actor("business", SD1, SFTP), None),
        (actor("business", SFTP), 2000),
        (actor("business"), 2000),
        (actor("da"), 2000),
        (actor("da", SFTP), 2000),
        (actor("da", SD1), None),
        (actor("operator"), None),
        (actor("auditor"), None),
        (actor("business", ("EU_RETIRED", ("01234",))), 2000),
    ],
    ids=["business", "both", "sftp-alone", "none", "da", "da-sftp", "da-granted", "operator", "auditor", "unknown"],
)
def test_error_2000_is_for_those_without_an_interactive_function(who: Actor, number: int | None) -> None:
    assert number_of(folders_for, who, CATALOGUE) == number
    assert enters_ecp(who.account, CATALOGUE) == (number is None)


def test_error_2000_says_why_and_whom_to_ask() -> None:
    def said(who: Actor) -> Refused:
        with pytest.raises(Refused) as refused:
            folders_for(who, CATALOGUE)
        return refused.value

    assert "EU_ECPSFTP alone" in said(actor("business", SFTP)).what
    assert "Administration rights alone" in said(actor("da")).what
    assert "no ECP function" in said(actor("business")).what
    assert "WONGDA1" in said(actor("business")).remedy
    assert said(actor("business", SFTP)).values["held"] == "EU_ECPSFTP"


@pytest.mark.parametrize("state", ["suspended", "closed", "invited"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_whoever_is_not_active_gets_nothing_on_any_channel(state: str, channel: Channel) -> None:
    who = actor("business", SD1, SFTP, channel=channel, state=state)
    expected = 1016 if state == "suspended" else 1005
    assert number_of(folders_for, who, CATALOGUE) == expected
    assert number_of(folder_for, who, CATALOGUE, "SD-1") == expected
    assert number_of(activity_scope, who, CATALOGUE) == expected


# ── folders ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_function_opens_its_folders_for_the_identities_it_was_granted_for() -> None:
    assert reached(actor("business", SD1)) == {
        "SD-1": ["01234"],
        "DECL": ["01234"],
        "RPT-TRD": ["01234"],
        "RPT-CLP": ["01234"],
    }


@pytest.mark.parametrize("channel", ["console", "http"])
def test_the_sftp_function_opens_nothing_but_sftp(channel: Channel) -> None:
    who = actor("business", SD1, ("EU_ECPSFTP", ("01234", "01235")), channel=channel)
    assert reached(who)["SD-1"] == ["01234"]
    assert "BCAN" not in reached(who)


def test_by_sftp_only_the_sftp_function_opens_folders() -> None:
    assert reached(actor("business", SD1, channel="sftp")) == {}
    mine = reached(actor("business", ("EU_ECPSFTP", ("01234",)), channel="sftp"))
    assert mine["SD-1"] == ["01234"] and mine["BCAN"] == ["01234"]
    assert "DECL" not in mine, "not a folder of the SFTP channel"
    assert "CPM" not in mine, "not a folder of the identity's user type"


def test_a_da_may_narrow_sftp_to_some_identities() -> None:
    both = reached(actor("business", ("EU_ECPSFTP", ("01234", "ACM01")), channel="sftp"))
    assert both["CPM"] == ["ACM01"] and both["SD-1"] == ["01234"]


def test_a_da_may_narrow_sftp_to_some_folders_and_nothing_else_with_it() -> None:
    both: tuple[tuple[str, tuple[str, ...]], ...] = (SD1, ("EU_ECPSFTP", ("01234", "01235")))
    by_sftp = reached(actor("business", *both, channel="sftp", sftp_folders=("SD-1", "CPM", "NO-SUCH")))
    assert by_sftp == {"SD-1": ["01234", "01235"]}, "CPM is not a folder of these identities, narrowed to it or not"
    assert reached(actor("business", *both, channel="sftp", sftp_folders=())) == {}
    by_console = reached(actor("business", *both, sftp_folders=()))
    assert by_console == reached(actor("business", SD1)), "what other functions open stays open"
    scope = activity_scope(actor("business", *both, sftp_folders=("LOP",)), CATALOGUE)
    assert scope.folders is not None and "LOP" in scope.folders and "BCAN" not in scope.folders
    assert (
        number_of(folder_for, actor("business", SFTP, channel="sftp", sftp_folders=("LOP",)), CATALOGUE, "SD-1") == 4501
    )


def test_an_identity_of_another_company_opens_nothing() -> None:
    assert reached(actor("business", ("EU_SD1", ("09999",)))) == {}


def test_an_identity_of_another_user_type_opens_nothing() -> None:
    assert "SD-1" not in reached(actor("business", ("EU_SD1", ("ACM01",))))


@pytest.mark.parametrize("code", ["BCAN", "CPM", "NO-SUCH", "", "../SD-1", "sd-1", "\x1b[2J", "S" * 300])
def test_a_folder_not_granted_answers_exactly_like_one_that_does_not_exist(code: str) -> None:
    who = actor("business", SD1)
    with pytest.raises(Refused) as refused:
        folder_for(who, CATALOGUE, code)
    with pytest.raises(Refused) as absent:
        folder_for(who, CATALOGUE, "ABSENT")
    assert refused.value.fault is absent.value.fault and refused.value.number == 4501
    assert set(refused.value.values) == {"folder"}
    assert refused.value.remedy == absent.value.remedy
    assert "\x1b" not in refused.value.what


@pytest.mark.parametrize("kind", ["operator", "auditor"])
def test_operators_and_auditors_submit_nowhere(kind: Kind) -> None:
    assert reached(actor(kind)) == {}
    assert number_of(folder_for, actor(kind), CATALOGUE, "SD-1") == 4501


# ── whose activities may be seen ─────────────────────────────────────────────────────────────────────────────────


def test_a_business_user_sees_the_own_company_and_the_granted_folders() -> None:
    scope = activity_scope(actor("business", SD1), CATALOGUE)
    assert scope.company == "ACME" and scope.folders is not None
    assert set(scope.folders) == {"SD-1", "DECL", "RPT-TRD", "RPT-CLP"}


def test_what_one_files_by_sftp_is_seen_in_the_console_too() -> None:
    scope = activity_scope(actor("business", SD1, SFTP), CATALOGUE)
    assert scope.folders is not None and "BCAN" in scope.folders


def test_a_folder_of_another_user_type_is_not_seen_because_of_sftp() -> None:
    scope = activity_scope(actor("business", SD1, SFTP), CATALOGUE)
    assert scope.folders is not None and "CPM" not in scope.folders


def test_a_function_for_an_identity_that_is_not_ones_own_shows_nothing() -> None:
    scope = activity_scope(actor("business", ("EU_SD1", ("09999",))), CATALOGUE)
    assert scope.folders == ()


def test_sftp_alone_sees_no_activity_enquiry() -> None:
    assert number_of(activity_scope, actor("business", SFTP), CATALOGUE) == 2000
    assert number_of(activity_scope, actor("business", SFTP, channel="sftp"), CATALOGUE) is None


def test_an_administrator_sees_the_company_and_no_other() -> None:
    scope = activity_scope(actor("da"), CATALOGUE)
    assert (scope.company, scope.folders) == ("ACME", None)


@pytest.mark.parametrize("kind", ["operator", "auditor"])
def test_operators_and_auditors_see_all(kind: Kind) -> None:
    scope = activity_scope(actor(kind), CATALOGUE)
    assert (scope.company, scope.folders) == (None, None)


# ── suspending ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "may"), [("business", False), ("da", True), ("operator", True), ("auditor", False)])
def test_administrators_and_operators_suspend_and_nobody_else(kind: Kind, may: bool) -> None:
    assert may_suspend(actor(kind)) is may


# ── taking keys and addresses away, and rotating keys ────────────────────────────────────────────────────────────

COLLEAGUE = actor("business", id=2, login_id="OTHER002").account
STRANGER = replace(COLLEAGUE, company="HARBOUR")
STAFF = actor("auditor", id=3, login_id="AUDIT003").account


@pytest.mark.parametrize(
    ("kind", "own", "colleague", "stranger", "staff"),
    [
        ("business", True, False, False, False),
        ("da", True, True, False, False),
        ("operator", True, True, True, True),
        ("auditor", True, False, False, False),
    ],
)
def test_owners_administrators_and_operators_revoke_keys_and_nobody_else(
    kind: Kind, own: bool, colleague: bool, stranger: bool, staff: bool
) -> None:
    who = actor(kind)
    found = [may_revoke(who, subject) for subject in (who.account, COLLEAGUE, STRANGER, STAFF)]
    assert found == [own, colleague, stranger, staff]


@pytest.mark.parametrize("services", [("client_connect",), ("ecp",)])
def test_an_administrator_with_either_right_revokes_and_with_the_ecp_right_rotates(services: tuple[str, ...]) -> None:
    who = actor("da", services=services)
    assert may_revoke(who, COLLEAGUE)
    assert may_rotate(who, COLLEAGUE) is ("ecp" in services)


@pytest.mark.parametrize(
    ("kind", "own", "colleague", "stranger", "staff"),
    [
        ("business", True, False, False, False),
        ("da", True, True, False, False),
        ("operator", True, False, False, True),
        ("auditor", True, False, False, False),
    ],
)
def test_keys_are_rotated_by_their_owners_and_by_those_who_may_register_one(
    kind: Kind, own: bool, colleague: bool, stranger: bool, staff: bool
) -> None:
    who = actor(kind)
    found = [may_rotate(who, subject) for subject in (who.account, COLLEAGUE, STRANGER, STAFF)]
    assert found == [own, colleague, stranger, staff]
