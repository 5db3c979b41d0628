"""Questions 4 to 22 of the FAQ, about Client Connect, as stories on the real HTTP app."""

from __future__ import annotations

import re
from typing import Any

import pytest

from backend.contract import paths
from backend.contract.messages import Form
from backend.contract.rules.forms import warnings
from tests.asked_together import Desk, new_user, sql, state_of
from tests.doors.http.asking import number_of
from tests.keying_in import acme, fill, identity, new, newco
from tests.world import NEW_PASSWORD, World

SD1 = {"function": "EU_SD1", "identity_codes": ["01234"]}
CHANS_PHONE = "852 2100-0000"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def keyed_in(desk: Desk, form: Form) -> dict[str, Any]:
    return desk.request("OPER01", kind="apply-form", form=form.model_dump(mode="json"))


def asked_for_reset(desk: Desk, phone: str = CHANS_PHONE) -> Any:
    return desk.ask(None, "POST", paths.RECOVERY_REQUESTS, {"login_id": "CHAN01", "phone": phone})


def lock(desk: Desk, login_id: str) -> None:
    for _ in range(5):
        sign_in(desk, login_id, password="wrong-and-wrong-again")
    assert number_of(sign_in(desk, login_id)) == 1002


def sign_in(desk: Desk, login_id: str, **other: str) -> Any:
    return desk.ask(None, "POST", paths.SIGN_IN, desk.world.form(login_id, **other).model_dump())


def unlocked(desk: Desk, login_id: str) -> bool:
    return bool(sign_in(desk, login_id).is_success)


# ── access and rights ────────────────────────────────────────────────────────────────────────────────────────────


