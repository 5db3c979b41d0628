"""`ecp users`: what administrators see, what they ask for, and what one of them does at once."""

from __future__ import annotations

from typing import Any

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import Users
from tests.commands.conftest import Ecp, SignIn
from tests.world import World

KWOK = ("--name", "Kwok Wing", "--email", "kwok03@acme.example", "--phone", "852 2100 9901")


def approved(sign_in: SignIn, request: dict[str, Any], checker: str = "LEEDA2") -> dict[str, Any]:
    """The request as another person applied it, having seen its digest."""
    said = sign_in(checker)("approvals", "approve", str(request["id"]), "--digest", request["digest"], "--json")
    assert said.code == 0, said.out
    found: dict[str, Any] = said.data
    return found


def user(ecp: Ecp, login_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ecp("users", "show", login_id, "--json").data["user"]
    return found


# ── seeing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_begins_with_how_many_of_the_places_are_taken(sign_in: SignIn) -> None:
    """FAQ Q11."""
    said = sign_in("WONGDA1")("users")
    assert (said.code, said.err) == (0, "")
    heading, empty, titles, *rows = said.out.splitlines()
    assert heading == "Acme Securities: 5 of 20 users"
    assert (empty, titles.split()[:2]) == ("", ["LOGIN", "ID"])
    assert [row.split()[0] for row in rows] == ["ACMEBOT1", "CHAN01", "LEE02", "LEEDA2", "WONGDA1"]
    assert all(len(line) <= 80 for line in said.out.splitlines())


def test_a_noun_without_a_verb_lists_with_or_without_options(sign_in: SignIn) -> None:
    wong = sign_in("WONGDA1")
    assert set(wong("users", "--json").data) == {"items", *(Users.model_fields.keys() - {"users"})}
    assert wong("users", "--json").data == wong("users", "list", "--json").data


def test_operators_and_auditors_name_a_company_or_see_the_staff(sign_in: SignIn) -> None:
    for who in ("OPER01", "AUDIT01"):
        ecp = sign_in(who)
        assert ecp("users").out.startswith("The operator's staff: 3 users\n")
        assert ecp("users", "--company", "acme", "--json").data["used"] == 5
        assert ecp("users", "--company", "nobody").code == 4


def test_an_account_is_shown_with_its_open_requests_and_its_history(sign_in: SignIn) -> None:
    ecp = sign_in("WONGDA1")
    assert ecp("users", "close", "CHAN01", "--note", "left us").code == 0
    said = ecp("users", "show", "chan01")
    assert said.out.startswith("CHAN01  Chan Tai Man, Acme Securities  (business)\n")
    assert "  functions  EU_ECPSFTP  01234, 01235\n" in said.out
    assert "Close account CHAN01" in said.out.partition("Open requests")[2]
    assert "requested the closing (request 1): left us" in said.out.partition("History")[2]
    assert "  you may    change, grant, close, reset-otp, suspend\n" in said.out
    assert all(len(line) <= 80 for line in said.out.splitlines())


def test_a_lock_stands_beside_the_state(sign_in: SignIn, world: World) -> None:
    ecp = sign_in("WONGDA1")
    for _ in range(5):
        ecp("login", "LEE02", "--credentials-stdin", typed="wrong\n123456\n")
    ecp = sign_in("WONGDA1")
    assert "  state      active, locked\n" in ecp("users", "show", "LEE02").out
    request = ecp("users", "unlock", "LEE02", "--json").data
    approved(sign_in, request)
    assert user(sign_in("WONGDA1"), "LEE02")["locked"] is False


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_user_is_asked_for_in_before_and_after_and_whoever_can_check_it_is_named(sign_in: SignIn) -> None:
    """FAQ Q4."""
    said = sign_in("WONGDA1")("users", "create", "kwok03", *KWOK, "--grant", "EU_SD1=01234,01235")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "Request 1: Create user KWOK03  (submitted)"
    assert "    Name       + Kwok Wing" in lines
    assert "  ! EU_SD1     + 01234, 01235" in lines
    assert lines[-1] == "Lee Chi Keung (LEEDA2) can check it, and is told by mail."


def test_a_new_user_is_there_once_another_person_approved_it_and_not_before(sign_in: SignIn) -> None:
    ecp = sign_in("WONGDA1")
    request = ecp("users", "create", "KWOK03", *KWOK, "--group", "--grant", "EU_SD1=01234", "--json").data
    assert (request["state"], request["kind"], request["maker"]) == ("submitted", "create-user", "WONGDA1")
    assert ecp("users", "show", "KWOK03").code == 4
    assert approved(sign_in, request)["state"] == "applied"
    found = user(ecp, "KWOK03")
    assert (found["state"], found["email_kind"]) == ("invited", "group")
    assert [held["identity_codes"] for held in found["functions"]] == [["01234"]]


def test_a_change_leaves_alone_what_was_not_said(sign_in: SignIn) -> None:
    ecp = sign_in("WONGDA1")
    request = ecp("users", "change", "CHAN01", "--phone", "+852 2100 7777", "--json").data
    assert [line["label"] for line in request["lines"]] == ["Telephone"]
    approved(sign_in, request)
    found = user(ecp, "CHAN01")
    assert (found["phone"], found["name"], found["email"]) == ("+85221007777", "Chan Tai Man", "chan01@acme.example")


def test_functions_that_are_not_named_stay_and_those_revoked_go(sign_in: SignIn) -> None:
    ecp = sign_in("WONGDA1")
    request = ecp("users", "grant", "CHAN01", "--grant", "eu_sd1=01234", "--revoke", "eu_lop", "--json").data
    assert [(line["label"], line["after"]) for line in request["lines"]] == [("EU_LOP", ""), ("EU_SD1", "01234")]
    approved(sign_in, request)
    held = {one["function"]: one["identity_codes"] for one in user(ecp, "CHAN01")["functions"]}
    assert held == {"EU_ECPSFTP": ["01234", "01235"], "EU_SD1": ["01234"]}


def test_how_far_sftp_reaches_stays_narrow_until_somebody_says_otherwise(sign_in: SignIn) -> None:
    ecp = sign_in("WONGDA1")
    approved(sign_in, ecp("users", "grant", "CHAN01", "--sftp-folder", "SD-1", "--json").data)
    ecp = sign_in("WONGDA1")
    approved(sign_in, ecp("users", "grant", "CHAN01", "--revoke", "EU_LOP", "--json").data)
    ecp = sign_in("WONGDA1")
    assert user(ecp, "CHAN01")["sftp_folders"] == ["SD-1"]
    approved(sign_in, ecp("users", "grant", "CHAN01", "--all-sftp-folders", "--json").data)
    assert user(sign_in("WONGDA1"), "CHAN01")["sftp_folders"] is None


@pytest.mark.parametrize(("verb", "kind"), [("close", "close-user"), ("reset-otp", "reset-otp")])
def test_a_request_about_somebody_changes_nothing_by_itself(sign_in: SignIn, verb: str, kind: str) -> None:
    ecp = sign_in("WONGDA1")
    request = ecp("users", verb, "LEE02", "--note", "as agreed", "--json").data
    assert (request["kind"], request["note"], request["acts"]) == (kind, "as agreed", ["revise", "withdraw"])
    assert user(ecp, "LEE02")["state"] == "active"


def test_an_invitation_is_sent_again_by_two_people(sign_in: SignIn, world: World) -> None:
    approved(sign_in, sign_in("WONGDA1")("users", "create", "KWOK03", *KWOK, "--json").data)
    first = world.code("KWOK03")
    approved(sign_in, sign_in("WONGDA1")("users", "reinvite", "KWOK03", "--json").data)
    assert world.code("KWOK03") != first


def test_operators_ask_for_operators(sign_in: SignIn) -> None:
    staff = ("--name", "Fung Yee", "--email", "fung@exchange.example", "--phone", "85221000999", "--as", "operator")
    said = sign_in("OPER01")("users", "create", "OPER03", *staff)
    assert said.out.startswith("Request 1: Appoint operator OPER03")
    assert said.out.endswith("Yip Ho Yin (OPER02) can check it, and is told by mail.\n")
    assert sign_in("WONGDA1")("users", "create", "OPER04", *staff).code == 4


# ── suspending ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_suspension_holds_at_once_and_takes_two_people_to_lift(sign_in: SignIn, world: World) -> None:
    theirs = world.token("CHAN01")
    assert world.services.sessions.actor(theirs, "console", "127.0.0.1", background=False).login_id == "CHAN01"
    ecp = sign_in("WONGDA1")
    said = ecp("users", "suspend", "CHAN01", "--reason", "lost laptop", "--json")
    assert said.data == {"state": "suspended", "login_id": "CHAN01", "reason": "lost laptop"}
    with pytest.raises(Refused):
        world.services.sessions.actor(theirs, "console", "127.0.0.1", background=False)
    assert "suspended: lost laptop" in ecp("users", "show", "CHAN01").out
    request = ecp("users", "lift", "CHAN01", "--json").data
    assert user(ecp, "CHAN01")["state"] == "suspended"
    approved(sign_in, request)
    assert user(sign_in("WONGDA1"), "CHAN01")["state"] == "active"


# ── attacks and mistakes ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", ["show", "close", "change", "grant", "reset-otp", "lift", "suspend"])
def test_another_companys_user_is_exactly_as_one_that_does_not_exist(sign_in: SignIn, verb: str) -> None:
    ecp = sign_in("WONGDA1")
    more = {"suspend": ("--reason", "x"), "change": ("--name", "x"), "grant": ("--revoke", "EU_CPM")}.get(verb, ())
    theirs, nobodys = (ecp("users", verb, login_id, *more, "--json") for login_id in ("HO01", "NOBODY99"))
    assert theirs.code == nobodys.code == 4
    assert theirs.data == nobodys.data
    assert theirs.data["fault"]["number"] == 2001


def test_a_business_user_administers_nobody(chan: Ecp) -> None:
    assert chan("users", "--json").data["fault"]["number"] == 2002
    for verb in ("close", "reset-otp"):
        assert chan("users", verb, "LEE02").code == 4
    assert chan("users", "suspend", "LEE02", "--reason", "x").code == 4


def test_a_registered_e_mail_and_a_full_company_are_refused_by_number(sign_in: SignIn) -> None:
    """FAQ Q13."""
    taken = ("--name", "Kwok", "--email", "HO01@harbour.example", "--phone", "85221009901")
    said = sign_in("WONGDA1")("users", "create", "KWOK03", *taken, "--json")
    assert (said.code, said.data["fault"]["number"]) == (4, 3005)
    assert "group address" in said.data["fault"]["remedy"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("create", "KWOK03"), "--name"),
        (("create", "KWOK03", "--name", "K", "--email", "nowhere", "--phone", "85221009901"), "--email"),
        (("create", "KWOK03", "--name", "K", "--email", "k@acme.example", "--phone", "call me"), "--phone"),
        (("create", "KWOK03", "--name", " ", "--email", "k@acme.example", "--phone", "85221009901"), "--name"),
        (("create", "K", *KWOK), "LOGIN_ID"),
        (("create", "KWOK03", *KWOK, "--grant", "EU_SD1"), "EU_SD1=01234"),
        (("create", "KWOK03", *KWOK, "--as", "da"), "--as"),
        (("grant", "CHAN01", "--revoke", "EU_BCAN"), "EU_BCAN"),
        (("grant", "CHAN01"), "Nothing would change"),
        (("unlock", "CHAN01"), "not locked"),
        (("close", "CHAN01", "--note", "x" * 501), "--note"),
        (("suspend", "CHAN01"), "--reason"),
        (("show", "../me"), "login ID"),
        (("no-such-verb",), "no-such-verb"),
    ],
)
def test_a_wrong_call_exits_2_and_names_what_is_wrong(sign_in: SignIn, arguments: tuple[str, ...], named: str) -> None:
    said = sign_in("WONGDA1")("users", *arguments)
    assert said.code == 2
    assert said.out == ""
    assert named in said.err


def test_a_name_that_a_terminal_would_obey_is_shown_and_never_obeyed(sign_in: SignIn) -> None:
    hostile = ("--name", "K\x1b]52;c;eA==\x07[/b]", "--email", "kwok03@acme.example", "--phone", "85221009901")
    said = sign_in("WONGDA1")("users", "create", "KWOK03", *hostile)
    assert "\x1b" not in said.out + said.err
    assert "\x07" not in said.out + said.err
