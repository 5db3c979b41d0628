"""`ecp approvals`: nothing is approved but what was seen, by a person or by its digest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Ecp, SignIn
from tests.commands.test_users import KWOK, user
from tests.ssh_keys import new_pair
from tests.world import World

Ask = Callable[[], dict[str, Any]]


@pytest.fixture
def asked(sign_in: SignIn) -> dict[str, Any]:
    """WONGDA1 asks for one function less for CHAN01."""
    found: dict[str, Any] = sign_in("WONGDA1")("users", "grant", "CHAN01", "--revoke", "EU_LOP", "--json").data
    return found


@pytest.fixture
def lee(asked: dict[str, Any], sign_in: SignIn) -> Ecp:
    """Request 1 waits for LEEDA2, who is signed in."""
    return sign_in("LEEDA2")


def functions(ecp: Ecp) -> list[str]:
    return [held["function"] for held in user(ecp, "CHAN01")["functions"]]


# ── seeing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_waits_for_me_comes_first(sign_in: SignIn, lee: Ecp) -> None:
    assert lee("users", "close", "LEE02").code == 0
    said = lee("approvals")
    assert (said.code, said.err) == (0, "1 of 2 waits for you.\n")
    _, first, second = said.out.splitlines()
    assert first.split()[:4] == ["1", "submitted", "you", "2022-05-20"]
    assert second.split()[:3] == ["2", "submitted", "others"]
    assert all(len(line) <= 80 for line in said.out.splitlines())


def test_requests_are_found_by_state_and_kind(lee: Ecp) -> None:
    lee("approvals", "reject", "1", "--reason", "not this one")
    assert lee("approvals", "--json").data == {"items": [], "waiting": 0, "more": False, "cursor": None}
    found = lee("approvals", "list", "--state", "all", "--kind", "grant-functions", "--json").data["items"]
    assert [one["state"] for one in found] == ["rejected"]
    assert lee("approvals", "--state", "rejected", "--kind", "close-user", "--json").data["items"] == []
    assert lee("approvals", "--state", "lost").code == 2


def test_requests_beyond_a_page_are_found_by_a_cursor_that_is_good_for_that_list_alone(
    sign_in: SignIn, lee: Ecp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.core.client_connect.request_views.LARGEST_PAGE", 2)
    for asked in (("reset-otp", "CHAN01"), ("grant", "CHAN01", "--revoke", "EU_SD1"), ("close", "LEE02")):
        assert lee("users", *asked).code == 0
    lee("approvals", "reject", "1", "--reason", "not this one")
    everything = [one["id"] for one in lee("approvals", "list", "--state", "all", "--json").data["items"]]
    pages, cursor = [everything], lee("approvals", "list", "--state", "all", "--json").data["cursor"]
    while cursor is not None:
        page = lee("approvals", "list", "--state", "all", "--cursor", cursor, "--json").data
        pages.append([one["id"] for one in page["items"]])
        assert page["more"] == (page["cursor"] is not None)
        last, cursor = cursor, page["cursor"]
    shown = [number for page in pages for number in page]
    assert len(shown) == len(set(shown)) >= 3 and shown[-1] == 1, "what was decided stands after what is open"
    assert sorted(shown[:-1], reverse=True) == shown[:-1]
    assert lee("approvals", "list", "--cursor", last, "--json").data["fault"]["number"] == 9002, "of another filter"
    others = sign_in("WONGDA1")("approvals", "list", "--state", "all", "--cursor", last)
    assert others.code == 2, "of somebody else"


def test_a_request_is_shown_as_before_and_after_with_its_digest_and_what_to_do(lee: Ecp, asked: dict[str, Any]) -> None:
    said = lee("approvals", "show", "1")
    lines = said.out.splitlines()
    assert lines[0] == "Request 1: Change functions of CHAN01  (submitted)"
    assert "  made by   Wong Ka Yan (WONGDA1), 2022-05-20T08:00Z" in lines
    assert "    EU_LOP  − 01234, 01235" in lines
    assert f"  digest  {asked['digest']}" in lines
    assert lines[-1] == "It waits for you: ecp approvals approve 1"
    assert all(len(line) <= 80 for line in lines)


def test_its_maker_reads_why_it_is_not_theirs_to_check_and_whose_it_is(sign_in: SignIn, asked: dict[str, Any]) -> None:
    said = sign_in("WONGDA1")("approvals", "show", "1")
    assert said.out.endswith("You made this request yourself. Lee Chi Keung (LEEDA2) can check it.\n")


# ── approving, by a person ───────────────────────────────────────────────────────────────────────────────────────


def test_a_person_sees_it_is_asked_and_applies_it(lee: Ecp) -> None:
    said = lee("approvals", "approve", "1", answers="y\n")
    assert said.code == 0
    assert said.out == "Applied request 1: Change functions of CHAN01\nIt holds at once, in open sessions too.\n"
    assert said.err.index("− 01234, 01235") < said.err.index("Approve and apply it? [y/N]")
    assert functions(lee) == ["EU_ECPSFTP", "EU_SD1"]


@pytest.mark.parametrize("answers", ["n\n", "\n", "", "nonsense\nn\n"])
def test_anything_but_yes_applies_nothing(lee: Ecp, answers: str) -> None:
    said = lee("approvals", "approve", "1", answers=answers)
    assert (said.code, said.out) == (130, "")
    assert "EU_LOP" in functions(lee)


def test_with_json_the_question_leaves_standard_output_to_data(lee: Ecp) -> None:
    said = lee("approvals", "approve", "1", "--json", answers="y\n")
    assert (said.data["state"], said.data["checker"]) == ("applied", "LEEDA2")


def test_a_person_is_asked_for_the_one_time_password_when_the_last_was_long_ago(lee: Ecp, world: World) -> None:
    world.clock.move(minutes=6)
    said = lee("approvals", "approve", "1", answers=f"y\n{world.fresh_otp('LEEDA2')}\n")
    assert said.code == 0, said.err
    assert "One-Time-Password: " in said.err
    assert "EU_LOP" not in functions(lee)


# ── approving, by a program ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("options", [(), ("--otp-stdin",), ("--no-input",), ("--json",)])
def test_where_nobody_can_be_asked_nothing_is_approved_unseen(lee: Ecp, options: tuple[str, ...]) -> None:
    said = lee("approvals", "approve", "1", *options, typed="y\ny\n")
    assert said.code == 2
    assert "--digest" in said.err + said.out
    assert "EU_LOP" in functions(lee)


def test_no_input_asks_nobody_even_at_a_terminal(lee: Ecp) -> None:
    assert lee("approvals", "approve", "1", "--no-input", answers="y\n").code == 2
    assert "EU_LOP" in functions(lee)


def test_the_digest_of_what_was_seen_approves_it_without_a_question(lee: Ecp, asked: dict[str, Any]) -> None:
    seen = lee("approvals", "show", "1", "--json").data["digest"]
    assert seen == asked["digest"]
    said = lee("approvals", "approve", "1", "--digest", seen.upper(), "--json")
    assert (said.code, said.err) == (0, "")
    assert said.data["state"] == "applied"


@pytest.mark.parametrize("digest", ["0" * 64, "f" * 64])
def test_another_digest_approves_nothing(lee: Ecp, digest: str) -> None:
    said = lee("approvals", "approve", "1", "--digest", digest, "--json")
    assert (said.code, said.data["fault"]["number"]) == (4, 3004)
    assert "EU_LOP" in functions(lee)


@pytest.mark.parametrize("digest", ["", "1", "g" * 64, "0" * 63, "０" * 64])
def test_part_of_a_digest_is_no_digest(lee: Ecp, digest: str) -> None:
    said = lee("approvals", "approve", "1", "--digest", digest)
    assert (said.code, said.out) == (2, "")
    assert "EU_LOP" in functions(lee)


def test_the_digest_of_one_request_approves_no_other(sign_in: SignIn, lee: Ecp, asked: dict[str, Any]) -> None:
    sign_in("WONGDA1")("users", "close", "CHAN01")
    ecp = sign_in("LEEDA2")
    assert ecp("approvals", "approve", "2", "--digest", asked["digest"]).code == 4
    assert user(ecp, "CHAN01")["state"] == "active"


def test_a_request_about_what_changed_meanwhile_is_void(sign_in: SignIn, asked: dict[str, Any]) -> None:
    sign_in("WONGDA1")("users", "grant", "CHAN01", "--revoke", "EU_SD1")
    ecp = sign_in("LEEDA2")
    assert ecp("approvals", "approve", "2", answers="y\n").code == 0
    assert "approving would void this request" in ecp("approvals", "show", "1").out
    said = ecp("approvals", "approve", "1", "--digest", asked["digest"], "--json")
    assert (said.code, said.data["fault"]["number"]) == (4, 3004)
    assert ecp("approvals", "show", "1", "--json").data["state"] == "void"


def test_a_program_hands_over_the_one_time_password_where_one_is_wanted(
    lee: Ecp, asked: dict[str, Any], world: World
) -> None:
    approve = ("approvals", "approve", "1", "--digest", asked["digest"], "--json")
    world.clock.move(minutes=6)
    said = lee(*approve)
    assert (said.code, said.data["fault"]["number"]) == (4, 1006)
    assert "--otp-stdin" in said.err
    said = lee(*approve, "--otp-stdin", typed="123456\n")
    assert (said.code, said.data["fault"]["number"]) == (4, 1006)
    otp = world.fresh_otp("LEEDA2")
    said = lee(*approve, "--otp-stdin", typed=f"{otp[:3]} {otp[3:]}\r\n")
    assert (said.code, said.data["state"]) == (0, "applied")


def test_five_wrong_one_time_passwords_end_the_session(lee: Ecp, asked: dict[str, Any], world: World) -> None:
    world.clock.move(minutes=6)
    approve = ("approvals", "approve", "1", "--digest", asked["digest"], "--otp-stdin")
    codes = [lee(*approve, typed="123456\n").code for _ in range(6)]
    assert codes == [4, 4, 4, 4, 3, 3]


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_is_approved_only_with_the_end_of_its_fingerprint_from_its_owner(sign_in: SignIn, tmp_path: Path) -> None:
    pair = new_pair(tmp_path)
    request = sign_in("WONGDA1")("keys", "register", f"{pair.path}.pub", "--login-id", "CHAN01", "--json").data
    ecp = sign_in("LEEDA2")
    shown = ecp("approvals", "show", "1")
    assert pair.fingerprint[-8:] not in shown.out
    assert pair.fingerprint[-8:] not in json.dumps(ecp("approvals", "show", "1", "--json").data)
    approve = ("approvals", "approve", "1", "--digest", request["digest"], "--json")
    missing = ecp(*approve)
    assert missing.code == 2
    assert "--fingerprint-end" in missing.data["fault"]["what"]
    for end in ("AAAAAAAA", pair.fingerprint[-7:], "x" * 300):
        wrong = ecp(*approve, "--fingerprint-end", end)
        assert (wrong.code, wrong.data["fault"]["number"]) == (4, 5001)
    assert ecp(*approve, "--fingerprint-end", pair.fingerprint[-8:]).data["state"] == "applied"


def test_a_person_is_asked_for_the_end_of_the_fingerprint(sign_in: SignIn, tmp_path: Path) -> None:
    pair = new_pair(tmp_path)
    sign_in("WONGDA1")("keys", "register", f"{pair.path}.pub", "--login-id", "CHAN01")
    said = sign_in("LEEDA2")("approvals", "approve", "1", answers=f"y\n{pair.fingerprint[-8:]}\n")
    assert said.code == 0, said.err
    assert "got from the key's owner" in said.err


# ── deciding otherwise ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("verb", "state"), [("reject", "rejected"), ("return", "returned")])
def test_rejecting_and_returning_take_a_reason_that_the_maker_reads(
    sign_in: SignIn, lee: Ecp, verb: str, state: str
) -> None:
    assert lee("approvals", verb, "1").code == 2
    assert lee("approvals", verb, "1", "--reason", " ").code == 2
    assert "--reason" in lee("approvals", verb, "1", "--reason", "x" * 501).err
    said = lee("approvals", verb, "1", "--reason", "the other one", "--json")
    assert (said.code, said.data["state"], said.data["reason"]) == (0, state, "the other one")
    assert "Lee Chi Keung (LEEDA2): the other one" in sign_in("WONGDA1")("approvals", "show", "1").out


def test_a_maker_withdraws_and_nobody_decides_it_any_more(sign_in: SignIn, lee: Ecp) -> None:
    refused = lee("approvals", "withdraw", "1", "--json")
    assert (refused.code, refused.data["fault"]["number"]) == (4, 2002)
    said = sign_in("WONGDA1")("approvals", "withdraw", "1")
    assert said.out == "Withdrew request 1: Change functions of CHAN01\n"
    ecp = sign_in("LEEDA2")
    assert ecp("approvals", "approve", "1", answers="y\n").err.rstrip().partition("[y/N]: ")[2].startswith("3007 ")
    assert "EU_LOP" in functions(ecp)


# ── attacks ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_maker_cannot_approve_their_own_request(sign_in: SignIn, asked: dict[str, Any]) -> None:
    ecp = sign_in("WONGDA1")
    said = ecp("approvals", "approve", "1", "--digest", asked["digest"], "--json")
    assert (said.code, said.data["fault"]["number"]) == (4, 3003)
    person = ecp("approvals", "approve", "1", answers="y\n")
    assert person.code == 4
    assert person.err.index("You made this request yourself.") < person.err.index("[y/N]")
    assert "EU_LOP" in functions(ecp)


@pytest.mark.parametrize("who", ["OPER01", "AUDIT01"])
def test_staff_see_a_companys_request_and_cannot_decide_it(sign_in: SignIn, asked: dict[str, Any], who: str) -> None:
    ecp = sign_in(who)
    assert ecp("approvals", "show", "1").code == 0
    assert ecp("approvals", "approve", "1", "--digest", asked["digest"]).code == 4
    assert ecp("approvals", "reject", "1", "--reason", "x").code == 4


@pytest.mark.parametrize("verb", ["show", "approve", "reject", "return", "withdraw"])
def test_another_companys_request_is_exactly_as_one_that_does_not_exist(
    sign_in: SignIn, asked: dict[str, Any], verb: str
) -> None:
    ecp = sign_in("HODA1")
    more = {"approve": ("--digest", asked["digest"]), "show": ()}.get(verb, ("--reason", "x"))
    theirs, nobodys = (ecp("approvals", verb, number, *more, "--json") for number in ("1", "999"))
    assert theirs.code == nobodys.code == 4
    assert theirs.data == nobodys.data
    assert theirs.data["fault"]["number"] == 2001


def test_words_of_a_maker_are_shown_and_never_obeyed(sign_in: SignIn) -> None:
    escapes = "look\x1b]52;c;eA==\x07\x9b2J"
    refused = sign_in("WONGDA1")("users", "create", "KWOK03", *KWOK, "--note", escapes)
    assert refused.err.startswith("9002") and not set("\x1b\x07\x9b") & set(refused.err)
    sign_in("WONGDA1")("users", "create", "KWOK03", *KWOK, "--note", "look [/b] [link=x]y[/link]")
    said = sign_in("LEEDA2")("approvals", "show", "1")
    assert not set("\x1b\x07\x9b") & set(said.out + said.err)
    assert "[link=x]y[/link]" in said.out