def test_faq_4_two_administrators_create_an_account_and_its_owner_signs_in(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    assert state_of(desk, "KWOK03") == "none", "one of them alone creates nothing"
    assert desk.approve("LEEDA2", made).json()["state"] == "applied"
    assert state_of(desk, "KWOK03") == "invited"
    desk.world.join("KWOK03")
    folders = desk.ask("KWOK03", "GET", paths.FOLDERS).json()
    assert "SD-1" in {folder["folder"] for folder in folders}


def test_faq_5_an_administrator_is_granted_functions_by_a_change_request_like_anyone(desk: Desk) -> None:
    assert number_of(desk.ask("WONGDA1", "GET", paths.HOME)) == 2000
    made = desk.request("LEEDA2", kind="grant-functions", login_id="WONGDA1", grants=[SD1])
    assert number_of(desk.approve("WONGDA1", made)) == 3003, "not by themselves"
    mine = desk.request("WONGDA1", kind="grant-functions", login_id="WONGDA1", grants=[SD1])
    assert desk.approve("LEEDA2", mine).is_success
    assert desk.ask("WONGDA1", "GET", paths.HOME).is_success


def test_faq_6_the_wrong_function_is_put_right_by_another_grant(desk: Desk) -> None:
    answer = desk.ask("ACMEBOT1", "GET", paths.HOME)
    assert number_of(answer) == 2000 and "EU_ECPSFTP alone" in answer.json()["detail"]
    grants = [{"function": "EU_ECPSFTP", "identity_codes": ["01234"]}, SD1]
    assert desk.approve(
        "LEEDA2", desk.request("WONGDA1", kind="grant-functions", login_id="ACMEBOT1", grants=grants)
    ).is_success
    assert desk.ask("ACMEBOT1", "GET", paths.HOME).is_success


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_faq_8_a_company_joins_by_the_ecp_form_and_its_administrators_create_users(desk: Desk) -> None:
    made = keyed_in(desk, newco())
    assert number_of(desk.approve("OPER01", made)) == 3003, "two people at the operator"
    assert desk.approve("OPER02", made).is_success
    for login_id in ("NEWDA1", "NEWDA2"):
        desk.world.join(login_id)
    wish = {"function": "EU_SD1", "identity_codes": ["05678"]}
    first = desk.request("NEWDA1", **new_user("FIRST01", email="first@new.example", grants=[wish]))
    assert desk.approve("NEWDA2", first).is_success
    desk.world.join("FIRST01")
    assert desk.ask("FIRST01", "GET", paths.FOLDERS).is_success


def test_faq_9_administrators_are_appointed_by_form_and_never_by_an_administrator(desk: Desk) -> None:
    wanted = {"proposal": new_user("CHEUNGDA", account_kind="da", grants=[])}
    assert number_of(desk.ask("WONGDA1", "POST", paths.REQUESTS, wanted)) == 2002
    form = acme(desk.world, new("CHEUNGDA"))
    for who in ("WONGDA1", "CHAN01"):
        proposal = {"kind": "apply-form", "form": form.model_dump(mode="json")}
        assert number_of(desk.ask(who, "POST", paths.REQUESTS, {"proposal": proposal})) == 2002
    assert desk.approve("OPER02", keyed_in(desk, form)).is_success
    assert state_of(desk, "CHEUNGDA") == "invited"


def test_faq_10_a_second_user_type_comes_by_the_same_form(desk: Desk) -> None:
    form = acme(desk.world, identities=(identity("add", "ACM77", "DCP", "Acme Direct Ltd"),))
    assert desk.approve("OPER02", keyed_in(desk, form)).is_success
    identities = desk.ask("WONGDA1", "GET", paths.USERS).json()["identities"]
    assert ("ACM77", "Acme Direct Ltd") in {(one["identity_code"], one["name"]) for one in identities}


def test_faq_11_having_administrators_does_not_stop_more_until_20_are_reached(desk: Desk) -> None:
    assert desk.approve("OPER02", keyed_in(desk, acme(desk.world, new("DA03"), new("DA04"), new("DA05")))).is_success
    fill(desk.world, 19)
    assert desk.approve("LEEDA2", desk.request("WONGDA1", **new_user())).is_success
    answer = desk.approve("LEEDA2", desk.request("WONGDA1", **new_user("KWOK04")))
    assert number_of(answer) == 3001 and "20 of 20" in answer.json()["detail"]


def test_faq_12_a_change_of_administrators_takes_two_forms_and_one_alone_is_warned_of(desk: Desk) -> None:
    ecp, client_connect = (acme(desk.world, new("CHEUNGDA"), service=one) for one in ("ecp", "client_connect"))
    assert warnings([ecp]) and not warnings([ecp, client_connect])
    first, second = keyed_in(desk, ecp), keyed_in(desk, client_connect)
    assert desk.approve("OPER02", first).is_success
    rights = (
        "SELECT service FROM administrator_rights JOIN accounts ON accounts.id = account_id WHERE login_id = 'CHEUNGDA'"
    )
    assert [row.service for row in sql(desk.world, rights)] == ["ecp"]
    assert desk.approve("OPER02", second).is_success, "they are applied apart"
    assert len(sql(desk.world, rights).all()) == 2


def test_faq_13_a_client_needs_another_address_than_the_one_under_the_clearing_participant(desk: Desk) -> None:
    taken = sql(desk.world, "SELECT email FROM accounts WHERE login_id = 'HO01'").scalar_one().title()
    answer = desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": new_user(email=taken)})
    assert number_of(answer) == 3005
    assert "a group address, or a teammate's" in answer.json()["remedy"]
    group = new_user(email="clearing-team@harbour.example", email_kind="group")
    seen = desk.seen("LEEDA2", desk.request("WONGDA1", **group))
    assert any("(group)" in line["after"] for line in seen["lines"]), "the checker sees what it is"


# ── locks and resets ─────────────────────────────────────────────────────────────────────────────────────────────


def test_faq_16_a_locked_account_is_unlocked_by_the_code_in_the_mail(desk: Desk) -> None:
    lock(desk, "CHAN01")
    code = desk.world.code("CHAN01")
    body = {"code": code, "password": desk.world.people["CHAN01"].password, "otp": desk.world.fresh_otp("CHAN01")}
    assert desk.ask(None, "POST", paths.UNLOCKS, body).is_success
    assert unlocked(desk, "CHAN01")


def test_faq_16_two_administrators_unlock_a_user_and_two_operators_an_administrator(desk: Desk) -> None:
    lock(desk, "CHAN01")
    assert desk.approve("LEEDA2", desk.request("WONGDA1", kind="unlock-user", login_id="CHAN01")).is_success
    assert unlocked(desk, "CHAN01")
    desk.token("WONGDA1")
    lock(desk, "LEEDA2")
    wanted = {"proposal": {"kind": "unlock-user", "login_id": "LEEDA2"}}
    assert number_of(desk.ask("WONGDA1", "POST", paths.REQUESTS, wanted)) == 2002
    assert desk.approve("OPER02", desk.request("OPER01", kind="unlock-user", login_id="LEEDA2")).is_success
    assert unlocked(desk, "LEEDA2")


def test_faq_17_a_password_is_reset_by_mail_with_the_one_time_password(desk: Desk) -> None:
    token = desk.token("CHAN01")
    assert asked_for_reset(desk).is_success
    body = {"code": desk.world.code("CHAN01"), "password": NEW_PASSWORD, "otp": "000000"}
    assert number_of(desk.ask(None, "POST", paths.PASSWORD_RESETS, body)) == 1006
    body["otp"] = desk.world.fresh_otp("CHAN01")
    assert desk.ask(None, "POST", paths.PASSWORD_RESETS, body).is_success
    assert token and number_of(desk.ask("CHAN01", "GET", paths.OWN_SESSION)) == 1005, "all sessions ended"
    assert number_of(sign_in(desk, "CHAN01")) == 1001
    assert sign_in(desk, "CHAN01", password=NEW_PASSWORD).is_success


def test_faq_18_a_wrong_phone_number_gets_the_same_answer_and_no_mail(desk: Desk) -> None:
    wrong, right = asked_for_reset(desk, "85299999999"), asked_for_reset(desk)
    assert (wrong.status_code, wrong.content) == (right.status_code, right.content)
    assert len(desk.world.mails("CHAN01")) == 1


def test_faq_18_the_number_counts_without_symbols_and_spaces(desk: Desk) -> None:
    phone = sql(desk.world, "SELECT phone FROM accounts WHERE login_id = 'CHAN01'").scalar_one()
    digits = re.sub(r"\D", "", phone)
    for typed in (digits, f"+{digits[:3]} ({digits[3:7]}) {digits[7:]}", f"00{digits}"):
        before = len(desk.world.mails("CHAN01"))
        asked_for_reset(desk, typed)
        assert len(desk.world.mails("CHAN01")) == before + 1, typed


def test_faq_19_only_the_newest_mail_works_and_the_older_one_says_so(desk: Desk) -> None:
    asked_for_reset(desk)
    older = desk.world.code("CHAN01")
    desk.world.clock.move(minutes=5)
    asked_for_reset(desk)
    answer = desk.ask(None, "POST", paths.CODE_LOOKS, {"code": older})
    assert number_of(answer) == 1012 and "newest mail" in answer.json()["remedy"]
    assert desk.ask(None, "POST", paths.CODE_LOOKS, {"code": desk.world.code("CHAN01")}).is_success


def test_faq_19_a_link_that_came_incomplete_says_how_much_is_missing(desk: Desk) -> None:
    asked_for_reset(desk)
    answer = desk.ask(None, "POST", paths.CODE_LOOKS, {"code": desk.world.code("CHAN01")[:-7]})
    assert number_of(answer) == 1010 and "6 characters are missing" in answer.json()["detail"]


def test_faq_19_the_link_is_effective_for_two_hours(desk: Desk) -> None:
    asked_for_reset(desk)
    code = desk.world.code("CHAN01")
    desk.world.clock.move(hours=1, minutes=59)
    assert desk.ask(None, "POST", paths.CODE_LOOKS, {"code": code}).is_success
    desk.world.clock.move(minutes=1)
    assert number_of(desk.ask(None, "POST", paths.CODE_LOOKS, {"code": code})) == 1011


def test_faq_20_maker_and_checker_are_for_rights_and_not_for_files(desk: Desk) -> None:
    proposals: tuple[dict[str, Any], ...] = (
        {"kind": "grant-functions", "login_id": "LEE02", "grants": []},
        {"kind": "close-user", "login_id": "LEE02"},
        {"kind": "reset-otp", "login_id": "LEE02"},
        {"kind": "register-address", "login_id": "LEE02", "network": "10.1.2.3"},
    )
    for proposal in proposals:
        assert desk.request("WONGDA1", **proposal)["state"] == "submitted", "it waits for somebody else"
    assert desk.ask("LEE02", "GET", paths.FOLDERS).is_success, "and nothing has changed"


def test_faq_22_the_five_steps_of_sftp_say_what_is_done_and_what_is_next(desk: Desk) -> None:
    steps = desk.ask("LEE02", "GET", paths.SFTP_ACCESS).json()["steps"]
    assert [step["section"] for step in steps] == ["5.3", "4.5.1", "4.5.3", "5.5", "5.7"]
    assert steps[0]["state"] == "next", "without EU_ECPSFTP that is the first thing to ask for"
    done = desk.ask("CHAN01", "GET", paths.SFTP_ACCESS).json()["steps"]
    assert [step["state"] for step in done][:3] == ["done"] * 3
